# SPDX-License-Identifier: Apache-2.0
"""Months and days, without a clock."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta

MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])", re.ASCII)


def month_of(day: date) -> str:
    """The month of a day, as YYYY-MM."""
    return f"{day.year:04}-{day.month:02}"


def first_day(month: str) -> date:
    """First day of a month written YYYY-MM; ValueError for anything else."""
    found = MONTH.fullmatch(month)
    if not found:
        raise ValueError(f"{month!r} is not a month; write it as 2026-10")
    return date(int(found["year"]), int(found["month"]), 1)


def last_day(month: str) -> date:
    """Last day of a month written YYYY-MM."""
    first = first_day(month)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def months_between(start: date, end: date) -> Iterator[str]:
    """Every month that a span of days touches, oldest first."""
    day = start.replace(day=1)
    while day <= end:
        yield month_of(day)
        day = last_day(month_of(day)) + timedelta(days=1)


def add_months(day: date, months: int) -> date:
    """The same day some months later; the last day of the month where that day does not exist."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    length = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, length))
