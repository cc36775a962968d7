# SPDX-License-Identifier: Apache-2.0
"""The order in which open recommendations are shown: by risk, never by points or effort (docs/method.md#ranking).

Points, effort and user impact are columns beside it; they are not in the key, and a test proves it.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from heapq import nsmallest

from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.ratings import level_order
from secure_score_backlog.snapshots.service_names import connected_app

EFFORT = ("none", "low", "unknown", "moderate", "high")
"""Microsoft's ratings from least effort to most; an unknown effort stands in the middle."""


def eligible(status: Status) -> bool:
    """It is open by observation, and no acceptance or exemption is in force."""
    return status.open_share > 0 and status.state not in (State.ACCEPTED, State.COVERED)


def risk_key(status: Status) -> tuple[int, Fraction, int, bool, str]:
    """The key of the ranking; the smallest is the most urgent.

    Risk level, open share, days open; then Microsoft's own services before connected apps of other makers; then id.
    """
    connected = bool(connected_app(status.recommendation.service))
    return (level_order(status.level), -status.open_share, -status.days_open, connected, status.id)


def ranked(statuses: Iterable[Status]) -> tuple[Status, ...]:
    """Everything eligible that has a risk level, the most urgent first."""
    return tuple(sorted((status for status in statuses if eligible(status) and status.level), key=risk_key))


def unrated(statuses: Iterable[Status]) -> tuple[Status, ...]:
    """Everything eligible without a risk level: listed apart, never silently last."""
    return tuple(sorted((status for status in statuses if eligible(status) and not status.level), key=risk_key))


def points_key(status: Status) -> tuple[Fraction, int, int, str]:
    """The key of an order by points: unearned points, effort, user impact, id."""
    recommendation = status.recommendation
    return (-status.unearned, effort(recommendation.cost), effort(recommendation.user_impact), status.id)


def by_points(statuses: Iterable[Status]) -> tuple[Status, ...]:
    """The five eligible with the most points for the least effort: shown beside the ranking, for contrast."""
    worth = (status for status in statuses if eligible(status) and status.unearned > 0)
    return tuple(nsmallest(5, worth, key=points_key))


def effort(rating: str) -> int:
    """Microsoft's rating as a number, the least effort first; any other word counts as unknown."""
    return EFFORT.index(rating if rating in EFFORT else "unknown")
