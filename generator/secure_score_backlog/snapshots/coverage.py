# SPDX-License-Identifier: Apache-2.0
"""Which days have a snapshot, which were filled in later, and which are missing (docs/method.md#snapshots).

Graph keeps 90 days and only its newest in full, so a day that was not collected in time is lost for good, and one that
was filled in later is known in less detail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from secure_score_backlog.dates import first_day, last_day, months_between
from secure_score_backlog.snapshots.graph_json import KEPT_BY_GRAPH
from secure_score_backlog.snapshots.model import History, SnapshotDay

ONE_DAY = timedelta(days=1)


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
    def observed(self) -> int:
        """Days with a snapshot of all recommendations, complete or not."""
        return self.count(DayKind.COMPLETE) + self.count(DayKind.FILLED)

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
        start, end = first_day(month), last_day(month)
        return Coverage(
            tuple(
                DayRun(max(run.first, start), min(run.last, end), run.kind)
                for run in self.runs
                if run.first <= end and run.last >= start
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
    if snapshot.partial:
        return DayKind.PARTIAL
    return DayKind.COMPLETE if snapshot.complete else DayKind.FILLED


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


def can_be_filled(run: DayRun, as_of: date) -> bool:
    """Whether Graph still keeps a day of it, so that the next collection fills it in."""
    return run.kind in (DayKind.MISSING, DayKind.AWAITED) and run.last > as_of - KEPT_BY_GRAPH
