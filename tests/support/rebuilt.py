# SPDX-License-Identifier: Apache-2.0
"""Graph's answer, rebuilt from the stored files: the proof that nothing was lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from secure_score_backlog.snapshots.graph_json import Json, control_name, unique_names


def rebuilt(snapshot: Mapping[str, Any], descriptions: Mapping[str, str]) -> Json:
    """Graph's `secureScore` object, from a snapshot and the catalogue's descriptions.

    Equal to what Graph sent but for the order of the controls.
    """
    score: Json = dict(snapshot["secureScore"])
    items = score.get("controlScores")
    if not isinstance(items, list):
        return score
    unique = unique_names(score)
    times = {name: time for time, names in snapshot.get("synced", {}).items() for name in names}
    undescribed = set(snapshot.get("collected", {}).get("undescribed", ()))
    score["controlScores"] = [_rebuilt_control(item, unique, times, undescribed, descriptions) for item in items]
    return score


def _rebuilt_control(
    line: Any,
    unique: frozenset[str],
    times: Mapping[str, str],
    undescribed: set[str],
    descriptions: Mapping[str, str],
) -> Any:
    name = control_name(line)
    if name not in unique:
        return line
    control = dict(line)
    if name in times:
        control["lastSynced"] = times[name]
    if "description" not in control and name not in undescribed and name in descriptions:
        control["description"] = descriptions[name]
    return control
