# SPDX-License-Identifier: Apache-2.0
"""Maximum points and portal state of a day."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.snapshots.collect import (
    derived_maximum,
    maximum_in_hindsight,
    maximum_on_the_day,
    portal_status,
)
from tests.support.graph_items import profile


def scored(points: object, percentage: object) -> dict[str, Any]:
    """A control with its score and percentage, as written."""
    written = (Decimal(value) if isinstance(value, str) else value for value in (points, percentage))
    return dict(zip(("score", "scoreInPercentage"), written, strict=True))


@pytest.mark.parametrize(
    ("points", "percentage", "maximum"),
    [
        ("8", "100", "8"),
        ("2.67", "33.33", "8"),
        ("7.83", "97.88", "8"),
        ("7.833333333", "97.916666", "8"),
        ("0.1", "1.25", "8"),
        ("0", "0", None),
        ("5", "0", None),
        ("0", "100", None),
        ("-1", "50", None),
        ("5", "-50", None),
        ("1.25", "50", None),
        ("0.01", "0.12", None),
        (None, "100", None),
        ("5", None, None),
        ("NaN", "100", None),
    ],
)
def test_derived(points: str | None, percentage: str | None, maximum: str | None) -> None:
    """A whole number within what rounding allows, or nothing: 0.01 at 0.12 % may be 7, 8 or more."""
    assert derived_maximum(scored(points, percentage), None) == (Decimal(maximum) if maximum else None)


@pytest.mark.parametrize(
    ("points", "percentage", "maximum"),
    [
        ("1", "100", "1"),  # the least there is
        ("0.4", "100", None),
        ("5", "0.01", "50000"),  # a percentage that may have been rounded up from nothing: no upper bound
        ("0.00012", "0.01", None),  # 1.2 without an upper bound may be more than 1
        ("4.01", "49.99", "8"),  # 8 is the least that rounding allows
        ("3.99", "50.01", "8"),  # 8 is the most that rounding allows
        ("1.35", "50", None),  # 2.68 to 2.72: no whole number
        ("1.23", "50", None),  # 2.44 to 2.48
        ("0.11", "1.45", None),  # 6.85 to 8.33: 7 or 8
        ("0.15", "1.99", None),  # 7 to 8.08: 7 or 8
        ("0.12", "1.43", None),  # 7.64 to 9.15: 8 or 9
        ("0.17", "2.01", None),  # 7.92 to 9: 8 or 9
        ("0.16", "2", "8"),  # 7 to 9, hit exactly
        ("0.0833", "1.0412", "8"),  # four decimals allow 7.99 to 8.01
        ("0.083", "1.041", "8"),
        ("0.002", "0.152", "1"),
        ("0.001", "0.152", None),
    ],
)
def test_only_what_rounding_leaves_alone_is_said(points: str, percentage: str, maximum: str | None) -> None:
    """The one whole number between the bounds, bounds included; of several only one that is hit exactly."""
    assert derived_maximum(scored(points, percentage), None) == (Decimal(maximum) if maximum else None)


@pytest.mark.parametrize(
    ("points", "percentage", "expected", "maximum"),
    [
        ("0.17", "2.01", "9", "9"),
        ("0.15", "1.99", "7", "7"),
        ("0.17", "2.01", "9.01", None),
        ("0.15", "1.99", "6.99", None),
        ("0.15", "1.99", "7.5", "7.5"),
        ("5", "0.01", "25000", "25000"),
        ("5", "0.01", "24949", "50000"),
        ("5", "0.01", "999999", "999999"),
        ("0", "0.01", "0", None),
        ("0", "50", "0.01", "0.01"),
        ("0", "50", "-1", None),
        ("5", "50", "0", "10"),
    ],
)
def test_what_is_expected_counts_within_the_bounds(
    points: str, percentage: str, expected: str, maximum: str | None
) -> None:
    """Today's maximum, whole or not, where the day's figures allow it, bounds included; never zero or less."""
    found = derived_maximum(scored(points, percentage), Decimal(expected))
    assert found == (Decimal(maximum) if maximum else None)


@given(maximum=st.integers(1, 10), share=st.decimals(min_value="0.05", max_value=1, places=6))
def test_derived_is_right_wherever_it_speaks(maximum: int, share: Decimal) -> None:
    """Rounded to two decimals as Graph does, a fleet ratio leads back to its maximum, or to none, never to another."""
    cent = Decimal("0.01")
    points = (maximum * share).quantize(cent, ROUND_HALF_EVEN).normalize()
    percentage = (100 * share).quantize(cent, ROUND_HALF_EVEN).normalize()
    assert derived_maximum(scored(f"{points:f}", f"{percentage:f}"), None) in {Decimal(maximum), None}
    assert derived_maximum(scored(f"{points:f}", f"{percentage:f}"), Decimal(maximum)) == maximum


def test_on_the_day_the_profile_decides() -> None:
    """Today's profile is right about today, whatever the percentage says."""
    assert maximum_on_the_day(scored("5", "100"), profile("x", 10)) == 10
    assert maximum_on_the_day(scored("5", "100"), None) == 5
    assert maximum_on_the_day(scored("5", "100"), profile("x", "NaN")) == 5
    assert maximum_on_the_day(scored("0", "0"), profile("x", "7.5")) == Decimal("7.5")


def test_in_hindsight_the_day_itself_decides() -> None:
    """A re-weighted recommendation keeps the maximum of its day; without points today's profile has to do."""
    assert maximum_in_hindsight(scored("5", "100"), profile("x", 10)) == 5
    assert maximum_in_hindsight(scored("0.01", "0.12"), profile("x", 7)) == 7
    assert maximum_in_hindsight(scored("0", "0"), profile("x", 10)) == 10
    assert maximum_in_hindsight(scored("1.25", "50"), profile("x", Decimal("2.5"))) == Decimal("2.5")
    assert maximum_in_hindsight(scored("0", "0"), None) is None


def test_state_is_the_newest_up_to_the_day() -> None:
    """No date means since ever; what was marked later did not hold yet."""
    updates = [
        {"state": "Ignored", "updatedDateTime": "2026-11-20T23:59:59Z"},
        {"state": "Default", "updatedDateTime": None},
        {"state": "ThirdParty", "updatedDateTime": "2026-11-10T08:00:00Z"},
        "not an update",
        {"state": "Reviewed", "updatedDateTime": "no date"},
    ]
    told = {"controlStateUpdates": updates}
    assert portal_status(told, date(2026, 11, 1)) == "Default"
    assert portal_status(told, date(2026, 11, 10)) == "ThirdParty"
    assert portal_status(told, date(2026, 11, 20)) == "Ignored"


def test_state_that_nobody_states_is_unknown() -> None:
    """No profile, no list, no date that could be compared, no text: None."""
    assert portal_status(None, date(2026, 11, 1)) is None
    assert portal_status({"controlStateUpdates": None}, date(2026, 11, 1)) is None
    assert portal_status({"controlStateUpdates": [{"state": None}]}, date(2026, 11, 1)) is None
    later = {"controlStateUpdates": [{"state": "Ignored", "updatedDateTime": "2026-11-02T00:00:00Z"}]}
    assert portal_status(later, date(2026, 11, 1)) is None
