# SPDX-License-Identifier: Apache-2.0
"""Since when an answer stands and whether it still does, and what was lost before: what a reader asks first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from markupsafe import Markup

from secure_score_backlog import wording
from secure_score_backlog.decisions.model import Attestation, DecisionVersion
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import AcceptanceState, RegisterEntry
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.site.charts.calendar import Calendar, CalendarMonth, DaysOfMonth, span
from secure_score_backlog.snapshots.coverage import Coverage, DayKind, DayRun, can_be_filled
from secure_score_backlog.snapshots.model import Observation

NO_LONGER = (State.EXPIRED, State.BREACHED, State.REGRESSED, State.CONFLICT)
"""States in which the answer that is written down carries nothing any more."""
LAPSED = (AcceptanceState.MOOT, AcceptanceState.EXPIRED, AcceptanceState.BREACHED)


def standing_since(status: Status, entry: RegisterEntry | None) -> str:
    """What follows the name of the bucket: since when, confirmed when, and whether it holds."""
    answered = status.answered
    if answered is None:
        return "."
    first = first_day_of_bucket(status.versions) or answered
    again = answered > first
    if status.state in NO_LONGER or (entry is not None and entry.state in LAPSED):
        last = f", last on {wording.day(answered)}" if again else ""
        return f", answered on {wording.day(first)}{last}. This answer no longer holds."
    if status.state is State.DONE:
        return f", decided on {wording.day(first)}, and done."
    return f" since {wording.day(first)}" + (f", as it reads now since {wording.day(answered)}." if again else ".")


def first_day_of_bucket(versions: tuple[DecisionVersion, ...]) -> date | None:
    """The day since which every version that was no draft chose the present bucket; None where nothing is committed."""
    first: date | None = None
    bucket = versions[-1].decision.bucket if versions and versions[-1].decision else None
    for version in reversed(versions):
        decision = version.decision
        if decision is None or decision.draft or decision.bucket is not bucket:
            break
        first = version.version.at.date() if version.version.committed else first
    return first


def attested(approval: Attestation, approver: str) -> str:
    """How an approval is known that was not given on GitHub."""
    by = "" if approval.by == approver else f" recorded by {approval.by}"
    return f", in writing{by} on {wording.day(approval.on)}"


def losses(status: Status, facts: Facts, since: date = date.min) -> list[str]:
    """When it was measured in full and then was not, and since when it was back: the question of every auditor.

    Losses before `since` are left out.
    """
    found: list[str] = []
    line = facts.history.timelines.get(status.id)
    previous: Observation | None = None
    for day, observation in line.changes() if line else ():
        if day > facts.as_of:
            break
        if day >= since and previous and previous.observed_in_full and observation and not observation.in_full:
            found.append(f"on {wording.day(day)}")
        elif found and observation and observation.observed_in_full and "back" not in found[-1]:
            found[-1] += f", back on {wording.day(day)}"
        previous = observation
    return found


# --- Which days were observed: the calendar, and the sentences that the hygiene and the evidence pages share.


LATE_AFTER = 3
"""Days without a snapshot before it is worth a word; Graph is a day late now and then."""
NAMED = 6
"""Gaps that a sentence names; the table behind the calendar has all."""


def is_late(coverage: Coverage) -> bool:
    """The newest snapshot is older than it may be."""
    return coverage.count(DayKind.AWAITED) > LATE_AFTER


def gap_days(coverage: Coverage) -> int:
    """Days that nobody saw: missing ones, and those since the newest snapshot once it is too old."""
    return coverage.count(DayKind.MISSING) + (coverage.count(DayKind.AWAITED) if is_late(coverage) else 0)


def spans(runs: Iterable[DayRun]) -> str:
    """The days of some runs in words; of many, the newest."""
    every = list(runs)
    named = "; ".join(span(run.first, run.last) for run in every[-NAMED:])
    return f"{named}; and {wording.count(len(every) - NAMED, 'earlier gap')}" if len(every) > NAMED else named


def sentence(coverage: Coverage) -> str:
    """How much was observed, in words; empty without a snapshot."""
    if not coverage.runs:
        return ""
    if coverage.passed == 1:
        return f"One day has been observed so far, {wording.day(coverage.runs[0].first)}."
    filled, missing = coverage.of(DayKind.FILLED), coverage.of(DayKind.MISSING)
    since = wording.day(coverage.runs[0].first)
    said = [f"{wording.number(coverage.observed)} of {wording.count(coverage.passed, 'day')} since {since} observed"]
    if filled:
        said.append(f"{wording.number(coverage.count(DayKind.FILLED))} of them in less detail ({spans(filled)})")
    said.append(
        f"{wording.number(coverage.count(DayKind.MISSING))} missing ({spans(missing)})" if missing else "no gap"
    )
    waiting = coverage.count(DayKind.AWAITED)
    if waiting:
        said.append(f"{wording.count(waiting, 'day')} since the newest snapshot")
    return f"{', '.join(said)}."


def recoverable(coverage: Coverage, as_of: date) -> list[DayRun]:
    """Gaps that Graph still holds."""
    return [run for run in coverage.runs if can_be_filled(run, as_of)]


def calendar_of(coverage: Coverage, identifier: str) -> Markup | None:
    """The calendar, newest month first; None without a snapshot."""
    if not coverage.runs:
        return None
    months = tuple(
        CalendarMonth(
            month,
            tuple(DaysOfMonth(run.first, run.last, run.kind.value) for run in coverage.within(month).runs),
        )
        for month in reversed(coverage.months())
    )
    title = "Which days were observed, month by month"
    return Calendar(identifier, title, sentence(coverage), months).draw()
