# SPDX-License-Identifier: Apache-2.0
"""The facts of a day as a whole: its snapshot, incomplete periods, first and last days."""

from __future__ import annotations

from datetime import date

import pytest

from secure_score_backlog.evaluation.facts import evaluate, months_of, movement_in
from secure_score_backlog.evaluation.review import Period, completed_in, regressed_in
from secure_score_backlog.evaluation.status import statuses_on
from tests.support.tenants import day, decision, history, versions, workspace

OPEN = {"A": (2, 8)}
DONE = {"A": (8, 8)}


def test_facts_name_their_day_and_their_snapshot() -> None:
    """The newest snapshot up to the as-of date, and the as-of date itself; before any snapshot there is none."""
    known = workspace(history(OPEN, DONE), catalogued=["A"])
    facts = evaluate(known, day(4))
    assert facts.as_of == day(4)
    assert facts.snapshot is not None
    assert facts.snapshot.day == day(2)
    early = evaluate(known, date(2026, 9, 30))
    assert (early.as_of, early.snapshot, early.score, early.movement) == (date(2026, 9, 30), None, None, None)


@pytest.mark.parametrize("period", [Period(None, None), Period(None, day(2)), Period(day(1), None)])
def test_nothing_happens_in_a_period_without_both_ends(period: Period) -> None:
    """With an unknown start or end there is no movement, nothing completed and nothing regressed."""
    measured = history(DONE, OPEN)
    statuses = statuses_on(workspace(measured), day(2))
    assert movement_in(measured, period, statuses) is None
    assert completed_in(measured, period) == {}
    assert regressed_in(measured, period, day(2), None) == {}


def test_no_movement_from_before_the_first_snapshot() -> None:
    """A start before the first snapshot has nothing to compare with."""
    measured = history(None, OPEN, DONE)
    statuses = statuses_on(workspace(measured), day(3))
    assert movement_in(measured, Period(day(1), day(3)), statuses) is None
    moved = movement_in(measured, Period(day(2), day(3)), statuses)
    assert moved is not None
    assert moved.total_points == 6


def test_a_decision_of_the_day_itself_is_not_recorded_later() -> None:
    """Only decisions whose first version came after the as-of date, by id."""
    decided = {
        "C": versions((4, decision("C"))),
        "A": versions((5, decision("A"))),
        "B": versions((3, decision("B")), (9, None)),
        "D": (),
    }
    known = workspace(history(OPEN), decided)
    found = [evaluate(known, day(number)).recorded_later for number in (2, 3, 4, 5)]
    assert found == [("A", "B", "C"), ("A", "C"), ("A",), ()]


def test_the_day_of_the_first_snapshot_has_a_month() -> None:
    """Without any snapshot no day has one."""
    assert months_of(history(OPEN), day(1)) == ("2026-10",)
    assert months_of(history(), day(1)) == ()
