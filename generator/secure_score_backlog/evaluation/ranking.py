# SPDX-License-Identifier: Apache-2.0
"""Rank by risk, never by points or effort (docs/method.md#ranking).

The key is (risk level; open share; days open; id). Points, effort and user impact are shown beside it; a test proves
that they are not in the key.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.ratings import level_order

IN_FORCE = frozenset({State.ACCEPTED, State.COVERED})
EFFORT = ("none", "low", "unknown", "moderate", "high")
"""Microsoft's ratings from least effort to most; an unknown effort stands in the middle."""


def eligible(status: Status) -> bool:
    """Open by observation, and no acceptance or cover in force."""
    return status.open_share > 0 and status.state not in IN_FORCE


def risk_key(status: Status) -> tuple[int, Fraction, int, str]:
    """The key of the ranking; smaller is more urgent."""
    level = level_order(status.level)
    return (level, -status.open_share, -status.days_open, status.id)


def ranked(statuses: Iterable[Status]) -> tuple[Status, ...]:
    """Everything eligible that somebody rated, the most urgent first."""
    return tuple(sorted((s for s in statuses if eligible(s) and s.level is not None), key=risk_key))


def unrated(statuses: Iterable[Status]) -> tuple[Status, ...]:
    """Everything eligible that nobody rated: listed apart, never silently last."""
    return tuple(sorted((s for s in statuses if eligible(s) and s.level is None), key=risk_key))


def points_key(status: Status) -> tuple[Fraction, int, int, str]:
    """What somebody who chases points looks at: points left, effort, trouble for users."""
    recommendation = status.recommendation
    return (
        -status.unearned,
        effort(recommendation.cost),
        effort(recommendation.user_impact),
        status.id,
    )


def by_points(statuses: Iterable[Status]) -> tuple[Status, ...]:
    """The five that a score-chaser would pick: the honest contrast, shown beside the ranking."""
    worth = (s for s in statuses if eligible(s) and s.unearned > 0)
    return tuple(sorted(worth, key=points_key)[:5])


def effort(rating: str) -> int:
    """Microsoft's rating as a number, the least effort first; what it does not rate counts as unknown."""
    return EFFORT.index(rating if rating in EFFORT else "unknown")
