# SPDX-License-Identifier: Apache-2.0
"""Every file that is offered for download.

A format of tables is a function from a `Table` to bytes and a line in `TABLE_FORMATS`; a table is a function that
fills it and a line in `TABLES`; any other file is a function from the facts to bytes and a line in `FILES`. The
downloads page lists what is here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.exports import atom, oscal
from secure_score_backlog.exports.all_changes import all_changes_table
from secure_score_backlog.exports.answers import answers_table, export_path
from secure_score_backlog.exports.atom import Links, as_changes_feed, as_feed
from secure_score_backlog.exports.audit import audit_table, insurers_audit_table
from secure_score_backlog.exports.csv import as_csv
from secure_score_backlog.exports.ics import as_calendar
from secure_score_backlog.exports.json import as_json, status_as_json
from secure_score_backlog.exports.oscal import as_plan_of_action
from secure_score_backlog.exports.tables import Table, board_table, changes_table, insurers_table, register_table
from secure_score_backlog.exports.xlsx import as_xlsx
from secure_score_backlog.files import Document

INTERNAL, INSURER = "internal", "insurer"
"""Names of the profiles that get files (`site.profiles`)."""


@dataclass(frozen=True, slots=True)
class TableFormat:
    """One format in which every table is offered."""

    suffix: str
    media: str
    purpose: str
    write: Callable[[Table], bytes]


@dataclass(frozen=True, slots=True)
class TableExport:
    """One table, offered in every format."""

    path: str
    """Without suffix."""
    title: str
    holds: str
    table: Callable[[Facts], Table]
    profile: str = INTERNAL
    words: str = ""
    """Whose words its columns use, where other tables have the same; the title unless given."""


@dataclass(frozen=True, slots=True)
class FileExport:
    """One file for programs."""

    path: str
    title: str
    format: str
    media: str
    purpose: str
    write: Callable[[Facts, Links], bytes | None]
    """None: there is nothing to write, and no file is made."""
    profile: str = INTERNAL


TABLE_FORMATS = (
    TableFormat(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "a workbook with filters, for Excel, LibreOffice and others",
        as_xlsx,
    ),
    TableFormat(
        "csv",
        "text/csv",
        "plain rows for any program; a text that a spreadsheet would run as a formula starts with an apostrophe",
        as_csv,
    ),
    TableFormat("json", "application/json", "the same rows for scripts", as_json),
)

REGISTER = "every accepted risk and every exemption, present and past"
AUDIT = (
    "every commit of the main branch: a snapshot, an approved pull request, without GitHub one that a record attests, "
    "or an exception with its reasons"
)
TABLES = (
    TableExport("downloads/register", "Register", REGISTER, register_table),
    TableExport("downloads/register", "Register", REGISTER, insurers_table, INSURER),
    TableExport(
        "downloads/board",
        "Board",
        "every recommendation with its decision, state, risk, owner and dates",
        board_table,
    ),
    TableExport("downloads/audit", "Audit", AUDIT, audit_table),
    TableExport("downloads/audit", "Audit", AUDIT, insurers_audit_table, INSURER),
    TableExport(
        "downloads/changes",
        "Changes of decisions",
        "every change of a decision with its commit, pull request and approver",
        changes_table,
    ),
    TableExport(
        "downloads/all-changes",
        "All changes",
        "by month: what Microsoft changed and what it did to the score, and what was decided, completed and lost",
        all_changes_table,
    ),
)

FILES: tuple[FileExport, ...] = (
    FileExport(
        "downloads/status.json",
        "All figures",
        "JSON",
        "application/json",
        "every figure of these pages, as “backlog status --json” prints them",
        lambda facts, _: status_as_json(facts),
    ),
    FileExport(
        "downloads/backlog.ics",
        "Calendar",
        "iCalendar",
        "text/calendar",
        "when acceptances end (with a reminder 30 days before), when changes are due, since when decisions are "
        "requested; subscribe to it, or import it",
        lambda facts, _: as_calendar(facts),
    ),
    FileExport(
        atom.PATH,
        "Decisions",
        "Atom feed",
        "application/atom+xml",
        "one entry for each merged decision, for a feed reader or a chat channel",
        as_feed,
    ),
    FileExport(
        atom.CHANGES_PATH,
        "Changes",
        "Atom feed",
        "application/atom+xml",
        f"the newest {atom.MOST_CHANGES} changes: what Microsoft changed, and what was decided, completed and lost",
        as_changes_feed,
    ),
    *(
        FileExport(
            oscal.PATH,
            "Plan of action and milestones",
            "OSCAL JSON",
            "application/json",
            "accepted risks and planned changes in NIST’s format, for systems that manage risks; roles, no persons",
            lambda facts, _: as_plan_of_action(facts),
            profile,
        )
        for profile in (INTERNAL, INSURER)
    ),
)


ANSWERS = "every question with its answer, what it rests on, and what Secure Score does not see"


def tables(profile: str, facts: Facts) -> tuple[TableExport, ...]:
    """The tables that readers of a profile get: those of `TABLES`, and one for each questionnaire."""
    fixed = [export for export in TABLES if export.profile == profile]
    answers = [
        TableExport(
            export_path(each), f"Answers: {each.title}", ANSWERS, partial(answers_table, each=each), profile, "Answers"
        )
        for each in facts.insurance.questionnaires
    ]
    return (*fixed, *answers)


def files(profile: str) -> tuple[FileExport, ...]:
    """The other files that readers of a profile get."""
    return tuple(export for export in FILES if export.profile == profile)


def documents(facts: Facts, links: Links, profile: str) -> Iterator[Document]:
    """Every file that readers of a profile get."""
    for export in tables(profile, facts):
        table = export.table(facts)
        for form in TABLE_FORMATS:
            yield Document(f"{export.path}.{form.suffix}", form.write(table))
    for file in files(profile):
        content = file.write(facts, links)
        if content is not None:
            yield Document(file.path, content)
