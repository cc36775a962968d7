# SPDX-License-Identifier: Apache-2.0
"""The part of the sample tenant that this project's own repository holds, so that it is a working example.

`python -m secure_score_backlog.sample.cut` writes it into the current folder; a test proves that what is committed
equals it. Decisions and minutes are the newest; of the snapshots there are the days of the last quarter and the last
day of each month before.
"""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

from secure_score_backlog.data_repository.written import RECORD
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.sample.collected import newest_files
from secure_score_backlog.sample.story import final_files
from secure_score_backlog.sample.tenant import LAST_DAY, report_days
from secure_score_backlog.snapshots.snapshot_files import CATALOGUE_PATH, snapshot_path

ALL_DAYS_OF = timedelta(days=90)
"""Up to the last day, every day is kept for so long."""
FOLDERS = ("decisions", "snapshots", "docs/reviews", "docs/questionnaires", "docs/evidence")
"""Folders that hold sample data only, and are replaced as a whole."""


def days_kept() -> tuple[date, ...]:
    """The snapshots of the cut, oldest first."""
    ends = {(day.year, day.month): day for day in report_days()}
    return tuple(day for day in report_days() if day > LAST_DAY - ALL_DAYS_OF or day in ends.values())


def cut_files() -> dict[str, bytes]:
    """Every file of the cut, by path."""
    collected = newest_files()
    wanted = [CATALOGUE_PATH, *(snapshot_path(day) for day in days_kept())]
    return {**final_files(), **{path: collected[path] for path in wanted}}


def cut(target: Path) -> None:
    """Write the cut into a folder, in place of what was in its folders; CannotProceed where a backlog was set up."""
    if (target / RECORD).exists():
        raise CannotProceed(
            "This repository holds a backlog of its own; the sample is not written over it.",
            where=str(target / RECORD),
            hint="To see the sample, run `backlog demo DIR`.",
        )
    for folder in FOLDERS:
        shutil.rmtree(target / folder, ignore_errors=True)
    for path, content in cut_files().items():
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


if __name__ == "__main__":
    cut(Path())
