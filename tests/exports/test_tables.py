# SPDX-License-Identifier: Apache-2.0
"""Board and register as CSV, XLSX and JSON, read back by programs that know nothing of ours."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.evaluation.register import AcceptanceState
from secure_score_backlog.evaluation.status import State
from secure_score_backlog.exports.csv import as_csv, neutral, written
from secure_score_backlog.exports.json import as_json
from secure_score_backlog.exports.tables import (
    BOARD,
    FOR_INSURERS,
    REGISTER,
    Column,
    Table,
    board_table,
    group,
    insurers_table,
    register_table,
    section,
)
from secure_score_backlog.exports.xlsx import as_xlsx
from tests.support.backlogs import AS_OF, backlog
from tests.support.downloads import files, hostile

FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def rows(content: bytes) -> list[dict[str, str]]:
    """A CSV file as a program reads it."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_tables_have_every_recommendation_and_acceptance() -> None:
    """The board has every recommendation, open ones first by risk; the register what is accepted and covered."""
    made = backlog()
    board = {row["recommendation"]: row for row in rows(as_csv(board_table(made)))}
    assert list(board)[-1] == "Done"
    places = {name: row["group"] for name, row in board.items()}
    assert places == {
        "Accept": "accept", "Cover": "not-applicable", "Done": "done", "Open": "needs-decision", "Plan": "do-now",
        "Wait": "do-soon",
    }  # fmt: skip
    assert board["Wait"]["blocked_by"] == "business"
    assert (board["Plan"]["points"], board["Plan"]["maximum"], board["Plan"]["points_left"]) == ("0", "8", "8")
    register = rows(as_csv(register_table(made)))
    assert [(row["recommendation"], row["kind"], row["section"]) for row in register] == [
        ("Accept", "accepted", "in-force"),
        ("Cover", "covered", "in-force"),
    ]
    assert register[0]["until"] == "2026-11-29"
    assert register[0]["days_left"] == "20"
    assert register[0]["share"] == "0.25"
    assert register[0]["attested_by"] == "Managing Director"


@pytest.mark.parametrize(
    ("state", "now", "place"),
    [
        (AcceptanceState.ACTIVE, State.ACCEPTED, "in-force"),
        (AcceptanceState.EXPIRED, State.EXPIRED, "needs-decision"),
        (AcceptanceState.BREACHED, State.BREACHED, "needs-decision"),
        (AcceptanceState.MOOT, State.REGRESSED, "needs-decision"),
        (AcceptanceState.MOOT, State.CONFLICT, "needs-decision"),
        (AcceptanceState.MOOT, State.EXPIRED, "needs-decision"),
        (AcceptanceState.MOOT, State.BREACHED, "needs-decision"),
        (AcceptanceState.MOOT, State.DONE, "ended-automatically"),
        (AcceptanceState.MOOT, State.NOT_MEASURED, "ended-automatically"),
        (AcceptanceState.ORPHAN, State.RETIRED, "ended-automatically"),
        (AcceptanceState.ENDED, State.ACCEPTED, "past"),
    ],
)
def test_a_row_names_its_section_of_the_register(state: AcceptanceState, now: State, place: str) -> None:
    """What regressed after it was done needs a decision in the table as on the page."""
    entry = backlog().register[0]
    assert section(replace(entry, state=state, status=replace(entry.status, state=now))) == place


@pytest.mark.parametrize(
    ("state", "now", "shown"),
    [
        (AcceptanceState.MOOT, State.CONFLICT, "conflict"),
        (AcceptanceState.MOOT, State.REGRESSED, "regressed"),
        (AcceptanceState.MOOT, State.EXPIRED, "expired"),
        (AcceptanceState.MOOT, State.DONE, "moot"),
        (AcceptanceState.EXPIRED, State.NOT_MEASURED, "expired"),
        (AcceptanceState.ORPHAN, State.RETIRED, "orphan"),
    ],
)
def test_the_register_as_a_file_has_the_state_of_its_page(state: AcceptanceState, now: State, shown: str) -> None:
    """What needs a new decision although it was done says why, and is not called moot."""
    made = backlog()
    entry = replace(made.register[0], state=state, status=replace(made.register[0].status, state=now))
    table = register_table(replace(made, register=(entry,), covered=(), past=()))
    assert [row["state"] for row in rows(as_csv(table))] == [shown]


@pytest.mark.parametrize(
    ("now", "place"),
    [
        (State.UNDECIDED, "needs-decision"),
        (State.EXPIRED, "needs-decision"),
        (State.BREACHED, "needs-decision"),
        (State.REGRESSED, "needs-decision"),
        (State.CONFLICT, "needs-decision"),
        (State.ACCEPTED, "accept"),
        (State.DONE, "done"),
        (State.RETIRED, "not-measured"),
    ],
)
def test_a_row_names_its_group_of_the_board(now: State, place: str) -> None:
    """The group is that of the page: everything under “No decision in force” is in one group, and nothing else is."""
    assert group(replace(backlog().register[0].status, state=now)) == place


def test_insurers_get_their_columns_and_no_reasons() -> None:
    """Each name on the list is a column of the register; what is written for colleagues is not on it."""
    assert {column.key for column in insurers_table(backlog()).columns} == FOR_INSURERS
    assert not FOR_INSURERS & {"reason", "evidence", "attested_record", "file"}


@hostile
def test_no_cell_of_a_csv_begins_a_formula(text: str) -> None:
    """However a spreadsheet parts the lines (comma, semicolon, tab), no cell with text starts one."""
    made = files(backlog(text, title=text))
    for path in ("downloads/board.csv", "downloads/register.csv"):
        content = made[path].decode("utf-8-sig")
        assert content.endswith("\r\n")
        assert "\n" not in content.replace("\r\n", "")
        for delimiter in ",;\t|":
            for row in csv.reader(io.StringIO(content, newline=""), delimiter=delimiter):
                for cell in row:
                    assert not cell.lstrip(" \t\"'").startswith(FORMULA) or cell.lstrip(' \t"').startswith("'"), cell


@hostile
def test_a_csv_keeps_its_shape(text: str) -> None:
    """Each row has as many cells as the heading, and the text is there, but for white space and what is neutralised."""
    made = files(backlog(text))
    for path, columns in (("downloads/board.csv", BOARD), ("downloads/register.csv", REGISTER)):
        table = list(csv.reader(io.StringIO(made[path].decode("utf-8-sig"), newline="")))
        assert {len(row) for row in table} == {len(columns)}
    shown = next(row for row in rows(made["downloads/register.csv"]) if row["kind"] == "accepted")["reason"]
    assert not {"\n", "\r", "\t"} & set(shown)
    assert shown.replace("'", "").replace("\ufffd", "")[:20].strip() or text.startswith("\x00")


@given(st.text())
def test_neutral_text_never_starts_a_formula(text: str) -> None:
    """For any text: no mark of a formula at its start; and a text without danger stays as it is."""
    assert not neutral(text).startswith(FORMULA)
    assert (
        neutral(f"a{text.replace(';', '').replace('|', '')}").split()
        == f"a{text.replace(';', '').replace('|', '')}".split()
    )


def test_numbers_stay_numbers() -> None:
    """A negative number is a number, not a formula; fractions have a decimal point; days are ISO 8601."""
    assert [written(cell) for cell in (-20, Fraction(-21, 2), Fraction(1, 3), 0, None, date(2026, 1, 2), "-20")] == [
        "-20", "-10.5", "0.3333333333333333", "0", "", "2026-01-02", "'-20",
    ]  # fmt: skip


@hostile
def test_a_workbook_holds_texts_numbers_and_days(text: str) -> None:
    """Another library reads it: no formula, no link, days as days, numbers as numbers, the text itself."""
    made = files(backlog(text, title=text))
    for path, table in (
        ("downloads/board.xlsx", board_table(backlog(text, title=text))),
        ("downloads/register.xlsx", register_table(backlog(text, title=text))),
    ):
        book = openpyxl.load_workbook(io.BytesIO(made[path]))
        sheet = book[table.name]
        assert sheet.max_row == len(table.rows) + 1
        assert [cell.value for cell in sheet[1]] == [column.title for column in table.columns]
        for number, row in enumerate(table.rows, start=2):
            for cell, value in zip(sheet[number], row, strict=True):
                assert cell.data_type != "f", cell.coordinate
                assert cell.hyperlink is None
                if isinstance(value, str) and value and len(value) < 30_000:
                    assert cell.value == value
                elif isinstance(value, date):
                    assert cell.value == datetime.combine(value, datetime.min.time())
                elif isinstance(value, (int, Fraction)):
                    assert cell.value == pytest.approx(float(value))
                elif not value:
                    assert cell.value is None
        assert book["About"]["B3"].value == AS_OF.isoformat()


def test_a_workbook_does_not_depend_on_machine_or_time() -> None:
    """Every member has the same time and no compression, whose bytes depend on the library; the day is as-of."""
    content = files(backlog())["downloads/register.xlsx"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = {(item.date_time, item.compress_type, item.create_system, item.extra) for item in archive.infolist()}
        assert found == {((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED, 0, b"")}
        assert f"{AS_OF}T00:00:00Z" in archive.read("docProps/core.xml").decode()


def test_a_long_text_is_cut_rather_than_lost() -> None:
    """A cell holds 32,767 UTF-16 units; a longer text is cut, also within letters of two units."""
    for letter in ("x", "𝄞"):
        table = Table("Board", (Column("a", "A", 10),), ((letter * 40_000,),), AS_OF)
        value = openpyxl.load_workbook(io.BytesIO(as_xlsx(table)))["Board"]["A2"].value
        assert isinstance(value, str)
        assert value.startswith(letter * 1000)
        assert value.endswith("…")
        assert len(value.encode("utf-16-le")) <= 2 * 32_767


def test_json_is_the_same_table() -> None:
    """Keys, order and values of JSON are those of CSV; numbers are numbers, empty cells null."""
    table = register_table(backlog())
    found = json.loads(as_json(table))
    assert found["as_of"] == AS_OF.isoformat()
    assert [list(row) for row in found["rows"]] == [[column.key for column in table.columns]] * len(table.rows)
    assert found["rows"][0]["days_left"] == 20
    assert found["rows"][0]["approved_by"] is None
