# SPDX-License-Identifier: Apache-2.0
"""Where things are on the site, and what every page has to know about the build."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from posixpath import dirname, normpath, relpath

from secure_score_backlog import __version__
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.site import markdown


@dataclass(frozen=True, slots=True)
class Site:
    """Addresses and names that pages share. Paths are of documents: `reviews/2026-10.md`, `downloads/board.csv`."""

    slugs: Mapping[str, str]
    """File name of each recommendation's page, without suffix."""
    as_of: date
    organisation: str = ""
    version: str = ""
    tenants: frozenset[str] = field(default_factory=frozenset)
    """Tenant ids that must not appear on any page."""

    @staticmethod
    def of(facts: Facts, tenants: Collection[str] = ()) -> Site:
        """The site of one build: a page for each recommendation that is known from anywhere."""
        catalogue = facts.catalogue.recommendations
        known = {*catalogue, *facts.history.timelines, *facts.decisions.versions, *facts.statuses}
        said = (text for item in catalogue.values() for text in (item.action_url, item.remediation, item.description))
        return Site(
            slugs=markdown.slugs(known),
            as_of=facts.as_of,
            organisation=facts.settings.organisation,
            version=__version__,
            tenants=frozenset(name.lower() for name in (*tenants, *facts.history.tenants)) | markdown.tenants_in(said),
        )

    def page(self, identifier: str) -> str:
        """Path of a recommendation's document. KeyError for an id without a page."""
        return f"recommendations/{self.slugs[identifier]}.md"

    def has_page(self, identifier: str) -> bool:
        """True where the id has a page of its own."""
        return identifier in self.slugs

    def url_for(self, identifier: str, source: str = "index.md") -> str:
        """Link to a recommendation's page, relative to the document `source`."""
        return self.link(source, self.page(identifier))

    def link(self, source: str, target: str) -> str:
        """Link from one document to another (`target` may end in `#anchor`), as the built site needs it."""
        path, _, anchor = target.partition("#")
        address = relpath(built(path), dirname(built(source)) or ".") if path else ""
        return f"{address}#{anchor}" if anchor else address

    def record_link(self, record: str, source: str) -> str | None:
        """Link to the month whose minutes are named as the record of an approval; None for any other record."""
        month = re.fullmatch(r"docs/(reviews/\d{4}-\d{2}\.md)", record.strip())
        return self.link(source, month[1]) if month else None

    def from_decision(self, source: str) -> Callable[[str], str | None]:
        """For `safe_text.decision_markdown`: turns links between decision files into links between pages.

        A link to anything else in the repository has no page and loses its address.
        """
        pages = {f"decisions/{identifier}.md": identifier for identifier in self.slugs}

        def resolve(address: str) -> str | None:
            path, _, _ = address.partition("#")
            identifier = pages.get(normpath(f"decisions/{path}"))
            return self.url_for(identifier, source) if identifier else None

        return resolve


def built(path: str) -> str:
    """Path of the file that the site builder makes of a document (file URLs: `x.md` becomes `x.html`)."""
    if not path.endswith(".md"):
        return path
    folder, name = dirname(path), path[len(dirname(path)) :].lstrip("/")
    stem = "index" if name in ("README.md", "index.md") else name[:-3]
    return f"{folder}/{stem}.html" if folder else f"{stem}.html"
