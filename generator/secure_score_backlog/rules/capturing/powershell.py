# SPDX-License-Identifier: Apache-2.0
"""What Microsoft's PowerShell module makes of Graph's answer, turned back (facts/graph.md 2.1).

`Get-MgSecuritySecureScore | ConvertTo-Json` writes property names in PascalCase, puts what the module does not know
under `AdditionalProperties`, and cuts off what lies deeper than it was told. Windows PowerShell writes dates as
`/Date(1700000000000)/`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

MARKS = frozenset({"ControlScores", "CurrentScore", "ControlStateUpdates", "ImplementationCost", "ActionType"})
"""Properties by which the module's objects are known."""
REST = "AdditionalProperties"
_DATE = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/")
_CUT_OFF = re.compile(r"@\{.*\}|System\.[A-Za-z.]+.*|Microsoft\.[A-Za-z.]+.*", re.DOTALL)
_NESTED = {
    *("AverageComparativeScores", "ControlScores", "VendorInformation"),
    *("ComplianceInformation", "CertificationControls", "ControlStateUpdates"),
}
_SINCE = datetime(1970, 1, 1, tzinfo=UTC)


class CutOff(ValueError):
    """ConvertTo-Json left something out; the text names the property."""


def is_powershell(item: dict[str, Any]) -> bool:
    """The object came out of the PowerShell module."""
    return bool(MARKS & item.keys())


def as_graph(item: dict[str, Any]) -> dict[str, Any]:
    """One object as Graph sent it. Raises CutOff where a part of it is missing."""
    result: dict[str, Any] = {}
    for name, value in item.items():
        if name == REST:
            continue
        result[_camel(name)] = _nested(name, value) if name in _NESTED else _date(value)
    rest = item.get(REST)
    if rest is not None and not isinstance(rest, dict):
        raise CutOff(REST)
    return {**result, **(rest or {})}


def _nested(name: str, value: Any) -> Any:
    """A list of objects, or one; PowerShell writes a list of one as the object itself."""
    if isinstance(value, list):
        return [_nested(name, item) for item in value]
    if isinstance(value, str) and _CUT_OFF.fullmatch(value):
        raise CutOff(name)
    return as_graph(value) if isinstance(value, dict) else value


def _camel(name: str) -> str:
    return name[:1].lower() + name[1:]


def _date(value: Any) -> Any:
    """A time as Graph writes it, where PowerShell wrote it in its own way."""
    found = _DATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    try:
        return (_SINCE + timedelta(milliseconds=int(found[1]))).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return value
