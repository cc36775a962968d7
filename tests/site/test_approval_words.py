# SPDX-License-Identifier: Apache-2.0
"""Who opened, approved and merged, what was checked of a record, and what makes an approval count: on every page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from secure_score_backlog.approvals import Approvals, CommitFact, PullRequest, Review, ReviewState
from secure_score_backlog.decisions.model import Attestation, Bucket
from secure_score_backlog.evaluation.approval import Approval, ApprovalKind, Reason
from secure_score_backlog.evaluation.audit import Audit, AuditedCommit, Kind, only_owner_approved
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import AcceptanceState
from secure_score_backlog.ratings import Risk
from secure_score_backlog.settings import Settings
from secure_score_backlog.site.approvers import MOST_APPROVERS, accounts_in_words, changes_in_words
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.pages import (
    evidence,
    insurer_register,
    insurer_summary,
    recommendation,
    register,
    reviews,
)
from secure_score_backlog.site.profiles import INSURER, allowed
from secure_score_backlog.site.words import people, remedy, stated_in
from tests.support.pages import Read, evaluated
from tests.support.pages import words as text_of
from tests.support.tenants import acceptance, day, decision, history, versions, workspace

MERGED = datetime(2026, 10, 5, 12, tzinfo=UTC)
HEAD, OLD = "b" * 40, "c" * 40
GOOD = Review("boss", MERGED - timedelta(hours=1), HEAD)
REQUEST = PullRequest(12, "", "writer", MERGED, "merger", HEAD, "a" * 40, "main", (GOOD,))
STATED = Attestation("Managing Director", date(2026, 9, 25), "docs/reviews/2026-09.md")


@pytest.mark.parametrize(
    ("request_", "short", "full"),
    [
        (
            REQUEST,
            "opened by writer; approved by boss; merged by merger",
            "opened by writer; approved by boss on 5 October 2026 (final state bbbbbbbbbb); "
            "merged by merger on 5 October 2026",
        ),
        (replace(REQUEST, reviews=()), "opened by writer; not approved; merged by merger", None),
        (
            replace(REQUEST, reviews=(replace(GOOD, commit=OLD), replace(GOOD, by="", at=MERGED + timedelta(days=1)))),
            "opened by writer; approved by boss (an older state) and a deleted account on "
            "6 October 2026 after the merge; merged by merger",
            None,
        ),
        (
            replace(REQUEST, author="", merged_by="", reviews=(replace(GOOD, state=ReviewState.DISMISSED),)),
            "opened by a deleted account; not approved; merged by an unknown account",
            None,
        ),
        (
            replace(REQUEST, reviews=tuple(replace(GOOD, by=f"r{number}") for number in range(9))),
            "opened by writer; approved by r0, r1 and r2 and 6 more; merged by merger",
            None,
        ),
        (
            replace(REQUEST, contributors=("Writer", "helper", "other")),
            "opened by writer with commits by helper and other; approved by boss; merged by merger",
            None,
        ),
        (None, "", ""),
    ],
)
def test_who_opened_approved_and_merged_are_three_things(
    request_: PullRequest | None, short: str, full: str | None
) -> None:
    """As GitHub says; which state was approved, and what was given after the merge."""
    assert text_of(people(request_)) == short
    if full is not None:
        assert text_of(people(request_, heads=True)) == full


def test_an_approval_that_stands_beside_is_not_said_again() -> None:
    """Only that account's, in any spelling; one that was not given is still said."""
    other = replace(GOOD, by="other")
    assert people(REQUEST, beside="Boss") == "opened by writer; merged by merger"
    assert people(replace(REQUEST, reviews=(GOOD, other)), beside="boss") == (
        "opened by writer; also approved by other; merged by merger"
    )
    assert people(replace(REQUEST, reviews=(other,)), beside="boss") == (
        "opened by writer; approved by other; merged by merger"
    )
    assert people(replace(REQUEST, reviews=()), beside="boss") == "opened by writer; not approved; merged by merger"


def facts(approval: Approval, *earlier: Approval, proof: str = "the log") -> Facts:
    """One acceptance with a compensating control whose approval is known like this."""
    accepted = replace(acceptance(day(200)), compensating=("Two addresses only",))
    said = decision("A", Bucket.ACCEPT, accepted=accepted, proof=proof)
    made = evaluated(workspace(history({"A": (0, 4)}), {"A": versions((1, said))}), day(3))
    (entry,) = made.register
    assert entry.citation is not None
    commit = entry.citation.commit
    told = Approvals({commit: CommitFact(commit, 12)}, {12: REQUEST}, MERGED)
    changed = replace(entry, approval=replace(approval, commit=commit), earlier=earlier)
    return replace(made, register=(changed,), recorded=told)


def page_of(known: Facts) -> str:
    """The page of the recommendation."""
    pages = {page.path: page.content.decode() for page in recommendation.documents(known, Site.of(known))}
    return text_of(pages["recommendations/a.md"])


def test_register_and_page_say_who_brought_it_and_what_would_make_an_approval_count() -> None:
    """Never approved, with the day; what to do; the same words on both."""
    known = facts(Approval(reason=Reason.UNLISTED, asked=True))
    said = "No approval that counts never had one since 1 October 2026: the settings listed no login"
    listed = Read(known, register.documents)
    (row,) = listed.rows("approvals")
    assert "Managing Director – no login listed for the role; never had an approval that counts, since 1 October" in row
    assert "A : The settings listed no login" in listed.sections["approvals"]
    assert said in page_of(known)
    assert "opened by writer; approved by boss" in page_of(known)
    section = listed.sections["approvals"]
    assert "In force: within its last day and not breached, whether approved or not." in section
    assert "No approval that counts: the approver approves the next renewal in its pull request." in section
    assert "approves the next renewal in its pull request, before the merge, once roles in" in page_of(known)
    assert "accepted.approval with by , on and record" in page_of(known)


def test_what_nobody_asked_about_is_not_called_a_fault_of_the_approver() -> None:
    """Right after a merge: the next run asks, so nobody has to approve again."""
    known = facts(Approval(reason=Reason.NOT_ASKED))
    section = Read(known, register.documents).sections["approvals"]
    assert "No approval that counts: the next run of the workflow snapshot asks GitHub." in section
    assert "next renewal" not in section
    assert "The next run of the workflow snapshot asks GitHub who approved it" in page_of(known)


def test_an_answer_that_was_approved_before_is_not_called_never_approved() -> None:
    """The day of the last approval that counts is named."""
    before = Approval(ApprovalKind.APPROVED, "Managing Director", day(1))
    known = facts(Approval(reason=Reason.LATE, asked=True), before)
    row = Read(known, register.documents).sections["approvals"]
    assert "was merged. An earlier version was approved on 1 October 2026" in row
    assert "the pull request was approved after it was merged; an earlier version" in page_of(known)
    assert "never had" not in page_of(known)
    assert "never had" not in page_of(facts(Approval(reason=Reason.NOT_ASKED))), "what was not asked is not known"


def test_a_record_that_was_filed_too_late_is_told_with_the_way_out() -> None:
    """Minutes and register speak of the same approval, so they say the same about it."""
    late = Approval(reason=Reason.RECORD_MISSING, asked=True, stated=STATED, filed=date(2026, 10, 2))
    known = facts(late)
    (entry,) = known.register
    assert "has counted since" not in entry.late_record, "what GitHub was not asked is not known"
    known = replace(known, register=(replace(entry, unapproved_since=day(1)),))
    said = (
        "Managing Director approved on 25 September 2026, but the record came on 2 October 2026, after the decision, "
        "so no approval has counted since 1 October 2026: Head of IT must record it again "
        "(record: minutes of September 2026 )"
    )
    row = Read(known, register.documents).sections["approvals"]
    assert "record came after the decision; never had" in row
    assert said in row
    assert late.words.endswith("the approval outside GitHub came after the decision, on 2\u00a0October\u00a02026")
    assert remedy(known.register[0]).endswith("such as `record: docs/reviews/2026-09.md#approval`.")
    alone = remedy(known.register[0], without_github=True)
    assert "in a commit that changes `accepted.approval`" in alone
    assert [entry.status.id for entry in stated_in("2026-09", known)] == ["A"]
    assert stated_in("2026-10", known) == []
    review = known.reviews[0] if known.reviews else None
    assert review is not None
    month = replace(review, month="2026-09")
    page = text_of(reviews.month_page(Site.of(known), month, None, None, known.register).content.decode())
    assert "Decisions that name these minutes as the record of an approval:" in page
    assert said in page


def test_what_was_checked_of_a_record_is_said_once_and_in_each_row() -> None:
    """Whether it records the approval is not claimed; it is not said twice."""
    given = Approval(ApprovalKind.ATTESTED, "Managing Director", day(1), stated=STATED, on_file=True, names_it=False)
    known = facts(given)
    for page in (register, insurer_register):
        text = Read(known, page.documents).text
        assert text.count("record on file, does not name this recommendation") == 1
        assert text.lower().count("checked is only whether that is on file and names it.") == 1
    assert Read(known, evidence.documents).text.count("not whether it records the approval") == 1
    outside = Read(known, insurer_register.documents)
    assert "record on file, does not name this recommendation" in outside.text
    assert "file the record" not in outside.text, "what to do is for readers inside"


def test_the_register_begins_with_who_approved_what() -> None:
    """Numbers by role, then a row each with day and proof; the summary has the same numbers, and leads there."""
    given = Approval(ApprovalKind.ATTESTED, "Managing Director", day(1), stated=STATED)
    for page in (register, insurer_register):
        read = Read(facts(given), page.documents)
        assert read.lead.startswith("1 accepted risk is in force, with an approval that counts. ")
        assert "Who approved what is in force, by the role that is named as approver" in read.lead
        assert "All accepted risks – 1 (1 high) – 1 (1 high) Managing Director – 1 (1 high) – 1 (1 high)" in read.lead
        assert list(read.sections)[1] == "approvals"
        (row,) = read.rows("approvals")
        assert "Managing Director 1 October 2026 minutes of September 2026 ; record not checked · details" in row
        assert "commit 0000000000 , 1 October 2026" in read.sections["accepted"]
        assert "Approved outside GitHub: 1" in read.sections["approvals"]
        (anchor,) = re.findall(r'href="#(entry-[^"]+)"', read.raw("approvals"))
        assert f'<tr id="{anchor}"' in read.raw("accepted")
        assert "Approved outside GitHub: The decision states role, day and record" in read.sections["approvals"]
    inside = Read(facts(given), insurer_summary.documents)
    assert inside.rows("approvals")[1:] == ["Managing Director – 1 (1 high) – 1 (1 high)"]
    assert "Limits of the proof: GitHub was not asked who approved." in inside.sections["approvals"]
    assert "With day and proof ." in inside.sections["approvals"]
    unknown = Read(facts(Approval(reason=Reason.NO_GITHUB)), insurer_summary.documents).sections["approvals"]
    assert "Approved on GitHub" not in unknown
    assert "GitHub was not asked" not in unknown
    assert "the owner is also the named approver in none of them." in inside.sections["recorded"]
    bare = replace(facts(given), register=(), covered=())
    assert "approvals" not in Read(bare, register.documents).sections
    assert "Nothing needed an approval: no risk is" in Read(bare, insurer_summary.documents).sections["approvals"]


def counted(row: str) -> list[int]:
    """The numbers of a row of the first table; a dash is 0."""
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row)
    return [0 if cell == "–" else int(re.sub("\u202f", "", cell.split(" (")[0])) for cell in cells]


@pytest.mark.parametrize("roles", [1, 3, 40])
@pytest.mark.parametrize("exemptions", [False, True])
def test_totals_of_who_approved_what_are_the_sums_of_their_rows_and_of_the_lists(roles: int, exemptions: bool) -> None:
    """With one role or more than there are rows, in every kind of approval, and with nothing of one kind."""
    (entry,) = facts(Approval(asked=True)).register
    assert entry.decision.accepted
    accepted = [
        replace(
            entry,
            approval=Approval(list(ApprovalKind)[number * number % 3], at=day(1), asked=True),
            decision=replace(
                entry.decision, accepted=replace(entry.decision.accepted, approver=f"Role {number % roles}")
            ),
            status=replace(entry.status, level=list(Risk)[number % 4]),
        )
        for number in range(47)
    ]
    known = facts(Approval(asked=True))
    listed = {"Accepted risks": [] if exemptions else accepted, register.EXEMPTIONS: accepted if exemptions else []}
    given = replace(known, register=tuple(listed["Accepted risks"]), covered=tuple(listed[register.EXEMPTIONS]))
    for page in (register, insurer_register, insurer_summary):
        read = Read(given, page.documents)
        table = re.search(r"backlog-table--approvers.*?</table>", read.source, re.DOTALL)
        assert table
        total, *rows = map(counted, re.findall(r"<tr\b(?:(?!</tr>).)*<td.*?</tr>", table[0], re.DOTALL))
        assert total == [sum(column) for column in zip(*rows, strict=True)]
        assert total[-1] == sum(total[:-1]) == 47
        assert len(rows) == min(roles, MOST_APPROVERS)
        if page is not insurer_summary:
            heads = re.findall(r"(?:GitHub|counts): (\d+)", read.sections["approvals"])
            assert [int(head) for head in heads] == [number for number in total[:-1] if number]


def test_an_approval_by_the_owner_alone_is_said() -> None:
    """It is no approval by the named role; another approver, or a login of another role, and nothing is said."""
    known = replace(workspace(history({"A": (0, 4)})), approvals=facts(Approval(asked=True)).recorded)
    (entry,) = facts(Approval(asked=True)).register
    commit, owner = entry.approval.commit, entry.decision.owner
    assert only_owner_approved(entry, known, {commit: Settings(roles={owner: ("Boss",)})})
    assert not only_owner_approved(entry, known, {commit: Settings(roles={"Other": ("boss",)})})
    two = replace(REQUEST, reviews=(GOOD, replace(GOOD, by="second")))
    both = replace(known, approvals=replace(known.approvals, pull_requests={12: two}))
    assert not only_owner_approved(entry, both, {commit: Settings(roles={owner: ("Boss",)})})
    made = facts(Approval(asked=True))
    assert made.audit is not None
    told = replace(made, audit=replace(made.audit, only_owner=("A",)))
    said = Read(allowed(told, INSURER), insurer_summary.documents).sections["recorded"]
    assert "approver in none of them; in 1, the only approval on GitHub is by the owner’s role." in said


def of_commits(*kinds: Kind) -> Audit:
    """An audit of a commit of each of these kinds."""
    commits = tuple(AuditedCommit(f"{number:040}", MERGED, kind) for number, kind in enumerate(kinds))
    counts = {kind.value: kinds.count(kind) for kind in Kind}
    return Audit(day(1), day(9), counts=counts, commits=commits, accounts=2)


@pytest.mark.parametrize(
    ("kinds", "unapproved", "said"),
    [
        (
            (Kind.EXCEPTION, Kind.EXCEPTION, Kind.APPROVED),
            (0, 1, 1, 2),
            "Of the 4 without an approval that counts, 3 came with the 2 changes without a known approval by another "
            "person and 1 with changes that another person approved, but no account of the named role.",
        ),
        (
            (Kind.EXCEPTION, Kind.EXCEPTION, Kind.BEGINNING),
            (0, 2, 7),
            "Of the 3 without an approval that counts, 1 came with 1 of the 2 changes without a known approval by "
            "another person, 1 with the first commit and 1 with no commit that is counted here.",
        ),
        (
            (Kind.EXCEPTION,),
            (0,),
            "The one without an approval that counts came with the one change without a known approval by another "
            "person.",
        ),
        (
            (Kind.APPROVED, Kind.EXCEPTION),
            (0, 0),
            "All 2 without an approval that counts came with changes that another person approved, but no account of "
            "the named role.",
        ),
        ((Kind.EXCEPTION,), (), ""),
        ((), (0,), ""),
    ],
)
def test_the_numbers_of_the_register_and_of_the_audit_fit(
    kinds: tuple[Kind, ...], unapproved: tuple[int, ...], said: str
) -> None:
    """How each answer without an approval that counts came: every one of them once, whatever its commit is."""
    known = facts(Approval(reason=Reason.OTHER_ROLE, asked=True))
    (entry,) = known.register
    entries = tuple(replace(entry, approval=replace(entry.approval, commit=f"{each:040}")) for each in unapproved)
    assert text_of(changes_in_words(replace(known, register=entries, audit=of_commits(*kinds)))) == said


def test_who_set_the_accounts_of_the_roles_is_said_beside_the_approvals() -> None:
    """Where it is set, and the newest change of that setting, which the summary links to."""
    held = "This organisation sets which account holds which role"
    audit = of_commits(Kind.BEGINNING, Kind.APPROVED, Kind.EXCEPTION, Kind.APPROVED)
    assert text_of(accounts_in_words(replace(audit, commits=()))) == held
    assert text_of(accounts_in_words(Audit(day(1), day(9)))) == (
        "No account is listed for a role, so no approval on GitHub can count"
    )
    first, second, third, last = audit.commits
    first = replace(first, settings_keys=("roles",))
    on = "5 October 2026"
    assert text_of(accounts_in_words(replace(audit, commits=(first, last)))).endswith(
        f": in the first commit, of {on}, unapproved; unchanged since"
    )
    second = replace(second, settings_keys=("policy", "roles"), roles=("Board",), opened_as=("Head of IT",))
    newest = replace(audit, commits=(first, replace(second, pull_request=64), last))
    assert text_of(accounts_in_words(newest)).endswith(
        f": in the first commit, unapproved; last changed on {on} by Head of IT, approved by Board"
    )
    third = replace(third, settings_keys=("roles",))
    ended = text_of(accounts_in_words(replace(audit, commits=(first, second, third))))
    assert ended.endswith(f"; last changed on {on}, without a known approval by another person")
    known = replace(facts(Approval(reason=Reason.OTHER_ROLE, asked=True)), audit=newest)
    section = Read(allowed(known, INSURER), insurer_summary.documents).raw("approvals")
    assert "; last changed on" in section
    assert '(<a href="#settings">#64</a>)' in section


def test_what_needs_a_new_decision_is_listed_apart_with_its_approval() -> None:
    """Who approved what lists what is in force."""
    given = Approval(ApprovalKind.APPROVED, "Managing Director", day(1), "boss", asked=True)
    known = facts(given)
    ended = replace(known, register=tuple(replace(e, state=AcceptanceState.EXPIRED) for e in known.register))
    sections = Read(ended, register.documents).sections
    assert "approvals" not in sections
    assert "Managing Director Approved on GitHub 1 October 2026" in sections["new-decision"]


def test_without_github_no_approval_on_github_is_counted() -> None:
    """There is nothing to ask; the register says what makes an approval count there."""
    section = Read(facts(Approval(reason=Reason.NO_GITHUB)), register.documents).sections["approvals"]
    assert "Approved on GitHub" not in section
    assert "No approval that counts: to have one, file the record ." in section
    for reason in (Reason.NO_GITHUB, Reason.RECORD_MISSING, Reason.OTHER_ATTESTED):
        (entry,) = facts(Approval(reason=reason)).register
        said = remedy(entry, without_github=True)
        assert said.startswith("To make it count: file the record of its approval")
        assert "pull request" not in said


def test_what_follows_the_last_day_is_said() -> None:
    """Where an acceptance is in force on both registers and its own page; where it has expired, what is needed."""
    given = Approval(ApprovalKind.APPROVED, "Managing Director", day(1), "boss", asked=True)
    said = "After the last day it is expired: no decision is in force, it is listed among the decisions needed, and the"
    for page in (register, insurer_register):
        assert said in Read(facts(given), page.documents).sections["approvals"]
    assert said in page_of(facts(given))
    known = facts(given)
    ended = replace(known, register=tuple(replace(e, state=AcceptanceState.EXPIRED) for e in known.register))
    assert said not in page_of(ended)
    assert "no decision is in force until the owner renews it with a reason, or does it" in page_of(ended)


def test_compensating_controls_are_marked_as_stated_once() -> None:
    """And that no evidence is named, where that is so."""
    given = Approval(ApprovalKind.APPROVED, "Managing Director", day(1), "boss", asked=True)
    text = Read(facts(given), register.documents).sections["accepted"]
    assert "Compensating controls are what the decision states; this program does not measure them." in text
    assert "no evidence" not in text
    bare = Read(facts(given, proof=""), register.documents).sections["accepted"]
    assert "1 of 1 names no evidence either." in bare
    assert "Compensating controls (stated by Head of IT, not measured)" in page_of(facts(given))
