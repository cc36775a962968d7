# SPDX-License-Identifier: Apache-2.0
"""The ledger: one bar of maxScore points, every point in exactly one part (design §5)."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from secure_score_backlog.model.decision import Blocker, Bucket
from secure_score_backlog.model.history import SnapshotDay
from secure_score_backlog.model.score import Ledger, Score
from secure_score_backlog.model.standing import Standing, State

ZERO = Fraction(0)
NO_ANSWER_IN_FORCE = frozenset({State.UNDECIDED, State.EXPIRED, State.BREACHED, State.REGRESSED})


def part_of(standing: Standing) -> str:
    """The part that a recommendation's unearned points belong to."""
    if standing.state in NO_ANSWER_IN_FORCE or standing.decision is None:
        return "undecided"
    if standing.state is State.BLOCKED:
        return "blocked"
    names = {
        Bucket.DO_NOW: "do_now",
        Bucket.DO_SOON: "do_soon",
        Bucket.ACCEPT: "accept",
        Bucket.NOT_APPLICABLE: "not_applicable",
    }
    return names[standing.decision.bucket]


def ledger_of(standings: Iterable[Standing], snapshot: SnapshotDay | None) -> Ledger:
    """Add up every scored recommendation; what does not add up to maxScore is `unexplained`."""
    if snapshot is None:
        return Ledger()
    parts: dict[str, Fraction] = {}

    def put(part: str, points: Fraction) -> None:
        parts[part] = parts.get(part, ZERO) + points

    for standing in standings:
        observation = standing.observation
        if observation is None:
            continue
        put("claimed" if observation.claimed else "observed", observation.points)
        if observation.unearned:
            put(part_of(standing), observation.unearned)
    explained = sum(parts.values(), ZERO)
    return Ledger(**parts, unexplained=snapshot.maximum - explained, maximum=snapshot.maximum)


def score_of(standings: Iterable[Standing], ledger: Ledger, snapshot: SnapshotDay) -> Score:
    """The score of the day: Graph's own figures, and what the decisions would make of them."""
    by_licensing = sum(
        (s.unearned for s in standings if s.state is State.BLOCKED and waits_for_licence(s)),
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


def waits_for_licence(standing: Standing) -> bool:
    """The planned change waits for a licence."""
    blockage = standing.decision.blocked if standing.decision else None
    return blockage is not None and blockage.by is Blocker.LICENSING
