# SPDX-License-Identifier: Apache-2.0
"""Decisions as a feed (Atom, RFC 4287): one entry for each committed version of a decision.

Links are relative, so that the feed works at any address; a reader resolves them against the address that the feed
came from. Ids are made from commit and path, so an entry that was read once is never new again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any, Protocol

from feedgenerator import Atom1Feed
from markupsafe import escape

from secure_score_backlog import __version__
from secure_score_backlog.decisions.model import DecisionVersion
from secure_score_backlog.decisions.words import words_of
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.status import Status
from secure_score_backlog.git import Version
from secure_score_backlog.text import one_line

PATH = "downloads/decisions.atom"
REGISTER = "register.md"
"""The page that the feed belongs to, and that an entry without a page of its own leads to."""


class Links(Protocol):
    """Where pages are; the site knows (`site.links.Site`)."""

    def link(self, source: str, target: str) -> str:
        """Link from one document to another."""

    def has_page(self, identifier: str) -> bool:
        """True where a recommendation has a page of its own."""

    def url_for(self, identifier: str, source: str) -> str:
        """Link from a document to a recommendation's page."""


class Feed(Atom1Feed):  # type: ignore[misc] # feedgenerator has no types
    """A feed that says what made it, and whose time never depends on the clock."""

    def add_root_elements(self, handler: Any) -> None:
        """What the library writes about the feed, and the generator."""
        super().add_root_elements(handler)
        handler.addQuickElement("generator", f"Secure Score Backlog {self.feed['version']}")

    def latest_post_date(self) -> datetime:
        """When the newest entry was committed; without entries the as-of day."""
        newest: datetime = max((item["updateddate"] for item in self.items), default=self.feed["as_of"])
        return newest


def as_feed(facts: Facts, links: Links) -> bytes:
    """The feed, its newest entry first."""
    organisation = one_line(facts.settings.organisation)
    feed = Feed(
        title=f"{organisation}: decisions on Secure Score",
        link=links.link(PATH, REGISTER),
        description=None,
        feed_url=links.link(PATH, PATH),
        feed_guid=urn("feed", facts.settings.organisation),
        author_name=organisation or "Secure Score Backlog",
        version=one_line(__version__),
        as_of=datetime.combine(facts.as_of, time(tzinfo=UTC)),
    )
    entries = sorted(
        (entry for status in facts.statuses.values() for entry in committed(status)),
        key=lambda entry: (-entry[2].version.at.timestamp(), entry[0].id, entry[2].version.commit),
    )
    for status, previous, version in entries:
        words = one_line(words_of(previous, version))
        feed.add_item(
            title=f"{one_line(status.title)}: {words}",
            link=links.url_for(status.id, PATH) if links.has_page(status.id) else links.link(PATH, REGISTER),
            description=escape(f"{words} {one_line(cited(version.version))}"),
            unique_id=urn(version.version.commit, version.version.path),
            updateddate=version.version.at.astimezone(UTC),
            categories=[version.decision.bucket.value] if version.decision else [],
        )
    text: str = feed.writeString("utf-8")
    return f"{text}\n".encode()


def committed(status: Status) -> Iterator[tuple[Status, DecisionVersion | None, DecisionVersion]]:
    """Each committed version with the one before it."""
    previous: DecisionVersion | None = None
    for version in status.versions:
        if version.version.committed:
            yield status, previous, version
        previous = version


def cited(version: Version) -> str:
    """What to cite."""
    request = f", {version.request}" if version.request else ""
    return f"{version.path}, commit {version.commit}{request}."


def urn(*parts: str) -> str:
    """A UUID made from what an entry is about (RFC 9562, version 8: of one's own making)."""
    digest = bytearray(hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    name = digest.hex()
    return f"urn:uuid:{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"
