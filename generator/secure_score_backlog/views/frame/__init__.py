# SPDX-License-Identifier: Apache-2.0
"""What stands around every page: the packaged site configuration, style sheet, scripts and shared macros."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.resources import files

from secure_score_backlog.model.document import Document

SITE_NAME = "Secure Score Backlog"
"""The site's title where neither `mkdocs.yml` nor `backlog.yml` gives one."""


def configuration(navigation: Sequence[tuple[str, str]] = ()) -> str:
    """The packaged `mkdocs.yml`: what a folder without one gets, and what `backlog init` copies.

    navigation: title and document of each section, for a site of other pages than the usual ones.
    """
    packaged = files(__package__).joinpath("mkdocs.yml").read_text(encoding="utf-8")
    if not navigation:
        return packaged
    sections = "".join(f"  - {title}: {path}\n" for title, path in navigation)
    return re.sub(r"(?m)^nav:\n(?:  .*\n)+", f"nav:\n{sections}", packaged)


def assets() -> Iterator[Document]:
    """Style sheet and scripts, staged under `assets/`. A new file in the folder is staged without further ado."""
    for entry in sorted(files(__package__).joinpath("assets").iterdir(), key=lambda entry: entry.name):
        if entry.is_file():
            yield Document(f"assets/{entry.name}", entry.read_bytes())
