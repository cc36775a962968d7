# SPDX-License-Identifier: Apache-2.0
"""Movement at its edges: one user, odd scores, notes of lines without points, exact amounts, withdrawn decisions."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest

from secure_score_backlog.evaluation.movement import (
    Movement,
    Part,
    earned,
    movement_between,
    population,
    split_movement,
)
from secure_score_backlog.evaluation.status import Status, statuses_on
from secure_score_backlog.snapshots.model import History, Observation, Recommendation
from tests.support.tenants import day, decision, history, stored, versions, workspace

F = Fraction


def seen(points: object, maximum: int, total: int | None = None) -> Observation:
    """An observation in one line."""
    return Observation(F(str(points)), F(maximum), None, None, total)


def moved_between(measured: History, standings: Mapping[str, Status] | None = None) -> Movement:
    """The movement between the only two days of a history."""
    before, after = measured.days
    return movement_between(measured, before, after, standings or {})


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (seen(4, 8, total=1), seen(2, 8, total=2), [(Part.POPULATION, -2, "users or devices changed")]),
        (seen(2, 8, total=2), seen(4, 8, total=1), [(Part.POPULATION, 2, "users or devices changed")]),
        (seen(-1, 8, total=10), seen(8, 8, total=20), [(Part.IMPROVED, 9, "")]),
        (seen(0, 8), seen(-4, 8), [(Part.REGRESSED, -4, "")]),
        (seen(10, 8), seen(8, 8), [(Part.REGRESSED, -2, "")]),
        (seen(8, 8), seen(10, 8), [(Part.IMPROVED, 2, "")]),
        (seen(4, 8, total=-2), seen(2, 8, total=4), [(Part.REGRESSED, -2, "split unknown")]),
        (seen(4, 8, total=4), seen(2, 8, total=-2), [(Part.REGRESSED, -2, "split unknown")]),
    ],
)
def test_one_user_counts_and_odd_scores_are_reckoned(
    before: Observation, after: Observation, expected: list[tuple[Part, int, str]]
) -> None:
    """From one user to two, half of it is gone; scores below nothing and above everything are no partial ones."""
    assert [split for split in split_movement(before, after) if split[1]] == expected


def test_what_did_not_move_is_not_unknown() -> None:
    """A share that stays has nothing to split, whether or not anybody counted."""
    half = F(1, 2)
    assert population(seen(1, 2), seen(1, 2), half, half, F(0)) == (0, "")
    assert population(seen(1, 2, total=4), seen(1, 2, total=8), half, half, F(0)) == (0, "")


@pytest.mark.parametrize(
    ("points", "part"), [(F(1), Part.IMPROVED), (F(0), Part.IMPROVED), (F(-1, 100), Part.REGRESSED)]
)
def test_only_a_loss_is_a_regression(points: Fraction, part: Part) -> None:
    """Keeping every point is no loss."""
    assert earned(points) is part


@pytest.mark.parametrize(
    ("first", "second", "percent"),
    [((0, 1), (1, 1), 100), ((0, 1), (1, 2), 75), ((0, 2), (1, 1), 75), ((0, 2), (1, 2), 50)],
)
def test_each_line_counts_in_percent_with_the_smallest_maxima(
    first: tuple[int, int], second: tuple[int, int], percent: int
) -> None:
    """One point won is the mean of its worth on both days: of one, of a half, or of both."""
    moved = moved_between(history({"A": first}, {"A": second}))
    assert moved.percent[Part.IMPROVED] == percent
    assert moved.percent[Part.UNEXPLAINED] == 0


def test_lines_without_points_say_why_the_maximum_changed() -> None:
    """Nothing was earned before or after, and yet the score moved in percent; the page says by what."""
    first = {"A": (0, 8), "B": (0, 4), "D": (5, 10)}
    second = {"A": (0, 10), "C": (0, 3), "D": (5, 10)}
    lines = {line.recommendation: line for line in moved_between(history(first, second)).lines}
    assert {identifier: (line.part, line.points, line.note) for identifier, line in lines.items()} == {
        "A": (Part.RULER, 0, "re-weighted"),
        "B": (Part.RULER, 0, "no longer scored"),
        "C": (Part.RULER, 0, "newly scored"),
    }
    assert lines["A"].percent < 0 < lines["B"].percent


@pytest.mark.parametrize(
    ("first", "second", "points"), [((1, None), (5, 5), 4), ((5, 5), (1, None), -4), ((1, None), (2, None), 1)]
)
def test_an_unknown_maximum_moves_no_ruler(
    first: tuple[int, int | None], second: tuple[int, int | None], points: int
) -> None:
    """Out of 100 on both days each point is one percent; what nobody knew before did not change."""
    measured = history(stored({"A": first}, first[0], 100), stored({"A": second}, second[0], 100))
    lines = [(line.part, line.points, line.percent) for line in moved_between(measured).lines]
    assert lines == [(Part.IMPROVED if points > 0 else Part.REGRESSED, points, points)]


def test_amounts_are_exact_fractions_also_where_nothing_moved() -> None:
    """Pages reckon on with them."""
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
    """A withdrawn decision is none, and one that comes later neither."""
    measured = history({"A": (1, 2)}, {"A": (2, 2)})
    standings = statuses_on(workspace(measured, {"A": versions(*steps)}), day(2))
    assert [line.decision for line in moved_between(measured, standings).lines] == [path]


def test_points_that_change_their_kind_add_up() -> None:
    """Two became a claim, two became measured."""
    first = {"A": (8, 8), "B": (3, 3), "C": (5, 5, "ThirdParty"), "D": (2, 2, "ThirdParty")}
    second = {"A": (8, 8, "ThirdParty"), "B": (3, 3, "ThirdParty"), "C": (5, 5), "D": (2, 2)}
    moved = moved_between(history(first, second))
    assert (moved.became_claimed, moved.became_observed) == (11, 7)


def test_gains_pass_over_what_nobody_knows() -> None:
    """The largest gain belongs to something without a standing; those after it still count."""
    measured = history({"A": (0, 9), "B": (0, 4), "C": (0, 2)}, {"A": (9, 9), "B": (4, 4), "C": (2, 2)})
    catalogue = [Recommendation("B", "B", cost="low"), Recommendation("C", "C", cost="high")]
    standings = statuses_on(workspace(measured, catalogued=catalogue), day(2))
    moved = moved_between(measured, {name: standings[name] for name in "BC"})
    assert moved.gained_by_risk == {"unrated": 6}
    assert moved.gained_by_effort == {"high": 2, "low": 4}
