# SPDX-License-Identifier: Apache-2.0
"""What a chart is given: plain numbers and words, exact until they are printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import ceil, floor

from secure_score_backlog.wording import MONTHS


@dataclass(frozen=True, slots=True)
class Sample:
    """One day of a line."""

    day: date
    value: Fraction
    """Percent, 0 to 100."""
    backfilled: bool = False
    """True for a day that Graph returned later and in less detail: drawn hollow, said in the table."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a day, drawn as a numbered flag."""

    day: date
    label: str


@dataclass(frozen=True, slots=True)
class Trend:
    """Lines of percentages over days."""

    id: str
    """Unique on its page; lower case, digits and dashes."""
    title: str
    """What the chart shows, for those who cannot see it."""
    caption: str
    """What there is to be seen, in words and numbers."""
    ours: tuple[Sample, ...]
    """Oldest first, at most one a day. A day without a sample is a gap in the line."""
    comparison: tuple[Sample, ...] = ()
    ours_label: str = "This tenant"
    comparison_label: str = "Comparable tenants"
    bands: tuple[int, ...] = ()
    """Percentages at which a line is drawn across."""
    marks: tuple[Mark, ...] = ()
    gap_days: int = 1
    """Days between samples that are still joined: 1 for daily samples, more for weekly or monthly ones."""


@dataclass(frozen=True, slots=True)
class BarPart:
    """One part of the ledger's bar."""

    key: str
    """`observed`, `claimed`, `do-now` ...: chooses pattern and colour."""
    label: str
    points: Fraction
    """May be negative (unexplained): then it is listed and not drawn."""
    note: str = ""
    """What the part means, shown beside it in the legend."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, stacked from left to right."""

    id: str
    title: str
    caption: str
    parts: tuple[BarPart, ...]
    unit: str = "points"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a stack: a month, say."""

    label: str
    parts: tuple[BarPart, ...]


@dataclass(frozen=True, slots=True)
class Stack:
    """Stacked bars under one another, each as wide as its whole is against the largest whole."""

    id: str
    title: str
    caption: str
    rows: tuple[Row, ...]
    shown: tuple[str, ...]
    """Keys of the parts whose numbers stand beside the bars; all are drawn."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a waterfall."""

    key: str
    """`improved`, `regressed`, `claimed`, `ruler`, `population`, `unexplained`."""
    label: str
    change: Fraction


@dataclass(frozen=True, slots=True)
class Waterfall:
    """From one value to another by steps that add up."""

    id: str
    title: str
    caption: str
    start_label: str
    start: Fraction
    end_label: str
    end: Fraction
    steps: tuple[Step, ...]
    unit: str = "points"
    places: int = 2


@dataclass(frozen=True, slots=True)
class Spark:
    """The share of one recommendation over time, as steps."""

    id: str
    title: str
    caption: str
    samples: tuple[Sample, ...]
    """Days on which the value changed, oldest first, in percent of its maximum; each holds until the next."""
    until: date
    """Last day of the drawing."""
    absent: tuple[tuple[date, date], ...] = ()
    """Spans, first and last day, in which it was not measured: left blank."""
    marks: tuple[Mark, ...] = ()
    first: date | None = None
    """First day of the drawing; default: the first sample."""


@dataclass(frozen=True, slots=True)
class DaysOfMonth:
    """Days in a row of one kind, within one month."""

    first: date
    last: date
    kind: str
    """`complete`, `filled`, `missing`, `awaited`: chooses shape and colour."""


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """One row of a calendar."""

    month: str
    """YYYY-MM."""
    days: tuple[DaysOfMonth, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is known of each day, one row a month."""

    id: str
    title: str
    caption: str
    months: tuple[CalendarMonth, ...]
    """In the order of the rows."""
    drawn: int = 24
    """Rows at most; the table behind the chart has every month."""


# --- Places on an axis: days to a share of the width, percentages to a share of the height, and round marks.


FULL = 1000
"""Width and height of the stretched inner drawing, in its own units."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One mark of an axis."""

    at: str
    """Percent of the drawing's width or height, such as `12.5`."""
    label: str
    minor: bool = False
    """Left out where there is little room."""


@dataclass(frozen=True, slots=True)
class Days:
    """An axis of days."""

    first: date
    last: date

    def at(self, day: date) -> Fraction:
        """0 at the first day, 1 at the last; in the middle when there is but one."""
        span = (self.last - self.first).days
        return Fraction((day - self.first).days, span) if span else Fraction(1, 2)

    def ticks(self) -> tuple[Tick, ...]:
        """First days of months, at most eight or so; the year where it changes."""
        starts = list(self._months())
        if len(starts) < 2:
            days = (self.first,) if self.first == self.last else (self.first, self.last)
            return tuple(Tick(plain(self.at(d) * 100), f"{d.day} {MONTHS[d.month - 1][:3]} {d.year}") for d in days)
        every = next(n for n in (1, 2, 3, 6, 12, 24, 60, 120) if len(starts) / n <= 8)
        kept = [d for d in starts if (d.year * 12 + d.month - 1) % every == 0] or starts[:1]
        ticks: list[Tick] = []
        for index, d in enumerate(kept):
            year = index == 0 or d.year != kept[index - 1].year
            label = f"{MONTHS[d.month - 1][:3]}{f' {d.year}' if year else ''}"
            ticks.append(Tick(plain(self.at(d) * 100), label, minor=index % 2 == 1 and not year))
        turn = next((d for d in kept[1:] if d.year != kept[0].year), None)
        if turn and self.at(turn) - self.at(kept[0]) < Fraction(3, 10):
            ticks[0] = replace(ticks[0], minor=True)  # two labels with a year need that much room on a phone
        return tuple(ticks)

    def _months(self) -> Iterable[date]:
        year, month = self.first.year, self.first.month
        while (start := date(year, month, 1)) <= self.last:
            if start >= self.first:
                yield start
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)


@dataclass(frozen=True, slots=True)
class Percents:
    """An axis of percentages, wide enough for what it has to hold."""

    low: int
    high: int

    @staticmethod
    def around(values: Iterable[Fraction]) -> Percents:
        """Whole tens around the values, at least 40 wide, within 0 and 100 where the values are."""
        known = list(values) or [Fraction(0), Fraction(100)]
        low, high = floor(min(known) / 10) * 10, ceil(max(known) / 10) * 10
        while high - low < 40:
            low, high = (low - 10, high) if low > 0 and (high >= 100 or (high - low) % 20) else (low, high + 10)
        return Percents(low, high)

    def at(self, value: Fraction | int) -> Fraction:
        """0 at the top, 1 at the bottom: as drawings count."""
        return 1 - Fraction(Fraction(value) - self.low, self.high - self.low)

    def ticks(self) -> tuple[Tick, ...]:
        """Every ten, or every twenty on a long axis."""
        step = 10 if self.high - self.low <= 50 else 20
        first = -(-self.low // step) * step
        return tuple(Tick(plain(self.at(v) * 100), f"{v} %") for v in range(first, self.high + 1, step))


def round_levels(low: Fraction, high: Fraction, most: int = 5) -> list[Fraction]:
    """Multiples of 1, 2 or 5 times a power of ten between two levels: as many as fit, at most that many."""
    if high <= low:
        return []
    power = Fraction(1, 100)
    while True:
        for step in (power, power * 2, power * 5):
            first, last = ceil(low / step), floor(high / step)
            if last - first < most:
                return [step * number for number in range(first, last + 1)]
        power *= 10


def plain(value: Fraction, places: int = 2) -> str:
    """A number as SVG reads it: no needless zeros, no grouping."""
    scaled = round(value * 10**places)
    sign, digits = ("-" if scaled < 0 else ""), str(abs(scaled)).rjust(places + 1, "0")
    whole, rest = digits[:-places], digits[-places:].rstrip("0")
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"


# --- Numbered flags of what happened when: each at its day, side by side where days are close to one another.


SIZE = 19
"""Pixels that a flag takes."""
ROOM = Fraction(8, 100)
"""Share of the width that these pixels are on the narrowest phone."""
MIDDLE = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag of a chart."""

    x: str
    """Its day, percent of the width: where its line stands."""
    at: str
    aside: int
    """Where its number stands: percent of the width, and pixels to the right of that."""
    number: int
    mark: Mark


def flags(marks: Iterable[Mark], days: Days) -> list[Flag]:
    """The marks within the days, oldest first, numbered from 1."""
    inside = sorted((m for m in marks if days.first <= m.day <= days.last), key=lambda m: (m.day, m.label))
    places = [days.at(mark.day) for mark in inside]
    left = beside([place for place in places if place < MIDDLE])
    right = [(1 - at, -aside) for at, aside in beside([1 - p for p in reversed(places) if p >= MIDDLE])]
    found = [*left, *reversed(right)]
    return [
        Flag(plain(place * 100), plain(at * 100), aside, number, mark)
        for number, (place, (at, aside), mark) in enumerate(zip(places, found, inside, strict=True), start=1)
    ]


def beside(places: Sequence[Fraction]) -> list[tuple[Fraction, int]]:
    """For each place, in rising order, the place of the first of its group, and pixels away from it."""
    found: list[tuple[Fraction, int]] = []
    first, before = Fraction(0), 0
    for place in places:
        if not before or place - first >= before * ROOM:
            first, before = place, 0
        found.append((first, before * SIZE))
        before += 1
    return found
