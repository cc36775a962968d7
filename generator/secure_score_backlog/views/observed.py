# SPDX-License-Identifier: Apache-2.0
"""Which days were observed: the calendar, and the sentences that the hygiene and the evidence pages share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from markupsafe import Markup

from secure_score_backlog.rules.judging.snapshot_gaps import Coverage, DayKind, DayRun, can_be_filled
from secure_score_backlog.views import wording
from secure_score_backlog.views.charts.calendar import calendar, span
from secure_score_backlog.views.charts.shapes import Calendar, CalendarMonth, DaysOfMonth

PATIENCE = 3
"""Days without a snapshot before it is worth a word; Graph is a day late now and then."""
NAMED = 6
"""Gaps that a sentence names; the table behind the calendar has all."""


def is_late(coverage: Coverage) -> bool:
    """The newest snapshot is older than it may be."""
    return coverage.count(DayKind.AWAITED) > PATIENCE


def gap_days(coverage: Coverage) -> int:
    """Days that nobody saw: missing ones, and those since the newest snapshot once it is too old."""
    return coverage.count(DayKind.MISSING) + (coverage.count(DayKind.AWAITED) if is_late(coverage) else 0)


def spans(runs: Iterable[DayRun]) -> str:
    """The days of some runs in words; of many, the newest."""
    every = list(runs)
    named = "; ".join(span(run.first, run.last) for run in every[-NAMED:])
    return f"{named}; and {wording.count(len(every) - NAMED, 'earlier gap')}" if len(every) > NAMED else named


def sentence(coverage: Coverage) -> str:
    """How much was observed, in words; empty without a snapshot."""
    if not coverage.runs:
        return ""
    if coverage.passed == 1:
        return f"One day has been observed so far, {wording.day(coverage.runs[0].first)}."
    filled, missing = coverage.of(DayKind.FILLED), coverage.of(DayKind.MISSING)
    since = wording.day(coverage.runs[0].first)
    said = [f"{wording.number(coverage.observed)} of {wording.count(coverage.passed, 'day')} since {since} observed"]
    if filled:
        said.append(f"{wording.number(coverage.count(DayKind.FILLED))} of them in less detail ({spans(filled)})")
    said.append(
        f"{wording.number(coverage.count(DayKind.MISSING))} missing ({spans(missing)})" if missing else "no gap"
    )
    waiting = coverage.count(DayKind.AWAITED)
    if waiting:
        said.append(f"{wording.count(waiting, 'day')} since the newest snapshot")
    return f"{', '.join(said)}."


def recoverable(coverage: Coverage, as_of: date) -> list[DayRun]:
    """Gaps that Graph still holds."""
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
    title = "Which days were observed, month by month"
    return calendar(Calendar(identifier, title, sentence(coverage), months))
