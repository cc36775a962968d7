# SPDX-License-Identifier: Apache-2.0
"""The program, or one of its parts, in a process that says how much memory it took: `python -m benchmarks.ours`.

`backlog ARGUMENTS...` is the command line; `history ROOT` and `month-ends ROOT` are parts of it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

MEMORY = "BENCHMARK_MEMORY"
"""Names the file in which a measured program leaves its peak memory, without that of Git."""


def backlog(arguments: Sequence[str]) -> None:
    """The command line; it ends the process."""
    from secure_score_backlog.__main__ import answer  # noqa: PLC0415 - each part pays for its own imports

    answer(list(arguments))


def history(arguments: Sequence[str]) -> None:
    """Every version of every file: commit, author, time, subject, pull request, signature."""
    from secure_score_backlog.git import read_main_history  # noqa: PLC0415

    found = read_main_history(Path(arguments[0]))
    assert found is not None
    assert found.versions


def month_ends(arguments: Sequence[str]) -> None:
    """The text of every decision at the end of each month."""
    from datetime import date  # noqa: PLC0415

    from secure_score_backlog.dates import last_day, month_of  # noqa: PLC0415
    from secure_score_backlog.git import FileVersions, read_main_history  # noqa: PLC0415

    main = read_main_history(Path(arguments[0]))
    assert main is not None
    files = FileVersions(None, main, date.max)
    versions = {path: files.of(path) for path in files.paths("decisions", ".md")}
    files.fetch(version for each in versions.values() for version in each)
    ends = {last_day(month_of(commit.version.at.date())) for commit in main.commits}
    size = 0
    for end in sorted(ends):
        for known in versions.values():
            in_force = [version for version in known if version.at.date() <= end][-1:]
            size += sum(len(files.content(version) or b"") for version in in_force)
    assert size


PARTS = {"backlog": backlog, "history": history, "month-ends": month_ends}


def leave_memory() -> None:
    """Write the peak of this process alone, where it was asked for."""
    import resource  # noqa: PLC0415 - not on Windows

    place = os.environ.get(MEMORY)
    if place:
        Path(place).write_text(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss), encoding="ascii")


if __name__ == "__main__":
    try:
        PARTS[sys.argv[1]](sys.argv[2:])
    finally:
        leave_memory()
