# SPDX-License-Identifier: Apache-2.0
"""Stored snapshots become history: only changes are kept, and nothing in a file can break the reading."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.problems import Severity
from secure_score_backlog.snapshots.catalogue import read_catalogue
from secure_score_backlog.snapshots.history import HistoryBuilder
from secure_score_backlog.snapshots.model import Detail, Observation, SnapshotDay
from secure_score_backlog.snapshots.snapshot_files import encode
from secure_score_backlog.snapshots.stored_lines import StoredLines
from tests.support.tenants import Measured, day, history, partial, stored


def test_only_changes_are_kept() -> None:
    """A day without change adds nothing but its totals."""
    measured = history({"A": (1, 2)}, {"A": (1, 2)}, {"A": (2, 2)}, {}, {"A": (2, 2)})
    assert measured.timelines["A"].days == (day(1), day(3), day(4), day(5))
    assert measured.observation("A", day(4)) is None
    assert len(measured.days) == 5


def test_a_partial_day_changes_only_what_it_holds() -> None:
    """What a filtered table leaves out keeps its last observation, in the totals too; nothing of it is gone."""
    measured = history({"A": (1, 2), "B": (3, 4), "C": (5, 6)}, partial({"A": (2, 2)}), {"A": (2, 2), "B": (3, 4)})
    assert {name: seen.points for name, seen in measured.scored(day(2)).items()} == {"A": 2, "B": 3, "C": 5}
    part = measured.days[1]
    assert (part.partial, part.held, part.current, part.maximum) == (True, {"A"}, 10, 12)
    assert [measured.measured_on(name, day(2)) for name in "ABCD"] == [day(2), day(1), day(1), None]
    assert measured.observation("C", day(3)) is None, "the next whole day ends what is not scored"
    assert measured.measured_on("C", day(3)) is None
    assert measured.days[2].holds("C"), "a whole day says that there is no score"


def test_a_partial_day_first_of_all_holds_what_it_holds() -> None:
    """Nothing was known before, so nothing is carried over."""
    measured = history(partial({"A": (1, 2)}))
    assert list(measured.scored(day(1))) == ["A"]
    assert measured.last_holding("B", 1, day(1)) == ()


def test_a_table_has_no_totals_so_none_are_missed() -> None:
    """The sums over the rows are the totals; a warning would blame Graph for what no table has."""
    builder = HistoryBuilder()
    builder.add(day(1), partial({"A": (1, 2)}), "snapshots/x.json")
    assert builder.problems == []


scores = st.dictionaries(st.sampled_from("ABCD"), st.tuples(st.integers(0, 9), st.integers(0, 9)))


@given(st.lists(scores, max_size=8))
def test_a_timeline_gives_back_every_day(days: list[dict[str, Measured]]) -> None:
    """Asked for any stored day, the history says exactly what that day's file said."""
    measured = history(*days)
    for number, said in enumerate(days, start=1):
        found = measured.scored(day(number))
        assert {key: (value.points, value.maximum) for key, value in found.items()} == said


rows = st.fixed_dictionaries(
    {"controlName": st.sampled_from(["A", "B", "made", ""]), "score": st.sampled_from([1, 2, True, "none", None])},
    optional={"count": st.integers(0, 1), "licensed": st.booleans()},
)
maxima = st.dictionaries(st.sampled_from(["A", "B", "made"]), st.sampled_from([[1, "Default"], [2, "Default"], 5]))
parts = st.sampled_from([{}, {"coverage": "partial"}])


@given(st.lists(st.tuples(st.lists(rows, max_size=3), maxima, parts), max_size=6), st.data())
def test_looking_at_what_moved_gives_what_looking_at_everything_gives(days: list[Any], data: st.DataObject) -> None:
    """Also for recommendations named twice or by the id of their title, unreadable points, and partial days."""
    lines, quick, whole = StoredLines(), HistoryBuilder({"made": "C"}), HistoryBuilder({"made": "C"})
    whole._moved = lambda *_: None  # type: ignore[method-assign]
    order = data.draw(st.lists(st.integers(0, len(days) - 1), max_size=8)) if days else []
    for number, chosen in enumerate(order, start=1):
        listed, most, collected = days[chosen]
        content = encode({"collected": collected, "maximum": most, "secureScore": {"controlScores": listed}})
        for builder in (quick, whole):
            builder.add(day(number), lines.decode(content, "x"), "x")
        assert (quick.history(), quick.problems) == (whole.history(), whole.problems)


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
    read_catalogue(written)


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


def test_everything_a_snapshot_says_of_its_day() -> None:
    """Totals, services, seats and where it came from; a plain file without `collected` counts as Graph's, degraded."""
    builder = HistoryBuilder()
    whole_day = stored({"A": (1, 2)}, 1, 2, enabledServices=["B", "A", 7], activeUserCount="40", azureTenantId="t-1")
    whole_day["collected"]["source"] = "json"
    builder.add(day(1), whole_day, "snapshots/one.json")
    builder.add(day(2), {"secureScore": {"enabledServices": "A", "azureTenantId": ""}}, "snapshots/two.json")
    measured = builder.history()
    assert measured.days == (
        SnapshotDay(
            day=day(1), complete=True, source="json", current=Fraction(1), maximum=Fraction(2), comparison={},
            services=frozenset({"A", "B"}), seats=40, path="snapshots/one.json",
        ),
        SnapshotDay(
            day=day(2), complete=False, source="graph", current=Fraction(0), maximum=Fraction(0), comparison={},
            services=frozenset(), seats=None, path="snapshots/two.json",
        ),
    )  # fmt: skip
    assert measured.tenants == {"t-1"}
    assert [problem.path for problem in builder.problems] == ["snapshots/two.json"]


def test_one_readable_total_is_kept_beside_an_unreadable_one() -> None:
    """What stands in for a total is the sum over recommendations; unknown maxima add nothing."""
    for current, maximum, expected in ((None, 9, (4, 9)), (5, "NaN", (5, 6)), ("NaN", None, (4, 6))):
        builder = HistoryBuilder()
        said = stored({"A": (1, 2), "B": (1, 4), "C": (2, None)}, current, maximum)
        said["secureScore"]["currentScore"] = current
        said["secureScore"]["maxScore"] = maximum
        builder.add(day(1), said, "x.json")
        assert (builder.history().days[0].current, builder.history().days[0].maximum) == expected
        assert len(builder.problems) == 1


def test_everything_a_control_says() -> None:
    """Points, what was frozen beside them, counts; a name that stands twice counts once, and nonsense not at all."""
    said = stored({"A": ("1.5", 2, "Ignored", 3, 4)})
    controls = said["secureScore"]["controlScores"]
    controls += [{"controlName": "A", "score": 9}, {"controlName": ""}, {"controlName": 7}, {"score": 1}, "text"]
    found = history(said).scored(day(1))
    assert found == {"A": Observation(Fraction(3, 2), Fraction(2), "Ignored", 3, 4)}
    for frozen in (None, [], [2], [2, "Ignored", 1], {"0": 2}):
        said["maximum"]["A"] = frozen
        assert history(said).scored(day(1))["A"] == Observation(Fraction(3, 2), None, None, 3, 4)
    said["maximum"]["A"] = ["x", 5]
    assert history(said).scored(day(1))["A"] == Observation(Fraction(3, 2), None, None, 3, 4)


def test_each_change_of_a_control_alone_is_a_change() -> None:
    """Points, maximum, portal state, count and total: one of them differing makes a new observation."""
    steps = [("1", 2, None, 1, 2), ("2", 2, None, 1, 2), ("2", 3, None, 1, 2), ("2", 3, "Ignored", 1, 2),
             ("2", 3, "Ignored", 2, 2), ("2", 3, "Ignored", 2, 3)]  # fmt: skip
    measured = history(*({"A": step} for step in steps))
    assert measured.timelines["A"].days == tuple(day(number) for number in range(1, 7))
    assert measured.observation("A", day(6)) == Observation(Fraction(2), Fraction(3), "Ignored", 2, 3)


def test_the_newest_complete_day_tells_more() -> None:
    """Status, time and category of the last snapshot; a degraded one tells nothing."""
    said = stored({"A": (1, 2), "B": (1, 2), "C": (1, 2)})
    first, second, third = said["secureScore"]["controlScores"]
    first |= {"implementationStatus": "3 of 4 users.", "controlCategory": "Identity"}
    second |= {"implementationStatus": None}
    third |= {"controlName": None}
    said["synced"] = {"2026-10-01T00:00:00Z": ["A", "X"], "2026-09-30T00:00:00Z": ["B"], "2026-09-29T00:00:00Z": "B"}
    assert history({"A": (1, 2)}, said).details == {
        "A": Detail("3 of 4 users.", date(2026, 10, 1)),
        "B": Detail("", date(2026, 9, 30)),
    }
    said["collected"]["complete"] = "true"
    assert history(said).details == {}
    assert HistoryBuilder().history().details == {}


def test_zero_is_an_average() -> None:
    """Only what is below nothing was not provided; entries without a basis are passed over."""
    averages = [
        {"basis": "A", "averageScore": 0}, {"basis": "", "averageScore": 1}, {"averageScore": 1}, {"basis": "0"},
    ]  # fmt: skip
    assert list(history(stored({}, averageComparativeScores=averages)).days[0].comparison.items()) == [
        ("0", None), ("A", 0),
    ]  # fmt: skip


def test_a_warning_says_where_what_and_what_to_do() -> None:
    """The snapshot of that day and the recommendation, as a warning; days that can be read have none."""
    builder = HistoryBuilder()
    builder.add(day(1), stored({"A": (1, 5), "B": (1, 5)}), "snapshots/one.json")
    builder.add(day(2), stored({"A": ("NaN", 5), "B": (1, 5)}, 1, 10), "snapshots/two.json")
    builder.add(day(3), stored({"A": (1, 5), "B": (1, 5)}, "NaN", 10), "snapshots/three.json")
    found = [(problem.path, problem.line, problem.code, problem.severity) for problem in builder.problems]
    assert found == [
        ("snapshots/two.json", None, "snapshot-unreadable-number", Severity.WARNING),
        ("snapshots/three.json", None, "snapshot-unreadable-number", Severity.WARNING),
    ]
    first, second = builder.problems
    assert first.message.startswith("A ")
    assert "currentScore" in second.message
    assert all(problem.hint.strip() for problem in builder.problems)


@pytest.mark.parametrize(
    "nonsense",
    [
        {"controlName": "", "score": 1},
        {"controlName": 7, "score": 1},
        {"controlName": None, "score": 1},
        {"controlName": ["B"], "score": 1},
        {"score": 1},
        {"controlName": "B", "score": "NaN"},
        "text",
    ],
)
def test_nonsense_among_the_controls_hides_nothing(nonsense: Any) -> None:
    """Whatever stands first, what comes after it is read, and nothing else is."""
    said = stored({"A": (1, 2)})
    said["secureScore"]["controlScores"].insert(0, nonsense)
    assert history(said).scored(day(1)) == {"A": Observation(Fraction(1), Fraction(2))}


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("place", ["score", "count", "total"])
def test_true_is_no_number_even_beside_one(number: int, place: str) -> None:
    """Python holds true to be 1 and false to be 0; a day that says so was not read, whatever the day before said."""
    days = [stored({"A": (1, 2, None, 1, 1)}) for _ in range(3)]
    for said, value in zip(days, (number, bool(number), number), strict=True):
        said["secureScore"]["controlScores"][0][place] = value
    seen = [history(*days).scored(day(each)).get("A") for each in (1, 2, 3)]
    assert seen[0] == seen[2]
    assert seen[0] is not None
    assert (seen[1] is None) if place == "score" else (seen[1] is not None and getattr(seen[1], place) is None)


def test_an_odd_list_of_times_hides_nothing() -> None:
    """What is no name in the list of times is passed over."""
    said = stored({"A": (1, 2)})
    said["synced"] = {"2026-10-01T00:00:00Z": [["A"], {"A": 1}, 7, None, "A"]}
    assert history(said).details["A"].synced == date(2026, 10, 1)


def test_a_day_whose_scores_are_missing_is_known() -> None:
    """23 of 815 points are there: scores are missing. Points that come, go and come back still add up."""
    few = stored({"A": (10, 10), "B": (13, 20)}, 815, 1376)
    assert [day.lacks_scores for day in history(few).days] == [True]
    whole, less = {"A": (10, 10), "B": (13, 20)}, {"A": (10, 10)}
    assert [day.lacks_scores for day in history(whole, less, whole, {**whole, "B": (0, 20)}).days] == [False] * 4
    assert not history(stored(whole, "23.3", 30)).days[0].lacks_scores
    assert history(stored(whole, "23.31", 30)).days[0].lacks_scores
