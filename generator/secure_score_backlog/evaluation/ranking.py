# SPDX-License-Identifier: Apache-2.0
"""Rank by risk, never by points or ease (design §1 and §5).

The key is (risk level; open share; days open; id). Points, effort and user impact are columns:
they are not in the key, and a test proves it.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.ratings import LEVELS

IN_FORCE = frozenset({State.ACCEPTED, State.COVERED})
EFFORT = ("none", "low", "unknown", "moderate", "high")
"""Microsoft's ratings from least effort to most; an unknown effort stands in the middle."""


def eligible(standing: Status) -> bool:
    """Open by observation, and no acceptance or cover in force."""
    return standing.open_share > 0 and standing.state not in IN_FORCE


def risk_key(standing: Status) -> tuple[int, Fraction, int, str]:
    """The key of the ranking; smaller is more urgent."""
    level = LEVELS.index(standing.level) if standing.level else len(LEVELS)
    return (level, -standing.open_share, -standing.days_open, standing.id)


def ranked(standings: Iterable[Status]) -> tuple[Status, ...]:
    """Everything eligible that somebody rated, the most urgent first."""
    return tuple(sorted((s for s in standings if eligible(s) and s.level is not None), key=risk_key))


def unrated(standings: Iterable[Status]) -> tuple[Status, ...]:
    """Everything eligible that nobody rated: listed apart, never silently last."""
    return tuple(sorted((s for s in standings if eligible(s) and s.level is None), key=risk_key))


def points_key(standing: Status) -> tuple[Fraction, int, int, str]:
    """What somebody who chases points looks at: points left, effort, trouble for users."""
    recommendation = standing.recommendation
    return (
        -standing.unearned,
        EFFORT.index(recommendation.cost),
        EFFORT.index(recommendation.user_impact),
        standing.id,
    )


def by_points(standings: Iterable[Status]) -> tuple[Status, ...]:
    """The five that a score-chaser would pick: the honest contrast, shown beside the ranking."""
    worth = (s for s in standings if eligible(s) and s.unearned > 0)
    return tuple(sorted(worth, key=points_key)[:5])
