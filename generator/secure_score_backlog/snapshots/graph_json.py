# SPDX-License-Identifier: Apache-2.0
"""Single values of Graph's answers, read leniently: the types lie (facts/graph.md 0.7).

A number may come as a number, as text ("128.5") or as "NaN"; a date may carry an offset or twelve decimals; anything
may be null. What cannot be read is None: unknown, never zero.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.snapshots import exact_json
from secure_score_backlog.snapshots.exact_json import MAXIMUM_DIGITS, MAXIMUM_EXPONENT

Json = dict[str, Any]
"""A JSON object whose numbers are Decimal."""

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_INSTANT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:([Zz])|([+-])(\d\d):?(\d\d))?", re.ASCII
)
_TENANT_AT_THE_FRONT = re.compile(r"([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})_\d{4}-", re.ASCII)
_DAY_AT_THE_END = re.compile(r"[_-](\d{4}-\d\d-\d\d)(?:T[0-9:.]*Z?)?$", re.ASCII)


def number(value: Any) -> Decimal | None:
    """A number, also when Graph wrote it as text; None for null, NaN, infinity and anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if not isinstance(value, str) or len(value) > MAXIMUM_DIGITS or not _NUMBER.fullmatch(value.strip()):
        return None
    read = Decimal(value.strip())
    return read if abs(read.adjusted()) <= MAXIMUM_EXPONENT else None


def text(value: Any) -> str | None:
    """A text that is not empty, or None."""
    return value if isinstance(value, str) and value else None


def instant(value: Any) -> datetime | None:
    """A point in time, in UTC; without an offset it is taken as UTC. None where no time can be read."""
    found = _INSTANT.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, _, sign, hours, minutes = found.groups()
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    try:
        local = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), micro, tzinfo=UTC)
        return local + offset if sign == "-" else local - offset
    except (ValueError, OverflowError):
        return None


def created(score: Mapping[str, Any]) -> datetime | None:
    """When Graph made a snapshot: `createdDateTime`, else the day at the end of the id (facts/graph.md 0.2)."""
    stated = instant(score.get("createdDateTime"))
    if stated is not None:
        return stated
    identifier = text(score.get("id"))
    suffix = _DAY_AT_THE_END.search(identifier) if identifier else None
    return instant(f"{suffix[1]}T00:00Z") if suffix else None


def controls(score: Mapping[str, Any]) -> list[Json]:
    """The scored controls of a snapshot; what is not an object is left out."""
    items = score.get("controlScores")
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def control_name(control: Mapping[str, Any]) -> str | None:
    """The id of the recommendation that a control's score is about."""
    return text(control.get("controlName"))


def scored_names(score: Mapping[str, Any]) -> set[str]:
    """The ids of all recommendations that a score speaks of."""
    return {name for control in controls(score) if (name := control_name(control)) is not None}


def tenant(item: Mapping[str, Any]) -> str | None:
    """The tenant id of a score or profile, in small letters; a score's id begins with it (facts/graph.md 0.2)."""
    stated = text(item.get("azureTenantId"))
    if stated and stated.strip():
        return stated.strip().lower()
    prefix = _TENANT_AT_THE_FRONT.match(text(item.get("id")) or "")
    return prefix[1].lower() if prefix else None


def sort_key(value: Any, name: str) -> tuple[str, str]:
    """The key by which items are put in order: one of their fields, then all of their content."""
    field = value.get(name) if isinstance(value, dict) else None
    return (field if isinstance(field, str) else "", json.dumps(value, sort_keys=True, default=str))


def snapshot_path(day: date) -> str:
    """Where the snapshot of a day lives, relative to the root."""
    return f"snapshots/{day.isoformat()[:4]}/{day.isoformat()}.json"


CATALOGUE_PATH = "snapshots/catalogue.json"


# --- The shape of a snapshot and of the catalogue, and the way back to Graph's answer (design §4.1).
#
# What changes every day without meaning is lifted out of the controls: `lastSynced` into `synced` at the end of the
# snapshot, `description` into the catalogue. A control whose name is missing or not unique keeps everything in its own
# line, so that the way back is never a guess.


NAMES_OF_PEOPLE = frozenset({"updatedby", "assignedto"})


def unique_names(score: Mapping[str, Any]) -> frozenset[str]:
    """The control names that occur exactly once in a score."""
    counted = Counter(name for control in controls(score) if (name := control_name(control)) is not None)
    return frozenset(name for name, times in counted.items() if times == 1)


def descriptions_of(score: Mapping[str, Any]) -> dict[str, str]:
    """The texts that Graph gave with a score, by recommendation."""
    unique = unique_names(score)
    described = {control_name(control): control.get("description") for control in controls(score)}
    return {name: words for name in sorted(unique) if isinstance(words := described[name], str)}


def fold(score: Json, descriptions: Mapping[str, str], collected: Json, maximum: Json) -> Json:
    """A snapshot from Graph's `secureScore` object.

    `descriptions` is what the catalogue says (or will say): only texts that stand there word for word are lifted.
    """
    unique = unique_names(score)
    synced: dict[str, list[str]] = {}
    undescribed: list[str] = []
    items = score.get("controlScores")
    folded = dict(score)
    if isinstance(items, list):
        lines = [_fold_control(item, unique, descriptions, synced, undescribed) for item in items]
        folded["controlScores"] = sorted(lines, key=lambda line: sort_key(line, "controlName"))
    note = {"undescribed": sorted(undescribed)} if undescribed else {}
    return {
        "collected": {**collected, **note},
        "maximum": maximum,
        "secureScore": folded,
        "synced": {time: sorted(names) for time, names in synced.items()},
    }


def _fold_control(
    control: Any,
    unique: frozenset[str],
    descriptions: Mapping[str, str],
    synced: dict[str, list[str]],
    undescribed: list[str],
) -> Any:
    """One line of a snapshot; adds what it lifts to `synced` and what it lacks to `undescribed`."""
    name = control_name(control) if isinstance(control, dict) else None
    if name is None or name not in unique:
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


def unfold(snapshot: Mapping[str, Any], descriptions: Mapping[str, str]) -> Json:
    """Graph's `secureScore` object, rebuilt from a snapshot and the catalogue's descriptions.

    Equal to what Graph sent but for the order of the controls.
    """
    score: Json = dict(snapshot["secureScore"])
    items = score.get("controlScores")
    if not isinstance(items, list):
        return score
    unique = unique_names(score)
    times = {name: time for time, names in snapshot.get("synced", {}).items() for name in names}
    undescribed = set(snapshot.get("collected", {}).get("undescribed", ()))
    score["controlScores"] = [_unfold_control(item, unique, times, undescribed, descriptions) for item in items]
    return score


def _unfold_control(
    line: Any,
    unique: frozenset[str],
    times: Mapping[str, str],
    undescribed: set[str],
    descriptions: Mapping[str, str],
) -> Any:
    name = control_name(line) if isinstance(line, dict) else None
    if name is None or name not in unique:
        return line
    control = dict(line)
    if name in times:
        control["lastSynced"] = times[name]
    if "description" not in control and name not in undescribed and name in descriptions:
        control["description"] = descriptions[name]
    return control


def without_names(profile: Any) -> tuple[Any, frozenset[str]]:
    """A profile without `updatedBy` and `assignedTo`, and the names of the keys that were dropped."""
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


def profiles_by_id(profiles: Iterable[Any]) -> dict[str, Json]:
    """The profiles that have an id; of several with one id, the first in canonical order."""
    found: dict[str, Json] = {}
    for profile in sorted(profiles, key=lambda item: sort_key(item, "id")):
        identifier = text(profile.get("id")) if isinstance(profile, dict) else None
        if identifier is not None:
            found.setdefault(identifier, profile)
    return found


def by_folded_id(profiles: Iterable[Any]) -> dict[str, Json]:
    """The profiles by id in small letters; those that differ from another in case only are left out."""
    by_id = profiles_by_id(profiles)
    counted = Counter(name.casefold() for name in by_id)
    return {name.casefold(): profile for name, profile in by_id.items() if counted[name.casefold()] == 1}


# --- One snapshot or catalogue as bytes, and back (design §4.1).
#
# A snapshot: `{"collected": {…}, "maximum": {id: [points, state]}, "secureScore": {…}, "synced": {time: [ids]}}`.
# The catalogue: `{"collected": {…}, "descriptions": {id: text}, "profiles": […]}`.


_SPREAD = (
    (),
    ("descriptions",),
    ("maximum",),
    ("profiles",),
    ("secureScore",),
    ("secureScore", "averageComparativeScores"),
    ("secureScore", "controlScores"),
    ("synced",),
)
_SNAPSHOT_PARTS = {"collected": dict, "maximum": dict, "secureScore": dict}
_CATALOGUE_PARTS = {"collected": dict, "descriptions": dict, "profiles": list}


def encode(content: Mapping[str, Any]) -> bytes:
    """The canonical bytes of a snapshot or of the catalogue: one control, profile or text a line."""
    return exact_json.encode(dict(content), _SPREAD)


def decode(data: bytes, path: str) -> Json:
    """A snapshot from its bytes; numbers are Decimal. Raises CannotProceed, naming the file."""
    return _decode(data, path, _SNAPSHOT_PARTS, "snapshot")


def decode_catalogue(data: bytes, path: str) -> Json:
    """The catalogue from its bytes; numbers are Decimal. Raises CannotProceed, naming the file."""
    return _decode(data, path, _CATALOGUE_PARTS, "catalogue")


def _decode(data: bytes, path: str, parts: Mapping[str, type], kind: str) -> Json:
    hint = (
        f"It was left as it is. Restore it: git checkout -- {path}. If it was committed like this: git log "
        f"-- {path} shows the commits, git checkout COMMIT -- {path} takes it from a good one. Then run the command "
        f"again. A {kind} is not meant to be edited by hand."
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
