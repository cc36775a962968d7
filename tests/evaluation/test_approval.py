# SPDX-License-Identifier: Apache-2.0
"""What counts as an approval, and the reason where a recorded review does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from secure_score_backlog.approval_records import LARGEST_RECORD, folded, names
from secure_score_backlog.approvals import (
    APPROVALS_PATH,
    Approvals,
    CommitFact,
    PullRequest,
    Review,
    ReviewState,
    encode,
)
from secure_score_backlog.decisions.attestations import path_of
from secure_score_backlog.decisions.model import Attestation, Bucket, Decision
from secure_score_backlog.evaluation.approval import (
    REASONS,
    Approval,
    ApprovalKind,
    Reason,
    Record,
    Surroundings,
    approval_of,
    main_branch_of,
)
from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.evaluation.register import RegisterEntry
from secure_score_backlog.git import Version
from secure_score_backlog.problems import Problem
from secure_score_backlog.settings import RepositorySettings, Settings
from secure_score_backlog.workspace import load
from tests.support.repositories import Repository
from tests.support.tenants import acceptance, decision

MERGED = datetime(2026, 10, 5, 12, tzinfo=UTC)
BEFORE = MERGED - timedelta(hours=1)
MERGE, HEAD, OLD = "a" * 40, "b" * 40, "c" * 40
ROLES = {"Managing Director": ("boss", "Deputy"), "Head of IT": ("admin",)}
VERSION = Version("decisions/A.md", MERGE, MERGED, "Somebody", "Accept", 9)
GOOD = Review("boss", BEFORE, HEAD)
REQUEST = PullRequest(12, "", "writer", MERGED, "merger", HEAD, MERGE, "main", (GOOD,), ("writer", "helper"))


def accepted(attested: Attestation | None = None, approver: str = "Managing Director") -> Decision:
    """An acceptance."""
    return decision("A", Bucket.ACCEPT, accepted=replace(acceptance(), approver=approver, approval=attested))


def told(request: PullRequest | None = REQUEST, **changed: Any) -> Approvals:
    """What GitHub said about the merge."""
    known = replace(request, **changed) if request else None
    fact = CommitFact(MERGE, known.number if known else None)
    return Approvals({MERGE: fact}, {known.number: known} if known else {}, MERGED, "1")


def judged(*reviews: Review, **changed: Any) -> Approval:
    """The approval of an acceptance whose pull request has these reviews."""
    return approval_of(VERSION, accepted(), told(reviews=reviews, **changed), ROLES)


def test_a_pull_request_into_another_branch_is_no_approval_of_the_main_branch() -> None:
    """Compared where the name of the main branch is known, as the settings before the commit give it."""
    for base, main, reason in (("main", "main", None), ("preview", "main", Reason.OTHER_BASE), ("preview", "", None)):
        found = approval_of(VERSION, accepted(), told(base=base), ROLES, None, main)
        assert found.reason is reason
        assert found.recorded is (reason is None)
    named = Settings(repository=RepositorySettings("https://github.com/tenant/backlog", "trunk"))
    assert main_branch_of(named) == "trunk"
    assert main_branch_of(Settings()) == ""
    around = Surroundings(order={"x": 0, MERGE: 1}, settings=((0, named), (1, Settings())))
    assert around.settings_before(MERGE) == named
    assert around.settings_before("x") == Settings()


def test_an_approval_by_the_named_role_of_the_final_head_before_the_merge_counts() -> None:
    """By whom as which role, when, and in which pull request."""
    found = judged(GOOD)
    assert (found.kind, found.by, found.login) == (ApprovalKind.APPROVED, "Managing Director", "boss")
    assert (found.at, found.pull_request, found.confirmed, found.reason) == (date(2026, 10, 5), 12, True, None)
    assert found.recorded
    assert found.words == ""


def test_roles_and_logins_are_compared_without_case() -> None:
    """GitHub ignores case in logins, and people in roles."""
    odd = accepted(approver="managing  director")
    found = approval_of(VERSION, odd, told(reviews=(replace(GOOD, by="DEPUTY"),)), ROLES)
    assert found.kind is ApprovalKind.APPROVED


def test_an_approval_in_the_second_of_the_merge_counts_and_one_after_it_does_not() -> None:
    """Merging may follow an approval at once."""
    assert judged(replace(GOOD, at=MERGED)).kind is ApprovalKind.APPROVED
    assert judged(replace(GOOD, at=MERGED + timedelta(seconds=1))).reason is Reason.LATE


@pytest.mark.parametrize(
    ("review", "reason"),
    [
        (replace(GOOD, by=""), Reason.DELETED),
        (replace(GOOD, by="Writer"), Reason.OWN),
        (replace(GOOD, by="helper"), Reason.CONTRIBUTOR),
        (replace(GOOD, commit=OLD), Reason.STALE),
        (replace(GOOD, commit=""), Reason.STALE),
        (replace(GOOD, by="admin"), Reason.OTHER_ROLE),
        (replace(GOOD, by="stranger"), Reason.OTHER_ROLE),
        (replace(GOOD, state=ReviewState.DISMISSED), Reason.NO_REVIEW),
        (replace(GOOD, state=ReviewState.CHANGES_REQUESTED), Reason.NO_REVIEW),
    ],
)
def test_a_review_that_does_not_count_has_a_reason(review: Review, reason: Reason) -> None:
    """Nothing is approved, and the words say why, without any login."""
    found = judged(review)
    assert (found.kind, found.by, found.login, found.reason) == (ApprovalKind.NAMED, "", "", reason)
    assert found.words == REASONS[reason]
    assert "writer" not in found.words


def test_changes_requested_later_withdraw_an_approval() -> None:
    """The last word before the merge holds; what is said after it changes nothing."""
    later = replace(GOOD, at=BEFORE + timedelta(minutes=1), state=ReviewState.CHANGES_REQUESTED)
    assert judged(GOOD, later).reason is Reason.WITHDRAWN
    again = replace(GOOD, at=BEFORE + timedelta(minutes=2))
    assert judged(GOOD, later, again).kind is ApprovalKind.APPROVED
    after = replace(later, at=MERGED + timedelta(hours=1))
    assert judged(GOOD, after).kind is ApprovalKind.APPROVED


def test_one_review_that_counts_is_sufficient_and_else_the_nearest_gives_the_reason() -> None:
    """Of several reviews, the words are about the one that meets the most conditions."""
    own, stale, wrong = replace(GOOD, by="writer"), replace(GOOD, commit=OLD), replace(GOOD, by="admin")
    assert judged(own, stale, GOOD, wrong).kind is ApprovalKind.APPROVED
    assert judged(own, stale).reason is Reason.STALE
    assert judged(wrong, own).reason is Reason.OTHER_ROLE
    assert judged().reason is Reason.NO_REVIEW


def test_roles_come_from_before_the_merge() -> None:
    """A role that the settings did not list then has no login that could approve."""
    assert approval_of(VERSION, accepted(), told(), {}).reason is Reason.UNLISTED
    assert approval_of(VERSION, accepted(), told(), {"Head of IT": ("boss",)}).reason is Reason.UNLISTED
    assert approval_of(VERSION, accepted(), told(), {"Managing Director": ("x",)}).reason is Reason.OTHER_ROLE


def test_what_github_does_not_know_is_no_approval() -> None:
    """Not committed, not asked, no pull request, and commits that were pushed."""
    assert approval_of(replace(VERSION, commit=""), accepted(), told(), ROLES).reason is Reason.UNCOMMITTED
    unasked = approval_of(VERSION, accepted(), Approvals(), ROLES)
    assert (unasked.reason, unasked.asked) == (Reason.NOT_ASKED, False)
    assert (unasked.pull_request, unasked.confirmed) == (9, False)
    assert approval_of(VERSION, accepted(), told(None), ROLES).reason is Reason.NO_PULL_REQUEST
    assert judged(GOOD, head=MERGE).reason is Reason.PUSHED
    assert judged(GOOD, merge_commit="").reason is Reason.PUSHED
    assert judged(GOOD, merge_commit=OLD).kind is ApprovalKind.APPROVED, "a commit of a rebase"


ATTESTED = Attestation("Managing Director", date(2026, 10, 5), "docs/reviews/2026-10.md")


def test_an_attestation_is_shown_as_one_and_checked_where_it_can_be() -> None:
    """A record that is a file existed in the commit; a ticket is not checked."""
    checked = approval_of(VERSION, accepted(ATTESTED), Approvals(), ROLES, Record(True, True))
    assert (checked.kind, checked.by, checked.at) == (ApprovalKind.ATTESTED, "Managing Director", date(2026, 10, 5))
    assert (checked.on_file, checked.names_it, checked.recorded, checked.words) == (True, True, True, "")
    assert (checked.reason, checked.stated) == (Reason.NOT_ASKED, ATTESTED)
    assert not approval_of(VERSION, accepted(ATTESTED), Approvals(), ROLES, None).on_file


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (Record(True, True), "record on file, names this recommendation"),
        (Record(True, False), "record on file, does not name this recommendation"),
        (Record(True), "record on file, not read"),
        (None, "record not checked"),
    ],
)
def test_a_page_says_of_a_record_what_was_checked_and_no_more(record: Record | None, said: str) -> None:
    """That a file was there is not that it speaks of this."""
    assert approval_of(VERSION, accepted(ATTESTED), Approvals(), ROLES, record).record_words == said
    assert approval_of(VERSION, accepted(ATTESTED), told(), ROLES, record).record_words == "", "GitHub goes before it"
    edit = replace(VERSION, commit="")
    assert approval_of(edit, accepted(ATTESTED), Approvals(), ROLES).record_words == "", "an edit has no commit"


@pytest.mark.parametrize(
    ("attested", "had_record", "reason"),
    [
        (ATTESTED, False, Reason.RECORD_MISSING),
        (replace(ATTESTED, on=date(2026, 10, 6)), True, Reason.RECORD_LATER),
        (replace(ATTESTED, by="Head of IT"), True, Reason.OTHER_ATTESTED),
    ],
)
def test_an_attestation_with_a_fault_only_names(attested: Attestation, had_record: bool, reason: Reason) -> None:
    """Whoever wrote it may have meant well; nothing shows it."""
    found = approval_of(VERSION, accepted(attested), Approvals(), ROLES, Record(had_record))
    assert (found.kind, found.reason) == (ApprovalKind.NAMED, reason)


def test_github_goes_before_an_attestation() -> None:
    """The better record is the one that is shown."""
    assert approval_of(VERSION, accepted(ATTESTED), told(), ROLES, Record(True)).kind is ApprovalKind.APPROVED


@pytest.mark.parametrize(
    ("record", "path"),
    [
        ("docs/reviews/2026-10.md", "docs/reviews/2026-10.md"),
        (" ./docs/reviews/2026-10.md#decisions ", "docs/reviews/2026-10.md"),
        ("https://tickets.example/a/b.html", None),
        ("SEC-4711", None),
        ("Minutes of October", None),
        ("../outside/a.md", None),
        ("a/" * 5_000 + "b.md", None),
    ],
)
def test_which_records_are_files_of_the_repository(record: str, path: str | None) -> None:
    """Only those can be checked."""
    assert path_of(record) == path


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("We accepted scid_96 today.", True),
        ("See [it](../../decisions/SCID_96.md).", True),
        ("**Block  bad\ndestinations** stays as it is.", True),
        (r"scid\_96, item 4", True),
        ("Accepted: scid_961 and old-scid_96.", False),
        ("Bad destinations are blocked.", False),
        ("", False),
    ],
)
def test_a_record_names_a_recommendation_by_id_or_title(text: str, named: bool) -> None:
    """As whole words, whatever the case, the line breaks and Markdown's marks."""
    assert names(folded(text), "scid_96", "Block bad destinations") is named
    assert not names(folded(text), ""), "an empty title is in no text"


# From files: the order of commits decides

SETTINGS = "roles:\n  Managing Director: [{login}]\n"
DECISION = """---
recommendation: A
bucket: accept
risk: high
owner: Head of IT
reduces: Password spraying against old mail clients
impact: Two scanners stop sending
prerequisites: Licences for three users are missing
proof: Sign-in log shows no legacy client
accepted:
  rationale: The scanners are replaced in spring.
  approver: Managing Director
  until: {until}
{attested}---
"""


def judged_in(repository: Repository, merge: str, by: str) -> RegisterEntry:
    """The entry of a repository whose commit came by a pull request that somebody approved."""
    review = Review(by, BEFORE, HEAD)
    request = PullRequest(12, "", "writer", MERGED, "merger", HEAD, merge, "main", (review,))
    repository.write(APPROVALS_PATH, encode(Approvals({merge: CommitFact(merge, 12)}, {12: request}, MERGED, "1")))
    known = load(repository.folder, today=date(2026, 10, 9))
    return evaluate(known, date(2026, 10, 9)).register[0]


def written(until: str = "2027-03-01", attested: str = "") -> str:
    """A decision."""
    return DECISION.format(until=until, attested=attested)


def test_a_pull_request_cannot_give_itself_an_approver(tmp_path: Path) -> None:
    """The roles of the commit before count, not those that the same commit writes."""
    repository = Repository(tmp_path)
    repository.write("backlog.yml", SETTINGS.format(login="boss"))
    repository.commit("Begin")
    repository.write("backlog.yml", SETTINGS.format(login="writer-friend"))
    merge = repository.commit("Accept", decisions__A=written())
    assert judged_in(repository, merge, "writer-friend").approval.reason is Reason.OTHER_ROLE
    assert judged_in(repository, merge, "boss").approval.kind is ApprovalKind.APPROVED


def test_an_approver_whose_role_changed_keeps_what_was_approved_before(tmp_path: Path) -> None:
    """All commits here are of one second: what counts is their order, not their time."""
    repository = Repository(tmp_path)
    repository.write("backlog.yml", SETTINGS.format(login="boss"))
    repository.commit("Begin")
    merge = repository.commit("Accept", decisions__A=written())
    repository.write("backlog.yml", SETTINGS.format(login="successor"))
    repository.commit("The role has a successor")
    assert judged_in(repository, merge, "boss").approval.kind is ApprovalKind.APPROVED
    renewed = repository.commit("Renew", decisions__A=written("2027-04-01"))
    assert judged_in(repository, renewed, "boss").approval.reason is Reason.OTHER_ROLE
    assert judged_in(repository, renewed, "successor").approval.kind is ApprovalKind.APPROVED


def test_a_later_edit_that_is_no_new_answer_takes_no_approval_away(tmp_path: Path) -> None:
    """The owner changed by a direct commit; the acceptance is the one that was approved."""
    repository = Repository(tmp_path)
    repository.write("backlog.yml", SETTINGS.format(login="boss"))
    repository.commit("Begin")
    merge = repository.commit("Accept", decisions__A=written())
    edited = repository.commit("Owner", decisions__A=written().replace("owner: Head of IT", "owner: Messaging"))
    entry = judged_in(repository, merge, "boss")
    assert entry.citation is not None
    assert (entry.citation.commit, entry.approval.commit) == (edited, merge)
    assert entry.approved_by == ("Managing Director",)


ATTESTATION = """  approval:
    by: Managing Director
    on: 2026-09-30
    record: docs/reviews/2026-09.md
"""


def test_the_record_of_an_attestation_must_exist_in_the_commit_that_names_it(tmp_path: Path) -> None:
    """Written four days later, it can have been written for the purpose."""
    repository = Repository(tmp_path)
    repository.write("backlog.yml", "organisation: Example\n")
    repository.commit("Accept", decisions__A=written(attested=ATTESTATION))
    known = load(tmp_path, today=date(2026, 10, 9))
    assert evaluate(known, date(2026, 10, 9)).register[0].approval.reason is Reason.RECORD_MISSING
    repository.write("docs/reviews/2026-09.md", "Accepted.\n")
    repository.commit("Minutes, too late")
    known = load(tmp_path, today=date(2026, 10, 9))
    missed = evaluate(known, date(2026, 10, 9)).register[0].approval
    assert (missed.reason, missed.filed) == (Reason.RECORD_MISSING, known.commits[-1].version.at.date())
    assert "came after the decision, on " in missed.words
    repository.commit("Renew", decisions__A=written("2027-04-01", ATTESTATION))
    known = load(tmp_path, today=date(2026, 10, 9))
    found = evaluate(known, date(2026, 10, 9)).register[0].approval
    assert (found.kind, found.on_file, found.names_it) == (ApprovalKind.ATTESTED, True, False)
    (tmp_path / "docs/reviews/2026-09.md").unlink()
    repository.commit("Minutes away")
    repository.commit("Renew again", decisions__A=written("2027-05-01", ATTESTATION))
    known = load(tmp_path, today=date(2026, 10, 9))
    assert evaluate(known, date(2026, 10, 9)).register[0].approval.reason is Reason.RECORD_MISSING


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"Item 4: A is accepted until March.\n", True),
        (b"Nothing about it.\n", False),
        (b"%PDF-1.7 \x00 A\n", None),
        (b"\xff A\n", None),
        (b"A " + b"x" * LARGEST_RECORD, None),
    ],
)
def test_the_record_is_read_as_it_was_in_the_commit(tmp_path: Path, content: bytes, named: bool | None) -> None:
    """Text alone, up to a size; of anything else it is unknown what it names."""
    repository = Repository(tmp_path)
    repository.write("docs/reviews/2026-09.md", content)
    repository.commit("Minutes")
    repository.commit("Accept", decisions__A=written(attested=ATTESTATION))
    repository.write("docs/reviews/2026-09.md", "A was never accepted.\n" if named is False else "Other.\n")
    repository.commit("Minutes changed")
    known = load(tmp_path, today=date(2026, 10, 9))
    found = evaluate(known, date(2026, 10, 9)).register[0].approval
    assert (found.kind, found.on_file, found.names_it) == (ApprovalKind.ATTESTED, True, named)


def test_githubs_word_replaces_what_a_message_claims(tmp_path: Path) -> None:
    """A message may claim any number; once GitHub was asked, its answer is shown as confirmed."""
    repository = Repository(tmp_path)
    repository.write("backlog.yml", SETTINGS.format(login="boss"))
    merge = repository.commit("Accept (#99)", decisions__A=written())
    known = load(tmp_path, today=date(2026, 10, 9))
    (version,) = known.decisions.versions["A"]
    assert (version.version.pull_request, version.version.confirmed) == (99, False)
    assert version.version.request == "pull request #99 (claimed by the message)"
    entry = judged_in(repository, merge, "boss")
    assert entry.citation is not None
    assert (entry.citation.pull_request, entry.citation.request) == (12, "pull request #12")


def test_a_critical_risk_that_nobody_approved_is_a_problem_once_github_was_asked(tmp_path: Path) -> None:
    """Not before: what nobody looked up is not known to be missing."""
    repository = Repository(tmp_path)
    repository.write("backlog.yml", SETTINGS.format(login="boss"))
    repository.write("snapshots/2026/2026-10-01.json", SNAPSHOT)
    repository.commit("Begin")
    critical = written().replace("risk: high", "risk: critical")
    merge = repository.commit("Accept", decisions__A=critical)
    assert "approval-missing" not in codes(repository)
    judged_in(repository, merge, "writer")
    (found,) = [each for each in problems(repository) if each.code == "approval-missing"]
    assert (found.path, found.line) == ("decisions/A.md", 12)
    assert REASONS[Reason.OWN] in found.message
    judged_in(repository, merge, "boss")
    assert "approval-missing" not in codes(repository)
    repository.write("decisions/A.md", written())
    judged_in(repository, repository.commit("Not critical"), "writer")
    assert "approval-missing" not in codes(repository)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("error", "warning", ["warning"]),
        ("error", "off", []),
        ("warning", "error", ["warning"]),
    ],
)
def test_the_policy_weighs_a_missing_approval(tmp_path: Path, before: str, now: str, expected: list[str]) -> None:
    """As every rule about approval; one that has become stricter since the decision is a warning until its renewal."""
    repository = Repository(tmp_path)
    repository.write("snapshots/2026/2026-10-01.json", SNAPSHOT)
    policy = SETTINGS.format(login="boss") + "policy: {critical_unapproved: %s}\n"
    repository.write("backlog.yml", policy % before)
    repository.commit("Begin")
    critical = written().replace("risk: high", "risk: critical")
    judged_in(repository, repository.commit("Accept", decisions__A=critical), "writer")
    repository.write("backlog.yml", policy % now)
    repository.commit("Weigh otherwise", when="2026-10-08T12:00:00+00:00")
    assert [each.severity.value for each in problems(repository) if each.code == "approval-missing"] == expected


SNAPSHOT = (
    '{"collected": {"at": "2026-10-01T04:00:00Z", "by": "1", "complete": true, "source": "graph"}, '
    '"maximum": {"A": [8, "Default"]}, "secureScore": {"createdDateTime": "2026-10-01T00:00:00Z", "currentScore": 2, '
    '"maxScore": 8, "controlScores": [{"controlName": "A", "score": 2}]}}'
)


def problems(repository: Repository) -> tuple[Problem, ...]:
    """What is wrong on a later day."""
    return evaluate(load(repository.folder, today=date(2026, 10, 9)), date(2026, 10, 9)).problems


def codes(repository: Repository) -> set[str]:
    """The codes of it."""
    return {each.code for each in problems(repository)}
