# SPDX-License-Identifier: Apache-2.0
"""States at their edges: the first and the last day, what is known of a day, and who stands on the list at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from secure_score_backlog.decisions.model import Bucket, CoverReason, DecisionHistory
from secure_score_backlog.evaluation.status import State, Status, is_retired, reached_under, status_of, statuses_on
from secure_score_backlog.ratings import RatedBy, Rating, Ratings, Risk
from secure_score_backlog.snapshots.model import Observation, Recommendation
from tests.support.tenants import Measured, acceptance, cover, day, decision, history, versions, workspace

OPEN = {"A": (2, 8)}
DONE = {"A": (8, 8)}
HALF = decision(bucket=Bucket.ACCEPT, accepted=acceptance(share=Fraction(1, 2)))


def test_everything_a_standing_says() -> None:
    """Open, planned and rated by the decision; every other field as the day gives it."""
    said = versions((1, decision(owner="Head of Finance")), (3, decision()))
    found = status_of(workspace(history(DONE, OPEN, OPEN), {"A": said}), "A", day(5))
    assert found == Status(
        recommendation=Recommendation("A", "A"),
        state=State.REGRESSED,
        observation=Observation(Fraction(2), Fraction(8)),
        decision=decision(),
        versions=said,
        answered=day(1),
        level=Risk.HIGH,
        rated_by=RatedBy.DECISION,
        reason="",
        open_share=Fraction(3, 4),
        open_since=day(2),
        days_open=3,
        held_since=None,
        days_held=0,
        days_observed=0,
        was_done=True,
        last_activity=day(3),
    )


def test_a_shipped_rating_brings_its_reason() -> None:
    """The level, where it comes from, and why."""
    ratings = Ratings({"a": Rating(Risk.LOW, "It hardly matters.", "A source")})
    found = status_of(workspace(history(OPEN), ratings=ratings), "A", day(1))
    assert (found.level, found.rated_by, found.reason) == (Risk.LOW, RatedBy.SHIPPED, "It hardly matters.")


@pytest.mark.parametrize("judged", [date(2026, 9, 30), day(1)])
def test_what_is_not_measured_has_nothing_open_and_nothing_held(judged: date) -> None:
    """Before the first snapshot, and on a day whose snapshot does not score it."""
    found = status_of(workspace(history({"B": (1, 1)}, OPEN), catalogued=["A", "B"]), "A", judged)
    assert (found.state, found.observation) == (State.NOT_MEASURED, None)
    assert (found.open_share, found.open_since, found.days_open) == (0, None, 0)
    assert (found.held_since, found.days_held, found.days_observed) == (None, 0, 0)


@pytest.mark.parametrize(
    ("days", "judged", "opened", "held"),
    [
        ([OPEN, DONE], 2, (None, 0), (day(2), 1, 1)),
        ([DONE, OPEN], 2, (day(2), 0), (None, 0, 0)),
        ([OPEN, DONE, DONE], 3, (None, 0), (day(2), 2, 2)),
        ([DONE, None, DONE], 3, (None, 0), (day(1), 3, 2)),
        ([DONE, OPEN, None], 3, (day(2), 1), (None, 0, 0)),
        ([OPEN, {"A": (3, 8)}, DONE], 2, (day(1), 1), (None, 0, 0)),
    ],
)
def test_a_run_may_begin_on_the_judged_day(
    days: list[dict[str, Measured] | None],
    judged: int,
    opened: tuple[date | None, int],
    held: tuple[date | None, int, int],
) -> None:
    """Since when and for how long it is open or held; later snapshots are not looked at."""
    found = status_of(workspace(history(*days)), "A", day(judged))
    assert (found.open_since, found.days_open) == opened
    assert (found.held_since, found.days_held, found.days_observed) == held


@pytest.mark.parametrize(
    ("answered", "points", "state"),
    [
        (1, [0, 0], State.BREACHED),
        (2, [0, 0], State.ACCEPTED),
        (2, [0, 0, 0], State.BREACHED),
        (3, [0, 0, 0], State.ACCEPTED),
        (1, [4, 4], State.ACCEPTED),
    ],
)
def test_both_days_of_a_breach_lie_under_the_answer(answered: int, points: list[int], state: State) -> None:
    """The day of the answer itself counts, the day before it does not."""
    measured = history(*({"A": (measured, 8)} for measured in points))
    assert status_of(workspace(measured, {"A": versions((answered, HALF))}), "A", day(len(points))).state is state


def test_without_git_a_breach_is_still_a_breach() -> None:
    """Nobody knows since when it was accepted; the last two days are below it all the same."""
    bare = replace(
        workspace(history({"A": (0, 8)}, {"A": (0, 8)})),
        decisions=DecisionHistory({"A": versions((2, HALF))}, has_git=False),
    )
    assert status_of(bare, "A", day(2)).state is State.BREACHED


@pytest.mark.parametrize(("last", "state"), [(2, State.DONE), (3, State.CONFLICT), (4, State.CONFLICT)])
def test_a_cover_contradicts_up_to_its_last_day(last: int, state: State) -> None:
    """Not applicable, and yet measured in full, judged on the third day."""
    said = decision(bucket=Bucket.NOT_APPLICABLE, covered=cover(day(last), CoverReason.NOT_APPLICABLE))
    assert status_of(workspace(history(DONE), {"A": versions((1, said))}), "A", day(3)).state is state


def test_the_present_answer_begins_with_its_first_version() -> None:
    """A new due day is a new answer, a new owner is none; what was withdrawn in between begins anew."""
    said, later = decision(), decision(due=day(80))
    steps = versions((1, said), (2, later), (3, replace(later, owner="Service Desk Lead")), (5, None), (6, later))
    known = workspace(history(OPEN), {"A": steps})
    found = [status_of(known, "A", day(number)).answered for number in range(1, 7)]
    assert found == [day(1), day(2), day(2), day(2), None, day(6)]


@pytest.mark.parametrize(
    ("answered", "judged", "was_done"),
    [(1, 1, True), (1, 4, True), (2, 4, False), (4, 4, False), (2, 5, True), (5, 5, True), (6, 6, False)],
)
def test_done_under_the_answer_means_seen_since_it(answered: int, judged: int, was_done: bool) -> None:
    """Snapshots of the first and the fifth day only, both in full: an answer in between has seen neither at first."""
    measured = history(DONE, None, None, None, DONE)
    found = status_of(workspace(measured, {"A": versions((answered, decision()))}), "A", day(judged))
    assert found.was_done is was_done
    reached = reached_under(measured, {"A": day(answered), "X": day(1)}, day(judged))
    assert reached == (frozenset({"A"}) if was_done else frozenset())


def test_the_list_holds_what_is_catalogued_scored_or_decided() -> None:
    """Each for itself is enough, by id; what is scored or decided only after the day is not on it yet."""
    measured = history({"S": (1, 2)}, {"S": (1, 2), "later": (1, 2)})
    decided = {"D": versions((1, decision("D"))), "E": versions((2, decision("E")))}
    known = workspace(measured, decided, ["C"])
    assert list(statuses_on(known, day(1))) == ["C", "D", "S"]
    assert list(statuses_on(known, day(2))) == ["C", "D", "E", "S", "later"]
    assert list(statuses_on(known, date(2026, 9, 30))) == ["C"]


@pytest.mark.parametrize(("judged", "expected"), [(1, False), (2, True), (3, True)])
def test_what_was_scored_once_was_known(judged: int, expected: bool) -> None:
    """From the day of its first score on, where the catalogue does not list it."""
    measured = history({"B": (1, 1)}, {"A": (1, 2), "B": (1, 1)}, {"B": (1, 1)})
    assert is_retired(workspace(measured, catalogued=["B"]), "A", day(judged)) is expected
