# SPDX-License-Identifier: Apache-2.0
"""Stored snapshots become history: only changes are kept, and nothing in a file can break the reading."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.rules.amounts import amount, whole
from secure_score_backlog.rules.judging.observing import HistoryBuilder, read_catalogue, utc_day
from tests.support.tenants import Measured, day, history, stored


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
    assert amount(written) == exact


def test_counts_are_whole_or_unknown() -> None:
    """Graph sends counts as strings."""
    assert (whole("240"), whole("2.5"), whole(None)) == (240, None, None)


def test_only_changes_are_kept() -> None:
    """A day without change adds nothing but its totals."""
    measured = history({"A": (1, 2)}, {"A": (1, 2)}, {"A": (2, 2)}, {}, {"A": (2, 2)})
    assert measured.timelines["A"].days == (day(1), day(3), day(4), day(5))
    assert measured.observation("A", day(4)) is None
    assert len(measured.days) == 5


scores = st.dictionaries(st.sampled_from("ABCD"), st.tuples(st.integers(0, 9), st.integers(0, 9)))


@given(st.lists(scores, max_size=8))
def test_a_timeline_gives_back_every_day(days: list[dict[str, Measured]]) -> None:
    """Asked for any stored day, the history says exactly what that day's file said."""
    measured = history(*days)
    for number, said in enumerate(days, start=1):
        found = measured.scored(day(number))
        assert {key: (value.points, value.maximum) for key, value in found.items()} == said


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.decimals(allow_nan=True),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["secureScore", "controlScores", "controlName", "score", "maximum", "collected", "synced",
                         "profiles", "descriptions", "id", "controlStateUpdates", "averageComparativeScores", "basis"]),
        inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


top_keys = st.sampled_from(["secureScore", "maximum", "collected", "synced", "profiles", "descriptions"])


@given(st.dictionaries(top_keys, json_values))
def test_no_file_breaks_the_reading(written: dict[str, object]) -> None:
    """Any JSON at all reads as something."""
    builder = HistoryBuilder()
    builder.add(day(1), written, "snapshots/x.json")
    assert len(builder.history().days) == 1
    read_catalogue(written, "snapshots/catalogue.json")


def test_unreadable_numbers_are_told() -> None:
    """A score that is no number is not zero: it is not measured, and a warning says so."""
    builder = HistoryBuilder()
    builder.add(day(1), stored({"A": ("NaN", 5), "B": (1, 5)}, current="INF", maximum=10), "snapshots/x.json")
    assert builder.history().observation("A", day(1)) is None
    assert builder.history().days[0].current == 1
    assert [problem.code for problem in builder.problems] == ["snapshot-unreadable-number"] * 2


def test_averages_that_are_not_provided_are_unknown() -> None:
    """-1 has meant "not provided" for weeks (a known fault of Graph)."""
    averages = [{"basis": "AllTenants", "averageScore": -1}, {"basis": "TotalSeats", "averageScore": "48.98"}]
    measured = history(stored({"A": (1, 2)}, averageComparativeScores=averages))
    assert measured.days[0].comparison == {"AllTenants": None, "TotalSeats": Fraction("48.98")}


def test_profiles_are_normalised_and_keep_their_id() -> None:
    """Case is folded where Microsoft varies it; the id stays letter for letter."""
    profile = {
        "id": "11770.MDA_Google_X", "title": " Turn it on ", "implementationCost": "Medium", "userImpact": None,
        "threats": ["Account Breach", "Account breach", 7], "actionUrl": " https://x.example", "maxScore": "7",
        "controlStateUpdates": [
            {"state": "ThirdParty", "updatedDateTime": "2026-03-02T23:30:00-02:00"},
            {"state": "Default", "updatedDateTime": None},
        ],
    }  # fmt: skip
    found = read_catalogue({"profiles": [profile], "descriptions": {"other": "text"}}, "x").recommendations
    item = found["11770.MDA_Google_X"]
    assert (item.title, item.cost, item.user_impact, item.maximum) == ("Turn it on", "moderate", "unknown", 7)
    assert item.threats == ("Account breach",)
    assert [(update.state, update.on) for update in item.updates] == [
        ("Default", None), ("ThirdParty", date(2026, 3, 3)),
    ]  # fmt: skip
    assert not found["other"].in_catalogue


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
