# SPDX-License-Identifier: Apache-2.0
"""The fixtures that every test has: `tests/conftest.py` does what it says."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from secure_score_backlog.program import code_digest
from tests.support.fonts import only_family
from tests.support.running import RunBacklog, run_as_process, run_here
from tests.support.variants import variants

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


@pytest.mark.parametrize("run", [run_here, run_as_process])
def test_both_ways_to_run_backlog_notice_another_exit_code(run: RunBacklog) -> None:
    """`expect` fails the test, with the command and what it printed."""
    assert run("--version", expect=0).stdout.startswith("backlog ")
    with pytest.raises(AssertionError, match=r"^backlog no-such-verb\n(.*\n)+.*No such command"):
        run("no-such-verb", expect=0)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("check",),
        ("check", "--json"),
        ("status", "--month", "October"),
        ("decide", "Ümläut – 😀"),
        ("import", "missing.json"),
        ("collect", "--graph-url", "http://graph.example"),
        ("build", "--output", "decisions"),
    ],
    ids=" ".join,
)
def test_in_process_and_as_a_process_a_command_ends_alike(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Exit code, stdout and stderr are the same, in the folder and with the variables that are given."""
    ended: list[CompletedProcess[str]] = []
    for run in (run_as_process, run_here):
        folder = tmp_path / str(len(ended))
        (folder / "decisions").mkdir(parents=True)
        (folder / "decisions" / "A.md").write_text("---\nrecommendation: A\nbucket: lätér\n---\n", encoding="utf-8")
        ended.append(run(*arguments, cwd=folder, environment={"GRAPH_TOKEN": "x"}))
    as_process, here = ended
    assert here.args == as_process.args
    assert here.returncode == as_process.returncode
    assert here.stdout == as_process.stdout
    assert here.stderr == as_process.stderr


def test_a_command_in_process_leaves_no_trace(tmp_path: Path) -> None:
    """Streams, working directory and environment are as before; the next command remembers nothing of this one."""

    def surroundings() -> tuple[object, ...]:
        return sys.stdin, sys.stdout, sys.stderr, Path.cwd(), dict(os.environ)

    (tmp_path / "snapshots").mkdir()
    before = surroundings()
    code_digest.cache_clear()
    run_here("--version", cwd=tmp_path, expect=0)
    assert code_digest.cache_info().currsize == 1
    run_here("render", cwd=tmp_path, environment={"SOME_VARIABLE": "x"}, expect=0)
    assert code_digest.cache_info().currsize == 0
    assert surroundings() == before


@pytest.mark.skipif(shutil.which("fc-list") is None, reason="needs fontconfig")
def test_a_browser_can_be_given_one_family_of_fonts(tmp_path: Path) -> None:
    """Fontconfig then knows no other; a family that the machine does not have is an error, not another font."""
    families = subprocess.run(["fc-list", "--format", "%{family}\n"], check=True, capture_output=True, text=True).stdout
    wanted = families.split("\n", 1)[0]
    listed = subprocess.run(
        ["fc-list", "--format", "%{family}\n"],
        env={**os.environ, **only_family(wanted.lower(), tmp_path / "fonts")},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    assert listed
    assert [family for family in listed if not family.startswith(wanted)] == []
    with pytest.raises(ValueError, match="no-such-font"):
        only_family("no-such-font", tmp_path / "none")


BROWSER_TEST = """
import pytest

@pytest.mark.browser
def test_that_gives_up():
    pytest.skip("the page would not open")
"""


@pytest.mark.parametrize(("required", "outcome"), [("0", "1 skipped"), ("1", "1 failed|1 error")])
@pytest.mark.parametrize("path", variants(["/nonexistent", None], always=["/nonexistent"]))
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
