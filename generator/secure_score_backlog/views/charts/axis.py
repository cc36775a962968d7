# SPDX-License-Identifier: Apache-2.0
"""Places on an axis: days to a share of the width, percentages to a share of the height, and round marks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import ceil, floor

from secure_score_backlog.views.wording import MONTHS

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
