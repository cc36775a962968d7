# SPDX-License-Identifier: Apache-2.0
"""What ten years cost beside five: memory at its peak and processor time of `backlog status` (`make bench`).

Ratios, because machines differ. Twice the data should need at most 1.3 times the memory and about twice the time;
one month should cost about what today costs, because no other month is judged for it.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.large_tenant import Size, make

CASES = {"today": (), "a month": ("--month", "2023-05")}


ASK = """
import resource, sys
from secure_score_backlog.cli.main import main
try:
    main(["status", "--json", *sys.argv[1:]])
finally:
    own, gits = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(own.ru_maxrss, gits.ru_maxrss, own.ru_utime + own.ru_stime + gits.ru_utime + gits.ru_stime, file=sys.stderr)
"""
"""Asks in a process of its own. Git's memory is counted apart: it maps the packed history into memory."""


@dataclass(frozen=True)
class Cost:
    """What one `backlog status --json` needed."""

    memory: float
    """Peak of the program, MB."""
    git: float
    """Peak of the largest Git process that it started, MB."""
    time: float
    """Processor seconds of all of them."""


def cost(root: Path, arguments: tuple[str, ...]) -> Cost:
    """Ask once."""
    command = [sys.executable, "-c", ASK, "--root", str(root), *arguments]
    finished = subprocess.run(command, capture_output=True, text=True, check=True)
    own, git, time = finished.stderr.split()[-3:]
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Cost(int(own) / scale, int(git) / scale, float(time))


def main() -> None:
    """Make both tenants, ask both the same questions, and print what came out."""
    with TemporaryDirectory() as folder:
        costs = {}
        for years in (5, 10):
            root = Path(folder) / str(years)
            make(root, Size(years=years))
            costs[years] = {name: cost(root, arguments) for name, arguments in CASES.items()}
        for name in CASES:
            five, ten = costs[5][name], costs[10][name]
            for years, found in ((5, five), (10, ten)):
                print(f"{name}, {years} years: {found.memory:.0f} MB (git {found.git:.0f} MB), {found.time:.1f} s")
            print(f"  ten to five: memory {ten.memory / five.memory:.2f}, processor time {ten.time / five.time:.2f}")
        for years in (5, 10):
            ratio = costs[years]["a month"].time / costs[years]["today"].time
            print(f"a month to today, {years} years: processor time {ratio:.2f}")


if __name__ == "__main__":
    main()
