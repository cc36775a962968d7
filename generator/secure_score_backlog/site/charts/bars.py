# SPDX-License-Identifier: Apache-2.0
"""Charts of points: the ledger as one stacked bar, the ledger month by month, and why the score moved.

Every part has a name and a pattern; none is recognised by colour alone (`patterns.html.j2`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from typing import Any, ClassVar

from secure_score_backlog import wording
from secure_score_backlog.site.charts.base import Chart, Tick, plain

WIDE, ROOMY = Fraction(16, 100), Fraction(15, 200)
"""Share of the bar from which a part's name fits into it: on any screen, and on a wide one."""
ROW_HEIGHT = 48
"""Pixels of one row of a waterfall."""
SCALE = 20
"""Pixels that the numbers of the axis take below the bars."""
CUT = Fraction(8, 100)
"""Share of the width, from the left, that the mark of a cut axis takes."""


@dataclass(frozen=True, slots=True)
class BarPart:
    """One part of a stacked bar."""

    key: str
    """`observed`, `claimed`, `do-now` ...: chooses pattern and colour."""
    label: str
    points: Fraction
    """May be negative (unexplained): then it is listed and not drawn."""
    note: str = ""
    """What the part means, shown beside it in the legend."""


@dataclass(frozen=True, slots=True)
class _Piece:
    part: BarPart
    x: str
    width: str
    middle: str
    fits: str
    """`wide`, `roomy` or empty: where its name fits."""


def _pieces(parts: Iterable[BarPart], full: Fraction) -> tuple[_Piece, ...]:
    """The parts from left to right, each as wide as its share of the full width."""
    pieces: list[_Piece] = []
    start = Fraction(0)
    for part in parts:
        if part.points <= 0:
            continue
        share = part.points / full
        fits = "wide" if share >= WIDE else "roomy" if share >= ROOMY else ""
        middle = plain((start + share / 2) * 100)
        pieces.append(_Piece(part, plain(start * 100), plain(share * 100, 3), middle, fits))
        start += share
    return tuple(pieces)


def _drawn(parts: Iterable[BarPart]) -> Fraction:
    """The sum of the parts that are drawn: a negative part is not."""
    return sum((part.points for part in parts if part.points > 0), Fraction(0))


@dataclass(frozen=True, slots=True)
class Bar(Chart):
    """One bar, stacked from left to right; its legend is the table behind it."""

    template: ClassVar[str] = "bar.html.j2"

    parts: tuple[BarPart, ...]

    def values(self) -> Mapping[str, Any] | None:
        """The pieces of the bar, and the rows of the table."""
        whole = _drawn(self.parts)
        if whole <= 0:
            return None
        total = sum((part.points for part in self.parts), Fraction(0))
        rows = [(part, part.points / total if total > 0 else None) for part in self.parts]
        return {"pieces": _pieces(self.parts, whole), "rows": rows, "total": total}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a stack: a month, say."""

    label: str
    parts: tuple[BarPart, ...]

    @property
    def words(self) -> str:
        """The whole bar in words, for those who do not see it."""
        return ", ".join(f"{part.label} {plain(part.points)}" for part in self.parts if part.points)


@dataclass(frozen=True, slots=True)
class Stack(Chart):
    """Stacked bars under one another, each as wide as its sum against the largest sum. The table is the chart."""

    template: ClassVar[str] = "stack.html.j2"

    rows: tuple[Row, ...]
    shown: tuple[str, ...]
    """Keys of the parts whose numbers are written beside the bars; all are drawn."""

    def values(self) -> Mapping[str, Any] | None:
        """The bars with their numbers, and the legend."""
        widest = max((_drawn(row.parts) for row in self.rows), default=Fraction(0))
        if widest <= 0:
            return None
        amounts = [{part.key: part.points for part in row.parts} for row in self.rows]
        return {
            "lines": [
                (row, _pieces(row.parts, widest), [points.get(key, Fraction(0)) for key in self.shown])
                for row, points in zip(self.rows, amounts, strict=True)
            ],
            "labels": [next((p.label for r in self.rows for p in r.parts if p.key == key), key) for key in self.shown],
            "parts": list({part.key: part for row in self.rows for part in row.parts if part.points > 0}.values()),
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a waterfall."""

    key: str
    """A part of the movement, such as `improved`: chooses the colour."""
    label: str
    change: Fraction


@dataclass(frozen=True, slots=True)
class Waterfall(Chart):
    """From one number of points to another by steps that add up: one horizontal bar a step.

    The axis begins near the smaller value; its numbers, a mark and the caption say so.
    """

    template: ClassVar[str] = "waterfall.html.j2"

    start_label: str
    start: Fraction
    end_label: str
    end: Fraction
    steps: tuple[Step, ...]

    def values(self) -> Mapping[str, Any]:
        """The bars, the axis and its size."""
        levels = [self.start]
        for step in self.steps:
            levels.append(levels[-1] + step.change)
        axis = _Axis.around([*levels, self.end])
        rows = [axis.total(self.start_label, self.start)]
        for step, before, after in zip(self.steps, levels, levels[1:], strict=False):
            rows.append(axis.row(step.key, step.label, wording.signed(step.change), (before, after)))
        rows.append(axis.total(self.end_label, self.end))
        scale = len(rows) * ROW_HEIGHT
        return {
            "rows": [replace(row, top=index * ROW_HEIGHT) for index, row in enumerate(rows)],
            "ticks": axis.ticks(),
            "scale": scale,
            "height": scale + SCALE,
            "cut": axis.low > 0,
        }


@dataclass(frozen=True, slots=True)
class _WaterfallRow:
    key: str
    label: str
    value: str
    x: str
    width: str
    join: str
    """Where the running total is after this row, percent of the width."""
    top: int = 0
    """Pixels from the upper edge."""


@dataclass(frozen=True, slots=True)
class _Axis:
    """From a little left of the smallest level to a little right of the largest; negative only where a level is."""

    low: Fraction
    span: Fraction

    @staticmethod
    def around(levels: list[Fraction]) -> _Axis:
        low, high = min(levels), max(levels)
        margin = (high - low) / 6 or Fraction(1)
        start = low - margin if low < 0 or low > margin else Fraction(0)
        return _Axis(start, high + margin - start)

    def ticks(self) -> list[Tick]:
        """Round numbers below the bars; none under the mark of a cut axis."""
        start = self.low + self.span * CUT if self.low > 0 else self.low
        return [
            Tick(plain((level - self.low) / self.span * 100), _unsigned(level))
            for level in round_levels(start, self.low + self.span)
        ]

    def total(self, label: str, value: Fraction) -> _WaterfallRow:
        """The bar from the axis' begin to a value."""
        return self.row("total", label, _unsigned(value), (self.low, value))

    def row(self, key: str, label: str, value: str, ends: tuple[Fraction, Fraction]) -> _WaterfallRow:
        """The bar between two levels; it leaves the running total at the second."""
        left, right = ((level - self.low) / self.span for level in sorted(ends))
        after = (ends[1] - self.low) / self.span
        width = max(right - left, Fraction(3, 1000)) if right > left else Fraction(0)
        return _WaterfallRow(key, label, value, plain(left * 100), plain(width * 100), plain(after * 100))


def _unsigned(value: Fraction) -> str:
    """A value on the axis: points, with a sign only where they are negative."""
    return wording.signed(value).lstrip("+")


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
