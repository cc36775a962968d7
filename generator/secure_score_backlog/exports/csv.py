# SPDX-License-Identifier: Apache-2.0
"""A table as CSV: RFC 4180, UTF-8 with a byte order mark, and nothing in it that a spreadsheet would run.

Excel needs the mark to read UTF-8; other readers know it as `utf-8-sig`. Numbers have a decimal point, days are
ISO 8601.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from fractions import Fraction
from functools import lru_cache

from secure_score_backlog.exports.tables import Cell, Table
from secure_score_backlog.snapshots.exact_json import json_number

_STARTS_FORMULA = re.compile("(^|[;|])([\\s\"']*)([=+\\-@\uff1d\uff0b\uff0d\uff20])")
"""What begins a formula, at the start of a cell or behind a mark that some spreadsheets take for a separator."""


def as_csv(table: Table) -> bytes:
    """The whole file. A row ends in CR LF, as the standard has it; no cell holds a line break."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow([column.key for column in table.columns])
    for row in table.rows:
        writer.writerow([written(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def written(cell: Cell) -> str:
    """One cell. A number stays a number, also a negative one; a text can never become a formula."""
    if cell is None:
        return ""
    if isinstance(cell, (int, Fraction)):
        return str(json_number(cell) if isinstance(cell, Fraction) else int(cell))
    return cell.isoformat() if isinstance(cell, date) else neutral(cell)


@lru_cache(maxsize=1 << 14)
def neutral(text: str) -> str:
    """The text with an apostrophe before whatever a spreadsheet would read as the start of a formula.

    Only text is touched: `=`, `+`, `-`, `@` and their wide forms, first in the cell or behind `;` and `|`, at which
    a spreadsheet of another language may part the line. Tabs and line breaks are no danger: cells have none.
    """
    return _STARTS_FORMULA.sub(r"\1\2'\3", " ".join(text.split()))
