# SPDX-License-Identifier: Apache-2.0
"""The rows of the portal's table as one day of scores, by the ids of their titles (docs/method.md#portal-csv).

Every row counts, with a licence or without, as it does in the portal. What cannot be read is left out and listed, and
then the day is partial.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from secure_score_backlog.problems import Problem, problem
from secure_score_backlog.snapshots.collect import Export
from secure_score_backlog.snapshots.graph_json import Json, number, profiles_by_id, text
from secure_score_backlog.snapshots.known import id_of_title, ids_by_title, known_recommendations, plain_words
from secure_score_backlog.snapshots.portal_csv import MONTHS, WORDS, Row, portal_state_of, says_no
from secure_score_backlog.snapshots.portal_points import (
    Interval,
    Points,
    confirmed,
    points_from_date,
    read_points,
    total_of,
)
from secure_score_backlog.snapshots.snapshot_files import snapshot_path
from secure_score_backlog.text import printable, shortened
from secure_score_backlog.wording import plural

KEPT = ("category", "impact", "licence", "points", "product", "regressed", "status", "synced", "title", "update")
"""Cells that are kept as they were written. Notes are not: people write names into them."""
ONLY_WHERE_ODD = ("points", "title")
"""Cells that are kept only where they say something else: points that were recovered, a title that did not join."""
LONGEST_NAME = 120
"""Characters of a title that a message shows: Microsoft's longest fit."""
SHOWN = 10
"""Rows that a message names; `--json` has all of them."""
GRAPH_LISTS, PROGRAM_LISTS, TITLE_ONLY = "graph", "shipped", "title"


class UnusableTable(ValueError):
    """A table that was refused; the text says why, `advice` what to do."""

    def __init__(self, why: str, advice: str) -> None:
        super().__init__(why)
        self.advice = advice


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A row with the id under which it counts."""

    row: Row
    id: str
    named_by: str
    """Who knows the title: `graph`, `shipped`, or nobody (`title`)."""

    @property
    def name(self) -> str:
        """The title, or the line of a row that has none."""
        return name_of(self.row)


@dataclass(frozen=True, slots=True)
class Joined:
    """A table as a day, and what is odd about its rows."""

    export: Export
    rows: int
    unjoined: tuple[NamedRow, ...] = ()
    """Rows whose title neither Graph's catalogue nor the shipped list has; they count under an id made of the title."""
    unreadable: tuple[Row, ...] = ()
    """Rows that were left out: without title, or without points that can be read."""
    unclear: tuple[Row, ...] = ()
    """Rows that were left out: all points under a status that is not known, so they may be self-attested."""
    recovered: tuple[tuple[NamedRow, Points], ...] = ()
    """Rows whose points a spreadsheet program had changed into a date."""
    unlicensed: int = 0
    total: Interval | None = None
    """What all maxima of the tenant add up to, as the score impacts imply it."""
    points: Points = field(default_factory=lambda: Points(Decimal(0), Decimal(0)))
    """Sums over the rows that count."""


@dataclass(frozen=True, slots=True)
class _Names:
    """Who knows which title."""

    listed: Mapping[str, Sequence[str]]
    """Ids of Graph's catalogue by title."""
    shipped: Mapping[str, Sequence[str]]
    services: Mapping[str, str]
    """Graph's service by id."""

    @staticmethod
    def of(profiles: Iterable[Any]) -> _Names:
        """From the catalogue's profiles and the shipped list."""
        by_id, known = profiles_by_id(profiles), known_recommendations()
        listed = ids_by_title((identifier, text(profile.get("title"))) for identifier, profile in by_id.items())
        shipped = ids_by_title((each.id, each.title) for each in known.values() if each.id not in by_id)
        services = {identifier: text(profile.get("service")) for identifier, profile in by_id.items()}
        return _Names(listed, shipped, {**{each.id: each.service for each in known.values()}, **services})

    def of_row(self, row: Row) -> tuple[str, str]:
        """The id of a row and who knows it; an empty id where nobody does, or where several have its title."""
        for names, who in ((self.listed, GRAPH_LISTS), (self.shipped, PROGRAM_LISTS)):
            found = names.get(plain_words(row.title), ())
            if len(found) > 1:
                found = [
                    each for each in found if is_product(row.cells.get("product", ""), self.services.get(each, ""))
                ]
            if len(found) == 1:
                return found[0], who
        return "", TITLE_ONLY


def name_of(row: Row) -> str:
    """The title of a row as a message shows it, or the line of a row that has none."""
    title = printable(" ".join(row.title.split()))
    cut = title if len(title) <= LONGEST_NAME else title[: LONGEST_NAME - 1] + "…"
    return cut or f"line {row.line}"


def is_product(product: str, service: str) -> bool:
    """The portal's product is the service of Graph: `GitHub` is `MDA_GitHub`."""
    names = WORDS.products.get(service.casefold().removeprefix("mda_"), [])
    return plain_words(product) in map(plain_words, names)


def join(rows: Iterable[Row], profiles: Iterable[Any], day: date) -> Joined:
    """What a table says about a day.

    Args:
        rows: The rows of the table.
        profiles: Those of Graph's catalogue.
        day: The day on which the table was exported.

    Raises:
        UnusableTable: Nothing in it counts, or what counts would be wrong.
    """
    listed = profiles_by_id(profiles)
    table = tuple(rows)
    titled = [row for row in table if row.title]
    named = named_rows(titled, _Names.of(listed.values()))
    _refuse_other_titles(named, bool(listed))
    read = {each.row.line: found for each in named if (found := _points(each.row))}
    maxima = {each.id: _expected(each.id, listed) for each in named}
    total = total_of((read[each.row.line].possible, _impact(each.row)) for each in named if each.row.line in read)
    recovered = recover([each for each in named if each.row.line not in read], total, maxima)
    read |= {each.row.line: points for each, points in recovered}
    unclear = [each.row for each in named if each.row.line in read and _is_unclear(each.row, read[each.row.line])]
    _refuse_other_statuses(table, unclear)
    left_out = {row.line for row in unclear}
    counting = [each for each in named if each.row.line in read and each.row.line not in left_out]
    if not counting:
        raise _nothing(table)
    points = _sum(read[each.row.line] for each in counting)
    changed = {each.row.line for each, _ in recovered}
    unreadable = tuple(row for row in table if row.line not in read)
    return Joined(
        export=Export(
            day=day,
            score=_score(day, [_line(each, read[each.row.line], changed) for each in counting]),
            maximum={each.id: [read[each.row.line].possible, _state(each.row)] for each in counting},
            dropped=("Notes",) if any(row.cells.get("notes", "").strip() for row in table) else (),
            whole=not unreadable and not unclear and total is not None and total.holds(Fraction(points.possible)),
            titles={each.id: _title(each) for each in counting if each.named_by != GRAPH_LISTS},
        ),
        rows=len(table),
        unjoined=tuple(each for each in counting if each.named_by == TITLE_ONLY),
        unreadable=unreadable,
        unclear=tuple(unclear),
        recovered=recovered,
        unlicensed=sum(1 for each in counting if says_no(each.row.cells.get("licence", ""))),
        total=total,
        points=points,
    )


def named_rows(rows: Sequence[Row], names: _Names) -> list[NamedRow]:
    """Each row with the id under which it counts.

    An id counts once a day, so rows that would share one are told apart by their product, and then by their order.
    """
    found = [(row, *names.of_row(row)) for row in rows]
    claimed = Counter(identifier for _, identifier, _ in found)
    repeated = Counter(plain_words(row.title) for row in rows)
    named: list[NamedRow] = []
    used: set[str] = set()
    for row, identifier, who in found:
        if identifier and claimed[identifier] == 1:
            named.append(NamedRow(row, identifier, who))
            continue
        words = plain_words(row.title)
        alone = repeated[words] == 1 and words not in names.listed and words not in names.shipped
        product = "" if alone else row.cells.get("product", "")
        made, number_of_equals = id_of_title(row.title, product), 1
        while made in used:
            number_of_equals += 1
            made = id_of_title(row.title, f"{product} {number_of_equals}")
        used.add(made)
        named.append(NamedRow(row, made, TITLE_ONLY))
    return named


def recover(
    rows: Sequence[NamedRow], total: Interval | None, maxima: Mapping[str, Decimal | None]
) -> tuple[tuple[NamedRow, Points], ...]:
    """The points of rows in which a spreadsheet program made dates of them.

    Only what is certain: exactly one reading of the cell agrees with the score impact of its row, or with the maximum
    that is known of the recommendation. Raises UnusableTable where one of them is not certain: the rows with most
    points are the ones that are changed, so the day would be wrong without them.
    """
    recovered: list[tuple[NamedRow, Points]] = []
    lost: list[NamedRow] = []
    for each in rows:
        cell = each.row.cells.get("points", "")
        readings = points_from_date(cell, MONTHS) if read_points(cell, WORDS.between) is None else ()
        fitting = [found for found in readings if confirmed(found, _impact(each.row), total, maxima[each.id])]
        if len(fitting) == 1:
            recovered.append((each, fitting[0]))
        elif readings:
            lost.append(each)
    if lost:
        example = shortened(lost[0].row.cells.get("points", ""))
        raise UnusableTable(
            f"a spreadsheet program has changed points into dates (8/8 became '{example}', or the like) in "
            f"{plural(len(lost), 'row')} of {len(rows)} that have no points: {listed_names(lost)}; what they were is "
            "not certain",
            "Import the file as the portal wrote it, without opening and saving it in a spreadsheet program.",
        )
    return tuple(recovered)


def _points(row: Row) -> Points | None:
    """Points as written; None where they cannot be read, or exceed their maximum."""
    found = read_points(row.cells.get("points", ""), WORDS.between)
    return found if found is not None and found.earned <= found.possible else None


def _impact(row: Row) -> str:
    return row.cells.get("impact", "")


def _state(row: Row) -> str | None:
    return portal_state_of(row.cells.get("status", ""))


def _is_unclear(row: Row, points: Points) -> bool:
    """All points under a status that is not known: measured by Microsoft, or claimed by an administrator."""
    return points.earned >= points.possible > 0 and _state(row) is None


def _expected(identifier: str, listed: Mapping[str, Json]) -> Decimal | None:
    """The maximum that is known of a recommendation."""
    stated = number(listed[identifier].get("maxScore")) if identifier in listed else None
    known = known_recommendations().get(identifier)
    return stated if stated is not None else known.maximum if known else None


def _sum(points: Iterable[Points]) -> Points:
    every = tuple(points)
    zero = Decimal(0)
    return Points(sum((each.earned for each in every), zero), sum((each.possible for each in every), zero))


def _score(day: date, lines: list[Json]) -> Json:
    """A day in the shape of Graph's score. No total: the table states none."""
    return {"createdDateTime": f"{day}T00:00:00Z", "controlScores": lines}


def _line(named: NamedRow, points: Points, changed: set[int]) -> Json:
    """One row in the shape of a control's score, with its cells beside it."""
    odd = {"points"} if named.row.line in changed else set()
    odd |= {"title"} if named.named_by == TITLE_ONLY else set()
    cells = (
        (name, named.row.cells.get(name, "").strip()) for name in KEPT if name not in ONLY_WHERE_ODD or name in odd
    )
    licence = {"licensed": False} if says_no(named.row.cells.get("licence", "")) else {}
    exported = {name: cell for name, cell in cells if cell}
    return {"controlName": named.id, "score": points.earned, **licence, "exported": exported}


def _title(named: NamedRow) -> Json:
    """What is known of a recommendation without Graph: its title at least, and who says so."""
    known = known_recommendations().get(named.id) if named.named_by == PROGRAM_LISTS else None
    if known is None:
        product = named.row.cells.get("product", "").strip()
        return {"title": named.row.title, **({"service": product} if product else {}), "source": TITLE_ONLY}
    stated = {"maxScore": known.maximum} if known.maximum is not None else {}
    return {"title": known.title, "service": known.service, **stated, "source": PROGRAM_LISTS}


def _refuse_other_titles(named: Sequence[NamedRow], has_catalogue: bool) -> None:
    """Where Graph's catalogue is stored and knows few of the titles, they are most likely in another language."""
    joined = sum(1 for each in named if each.named_by != TITLE_ONLY)
    if not has_catalogue or joined * 2 >= len(named):
        return
    raise UnusableTable(
        f"only {joined} of {plural(len(named), 'row')} could be joined with the stored recommendations by title; not "
        f"joined: {listed_names([each for each in named if each.named_by == TITLE_ONLY])}",
        "If the titles are in another language than those that Graph gave: set the portal to English, export again, "
        "and give today as --date. The portal exports today only, so a table of an earlier day in another language "
        "cannot be imported beside Graph's data.",
    )


def _refuse_other_statuses(table: Sequence[Row], unclear: Sequence[Row]) -> None:
    """Where not one status is known, nobody can say which of the full points Microsoft measured."""
    if not unclear or any(_state(row) is not None for row in table):
        return
    statuses = sorted({shortened(row.cells.get("status", "")) or "none" for row in unclear})
    raise UnusableTable(
        f"no status in it is known ({'; '.join(statuses[:SHOWN])[:200]}), so for {plural(len(unclear), 'row')} with "
        "all points it is unknown whether Microsoft measured them or an administrator claimed them",
        "Set the portal to English, export again with the column Status, and give today as --date.",
    )


def _nothing(table: Sequence[Row]) -> UnusableTable:
    examples = "; ".join(shortened(row.cells.get("points", "")) or "empty" for row in table[:3])
    return UnusableTable(
        f"not one of its {plural(len(table), 'row')} has a title and points that can be read ({examples})",
        "Points are expected as the portal writes them: 3/10. Import the file as the portal wrote it.",
    )


def listed_names(rows: Sequence[NamedRow]) -> str:
    """The first rows by name, and how many more there are."""
    names = [each.name for each in rows]
    rest = len(names) - SHOWN
    return "; ".join(names[:SHOWN]) + (f"; and {rest} more (--json lists all)" if rest > 0 else "")


def problems(joined: Joined, path: str, day: date) -> tuple[Problem, ...]:
    """What is odd about the rows of a table about a day, as warnings."""
    stored = snapshot_path(day)
    again = f"delete {stored}, and import the file as the portal wrote it"
    found = []
    if not joined.export.whole:
        found.append(("import-partial", *_partial(joined, day)))
    if joined.unjoined:
        one = len(joined.unjoined) == 1
        has = "has a title that is" if one else "have titles that are"
        under = "counts under an id that is made of it" if one else "count under ids that are made of them"
        found.append(
            (
                "import-title-unknown",
                f"{len(joined.unjoined)} of {plural(joined.rows, 'row')} {has} not known, and {under}: "
                f"{listed_names(joined.unjoined)}.",
                "Nothing has to be done: once the catalogue lists such a title, its id replaces the made one.",
            )
        )
    if joined.unreadable:
        names = "; ".join(map(name_of, joined.unreadable[:SHOWN]))
        more = len(joined.unreadable) - SHOWN
        found.append(
            (
                "import-points-unreadable",
                f"{plural(len(joined.unreadable), 'row has', 'rows have')} no title, or no points that can be read "
                f"(such as 3/10), and {'was' if len(joined.unreadable) == 1 else 'were'} left out: "
                f"{names}{f'; and {more} more (--json lists all)' if more > 0 else ''}.",
                f"Nothing has to be done, unless the portal shows points there. Then {again}.",
            )
        )
    if joined.unclear:
        statuses = sorted({shortened(row.cells.get("status", "")) or "none" for row in joined.unclear})
        its, they_were = ("Its", "it was") if len(joined.unclear) == 1 else ("Their", "these rows were")
        found.append(
            (
                "import-status-unknown",
                f"{plural(len(joined.unclear), 'row has', 'rows have')} a status that this program does not know "
                f"({'; '.join(statuses[:SHOWN])}). {its} points may be measured by Microsoft or only stated by an "
                f"administrator, so {they_were} left out.",
                f"Set the portal to English, where every status is known, and export again. Then {again}.",
            )
        )
    if joined.recovered:
        first, points = joined.recovered[0]
        found.append(
            (
                "import-points-recovered",
                f"A spreadsheet program had changed the points of {plural(len(joined.recovered), 'row')} into dates. "
                f"They were recovered with the score impact or the known maximum: {first.name} was "
                f"'{shortened(first.row.cells.get('points', ''))}' and is {points.earned}/{points.possible}.",
                "Nothing has to be done. To be sure, import the file as the portal wrote it.",
            )
        )
    return tuple(problem(code, path, None, message, hint) for code, message, hint in found)


def _partial(joined: Joined, day: date) -> tuple[str, str]:
    """Why a table is not the whole list, and what to do."""
    held = f"{plural(joined.rows, 'row')} with {joined.points.possible} possible points"
    if joined.total is None:
        why = f"{held}, and no score impact that says how many there are"
    else:
        low, high = int(-(-joined.total.low // 1)), int(joined.total.high // 1)
        why = f"{held}, where its score impacts imply about {low if low >= high else f'{low} to {high}'}"
    return (
        f"{day} is stored as a partial day: the table has {why}.",
        "Was a filter set in the portal? Then export again without it, and import that with the same --date: it "
        "replaces the partial day. Until then the other recommendations keep what was measured last.",
    )


def rows_json(joined: Joined) -> dict[str, Any]:
    """All rows that are not as expected, for a program."""

    def places(rows: Iterable[Row]) -> list[dict[str, Any]]:
        return [{"line": row.line, "title": row.title, "points": row.cells.get("points", "").strip()} for row in rows]

    return {
        "total": joined.rows,
        "earned": float(joined.points.earned),
        "possible": float(joined.points.possible),
        "unlicensed": joined.unlicensed,
        "unjoined": [{"line": each.row.line, "title": each.row.title, "id": each.id} for each in joined.unjoined],
        "unreadable": places(joined.unreadable),
        "status_unknown": places(joined.unclear),
        "recovered": [
            {"line": each.row.line, "title": each.row.title, "points": f"{points.earned}/{points.possible}"}
            for each, points in joined.recovered
        ],
    }
