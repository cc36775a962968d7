# SPDX-License-Identifier: Apache-2.0
"""What a collection changed, for the summary: days, recommendations, points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from secure_score_backlog.snapshots.graph_json import (
    Json,
    control_name,
    controls,
    created,
    number,
    profiles_by_id,
    scored_names,
    text,
)


@dataclass(frozen=True, slots=True)
class Move:
    """A number of one recommendation before and after."""

    recommendation: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Renaming:
    """A word of one recommendation before and after: its id, or its category."""

    recommendation: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything a collection changed."""

    added: tuple[date, ...] = ()
    """Days that had no snapshot."""
    improved: tuple[date, ...] = ()
    """Days that were backfilled and are complete now."""
    unchanged: tuple[date, ...] = ()
    """Days of the answer whose snapshot stays as it is."""
    start: date | None = None
    """The newest snapshot before; None on a first run or where the newest stayed the same."""
    end: date | None = None
    """The newest snapshot now."""
    catalogue: bool = False
    """The catalogue was written."""
    new: tuple[str, ...] = ()
    """Recommendations never seen before; empty on a first run."""
    back: tuple[str, ...] = ()
    """Recommendations that were gone."""
    retired: tuple[str, ...] = ()
    renamed: tuple[Renaming, ...] = ()
    """Ids that Microsoft now spells in another case; neither new nor retired."""
    recategorised: tuple[Renaming, ...] = ()
    """Recommendations that moved to another category."""
    reweighted: tuple[Move, ...] = ()
    """Maximum points that changed."""
    up: tuple[Move, ...] = ()
    down: tuple[Move, ...] = ()

    @property
    def anything(self) -> bool:
        """Something was written."""
        return bool(self.added or self.improved or self.catalogue)


def recommendations_in(profiles: Iterable[Any], snapshot: Json | None) -> frozenset[str]:
    """The recommendations that a catalogue or a snapshot knows."""
    scored = scored_names(snapshot["secureScore"]) if snapshot else set()
    return frozenset(profiles_by_id(profiles).keys() | scored)


def changes_between(
    changes: Changes,
    profiles: Iterable[Any],
    newest: Json | None,
    catalogue: Json | None,
    files: Mapping[str, Json],
    seen: frozenset[str],
) -> Changes:
    """Complete the changes by comparing with what was stored: old profiles, old newest snapshot."""
    written = [content for content in files.values() if "secureScore" in content]
    latest = max(written, key=_day, default=newest)
    if latest is not None and newest is not None and _day(latest) < _day(newest):
        latest = newest
    old_ids = recommendations_in(profiles, newest)
    new_ids = recommendations_in(catalogue["profiles"] if catalogue else (), latest)
    came, went = (new_ids - old_ids, old_ids - new_ids) if old_ids else (frozenset[str](), frozenset[str]())
    renamed = tuple(_case_only(went, came))
    came, went = came - {each.after for each in renamed}, went - {each.before for each in renamed}
    result = replace(
        changes,
        catalogue=any("profiles" in content for content in files.values()),
        end=_day(latest) if latest is not None else None,
        new=tuple(sorted(came - seen)),
        back=tuple(sorted(came & seen)),
        retired=tuple(sorted(went)),
        renamed=renamed,
    )
    if newest is None or latest is None or latest is newest:
        return result
    return _with_moves(replace(result, start=_day(newest)), newest, latest)


def _with_moves(changes: Changes, before: Json, after: Json) -> Changes:
    """Add the points and maxima that differ between two snapshots."""
    moved = _moves(_points(before), _points(after))
    return replace(
        changes,
        up=tuple(move for move in moved if move.after > move.before),
        down=tuple(move for move in moved if move.after < move.before),
        reweighted=_moves(_maxima(before), _maxima(after)),
        recategorised=tuple(_recategorised(_categories(before), _categories(after))),
    )


def _case_only(went: frozenset[str], came: frozenset[str]) -> Iterator[Renaming]:
    """Ids that went and came back in another case; scores and profiles may even spell them in two."""
    for before in sorted(went):
        if sum(name.casefold() == before.casefold() for name in went) == 1:
            for after in sorted(name for name in came if name.casefold() == before.casefold()):
                yield Renaming(after, before, after)


def _recategorised(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Renaming]:
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name]:
            yield Renaming(name, before[name], after[name])


def _categories(snapshot: Json) -> dict[str, str]:
    found = ((control_name(c), text(c.get("controlCategory"))) for c in controls(snapshot["secureScore"]))
    return {name: category for name, category in found if name is not None and category is not None}


def _moves(before: Mapping[str, Decimal], after: Mapping[str, Decimal]) -> tuple[Move, ...]:
    names = sorted(before.keys() & after.keys())
    return tuple(Move(name, before[name], after[name]) for name in names if before[name] != after[name])


def _points(snapshot: Json) -> dict[str, Decimal]:
    points = ((control_name(c), number(c.get("score"))) for c in controls(snapshot["secureScore"]))
    return {name: value for name, value in points if name is not None and value is not None}


def _maxima(snapshot: Json) -> dict[str, Decimal]:
    first = {name: entry[0] for name, entry in snapshot["maximum"].items() if isinstance(entry, list) and entry}
    return {name: value for name, entry in first.items() if (value := number(entry)) is not None}


def _day(snapshot: Json) -> date:
    at = created(snapshot["secureScore"])
    return at.date() if at is not None else date.min
