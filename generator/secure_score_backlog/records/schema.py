# SPDX-License-Identifier: Apache-2.0
"""Writes the JSON Schemas into the package (`make schemas`); a test holds them equal to the model."""

from __future__ import annotations

from pathlib import Path

from secure_score_backlog.model.document import Document
from secure_score_backlog.rules.deciding.schema import schema_documents
from secure_score_backlog.rules.judging.rating_schema import schema_document

FOLDER = Path(__file__).resolve().parents[1] / "schemas"
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
