# SPDX-License-Identifier: Apache-2.0
"""What is empty on a page that should say something: tables, lists, sections, cells of nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
HEADINGS = ("h1", "h2", "h3", "h4")
MUST_SPEAK = frozenset({"p", "li", "dt", "dd", "th", "caption", "figcaption", "summary", "button", "option", *HEADINGS})
"""Elements that are there for what they say."""
SPILT = frozenset({"None", "nan", "NaN", "undefined", "[object Object]", "inf", "Infinity", "()", "[]", "{}"})
"""What a program prints for a missing value."""
FEWEST_WORDS = 12
"""Below this many words a page says nothing: no title, no date, no builder's sign counted."""


@dataclass
class Element:
    """One element; its text is among its children."""

    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    def within(self, *tags: str) -> Iterator[Element]:
        """Every element below that has one of some names, or any name."""
        for child in self.children:
            if isinstance(child, Element):
                if not tags or child.tag in tags:
                    yield child
                yield from child.within(*tags)

    def text(self) -> str:
        """All that is written below."""
        return " ".join("".join(self._pieces()).split())

    def _pieces(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif "headerlink" not in child.attributes.get("class", ""):
                yield from child._pieces()


class _Tree(HTMLParser):
    """The article of a page as elements."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("", {})]
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One deeper."""
        made = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A shape of a drawing."""
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        """One up, to where the element began."""
        if any(element.tag == tag for element in self.open[1:]):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Text, in its place."""
        self.open[-1].children.append(data)


def article(source: str) -> Element:
    """What a page is there for."""
    return next(_Tree(source).open[0].within("article"))


def faults(source: str) -> list[str]:
    """Everything empty on a page, one line each."""
    page = article(source)
    return [*_empty_containers(page), *_silent(page), *_empty_sections(page), *_too_little(page)]


def _empty_containers(page: Element) -> Iterator[str]:
    """Tables without a row, lists without an item, filters without a choice."""
    for table in page.within("table"):
        bodies = list(table.within("tbody")) or [table]
        if not any(cell.text() or any(cell.within("svg")) for body in bodies for cell in body.within("td", "th")):
            yield f"a table of nothing: {table.text()[:80]}"
    for container in page.within("ul", "ol", "dl", "select"):
        wanted = {"dl": "dt", "select": "option"}.get(container.tag, "li")
        if len(list(container.within(wanted))) < (2 if container.tag == "select" else 1):
            yield f"an empty {container.tag}: {container.attributes}"


def _silent(page: Element) -> Iterator[str]:
    """Elements that say nothing, and words that only a program would say."""
    for element in page.within():
        said = element.text()
        if element.tag in MUST_SPEAK and not said and not any(element.within("svg", "img", "input")):
            yield f"a silent {element.tag}: {element.attributes}"
        if said in SPILT and "backlog-microsoft" not in element.attributes.get("class", ""):
            yield f"{said} in a {element.tag}: {element.attributes}"


def _empty_sections(page: Element) -> Iterator[str]:
    """A heading with nothing below it before the next one of its level or above, or the end."""
    pieces = list(_flat(page))
    for place, piece in enumerate(pieces):
        if not isinstance(piece, Element):
            continue
        after = pieces[place + 1] if place + 1 < len(pieces) else None
        if after is None or (isinstance(after, Element) and after.tag <= piece.tag):
            yield f"nothing below the heading: {piece.text()}"


def _flat(element: Element) -> Iterator[Element | str]:
    """Headings, and text between them, in reading order; the last line of each page left out."""
    for child in element.children:
        if isinstance(child, str):
            if child.strip():
                yield child
        elif child.tag in HEADINGS:
            yield child
        elif child.tag == "svg":
            yield "a drawing"
        elif "backlog-colophon" not in child.attributes.get("class", ""):
            yield from _flat(child)


def _too_little(page: Element) -> Iterator[str]:
    """A page that says next to nothing."""
    words = re.findall(r"\w+", " ".join(piece for piece in _flat(page) if isinstance(piece, str)))  # none of headings
    if len(words) < FEWEST_WORDS:
        yield f"only {len(words)} words: {' '.join(words)}"
