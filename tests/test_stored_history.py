# SPDX-License-Identifier: Apache-2.0
"""What happened to stored files over a real history: days that were written again, approvals that lost a record."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from secure_score_backlog import stored_history
from secure_score_backlog.approvals import APPROVALS_PATH, Approvals, CommitFact, PullRequest, encode
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.stored_history import StoredHistory
from secure_score_backlog.workspace import load
from tests.support.audited import Tenant

DAY = date(2026, 10, 1)
PATH = "snapshots/2026/2026-10-01.json"


@pytest.fixture
def tenant(tmp_path: Path) -> Tenant:
    """A repository with its first commit."""
    return Tenant(tmp_path)


def read(tenant: Tenant) -> StoredHistory:
    """What happened to stored files."""
    return load(tenant.folder, today=DAY).stored_history()


def test_a_day_that_was_completed_is_known_and_allowed(tenant: Tenant) -> None:
    """It is counted, and no fault."""
    tenant.snapshot(DAY, complete=False)
    commit = tenant.snapshot(DAY)
    found = read(tenant)
    assert [(each.version.commit, each.version.path) for each in found.days] == [(commit, PATH)]
    assert found.forbidden == ()


def test_a_day_that_was_changed_or_deleted_is_named_with_its_commit(tenant: Tenant) -> None:
    """Also where it was put back; putting it back as it was is none."""
    tenant.snapshot(DAY)
    tenant.snapshot(date(2026, 10, 2))
    changed = tenant.snapshot(DAY, complete=False)
    (tenant.folder / PATH).unlink()
    deleted = tenant.commit("Delete it")
    restored = tenant.snapshot(DAY, complete=False)
    assert restored
    result = tenant.audit()
    assert [each.version.commit for each in result.rewritten] == [changed, deleted]
    messages = [found.message for found in result.problems if found.code == "audit-day-rewritten"]
    assert messages[0] == f"{PATH} was complete, and was replaced, in commit {changed[:10]} of 2026-10-01."
    assert "was deleted" in messages[1]


def test_a_link_in_the_place_of_a_day_is_a_deletion(tenant: Tenant) -> None:
    """Nothing that Git could read from there is the day."""
    tenant.snapshot(DAY)
    (tenant.folder / PATH).unlink()
    (tenant.folder / PATH).symlink_to("elsewhere.json")
    tenant.commit("Link it")
    assert [each.forbidden for each in read(tenant).forbidden] == ["was deleted"]


def test_snapshots_may_move_to_a_branch_of_their_own(tmp_path: Path) -> None:
    """What the branch has was not deleted; what is deleted there was."""
    tenant = Tenant(tmp_path)
    for day in (DAY, date(2026, 10, 2)):
        tenant.snapshot(day)
    tenant.git("branch", "data")
    for file in (tenant.folder / "snapshots/2026").iterdir():
        file.unlink()
    tenant.repository.write("backlog.yml", "snapshots: {branch: data}\n")
    tenant.commit("Move the snapshots")
    assert read(tenant).forbidden == ()
    tenant.git("switch", "--quiet", "data")
    changed = tenant.snapshot(DAY, complete=False)
    (tenant.folder / "snapshots/2026/2026-10-02.json").unlink()
    deleted = tenant.commit("Delete it")
    tenant.git("switch", "--quiet", "main")
    found = [(each.version.commit, each.version.path) for each in read(tenant).forbidden]
    assert found == [(changed, PATH), (deleted, "snapshots/2026/2026-10-02.json")]


def test_too_much_to_compare_is_an_error(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes are asked before anything is read."""
    tenant.snapshot(DAY, complete=False)
    tenant.snapshot(DAY)
    monkeypatch.setattr(stored_history, "MOST_BYTES", 10)
    with pytest.raises(CannotProceed, match="written more than once"):
        read(tenant)


def recorded(tenant: Tenant, *numbers: int, author: str = "writer") -> str:
    """Commit a record of some pull requests, each with one commit."""
    requests = {
        number: PullRequest(
            number, "https://github.example/x", author, tenant.known.collected_at, "m", "a" * 40, "", "main"
        )
        for number in numbers
        if tenant.known.collected_at
    }
    facts = {f"{number:040x}": CommitFact(f"{number:040x}", number) for number in numbers}
    known = Approvals(facts, requests, tenant.known.collected_at, "1.0.0")
    return stored(tenant, encode(known).decode())


def stored(tenant: Tenant, content: str) -> str:
    """Commit recorded approvals as they are."""
    tenant.repository.write(APPROVALS_PATH, content)
    tenant.later()
    tenant.git("add", "--all")
    tenant.git("commit", "--quiet", "--message", "Approvals")
    return tenant.git("rev-parse", "HEAD")


@pytest.mark.parametrize("way", ["a second record before the first", "a file that cannot be read"])
def test_a_record_is_not_replaced_in_two_steps(tenant: Tenant, way: str) -> None:
    """All lines of the version before are still there after the first step: what the file says is not."""
    recorded(tenant, 1)
    text = (tenant.folder / APPROVALS_PATH).read_text(encoding="utf-8")
    (line,) = [each for each in text.splitlines() if '"number"' in each]
    forged = line.replace('"writer"', '"other"')
    assert forged != line
    between = text.replace(line, f"{forged},\n{line}") if way.startswith("a second") else f"{text}]\n"
    first, _ = stored(tenant, between), stored(tenant, text.replace(line, forged))
    assert read(tenant).approvals[0].version.commit == first


@pytest.mark.parametrize("most", [128 << 20, 1])
def test_records_are_only_added(tenant: Tenant, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """A changed and a deleted record are named with their commit, also where not every version is compared."""
    monkeypatch.setattr(stored_history, "MOST_RECORDS", most)
    for number in range(2, 6):
        recorded(tenant, *range(1, number))
    found = read(tenant)
    assert (found.versions, found.compared, found.approvals) == (4, 4 if most > 1 else 2, ())
    changed = recorded(tenant, *range(1, 5), author="other")
    lost = recorded(tenant, 1, 2, author="other")
    recorded(tenant, 1, 2, 3, author="other")
    found = read(tenant)
    assert [each.version.commit for each in found.approvals] == [changed, lost]
    assert found.approvals[0].forbidden.startswith("lost or changed 4 records: pull request #1")
    assert "pull request #3" in found.approvals[1].forbidden


def test_a_pull_request_that_became_known_later_is_no_change(tenant: Tenant) -> None:
    """GitHub may know it only after it was asked first."""
    at = tenant.known.collected_at
    commit = f"{1:040x}"
    tenant.repository.write(APPROVALS_PATH, encode(Approvals({commit: CommitFact(commit)}, {}, at, "1.0.0")))
    tenant.git("add", "--all")
    tenant.git("commit", "--quiet", "--message", "Approvals")
    recorded(tenant, 1)
    assert read(tenant).approvals == ()


def test_deleted_records_are_named(tenant: Tenant) -> None:
    """Also where the file came back."""
    recorded(tenant, 1)
    (tenant.folder / APPROVALS_PATH).unlink()
    tenant.later()
    tenant.git("add", "--all")
    tenant.git("commit", "--quiet", "--message", "Delete")
    deleted = tenant.git("rev-parse", "HEAD")
    recorded(tenant, 1, 2)
    found = read(tenant)
    assert [(each.version.commit, each.forbidden) for each in found.approvals] == [(deleted, "was deleted")]


def test_a_folder_without_git_has_no_history(tmp_path: Path) -> None:
    """Nothing is read, nothing is claimed."""
    (tmp_path / "decisions").mkdir()
    assert load(tmp_path, today=DAY).stored_history() == StoredHistory()
