# SPDX-License-Identifier: Apache-2.0
"""Single values of Graph's answers, in every form that they have or may have."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from secure_score_backlog.snapshots.graph_json import (
    LARGEST_EXPONENT,
    created,
    fraction,
    instant,
    number,
    utc_day,
    whole,
)
from secure_score_backlog.snapshots.snapshot_files import snapshot_path


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (Decimal("7.83"), "7.83"),
        ("128", "128"),
        (" -1.5 ", "-1.5"),
        ("1e2", "1E+2"),
        ("NaN", None),
        ("INF", None),
        ("-INF", None),
        ("", None),
        ("12 points", None),
        ("١٢", None),
        ("1_000", None),
        ("1e9999", None),
        (None, None),
        (True, None),
        ([], None),
        (Decimal("NaN"), None),
    ],
)
def test_number(written: object, value: str | None) -> None:
    """Text that is a number is one; anything else is unknown, never zero."""
    assert number(written) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2026-11-20T00:00:00Z", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T00:00:00.1234567Z", datetime(2026, 11, 20, 0, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-20T23:30:00-02:00", datetime(2026, 11, 21, 1, 30, tzinfo=UTC)),
        ("2026-11-20T01:00:00+02:00", datetime(2026, 11, 19, 23, tzinfo=UTC)),
        ("2026-11-20T00:00:00", datetime(2026, 11, 20, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("2026-02-30T00:00:00Z", None),
        ("12026-01-01T00:00:00Z", None),
        ("yesterday", None),
        (None, None),
        (Decimal(5), None),
    ],
)
def test_instant(written: object, time: datetime | None) -> None:
    """Fractions and offsets are understood; what is no time is None."""
    assert instant(written) == time


def test_day_of_a_score() -> None:
    """The UTC day comes from createdDateTime, and from the id only where that says nothing."""
    both = {"createdDateTime": "2026-11-20T22:00:00-03:00", "id": "t_2026-01-01"}
    assert created(both) == datetime(2026, 11, 21, 1, tzinfo=UTC)
    assert created({"createdDateTime": None, "id": "t_2026-01-01"}) == datetime(2026, 1, 1, tzinfo=UTC)
    assert created({"createdDateTime": "", "id": "t-2026-13-01"}) is None
    assert created({}) is None


def test_path_of_a_snapshot() -> None:
    """The year is its folder, also for years that no tenant will see."""
    assert snapshot_path(date(2026, 11, 20)) == "snapshots/2026/2026-11-20.json"
    assert snapshot_path(date(999, 1, 2)) == "snapshots/0999/0999-01-02.json"


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        (Decimal("7.83"), Fraction(783, 100)), ("12.5", Fraction(25, 2)), (8, Fraction(8)), ("-1", Fraction(-1)),
        ("NaN", None), ("INF", None), ("-INF", None), (True, None), (None, None), ("", None), ([], None),
        ("1e999999", None), (" 4 ", Fraction(4)),
    ],
)  # fmt: skip
def test_numbers_are_exact_or_unknown(written: object, exact: Fraction | None) -> None:
    """What Graph's description allows as a number, and nothing else."""
    assert fraction(written) == exact


def test_numbers_without_bound_are_noise() -> None:
    """Ten to the fortieth, up or down, is read; beyond it is nothing that Graph means. A float is no number of ours."""
    assert LARGEST_EXPONENT == 40
    assert fraction("1e40") == 10**40
    assert fraction("1e-40") == Fraction(1, 10**40)
    assert fraction("1e41") is fraction("1e-41") is None
    assert fraction(0.5) is None


def test_counts_are_whole_or_unknown() -> None:
    """Graph sends counts as strings."""
    assert (whole("240"), whole("2.5"), whole(None)) == (240, None, None)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-20T00:00:00Z", date(2026, 11, 20)), ("2026-11-20T23:30:00.1234567-05:00", date(2026, 11, 21)),
        ("yesterday", None), (None, None), ("2026-13-01T00:00:00Z", None),
    ],
)  # fmt: skip
def test_days_are_utc(written: object, expected: date | None) -> None:
    """A timestamp's day is its day in UTC."""
    assert utc_day(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-20T23:30:00", date(2026, 11, 20)),
        ("2026-11-20", date(2026, 11, 20)),
        ("2026-11-20T00:30:00+00:00", date(2026, 11, 20)),
        ("2026-11-20T00:30:00+01:00", date(2026, 11, 19)),
        ("0001-01-01T00:00:00Z", None),  # what .NET writes for no time
        ("9999-12-31T00:00:00Z", None),
        ("1970-01-01T00:00:00Z", date(1970, 1, 1)),
    ],
)
def test_a_timestamp_without_an_offset_is_utc(written: str, expected: date) -> None:
    """Graph writes UTC; what names no offset is taken for it."""
    assert utc_day(written) == expected


@pytest.mark.parametrize("written", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:30:00-01:00"])
def test_a_time_beyond_the_calendar_is_none(written: str) -> None:
    """The first and the last day of the calendar have neighbours that no calendar has."""
    assert utc_day(written) is None
