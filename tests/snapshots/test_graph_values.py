# SPDX-License-Identifier: Apache-2.0
"""Single values of Graph's answers, in every form that they have or may have."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from secure_score_backlog.snapshots.graph_json import created, instant, number, snapshot_path


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
