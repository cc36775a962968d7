# SPDX-License-Identifier: Apache-2.0
"""Numbered flags of what happened when: each at its day, side by side where days are close to one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from secure_score_backlog.views.charts.axis import Days, plain
from secure_score_backlog.views.charts.shapes import Mark

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
