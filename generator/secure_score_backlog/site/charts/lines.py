# SPDX-License-Identifier: Apache-2.0
"""Charts over days: the score beside that of comparable tenants, and the share of one recommendation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Any, ClassVar

from secure_score_backlog import wording
from secure_score_backlog.site.charts.base import Chart, Tick, plain

FULL = 1000
"""Width and height of the stretched inner drawing, in its own units."""
MOST_DOTS = 70
"""Samples of which each gets a dot; more dots would cover the line."""
MOST_ROWS = 100
"""Days of which each gets a row of the table; of more days the table has the last of each month."""
LONGEST_COMPARISON_GAP = 40
"""Days between two samples of comparable tenants that are still joined; Microsoft gives them less often."""
NAME, ENOUGH = Fraction(1, 4), Fraction(1, 8)
"""Share of the width that a band's name may take on a phone; share of the height at which no line touches it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One day of a line."""

    day: date
    value: Fraction
    """Percent, 0 to 100."""
    backfilled: bool = False
    """True for a day that Graph returned later and in less detail: drawn hollow, and marked in the table."""


@dataclass(frozen=True, slots=True)
class Days:
    """An axis of days."""

    first: date
    last: date

    def at(self, day: date) -> Fraction:
        """0 at the first day, 1 at the last; in the middle when there is only one."""
        span = (self.last - self.first).days
        return Fraction((day - self.first).days, span) if span else Fraction(1, 2)

    def ticks(self) -> tuple[Tick, ...]:
        """First days of months, at most nine; the year where it changes."""
        starts = list(self._months())
        if len(starts) < 2:
            days = (self.first,) if self.first == self.last else (self.first, self.last)
            return tuple(Tick(plain(self.at(d) * 100), f"{_short_month(d)} {d.year}") for d in days)
        every = next(n for n in (1, 2, 3, 6, 12, 24, 60, 120) if len(starts) / n <= 8)
        kept = [d for d in starts if (d.year * 12 + d.month - 1) % every == 0] or starts[:1]
        ticks: list[Tick] = []
        for index, d in enumerate(kept):
            year = index == 0 or d.year != kept[index - 1].year
            label = f"{wording.MONTHS[d.month - 1][:3]}{f' {d.year}' if year else ''}"
            ticks.append(Tick(plain(self.at(d) * 100), label, minor=index % 2 == 1 and not year))
        turn = next((d for d in kept[1:] if d.year != kept[0].year), None)
        if turn and self.at(turn) - self.at(kept[0]) < Fraction(3, 10):
            ticks[0] = replace(ticks[0], minor=True)  # two labels with a year need that much width on a phone
        return tuple(ticks)

    def _months(self) -> Iterable[date]:
        year, month = self.first.year, self.first.month
        while (start := date(year, month, 1)) <= self.last:
            if start >= self.first:
                yield start
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def _short_month(day: date) -> str:
    return f"{day.day} {wording.MONTHS[day.month - 1][:3]}"


@dataclass(frozen=True, slots=True)
class Percents:
    """An axis of percentages, wide enough for its values."""

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
        """0 at the top, 1 at the bottom: as SVG counts."""
        return 1 - Fraction(Fraction(value) - self.low, self.high - self.low)

    def ticks(self) -> tuple[Tick, ...]:
        """Every ten, or every twenty on a long axis."""
        step = 10 if self.high - self.low <= 50 else 20
        first = -(-self.low // step) * step
        return tuple(Tick(plain(self.at(v) * 100), f"{v} %") for v in range(first, self.high + 1, step))


@dataclass(frozen=True, slots=True)
class Trend(Chart):
    """Percentages day by day, beside those of comparable tenants."""

    template: ClassVar[str] = "trend.html.j2"

    ours: tuple[Sample, ...]
    """Oldest first, at most one a day. A day without a sample is a gap in the line."""
    comparison: tuple[Sample, ...] = ()
    comparison_label: str = "Comparable tenants"
    bands: tuple[int, ...] = ()
    """Percentages at which a line is drawn across."""

    def values(self) -> Mapping[str, Any] | None:
        """Lines, dots, bands, and the rows of the table."""
        if not self.ours:
            return None
        samples = (*self.ours, *self.comparison)
        days = Days(min(s.day for s in samples), max(s.day for s in samples))
        percents = Percents.around([*(s.value for s in samples), *map(Fraction, self.bands)])
        rows, thinned = self._rows()
        return {
            "ticks": days.ticks(),
            "levels": percents.ticks(),
            "from_level": percents.low,
            "bands": [self._band(band, days, percents) for band in self.bands],
            "solid": _runs(self.ours, days, percents, backfilled=False),
            "hollow": _runs(self.ours, days, percents, backfilled=True),
            "comparison": _runs(self.comparison, days, percents, LONGEST_COMPARISON_GAP),
            "dots": [_dot(s, days, percents) for s in self.ours] if len(self.ours) <= MOST_DOTS else [],
            "newest": _dot(self.ours[-1], days, percents),
            "rows": rows,
            "thinned": thinned,
            "gaps": sum(1 for before, here in zip(self.ours, self.ours[1:], strict=False) if not _joined(before, here)),
            "backfilled": sum(1 for s in self.ours if s.backfilled),
        }

    def _band(self, value: int, days: Days, percents: Percents) -> _Band:
        """The line across; its name at the right end, unless the lines are far from it only at the left."""
        at = percents.at(value)
        first, last = [ENOUGH], [ENOUGH]
        for sample in (*self.ours, *self.comparison):
            x, distance = days.at(sample.day), abs(percents.at(sample.value) - at)
            if x <= NAME or x >= 1 - NAME:
                (first if x <= NAME else last).append(distance)
        return _Band(plain(at * 100), value, last=min(last) >= min(first))

    def _rows(self) -> tuple[list[tuple[Sample, Fraction | None]], bool]:
        """The rows of the table, newest first; of too many days the last of each month, and True."""
        others = {sample.day: sample.value for sample in self.comparison}
        samples = list(self.ours)
        thinned = len(samples) > MOST_ROWS
        if thinned:
            samples = list({(s.day.year, s.day.month): s for s in samples}.values())
        return [(sample, others.get(sample.day)) for sample in reversed(samples)], thinned


@dataclass(frozen=True, slots=True)
class _Band:
    at: str
    value: int
    last: bool
    """True where its name is at the right end."""


@dataclass(frozen=True, slots=True)
class _Dot:
    x: str
    y: str
    words: str
    backfilled: bool


def _joined(before: Sample, here: Sample, most: int = 1) -> bool:
    return (here.day - before.day).days <= most


def _runs(
    samples: tuple[Sample, ...], days: Days, percents: Percents, most: int = 1, *, backfilled: bool | None = None
) -> list[str]:
    """Paths of samples at most so many days apart; a longer gap ends a path.

    backfilled: draw only the pieces that lead to days of that kind, so that each kind has a stroke of its own.
    """
    paths: list[str] = []
    path: list[str] = []
    for before, here in zip((None, *samples), samples, strict=False):
        joined = before is not None and _joined(before, here, most)
        wanted = backfilled is None or here.backfilled == backfilled
        if not joined or not wanted:
            paths.append("".join(path))
            path = []
        if wanted:
            if before is not None and joined and not path:
                path.append("M" + _place(before, days, percents))
            path.append(("L" if path else "M") + _place(here, days, percents))
    paths.append("".join(path))
    return [p if "L" in p else p + "h.01" for p in paths if p]  # a line of no length is not drawn


def _place(sample: Sample, days: Days, percents: Percents) -> str:
    return f"{plain(days.at(sample.day) * FULL, 1)} {plain(percents.at(sample.value) * FULL, 1)}"


def _dot(sample: Sample, days: Days, percents: Percents) -> _Dot:
    backfilled = ", backfilled (scores only)" if sample.backfilled else ""
    words = f"{wording.day(sample.day)}: {wording.percent(sample.value)}{backfilled}"
    x, y = plain(days.at(sample.day) * 100), plain(percents.at(sample.value) * 100)
    return _Dot(x, y, words, sample.backfilled)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a day, drawn as a numbered flag."""

    day: date
    label: str


@dataclass(frozen=True, slots=True)
class Spark(Chart):
    """The share of one recommendation over time, as steps: between two changes nothing moved."""

    template: ClassVar[str] = "spark.html.j2"

    samples: tuple[Sample, ...]
    """Days on which the value changed, oldest first, in percent of its maximum; each holds until the next."""
    until: date
    """Last day of the drawing."""
    absent: tuple[tuple[date, date], ...] = ()
    """Spans, first and last day, in which it was not measured: left blank."""
    marks: tuple[Mark, ...] = ()

    def values(self) -> Mapping[str, Any] | None:
        """Steps, the area under them, flags, and the rows of the table."""
        if not self.samples:
            return None
        days = Days(self.samples[0].day, max(self.until, self.samples[-1].day))
        pieces = [piece for piece in self._pieces() if piece[1] > piece[0] or piece[0] == days.last]
        line, area = _steps(pieces, days)
        return {
            "line": line,
            "area": area,
            "ticks": days.ticks(),
            "flags": flags(self.marks, days),
            "rows": list(reversed(self.samples)),
        }

    def _pieces(self) -> list[tuple[date, date, Sample]]:
        """Spans of one value each: from its first day to the day the next begins, without the absent spans."""
        ends = [*(sample.day for sample in self.samples[1:]), self.until]
        pieces: list[tuple[date, date, Sample]] = []
        for sample, end in zip(self.samples, ends, strict=True):
            start = sample.day
            for away, back in sorted(self.absent):
                if away >= end or back < start:
                    continue
                if away > start:
                    pieces.append((start, away, sample))
                start = max(start, back + timedelta(days=1))
            if start <= end:
                pieces.append((start, end, sample))
        return pieces


def _steps(pieces: list[tuple[date, date, Sample]], days: Days) -> tuple[str, str]:
    """The steps as one path, and the areas under them."""
    line: list[str] = []
    area: list[str] = []
    last_end: date | None = None
    for start, end, sample in pieces:
        x0, x1 = plain(days.at(start) * FULL, 1), plain(days.at(end) * FULL, 1)
        y = plain((100 - sample.value) / 100 * FULL, 1)
        area.append(f"M{x0} {FULL}V{y}H{x1}V{FULL}Z")
        line.append(f"V{y}H{x1}" if last_end == start else f"M{x0} {y}H{x1}")
        last_end = end
    return "".join(line), "".join(area)


FLAG_WIDTH = 19
"""Pixels of a flag."""
FLAG_SHARE = Fraction(8, 100)
"""Share of the width that these pixels are on the narrowest phone."""
MIDDLE = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Flag:
    """One numbered flag of a chart."""

    x: str
    """Its day, percent of the width: the place of its line."""
    at: str
    aside: int
    """The place of its number: percent of the width, and pixels to the right of that."""
    number: int
    mark: Mark


def flags(marks: Iterable[Mark], days: Days) -> list[Flag]:
    """The marks within the days, oldest first, numbered from 1; side by side where days are close to one another."""
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
        if not before or place - first >= before * FLAG_SHARE:
            first, before = place, 0
        found.append((first, before * FLAG_WIDTH))
        before += 1
    return found
