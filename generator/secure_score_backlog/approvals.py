# SPDX-License-Identifier: Apache-2.0
"""What GitHub said about the pull requests that brought commits to the main branch: `snapshots/approvals.json`.

`backlog approvals` asks GitHub and appends what is new; everything else reads the file, so that builds ask nobody and
the record outlives GitHub's (docs/method.md#approvals). What counts as an approval is judged in `evaluation/approval`.

The file: `{"collected": {"at", "by"}, "commits": [… one a line, sorted by id …], "pull_requests": [… one a line, sorted
by number …], "schema": "backlog-approvals/1"}`. A record that is stored is never changed, but for a commit of which
GitHub knew no pull request when it was asked first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeGuard, TypeVar

from secure_score_backlog.dates import is_usable
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.problems import MOST_REPEATED, Problem, problem
from secure_score_backlog.snapshots import exact_json
from secure_score_backlog.snapshots.snapshot_files import SNAPSHOTS
from secure_score_backlog.snapshots.store import SnapshotSource
from secure_score_backlog.text import shortened, shown

APPROVALS_PATH = f"{SNAPSHOTS}/approvals.json"
SCHEMA = "backlog-approvals/1"
LARGEST_APPROVALS = 16 << 20
"""Bytes; ten years of daily snapshots and ten thousand pull requests are half of that."""
MOST_REVIEWS = 1_000
"""Reviews of one pull request, and people who wrote its commits."""
LONGEST_NUMBER = 10
"""Digits of a pull request's number."""

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\[bot\])?", re.ASCII)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
_WORD = re.compile(r"[A-Z][A-Z_]{0,39}", re.ASCII)
_BRANCH = re.compile(r"[^\x00-\x20\x7f-\xa0~^:?*\[\\]{1,255}")
_ADDRESS = re.compile(r"https?://[!-~]{1,500}")
_VERSION = re.compile(r"[!-~]{1,80}")


class ReviewState(StrEnum):
    """What a review said. A comment says neither yes nor no, and is not recorded."""

    APPROVED = "approved"
    CHANGES_REQUESTED = "changes-requested"
    DISMISSED = "dismissed"
    """It was withdrawn; GitHub does not tell any more whether it was an approval."""


@dataclass(frozen=True, slots=True)
class Review:
    """One review of a pull request."""

    by: str
    """Login; "" for a deleted account."""
    at: datetime
    """UTC."""
    commit: str
    """The head that was reviewed; "" where it is unknown, as after its commits were replaced by others."""
    state: ReviewState = ReviewState.APPROVED


@dataclass(frozen=True, slots=True)
class PullRequest:
    """One merged pull request."""

    number: int
    url: str
    author: str
    """Login; "" for a deleted account."""
    merged_at: datetime
    """UTC."""
    merged_by: str
    """Login; "" for a deleted account, or where GitHub names none."""
    head: str
    """Its final head."""
    merge_commit: str
    """The commit of the main branch that merged it; of a rebase, the last one. "" where GitHub names none."""
    base: str
    """The branch into which it was merged."""
    reviews: tuple[Review, ...] = ()
    """The oldest first."""
    contributors: tuple[str, ...] = ()
    """Logins of those who wrote its commits, as far as GitHub knows them."""

    @property
    def key(self) -> int:
        """What identifies its record."""
        return self.number


@dataclass(frozen=True, slots=True)
class Signature:
    """What GitHub says about the signature of a commit."""

    valid: bool = False
    """GitHub verified it."""
    state: str = "UNSIGNED"
    """GitHub's word: VALID, UNSIGNED, UNKNOWN_KEY and others."""
    by_github: bool = False
    """GitHub signed it itself, as it does for what is made in a browser or by its API."""
    verified_at: datetime | None = None
    """UTC; when GitHub verified it, which is a time that the committer did not write."""


@dataclass(frozen=True, slots=True)
class CommitFact:
    """One commit of the main branch, as GitHub knows it."""

    commit: str
    pull_request: int | None = None
    """The merged pull request that brought it; None where GitHub knows of none."""
    author: str = ""
    """Login; "" where the mail address of the commit belongs to no account."""
    committer: str = ""
    signature: Signature = Signature()

    @property
    def key(self) -> str:
        """What identifies its record."""
        return self.commit


@dataclass(frozen=True, slots=True)
class Approvals:
    """Everything that GitHub was asked, and answered."""

    commits: Mapping[str, CommitFact] = field(default_factory=dict)
    """By full id."""
    pull_requests: Mapping[int, PullRequest] = field(default_factory=dict)
    """By number."""
    collected_at: datetime | None = None
    """UTC; when the newest record was added. None: GitHub was never asked."""
    collected_by: str = ""
    """Version of the program."""
    without_github: bool = False
    """The settings name no repository and no login, and GitHub was never asked: there is nobody to ask."""

    def of(self, commit: str) -> PullRequest | None:
        """The merged pull request that brought a commit; None where GitHub knows of none, or was not asked."""
        fact = self.commits.get(commit)
        return self.pull_requests.get(fact.pull_request) if fact and fact.pull_request is not None else None

    def asked(self, commit: str) -> bool:
        """Whether GitHub was asked about a commit."""
        return commit in self.commits

    def logins(self) -> frozenset[str]:
        """Every login that is recorded."""
        people = {login for fact in self.commits.values() for login in (fact.author, fact.committer)}
        for request in self.pull_requests.values():
            people |= {request.author, request.merged_by, *request.contributors}
            people |= {review.by for review in request.reviews}
        return frozenset(people - {""})


def with_found(stored: Approvals, found: Approvals) -> Approvals:
    """The stored records and those that are new; a stored one changes only where GitHub knew no pull request then."""
    commits = dict(stored.commits)
    for fact in found.commits.values():
        known = commits.get(fact.commit)
        if known is None:
            commits[fact.commit] = fact
        elif known.pull_request is None and fact.pull_request is not None:
            commits[fact.commit] = replace(known, pull_request=fact.pull_request)
    requests = {**found.pull_requests, **stored.pull_requests}
    if commits == stored.commits and requests == stored.pull_requests:
        return stored
    return Approvals(commits, requests, found.collected_at, found.collected_by)


def rewritten(before: Approvals, after: Approvals) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The commits and the pull requests whose stored record was changed or taken away, which nothing may do."""
    expected = with_found(before, after)
    commits = [commit for commit, fact in expected.commits.items() if after.commits.get(commit) != fact]
    requests = [number for number, each in before.pull_requests.items() if after.pull_requests.get(number) != each]
    return tuple(sorted(commits)), tuple(sorted(requests))


# Writing


def encode(approvals: Approvals) -> bytes:
    """The canonical bytes of the file: sorted, one record a line."""
    at = approvals.collected_at
    content = {
        "schema": SCHEMA,
        "collected": {"at": _written(at) if at else None, "by": approvals.collected_by},
        "commits": [_commit_record(approvals.commits[commit]) for commit in sorted(approvals.commits)],
        "pull_requests": [_request_record(each) for _, each in sorted(approvals.pull_requests.items())],
    }
    return exact_json.encode(content, ((), ("commits",), ("pull_requests",)))


def _commit_record(fact: CommitFact) -> dict[str, Any]:
    signature = fact.signature
    return {
        "commit": fact.commit,
        "pull_request": fact.pull_request,
        "author": fact.author,
        "committer": fact.committer,
        "signature": {
            "valid": signature.valid,
            "state": signature.state,
            "by_github": signature.by_github,
            "verified_at": _written(signature.verified_at) if signature.verified_at else None,
        },
    }


def _request_record(request: PullRequest) -> dict[str, Any]:
    return {
        "number": request.number,
        "url": request.url,
        "author": request.author,
        "merged_at": _written(request.merged_at),
        "merged_by": request.merged_by,
        "head": request.head,
        "merge_commit": request.merge_commit,
        "base": request.base,
        "contributors": list(request.contributors),
        "reviews": [
            {"by": each.by, "at": _written(each.at), "commit": each.commit, "state": str(each.state)}
            for each in request.reviews
        ],
    }


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# Reading


def load_approvals(source: SnapshotSource) -> tuple[Approvals, list[Problem]]:
    """What is stored where the snapshots are; empty, without a problem, where GitHub was never asked."""
    try:
        content = source.content(APPROVALS_PATH)
    except CannotProceed as error:
        return Approvals(), [_unreadable(error.message)]
    return (Approvals(), []) if content is None else parse(content)


def parse(content: bytes) -> tuple[Approvals, list[Problem]]:
    """What the bytes of a file say; never raises for content. A record with a fault is a problem and left out."""
    if len(content) > LARGEST_APPROVALS:
        return Approvals(), [_unreadable(f"It is larger than {LARGEST_APPROVALS >> 20} MB.")]
    try:
        data = exact_json.parse(content)
    except exact_json.UnreadableJson as error:
        reason = str(error)
        return Approvals(), [_unreadable(f"{reason[:1].upper()}{reason[1:]}.")]
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        return Approvals(), [_unreadable(f"Its `schema` is not {SCHEMA}, so this version cannot read it.")]
    lines = content.decode("utf-8-sig").splitlines()
    problems: list[Problem] = []
    commits = list(_records(data, "commits", _read_commit, lines, problems))
    requests = list(_records(data, "pull_requests", _read_request, lines, problems))
    collected = data.get("collected")
    collected = collected if isinstance(collected, dict) else {}
    at = _time_or_none(collected.get("at"))
    if at is None:
        problems.append(_unreadable("It does not say when GitHub was asked (`collected.at`)."))
    by = collected.get("by")
    approvals = Approvals(
        {fact.commit: fact for fact in commits},
        {request.number: request for request in requests},
        at,
        by if isinstance(by, str) and _VERSION.fullmatch(by) else "",
    )
    for commit in _without_request(approvals):
        what = f"Commit {commit[:10]} names pull request #{approvals.commits[commit].pull_request}, which has no record"
        problems.append(_fault("commits", f"{what}.", None))
    return approvals, _first(problems)


def _without_request(approvals: Approvals) -> list[str]:
    return [
        commit
        for commit, fact in approvals.commits.items()
        if fact.pull_request is not None and fact.pull_request not in approvals.pull_requests
    ]


def _first(problems: list[Problem]) -> list[Problem]:
    """The first problems, and one that counts the rest: a damaged file can hold a fault in every line."""
    if len(problems) <= MOST_REPEATED:
        return problems
    rest = len(problems) - MOST_REPEATED
    return [*problems[:MOST_REPEATED], _fault("records", f"There are {rest} more faults like these.", None)]


Record = TypeVar("Record", CommitFact, PullRequest)


def _records(
    data: dict[str, Any],
    name: str,
    read: Callable[[Any], Record],
    lines: list[str],
    problems: list[Problem],
) -> Iterator[Record]:
    """The records of a list that can be read, each key once."""
    listed = data.get(name)
    if not isinstance(listed, list):
        problems.append(_unreadable(f"It has no list `{name}`."))
        return
    seen: set[object] = set()
    for index, item in enumerate(listed):
        try:
            record = read(item)
            key = record.key
            if key in seen:
                raise _UnusableRecord(f"{shortened(key)} is recorded twice, and the first record counts")
        except _UnusableRecord as fault:
            problems.append(_fault(name, f"{fault}.", _line(lines, name, index)))
            continue
        seen.add(key)
        yield record


def _line(lines: list[str], name: str, index: int) -> int | None:
    """The line of a record, as the program writes the file; None where somebody has laid it out otherwise."""
    try:
        start = lines.index(f'  "{name}": [')
    except ValueError:
        return None
    number = start + 1 + index
    return number + 1 if number < len(lines) and lines[number].startswith("    {") else None


class _UnusableRecord(ValueError):
    """A record that cannot be used; the text says why, as the beginning of a sentence."""


def _read_commit(item: Any) -> CommitFact:
    record = _mapping(item, "A record of a commit")
    commit = _text(record, "commit", _COMMIT)
    request = record.get("pull_request")
    signature = _mapping(record.get("signature"), "`signature`")
    return CommitFact(
        commit,
        None if request is None else _number(record, "pull_request"),
        _login(record, "author"),
        _login(record, "committer"),
        Signature(
            _flag(signature, "valid"),
            _text(signature, "state", _WORD),
            _flag(signature, "by_github"),
            None if signature.get("verified_at") is None else _time(signature, "verified_at"),
        ),
    )


def _read_request(item: Any) -> PullRequest:
    record = _mapping(item, "A record of a pull request")
    return PullRequest(
        number=_number(record, "number"),
        url=_text(record, "url", _ADDRESS, empty=True),
        author=_login(record, "author"),
        merged_at=_time(record, "merged_at"),
        merged_by=_login(record, "merged_by"),
        head=_text(record, "head", _COMMIT),
        merge_commit=_text(record, "merge_commit", _COMMIT, empty=True),
        base=_text(record, "base", _BRANCH),
        reviews=tuple(_read_review(each) for each in _list(record, "reviews")),
        contributors=tuple(_login({"contributors": each}, "contributors") for each in _list(record, "contributors")),
    )


def _read_review(item: Any) -> Review:
    record = _mapping(item, "A review")
    state = record.get("state")
    if state not in list(ReviewState):
        raise _UnusableRecord(f"`state` is {shown(state)}, which no review can be")
    return Review(
        _login(record, "by"), _time(record, "at"), _text(record, "commit", _COMMIT, empty=True), ReviewState(state)
    )


def _mapping(item: Any, what: str) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise _UnusableRecord(f"{what} is not a JSON object")
    return item


def _list(record: Mapping[str, Any], name: str) -> list[Any]:
    found = record.get(name)
    if not isinstance(found, list) or len(found) > MOST_REVIEWS:
        raise _UnusableRecord(f"`{name}` is not a list of at most {MOST_REVIEWS}")
    return found


def _text(record: Mapping[str, Any], name: str, form: re.Pattern[str], *, empty: bool = False) -> str:
    found = record.get(name)
    if not isinstance(found, str) or not (form.fullmatch(found) or (empty and not found)):
        raise _UnusableRecord(f"`{name}` cannot be {shown(found)}")
    return found


def _login(record: Mapping[str, Any], name: str) -> str:
    return _text(record, name, _LOGIN, empty=True)


def _flag(record: Mapping[str, Any], name: str) -> bool:
    found = record.get(name)
    if not isinstance(found, bool):
        raise _UnusableRecord(f"`{name}` is neither true nor false")
    return found


def _number(record: Mapping[str, Any], name: str) -> int:
    found = str(record.get(name))  # numbers are read as decimals, letter for letter
    if not (found.isascii() and found.isdigit() and 0 < len(found) <= LONGEST_NUMBER and int(found)):
        raise _UnusableRecord(f"`{name}` cannot be {shown(found)}")
    return int(found)


def _time(record: Mapping[str, Any], name: str) -> datetime:
    found = _time_or_none(record.get(name))
    if found is None:
        raise _UnusableRecord(f"`{name}` is not a time such as 2026-10-31T12:00:00Z")
    return found


def _time_or_none(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) and _TIME.fullmatch(value) else None
    except ValueError:
        return None
    return at if at is not None and is_usable(at.date()) else None


def read_time(value: Any) -> datetime | None:
    """A time as GitHub writes it, in UTC; None for anything else."""
    return _time_or_none(value)


def is_login(value: Any) -> TypeGuard[str]:
    """Whether a value can be a login."""
    return isinstance(value, str) and _LOGIN.fullmatch(value) is not None


def is_commit(value: Any) -> bool:
    """Whether a value can be the full id of a commit."""
    return isinstance(value, str) and _COMMIT.fullmatch(value) is not None


RESTORE = (
    "Take your change to this file out of the pull request; if you cannot, ask whoever maintains this repository. On "
    f"your own machine: `git checkout -- {APPROVALS_PATH}` brings back the last commit's; `git log -- "
    f"{APPROVALS_PATH}` shows the commits before it. `backlog approvals` writes this file; nobody edits it by hand."
)


def _unreadable(message: str) -> Problem:
    said = f"The recorded approvals cannot be read. {message}"
    return problem("approvals-unreadable", APPROVALS_PATH, None, said, RESTORE)


def _fault(name: str, message: str, line: int | None) -> Problem:
    kind = {"commits": "a commit", "pull_requests": "a pull request"}.get(name, "GitHub's answers")
    said = f"The record of {kind} cannot be used. {message}"
    return problem("approvals-record", APPROVALS_PATH, line, said, RESTORE)
