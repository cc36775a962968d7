# SPDX-License-Identifier: Apache-2.0
"""The readings of docs/adr/0008, each with the case in which the other reading gives another result."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.evaluation.facts import Facts, evaluate
from secure_score_backlog.evaluation.movement import Part, movement_between, split_movement
from secure_score_backlog.evaluation.register import AcceptanceState
from secure_score_backlog.evaluation.status import State, status_of
from secure_score_backlog.settings import Settings
from secure_score_backlog.snapshots.model import Observation
from secure_score_backlog.workspace import Workspace
from tests.support.tenants import acceptance, cover, day, decision, history, stored, versions, workspace

ACCEPT = decision(bucket=Bucket.ACCEPT)
OPEN = {"A": (2, 8)}
DONE = {"A": (8, 8)}
GONE = {"B": (1, 1)}


def state(found: Workspace, number: int) -> State:
    """The state of A on a day."""
    return status_of(found, "A", day(number)).state


def test_an_id_that_was_never_known_is_not_retired() -> None:
    """A decision alone does not make a recommendation known."""
    decided = {"A": versions((1, ACCEPT))}
    assert state(workspace(history(GONE), decided, ["B"]), 1) is State.NOT_MEASURED
    assert state(workspace(history(OPEN, GONE), decided, ["B"]), 2) is State.RETIRED
    assert state(workspace(history(GONE, OPEN), decided, ["B"]), 1) is State.NOT_MEASURED  # scored later only


def test_without_a_catalogue_nothing_is_retired() -> None:
    """Snapshots alone do not say what Microsoft lists."""
    bare = workspace(history(OPEN, GONE), {})
    assert state(replace(bare, catalogue=type(bare.catalogue)()), 2) is State.NOT_MEASURED


@pytest.mark.parametrize("most", [0, None])
def test_an_unknown_or_zero_maximum_is_no_regression(most: int | None) -> None:
    """It was done under its decision; that day does not show that it is not."""
    measured = history(DONE, {"A": (8 if most is None else 0, most)}, OPEN)
    found = workspace(measured, {"A": versions((1, ACCEPT))})
    assert [state(found, number) for number in (1, 2, 3)] == [State.DONE, State.ACCEPTED, State.REGRESSED]


@pytest.mark.parametrize("most", [0, None])
def test_an_unknown_or_zero_maximum_is_no_loss(most: int | None) -> None:
    """The list of regressions names lost points, not unknown ones."""
    facts = evaluate(workspace(history(DONE, {"A": (8 if most is None else 0, most)})), day(2))
    assert facts.regressed == ()


def test_a_day_without_a_score_breaks_the_pair_of_a_breach() -> None:
    """A breach takes two consecutive snapshot days."""
    answer = replace(ACCEPT, accepted=acceptance(share=Fraction(1, 2)))
    found = workspace(history(OPEN, GONE, OPEN, OPEN), {"A": versions((1, answer))}, ["A", "B"])
    assert [state(found, number) for number in (3, 4)] == [State.ACCEPTED, State.BREACHED]


def register_state(facts: Facts) -> AcceptanceState:
    """The state of the only acceptance or cover."""
    (entry,) = (*facts.register, *facts.covered)
    return entry.state


def test_a_moot_acceptance_stays_moot_when_it_runs_out_or_is_breached() -> None:
    """It never comes back into force; the state of the recommendation says what is wrong."""
    answer = replace(ACCEPT, accepted=acceptance(until=day(4), share=1))
    found = workspace(history(OPEN, DONE, OPEN, OPEN, OPEN), {"A": versions((1, answer))})
    for number, expected in ((4, State.BREACHED), (5, State.EXPIRED)):
        facts = evaluate(found, day(number))
        assert facts.statuses["A"].state is expected
        assert register_state(facts) is AcceptanceState.MOOT


def test_what_was_scored_first_in_the_month_can_be_completed_in_it() -> None:
    """What arrived with full points was not completed; what arrived open and was done was."""
    measured = history(GONE, {**GONE, "A": (0, 2), "C": (2, 2)}, {**GONE, "A": (2, 2), "C": (2, 2)})
    facts = evaluate(workspace(measured), day(3))
    assert [(item.id, item.completed_on, item.completed_how) for item in facts.completed] == [("A", day(3), "observed")]


def test_new_weights_and_counts_are_no_activity() -> None:
    """Activity is a change of the share: not of weights, rounding, counts, or days without counts."""
    quiet = history(
        {"A": ("0.33", 1, None, 1, 3)},
        {"A": ("0.67", 2, None, 1, 3)},
        {"A": ("0.67", 2)},
        {"A": ("0.67", 2, None, 2, 6)},
    )
    facts = evaluate(workspace(quiet, settings=Settings(stale_months=1)), day(35))
    assert [item.last_activity for item in facts.stale] == [day(1)]
    moved = history({"A": ("0.33", 1)}, {"A": ("0.34", 1)})
    assert [
        item.last_activity for item in evaluate(workspace(moved, settings=Settings(stale_months=1)), day(35)).stale
    ] == [day(2)]


def test_the_count_of_unrated_is_the_list_of_unrated() -> None:
    """A cover in force without a risk level is not counted."""
    answer = decision(bucket=Bucket.NOT_APPLICABLE, risk=None, covered=cover())
    facts = evaluate(workspace(history(OPEN), {"A": versions((1, answer))}), day(1))
    assert (facts.counts["unrated"], facts.unrated) == (0, ())


def test_worth_nothing_comes_before_unknown() -> None:
    """A maximum of 0 on one day and an unknown one on the other: the first rule applies."""
    before, after = Observation(Fraction(0), Fraction(0)), Observation(Fraction(2), None)
    assert [(part, points) for part, points, _ in split_movement(before, after)] == [(Part.RESCORED, Fraction(2))]


def test_a_line_that_moves_nothing_is_left_out() -> None:
    """A new recommendation without points changes no percentage while the score is 0."""
    measured = history(stored({}, 0, 4), stored({"A": (0, 4)}, 0, 4))
    before, after = measured.days
    found = movement_between(measured, before, after, {})
    assert found.lines == ()
