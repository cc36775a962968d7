# SPDX-License-Identifier: Apache-2.0
"""Ends what would take for ever: a limit of processor time or memory, far above what is needed."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TookTooLong(Exception):
    """The processor time is used up."""


@contextmanager
def within_seconds(seconds: float) -> Iterator[None]:
    """Raise TookTooLong in the block once it has used so many seconds of processor time, whatever else runs here."""
    if sys.platform == "win32":  # which cannot measure it; the other systems do
        yield
        return

    def end(_: int, __: FrameType | None) -> None:
        raise TookTooLong(f"more than {seconds} seconds of processor time")

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def limit_process(seconds: int, megabytes: int) -> None:
    """For `preexec_fn`: the system ends a process that uses more processor time, or refuses it more memory."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
