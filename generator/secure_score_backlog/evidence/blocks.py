# SPDX-License-Identifier: Apache-2.0
"""What a report is made of: sections of paragraphs, lists, pairs and tables. Every text is plain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph of a cell or a list."""

    text: str
    style: str = ""
    """strong, fine (small) or empty."""
    label: str = ""
    """What it is, in a word or two before it."""
    anchor: str = ""
    """Its name, where a page number refers to it."""
    page_of: str = ""
    """The anchor whose page number stands here, after the text if there is one."""


Cell = tuple[Line, ...]
Row = Sequence[Cell | str]
Columns = tuple[tuple[str, int], ...]
"""Title and part of the width of each column."""


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a section: a paragraph, a list, pairs of name and value, or a table."""

    kind: str
    """text, note, list, numbered, fields or table."""
    text: str = ""
    """Of a paragraph; the caption of a table or numbered list, where its heading does not say it."""
    items: tuple[Cell, ...] = ()
    """Of a list or numbered list; of fields: name and value by turns."""
    columns: Columns = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    page_of: str = ""
    """Of a paragraph: the anchor whose page number ends it."""
    dense: bool = False
    """Of a table: its rows stand closer, as in a list of contents."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what is below it."""

    title: str
    blocks: tuple[Block, ...] = ()
    level: int = 1
    new_page: bool = False
    anchor: str = ""
    """Its name, where a page number refers to it."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that the report says."""

    title: str
    organisation: str
    as_of: date
    cover: tuple[Block, ...]
    sections: tuple[Section, ...]
    guide: tuple[Section, ...] = ()
    """What comes before the contents: where to find what."""


def cell(text: str, style: str = "") -> Cell:
    """A cell with one line."""
    return (Line(text, style),)


def page_of(anchor: str, style: str = "") -> Cell:
    """A cell with the number of a page."""
    return (Line("", style, page_of=anchor),)


def paragraph(text: str, page_of: str = "") -> Block:
    """A paragraph, perhaps with the page of an anchor at its end."""
    return Block("text", text, page_of=page_of)


def listed(items: Iterable[Cell], none: str) -> Block:
    """A list; a paragraph that says so where it would be empty."""
    found = tuple(items)
    return Block("list", items=found) if found else paragraph(none)


def bullets(texts: Iterable[str]) -> Block:
    """A list of plain texts."""
    return Block("list", items=tuple(cell(text) for text in texts))


def fields(pairs: Iterable[tuple[str, str]]) -> Block:
    """Names with their values, without those that are empty."""
    return Block("fields", items=tuple(cell(text) for name, value in pairs if value for text in (name, value)))


def table(caption: str, columns: Columns, rows: Iterable[Row]) -> Block:
    """A table; a cell may be a plain text."""
    made = tuple(tuple(each if isinstance(each, tuple) else cell(each) for each in row) for row in rows)
    return Block("table", caption, columns=columns, rows=made)


def table_or(caption: str, columns: Columns, rows: Sequence[Row], none: str) -> Block:
    """A table; a paragraph that says so where it would be empty."""
    return table(caption, columns, rows) if rows else paragraph(none)
