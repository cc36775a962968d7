# SPDX-License-Identifier: Apache-2.0
"""JSON Schemas of a decision's front matter and of `backlog.yml`, so that editors complete and check them.

Generated from the same tables as the readers. An editor sees less than `check` does: a value left empty is null to
it, and what needs the catalogue, Git or the calendar is beyond it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from secure_score_backlog.decisions.model import KEYS, Bucket, Key, Kind, Need
from secure_score_backlog.files import Document
from secure_score_backlog.ratings import IDENTIFIER, PATTERN, RATINGS_SCHEMA, SHORTEST_REASON, Risk
from secure_score_backlog.settings import Option, options

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DAY = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
TEXT = {"type": "string"}
LINK = {"type": "string", "pattern": r"^([hH][tT][tT][pP][sS]?://|(?![A-Za-z][A-Za-z0-9+.-]*:|//))[^\s\\<>\"]+$"}
SHARE = {
    "anyOf": [
        {"type": "number", "minimum": 0, "maximum": 1},
        {"type": "string", "pattern": r"^\d{1,9}(\.\d{1,9})?\s*/\s*\d{1,9}(\.\d{1,9})?$"},
        {"type": "string", "pattern": r"^\d{1,3}(\.\d{1,9})?\s*%$"},
    ]
}

Schema = dict[str, Any]


def schema_documents() -> tuple[Document, ...]:
    """Both schemas as files of the folder `schemas` in the package."""
    named = {"decision": decision_schema(), "settings": settings_schema()}
    return tuple(
        Document.of_text(f"{name}.schema.json", json.dumps(schema, indent=2, ensure_ascii=False))
        for name, schema in named.items()
    )


def decision_schema() -> Schema:
    """The schema of a decision's front matter: every key, and what each bucket requires and refuses."""
    drafted = {"required": ["draft"], "properties": {"draft": {"const": True}}}
    shared = {"required": ["same_as"], "properties": {"same_as": TEXT}}
    return {
        "$schema": DIALECT,
        "title": "A decision about one recommendation (front matter)",
        "type": "object",
        **_group(KEYS),
        "required": ["recommendation", "bucket"],
        "allOf": [_refused(bucket) for bucket in Bucket],
        "if": drafted,
        "else": {
            "if": shared,
            "then": {"$ref": "#/$defs/finished-with-same-as"},
            "else": {"$ref": "#/$defs/finished"},
        },
        "$defs": {
            "text": TEXT,
            "day": DAY,
            "link": LINK,
            "share": SHARE,
            "filled": {"not": {"enum": [None, "", [], {}]}},
            "finished": _finished(sharing=False),
            "finished-with-same-as": _finished(sharing=True),
        },
    }


def _group(keys: tuple[Key, ...]) -> Schema:
    return {"properties": {key.name: _property(key) for key in keys}, "additionalProperties": False}


def _property(key: Key) -> Schema:
    """One key; null (nothing typed) is fine, except for what every file must say."""
    if key.name in ("recommendation", "bucket"):
        return {"description": key.documentation, **_kind(key)}
    return {"description": key.documentation, "anyOf": [_kind(key), {"type": "null"}]}


def _kind(key: Key) -> Schema:
    if key.kind is Kind.CHOICE:
        return {"enum": [choice.value for choice in key.choices or ()]}
    if key.kind is Kind.GROUP:
        return {"type": "object", **_group(key.keys)}
    if key.kind is Kind.GROUPS:
        return _one_or_more({"type": "object", **_group(key.keys)})
    return KINDS[key.kind]


def _one_or_more(single: Schema) -> Schema:
    return {"anyOf": [single, {"type": "array", "items": single}]}


KINDS: Mapping[Kind, Schema] = {
    Kind.IDENTIFIER: {"$ref": "#/$defs/text"},
    Kind.TEXT: {"$ref": "#/$defs/text"},
    Kind.ROLE: {"$ref": "#/$defs/text"},
    Kind.DAY: {"$ref": "#/$defs/day"},
    Kind.SHARE: {"$ref": "#/$defs/share"},
    Kind.TEXTS: _one_or_more({"$ref": "#/$defs/text"}),
    Kind.LINKS: _one_or_more({"$ref": "#/$defs/link"}),
    Kind.FLAG: {"type": "boolean"},
}


def _of_bucket(bucket: Bucket) -> Schema:
    return {"required": ["bucket"], "properties": {"bucket": {"const": bucket.value}}}


def _refused(bucket: Bucket) -> Schema:
    """The keys that have no place in a bucket."""
    refused = [key.name for key in KEYS if key.need(bucket) is Need.FORBIDDEN]
    return {"if": _of_bucket(bucket), "then": {"properties": {name: {"type": "null"} for name in refused}}}


def _finished(*, sharing: bool) -> Schema:
    """What a finished decision fills in; `sharing`: `same_as` may answer the shared keys."""
    groups = {key.name: _complete(key, sharing) for key in KEYS if key.keys}
    rules = []
    for bucket in Bucket:
        wanted = [key for key in KEYS if key.need(bucket) is Need.REQUIRED]
        rules.append({"if": _of_bucket(bucket), "then": _filled(wanted, sharing)})
    return {"properties": groups, "allOf": rules}


def _filled(wanted: Iterable[Key], sharing: bool) -> Schema:
    names = [key.name for key in wanted if not (sharing and key.shared)]
    return {"required": names, "properties": {name: {"$ref": "#/$defs/filled"} for name in names}}


def _complete(group: Key, sharing: bool) -> Schema:
    """A group that is begun holds what it needs."""
    inside = _filled([key for key in group.keys if key.needs[0] is Need.REQUIRED], sharing)
    for key in group.keys:
        if key.keys:
            inside["properties"][key.name] = _complete(key, sharing)
    complete: Schema = {"if": {"type": "object", "minProperties": 1}, "then": inside}
    return {**complete, "items": complete} if group.kind is Kind.GROUPS else complete


def settings_schema() -> Schema:
    """The schema of `backlog.yml`."""
    properties: Schema = {}
    for declared in options():
        described = {"description": declared.documentation, "anyOf": [_option(declared), {"type": "null"}]}
        if declared.default not in ("", (), {}, None):
            described["default"] = declared.default
        holder = properties
        for group in declared.place[:-1]:
            inner = {"type": ["object", "null"], "properties": {}, "additionalProperties": False}
            holder = holder.setdefault(group, inner)["properties"]
        holder[declared.place[-1]] = described
    return {
        "$schema": DIALECT,
        "title": "Settings of a tenant's backlog (backlog.yml)",
        "type": ["object", "null"],
        "properties": properties,
        "additionalProperties": False,
    }


def _option(declared: Option) -> Schema:
    return OPTIONS[declared.type](declared)


def _whole(declared: Option) -> Schema:
    return {"type": "integer", "minimum": declared.limits["lowest"], "maximum": declared.limits["highest"]}


def _text(declared: Option) -> Schema:
    if "choices" in declared.limits:
        return {"enum": list(declared.limits["choices"])}
    return {**TEXT, **({"pattern": f"^{declared.limits['pattern']}$"} if "pattern" in declared.limits else {})}


def _logins(declared: Option) -> Schema:
    login = {**TEXT, "pattern": f"^{declared.limits['pattern']}$"}
    return {"type": "object", "additionalProperties": _one_or_more(login)}


def _choices(choices: type[StrEnum]) -> Schema:
    return {"enum": [choice.value for choice in choices]}


OPTIONS: Mapping[Any, Callable[[Option], Schema]] = {
    int: _whole,
    str: _text,
    str | None: _text,
    bool: lambda _: {"type": "boolean"},
    tuple[int, int]: lambda declared: {"type": "array", "items": _whole(declared), "minItems": 2, "maxItems": 2},
    tuple[str, ...]: lambda _: _one_or_more({**TEXT, "minLength": 1}),
    Mapping[str, tuple[str, ...]]: _logins,
    Mapping[str, Risk]: lambda _: {"type": "object", "additionalProperties": _choices(Risk)},
    tuple[Mapping[str, str], ...]: lambda _: {
        "type": "array",
        "items": {"type": "object", "minProperties": 1, "additionalProperties": TEXT},
    },
}
"""The schema of each declared type."""


# --- The JSON Schema of the shipped risk ratings, so that whoever edits `ratings.json` has it checked while typing.
#
# Made from the same constants as the reader. What needs the whole list at once is beyond it: an id rated twice, a
# reason said twice, a source that is not among `sources`.


FILLED = {"type": "string", "pattern": r"\S"}


def ratings_schema() -> dict[str, Any]:
    """The schema of `ratings.json`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Risk ratings: what goes wrong if a recommendation stays open",
        "type": "object",
        "properties": {
            "schema": {"description": "The format of this file.", "const": RATINGS_SCHEMA},
            "about": {"description": "What the list is, in a sentence or two.", **FILLED},
            "sources": {
                "description": "Each source by the name that ratings cite, with its full title.",
                "type": "object",
                "propertyNames": {"pattern": r"\S"},
                "additionalProperties": FILLED,
                "minProperties": 1,
            },
            "ratings": {"description": "One entry for an id or a pattern.", "type": "array", "items": _entry()},
        },
        "required": ["schema", "sources", "ratings"],
    }


def _entry() -> dict[str, Any]:
    """The schema of one rating."""
    return {
        "type": "object",
        "properties": {
            "id": {
                "description": "Microsoft's id of the recommendation, without an instance number such as 11770.",
                "type": "string",
                "pattern": f"^{IDENTIFIER.pattern}$",
            },
            "pattern": {
                "description": "The form of a family's ids: * stands for any text, ? for one character.",
                "type": "string",
                "pattern": f"^{PATTERN.pattern}$",
            },
            "family": {"description": "Those that share one reason; needed with a pattern.", **FILLED},
            "level": {"description": "The risk if this stays open.", "enum": [risk.value for risk in Risk]},
            "reason": {
                "description": "What goes wrong if this stays open, in plain words for a managing director.",
                "type": "string",
                "minLength": SHORTEST_REASON,
                "pattern": r"\.$",
            },
            "source": {"description": "One of the sources, then the place in it.", **FILLED},
        },
        "required": ["level", "reason", "source"],
        "oneOf": [{"required": ["id"]}, {"required": ["pattern", "family"]}],
        "not": {"required": ["id", "pattern"]},
        "additionalProperties": False,
    }


def schema_document() -> Document:
    """The schema as a file of the folder `schemas` in the package."""
    return Document.of_text("ratings.schema.json", json.dumps(ratings_schema(), indent=2, ensure_ascii=False))


# --- Writes the JSON Schemas into the package (`make schemas`); a test holds them equal to the model.


FOLDER = Path(__file__).resolve().parents[1] / "content" / "schemas"
"""Where the package ships them."""


def all_schemas() -> tuple[Document, ...]:
    """Every schema that the package ships: of decisions, settings and risk ratings."""
    return (*schema_documents(), schema_document())


def write_schemas(folder: Path = FOLDER) -> tuple[Path, ...]:
    """Write all schemas; the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for document in all_schemas():
        (folder / document.path).write_bytes(document.content)
    return tuple(folder / document.path for document in all_schemas())


if __name__ == "__main__":
    write_schemas()
