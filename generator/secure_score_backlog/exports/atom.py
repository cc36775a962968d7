# SPDX-License-Identifier: Apache-2.0
"""Feeds (Atom, RFC 4287): one entry for each committed version of a decision, and one for each change of a month.

Links are relative, so that the feed works at any address; a reader resolves them against the address that the feed
came from. Ids are made from commit and path, or from month, kind and recommendation, so an entry that was read once is
never new again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Protocol

from feedgenerator import Atom1Feed
from markupsafe import escape

from secure_score_backlog import __version__, wording
from secure_score_backlog.dates import first_day
from secure_score_backlog.decisions.model import DecisionVersion
from secure_score_backlog.decisions.words import words_of
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.status import Status
from secure_score_backlog.exports.all_changes import ChangeRow, Who, effect, months_of_changes
from secure_score_backlog.git import Version
from secure_score_backlog.text import one_line

PATH = "downloads/decisions.atom"
REGISTER = "register.md"
"""The page that the feed belongs to, and that an entry without a page of its own leads to."""
CHANGES_PATH = "downloads/changes.atom"
CHANGES_PAGE = "changes.md"
MOST_CHANGES = 500
"""Entries of the feed of changes; the table has all."""


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


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed; texts are of others, and not yet escaped."""

    title: str
    link: str
    said: str
    identifier: str
    at: datetime
    categories: tuple[str, ...] = ()


def feed_of(facts: Facts, links: Links, entries: Iterable[Entry], path: str, page: str, subject: str) -> bytes:
    """A feed of some entries, in their order.

    Args:
        facts: Organisation and as-of day.
        links: Where pages are.
        entries: The newest first.
        path: The feed's own document.
        page: The page that it belongs to.
        subject: What it tells, for its title and its id.
    """
    organisation = one_line(facts.settings.organisation)
    feed = Feed(
        title=f"{organisation}: {subject}",
        link=links.link(path, page),
        description=None,
        feed_url=links.link(path, path),
        feed_guid=urn("feed", facts.settings.organisation, *(() if path == PATH else (path,))),
        author_name=organisation or "Secure Score Backlog",
        version=one_line(__version__),
        as_of=datetime.combine(facts.as_of, time(tzinfo=UTC)),
    )
    for entry in entries:
        feed.add_item(
            title=one_line(entry.title),
            link=entry.link,
            description=escape(one_line(entry.said)),
            unique_id=entry.identifier,
            updateddate=entry.at,
            categories=list(entry.categories),
        )
    text: str = feed.writeString("utf-8")
    return f"{text}\n".encode()


def as_feed(facts: Facts, links: Links) -> bytes:
    """The decisions, the newest first."""
    versions = sorted(
        (version for status in facts.statuses.values() for version in committed(status)),
        key=lambda found: (-found[2].version.at.timestamp(), found[0].id, found[2].version.commit),
    )
    return feed_of(
        facts, links, (entry_of(*found, links) for found in versions), PATH, REGISTER, "decisions on Secure Score"
    )


def entry_of(status: Status, previous: DecisionVersion | None, version: DecisionVersion, links: Links) -> Entry:
    """One committed version of a decision."""
    words = words_of(previous, version)
    return Entry(
        title=f"{status.title}: {words}",
        link=address(status.id, links, PATH, REGISTER),
        said=f"{words} {cited(version.version)}",
        identifier=urn(version.version.commit, version.version.path),
        at=version.version.at.astimezone(UTC),
        categories=(version.decision.bucket.value,) if version.decision else (),
    )


def address(identifier: str, links: Links, path: str, page: str) -> str:
    """Where an entry leads: to the page of its recommendation, else to the page of the feed."""
    return links.url_for(identifier, path) if links.has_page(identifier) else links.link(path, page)


def as_changes_feed(facts: Facts, links: Links) -> bytes:
    """What changed, the newest first: what Microsoft changed, and what we decided, completed and lost."""
    rows = [row for month in months_of_changes(facts) for row in month.rows]
    dated = sorted(((day_in_feed(row), row) for row in rows), key=lambda found: -found[0].toordinal())
    entries = (change_entry(row, day, links) for day, row in dated[:MOST_CHANGES])
    return feed_of(facts, links, entries, CHANGES_PATH, CHANGES_PAGE, "changes of Secure Score")


def day_in_feed(row: ChangeRow) -> date:
    """The day of a change; the first of the month where only that is known, so that it stays the same while it runs."""
    return row.day or first_day(row.month)


def change_entry(row: ChangeRow, day: date, links: Links) -> Entry:
    """One change."""
    by = "Microsoft: " if row.who is Who.MICROSOFT else ""
    moved = "" if row.points is None else effect(row.points, row.percent)
    said = "; ".join(part for part in (wording.badge_of(row.kind).label.lower(), row.detail, moved) if part)
    when = wording.day(row.day) if row.day else wording.month(row.month)
    return Entry(
        title=f"{row.title}: {by}{said}",
        link=address(row.recommendation, links, CHANGES_PATH, CHANGES_PAGE),
        said=f"{by}{said}; {when}.",
        identifier=urn("change", row.month, row.who.value, row.kind, row.recommendation),
        at=datetime.combine(day, time(tzinfo=UTC)),
        categories=(row.who.value, row.kind),
    )


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
