# SPDX-License-Identifier: Apache-2.0
"""The minutes that people wrote: `docs/reviews/YYYY-MM.md` (design §4.2 and §6)."""

from __future__ import annotations

from pathlib import PurePosixPath

from secure_score_backlog.model.backlog import Minutes
from secure_score_backlog.records.file_versions import FileVersions
from secure_score_backlog.rules.calendar import MONTH

FOLDER = "docs/reviews"


def load_minutes(files: FileVersions) -> dict[str, Minutes]:
    """The newest minutes of each month, by YYYY-MM, with all their versions."""
    found: dict[str, Minutes] = {}
    for path in files.paths(FOLDER, ".md"):
        month = PurePosixPath(path).stem
        versions = files.of(path)
        content = files.content(versions[-1]) if versions else None
        if content is not None and MONTH.fullmatch(month):
            found[month] = Minutes(month, text_of(content), versions)
    return found


def text_of(content: bytes) -> str:
    """The Markdown of a file, without front matter; bytes that are not UTF-8 become visible marks."""
    text = content.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    if text.startswith("---\n"):
        _, closed, rest = text[4:].partition("\n---\n")
        text = rest if closed else text
    return text.strip() + "\n"
