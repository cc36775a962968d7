# SPDX-License-Identifier: Apache-2.0
"""Who commits in the sample tenant's repository: roles, a bot and GitHub; never a person."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from secure_score_backlog.sample.fast_import import Signature

DOMAIN = "harbour.example"
SUMMERS = ((date(2025, 3, 30), date(2025, 10, 26)), (date(2026, 3, 29), date(2026, 10, 25)))
"""First day of summer time, and the day on which it ends, where the company sits."""


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
