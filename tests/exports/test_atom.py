# SPDX-License-Identifier: Apache-2.0
"""The feed, read by a feed reader: ids, times and links, whatever the texts hold."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import feedparser

from secure_score_backlog import __version__
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.exports.atom import as_feed
from secure_score_backlog.site.links import Site
from tests.support.backlogs import AS_OF, backlog
from tests.support.downloads import hostile

ATOM = "{http://www.w3.org/2005/Atom}"


def read(made: Facts) -> Any:
    """The feed as feedparser reads it."""
    found = feedparser.parse(as_feed(made, Site.of(made)))
    assert not found.bozo
    return found


def test_every_committed_decision_is_an_entry() -> None:
    """The feed with its name, author and links; of an entry id, title, time, bucket, link and what to cite."""
    found = read(backlog())
    assert (found.feed.title, found.feed.author) == ("Smith & Sons: decisions on Secure Score", "Smith & Sons")
    assert found.feed.id == "urn:uuid:3390dfcf-f4a7-82ff-ad1a-5d620304dd38"
    assert found.feed.generator == f"Secure Score Backlog {__version__}"
    assert {link.rel: link.href for link in found.feed.links} == {
        "self": "decisions.atom",
        "alternate": "../register.html",
    }
    assert [entry.title for entry in found.entries] == [
        "Title of Wait: Decided: do soon by 29 December 2026.",
        "Title of Plan: New decision: do now by 29 December 2026, instead of do soon.",
        "Title of Plan: Decided: do soon by 29 December 2026.",
        "Title of Cover: Decided: not applicable until 29 December 2026.",
        "Title of Accept: Decided: accept until 29 November 2026.",
    ]
    newest = found.entries[0]
    assert newest.id == "urn:uuid:8340c86d-cf83-8d55-b190-211ed83239c3"
    assert newest.updated_parsed[:6] == (2026, 10, 16, 0, 0, 0)
    assert [tag.term for tag in newest.tags] == ["do-soon"]
    assert newest.summary == (
        "Decided: do soon by 29 December 2026. decisions/Wait.md, commit 0000000000000000000000000000000000000010, "
        "pull request #16 (claimed by the message)."
    )


@hostile
def test_no_text_makes_the_feed_invalid(text: str) -> None:
    """Well-formed whatever the texts hold; ids unique; every element that RFC 4287 asks for; newest first."""
    made = backlog(text, title=text)
    feed = ET.fromstring(as_feed(made, Site.of(made)))
    for name in ("id", "title", "updated", "author"):
        assert len(feed.findall(f"{ATOM}{name}")) == 1, name
    found = feed.findall(f"{ATOM}entry")
    assert len(found) == 5  # one for each committed version
    for entry in found:
        for name in ("id", "title", "updated", "summary"):
            assert len(entry.findall(f"{ATOM}{name}")) == 1, name
        assert not list(entry.find(f"{ATOM}title") or [])
        assert entry.findall(f"{ATOM}link[@rel='alternate']")
    ids = [entry.findtext(f"{ATOM}id") for entry in found]
    assert len(set(ids)) == len(ids)
    assert all(identifier and identifier.startswith("urn:uuid:") for identifier in ids)
    updated = [entry.findtext(f"{ATOM}updated") or "" for entry in found]
    assert updated == sorted(updated, reverse=True)
    assert feed.findtext(f"{ATOM}updated") == updated[0]
    assert all(datetime.fromisoformat(stamp).utcoffset() == timedelta(0) for stamp in updated)
    for shown in read(made).entries:
        assert shown.title_detail.type == "text/plain"
        assert "<script" not in shown.summary


def test_entries_lead_to_pages_and_keep_their_ids() -> None:
    """Links are relative and lead to the page; an id depends on commit and path, not on texts; no person is named."""
    made = backlog()
    found = read(made)
    assert {entry.link for entry in found.entries} == {
        f"../recommendations/{name}.html" for name in ("accept", "cover", "plan", "wait")
    }
    assert b"Head of IT" not in as_feed(made, Site.of(made))
    changed = backlog("other words", title="Other title")
    changed = replace(changed, as_of=AS_OF + timedelta(days=5))
    assert [entry.id for entry in read(changed).entries] == [entry.id for entry in found.entries]


def test_an_entry_without_a_page_leads_to_the_register() -> None:
    """RFC 4287 asks for a link where an entry has no content of its own."""
    feed = feedparser.parse(as_feed(backlog(), replace(Site.of(backlog()), slugs={})))
    assert {entry.link for entry in feed.entries} == {"../register.html"}


def test_a_feed_without_entries_is_as_old_as_its_day() -> None:
    """Its time does not come from the clock."""
    made = backlog()
    empty = read(replace(made, statuses={}))
    assert empty.entries == []
    assert empty.feed.updated == f"{AS_OF}T00:00:00+00:00"
