# SPDX-License-Identifier: Apache-2.0
"""A limit for everything that talks to a network: no name lookup, handshake or slow drip outlives it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from secure_score_backlog.collect.endings import NOTHING_LOST
from secure_score_backlog.errors import CannotProceed

WHOLE_COLLECTION = 120.0
"""Seconds that a collection may take (design §4.1)."""
ONE_READ = 30.0
"""Seconds that a server may stay silent (design §4.1)."""

Result = TypeVar("Result")


class Deadline:
    """A moment after which nothing more is asked."""

    def __init__(self, seconds: float = WHOLE_COLLECTION) -> None:
        """Start the clock."""
        self.seconds = seconds
        self.place: str | None = None
        """What is being waited for, to be named if the time runs out."""
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self._end - time.monotonic())

    def timeout(self) -> float:
        """Seconds that the next read may take. Raises CannotProceed when there are none left."""
        if self.remaining() <= 0:
            raise self.passed()
        return min(ONE_READ, self.remaining())

    def passed(self) -> CannotProceed:
        """The ending when the time is up."""
        unit = "second" if self.seconds == 1 else "seconds"
        short = " --deadline allows up to 120 seconds." if self.seconds < WHOLE_COLLECTION else ""
        return CannotProceed(
            f"The collection took longer than {self.seconds:g} {unit} and was given up.",
            where=self.place,
            hint=f"{NOTHING_LOST} Run it again; if it happens daily, check the connection and any proxy.{short}",
        )

    def run(self, work: Callable[[], Result]) -> Result:
        """Do the work, and leave it behind when the time is up.

        Reads have their own limits; this one also holds for what has none, such as name lookups and headers that
        arrive byte by byte. The work must not write anything.
        """
        results: list[Result] = []
        failures: list[BaseException] = []

        def attempt() -> None:
            try:
                results.append(work())
            except BaseException as failure:
                failures.append(failure)

        worker = threading.Thread(target=attempt, name="collection", daemon=True)
        worker.start()
        worker.join(self.remaining() + 1)
        if failures:
            raise failures[0]
        if not results:
            raise self.passed()
        return results[0]
