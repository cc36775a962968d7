# SPDX-License-Identifier: Apache-2.0
"""The files to take away, and the page that says what each is for (design §6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.exports.atom import as_feed
from secure_score_backlog.exports.csv import as_csv
from secure_score_backlog.exports.ics import as_calendar
from secure_score_backlog.exports.json import as_json, facts_as_json
from secure_score_backlog.exports.tables import Table, board_table, register_table
from secure_score_backlog.exports.xlsx import as_xlsx
from secure_score_backlog.files import Document
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.templates import page, render

PATH = "downloads/index.md"
REGISTER = "downloads/register"
BOARD = "downloads/board"
FACTS = "downloads/status.json"
CALENDAR = "downloads/backlog.ics"
FEED = "downloads/decisions.atom"

FOR_INSURERS = frozenset(
    "recommendation title kind part state risk owner approver approved_by attested_by attested_on since until "
    "days_left ended renewals points share compensating commit pull_request".split()
)
"""The columns of the register that leave the house."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One file on the page."""

    path: str
    title: str
    purpose: str


TABLES = {
    REGISTER: ("Register", "every risk that is accepted or said to be covered, present and past"),
    BOARD: ("Board", "every recommendation with its bucket, state, risk, owner and dates"),
}
FORMS = {
    "xlsx": "a workbook for Excel, LibreOffice and the like, with filters",
    "csv": "plain rows for any program; text that a spreadsheet would run as a formula starts with an apostrophe",
    "json": "the same rows for scripts",
}
OTHERS = {
    FACTS: ("All figures", "JSON", "what “backlog status --json” prints: every figure that stands on a page"),
    CALENDAR: ("Calendar", "iCalendar", "when acceptances run out (reminder 30 days before), when changes are due, "
               "since when questions wait; subscribe to it, or import it"),
    FEED: ("Decisions", "Atom feed", "one entry for each decision, as it was merged; for a feed reader or a channel"),
}  # fmt: skip


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """Everything that can be taken away, and the page about it."""
    yield from in_all_forms(REGISTER, register_table(facts), facts)
    yield from in_all_forms(BOARD, board_table(facts), facts)
    yield Document(FACTS, facts_as_json(facts))
    yield Document(CALENDAR, as_calendar(facts))
    yield Document(FEED, as_feed(facts, site, FEED))
    yield about(site, TABLES, OTHERS)


def for_insurers(facts: Facts, site: Site) -> Iterator[Document]:
    """The register alone, without what stays in the house."""
    yield from in_all_forms(REGISTER, register_table(facts, FOR_INSURERS), facts)
    yield about(site, [REGISTER], ())


def in_all_forms(stem: str, table: Table, facts: Facts) -> Iterator[Document]:
    """One table as CSV, XLSX and JSON."""
    as_of = facts.as_of
    yield Document(f"{stem}.csv", as_csv(table))
    yield Document(f"{stem}.xlsx", as_xlsx(table, as_of, facts.settings.organisation))
    yield Document(f"{stem}.json", as_json(table, as_of))


def about(site: Site, tables: Iterable[str], others: Iterable[str]) -> Document:
    """The page that lists the files."""
    body = render(
        "downloads.html.j2",
        site=site,
        path=PATH,
        tables=[(stem, *TABLES[stem]) for stem in tables],
        forms=FORMS,
        others=[(path, *OTHERS[path]) for path in others],
    )
    return page(
        PATH,
        "Downloads",
        body,
        site=site,
        description="Register and board as files, a calendar of what comes due, a feed of decisions.",
        hide=("navigation", "toc"),
    )
