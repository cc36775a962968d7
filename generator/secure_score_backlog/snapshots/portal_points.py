# SPDX-License-Identifier: Apache-2.0
"""Points and score impact in the portal's table, also after a spreadsheet program saved it (docs/method.md#portal-csv).

The portal writes points as `3/10`, behind a tab so that they are no formula. A spreadsheet program takes many of them
for a day and a month: `8/8` comes back as `8. Aug`, `08.08.2026` or 46242. Which of the two numbers is the maximum is
certain, as points never exceed it; whether the cell was points at all is confirmed by the score impact of its row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

_AMOUNT = r"([0-9]{1,6}(?:[.,][0-9]{1,6})?)"
_IMPACT = re.compile(r"\+?\s*%?\s*([0-9]{1,3}(?:[.,]([0-9]{1,6}))?)\s*%?")
_NUMBERS = re.compile(r"[0-9]+", re.ASCII)
_SERIAL = re.compile(r"[1-9][0-9]{4}(?:[.,]0+)?", re.ASCII)
_DATE_LIKE = re.compile(r"[0-9]+|[^\W\d_]+|[\s./,:'’\u200e\u200f-]+")
_CLOCK = re.compile(r"\s+0{1,2}:00(?::00)?(?:[.,]0+)?\s*$")
_TIME_ZERO = date(1899, 12, 30)
"""Day 0 of a spreadsheet's calendar; right for every day since March 1900."""
_MARKS_OF_DAYS = frozenset("月日월일年년")
LARGEST_MONTH, LARGEST_DAY = 12, 31
LONGEST_CELL = 60
"""Characters; what is longer is neither points nor a date nor an impact, and is not searched."""
FEW = 3
"""More numbers than day, month and year are no date."""


@dataclass(frozen=True, order=True, slots=True)
class Points:
    """Points of one recommendation."""

    earned: Decimal
    possible: Decimal


@dataclass(frozen=True, slots=True)
class Interval:
    """A number that is only known to lie between two others, both included."""

    low: Fraction
    high: Fraction

    def overlaps(self, other: Interval) -> bool:
        """Both may be the same number."""
        return self.low <= other.high and other.low <= self.high

    def holds(self, number: Fraction) -> bool:
        """It may be this number."""
        return self.low <= number <= self.high


def read_points(cell: str, between: Iterable[str] = ("/",)) -> Points | None:
    """Points as the portal writes them; None where the cell has another form.

    Args:
        cell: What the cell says.
        between: What may stand between the two numbers: a stroke, or words such as *out of*.
    """
    if len(cell) > LONGEST_CELL:
        return None
    words = "|".join(r"\s+".join(map(re.escape, mark.split())) for mark in between)
    found = re.fullmatch(
        rf"\s*'?\s*{_AMOUNT}\s*(?:{words})\s*{_AMOUNT}\s*", unicodedata.normalize("NFKC", cell).casefold()
    )
    return Points(_decimal(found[1]), _decimal(found[2])) if found else None


def _decimal(written: str) -> Decimal:
    return Decimal(written.replace(",", "."))


def points_from_date(cell: str, months: Mapping[str, frozenset[int]]) -> frozenset[Points]:
    """What a cell may have said before a spreadsheet program took it for a date; empty where it is no date.

    Args:
        cell: What the cell says now.
        months: The months that a name may mean, by how names begin (see `plain_month`).
    """
    if len(cell) > LONGEST_CELL:
        return frozenset()
    text = _CLOCK.sub("", unicodedata.normalize("NFC", cell).strip())
    if _SERIAL.fullmatch(text):
        day = _TIME_ZERO + timedelta(days=int(re.split("[.,]", text)[0]))
        return frozenset({_pair(day.day, day.month)})
    if not text[:1].isalnum() or "".join(_DATE_LIKE.findall(text)) != text:
        return frozenset()
    numbers = [int(number) for number in _NUMBERS.findall(text) if len(number) <= 4]
    name = "".join(plain_month(word) for word in re.findall(r"[^\W\d_]+", text) if word not in _MARKS_OF_DAYS)
    if not 1 <= len(numbers) <= FEW or len(numbers) != len(_NUMBERS.findall(text)):
        return frozenset()
    if name:
        named = _months_of(name, months)
        if not named and len(name) > 1 and len(numbers) == 1:  # a language that nobody knows: any month
            named = frozenset(range(1, LARGEST_MONTH + 1))
        return frozenset(_pair(day, month) for month in named for day in _days(numbers))
    return frozenset(_pair(*pair) for pair in _day_and_month(numbers))


def plain_month(name: str) -> str:
    """A month's name without case, accents and marks: août is aout."""
    parts = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in parts if letter.isalpha())


def _months_of(name: str, months: Mapping[str, frozenset[int]]) -> frozenset[int]:
    """The months that a name may mean, by its longest known beginning."""
    fitting = [beginning for beginning in months if name.startswith(beginning)]
    longest = max(map(len, fitting), default=0)
    return frozenset().union(*(months[beginning] for beginning in fitting if len(beginning) == longest))


def _days(numbers: list[int]) -> list[int]:
    """The day among the numbers beside a month's name: any that can be one, as a year may have two digits."""
    return [number for number in numbers if 1 <= number <= LARGEST_DAY] if len(numbers) < FEW else []


def _day_and_month(numbers: list[int]) -> list[tuple[int, int]]:
    """Day and month among two or three numbers, the year first or last; which is which does not matter."""
    pairs = {2: [numbers], 3: [numbers[1:], numbers[:2]]}.get(len(numbers), [])
    return [
        (one, other) for one, other in pairs if 1 <= min(one, other) <= LARGEST_MONTH and max(one, other) <= LARGEST_DAY
    ]


def _pair(one: int, other: int) -> Points:
    """Two numbers as points: nobody has more points than the maximum."""
    return Points(Decimal(min(one, other)), Decimal(max(one, other)))


def impact_of(cell: str) -> tuple[Fraction, Fraction] | None:
    """A score impact in percent and the unit of its last digit; None where the cell states no percentage.

    The impact of a recommendation is its maximum as a part of the maxima of all recommendations.
    """
    if len(cell) > LONGEST_CELL:
        return None
    text = unicodedata.normalize("NFKC", cell).strip().lstrip("'").strip()
    found = _IMPACT.fullmatch(text) if text.count("%") == 1 else None
    if found is None:
        return None
    return Fraction(_decimal(found[1])), Fraction(1, 10 ** len(found[2] or ""))


def total_of(rows: Iterable[tuple[Decimal, str]]) -> Interval | None:
    """The maxima of all recommendations together, as maximum and impact of some of them imply it.

    None where no row has a readable impact, or where they contradict each other: then nothing is implied.
    """
    known = [
        (possible, impact) for possible, cell in rows if possible > 0 and (impact := impact_of(cell)) and impact[0]
    ]
    for rounding in (Fraction(1, 2), Fraction(1)):
        found = [total_implied(possible, impact, rounding) for possible, impact in known]
        low, high = (
            max((each.low for each in found), default=Fraction(0)),
            min((each.high for each in found), default=0),
        )
        if found and low <= high:
            return Interval(low, Fraction(high))
    return None


def total_implied(possible: Decimal, impact: tuple[Fraction, Fraction], rounding: Fraction) -> Interval:
    """The total that the maximum and the impact of one recommendation imply; `rounding` in units of the last digit."""
    percent, unit = impact
    narrowest = max(percent - unit * rounding, Fraction(1, 10**6))
    return Interval(100 * Fraction(possible) / (percent + unit * rounding), 100 * Fraction(possible) / narrowest)


def confirmed(points: Points, impact: str, total: Interval | None, expected: Decimal | None) -> bool:
    """Whether points that were recovered from a date are what the portal wrote.

    The score impact of the row decides, where the other rows say what all maxima add up to; else the maximum that is
    known of the recommendation.
    """
    found = impact_of(impact)
    if total is None or found is None or not found[0]:
        return points.possible == expected
    near = [points.possible + step for step in (0, -1, 1)]
    fits, *others = [total_implied(possible, found, Fraction(1)).overlaps(total) for possible in near]
    return fits and (not any(others) or points.possible == expected)
