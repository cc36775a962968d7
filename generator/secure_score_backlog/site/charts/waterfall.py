# SPDX-License-Identifier: Apache-2.0
"""Why the score moved: one horizontal bar a reason, from the old value to the new."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from markupsafe import Markup

from secure_score_backlog import wording
from secure_score_backlog.site.charts.shapes import Tick, Waterfall, plain, round_levels
from secure_score_backlog.site.templates import render


@dataclass(frozen=True, slots=True)
class _Row:
    key: str
    label: str
    value: str
    x: str
    width: str
    join: str
    """Where the running total stands after this row, percent of the width."""
    top: int = 0
    """Pixels from the upper edge."""


ROW_HEIGHT = 48
SCALE = 20
"""Pixels that the numbers of the axis take below the bars."""
CUT = Fraction(8, 100)
"""Share of the width, from the left, that belongs to the mark of a cut axis."""


def waterfall(chart: Waterfall) -> Markup:
    """The chart as a figure. The axis begins near the smaller value: numbers, a mark and the caption say so."""
    levels = [chart.start]
    for step in chart.steps:
        levels.append(levels[-1] + step.change)
    axis = _Axis.around([*levels, chart.end])

    def total(label: str, value: Fraction) -> _Row:
        return axis.row("total", label, wording.signed(value, chart.places).lstrip("+"), (axis.low, value))

    rows = [total(chart.start_label, chart.start)]
    for step, before, after in zip(chart.steps, levels, levels[1:], strict=False):
        rows.append(axis.row(step.key, step.label, wording.signed(step.change, chart.places), (before, after)))
    rows.append(total(chart.end_label, chart.end))
    placed = [replace(row, top=index * ROW_HEIGHT) for index, row in enumerate(rows)]
    scale = len(rows) * ROW_HEIGHT
    return render(
        "waterfall.html.j2",
        chart=chart,
        rows=placed,
        ticks=axis.ticks(chart.places),
        scale=scale,
        height=scale + SCALE,
        cut=axis.low > 0,
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    """From a little left of the smallest level to a little right of the largest, never across zero for nothing."""

    low: Fraction
    span: Fraction

    @staticmethod
    def around(levels: list[Fraction]) -> _Axis:
        low, high = min(levels), max(levels)
        margin = (high - low) / 6 or Fraction(1)
        start = low - margin if low < 0 or low > margin else Fraction(0)
        return _Axis(start, high + margin - start)

    def ticks(self, places: int) -> list[Tick]:
        """Round numbers below the bars; none where the mark of a cut axis stands."""
        start = self.low + self.span * CUT if self.low > 0 else self.low
        return [
            Tick(plain((level - self.low) / self.span * 100), wording.signed(level, places).lstrip("+"))
            for level in round_levels(start, self.low + self.span)
        ]

    def row(self, key: str, label: str, value: str, ends: tuple[Fraction, Fraction]) -> _Row:
        """The bar between two levels; it leaves the running total at the second."""
        left, right = ((level - self.low) / self.span for level in sorted(ends))
        after = (ends[1] - self.low) / self.span
        width = max(right - left, Fraction(3, 1000)) if right > left else Fraction(0)
        return _Row(key, label, value, x=plain(left * 100), width=plain(width * 100), join=plain(after * 100))
