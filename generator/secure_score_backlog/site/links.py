# SPDX-License-Identifier: Apache-2.0
"""Addresses on the site, file names of recommendations, and what all pages share."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from posixpath import dirname, normpath, relpath

from markupsafe import Markup, escape

from secure_score_backlog import __version__
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.git import Version
from secure_score_backlog.site.markdown import tenants_in
from secure_score_backlog.snapshots.coverage import OLD_AFTER
from secure_score_backlog.snapshots.service_names import connected_app, titled

_WINDOWS = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{name}{number}" for name in ("com", "lpt") for number in range(10)}
)
_TAKEN = frozenset({"index", "readme", "404"})
"""File names with a meaning for site builders."""
_LONGEST_SLUG = 100
GOVERNMENT = ("microsoft.us", "azure.us", "office365.us")
"""Within addresses of Microsoft's clouds for the US government."""


@dataclass(frozen=True, slots=True)
class Site:
    """What all pages of one build share. Paths are of documents: `reviews/2026-10.md`, `downloads/board.csv`."""

    slugs: Mapping[str, str]
    """File name of each recommendation's page, without suffix."""
    as_of: date
    organisation: str = ""
    version: str = ""
    dated_by: Version | None = None
    """The commit that sets the as-of date, where that is much later than the newest snapshot."""
    tenants: frozenset[str] = field(default_factory=frozenset)
    """Tenant ids that must not appear on any page."""
    newest: date | None = None
    """Day of the newest snapshot; None without one, or where the readers may not know it."""
    worldwide: bool = True
    """No address in the catalogue is of a portal of Microsoft's clouds for the US government."""
    services: Mapping[str, str] = field(default_factory=dict)
    """Graph's service of each recommendation of a connected app."""

    @staticmethod
    def of(facts: Facts, tenants: Collection[str] = ()) -> Site:
        """The site of one build, with a page for each recommendation in catalogue, scores or decisions."""
        catalogue = facts.catalogue.recommendations
        known = {*catalogue, *facts.history.timelines, *facts.decisions.recorded(date.max), *facts.statuses}
        texts = (text for item in catalogue.values() for text in (item.action_url, item.remediation, item.description))
        return Site(
            slugs=slugs(known),
            as_of=facts.as_of,
            organisation=facts.settings.organisation,
            version=__version__,
            dated_by=facts.dated_by,
            newest=facts.snapshot.day if facts.snapshot else None,
            worldwide=not any(cloud in item.action_url for item in catalogue.values() for cloud in GOVERNMENT),
            services={name: item.service for name, item in catalogue.items() if connected_app(item.service)},
            tenants=frozenset(name.lower() for name in (*tenants, *facts.history.tenants)) | tenants_in(texts),
        )

    @property
    def age(self) -> int:
        """Days from the newest snapshot to the as-of date; 0 without a snapshot."""
        return (self.as_of - self.newest).days if self.newest else 0

    @property
    def is_old(self) -> bool:
        """The newest snapshot is older than it may be: every page says so."""
        return self.age > OLD_AFTER

    def page(self, identifier: str) -> str:
        """Path of a recommendation's document. KeyError for an id without a page."""
        return f"recommendations/{self.slugs[identifier]}.md"

    def has_page(self, identifier: str) -> bool:
        """True where the id has a page of its own."""
        return identifier in self.slugs

    def titled(self, identifier: str, title: str) -> str:
        """A title as a list shows it: that of a connected app begins with the product."""
        return titled(title, self.services.get(identifier, ""))

    def linked(self, identifier: str, text: str, source: str) -> Markup:
        """A text that leads to a recommendation's page, where the site has one."""
        if not self.has_page(identifier):
            return escape(text)
        return Markup('<a href="{}">{}</a>').format(self.url_for(identifier, source), text)

    def url_for(self, identifier: str, source: str = "index.md") -> str:
        """Link to a recommendation's page, relative to the document `source`."""
        return self.link(source, self.page(identifier))

    def link(self, source: str, target: str) -> str:
        """Link from one document to another (`target` may end in `#anchor`), as the built site needs it."""
        path, _, anchor = target.partition("#")
        address = _address(source, path) if path else ""
        return f"{address}#{anchor}" if anchor else address

    def record_link(self, record: str, source: str) -> str | None:
        """Link to the minutes that are the record of an approval; None for any other record."""
        month = record_month(record)
        return self.link(source, f"reviews/{month}.md#minutes") if month else None

    def from_decision(self, source: str) -> Callable[[str], str | None]:
        """For `decision_markdown`: turns links between decision files into links between pages.

        A link to any other file of the repository has no page and loses its address.
        """
        pages = {f"decisions/{identifier}.md": identifier for identifier in self.slugs}

        def resolve(address: str) -> str | None:
            path, _, _ = address.partition("#")
            identifier = pages.get(normpath(f"decisions/{path}"))
            return self.url_for(identifier, source) if identifier else None

        return resolve


def record_month(record: str) -> str | None:
    """The month, as YYYY-MM, whose minutes are the record of an approval; None for any other record."""
    found = re.fullmatch(r"docs/reviews/(\d{4}-(?:0[1-9]|1[0-2]))\.md(?:#\S*)?", record.strip())
    return found[1] if found else None


@lru_cache(maxsize=1 << 16)
def _address(source: str, target: str) -> str:
    """The way from one built file to another; remembered, because the pages of one folder link to the same pages."""
    return relpath(built(target), dirname(built(source)) or ".")


def built(path: str) -> str:
    """Path of the file that the site builder makes of a document (file URLs: `x.md` becomes `x.html`)."""
    if not path.endswith(".md"):
        return path
    folder, name = dirname(path), path[len(dirname(path)) :].lstrip("/")
    stem = "index" if name in ("README.md", "index.md") else name[:-3]
    return f"{folder}/{stem}.html" if folder else f"{stem}.html"


def slug(identifier: str) -> str:
    """The file name of one id, before collisions are known: lower case, `-` for anything but a-z and 0-9."""
    name = re.sub(r"[^a-z0-9]", "-", identifier.lower())
    if not name.strip("-") or name in _WINDOWS or name in _TAKEN or len(name) > _LONGEST_SLUG:
        return _with_hash(name, identifier)
    return name


def slugs(identifiers: Iterable[str]) -> dict[str, str]:
    """A file name for each id, all different, also on disks that ignore case.

    An id that is its own file name keeps it; others with the same name get a short hash each. So a new id rarely
    changes the address of a page that was cited.
    """
    groups: dict[str, list[str]] = {}
    for identifier in sorted(set(identifiers)):
        groups.setdefault(slug(identifier), []).append(identifier)
    taken = {name for name, group in groups.items() if len(group) == 1 or name in group}
    names: dict[str, str] = {}
    for name, group in groups.items():
        for identifier in group:
            if len(group) == 1 or identifier == name:
                names[identifier] = name
                continue
            length = 8
            while (own := _with_hash(name, identifier, length)) in taken:
                length += 4
            taken.add(own)
            names[identifier] = own
    return dict(sorted(names.items()))


def _with_hash(name: str, identifier: str, length: int = 8) -> str:
    digest = hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()[:length]
    stem = name[:_LONGEST_SLUG].strip("-")
    return f"{stem}-{digest}" if stem else f"id-{digest}"
