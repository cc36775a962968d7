# SPDX-License-Identifier: Apache-2.0
"""A table as a workbook: texts are texts, never formulas or links; days are days, numbers are numbers.

The same table gives the same bytes on every machine: no clock, fixed times, and members stored without compression,
whose bytes would depend on the machine's zlib.
"""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import xlsxwriter

from secure_score_backlog.exports.tables import Cell, Column, Table
from secure_score_backlog.snapshots.exact_json import json_number

LONGEST = 32_000
"""UTF-16 units: a cell of a workbook holds 32,767."""
MADE = (1980, 1, 1, 0, 0, 0)
"""The time of every member: the earliest that an archive can say."""
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def as_xlsx(table: Table) -> bytes:
    """The workbook: the table with a fixed first row and filters, and a sheet that says what it is."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, OPTIONS)
    book.set_properties({"title": table.name, "created": midnight(table.as_of)})
    formats = {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"}),
        "number": book.add_format({"num_format": "0.##", "valign": "top"}),
        "whole": book.add_format({"num_format": "0", "valign": "top"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    fill(book.add_worksheet(table.name), table, formats)
    about(book.add_worksheet("About"), table)
    book.close()
    return stored(buffer.getvalue())


def fill(sheet: Any, table: Table, formats: dict[str, Any]) -> None:
    """Write the table to a sheet."""
    for position, column in enumerate(table.columns):
        sheet.set_column(position, position, column.width)
        sheet.write_string(0, position, column.title, formats["head"])
    for line, row in enumerate(table.rows, start=1):
        for position, cell in enumerate(row):
            write(sheet, line, position, cell, formats)
    sheet.freeze_panes(1, frozen(table.columns))
    if table.columns:
        sheet.autofilter(0, 0, max(len(table.rows), 1), len(table.columns) - 1)


def write(sheet: Any, line: int, position: int, cell: Cell, formats: dict[str, Any]) -> None:
    """Write one cell by its type."""
    if isinstance(cell, (int, Fraction)):
        value = json_number(cell) if isinstance(cell, Fraction) else int(cell)
        sheet.write_number(line, position, value, formats["whole" if isinstance(value, int) else "number"])
    elif isinstance(cell, date):
        sheet.write_datetime(line, position, midnight(cell), formats["day"])
    elif cell:
        sheet.write_string(line, position, shortened(cell), formats["text"])


def midnight(day: date) -> datetime:
    """A day as a workbook holds it: workbooks know no time zones."""
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001


def frozen(columns: tuple[Column, ...]) -> int:
    """How many columns stay when the sheet is scrolled: up to the title."""
    return next((index + 1 for index, column in enumerate(columns) if column.key == "title"), 0)


def shortened(text: str) -> str:
    """The text as far as a cell can hold it; a longer one would be left out as a whole."""
    if len(text) <= LONGEST // 2:  # a character has one unit or two
        return text
    units = text.encode("utf-16-le", "replace")
    return text if len(units) <= 2 * LONGEST else units[: 2 * LONGEST].decode("utf-16-le", "ignore") + "…"


def about(sheet: Any, table: Table) -> None:
    """Say what the workbook is, of whom, and as of when it is true."""
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 60)
    facts = {
        "Table": table.name,
        "Organisation": table.organisation,
        "As of": table.as_of.isoformat(),
        "Rows": str(len(table.rows)),
    }
    for line, (label, value) in enumerate(facts.items()):
        sheet.write_string(line, 0, label)
        sheet.write_string(line, 1, value)


def stored(archive: bytes) -> bytes:
    """The same archive without compression and without a trace of the machine."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            member = zipfile.ZipInfo(name, MADE)
            member.create_system = 0
            target.writestr(member, source.read(name))
    return made.getvalue()
