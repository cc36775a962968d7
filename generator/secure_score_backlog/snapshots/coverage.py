# SPDX-License-Identifier: Apache-2.0
"""Which days have a snapshot, which were filled in later, and which are missing (docs/method.md#snapshots).

Graph keeps 90 days and only its newest in full, so a day that was not collected in time is lost for good, and one that
was filled in later is known in less detail.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from secure_score_backlog.dates import ONE_DAY, first_day, last_day, months_between
from secure_score_backlog.problems import Problem, problem
from secure_score_backlog.snapshots.graph_json import KEPT_BY_GRAPH
from secure_score_backlog.snapshots.model import History, SnapshotDay
from secure_score_backlog.snapshots.snapshot_files import SNAPSHOTS
from secure_score_backlog.wording import plural

OLD_AFTER = 3
"""Days without a snapshot after which the newest one counts as old; Graph itself can be a day late."""


class DayKind(StrEnum):
    """What is known of one day."""

    COMPLETE = "complete"
    """Collected in full."""
    FILLED = "filled"
    """There, but in less detail: filled in later, or imported from a portal table."""
    PARTIAL = "partial"
    """There, but only a part of it (docs/method.md#partial-days)."""
    MISSING = "missing"
    """Between the first and the newest snapshot, and not there."""
    AWAITED = "awaited"
    """After the newest snapshot, up to the as-of date."""


@dataclass(frozen=True, slots=True)
class DayRun:
    """Days in a row of one kind, the first and the last included."""

    first: date
    last: date
    kind: DayKind

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every day from the first snapshot to the as-of date, in runs, oldest first. Empty without a snapshot."""

    runs: tuple[DayRun, ...] = ()

    @property
    def passed(self) -> int:
        """Days from the first snapshot to the as-of date, both counted."""
        return sum(run.days for run in self.runs)

    @property
    def since_newest(self) -> int:
        """Days from the newest snapshot to the as-of date."""
        return self.count(DayKind.AWAITED)

    @property
    def is_old(self) -> bool:
        """The newest snapshot is older than it may be."""
        return self.since_newest > OLD_AFTER

    @property
    def without(self) -> int:
        """Days without a snapshot: the missing ones, and those since the newest snapshot once that is old."""
        return self.count(DayKind.MISSING) + (self.since_newest if self.is_old else 0)

    def count(self, kind: DayKind) -> int:
        """Days of a kind."""
        return sum(run.days for run in self.of(kind))

    def of(self, kind: DayKind) -> tuple[DayRun, ...]:
        """Runs of a kind, oldest first."""
        return tuple(run for run in self.runs if run.kind is kind)

    def months(self) -> tuple[str, ...]:
        """Every month that it touches, oldest first."""
        return tuple(months_between(self.runs[0].first, self.runs[-1].last)) if self.runs else ()

    def within(self, month: str) -> Coverage:
        """The part of it in a month, YYYY-MM."""
        return self.between(first_day(month), last_day(month))

    def between(self, first: date, last: date) -> Coverage:
        """The part of it from one day to another, both included."""
        return Coverage(
            tuple(
                DayRun(max(run.first, first), min(run.last, last), run.kind)
                for run in self.runs
                if run.first <= last and run.last >= first
            )
        )


def coverage(history: History, as_of: date) -> Coverage:
    """What is known of each day from the first snapshot to the as-of date."""
    return Coverage(tuple(joined(each_day(history, as_of))))


def each_day(history: History, as_of: date) -> Iterator[DayRun]:
    """Runs in order, not yet joined with their neighbours of the same kind."""
    expected: date | None = None
    for snapshot in history.days:
        if snapshot.day > as_of:
            break
        if expected is not None and snapshot.day > expected:
            yield DayRun(expected, snapshot.day - ONE_DAY, DayKind.MISSING)
        yield DayRun(snapshot.day, snapshot.day, kind_of(snapshot))
        expected = snapshot.day + ONE_DAY
    if expected is not None and expected <= as_of:
        yield DayRun(expected, as_of, DayKind.AWAITED)


def kind_of(snapshot: SnapshotDay) -> DayKind:
    """What is known of a day that has a snapshot."""
    if snapshot.partial or snapshot.lacks_scores:
        return DayKind.PARTIAL
    return DayKind.COMPLETE if snapshot.complete else DayKind.FILLED


def old_snapshot(newest: SnapshotDay, as_of: date) -> Problem | None:
    """What `check`, `status` and the pages say about a newest snapshot that is older than it may be."""
    age = (as_of - newest.day).days
    if age <= OLD_AFTER:
        return None
    message = (
        f"The newest snapshot is of {newest.day}, {plural(age, 'day')} before {as_of}: what changed since is unknown."
    )
    hint = (
        "Tell whoever maintains this repository. For the maintainer: on GitHub, open *Actions*, *snapshot*, and the "
        "last run: its log says why nothing came; without GitHub, run the script of the daily task, and read what it "
        "says. Without either, run `backlog collect`, or import a newer export."
    )
    return problem("snapshot-old", newest.path or SNAPSHOTS, None, message, hint)


def joined(runs: Iterable[DayRun]) -> Iterator[DayRun]:
    """Neighbours of one kind as one run."""
    held: DayRun | None = None
    for run in runs:
        if held is not None and held.kind is run.kind and held.last + ONE_DAY == run.first:
            held = DayRun(held.first, run.last, run.kind)
            continue
        if held is not None:
            yield held
        held = run
    if held is not None:
        yield held


def fillable(coverage: Coverage, as_of: date) -> tuple[DayRun, ...]:
    """The days without a snapshot that Graph still keeps, so that the next collection fills them in."""
    oldest = as_of - KEPT_BY_GRAPH + ONE_DAY
    return tuple(
        replace(run, first=max(run.first, oldest))
        for run in coverage.runs
        if run.kind in (DayKind.MISSING, DayKind.AWAITED) and run.last >= oldest
    )


class DayCounts:
    """How many snapshots of each kind a span of days has; counted once for all recommendations."""

    def __init__(self, days: Sequence[SnapshotDay]) -> None:
        """Count the snapshots, oldest first."""
        self._days = [snapshot.day for snapshot in days]
        self._before = {kind: [0] for kind in (DayKind.COMPLETE, DayKind.FILLED, DayKind.PARTIAL)}
        for snapshot in days:
            for kind, sums in self._before.items():
                sums.append(sums[-1] + (kind_of(snapshot) is kind))

    def within(self, first: date, last: date) -> dict[DayKind, int]:
        """Snapshots of each kind from one day to another, both included."""
        start, end = bisect_left(self._days, first), bisect_right(self._days, last)
        return {kind: sums[end] - sums[start] for kind, sums in self._before.items()}
