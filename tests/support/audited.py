# SPDX-License-Identifier: Apache-2.0
"""Real repositories with pull requests of every kind, and what GitHub would have recorded about them."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest import mock

from secure_score_backlog.approvals import (
    APPROVALS_PATH,
    Approvals,
    CommitFact,
    PullRequest,
    Review,
    ReviewState,
    encode,
)
from secure_score_backlog.evaluation.audit import GITHUB, Audit
from secure_score_backlog.evaluation.facts import evaluate, with_audit
from secure_score_backlog.git import Identity
from secure_score_backlog.settings import Settings
from secure_score_backlog.workspace import load
from tests.support.repositories import Repository

BOT = Settings().snapshots.account
PERSON = Identity("Head of IT", "head-of-it@tenant.example")
SNAPSHOT = '{"collected": {"complete": %s}, "maximum": {}, "secureScore": {"controlScores": []}}\n'


class Tenant:
    """A repository, an hour a commit, and GitHub's record of it, which `audit` reads from the working tree."""

    def __init__(self, folder: Path, *, settings: str = "") -> None:
        """Make it, with a first commit."""
        self.repository = Repository(folder)
        self.folder = folder
        self.at = datetime(2026, 10, 1, 8, tzinfo=UTC)
        self.known = Approvals(collected_at=self.at, collected_by="1.0.0")
        self.number = 0
        self.repository.write("backlog.yml", settings or "organisation: Tenant\n")
        self.first = self.commit("Begin")

    def git(self, *arguments: str, author: Identity = PERSON, committer: Identity = PERSON) -> str:
        """Run Git as somebody, at the time."""
        people = {
            "GIT_AUTHOR_NAME": author.name,
            "GIT_AUTHOR_EMAIL": author.mail,
            "GIT_COMMITTER_NAME": committer.name,
            "GIT_COMMITTER_EMAIL": committer.mail,
        }
        with mock.patch.dict(os.environ, people):
            return self.repository.git(*arguments, when=self.at.isoformat())

    def later(self) -> None:
        """An hour passes."""
        self.at += timedelta(hours=1)

    def commit(
        self,
        message: str,
        *paths: str,
        author: Identity = PERSON,
        committer: Identity | None = None,
        asked: bool = True,
    ) -> str:
        """Change some files in one commit; `asked`: GitHub was asked, and knows no pull request."""
        self.later()
        for path in paths:
            self.repository.write(path, f"{message} {self.at}\n")
        self.git("add", "--all", "--", ":!snapshots/approvals.json")
        arguments = ("commit", "--quiet", "--allow-empty", "--message", message)
        self.git(*arguments, author=author, committer=committer or author)
        made = self.git("rev-parse", "HEAD")
        if asked:
            self.record(CommitFact(made))
        return made

    def snapshot(self, day: date, *, complete: bool = True, **people: Identity) -> str:
        """The bot stores a day."""
        path = f"snapshots/{day.year}/{day}.json"
        self.repository.write(path, SNAPSHOT % str(complete).lower())
        return self.commit(f"Snapshot {day}", author=people.get("author", BOT), committer=people.get("committer"))

    def record(self, *facts: CommitFact) -> None:
        """GitHub knows of some commits."""
        commits = {**self.known.commits, **{fact.commit: fact for fact in facts}}
        self.known = replace(self.known, commits=commits)

    def branch(self, *paths: str, author: Identity = PERSON) -> str:
        """Commit on a new branch, a file a commit; the branch's head."""
        self.number += 1
        self.git("switch", "--quiet", "--create", f"side-{self.number}")
        for path in paths:
            self.commit(f"Change {path}", path, author=author, asked=False)
        head = self.git("rev-parse", "HEAD")
        self.git("switch", "--quiet", "main")
        return head

    def pull_request(
        self,
        *reviews: tuple[str, str],
        how: str = "merge",
        path: str = "",
        author: str = "writer",
        contributors: tuple[str, ...] = (),
    ) -> str:
        """Merge a pull request with two commits; the newest commit of the main branch.

        Args:
            reviews: Login of the reviewer, and how: approved, late, stale, withdrawn, unknown-head.
            how: merge, squash or rebase.
            path: The first file it changes.
            author: Its login.
            contributors: Logins of others who wrote commits.
        """
        before = self.git("rev-parse", "HEAD")
        number = self.number + 1
        head = self.branch(path or f"decisions/A{number}.md", f"decisions/B{number}.md")
        reviewed = self.at + timedelta(minutes=10)
        self.later()
        self.land(how, number, head)
        merged = self.git("rev-parse", "HEAD")
        request = PullRequest(
            number=number,
            url=f"https://github.example/tenant/backlog/pull/{number}",
            author=author,
            merged_at=self.at,
            merged_by="merger",
            head=head,
            merge_commit=merged,
            base="main",
            reviews=tuple(review for who, what in reviews for review in reviews_of(who, what, reviewed, self.at, head)),
            contributors=contributors,
        )
        brought = self.git("rev-list", "--first-parent", f"{before}..HEAD").split()
        self.record(*(CommitFact(commit, number) for commit in brought))
        self.known = replace(self.known, pull_requests={**self.known.pull_requests, number: request})
        return merged

    def land(self, how: str, number: int, head: str) -> None:
        """Bring a branch to the main branch, as GitHub does it."""
        if how == "merge":
            message = f"Merge pull request #{number} from tenant/side-{number}\n\nDecide {number}"
            self.git("merge", "--quiet", "--no-ff", "--message", message, head, committer=GITHUB)
        elif how == "squash":
            self.git("merge", "--quiet", "--squash", head)
            self.git("commit", "--quiet", "--message", f"Decide {number} (#{number})", committer=GITHUB)
        else:
            self.git("cherry-pick", f"HEAD..{head}")

    def write_record(self) -> None:
        """Write what GitHub said, as `backlog approvals` would."""
        self.repository.write(APPROVALS_PATH, encode(self.known))

    def audit(self, start: date | None = None, end: date | None = None) -> Audit:
        """The audit, after GitHub's record was written."""
        if self.known.commits:
            self.write_record()
        workspace = load(self.folder, today=self.at.date())
        facts = evaluate(workspace, end or workspace.newest_day)
        found = with_audit(facts, workspace, workspace.stored_history(), start).audit
        assert found is not None
        return found


def reviews_of(who: str, what: str, before: datetime, merged: datetime, head: str) -> list[Review]:
    """The reviews of one person."""
    late = merged + timedelta(minutes=1)
    return {
        "approved": [Review(who, before, head)],
        "late": [Review(who, late, head)],
        "stale": [Review(who, before, "d" * 40)],
        "unknown-head": [Review(who, before, "")],
        "withdrawn": [Review(who, before, head), Review(who, before, head, ReviewState.CHANGES_REQUESTED)],
        "dismissed": [Review(who, before, head, ReviewState.DISMISSED)],
    }[what]
