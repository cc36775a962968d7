# SPDX-License-Identifier: Apache-2.0
"""The JSON Schema of the shipped risk ratings, so that whoever edits `ratings.json` has it checked while typing.

Made from the same constants as the reader. What needs the whole list at once is beyond it: an id rated twice, a
reason said twice, a source that is not among `sources`.
"""

from __future__ import annotations

import json
from typing import Any

from secure_score_backlog.model.decision import Risk
from secure_score_backlog.model.document import Document
from secure_score_backlog.rules.judging.rating import IDENTIFIER, PATTERN, SCHEMA, SHORTEST_REASON

FILLED = {"type": "string", "pattern": r"\S"}


def ratings_schema() -> dict[str, Any]:
    """The schema of `ratings.json`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Risk ratings: what goes wrong if a recommendation stays open",
        "type": "object",
        "properties": {
            "schema": {"description": "The format of this file.", "const": SCHEMA},
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
