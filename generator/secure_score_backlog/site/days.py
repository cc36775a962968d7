# SPDX-License-Identifier: Apache-2.0
"""The days with and without a snapshot, in words and as a calendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from markupsafe import Markup

from secure_score_backlog import wording
from secure_score_backlog.site.charts.calendar import Calendar, CalendarMonth, DaysOfMonth, span
from secure_score_backlog.snapshots.coverage import Coverage, DayKind, DayRun, can_be_filled

LATE_AFTER = 3
"""Days without a snapshot after which the newest one counts as late; Graph itself can be a day late."""
NAMED = 6
"""Gaps that a sentence names; the table behind the calendar has all."""


def is_late(coverage: Coverage) -> bool:
    """The newest snapshot is older than it may be."""
    return coverage.count(DayKind.AWAITED) > LATE_AFTER


def gap_days(coverage: Coverage) -> int:
    """Missing days, and the days since the newest snapshot once that is late."""
    return coverage.count(DayKind.MISSING) + (coverage.count(DayKind.AWAITED) if is_late(coverage) else 0)


def spans(runs: Iterable[DayRun]) -> str:
    """The days of some runs in words; of many runs, the newest."""
    every = list(runs)
    named = "; ".join(span(run.first, run.last) for run in every[-NAMED:])
    return f"{named}; and {wording.count(len(every) - NAMED, 'earlier gap')}" if len(every) > NAMED else named


def sentence(coverage: Coverage) -> str:
    """How many days were observed; empty without a snapshot."""
    if not coverage.runs:
        return ""
    if coverage.passed == 1:
        part = " in part" if coverage.count(DayKind.PARTIAL) else ""
        return f"One day has been observed{part} so far, {wording.day(coverage.runs[0].first)}."
    filled, missing = coverage.of(DayKind.FILLED), coverage.of(DayKind.MISSING)
    partial = coverage.of(DayKind.PARTIAL)
    since = wording.day(coverage.runs[0].first)
    parts = [f"{wording.count(coverage.count(DayKind.COMPLETE), 'day')} complete"]
    if filled:
        parts.append(f"{wording.number(coverage.count(DayKind.FILLED))} backfilled (scores only: {spans(filled)})")
    if partial:
        parts.append(f"{wording.number(coverage.count(DayKind.PARTIAL))} partial ({spans(partial)})")
    parts.append(
        f"{wording.number(coverage.count(DayKind.MISSING))} missing ({spans(missing)})" if missing else "none missing"
    )
    parts.append(f"of {wording.number(coverage.passed)} since {since}")
    waiting = coverage.count(DayKind.AWAITED)
    if waiting:
        parts.append(f"{wording.count(waiting, 'day')} since the newest snapshot")
    return f"{', '.join(parts)}."


def counted(coverage: Coverage) -> str:
    """How many days are complete, backfilled, partial and missing, without naming them; empty without a snapshot."""
    if not coverage.runs:
        return ""
    kinds = (
        (DayKind.FILLED, "backfilled (scores only)"),
        (DayKind.PARTIAL, "partial (a part is missing)"),
        (DayKind.MISSING, "missing"),
        (DayKind.AWAITED, "not collected yet"),
    )
    parts = [f"{wording.count(coverage.count(DayKind.COMPLETE), 'day')} complete"]
    parts += [f"{wording.number(number)} {words}" for kind, words in kinds if (number := coverage.count(kind))]
    return f"{', '.join(parts)}, of {wording.number(coverage.passed)} since {wording.day(coverage.runs[0].first)}."


def recoverable(coverage: Coverage, as_of: date) -> list[DayRun]:
    """Gaps that Graph still keeps."""
    return [run for run in coverage.runs if can_be_filled(run, as_of)]


def calendar_of(coverage: Coverage, identifier: str) -> Markup | None:
    """The calendar, newest month first; None without a snapshot."""
    if not coverage.runs:
        return None
    months = tuple(
        CalendarMonth(
            month,
            tuple(DaysOfMonth(run.first, run.last, run.kind.value) for run in coverage.within(month).runs),
        )
        for month in reversed(coverage.months())
    )
    title = "Days observed, month by month"
    return Calendar(identifier, title, sentence(coverage), months).draw()
