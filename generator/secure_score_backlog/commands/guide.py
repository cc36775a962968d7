# SPDX-License-Identifier: Apache-2.0
"""Writes the generated pages of the guide (`make guide`); a test holds them equal to what the model declares."""

from __future__ import annotations

import sys
from pathlib import Path

from secure_score_backlog.model.document import Document
from secure_score_backlog.model.settings import Settings
from secure_score_backlog.records.ratings_file import load_ratings
from secure_score_backlog.views.rating_list import ratings_page
from secure_score_backlog.views.reference import decision_page, settings_page


def guide_pages() -> tuple[Document, ...]:
    """The pages, by their path inside `docs/`."""
    return (
        Document.of_text("guide/decisions.md", decision_page()),
        Document.of_text("guide/ratings.md", ratings_page(load_ratings())),
        Document.of_text("guide/settings.md", settings_page(Settings())),
    )


def write_guide(docs: Path) -> None:
    """Write the pages below a folder `docs/`."""
    for document in guide_pages():
        file = docs / document.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(document.content)


if __name__ == "__main__":
    write_guide(Path(sys.argv[1]))
