# SPDX-License-Identifier: Apache-2.0
"""Issues and the comments of issues and pull requests, by REST."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from secure_score_backlog.github.client import GitHub, whole
from secure_score_backlog.github.errors import Invalid, unusable


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue. Title and body are what somebody wrote."""

    number: int
    title: str
    body: str
    author: str
    """Login; "" for a deleted account."""
    url: str
    state: str
    labels: tuple[str, ...] = ()
    is_pull_request: bool = False
    assignees: tuple[str, ...] = ()
    """Logins."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on an issue or a pull request."""

    id: int
    body: str
    author: str
    """Login; "" for a deleted account."""


def read_issue(github: GitHub, number: int) -> Issue:
    """One issue of the repository; CannotProceed where it cannot be read."""
    found = github.get(f"issues/{number}")
    if not isinstance(found, dict) or whole(found.get("number")) != number:
        raise unusable("it is not the issue that was asked for", github.address.rest(f"issues/{number}"))
    return _issue(github, found)


def own_issues(github: GitHub) -> list[Issue]:
    """Every issue, open or closed, of the token's own account, the oldest first; no pull request."""
    own = _viewer(github)
    listed = github.get_all("issues", {"state": "all", "sort": "created", "direction": "asc"})
    found = [_issue(github, each) for each in listed]
    return [each for each in found if not each.is_pull_request and own in {each.author, each.author.removesuffix(BOT)}]


MOST_ASSIGNEES = 10


def make_issue(github: GitHub, title: str, body: str, logins: Sequence[str]) -> Issue:
    """Make an issue and assign it to those of some logins who can be assigned; the issue as GitHub has it."""
    wanted = list(logins)[:MOST_ASSIGNEES]
    content: dict[str, Any] = {"title": title, "body": body}
    try:
        return _issue(github, github.post("issues", {**content, **({"assignees": wanted} if wanted else {})}))
    except Invalid:
        if not wanted:
            raise
    return assign(github, _issue(github, github.post("issues", content)), wanted)


def assign(github: GitHub, issue: Issue, logins: Sequence[str]) -> Issue:
    """Assign an issue to those of some logins who can be assigned, beside those who are."""
    for login in [each for each in logins if each not in issue.assignees]:
        with suppress(Invalid):  # no such account, or no access to the repository
            issue = change_issue(github, issue.number, assignees=[*issue.assignees, login][:MOST_ASSIGNEES])
    return issue


def change_issue(github: GitHub, number: int, **changes: Any) -> Issue:
    """Change an issue; the issue as GitHub has it."""
    return _issue(github, github.patch(f"issues/{number}", changes))


def _issue(github: GitHub, found: Any) -> Issue:
    number = whole(found.get("number")) if isinstance(found, dict) else None
    if number is None:
        raise unusable("it is no issue", github.address.rest("issues"))
    labels, assignees = found.get("labels"), found.get("assignees")
    people = assignees if isinstance(assignees, list) else ()
    return Issue(
        number,
        _text(found, "title"),
        _text(found, "body"),
        _author(found),
        _text(found, "html_url"),
        _text(found, "state"),
        tuple(_label(each) for each in labels) if isinstance(labels, list) else (),
        isinstance(found.get("pull_request"), dict),
        tuple(_text(each, "login") for each in people if isinstance(each, dict)),
    )


def comments_of(github: GitHub, number: int) -> list[Comment]:
    """Every comment on an issue or a pull request, the oldest first."""
    return [_comment(github, each, number) for each in github.get_all(f"issues/{number}/comments")]


def add_comment(github: GitHub, number: int, body: str) -> Comment:
    """Comment on an issue or a pull request."""
    return _comment(github, github.post(f"issues/{number}/comments", {"body": body}), number)


def change_comment(github: GitHub, comment: int, body: str) -> Comment:
    """Put another text into a comment."""
    return _comment(github, github.patch(f"issues/comments/{comment}", {"body": body}), comment)


VIEWER = "query { viewer { login } }"
BOT = "[bot]"
"""Ends the login of an app in REST; GraphQL may leave it out. Nobody else can have it."""


def put_comment(github: GitHub, number: int, mark: str, body: str) -> str:
    """Make the one comment that begins with a mark say something; what was done: added, changed or unchanged.

    Only a comment of the token's own account is changed: anybody can write the mark, and whoever wrote a comment can
    change it again later.
    """
    marked = [each for each in comments_of(github, number) if each.body.startswith(mark)]
    own = _viewer(github) if marked else ""
    for comment in marked:
        if own in {comment.author, comment.author.removesuffix(BOT)}:
            if comment.body == body:
                return "unchanged"
            change_comment(github, comment.id, body)
            return "changed"
    add_comment(github, number, body)
    return "added"


def _viewer(github: GitHub) -> str:
    """The login of the account that the token belongs to."""
    viewer = github.ask(VIEWER, {}).get("viewer")
    login = _text(viewer, "login") if isinstance(viewer, dict) else ""
    if not login:
        raise unusable("it does not say whose token this is", github.address.graphql)
    return login


def _comment(github: GitHub, found: Any, number: int) -> Comment:
    identifier = whole(found.get("id")) if isinstance(found, dict) else None
    if identifier is None:
        raise unusable("it holds no comment", github.address.rest(f"issues/{number}/comments"))
    return Comment(identifier, _text(found, "body"), _author(found))


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""


def _author(found: dict[str, Any]) -> str:
    user = found.get("user")
    return _text(user, "login") if isinstance(user, dict) else ""


def _label(each: Any) -> str:
    return _text(each, "name") if isinstance(each, dict) else each if isinstance(each, str) else ""
