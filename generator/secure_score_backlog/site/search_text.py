# SPDX-License-Identifier: Apache-2.0
"""A hook of the site builder: the theme's search gets a computed page without the tags that it would leave out.

The search parses the HTML of each page, tag by tag, and keeps headings, text and the tags of a few elements (`KEPT`).
Most of a computed page is tables and drawings, so it gets the page without their tags, and makes the very same entries
of it; the page itself is put back before it is written. Where anything is not as computed pages are, the search gets
the whole page. Without this hook the index is the same, only later (docs/adr/0036-ready-html.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from mkdocs.plugins import CombinedEvent, event_priority

OPENING = '<div class="backlog">'
"""Begins each block of HTML in a computed page (`ready_html.py`)."""
KEPT = frozenset("p code pre li ol ul sub sup".split())
"""Elements whose tags the search keeps."""
UNREAD = frozenset("iframe noembed noframes object plaintext script style textarea xmp".split())
"""Elements whose content the search leaves out, or in which Python, from some version on, sees no tags."""
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
"""Elements without an end."""
EXCLUDED = re.compile(r'\s?data-search-\w+="[^"]+"')
"""What the search takes out of a page that it has read."""
_PIECES = re.compile(r"(<[^>]*>)")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)(?=[\s/>])(?:[^<>\"']|\"[^<>\"]*\")*>")
_HEADING = re.compile(r"h[1-6]")


@dataclass(frozen=True, slots=True)
class _Tag:
    """What a tag means to the search."""

    name: str
    ends: bool
    """The end of an element."""
    alone: bool
    """Begins and ends an element."""
    titled: bool
    """The beginning of a heading that has a name, so that a section begins with it."""
    excluded: bool
    """The beginning of an element that the page keeps out of the search."""


class _Unusual(Exception):
    """Not as computed pages are."""


def _read(text: str, known: dict[str, _Tag]) -> _Tag:
    """A tag; remembered, because a page has few that differ."""
    found = known.get(text)
    if found is None:
        match = _TAG.fullmatch(text)
        if match is None:
            raise _Unusual
        name = match[2].lower()
        if name in UNREAD or (name in VOID and match[1]):
            raise _Unusual
        titled = bool(_HEADING.fullmatch(name)) and not match[1] and " id=" in text
        excluded = "data-search-exclude" in text or 'class="linenodiv"' in text
        alone = name in VOID or text.endswith("/>")
        found = known[text] = _Tag(name, bool(match[1]), alone, titled, excluded)
    return found


@dataclass(slots=True)
class _Reader:
    """Goes through a page as the search does."""

    kept: list[str] = field(default_factory=list)
    """What the search gets."""
    inside: list[str] = field(default_factory=list)
    """The elements that are open."""
    excluded: set[str] = field(default_factory=set)
    """Elements that are left out with their content until one of that name ends: so the search goes about it."""
    hidden: bool = False
    """Inside one of those."""
    after_space: bool = False
    """The last that was kept is white space."""
    unused: bool = False
    """In a section that makes no entry."""

    def tag(self, text: str, tag: _Tag) -> None:
        """A tag outside headings."""
        if tag.ends:
            self._end(tag.name)
            return
        if tag.name not in VOID:
            self.inside.append(tag.name)
            if tag.excluded:
                self.excluded.add(tag.name)
            self.hidden = self.hidden or tag.name in self.excluded
            if tag.name in KEPT and not self.hidden:
                self._keep(f"<{tag.name}>")
            if tag.alone:
                self._end(tag.name)

    def _end(self, name: str) -> None:
        if not self.inside or self.inside[-1] != name:
            raise _Unusual
        self.inside.pop()
        if name in self.excluded:
            self.excluded.remove(name)
            self.hidden = not self.excluded.isdisjoint(self.inside)
        elif name in KEPT and not self.hidden:
            self._keep(f"</{name}>")

    def _keep(self, text: str) -> None:
        if not self.unused:
            self.kept.append(text)
        self.after_space = False

    def text(self, text: str) -> None:
        """What stands between two tags: of several white spaces in a row, the search keeps one."""
        if self.hidden or self.unused:
            return
        if "pre" in self.inside or not (unescape(text) if "&" in text else text).isspace():
            self._keep(text)
        elif not self.after_space:
            self.kept.append(" ")
            self.after_space = True


def searched(page: str) -> str | None:
    """What of the HTML of a page the search makes its entries from; None for a page that it has to read as a whole."""
    if not page.startswith("<h1 id="):
        return None
    known: dict[str, _Tag] = {}
    reader, heading = _Reader(), ""
    try:
        for number, piece in enumerate(_PIECES.split(page)):
            if heading:
                reader.kept.append(piece)
                if piece == heading:
                    heading, reader.after_space = "", False
            elif number % 2 == 0:
                if piece:
                    reader.text(piece)
            else:
                tag = _read(piece, known)
                if not tag.titled:
                    reader.tag(piece, tag)
                elif reader.inside:
                    return None
                else:
                    heading, reader.unused = f"</{tag.name}>", tag.excluded
                    reader.kept.append(piece)
    except _Unusual:
        return None
    return None if heading or reader.inside else "".join(reader.kept)


_whole: dict[str, str] = {}
"""The page that the search is reading, by its address, until it is put back."""


@event_priority(100)
def _before_search(context: Any, *, page: Any, config: Any, **_: Any) -> Any:
    computed = OPENING in (page.markdown or "") and not page.meta.get("hand_written")
    if computed and any(name in config.plugins for name in ("search", "material/search")):
        short = searched(page.content)
        if short is not None:
            _whole[page.url] = page.content
            page.content = short
    return context


@event_priority(-100)
def _after_search(context: Any, *, page: Any, **_: Any) -> Any:
    whole = _whole.pop(page.url, None)
    if whole is not None:
        page.content = EXCLUDED.sub("", whole)
    return context


on_page_context = CombinedEvent(_before_search, _after_search)
