# SPDX-License-Identifier: Apache-2.0
"""The register: states of acceptances, renewals, and ended entries."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.evaluation.register import AcceptanceState
from secure_score_backlog.evaluation.status import State
from tests.support.tenants import Measured, acceptance, day, decision, history, versions, workspace

OPEN = {"A": (2, 8), "Z": (1, 1)}
DONE = {"A": (8, 8), "Z": (1, 1)}
GONE = {"Z": (1, 1)}


def until(number: int, share: Fraction | int = 0) -> object:
    """An acceptance until a day."""
    return decision(bucket=Bucket.ACCEPT, accepted=acceptance(day(number), share))


@pytest.mark.parametrize(
    ("days", "last", "share", "state"),
    [
        ([OPEN] * 3, 100, 0, AcceptanceState.ACTIVE),
        ([OPEN] * 3, 32, 0, AcceptanceState.EXPIRING),
        ([OPEN] * 3, 33, 0, AcceptanceState.ACTIVE),
        ([OPEN] * 3, 3, 0, AcceptanceState.EXPIRING),
        ([OPEN] * 3, 2, 0, AcceptanceState.EXPIRED),
        ([OPEN] * 3, 100, Fraction(1, 2), AcceptanceState.BREACHED),
        ([OPEN, OPEN, DONE], 100, 0, AcceptanceState.MOOT),
        ([OPEN, DONE, OPEN], 100, 0, AcceptanceState.MOOT),
        ([OPEN, OPEN, GONE], 100, 0, AcceptanceState.ORPHAN),
    ],
)
def test_the_state_of_an_acceptance(
    days: list[dict[str, Measured]], last: int, share: Fraction | int, state: AcceptanceState
) -> None:
    """On day 3; `until` is inclusive, and the last 30 days count as expiring."""
    said = decision(bucket=Bucket.ACCEPT, accepted=acceptance(day(last), share))
    facts = evaluate(workspace(history(*days), {"A": versions((1, said))}, ["Z"]), day(3))
    (entry,) = facts.register
    assert entry.state is state
    assert entry.days_left == last - 3


def test_a_moot_acceptance_never_revives() -> None:
    """Done once, regressed later: the acceptance stays moot and a new decision is needed."""
    said = decision(bucket=Bucket.ACCEPT)
    facts = evaluate(workspace(history(OPEN, DONE, OPEN), {"A": versions((1, said))}), day(3))
    assert facts.register[0].state is AcceptanceState.MOOT
    assert facts.statuses["A"].state is State.REGRESSED
    assert facts.ledger.undecided == 6
    assert facts.ledger.accept == 0


def test_renewals_are_counted_and_a_shortened_one_is_none() -> None:
    """Only a later last day is a renewal."""
    first = decision(bucket=Bucket.ACCEPT, accepted=acceptance(day(50)))
    steps = versions(
        (1, first),
        (2, replace(first, accepted=acceptance(day(60)))),
        (3, replace(first, accepted=acceptance(day(55)))),
        (4, replace(first, accepted=acceptance(day(90)))),
        (5, replace(first, accepted=acceptance(day(90)), owner="Head of Finance")),
    )
    facts = evaluate(workspace(history(*[OPEN] * 6), {"A": steps}), day(6))
    (entry,) = facts.register
    assert (entry.renewals, entry.since, entry.until) == (2, day(1), day(90))
    assert entry.citation is not None
    assert entry.citation.pull_request == 5
    assert entry.points == 6


def test_what_ended_stays_in_the_past() -> None:
    """Replaced by a plan, withdrawn, accepted again: each period is kept with its end."""
    accept, plan = decision(bucket=Bucket.ACCEPT), decision()
    steps = versions((1, accept), (2, plan), (3, accept), (4, None))
    facts = evaluate(workspace(history(*[OPEN] * 5), {"A": steps}), day(5))
    assert facts.register == ()
    assert [(entry.since, entry.ended, entry.state) for entry in facts.past] == [
        (day(3), day(4), AcceptanceState.ENDED),
        (day(1), day(2), AcceptanceState.ENDED),
    ]


def test_a_draft_is_not_in_the_register() -> None:
    """A draft accepts nothing."""
    facts = evaluate(workspace(history(OPEN), {"A": versions((1, decision(bucket=Bucket.ACCEPT, draft=True)))}), day(1))
    assert facts.register == facts.past == ()


def test_a_typed_name_is_no_approval() -> None:
    """The approver named in the file does not count as an approval."""
    known = workspace(history(OPEN), {"A": versions((1, decision(bucket=Bucket.ACCEPT)))})
    assert evaluate(known, day(1)).register[0].approved_by == ()


def test_an_ended_entry_says_what_was_accepted_and_has_no_points() -> None:
    """It shows the acceptance, not what replaced it; only current entries have points."""
    accept = decision(bucket=Bucket.ACCEPT, accepted=acceptance(day(60)))
    known = workspace(history(*[OPEN] * 3), {"A": versions((1, accept), (2, decision()))})
    (entry,) = evaluate(known, day(3)).past
    assert (entry.decision, entry.points, entry.ended) == (accept, 0, day(2))
    (entry,) = evaluate(known, day(1)).register
    assert (entry.decision, entry.points, entry.ended) == (accept, 6, None)


def test_covers_and_acceptances_are_listed_separately() -> None:
    """A cover is no accepted risk; ended ones are in one list."""
    measured = history({"A": (2, 8), "B": (2, 8), "C": (2, 8)})
    decided = {
        "A": versions((1, decision("A", Bucket.NOT_APPLICABLE))),
        "B": versions((1, decision("B", Bucket.ACCEPT))),
        "C": versions((1, decision("C", Bucket.NOT_APPLICABLE)), (2, None)),
    }
    facts = evaluate(workspace(measured, decided), day(2))
    lists = (facts.register, facts.covered, facts.past)
    assert [[entry.status.id for entry in entries] for entries in lists] == [["B"], ["A"], ["C"]]


def test_an_uncommitted_acceptance_has_no_citation() -> None:
    """It is in the register, without a commit, a first day or an approval."""
    (edit,) = versions((1, decision(bucket=Bucket.ACCEPT)))
    edit = replace(edit, version=replace(edit.version, commit=""))
    known = workspace(history(OPEN), {"A": (edit,)})
    (entry,) = evaluate(known, day(1)).register
    assert (entry.citation, entry.since, entry.approved_by) == (None, None, ())
    assert (entry.state, entry.points) == (AcceptanceState.ACTIVE, 6)
