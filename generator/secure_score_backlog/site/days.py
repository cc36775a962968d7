# SPDX-License-Identifier: Apache-2.0
"""The days with and without a snapshot, in words and as a calendar."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from secure_score_backlog import wording
from secure_score_backlog.dates import ONE_DAY, last_day, month_of
from secure_score_backlog.site.charts.calendar import Calendar, CalendarMonth, DaysOfMonth, span
from secure_score_backlog.snapshots.coverage import Coverage, DayKind, DayRun

NAMED = 6
"""Gaps that a sentence names; the table behind the calendar has all."""
KINDS = (
    (DayKind.FILLED, "with scores only"),
    (DayKind.PARTIAL, "partial"),
    (DayKind.MISSING, "missing"),
)
"""What a day can be other than complete, in words."""


def spans(runs: Iterable[DayRun]) -> str:
    """The days of some runs in words; of many runs, the newest."""
    every = list(runs)
    named = "; ".join(span(run.first, run.last) for run in every[-NAMED:])
    return f"{named}; and {len(every) - NAMED} earlier" if len(every) > NAMED else named


def sentence(coverage: Coverage) -> str:
    """How many days were observed, and which were not; empty without a snapshot."""
    return in_words(coverage, named=True)


def counted(coverage: Coverage) -> str:
    """The same without naming days."""
    return in_words(coverage, named=False)


def in_words(coverage: Coverage, *, named: bool) -> str:
    """How many days are complete, and how many have scores only, are partial, or have no snapshot."""
    if not coverage.runs:
        return ""
    since, complete = wording.day(coverage.runs[0].first), coverage.count(DayKind.COMPLETE)
    if coverage.passed == 1:
        kinds = ((DayKind.COMPLETE, "complete"), *KINDS, (DayKind.AWAITED, "not collected"))
        how = next(words for kind, words in kinds if coverage.count(kind))
        return f"One day so far: {since}, {how}."
    said = [f"Observed in full on {wording.number(complete)} of {wording.count(coverage.passed, 'day')} since {since}"]
    for kind, words in KINDS:
        number = coverage.count(kind)
        if number:
            said.append(f"{wording.number(number)} {words}{f' ({spans(coverage.of(kind))})' if named else ''}")
    if not coverage.count(DayKind.MISSING) and not coverage.since_newest:
        said.append("none missing")
    if coverage.since_newest:
        newest = coverage.of(DayKind.AWAITED)[0].first
        said.append(f"{wording.count(coverage.since_newest, 'day')} not collected, from {wording.day(newest)} on")
    return f"{'; '.join(said)}."


def unmeasured_months(coverage: Coverage) -> list[str]:
    """The months without any snapshot, oldest first."""
    seen = (DayKind.COMPLETE, DayKind.FILLED, DayKind.PARTIAL)
    return [month for month in coverage.months() if not any(coverage.within(month).count(kind) for kind in seen)]


def month_spans(months: Iterable[str]) -> str:
    """Months in words, those in a row as a span: May 2025; September 2025 to February 2026."""
    runs: list[list[str]] = []
    for month in months:
        if runs and month_of(last_day(runs[-1][-1]) + ONE_DAY) == month:
            runs[-1].append(month)
        else:
            runs.append([month])
    said = [
        wording.month(run[0]) if len(run) == 1 else f"{wording.month(run[0])} to {wording.month(run[-1])}"
        for run in runs
    ]
    return "; ".join(said)


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
