# SPDX-License-Identifier: Apache-2.0
"""The readings of docs/adr/0008: what the design left open, each with the case that tells both readings apart."""

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


def test_an_id_that_nobody_ever_knew_is_not_retired() -> None:
    """Retired means gone; a decision alone makes nothing known."""
    decided = {"A": versions((1, ACCEPT))}
    assert state(workspace(history(GONE), decided, ["B"]), 1) is State.NOT_MEASURED
    assert state(workspace(history(OPEN, GONE), decided, ["B"]), 2) is State.RETIRED
    assert state(workspace(history(GONE, OPEN), decided, ["B"]), 1) is State.NOT_MEASURED  # scored later only


def test_without_a_catalogue_nothing_is_retired() -> None:
    """A bare folder of snapshots says nothing about what Microsoft lists."""
    bare = workspace(history(OPEN, GONE), {})
    assert state(replace(bare, catalogue=type(bare.catalogue)()), 2) is State.NOT_MEASURED


@pytest.mark.parametrize("most", [0, None])
def test_an_unknown_or_empty_maximum_asks_nobody_for_a_new_answer(most: int | None) -> None:
    """It was done under its decision; that day nobody can say that it is not."""
    measured = history(DONE, {"A": (8 if most is None else 0, most)}, OPEN)
    found = workspace(measured, {"A": versions((1, ACCEPT))})
    assert [state(found, number) for number in (1, 2, 3)] == [State.DONE, State.ACCEPTED, State.REGRESSED]


@pytest.mark.parametrize("most", [0, None])
def test_an_unknown_or_empty_maximum_is_no_fall(most: int | None) -> None:
    """The list of regressions names what was lost, not what could not be read."""
    facts = evaluate(workspace(history(DONE, {"A": (8 if most is None else 0, most)})), day(2))
    assert facts.regressed == ()


def test_a_day_without_a_score_breaks_the_pair_of_a_breach() -> None:
    """Two consecutive snapshot days, as the design says."""
    answer = replace(ACCEPT, accepted=acceptance(share=Fraction(1, 2)))
    found = workspace(history(OPEN, GONE, OPEN, OPEN), {"A": versions((1, answer))}, ["A", "B"])
    assert [state(found, number) for number in (3, 4)] == [State.ACCEPTED, State.BREACHED]


def register_state(facts: Facts) -> AcceptanceState:
    """Where the only acceptance or cover stands."""
    (entry,) = (*facts.register, *facts.covered)
    return entry.state


def test_a_moot_acceptance_stays_moot_when_it_runs_out_or_is_breached() -> None:
    """It never revives; the state of the recommendation says what is the matter now."""
    answer = replace(ACCEPT, accepted=acceptance(until=day(4), share=1))
    found = workspace(history(OPEN, DONE, OPEN, OPEN, OPEN), {"A": versions((1, answer))})
    for number, expected in ((4, State.BREACHED), (5, State.EXPIRED)):
        facts = evaluate(found, day(number))
        assert facts.statuses["A"].state is expected
        assert register_state(facts) is AcceptanceState.MOOT


def test_what_was_scored_first_in_the_month_can_be_completed_in_it() -> None:
    """What arrived with full points was completed by nobody; what arrived open and was done was."""
    measured = history(GONE, {**GONE, "A": (0, 2), "C": (2, 2)}, {**GONE, "A": (2, 2), "C": (2, 2)})
    facts = evaluate(workspace(measured), day(3))
    assert [(item.id, item.completed_on, item.completed_how) for item in facts.completed] == [("A", day(3), "observed")]


def test_nobody_moved_what_only_was_weighed_or_counted_anew() -> None:
    """Stale looks at the share: not at weights, rounding, counts, or days that came without counts."""
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
    """A cover in force that nobody rated is not waiting for a rating."""
    answer = decision(bucket=Bucket.NOT_APPLICABLE, risk=None, covered=cover())
    facts = evaluate(workspace(history(OPEN), {"A": versions((1, answer))}), day(1))
    assert (facts.counts["unrated"], facts.unrated) == (0, ())


def test_worth_nothing_comes_before_unknown() -> None:
    """A maximum of 0 on one day and none on the other: the rule that stands first."""
    before, after = Observation(Fraction(0), Fraction(0)), Observation(Fraction(2), None)
    assert [(part, points) for part, points, _ in split_movement(before, after)] == [(Part.RESCORED, Fraction(2))]


def test_a_line_that_moves_nothing_is_left_out() -> None:
    """A new recommendation without points moves no percentage while there is no score."""
    measured = history(stored({}, 0, 4), stored({"A": (0, 4)}, 0, 4))
    before, after = measured.days
    found = movement_between(measured, before, after, {})
    assert found.lines == ()
