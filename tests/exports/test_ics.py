# SPDX-License-Identifier: Apache-2.0
"""The calendar, read by two libraries: dates, reminders and names, whatever the texts try."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import icalendar
import vobject
from hypothesis import example, given
from hypothesis import strategies as st

from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.exports.ics import Text, as_calendar
from secure_score_backlog.settings import Settings
from secure_score_backlog.text import visible
from tests.support.backlogs import AS_OF, backlog
from tests.support.downloads import hostile
from tests.support.pages import evaluated
from tests.support.tenants import blocked, day, decision, history, versions, workspace


def events(made: Facts) -> list[Any]:
    """The calendar's events as icalendar reads them."""
    calendar = icalendar.Calendar.from_ical(as_calendar(made))
    assert isinstance(calendar, icalendar.Calendar)
    found: list[Any] = list(calendar.walk("VEVENT"))
    assert not [error for event in found for error in event.errors]
    return found


def test_what_comes_due_is_in_the_calendar() -> None:
    """Read by vobject: name, and of each event its UID, day, summary, description, category and reminder."""
    calendar = vobject.readOne(as_calendar(backlog()).decode())
    assert calendar.contents["name"][0].value == calendar.x_wr_calname.value == "Smith & Sons: Secure Score decisions"
    assert [
        (
            event.uid.value,
            (event.dtstart.value, event.dtend.value),
            event.summary.value,
            event.description.value.splitlines(),
            event.categories.value,
            [(alarm.action.value, alarm.trigger.value, alarm.description.value) for alarm in reminders(event)],
        )
        for event in calendar.vevent_list
    ] == [
        (
            "174b8a7ca967af267149134f160bb669@secure-score-backlog",
            (date(2026, 10, 30), date(2026, 10, 31)),
            "Decision requested from leadership: plain words",
            REQUEST,
            ["Decision requested"],
            [],
        ),
        (
            "9407c03f0c1387577b83de8cfb18e99e@secure-score-backlog",
            (date(2026, 11, 14), date(2026, 11, 15)),
            "Decision needed from leadership: plain words",
            REQUEST,
            ["Decision needed"],
            [("DISPLAY", timedelta(days=-30), "Decision needed from leadership: plain words")],
        ),
        (
            "2d336db106bf9a8df62a857381b36320@secure-score-backlog",
            (date(2026, 11, 29), date(2026, 11, 30)),
            "Acceptance ends: Title of Accept",
            ["Last day in force: 2026-11-29", "Owner: Head of IT", "Approver: Managing Director", *about("Accept")],
            ["Acceptance"],
            [("DISPLAY", timedelta(days=-30), "Acceptance ends: Title of Accept")],
        ),
        (
            "7f6e099e546bffc767cda648a8f9ac9c@secure-score-backlog",
            (date(2026, 12, 29), date(2026, 12, 30)),
            "Due (blocked): Title of Wait",
            ["Owner: Head of IT", *about("Wait")],
            ["Due"],
            [],
        ),
        (
            "4349783a25d0231bfac2de6ed32058ec@secure-score-backlog",
            (date(2026, 12, 29), date(2026, 12, 30)),
            "Due: Title of Plan",
            ["Owner: Head of IT", *about("Plan")],
            ["Due"],
            [],
        ),
        (
            "fa7e129a4ec337d7fd7c8010918ed10c@secure-score-backlog",
            (date(2026, 12, 29), date(2026, 12, 30)),
            "Exemption ends: Title of Cover",
            ["Last day in force: 2026-12-29", "Owner: Head of IT", "Approver: IT", *about("Cover")],
            ["Exemption"],
            [("DISPLAY", timedelta(days=-30), "Exemption ends: Title of Cover")],
        ),
    ]


REQUEST = [
    "About: Title of Accept",
    "Asked by: plain words",
    "Answer needed by: 2026-11-14",
    "Options: plain words",
    "Recommended: plain words",
    "Cost: plain words",
    "Default: plain words",
]


def about(name: str) -> tuple[str, str]:
    """The last lines of a description."""
    return "Risk: high", f"Recommendation: {name}"


def reminders(event: Any) -> list[Any]:
    """The alarms of an event as vobject reads them."""
    found: list[Any] = event.contents.get("valarm", [])
    return found


@hostile
def test_no_text_adds_removes_or_moves_an_event(text: str) -> None:
    """Expiries, due dates and the question, each once, whatever the texts try; all day; reminders on last days."""
    found = events(backlog(text, title=text))
    assert sorted(str(event["CATEGORIES"].to_ical().decode()) for event in found) == [
        "Acceptance", "Decision needed", "Decision requested", "Due", "Due", "Exemption",
    ]  # fmt: skip
    for event in found:
        start, end = event["DTSTART"].dt, event["DTEND"].dt
        assert type(start) is date
        assert end - start == timedelta(days=1)
        assert event["DTSTAMP"].dt.date() == AS_OF
        reminders = [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")]
        expires = event["CATEGORIES"].to_ical() in (b"Acceptance", b"Exemption", b"Decision needed")
        assert reminders == ([timedelta(days=-30)] if expires else [])


@hostile
def test_no_line_is_too_long_or_broken(text: str) -> None:
    """Every line ends in CR LF, none is longer than 75 octets, and no character is cut in two."""
    content = as_calendar(backlog(text, title=text))
    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode("utf-8")
        assert b"\n" not in line
        assert b"\r" not in line
    assert lines.count(b"BEGIN:VEVENT") == lines.count(b"END:VEVENT") == 6
    assert lines.count(b"END:VCALENDAR") == 1


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"])))
@example(r"\\server\New, a\nd; so on\\")
def test_a_text_survives_the_calendar(text: str) -> None:
    """Written, and read by another library: the same text, but for marks that reorder it."""
    event = icalendar.Event()
    event.add("summary", Text(visible(text)))
    read = vobject.readOne(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{event.to_ical().decode()}END:VCALENDAR\r\n").vevent
    assert read.summary.value.strip() == visible(text).strip()


def test_marks_of_a_text_are_escaped() -> None:
    """As RFC 5545 has it: backslash, semicolon, comma and line end."""
    assert Text("a;b,c\\d\ne\\N").to_ical() == rb"a\;b\,c\\d\ne\\N"


def test_a_planned_change_that_is_not_measured_is_in_the_calendar() -> None:
    """As such, blocked or not; a draft is not."""
    answers = {"A": decision("A", due=day(9)), "B": decision("B", due=day(9), blocked=blocked())}
    answers["C"] = decision("C", due=day(9), draft=True)
    known = workspace(history({"D": (0, 4)}), {name: versions((1, answer)) for name, answer in answers.items()})
    found = [str(event["SUMMARY"]) for event in events(evaluated(known, day(1)))]
    assert found == ["Due (blocked, not measured): B", "Due (not measured): A"]


def test_an_event_keeps_its_uid() -> None:
    """A renewal or a new title moves the event instead of adding one; another organisation's events are others."""
    now = {event["CATEGORIES"].to_ical(): str(event["UID"]) for event in events(backlog())}
    later = {event["CATEGORIES"].to_ical(): str(event["UID"]) for event in events(backlog(title="New title"))}
    assert now == later
    made = backlog()
    other = replace(made, settings=Settings(organisation="Somebody else"))
    assert not {str(event["UID"]) for event in events(other)} & set(now.values())
    assert len({str(event["UID"]) for event in events(made)}) == 6
