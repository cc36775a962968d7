# SPDX-License-Identifier: Apache-2.0
"""Days as a calendar of one row a month: kinds of days are told by shape as well as by colour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from markupsafe import Markup

from secure_score_backlog import wording
from secure_score_backlog.site.charts.shapes import Calendar, CalendarMonth, DaysOfMonth, plain
from secure_score_backlog.site.templates import render

COLUMNS = 31
ROW, BAR = 25, 17
"""Pixels: from row to row, and of a day."""
HEAD = 22
TICKS = (1, 5, 10, 15, 20, 25, 30)

LABELS = {
    "complete": "complete",
    "filled": "filled in later",
    "missing": "missing",
    "awaited": "after the newest snapshot",
}
"""Kinds in the order of the legend."""
CROSSED = frozenset({"missing"})
SEEN = frozenset({"complete", "filled"})


@dataclass(frozen=True, slots=True)
class _Run:
    kind: str
    x: str
    width: str
    end: str
    words: str
    crosses: tuple[str, ...]
    """Where each day's cross stands; percent of the width."""


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    top: int
    runs: tuple[_Run, ...]
    tally: str


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the table behind it."""

    month: str
    counts: dict[str, int]
    gaps: str
    """The missing days in words."""


def calendar(chart: Calendar) -> Markup:
    """The calendar as a figure; a sentence where there is no day at all."""
    if not any(month.days for month in chart.months):
        return render("empty_chart.html.j2", chart=chart)
    drawn = chart.months[: chart.drawn]
    kinds = [kind for kind in LABELS if any(run.kind == kind for month in chart.months for run in month.days)]
    return render(
        "calendar.html.j2",
        chart=chart,
        rows=[row(month, HEAD + index * ROW) for index, month in enumerate(drawn)],
        lines=[line(month) for month in chart.months],
        ticks=[(number, middle(number)) for number in TICKS],
        seams=[plain(Fraction(column * 100, COLUMNS)) for column in range(1, COLUMNS)],
        kinds=[(kind, LABELS[kind]) for kind in kinds],
        height=HEAD + len(drawn) * ROW,
        bar=BAR,
        left_out=len(chart.months) - len(drawn),
    )


def row(month: CalendarMonth, top: int) -> _Row:
    """One month as it is drawn."""
    year, index = int(month.month[:4]), int(month.month[5:7])
    seen = sum(days(run) for run in month.days if run.kind in SEEN)
    passed = sum(days(run) for run in month.days)
    return _Row(
        label=f"{wording.MONTHS[index - 1][:3]} {year}",
        top=top,
        runs=tuple(drawn_run(run) for run in month.days),
        tally=f"{seen} of {passed}",
    )


def drawn_run(run: DaysOfMonth) -> _Run:
    """Days in a row as one shape."""
    return _Run(
        kind=run.kind,
        x=plain(Fraction((run.first.day - 1) * 100, COLUMNS)),
        width=plain(Fraction(days(run) * 100, COLUMNS)),
        end=plain(Fraction(run.last.day * 100, COLUMNS)),
        words=f"{span(run.first, run.last)}: {LABELS.get(run.kind, run.kind)}",
        crosses=tuple(middle(d) for d in range(run.first.day, run.last.day + 1)) if run.kind in CROSSED else (),
    )


def line(month: CalendarMonth) -> _Line:
    """One month in numbers."""
    counts = dict.fromkeys(LABELS, 0)
    for run in month.days:
        counts[run.kind] += days(run)
    gaps = [span(run.first, run.last) for run in month.days if run.kind == "missing"]
    return _Line(wording.month(month.month), counts, "; ".join(gaps))


def middle(number: int) -> str:
    """Where the middle of a day of the month is; percent of the width."""
    return plain(Fraction((2 * number - 1) * 100, 2 * COLUMNS))


def days(run: DaysOfMonth) -> int:
    """How many."""
    return (run.last - run.first + timedelta(days=1)).days


def span(first: date, last: date) -> str:
    """17 January 2026; 8 to 10 August 2026; 30 July 2026 to 2 August 2026."""
    if first == last:
        return wording.day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {wording.day(last)}"
    return f"{wording.day(first)} to {wording.day(last)}"
