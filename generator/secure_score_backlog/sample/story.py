# SPDX-License-Identifier: Apache-2.0
"""Fifteen months of the sample tenant as commits: daily snapshots, and decisions by pull request.

`events.json` lists the pull requests (`sample/events.py`). Their contents are in `decisions/<id>/<version>.md` and
`reviews/<month>.md`; the snapshots come from `sample.collected`, and with the first of them after a merge the bot
commits what GitHub said (`sample/reviewed.py`). Authors are roles, a bot and GitHub, never people.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from secure_score_backlog.approvals import APPROVALS_PATH, Approvals, CommitFact, encode, with_found
from secure_score_backlog.sample.collected import WRITTEN_BY, Run, runs
from secure_score_backlog.sample.events import PullRequest, office_hours, own_file, pull_requests
from secure_score_backlog.sample.fast_import import Commit, Signature
from secure_score_backlog.sample.object_ids import CommitIds
from secure_score_backlog.sample.reviewed import CHANGED_ROLE, FORMER_LOGIN, login, logins, told

DOMAIN = "harbour.example"


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
LATER_ROLE = f"{CHANGED_ROLE}: [{logins()[CHANGED_ROLE]}]".encode()
FORMER_ROLE = f"{CHANGED_ROLE}: [{FORMER_LOGIN}]".encode()
OPENING = {
    ".gitattributes": b"* text=auto eol=lf\n",
    ".gitignore": b"/build/\n",
}
"""Files of the first commit that have no file of their own here."""


def opening() -> dict[str, bytes]:
    """The files of the first commit; in the settings of then, a role is held by somebody else."""
    settings = own_file("backlog.yml").replace(LATER_ROLE, FORMER_ROLE)
    return {**OPENING, "README.md": own_file("README_of_the_tenant.md"), "backlog.yml": settings}


class Story:
    """The commits so far, and the tips of the main branch and of open branches."""

    def __init__(self) -> None:
        at = office_hours(FOUNDED, 15, 20)
        founder = role(FOUNDER, at)
        self.commits = [Commit(founder, founder, "Begin a backlog of decisions\n", opening())]
        self.main = 0
        self.ids = CommitIds()
        self.ids.add(self.commits[0])
        self.recorded = Approvals()
        self._new: dict[int, PullRequest | None] = {0: None}
        """Commits of the main branch that GitHub was not asked about yet, each with its pull request."""
        self._branches: dict[int, int] = {}
        self._known: set[str] = set()

    @classmethod
    def told(cls) -> Story:
        """The whole story."""
        story = cls()
        for _, _, what, merging in sorted(steps(), key=lambda step: step[:2]):
            if isinstance(what, Run):
                story.collect(what)
            elif merging:
                story.merge(what)
            else:
                story.propose(what)
        return story

    def add(self, commit: Commit, request: PullRequest | None = None) -> int:
        """Append a commit and return its position; a commit of the main branch becomes its tip."""
        self.commits.append(commit)
        self.ids.add(commit)
        position = len(self.commits) - 1
        if commit.main:
            self.main = position
            self._new[position] = request
        return position

    def collect(self, run: Run) -> None:
        """The bot commits what a run wrote, and after a merge what GitHub said about it."""
        signature = bot(run.at + timedelta(seconds=45))
        message = f"Snapshot {run.day}\n"
        if run.backfilled:
            message += f"\nAlso fetched, without details: {', '.join(map(str, run.backfilled))}\n"
        self.add(Commit(signature, signature, message, {**run.files, **self.approvals(run)}, (self.main,)))

    def approvals(self, run: Run) -> dict[str, bytes]:
        """What GitHub said about the commits since it was asked last; nothing where no pull request was merged."""
        if not any(self._new.values()):
            return {}
        facts, requests = {}, {}
        for position, request in self._new.items():
            commit, identifier = self.commits[position], self.ids.ids[position]
            number = request.number if request else None
            facts[identifier] = CommitFact(identifier, number, account(commit.author), account(commit.committer))
            if request is not None:
                tip = self._branches.get(request.number)
                requests[request.number] = told(request, identifier, self.ids.ids[tip] if tip else None)
        self._new.clear()
        self.recorded = with_found(self.recorded, Approvals(facts, requests, run.at, WRITTEN_BY))
        return {APPROVALS_PATH: encode(self.recorded)}

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
        if path == "backlog.yml":
            return "Change the settings"
        name = path.rpartition("/")[2].removesuffix(".md")
        if path.startswith("docs/"):
            return f"Write the minutes of {name}"
        if content is None:
            return f"Withdraw the decision about {name}"
        return f"{'Change the decision' if path in self._known else 'Decide'} about {name}"

    def merge(self, request: PullRequest) -> None:
        """The main branch gets it, by a merge or as a single squashed commit."""
        committer = github(request.merged)
        if request.how == "direct":
            author = role(request.author, request.merged)
            self.add(Commit(author, author, f"{request.title}\n", request.changes(), (self.main,)))
        elif request.how == "rebase":
            for path, content in request.changes().items():
                author = role(request.author, request.proposed)
                message = f"{self.describe(path, content)}\n"
                self.add(Commit(author, committer, message, {path: content}, (self.main,)), request)
        elif request.squashed:
            author = role(request.author, request.merged)
            message = f"{request.title} (#{request.number})\n"
            self.add(Commit(author, committer, message, request.changes(), (self.main,)), request)
        else:
            author = role(request.merged_by, request.merged)
            message = f"Merge pull request #{request.number} from {OWNER}/{request.branch}\n\n{request.title}\n"
            parents = (self.main, self._branches[request.number])
            self.add(Commit(author, committer, message, request.changes(), parents), request)
        self._known.update(request.sources)


def account(person: Signature) -> str:
    """The account that GitHub knows somebody as; "" for the bot, which is none."""
    if person.name == "GitHub":
        return "web-flow"
    return "" if person.name.endswith("[bot]") else login(person.name, person.at.date())


def steps() -> Iterator[tuple[datetime, int, Run | PullRequest, bool]]:
    """Everything that happens: when, in which order at the same moment, what, and whether it is the merge."""
    for run in runs():
        yield run.at, 0, run, False
    for request in pull_requests():
        if request.how == "merge":
            yield request.proposed, request.number, request, False
        yield request.merged, request.number, request, True


def commits() -> list[Commit]:
    """The whole history of the sample tenant's repository, parents before children."""
    return Story.told().commits


def final_files() -> dict[str, bytes]:
    """What people wrote, as it is at the end: settings, decisions and minutes, by path."""
    found: dict[str, bytes | None] = {"backlog.yml": own_file("backlog.yml")}
    for request in pull_requests():
        found.update(request.changes())
    return {path: content for path, content in sorted(found.items()) if content is not None}
