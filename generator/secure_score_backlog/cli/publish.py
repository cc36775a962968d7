# SPDX-License-Identifier: Apache-2.0
"""`backlog publish`: commit what a run wrote below snapshots/ to a branch, on GitHub or with Git itself."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from secure_score_backlog.cli import options, output
from secure_score_backlog.errors import CannotProceed, WrongUsage
from secure_score_backlog.files import finish, lock
from secure_score_backlog.git import current_branch
from secure_score_backlog.git_push import commit_and_push
from secure_score_backlog.github.address import find_address
from secure_score_backlog.github.client import connect
from secure_score_backlog.github.commits import GitHubBranch
from secure_score_backlog.github.errors import COMMITTING, SECONDS
from secure_score_backlog.publishing import LeftOut, Published, Written, publish, written_below
from secure_score_backlog.settings import BRANCH, load_settings
from secure_score_backlog.snapshots.snapshot_files import SNAPSHOTS
from secure_score_backlog.text import shown
from secure_score_backlog.wording import plural

MOST_NAMED = 20
"""Paths that the text for people lists."""
LONGEST_MESSAGE = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is told."""

    branch: str
    place: str
    """Where the branch is, as a message says it."""
    published: Published
    signed: bool | None = None
    """Whether GitHub signed the commits; None where it did not make any."""

    def as_json(self) -> dict[str, object]:
        """For programs."""
        found = self.published
        return {
            "branch": self.branch,
            "commit": found.commit,
            "changed": found.changed,
            "commits": list(found.commits),
            "committed": list(found.committed),
            "already_there": list(found.there),
            "left_out": [{"path": each.path, "why": each.why} for each in found.left_out],
            "signed_by_github": self.signed,
        }

    def as_text(self, *, dry_run: bool) -> str:
        """For people."""
        found = self.published
        verb = "Would commit" if dry_run else "Committed"
        lines = []
        if found.committed:
            many = f" in {plural(len(found.commits), 'commit')}" if len(found.commits) > 1 else ""
            number = plural(len(found.committed), "file")
            lines.append(f"{verb} {number} to {shown(self.branch)} of {self.place}{many}:")
            lines += [f"  {path}" for path in found.committed[:MOST_NAMED]]
            left = len(found.committed) - MOST_NAMED
            lines += [f"  and {left} more"] if left > 0 else []
        if found.there:
            lines.append(f"{shown(self.branch)} already has {plural(len(found.there), 'file')} with the same content.")
        if not found.changed and not found.left_out:
            lines.append("Nothing is new.")
        if found.committed and not dry_run:
            note = {True: ", signed by GitHub", False: ", not signed by GitHub"}.get(self.signed, "")  # type: ignore[arg-type]
            lines.append(f"The newest commit is {found.commit}{note}.")
        return "\n".join(lines)


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@options.root
@options.as_json
@options.quiet
@click.option("--dry-run", is_flag=True, help="Print what would be committed; ask nobody and change nothing.")
@click.option(
    "--from",
    "source",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder whose files are committed, where snapshots have a branch of their own: its worktree.",
)
@click.option(
    "--branch",
    metavar="NAME",
    help="The branch to commit to. Default: snapshots.branch of backlog.yml, else the one that is checked out.",
)
@click.option("--message", metavar="TEXT", help="The commit's message, on one line.")
@options.repository
@click.option(
    "--git", "remote", metavar="REMOTE", help="Commit and push with Git to this remote, for a host other than GitHub."
)
@options.verbose
@click.option(
    "--deadline",
    metavar="SECONDS",
    type=click.FloatRange(0.1, SECONDS),
    default=SECONDS,
    show_default=True,
    help="Give up on GitHub after so many seconds.",
)
def command(
    *,
    paths: tuple[str, ...],
    root: Path,
    as_json: bool,
    quiet: bool,
    dry_run: bool,
    source: Path | None,
    branch: str | None,
    message: str | None,
    repository: str | None,
    remote: str | None,
    verbose: bool,
    deadline: float,
) -> int:
    """Commit what is new below snapshots/ (or PATHS) to a branch on GitHub, and nothing else.

    \b
    Addresses and token are read by GitHub's own names:
      GITHUB_REPOSITORY                    owner/name, or --repository
      GITHUB_TOKEN or GH_TOKEN             with write access to contents
      GITHUB_API_URL, GITHUB_GRAPHQL_URL   for GitHub Enterprise

    GitHub makes and signs the commit. Where the branch moved meanwhile, its files stay as they are and the new ones
    are added. Nothing is deleted, and a stored day is never replaced.

    In a workflow, the outputs `commit` (the branch's newest commit) and `changed` (true or false) are set.

    Exit 0: done, or nothing is new. Exit 3: refused, or some files were left out.
    """  # noqa: D301 - \b keeps the table as it is
    folder = folder_of(source or root, "--from" if source else "--root")
    named = branch_of(root, folder, branch, remote)
    with lock(folder):
        if not dry_run:
            finish(folder, SNAPSHOTS)
        written = written_below(folder, paths or (SNAPSHOTS,))
        headline = headline_of(message, written, options.now().date())
        if dry_run or not (written.files or remote):
            everything = tuple(each.path for each in written.files)
            kept = Published(written.commit, everything, left_out=written.left_out, commits=("",) if everything else ())
            outcome = Outcome(named, repository or remote or "the repository", kept)
        elif remote is not None:
            published = commit_and_push(folder, written, remote, named, headline)
            outcome = Outcome(named, shown(remote), published)
        else:
            address = find_address(os.environ, repository, COMMITTING)
            log = output.say if verbose else lambda _: None
            there = GitHubBranch(connect(address, seconds=deadline, log=log), named)
            start = written.commit if current_branch(folder) in (named, None) else None
            published = publish(written, there, start, headline)
            outcome = Outcome(named, address.repository, published, there.signed)
    return tell(outcome, as_json=as_json, quiet=quiet, dry_run=dry_run)


def tell(outcome: Outcome, *, as_json: bool, quiet: bool, dry_run: bool) -> int:
    """Print the outcome and set the outputs of the step; CannotProceed where something was left out."""
    published = outcome.published
    if not dry_run:
        output.set_outputs({"commit": published.commit, "changed": "true" if published.changed else "false"})
    for each in published.left_out:
        output.say(f"{'Left out' if each.fails else 'Note'}: {each.path} {each.why}.")
    if as_json:
        output.product_json(json.dumps(outcome.as_json(), indent=2, ensure_ascii=False))
    elif not quiet:
        output.product(outcome.as_text(dry_run=dry_run))
    if published.stopped is not None:
        raise published.stopped
    if published.failed:
        raise left_out(published.failed)
    return 0


def left_out(found: tuple[LeftOut, ...]) -> CannotProceed:
    """The error for files that somebody has to look at; everything else is committed by then."""
    first = found[0]
    more = f" So were {len(found) - 1} more." if len(found) > 1 else ""
    return CannotProceed(
        f"A file was left out: {first.path} {first.why}.{more}",
        where=first.path,
        hint="What could be committed is committed. In a workflow the next run starts from the newest commit and "
        "writes what is missing again. In a folder of your own: git status shows the files, and git checkout -- FILE "
        "restores one.",
    )


def folder_of(folder: Path, option: str) -> Path:
    """The folder; WrongUsage where there is none."""
    if not folder.is_dir():
        raise WrongUsage(f"The path {folder} is not a folder.", where=option, hint="Name the worktree of a branch.")
    return folder


def branch_of(root: Path, folder: Path, given: str | None, remote: str | None) -> str:
    """The branch that is committed to."""
    settings, _ = load_settings(root)
    here = current_branch(folder)
    own = settings.snapshots.branch
    named = given or own or here or branch_of_run()
    if named is None:
        raise CannotProceed(
            "It is not known which branch is meant: a commit is checked out, not a branch.",
            where=str(folder),
            hint="Name it: --branch NAME.",
        )
    if not re.fullmatch(BRANCH.pattern, named):
        raise WrongUsage(
            f"{shown(named)} is no name of a branch.",
            where="--branch",
            hint="Write it as git branch shows it, with letters, digits and - . _ / alone.",
        )
    if here is not None and here != named and (remote is not None or (given is None and own is not None)):
        raise CannotProceed(
            f"The branch to commit to is {shown(named)}, but this folder has {shown(here)} checked out. Nothing was "
            "changed.",
            where=str(folder),
            hint=f"Check it out beside this folder (git worktree add ../{named} {named}), write there, and run the "
            f"command here with --from ../{named}.",
        )
    return named


def branch_of_run() -> str | None:
    """The branch that a workflow runs for, where its checkout is of a commit."""
    kind, _, name = os.environ.get("GITHUB_REF", "").partition("refs/heads/")
    return name or None if not kind else None


def headline_of(message: str | None, written: Written, today: date) -> str:
    """The message of the commit."""
    if message is not None:
        line = " ".join(message.split())
        if not line or len(line) > LONGEST_MESSAGE or not line.isprintable():
            raise WrongUsage(
                "The message is empty, too long, or holds characters that cannot be shown.",
                where="--message",
                hint=f"Write one line of at most {LONGEST_MESSAGE} characters.",
            )
        return line
    tops = sorted({each.path.split("/")[0] for each in written.files})
    if all(f"/{SNAPSHOTS}/" in f"/{each.path}" for each in written.files):
        return f"Snapshot of {today}"
    return f"Update {', '.join(tops[:3])}"
