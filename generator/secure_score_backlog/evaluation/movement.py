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
from typing import TypeAlias

from secure_score_backlog.evaluation.status import Status
from secure_score_backlog.snapshots.model import History, Observation, SnapshotDay

ZERO = Fraction(0)


class Part(StrEnum):
    """Why points changed between two snapshots."""

    IMPROVED = "improved"
    REGRESSED = "regressed"
    CLAIMED = "claimed"
    RESCORED = "rescored"
    SCOPE = "scope"
    UNEXPLAINED = "unexplained"


Split: TypeAlias = tuple[Part, Fraction, str]
"""A part, its points, and a note on where they come from."""


@dataclass(frozen=True, slots=True)
class MovementLine:
    """One part of one recommendation's change."""

    recommendation: str
    """Its id; empty for what no recommendation explains."""
    part: Part
    points: Fraction
    percent: Fraction
    """Percentage points of the score."""
    decision: str | None = None
    """Path of the decision in force, where there is one."""
    note: str = ""
    """Where the points come from, such as `newly scored` or `split unknown`; may be empty."""


@dataclass(frozen=True, slots=True)
class Movement:
    """Why the score moved from one snapshot to a later one."""

    start: date
    end: date
    points: Mapping[Part, Fraction]
    percent: Mapping[Part, Fraction]
    total_points: Fraction
    total_percent: Fraction
    lines: tuple[MovementLine, ...] = ()
    """By part, then the largest first."""
    became_claimed: Fraction = ZERO
    """Points that were observed before and are claimed now; they change nothing in the sum."""
    became_observed: Fraction = ZERO
    """The reverse."""
    new: tuple[str, ...] = ()
    """Recommendations that are scored at the end only, by id."""
    gone: tuple[str, ...] = ()
    """Recommendations that are scored at the start only, by id."""
    reweighted: tuple[str, ...] = ()
    """Recommendations whose maximum changed, by id."""
    services_added: tuple[str, ...] = ()
    services_removed: tuple[str, ...] = ()
    seats: tuple[int | None, int | None] = (None, None)
    """Licensed seats at the start and at the end."""
    gained_by_risk: Mapping[str, Fraction] = field(default_factory=dict)
    """Improved points by risk level (`unrated` included)."""
    gained_by_effort: Mapping[str, Fraction] = field(default_factory=dict)
    """Improved points by Microsoft's effort rating."""


def split_movement(before: Observation | None, after: Observation | None) -> list[Split]:
    """Why one recommendation's points changed; the points of the splits sum to the change."""
    if before is not None and after is not None:
        return split_scored(before, after)
    if after is not None:
        return [(Part.CLAIMED if after.claimed else Part.RESCORED, after.points, "newly scored")]
    if before is not None:
        return [(Part.RESCORED, -before.points, "no longer scored")]
    return []


def split_scored(before: Observation, after: Observation) -> list[Split]:
    """The same for a recommendation that is scored on both days."""
    change = after.points - before.points
    if 0 in (before.maximum, after.maximum):
        return [(Part.RESCORED, change, "worth nothing on one of the days")]
    if before.maximum is None or after.maximum is None:
        return [(improved_or_regressed(change), change, "maximum unknown")]
    share_before = before.points / before.maximum
    share_after = after.points / after.maximum
    rescored = share_before * (after.maximum - before.maximum)
    rest = after.maximum * (share_after - share_before)
    splits: list[Split] = [(Part.RESCORED, rescored, "re-weighted")]
    if before.claimed != after.claimed:
        return [*splits, (Part.CLAIMED, rest, "self-attested" if after.claimed else "no longer self-attested")]
    if share_before == share_after or (share_before <= 0 and share_after >= 1):
        return [*splits, (improved_or_regressed(rest), rest, "")]
    scope = scope_points(before.total, after.total, after.maximum * share_before, rest)
    partial = 0 < share_before < 1 or 0 < share_after < 1
    note = "split unknown" if scope is None and partial else ""
    scope = scope or ZERO
    splits.append((Part.SCOPE, scope, "users or devices changed"))
    return [*splits, (improved_or_regressed(rest), rest - scope, note)]


def scope_points(before: int | None, after: int | None, points: Fraction, change: Fraction) -> Fraction | None:
    """The part of a change that another number of users or devices explains; None where a number is unknown.

    Args:
        before: Users or devices on the first day.
        after: The same on the second day.
        points: What the share of the first day is worth on the second day.
        change: The whole change; the result lies between 0 and it.
    """
    if before is None or after is None or before <= 0 or after <= 0:
        return None
    explained = points * before * (Fraction(1, after) - Fraction(1, before))
    return max(ZERO, min(explained, change)) if change > 0 else min(ZERO, max(explained, change))


def improved_or_regressed(points: Fraction) -> Part:
    """The part for points gained or lost by what was done in the tenant."""
    return Part.IMPROVED if points >= 0 else Part.REGRESSED


@dataclass(frozen=True, slots=True)
class Scale:
    """Percentage points of the score per point; exact, so that they add up line by line."""

    per_point: Fraction
    """For a point of the score: 100 times the mean of 1/maximum over both days."""
    per_maximum: Fraction
    """For a point of the maximum, negative: -100 times the mean score over the product of both maxima."""

    @staticmethod
    def between(before: SnapshotDay, after: SnapshotDay) -> Scale:
        """The scale of two days; 0 where a day has no maximum, as its percentage is unknown."""
        if before.maximum <= 0 or after.maximum <= 0:
            return Scale(ZERO, ZERO)
        mean = (Fraction(1) / before.maximum + Fraction(1) / after.maximum) / 2
        score = (before.current + after.current) / 2
        return Scale(100 * mean, -100 * score / (before.maximum * after.maximum))


def lines_of(
    identifier: str, before: Observation | None, after: Observation | None, scale: Scale, decision: str | None
) -> Iterable[MovementLine]:
    """The lines of one recommendation; a line that changes neither points nor percent is left out."""
    maximum_change = maximum_of(after) - maximum_of(before)
    if (before and before.maximum is None) or (after and after.maximum is None):
        maximum_change = ZERO
    amounts: dict[Part, tuple[Fraction, Fraction, str]] = {}
    for part, points, note in split_movement(before, after):
        if points:
            amounts[part] = (points, points * scale.per_point, note)
    if maximum_change:
        points, percent, note = amounts.get(Part.RESCORED, (ZERO, ZERO, maximum_note(before, after)))
        amounts[Part.RESCORED] = (points, percent + maximum_change * scale.per_maximum, note)
    for part, (points, percent, note) in amounts.items():
        if points or percent:
            yield MovementLine(identifier, part, points, percent, decision, note)


def maximum_of(observation: Observation | None) -> Fraction:
    """The maximum; 0 where it is not scored or unknown."""
    return observation.maximum if observation and observation.maximum is not None else ZERO


def maximum_note(before: Observation | None, after: Observation | None) -> str:
    """Why the maximum changed."""
    if before is None:
        return "newly scored"
    return "no longer scored" if after is None else "re-weighted"


def movement_between(
    history: History, before: SnapshotDay, after: SnapshotDay, statuses: Mapping[str, Status]
) -> Movement:
    """Why the score moved from one snapshot to a later one.

    Args:
        history: All snapshots.
        before: The first of the two.
        after: The second of the two.
        statuses: By id: which decision each line names, its risk level and its effort.
    """
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
        became_claimed=points_kept(old, new, to_claimed=True),
        became_observed=points_kept(old, new, to_claimed=False),
        new=tuple(sorted(new.keys() - old.keys())),
        gone=tuple(sorted(old.keys() - new.keys())),
        reweighted=tuple(name for name in sorted(old.keys() & new.keys()) if is_reweighted(old[name], new[name])),
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


def is_reweighted(before: Observation, after: Observation) -> bool:
    """Microsoft changed what the recommendation is worth."""
    return before.maximum is not None and after.maximum is not None and before.maximum != after.maximum


def points_kept(old: Mapping[str, Observation], new: Mapping[str, Observation], *, to_claimed: bool) -> Fraction:
    """Points that stayed while they changed from observed to claimed, or back."""
    kept = ZERO
    for identifier in old.keys() & new.keys():
        before, after = old[identifier], new[identifier]
        if before.claimed is not after.claimed and after.claimed is to_claimed:
            kept += min(before.points, after.points)
    return kept


def gains(lines: Iterable[MovementLine], statuses: Mapping[str, Status], *, by_risk: bool) -> dict[str, Fraction]:
    """Improved points by risk level, or by Microsoft's effort rating."""
    found: dict[str, Fraction] = {}
    for line in lines:
        status = statuses.get(line.recommendation)
        if line.part is not Part.IMPROVED or status is None:
            continue
        name = status.risk_word if by_risk else status.recommendation.cost
        found[name] = found.get(name, ZERO) + line.points
    return dict(sorted(found.items()))
