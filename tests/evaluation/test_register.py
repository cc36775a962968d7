# SPDX-License-Identifier: Apache-2.0
"""The register: states of acceptances, renewals, and ended entries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from secure_score_backlog.approvals import Approvals, CommitFact, PullRequest, Review
from secure_score_backlog.decisions.model import Attestation, Bucket, CoverReason
from secure_score_backlog.evaluation.approval import IN_SHORT, REASONS, Approval, ApprovalKind, Reason
from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.evaluation.register import (
    AcceptanceState,
    RegisterEntry,
    approval_counts,
    approver,
    by_approver,
    citation,
    in_force,
    needing_decision,
    number_in_words,
    plans_in_force,
    reason,
    recorded,
    shown_state,
    unapproved_since,
)
from secure_score_backlog.evaluation.status import State
from secure_score_backlog.evaluation.tasks import approved_later, tasks
from secure_score_backlog.exports.ics import events
from secure_score_backlog.git import MainCommit
from secure_score_backlog.ratings import Risk
from secure_score_backlog.settings import Settings
from secure_score_backlog.site.pages.public import statement
from secure_score_backlog.workspace import Workspace
from tests.support.pages import approved_as
from tests.support.tenants import Measured, acceptance, blocked, cover, day, decision, history, versions, workspace

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


def test_what_is_measured_in_full_has_no_decision_in_force() -> None:
    """Said not to apply, and measured in full on the day before the decision: in conflict, and not in force."""
    not_applicable = decision(bucket=Bucket.NOT_APPLICABLE, covered=cover(reason=CoverReason.NOT_APPLICABLE))
    facts = evaluate(workspace(history(DONE), {"A": versions((2, not_applicable))}), day(2))
    assert facts.statuses["A"].state is State.CONFLICT
    assert [entry.state for entry in facts.covered] == [AcceptanceState.MOOT]
    assert statement(facts).in_force == 0


def test_a_plan_is_in_force_until_it_is_done() -> None:
    """A planned, a blocked and an overdue change count; what is done, retired or a draft does not."""
    answers = {
        "planned": decision("planned"),
        "blocked": decision("blocked", blocked=blocked()),
        "overdue": decision("overdue", due=day(1)),
        "draft": decision("draft", draft=True),
        "done": decision("done"),
        "gone": decision("gone"),
    }
    scores = {name: (5, 5) if name == "done" else (0, 5) for name in answers if name != "gone"}
    measured = history({**scores, "gone": (0, 5)}, scores, scores)
    decided = {name: versions((1, answer)) for name, answer in answers.items()}
    facts = evaluate(workspace(measured, decided, [*scores]), day(3))
    assert {status.id for status in plans_in_force(facts.statuses.values())} == {"planned", "blocked", "overdue"}
    assert statement(facts).in_force == 3


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


def entries(known: Workspace, number: int) -> dict[str, RegisterEntry]:
    """All entries of a day by id, current and past."""
    facts = evaluate(known, day(number))
    return {entry.status.id: entry for entry in (*facts.register, *facts.covered, *facts.past)}


def test_a_citation_names_risk_file_commit_and_pull_request() -> None:
    """One line that a stranger can look up, letter for letter; nothing is committed: nothing is cited."""
    measured = history({"A": (2, 8), "B": (2, 8), "C": (2, 8)})
    (direct,) = versions((2, decision("B", Bucket.NOT_APPLICABLE)))
    (edit,) = versions((1, decision("C", Bucket.ACCEPT)))
    decided = {
        "A": versions((1, decision("A", Bucket.ACCEPT))),
        "B": (replace(direct, version=replace(direct.version, pull_request=None)),),
        "C": (replace(edit, version=replace(edit.version, commit="")),),
    }
    found = entries(workspace(measured, decided), 2)
    assert citation(found["A"], "Acme", day(2)) == (
        f"Accepted risk of Acme: A (A), until {day(200)}, approver Managing Director "
        f"(only named: GitHub was not asked about its commit yet), as of {day(2)}; "
        f"decisions/A.md at commit {1:040x}, pull request #1 (claimed by the message)."
    )
    assert citation(found["B"], "Acme", day(2)) == (
        f"Exemption of Acme: B (B), until {day(200)}, approver Head of IT "
        f"(only named: GitHub was not asked about its commit yet), as of {day(2)}; decisions/B.md at commit {2:040x}."
    )
    assert citation(found["C"], "Acme", day(2)) == ""
    stated = Approval(ApprovalKind.ATTESTED, "Head of IT", day(1), stated=Attestation("Head of IT", day(1), "ticket 7"))
    assert (
        f"approver Head of IT (approved outside GitHub on {day(1)}, as the decision states: ticket 7), as of"
        in citation(replace(found["B"], approval=stated), "Acme", day(2))
    )


def told(*commits: int) -> Approvals:
    """What GitHub says of some commits: each brought by a pull request that the managing director approved."""
    facts, requests = {}, {}
    for number in commits:
        commit, head, at = f"{number:040x}", f"{number + 100:040x}", datetime(2026, 10, number, 9, tzinfo=UTC)
        facts[commit] = CommitFact(commit, number)
        reviews = (Review("boss", at, head),)
        requests[number] = PullRequest(number, "", "author", at, "boss", head, commit, "main", reviews)
    return Approvals(facts, requests, datetime(2026, 10, 9, tzinfo=UTC))


def test_a_later_edit_of_something_else_keeps_the_approved_commit() -> None:
    """The approval is about the commit that brought last day and reason; both commits are cited."""
    accept = decision(bucket=Bucket.ACCEPT)
    renewed = replace(accept, accepted=acceptance(day(150)))
    steps = versions((2, renewed), (3, accept), (4, replace(accept, owner="Head of Finance")))
    roles = {"Managing Director": ("boss",)}
    known = replace(
        workspace(history(*[OPEN] * 5), {"A": steps}),
        approvals=told(2, 3, 4),
        commits=tuple(MainCommit(step.version, None) for step in steps),
    )
    first = replace(known.commits[0], version=replace(known.commits[0].version, commit=f"{1:040x}"))
    known = replace(known, commits=(first, *known.commits), settings_of={f"{1:040x}": Settings(roles=roles)})
    (entry,) = evaluate(known, day(5)).register
    assert entry.citation is not None
    assert entry.answered is not None
    assert (entry.citation.commit, entry.answered.commit) == (f"{4:040x}", f"{3:040x}")
    assert entry.amended
    assert (entry.approval.kind, entry.approval.at) == (ApprovalKind.APPROVED, day(3))
    assert [(each.kind, each.at) for each in entry.earlier] == [(ApprovalKind.APPROVED, day(2))]
    cited = citation(entry, "Acme", day(5))
    assert f"approver Managing Director (approved on GitHub by that role on {day(3)}), as of {day(5)}; " in cited
    assert f"at commit {4:040x}, pull request #4" in cited
    assert f"last day and reason unchanged since commit {3:040x}, pull request #3" in cited
    unchanged = entries(replace(known, decisions=replace(known.decisions, versions={"A": steps[:2]})), 5)["A"]
    assert not unchanged.amended


def test_approvals_are_counted_by_how_they_are_known() -> None:
    """In numbers and in words, also of those outside GitHub whose record was not checked."""
    approved = Approval(ApprovalKind.APPROVED, "Head of IT", asked=True)
    outside = Approval(ApprovalKind.ATTESTED, "Head of IT")
    entry = entries(workspace(history(OPEN), {"A": versions((1, decision(bucket=Bucket.ACCEPT)))}), 1)["A"]

    def words(*found: Approval) -> str:
        return approval_counts(replace(entry, approval=each) for each in found).words

    assert words() == ""
    assert words(approved, outside, Approval()) == (
        "1 approved on GitHub, 1 approved outside GitHub (record not checked), 1 without an approval that counts"
    )
    filed = replace(outside, on_file=True, names_it=True)
    assert words(approved, filed) == "1 approved on GitHub, 1 approved outside GitHub"
    assert words(approved, replace(filed, names_it=False)).endswith("(record does not name the recommendation)")
    assert words(approved, outside, replace(filed, names_it=False)).endswith(
        ", 2 approved outside GitHub (1 record not checked; 1 record does not name the recommendation)"
    )
    assert words(Approval(), Approval()) == "none with an approval that counts; GitHub was not asked"
    assert words(Approval(asked=True)) == "without an approval that counts"
    assert words(approved) == "approved on GitHub"
    assert words(approved, approved) == "each approved on GitHub"


def test_the_most_frequent_approvers_come_first_and_the_others_are_counted_in_one_row() -> None:
    """However many roles there are, no entry is lost."""
    entry = entries(workspace(history(OPEN), {"A": versions((1, decision(bucket=Bucket.ACCEPT)))}), 1)["A"]

    def by(role: str, approval: Approval) -> RegisterEntry:
        assert entry.decision.accepted
        accepted = replace(entry.decision.accepted, approver=role)
        return replace(entry, approval=approval, decision=replace(entry.decision, accepted=accepted))

    approved, named = Approval(ApprovalKind.APPROVED), Approval()
    two = [by("One", named), by("Two", named), by("Two", named), by("One", approved)]
    four = [by(role, named) for role in "ABCD"]
    assert [(role, len(those)) for role, those in by_approver(two, 2)] == [("One", 2), ("Two", 2)]
    rest = by_approver([*four, by("D", named)], 3)
    assert [(role, len(those)) for role, those in rest] == [("D", 2), ("A", 1), ("2 other roles", 2)]


def test_a_number_says_how_many_are_severe() -> None:
    """Critical ones before high ones; nothing of them where there are none."""
    entry = entries(workspace(history(OPEN), {"A": versions((1, decision(bucket=Bucket.ACCEPT)))}), 1)["A"]

    def said(*risks: Risk | None) -> str:
        return number_in_words(replace(entry, status=replace(entry.status, level=risk)) for risk in risks)

    assert said() == ""
    assert (said(None), said(Risk.HIGH), said(Risk.LOW, None)) == ("1", "1 (1 high)", "2")
    assert said(Risk.HIGH, None, Risk.CRITICAL, Risk.HIGH) == "4 (1 critical, 2 high)"
    assert (said(*[Risk.HIGH] * 2), said(*[Risk.CRITICAL] * 3)) == ("2 (2 high)", "3 (3 critical)")


def test_since_when_no_approval_counts() -> None:
    """From the oldest version after the last approved one; what GitHub was not asked is unknown."""
    good, none = Approval(ApprovalKind.APPROVED, "Head of IT", day(1)), Approval(reason=Reason.NO_REVIEW, asked=True)
    found = versions(*[(number, decision(bucket=Bucket.ACCEPT)) for number in (1, 2, 3)])
    unknown = Approval(reason=Reason.NOT_ASKED)
    assert unapproved_since(found, (none, none, none)) == day(1)
    assert unapproved_since(found, (none, good, none)) == day(3)
    assert unapproved_since(found, (unknown, none, none)) == day(2)
    for newest in (good, unknown, Approval(reason=Reason.UNCOMMITTED)):
        assert unapproved_since(found, (none, none, newest)) is None


def test_every_reason_has_words_for_a_row() -> None:
    """Short ones, beside the sentence; what counts has none, and a record that came later says so."""
    assert set(IN_SHORT) == set(REASONS) == set(Reason)
    assert Approval(reason=Reason.LATE).in_short == "approved after the merge"
    assert Approval(ApprovalKind.ATTESTED, reason=Reason.LATE).in_short == ""
    assert Approval(reason=Reason.RECORD_MISSING, filed=day(3)).in_short == "record came after the decision"


def test_an_acceptance_says_when_no_answer_of_it_ever_had_an_approval() -> None:
    """One that had an approval before is told apart, with the day of the last one."""
    entry = entries(workspace(history(OPEN), {"A": versions((1, decision(bucket=Bucket.ACCEPT)))}), 1)["A"]
    good = Approval(ApprovalKind.APPROVED, "Head of IT", day(1))
    never = replace(entry, approval=Approval(), earlier=(Approval(),))
    once = replace(entry, approval=Approval(), earlier=(good, replace(good, at=day(3)), Approval()))
    now = replace(entry, approval=good, earlier=(Approval(),))
    assert [(each.never_approved, each.approved_before) for each in (never, once, now)] == [
        (True, None),
        (False, day(3)),
        (False, None),
    ]


def test_reason_and_approver_come_from_the_kind_of_entry() -> None:
    """The rationale of an acceptance, what covers the other; a plan has neither."""
    measured = history({"A": (2, 8), "B": (2, 8)})
    decided = {
        "A": versions((1, decision("A", Bucket.ACCEPT))),
        "B": versions((1, decision("B", Bucket.NOT_APPLICABLE))),
    }
    found = entries(workspace(measured, decided), 1)
    assert [(reason(each), approver(each)) for each in (found["A"], found["B"])] == [
        ("because", "Managing Director"),
        ("the gateway", "Head of IT"),
    ]
    plan = replace(found["A"], decision=decision())
    assert (reason(plan), approver(plan), recorded(plan)) == ("", "", False)


def test_an_approval_is_recorded_by_github_or_by_an_attestation() -> None:
    """The name in the file alone is no record."""
    measured = history({"A": (2, 8), "B": (2, 8)})
    attested = replace(acceptance(), approval=Attestation("Managing Director", day(1), "Minutes of October"))
    decided = {
        "A": versions((1, decision("A", Bucket.ACCEPT))),
        "B": versions((1, decision("B", Bucket.ACCEPT, accepted=attested))),
    }
    found = entries(workspace(measured, decided), 1)
    assert (recorded(found["A"]), recorded(found["B"])) == (False, True)
    approved = replace(found["A"], approval=approved_as(("Managing Director",)))
    assert recorded(approved)
    assert approved.approved_by == ("Managing Director",)


def test_what_needs_a_decision_is_expired_breached_regressed_or_in_conflict() -> None:
    """In force and in need of a decision exclude each other; moot alone is neither."""
    days = [{"A": (2, 8), "B": (2, 8), "C": (8, 8), "D": (8, 8), "E": (2, 8), "F": (8, 8)}] * 2
    days.append({"A": (2, 8), "B": (2, 8), "C": (2, 8), "D": (8, 8), "E": (2, 8), "F": (8, 8)})
    accepted = {name: decision(name, Bucket.ACCEPT) for name in "ACD"}
    accepted["B"] = decision("B", Bucket.ACCEPT, accepted=acceptance(day(2)))
    accepted["E"] = decision("E", Bucket.ACCEPT, accepted=acceptance(share=Fraction(1, 2)))
    accepted["F"] = decision("F", Bucket.NOT_APPLICABLE, covered=cover(reason=CoverReason.NOT_APPLICABLE))
    known = workspace(history(*days), {name: versions((1, said)) for name, said in accepted.items()})
    found = list(entries(known, 3).values())
    assert {each.status.id for each in needing_decision(found)} == {"B", "C", "E", "F"}
    assert {each.status.id for each in found if shown_state(each) == "conflict"} == {"F"}
    assert {each.status.id for each in in_force(found)} == {"A"}
    assert {each.status.id for each in found if shown_state(each) == "regressed"} == {"C"}


@pytest.mark.parametrize(
    ("last", "share", "shown"),
    [(2, 0, State.EXPIRED), (100, Fraction(1, 2), State.BREACHED), (100, 0, State.REGRESSED)],
)
def test_what_was_done_once_and_is_open_needs_a_decision(last: int, share: Fraction | int, shown: State) -> None:
    """Whichever word its recommendation has: an acceptance that does not come back never counts as done since."""
    said = decision(bucket=Bucket.ACCEPT, accepted=acceptance(day(last), share))
    facts = evaluate(workspace(history(DONE, OPEN, OPEN), {"A": versions((1, said))}), day(3))
    (entry,) = facts.register
    assert (entry.state, shown_state(entry)) == (AcceptanceState.MOOT, shown)
    assert needing_decision(facts.register) == [entry]


def test_an_acceptance_without_a_score_is_counted_and_has_its_place() -> None:
    """In force as any other: in the number of accepted risks, among what a role has to do, and in the calendar."""
    said = decision("B", Bucket.ACCEPT, accepted=acceptance(day(12)))
    known = workspace(history({"A": (0, 4)}), {"B": versions((1, said))})
    facts = evaluate(known, day(1))
    assert facts.statuses["B"].state is State.NOT_MEASURED
    assert facts.counts["carried"] == facts.counts["expiring"] == len(in_force(facts.register)) == 1
    assert [(task.kind, task.status.id) for task in tasks(facts)] == [("expiring", "B")]
    assert [each.status.id for each in approved_later(facts)] == ["B"]
    assert [(event.day, event.category) for event in events(facts)] == [(day(12), "Acceptance")]
