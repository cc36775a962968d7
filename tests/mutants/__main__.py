# SPDX-License-Identifier: Apache-2.0
"""What `make mutants` found: the share of faults that a test noticed, by subject; fails below 90 percent.

mutmut keeps one `.meta` file for each module, which names each mutant with the exit code of the tests that ran on it.
A mutant that no test runs counts as a survivor.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

LEAST = 90.0
"""Percent of the mutants that have to be noticed."""
SURVIVED = {0, 5, 33}
"""Exit codes: every test passed, or there was none (5: pytest collected nothing, 33: mutmut knew of none)."""


def report(folder: Path) -> int:
    """Print the share of each subject and of all; 1 where that is too small, or nothing was tried."""
    package = folder / "secure_score_backlog"
    tried: Counter[str] = Counter()
    alive: Counter[str] = Counter()
    untried = 0
    for path in sorted(package.rglob("*.meta")):
        subject = path.relative_to(package).parts[0].removesuffix(".py.meta")
        codes = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].values()
        untried += sum(code is None for code in codes)
        tried[subject] += sum(code is not None for code in codes)
        alive[subject] += sum(code in SURVIVED for code in codes)
    for subject, count in tried.items():
        if count:
            print(f"{subject}: {count - alive[subject]} of {count} noticed, {share(count, alive[subject]):.1f} %")
    total, left = tried.total(), alive.total()
    print(f"All: {total - left} of {total} noticed, {share(total, left):.1f} %; {untried} not tried.")
    print("Which survived: cd build/mutants/tree && ../bin/python -m mutmut results. Why: tests/mutants/README.md")
    return int(share(total, left) < LEAST or total == 0)


def share(total: int, alive: int) -> float:
    """Percent that were noticed."""
    return 100 * (total - alive) / total if total else 0.0


if __name__ == "__main__":
    sys.exit(report(Path(sys.argv[1])))
