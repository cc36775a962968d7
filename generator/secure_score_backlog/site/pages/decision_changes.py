# SPDX-License-Identifier: Apache-2.0
"""Every change of a decision with commit, pull request and approver: a page for each year.

The size of a page does not grow with the history. A year that is too long for one page is divided into halves,
quarters or months, the longest that fit, so that an address keeps what it holds; a month that is too long is cut into
parts, which are numbered from the oldest. The page of the year then lists them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise

from markupsafe import Markup

from secure_score_backlog import wording
from secure_score_backlog.dates import month_of
from secure_score_backlog.decisions.model import Acceptance, Cover, Decision
from secure_score_backlog.decisions.words import words_of
from secure_score_backlog.evaluation.approval import Approval
from secure_score_backlog.evaluation.decision_log import Change, DecisionLog
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.files import Document
from secure_score_backlog.git import Version
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.page_sizes import packed
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.site.words import people
from secure_score_backlog.snapshots.model import Recommendation

FOLDER = "evidence"
ABOVE = ("Evidence", "evidence.md")
ROOM = 90_000
"""Bytes of rows on one page; with the theme's frame a page stays below 150 kB."""
PRINTED = 50
"""Rows of a page on paper: four sheets."""
LENGTHS = {12: "", 6: "h", 3: "q", 1: ""}
"""Months of a part, the longest first, and the letter before its number in an address."""


@dataclass(frozen=True, slots=True)
class Line:
    """One change of one decision, as it is shown."""

    status: Status
    day: date
    words: str
    version: Version
    approver: str
    """The role that the file names; empty for a decision that needs none."""
    approval: Approval | None
    """What is known about the approval of the answer that it brought; None where it brought none."""
    people: str
    """Who opened, approved and merged the pull request, as GitHub says; else Git's author."""


@dataclass(frozen=True, slots=True)
class Row:
    """One change as a row of a table."""

    day: date
    html: Markup

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.html.encode("utf-8")) + 1


@dataclass(frozen=True, slots=True)
class Part:
    """What is on one page."""

    path: str
    title: str
    rows: tuple[Row, ...]
    """The newest first."""

    @property
    def months(self) -> Iterator[tuple[str, list[Row], int]]:
        """The rows by month, the newest first, and how many of each month are printed."""
        room = PRINTED
        for month, group in groupby(self.rows, key=lambda row: month_of(row.day)):
            rows = list(group)
            yield month, rows, min(room, len(rows))
            room -= min(room, len(rows))


@dataclass(frozen=True, slots=True)
class Year:
    """The changes of one year."""

    number: int
    path: str
    changes: int
    parts: tuple[Part, ...]
    """The newest first; the page of the year alone where one page holds all."""

    @property
    def is_divided(self) -> bool:
        """Its page lists other pages."""
        return any(part.path != self.path for part in self.parts)


def years_of(log: DecisionLog, facts: Facts, site: Site) -> list[Year]:
    """The changes by year, the newest first."""
    known = approvals_of_changes(facts)
    # pages of years and of their parts are in one folder, so a link is the same on each of them
    rows = [row_of(line_of(change, facts, known), site) for change in log.changes]
    made = []
    for number, group in groupby(rows, key=lambda row: row.day.year):
        found = tuple(group)
        made.append(Year(number, f"{FOLDER}/{number}.md", len(found), tuple(parts_of(number, found))))
    return made


def row_of(line: Line, site: Site) -> Row:
    """One change as a row of the pages in the folder."""
    source = f"{FOLDER}/{line.day.year}.md"
    return Row(line.day, render("decision_change.html.j2", line=line, site=site, path=source))


def parts_of(year: int, rows: Sequence[Row]) -> Iterator[Part]:
    """The pages of a year, the newest first."""
    length = next(
        length
        for length in LENGTHS
        if length == 1 or all(fits(group) for _, group in groupby(rows, key=lambda row: period(row, length)))
    )
    for number, group in groupby(rows, key=lambda row: period(row, length)):
        address, title = named_period(year, length, number)
        # from the oldest, so that what is on a full page stays there
        pieces = list(packed(reversed(tuple(group)), lambda row: row.size, ROOM))
        for piece in range(len(pieces), 0, -1):
            path = f"{FOLDER}/{address}-{piece}.md" if piece > 1 else f"{FOLDER}/{address}.md"
            yield Part(path, f"{title}, part {piece}" if len(pieces) > 1 else title, tuple(reversed(pieces[piece - 1])))


def period(row: Row, length: int) -> int:
    """Which of a year's periods of that many months a change is in, from 0."""
    return (row.day.month - 1) // length


def named_period(year: int, length: int, number: int) -> tuple[str, str]:
    """The address and the title of a period."""
    first, last = number * length + 1, (number + 1) * length
    if length == 1:
        return f"{year}-{first:02}", f"{wording.MONTHS[first - 1]} {year}"
    if length == max(LENGTHS):
        return str(year), str(year)
    title = f"{wording.MONTHS[first - 1]} to {wording.MONTHS[last - 1]} {year}"
    return f"{year}-{LENGTHS[length]}{number + 1}", title


def fits(rows: Iterable[Row]) -> bool:
    """Whether one page holds them."""
    return sum(row.size for row in rows) <= ROOM


def pages_of(years: Sequence[Year], site: Site) -> Iterator[Document]:
    """A page for each year, and for each part of a year that has several."""
    parts = [part for year in years for part in year.parts]
    newer = {older.path: part for part, older in pairwise(parts)}
    older = {part.path: after for part, after in pairwise(parts)}
    for year in years:
        if year.is_divided:
            body = render("decision_changes_of_year.html.j2", site=site, path=year.path, year=year)
            yield framed(year.path, str(year.number), body, site)
        for part in year.parts:
            around = {"newer": newer.get(part.path), "older": older.get(part.path)}
            body = render("decision_changes.html.j2", site=site, path=part.path, part=part, printed=PRINTED, **around)
            yield framed(part.path, part.title, body, site)


def framed(path: str, title: str, body: Markup, site: Site) -> Document:
    """A page below Evidence; search finds each change on the page of its recommendation."""
    return page(
        path,
        f"Changes of decisions, {title}",
        body,
        site=site,
        description=f"Every change of a decision, {title}, with commit, pull request and approver.",
        hide=("navigation", "toc"),
        search=False,
        up=ABOVE,
    )


def line_of(change: Change, facts: Facts, known: Mapping[tuple[str, str], Approval]) -> Line:
    """One change, as it is shown."""
    approvable = approvable_of(change.after.decision)
    return Line(
        status=named(facts, change),
        day=change.version.at.date(),
        words=words_of(change.before, change.after),
        version=change.version,
        approver=approvable.approver if approvable else "",
        approval=known.get((change.recommendation, change.version.commit)),
        people=people(facts.recorded.of(change.version.commit), heads=True) or f"Git’s author: {change.version.author}",
    )


def named(facts: Facts, change: Change) -> Status:
    """The recommendation that a change is about; a file that never was a decision goes by its path."""
    bare = Recommendation(change.recommendation, title=change.version.path, in_catalogue=False)
    return facts.statuses.get(change.recommendation) or Status(bare, State.NOT_MEASURED, None)


def approvable_of(decision: Decision | None) -> Acceptance | Cover | None:
    """The acceptance or the exemption of a decision that needs an approver."""
    return decision.approvable if decision and not decision.draft else None


def approvals_of_changes(facts: Facts) -> dict[tuple[str, str], Approval]:
    """What the register knows about each answer that needs an approval: by recommendation and commit."""
    entries = (*facts.register, *facts.covered, *facts.past)
    return {(entry.status.id, each.commit): each for entry in entries for each in (*entry.earlier, entry.approval)}
