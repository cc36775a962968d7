# SPDX-License-Identifier: Apache-2.0
"""What is known on one as-of date: every figure that pages and JSON show (design §5).

Amounts are exact fractions, in points unless the name says share (0 to 1) or percent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from secure_score_backlog.model.decision import Ask, Blockage
from secure_score_backlog.model.history import SnapshotDay
from secure_score_backlog.model.movement import Movement
from secure_score_backlog.model.register import AcceptanceState, RegisterEntry
from secure_score_backlog.model.score import Ledger, Score
from secure_score_backlog.model.standing import Standing, State


@dataclass(frozen=True, slots=True)
class Completed:
    """A recommendation that became done within the period."""

    standing: Standing
    on: date
    how: str
    """observed or claimed."""


@dataclass(frozen=True, slots=True)
class Regressed:
    """A recommendation that lost points within the period and did not heal the next day."""

    standing: Standing
    on: date
    points: Fraction
    """Points lost, positive."""
    healed: date | None = None
    """Later day within the period on which it was back, if it was."""


@dataclass(frozen=True, slots=True)
class OpenAsk:
    """A question that waits for an answer."""

    standing: Standing
    ask: Ask
    age_days: int


@dataclass(frozen=True, slots=True)
class BlockedItem:
    """A planned change that something keeps from happening."""

    standing: Standing
    blockage: Blockage


@dataclass(frozen=True, slots=True)
class Shadow:
    """The portal says something that no decision in force says."""

    standing: Standing
    portal: str
    since: date | None
    says: str
    """What our decision says instead: a bucket, or `no decision`."""


@dataclass(frozen=True, slots=True)
class Stale:
    """Open without decision or movement for months, and why."""

    standing: Standing
    since: date
    why: str
    """blocked, rejected (accepted as it is) or ownerless; planned where it has an owner who did not move it."""


@dataclass(frozen=True, slots=True)
class Period:
    """The snapshots a month is judged between; None before any snapshot."""

    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything computed for one as-of date."""

    as_of: date
    period: Period
    snapshot: SnapshotDay | None
    score: Score | None
    ledger: Ledger
    standings: Mapping[str, Standing]
    """Every recommendation known on that day, by id in order."""
    ranked: tuple[Standing, ...]
    """Eligible and rated, highest risk first (design §5, rank by risk)."""
    unrated: tuple[Standing, ...]
    """Eligible, but nobody rated them; listed apart."""
    chaser: tuple[Standing, ...]
    """What somebody who chases points would pick: most points for least effort."""
    blocked: tuple[BlockedItem, ...]
    register: tuple[RegisterEntry, ...]
    """Acceptances of that day, the nearest expiry first."""
    covered: tuple[RegisterEntry, ...]
    past: tuple[RegisterEntry, ...]
    """Ended acceptances and covers, newest first."""
    completed: tuple[Completed, ...]
    regressed: tuple[Regressed, ...]
    asks: tuple[OpenAsk, ...]
    """Oldest first."""
    movement: Movement | None
    shadow: tuple[Shadow, ...]
    stale: tuple[Stale, ...]
    recorded_later: tuple[str, ...] = ()
    """Recommendations whose first decision is younger than this as-of date."""

    def in_state(self, *states: State) -> tuple[Standing, ...]:
        """The standings in one of some states, by id."""
        return tuple(standing for standing in self.standings.values() if standing.state in states)

    @property
    def top(self) -> tuple[Standing, ...]:
        """The five highest by risk."""
        return self.ranked[:5]

    @property
    def counts(self) -> dict[str, int]:
        """The headline counts, in the order of design §5."""
        expiring = sum(1 for entry in self.register if entry.state is AcceptanceState.EXPIRING)
        open_ones = [s for s in self.standings.values() if s.open_share > 0]
        return {
            "undecided": len(self.in_state(State.UNDECIDED)),
            "expired": len(self.in_state(State.EXPIRED)),
            "expiring": expiring,
            "breached": len(self.in_state(State.BREACHED)),
            "overdue": len(self.in_state(State.OVERDUE)),
            "carried": len(self.in_state(State.ACCEPTED)),
            "shadow": len(self.shadow),
            "unrated": len(self.unrated),
            "stale": len(self.stale),
            "ownerless": sum(1 for s in open_ones if not s.owner),
            "asks": len(self.asks),
        }
