# SPDX-License-Identifier: Apache-2.0
"""The ledger as one stacked bar: every part named, none told by colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup

from secure_score_backlog.views.charts.axis import plain
from secure_score_backlog.views.charts.shapes import Bar, BarPart
from secure_score_backlog.views.templating import render

WIDE, ROOMY = Fraction(16, 100), Fraction(15, 200)
"""Share of the bar from which a part's name fits into it: on any screen, and on a wide one."""


@dataclass(frozen=True, slots=True)
class _Piece:
    part: BarPart
    x: str
    width: str
    middle: str
    room: str
    """`wide`, `roomy` or empty: where its name fits."""


def bar(chart: Bar) -> Markup:
    """The bar as a figure, its legend the table behind it; a sentence when there are no points at all."""
    whole = sum((part.points for part in chart.parts if part.points > 0), Fraction(0))
    if whole <= 0:
        return render("empty_chart.html.j2", chart=chart)
    pieces: list[_Piece] = []
    start = Fraction(0)
    for part in chart.parts:
        if part.points <= 0:
            continue
        share = part.points / whole
        room = "wide" if share >= WIDE else "roomy" if share >= ROOMY else ""
        middle = plain((start + share / 2) * 100)
        pieces.append(_Piece(part, plain(start * 100), plain(share * 100, 3), middle, room))
        start += share
    total = sum((part.points for part in chart.parts), Fraction(0))
    rows = [(part, part.points / total if total > 0 else None) for part in chart.parts]
    return render("bar.html.j2", chart=chart, pieces=pieces, rows=rows, total=total)
