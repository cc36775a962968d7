# SPDX-License-Identifier: Apache-2.0
"""What is known on one as-of date: every figure that pages and JSON show (design §5).

Amounts are exact fractions, in points unless the name says share (0 to 1) or percent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from secure_score_backlog.dates import last_day, month_of, months_between
from secure_score_backlog.evaluation.attention import Shadow, Stale, shadows, stale
from secure_score_backlog.evaluation.ledger import Ledger, Score, ledger_of, score_of
from secure_score_backlog.evaluation.movement import Movement, movement_between
from secure_score_backlog.evaluation.ranking import by_points, ranked, unrated
from secure_score_backlog.evaluation.register import AcceptanceState, RegisterEntry, register_of
from secure_score_backlog.evaluation.review import (
    BlockedItem,
    Completed,
    OpenAsk,
    Period,
    Regressed,
    blocked_items,
    completed_in,
    open_asks,
    period_of,
    regressed_in,
)
from secure_score_backlog.evaluation.status import Sources, State, Status, statuses_on
from secure_score_backlog.snapshots.model import SnapshotDay


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything computed for one as-of date."""

    as_of: date
    period: Period
    snapshot: SnapshotDay | None
    score: Score | None
    ledger: Ledger
    standings: Mapping[str, Status]
    """Every recommendation known on that day, by id in order."""
    ranked: tuple[Status, ...]
    """Eligible and rated, highest risk first (design §5, rank by risk)."""
    unrated: tuple[Status, ...]
    """Eligible, but nobody rated them; listed apart."""
    chaser: tuple[Status, ...]
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

    def in_state(self, *states: State) -> tuple[Status, ...]:
        """The standings in one of some states, by id."""
        return tuple(standing for standing in self.standings.values() if standing.state in states)

    @property
    def top(self) -> tuple[Status, ...]:
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


# --- All facts of one as-of date, from the sources: where the other rules meet.


def evaluate(sources: Sources, as_of: date, approved: Mapping[str, tuple[str, ...]] | None = None) -> Facts:
    """Everything that is known on a day, and what happened in its month up to that day.

    `approved` gives, by commit, the roles that approved the pull request which brought it.
    """
    history = sources.history
    standings = statuses_on(sources, as_of)
    everything = tuple(standings.values())
    snapshot = history.newest(as_of)
    ledger = ledger_of(everything, snapshot) if snapshot else Ledger()
    period = period_of(history, month_of(as_of), as_of)
    movement = movement_in(sources, period, standings)
    register = register_of(everything, as_of, approved)
    return Facts(
        as_of=as_of,
        period=period,
        snapshot=snapshot,
        score=score_of(everything, ledger, snapshot) if snapshot else None,
        ledger=ledger,
        standings=standings,
        ranked=ranked(everything),
        unrated=unrated(everything),
        chaser=by_points(everything),
        blocked=blocked_items(everything),
        register=register.accepted,
        covered=register.covered,
        past=register.past,
        completed=completed_in(history, period, standings),
        regressed=regressed_in(history, period, as_of, movement, standings),
        asks=open_asks(everything, as_of),
        movement=movement,
        shadow=shadows(everything, as_of),
        stale=stale(everything, history, as_of, sources.settings.stale_months),
        recorded_later=recorded_later(sources, as_of),
    )


def movement_in(sources: Sources, period: Period, standings: Mapping[str, Status]) -> Movement | None:
    """The movement of a period; None before the first snapshot."""
    if period.start is None or period.end is None:
        return None
    before, after = sources.history.newest(period.start), sources.history.newest(period.end)
    if before is None or after is None:
        return None
    return movement_between(sources.history, before, after, standings)


def recorded_later(sources: Sources, as_of: date) -> tuple[str, ...]:
    """Recommendations whose first decision is younger than the as-of date."""
    return tuple(
        identifier
        for identifier, versions in sorted(sources.decisions.versions.items())
        if versions and versions[0].version.at.date() > as_of
    )


def months_of(sources: Sources, as_of: date) -> tuple[str, ...]:
    """The months that have a review, from the first snapshot to the as-of date, newest first."""
    if not sources.history.days or sources.history.days[0].day > as_of:
        return ()
    return tuple(reversed(list(months_between(sources.history.days[0].day, as_of))))


def month_end(month: str, as_of: date) -> date:
    """The day a month's review is judged on: its last day, or the as-of date while it still runs."""
    return min(last_day(month), as_of)
