# SPDX-License-Identifier: Apache-2.0
"""Fifteen months of the sample tenant as commits: daily snapshots, and decisions by pull request.

`events.json` lists the pull requests: day, number, role of the author, branch, title, how it was merged and by whom,
and which files it brought. Their contents are in `decisions/<id>/<version>.md` and `reviews/<month>.md`; the snapshots
come from `sample.collected`. Authors are roles, a bot and GitHub, never people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from secure_score_backlog.sample.collected import Run, runs
from secure_score_backlog.sample.fast_import import Commit, Signature

DOMAIN = "harbour.example"
SUMMERS = ((date(2025, 3, 30), date(2025, 10, 26)), (date(2026, 3, 29), date(2026, 10, 25)))
"""First day of summer time, and the day on which it ends, in the company's time zone."""


def zone(day: date) -> timezone:
    """The company's offset on a day; written out, because a machine may lack a time zone database."""
    summer = any(first <= day < end for first, end in SUMMERS)
    return timezone(timedelta(hours=2 if summer else 1))


def office_hours(day: date, hour: int, minutes: int) -> datetime:
    """A time in the company's zone: so many minutes after an hour."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone(day)) + timedelta(minutes=minutes)


def role(name: str, at: datetime) -> Signature:
    """A role as Git names it."""
    return Signature(name, f"{name.lower().replace(' ', '-')}@{DOMAIN}", at)


def bot(at: datetime) -> Signature:
    """The account that a workflow commits with."""
    return Signature("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com", at.astimezone(UTC))


def github(at: datetime) -> Signature:
    """GitHub itself, which is the committer of everything merged in its pages."""
    return Signature("GitHub", "noreply@github.com", at)


OWNER = "harbour"
"""The organisation on GitHub, as merge commits name it."""
FOUNDED = date(2025, 8, 14)
FOUNDER = "Head of IT"
OPENING = {
    ".gitattributes": b"* text=auto eol=lf\n",
    ".gitignore": b"/build/\n",
}
"""Files of the first commit that have no file of their own here."""
TUESDAY, FRIDAY = 1, 4


@dataclass(frozen=True, slots=True)
class PullRequest:
    """One pull request, from its branch to the main branch."""

    day: date
    """The day of the merge."""
    number: int
    author: str
    branch: str
    title: str
    squashed: bool
    merged_by: str
    sources: Mapping[str, str | None]
    """The file in this folder with the content, by path in the tenant's repository; None deletes the file."""

    @property
    def proposed(self) -> datetime:
        """When the branch was committed: on the morning of the merge, or, for every fifth, the day before."""
        early = self.number % 5 == 0 and TUESDAY <= self.day.weekday() <= FRIDAY
        return office_hours(self.day - timedelta(days=early), 9, self.number * 37 % 170)

    @property
    def merged(self) -> datetime:
        """When it was merged, in the afternoon."""
        return office_hours(self.day, 13, self.number * 53 % 200)

    def changes(self) -> dict[str, bytes | None]:
        """New content by path."""
        return {path: own_file(source) if source else None for path, source in self.sources.items()}


def own_file(name: str) -> bytes:
    """A file that is shipped beside this module, with LF line endings also where Git checked out others."""
    found = files("secure_score_backlog.sample")
    for part in name.split("/"):
        found = found.joinpath(part)
    return found.read_bytes().replace(b"\r\n", b"\n")


@cache
def pull_requests() -> tuple[PullRequest, ...]:
    """Every pull request, in the order of merging."""
    return tuple(read_event(event) for event in msgspec.json.decode(own_file("events.json")))


def read_event(event: dict[str, Any]) -> PullRequest:
    """One line of `events.json`."""
    return PullRequest(
        day=date.fromisoformat(event["date"]),
        number=event["pull_request"],
        author=event["author"],
        branch=event["branch"],
        title=event["title"],
        squashed=event["how"] == "squash",
        merged_by=event["merged_by"],
        sources=event["files"],
    )


def opening() -> dict[str, bytes]:
    """The files of the first commit."""
    return {**OPENING, "README.md": own_file("README_of_the_tenant.md"), "backlog.yml": own_file("backlog.yml")}


class Story:
    """The commits so far, and the tips of the main branch and of open branches."""

    def __init__(self) -> None:
        at = office_hours(FOUNDED, 15, 20)
        founder = role(FOUNDER, at)
        self.commits = [Commit(founder, founder, "Begin a backlog of decisions\n", opening())]
        self.main = 0
        self._branches: dict[int, int] = {}
        self._known: set[str] = set()

    def add(self, commit: Commit) -> int:
        """Append a commit and return its position; a commit of the main branch becomes its tip."""
        self.commits.append(commit)
        position = len(self.commits) - 1
        if commit.main:
            self.main = position
        return position

    def collect(self, run: Run) -> None:
        """The bot commits what a run wrote."""
        signature = bot(run.at + timedelta(seconds=45))
        message = f"Snapshot {run.day}\n"
        if run.backfilled:
            message += f"\nAlso fetched, without details: {', '.join(map(str, run.backfilled))}\n"
        self.add(Commit(signature, signature, message, run.files, (self.main,)))

    def propose(self, request: PullRequest) -> None:
        """The author commits on a branch, a file at a time."""
        parent = self.main
        for number, (path, content) in enumerate(request.changes().items()):
            author = role(request.author, request.proposed + timedelta(minutes=4 * number))
            message = f"{self.describe(path, content)}\n"
            parent = self.add(Commit(author, author, message, {path: content}, (parent,), main=False))
        self._branches[request.number] = parent

    def describe(self, path: str, content: bytes | None) -> str:
        """What a commit does with one file."""
        name = path.rpartition("/")[2].removesuffix(".md")
        if path.startswith("docs/"):
            return f"Write the minutes of {name}"
        if content is None:
            return f"Withdraw the decision about {name}"
        return f"{'Change the decision' if path in self._known else 'Decide'} about {name}"

    def merge(self, request: PullRequest) -> None:
        """The main branch gets it, by a merge or as a single squashed commit."""
        committer = github(request.merged)
        if request.squashed:
            author = role(request.author, request.merged)
            message = f"{request.title} (#{request.number})\n"
            self.add(Commit(author, committer, message, request.changes(), (self.main,)))
        else:
            author = role(request.merged_by, request.merged)
            message = f"Merge pull request #{request.number} from {OWNER}/{request.branch}\n\n{request.title}\n"
            parents = (self.main, self._branches.pop(request.number))
            self.add(Commit(author, committer, message, request.changes(), parents))
        self._known.update(request.sources)


def steps() -> Iterator[tuple[datetime, int, Run | PullRequest, bool]]:
    """Everything that happens: when, in which order at the same moment, what, and whether it is the merge."""
    for run in runs():
        yield run.at, 0, run, False
    for request in pull_requests():
        if not request.squashed:
            yield request.proposed, request.number, request, False
        yield request.merged, request.number, request, True


def commits() -> list[Commit]:
    """The whole history of the sample tenant's repository, parents before children."""
    story = Story()
    for _, _, what, merging in sorted(steps(), key=lambda step: step[:2]):
        if isinstance(what, Run):
            story.collect(what)
        elif merging:
            story.merge(what)
        else:
            story.propose(what)
    return story.commits


def final_files() -> dict[str, bytes]:
    """What people wrote, as it is at the end: settings, decisions and minutes, by path."""
    found: dict[str, bytes | None] = {"backlog.yml": own_file("backlog.yml")}
    for request in pull_requests():
        found.update(request.changes())
    return {path: content for path, content in sorted(found.items()) if content is not None}
