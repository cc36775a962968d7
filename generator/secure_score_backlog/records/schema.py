# SPDX-License-Identifier: Apache-2.0
"""Writes the JSON Schemas into the package (`make schemas`); a test holds them equal to the model."""

from __future__ import annotations

from pathlib import Path

from secure_score_backlog.rules.deciding.schema import schema_documents

FOLDER = Path(__file__).resolve().parents[1] / "schemas"
"""Where the package ships them."""


def write_schemas(folder: Path = FOLDER) -> tuple[Path, ...]:
    """Write both schemas; the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for document in schema_documents():
        (folder / document.path).write_bytes(document.content)
    return tuple(folder / document.path for document in schema_documents())


if __name__ == "__main__":
    write_schemas()
