# SPDX-License-Identifier: Apache-2.0
"""The score of a day, and its ledger: every point of maxScore in exactly one part (docs/method.md#ledger)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from secure_score_backlog.decisions.model import Blocker, Bucket
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.snapshots.model import SnapshotDay


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of the day, Graph's own where Graph gives them."""

    current: Fraction
    maximum: Fraction
    percent: Fraction | None
    planned: Fraction
    achievable: Fraction
    comparison: Mapping[str, Fraction | None] = field(default_factory=dict)
    """Percent, by basis (AllTenants, TotalSeats)."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """One bar of maxScore points; the parts add up to `maximum` exactly."""

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


ZERO = Fraction(0)
NO_ANSWER_IN_FORCE = frozenset({State.UNDECIDED, State.EXPIRED, State.BREACHED, State.REGRESSED})


def part_of(status: Status) -> str:
    """The part that a recommendation's unearned points belong to."""
    if status.state in NO_ANSWER_IN_FORCE or status.decision is None:
        return "undecided"
    if status.state is State.BLOCKED:
        return "blocked"
    names = {
        Bucket.DO_NOW: "do_now",
        Bucket.DO_SOON: "do_soon",
        Bucket.ACCEPT: "accept",
        Bucket.NOT_APPLICABLE: "not_applicable",
    }
    return names[status.decision.bucket]


def ledger_of(statuses: Iterable[Status], snapshot: SnapshotDay | None) -> Ledger:
    """Add up every scored recommendation; what does not add up to maxScore is `unexplained`."""
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
    """The score of the day: Graph's own figures, and what the decisions would make of them."""
    by_licensing = sum(
        (s.unearned for s in statuses if s.state is State.BLOCKED and waits_for_licence(s)),
        ZERO,
    )
    earned = ledger.observed + ledger.claimed
    percent = snapshot.current * 100 / snapshot.maximum if snapshot.maximum else None
    return Score(
        current=snapshot.current,
        maximum=snapshot.maximum,
        percent=percent,
        planned=earned + ledger.do_now + ledger.do_soon,
        achievable=snapshot.maximum - ledger.accept - ledger.not_applicable - by_licensing,
        comparison=snapshot.comparison,
    )


def waits_for_licence(status: Status) -> bool:
    """The planned change waits for a licence."""
    blockage = status.decision.blocked if status.decision else None
    return blockage is not None and blockage.by is Blocker.LICENSING


SETTLED = (State.DONE, State.CONFLICT)
UNSEEN = (State.NOT_MEASURED, State.RETIRED)


def place_of(status: Status) -> str:
    """The part of the board that an open recommendation belongs to."""
    if status.state in NO_ANSWER_IN_FORCE or status.decision is None:
        return "undecided"
    return status.decision.bucket
