# SPDX-License-Identifier: Apache-2.0
"""`backlog approvals`: a repository's merges, asked of a simulated GitHub and recorded once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from secure_score_backlog.approvals import APPROVALS_PATH, Approvals, parse
from secure_score_backlog.cli import options
from tests.support.loopback import Response
from tests.support.repositories import Repository
from tests.support.running import RunBacklog
from tests.support.simulated_github import TOKEN, Pull, SimulatedGitHub, cloned

AT = datetime(2026, 10, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def github() -> Iterator[SimulatedGitHub]:
    """GitHub without anything."""
    with SimulatedGitHub() as server:
        yield server


@pytest.fixture
def repository(tmp_path: Path, github: SimulatedGitHub) -> Repository:
    """A repository with one commit, which GitHub has."""
    made = cloned(tmp_path)
    github.commit(made.git("rev-parse", "main"))
    return made


def proposed(repository: Repository, github: SimulatedGitHub, branch: str, name: str = "A") -> Pull:
    """An open pull request with one decision."""
    repository.git("checkout", "--quiet", "-b", branch, "main")
    repository.write(f"decisions/{name}.md", f"{name}\n")
    repository.commit(f"Decide about {name}")
    repository.git("checkout", "--quiet", "main")
    return github.open_pull(repository, branch, "writer")


def merged(repository: Repository, github: SimulatedGitHub, branch: str, name: str = "A") -> str:
    """The same, approved and merged."""
    pull = proposed(repository, github, branch, name)
    github.review(pull, "boss", AT)
    return github.merge(repository, pull, "merger", AT + HOUR)


def recorded(root: Path) -> Approvals:
    """What the file says; it has no problems."""
    approvals, problems = parse((root / APPROVALS_PATH).read_bytes())
    assert problems == []
    return approvals


def test_a_merge_is_recorded_with_its_approval(
    tmp_path: Path, backlog: RunBacklog, github: SimulatedGitHub, repository: Repository
) -> None:
    """The file holds every commit of the main branch, and what is asked once is not asked again."""
    merge = merged(repository, github, "relay")
    finished = backlog("approvals", "--json", environment=github.environment, expect=0)
    approvals = recorded(tmp_path)
    request = approvals.of(merge)
    assert request is not None
    assert [(each.by, each.at) for each in request.reviews] == [("boss", AT)]
    assert len(approvals.commits) == 2
    summary = json.loads(finished.stdout)
    assert summary["pull_requests"] == [1]
    assert (summary["by_pull_request"], summary["without_pull_request"]) == (1, 1)
    assert summary["written"] == [APPROVALS_PATH]
    assert TOKEN not in finished.stdout + finished.stderr + (tmp_path / APPROVALS_PATH).read_text(encoding="utf-8")


def test_after_a_merge_a_push_without_one_records_nothing(
    tmp_path: Path, backlog: RunBacklog, github: SimulatedGitHub, repository: Repository
) -> None:
    """With --merged: a workflow that runs after each push commits where somebody approved, and only there."""
    backlog("approvals", "--merged", environment=github.environment, expect=0)
    assert not (tmp_path / APPROVALS_PATH).exists()
    merge = merged(repository, github, "relay")
    backlog("approvals", "--merged", environment=github.environment, expect=0)
    assert recorded(tmp_path).commits.keys() == {merge}
    backlog("approvals", environment=github.environment, expect=0)
    assert len(recorded(tmp_path).commits) == 2


def test_only_what_is_new_is_asked_and_appended(
    tmp_path: Path,
    backlog: RunBacklog,
    github: SimulatedGitHub,
    repository: Repository,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A second run asks nothing; after another merge it asks about that one, and the old records stay as they are."""
    monkeypatch.setattr(options, "now", lambda: AT + timedelta(days=60))
    merged(repository, github, "relay")
    backlog("approvals", environment=github.environment, expect=0)
    first = (tmp_path / APPROVALS_PATH).read_bytes()
    github.asked.clear()
    finished = backlog("approvals", environment=github.environment, expect=0)
    assert "nothing is new" in finished.stdout
    assert github.asked == []
    merge = merged(repository, github, "mail", "B")
    github.pulls[1].reviews.clear()
    backlog("approvals", environment=github.environment, expect=0)
    assert [len(each) - 2 for each in github.asked] == [1]
    before, after = parse(first)[0], recorded(tmp_path)
    assert after.commits.keys() - before.commits.keys() == {merge}
    assert after.pull_requests[1] == before.pull_requests[1]


def test_a_young_commit_without_a_pull_request_is_asked_about_again(
    tmp_path: Path,
    backlog: RunBacklog,
    github: SimulatedGitHub,
    repository: Repository,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """GitHub joins a commit and its pull request a moment later; after a week only `--again` asks."""
    monkeypatch.setattr(options, "now", lambda: AT + timedelta(days=1))
    merge = merged(repository, github, "relay")
    github.commits[merge].pulls.clear()
    backlog("approvals", environment=github.environment, expect=0)
    assert recorded(tmp_path).of(merge) is None
    github.commits[merge].pulls.append(1)
    monkeypatch.setattr(options, "now", lambda: AT + timedelta(days=30))
    backlog("approvals", environment=github.environment, expect=0)
    assert recorded(tmp_path).of(merge) is None
    backlog("approvals", "--again", environment=github.environment, expect=0)
    assert recorded(tmp_path).of(merge) is not None


def test_the_commit_of_the_run_before_is_left_to_the_next_day(
    tmp_path: Path,
    backlog: RunBacklog,
    github: SimulatedGitHub,
    repository: Repository,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else each run would record the commit of the one before, and commit that record; a decision is asked about."""
    late = AT + timedelta(days=60)
    monkeypatch.setattr(options, "now", lambda: late)
    backlog("approvals", environment=github.environment, expect=0)
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "Snapshot", when=late.isoformat())
    github.commit(repository.git("rev-parse", "HEAD"))
    monkeypatch.setattr(options, "now", lambda: late + 6 * HOUR)
    assert "nothing is new" in backlog("approvals", environment=github.environment, expect=0).stdout
    repository.write("decisions/A.md", "A\n")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "Decide", when=(late + HOUR).isoformat())
    github.commit(repository.git("rev-parse", "HEAD"))
    github.asked.clear()
    backlog("approvals", environment=github.environment, expect=0)
    assert len(github.asked[0]) == 3  # owner, name and one commit
    monkeypatch.setattr(options, "now", lambda: late + 24 * HOUR)
    backlog("approvals", environment=github.environment, expect=0)
    assert len(recorded(tmp_path).commits) == 3


def test_nothing_is_written_where_github_cannot_be_asked(
    tmp_path: Path, backlog: RunBacklog, github: SimulatedGitHub, repository: Repository
) -> None:
    """Exit 3 says what to do, and the folder is as it was, also where the failure comes in the middle."""
    for number in range(30):
        github.commit(repository.commit(f"Commit {number}"))
    left = [None, Response.of_json(403, {"message": "Resource not accessible by integration"})]
    github.responders = [lambda _: left.pop(0) if left else None]
    finished = backlog("approvals", environment=github.environment, expect=3)
    assert "pull-requests: read" in finished.stderr
    assert not (tmp_path / "snapshots").exists()
    finished = backlog("approvals", environment={"GITHUB_REPOSITORY": "o/r"}, expect=3)
    assert "GITHUB_TOKEN" in finished.stderr
    finished = backlog("approvals", "--repository", "nonsense", expect=2)
    assert "OWNER/NAME" in finished.stderr
    assert not (tmp_path / "snapshots").exists()


def test_a_damaged_file_is_left_alone(
    tmp_path: Path, backlog: RunBacklog, github: SimulatedGitHub, repository: Repository
) -> None:
    """Writing it again would lose what the damaged records said."""
    merged(repository, github, "relay")
    backlog("approvals", environment=github.environment, expect=0)
    damaged = (tmp_path / APPROVALS_PATH).read_bytes().replace(b'"boss"', b'"boss?"')
    (tmp_path / APPROVALS_PATH).write_bytes(damaged)
    github.asked.clear()
    finished = backlog("approvals", environment=github.environment, expect=3)
    assert "git checkout" in finished.stderr
    assert (tmp_path / APPROVALS_PATH).read_bytes() == damaged
    assert github.asked == []


def test_a_dry_run_asks_and_writes_nothing(
    tmp_path: Path, backlog: RunBacklog, github: SimulatedGitHub, repository: Repository
) -> None:
    """It says what would change."""
    merged(repository, github, "relay")
    finished = backlog("approvals", "--dry-run", environment=github.environment, expect=0)
    assert f"{APPROVALS_PATH} would change." in finished.stdout
    assert "#1, merged 2026-10-05: 1 approving review" in finished.stdout
    assert not (tmp_path / "snapshots").exists()


def test_commits_that_were_not_pushed_are_told_and_not_recorded(
    tmp_path: Path, backlog: RunBacklog, github: SimulatedGitHub, repository: Repository
) -> None:
    """What GitHub does not have is not the same as a commit without a pull request."""
    local = repository.commit("Only here")
    finished = backlog("approvals", environment=github.environment, expect=0)
    assert f"GitHub does not have 1 commit ({local[:10]}): push first." in finished.stdout
    assert local not in recorded(tmp_path).commits


def test_a_long_history_is_asked_about_in_several_runs(
    tmp_path: Path, backlog: RunBacklog, github: SimulatedGitHub, repository: Repository
) -> None:
    """The newest commits go first, and the summary says how many are left."""
    for number in range(4):
        github.commit(repository.commit(f"Commit {number}"))
    finished = backlog("approvals", "--most", "3", environment=github.environment, expect=0)
    assert "2 older commits left: run it again." in finished.stdout
    assert recorded(tmp_path).commits.keys() == set(repository.git("rev-list", "-3", "main").split())
    backlog("approvals", environment=github.environment, expect=0)
    assert len(recorded(tmp_path).commits) == 5


def test_what_was_there_before_a_beginning_is_not_asked_about(
    repository: Repository, github: SimulatedGitHub, backlog: RunBacklog
) -> None:
    """A copy of a repository asks about its own commits, and records no login of whoever wrote the others."""
    merged(repository, github, "theirs")
    last = repository.git("rev-parse", "main")
    repository.write("backlog.yml", f"organisation: Example\nhistory:\n  after: {last}\n")
    begun = repository.commit("Begin our backlog", decisions__A=None)
    github.commit(begun)
    told = backlog("approvals", "--root", repository.folder, environment=github.environment, expect=0).stdout
    assert "1 commit" in told
    assert set(recorded(repository.folder).commits) == {begun}


def test_with_a_branch_of_their_own_approvals_go_into_its_worktree(
    tmp_path: Path, backlog: RunBacklog, github: SimulatedGitHub, repository: Repository
) -> None:
    """In the folder of the main branch nothing would read them, so nothing is written there."""
    repository.git("branch", "snapshots")
    repository.write("backlog.yml", "snapshots:\n  branch: snapshots\n")
    github.commit(repository.commit("Set"))
    finished = backlog("approvals", environment=github.environment, expect=3)
    assert "--into ../snapshots" in finished.stderr
    beside = tmp_path.parent / f"{tmp_path.name}-snapshots"
    repository.git("worktree", "add", "--quiet", str(beside), "snapshots")
    backlog("approvals", "--into", beside, environment=github.environment, expect=0)
    assert len(recorded(beside).commits) == 2
    assert not (tmp_path / "snapshots").exists()


def test_outside_of_git_there_is_nothing_to_ask_about(
    tmp_path: Path, backlog: RunBacklog, github: SimulatedGitHub
) -> None:
    """The error says where to run it."""
    finished = backlog("approvals", environment=github.environment, expect=3)
    assert "In a clone" in finished.stderr or "in a clone" in finished.stderr
    assert github.requests == []


def test_what_github_says_is_no_command_for_the_terminal(
    tmp_path: Path, backlog: RunBacklog, github: SimulatedGitHub, repository: Repository
) -> None:
    """Words of an answer reach a log of a workflow, and a command among them is broken."""
    github.responders = [lambda _: Response.of_json(403, {"message": "\n::error::\x1b[31m owned"})]
    finished = backlog("approvals", environment=github.environment, expect=3)
    assert "\x1b" not in finished.stderr
    assert not [line for line in finished.stderr.splitlines() if line.lstrip().startswith("::")]
