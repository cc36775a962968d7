# SPDX-License-Identifier: Apache-2.0
"""A table, or all facts, as JSON: UTF-8, keys in a fixed order."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from typing import Any

from secure_score_backlog.model.facts import Facts
from secure_score_backlog.model.problem import Problem
from secure_score_backlog.views.downloads.tables import Cell, Table
from secure_score_backlog.views.status import iso, number, status

SCHEMA = "backlog-table/1"


def as_json(table: Table, as_of: date) -> bytes:
    """The rows as objects, by the columns' keys; an empty cell is null."""
    rows = [{column.key: plain(cell) for column, cell in zip(table.columns, row, strict=True)} for row in table.rows]
    return encoded({"schema": SCHEMA, "table": table.name.lower(), "as_of": iso(as_of), "rows": rows})


def facts_as_json(facts: Facts, problems: tuple[Problem, ...]) -> bytes:
    """What `backlog status --json` prints, byte for byte."""
    return encoded(status(facts, problems))


def encoded(value: dict[str, Any]) -> bytes:
    """JSON as the command prints it."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")


def plain(cell: Cell) -> int | float | str | None:
    """One cell as JSON."""
    if isinstance(cell, (int, Fraction)):
        return number(Fraction(cell))
    if isinstance(cell, date):
        return cell.isoformat()
    return cell or None
