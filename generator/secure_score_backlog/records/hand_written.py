# SPDX-License-Identifier: Apache-2.0
"""The hand-written pages in `docs/`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from secure_score_backlog.model.document import Document

FOLDER = "docs"


def read(root: Path) -> list[Document]:
    """Every file of `docs/`, by path relative to it; nothing where the folder is missing.

    Hidden files stay out, as site builders leave them out. Links are not followed: what they lead to may be outside
    the repository, and would be published.
    """
    folder = root / FOLDER
    if not folder.is_dir():
        return []
    return [Document(path.relative_to(folder).as_posix(), path.read_bytes()) for path in _files(folder)]


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place) / name
            if not name.startswith(".") and not path.is_symlink():
                yield path
