# SPDX-License-Identifier: Apache-2.0
"""What a built site says: its pages, and the words, headings and links of each, whichever program built it."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
UNREAD = frozenset({"script", "style", "template"})
"""Elements whose text is not read."""
THEIR_OWN = frozenset({"headerlink"})
"""Classes of what a builder puts into the article by itself: the sign that links to a heading."""
SHOWN_DIFFERENCES = 20


@dataclass(frozen=True, slots=True)
class Said:
    """What one page says within its article."""

    words: tuple[str, ...]
    """All text, in reading order, white space aside."""
    headings: tuple[tuple[str, str], ...]
    """Tag and anchor of each heading."""
    links: tuple[str, ...]
    """Addresses, in order."""


class _Article(HTMLParser):
    """Reads the first article of a page."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.headings: list[tuple[str, str]] = []
        self.links: list[str] = []
        self.seen = False
        self._inside = 0
        self._skipped = 0
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Go deeper, and note headings and links."""
        values = {name: value or "" for name, value in attrs}
        if not self._inside:
            self._inside = int(tag == "article" and not self.seen)
            self.seen = self.seen or tag == "article"
            return
        if tag in VOID:
            return
        self._inside += 1
        if self._skipped or tag in UNREAD or THEIR_OWN & set(values.get("class", "").split()):
            self._skipped += 1
        elif tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            self.headings.append((tag, values.get("id", "")))
        elif tag == "a" and "href" in values:
            self.links.append(values["href"])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Shapes of a drawing close themselves; nothing of them is text."""

    def handle_endtag(self, tag: str) -> None:
        """Come up again."""
        if self._inside and tag not in VOID:
            self._inside -= 1
            self._skipped = max(0, self._skipped - 1)

    def handle_data(self, data: str) -> None:
        """Text that a reader sees."""
        if self._inside and not self._skipped:
            self.words.extend(data.split())


def said(source: str) -> Said:
    """What a page says, from its HTML. ValueError for a page without an article."""
    article = _Article(source)
    if not article.seen:
        raise ValueError("no <article>")
    return Said(tuple(article.words), tuple(article.headings), tuple(article.links))


def pages(site: Path) -> dict[str, Path]:
    """Every page of a built site but the server's own, by path."""
    found = {path.relative_to(site).as_posix(): path for path in sorted(site.rglob("*.html"))}
    return {name: path for name, path in found.items() if name != "404.html"}


def differences(one: Path, other: Path) -> list[str]:
    """What the other site lacks, has beyond the first, or says differently; empty where both are the same."""
    ours, theirs = pages(one), pages(other)
    found = [f"{name}: missing" for name in sorted(ours.keys() - theirs.keys())]
    found += [f"{name}: not in the other builder's site" for name in sorted(theirs.keys() - ours.keys())]
    for name in sorted(ours.keys() & theirs.keys()):
        found.extend(f"{name}: {what}" for what in _page_differences(ours[name], theirs[name]))
    return found


def _page_differences(one: Path, other: Path) -> list[str]:
    """What two pages say differently, one line for each kind."""
    try:
        here, there = (said(path.read_text(encoding="utf-8")) for path in (one, other))
    except ValueError as error:
        return [str(error)]
    kinds = (("words", here.words, there.words), ("headings", here.headings, there.headings))
    found = [f"{kind} differ: {_first(first, second)}" for kind, first, second in kinds if first != second]
    return found + ([f"links differ: {_first(here.links, there.links)}"] if here.links != there.links else [])


def _first(one: tuple[object, ...], other: tuple[object, ...]) -> str:
    """Where two sequences part, with a few steps of each."""
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"{' '.join(map(str, one[at : at + 8]))!r} against {' '.join(map(str, other[at : at + 8]))!r}"
