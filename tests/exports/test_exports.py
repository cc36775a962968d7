# SPDX-License-Identifier: Apache-2.0
"""The files to take away, read back by programs that know nothing of ours, with texts that attack each format."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import icalendar
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import AcceptanceState
from secure_score_backlog.evaluation.status import State
from secure_score_backlog.exports.atom import as_feed
from secure_score_backlog.exports.csv import as_csv, neutral, written
from secure_score_backlog.exports.ics import as_calendar, escaped, folded
from secure_score_backlog.exports.json import as_json, encode, facts_as_json, plain_facts
from secure_score_backlog.exports.tables import BOARD, REGISTER, Column, Table, board_table, part, register_table
from secure_score_backlog.exports.xlsx import as_xlsx
from secure_score_backlog.settings import Settings
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.pages.downloads import FEED, FOR_INSURERS, PATH, documents
from tests.support.backlogs import AS_OF, backlog

HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "  =1+1",
    "\uff1d1+1",
    "words;=1+1",
    'words";"=1+1',
    "words\n=1+1",
    "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\nBEGIN:VEVENT",
    "</title></entry><script>alert(1)</script>&evil;]]>",
    "\x00\x01\x0b\x1b[31m\ufffe\ud800",
    "\u202ereversed",
    "メールボックスの監査を有効にする、、、" * 40,
    "https://evil.example/?a=1;b=2,c=3\\",
    "x" * 20_000,
    '"quoted, and; more"',
    "{{ 7*7 }}",
)
FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
ATOM = "{http://www.w3.org/2005/Atom}"
hostile = pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))


def files(made: Facts) -> dict[str, bytes]:
    """Every download of a backlog, by path."""
    return {document.path: document.content for document in documents(made, Site.of(made))}


def rows(content: bytes) -> list[dict[str, str]]:
    """A CSV file as a program reads it."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def entries(content: bytes) -> list[ET.Element]:
    """The entries of a feed."""
    return ET.fromstring(content).findall(f"{ATOM}entry")


def test_what_there_is() -> None:
    """Three forms of two tables, all figures, calendar, feed, and the page that links each of them."""
    made = files(backlog())
    forms = [f"downloads/{name}.{form}" for name in ("board", "register") for form in ("csv", "json", "xlsx")]
    others = ["downloads/backlog.ics", "downloads/decisions.atom", "downloads/status.json"]
    assert sorted(made) == sorted([*forms, *others, PATH])
    page = made[PATH].decode()
    for path in (*forms, *others):
        assert f'href="{path.removeprefix("downloads/")}"' in page, path


@hostile
def test_the_same_backlog_gives_the_same_bytes(text: str) -> None:
    """Made twice, from values made twice: equal to the last byte, without the clock."""
    assert files(backlog(text)) == files(backlog(text))


def test_rows_of_the_tables() -> None:
    """The board has every recommendation, open ones first by risk; the register what is accepted and covered."""
    facts = backlog()
    board = {row["recommendation"]: row for row in rows(as_csv(board_table(facts)))}
    assert list(board)[-1] == "Done"
    places = {name: row["place"] for name, row in board.items()}
    assert places == {
        "Accept": "accept", "Cover": "not-applicable", "Done": "done", "Open": "undecided", "Plan": "do-now",
        "Wait": "do-soon",
    }  # fmt: skip
    assert board["Wait"]["blocked_by"] == "business"
    assert (board["Plan"]["points"], board["Plan"]["maximum"], board["Plan"]["points_left"]) == ("0", "8", "8")
    register = rows(as_csv(register_table(facts)))
    assert [(row["recommendation"], row["kind"], row["part"]) for row in register] == [
        ("Accept", "accepted", "in-force"),
        ("Cover", "covered", "in-force"),
    ]
    assert register[0]["until"] == "2026-11-29"
    assert register[0]["days_left"] == "20"
    assert register[0]["share"] == "0.25"
    assert register[0]["attested_by"] == "Managing Director"


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


def test_a_workbook_has_no_trace_of_machine_or_hour() -> None:
    """Every member has the same time and no compression, whose bytes depend on the library; the day is as-of."""
    content = files(backlog())["downloads/register.xlsx"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = {(item.date_time, item.compress_type, item.create_system, item.extra) for item in archive.infolist()}
        assert found == {((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED, 0, b"")}
        assert f"{AS_OF}T00:00:00Z" in archive.read("docProps/core.xml").decode()


def test_a_long_text_is_cut_rather_than_lost() -> None:
    """A cell holds 32,767 UTF-16 units; a longer text is cut, also within letters of two units."""
    for letter in ("x", "𝄞"):
        table = Table("Board", (Column("a", "A", 10),), ((letter * 40_000,),))
        value = openpyxl.load_workbook(io.BytesIO(as_xlsx(table, AS_OF)))["Board"]["A2"].value
        assert isinstance(value, str)
        assert value.startswith(letter * 1000)
        assert value.endswith("…")
        assert len(value.encode("utf-16-le")) <= 2 * 32_767


def test_json_is_the_same_table() -> None:
    """Keys, order and values of JSON are those of CSV; numbers are numbers, empty cells null."""
    table = register_table(backlog())
    found = json.loads(as_json(table, AS_OF))
    assert found["as_of"] == AS_OF.isoformat()
    assert [list(row) for row in found["rows"]] == [[column.key for column in table.columns]] * len(table.rows)
    assert found["rows"][0]["days_left"] == 20
    assert found["rows"][0]["approved_by"] is None


@hostile
def test_all_figures_are_those_of_status(text: str) -> None:
    """The file holds what the command prints."""
    made = backlog(text)
    assert json.loads(facts_as_json(made)) == json.loads(encode(plain_facts(made)))


def test_figures_are_exact_until_they_are_encoded() -> None:
    """Parts add up without a rounding error; in the text a whole number is whole, and a third the nearest double."""
    facts = plain_facts(backlog())
    assert sum(facts["ledger"].values()) == facts["score"]["max"]
    assert {type(number) for number in facts["ledger"].values()} == {Fraction}
    assert encode({"a": Fraction(6, 2), "b": Fraction(1, 3), "c": Decimal("0.10")}) == (
        '{\n  "a": 3,\n  "b": 0.3333333333333333,\n  "c": 0.1\n}'
    )
    with pytest.raises(TypeError, match="date is no part of JSON"):
        encode({"day": AS_OF})


def events(made: Facts) -> list[Any]:
    """The calendar's events as another library reads them."""
    calendar = icalendar.Calendar.from_ical(as_calendar(made))
    assert isinstance(calendar, icalendar.Calendar)
    found: list[Any] = list(calendar.walk("VEVENT"))
    assert not [error for event in found for error in event.errors]
    return found


@hostile
def test_the_calendar_is_read_by_a_stranger(text: str) -> None:
    """Expiries, due dates and the question, each once, whatever the texts try; all day; reminders on expiries."""
    found = events(backlog(text, title=text))
    assert sorted(str(event["CATEGORIES"].to_ical().decode()) for event in found) == [
        "Acceptance", "Cover", "Due", "Due", "Question",
    ]  # fmt: skip
    for event in found:
        start, end = event["DTSTART"].dt, event["DTEND"].dt
        assert type(start) is date
        assert end - start == timedelta(days=1)
        assert event["DTSTAMP"].dt.date() == AS_OF
        reminders = [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")]
        expires = event["CATEGORIES"].to_ical() in (b"Acceptance", b"Cover")
        assert reminders == ([timedelta(days=-30)] if expires else [])


@hostile
def test_lines_of_the_calendar_keep_their_form(text: str) -> None:
    """Every line ends in CR LF, none is longer than 75 octets, and no character is cut in two."""
    content = as_calendar(backlog(text, title=text))
    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode("utf-8")
        assert b"\n" not in line
        assert b"\r" not in line
    assert lines.count(b"BEGIN:VEVENT") == lines.count(b"END:VEVENT") == 5
    assert lines.count(b"END:VCALENDAR") == 1


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])))
def test_a_calendar_text_survives_the_way(text: str) -> None:
    """Escaped, folded, unfolded and read by another library: the same text."""
    line = folded(f"SUMMARY:{escaped(text)}")
    read = icalendar.Event.from_ical(f"BEGIN:VEVENT\r\n{line}END:VEVENT\r\n")
    assert isinstance(read, icalendar.Event)
    assert (
        str(read["SUMMARY"]).split()
        == "".join(
            "\ufffd" if c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff" else c for c in text
        ).split()
    )


def test_marks_of_a_calendar_text_are_escaped() -> None:
    """As the standard has it: backslash, semicolon, comma, line end; a tab is a blank."""
    assert escaped("a;b,c\\d\r\ne\tf") == r"a\;b\,c\\d\ne f"


def test_an_event_keeps_its_name() -> None:
    """A renewal or a new title moves the event instead of adding one; another organisation's events are others."""
    now = {event["CATEGORIES"].to_ical(): str(event["UID"]) for event in events(backlog())}
    later = {event["CATEGORIES"].to_ical(): str(event["UID"]) for event in events(backlog(title="New title"))}
    assert now == later
    made = backlog()
    other = replace(made, settings=Settings(organisation="Somebody else"))
    assert not {str(event["UID"]) for event in events(other)} & set(now.values())
    assert len({str(event["UID"]) for event in events(made)}) == 5


@hostile
def test_the_feed_is_valid_atom(text: str) -> None:
    """Well-formed whatever the texts hold; ids unique; every element that RFC 4287 asks for; newest first."""
    made = backlog(text, title=text)
    feed = ET.fromstring(as_feed(made, Site.of(made), FEED))
    for name in ("id", "title", "updated", "author"):
        assert len(feed.findall(f"{ATOM}{name}")) == 1, name
    found = feed.findall(f"{ATOM}entry")
    assert len(found) == 5  # one for each committed version
    for entry in found:
        for name in ("id", "title", "updated", "summary"):
            assert len(entry.findall(f"{ATOM}{name}")) == 1, name
        assert not list(entry.find(f"{ATOM}title") or [])
    ids = [entry.findtext(f"{ATOM}id") for entry in found]
    assert len(set(ids)) == len(ids)
    assert all(identifier and identifier.startswith("urn:uuid:") for identifier in ids)
    updated = [entry.findtext(f"{ATOM}updated") or "" for entry in found]
    assert updated == sorted(updated, reverse=True)
    assert feed.findtext(f"{ATOM}updated") == updated[0]
    assert all(datetime.fromisoformat(stamp).utcoffset() == timedelta(0) for stamp in updated)


def test_entries_lead_to_pages_and_keep_their_ids() -> None:
    """Links are relative and lead to the page; an id depends on commit and path, not on texts; no person is named."""
    made = backlog()
    content = as_feed(made, Site.of(made), FEED)
    links = [link.get("href") for entry in entries(content) for link in entry.findall(f"{ATOM}link")]
    assert set(links) == {f"../recommendations/{name}.html" for name in ("accept", "cover", "plan", "wait")}
    assert "Head of IT" not in content.decode()
    retold = backlog("other words", title="Other title")
    retold = replace(retold, as_of=AS_OF + timedelta(days=5))
    ids = [entry.findtext(f"{ATOM}id") for entry in entries(content)]
    assert [entry.findtext(f"{ATOM}id") for entry in entries(as_feed(retold, Site.of(retold), FEED))] == ids


def test_nothing_measured_and_nothing_decided() -> None:
    """On the first day every file is there, empty and valid."""
    empty = replace(backlog(), statuses={}, register=(), covered=(), past=())
    content = files(empty)
    assert rows(content["downloads/register.csv"]) == []
    assert entries(content["downloads/decisions.atom"]) == []
    assert ET.fromstring(content["downloads/decisions.atom"]).findtext(f"{ATOM}updated") == f"{AS_OF}T00:00:00Z"
    assert events(empty) == []
    assert openpyxl.load_workbook(io.BytesIO(content["downloads/board.xlsx"]))["Board"].max_row == 1


def test_the_columns_for_insurers_exist() -> None:
    """Each name on the list is a column of the register, so that none is left out by a slip of the pen."""
    assert {column.key for column, _ in REGISTER} >= FOR_INSURERS
    assert not FOR_INSURERS & {"reason", "evidence", "attested_record", "file"}


@pytest.mark.parametrize(
    ("state", "now", "place"),
    [
        (AcceptanceState.ACTIVE, State.ACCEPTED, "in-force"),
        (AcceptanceState.EXPIRED, State.EXPIRED, "needs-answer"),
        (AcceptanceState.BREACHED, State.BREACHED, "needs-answer"),
        (AcceptanceState.MOOT, State.REGRESSED, "needs-answer"),
        (AcceptanceState.MOOT, State.DONE, "lapsed"),
        (AcceptanceState.ORPHAN, State.RETIRED, "lapsed"),
        (AcceptanceState.ENDED, State.ACCEPTED, "past"),
    ],
)
def test_a_row_names_the_part_of_the_page(state: AcceptanceState, now: State, place: str) -> None:
    """What was done and lost again needs an answer in the table as on the page."""
    entry = backlog().register[0]
    assert part(replace(entry, state=state, status=replace(entry.status, state=now))) == place
