# SPDX-License-Identifier: Apache-2.0
"""The calendar of days: every day in its place, kinds that differ in shape, and every month in the table."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree as ET

from secure_score_backlog.site import days
from secure_score_backlog.site.charts.calendar import LABELS, MOST_ROWS, Calendar, CalendarMonth, DaysOfMonth, span
from secure_score_backlog.snapshots.coverage import Coverage, DayKind, DayRun, coverage
from secure_score_backlog.snapshots.model import History
from tests.support.tenants import day, history, partial

YEAR = CalendarMonth(
    "2026-01",
    (
        DaysOfMonth(date(2026, 1, 1), date(2026, 1, 10), "complete"),
        DaysOfMonth(date(2026, 1, 11), date(2026, 1, 12), "filled"),
        DaysOfMonth(date(2026, 1, 13), date(2026, 1, 13), "partial"),
        DaysOfMonth(date(2026, 1, 14), date(2026, 1, 15), "missing"),
        DaysOfMonth(date(2026, 1, 16), date(2026, 1, 31), "awaited"),
    ),
)


def drawn(*months: CalendarMonth) -> ET.Element:
    """The figure as XML: what browsers forgive, this does not."""
    return ET.fromstring(str(Calendar("c", "<Days>", '"&', months).draw()))


def test_it_is_sound_and_described() -> None:
    """Named and described; no id twice; no colour or style of its own; hidden shapes are said in the table."""
    figure = drawn(YEAR)
    (drawing,) = (node for node in figure.iter("svg") if node.get("role") == "img")
    ids = [node.get("id") for node in figure.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    for identifier in str(drawing.get("aria-labelledby")).split():
        assert identifier in ids
    assert figure.findtext("figcaption") == '"&'
    assert all("style" not in node.attrib for node in figure.iter())
    assert str(Calendar("c", "t", "w", (YEAR,)).draw()) == str(Calendar("c", "t", "w", (YEAR,)).draw())


def test_every_day_is_in_its_column() -> None:
    """Day n begins at (n - 1) / 31 of the width and is 1 / 31 wide."""
    shapes = {
        str(node.get("class")).rpartition("--")[2]: (node.get("x"), node.get("width"))
        for node in next(drawn(YEAR).iter("svg")).iter("rect")
        if "backlog-day--" in str(node.get("class"))
    }
    assert shapes == {
        "complete": ("0%", "32.26%"),
        "filled": ("32.26%", "6.45%"),
        "partial": ("38.71%", "3.23%"),
        "missing": ("41.94%", "6.45%"),
    }


def test_kinds_differ_without_colour() -> None:
    """Filled in is hatched, missing is crossed day by day, awaited is a line; each has its name in the legend."""
    figure = drawn(YEAR)
    drawing = next(figure.iter("svg"))
    assert [n.get("fill") for n in drawing.iter("rect") if "day--filled" in str(n.get("class"))] == ["url(#c-filled)"]
    assert [n.text for n in drawing.iter("text") if n.get("class") == "backlog-day-cross"] == ["×", "×"]
    assert len([n for n in drawing.iter("line") if n.get("class") == "backlog-day--awaited"]) == 1
    legend = ["".join(item.itertext()).strip("× \n") for item in next(figure.iter("ul"))]
    assert legend == list(LABELS.values())


def test_the_table_has_every_month_also_those_not_drawn() -> None:
    """Of many months the newest are drawn; the table and its gaps are whole."""
    older = CalendarMonth("2025-12", (DaysOfMonth(date(2025, 12, 2), date(2025, 12, 2), "missing"),))
    figure = drawn(*[YEAR] * MOST_ROWS, older)
    rows = [[cell.text for cell in row] for row in next(figure.iter("tbody"))]
    assert len(rows) == MOST_ROWS + 1
    assert rows[-2:] == [
        ["January 2026", "10", "2", "1", "2", "16", "14 to 31\u00a0January\u00a02026"],
        ["December 2025", "0", "0", "0", "1", "0", "2\u00a0December\u00a02025"],
    ]
    labels = [n.text for n in figure.iter("text") if n.get("class") == "backlog-calendar-label"]
    assert labels == ["Jan 2026"] * MOST_ROWS
    assert "the table has 1\u00a0more month" in str(figure.findtext("figcaption"))


def test_the_legend_leaves_out_kinds_that_do_not_occur() -> None:
    """A tenant without gaps has no cross in its legend."""
    whole = CalendarMonth("2026-01", YEAR.days[:1])
    assert ["".join(item.itertext()).strip() for item in next(drawn(whole).iter("ul"))] == ["complete"]


def test_spans_in_words() -> None:
    """One day, days of a month, days across months."""
    assert span(date(2026, 1, 3), date(2026, 1, 3)) == "3\u00a0January\u00a02026"
    assert span(date(2026, 1, 3), date(2026, 1, 5)) == "3 to 5\u00a0January\u00a02026"
    assert span(date(2026, 1, 31), date(2026, 2, 1)) == "31\u00a0January\u00a02026 to 1\u00a0February\u00a02026"


def test_sentences_name_what_they_can() -> None:
    """One day, no gap, many gaps (the newest by name), and the days since the newest snapshot."""
    assert days.sentence(coverage(History(), day(1))) == ""
    full = {"A": (1, 2)}
    one = said(history(full), 1)
    assert one == "One day so far: 1 October 2026, complete."
    assert said(history(full, full), 2) == "Observed in full on 2 of 2 days since 1 October 2026; none missing."
    in_part = said(history(full, partial(full), full), 3)
    expected = "Observed in full on 2 of 3 days since 1 October 2026; 1 partial (2 October 2026); none missing."
    assert in_part == expected
    assert said(history(partial(full)), 1) == "One day so far: 1 October 2026, partial."
    awaited = Coverage((DayRun(day(1), day(1), DayKind.AWAITED),))
    assert days.sentence(awaited).replace("\u00a0", " ") == "One day so far: 1 October 2026, not collected."
    holed = said(history(*[full, None] * 9, full), 21)
    assert holed.startswith("Observed in full on 10 of 21 days since 1 October 2026; 9 missing (8 October 2026; ")
    assert holed.endswith("18 October 2026; and 3 earlier); 2 days not collected, from 20 October 2026 on.")


def said(measured: History, number: int) -> str:
    """The sentence about the days up to a day."""
    return days.sentence(coverage(measured, day(number))).replace("\u00a0", " ")


def test_months_without_a_snapshot_are_named_as_spans() -> None:
    """One month alone, several in a row, also across the turn of a year; a partial day measures a month."""
    assert days.month_spans([]) == ""
    months = ["2025-05", "2025-11", "2025-12", "2026-01"]
    assert days.month_spans(months) == "May 2025; November 2025 to January 2026"
    full = {"A": (1, 2)}
    known = history(full, *[None] * 91, full, *[None] * 30, partial(full))
    assert days.unmeasured_months(coverage(known, day(180))) == ["2026-11", "2026-12", "2027-03"]
