# SPDX-License-Identifier: Apache-2.0
"""The one reader of Graph's JSON: single values, and the parts of a score or a profile (docs/method.md#graph).

Graph's types cannot be relied on: a number may come as a number, as text ("128.5") or as "NaN", a time may carry an
offset or twelve decimals, and anything may be null. What cannot be read is unknown (None, or "" for text), never zero.
Numbers stay Decimal, as they were written; `fraction` is the same number for computing. A float never occurs.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
from typing import Any

from secure_score_backlog.dates import is_usable
from secure_score_backlog.snapshots.exact_json import MAXIMUM_DIGITS

Json = dict[str, Any]
"""A JSON object whose numbers are Decimal."""

KEPT_BY_GRAPH = timedelta(days=90)
"""How far back Graph answers."""
LARGEST_EXPONENT = 40
"""A number beyond 10^40 is noise; turning it into a fraction would cost memory without bound."""
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_INSTANT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:([Zz])|([+-])(\d\d):?(\d\d))?)?",
    re.ASCII,
)
_TENANT_AT_THE_FRONT = re.compile(r"([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})_\d{4}-", re.ASCII)
_DAY_AT_THE_END = re.compile(r"[_-](\d{4}-\d\d-\d\d)(?:T[0-9:.]*Z?)?$", re.ASCII)


def number(value: object) -> Decimal | None:
    """A number, also when Graph wrote it as text; None for null, NaN, infinity and anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        written = value.strip()
        found = Decimal(written) if len(value) <= MAXIMUM_DIGITS and _NUMBER.fullmatch(written) else None
    else:
        found = Decimal(value) if isinstance(value, (int, Decimal)) else None
    if found is None or not found.is_finite() or abs(found.adjusted()) > LARGEST_EXPONENT:
        return None
    return found


def fraction(value: object) -> Fraction | None:
    """The exact value of a number, for computing; None where there is no number."""
    found = number(value)
    return None if found is None else Fraction(found)


def whole(value: object) -> int | None:
    """A count: Graph sends it as a number or as text; None where it is not a whole number."""
    found = number(value)
    return int(found) if found is not None and found == found.to_integral_value() else None


def text(value: object) -> str:
    """A text; empty where the value is anything else."""
    return value if isinstance(value, str) else ""


def mapping(value: object) -> Mapping[str, Any]:
    """A JSON object; an empty one where the value is anything else."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> list[Json]:
    """The objects of a JSON list, without its other items; none where the value is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def instant(value: object) -> datetime | None:
    """A point in time, in UTC; without an offset it is taken as UTC, without a time as the start of the day.

    None where there is no time, or one beyond the calendar.
    """
    found = _INSTANT.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    year, month, day, hour, minute, second, decimals, _, sign, hours, minutes = found.groups()
    micro = int((decimals or "0")[:6].ljust(6, "0"))
    clock = (int(hour or 0), int(minute or 0), int(second or 0), micro)
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    try:
        local = datetime(int(year), int(month), int(day), *clock, tzinfo=UTC)
        at = local + offset if sign == "-" else local - offset
    except (ValueError, OverflowError):
        return None
    return at if is_usable(at.date()) else None


def utc_day(value: object) -> date | None:
    """The UTC day of a point in time; None where there is none."""
    found = instant(value)
    return None if found is None else found.date()


def created(score: Mapping[str, Any]) -> datetime | None:
    """When Graph made a score: `createdDateTime`, else the day at the end of the id."""
    stated = instant(score.get("createdDateTime"))
    if stated is not None:
        return stated
    at_the_end = _DAY_AT_THE_END.search(text(score.get("id")))
    return instant(at_the_end[1]) if at_the_end else None


def controls(score: Mapping[str, Any]) -> list[Json]:
    """The scored controls of a score; what is not an object is left out."""
    return mappings(score.get("controlScores"))


def control_name(control: object) -> str:
    """The id of the recommendation that a control's score is about; empty where it names none."""
    return text(mapping(control).get("controlName"))


def scored_names(score: Mapping[str, Any]) -> set[str]:
    """The ids of all recommendations that a score names."""
    return {name for control in controls(score) if (name := control_name(control))}


def unique_names(score: Mapping[str, Any]) -> frozenset[str]:
    """The ids that occur exactly once in a score."""
    counted = Counter(map(control_name, controls(score)))
    return frozenset(name for name, times in counted.items() if name and times == 1)


def descriptions_of(score: Mapping[str, Any]) -> dict[str, str]:
    """The texts that Graph gave with a score, by recommendation."""
    unique = unique_names(score)
    described = {control_name(control): control.get("description") for control in controls(score)}
    return {name: words for name in sorted(unique) if isinstance(words := described[name], str)}


def tenant(item: Mapping[str, Any]) -> str:
    """The tenant id of a score or profile in lower case; empty where there is none. A score's id begins with it."""
    stated = text(item.get("azureTenantId")).strip()
    if stated:
        return stated.lower()
    at_the_front = _TENANT_AT_THE_FRONT.match(text(item.get("id")))
    return at_the_front[1].lower() if at_the_front else ""


def sort_key(value: object, name: str) -> tuple[str, str]:
    """The key by which items are put in order: one of their fields, then all of their content."""
    return (text(mapping(value).get(name)), json.dumps(value, sort_keys=True, default=str))


def in_order(items: Iterable[Any], name: str) -> list[Any]:
    """Items in the order of `sort_key`; the whole content is only written out where one field says the same."""
    said = sorted(((text(mapping(item).get(name)), item) for item in items), key=itemgetter(0))
    found: list[Any] = []
    for _, same in groupby(said, itemgetter(0)):
        alike = [item for _, item in same]
        found += alike if len(alike) == 1 else sorted(alike, key=lambda item: sort_key(item, name))
    return found


def profiles_by_id(profiles: Iterable[Any]) -> dict[str, Json]:
    """The profiles that have an id; of several with one id, the first in canonical order."""
    found: dict[str, Json] = {}
    for profile in in_order(profiles, "id"):
        identifier = text(mapping(profile).get("id"))
        if identifier:
            found.setdefault(identifier, profile)
    return found


def profiles_by_lower_id(profiles: Iterable[Any]) -> dict[str, Json]:
    """The profiles by id in lower case; those that differ from another one in case only are left out."""
    by_id = profiles_by_id(profiles)
    counted = Counter(name.casefold() for name in by_id)
    return {name.casefold(): profile for name, profile in by_id.items() if counted[name.casefold()] == 1}
