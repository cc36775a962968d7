# SPDX-License-Identifier: Apache-2.0
"""The table that the Defender portal exports (CSV), as one day of scores (docs/method.md#snapshots).

It names recommendations by title, in the reader's language, and has points and status; it has no ids, no date, no
totals, no counts and no comparison. What it does not have stays unknown.

The portal translates its column titles and statuses and documents none of them. So words are recognised by their
beginnings, columns also by their content, and what is not recognised stays unknown.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct

from secure_score_backlog.content import load
from secure_score_backlog.problems import Problem, problem
from secure_score_backlog.snapshots.collect import Export
from secure_score_backlog.snapshots.graph_json import Json, profiles_by_id, text
from secure_score_backlog.snapshots.snapshot_files import snapshot_path
from secure_score_backlog.wording import plural


class PortalWords(Struct, frozen=True, forbid_unknown_fields=True):
    """The words of the table in the languages of the portal (`content/portal_csv.yml`)."""

    columns: dict[str, list[str]]
    """Column titles by what they mean; the first of each is English."""
    statuses: dict[str, list[str]]
    """Beginnings of words by Graph's state, in the order of trying."""
    refused: frozenset[str]
    """What a cell says where there is no licence."""


WORDS = load("portal_csv", PortalWords)
_STATUSES = {
    state: re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})") for state, words in WORDS.statuses.items()
}


def plain_words(text: str) -> str:
    """A text for comparing: no difference in case, blanks, kinds of quotes and hyphens, or a mark at the end."""
    folded = unicodedata.normalize("NFKC", text).replace("’", "'").replace("\u2018", "'")
    folded = folded.replace("“", '"').replace("”", '"').replace("–", "-").replace("\u2010", "-")
    return " ".join(folded.casefold().split()).rstrip(" .:?")


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
KEPT = ("category", "impact", "product", "regressed", "status", "synced", "update")
"""Cells that are kept as they were written. Notes are not: people write names into them."""
_POINTS = re.compile(r"\s*([0-9]{1,6}(?:[.,][0-9]{1,6})?)\s*/\s*([0-9]{1,6}(?:[.,][0-9]{1,6})?)\s*")


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


@dataclass(frozen=True, slots=True)
class Joined:
    """A table joined with the catalogue, and what could not be used of it."""

    export: Export | None
    """None where not one row could be used."""
    rows: int
    unknown: tuple[str, ...] = ()
    """Titles that the catalogue does not have, or has more than once."""
    unreadable: tuple[str, ...] = ()
    """Titles whose points cannot be read."""
    unclear: tuple[str, ...] = ()
    """Statuses whose meaning is not known, of recommendations with all their points."""
    unlicensed: int = 0


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
    """The titles of a catalogue, as they are compared."""
    return frozenset(_ids_by_title(profiles))


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
        fits = [at for at, cells in filled.items() if all(_POINTS.fullmatch(cell) for cell in cells)]
        named |= {"points": fits[0]} if fits else {}
    rest = {at: cells for at, cells in filled.items() if at not in named.values()}
    if "status" not in named:
        fits = [at for at, cells in rest.items() if sum(map(_is_status, cells)) * 2 > len(cells)]
        named |= {"status": fits[0]} if fits else {}
    rest = {at: cells for at, cells in rest.items() if at not in named.values()}
    if "title" not in named and rest:
        best = max(rest, key=lambda at: sum(plain_words(cell) in titles for cell in rest[at]))
        named |= {"title": best} if any(plain_words(cell) in titles for cell in rest[best]) else {}
    return {name: at for name, at in named.items() if name in WORDS.columns}


def _is_status(cell: str) -> bool:
    return len(cell) < 60 and portal_state_of(cell) is not None


def join(rows: Iterable[Row], profiles: Iterable[Any], day: date) -> Joined:
    """What a table says about a day, by the ids that the catalogue has for its titles."""
    table = tuple(rows)
    ids = _ids_by_title(profiles)
    counted = Counter(plain_words(row.title) for row in table)
    lines: list[Json] = []
    maximum: Json = {}
    unknown, unreadable, unclear, unlicensed = [], [], [], 0
    for row in table:
        identifier = ids.get(plain_words(row.title))
        points = _POINTS.fullmatch(row.cells.get("points", ""))
        if identifier is None or counted[plain_words(row.title)] > 1:
            unknown.append(row.title or f"line {row.line}")
        elif says_no(row.cells.get("licence", "")):
            unlicensed += 1
        elif points is None:
            unreadable.append(row.title)
        else:
            earned, possible = _amount(points[1]), _amount(points[2])
            state = portal_state_of(row.cells.get("status", ""))
            vague = state is None and earned >= possible > 0
            unclear += [row.cells.get("status", "").strip() or "(empty)"] if vague else []
            # Full points under an unknown status may be a claim, so nothing is said of them.
            maximum[identifier] = [None if vague else possible, state]
            lines.append({"controlName": identifier, "score": earned, "exported": _kept(row)})
    export = Export(day, _score(day, lines), maximum, _dropped(table)) if lines else None
    return Joined(export, len(table), tuple(unknown), tuple(unreadable), tuple(sorted(set(unclear))), unlicensed)


def _ids_by_title(profiles: Iterable[Any]) -> dict[str, str]:
    """Ids by title, for titles that only one recommendation has."""
    titles = {
        identifier: plain_words(title)
        for identifier, profile in profiles_by_id(profiles).items()
        if (title := text(profile.get("title")))
    }
    counted = Counter(titles.values())
    return {title: identifier for identifier, title in titles.items() if counted[title] == 1}


def _kept(row: Row) -> Json:
    return {name: row.cells[name].strip() for name in KEPT if row.cells.get(name, "").strip()}


def _dropped(rows: Sequence[Row]) -> tuple[str, ...]:
    return ("Notes",) if any(row.cells.get("notes", "").strip() for row in rows) else ()


def _score(day: date, lines: list[Json]) -> Json:
    """A day in the shape of Graph's score. No total: the table states none."""
    return {"createdDateTime": f"{day}T00:00:00Z", "controlScores": lines}


def _amount(written: str) -> Decimal:
    return Decimal(written.replace(",", "."))


def problems(joined: Joined, path: str, day: date) -> tuple[Problem, ...]:
    """What could not be used of a table about a day, as warnings."""
    found = []
    stored = snapshot_path(day)
    if joined.unknown:
        found.append(
            (
                "import-title-unknown",
                f"{plural(len(joined.unknown), 'row')} of {joined.rows} could not be joined, as the catalogue has no "
                f"such title, or has it twice: {_listed(joined.unknown)}.",
                "Nothing has to be done: the day is stored without them. Only where secureScoreControlProfiles was "
                f"saved in those days, when these were the titles: delete {stored}, then import both files together.",
            )
        )
    if joined.unreadable:
        found.append(
            (
                "import-points-unreadable",
                f"{plural(len(joined.unreadable), 'row')} without points that can be read (expected is 3/10): "
                f"{_listed(joined.unreadable)}.",
                "The day is stored without them. A spreadsheet program may have made dates of the points: to have "
                f"them, delete {stored}, then import the file as the portal wrote it.",
            )
        )
    if joined.unclear:
        found.append(
            (
                "import-status-unknown",
                f"Unknown statuses beside full points: {_listed(joined.unclear)}. They may be measured by Microsoft "
                "or claimed by an administrator, so their maximum is stored as unknown.",
                "Nothing has to be done. An export with the portal in English has statuses that are known.",
            )
        )
    if joined.unlicensed:
        found.append(
            (
                "import-unlicensed",
                f"{plural(joined.unlicensed, 'row')} without a licence: left out, as Graph leaves them out.",
                "Nothing has to be done.",
            )
        )
    return tuple(problem(code, path, None, message, hint) for code, message, hint in found)


def _listed(names: Sequence[str]) -> str:
    """Every name, so that all that was left out is reported."""
    return "; ".join(names)
