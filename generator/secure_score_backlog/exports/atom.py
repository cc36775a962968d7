# SPDX-License-Identifier: Apache-2.0
"""Decisions as a feed (Atom, RFC 4287): one entry for each committed version of a decision.

Links are relative, so that the feed is right wherever the site stands; a reader resolves them against the address it
fetched the feed from. Ids are made from commit and path, so an entry that was read once is never new again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from secure_score_backlog import __version__
from secure_score_backlog.decisions.model import DecisionVersion
from secure_score_backlog.decisions.words import words_of
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.status import Status
from secure_score_backlog.git import Version
from secure_score_backlog.site.links import Site
from secure_score_backlog.text import visible


def as_feed(facts: Facts, site: Site, path: str) -> bytes:
    """The feed, its newest entry first. `path`: of its document, from which links lead away."""
    organisation = facts.settings.organisation
    entries = sorted(
        (entry for status in facts.statuses.values() for entry in committed(status)),
        key=lambda entry: (-entry[2].version.at.timestamp(), entry[0].id, entry[2].version.commit),
    )
    newest = entries[0][2].version.at if entries else midnight(facts)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<id>{urn('feed', organisation)}</id>",
        f"<title>{text(organisation)}: decisions on Secure Score</title>",
        f"<updated>{instant(newest)}</updated>",
        f"<author><name>{text(organisation) or 'Secure Score Backlog'}</name></author>",
        f'<link rel="self" type="application/atom+xml" href={quoteattr(site.link(path, path))}/>',
        f'<link rel="alternate" type="text/html" href={quoteattr(site.link(path, "register.md"))}/>',
        f"<generator>Secure Score Backlog {text(__version__)}</generator>",
    ]
    for status, previous, version in entries:
        lines += entry_lines(site, path, status, previous, version)
    return ("\n".join([*lines, "</feed>"]) + "\n").encode("utf-8")


def committed(status: Status) -> Iterator[tuple[Status, DecisionVersion | None, DecisionVersion]]:
    """Each committed version with the one before it."""
    previous: DecisionVersion | None = None
    for version in status.versions:
        if version.version.committed:
            yield status, previous, version
        previous = version


def entry_lines(
    site: Site, path: str, status: Status, previous: DecisionVersion | None, version: DecisionVersion
) -> Iterator[str]:
    """One entry: what a commit decided, with where to read it and what to cite."""
    words = text(words_of(previous, version))
    yield "<entry>"
    yield f"<id>{urn(version.version.commit, version.version.path)}</id>"
    yield f"<title>{text(status.title)}: {words}</title>"
    yield f"<updated>{instant(version.version.at)}</updated>"
    if site.has_page(status.id):
        yield f'<link rel="alternate" type="text/html" href={quoteattr(site.url_for(status.id, path))}/>'
    if version.decision:
        yield f"<category term={quoteattr(version.decision.bucket.value)}/>"
    yield f'<summary type="text">{words} {text(cited(version.version))}</summary>'
    yield "</entry>"


def cited(version: Version) -> str:
    """What to cite."""
    request = f", pull request #{version.pull_request}" if version.pull_request else ""
    return f"{version.path}, commit {version.commit}{request}."


def text(value: str) -> str:
    """Text for XML: one line, and only characters that XML knows."""
    return escape(" ".join(visible(value).split()))


def instant(at: datetime) -> str:
    """A time as RFC 3339, UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def midnight(facts: Facts) -> datetime:
    """The start of the as-of day: the time of a feed without entries."""
    day = facts.as_of
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def urn(*parts: str) -> str:
    """A UUID made from what an entry is about (RFC 9562, version 8: of one's own making)."""
    digest = bytearray(hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    name = digest.hex()
    return f"urn:uuid:{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"
