# SPDX-License-Identifier: Apache-2.0
"""What `render`, `build` and `serve` share: from a folder to documents in a folder that this program owns.

`render` writes `build/pages`, for any builder. `build` and `serve` write to a folder of their own run, so that nothing
else changes what they publish.
"""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from secure_score_backlog import files
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.evaluation.facts import Facts, evaluate, with_audit
from secure_score_backlog.files import Document, file_size, paths_below, read_file
from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.reviews import DOCS
from secure_score_backlog.settings import SETTINGS_PATH, Settings
from secure_score_backlog.site import hand_written, leaks, profiles, static_web_app
from secure_score_backlog.site.builder import BUILD, Job, write_ignore
from secure_score_backlog.site.configuration import left_out
from secure_score_backlog.site.links import Site, built
from secure_score_backlog.site.pages import recommendation
from secure_score_backlog.site.profiles import Profile
from secure_score_backlog.site.registry import configuration
from secure_score_backlog.text import printable
from secure_score_backlog.wording import plural
from secure_score_backlog.workspace import Workspace, dated_ahead, load

FOLDER = "pages"
"""Below the place of a run."""
PAGES = f"{BUILD}/{FOLDER}"
SITE = "build/site"
MADE_BEFORE_COLLECTING = 50_000
"""New objects after which Python looks for unused ones: nearly all of a rendering are in use until its end."""
NO_HISTORY = ("Check this: there is no Git history here, so no names of people were looked for.",)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked for."""

    as_of: date | None = None
    """The day to show; None: the newest day."""
    profile: str | None = None
    """Who the site is for; None: what the settings say."""
    trust_docs: bool = False
    """True: hand-written files are published as they are, scripts too."""
    trust_configuration: bool = False
    """True: the folder's own mkdocs.yml is used as it is. It can add any script, so `docs/` is trusted with it."""
    builder: str = "mkdocs"
    """What makes the site of the pages; a key of `builder.BUILDERS`."""
    audited_from: date | None = None
    """The first day of the audit; None: that of the first commit."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What was written."""

    root: Path
    wanted: Wanted
    facts: Facts
    """All facts; the documents hold what the profile allows."""
    profile: Profile
    documents: tuple[Document, ...]
    changed: int
    """Files that differ from the last rendering."""
    guard: leaks.Guard
    """What readers must not see."""
    ahead: tuple[Problem, ...] = ()
    """Commits and snapshots dated after today, where they set the as-of date."""
    remarks: tuple[str, ...] = ()
    """What of `docs/` was left out, and what the search of the pages found that readers may see."""

    def expected(self) -> dict[str, bytes | None]:
        """What the built site has to hold: every page, and every other file byte for byte."""
        return {built(d.path): None if d.path.endswith(".md") else d.content for d in self.documents}

    @property
    def summary(self) -> str:
        """How many pages for whom, as of when."""
        pages = sum(1 for document in self.documents if document.path.endswith(".md"))
        return f"{plural(pages, 'page')} for the profile {self.profile.name} as of {self.facts.as_of}"

    @property
    def job(self) -> Job:
        """What the site builder has to do."""
        organisation = profiles.allowed(self.facts, self.profile).settings.organisation
        return Job(
            root=self.root.resolve(),
            packaged=configuration(self.profile.navigation),
            packaged_only=self.profile.outside,
            as_of=self.facts.as_of,
            trusted=self.wanted.trust_configuration,
            builder=self.wanted.builder,
            organisation=organisation if organisation != Settings().organisation else "",
        )


def render(root: Path, wanted: Wanted, *, today: date, place: Path | None = None, search: bool = False) -> Rendered:
    """Read a folder and write every page of it; see `render_workspace`."""
    return render_workspace(load(root, today=today), root, wanted, today=today, place=place, search=search)


def render_workspace(
    workspace: Workspace,
    root: Path,
    wanted: Wanted,
    *,
    today: date,
    place: Path | None = None,
    search: bool = False,
) -> Rendered:
    """Write every page to `pages/` in a place.

    Args:
        workspace: What was read from the folder.
        root: The folder that holds the backlog.
        wanted: What the person asked for.
        today: The day of the clock.
        place: The folder of this run; None: `build/`, for which runs take turns.
        search: True: the pages are searched for leaks before they are written. For readers outside they always are.

    Raises:
        WrongUsage: There is no such profile, or it is unknown who the site is for.
        CannotProceed: The pages hold what their readers must not see; nothing was written.
    """
    gc.set_threshold(MADE_BEFORE_COLLECTING)
    chosen = profiles.choose(workspace, wanted.profile)
    profiles.refuse_faulty_settings(workspace, chosen)
    facts = evaluate(workspace, wanted.as_of or workspace.newest_day, months=None)
    facts = with_audit(facts, workspace, workspace.stored_history(), wanted.audited_from)
    unpublished = left_out(root)
    published = (document for document in read_docs(root) if not unpublished(document.path))
    docs, notes = hand_written.prepared(published, trusted=wanted.trust_docs or wanted.trust_configuration)
    guard = profiles.guard(workspace, facts, chosen)
    documents = profiles.documents(facts, docs, chosen, guard)
    remarks = searched(facts, documents, chosen, guard) if search or chosen.outside else ()
    documents = [*documents, *static_web_app.documents(workspace.settings)]
    about = (*about_settings(workspace), *(NO_HISTORY if chosen.outside and not workspace.tips else ()))
    write_ignore(root)
    with files.lock(root / BUILD, "writing pages", wait=True) if place is None else nullcontext():
        here = place or root / BUILD
        changed = files.write_folder(documents, here / FOLDER, here / ".manifest")
    ahead = tuple(dated_ahead(workspace, today)) if wanted.as_of is None else ()
    remarks = (*about, *(() if chosen.outside else notes), *remarks)
    return Rendered(root, wanted, facts, chosen, tuple(documents), changed, guard, ahead, remarks)


def preview(rendered: Rendered, ids: Collection[str], *, today: date, place: Path) -> None:
    """Write the pages of some recommendations as they are now, where a rendering for the organisation wrote them.

    They come out as `render` writes them; other pages that show these decisions stay until everything is rendered.
    """
    if not ids or rendered.profile.outside:
        return
    workspace = load(rendered.root, today=today)
    facts = evaluate(workspace, rendered.wanted.as_of or workspace.newest_day)
    known = {document.path for document in rendered.documents}
    for document in recommendation.documents(facts, Site.of(facts), only=ids):
        if document.path in known:
            files.write_file(place, f"{FOLDER}/{document.path}", document.content)


def about_settings(workspace: Workspace) -> Iterator[str]:
    """That options are not in force because of an error, which the site itself does not show."""
    errors = [found for found in workspace.problems if found.path == SETTINGS_PATH and found.severity is Severity.ERROR]
    if errors:
        yield (
            f"Check this: {plural(len(errors), 'error')} in {SETTINGS_PATH}, so its options are not all in force. "
            f"{printable(errors[0].message)} `backlog check` lists them."
        )


def searched(facts: Facts, documents: Iterable[Document], profile: Profile, guard: leaks.Guard) -> tuple[str, ...]:
    """Remarks about what pages hold; CannotProceed where it is something that their readers must not see."""
    found = leaks.scan_written(profiles.written(facts, profile), guard) if profile.outside else []
    found = found or leaks.scan(((document.path, document.content) for document in documents), guard)
    return refused(found, profile, "Nothing was written")


def refused(found: Iterable[leaks.Finding], profile: Profile, then: str) -> tuple[str, ...]:
    """The findings that readers may see, as messages; CannotProceed for the others, which says what became of it."""
    found = tuple(found)
    serious = [item for item in found if item.serious]
    if serious:
        lines = "".join(f"\n  - {line}" for line in leaks.report(serious))
        raise CannotProceed(
            f"The site held what readers of the profile {profile.name} must not see. {then}.{lines}",
            where=", ".join(dict.fromkeys(item.path for item in serious[:3])),
            hint="Find the text in decisions/, docs/ or backlog.yml, change it as described above, and try again.",
        )
    return tuple(f"Check this: {line}" for line in leaks.report(found))


LARGEST_DOCS = 128 * 1024 * 1024
"""Bytes of all files of `docs/`: they are in memory while they are searched and staged."""


def read_docs(root: Path) -> list[Document]:
    """Every file of `docs/`, by path relative to it; empty where the folder is missing.

    Hidden files stay out, as site builders leave them out. Links are not followed: what they lead to may be outside
    the repository, and would be published. What else is not an ordinary file stays out, too. CannotProceed for a file
    that cannot be read, and where all of them together are too large.
    """
    paths = list(paths_below(root, DOCS))
    size = 0
    for path in paths:
        with suppress(OSError):  # reading it says what is wrong
            size += file_size(root, path)
    if size > LARGEST_DOCS:
        raise CannotProceed(
            f"The files in {DOCS}/ hold more than {LARGEST_DOCS >> 20} MB together.",
            where=f"{DOCS}/",
            hint="Keep large evidence elsewhere, and link to it.",
        )
    return [Document(path.removeprefix(f"{DOCS}/"), _docs_file(root, path)) for path in paths]


def _docs_file(root: Path, path: str) -> bytes:
    try:
        return read_file(root, path)
    except OSError as error:
        raise CannotProceed(
            f"{printable(path)} cannot be read: {error.strerror or type(error).__name__}.",
            where=printable(path),
            hint="Check its permissions and size, or take it out of docs/.",
        ) from error
