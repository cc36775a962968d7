# SPDX-License-Identifier: Apache-2.0
"""Signals that ask the program to end, as an exception: so that every block cleans up, and child processes end first.

Python does so for Ctrl-C alone. A signal that ends the process at once would leave the site builder running, its port
taken and its folder on the disk.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

ASKED_TO_END = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)  # fmt: skip


class Stopped(BaseException):
    """A signal asked the program to end; not an Exception, so that nothing catches it by mistake."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@dataclass(slots=True)
class Ending:
    """Whether a signal has come."""

    number: int = 0

    def check(self) -> None:
        """Raise Stopped where a signal has come whose exception was lost.

        Python drops an exception that is raised while it runs a finalizer, and a signal may arrive just then.
        """
        if self.number:
            raise Stopped(self.number)


@contextmanager
def watched(*more: int) -> Iterator[Ending]:
    """Raise Stopped in the block when a signal asks the program to end.

    A signal that was ignored when the program was started stays ignored, as `nohup` wants it. Not so those in `more`:
    a shell without job control starts background processes with SIGINT ignored, and a server that does not hear it
    would outlive its script and keep its port.
    """
    ending = Ending()

    def stop(number: int, _: FrameType | None) -> None:
        ending.number = number
        raise Stopped(number)

    before = {}
    for number in (*ASKED_TO_END, *more):
        if number in more or signal.getsignal(number) != signal.SIG_IGN:
            before[number] = signal.signal(number, stop)
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
