# SPDX-License-Identifier: Apache-2.0
"""Movement: every case of its definition (docs/method.md#movement), and exact sums over random tenants."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.evaluation.movement import (
    Movement,
    Part,
    improved_or_regressed,
    movement_between,
    split_movement,
)
from secure_score_backlog.evaluation.status import Status, statuses_on
from secure_score_backlog.snapshots.model import History, Observation, Recommendation
from tests.support.tenants import day, decision, history, stored, versions, workspace

F = Fraction


def seen(points: object, maximum: object, portal: str | None = None, total: int | None = None) -> Observation:
    """An observation in one line."""
    most = None if maximum is None else F(str(maximum))
    return Observation(F(str(points)), most, portal, None, total)


CASES = {
    "improved": (seen(0, 8), seen(8, 8), {Part.IMPROVED: F(8)}),
    "regressed": (seen(8, 8), seen(0, 8), {Part.REGRESSED: F(-8)}),
    "re-weighted, share kept": (seen(4, 8), seen(5, 10), {Part.RESCORED: F(1)}),
    "re-weighted and improved": (seen(4, 8), seen(10, 10), {Part.RESCORED: F(1), Part.IMPROVED: F(5)}),
    "claimed at once": (seen(0, 8), seen(8, 8, "ThirdParty"), {Part.CLAIMED: F(8)}),
    "claim withdrawn": (seen(8, 8, "AlternateMitigation"), seen(2, 8), {Part.CLAIMED: F(-6)}),
    "observed becomes claimed": (seen(8, 8), seen(8, 8, "ThirdParty"), {}),
    "claim without effect": (seen(0, 8), seen(4, 8, "ThirdParty"), {Part.IMPROVED: F(4)}),
    "new": (None, seen(3, 5), {Part.RESCORED: F(3)}),
    "new and claimed": (None, seen(5, 5, "thirdParty"), {Part.CLAIMED: F(5)}),
    "gone": (seen(3, 5), None, {Part.RESCORED: F(-3)}),
    "maximum was 0": (seen(0, 0), seen(5, 5), {Part.RESCORED: F(5)}),
    "maximum is 0": (seen(5, 5), seen(0, 0), {Part.RESCORED: F(-5)}),
    "maximum unknown before": (seen(1, None), seen(5, 5), {Part.IMPROVED: F(4)}),
    "maximum unknown after": (seen(5, 5), seen(1, None), {Part.REGRESSED: F(-4)}),
    "more users, same registered": (seen("8", 10, total=100), seen("6.4", 10, total=125), {Part.SCOPE: F("-1.6")}),
    "fewer users, same registered": (seen("4", 10, total=100), seen("5", 10, total=80), {Part.SCOPE: F(1)}),
    "more users and more registered": (
        seen("5", 10, total=100), seen("8", 10, total=125), {Part.IMPROVED: F(3)},
    ),
    "drift is no more than the change": (
        seen("5", 10, total=100), seen("4.9", 10, total=200), {Part.SCOPE: F("-0.1")},
    ),
    "drift and regression": (
        seen("8", 10, total=100), seen("6", 10, total=125), {Part.SCOPE: F("-1.6"), Part.REGRESSED: F("-0.4")},
    ),
    "no users before": (seen("0", 10, total=0), seen("5", 10, total=10), {Part.IMPROVED: F(5)}),
    "nothing moved": (seen(3, 8), seen(3, 8), {}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_case_of_the_definition(name: str) -> None:
    """Points are counted in the part that the definition names, and nowhere else."""
    before, after, expected = CASES[name]
    found = {part: points for part, points, _ in split_movement(before, after) if points}
    assert found == expected


def test_a_partial_score_with_unknown_totals_says_so() -> None:
    """Users and work cannot be separated there, and the line says so."""
    notes = [note for _, points, note in split_movement(seen(2, 8), seen(4, 8)) if points]
    assert notes == ["split unknown"]


def test_points_that_become_a_claim_are_shown_beside_the_sum() -> None:
    """From observed to claimed changes nothing in the sum, and is shown separately."""
    measured = history({"A": (8, 8), "B": (1, 2)}, {"A": (8, 8, "ThirdParty"), "B": (1, 2)})
    moved = movement_between(measured, measured.days[0], measured.days[1], {})
    assert moved.total_points == 0
    assert (moved.became_claimed, moved.became_observed) == (8, 0)


def test_what_no_recommendation_explains_is_shown_and_not_spread() -> None:
    """A currentScore that is not the sum leaves an unexplained rest."""
    measured = history({"A": (1, 2)}, stored({"A": (1, 2)}, current=4, maximum=5))
    moved = movement_between(measured, measured.days[0], measured.days[1], {})
    assert moved.points[Part.UNEXPLAINED] == 3
    assert moved.total_points == 3
    assert sum(moved.percent.values()) == moved.total_percent == 30


amounts = st.decimals(min_value=0, max_value=12, places=2, allow_nan=False)
controls = st.dictionaries(
    st.sampled_from("ABCDEFGH"),
    st.tuples(
        amounts,
        st.one_of(st.none(), st.integers(0, 10)),
        st.sampled_from([None, "Default", "Ignored", "ThirdParty", "AlternateMitigation"]),
        st.none(),
        st.one_of(st.none(), st.integers(0, 300)),
    ),
    max_size=8,
)
totals = st.one_of(st.none(), st.integers(0, 90))


@given(controls, controls, totals, totals, totals, totals)
def test_movement_reconciles_exactly_in_points_and_percent(
    first: dict[str, tuple[object, ...]],
    second: dict[str, tuple[object, ...]],
    current: int | None, maximum: int | None, later_current: int | None, later_maximum: int | None,
) -> None:  # fmt: skip
    """Whatever Graph says: parts add up to the change of currentScore, lines add up to parts."""
    measured = history(stored(first, current, maximum), stored(second, later_current, later_maximum))
    before, after = measured.days
    moved = movement_between(measured, before, after, statuses_on(workspace(measured), after.day))
    assert sum(moved.points.values()) == after.current - before.current
    assert sum(moved.percent.values()) == moved.total_percent
    for part in Part:
        lines = [line for line in moved.lines if line.part is part]
        assert sum((line.points for line in lines), F(0)) == moved.points[part]
        assert sum((line.percent for line in lines), F(0)) == moved.percent[part]
    if before.maximum > 0 and after.maximum > 0:
        assert moved.total_percent == 100 * after.current / after.maximum - 100 * before.current / before.maximum


@given(controls, controls)
def test_points_of_one_recommendation_are_never_lost(
    first: dict[str, tuple[object, ...]], second: dict[str, tuple[object, ...]]
) -> None:
    """The split of each recommendation sums to its change, with signs that its part's name allows."""
    measured = history(first, second)
    for identifier in first.keys() | second.keys():
        before = measured.observation(identifier, day(1))
        after = measured.observation(identifier, day(2))
        splits = split_movement(before, after)
        change = (after.points if after else F(0)) - (before.points if before else F(0))
        assert sum((points for _, points, _ in splits), F(0)) == change
        assert all(points >= 0 for part, points, _ in splits if part is Part.IMPROVED)
        assert all(points <= 0 for part, points, _ in splits if part is Part.REGRESSED)


def test_a_month_without_a_snapshot_moves_nothing() -> None:
    """An empty month starts and ends with the same snapshot."""
    measured = history({"A": (1, 2)})
    facts = evaluate(workspace(measured), day(45))
    assert facts.period.start == facts.period.end == day(1)
    assert facts.movement is not None
    assert facts.movement.total_points == 0
    assert facts.movement.lines == ()


def moved_between(measured: History, statuses: Mapping[str, Status] | None = None) -> Movement:
    """The movement between the only two days of a history."""
    before, after = measured.days
    return movement_between(measured, before, after, statuses or {})


def split(before: Observation | None, after: Observation | None) -> list[tuple[Part, Fraction, str]]:
    """The parts of one recommendation that are not 0, with their notes."""
    return [(part, points, note) for part, points, note in split_movement(before, after) if points]


@pytest.mark.parametrize(
    ("before", "after", "notes"),
    [
        (seen(0, 8), seen(8, 8, "ThirdParty"), ["self-attested"]),
        (seen(8, 8, "ThirdParty"), seen(0, 8), ["no longer self-attested"]),
        (seen(4, 8), seen(5, 10), ["re-weighted"]),
        (seen(0, 0), seen(5, 5), ["worth nothing on one of the days"]),
        (seen(1, None), seen(5, 5), ["maximum unknown"]),
        (seen("8", 10, total=100), seen("6.4", 10, total=125), ["users or devices changed"]),
        (seen(0, 8), seen(8, 8), [""]),
        (seen(0, 8), seen(4, 8), ["split unknown"]),
        (seen(4, 8), seen(8, 8), ["split unknown"]),
        (seen(8, 8), seen(4, 8), ["split unknown"]),
        (seen(8, 8), seen(0, 8), [""]),
        (seen("0.5", 1), seen("0.75", 1), ["split unknown"]),
        (seen("0.5", 1, total=4), seen("0.75", 1), ["split unknown"]),
        (seen("0.5", 1), seen("0.75", 1, total=4), ["split unknown"]),
        (seen("0.5", 1, total=4), seen("0.75", 1, total=4), [""]),
    ],
)
def test_each_line_says_why(before: Observation, after: Observation, notes: list[str]) -> None:
    """The note is what the page prints beside the points."""
    assert [note for _, _, note in split(before, after)] == notes


def test_scope_lies_between_nothing_and_the_change() -> None:
    """More devices explain no gain, fewer explain no loss, and neither explains more than there is."""
    assert split(seen("5", 10, total=100), seen("8", 10, total=200))[0][:2] == (Part.IMPROVED, 3)
    assert split(seen("5", 10, total=200), seen("4", 10, total=100))[0][:2] == (Part.REGRESSED, -1)
    assert split(seen("5", 10, total=200), seen("6", 10, total=100))[0][:2] == (Part.SCOPE, 1)


def test_a_score_above_its_maximum_is_computed_like_any_other() -> None:
    """Shares above 1 occur in Graph; no point of them is lost."""
    found = split(seen(6, 5, total=10), seen(5, 5, total=20))
    assert sum(points for _, points, _ in found) == -1
    assert split(seen(6, 5), seen(7, 5))[0][:2] == (Part.IMPROVED, 1)
    assert split(seen(0, 5), seen(0, 6)) == []


TWO_DAYS = (
    stored(
        {"A": (2, 8), "B": (5, 5), "C": (1, 2), "D": (4, 4), "G": (0, None)},
        current=12, maximum=20, enabledServices=["HasEXOP1", "HasSPO"], activeUserCount="40",
    ),
    stored(
        {"A": (8, 8), "B": (4, 4), "C": (1, 2, "ThirdParty"), "E": (0, 6), "F": (1, 3, "ThirdParty"), "G": (1, None)},
        current=15, maximum=25, enabledServices=["HasEXOP1", "HasAADP2"], activeUserCount=44,
    ),
)  # fmt: skip


def test_every_line_in_points_and_percent_exactly() -> None:
    """One month by hand: the mean of 1/20 and 1/25 is 9/200; a point of maximum costs 100 * 13.5 / 500."""
    measured = history(*TWO_DAYS)
    moved = moved_between(measured)
    point, maximum = F(9, 2), F(-27, 10)
    assert [(line.recommendation, line.part, line.points, line.percent, line.note) for line in moved.lines] == [
        ("A", Part.IMPROVED, 6, 6 * point, "split unknown"),
        ("G", Part.IMPROVED, 1, point, "maximum unknown"),
        ("D", Part.RESCORED, -4, -4 * point - 4 * maximum, "no longer scored"),
        ("B", Part.RESCORED, -1, -point - maximum, "re-weighted"),
        ("F", Part.RESCORED, 1, point + 3 * maximum, "newly scored"),
        ("E", Part.RESCORED, 0, 6 * maximum, "newly scored"),
        ("", Part.UNEXPLAINED, 0, maximum, "not explained by recommendations"),
    ]
    assert moved.percent[Part.IMPROVED] == 7 * point
    assert moved.percent[Part.RESCORED] == -4 * point + 4 * maximum
    assert moved.percent[Part.UNEXPLAINED] == maximum
    assert moved.total_percent == 3 * point + 5 * maximum == 0
    assert moved.points == {
        **dict.fromkeys(Part, F(0)), Part.IMPROVED: 7, Part.RESCORED: -4,
    }  # fmt: skip
    assert (moved.start, moved.end, moved.total_points) == (day(1), day(2), 3)


def test_what_changed_around_the_score_is_listed() -> None:
    """New, retired and re-weighted recommendations, services and seats, in alphabetical order."""
    measured = history(*TWO_DAYS)
    moved = moved_between(measured)
    assert (moved.new, moved.gone, moved.reweighted) == (("E", "F"), ("D",), ("B",))
    assert (moved.services_added, moved.services_removed) == (("HasAADP2",), ("HasSPO",))
    assert moved.seats == (40, 44)
    back = movement_between(measured, measured.days[1], measured.days[0], {})
    assert (back.new, back.gone) == (("D",), ("E", "F"))
    assert (back.became_claimed, back.became_observed) == (0, 0)


def test_points_kept_by_a_withdrawn_claim() -> None:
    """Claimed before, observed after: the smaller of the two amounts was kept."""
    measured = history({"A": (8, 8, "ThirdParty"), "B": (2, 2)}, {"A": (7, 8), "B": (3, 3, "ThirdParty")})
    moved = moved_between(measured)
    assert (moved.became_claimed, moved.became_observed) == (2, 7)


@pytest.mark.parametrize(("first", "second"), [((1, 0), (2, 4)), ((1, 4), (2, 0)), ((1, 0), (2, 0))])
def test_without_a_maximum_nothing_moves_in_percent(first: tuple[int, int], second: tuple[int, int]) -> None:
    """A day with a maximum of 0 has no percentage."""
    measured = history(stored({"A": (1, 2)}, *first), stored({"A": (2, 2)}, *second))
    moved = moved_between(measured)
    assert moved.total_points == 1
    assert moved.total_percent == 0
    assert {line.percent for line in moved.lines} == {0}


@pytest.mark.parametrize(("most", "change"), [(1, 100), (2, 50)])
def test_a_maximum_of_one_point_has_a_percentage(most: int, change: int) -> None:
    """One point of one is 100 percent."""
    measured = history({"A": (0, most)}, {"A": (1, most)})
    assert moved_between(measured).total_percent == change


def test_gains_are_split_by_risk_and_by_effort() -> None:
    """Only improved points count; those without a risk level are unrated, those without a status are left out."""
    cheap = Recommendation("A", "A", cost="low")
    measured = history(
        {"A": (0, 8), "B": (0, 2), "C": (0, 2), "D": (5, 5)}, {"A": (8, 8), "B": (2, 2), "C": (2, 2), "D": (4, 5)}
    )
    others = [Recommendation("B", "B", cost="moderate"), Recommendation("C", "C", cost="low")]
    decided = {"A": versions((1, decision("A"))), "D": versions((1, decision("D")))}
    statuses = statuses_on(workspace(measured, decided, [cheap, *others, "D"]), day(2))
    moved = moved_between(measured, statuses)
    assert moved.gained_by_risk == {"high": 8, "unrated": 4}
    assert list(moved.gained_by_risk) == ["high", "unrated"]
    assert moved.gained_by_effort == {"low": 10, "moderate": 2}
    assert moved_between(measured).gained_by_risk == {}
    assert {line.recommendation: line.decision for line in moved.lines} == {
        "A": "decisions/A.md", "B": None, "C": None, "D": "decisions/D.md",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (seen(4, 8, total=1), seen(2, 8, total=2), [(Part.SCOPE, -2, "users or devices changed")]),
        (seen(2, 8, total=2), seen(4, 8, total=1), [(Part.SCOPE, 2, "users or devices changed")]),
        (seen(-1, 8, total=10), seen(8, 8, total=20), [(Part.IMPROVED, 9, "")]),
        (seen(0, 8), seen(-4, 8), [(Part.REGRESSED, -4, "")]),
        (seen(10, 8), seen(8, 8), [(Part.REGRESSED, -2, "")]),
        (seen(8, 8), seen(10, 8), [(Part.IMPROVED, 2, "")]),
        (seen(4, 8, total=-2), seen(2, 8, total=4), [(Part.REGRESSED, -2, "split unknown")]),
        (seen(4, 8, total=4), seen(2, 8, total=-2), [(Part.REGRESSED, -2, "split unknown")]),
    ],
)
def test_one_user_and_odd_scores_are_computed(
    before: Observation, after: Observation, expected: list[tuple[Part, int, str]]
) -> None:
    """From one user to two, half of it is lost; scores below 0 and above the maximum are not partial."""
    assert [split for split in split_movement(before, after) if split[1]] == expected


def test_an_unchanged_share_needs_no_split() -> None:
    """With or without known numbers of users."""
    uncounted = split_movement(seen(1, 2), seen(1, 2))
    counted = split_movement(seen(1, 2, total=4), seen(1, 2, total=8))
    assert uncounted == counted == [(Part.RESCORED, 0, "re-weighted"), (Part.IMPROVED, 0, "")]


@pytest.mark.parametrize(
    ("points", "part"), [(F(1), Part.IMPROVED), (F(0), Part.IMPROVED), (F(-1, 100), Part.REGRESSED)]
)
def test_only_a_loss_is_a_regression(points: Fraction, part: Part) -> None:
    """An unchanged score counts as improved by 0."""
    assert improved_or_regressed(points) is part


@pytest.mark.parametrize(
    ("first", "second", "percent"),
    [((0, 1), (1, 1), 100), ((0, 1), (1, 2), 75), ((0, 2), (1, 1), 75), ((0, 2), (1, 2), 50)],
)
def test_each_line_counts_in_percent_with_the_smallest_maxima(
    first: tuple[int, int], second: tuple[int, int], percent: int
) -> None:
    """One point gained counts the mean of its worth on both days."""
    moved = moved_between(history({"A": first}, {"A": second}))
    assert moved.percent[Part.IMPROVED] == percent
    assert moved.percent[Part.UNEXPLAINED] == 0


def test_lines_without_points_say_why_the_maximum_changed() -> None:
    """The percentage changes with the maximum even where no points do."""
    first = {"A": (0, 8), "B": (0, 4), "D": (5, 10)}
    second = {"A": (0, 10), "C": (0, 3), "D": (5, 10)}
    lines = {line.recommendation: line for line in moved_between(history(first, second)).lines}
    assert {identifier: (line.part, line.points, line.note) for identifier, line in lines.items()} == {
        "A": (Part.RESCORED, 0, "re-weighted"),
        "B": (Part.RESCORED, 0, "no longer scored"),
        "C": (Part.RESCORED, 0, "newly scored"),
    }
    assert lines["A"].percent < 0 < lines["B"].percent


@pytest.mark.parametrize(
    ("first", "second", "points"), [((1, None), (5, 5), 4), ((5, 5), (1, None), -4), ((1, None), (2, None), 1)]
)
def test_an_unknown_maximum_rescores_nothing(
    first: tuple[int, int | None], second: tuple[int, int | None], points: int
) -> None:
    """Out of 100 on both days each point is one percent; an unknown maximum counts as unchanged."""
    measured = history(stored({"A": first}, first[0], 100), stored({"A": second}, second[0], 100))
    lines = [(line.part, line.points, line.percent) for line in moved_between(measured).lines]
    assert lines == [(Part.IMPROVED if points > 0 else Part.REGRESSED, points, points)]


def test_amounts_are_exact_fractions_also_where_nothing_moved() -> None:
    """Pages compute with them."""
    for second in ({"A": (1, 2)}, {"A": (2, 2)}):
        moved = moved_between(history({"A": (1, 2)}, second))
        for amounts in (moved.points, moved.percent):
            assert set(amounts) == set(Part)
            assert all(isinstance(amount, Fraction) for amount in amounts.values())


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        (((1, decision()),), "decisions/A.md"),
        (((1, decision()), (2, None)), None),
        (((1, decision()), (3, None)), "decisions/A.md"),
        (((3, decision()),), None),
    ],
)
def test_a_line_names_the_decision_in_force(steps: tuple[tuple[int, None]], path: str | None) -> None:
    """Neither a withdrawn decision nor a later one."""
    measured = history({"A": (1, 2)}, {"A": (2, 2)})
    statuses = statuses_on(workspace(measured, {"A": versions(*steps)}), day(2))
    assert [line.decision for line in moved_between(measured, statuses).lines] == [path]


def test_points_kept_add_up() -> None:
    """Two recommendations became claimed, two observed."""
    first = {"A": (8, 8), "B": (3, 3), "C": (5, 5, "ThirdParty"), "D": (2, 2, "ThirdParty")}
    second = {"A": (8, 8, "ThirdParty"), "B": (3, 3, "ThirdParty"), "C": (5, 5), "D": (2, 2)}
    moved = moved_between(history(first, second))
    assert (moved.became_claimed, moved.became_observed) == (11, 7)


def test_gains_leave_out_what_has_no_status() -> None:
    """The largest gain has no status; those after it still count."""
    measured = history({"A": (0, 9), "B": (0, 4), "C": (0, 2)}, {"A": (9, 9), "B": (4, 4), "C": (2, 2)})
    catalogue = [Recommendation("B", "B", cost="low"), Recommendation("C", "C", cost="high")]
    statuses = statuses_on(workspace(measured, catalogued=catalogue), day(2))
    moved = moved_between(measured, {name: statuses[name] for name in "BC"})
    assert moved.gained_by_risk == {"unrated": 6}
    assert moved.gained_by_effort == {"high": 2, "low": 4}
