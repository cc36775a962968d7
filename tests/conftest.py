# SPDX-License-Identifier: Apache-2.0
"""For every test: a clean Git, no outside network, ways to run `backlog`, a browser where there is one."""

from __future__ import annotations

import gc
import os
import shutil
import socket
from collections.abc import Generator, Iterator
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from secure_score_backlog.data_repository.copy import PROJECT
from secure_score_backlog.data_repository.written import RECORD
from tests.support.browser import missing_browser
from tests.support.folders import made_once
from tests.support.repositories import GIT
from tests.support.running import RunBacklog, run_as_process, run_here
from tests.support.sentences import check_sentences

ROOT = Path(__file__).resolve().parents[1]
collect_ignore = [str(ROOT / path) for path in PROJECT if path.startswith("tests/")] if (ROOT / RECORD).exists() else []
"""A copy of this repository that holds a backlog of its own has neither the sample nor the project's workflows."""

hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("repeatable")  # the same examples everywhere, and no stopwatch

LONGEST_FIRST = ("workflows", "year", "sample", "own", "second", "browser", "graph", "site")
"""Folders whose files take long: begun first, so that no worker waits at the end for another one's file."""
BROWSER_REQUIRED = os.environ.get("BACKLOG_REQUIRE_BROWSER") == "1"

FORBIDDEN_PREFIXES = ("GIT_", "AZURE_", "GRAPH_", "ACTIONS_", "GITHUB_", "GH_", "BACKLOG_", "PYTHON")
"""Variables of the machine that could change what a test sees."""


@pytest.fixture(scope="session", autouse=True)
def clean_environment() -> Iterator[None]:
    """Take the machine's own settings away and put fixed ones in, also for every process a test starts."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(FORBIDDEN_PREFIXES)]:
            patch.delenv(name)
        for name, value in GIT.items():
            patch.setenv(name, value)
        patch.setenv("NO_COLOR", "1")
        patch.setenv("COLUMNS", "80")
        patch.setenv("PYTHONUTF8", "1")
        yield


@pytest.fixture(scope="session", autouse=True)
def plain_sentences() -> Iterator[None]:
    """Whatever message or hint a test provokes in this process reads as sentences."""
    with pytest.MonkeyPatch.context() as patch:
        check_sentences(patch)
        yield


class OutsideNetwork(RuntimeError):
    """A test tried to reach something that is not this machine.

    Not an OSError, so that no code under test takes it for a dead line.
    """


def is_loopback(host: object) -> bool:
    """Whether a host name or address is this machine's own; no name (listen on any) counts as its own."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return ip_address(str(name).partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def no_outside_network() -> Iterator[None]:
    """Refuse every connection and look-up in this process that leaves the machine."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def refuse(host: object) -> None:
        if not is_loopback(host):
            raise OutsideNetwork(f"a test reached for {host!r}; serve it on 127.0.0.1 instead")

    def host_of(address: Any) -> object:
        return address[0] if isinstance(address, tuple) else None  # a Unix socket's address is a path

    def guarded_connect(self: socket.socket, address: Any) -> None:
        refuse(host_of(address))
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        refuse(host_of(address))
        return connect_ex(self, address)

    def guarded_look_up(host: Any, *rest: Any, **named: Any) -> Any:
        refuse(host)
        return look_up(host, *rest, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


@pytest.fixture
def backlog(tmp_path: Path) -> RunBacklog:
    """`backlog` in this process, in `tmp_path` unless another folder is given: for what a command does."""
    return partial(run_here, cwd=tmp_path)


@pytest.fixture
def run_backlog(tmp_path: Path) -> RunBacklog:
    """`backlog` in a process of its own, also in `tmp_path`: for signals, hash seeds, encodings and the like."""
    return partial(run_as_process, cwd=tmp_path)


@pytest.fixture(scope="session")
def sample_tenant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample tenant's repository, for reading only."""
    return made_once(tmp_path_factory, "sample-tenant", lambda folder: run_here("demo", folder, expect=0))


@pytest.fixture
def own_sample(tmp_path: Path, sample_tenant: Path) -> Path:
    """The sample tenant's repository, for a test that changes it."""
    return Path(shutil.copytree(sample_tenant, tmp_path / "sample" / "tenant", symlinks=True))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a browser test, with the reason, where there is no browser."""
    if item.get_closest_marker("browser"):
        missing = missing_browser()
        if missing:
            pytest.skip(f"needs {' and '.join(missing)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where a browser is required, a browser test that was skipped for any reason has failed."""
    report = yield
    if report.skipped and BROWSER_REQUIRED and item.get_closest_marker("browser"):
        report.outcome = "failed"
        report.longrepr = f"BACKLOG_REQUIRE_BROWSER=1, but the test was skipped: {report.longrepr}"
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders that take longest; within a folder, and elsewhere, the order stays."""
    places = {ROOT / "tests" / name: place for place, name in enumerate(LONGEST_FIRST)}

    def place(item: pytest.Item) -> int:
        return min((places[parent] for parent in item.path.parents if parent in places), default=len(places))

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and not among the collected tests: about a tenth of the processor's time otherwise."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
