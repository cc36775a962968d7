# SPDX-License-Identifier: Apache-2.0
"""Charts of points: the ledger as one stacked bar, the ledger month by month, and what changed the score.

Parts differ in lightness and have an outline and a gap between them, so none is recognised by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any, ClassVar

from secure_score_backlog import wording
from secure_score_backlog.site.charts.base import Chart, Tick, plain

WIDTHS = {"wide": 280, "roomy": 640, "broad": 920}
"""Pixels that a bar is wide at least: on any screen, at a desk, and on a wide screen or on paper."""
LETTER = 8
"""Pixels that a letter takes at most, on average."""
STRONG = frozenset({"observed", "do-now", "blocked", "not-applicable", "unexplained"})
"""Parts whose fill stands out from the page; the others are close to it and have an outline. In `ORDER` the
two kinds take turns, so that neighbours differ in lightness."""
ORDER = (
    "observed",
    "claimed",
    "do-now",
    "do-soon",
    "blocked",
    "accept",
    "not-applicable",
    "undecided",
    "unexplained",
)
"""From left to right: what counts, what is planned, what is left open by a decision, what has none."""
HEAD = 66
"""Pixels that the bar of the whole score takes above the parts of a change."""
ROW_HEIGHT = 40
"""Pixels of one part of a change."""
SCALE = 38
"""Pixels that the numbers of the axis and its name take below the parts."""


@dataclass(frozen=True, slots=True)
class BarPart:
    """One part of a stacked bar."""

    key: str
    """`observed`, `claimed`, `do-now` ...: chooses the fill."""
    label: str
    points: Fraction
    """May be negative (unexplained): then it is listed and not drawn."""
    note: str = ""
    """What the part means, shown beside it in the legend."""

    @property
    def fill(self) -> str:
        """Classes of its drawing."""
        return f"backlog-part backlog-part--{self.key}{' backlog-part--strong' if self.key in STRONG else ''}"


@dataclass(frozen=True, slots=True)
class _Piece:
    part: BarPart
    x: str
    width: str
    name: str
    """Key of `WIDTHS`: from which width of the bar on its name fits above its number; empty where it does not."""
    number: str
    """The same of its number alone."""


def _pieces(parts: Iterable[BarPart], full: Fraction) -> tuple[_Piece, ...]:
    """The parts from left to right, each as wide as its share of the full width."""
    pieces: list[_Piece] = []
    start = Fraction(0)
    for part in parts:
        if part.points <= 0:
            continue
        share = part.points / full
        number = _fits(wording.points(part.points), share)
        name = _fits(max(part.label, wording.points(part.points), key=len), share)
        pieces.append(_Piece(part, plain(start * 100, 3), plain(share * 100, 3), name, number))
        start += share
    return tuple(pieces)


def _fits(words: str, share: Fraction) -> str:
    """Key of the narrowest bar of which a share holds these words."""
    return next((key for key, width in WIDTHS.items() if share * width >= (len(words) + 1) * LETTER), "")


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
    """Stacked bars under one another, each as wide as its sum against the largest sum. The table is the chart.

    The legend is that of the `Bar` before it.
    """

    template: ClassVar[str] = "stack.html.j2"

    rows: tuple[Row, ...]
    shown: tuple[str, ...]
    """Keys of the parts whose numbers are written beside the bars; all are drawn."""

    def values(self) -> Mapping[str, Any] | None:
        """The bars with their numbers."""
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
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a change."""

    label: str
    change: Fraction


@dataclass(frozen=True, slots=True)
class Change(Chart):
    """What changed a number of points: the whole from zero to its maximum with the change in it, then the parts.

    The first bar has the true proportion; the bars below it share one scale of their own, which begins at zero.
    """

    template: ClassVar[str] = "change.html.j2"

    start_label: str
    start: Fraction
    end_label: str
    end: Fraction
    maximum: Fraction
    """0 where it is unknown: then there is no bar of the whole."""
    steps: tuple[Step, ...]

    def values(self) -> Mapping[str, Any]:
        """The bar of the whole, the bars of the parts, and the axis of these."""
        head = HEAD if self.maximum > 0 else 0
        low = min((step.change for step in self.steps), default=Fraction(0))
        high = max((step.change for step in self.steps), default=Fraction(0))
        axis = _Axis.around(min(low, Fraction(0)), max(high, Fraction(0)))
        return {
            "whole": self._whole() if self.maximum > 0 else None,
            "rows": [axis.row(step, head + index * ROW_HEIGHT) for index, step in enumerate(self.steps)],
            "zero": axis.zero,
            "ticks": axis.ticks(),
            "head": head,
            "scale": head + len(self.steps) * ROW_HEIGHT,
            "height": head + len(self.steps) * ROW_HEIGHT + SCALE,
        }

    def _whole(self) -> _Whole:
        full = max(self.maximum, self.start, self.end)
        before, after = sorted((max(self.start, Fraction(0)), max(self.end, Fraction(0))))
        percent = self.end * 100 / self.maximum
        middle = (before + after) / 2 / full * 100
        return _Whole(
            plain(before / full * 100, 3),
            plain((after - before) / full * 100, 3),
            "gained" if self.end >= self.start else "lost",
            Tick(plain(middle), wording.signed(self.end - self.start)),
            f"{wording.points(self.end)} of {wording.point_count(self.maximum)}, {wording.percent(percent)}",
            wording.points(full),
        )


@dataclass(frozen=True, slots=True)
class _Whole:
    same: str
    """Percent of the width that the points take which were there on both days."""
    moved: str
    """Percent of the width that the change takes, beside them."""
    kind: str
    """`gained` or `lost`."""
    total: Tick
    """The change, named below its place."""
    words: str
    full: str
    """Points at the right end."""

    @property
    def ends(self) -> tuple[bool, bool]:
        """Which ends have room for their number beside that of the change, on a phone as well."""
        return float(self.total.at) > 20, float(self.total.at) < 72


@dataclass(frozen=True, slots=True)
class _ChangeRow:
    label: str
    value: str
    unit: str
    kind: str
    """`gained` or `lost`."""
    x: str
    width: str
    top: int
    """Pixels from the upper edge."""


@dataclass(frozen=True, slots=True)
class _Axis:
    """From the largest loss, or zero, to the largest gain, or zero."""

    low: Fraction
    span: Fraction

    @staticmethod
    def around(low: Fraction, high: Fraction) -> _Axis:
        return _Axis(low, high - low or Fraction(1))

    @property
    def zero(self) -> str:
        """Percent of the width at which the bars begin."""
        return plain(-self.low / self.span * 100, 3)

    def ticks(self) -> list[Tick]:
        """Round numbers below the bars, zero among them."""
        return [
            Tick(plain((level - self.low) / self.span * 100), wording.signed(level))
            for level in round_levels(self.low, self.low + self.span)
        ]

    def row(self, step: Step, top: int) -> _ChangeRow:
        """The bar from zero to a change."""
        left, right = sorted((Fraction(0), step.change))
        value = wording.signed(step.change)
        return _ChangeRow(
            step.label,
            value,
            "point" if value.lstrip("+\N{MINUS SIGN}") == "1" else "points",
            "gained" if step.change >= 0 else "lost",
            plain((left - self.low) / self.span * 100, 3),
            plain((right - left) / self.span * 100, 3),
            top,
        )


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
