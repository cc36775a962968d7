# SPDX-License-Identifier: Apache-2.0
"""Points and score impact in the portal's table, also after a spreadsheet program made dates of points."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.snapshots.portal_csv import MONTHS, WORDS
from secure_score_backlog.snapshots.portal_points import (
    Interval,
    Points,
    confirmed,
    impact_of,
    points_from_date,
    read_points,
    total_of,
)


def points(earned: float | str, possible: float | str) -> Points:
    """Points as they are read."""
    return Points(Decimal(str(earned)), Decimal(str(possible)))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("\t0/8", points(0, 8)),
        ("7.83/8", points("7.83", 8)),
        ("7,83 / 8", points("7.83", 8)),
        ("'3/10", points(3, 10)),
        ("3\u20448", points(3, 8)),
        ("0 out of 8", points(0, 8)),
        ("0 von 8", points(0, 8)),
        ("5 of 9", points(5, 9)),
        ("3 sur 5", points(3, 5)),
        ("\uff18/\uff18", points(8, 8)),
        ("8", None),
        ("8/", None),
        ("50 %", None),
        ("8. Aug", None),
        ("-1/8", None),
        ("3/10/2", None),
        ("", None),
        ("1234567/1", None),
    ],
)
def test_points_as_the_portal_writes_them(cell: str, expected: Points | None) -> None:
    """A stroke or the words for it in several languages, behind a tab, with comma or point."""
    assert read_points(cell, WORDS.between) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("8. Aug", {points(8, 8)}),
        ("08.Aug", {points(8, 8)}),
        ("5. Sep", {points(5, 9)}),
        ("9-May", {points(5, 9)}),
        ("Aug-08", {points(8, 8)}),
        ("08-août", {points(8, 8)}),
        ("03. Mrz", {points(3, 3)}),
        ("8 août 2026", {points(8, 8)}),
        ("8 Ağu", {points(8, 8)}),
        ("5月9日", {points(5, 9)}),
        ("5월 9일", {points(5, 9)}),
        ("08/08/2026", {points(8, 8)}),
        ("9/5/2026", {points(5, 9)}),
        ("2026-08-08", {points(8, 8)}),
        ("2026-08-08T00:00:00", set()),
        ("08.08.2026 00:00", {points(8, 8)}),
        ("46242", {points(8, 8)}),
        ("46242.0", {points(8, 8)}),
        ("lip 5", {points(5, 6), points(5, 7)}),
        ("5 unheard", {points(min(5, month), max(5, month)) for month in range(1, 13)}),
        ("5/9/26", {points(5, 9), points(9, 26)}),
        ("0/8", set()),
        ("8/8", {points(8, 8)}),
        ("31.31.2026", set()),
        ("32. Aug", set()),
        ("many", set()),
        ("", set()),
        ("5 %", set()),
        ("12345678", set()),
        ("1.2.3.4", set()),
    ],
)
def test_what_a_date_may_have_been(cell: str, expected: set[Points]) -> None:
    """Day and month in either order, with or without a year: points never exceed their maximum, so either is sure.

    Only where a name or a year can be read in two ways is there more than one reading.
    """
    assert points_from_date(cell, MONTHS) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("+2.84%", (Fraction("2.84"), Fraction(1, 100))),
        ("+2,84 %", (Fraction("2.84"), Fraction(1, 100))),
        ("2.8%", (Fraction("2.8"), Fraction(1, 10))),
        ("%3", (Fraction(3), Fraction(1))),
        ("0.0284", None),
        ("", None),
        ("a%", None),
    ],
)
def test_score_impact(cell: str, expected: tuple[Fraction, Fraction] | None) -> None:
    """A percentage with the unit of its last digit; a number without a percent sign may be anything."""
    assert impact_of(cell) == expected


def impacts(maxima: list[int], total: int) -> list[tuple[Decimal, str]]:
    """Maximum and impact of rows, as the portal rounds it."""
    return [(Decimal(most), f"+{100 * most / total:.2f}%") for most in maxima]


@given(st.lists(st.integers(1, 10), min_size=12, max_size=80), st.data())
def test_the_total_of_all_rows_is_implied_by_some(maxima: list[int], data: st.DataObject) -> None:
    """Whatever rows are left, their impacts still say what all rows add up to."""
    kept = data.draw(st.lists(st.sampled_from(maxima), min_size=1))
    total = total_of(impacts(kept, sum(maxima)))
    assert total is not None
    assert total.holds(Fraction(sum(maxima)))


def test_a_total_is_unknown_where_impacts_say_nothing_or_contradict() -> None:
    """No impact, an impact of nothing, or rows that cannot be of one table."""
    assert total_of([(Decimal(8), ""), (Decimal(0), "+1%"), (Decimal(8), "+0%")]) is None
    assert total_of([(Decimal(8), "+2.84%"), (Decimal(8), "+9.99%")]) is None
    assert total_of(impacts([8, 10], 282)) == Interval(Fraction(200000, 711), Fraction(200000, 709))


TOTAL = Interval(Fraction(281), Fraction(282))


@pytest.mark.parametrize(
    ("found", "impact", "total", "expected", "sure"),
    [
        (points(8, 8), "+2.84%", TOTAL, None, True),
        (points(8, 8), "+2.84%", TOTAL, Decimal(10), True),
        (points(5, 9), "+2.84%", TOTAL, Decimal(9), False),
        (points(8, 8), "", TOTAL, Decimal(8), True),
        (points(8, 8), "+2.84%", None, Decimal(8), True),
        (points(8, 8), "", None, None, False),
        (points(8, 8), "", None, Decimal(9), False),
        (points(8, 8), "+3%", TOTAL, None, False),
        (points(8, 8), "+3%", TOTAL, Decimal(8), True),
    ],
)
def test_only_what_is_certain_is_recovered(
    found: Points, impact: str, total: Interval | None, expected: Decimal | None, sure: bool
) -> None:
    """The row's own impact decides where it is fine enough to tell 8 from 7 and 9, else the known maximum."""
    assert confirmed(found, impact, total, expected) is sure


def test_a_long_cell_is_not_searched() -> None:
    """A hundred thousand blanks before and after would take a search quadratic time; no points are that long."""
    blanks = " " * 100_000
    for cell in (f"{blanks}x", f"3/10{blanks}x", f"8{blanks}0:00x", f"+3%{blanks}x"):
        assert read_points(cell, WORDS.between) is None
        assert points_from_date(cell, MONTHS) == frozenset()
        assert impact_of(cell) is None


@given(st.text(max_size=20))
def test_no_cell_is_a_bug(cell: str) -> None:
    """Whatever a cell says, it is read or it is not."""
    read_points(cell, WORDS.between)
    points_from_date(cell, MONTHS)
    impact_of(cell)
