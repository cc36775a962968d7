# SPDX-License-Identifier: Apache-2.0
"""Single values of Graph's answers, read leniently: the types lie (facts/graph.md 0.7).

A number may come as a number, as text ("128.5") or as "NaN"; a date may carry an offset or twelve decimals; anything
may be null. What cannot be read is None: unknown, never zero.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from secure_score_backlog.rules.capturing.exact_json import MAXIMUM_DIGITS, MAXIMUM_EXPONENT

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
