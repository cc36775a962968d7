# SPDX-License-Identifier: Apache-2.0
"""Months and days at their edges: ends of months, ends of years, leap years."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.dates import (
    FIRST_DAY,
    LAST_DAY,
    add_months,
    first_day,
    last_day,
    month_of,
    months_between,
    newest_ended,
)

DAYS = st.dates(FIRST_DAY, LAST_DAY - timedelta(days=800))


@pytest.mark.parametrize(
    ("month", "last"),
    [
        ("2026-01", date(2026, 1, 31)),
        ("2026-02", date(2026, 2, 28)),
        ("2024-02", date(2024, 2, 29)),
        ("2100-02", date(2100, 2, 28)),
        ("2026-04", date(2026, 4, 30)),
        ("2026-12", date(2026, 12, 31)),
        ("1970-01", date(1970, 1, 31)),
        ("2199-12", date(2199, 12, 31)),
    ],
)
def test_first_and_last_day(month: str, last: date) -> None:
    """A month begins on its first and ends on its last day, and both belong to it."""
    assert first_day(month) == last.replace(day=1)
    assert last_day(month) == last
    assert month_of(first_day(month)) == month_of(last) == month


@pytest.mark.parametrize(
    "typed",
    [
        *("2026-13", "2026-00", "2026-1", "26-10", "2026-10-01", "2026/10", " 2026-10", "2026-10\n", "", "October"),
        *("0000-01", "0001-01", "1969-12", "2200-01", "9999-12"),
    ],
)
def test_what_is_no_month_is_refused(typed: str) -> None:
    """The refusal repeats what was typed; a month outside of the calendar that is computed with is none."""
    for function in (first_day, last_day):
        with pytest.raises(ValueError, match="month") as ending:
            function(typed)
        assert repr(typed) in str(ending.value)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2026, 10, 1), date(2026, 10, 1), ["2026-10"]),
        (date(2026, 10, 31), date(2026, 10, 31), ["2026-10"]),
        (date(2026, 10, 2), date(2026, 10, 30), ["2026-10"]),
        (date(2026, 9, 30), date(2026, 10, 1), ["2026-09", "2026-10"]),
        (date(2026, 9, 1), date(2026, 11, 1), ["2026-09", "2026-10", "2026-11"]),
        (date(2025, 12, 31), date(2026, 1, 1), ["2025-12", "2026-01"]),
        (date(2024, 1, 31), date(2024, 3, 1), ["2024-01", "2024-02", "2024-03"]),
        (date(2026, 10, 1), date(2026, 9, 30), []),
    ],
)
def test_months_of_a_span(start: date, end: date, months: list[str]) -> None:
    """Both ends count, also where a month is touched on one day only; a span that ends before it begins has none."""
    assert list(months_between(start, end)) == months


@given(DAYS, st.integers(0, 800))
def test_months_of_a_span_are_those_of_its_days(start: date, length: int) -> None:
    """Every month of any of the days, once, in order."""
    days = [start + timedelta(days=number) for number in range(length + 1)]
    assert list(months_between(days[0], days[-1])) == sorted({month_of(day) for day in days})


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 11, 21), 1, date(2026, 12, 21)),
        (date(2026, 11, 21), 2, date(2027, 1, 21)),
        (date(2026, 11, 30), 15, date(2028, 2, 29)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_months_later(day: date, months: int, later: date) -> None:
    """The same day of the month, or its last one where it is too short."""
    assert add_months(day, months) == later


@pytest.mark.parametrize(
    ("months", "today", "first", "last"),
    [
        (3, date(2027, 1, 5), date(2026, 10, 1), date(2026, 12, 31)),
        (3, date(2026, 3, 31), date(2025, 10, 1), date(2025, 12, 31)),
        (3, date(2026, 4, 1), date(2026, 1, 1), date(2026, 3, 31)),
        (1, date(2024, 3, 31), date(2024, 2, 1), date(2024, 2, 29)),
        (1, date(2026, 1, 1), date(2025, 12, 1), date(2025, 12, 31)),
        (12, date(2026, 12, 31), date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_the_newest_period_that_has_ended(months: int, today: date, first: date, last: date) -> None:
    """A period whose last day is today has not ended."""
    assert newest_ended(months, today) == (first, last)
