# SPDX-License-Identifier: Apache-2.0
"""The population test on real repositories: what each kind of commit is, and why."""

from __future__ import annotations

import hashlib
import subprocess
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secure_score_backlog.approvals import Approvals, CommitFact
from secure_score_backlog.evaluation.audit import (
    GITHUB,
    Area,
    Audit,
    AuditedCommit,
    Kind,
    Reason,
    default_seed,
    draw,
)
from secure_score_backlog.exports.audit import cannot_show
from secure_score_backlog.git import Identity
from secure_score_backlog.problems import RULES, Severity
from secure_score_backlog.wording import EXCEPTIONS
from tests.support.audited import BOT, PERSON, Tenant


@pytest.fixture
def tenant(tmp_path: Path) -> Tenant:
    """A repository with its first commit."""
    return Tenant(tmp_path)


def of(result: Audit, commit: str) -> AuditedCommit:
    """One commit of the population."""
    (found,) = (each for each in result.commits if each.commit == commit)
    return found


def verdict(tenant: Tenant, commit: str) -> tuple[Kind, tuple[Reason, ...]]:
    """What a commit is, and why."""
    found = of(tenant.audit(), commit)
    return found.kind, found.reasons


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
def test_a_pull_request_that_somebody_else_approved_passes(tenant: Tenant, how: str) -> None:
    """However it was merged; a rebase brings several commits, each of which belongs to it."""
    commit = tenant.pull_request(("approver", "approved"), how=how)
    result = tenant.audit()
    passed = [each for each in result.commits if each.kind is Kind.APPROVED]
    assert len(passed) == (2 if how == "rebase" else 1)
    assert {each.pull_request for each in passed} == {1}
    found = of(result, commit)
    assert (found.approvers, found.opened_by, found.claimed) == (("approver",), "writer", False)
    assert found.merged_at == tenant.at
    assert result.exceptions == ()


@pytest.mark.parametrize("how", ["merge", "squash", "rebase"])
@pytest.mark.parametrize(
    ("reviews", "reason"),
    [
        ((), Reason.UNAPPROVED),
        ((("writer", "approved"),), Reason.OWN),
        ((("WRITER", "approved"),), Reason.OWN),
        ((("helper", "approved"),), Reason.OWN),
        ((("approver", "late"),), Reason.LATE),
        ((("approver", "stale"),), Reason.STALE),
        ((("approver", "unknown-head"),), Reason.STALE),
        ((("", "approved"),), Reason.UNKNOWN_APPROVER),
        ((("approver", "withdrawn"),), Reason.UNAPPROVED),
        ((("approver", "dismissed"),), Reason.UNAPPROVED),
    ],
)
def test_an_approval_that_does_not_count_says_why(
    tenant: Tenant, reviews: tuple[tuple[str, str], ...], reason: Reason, how: str
) -> None:
    """By who wrote it, after the merge, of another head, by nobody who is known, or taken back."""
    commit = tenant.pull_request(*reviews, how=how, contributors=("helper",))
    assert verdict(tenant, commit) == (Kind.EXCEPTION, (reason,))


def test_one_approval_that_counts_is_sufficient(tenant: Tenant) -> None:
    """Beside any number of others; only those that count are named."""
    commit = tenant.pull_request(("writer", "approved"), ("early", "stale"), ("approver", "approved"), ("x", "late"))
    found = of(tenant.audit(), commit)
    assert (found.kind, found.approvers) == (Kind.APPROVED, ("approver",))


def test_a_pull_request_whose_commits_were_pushed_is_an_exception(tenant: Tenant) -> None:
    """GitHub calls it merged; nobody pressed the button that its rules guard."""
    tenant.pull_request(("approver", "approved"))
    request = tenant.known.pull_requests[1]
    pushed = tenant.commit("Pushed", "decisions/C.md", asked=False)
    tenant.known = replace(tenant.known, pull_requests={1: replace(request, head=pushed)})
    tenant.record(CommitFact(pushed, 1))
    kind, reasons = verdict(tenant, pushed)
    assert kind is Kind.EXCEPTION
    assert Reason.PUSHED in reasons


NAMED = "repository: {address: tenant/backlog, branch: %s}\n"


@pytest.mark.parametrize(
    ("settings", "base", "reasons"),
    [
        (NAMED % "main", "main", ()),
        (NAMED % "main", "preview", (Reason.OTHER_BASE,)),
        (NAMED % "trunk", "main", (Reason.OTHER_BASE,)),
        ("", "preview", ()),
    ],
)
def test_what_was_merged_into_another_branch_was_not_agreed_on_the_main_branch(
    tmp_path: Path, settings: str, base: str, reasons: tuple[Reason, ...]
) -> None:
    """The name is the one of the settings before the commit; where they give none, it is unknown and not compared."""
    made = Tenant(tmp_path, settings=settings)
    commit = made.pull_request(("approver", "approved"))
    request = made.known.pull_requests[1]
    made.known = replace(made.known, pull_requests={1: replace(request, base=base)})
    assert verdict(made, commit) == (Kind.EXCEPTION if reasons else Kind.APPROVED, reasons)
    (hint,) = {each.hint for each in made.audit().problems if each.code == "audit-other-base"} or {""}
    assert ("as `branch:`" in hint) is bool(reasons)


def test_every_reason_is_named_where_none_counts(tenant: Tenant) -> None:
    """In the order of the list."""
    commit = tenant.pull_request(("approver", "stale"), ("writer", "approved"))
    assert verdict(tenant, commit) == (Kind.EXCEPTION, (Reason.OWN, Reason.STALE))


def test_a_direct_commit_is_an_exception(tenant: Tenant) -> None:
    """GitHub was asked, and knows no pull request."""
    commit = tenant.commit("Change the owner", "decisions/A.md")
    assert verdict(tenant, commit) == (Kind.EXCEPTION, (Reason.DIRECT,))


def test_what_is_unknown_does_not_pass(tenant: Tenant) -> None:
    """GitHub was not asked: whatever the message says, nobody is known to have approved it."""
    silent = tenant.commit("Decide A", "decisions/A.md", asked=False)
    claiming = tenant.commit("Decide B (#7)", "decisions/B.md", asked=False)
    assert verdict(tenant, silent) == (Kind.EXCEPTION, (Reason.DIRECT, Reason.NOT_ASKED))
    assert verdict(tenant, claiming) == (Kind.EXCEPTION, (Reason.CLAIMED, Reason.NOT_ASKED))


@pytest.mark.parametrize(("settings", "there"), [("", False), ("repository: a/b\n", True)])
def test_without_github_nobody_is_said_to_lack_a_pull_request(tmp_path: Path, settings: str, there: bool) -> None:
    """Where no repository is named and nothing was ever asked: records are what is left, and hints speak of them."""
    made = Tenant(tmp_path, settings=settings)
    made.known = Approvals()
    commits = [made.commit("Decide A", "decisions/A.md", asked=False), made.commit("B (#7)", "x", asked=False)]
    found = made.audit()
    reasons = (Reason.DIRECT, Reason.NOT_ASKED), (Reason.CLAIMED, Reason.NOT_ASKED)
    wanted = reasons if there else ((Reason.NO_GITHUB,), (Reason.NO_GITHUB,))
    assert tuple(of(found, commit).reasons for commit in commits) == wanted
    hints = " ".join(each.hint for each in found.problems)
    assert ("gh workflow run" in hints) is there
    assert ("write into the minutes below docs/reviews/ who reviewed it and its id" in hints) is not there
    assert found.without_github is not there
    assert ("GitHub" in " ".join(cannot_show(found))) is there


def test_a_message_alone_proves_no_pull_request(tenant: Tenant) -> None:
    """Anybody can write a number; GitHub was asked, and knows nothing of it."""
    commit = tenant.commit("Decide A (#7)", "decisions/A.md")
    found = of(tenant.audit(), commit)
    assert (found.kind, found.reasons) == (Kind.EXCEPTION, (Reason.CLAIMED,))
    assert (found.pull_request, found.claimed) == (7, True)


def test_snapshots_by_the_bot_pass(tenant: Tenant) -> None:
    """Pushed by a workflow, or committed through GitHub's API; asked or not."""
    pushed = tenant.snapshot(date(2026, 10, 1))
    through_api = tenant.snapshot(date(2026, 10, 2), committer=GITHUB)
    result = tenant.audit()
    assert [of(result, commit).kind for commit in (pushed, through_api)] == [Kind.SNAPSHOT] * 2
    assert result.counts == {"snapshot": 2, "approved": 0, "attested": 0, "beginning": 1, "exception": 0}


@pytest.mark.parametrize(
    "path", ["decisions/A.md", "backlog.yml", ".github/workflows/x.yml", "docs/x.md", "snapshotsx"]
)
def test_the_bot_may_write_nothing_else(tenant: Tenant, path: str) -> None:
    """A commit of a snapshot that also touches another file is an exception."""
    commit = tenant.commit("Snapshot", "snapshots/2026/2026-10-01.json", path, author=BOT)
    assert verdict(tenant, commit) == (Kind.EXCEPTION, (Reason.BOT_PATHS,))


@pytest.mark.parametrize(
    ("author", "committer"),
    [
        (Identity(BOT.name, "somebody@tenant.example"), Identity(BOT.name, "somebody@tenant.example")),
        (BOT, PERSON),
        (PERSON, BOT),
        (Identity("Somebody", BOT.mail), Identity("Somebody", BOT.mail)),
    ],
)
def test_a_name_alone_is_not_the_bot(tenant: Tenant, author: Identity, committer: Identity) -> None:
    """Name and address have to be right, of author and of committer."""
    commit = tenant.commit("Snapshot", "snapshots/2026/2026-10-01.json", author=author, committer=committer)
    kind, reasons = verdict(tenant, commit)
    assert kind is Kind.EXCEPTION
    assert Reason.DIRECT in reasons
    assert (Reason.BOT_NAME in reasons) == (BOT.name in (author.name, committer.name))


def test_mailmap_makes_nobody_the_bot(tenant: Tenant) -> None:
    """A branch brings the file, so it says nothing about who committed."""
    tenant.repository.write(".mailmap", f"{BOT.name} <{BOT.mail}> <{PERSON.mail}>\n")
    commit = tenant.commit("Snapshot", "snapshots/2026/2026-10-01.json")
    assert verdict(tenant, commit) == (Kind.EXCEPTION, (Reason.DIRECT,))


def test_another_account_may_commit_snapshots_once_the_settings_name_it(tenant: Tenant) -> None:
    """From the commit after the one that names it: no commit allows itself."""
    app = Identity("collector[bot]", "1+collector[bot]@users.noreply.github.com")
    tenant.repository.write("backlog.yml", f"snapshots: {{bot: '{app.name} <{app.mail}>'}}\n")
    itself = tenant.commit("Allow it", "snapshots/2026/2026-10-01.json", author=app)
    after = tenant.commit("Snapshot", "snapshots/2026/2026-10-02.json", author=app)
    old = tenant.snapshot(date(2026, 10, 3))
    assert verdict(tenant, itself)[0] is Kind.EXCEPTION
    assert verdict(tenant, after) == (Kind.SNAPSHOT, ())
    assert verdict(tenant, old) == (Kind.EXCEPTION, (Reason.DIRECT,))


def test_the_first_commit_is_the_beginning(tenant: Tenant) -> None:
    """It is no exception: there was nothing to open a pull request against."""
    found = of(tenant.audit(), tenant.first)
    assert (found.kind, found.reasons, found.areas) == (Kind.BEGINNING, (), (Area.SETTINGS,))


def test_an_octopus_merge_is_an_exception(tenant: Tenant) -> None:
    """Also where GitHub connects one of the branches with a pull request."""
    one, two = tenant.branch("decisions/A.md"), tenant.branch("decisions/B.md")
    tenant.later()
    tenant.git("merge", "--quiet", "--no-ff", "--message", "Merge both", one, two)
    commit = tenant.git("rev-parse", "HEAD")
    tenant.record(CommitFact(commit))
    assert verdict(tenant, commit) == (Kind.EXCEPTION, (Reason.MERGE,))
    approved = tenant.pull_request(("approver", "approved"))
    request = tenant.known.pull_requests[3]
    tenant.record(CommitFact(commit, request.number))
    assert verdict(tenant, commit) == (Kind.EXCEPTION, (Reason.OTHER_HEAD,))
    assert verdict(tenant, approved) == (Kind.APPROVED, ())


def test_a_merge_of_the_main_branch_into_itself_is_an_exception(tenant: Tenant) -> None:
    """Somebody merged what others had pushed into own commits, and pushed that: the line of first parents is theirs."""
    base = tenant.git("rev-parse", "HEAD")
    theirs = tenant.pull_request(("approver", "approved"))
    tenant.git("switch", "--quiet", "--create", "own", base)
    own = tenant.commit("My change", "decisions/C.md")
    tenant.later()
    tenant.git("merge", "--quiet", "--no-ff", "--message", "Merge branch 'main' of github", theirs)
    merge = tenant.git("rev-parse", "HEAD")
    tenant.record(CommitFact(merge))
    tenant.git("branch", "--force", "main", merge)
    tenant.git("switch", "--quiet", "main")
    result = tenant.audit()
    assert [each.commit for each in result.commits] == [tenant.first, own, merge]
    assert of(result, merge).reasons == (Reason.MERGE,)
    assert of(result, merge).paths == ("decisions/A1.md", "decisions/B1.md")


def test_an_empty_commit_is_a_warning(tenant: Tenant) -> None:
    """It changes nothing; also in the name of the bot."""
    plain = tenant.commit("Nothing")
    bot = tenant.commit("Nothing", author=BOT)
    result = tenant.audit()
    for commit in (plain, bot):
        found = of(result, commit)
        assert (found.kind, found.reasons, found.severity) == (Kind.EXCEPTION, (Reason.EMPTY,), Severity.WARNING)
    assert {found.severity for found in result.problems} == {Severity.WARNING}


@pytest.mark.parametrize(
    ("path", "area"),
    [
        ("decisions/A.md", Area.DECISIONS),
        ("backlog.yml", Area.SETTINGS),
        ("docs/reviews/2026-10.md", Area.MINUTES),
        ("docs/reviews/2026-10.json", Area.SIGNED),
        (".github/workflows/collect.yml", Area.WORKFLOWS),
        (".github/CODEOWNERS", Area.WORKFLOWS),
        ("snapshots/catalogue.json", Area.SNAPSHOTS),
        ("README.md", Area.OTHER),
        ("old/backlog.yml", Area.OTHER),
    ],
)
def test_what_a_commit_changed_is_named(tenant: Tenant, path: str, area: Area) -> None:
    """Settings, minutes and workflows are part of the population."""
    commit = tenant.commit("Change it", path)
    found = of(tenant.audit(), commit)
    assert (found.areas, found.paths) == ((area,), (path,))


def test_workflows_of_the_repository_count_where_the_backlog_is_in_a_folder(tmp_path: Path) -> None:
    """They can write to the folder, too; what else is outside is other."""
    tenant = Tenant(tmp_path / "all")
    commit = tenant.commit("Change them", "one/decisions/A.md", ".github/workflows/x.yml", "two/backlog.yml")
    tenant.folder = tmp_path / "all/one"
    found = of(tenant.audit(), commit)
    assert set(found.areas) == {Area.DECISIONS, Area.WORKFLOWS, Area.OTHER}
    assert set(found.paths) == {"decisions/A.md", "/.github/workflows/x.yml", "/two/backlog.yml"}


def test_roles_are_those_before_the_commit(tmp_path: Path) -> None:
    """Who gives a login a role in the same pull request does not approve it in that role."""
    tenant = Tenant(tmp_path, settings="roles: {Head of IT: [Approver]}\n")
    first = tenant.pull_request(("approver", "approved"))
    tenant.repository.write("backlog.yml", "roles: {Managing Director: [approver]}\n")
    changed = tenant.commit("Change the roles")
    second = tenant.pull_request(("approver", "approved"))
    result = tenant.audit()
    assert of(result, first).roles == ("Head of IT",)
    assert of(result, second).roles == ("Managing Director",)
    assert (of(result, changed).settings_keys, of(result, second).settings_keys) == (("roles",), ())


def test_the_snapshots_own_branch_is_part_of_the_population(tmp_path: Path) -> None:
    """What both branches have counts once; a person may not write there either."""
    tenant = Tenant(tmp_path, settings="repository: a/b\nsnapshots: {branch: data}\n")
    tenant.git("switch", "--quiet", "--create", "data")
    snapshot = tenant.snapshot(date(2026, 10, 1))
    by_hand = tenant.commit("Correct it", "snapshots/2026/2026-10-01.json")
    tenant.git("switch", "--quiet", "main")
    decided = tenant.pull_request(("approver", "approved"))
    result = tenant.audit()
    assert {each.commit: each.branch for each in result.commits} == {
        tenant.first: "", snapshot: "data", by_hand: "data", decided: "",
    }  # fmt: skip
    assert of(result, snapshot).kind is Kind.SNAPSHOT
    assert Reason.DIRECT in of(result, by_hand).reasons
    assert result.head == decided


def test_a_period_is_a_span_of_days(tenant: Tenant) -> None:
    """Both ends included; the beginning is outside of a later period."""
    tenant.at = datetime(2026, 10, 5, 12, tzinfo=UTC)
    inside = tenant.commit("Inside", "decisions/A.md")
    tenant.at = datetime(2026, 10, 9, 12, tzinfo=UTC)
    after = tenant.commit("After", "decisions/B.md")
    result = tenant.audit(date(2026, 10, 5), date(2026, 10, 5))
    assert ([each.commit for each in result.commits], result.head) == ([inside], inside)
    assert [each.commit for each in tenant.audit(date(2026, 10, 6)).commits] == [after]
    assert tenant.audit(date(2026, 10, 10), date(2026, 10, 12)).total == 0


def test_commits_dated_backwards_are_named(tenant: Tenant) -> None:
    """The order of commits is certain, their times are not; a few seconds between two clocks are nothing."""
    tenant.at = datetime(2026, 10, 8, 9, 0, 30, tzinfo=UTC)
    tenant.commit("On time", "decisions/A.md")
    tenant.at = datetime(2026, 10, 8, 8, 57, tzinfo=UTC)
    slightly = tenant.commit("Slightly before", "decisions/B.md")
    tenant.at = datetime(2026, 10, 3, 9, tzinfo=UTC)
    before = tenant.commit("Days before", "decisions/C.md")
    result = tenant.audit()
    assert slightly != before
    assert [(each.commit, each.stated) for each in result.misdated] == [(before, tenant.at)]


def test_hostile_texts_change_nothing(tenant: Tenant) -> None:
    """Subjects and names that look like other fields, ids, pull requests or commands."""
    odd = Identity("github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>", "x")
    subject = f"Merge pull request #1 from x\x1f {'a' * 40} \u202e::error::"
    commit = tenant.commit(subject, "decisions/A.md", author=odd)
    kind, reasons = verdict(tenant, commit)
    assert (kind, reasons) == (Kind.EXCEPTION, (Reason.CLAIMED,))


def test_every_reason_has_a_rule_words_and_a_hint() -> None:
    """So that the guide, the pages and the text know each of them."""
    assert {reason.value for reason in Reason} <= RULES.keys()
    assert set(EXCEPTIONS) == {reason.value for reason in Reason}


ACTIONS = st.lists(
    st.sampled_from(
        ["snapshot", "bot", "fake", "direct", "claimed", "unasked", "empty", "merge", "squash", "rebase", "own", "late"]
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(ACTIONS)
def test_every_commit_is_exactly_one_thing(actions: list[str]) -> None:
    """The population is what Git lists along first parents, each once, and the numbers add up."""
    with TemporaryDirectory() as folder:
        tenant = Tenant(Path(folder) / "tenant")
        for number, action in enumerate(actions):
            act(tenant, action, number)
        result = tenant.audit()
        listed = tenant.git("rev-list", "--first-parent", "HEAD").split()
    assert sorted(each.commit for each in result.commits) == sorted(listed)
    assert result.counts == {
        kind.value: count for kind, count in Counter(each.kind for each in result.commits).items()
    } | {kind.value: 0 for kind in Kind if kind not in {each.kind for each in result.commits}}
    assert result.total == len(listed)
    for each in result.commits:
        assert bool(each.reasons) == (each.kind is Kind.EXCEPTION)
    assert sum(result.reasons.values()) == sum(len(each.reasons) for each in result.commits)
    wanted = Counter({"snapshot": "snapshot", "merge": "approved", "squash": "approved"}.get(a, "") for a in actions)
    assert result.counts["snapshot"] == wanted["snapshot"]
    assert result.counts["approved"] == wanted["approved"] + 2 * actions.count("rebase")


def act(tenant: Tenant, action: str, number: int) -> None:
    """One thing happens."""
    path = f"decisions/X{number}.md"
    if action == "snapshot":
        tenant.snapshot(date(2026, 10, 1 + number))
    elif action in ("merge", "squash", "rebase"):
        tenant.pull_request(("approver", "approved"), how=action)
    elif action in ("own", "late"):
        tenant.pull_request(("writer", "approved") if action == "own" else ("approver", "late"))
    else:
        author = {"bot": BOT, "fake": Identity(BOT.name, "x@tenant.example")}.get(action, PERSON)
        subject = f"Decide (#{number + 90})" if action == "claimed" else f"Do {action}"
        tenant.commit(subject, *([] if action == "empty" else [path]), author=author, asked=action != "unasked")


def test_the_sample_can_be_drawn_again_without_the_program(tenant: Tenant) -> None:
    """The order is that of sha256sum over seed and commit, whatever a commit is; snapshots are passed over."""
    for number in range(6):
        tenant.commit(f"Change {number}", f"decisions/X{number}.md")
        tenant.snapshot(date(2026, 10, 1 + number))
    result = tenant.audit()
    sample = draw(result, 4, "a seed")
    script = """git rev-list --first-parent HEAD | while read -r id; do
        echo "$(printf 'a seed:%s' "$id" | sha256sum | cut -c1-64) $id"; done | sort"""
    ordered = subprocess.run(
        ["bash", "-c", script], cwd=tenant.folder, capture_output=True, text=True, check=True
    ).stdout.split()[1::2]
    kinds = {each.commit: each.kind for each in result.commits}
    assert [each.commit for each in sample.items] == [i for i in ordered if kinds[i] is not Kind.SNAPSHOT][:4]
    assert sample.of == 7
    assert draw(result, 4, "another").items != sample.items
    assert len(draw(result, 100).items) == 7
    assert draw(result, 0).items == ()


def test_the_seed_is_not_chosen_by_anybody(tenant: Tenant) -> None:
    """It follows from the newest commit and the period."""
    head = tenant.commit("Change", "decisions/A.md")
    result = tenant.audit()
    assert default_seed(result) == f"{head}:{result.start}:{result.end}" == draw(result).seed
    first = draw(result).items[0]
    keys = {
        each.commit: hashlib.sha256(f"{draw(result).seed}:{each.commit}".encode()).hexdigest()
        for each in result.commits
    }
    assert first.commit == min(keys, key=lambda commit: keys[commit])
