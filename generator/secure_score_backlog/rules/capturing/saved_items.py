# SPDX-License-Identifier: Apache-2.0
"""Graph JSON that a person saved, told apart by content: scores, profiles, or neither.

One object, a list of objects, a whole response (`{"value": [...]}`), or a list of whole responses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from secure_score_backlog.rules.capturing.graph_values import text

EXPECTED = (
    "Expected is what Microsoft Graph answers to /security/secureScores or /security/secureScoreControlProfiles, "
    "saved whole as JSON: one object, a list, or the response with its 'value'."
)
SCORE_KEYS = frozenset({"controlScores", "currentScore"})
PROFILE_KEYS = frozenset(
    {"controlStateUpdates", "implementationCost", "remediation", "actionUrl", "actionType", "tier"}
)


class Foreign(ValueError):
    """JSON that is not what was expected; the text says what it is instead."""


@dataclass(frozen=True, slots=True)
class SavedItems:
    """The items of one file, by kind."""

    scores: tuple[Any, ...] = ()
    profiles: tuple[Any, ...] = ()
    unfinished: bool = False
    """The response names a further page that is not in it."""


def sort_out(content: Any) -> SavedItems:
    """The items of a parsed file. Raises Foreign where it holds anything else."""
    scores: list[Any] = []
    profiles: list[Any] = []
    unfinished = False
    for item in _items(content):
        if isinstance(item, _Unfinished):
            unfinished = True
        elif not isinstance(item, dict):
            raise Foreign(f"it holds {_kind(item)} where an object was expected")
        elif SCORE_KEYS & item.keys():
            scores.append(item)
        elif PROFILE_KEYS & item.keys():
            profiles.append(item)
        else:
            raise Foreign(_what_else(item))
    return SavedItems(tuple(scores), tuple(profiles), unfinished)


class _Unfinished:
    """Stands among the items for a page that is missing."""


def _items(content: Any) -> list[Any]:
    """The items of an object, a list or a response, which may itself be an item of a list."""
    if isinstance(content, list):
        return [inner for item in content for inner in (_items(item) if _is_response(item) else [item])]
    if not _is_response(content):
        return [content]
    missing: list[Any] = [_Unfinished()] if text(content.get("@odata.nextLink")) else []
    return [*content["value"], *missing]


def _is_response(content: Any) -> bool:
    return isinstance(content, dict) and isinstance(content.get("value"), list)


def _what_else(item: dict[str, Any]) -> str:
    """An object that is neither a score nor a profile, in words."""
    error = item.get("error")
    if isinstance(error, dict):
        return f"it is an error that Graph answered: {str(error.get('code'))[:80]}"
    lowered = {key.lower() for key in item}
    if lowered & {key.lower() for key in SCORE_KEYS | PROFILE_KEYS}:
        return (
            "its names are PowerShell's (ControlScores), not Graph's (controlScores): "
            "save the raw answer, with Invoke-MgGraphRequest -OutputType Json"
        )
    names = ", ".join(sorted(item)[:4])
    return f"it holds an object that is neither a score nor a profile (with {names[:120] or 'no fields'})"


def _kind(item: Any) -> str:
    names = {str: "a text", list: "a list", bool: "true or false", type(None): "null"}
    return names.get(type(item), "a number")
