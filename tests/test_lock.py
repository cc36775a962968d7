# SPDX-License-Identifier: Apache-2.0
"""One run at a time in a folder, and no trace of the lock."""

from __future__ import annotations

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
        pass
    assert list(tmp_path.iterdir()) == [other]
