# SPDX-License-Identifier: Apache-2.0
"""Phrases about one recommendation that several pages share."""

from __future__ import annotations

from datetime import date

from secure_score_backlog import wording
from secure_score_backlog.decisions.model import Attestation, DecisionVersion
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import AcceptanceState, RegisterEntry
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.snapshots.model import Observation

NOT_IN_FORCE = (State.EXPIRED, State.BREACHED, State.REGRESSED, State.CONFLICT)
"""States in which the recorded decision is no longer in force."""
ENDED = (AcceptanceState.MOOT, AcceptanceState.EXPIRED, AcceptanceState.BREACHED)


def decision_dates(status: Status, entry: RegisterEntry | None) -> str:
    """What follows the name of the bucket: when it was decided, when it last changed, and whether it is in force."""
    changed = status.answered
    if changed is None:
        return "."
    decided = first_day_of_bucket(status.versions) or changed
    last_change = f", last changed on {wording.day(changed)}" if changed > decided else ""
    if status.state in NOT_IN_FORCE or (entry is not None and entry.state in ENDED):
        why = "Not in force: Microsoft measures it as done."
        ended = why if status.state is State.CONFLICT else "This decision is no longer in force."
        return f", decided on {wording.day(decided)}{last_change}. {ended}"
    if status.state is State.DONE:
        return f", decided on {wording.day(decided)}, and done."
    return f" since {wording.day(decided)}{last_change}."


def first_day_of_bucket(versions: tuple[DecisionVersion, ...]) -> date | None:
    """The day since which every version that is no draft has the present bucket; None where nothing is committed."""
    first: date | None = None
    bucket = versions[-1].decision.bucket if versions and versions[-1].decision else None
    for version in reversed(versions):
        decision = version.decision
        if decision is None or decision.draft or decision.bucket is not bucket:
            break
        first = version.version.at.date() if version.version.committed else first
    return first


def attested(approval: Attestation, approver: str) -> str:
    """How an approval outside of GitHub is known; follows the name of the approver."""
    by = "" if approval.by == approver else f" by {approval.by}"
    return f", attested{by} on {wording.day(approval.on)}"


def regressions(status: Status, facts: Facts, since: date = date.min) -> list[str]:
    """The days on which it was no longer measured in full, each with the day on which it was restored.

    Regressions before `since` are left out.
    """
    found: list[str] = []
    line = facts.history.timelines.get(status.id)
    previous: Observation | None = None
    for day, observation in line.changes() if line else ():
        if day > facts.as_of:
            break
        if day >= since and previous and previous.observed_in_full and observation and not observation.in_full:
            found.append(f"on {wording.day(day)}")
        elif found and observation and observation.observed_in_full and "restored" not in found[-1]:
            found[-1] += f", restored on {wording.day(day)}"
        previous = observation
    return found


def amount(observation: Observation | None) -> str:
    """Points of the maximum: `3 of 5 points`; says what is unknown or not measured."""
    if observation is None:
        return "not measured"
    if observation.maximum is None:
        return f"{wording.point_count(observation.points)}, maximum unknown"
    return f"{wording.points(observation.points)} of {wording.point_count(observation.maximum)}"
