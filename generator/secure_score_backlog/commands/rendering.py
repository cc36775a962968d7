# SPDX-License-Identifier: Apache-2.0
"""What `render`, `build` and `serve` share: from a folder to documents in `build/pages`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from secure_score_backlog import writer
from secure_score_backlog.commands.assembling import assemble
from secure_score_backlog.commands.profile_choice import chosen
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.model.backlog import Backlog
from secure_score_backlog.model.document import Document
from secure_score_backlog.model.settings import Settings
from secure_score_backlog.records import hand_written
from secure_score_backlog.records.site_builder import Job
from secure_score_backlog.views import profiles
from secure_score_backlog.views.profiles import Profile
from secure_score_backlog.views.site import built

BUILD = "build"
PAGES = "build/pages"
SITE = "build/site"


@dataclass(frozen=True, slots=True)
class Rendered:
    """What was written."""

    backlog: Backlog
    """Whole; the documents hold what the profile lets through."""
    profile: Profile
    documents: tuple[Document, ...]
    changed: int
    """Files that differ from the last rendering."""

    def expected(self) -> dict[str, bytes | None]:
        """What the built site has to hold: every page, and every other file byte for byte."""
        return {built(d.path): None if d.path.endswith(".md") else d.content for d in self.documents}


def render(root: Path, *, as_of: date | None, today: date, profile: str | None = None) -> Rendered:
    """Write every page to `build/pages`, which this program owns.

    profile: who the site is for; None: what the settings say. WrongUsage where they say something unknown.
    """
    if not root.is_dir():
        raise CannotProceed(f"{root} is not a folder.", where=str(root), hint="Name the folder that holds snapshots/.")
    backlog = assemble(root, as_of=as_of, today=today)
    readers = chosen(root, profile)
    documents = profiles.documents(backlog, hand_written.read(root), readers)
    build = root / BUILD
    changed = writer.write(documents, root / PAGES, build / ".manifest")
    ignore = build / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8", newline="\n")
    return Rendered(backlog, readers, tuple(documents), changed)


def job_of(root: Path, rendered: Rendered) -> Job:
    """The order to the site builder."""
    backlog, profile = rendered.backlog, rendered.profile
    named = backlog.settings.organisation != Settings().organisation
    return Job(
        root=root.resolve(),
        packaged=profiles.configuration(profile),
        packaged_only=profile.outside,
        as_of=backlog.facts.as_of,
        organisation=backlog.settings.organisation if named else "",
    )
