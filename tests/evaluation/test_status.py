# SPDX-License-Identifier: Apache-2.0
"""State, runs and breaches: each rule of design §5, and that the first that applies wins."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from secure_score_backlog.decisions.model import Bucket, CoverReason, Decision, DecisionHistory
from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.evaluation.status import State, status_of
from secure_score_backlog.snapshots.model import History
from tests.support.tenants import acceptance, blocked, cover, day, decision, history, versions, workspace

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
    """One case for each rule, judged on day 3."""
    expected, measured, answer = CASES[name]
    decided = {"A": versions((1, answer))} if answer else {}
    assert status_of(workspace(measured, decided, ["A", "B"]), "A", day(3)).state is expected


def test_gone_from_scores_and_catalogue_is_retired() -> None:
    """Once known, now nowhere: retired, whatever was decided."""
    measured = history({"A": (1, 2), "B": (1, 1)}, {"B": (1, 1)})
    found = status_of(workspace(measured, {"A": versions((1, decision()))}, ["B"]), "A", day(2))
    assert found.state is State.RETIRED


def test_a_score_without_a_profile_is_still_measured() -> None:
    """Graph's two lists differ; what is scored counts (facts: 27 of 68 in one real tenant)."""
    assert status_of(workspace(history(OPEN), {}, ["B"]), "A", day(1)).state is State.UNDECIDED


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


def test_days_before_the_acceptance_breach_nothing() -> None:
    """What was worse before somebody accepted it is not a breach of the acceptance."""
    measured = history({"A": (0, 8)}, {"A": (0, 8)}, {"A": (4, 8)})
    half = decision(bucket=Bucket.ACCEPT, accepted=acceptance(share=Fraction(1, 2)))
    assert status_of(workspace(measured, {"A": versions((2, half))}), "A", day(3)).state is State.ACCEPTED


def test_done_and_lost_under_its_decision_is_regressed_until_a_new_answer() -> None:
    """Regressed needs a new answer; a changed owner is none."""
    measured = history(OPEN, DONE, OPEN, OPEN)
    said = decision()
    assert status_of(workspace(measured, {"A": versions((1, said))}), "A", day(3)).state is State.REGRESSED
    other_owner = versions((1, said), (4, replace(said, owner="Service Desk Lead")))
    assert status_of(workspace(measured, {"A": other_owner}), "A", day(4)).state is State.REGRESSED
    new_answer = versions((1, said), (4, replace(said, due=day(80))))
    assert status_of(workspace(measured, {"A": new_answer}), "A", day(4)).state is State.PLANNED


def test_done_before_the_decision_is_not_regressed() -> None:
    """Only what was done while the present answer stood can regress."""
    measured = history(DONE, OPEN, OPEN)
    assert status_of(workspace(measured, {"A": versions((2, decision()))}), "A", day(3)).state is State.PLANNED


def test_without_git_nothing_is_dated() -> None:
    """No commit, no day of the answer: nothing regresses, and nothing is invented."""
    measured = history(OPEN, DONE, OPEN)
    bare = replace(workspace(measured), decisions=DecisionHistory({"A": versions((1, decision()))}, has_git=False))
    found = status_of(bare, "A", day(3))
    assert found.answered is None
    assert found.state is State.PLANNED


def test_open_since_and_held_since_are_unbroken_runs() -> None:
    """A run breaks where it was done, lost or not scored; gaps in the days do not break it."""
    measured = history(DONE, OPEN, None, OPEN, DONE, DONE, None, DONE)
    opened = status_of(workspace(measured), "A", day(4))
    assert (opened.open_since, opened.days_open) == (day(2), 2)
    held = status_of(workspace(measured), "A", day(8))
    assert (held.held_since, held.days_held, held.days_observed) == (day(5), 4, 3)
    assert held.open_since is None
    assert status_of(workspace(history(CLAIMED, CLAIMED)), "A", day(2)).held_since is None


def test_a_decision_is_not_known_before_its_commit() -> None:
    """The month before a decision does not know it, and says that it came later."""
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
