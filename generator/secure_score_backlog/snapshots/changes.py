# SPDX-License-Identifier: Apache-2.0
"""What a collection or an import changed: days, recommendations, points; for a person to read, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from secure_score_backlog.problems import Problem
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
from secure_score_backlog.snapshots.snapshot_files import frozen_maximum, is_complete, is_partial, snapshot_path
from secure_score_backlog.wording import plural

SHOWN = 10
"""How many recommendations a line of the summary names."""


@dataclass(frozen=True, slots=True)
class Move:
    """A number of one recommendation before and after."""

    recommendation: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Renaming:
    """A text of one recommendation before and after: its id, or its category."""

    recommendation: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything a collection changed."""

    added: tuple[date, ...] = ()
    """Days that had no snapshot."""
    improved: tuple[date, ...] = ()
    """Days that had scores only or were partial, and are stored anew."""
    unchanged: tuple[date, ...] = ()
    """Days of the answer whose snapshot stays as it is."""
    start: date | None = None
    """The newest snapshot before; None on a first run or where the newest stayed the same."""
    end: date | None = None
    """The newest snapshot now."""
    catalogue: bool = False
    """The catalogue was written."""
    new: tuple[str, ...] = ()
    """Recommendations that no snapshot had before; empty on a first run."""
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
    kept: tuple[tuple[str, int], ...] = ()
    """Fields of profiles that the answer lacked and that kept their stored value, with how many profiles."""

    @property
    def anything(self) -> bool:
        """Something was written."""
        return bool(self.added or self.improved or self.catalogue)


def recommendations_in(profiles: Iterable[Any], snapshot: Json | None) -> frozenset[str]:
    """The recommendations of a catalogue or a snapshot."""
    scored = scored_names(snapshot["secureScore"]) if snapshot else set()
    return frozenset(profiles_by_id(profiles).keys() | scored)


def changes_between(
    changes: Changes,
    profiles: Iterable[Any],
    newest: Json | None,
    catalogue: Json | None,
    files: Mapping[str, Json],
    seen_before: frozenset[str],
) -> Changes:
    """Complete the changes by comparing with what was stored: old profiles, old newest snapshot."""
    written = [content for content in files.values() if "secureScore" in content]
    latest = max(written, key=_day_of, default=newest)
    if latest is not None and newest is not None and _day_of(latest) < _day_of(newest):
        latest = newest
    old_ids = recommendations_in(profiles, newest)
    new_ids = recommendations_in(catalogue["profiles"] if catalogue else (), latest)
    new_ids |= profiles_by_id(catalogue.get("titles", ()) if catalogue else ()).keys()
    if latest is not None and newest is not None and is_partial(latest):  # it says nothing about what it does not hold
        new_ids |= scored_names(newest["secureScore"])
    arrived, gone = (new_ids - old_ids, old_ids - new_ids) if old_ids else (frozenset[str](), frozenset[str]())
    renamed = tuple(_case_only(gone, arrived))
    arrived, gone = arrived - {each.after for each in renamed}, gone - {each.before for each in renamed}
    result = replace(
        changes,
        catalogue=any("profiles" in content for content in files.values()),
        end=_day_of(latest) if latest is not None else None,
        new=tuple(sorted(arrived - seen_before)),
        back=tuple(sorted(arrived & seen_before)),
        retired=tuple(sorted(gone)),
        renamed=renamed,
    )
    if newest is None or latest is None or latest is newest:
        return result
    return _with_moves(replace(result, start=_day_of(newest)), newest, latest)


def _with_moves(changes: Changes, before: Json, after: Json) -> Changes:
    """Add the points and maxima that differ between two snapshots."""
    moved = _moves_between(_points(before), _points(after))
    return replace(
        changes,
        up=tuple(move for move in moved if move.after > move.before),
        down=tuple(move for move in moved if move.after < move.before),
        reweighted=_moves_between(_maxima(before), _maxima(after)),
        recategorised=tuple(_recategorised(_categories(before), _categories(after))),
    )


def _case_only(gone: frozenset[str], arrived: frozenset[str]) -> Iterator[Renaming]:
    """Ids that are now spelled in another case; scores and profiles may even use two spellings."""
    for before in sorted(gone):
        if sum(name.casefold() == before.casefold() for name in gone) == 1:
            for after in sorted(name for name in arrived if name.casefold() == before.casefold()):
                yield Renaming(after, before, after)


def _recategorised(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Renaming]:
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name]:
            yield Renaming(name, before[name], after[name])


def _categories(snapshot: Json) -> dict[str, str]:
    found = ((control_name(c), text(c.get("controlCategory"))) for c in controls(snapshot["secureScore"]))
    return {name: category for name, category in found if name and category}


def _moves_between(before: Mapping[str, Decimal], after: Mapping[str, Decimal]) -> tuple[Move, ...]:
    names = sorted(before.keys() & after.keys())
    return tuple(Move(name, before[name], after[name]) for name in names if before[name] != after[name])


def _points(snapshot: Json) -> dict[str, Decimal]:
    points = ((control_name(c), number(c.get("score"))) for c in controls(snapshot["secureScore"]))
    return {name: value for name, value in points if name and value is not None}


def _maxima(snapshot: Json) -> dict[str, Decimal]:
    stated = ((name, frozen_maximum(entry)[0]) for name, entry in snapshot["maximum"].items())
    return {name: value for name, value in stated if value is not None}


def _day_of(snapshot: Json) -> date:
    at = created(snapshot["secureScore"])
    return at.date() if at is not None else date.min


def summary_text(changes: Changes, files: Mapping[str, Json], written: Sequence[str], *, dry_run: bool = False) -> str:
    """The summary for a person; `written` are the files that were written, or would be in a dry run."""
    if not written:
        newest = f"; the newest snapshot is of {changes.end}" if changes.end else ""
        return f"Nothing new{newest}."
    lines = [*_score_line(changes, files), f"Days: {_days(changes)}.", *_renamings(changes)]
    for label, names in (("New", changes.new), ("Back", changes.back), ("Retired", changes.retired)):
        if names:
            lines.append(f"{label} recommendations ({len(names)}): {_some(names)}.")
    moves = (("Points up", changes.up), ("Points down", changes.down), ("Maximum changed", changes.reweighted))
    for label, moved in moves:
        if moved:
            since = f" since {changes.start}" if changes.start else ""
            lines.append(f"{label}{since} ({len(moved)}): {_some(_move(move) for move in moved)}.")
    if changes.catalogue:
        lines.append(f"The catalogue {'would be' if dry_run else 'was'} written.")
        if changes.kept:
            fields = _some(f"{field} of {plural(number, 'recommendation')}" for field, number in changes.kept)
            lines.append(f"Kept from the stored catalogue, as the new one lacks it: {fields}.")
    verb = "Would write" if dry_run else "Wrote"
    lines.append(f"{verb} {len(written)} file{'s' if len(written) > 1 else ''}: {_some(written, 4)}.")
    if dry_run:
        lines.append("Nothing was written: this was a dry run.")
    return "\n".join(lines)


def _renamings(changes: Changes) -> list[str]:
    lines = []
    if changes.renamed:
        listed = _some(f"{each.before} → {each.after}" for each in changes.renamed)
        lines.append(f"Spelled in another case ({len(changes.renamed)}): {listed}.")
    if changes.recategorised:
        listed = _some(f"{each.recommendation} {each.before} → {each.after}" for each in changes.recategorised)
        lines.append(f"Category changed ({len(changes.recategorised)}): {listed}.")
    return lines


def _score_line(changes: Changes, files: Mapping[str, Json]) -> list[str]:
    day = changes.end
    newest = files.get(snapshot_path(day)) if day else None
    if newest is None or day is None:
        return []
    score: Json = newest["secureScore"]
    current, maximum = number(score.get("currentScore")), number(score.get("maxScore"))
    if newest["collected"].get("source") == "csv":  # a table states no totals
        current, maximum = sum(_points(newest).values(), Decimal(0)), sum(_maxima(newest).values(), Decimal(0))
    how = " (partial)" if is_partial(newest) else "" if is_complete(newest) else " (scores only)"
    return [f"{day}: {_amount(current, maximum)}{how}."]


def _amount(current: Decimal | None, maximum: Decimal | None) -> str:
    """Points of the maximum; says which of the two is unknown."""
    if current is None:
        return (
            "neither points nor their maximum are known"
            if maximum is None
            else f"{maximum:f} points at most; those earned are unknown"
        )
    return f"{current:f} points, of an unknown maximum" if maximum is None else f"{current:f} of {maximum:f} points"


def _days(changes: Changes) -> str:
    parts = [
        _count(changes.added, "added"),
        _count(changes.improved, "completed"),
        f"{len(changes.unchanged)} stored already" if changes.unchanged else "",
    ]
    return ", ".join(part for part in parts if part) or "none in this answer"


def _count(days: tuple[date, ...], what: str) -> str:
    if not days:
        return ""
    span = str(days[0]) if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return f"{len(days)} {what} ({span})"


def _move(move: Move) -> str:
    return f"{move.recommendation} {move.before:f} → {move.after:f}"


def _some(names: Iterable[str], shown: int = SHOWN) -> str:
    listed = list(names)
    rest = len(listed) - shown
    return ", ".join(listed[:shown]) + (f" and {rest} more" if rest > 0 else "")


def problem_text(problem: Problem) -> str:
    """One problem for a person: severity, place, message, what to do."""
    return f"{problem.severity.value}: {problem.path}: {problem.message}\n  {problem.hint}"


def summary_json(
    changes: Changes, written: Sequence[str], problems: Iterable[Problem], *, dry_run: bool = False
) -> dict[str, Any]:
    """The summary for a program; amounts are JSON numbers."""
    return {
        "schema": 1,
        "dry_run": dry_run,
        "days": {
            "added": [str(day) for day in changes.added],
            "completed": [str(day) for day in changes.improved],
            "unchanged": [str(day) for day in changes.unchanged],
        },
        "newest": {"before": _day(changes.start), "now": _day(changes.end)},
        "recommendations": {
            "new": list(changes.new),
            "back": list(changes.back),
            "retired": list(changes.retired),
            "renamed": _renamed(changes.renamed),
        },
        "categories": _renamed(changes.recategorised),
        "points": {"up": _moves(changes.up), "down": _moves(changes.down)},
        "maximum": _moves(changes.reweighted),
        "kept": dict(changes.kept),
        "written": [] if dry_run else list(written),
        **({"would_write": list(written)} if dry_run else {}),
        "problems": [problem.as_json() for problem in problems],
    }


def _day(day: date | None) -> str | None:
    return str(day) if day is not None else None


def _moves(moves: Iterable[Move]) -> list[dict[str, Any]]:
    return [
        {"recommendation": move.recommendation, "before": _plain(move.before), "after": _plain(move.after)}
        for move in moves
    ]


def _renamed(renamings: Iterable[Renaming]) -> list[dict[str, str]]:
    return [{"recommendation": each.recommendation, "before": each.before, "after": each.after} for each in renamings]


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
