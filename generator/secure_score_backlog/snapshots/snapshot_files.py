# SPDX-License-Identifier: Apache-2.0
"""The files below `snapshots/`: their paths, their shape and their bytes (docs/method.md#snapshots).

A snapshot: `{"collected": {…}, "maximum": {id: [points, portal state]}, "secureScore": {…}, "synced": {time: [ids]}}`.
The catalogue: `{"collected": {…}, "descriptions": {id: text}, "profiles": […]}`, and where a portal table names
recommendations that Graph's catalogue does not list, `"titles": [{id, title, service, maxScore, source}]`.

`secureScore` is Graph's object. What changes every day without meaning is lifted out of its controls: `lastSynced` into
`synced`, `description` into the catalogue. A control whose name is missing or not unique keeps everything in its own
line, so that Graph's answer can be rebuilt without a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from secure_score_backlog.dates import is_usable
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.problems import IF_CHANGED
from secure_score_backlog.snapshots import exact_json
from secure_score_backlog.snapshots.graph_json import Json, control_name, in_order, number, unique_names

SNAPSHOTS = "snapshots"
CATALOGUE_PATH = f"{SNAPSHOTS}/catalogue.json"
_SNAPSHOT = re.compile(rf"{SNAPSHOTS}/(?P<year>\d{{4}})/(?P<day>(?P=year)-\d{{2}}-\d{{2}})\.json")

PARTIAL = "partial"
"""`collected.coverage` of a snapshot that holds a part of its day."""
NAMES_OF_PEOPLE = frozenset({"updatedby", "assignedto", "comment"})
"""Keys of a state update that name people, or may: a comment is free text."""

_ONE_A_LINE = (
    (),
    ("descriptions",),
    ("maximum",),
    ("profiles",),
    ("secureScore",),
    ("secureScore", "averageComparativeScores"),
    ("secureScore", "controlScores"),
    ("synced",),
    ("titles",),
)
_SNAPSHOT_PARTS = {"collected": dict, "maximum": dict, "secureScore": dict}
_CATALOGUE_PARTS = {"collected": dict, "descriptions": dict, "profiles": list}


def snapshot_path(day: date) -> str:
    """Where the snapshot of a day is stored, relative to the root."""
    return f"{SNAPSHOTS}/{day.year:04}/{day.isoformat()}.json"


def snapshot_days(paths: Iterable[str]) -> list[tuple[date, str]]:
    """The snapshots among some paths with their days, oldest first; other files are ignored."""
    found = []
    for path in paths:
        match = _SNAPSHOT.fullmatch(path)
        try:
            if match and is_usable(day := date.fromisoformat(match["day"])):
                found.append((day, path))
        except ValueError:
            continue
    return sorted(found)


def without_a_day(paths: Iterable[str]) -> list[str]:
    """Files that are named like snapshots, but after no day of the calendar that the program computes with."""
    named = {path for path in paths if _SNAPSHOT.fullmatch(path)}
    return sorted(named - {path for _, path in snapshot_days(named)})


def snapshot_of(score: Json, descriptions: Mapping[str, str], collected: Json, maximum: Json) -> Json:
    """A snapshot of Graph's `secureScore` object.

    `descriptions` is what the catalogue says (or will say): only texts that it holds word for word are lifted.
    """
    unique = unique_names(score)
    synced: dict[str, list[str]] = {}
    undescribed: list[str] = []
    items = score.get("controlScores")
    stored = dict(score)
    if isinstance(items, list):
        lines = [_line(item, unique, descriptions, synced, undescribed) for item in items]
        stored["controlScores"] = in_order(lines, "controlName")
    note = {"undescribed": sorted(undescribed)} if undescribed else {}
    return {
        "collected": {**collected, **note},
        "maximum": maximum,
        "secureScore": stored,
        "synced": {time: sorted(names) for time, names in synced.items()},
    }


def _line(
    control: Any,
    unique: frozenset[str],
    descriptions: Mapping[str, str],
    synced: dict[str, list[str]],
    undescribed: list[str],
) -> Any:
    """One line of a snapshot; adds what it lifts to `synced` and what it lacks to `undescribed`."""
    name = control_name(control)
    if name not in unique:
        return control
    line = dict(control)
    time = line.get("lastSynced")
    if isinstance(time, str):
        synced.setdefault(time, []).append(name)
        del line["lastSynced"]
    if "description" not in line:
        undescribed.append(name)
    elif isinstance(line["description"], str) and descriptions.get(name) == line["description"]:
        del line["description"]
    return line


def frozen_maximum(entry: object) -> tuple[Decimal | None, str | None]:
    """One entry of a snapshot's `maximum`: points and portal state on the day it was written; None for unknown."""
    if not isinstance(entry, list) or len(entry) != 2:
        return None, None
    points, portal = entry
    return number(points), portal if isinstance(portal, str) else None


def is_complete(snapshot: Mapping[str, Any]) -> bool:
    """The snapshot holds all that Graph gives for a day."""
    return snapshot["collected"].get("complete") is True


def is_partial(snapshot: Mapping[str, Any]) -> bool:
    """The snapshot holds a part of its day: a filtered export, or scores without all profiles."""
    return bool(snapshot.get("collected", {}).get("coverage") == PARTIAL)


def without_names(profile: Any) -> tuple[Any, frozenset[str]]:
    """A profile without `updatedBy`, `assignedTo` and `comment`, and the names of the keys that were dropped."""
    updates = profile.get("controlStateUpdates") if isinstance(profile, dict) else None
    if not isinstance(updates, list):
        return profile, frozenset()
    dropped = {
        f"controlStateUpdates.{key}"
        for update in updates
        if isinstance(update, dict)
        for key in update
        if key.lower() in NAMES_OF_PEOPLE
    }
    kept = [_without_names(update) for update in updates]
    return {**profile, "controlStateUpdates": kept}, frozenset(dropped)


def _without_names(update: Any) -> Any:
    if not isinstance(update, dict):
        return update
    return {key: value for key, value in update.items() if key.lower() not in NAMES_OF_PEOPLE}


def encode(content: Mapping[str, Any]) -> bytes:
    """The canonical bytes of a snapshot or of the catalogue: one control, profile or text a line."""
    return exact_json.encode(dict(content), _ONE_A_LINE)


def decode(data: bytes, path: str) -> Json:
    """A snapshot from its bytes; numbers are Decimal. Raises CannotProceed, naming the file."""
    return _decode(data, path, _SNAPSHOT_PARTS, "snapshot")


def decode_catalogue(data: bytes, path: str) -> Json:
    """The catalogue from its bytes; numbers are Decimal. Raises CannotProceed, naming the file."""
    return _decode(data, path, _CATALOGUE_PARTS, "catalogue")


def _decode(data: bytes, path: str, parts: Mapping[str, type], kind: str) -> Json:
    hint = (
        f"{IF_CHANGED} For the maintainer: bring back an earlier version, and run the command again. `git checkout -- "
        f"{path}` brings back the last commit's; `git log -- {path}` shows the commits before it, and `git checkout "
        f"COMMIT -- {path}` takes the file from one. A {kind} is not meant to be edited by hand."
    )
    try:
        content = exact_json.parse(data)
    except exact_json.UnreadableJson as error:
        raise CannotProceed(f"This {kind} cannot be read: {error}.", where=path, hint=hint) from None
    if not isinstance(content, dict):
        raise CannotProceed(f"This {kind} is not a JSON object.", where=path, hint=hint)
    for name, kind_of_part in parts.items():
        if not isinstance(content.get(name), kind_of_part):
            raise CannotProceed(f"This {kind} has no usable {name!r}.", where=path, hint=hint)
    return content


def is_snapshot(content: Mapping[str, Any]) -> bool:
    """Whether an object has the parts of a snapshot."""
    return all(isinstance(content.get(name), kind) for name, kind in _SNAPSHOT_PARTS.items())
