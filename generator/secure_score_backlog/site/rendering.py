# SPDX-License-Identifier: Apache-2.0
"""What `render`, `build` and `serve` share: from a folder to documents in `build/pages`, which this program owns."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from secure_score_backlog import files
from secure_score_backlog.evaluation.facts import Facts, evaluate
from secure_score_backlog.files import Document
from secure_score_backlog.settings import Settings
from secure_score_backlog.site import profiles
from secure_score_backlog.site.builder import Job
from secure_score_backlog.site.links import built
from secure_score_backlog.site.profiles import Profile
from secure_score_backlog.site.registry import configuration
from secure_score_backlog.workspace import load

DOCS = "docs"
BUILD = "build"
PAGES = "build/pages"
SITE = "build/site"


@dataclass(frozen=True, slots=True)
class Rendered:
    """What was written."""

    root: Path
    facts: Facts
    """All facts; the documents hold what the profile allows."""
    profile: Profile
    documents: tuple[Document, ...]
    changed: int
    """Files that differ from the last rendering."""

    def expected(self) -> dict[str, bytes | None]:
        """What the built site has to hold: every page, and every other file byte for byte."""
        return {built(d.path): None if d.path.endswith(".md") else d.content for d in self.documents}

    @property
    def job(self) -> Job:
        """What the site builder has to do."""
        organisation = self.facts.settings.organisation
        return Job(
            root=self.root.resolve(),
            packaged=configuration(self.profile.navigation),
            packaged_only=self.profile.outside,
            as_of=self.facts.as_of,
            organisation=organisation if organisation != Settings().organisation else "",
        )


def render(root: Path, *, as_of: date | None, today: date, profile: str | None = None) -> Rendered:
    """Write every page to `build/pages`.

    Args:
        root: The folder that holds the backlog.
        as_of: The day to show; None: the newest day.
        today: The day of the clock.
        profile: Who the site is for; None: what the settings say.

    Raises:
        WrongUsage: There is no such profile.
    """
    workspace = load(root, today=today)
    chosen = profiles.choose(workspace, profile)
    profiles.refuse_faulty_settings(workspace, chosen)
    facts = evaluate(workspace, as_of or workspace.newest_day, months=None)
    documents = profiles.documents(facts, read_docs(root), chosen)
    build = root / BUILD
    changed = files.write_folder(documents, root / PAGES, build / ".manifest")
    ignore = build / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8", newline="\n")
    return Rendered(root, facts, chosen, tuple(documents), changed)


def read_docs(root: Path) -> list[Document]:
    """Every file of `docs/`, by path relative to it; empty where the folder is missing.

    Hidden files stay out, as site builders leave them out. Links are not followed: what they lead to may be outside
    the repository, and would be published.
    """
    folder = root / DOCS
    if not folder.is_dir():
        return []
    return [Document(path.relative_to(folder).as_posix(), path.read_bytes()) for path in _docs_files(folder)]


def _docs_files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place) / name
            if not name.startswith(".") and not path.is_symlink():
                yield path
