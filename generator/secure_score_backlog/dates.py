# SPDX-License-Identifier: Apache-2.0
"""Months and days, without a clock.

The program computes with days from `FIRST_DAY` to `LAST_DAY`. Every reader refuses a day outside, so that sums of days,
months and years never leave the calendar.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta

FIRST_DAY = date(1970, 1, 1)
LAST_DAY = date(2199, 12, 31)
ONE_DAY = timedelta(days=1)

MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])", re.ASCII)


def is_usable(day: date) -> bool:
    """Whether the program computes with a day."""
    return FIRST_DAY <= day <= LAST_DAY


def from_json(text: str | None) -> date | None:
    """A day as our JSON holds it; None where it holds none."""
    return date.fromisoformat(text) if text else None


def month_of(day: date) -> str:
    """The month of a day, as YYYY-MM."""
    return f"{day.year:04}-{day.month:02}"


def first_day(month: str) -> date:
    """First day of a month written YYYY-MM; ValueError for anything else, and outside of the usable days."""
    found = MONTH.fullmatch(month)
    first = date(int(found["year"]), int(found["month"]), 1) if found and found["year"] != "0000" else None
    if first is None or not is_usable(first):
        raise ValueError(f"{month!r} is not a month from 1970-01 to 2199-12; write it as 2026-10")
    return first


def last_day(month: str) -> date:
    """Last day of a month written YYYY-MM."""
    first = first_day(month)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def month_before(month: str) -> str:
    """The month before a month, both written YYYY-MM."""
    return month_of(first_day(month) - ONE_DAY)


def months_between(start: date, end: date) -> Iterator[str]:
    """Every month that a span of days touches, oldest first."""
    day = start.replace(day=1)
    while day <= end:
        yield month_of(day)
        day = last_day(month_of(day)) + ONE_DAY


def newest_ended(months: int, today: date) -> tuple[date, date]:
    """The newest period of 1, 3 or 12 months of the calendar that had ended before a day: its first and last day."""
    begins = today.replace(month=(today.month - 1) // months * months + 1, day=1)
    return add_months(begins, -months), begins - ONE_DAY


def add_months(day: date, months: int) -> date:
    """The same day some months later; the last day of the month where that day does not exist."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    length = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, length))
