# SPDX-License-Identifier: Apache-2.0
"""The beginning of a history after a commit: what is left out, where that is said, and when it does not count."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from secure_score_backlog.evaluation.audit import Kind
from secure_score_backlog.evaluation.facts import evaluate, with_audit
from secure_score_backlog.workspace import Workspace, load
from tests.support.emptiness import article
from tests.support.repositories import Repository
from tests.support.running import RunBacklog

OTHERS = "---\nrecommendation: {0}\nbucket: soon\nowner: Harbour Master\ndue: 2026-12-01\n---\n"
TODAY = date(2026, 10, 20)
BEGUN = "2026-10-10T12:00:00+00:00"


class Copy(Repository):
    """A repository that held another backlog, which two commits made."""

    def __init__(self, folder: Path) -> None:
        """The other backlog, and its last commit."""
        super().__init__(folder)
        self.write("backlog.yml", "organisation: Harbour\n")
        self.write("other.txt", "x\n")
        self.commit("Other one", decisions__A=OTHERS.format("A"))
        self.last = self.commit("Other two", decisions__B=OTHERS.format("B"))

    def begin(self, after: str, when: str = BEGUN) -> str:
        """Take the other backlog out, and begin after a commit."""
        self.write("backlog.yml", f"organisation: Example\nhistory:\n  after: {after}\n")
        return self.commit("Begin our backlog", when, decisions__A=None, decisions__B=None)


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """The repository before it begins."""
    return Copy(tmp_path / "copy")


def read(copy: Repository) -> Workspace:
    """What is read from the folder."""
    return load(copy.folder, today=TODAY)


def codes(workspace: Workspace) -> list[str]:
    """The codes of the problems with the beginning."""
    return [found.code for found in workspace.problems if found.code == "settings-history"]


def test_nothing_of_before_is_part_of_the_history(copy: Copy) -> None:
    """Neither versions, nor deletions, nor commits, nor settings; what comes later has all of its history."""
    begun = copy.begin(copy.last)
    ours = copy.commit("Decide", "2026-10-11T12:00:00+00:00", decisions__A=OTHERS.format("A"))
    changed = copy.commit("Decide", "2026-10-12T12:00:00+00:00", decisions__A=OTHERS.format("A") + "\nMore.\n")
    found = read(copy)
    assert codes(found) == []
    assert [each.version.commit for each in found.commits] == [begun, ours, changed]
    assert {name: len(each) for name, each in found.decisions.versions.items()} == {"A": 2}
    assert list(found.settings_of) == [begun]
    assert found.beginning is not None
    assert (found.beginning.after, found.beginning.hidden) == (copy.last, 2)
    assert found.beginning.said_by is not None
    assert found.beginning.said_by.commit == begun


def test_the_commit_that_begins_counts_as_the_first(copy: Copy) -> None:
    """As in a new repository; a commit between what is left out and the setting is judged like any other."""
    copy.begin(copy.last)
    assert kinds(copy) == [Kind.BEGINNING]
    other = Copy(copy.folder.parent / "other")
    other.commit("Pushed to main", other="y")
    other.begin(other.last)
    assert kinds(other) == [Kind.EXCEPTION, Kind.EXCEPTION]


def kinds(copy: Copy) -> list[Kind]:
    """What the audit says of each commit."""
    workspace = read(copy)
    audit = with_audit(evaluate(workspace, TODAY), workspace, workspace.stored_history()).audit
    assert audit is not None
    return [each.kind for each in audit.commits]


def test_before_it_is_committed_nothing_was(copy: Copy) -> None:
    """The folder is like one whose first commit is still to come."""
    copy.write("backlog.yml", f"history: {{after: {copy.last}}}\n")
    for name in "AB":
        (copy.folder / "decisions" / f"{name}.md").unlink()
    found = read(copy)
    assert (codes(found), found.commits, found.head, found.decisions.versions) == ([], (), None, {})
    assert found.beginning is not None
    assert found.beginning.said_by is None


def test_decisions_cannot_be_hidden(copy: Copy) -> None:
    """Whoever moves the beginning while there are decisions, snapshots or minutes hides nothing, and is named."""
    for path in ("decisions/C.md", "snapshots/2026/2026-10-01.json", "docs/reviews/2026-09.md"):
        copy.begin(copy.last)
        copy.write(path, "x")
        copy.commit("Ours")
        tip = copy.git("rev-parse", "HEAD")
        copy.write("backlog.yml", f"history: {{after: {tip}}}\n")
        uncommitted = read(copy)
        copy.commit("Hide")
        committed = read(copy)
        for found in (uncommitted, committed):
            (fault,) = [each for each in found.problems if each.code == "settings-history"]
            assert path in fault.message
            assert len(found.commits) >= 3
            assert found.beginning is None
        copy.git("reset", "--quiet", "--hard", copy.last)


def test_deleting_them_first_does_not_help_unless_it_is_one_commit_with_the_setting(copy: Copy) -> None:
    """A setting is as old as its value: later commits do not make up for what was left over when it came."""
    copy.write("backlog.yml", f"history: {{after: {copy.last}}}\n")
    copy.commit("Set it too early")
    copy.commit("Delete", decisions__A=None, decisions__B=None)
    assert codes(read(copy)) == ["settings-history"]
    assert len(read(copy).commits) == 4


@pytest.mark.parametrize("value", ["0" * 40, "HEAD", "main"])
def test_what_is_no_commit_of_the_main_branch_leaves_nothing_out(copy: Copy, value: str, backlog: RunBacklog) -> None:
    """The whole history is shown, and `check` names the line."""
    copy.begin(value)
    found = read(copy)
    assert len(found.commits) == 3
    assert "backlog.yml:3: error" in backlog("check", "--root", copy.folder, expect=1).stdout


def test_evidence_and_audit_say_what_is_left_out_and_who_says_so(copy: Copy, backlog: RunBacklog) -> None:
    """On the page, in the text and in JSON; none of the other backlog's words is in the site."""
    begun = copy.begin(copy.last)
    words = f"begins after commit {copy.last[:10]} of 2026-10-01: 2 commits before are left out"
    assert words in backlog("audit", "--root", copy.folder).stdout
    said = json.loads(backlog("audit", "--json", "--root", copy.folder).stdout)["beginning"]
    assert said == {
        "after": copy.last,
        "until": "2026-10-01",
        "left_out": 2,
        "set_by": {"commit": begun, "at": "2026-10-10T12:00:00Z", "author": "Test Author"},
    }
    backlog("build", "--root", copy.folder, expect=0)
    site = copy.folder / "build" / "site"
    page = article((site / "evidence.html").read_text(encoding="utf-8")).text()
    assert words in page
    assert f"since commit {begun[:10]} by Test Author of 2026-10-10" in page
    assert not any("harbour" in file.read_text(encoding="utf-8").lower() for file in site.rglob("*.html"))


def test_the_pull_request_that_begins_changes_nothing_of_before(copy: Copy, backlog: RunBacklog) -> None:
    """Compared with its base, nothing was deleted: what the base held was another backlog."""
    copy.git("switch", "--quiet", "--create", "begin")
    copy.write("snapshots/2026/2026-10-01.json", "{}")
    copy.commit("Other three")
    copy.last = copy.git("rev-parse", "HEAD")
    copy.git("branch", "--force", "main")
    (copy.folder / "snapshots/2026/2026-10-01.json").unlink()
    copy.begin(copy.last)
    backlog("check", "--base", "main", "--root", copy.folder, expect=0)
    shown = backlog("diff", "main", "--root", copy.folder, expect=0).stdout
    assert "Harbour" not in shown
    assert not any(f"decisions/{name}" in shown for name in "AB")


def test_the_branch_of_the_snapshots_begins_with_it(copy: Copy, backlog: RunBacklog) -> None:
    """Before the first push there is no such branch, and nothing is missing; later it has to be fetched."""
    copy.write("backlog.yml", "")
    copy.begin(copy.last)
    text = (copy.folder / "backlog.yml").read_text(encoding="utf-8")
    copy.write("backlog.yml", f"{text}snapshots: {{branch: snapshots}}\n")
    copy.write("snapshots/.gitkeep", "")
    copy.commit("Begin", BEGUN)
    copy.git("update-ref", "refs/remotes/origin/main", copy.last)
    backlog("check", "--root", copy.folder, expect=0)
    backlog("diff", "HEAD", "HEAD", "--root", copy.folder, expect=0)
    copy.git("branch", "snapshots")
    copy.git("switch", "--quiet", "snapshots")
    day = copy.commit("Snapshot", "2026-10-11T12:00:00+00:00", snapshots__note="x")
    copy.git("switch", "--quiet", "main")
    found = read(copy)
    assert [each.version.commit for each in found.snapshot_commits] == [day]
    copy.git("update-ref", "refs/remotes/origin/main", "main")
    copy.git("branch", "--quiet", "-D", "snapshots")
    refused = backlog("check", "--root", copy.folder, expect=3)
    assert "'snapshots'" in refused.stderr
