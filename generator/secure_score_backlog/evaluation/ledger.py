# SPDX-License-Identifier: Apache-2.0
"""The score of a day, and the ledger: every point of the maximum in exactly one part (docs/method.md#ledger)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from secure_score_backlog.decisions.model import Blocker
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.snapshots.model import SnapshotDay

ZERO = Fraction(0)
UNEXPLAINED_FROM = Fraction(1, 100)
"""Part of `maxScore` from which pages say that the score is not explained."""


@dataclass(frozen=True, slots=True)
class Score:
    """The score of a day, in points: what Graph says, and what the decisions would make of it."""

    current: Fraction
    maximum: Fraction
    percent: Fraction | None
    planned: Fraction
    """Graph's `currentScore` and what all planned changes would add."""
    achievable: Fraction
    """The maximum without what is accepted, not applicable, or blocked by licensing."""
    comparison: Mapping[str, Fraction | None] = field(default_factory=dict)
    """Average of comparable tenants in percent, by basis (AllTenants, TotalSeats)."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The points of a day by what they rest on; the parts add up to `maximum` exactly."""

    observed: Fraction = Fraction(0)
    claimed: Fraction = Fraction(0)
    do_now: Fraction = Fraction(0)
    do_soon: Fraction = Fraction(0)
    accept: Fraction = Fraction(0)
    blocked: Fraction = Fraction(0)
    not_applicable: Fraction = Fraction(0)
    undecided: Fraction = Fraction(0)
    unexplained: Fraction = Fraction(0)
    maximum: Fraction = Fraction(0)

    def parts(self) -> dict[str, Fraction]:
        """The parts by the names that pages and JSON use, in the order of the bar."""
        return {
            "observed": self.observed,
            "claimed": self.claimed,
            "do-now": self.do_now,
            "do-soon": self.do_soon,
            "accept": self.accept,
            "blocked": self.blocked,
            "not-applicable": self.not_applicable,
            "undecided": self.undecided,
            "unexplained": self.unexplained,
        }


@dataclass(frozen=True, slots=True)
class Explained:
    """What the scored recommendations account for, of the totals of a day (docs/method.md#explained). In points."""

    recommendations: int
    """How many have a score."""
    without_maximum: int
    """How many of them have no known maximum, for lack of a profile."""
    points: Fraction
    """The sum of their points."""
    maximum: Fraction
    """The sum of their maxima."""
    points_of: Fraction
    """Graph's `currentScore`."""
    maximum_of: Fraction
    """Graph's `maxScore`."""

    @property
    def is_incomplete(self) -> bool:
        """More of the score than rounding and single recommendations explain rests on nothing that is known here."""
        away = max(abs(self.points_of - self.points), abs(self.maximum_of - self.maximum))
        return away > self.maximum_of * UNEXPLAINED_FROM

    @property
    def is_mostly_unknown(self) -> bool:
        """Less than half of the maximum, or of the points, is accounted for."""
        return 2 * self.maximum < self.maximum_of or 2 * self.points < self.points_of


def explained_of(statuses: Iterable[Status], ledger: Ledger, snapshot: SnapshotDay) -> Explained:
    """What the scored recommendations of a day account for."""
    seen = [status.observation for status in statuses if status.observation is not None]
    return Explained(
        recommendations=len(seen),
        without_maximum=sum(1 for observation in seen if observation.maximum is None),
        points=ledger.observed + ledger.claimed,
        maximum=ledger.maximum - ledger.unexplained,
        points_of=snapshot.current,
        maximum_of=snapshot.maximum,
    )


def part_of(status: Status) -> str:
    """The field of the ledger that a recommendation's unearned points belong to."""
    return "blocked" if status.state is State.BLOCKED else status.group.replace("-", "_")


def ledger_of(statuses: Iterable[Status], snapshot: SnapshotDay | None) -> Ledger:
    """Add up the scored recommendations; what is left of `maxScore` is unexplained, and may be negative."""
    if snapshot is None:
        return Ledger()
    parts: dict[str, Fraction] = {}

    def put(part: str, points: Fraction) -> None:
        parts[part] = parts.get(part, ZERO) + points

    for status in statuses:
        observation = status.observation
        if observation is None:
            continue
        put("claimed" if observation.claimed else "observed", observation.points)
        if observation.unearned:
            put(part_of(status), observation.unearned)
    explained = sum(parts.values(), ZERO)
    return Ledger(**parts, unexplained=snapshot.maximum - explained, maximum=snapshot.maximum)


def score_of(statuses: Iterable[Status], ledger: Ledger, snapshot: SnapshotDay) -> Score:
    """The score of a day."""
    by_licensing = sum((status.unearned for status in statuses if waits_for_licence(status)), ZERO)
    percent = snapshot.current * 100 / snapshot.maximum if snapshot.maximum else None
    return Score(
        current=snapshot.current,
        maximum=snapshot.maximum,
        percent=percent,
        planned=snapshot.current + ledger.do_now + ledger.do_soon,
        achievable=snapshot.maximum - ledger.accept - ledger.not_applicable - by_licensing,
        comparison=snapshot.comparison,
    )


def waits_for_licence(status: Status) -> bool:
    """It is blocked by licensing."""
    blockage = status.decision.blocked if status.state is State.BLOCKED and status.decision else None
    return blockage is not None and blockage.by is Blocker.LICENSING
