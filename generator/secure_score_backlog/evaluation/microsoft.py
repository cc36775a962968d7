# SPDX-License-Identifier: Apache-2.0
"""What Microsoft changed within a period: what it scores, for how many points, in which words.

Defined in docs/method.md#changes. Points are taken from the movement of the same period, so that both always agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from secure_score_backlog.evaluation.movement import Movement, Part
from secure_score_backlog.snapshots.model import Catalogue, History, Observation, Recommendation, SnapshotDay

ZERO = Fraction(0)
TEXTS = ("title", "description", "remediation", "remediation_impact")
"""Texts of a recommendation; white space does not count, and neither does a text that was or became empty."""
RATINGS = ("cost", "user_impact")
"""Microsoft's ratings of effort and user impact; what is unknown on a day does not count."""


class ChangeKind(StrEnum):
    """What Microsoft changed about a recommendation."""

    ADDED = "added"
    NO_LONGER_SCORED = "no-longer-scored"
    REWEIGHTED = "re-weighted"
    REWORDED = "re-worded"


@dataclass(frozen=True, slots=True)
class MicrosoftChange:
    """One change of one recommendation."""

    recommendation: str
    kind: ChangeKind
    on: date | None = None
    """The first snapshot day that shows it; None for new words, of which only the month is known."""
    points: Fraction = ZERO
    """What it did to our points."""
    percent: Fraction = ZERO
    """What it did to the score, in percentage points."""
    before: Fraction | None = None
    """The maximum before; None where it was not scored, or the maximum is unknown."""
    after: Fraction | None = None
    """The maximum after."""
    fields: tuple[str, ...] = ()
    """Of new words: which of `TEXTS` and `RATINGS` changed, or `deprecated`."""
    title_before: str = ""
    """The title before, where it changed."""


@dataclass(frozen=True, slots=True)
class MicrosoftChanges:
    """Everything that Microsoft changed within a period."""

    changes: tuple[MicrosoftChange, ...] = ()
    """By kind, then by day, then by id."""
    points: Fraction = ZERO
    """The movement's rescored points; those of the changes add up to them."""
    percent: Fraction = ZERO
    """The same in percentage points."""
    services_added: tuple[str, ...] = ()
    """Services that count since; new licences can be the reason, so their recommendations may not be new elsewhere."""
    services_removed: tuple[str, ...] = ()
    in_part: tuple[date, ...] = ()
    """Days of the comparison that hold only a part, so that what they lack may seem added or no longer scored."""
    texts_compared: bool = False
    """Microsoft's words were stored before the month began, so that none of its changes of them is missing here."""

    def of(self, kind: ChangeKind) -> tuple[MicrosoftChange, ...]:
        """The changes of one kind."""
        return tuple(change for change in self.changes if change.kind is kind)


NO_CHANGES = MicrosoftChanges()


def microsoft_changes(
    history: History, movement: Movement | None, before: Catalogue, after: Catalogue, *, stored_before: bool = False
) -> MicrosoftChanges:
    """What Microsoft changed.

    Args:
        history: All snapshots.
        movement: Of the period; None before the first snapshot.
        before: The catalogue on the day before the month.
        after: The catalogue at the end of the period.
        stored_before: `before` was stored by that day; else it is the first one that was.
    """
    texts = stored_before and any(map(is_from_graph, before.recommendations.values()))
    scored = list(rescored(history, movement)) if movement else []
    changes = sorted(
        [*scored, *reworded(before, after)],
        key=lambda change: (list(ChangeKind).index(change.kind), change.on or date.min, change.recommendation),
    )
    if movement is None:
        return MicrosoftChanges(tuple(changes), texts_compared=texts)
    days = tuple(dict.fromkeys((movement.start, movement.end)))
    compared = [snapshot for day in days if (snapshot := history.newest(day)) is not None]
    return MicrosoftChanges(
        changes=tuple(changes),
        points=movement.points[Part.RESCORED],
        percent=movement.percent[Part.RESCORED],
        services_added=movement.services_added,
        services_removed=movement.services_removed,
        in_part=tuple(snapshot.day for snapshot in compared if holds_a_part(snapshot)) if len(compared) > 1 else (),
        texts_compared=texts,
    )


def holds_a_part(snapshot: SnapshotDay) -> bool:
    """The day lacks scores that the tenant has."""
    return snapshot.partial or snapshot.lacks_scores


def rescored(history: History, movement: Movement) -> Iterator[MicrosoftChange]:
    """What is scored since, no longer scored, or worth something else."""
    moved: dict[str, tuple[Fraction, Fraction]] = {}
    for line in movement.lines:
        if line.part is Part.RESCORED:
            points, percent = moved.get(line.recommendation, (ZERO, ZERO))
            moved[line.recommendation] = (points + line.points, percent + line.percent)
    kinds = (
        (ChangeKind.ADDED, movement.new),
        (ChangeKind.NO_LONGER_SCORED, movement.gone),
        (ChangeKind.REWEIGHTED, movement.reweighted),
    )
    for kind, names in kinds:
        for name in names:
            points, percent = moved.get(name, (ZERO, ZERO))
            old, new = history.observation(name, movement.start), history.observation(name, movement.end)
            yield MicrosoftChange(
                recommendation=name,
                kind=kind,
                on=last_switch(history, name, movement.start, movement.end),
                points=points,
                percent=percent,
                before=old.maximum if old else None,
                after=new.maximum if new else None,
            )


def last_switch(history: History, name: str, start: date, end: date) -> date | None:
    """The last day within a period on which a recommendation came, went, or was worth something else."""
    found = None
    for (_, before), (day, after) in pairwise(observations(history, name, start, end)):
        if worth(before) != worth(after):
            found = day
    return found


def observations(history: History, name: str, start: date, end: date) -> list[tuple[date, Observation | None]]:
    """What is known on the first day of a period, and each change after it."""
    timeline = history.timelines[name]
    return [(start, timeline.at(start)), *((day, seen) for day, seen in timeline.changes() if start < day <= end)]


def worth(seen: Observation | None) -> tuple[bool, Fraction | None]:
    """Whether it is scored, and for how many points at most."""
    return seen is not None, seen.maximum if seen else None


def reworded(before: Catalogue, after: Catalogue) -> Iterator[MicrosoftChange]:
    """The recommendations that both catalogues list, in other words or with another rating."""
    for name, new in after.recommendations.items():
        old = before.recommendations.get(name)
        if old is None or old is new or not is_from_graph(old) or not is_from_graph(new):
            continue
        if fields := tuple(changed_fields(old, new)):
            title = old.title if "title" in fields else ""
            yield MicrosoftChange(name, ChangeKind.REWORDED, fields=fields, title_before=title)


def is_from_graph(recommendation: Recommendation) -> bool:
    """Microsoft's catalogue lists it, and its title is Microsoft's own there."""
    return recommendation.in_catalogue and not recommendation.named_by


def changed_fields(old: Recommendation, new: Recommendation) -> Iterator[str]:
    """The fields that say something else."""
    for name in TEXTS:
        was, now = (" ".join(getattr(each, name).split()) for each in (old, new))
        if was and now and was != now and not (name == "title" and old.id in (was, now)):
            yield name
    for name in RATINGS:
        was, now = getattr(old, name), getattr(new, name)
        if "unknown" not in (was, now) and was != now:
            yield name
    if new.deprecated and not old.deprecated:
        yield "deprecated"
