# SPDX-License-Identifier: Apache-2.0
"""The ledger as one stacked bar: every part named, none told by colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup

from secure_score_backlog.site.charts.shapes import Bar, BarPart, Row, Stack, plain
from secure_score_backlog.site.templates import render

WIDE, ROOMY = Fraction(16, 100), Fraction(15, 200)
"""Share of the bar from which a part's name fits into it: on any screen, and on a wide one."""


@dataclass(frozen=True, slots=True)
class _BarPiece:
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
    pieces: list[_BarPiece] = []
    start = Fraction(0)
    for part in chart.parts:
        if part.points <= 0:
            continue
        share = part.points / whole
        room = "wide" if share >= WIDE else "roomy" if share >= ROOMY else ""
        middle = plain((start + share / 2) * 100)
        pieces.append(_BarPiece(part, plain(start * 100), plain(share * 100, 3), middle, room))
        start += share
    total = sum((part.points for part in chart.parts), Fraction(0))
    rows = [(part, part.points / total if total > 0 else None) for part in chart.parts]
    return render("bar.html.j2", chart=chart, pieces=pieces, rows=rows, total=total)


# --- Stacked bars under one another: what the points were made of, month by month. The table is the chart.


@dataclass(frozen=True, slots=True)
class _StackPiece:
    part: BarPart
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class _Line:
    row: Row
    pieces: tuple[_StackPiece, ...]
    words: str
    """The whole bar in words, for those who do not see it."""
    numbers: tuple[Fraction, ...]


def stack(chart: Stack) -> Markup:
    """The bars as a figure; a sentence when there is nothing to draw."""
    widest = max((whole(row) for row in chart.rows), default=Fraction(0))
    if widest <= 0:
        return render("empty_chart.html.j2", chart=chart)
    lines = [line(row, widest, chart.shown) for row in chart.rows]
    labels = [next((p.label for r in chart.rows for p in r.parts if p.key == key), key) for key in chart.shown]
    parts = {part.key: part for row in chart.rows for part in row.parts if part.points > 0}
    return render("stack.html.j2", chart=chart, lines=lines, labels=labels, parts=list(parts.values()))


def whole(row: Row) -> Fraction:
    """What a bar adds up to; what is negative is not drawn."""
    return sum((part.points for part in row.parts if part.points > 0), Fraction(0))


def line(row: Row, widest: Fraction, shown: tuple[str, ...]) -> _Line:
    """One bar, from left to right."""
    pieces = []
    start = Fraction(0)
    for part in row.parts:
        if part.points > 0:
            share = part.points / widest
            pieces.append(_StackPiece(part, plain(start * 100), plain(share * 100, 3)))
            start += share
    points = {part.key: part.points for part in row.parts}
    words = ", ".join(f"{part.label} {plain(part.points)}" for part in row.parts if part.points)
    return _Line(row, tuple(pieces), words, tuple(points.get(key, Fraction(0)) for key in shown))
