# SPDX-License-Identifier: Apache-2.0
"""What a command costs, and how two costs compare.

Commands that are compared run one after the other, round by round, so that whatever else the machine does falls on all
of them. A ratio is taken within a round; its middle, lowest and highest value are what the table shows.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from statistics import median

from benchmarks.ours import MEMORY

TO_MB = 1024 * 1024 if sys.platform == "darwin" else 1024
"""What `ru_maxrss` counts in."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run needed."""

    processor: float
    """Seconds, user and system, of the process and of those that it waited for."""
    wall: float = 0.0
    """Seconds."""
    memory: float = 0.0
    """Peak, MB: the program's own where it says so, else the larger of its own and its children's."""
    size: int = 0
    """Bytes that it left behind."""


@dataclass(frozen=True, slots=True)
class Case:
    """A command, and what is done before each of its runs without being measured."""

    command: Sequence[str]
    folder: Path
    prepare: Callable[[], object] = lambda: None
    size: Callable[[], int] = lambda: 0
    """Bytes of what a run made."""
    rounds: int | None = None
    """At most so many runs, for what takes long; None: every round."""
    environment: Mapping[str, str] = field(default_factory=dict)


class Failed(Exception):
    """A measured command did not do its work, so its cost would mean nothing."""


@cache
def _place() -> tempfile.TemporaryDirectory[str]:
    """Where a run leaves what it said and its memory: one for all, as a kept answer holds for one environment."""
    return tempfile.TemporaryDirectory()


def measured(case: Case) -> Cost:
    """Run a command once; Failed, with its last words, where it ends with anything but 0."""
    case.prepare()
    said, memory = Path(_place().name) / "said", Path(_place().name) / "memory"
    memory.unlink(missing_ok=True)
    with said.open("wb") as output:
        began = time.perf_counter()
        running = subprocess.Popen(
            case.command,
            cwd=case.folder,
            env={**os.environ, **case.environment, MEMORY: str(memory)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        _, status, used = os.wait4(running.pid, 0)  # of this process and its children alone
        wall = time.perf_counter() - began
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode != 0:
        words = said.read_text(encoding="utf-8", errors="replace")[-2000:]
        raise Failed(f"exit code {running.returncode} of {' '.join(case.command)}\n{words}")
    peak = int(memory.read_text(encoding="ascii")) if memory.exists() else used.ru_maxrss
    return Cost(used.ru_utime + used.ru_stime, wall, peak / TO_MB, case.size())


def in_turns(cases: Mapping[str, Case], rounds: int, told: Callable[[str], object]) -> dict[str, list[Cost]]:
    """The costs of each case, round by round; `told` hears the name of what runs."""
    found: dict[str, list[Cost]] = {name: [] for name in cases}
    for number in range(rounds):
        for name, case in cases.items():
            if case.rounds is None or number < case.rounds:
                told(name)
                found[name].append(measured(case))
    return found


@dataclass(frozen=True, slots=True)
class Ratio:
    """How often one figure holds another: the middle value over the rounds, with the lowest and the highest."""

    middle: float
    least: float
    most: float

    def __str__(self) -> str:
        """Such as `0.24 (0.22 to 0.27)`."""
        if self.least == self.most:
            return f"{self.middle:.2f}"
        return f"{self.middle:.2f} ({self.least:.2f} to {self.most:.2f})"


def ratio(figures: Sequence[float], beside: Sequence[float]) -> Ratio:
    """Round by round; where one of the two ran less often, its last run stands for the rounds that it lacks."""
    if not figures or not beside:
        raise ValueError("nothing was measured")
    rounds = max(len(figures), len(beside))
    found = sorted(
        figures[min(number, len(figures) - 1)] / beside[min(number, len(beside) - 1)] for number in range(rounds)
    )
    return Ratio(median(found), found[0], found[-1])


def middle(values: Iterable[float]) -> float:
    """The middle value of some rounds."""
    return median(values)
