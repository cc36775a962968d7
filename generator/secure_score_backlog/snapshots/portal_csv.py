# SPDX-License-Identifier: Apache-2.0
"""The table that the Defender portal exports (CSV), as rows (docs/method.md#portal-csv).

It names recommendations by title, in the reader's language, and has points and status; it has no ids, no date, no
totals, no counts and no comparison. What it does not have stays unknown.

The portal translates its column titles and statuses and documents none of them. So words are recognised by their
beginnings, columns also by their content, and what is not recognised stays unknown.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from secure_score_backlog.content import load
from secure_score_backlog.snapshots.graph_json import profiles_by_id, text
from secure_score_backlog.snapshots.known import known_recommendations, plain_words
from secure_score_backlog.snapshots.portal_points import impact_of, points_from_date, read_points


class PortalWords(Struct, frozen=True, forbid_unknown_fields=True):
    """The words of the table in the languages of the portal (`content/portal_csv.yml`)."""

    columns: dict[str, list[str]]
    """Column titles by what they mean; the first of each is English."""
    statuses: dict[str, list[str]]
    """Beginnings of words by Graph's state, in the order of trying."""
    refused: frozenset[str]
    """What a cell says where there is no licence."""
    between: list[str]
    """What stands between points and maximum."""
    products: dict[str, list[str]]
    """Names of products by Graph's service in lower case, where several have recommendations of one title."""
    months: list[list[str]]
    """Beginnings of the names of months, January first, as spreadsheet programs write them in many languages."""


WORDS = load("portal_csv", PortalWords)
_STATUSES = {
    state: re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})") for state, words in WORDS.statuses.items()
}


def _months() -> dict[str, frozenset[int]]:
    """The months that a name may mean, by how names begin."""
    names = {name for month in WORDS.months for name in month}
    return {
        name: frozenset(number for number, month in enumerate(WORDS.months, start=1) if name in month) for name in names
    }


MONTHS = _months()


def column_meaning(title: str) -> str | None:
    """What a column holds by its title; None where the title is not known."""
    words = plain_words(title.lstrip("\ufeff"))
    return next((meaning for meaning, known in WORDS.columns.items() if words in map(plain_words, known)), None)


def portal_state_of(status: str) -> str | None:
    """Graph's state for a status of the portal; None where the word is not known."""
    words = plain_words(status)
    return next((state for state, pattern in _STATUSES.items() if pattern.search(words)), None)


def says_no(cell: str) -> bool:
    """A cell of the column about licences says that there is none."""
    return plain_words(cell) in WORDS.refused


EXPECTED_COLUMNS = (
    "Recommended action, Points achieved, Status (in whatever language), as the portal's Export writes them"
)
MOST_ROWS = 10_000


class NotAPortalExport(ValueError):
    """A text that is not the portal's export; the text says what it is instead."""


@dataclass(frozen=True, slots=True)
class Row:
    """One recommendation as the portal shows it."""

    line: int
    cells: Mapping[str, str]
    """By what the column means; a column that is not known is left out."""

    @property
    def title(self) -> str:
        """What the recommendation is called."""
        return self.cells.get("title", "").strip()


def is_table(content: str) -> bool:
    """The text may be a table rather than JSON."""
    return content.lstrip("\ufeff \t\r\n")[:1] not in {"{", "["} and bool(re.search(r"[,;\t]", content))


def read_table(content: str, titles: frozenset[str] = frozenset()) -> tuple[Row, ...]:
    """The rows of an export. Raises NotAPortalExport where it is something else.

    `titles` are those of the catalogue (see `titles_of`), by which a column is found whose own title is not known.
    """
    body = content.lstrip("\ufeff")
    separator = re.match(r"sep=(.)\r?\n", body)
    if separator:  # a line that Excel wants
        body = body[separator.end() :]
    tables = [_cells(body, mark) for mark in ((separator[1],) if separator else (",", ";", "\t"))]
    table = max(tables, key=lambda lines: len(lines[0][1]) if lines else 0)
    if not table:
        raise NotAPortalExport("it is a table that was cut off, or one with unbalanced quotation marks")
    if len(table) < 2:
        raise NotAPortalExport("it is a table without rows")
    names = _meanings(table[0][1], [cells for _, cells in table[1:]], titles)
    if "points" not in names or "title" not in names:
        shown = ", ".join(cell.strip()[:40] for cell in table[0][1][:6])
        raise NotAPortalExport(
            f"it is a table, but not the portal's export (columns: {shown}); expected are {EXPECTED_COLUMNS}"
        )
    rows = (Row(line, {name: cells[at] for name, at in names.items() if at < len(cells)}) for line, cells in table[1:])
    return tuple(row for row in rows if any(cell.strip() for cell in row.cells.values()))


def _cells(body: str, separator: str) -> list[tuple[int, list[str]]]:
    """Every row that is not empty, with its line."""
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True)
    found: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((reader.line_num, cells))
            if len(found) > MOST_ROWS:
                raise NotAPortalExport(f"it has more than {MOST_ROWS} rows")
    except csv.Error:
        return []
    return found


def titles_of(profiles: Iterable[Any]) -> frozenset[str]:
    """The titles of a catalogue and of the shipped list, as they are compared."""
    listed = (text(profile.get("title")) for profile in profiles_by_id(profiles).values())
    shipped = (each.title for each in known_recommendations().values())
    return frozenset(map(plain_words, (*listed, *shipped))) - {""}


def _meanings(header: Sequence[str], rows: Sequence[Sequence[str]], titles: frozenset[str]) -> dict[str, int]:
    """The position of each column: by its title, else by its content."""
    named: dict[str, int] = {}
    for at, title in enumerate(header):
        meaning = column_meaning(title)
        if meaning is not None:
            named.setdefault(meaning, at)
    free = [at for at in range(len(header)) if at not in named.values()]
    columns = {at: [row[at] for row in rows if at < len(row) and row[at].strip()] for at in free}
    filled = {at: cells for at, cells in columns.items() if cells}
    if "points" not in named:
        fits = [at for at, cells in filled.items() if _are_points(cells)]
        named |= {"points": fits[0]} if fits else {}
    rest = {at: cells for at, cells in filled.items() if at not in named.values()}
    if "impact" not in named:
        fits = [at for at, cells in rest.items() if all(map(impact_of, cells))]
        named |= {"impact": fits[0]} if fits else {}
    rest = {at: cells for at, cells in rest.items() if at not in named.values()}
    if "status" not in named:
        fits = [at for at, cells in rest.items() if sum(map(_is_status, cells)) * 2 > len(cells)]
        named |= {"status": fits[0]} if fits else {}
    rest = {at: cells for at, cells in rest.items() if at not in named.values()}
    if "title" not in named and rest:
        best = max(rest, key=lambda at: sum(plain_words(cell) in titles for cell in rest[at]))
        named |= {"title": best} if any(plain_words(cell) in titles for cell in rest[best]) else {}
    return {name: at for name, at in named.items() if name in WORDS.columns}


def _are_points(cells: Sequence[str]) -> bool:
    """All cells are points, some of which a spreadsheet program may have changed into dates."""
    read = [read_points(cell, WORDS.between) is not None for cell in cells]
    return any(read) and all(fits or points_from_date(cell, MONTHS) for fits, cell in zip(read, cells, strict=True))


def _is_status(cell: str) -> bool:
    return len(cell) < 60 and portal_state_of(cell) is not None
