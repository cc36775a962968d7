# SPDX-License-Identifier: Apache-2.0
"""`make mutants`: put small faults into `rules/`, one at a time, and see whether the tests of that room notice.

Words after it narrow it down: `make mutants ARGS="judging/ledger deciding"`.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from tests.mutants.mutating import Mutant, mutants
from tests.mutants.running import PACKAGE, ROOT, Task, prepare, survivors

RULES = ROOT / "generator" / PACKAGE / "rules"
TESTS = ROOT / "tests" / "rules"
BESIDE = {"deciding": ("records/test_settings_file.py",)}
"""Tests of a room that stand elsewhere, because they need a file to read."""
FOUND = ROOT / "build" / "mutants" / "survivors.txt"


def main() -> int:
    """Run, say how many were noticed, and list those that were not."""
    wanted = _arguments()
    prepare()
    rooms = {room: list(paths) for room, paths in groupby(_modules(wanted.only), key=lambda path: path.parent)}
    total = dead = 0
    left: list[str] = []
    started = time.monotonic()
    for room, paths in rooms.items():
        about = {f"{_place(path)}:{m.name}": (path, m) for path in paths for m in _chosen(path, wanted)}
        tasks = [Task(label, _module(path), mutant) for label, (path, mutant) in about.items()]
        print(f"{room.name}: {len(tasks)} mutants of {len(paths)} modules", flush=True)
        try:
            alive = survivors(tasks, _tests(room), wanted.workers)
        except RuntimeError as problem:
            sys.exit(f"{room.name}: {problem}. Mend them first: make test")
        for path in paths:
            here = [label for label in about if about[label][0] == path]
            lines = [f"{label}: {about[label][1].described()}" for label in here if label in alive]
            total, dead, left = total + len(here), dead + len(here) - len(lines), left + lines
            print(f"  {_place(path)}: {len(here) - len(lines)} of {len(here)} killed", *lines, sep="\n    ", flush=True)
        print(f"  after {time.monotonic() - started:.0f} seconds", flush=True)
    FOUND.parent.mkdir(parents=True, exist_ok=True)
    FOUND.write_text("".join(f"{line}\n" for line in left), encoding="utf-8")
    share = 100 * dead / total if total else 100.0
    print(f"{dead} of {total} mutants killed: {share:.1f} %. The others are listed in {FOUND.relative_to(ROOT)}.")
    return int(share < wanted.least)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("only", nargs="*", help="rooms or modules of rules/, such as judging or judging/ledger")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take each Nth mutant only")
    parser.add_argument("--again", action="store_true", help="take only those that survived last time")
    parser.add_argument("--least", type=float, default=85.0, metavar="P", help="fail below P percent (default: 85)")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1), help="how many at a time")
    return parser.parse_args()


def _modules(only: Iterable[str]) -> list[Path]:
    """The modules to put faults into, room by room."""
    found = [path for path in RULES.rglob("*.py") if path.name != "__init__.py"]
    prefixes = tuple(only)
    chosen = [path for path in found if not prefixes or _place(path).startswith(prefixes)]
    return sorted(chosen, key=lambda path: (path.parent, path.name))


def _place(path: Path) -> str:
    return path.relative_to(RULES).as_posix()


def _chosen(path: Path, wanted: argparse.Namespace) -> list[Mutant]:
    """The mutants of one module that are to be run."""
    found = list(mutants(path.read_text(encoding="utf-8")))[:: wanted.every]
    if not wanted.again:
        return found
    last = FOUND.read_text(encoding="utf-8").splitlines() if FOUND.is_file() else []
    return [mutant for mutant in found if any(line.startswith(f"{_place(path)}:{mutant.name}: ") for line in last)]


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT / "generator").with_suffix("").parts)


def _tests(room: Path) -> list[Path]:
    """The test files of a room; all of them for what every room uses."""
    inside = (TESTS if room == RULES else TESTS / room.name).rglob("test_*.py")
    return sorted([*inside, *(ROOT / "tests" / name for name in BESIDE.get(room.name, ()))])


if __name__ == "__main__":
    sys.exit(main())
