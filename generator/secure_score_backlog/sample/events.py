# SPDX-License-Identifier: Apache-2.0
"""The pull requests of the sample tenant, as `events.json` lists them.

Each has day, number, role of the author, branch, title, how it reached the main branch (`merge`, `squash`, `rebase`, or
`direct`: pushed without a pull request) and by whom, and which files it brought. Where the reviews are not the usual
ones (`sample/reviewed.py`), `opened_by` and `reviews` say what differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

SUMMERS = ((date(2025, 3, 30), date(2025, 10, 26)), (date(2026, 3, 29), date(2026, 10, 25)))
"""First day of summer time, and the day on which it ends, in the company's time zone."""


def zone(day: date) -> timezone:
    """The company's offset on a day; written out, because a machine may lack a time zone database."""
    summer = any(first <= day < end for first, end in SUMMERS)
    return timezone(timedelta(hours=2 if summer else 1))


def office_hours(day: date, hour: int, minutes: int) -> datetime:
    """A time in the company's zone: so many minutes after an hour."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone(day)) + timedelta(minutes=minutes)


TUESDAY, FRIDAY = 1, 4


@dataclass(frozen=True, slots=True)
class Said:
    """One approving review."""

    by: str
    """A role, or a login."""
    when: str = "before"
    """`before` or `after` the merge."""
    head: str = "final"
    """`final`, or an `older` state that a force push replaced."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """One pull request, from its branch to the main branch."""

    day: date
    """The day of the merge."""
    number: int
    author: str
    branch: str
    title: str
    how: str
    """`merge`, `squash`, `rebase` or `direct`."""
    merged_by: str
    sources: Mapping[str, str | None]
    """The file in this folder with the content, by path in the tenant's repository; None deletes the file."""
    opened_by: str = ""
    """A role, where it is not the author of the commits."""
    reviews: tuple[Said, ...] | None = None
    """None: the usual ones."""

    @property
    def squashed(self) -> bool:
        """One new commit on the main branch holds all of it."""
        return self.how == "squash"

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
        how=event["how"],
        merged_by=event["merged_by"],
        sources=event["files"],
        opened_by=event.get("opened_by", ""),
        reviews=tuple(Said(**said) for said in event["reviews"]) if "reviews" in event else None,
    )
