# SPDX-License-Identifier: Apache-2.0
"""Pull requests of the program's own: one branch, one open pull request, found again by the name of the branch.

Everything goes by GraphQL. Each change may be sent twice: the second time GitHub says that it is there already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.git import COMMIT
from secure_score_backlog.github.client import GitHub, nodes, whole
from secure_score_backlog.github.errors import PROPOSING, UNTOUCHED, messages, unusable
from secure_score_backlog.text import shown

SETTING = "Allow GitHub Actions to create and approve pull requests"
"""As GitHub names it: Settings, Actions, General, Workflow permissions."""
ALREADY, NOT_PERMITTED = "already exists", "not permitted to create"
"""In the words of GitHub's refusals."""
MOST_PULLS = 50
BOT = "[bot]"

FIND = (
    "query Proposals($owner: String!, $name: String!, $ref: String!, $branch: String!, $first: Int!) { "
    "viewer { login } repository(owner: $owner, name: $name) { id defaultBranchRef { name target { oid } } "
    "ref(qualifiedName: $ref) { target { oid } } "
    "pullRequests(headRefName: $branch, first: $first, orderBy: {field: CREATED_AT, direction: DESC}) { nodes { "
    "id number url state title body isCrossRepository author { login } } } } }"
)
MAKE_BRANCH = "mutation Branch($input: CreateRefInput!) { createRef(input: $input) { ref { target { oid } } } }"
OPEN = (
    "mutation Open($input: CreatePullRequestInput!) { "
    "createPullRequest(input: $input) { pullRequest { id number url state title body author { login } } } }"
)
CHANGE = (
    "mutation Change($input: UpdatePullRequestInput!) { "
    "updatePullRequest(input: $input) { pullRequest { id number url state title body author { login } } } }"
)
QUERIES = (FIND, MAKE_BRANCH, OPEN, CHANGE)
"""For the test that holds them against GitHub's schema."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pull request from a branch of this repository. Title and body are what somebody wrote."""

    id: str
    number: int
    url: str
    state: str
    """OPEN, CLOSED or MERGED."""
    title: str
    body: str
    is_own: bool
    """The token's own account opened it."""


@dataclass(frozen=True, slots=True)
class Place:
    """What GitHub has of a branch that pull requests are opened from."""

    repository: str
    """GitHub's id of the repository."""
    base: str
    """The default branch."""
    base_commit: str
    branch: str
    commit: str | None
    """The newest commit of the branch; None where there is no such branch."""
    newest: Proposal | None
    """The open pull request from it, else the newest one."""
    viewer: str


def find_place(github: GitHub, branch: str) -> Place:
    """Where the default branch is, where another branch is, and the pull request from it."""
    address = github.address
    given = {"owner": address.owner, "name": address.name, "ref": f"refs/heads/{branch}", "branch": branch}
    answer = github.ask(FIND, {**given, "first": MOST_PULLS})
    found, viewer = answer.get("repository"), answer.get("viewer")
    base = found.get("defaultBranchRef") if isinstance(found, dict) else None
    login = viewer.get("login") if isinstance(viewer, dict) else None
    if not isinstance(found, dict) or not isinstance(base, dict) or not isinstance(login, str):
        raise unusable("it says nothing about the repository's default branch", address.graphql)
    own = [each for each in nodes(found.get("pullRequests")) if each.get("isCrossRepository") is False]
    pulls = [_proposal(github, each, login) for each in own]
    return Place(
        _text(github, found, "id"),
        _text(github, base, "name"),
        _commit(github, base),
        branch,
        _commit(github, found["ref"]) if isinstance(found.get("ref"), dict) else None,
        next((each for each in pulls if each.state == "OPEN"), pulls[0] if pulls else None),
        login,
    )


def make_branch(github: GitHub, place: Place) -> None:
    """Make the branch where the default branch is; one that is there already stays as it is."""
    given = {"repositoryId": place.repository, "name": f"refs/heads/{place.branch}", "oid": place.base_commit}
    _change(github, MAKE_BRANCH, given, "createRef")


def open_proposal(github: GitHub, place: Place, title: str, body: str) -> Proposal | None:
    """Open the pull request; None where there is one already.

    Raises:
        CannotProceed: GitHub refuses; where a setting keeps workflows from opening any, it is named.
    """
    given = {
        "repositoryId": place.repository,
        "baseRefName": place.base,
        "headRefName": place.branch,
        "title": title,
        "body": body,
    }
    try:
        made = _change(github, OPEN, given, "createPullRequest")
    except CannotProceed as error:
        if NOT_PERMITTED not in error.message.lower():
            raise
        raise not_permitted(github, place) from None
    return None if made is None else _proposal(github, made.get("pullRequest"), place.viewer)


def change_proposal(github: GitHub, proposal: Proposal, place: Place, body: str) -> Proposal:
    """Put another text into a pull request."""
    given = {"pullRequestId": proposal.id, "body": body}
    made = _change(github, CHANGE, given, "updatePullRequest")
    if made is None:
        raise unusable("it speaks of another pull request", github.address.graphql)
    return _proposal(github, made.get("pullRequest"), place.viewer)


def not_permitted(github: GitHub, place: Place) -> CannotProceed:
    """The error where workflows may not open pull requests: a person can, from the branch that is there."""
    name = github.address.repository
    return CannotProceed(
        f"GitHub lets no workflow open a pull request here. The files are on the branch {shown(place.branch)}.",
        where=github.address.graphql,
        hint=f"Open it yourself: gh pr create --repo {name} --head {place.branch} --fill. Or allow it: Settings, "
        f"Actions, General, Workflow permissions, “{SETTING}”; where it cannot be chosen, the organisation or the "
        "enterprise has to allow it first. Then run it again.",
    )


def _change(github: GitHub, query: str, given: Mapping[str, Any], field: str) -> Mapping[str, Any] | None:
    """What a change answers; None where what it would make is there already."""

    def explain(errors: list[Mapping[str, Any]]) -> CannotProceed | None:
        said = "; ".join(list(messages(errors, github.address.token))[:3]).rstrip(".")
        if not any(words in said.lower() for words in (ALREADY, NOT_PERMITTED)):
            return None
        hint = f"{UNTOUCHED} {PROPOSING}"
        return _Refused(f"GitHub refuses: {said}.", where=github.address.graphql, hint=hint)

    try:
        answer = github.ask(query, {"input": dict(given)}, explain)
    except _Refused as error:
        if ALREADY in error.message.lower():
            return None
        raise
    made = answer.get(field)
    if not isinstance(made, dict):
        raise unusable("it does not say what was made", github.address.graphql)
    return made


class _Refused(CannotProceed):
    """GitHub does not make a branch or a pull request."""


def _proposal(github: GitHub, found: Any, viewer: str) -> Proposal:
    number = whole(found.get("number")) if isinstance(found, dict) else None
    if number is None:
        raise unusable("it holds no pull request", github.address.graphql)
    author = found.get("author")
    login = author.get("login") if isinstance(author, dict) else None
    own = isinstance(login, str) and login.removesuffix(BOT) == viewer.removesuffix(BOT)
    body = found.get("body")
    return Proposal(
        _text(github, found, "id"),
        number,
        _text(github, found, "url"),
        _text(github, found, "state"),
        _text(github, found, "title"),
        body if isinstance(body, str) else "",
        own,
    )


def _text(github: GitHub, found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise unusable(f"it lacks `{name}`", github.address.graphql)
    return value


def _commit(github: GitHub, reference: Mapping[str, Any]) -> str:
    target = reference.get("target")
    named = target.get("oid") if isinstance(target, dict) else None
    if not isinstance(named, str) or not COMMIT.fullmatch(named.encode("utf-8", "replace")):
        raise unusable("it names no commit where one was asked for", github.address.graphql)
    return named
