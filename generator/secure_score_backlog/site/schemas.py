# SPDX-License-Identifier: Apache-2.0
"""Writes the JSON Schemas into the package, and the issue form (`make schemas`); tests hold them equal to the model.

An editor sees less than `check` does: what needs the catalogue, Git or the calendar is beyond a schema.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from secure_score_backlog.decisions.issue_form import form
from secure_score_backlog.decisions.model import decision_schema
from secure_score_backlog.files import Document
from secure_score_backlog.licences import licences_schema
from secure_score_backlog.questionnaires.model import evidence_schema, questionnaire_schema
from secure_score_backlog.ratings import ratings_schema
from secure_score_backlog.settings import settings_schema

FOLDER = Path(__file__).resolve().parents[1] / "content" / "schemas"
"""Where the package ships them."""


def all_schemas() -> tuple[Document, ...]:
    """Every schema that the package ships: of decisions, settings, questions, evidence, ratings and licences."""
    named = {
        "decision": decision_schema(),
        "settings": settings_schema(),
        "questionnaire": questionnaire_schema(),
        "evidence": evidence_schema(),
        "ratings": ratings_schema(),
        "licences": licences_schema(),
    }
    return tuple(
        Document.of_text(f"{name}.schema.json", json.dumps(schema, indent=2, ensure_ascii=False))
        for name, schema in named.items()
    )


def write_schemas(folder: Path = FOLDER) -> tuple[Path, ...]:
    """Write all schemas; the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for document in all_schemas():
        (folder / document.path).write_bytes(document.content)
    return tuple(folder / document.path for document in all_schemas())


if __name__ == "__main__":
    write_schemas()
    Path(sys.argv[1]).write_text(form(), encoding="utf-8", newline="\n")
