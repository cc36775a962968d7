# SPDX-License-Identifier: Apache-2.0
"""Makes facts that hold only allowed fields, for readers outside of the organisation.

The reduced value is built anew from an allow-list. Every other field is empty, also one that is added to the model
later, so nothing is shown by oversight.
"""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Collection, Hashable, Mapping
from datetime import UTC, date, datetime
from fractions import Fraction
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from secure_score_backlog.decisions.model import Acceptance, Attestation, Cover, Decision
from secure_score_backlog.evaluation.approval import Approval
from secure_score_backlog.evaluation.audit import AuditedCommit
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.insurance import Answers, OwnEvidence
from secure_score_backlog.settings import Settings
from secure_score_backlog.site.spellings import without_hidden, without_word
from secure_score_backlog.snapshots.model import Observation, Recommendation
from secure_score_backlog.snapshots.service_names import title_of

Fields = Mapping[type, str]
"""The names of the allowed fields, by the type that has them. A type that is missing shows nothing."""

SHORTENED = frozenset(
    {
        (Acceptance, "compensating"),
        (Acceptance, "approver"),
        (Cover, "by"),
        (Cover, "approver"),
        (Attestation, "by"),
        (Decision, "owner"),
        (Approval, "by"),
        (AuditedCommit, "roles"),
        (AuditedCommit, "opened_as"),
        (OwnEvidence, "by"),
        (Answers, "by"),
    }
)
"""Allowed fields that hold free text: shortened, and without links."""
CLEANED = frozenset({(OwnEvidence, "shows"), (OwnEvidence, "scope")})
"""Allowed fields with free text that is written for readers outside: without links, and not cut."""
LONGEST = 160
"""Characters of a shortened text."""
PORTAL_STATES = frozenset("default planned ignored thirdparty alternatemitigation reviewed".split())

_LINK = re.compile(
    r"(?i)\b(?:[a-z][a-z0-9+.-]{0,30}://|www\.)\S+|\bmailto:\S+|\\\\[\w.-]+\\\S*"
    r"|\b(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?::\d+)?/\S+"
)
_NO_TICKET = (
    "AES|CIS|CVE|CWE|DES|ECC|ED|EN|FIPS|FY[0-9]*|H[12]|IEC|IP|ISO|KB|MD|MFA|NIS|NIST|PCI|Q[1-4]|RFC|RSA|SHA|SMB|SOC|SP|SSL|"
    "TLS|TR|USB|UTF|VPN|WPA"
)
_TICKET = re.compile(
    r"(?i:\b(?:ticket|incident)\s*(?:no\.?|nr\.?|number|id)?\s*[#:]?\s*\d{2,}\b)"
    r"|(?i:\b(?:case|change)\s*(?:no\.?|nr\.?|number|id|#)\s*[#:]?\s*\d{2,}\b)"
    r"|\b(?:INC|CHG|REQ|RITM|TASK|SCTASK|PRB|CS)\d{4,}\b|(?<!\w)#\d{2,}\b"
    rf"|\b(?!(?:{_NO_TICKET})[-\u2010-\u2013])[A-Z][A-Z0-9]{{1,9}}[-\u2010-\u2013]\d{{1,7}}\b"
)
"""Numbers of tickets in the forms of common systems (`SEC-4711`, `INC0012345`, `#4711`), without those of standards."""


def reduced(facts: Facts, fields: Fields) -> Facts:
    """The facts with the allowed fields alone."""
    made = _Reduction(fields, facts.history.tenants).value(facts)
    assert isinstance(made, Facts)
    return made


class _Reduction:
    """One pass over the facts. A value that is shared (a status is in many lists) is shared again."""

    def __init__(self, fields: Fields, tenants: Collection[str]) -> None:
        self.tenants = tenants
        self.fields = {kind: frozenset(names.split()) for kind, names in fields.items()}
        self.made: dict[int, Any] = {}

    def value(self, value: Any) -> Any:
        """A reduced value: containers by their members, values of the model by their fields.

        Raises:
            TypeError: The value is of a type for which there is no rule.
        """
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            if id(value) not in self.made:
                self.made[id(value)] = self.instance(value)
            return self.made[id(value)]
        if isinstance(value, tuple):
            return tuple(self.value(member) for member in value)
        if isinstance(value, Mapping):
            return {key: self.value(member) for key, member in value.items()}
        if value is None or isinstance(value, (str, int, Fraction, date)):
            return value
        raise TypeError(f"there is no rule for how a profile reduces a {type(value).__name__}")

    def instance(self, value: Any) -> Any:
        """A new value of the same type, with the allowed fields."""
        kind: Any = type(value)
        allowed = self.fields.get(kind, frozenset())
        given = {}
        for field in dataclasses.fields(kind):
            if (kind, field.name) == (Recommendation, "title") and field.name in allowed:
                given[field.name] = title_of(value)  # the service, which tells the product, is left out
            elif field.name in allowed:
                given[field.name] = self.field(kind, field.name, getattr(value, field.name))
            elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
                given[field.name] = blank(hints(kind)[field.name])
        return kind(**given)

    def field(self, kind: type, name: str, value: Any) -> Any:
        """The value of one allowed field."""
        if (kind, name) == (Observation, "portal"):
            return value if str(value).lower() in PORTAL_STATES else None
        if (kind, name) == (Settings, "organisation"):
            return shortened(value)
        if (kind, name) in SHORTENED:
            return tuple(map(self.free_text, value)) if isinstance(value, tuple) else self.free_text(value)
        if (kind, name) in CLEANED:
            return without_links(without_word(value, self.tenants))
        return self.value(value)

    def free_text(self, text: str) -> str:
        """Free text, shortened, without links and without ids of the tenant."""
        return shortened(without_word(text, self.tenants))


@cache
def hints(kind: Hashable) -> dict[str, Any]:
    """The types of a type's fields."""
    return get_type_hints(kind)


def blank(hint: Any) -> Any:
    """The empty value of a type.

    Raises:
        TypeError: The type has none: allow the field, or give it a default.
    """
    origin = get_origin(hint)
    if origin in (Union, types.UnionType) and type(None) in get_args(hint):
        return None
    if origin is tuple and Ellipsis not in get_args(hint):
        return tuple(blank(part) for part in get_args(hint))
    for kind, empty in BLANKS.items():
        if hint is kind or origin is kind:
            return empty
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        fields = [field for field in dataclasses.fields(hint) if field.default is dataclasses.MISSING]
        needed = [field.name for field in fields if field.default_factory is dataclasses.MISSING]
        return hint(**{name: blank(hints(hint)[name]) for name in needed})
    raise TypeError(f"there is no empty {hint}: a profile has to allow it, or the type needs a default")


BLANKS: Mapping[Any, Any] = {
    str: "",
    int: 0,
    bool: False,
    Fraction: Fraction(0),
    tuple: (),
    Mapping: types.MappingProxyType({}),
    frozenset: frozenset(),
    datetime: datetime.min.replace(tzinfo=UTC),
    date: date.min,
}


def shortened(text: str) -> str:
    """Free text on one line, without links, tickets and what shows nothing, cut after a whole word."""
    text = without_links(text)
    if len(text) <= LONGEST:
        return text
    head, _, _ = text[: LONGEST - 1].rpartition(" ")
    return f"{head or text[: LONGEST - 1]}…"


def without_links(text: str) -> str:
    """Free text on one line, without links, tickets and what shows nothing."""
    text = _TICKET.sub("(ticket left out)", _LINK.sub("(link left out)", without_hidden(text)))
    return " ".join(text.split())
