# SPDX-License-Identifier: Apache-2.0
"""States (docs/method.md#states): each rule, the first that applies wins, and the first and the last day of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from secure_score_backlog.decisions.model import Bucket, CoverReason, Decision, DecisionHistory
from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.evaluation.status import (
    State,
    Status,
    below_since,
    done_under_answer,
    status_of,
    statuses_on,
)
from secure_score_backlog.ratings import RatedBy, Rating, Ratings, Risk
from secure_score_backlog.snapshots.model import History, Observation, Recommendation
from tests.support.tenants import (
    Measured,
    acceptance,
    blocked,
    cover,
    day,
    decision,
    history,
    partial,
    versions,
    workspace,
)

OPEN = {"A": (2, 8)}
DONE = {"A": (8, 8)}
CLAIMED = {"A": (8, 8, "ThirdParty")}
NOT_APPLICABLE = decision(bucket=Bucket.NOT_APPLICABLE, covered=cover(reason=CoverReason.NOT_APPLICABLE))
ACCEPT = decision(bucket=Bucket.ACCEPT)

CASES: dict[str, tuple[State, History, Decision | None]] = {
    "no score": (State.NOT_MEASURED, history({"B": (1, 1)}), decision()),
    "not applicable, yet measured in full": (State.CONFLICT, history(DONE), NOT_APPLICABLE),
    "covered elsewhere, and measured in full": (State.DONE, history(DONE), decision(bucket=Bucket.NOT_APPLICABLE)),
    "done without a decision": (State.DONE, history(DONE), None),
    "no decision": (State.UNDECIDED, history(OPEN), None),
    "a draft": (State.UNDECIDED, history(OPEN), decision(draft=True)),
    "claimed, no cover": (State.UNDECIDED, history(CLAIMED), None),
    "claimed and covered": (State.COVERED, history(CLAIMED), decision(bucket=Bucket.NOT_APPLICABLE)),
    "worth nothing": (State.UNDECIDED, history({"A": (0, 0)}), None),
    "expired acceptance": (State.EXPIRED, history(OPEN), replace(ACCEPT, accepted=acceptance(until=day(2)))),
    "expires today": (State.ACCEPTED, history(OPEN), replace(ACCEPT, accepted=acceptance(until=day(3)))),
    "expired cover": (
        State.EXPIRED, history(OPEN), decision(bucket=Bucket.NOT_APPLICABLE, covered=cover(until=day(2))),
    ),
    "expired, conflict no more": (
        State.DONE, history(DONE), replace(NOT_APPLICABLE, covered=cover(day(2), CoverReason.NOT_APPLICABLE)),
    ),
    "blocked": (State.BLOCKED, history(OPEN), decision(blocked=blocked())),
    "blocked wins over overdue": (State.BLOCKED, history(OPEN), decision(blocked=blocked(), due=day(1))),
    "overdue": (State.OVERDUE, history(OPEN), decision(due=day(2))),
    "due today": (State.PLANNED, history(OPEN), decision(due=day(3))),
    "accepted": (State.ACCEPTED, history(OPEN), ACCEPT),
    "planned": (State.PLANNED, history(OPEN), decision(bucket=Bucket.DO_SOON)),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_first_rule_that_applies(name: str) -> None:
    """One case for each rule, on day 3."""
    expected, measured, answer = CASES[name]
    decided = {"A": versions((1, answer))} if answer else {}
    assert status_of(workspace(measured, decided, ["A", "B"]), "A", day(3)).state is expected


def test_gone_from_scores_and_catalogue_is_retired() -> None:
    """Known once and in neither list any more: retired, whatever was decided."""
    measured = history({"A": (1, 2), "B": (1, 1)}, {"B": (1, 1)})
    found = status_of(workspace(measured, {"A": versions((1, decision()))}, ["B"]), "A", day(2))
    assert found.state is State.RETIRED


def test_a_score_without_a_profile_is_still_measured() -> None:
    """Graph's two lists differ; in one real tenant 27 of 68 scored ones had no profile."""
    assert status_of(workspace(history(OPEN), {}, ["B"]), "A", day(1)).state is State.UNDECIDED


def test_a_breach_begins_on_the_first_day_below_the_share() -> None:
    """Of the unbroken run, and under the decision in force; a share that is reached again ends the run."""
    measured = history(*({"A": (points, 8)} for points in (1, 4, 3, 2, 3)))
    half = decision(bucket=Bucket.ACCEPT, accepted=acceptance(share=Fraction(1, 2)))

    def since(answered: int, as_of: int) -> date | None:
        known = workspace(measured, {"A": versions((answered, half))})
        return below_since(known.history, status_of(known, "A", day(as_of)), day(as_of))

    assert (since(1, 5), since(4, 5), since(1, 2)) == (day(3), day(4), None)


@pytest.mark.parametrize(
    ("shares", "state"),
    [
        ([4, 3, 3], State.BREACHED),
        ([4, 4, 3], State.ACCEPTED),
        ([4, 3, 4], State.ACCEPTED),
        ([3, 3, 4], State.ACCEPTED),
        ([4, None, 3, 3], State.BREACHED),
        ([3], State.ACCEPTED),
    ],
)
def test_a_breach_takes_two_days_in_a_row(shares: list[int | None], state: State) -> None:
    """Below the accepted share on the last two measured days, not on one."""
    measured = history(*({"A": (points, 8)} if points is not None else None for points in shares))
    half = decision(bucket=Bucket.ACCEPT, accepted=acceptance(share=Fraction(1, 2)))
    assert status_of(workspace(measured, {"A": versions((1, half))}), "A", day(len(shares))).state is state


def test_re_weighting_breaches_nothing() -> None:
    """Shares are compared, not points."""
    measured = history({"A": (4, 8)}, {"A": (2, 4)}, {"A": (2, 4)})
    half = decision(bucket=Bucket.ACCEPT, accepted=acceptance(share=Fraction(1, 2)))
    assert status_of(workspace(measured, {"A": versions((1, half))}), "A", day(3)).state is State.ACCEPTED


def test_a_partial_day_without_it_is_no_second_day_of_a_breach() -> None:
    """It was measured below the accepted share once; the partial day measured something else."""
    half = decision(bucket=Bucket.ACCEPT, accepted=acceptance(share=Fraction(1, 2)))
    other, below = partial({"B": (1, 1)}), {"A": (3, 8), "B": (1, 1)}
    once = workspace(history({"A": (4, 8)}, below, other), {"A": versions((1, half))})
    assert status_of(once, "A", day(3)).state is State.ACCEPTED
    twice = workspace(history({"A": (4, 8)}, below, other, partial({"A": (3, 8)})), {"A": versions((1, half))})
    assert status_of(twice, "A", day(4)).state is State.BREACHED


def test_a_partial_day_retires_nothing_and_leaves_the_backlog_as_it_was() -> None:
    """A filtered table of two rows; the third recommendation, unlisted since, keeps what was last measured."""
    measured = history({"A": (2, 8), "B": (1, 1), "C": (0, 5)}, partial({"A": (2, 8), "B": (1, 1)}))
    found = statuses_on(workspace(measured, catalogued=["A", "B"]), day(2))
    assert {name: status.state for name, status in found.items()} == {
        "A": State.UNDECIDED, "B": State.DONE, "C": State.UNDECIDED,
    }  # fmt: skip
    assert [found[name].measured_on for name in "ABC"] == [day(2), day(2), day(1)]


def test_a_partial_day_is_not_among_the_days_observed() -> None:
    """The run goes on, as nothing ended it, but the day was not observed."""
    found = status_of(workspace(history(DONE, partial({"B": (1, 1)}), DONE)), "A", day(3))
    assert (found.held_since, found.days_held, found.days_observed) == (day(1), 3, 2)


def test_full_points_carried_over_a_partial_day_were_not_reached_under_the_decision() -> None:
    """Measured in full before the decision, then on a partial day not measured at all, then lost."""
    measured = history({**DONE, "B": (0, 1)}, partial({"B": (1, 1)}), OPEN)
    known = workspace(measured, {"A": versions((2, decision()))})
    assert status_of(known, "A", day(3)).state is State.PLANNED
    seen = workspace(history(OPEN, partial(DONE), OPEN), {"A": versions((2, decision()))})
    assert status_of(seen, "A", day(3)).state is State.REGRESSED, "what a partial day holds was measured"


def test_days_before_the_acceptance_breach_nothing() -> None:
    """What was worse before it was accepted is no breach of the acceptance."""
    measured = history({"A": (0, 8)}, {"A": (0, 8)}, {"A": (4, 8)})
    half = decision(bucket=Bucket.ACCEPT, accepted=acceptance(share=Fraction(1, 2)))
    assert status_of(workspace(measured, {"A": versions((2, half))}), "A", day(3)).state is State.ACCEPTED


def test_done_and_lost_under_its_decision_is_regressed_until_a_new_answer() -> None:
    """Regressed needs a new answer; a change of owner is none."""
    measured = history(OPEN, DONE, OPEN, OPEN)
    said = decision()
    assert status_of(workspace(measured, {"A": versions((1, said))}), "A", day(3)).state is State.REGRESSED
    other_owner = versions((1, said), (4, replace(said, owner="Service Desk Lead")))
    assert status_of(workspace(measured, {"A": other_owner}), "A", day(4)).state is State.REGRESSED
    new_answer = versions((1, said), (4, replace(said, due=day(80))))
    assert status_of(workspace(measured, {"A": new_answer}), "A", day(4)).state is State.PLANNED


def test_done_before_the_decision_is_not_regressed() -> None:
    """Only what was done under the current decision can regress."""
    measured = history(DONE, OPEN, OPEN)
    assert status_of(workspace(measured, {"A": versions((2, decision()))}), "A", day(3)).state is State.PLANNED


def test_without_git_nothing_is_dated() -> None:
    """Without a commit the answer has no first day, so nothing regresses."""
    measured = history(OPEN, DONE, OPEN)
    bare = replace(workspace(measured), decisions=DecisionHistory({"A": versions((1, decision()))}, has_git=False))
    found = status_of(bare, "A", day(3))
    assert found.answered is None
    assert found.state is State.PLANNED


def test_open_since_and_held_since_are_unbroken_runs() -> None:
    """A run ends where it was done, lost or not scored; missing days do not end it."""
    measured = history(DONE, OPEN, None, OPEN, DONE, DONE, None, DONE)
    opened = status_of(workspace(measured), "A", day(4))
    assert (opened.open_since, opened.days_open) == (day(2), 2)
    held = status_of(workspace(measured), "A", day(8))
    assert (held.held_since, held.days_held, held.days_observed) == (day(5), 4, 3)
    assert held.open_since is None
    assert status_of(workspace(history(CLAIMED, CLAIMED)), "A", day(2)).held_since is None


def test_a_decision_is_not_known_before_its_commit() -> None:
    """The month before a decision does not know it, and lists it as recorded later."""
    measured = history(*[OPEN] * 40)
    known = workspace(measured, {"A": versions((35, decision()))})
    before, after = evaluate(known, day(31)), evaluate(known, day(40))
    assert before.statuses["A"].state is State.UNDECIDED
    assert before.recorded_later == ("A",)
    assert after.statuses["A"].state is State.PLANNED
    assert after.recorded_later == ()


def test_a_withdrawn_decision_leaves_nothing_decided() -> None:
    """A deleted file, or a revert, makes the recommendation undecided again."""
    measured = history(*[OPEN] * 3)
    withdrawn = workspace(measured, {"A": versions((1, decision()), (3, None))})
    assert status_of(withdrawn, "A", day(2)).state is State.PLANNED
    assert status_of(withdrawn, "A", day(3)).state is State.UNDECIDED


HALF = decision(bucket=Bucket.ACCEPT, accepted=acceptance(share=Fraction(1, 2)))


def test_every_field_of_a_status() -> None:
    """Open, regressed and rated by the decision."""
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
        measured_on=day(3),
        open_share=Fraction(3, 4),
        open_since=day(2),
        days_open=1,
        was_in_full=True,
        held_since=None,
        days_held=0,
        days_observed=0,
        done_on=day(1),
        last_activity=day(3),
    )


def test_a_shipped_rating_brings_its_reason() -> None:
    """The level, its source and its reason."""
    ratings = Ratings({"a": Rating(Risk.LOW, "It hardly matters.", "A source")})
    found = status_of(workspace(history(OPEN), ratings=ratings), "A", day(1))
    assert (found.level, found.rated_by, found.reason) == (Risk.LOW, RatedBy.SHIPPED, "It hardly matters.")
    assert (found.family, found.rated_by_words) == ("", "shipped")


def test_a_rating_by_family_names_the_family() -> None:
    """Whoever reads the level sees that it is the family's, and which family it is; what is unrated says nothing."""
    ratings = Ratings(patterns=(Rating(Risk.LOW, "It hardly matters.", "A source", pattern="A*", family="letters"),))
    found = status_of(workspace(history({"Ab": (1, 2)}), ratings=ratings), "Ab", day(1))
    assert (found.level, found.rated_by, found.reason) == (Risk.LOW, RatedBy.FAMILY, "It hardly matters.")
    assert (found.family, found.rated_by_words) == ("A*", "family A*")
    assert status_of(workspace(history(OPEN)), "A", day(1)).rated_by_words == ""


@pytest.mark.parametrize("as_of", [date(2026, 9, 30), day(1)])
def test_what_is_not_measured_has_nothing_open_and_nothing_held(as_of: date) -> None:
    """Before the first snapshot, and on a day whose snapshot does not score it."""
    found = status_of(workspace(history({"B": (1, 1)}, OPEN), catalogued=["A", "B"]), "A", as_of)
    assert (found.state, found.observation) == (State.NOT_MEASURED, None)
    assert (found.open_share, found.open_since, found.days_open) == (0, None, 0)
    assert (found.held_since, found.days_held, found.days_observed) == (None, 0, 0)


@pytest.mark.parametrize(
    ("days", "as_of", "opened", "held"),
    [
        ([OPEN, DONE], 2, (None, 0), (day(2), 1, 1)),
        ([DONE, OPEN], 2, (day(2), 0), (None, 0, 0)),
        ([OPEN, DONE, DONE], 3, (None, 0), (day(2), 2, 2)),
        ([DONE, None, DONE], 3, (None, 0), (day(1), 3, 2)),
        ([DONE, OPEN, None], 3, (day(2), 0), (None, 0, 0)),
        ([OPEN, {"A": (3, 8)}, DONE], 2, (day(1), 1), (None, 0, 0)),
    ],
)
def test_a_run_may_begin_on_the_day_itself(
    days: list[dict[str, Measured] | None],
    as_of: int,
    opened: tuple[date | None, int],
    held: tuple[date | None, int, int],
) -> None:
    """First day and length of being open or held; later snapshots do not count."""
    found = status_of(workspace(history(*days)), "A", day(as_of))
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
def test_both_days_of_a_breach_are_under_the_answer(answered: int, points: list[int], state: State) -> None:
    """The day of the answer itself counts, the day before it does not."""
    measured = history(*({"A": (measured, 8)} for measured in points))
    assert status_of(workspace(measured, {"A": versions((answered, HALF))}), "A", day(len(points))).state is state


def test_without_git_a_breach_is_still_a_breach() -> None:
    """The acceptance has no first day, and the last two days are below it."""
    bare = replace(
        workspace(history({"A": (0, 8)}, {"A": (0, 8)})),
        decisions=DecisionHistory({"A": versions((2, HALF))}, has_git=False),
    )
    assert status_of(bare, "A", day(2)).state is State.BREACHED


@pytest.mark.parametrize(("last", "state"), [(2, State.DONE), (3, State.CONFLICT), (4, State.CONFLICT)])
def test_a_cover_contradicts_up_to_its_last_day(last: int, state: State) -> None:
    """Not applicable, and yet measured in full on the third day."""
    said = decision(bucket=Bucket.NOT_APPLICABLE, covered=cover(day(last), CoverReason.NOT_APPLICABLE))
    assert status_of(workspace(history(DONE), {"A": versions((1, said))}), "A", day(3)).state is state


def test_the_present_answer_begins_with_its_first_version() -> None:
    """A new due day is a new answer, a new owner is none; after a withdrawal the answer begins again."""
    said, later = decision(), decision(due=day(80))
    steps = versions((1, said), (2, later), (3, replace(later, owner="Service Desk Lead")), (5, None), (6, later))
    known = workspace(history(OPEN), {"A": steps})
    found = [status_of(known, "A", day(number)).answered for number in range(1, 7)]
    assert found == [day(1), day(2), day(2), day(2), None, day(6)]


@pytest.mark.parametrize(
    ("answered", "as_of", "done_on"),
    [(1, 1, 1), (1, 4, 1), (2, 4, None), (4, 4, None), (2, 5, 5), (5, 5, 5), (6, 6, None)],
)
def test_done_under_the_answer_means_seen_since_it(answered: int, as_of: int, done_on: int | None) -> None:
    """Snapshots of days 1 and 5 only, both in full: the first does not count for an answer in between."""
    measured = history(DONE, None, None, None, DONE)
    found = status_of(workspace(measured, {"A": versions((answered, decision()))}), "A", day(as_of))
    assert found.done_on == (day(done_on) if done_on else None)
    reached = done_under_answer(measured, {"A": day(answered), "X": day(1)}, day(as_of))
    assert reached == (frozenset({"A"}) if done_on else frozenset())


def test_done_since_the_first_snapshot_after_the_answer() -> None:
    """It was in full before, and still is: what counts is the first snapshot under the answer."""
    found = status_of(workspace(history(DONE, DONE, None, DONE), {"A": versions((3, decision()))}), "A", day(4))
    assert found.done_on == day(4)


def test_statuses_hold_what_is_catalogued_scored_or_decided() -> None:
    """Each of the three is enough; what is scored or decided only after the day is not listed yet."""
    measured = history({"S": (1, 2)}, {"S": (1, 2), "later": (1, 2)})
    decided = {"D": versions((1, decision("D"))), "E": versions((2, decision("E")))}
    known = workspace(measured, decided, ["C"])
    assert list(statuses_on(known, day(1))) == ["C", "D", "S"]
    assert list(statuses_on(known, day(2))) == ["C", "D", "E", "S", "later"]
    assert list(statuses_on(known, date(2026, 9, 30))) == ["C"]


@pytest.mark.parametrize(("as_of", "state"), [(1, State.NOT_MEASURED), (2, State.UNDECIDED), (3, State.RETIRED)])
def test_what_was_scored_once_was_known(as_of: int, state: State) -> None:
    """After its first score, where the catalogue does not list it; a later score makes nothing known."""
    measured = history({"B": (1, 1)}, {"A": (1, 2), "B": (1, 1)}, {"B": (1, 1)})
    assert status_of(workspace(measured, catalogued=["B"]), "A", day(as_of)).state is state
