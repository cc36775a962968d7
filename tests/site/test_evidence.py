# SPDX-License-Identifier: Apache-2.0
"""The evidence page: every change with commit, pull request and approver; its commands, run in a real repository."""

from __future__ import annotations

import html
import json
import re
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from secure_score_backlog.approvals import APPROVALS_PATH
from secure_score_backlog.approvals import encode as encode_approvals
from secure_score_backlog.decisions.model import Attestation, Bucket, DecisionVersion
from secure_score_backlog.evaluation.approval import Approval, Reason
from secure_score_backlog.evaluation.audit import Area, Audit, AuditedCommit, Kind
from secure_score_backlog.evaluation.audit import Reason as AuditReason
from secure_score_backlog.evaluation.facts import Facts, evaluate, with_audit
from secure_score_backlog.evaluation.status import State
from secure_score_backlog.exports.json import encode, plain_facts
from secure_score_backlog.git import Version
from secure_score_backlog.recorded_packs import RecordedPack
from secure_score_backlog.reviews import SignedReview
from secure_score_backlog.site.pages import evidence, insurer_summary, register
from secure_score_backlog.site.profiles import INSURER, allowed
from secure_score_backlog.snapshots.model import History
from secure_score_backlog.workspace import Workspace, load
from tests.support.audited import Tenant
from tests.support.pages import Read, approved_as, evaluated, unmarked, with_approvals
from tests.support.repositories import Repository
from tests.support.running import RunBacklog
from tests.support.tenants import acceptance, cover, day, decision, history, stored, versions, workspace

YEAR = "evidence/2026.md"
SCORES = {"A": (0, 4), "B": (1, 4), "C": (0, 4), "D": (4, 4)}


def direct(found: tuple[DecisionVersion, ...]) -> tuple[DecisionVersion, ...]:
    """The same versions, pushed without a pull request."""
    return tuple(replace(one, version=replace(one.version, pull_request=None)) for one in found)


def decided() -> Workspace:
    """Three decisions over five weeks: an acceptance with its renewal, a cover, a plan pushed directly."""
    first = decision("A", Bucket.ACCEPT, accepted=acceptance(day(60)))
    attested = Attestation("Managing Director", day(35), "Minutes of the board")
    renewed = replace(first, accepted=replace(acceptance(day(200)), approval=attested))
    return workspace(
        history(*([SCORES] * 40)),
        {
            "A": versions((2, first), (35, renewed)),
            "B": versions((3, decision("B", Bucket.NOT_APPLICABLE, covered=cover()))),
            "C": direct(versions((33, decision("C", due=day(90))))),
        },
    )


def test_every_change_is_cited_and_the_newest_comes_first() -> None:
    """By month: day, change, approver, committer, commit and pull request."""
    made = evaluated(decided(), day(40))
    page = Read(made, evidence.documents, YEAR)
    months = [anchor for anchor in page.sections if anchor.startswith("history-")]
    assert months == ["history-2026-11", "history-2026-10"]
    november, october = (page.rows(month) for month in months)
    assert (len(november), len(october)) == (2, 2)
    assert november[0].startswith("4 November 2026 A Renewed until 18 April 2027, instead of 29 November 2026.")
    assert "commit 0000000000 , pull request #35" in november[0]
    assert "Approval outside GitHub stated: Managing Director, 4 November 2026." in november[0]
    assert "no pull request" in november[1]
    assert "Decided: not applicable until 18 April 2027." in october[0]
    assert page.lead.endswith("All changes as a download")
    first = Read(made, evidence.documents)
    assert "on a page for each year: 2026 (4)." in first.sections["history"]
    assert 'href="evidence/2026.html"' in first.raw("history")


def test_three_kinds_of_approval_are_distinguished() -> None:
    """Recorded on GitHub, attested, merely named: in the numbers and in the history."""
    given = decided()
    made = evaluated(given, day(40))
    commit = given.decisions.versions["B"][0].version.commit
    made = with_approvals(made, {commit: ("Head of IT",)})
    page = Read(made, evidence.documents)
    assert "2 acceptances and exemptions are in force: 1 approved on GitHub, 1 approved" in page.sections["approvals"]
    year = Read(made, evidence.documents, YEAR)
    (cover_row,) = (row for row in year.rows("history-2026-10") if " B " in row)
    assert "Approved on GitHub by Head of IT" in cover_row
    named = Read(evaluated(given, day(20)), evidence.documents)
    assert "in force: none with an approval that counts; GitHub was not asked." in named.sections["approvals"]


def pack(number: int, previous: str | None, stamp: bytes = b"") -> RecordedPack:
    """A recorded pack of a month."""
    made = datetime(2026, 10, number, 6, tzinfo=UTC)
    digest = f"{number:064x}"
    return RecordedPack(digest, previous, "insurer", day(1), day(number), "a" * 40, "b" * 40, made, "1.0", stamp)


def test_recorded_packs_are_listed_with_their_chain() -> None:
    """Period, digest, day, commit and stamp, the newest first; one that breaks the chain says so; none is said, too."""
    first, second = pack(3, None, b"stamp"), pack(5, f"{3:064x}")
    given = replace(decided(), packs=(first, second, pack(9, None), pack(31, None)))
    page = Read(evaluated(given, day(20)), evidence.documents)
    rows = page.rows("packs")
    assert len(rows) == 3  # the last one was recorded later
    assert rows[0].startswith("1 October 2026 to 9 October 2026 insurer")
    assert "Exception It names none as the pack before it, and 000000000000 stands before it." in rows[0]
    assert rows[1].endswith("none Passed after 000000000000")
    assert rows[2].endswith("yes Passed the first")
    assert first.digest in rows[2]
    none = Read(evaluated(decided(), day(20)), evidence.documents)
    assert "No pack is recorded." in none.sections["packs"]


def test_each_answer_has_its_own_approval() -> None:
    """A renewal and the acceptance before it are told apart; a commit with two decisions, too."""
    made = evaluated(decided(), day(40))
    (entry,) = made.register
    assert entry.answered is not None
    first = replace(approved_as(("Managing Director",)), commit=f"{2:040x}")
    second = replace(Approval(), commit=entry.answered.commit, reason=Reason.LATE, asked=True)
    page = Read(replace(made, register=(replace(entry, approval=second, earlier=(first,)),)), evidence.documents, YEAR)
    (renewed,) = (row for row in page.rows("history-2026-11") if "Renewed" in row)
    (accepted,) = (row for row in page.rows("history-2026-10") if "Decided: accept" in row)
    assert "No approval that counts the pull request was approved after it was merged" in renewed
    assert "Approved on GitHub by Managing Director, 1 October 2026" in accepted
    (plan,) = (row for row in page.rows("history-2026-11") if " C " in row)
    assert "Approved" not in plan


def test_a_change_of_something_else_needs_no_approval() -> None:
    """Another owner: the page says that last day and reason are as they were, and cites what was approved."""
    given = decided()
    before = given.decisions.versions["A"]
    owner = versions((36, replace(before[-1].decision, owner="Head of Finance")))  # type: ignore[type-var]
    given = replace(
        given, decisions=replace(given.decisions, versions={**given.decisions.versions, "A": before + owner})
    )
    made = evaluated(given, day(40))
    page = Read(made, evidence.documents, YEAR)
    (row,) = (row for row in page.rows("history-2026-11") if row.startswith("5 November 2026"))
    assert "last day and reason unchanged, so it needed no new approval" in row
    row = Read(made, register.documents).sections["accepted"]
    assert "pull request #35 (claimed by the message) Last day and reason are unchanged since; newest: commit" in row


def test_an_edit_of_the_working_tree_is_no_evidence() -> None:
    """It is named as not committed, and no history lists it."""
    given = decided()
    plan = given.decisions.versions["C"][0]
    edit = DecisionVersion(replace(plan.version, commit="", at=plan.version.at), decision("C", owner="Head of Finance"))
    changed = {**given.decisions.versions, "C": (plan, edit)}
    given = replace(given, decisions=replace(given.decisions, versions=changed))
    made = evaluated(given, day(40))
    page = Read(made, evidence.documents)
    assert "1 decision is edited in the working tree" in page.lead
    assert len(Read(made, evidence.documents, YEAR).rows("history-2026-11")) == 2


def test_days_are_counted_and_named() -> None:
    """Observed of passed, filled in later, missing: in the numbers and in words."""
    measured = history(SCORES, SCORES, None, SCORES)
    days = tuple(replace(one, complete=one.day != day(2)) for one in measured.days)
    page = Read(evaluated(workspace(replace(measured, days=days)), day(4)), evidence.documents)
    named = "1 with scores only (2 October 2026); 1 missing (3 October 2026)."
    assert f"Observed in full on 2 of 4 days since 1 October 2026; {named}" in page.sections["period"]
    assert "Observed in full on 2 of 4 days since 1 October 2026; 1 with scores only; 1 missing." in page.lead


def test_the_first_day_says_what_is_there() -> None:
    """One snapshot, nothing decided: measured points, what can be verified, and what will be listed here."""
    head = Version("", "f" * 40, datetime(2026, 10, 1, tzinfo=UTC), "Somebody", "Newest")
    page = Read(evaluated(workspace(history(SCORES)), day(1), head=head), evidence.documents)
    assert "Nothing has been committed yet." in page.lead
    assert "One day so far: 1 October 2026, complete." in page.lead
    assert "5 points measured by Microsoft" in page.sections["source"]
    assert "git show HEAD:./snapshots/2026/2026-10-01.json" in page.sections["verify"]
    assert "The first one will be listed here" in page.sections["history"]


def test_without_git_it_says_what_is_missing_and_how_to_fix_it() -> None:
    """No dates, no names, no commands of Git; the figures can be computed again nevertheless."""
    page = Read(evaluated(workspace(history(SCORES)), day(1), has_git=False), evidence.documents)
    assert "This folder is not under Git, so there is no record" in page.lead
    assert "git init" in page.lead
    assert "git " not in page.sections["verify"]
    assert "backlog status --json --as-of 2026-10-01" in page.sections["verify"]
    assert "Pull requests" not in page.lead


def test_nothing_at_all() -> None:
    """Neither snapshot nor commit: every section has a sentence."""
    page = Read(evaluated(workspace(History()), day(1), has_git=False), evidence.documents)
    assert "There is no snapshot yet." in page.sections["source"]
    assert all(page.sections[anchor] for anchor in page.sections)


def signed(made: Facts, **changes: object) -> Facts:
    """The backlog with its oldest month signed, some of its facts otherwise."""
    review = made.reviews[-1]
    facts = json.loads(encode({**plain_facts(review.facts), **changes}))
    version = Version("docs/reviews/2026-10.json", "e" * 40, datetime(2026, 11, 3, tzinfo=UTC), "Head of IT", "Sign")
    review = replace(review, signed=SignedReview(review.month, "1.0.0", "sha256:0123456789abcdef", facts, version))
    return replace(made, reviews=(*made.reviews[:-1], review))


def test_signed_months_are_compared_with_what_is_computed_today() -> None:
    """Identical values are said to be identical; a difference names the parts."""
    made = evaluated(decided(), day(40))
    assert "No month has been signed yet." in Read(made, evidence.documents).sections["months"]
    same = Read(signed(made), evidence.documents).rows("months")
    assert "by version 1.0.0" in same[1]
    assert same[1].endswith("Identical")
    other = Read(signed(made, counts={}, ledger={}), evidence.documents).rows("months")
    assert other[1].endswith("Differs in counts, ledger")
    assert "not signed" in other[0]


def test_hostile_text_stays_text() -> None:
    """Names and subjects come from Git, roles from files: none of them runs."""
    attack = "<script>steal()</script>"
    given = decided()
    spoilt = {
        name: tuple(replace(one, version=replace(one.version, author=attack, subject=attack)) for one in found)
        for name, found in given.decisions.versions.items()
    }
    given = replace(given, decisions=replace(given.decisions, versions=spoilt))
    page = Read(evaluated(given, day(40)), evidence.documents, YEAR)
    assert "<script" not in page.source
    assert attack in page.text


PLAN = """---
recommendation: {name}
bucket: do-soon
risk: high
reduces: Password spraying.
owner: {owner}
impact: none
prerequisites: none
proof: none
due: 2026-12-31
---
"""


@pytest.fixture
def pushed(tmp_path: Path) -> Repository:
    """A repository: two days, a merge, a squash, a direct push, and a day that was completed later."""
    repository = Repository(tmp_path / "tenant")
    for number, complete in ((1, True), (2, False)):
        whole = stored({"A": (0, 4), "B": (1, 4)}, createdDateTime=f"2026-10-0{number}T00:00:00Z")
        whole["collected"] = {"at": "2026-10-02T05:00:00Z", "by": "0", "complete": complete, "source": "graph"}
        repository.write(f"snapshots/2026/2026-10-0{number}.json", json.dumps(whole, default=float))
    profiles = [{"id": name, "title": f"Title of {name}", "maxScore": 4, "service": "EXO"} for name in "AB"]
    catalogue = {"collected": {}, "profiles": profiles, "descriptions": {}}
    repository.write("snapshots/catalogue.json", json.dumps(catalogue))
    repository.commit("Snapshots", "2026-10-02T06:00:00+00:00")
    repository.git("checkout", "--quiet", "-b", "plan-a")
    plan = PLAN.format(name="A", owner="Head of IT")
    repository.commit("Plan A", "2026-10-03T06:00:00+00:00", decisions__A=plan)
    repository.git("checkout", "--quiet", "main")
    repository.merge("plan-a", "Merge pull request #7 from tenant/plan-a\n\nPlan A", "2026-10-04T06:00:00+00:00")
    plan = PLAN.format(name="B", owner="Head of IT")
    repository.commit("Plan B (#8)", "2026-10-05T06:00:00+00:00", decisions__B=plan)
    plan = PLAN.format(name="B", owner="Head of Finance")
    repository.commit("Another owner", "2026-10-06T06:00:00+00:00", decisions__B=plan)
    late = repository.folder / "snapshots/2026/2026-10-02.json"
    late.write_text(late.read_text().replace('"complete": false', '"complete": true'))
    repository.commit("Snapshot 2026-10-02, completed", "2026-10-07T06:00:00+00:00")
    return repository


def facts_of(tenant: Repository | Tenant) -> Facts:
    """The facts of the tenant on its newest day."""
    known = load(tenant.folder, today=date(2026, 10, 7))
    return with_audit(evaluate(known, known.newest_day, months=None), known, known.stored_history())


def test_the_commands_print_what_the_page_says(pushed: Repository, run_backlog: RunBacklog) -> None:
    """Every command of the page, as a reader would paste it, prints what the page says."""
    made = facts_of(pushed)
    page = Read(made, evidence.documents)
    steps = re.findall(
        r"<pre class=\"backlog-command\"><code>(.*?)</code></pre>.*?<p class=\"backlog-fine\">(.*?)</p>",
        unmarked(page.raw("verify")),
        re.DOTALL,
    )
    commands = {html.unescape(command): html.unescape(says) for command, says in steps}
    shown = {
        command: subprocess.run(
            ["bash", "-c", command], cwd=pushed.folder, capture_output=True, encoding="utf-8", check=False
        ).stdout
        for command in commands
        if command.startswith(("git log", "git show"))
    }
    people, elsewhere, listed, sample, newest, rewritten = shown.items()
    assert len(people[1].splitlines()) == 5
    assert commands[people[0]].startswith("Prints 5\u00a0lines")
    assert elsewhere[1] == ""
    assert commands[elsewhere[0]].startswith("Prints nothing, which is right")
    (counted,) = (command for command in commands if "rev-list" in command)
    assert commands[counted].startswith(f"Prints {pushed.git(*counted.split()[1:])}:")
    assert len(listed[1].splitlines()) == 3
    assert commands[listed[0]].startswith("Prints 3\u00a0lines")
    assert sample[1] == PLAN.format(name="B", owner="Head of Finance")
    assert json.loads(newest[1])["secureScore"]["createdDateTime"].startswith("2026-10-02")
    assert [line for line in rewritten[1].splitlines() if line.startswith("M")] == ["M\tsnapshots/2026/2026-10-02.json"]
    assert commands[rewritten[0]] == "Prints 1\u00a0day, which is right: completed later."
    ours = [command for command in commands if command.startswith("backlog ")]
    assert ours == ["backlog status --json --as-of 2026-10-07", "backlog audit --from 2026-10-02 --to 2026-10-07"]
    assert run_backlog(*ours[1].split()[1:], cwd=pushed.folder, expect=1).stdout.startswith(
        "4 of 5 commits that are not snapshots have no "
    )
    status = json.loads(run_backlog(*ours[0].split()[1:], cwd=pushed.folder, expect=0).stdout)
    assert status["as_of"] == "2026-10-07"
    assert pushed.git("rev-parse", "HEAD") in page.sections["verify"]
    assert "gh pr view 8" in page.sections["verify"]


def test_the_result_of_the_audit_comes_first(pushed: Repository) -> None:
    """Numbers that add up, exceptions with their reasons, and what GitHub was asked; or that there is none to ask."""
    alone = Read(facts_of(pushed), evidence.documents)
    assert "approvals are known by records on file alone" in alone.sections["audit"]
    assert "GitHub" not in alone.sections["limits"]
    pushed.write("backlog.yml", "repository: tenant/backlog\n")
    page = Read(facts_of(pushed), evidence.documents)
    assert "GitHub" in page.sections["limits"]
    assert "4 of 5 commits since 2 October 2026 have no known approval by another person before the merge." in page.lead
    numbers = [row.split(" ", 1) for row in page.rows("audit") if row[0].isdigit()]
    assert numbers == [
        ["1", "first commit"],
        ["4", "without a known approval by another person"],
        ["5", "total"],
    ]
    assert "GitHub was not asked who approved them; what is unknown does not pass." in page.sections["audit"]
    rows = page.rows("exceptions")
    assert len(rows) == 4
    assert rows[1].startswith("6 October 2026 Another owner Git’s author: Test Author · ")
    assert rows[1].endswith("decisions Title of B GitHub has not been asked about it; its pull request is unknown")
    assert rows[2].endswith(
        "decisions Title of B Only the message names a pull request; GitHub has not been asked about it"
    )


def test_how_many_commits_github_signed(pushed: Repository) -> None:
    """None, where no commit has a signature of GitHub's kind; else it is not known here. Insurers read the same."""
    made = facts_of(pushed)
    assert made.audit is not None
    assert "Signed by GitHub 0 of 5 commits" in Read(made, evidence.documents).text
    outside = Read(made, insurer_summary.documents).text
    assert "Signed by GitHub: 0 of 5 commits." in outside
    assert "There is no GitHub to ask who approved them" in outside
    assert evidence.signatures(made.audit) == "none, of 5\u00a0commits"
    some = replace(made.audit, signatures={"none": 2, "ssh": 1, "openpgp": 2})
    assert evidence.signatures(some) == "1 SSH, 2 OpenPGP, of 5\u00a0commits"
    assert evidence.signed_by_github(some) == (
        "not checked; 2 of 5\u00a0commits have an OpenPGP signature, which may be GitHub’s"
    )


def test_the_summary_for_insurers_names_what_was_merged_without_approval() -> None:
    """Number, day, what it brought and why; and each change of the settings with the role that approved it."""
    at = datetime(2026, 10, 5, tzinfo=UTC)
    direct = AuditedCommit(
        "a" * 40,
        at,
        Kind.EXCEPTION,
        (AuditReason.UNAPPROVED,),
        (Area.DECISIONS,),
        decided=("A", "gone"),
        pull_request=7,
    )
    settings = AuditedCommit(
        "b" * 40, at, Kind.APPROVED, areas=(Area.SETTINGS,), pull_request=8, approvers=("boss",), roles=("Head of IT",)
    )
    settings = replace(settings, opened_as=("Security Administrator",), settings_keys=("roles", "owners"))
    made = evaluated(decided(), day(20))
    found = Audit(day(1), day(20), counts={"exception": 1, "approved": 1}, commits=(direct, settings), asked_at=at)
    said = Read(allowed(replace(made, audit=found), INSURER), insurer_summary.documents)
    text = said.sections["audit"]
    assert text.startswith("Without the daily snapshots, 1 of 2 changes lacks a known approval by another person.")
    assert "5 October 2026 #7, commit aaaaaaaaaa decisions: A not approved" in text
    assert "#8, commit bbbbbbbbbb Security Administrator roles, owners Head of IT approved by another person" in text
    assert "boss" not in said.text
    quiet = Read(replace(made, audit=replace(found, counts={"snapshot": 1}, commits=())), insurer_summary.documents)
    assert "Changes of the settings" not in quiet.text
    assert "no change lacks a known approval by another person." in quiet.sections["audit"]
    assert "Without a known approval by another person" not in quiet.text


def test_the_summary_for_insurers_lists_what_is_accepted_in_the_portal_alone() -> None:
    """With the day and what is decided here; nothing of the kind, no heading."""
    made = evaluated(decided(), day(20))
    assert "portal" not in Read(made, insurer_summary.documents).sections
    status = next(each for each in made.statuses.values() if each.state is State.UNDECIDED)
    assert status.observation is not None
    marked = replace(status, observation=replace(status.observation, portal="Ignored"), portal_since=day(2))
    known = allowed(replace(made, statuses={**made.statuses, status.id: marked}), INSURER)
    said = Read(known, insurer_summary.documents).sections["portal"]
    assert "An administrator marked 1 recommendation in the portal" in said
    assert f"{status.id} risk accepted 2 October 2026 no decision" in said


def test_the_summary_for_insurers_names_the_days_without_a_snapshot() -> None:
    """Of all data, however late the repository began: what was imported is older than its first commit."""
    full = {"A": (1, 2)}
    made = evaluated(workspace(history(full, None, full)), day(4))
    assert made.audit is not None
    begun_late = replace(made, audit=replace(made.audit, days=made.coverage.between(day(4), day(4))))
    said = Read(allowed(begun_late, INSURER), insurer_summary.documents).sections["days"]
    assert "Observed in full on 2 of 4 days since 1 October 2026; 1 missing (2 October 2026)" in said
    assert "1 day not collected, from 4 October 2026 on" in said


def test_an_audit_without_exceptions(tmp_path: Path) -> None:
    """Said in the first sentence; the pull request is asked about by its address, so no --repo is needed."""
    made = Tenant(tmp_path)
    made.snapshot(date(2026, 10, 1))
    made.pull_request(("approver", "approved"))
    made.repository.write(APPROVALS_PATH, encode_approvals(made.known))
    page = Read(facts_of(made), evidence.documents)
    assert page.lead.startswith(
        "Each of 3 commits since 1 October 2026 is a snapshot, an approved pull request or the first commit."
    )
    assert page.sections["exceptions"] == "None."
    assert "gh pr view https://github.example/tenant/backlog/pull/1 --json" in page.sections["verify"]
    assert "GitHub was last asked on 1 October 2026 who approved them." in page.sections["audit"]
    made.repository.write("backlog.yml", "repository: https://git.example/org/data\n")
    page = Read(facts_of(made), evidence.documents)
    assert "gh pr view https://git.example/org/data/pull/1 --json" in page.sections["verify"], "the settings say where"
    assert "github.example" not in page.text


def test_drafts_are_told_apart_from_decisions(tmp_path: Path) -> None:
    """Fewer decisions than files are explained."""
    given = decided()
    draft = versions((4, decision("D", draft=True)))
    given = replace(given, decisions=replace(given.decisions, versions={**given.decisions.versions, "D": draft}))
    audit = Audit(day(1), day(40), counts={"exception": 1})
    page = Read(evaluated(given, day(40), audit=audit), evidence.documents)
    assert "Decisions 4 files: 3 decisions and 1 draft; files with errors are left out" in page.rows("audit")
