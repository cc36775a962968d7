# SPDX-License-Identifier: Apache-2.0
"""What rots quietly: shadow acceptances and stale recommendations (design §5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from secure_score_backlog.dates import add_months
from secure_score_backlog.evaluation.review import GRAPH_ROUNDS_TO
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.snapshots.model import History, Observation

ACCEPTED_IN_PORTAL = "ignored"
"""Graph's `Ignored` is the portal's "Risk accepted" (facts/graph.md 3.9)."""


def shadow_of(standing: Status, as_of: date) -> Shadow | None:
    """The portal accepts or claims what no decision in force accepts or covers."""
    observation = standing.observation
    if observation is None or observation.portal is None or standing.state in (State.DONE, State.CONFLICT):
        return None
    accepted = observation.portal.lower() == ACCEPTED_IN_PORTAL and standing.state is not State.ACCEPTED
    claimed = observation.claims and standing.state is not State.COVERED
    if not accepted and not claimed:
        return None
    decision = standing.decision
    says = "no decision" if decision is None else "a draft" if decision.draft else decision.bucket.value
    return Shadow(standing, observation.portal, marked_on(standing, observation.portal, as_of), says)


def marked_on(standing: Status, portal: str, as_of: date) -> date | None:
    """The day of the newest mark that gives this portal state; None where Graph names none."""
    days = [
        update.on
        for update in standing.recommendation.updates
        if update.on is not None and update.on <= as_of and update.state.lower() == portal.lower()
    ]
    return max(days) if days else None


def shadows(standings: Iterable[Status], as_of: date) -> tuple[Shadow, ...]:
    """Every shadow acceptance and every claim without a cover, by id."""
    return tuple(found for standing in standings if (found := shadow_of(standing, as_of)) is not None)


def claim_without_effect(standing: Status) -> bool:
    """The portal says that something else covers it, and yet points are missing."""
    observation = standing.observation
    return observation is not None and observation.claims and not observation.in_full


def stale_since(standing: Status, history: History, as_of: date) -> date | None:
    """The last day on which anything happened: more or less of it was done, or a decision was recorded.

    Microsoft's re-weighting, rounding, counts that change while the share does not, and days that came without
    counts are nobody's doing (docs/adr/0008).
    """
    timeline = history.timelines.get(standing.id)
    if timeline is None:
        return None
    days = [version.version.at.date() for version in standing.versions if version.version.committed]
    previous: Observation | None = None
    for day, observation in timeline.changes():
        if day > as_of:
            break
        if observation is not None and (previous is None or moved(previous, observation)):
            days.append(day)
        previous = observation
    return max(days) if days else None


def moved(before: Observation, after: Observation) -> bool:
    """The part achieved changed by more than Graph's rounding, or a claim came or went."""
    if before.claimed is not after.claimed:
        return True
    if before.share is None or after.share is None or not before.maximum or not after.maximum:
        return before.points != after.points
    if before.maximum == after.maximum:
        return abs(after.points - before.points) >= GRAPH_ROUNDS_TO
    rounding = GRAPH_ROUNDS_TO / 2 * (1 + after.maximum / before.maximum)  # each day's points are half a step off
    return abs(after.share - before.share) * after.maximum > rounding


def reason_for_standstill(standing: Status) -> str:
    """Why nothing moves: blocked, rejected, ownerless; planned where an owner did not move it."""
    if standing.state is State.BLOCKED:
        return "blocked"
    if standing.state in (State.ACCEPTED, State.COVERED):
        return "rejected"
    return "planned" if standing.owner else "ownerless"


def stale(standings: Iterable[Status], history: History, as_of: date, months: int) -> tuple[Stale, ...]:
    """Open without decision or movement for some months, the longest standstill first."""
    found = []
    for standing in standings:
        if standing.open_share <= 0:
            continue
        since = stale_since(standing, history, as_of)
        if since is not None and add_months(since, months) <= as_of:
            found.append(Stale(standing, since, reason_for_standstill(standing)))
    return tuple(sorted(found, key=lambda item: (item.since, item.standing.id)))


@dataclass(frozen=True, slots=True)
class Shadow:
    """The portal says something that no decision in force says."""

    standing: Status
    portal: str
    since: date | None
    says: str
    """What our decision says instead: a bucket, or `no decision`."""


@dataclass(frozen=True, slots=True)
class Stale:
    """Open without decision or movement for months, and why."""

    standing: Status
    since: date
    why: str
    """blocked, rejected (accepted as it is) or ownerless; planned where it has an owner who did not move it."""
