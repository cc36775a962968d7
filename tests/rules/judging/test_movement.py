# SPDX-License-Identifier: Apache-2.0
"""Movement: every edge that design §5 names, and exact sums over random tenants."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.model.history import Observation
from secure_score_backlog.model.movement import Part
from secure_score_backlog.rules.judging.facts import judge
from secure_score_backlog.rules.judging.movement import movement_between, split_movement
from secure_score_backlog.rules.judging.standing import stand_all
from tests.support.tenants import day, history, sources, stored

F = Fraction


def seen(points: object, maximum: object, portal: str | None = None, total: int | None = None) -> Observation:
    """An observation in one line."""
    most = None if maximum is None else F(str(maximum))
    return Observation(F(str(points)), most, portal, None, total)


EDGES = {
    "improved": (seen(0, 8), seen(8, 8), {Part.IMPROVED: F(8)}),
    "regressed": (seen(8, 8), seen(0, 8), {Part.REGRESSED: F(-8)}),
    "re-weighted, share kept": (seen(4, 8), seen(5, 10), {Part.RULER: F(1)}),
    "re-weighted and improved": (seen(4, 8), seen(10, 10), {Part.RULER: F(1), Part.IMPROVED: F(5)}),
    "claimed at once": (seen(0, 8), seen(8, 8, "ThirdParty"), {Part.CLAIMED: F(8)}),
    "claim withdrawn": (seen(8, 8, "AlternateMitigation"), seen(2, 8), {Part.CLAIMED: F(-6)}),
    "observed becomes claimed": (seen(8, 8), seen(8, 8, "ThirdParty"), {}),
    "claim without effect": (seen(0, 8), seen(4, 8, "ThirdParty"), {Part.IMPROVED: F(4)}),
    "new": (None, seen(3, 5), {Part.RULER: F(3)}),
    "new and claimed": (None, seen(5, 5, "thirdParty"), {Part.CLAIMED: F(5)}),
    "gone": (seen(3, 5), None, {Part.RULER: F(-3)}),
    "maximum was 0": (seen(0, 0), seen(5, 5), {Part.RULER: F(5)}),
    "maximum is 0": (seen(5, 5), seen(0, 0), {Part.RULER: F(-5)}),
    "maximum unknown before": (seen(1, None), seen(5, 5), {Part.IMPROVED: F(4)}),
    "maximum unknown after": (seen(5, 5), seen(1, None), {Part.REGRESSED: F(-4)}),
    "more users, same registered": (seen("8", 10, total=100), seen("6.4", 10, total=125), {Part.POPULATION: F("-1.6")}),
    "fewer users, same registered": (seen("4", 10, total=100), seen("5", 10, total=80), {Part.POPULATION: F(1)}),
    "more users and more registered": (
        seen("5", 10, total=100), seen("8", 10, total=125), {Part.IMPROVED: F(3)},
    ),
    "drift is no more than the change": (
        seen("5", 10, total=100), seen("4.9", 10, total=200), {Part.POPULATION: F("-0.1")},
    ),
    "drift and regression": (
        seen("8", 10, total=100), seen("6", 10, total=125), {Part.POPULATION: F("-1.6"), Part.REGRESSED: F("-0.4")},
    ),
    "no users before": (seen("0", 10, total=0), seen("5", 10, total=10), {Part.IMPROVED: F(5)}),
    "nothing moved": (seen(3, 8), seen(3, 8), {}),
}  # fmt: skip


@pytest.mark.parametrize("name", EDGES)
def test_each_edge_of_the_definition(name: str) -> None:
    """Points land in the part that design §5 says, and nowhere else."""
    before, after, expected = EDGES[name]
    found = {part: points for part, points, _ in split_movement(before, after) if points}
    assert found == expected


def test_a_partial_score_with_unknown_totals_says_so() -> None:
    """Nobody can tell users from work there, and the line admits it."""
    remarks = [remark for _, points, remark in split_movement(seen(2, 8), seen(4, 8)) if points]
    assert remarks == ["split unknown"]


def test_points_that_become_a_claim_are_told_beside_the_sum() -> None:
    """From observed to claimed moves nothing in the sum, and is yet worth a sentence."""
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
    moved = movement_between(measured, before, after, stand_all(sources(measured), after.day))
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
    """An empty month is judged between one snapshot and itself."""
    measured = history({"A": (1, 2)})
    facts = judge(sources(measured), day(45))
    assert facts.period.start == facts.period.end == day(1)
    assert facts.movement is not None
    assert facts.movement.total_points == 0
    assert facts.movement.lines == ()
