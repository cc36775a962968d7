# SPDX-License-Identifier: Apache-2.0
"""Why the score moved between two snapshots (docs/method.md#movement).

Exact: the parts sum to the change of `currentScore`, in points and in percentage points.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from secure_score_backlog.evaluation.status import Status
from secure_score_backlog.snapshots.model import History, Observation, SnapshotDay


class Part(StrEnum):
    """Why points moved between two snapshots."""

    IMPROVED = "improved"
    REGRESSED = "regressed"
    CLAIMED = "claimed"
    RESCORED = "rescored"
    SCOPE = "scope"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class MovementLine:
    """One reason why points moved: one recommendation, one part."""

    recommendation: str
    """Empty for the unexplained rest, which belongs to no recommendation."""
    part: Part
    points: Fraction
    percent: Fraction
    """Percentage points of the score."""
    decision: str | None = None
    """Path of the decision in force, where there is one."""
    note: str = ""
    """Such as `split unknown` or `maximum unknown`."""


@dataclass(frozen=True, slots=True)
class Movement:
    """Why the score moved between two snapshots; sums exactly to the change."""

    start: date | None
    end: date | None
    points: Mapping[Part, Fraction]
    percent: Mapping[Part, Fraction]
    total_points: Fraction
    total_percent: Fraction
    lines: tuple[MovementLine, ...] = ()
    became_claimed: Fraction = Fraction(0)
    """Points that were observed and are now merely claimed: they move nothing in the sum."""
    became_observed: Fraction = Fraction(0)
    new: tuple[str, ...] = ()
    """Recommendations scored at the end only."""
    gone: tuple[str, ...] = ()
    reweighted: tuple[str, ...] = ()
    """Recommendations whose maximum changed."""
    services_added: tuple[str, ...] = ()
    services_removed: tuple[str, ...] = ()
    seats: tuple[int | None, int | None] = (None, None)
    gained_by_risk: Mapping[str, Fraction] = field(default_factory=dict)
    """Improved points by risk level (`unrated` included)."""
    gained_by_effort: Mapping[str, Fraction] = field(default_factory=dict)
    """Improved points by Microsoft's effort rating."""


ZERO = Fraction(0)
Split = tuple[Part, Fraction, str]
"""A part, its points, and a remark about how sure it is."""


def split_movement(before: Observation | None, after: Observation | None) -> list[Split]:
    """Why one recommendation's points moved; the points sum to after - before."""
    if before is None and after is None:
        return []
    if before is None and after is not None:
        return [(Part.CLAIMED if after.claimed else Part.RESCORED, after.points, "newly scored")]
    if before is not None and after is None:
        return [(Part.RESCORED, -before.points, "no longer scored")]
    assert before is not None
    assert after is not None
    return split_both(before, after)


def split_both(before: Observation, after: Observation) -> list[Split]:
    """The split of a recommendation that was scored on both days."""
    change = after.points - before.points
    if 0 in (before.maximum, after.maximum):
        return [(Part.RESCORED, change, "worth nothing on one of the days")]
    if before.maximum is None or after.maximum is None:
        return [(earned(change), change, "maximum unknown")]
    share_before = before.points / before.maximum
    share_after = after.points / after.maximum
    rescored = share_before * (after.maximum - before.maximum)
    rest = after.maximum * (share_after - share_before)
    splits: list[Split] = [(Part.RESCORED, rescored, "re-weighted")]
    if before.claimed != after.claimed:
        return [*splits, (Part.CLAIMED, rest, "claimed" if after.claimed else "claim withdrawn")]
    drift, remark = scope(before, after, share_before, share_after, rest)
    return [*splits, (Part.SCOPE, drift, "users or devices changed"), (earned(rest), rest - drift, remark)]


def scope(
    before: Observation, after: Observation, share_before: Fraction, share_after: Fraction, rest: Fraction
) -> tuple[Fraction, str]:
    """The part of a change that a changed number of users or devices explains, and a remark."""
    partial = (share_before > 0 or share_after < 1) and share_before != share_after
    if not partial:
        return ZERO, ""
    if before.total and after.total and before.total > 0 and after.total > 0 and after.maximum is not None:
        drift = after.maximum * share_before * before.total * (Fraction(1, after.total) - Fraction(1, before.total))
        return max(ZERO, min(drift, rest)) if rest > 0 else min(ZERO, max(drift, rest)), ""
    fractional = 0 < share_before < 1 or 0 < share_after < 1
    return ZERO, "split unknown" if fractional else ""


def earned(points: Fraction) -> Part:
    """Points won or lost by what was done."""
    return Part.IMPROVED if points >= 0 else Part.REGRESSED


@dataclass(frozen=True, slots=True)
class Scale:
    """How points become percentage points of the score, exactly and additively."""

    per_point: Fraction
    """100 times the mean of 1/M over both days."""
    per_maximum: Fraction
    """-100 times the mean score over M0 times M1: what one more point of maximum costs."""

    @staticmethod
    def between(before: SnapshotDay, after: SnapshotDay) -> Scale:
        """The scale of two days; nothing moves in percent where a day has no maximum."""
        if before.maximum <= 0 or after.maximum <= 0:
            return Scale(ZERO, ZERO)
        mean = (Fraction(1) / before.maximum + Fraction(1) / after.maximum) / 2
        score = (before.current + after.current) / 2
        return Scale(100 * mean, -100 * score / (before.maximum * after.maximum))


def lines_of(
    identifier: str, before: Observation | None, after: Observation | None, scale: Scale, decision: str | None
) -> Iterable[MovementLine]:
    """The lines of one recommendation; a line without points and percent is left out."""
    maximum_change = maximum_of(after) - maximum_of(before)
    if (before and before.maximum is None) or (after and after.maximum is None):
        maximum_change = ZERO
    amounts: dict[Part, tuple[Fraction, Fraction, str]] = {}
    for part, points, remark in split_movement(before, after):
        if points:
            amounts[part] = (points, points * scale.per_point, remark)
    if maximum_change:
        points, percent, remark = amounts.get(Part.RESCORED, (ZERO, ZERO, maximum_remark(before, after)))
        amounts[Part.RESCORED] = (points, percent + maximum_change * scale.per_maximum, remark)
    for part, (points, percent, remark) in amounts.items():
        if points or percent:
            yield MovementLine(identifier, part, points, percent, decision, remark)


def maximum_of(observation: Observation | None) -> Fraction:
    """What a day's maximum contributes to M; 0 where it is not scored or unknown."""
    return observation.maximum if observation and observation.maximum is not None else ZERO


def maximum_remark(before: Observation | None, after: Observation | None) -> str:
    """Why the maximum changed."""
    if before is None:
        return "newly scored"
    return "no longer scored" if after is None else "re-weighted"


def movement_between(
    history: History, before: SnapshotDay, after: SnapshotDay, statuses: Mapping[str, Status]
) -> Movement:
    """The whole movement from one snapshot to a later one."""
    old, new = history.scored(before.day), history.scored(after.day)
    scale = Scale.between(before, after)
    lines = [
        line
        for identifier in sorted(old.keys() | new.keys())
        for line in lines_of(
            identifier, old.get(identifier), new.get(identifier), scale, decision_path(statuses.get(identifier))
        )
    ]
    total = after.current - before.current
    total_percent = percent_of(after) - percent_of(before)
    if before.maximum <= 0 or after.maximum <= 0:
        total_percent = ZERO
    rest = total - sum((line.points for line in lines), ZERO)
    rest_percent = total_percent - sum((line.percent for line in lines), ZERO)
    if rest or rest_percent:
        lines.append(MovementLine("", Part.UNEXPLAINED, rest, rest_percent, None, "not explained by recommendations"))
    lines.sort(key=lambda line: (list(Part).index(line.part), -abs(line.points), line.recommendation))
    return Movement(
        start=before.day,
        end=after.day,
        points={part: sum((line.points for line in lines if line.part is part), ZERO) for part in Part},
        percent={part: sum((line.percent for line in lines if line.part is part), ZERO) for part in Part},
        total_points=total,
        total_percent=total_percent,
        lines=tuple(lines),
        became_claimed=moved_between_kinds(old, new, to_claimed=True),
        became_observed=moved_between_kinds(old, new, to_claimed=False),
        new=tuple(sorted(new.keys() - old.keys())),
        gone=tuple(sorted(old.keys() - new.keys())),
        reweighted=tuple(i for i in sorted(old.keys() & new.keys()) if reweighted(old[i], new[i])),
        services_added=tuple(sorted(after.services - before.services)),
        services_removed=tuple(sorted(before.services - after.services)),
        seats=(before.seats, after.seats),
        gained_by_risk=gains(lines, statuses, by_risk=True),
        gained_by_effort=gains(lines, statuses, by_risk=False),
    )


def percent_of(snapshot: SnapshotDay) -> Fraction:
    """The score in percent of its maximum; 0 where there is no maximum."""
    return snapshot.current * 100 / snapshot.maximum if snapshot.maximum else ZERO


def decision_path(status: Status | None) -> str | None:
    """The path of a recommendation's decision, where it has one."""
    if status is None or not status.versions or status.decision is None:
        return None
    return status.versions[-1].version.path


def reweighted(before: Observation, after: Observation) -> bool:
    """Microsoft changed what the recommendation is worth."""
    return before.maximum is not None and after.maximum is not None and before.maximum != after.maximum


def moved_between_kinds(
    old: Mapping[str, Observation], new: Mapping[str, Observation], *, to_claimed: bool
) -> Fraction:
    """Points kept that changed from observed to claimed, or back: they cancel in the sum."""
    moved = ZERO
    for identifier in old.keys() & new.keys():
        before, after = old[identifier], new[identifier]
        if (after.claimed and not before.claimed) if to_claimed else (before.claimed and not after.claimed):
            moved += min(before.points, after.points)
    return moved


def gains(lines: Iterable[MovementLine], statuses: Mapping[str, Status], *, by_risk: bool) -> dict[str, Fraction]:
    """Points improved, by risk level or by Microsoft's effort rating (easy work against risk)."""
    found: dict[str, Fraction] = {}
    for line in lines:
        status = statuses.get(line.recommendation)
        if line.part is not Part.IMPROVED or status is None:
            continue
        level = status.risk_word
        name = level if by_risk else status.recommendation.cost
        found[name] = found.get(name, ZERO) + line.points
    return dict(sorted(found.items()))
