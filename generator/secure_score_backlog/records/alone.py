# SPDX-License-Identifier: Apache-2.0
"""One run at a time: whoever writes `snapshots/` holds the root while it compares and writes.

Two runs at once could each find a day missing and write it, the later one over the better one. The lock is the
system's own, so it is gone when its holder is, however that ended: nothing has to be cleaned up after a kill.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from secure_score_backlog.errors import CannotProceed


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Hold a root for as long as the block runs. Raises CannotProceed where another run holds it."""
    handle = _hold(root)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


if sys.platform == "win32":

    def _hold(root: Path) -> int | None:
        """A file that Windows removes with its last handle, so also after a kill."""
        try:
            return os.open(root / ".backlog.lock", os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_TEMPORARY)
        except (FileExistsError, PermissionError):
            raise _held(root) from None
        except OSError:
            return None

else:

    def _hold(root: Path) -> int | None:
        """A lock on the folder itself: no file appears in it."""
        import fcntl  # noqa: PLC0415 - not on Windows

        handle = os.open(root, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise _held(root) from None
        except OSError:  # some network file systems have no locks: then nobody is kept out
            os.close(handle)
            return None
        return handle


def _held(root: Path) -> CannotProceed:
    return CannotProceed(
        "Another run of backlog is writing snapshots in this folder.",
        where=str(root),
        hint="Nothing was changed. Wait until it has ended, then run the command again.",
    )
