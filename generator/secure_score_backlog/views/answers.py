# SPDX-License-Identifier: Apache-2.0
"""Since when an answer stands and whether it still does, and what was lost before: what a reader asks first."""

from __future__ import annotations

from datetime import date

from secure_score_backlog.model.backlog import Backlog
from secure_score_backlog.model.decision import Attestation, DecisionVersion
from secure_score_backlog.model.history import Observation
from secure_score_backlog.model.register import AcceptanceState, RegisterEntry
from secure_score_backlog.model.standing import Standing, State
from secure_score_backlog.views import wording

NO_LONGER = (State.EXPIRED, State.BREACHED, State.REGRESSED, State.CONFLICT)
"""States in which the answer that is written down carries nothing any more."""
LAPSED = (AcceptanceState.MOOT, AcceptanceState.EXPIRED, AcceptanceState.BREACHED)


def standing_since(standing: Standing, entry: RegisterEntry | None) -> str:
    """What follows the name of the bucket: since when, confirmed when, and whether it holds."""
    answered = standing.answered
    if answered is None:
        return "."
    first = first_day_of_bucket(standing.versions) or answered
    again = answered > first
    if standing.state in NO_LONGER or (entry is not None and entry.state in LAPSED):
        last = f", last on {wording.day(answered)}" if again else ""
        return f", answered on {wording.day(first)}{last}. This answer no longer holds."
    if standing.state is State.DONE:
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


def losses(standing: Standing, backlog: Backlog, since: date = date.min) -> list[str]:
    """When it was measured in full and then was not, and since when it was back: the question of every auditor.

    Losses before `since` are left out.
    """
    found: list[str] = []
    line = backlog.history.timelines.get(standing.id)
    previous: Observation | None = None
    for day, observation in line.changes() if line else ():
        if day > backlog.facts.as_of:
            break
        if day >= since and previous and previous.observed_in_full and observation and not observation.in_full:
            found.append(f"on {wording.day(day)}")
        elif found and observation and observation.observed_in_full and "back" not in found[-1]:
            found[-1] += f", back on {wording.day(day)}"
        previous = observation
    return found
