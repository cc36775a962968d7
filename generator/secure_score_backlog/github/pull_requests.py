# SPDX-License-Identifier: Apache-2.0
"""What GitHub says about commits of the main branch: which merged pull request brought each, and who reviewed it.

One request asks about up to 25 commits; lists that are longer than a page are asked to their end. Every query is
checked against GitHub's own schema in the tests. What counts is judged elsewhere (docs/method.md#approvals).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from secure_score_backlog.approvals import (
    MOST_REVIEWS,
    Approvals,
    CommitFact,
    PullRequest,
    Review,
    ReviewState,
    Signature,
    is_commit,
    is_login,
    read_time,
)
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.github.client import GitHub, nodes, whole, words_of
from secure_score_backlog.github.errors import TooSlow, UnknownField, unusable

COMMITS_A_REQUEST = 25
STATES = {
    "APPROVED": ReviewState.APPROVED,
    "CHANGES_REQUESTED": ReviewState.CHANGES_REQUESTED,
    "DISMISSED": ReviewState.DISMISSED,
}
"""The reviews that are asked for; a comment says neither yes nor no."""

_PERSON = "__typename login"
_REVIEWS = f"pageInfo {{ hasNextPage endCursor }} nodes {{ author {{ {_PERSON} }} state submittedAt commit {{ oid }} }}"
_WRITERS = (
    "pageInfo { hasNextPage endCursor } "
    "nodes { commit { author { user { login } } authors(first: 5) { nodes { user { login } } } } }"
)
_STATES = "states: [APPROVED, CHANGES_REQUESTED, DISMISSED]"
_REQUEST = (
    f"number url merged mergedAt baseRefName headRefOid author {{ {_PERSON} }} mergedBy {{ {_PERSON} }} "
    f"mergeCommit {{ oid }} reviews(first: 30, {_STATES}) {{ {_REVIEWS} }} commits(first: 30) {{ {_WRITERS} }}"
)
_REQUESTS = f"pageInfo {{ hasNextPage endCursor }} nodes {{ {_REQUEST} }}"
_REPOSITORY = "repository(owner: $owner, name: $name)"


def commits_query(count: int, *, verified_at: bool = True) -> str:
    """The query about so many commits, `$c0` and on; `verified_at` False for a GitHub that lacks that field."""
    given = ", ".join(f"$c{each}: GitObjectID!" for each in range(count))
    asked = " ".join(f"c{each}: object(oid: $c{each}) {{ ...Fact }}" for each in range(count))
    when = " verifiedAt" if verified_at else ""
    return (
        f"query Commits($owner: String!, $name: String!, {given}) {{ "
        f"{_REPOSITORY} {{ defaultBranchRef {{ name }} {asked} }} rateLimit {{ cost remaining resetAt }} }} "
        "fragment Fact on GitObject { ... on Commit { oid author { user { login } } committer { user { login } } "
        f"signature {{ isValid state wasSignedByGitHub{when} }} "
        f"associatedPullRequests(first: 5) {{ {_REQUESTS} }} }} }}"
    )


MORE_REQUESTS = (
    f"query MoreRequests($owner: String!, $name: String!, $oid: GitObjectID!, $after: String) {{ {_REPOSITORY} {{ "
    "object(oid: $oid) { ... on Commit { "
    f"associatedPullRequests(first: 10, after: $after) {{ {_REQUESTS} }} }} }} }} }}"
)
MORE_REVIEWS = (
    f"query MoreReviews($owner: String!, $name: String!, $number: Int!, $after: String) {{ {_REPOSITORY} {{ "
    f"pullRequest(number: $number) {{ reviews(first: 100, after: $after, {_STATES}) {{ {_REVIEWS} }} }} }} }}"
)
MORE_WRITERS = (
    f"query MoreWriters($owner: String!, $name: String!, $number: Int!, $after: String) {{ {_REPOSITORY} {{ "
    f"pullRequest(number: $number) {{ commits(first: 100, after: $after) {{ {_WRITERS} }} }} }} }}"
)
QUERIES = (
    commits_query(COMMITS_A_REQUEST),
    commits_query(1),
    commits_query(1, verified_at=False),
    MORE_REQUESTS,
    MORE_REVIEWS,
    MORE_WRITERS,
)
"""Every query of the program, for the test that holds them against GitHub's schema."""


@dataclass(frozen=True, slots=True)
class Found:
    """What GitHub said about some commits."""

    commits: dict[str, CommitFact] = field(default_factory=dict)
    pull_requests: dict[int, PullRequest] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    """Commits that this repository on GitHub does not have, such as those that were not pushed."""

    def as_approvals(self, at: Any, by: str) -> Approvals:
        """The same as what is stored."""
        return Approvals(self.commits, self.pull_requests, at, by)


class Asker:
    """Asks about commits, in requests of the size that GitHub answers in time."""

    def __init__(self, github: GitHub, branch: str | None) -> None:
        """`branch`: into which a pull request must have been merged to count; None: GitHub's default branch."""
        self._github = github
        self._branch = branch
        self._size = COMMITS_A_REQUEST
        self._verified_at = True

    def about(self, commits: Sequence[str], progress: Callable[[int], None] = lambda _: None) -> Found:
        """What GitHub knows about some commits; CannotProceed rather than a part of it.

        `progress` is told how many commits each answer was about.
        """
        facts: dict[str, CommitFact] = {}
        requests: dict[int, PullRequest] = {}
        unknown: list[str] = []
        position = 0
        while position < len(commits):
            part = commits[position : position + self._size]
            answer = self._ask(part)
            if answer is None:
                continue
            position += len(part)
            branch = self._branch or self._default_branch(answer)
            for index, commit in enumerate(part):
                found = answer.get(f"c{index}")
                if not isinstance(found, dict) or not found:
                    unknown.append(commit)
                    continue
                request = self._request_of(commit, found, branch)
                if request is not None:
                    requests.setdefault(request.number, request)
                facts[commit] = self._fact(commit, found, request)
            progress(len(part))
        return Found(facts, requests, tuple(unknown))

    def _ask(self, commits: Sequence[str]) -> dict[str, Any] | None:
        """The `repository` of an answer; None where a smaller or an older question has to be asked instead."""
        query = commits_query(len(commits), verified_at=self._verified_at)
        try:
            data = self._github.ask_repository(query, {f"c{index}": commit for index, commit in enumerate(commits)})
        except UnknownField:
            if not self._verified_at:
                raise
            self._verified_at = False
            return None
        except TooSlow:
            if self._size == 1:
                raise
            self._size = max(1, self._size // 5)
            return None
        return data

    def _default_branch(self, answer: dict[str, Any]) -> str:
        reference = answer.get("defaultBranchRef")
        name = reference.get("name") if isinstance(reference, dict) else None
        if not isinstance(name, str) or not name:
            raise unusable("it names no default branch", self._github.address.graphql)
        return name

    def _fact(self, commit: str, found: dict[str, Any], request: PullRequest | None) -> CommitFact:
        if found.get("oid") != commit:
            raise self._odd("another commit than the one that was asked about")
        return CommitFact(
            commit,
            request.number if request else None,
            _user(found.get("author")),
            _user(found.get("committer")),
            _signature(found.get("signature")),
        )

    def _request_of(self, commit: str, found: dict[str, Any], branch: str) -> PullRequest | None:
        """The merged pull request that brought a commit to a branch; the one that names it as its merge goes first."""
        merged = [
            each
            for each in self._associated(commit, found)
            if each.get("merged") is True and each.get("baseRefName") == branch
        ]
        merged.sort(key=lambda each: (_oid(each.get("mergeCommit")) != commit, str(each.get("mergedAt"))))
        return self._pull_request(merged[0]) if merged else None

    def _associated(self, commit: str, found: dict[str, Any]) -> Iterator[dict[str, Any]]:
        connection = found.get("associatedPullRequests")
        yield from nodes(connection)
        while after := _next_page(connection):
            more = self._github.ask_repository(MORE_REQUESTS, {"oid": commit, "after": after}).get("object")
            connection = more.get("associatedPullRequests") if isinstance(more, dict) else None
            if _next_page(connection) == after:
                raise self._odd("a page that names itself as the next one")
            yield from nodes(connection)

    def _pull_request(self, found: dict[str, Any]) -> PullRequest:
        number, merged_at, url = whole(found.get("number")), read_time(found.get("mergedAt")), found.get("url")
        head = found.get("headRefOid")
        if not number or merged_at is None or not is_commit(head):
            raise self._odd("a merged pull request without number, time or head")
        reviews = [self._review(each, number) for each in self._all(found.get("reviews"), "reviews", number)]
        return PullRequest(
            number=number,
            url=str(url) if isinstance(url, str) else "",
            author=_login(found.get("author")),
            merged_at=merged_at,
            merged_by=_login(found.get("mergedBy")),
            head=str(head),
            merge_commit=_oid(found.get("mergeCommit")),
            base=str(found.get("baseRefName")),
            reviews=tuple(sorted((each for each in reviews if each), key=lambda each: (each.at, each.by))),
            contributors=tuple(sorted(set(self._writers(found.get("commits"), number)))),
        )

    def _writers(self, connection: Any, number: int) -> Iterator[str]:
        for each in self._all(connection, "commits", number):
            commit = each.get("commit")
            if isinstance(commit, dict):
                people = [commit.get("author"), *nodes(commit.get("authors"))]
                yield from (login for login in map(_user, people) if login)

    def _review(self, found: dict[str, Any], number: int) -> Review | None:
        """A review; None for a state that was not asked for."""
        state = STATES.get(str(found.get("state")))
        if state is None:
            return None
        at = read_time(found.get("submittedAt"))
        if at is None:
            raise self._odd(f"a review of pull request #{number} without a time")
        return Review(_login(found.get("author")), at, _oid(found.get("commit")), state)

    def _all(self, connection: Any, name: str, number: int) -> Iterator[dict[str, Any]]:
        """Every item of a list of a pull request, page by page."""
        query = MORE_REVIEWS if name == "reviews" else MORE_WRITERS
        count = 0
        while True:
            for each in nodes(connection):
                count += 1
                if count > MOST_REVIEWS:
                    raise self._odd(f"more than {MOST_REVIEWS} {name} of pull request #{number}")
                yield each
            after = _next_page(connection)
            if after is None:
                return
            more = self._github.ask_repository(query, {"number": number, "after": after}).get("pullRequest")
            connection = more.get(name) if isinstance(more, dict) else None
            if connection is None or _next_page(connection) == after:
                raise self._odd(f"pages of pull request #{number} without end")

    def _odd(self, what: str) -> CannotProceed:
        return unusable(f"it holds {what}", self._github.address.graphql)


def _next_page(connection: Any) -> str | None:
    page = connection.get("pageInfo") if isinstance(connection, dict) else None
    if not isinstance(page, dict) or page.get("hasNextPage") is not True:
        return None
    cursor = page.get("endCursor")
    return cursor if isinstance(cursor, str) and cursor else None


def _login(actor: Any) -> str:
    """The login of an actor; "" for a deleted account. A bot gets the ending that REST and settings use."""
    login = actor.get("login") if isinstance(actor, dict) else None
    if not is_login(login):
        return ""
    bot = isinstance(actor, dict) and actor.get("__typename") == "Bot" and not str(login).endswith("[bot]")
    return f"{login}[bot]" if bot else str(login)


def _user(person: Any) -> str:
    """The login of somebody whom a commit names; "" where the mail address belongs to no account."""
    return _login(person.get("user")) if isinstance(person, dict) else ""


def _oid(commit: Any) -> str:
    identifier = commit.get("oid") if isinstance(commit, dict) else None
    return str(identifier) if is_commit(identifier) else ""


def _signature(found: Any) -> Signature:
    if not isinstance(found, dict):
        return Signature()
    state = words_of(found.get("state"), limit=40)
    known = state.isascii() and state.replace("_", "").isalpha() and state.isupper()
    return Signature(
        found.get("isValid") is True,
        state if known else "UNKNOWN",
        found.get("wasSignedByGitHub") is True,
        read_time(found.get("verifiedAt")),
    )
