# SPDX-License-Identifier: Apache-2.0
"""What the sample tenant's GitHub says: who opened, reviewed and merged each pull request, and when.

Most pull requests were approved by who merged them and by the approvers that their decisions name, as far as they have
an account and are not the authors. What differs is in `events.json`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, timedelta
from functools import cache

from secure_score_backlog.approvals import PullRequest, Review
from secure_score_backlog.sample import events
from secure_score_backlog.sample.events import Said, own_file
from secure_score_backlog.sample.object_ids import object_id
from secure_score_backlog.settings import parse_settings

CHANGED_ROLE, FORMER_LOGIN, ROLE_CHANGED = "Head of Operations", "harbour-dispatch", date(2026, 6, 18)
"""The role that got somebody else; the login before, and the day on which the settings changed."""
AFTER_PROPOSAL, BETWEEN = timedelta(minutes=40), timedelta(minutes=11)
AFTER_MERGE = timedelta(hours=2)
APPROVER = re.compile(r"^  approver: (.+)$", re.MULTILINE)


@cache
def repository() -> str:
    """The address of the repository, as the settings say."""
    return parse_settings(own_file("backlog.yml")).settings.repository.url


@cache
def logins() -> Mapping[str, str]:
    """The login of each role, as the settings say at the end; the Managing Director has no account."""
    roles = parse_settings(own_file("backlog.yml")).settings.roles
    return {role: listed[0] for role, listed in roles.items() if listed}


def login(role: str, day: date) -> str:
    """The login of a role on a day; "" for one without an account."""
    return FORMER_LOGIN if role == CHANGED_ROLE and day < ROLE_CHANGED else logins().get(role, "")


def gone(number: int, state: str) -> str:
    """The id of a head that is not in the repository: a force push replaced it, or its branch ended with a squash."""
    return object_id("commit", f"{state} head of pull request {number}\n".encode())


def usual(request: events.PullRequest) -> tuple[Said, ...]:
    """Who merged it, and every approver that one of its decisions names; nobody approves what is their own."""
    named = dict.fromkeys((request.merged_by, *approvers(request)))
    return tuple(Said(role) for role in named if role != request.author and role in logins())


def approvers(request: events.PullRequest) -> Iterator[str]:
    """The approvers that the decisions of a pull request name."""
    for path, content in request.changes().items():
        if content is not None and path.startswith("decisions/"):
            yield from APPROVER.findall(content.decode())


def told(request: events.PullRequest, merge: str, head: str | None) -> PullRequest:
    """What GitHub says about a merged pull request; `head` is None where its commits are not in the repository."""
    final = head or gone(request.number, "final")
    return PullRequest(
        number=request.number,
        url=f"{repository()}/pull/{request.number}",
        author=login(request.opened_by or request.author, request.day),
        merged_at=request.merged.astimezone(UTC),
        merged_by=login(request.merged_by, request.day),
        head=final,
        merge_commit=merge,
        base="main",
        reviews=tuple(sorted(reviews(request, final), key=lambda review: review.at)),
        contributors=(login(request.author, request.day),),
    )


def reviews(request: events.PullRequest, final: str) -> Iterator[Review]:
    """The reviews, with their times and heads."""
    for index, said in enumerate(usual(request) if request.reviews is None else request.reviews):
        before = min(request.proposed + AFTER_PROPOSAL + BETWEEN * index, request.merged - BETWEEN)
        at = before if said.when == "before" else request.merged + AFTER_MERGE
        head = final if said.head == "final" else gone(request.number, said.head)
        by = login(said.by, request.day) if said.by in logins() else said.by
        yield Review(by, at.astimezone(UTC), head)
