# SPDX-License-Identifier: Apache-2.0
"""One run at a time writes in a folder, and the lock leaves nothing behind."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.files import lock

HOLDER = """
import sys
from pathlib import Path
from secure_score_backlog.files import lock
with lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_holder_is_refused(tmp_path: Path) -> None:
    """As long as one process holds the folder no other gets it; afterwards, however it ended, any does."""
    other = tmp_path / "other"
    other.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(CannotProceed, match="Another run of backlog"), lock(tmp_path):
            pytest.fail("held twice")
        with lock(other):
            pass
        holder.kill()
    with lock(tmp_path):
        assert os.name == "nt" or list(tmp_path.iterdir()) == [other]
    assert list(tmp_path.iterdir()) == [other]


def test_a_block_that_fails_releases_the_lock(tmp_path: Path) -> None:
    """The next run in the same process gets it."""
    with pytest.raises(ZeroDivisionError), lock(tmp_path):
        raise ZeroDivisionError
    with lock(tmp_path):
        pass


def test_a_process_started_meanwhile_does_not_keep_the_lock(tmp_path: Path) -> None:
    """A lock that a child inherited would outlast the run."""
    with lock(tmp_path):
        child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    with child, lock(tmp_path):
        child.kill()


@pytest.mark.skipif(os.name == "nt", reason="Windows has locks on every file system")
def test_a_file_system_without_locks_refuses_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some network file systems have none; a collection goes on there, and does not wait."""

    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", no_locks)
    with lock(tmp_path):
        pass
