# SPDX-License-Identifier: Apache-2.0
"""`backlog approvals`: ask GitHub which pull request brought each commit, who approved it, and record the answers."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import click

from secure_score_backlog import __version__, wording
from secure_score_backlog.approvals import APPROVALS_PATH, Approvals, encode, load_approvals, with_found
from secure_score_backlog.beginning import begun
from secure_score_backlog.cli import options, output
from secure_score_backlog.errors import CannotProceed, WrongUsage
from secure_score_backlog.files import changed_files, finish, lock, write_set
from secure_score_backlog.git import MainCommit, current_branch, open_repository, parse_log, read_main_history
from secure_score_backlog.github.address import Address, find_address
from secure_score_backlog.github.client import connect
from secure_score_backlog.github.errors import SECONDS
from secure_score_backlog.github.pull_requests import Asker, Found
from secure_score_backlog.settings import load_settings, read_settings_file
from secure_score_backlog.snapshots.snapshot_files import SNAPSHOTS
from secure_score_backlog.snapshots.store import SnapshotFolder

MOST_COMMITS = 1_000
"""Commits of one run: forty requests. The newest go first, and the next run goes on."""
OWN_COMMITS = timedelta(hours=12)
"""For so long a commit that changes only snapshots/ is not asked about. Each run commits what it recorded about the
commit of the run before: a second run of a day would always find that one new, and commit again."""
SETTLED = timedelta(days=7)
"""For so long a commit without a pull request is asked about again: GitHub may not have joined the two yet."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one run asked and learned."""

    address: Address
    commits: int
    """How many commits GitHub was asked about."""
    found: Found
    before: Approvals
    after: Approvals
    remaining: int
    """Commits that are left to the next run."""
    written: tuple[str, ...]

    @property
    def new(self) -> list[int]:
        """Numbers of the pull requests that are recorded now and were not before."""
        return sorted(self.after.pull_requests.keys() - self.before.pull_requests.keys())

    def as_json(self) -> dict[str, object]:
        """For programs."""
        facts = self.found.commits.values()
        return {
            "repository": self.address.repository,
            "asked": self.commits,
            "by_pull_request": sum(fact.pull_request is not None for fact in facts),
            "without_pull_request": sum(fact.pull_request is None for fact in facts),
            "unknown": list(self.found.unknown),
            "pull_requests": self.new,
            "remaining": self.remaining,
            "recorded": {"commits": len(self.after.commits), "pull_requests": len(self.after.pull_requests)},
            "written": list(self.written),
        }

    def as_text(self, *, dry_run: bool) -> str:
        """For people."""
        if not self.commits:
            return "GitHub was asked about every commit of the main branch before; nothing is new."
        facts = self.found.commits.values()
        by_request = sum(fact.pull_request is not None for fact in facts)
        lines = [
            f"Asked {self.address.repository} about {wording.plural(self.commits, 'commit')}: {by_request} came by a "
            f"merged pull request, {len(facts) - by_request} did not.",
        ]
        lines += [_line(self.after, number) for number in self.new]
        if self.found.unknown:
            some = ", ".join(commit[:10] for commit in self.found.unknown[:3])
            lines.append(
                f"GitHub does not have {wording.plural(len(self.found.unknown), 'commit')} ({some}): push first."
            )
        if self.remaining:
            lines.append(f"{wording.plural(self.remaining, 'older commit')} left: run it again.")
        verb = "would change" if dry_run else "changed"
        lines.append(f"{APPROVALS_PATH} {verb}." if self.written else f"{APPROVALS_PATH} stays as it is.")
        return "\n".join(lines)


def _line(approvals: Approvals, number: int) -> str:
    request = approvals.pull_requests[number]
    count = sum(review.state == "approved" for review in request.reviews)
    return f"  #{number}, merged {request.merged_at.date()}: {wording.plural(count, 'approving review')}"


@click.command()
@options.root
@options.as_json
@click.option("--dry-run", is_flag=True, help="Ask, print what would change, and write nothing.")
@options.repository
@click.option(
    "--branch", metavar="NAME", help="The main branch's name on GitHub. Default: GitHub's own default branch."
)
@options.into("snapshots/approvals.json")
@click.option(
    "--merged",
    is_flag=True,
    help="Record only what a merged pull request brought: after a push without one, nothing is written. The other "
    "commits are left to the next run.",
)
@click.option("--again", is_flag=True, help="Also ask again about every commit without a pull request.")
@click.option(
    "--most",
    metavar="COMMITS",
    type=click.IntRange(1, 10 * MOST_COMMITS),
    default=MOST_COMMITS,
    show_default=True,
    help="Ask about at most so many commits, the newest first; the next run goes on.",
)
@options.verbose
@click.option(
    "--deadline",
    metavar="SECONDS",
    type=click.FloatRange(0.1, SECONDS),
    default=SECONDS,
    show_default=True,
    help="Give up after so many seconds.",
)
def command(
    *,
    root: Path,
    as_json: bool,
    dry_run: bool,
    repository: str | None,
    branch: str | None,
    into: Path | None,
    merged: bool,
    again: bool,
    most: int,
    verbose: bool,
    deadline: float,
) -> int:
    """Ask GitHub which merged pull request brought each commit, who approved it and when, and record the answers.

    \b
    Addresses and token are read by GitHub's own names:
      GITHUB_REPOSITORY                    owner/name, or --repository
      GITHUB_TOKEN or GH_TOKEN             with read access to contents and pull requests
      GITHUB_API_URL, GITHUB_GRAPHQL_URL   for GitHub Enterprise

    What is recorded in snapshots/approvals.json is never changed; new answers are added. Nothing is changed on GitHub.
    """  # noqa: D301 - \b keeps the table as it is
    folder = target(root, into)
    if not (repository or os.environ.get("GITHUB_REPOSITORY", "").strip()):
        raise CannotProceed(
            "It is not known which repository on GitHub this is.",
            where="GITHUB_REPOSITORY",
            hint="Name it: --repository OWNER/NAME. A workflow run knows it by itself. Without GitHub there is nobody "
            "to ask: decisions name the records of their approvals, below `approval:` with `by`, `on` and `record`.",
        )
    address = find_address(os.environ, repository)
    history = main_commits(root)
    stored = readable(folder)
    wanted = to_ask(history, stored, options.now(), again=again)
    asker = Asker(connect(address, seconds=deadline, log=output.say if verbose else lambda _: None), branch)
    part = wanted[:most]
    found = asker.about(part) if part else Found()
    with lock(folder):
        if not dry_run:
            finish(folder, SNAPSHOTS)
        before = readable(folder)  # another run may have recorded something meanwhile
        kept = {name: fact for name, fact in found.commits.items() if fact.pull_request is not None or not merged}
        after = with_found(before, replace(found, commits=kept).as_approvals(options.now(), __version__))
        files = {APPROVALS_PATH: encode(after)} if after is not before else {}
        written = tuple(changed_files(folder, files)) if dry_run else write_set(folder, files)
    asked = Asked(address, len(part), found, before, after, len(wanted) - len(part), written)
    if as_json:
        output.product_json(json.dumps(asked.as_json(), indent=2, ensure_ascii=False))
    else:
        output.product(asked.as_text(dry_run=dry_run))
    return 0


def target(root: Path, into: Path | None) -> Path:
    """The folder whose file is written; CannotProceed where the site would not read what is written there."""
    settings, _ = load_settings(root)
    branch = settings.snapshots.branch
    folder = into or root
    if not folder.is_dir():
        raise WrongUsage(f"The path {folder} is not a folder.", where="--into", hint="Name the worktree of a branch.")
    here = current_branch(folder)
    if branch is not None and here is not None and here != branch:
        raise CannotProceed(
            f"What is recorded is read from the branch {branch!r} (backlog.yml: snapshots.branch), but this folder has "
            f"{here!r} checked out. Nothing was changed.",
            where=str(folder),
            hint=f"Check it out beside this folder (git worktree add ../{branch} {branch}), and run the command here "
            f"with --into ../{branch}.",
        )
    return folder


def main_commits(root: Path) -> list[MainCommit]:
    """The commits of the main branch from its beginning on, the newest first; CannotProceed without Git."""
    repository = open_repository(root)
    if repository is None or not repository.has_commits():
        raise CannotProceed(
            "There is no commit here that GitHub could be asked about.",
            where=str(root),
            hint="Run it in a clone of the repository, on the main branch.",
        )
    commits = list(parse_log(repository.log()))
    settings = read_settings_file(root)
    if settings.settings.history.after is None:
        return commits
    _, beginning, _ = begun(read_main_history(root), settings, root)
    return commits[: -beginning.hidden] if beginning else commits


def readable(folder: Path) -> Approvals:
    """What is recorded; CannotProceed for a damaged file, because writing it again would lose the damaged records."""
    stored, problems = load_approvals(SnapshotFolder(folder))
    if problems:
        first = problems[0]
        line = f":{first.line}" if first.line else ""
        raise CannotProceed(first.message, where=f"{folder / first.path}{line}", hint=first.hint)
    return stored


def to_ask(history: Collection[MainCommit], stored: Approvals, now: datetime, *, again: bool) -> list[str]:
    """The commits to ask about, the newest first."""
    return [each.version.commit for each in history if is_open(each, stored, now, again=again)]


def is_open(commit: MainCommit, stored: Approvals, now: datetime, *, again: bool) -> bool:
    """Whether GitHub may say something new about a commit."""
    known = stored.commits.get(commit.version.commit)
    age = None if commit.stated is None else now - commit.stated
    if known is None:
        recorded_only = bool(commit.changes) and all(path.startswith(f"{SNAPSHOTS}/") for path, _ in commit.changes)
        return not (recorded_only and not commit.outside and age is not None and age < OWN_COMMITS)
    young = age is not None and age < SETTLED
    return known.pull_request is None and (again or young)
