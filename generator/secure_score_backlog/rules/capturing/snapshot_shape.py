# SPDX-License-Identifier: Apache-2.0
"""The shape of a snapshot and of the catalogue, and the way back to Graph's answer (design §4.1).

What changes every day without meaning is lifted out of the controls: `lastSynced` into `synced` at the end of the
snapshot, `description` into the catalogue. A control whose name is missing or not unique keeps everything in its own
line, so that the way back is never a guess.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from secure_score_backlog.rules.capturing.graph_values import Json, control_name, controls, sort_key, text

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
