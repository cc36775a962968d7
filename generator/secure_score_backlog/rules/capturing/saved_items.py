# SPDX-License-Identifier: Apache-2.0
"""Graph JSON that a person saved, told apart by content: scores, profiles, or neither.

One object, a list of objects, a whole response (`{"value": [...]}`), or a list of whole responses; as Graph sent it,
or as the PowerShell module wrote it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from secure_score_backlog.rules.capturing.graph_values import text
from secure_score_backlog.rules.capturing.powershell import CutOff, as_graph, is_powershell

EXPECTED = (
    "What can be imported: what Microsoft Graph answers to /security/secureScores or "
    "/security/secureScoreControlProfiles, saved whole as JSON (PowerShell's ConvertTo-Json too), or the CSV that the "
    "Defender portal exports under Secure Score, Recommended actions."
)
DEEPER = "Save it again with ConvertTo-Json -Depth 10, which keeps everything, and import that."
SCORE_KEYS = frozenset({"controlScores", "currentScore"})
PROFILE_KEYS = frozenset(
    {"controlStateUpdates", "implementationCost", "remediation", "actionUrl", "actionType", "tier"}
)


class Foreign(ValueError):
    """JSON that is not what was expected; the text says what it is instead, `advice` how to mend it."""

    def __init__(self, what: str, advice: str = EXPECTED) -> None:
        super().__init__(what)
        self.advice = advice


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
    for raw in _items(content):
        item = _of_graph(raw)
        if isinstance(item, _Unfinished):
            unfinished = True
        elif not isinstance(item, dict):
            cut = isinstance(item, str) and item.startswith(("@{", "System.", "Microsoft."))
            raise Foreign(f"it holds {_kind(item)} where an object was expected", DEEPER if cut else EXPECTED)
        elif SCORE_KEYS & item.keys():
            scores.append(item)
        elif PROFILE_KEYS & item.keys():
            profiles.append(item)
        else:
            raise _what_else(item)
    return SavedItems(tuple(scores), tuple(profiles), unfinished)


def _of_graph(item: Any) -> Any:
    """An item as Graph sent it, where PowerShell wrote it."""
    if not isinstance(item, dict) or not is_powershell(item):
        return item
    try:
        return as_graph(item)
    except CutOff as missing:
        raise Foreign(f"ConvertTo-Json cut off what lies below {missing}", DEEPER) from None


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


def _what_else(item: dict[str, Any]) -> Foreign:
    """An object that is neither a score nor a profile, in words."""
    error = item.get("error")
    if isinstance(error, dict):
        code = str(error.get("code") or "without a code")[:80]
        denied = code.lower() in {"forbidden", "authorization_requestdenied", "accessdenied"}
        advice = (
            "SecurityEvents.Read.All with an administrator's consent is missing, or for a person the role Security "
            "Reader: grant it"
        )
        return Foreign(
            f"it is an error that Graph answered, {code}",
            f"{advice if denied else 'Mend its cause'}, then save Graph's answer again.",
        )
    names = ", ".join(sorted(item)[:4])
    return Foreign(f"it holds an object that is neither a score nor a profile (with {names[:120] or 'no fields'})")


def _kind(item: Any) -> str:
    names = {str: "a text", list: "a list", bool: "true or false", type(None): "null"}
    return names.get(type(item), "a number")
