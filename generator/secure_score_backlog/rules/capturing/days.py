# SPDX-License-Identifier: Apache-2.0
"""The days of an answer: one score each, the newest first, and what is odd about their dates (design §4.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from secure_score_backlog.rules.capturing import checks as capture_checks
from secure_score_backlog.rules.capturing.checks import Finding
from secure_score_backlog.rules.capturing.graph_values import Json, controls, created, sort_key
from secure_score_backlog.rules.capturing.terms import Answer, Export

DETAILS = ("description", "lastSynced", "count")
"""Only a control of Graph's newest day has any of these (facts/graph.md 2.1)."""
TOMORROW = timedelta(days=1)
"""A clock may be a little behind, and a score a little ahead."""
RUNS_ON = timedelta(days=7)
"""Days that follow each other within this time are one series."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the answer, on its way to a snapshot."""

    day: date
    score: Json
    newest: bool
    export: Export | None = None
    """Where the day comes from a table that the portal exported."""

    @property
    def detailed(self) -> bool:
        """Graph gave what it gives only for its newest day."""
        return has_details(self.score)


def has_details(score: Json) -> bool:
    """A score holds what Graph gives only while it is the newest."""
    return any(control.get(key) is not None for control in controls(score) for key in DETAILS)


def days_in(answer: Answer) -> frozenset[date]:
    """The days an answer speaks of: `capture` wants to know what is stored for them."""
    return frozenset(at.date() for score in answer.all_scores if isinstance(score, dict) and (at := created(score)))


def by_day(answer: Answer, stored: frozenset[date], today: date) -> tuple[list[Day], list[Finding]]:
    """One score a day, newest day first; what cannot be dated, or lies in the future, is left out with a finding."""
    exports = {export.day: export for export in answer.exports}
    found: dict[date, list[tuple[bool, datetime, tuple[str, str], Json]]] = {}
    undated = 0
    for score in answer.scores:
        at = created(score) if isinstance(score, dict) else None
        if at is None:
            undated += 1
            continue
        found.setdefault(at.date(), []).append((has_details(score), at, sort_key(score, "id"), score))
    findings = [capture_checks.undated(undated, len(answer.scores))] if undated else []
    kept, ahead = plausible(found.keys() | exports.keys(), stored, today)
    findings += _odd_dates(kept, ahead, today)
    newest = max(kept, default=None)
    days = []
    for day in sorted(kept, reverse=True):
        if day not in found:
            days.append(Day(day, exports[day].score, newest=day == newest, export=exports[day]))
            continue
        best = max(found[day], key=lambda candidate: candidate[:3])
        days.append(Day(day, best[3], newest=day == newest))
        if any(other[3] != best[3] for other in found[day]):
            findings.append(capture_checks.twice(day, len(found[day])))
    return days, findings


def plausible(days: Iterable[Any], stored: frozenset[date], today: date) -> tuple[frozenset[date], frozenset[date]]:
    """The days that can be believed, and those in the future that cannot.

    A series that runs on past our clock means that the clock is behind, so it is believed; a day that stands apart
    from it is a fault in the answer: as a snapshot, it would let every decision expire. Microsoft's series counts, and
    what is stored of it.
    """
    limit = today + TOMORROW if today < date.max else today
    given = frozenset(days)
    past = {day for day in given | stored if day <= limit}
    believed = {day for day in given if day <= limit}
    last = max(past, default=None)
    for day in sorted(given - believed):
        if last is not None and day - last > RUNS_ON:
            break
        believed.add(day)
        last = day
    return frozenset(believed), given - believed


def _odd_dates(kept: frozenset[date], ahead: frozenset[date], today: date) -> list[Finding]:
    findings = [capture_checks.left_out_as_future(ahead, today)] if ahead else []
    newest = max(kept, default=None)
    if newest is not None and newest > today + TOMORROW:
        findings.append(capture_checks.ahead_of_clock(newest, today))
    return findings
