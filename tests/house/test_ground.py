# SPDX-License-Identifier: Apache-2.0
"""The ground that the other tests stand on holds: `tests/conftest.py` does what it says."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.running import RunBacklog

ROOT = Path(__file__).resolve().parents[2]


def test_git_knows_nobody_of_this_machine(tmp_path: Path) -> None:
    """A commit carries the fixed author and date, on a branch called main."""
    for command in (["init", "--quiet"], ["commit", "--quiet", "--allow-empty", "--message", "first"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    shown = subprocess.run(
        ["git", "log", "--format=%an %ae %cn %ct %D"], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout
    assert shown == "Test Author author@tenant.example Test Committer 1795262400 HEAD -> main\n"


def test_outside_network_is_refused() -> None:
    """Neither a name nor an address outside this machine can be reached."""
    with pytest.raises(RuntimeError, match=r"graph\.example"):
        socket.create_connection(("graph.example", 443), timeout=1)
    with socket.socket() as line, pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        line.connect(("192.0.2.1", 443))


def test_loopback_is_open() -> None:
    """A server of the test's own can be reached by address and by name."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        for host in ("127.0.0.1", "localhost"):
            socket.create_connection((host, server.getsockname()[1]), timeout=5).close()


def test_run_backlog_is_the_real_command(run_backlog: RunBacklog) -> None:
    """The fixture runs the program itself, and `expect` notices another exit code."""
    assert run_backlog("--version", expect=0).stdout.startswith("backlog, version ")
    with pytest.raises(AssertionError, match="no-such-verb"):
        run_backlog("no-such-verb", expect=0)


BROWSER_TEST = """
import pytest

@pytest.mark.browser
def test_that_gives_up():
    pytest.skip("the page would not open")
"""


@pytest.mark.parametrize(("required", "outcome"), [("0", "1 skipped"), ("1", "1 failed|1 error")])
@pytest.mark.parametrize("path", ["/nonexistent", None], ids=["no browser", "browser or none"])
def test_a_skipped_browser_test_fails_where_required(
    tmp_path: Path, required: str, outcome: str, path: str | None
) -> None:
    """On a user's machine a browser test may be skipped; where the browser is required, that is a failure."""
    (tmp_path / "test_page.py").write_text(BROWSER_TEST, encoding="utf-8")
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n", encoding="utf-8")
    environment = {**os.environ, "BACKLOG_REQUIRE_BROWSER": required, "PYTHONPATH": str(ROOT)}
    options = ["-q", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path)]
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", *options, tmp_path],
        cwd=tmp_path,
        env=environment | ({"PATH": path} if path else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.search(outcome, finished.stdout), finished.stdout
    assert finished.returncode == int(required)
