# SPDX-License-Identifier: Apache-2.0
"""Charts say what the numbers say: places, gaps, words, tables; well-formed, and the same bytes each time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from secure_score_backlog.site.charts.bars import Bar, BarPart, Row, Stack, Step, Waterfall, round_levels
from secure_score_backlog.site.charts.base import plain
from secure_score_backlog.site.charts.lines import (
    FLAG_SHARE,
    FLAG_WIDTH,
    MOST_ROWS,
    Days,
    Mark,
    Percents,
    Sample,
    Spark,
    Trend,
    flags,
)
from tests.support import miniature

FIRST = date(2026, 1, 1)
SAMPLES: list[Callable[[], Markup]] = [
    lambda: miniature.a_trend().draw(),
    lambda: miniature.a_daily_trend().draw(),
    lambda: miniature.a_bar().draw(),
    lambda: miniature.a_waterfall().draw(),
    lambda: miniature.a_spark().draw(),
    lambda: Trend("t", "<T>", '"&c', (Sample(FIRST, Fraction(50)),)).draw(),
    lambda: Spark("s", "<T>", '"&c', (Sample(FIRST, Fraction(50)),), FIRST, marks=(Mark(FIRST, "<m>"),)).draw(),
]


def parsed(figure: Markup) -> ET.Element:
    """The figure as XML: what browsers forgive, this does not."""
    return ET.fromstring(str(figure))


def days(*offsets: int, value: int = 50) -> tuple[Sample, ...]:
    """Samples some days after the first."""
    return tuple(Sample(FIRST + timedelta(days=offset), Fraction(value)) for offset in offsets)


@pytest.mark.parametrize("make", SAMPLES)
def test_every_chart_is_sound(make: Callable[[], Markup]) -> None:
    """Well-formed, named and described, no id twice, no blank line, no colour or style of its own, equal bytes."""
    figure = make()
    assert figure == make()
    tree = parsed(figure)
    assert tree.tag == "figure"
    drawings = [node for node in tree.iter("svg") if node.get("role") == "img"]
    assert len(drawings) == 1
    ids = [node.get("id") for node in tree.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    for identifier in str(drawings[0].get("aria-labelledby")).split():
        assert identifier in ids
    assert tree.find("figcaption") is not None
    assert list(tree.iter("table"))
    assert not re.search(r"\n\s*\n", figure)
    assert not re.search(r"style=|#[0-9a-f]{3,6}\b|rgb\(|fill=\"(?!url)", figure)


def test_a_missing_day_breaks_the_line() -> None:
    """Days are joined only to their neighbours; the caption counts the gaps."""
    figure = Trend("t", "T", "C.", days(0, 1, 2, 5, 6)).draw()
    lines = re.findall(r'backlog-line--ours" d="([^"]+)"', figure)
    assert [line.count("L") for line in lines] == [2, 1]
    assert "(1\u00a0gap)" in figure
    assert "gap" not in Trend("t", "T", "C.", days(0, 1, 2)).draw().split("figcaption")[1]


def test_comparable_tenants_are_joined_over_weeks() -> None:
    """Microsoft gives their average less often than a score, so their line breaks after forty days only."""
    figure = Trend("t", "T", "C.", days(0, 100), days(0, 40, 81)).draw()
    lines = re.findall(r'backlog-line--comparison" d="([^"]+)"', figure)
    assert [line.count("L") for line in lines] == [1, 0]


def test_a_day_without_neighbours_is_drawn() -> None:
    """It is a dot of the line, not nothing."""
    lines = re.findall(r'backlog-line--ours" d="([^"]+)"', Trend("t", "T", "C.", days(0, 1, 5)).draw())
    assert lines[-1].endswith("h.01")


def test_backfilled_days_look_and_read_differently() -> None:
    """Their piece of the line has a stroke of its own, and the table says so."""
    samples = (*days(0), Sample(FIRST + timedelta(days=1), Fraction(51), backfilled=True), *days(2))
    figure = Trend("t", "T", "C.", samples).draw()
    assert len(re.findall("backlog-line--backfilled", figure)) == 1
    assert figure.count("<td>backfilled (scores only)</td>") == 1
    assert figure.count("<td>complete</td>") == 2
    assert "backfilled" not in Trend("t", "T", "C.", days(0, 1)).draw()


def test_the_table_holds_every_day_or_says_what_it_left_out() -> None:
    """Few days: all of them. Many: the last of each month, and a sentence that says so."""
    few = parsed(Trend("t", "T", "C.", days(*range(40))).draw())
    assert len(list(few.iter("tr"))) == 41
    many = Trend("t", "T", "C.", days(*range(MOST_ROWS + 1))).draw()
    assert len(list(parsed(many).iter("tr"))) == 1 + 4
    assert "last measured day of each month" in many


def test_places_are_exact() -> None:
    """The middle of the span is the middle of the drawing, and 0 to 100 percent run from bottom to top."""
    axis = Days(FIRST, FIRST + timedelta(days=10))
    assert [axis.at(FIRST), axis.at(FIRST + timedelta(days=5)), axis.at(axis.last)] == [0, Fraction(1, 2), 1]
    assert [Percents(0, 100).at(value) for value in (0, 25, 100)] == [1, Fraction(3, 4), 0]


@given(st.lists(st.fractions(0, 100), min_size=1, max_size=20))
def test_the_axis_holds_what_it_is_given(values: list[Fraction]) -> None:
    """Every value lies on the axis, which is of whole tens, at least forty wide and never wider than needed by much."""
    axis = Percents.around(values)
    assert all(0 <= axis.at(value) <= 1 for value in values)
    assert axis.low % 10 == axis.high % 10 == 0
    assert axis.high - axis.low >= 40
    assert axis.low >= 0


@pytest.mark.parametrize(("span", "labels"), [(0, 1), (10, 2), (35, 2), (364, 7), (1826, 9)])
def test_ticks_are_few_and_dated(span: int, labels: int) -> None:
    """From one day to five years: a handful of labels, all on the axis, the first with its year."""
    axis = Days(FIRST, FIRST + timedelta(days=span))
    ticks = axis.ticks()
    assert 1 <= len(ticks) <= labels
    assert "2026" in ticks[0].label
    assert all(0 <= float(tick.at) <= 100 for tick in ticks)


@given(st.fractions(-2000, 2000), st.fractions(Fraction(1, 10), 2000))
def test_round_levels_are_few_and_inside(low: Fraction, span: Fraction) -> None:
    """Two to five marks, evenly apart, none outside; nothing where there is no span."""
    levels = round_levels(low, low + span)
    assert 1 <= len(levels) <= 5
    assert low <= levels[0]
    assert levels[-1] <= low + span
    assert len({after - before for before, after in pairwise(levels)}) <= 1
    assert round_levels(low, low) == []


def test_two_years_close_together_share_no_room() -> None:
    """A first label with its year gives way on a phone where the next year begins soon; else both stay."""
    autumn = Days(date(2025, 8, 15), date(2026, 11, 20)).ticks()
    assert [(tick.label, tick.minor) for tick in autumn[:3]] == [("Sep 2025", True), ("Nov", True), ("Jan 2026", False)]
    assert not Days(date(2025, 2, 1), date(2026, 3, 1)).ticks()[0].minor


@given(st.lists(st.integers(0, 400), max_size=12))
def test_flags_do_not_cover_each_other(offsets: list[int]) -> None:
    """On the narrowest phone no flag covers another unless there are more than fit; lines are at their days."""
    axis = Days(FIRST, FIRST + timedelta(days=400))
    shown = flags([Mark(FIRST + timedelta(days=offset), "m") for offset in offsets], axis)
    assert [float(flag.x) for flag in shown] == pytest.approx([offset / 4 for offset in sorted(offsets)], abs=0.01)
    assert [flag.number for flag in shown] == list(range(1, len(offsets) + 1))
    width = FLAG_WIDTH / float(FLAG_SHARE)
    for right in (False, True):
        half = [flag for flag in shown if (float(flag.x) >= 50) == right]
        middles = [float(flag.at) / 100 * width + flag.aside for flag in half]
        assert all(after - before >= FLAG_WIDTH - 0.1 for before, after in pairwise(middles))
    assert all(flag.aside >= 0 if float(flag.x) < 50 else flag.aside <= 0 for flag in shown)


@pytest.mark.parametrize(("values", "anchor"), [((20, 40), "end"), ((20, 66), "start"), ((66, 40), "end")])
def test_the_name_of_a_band_gives_way_to_the_line(values: tuple[int, int], anchor: str) -> None:
    """It is at the right, or at the left where the line comes close at the right."""
    samples = tuple(Sample(FIRST + timedelta(days=100 * n), Fraction(value)) for n, value in enumerate(values))
    figure = Trend("t", "T", "C.", samples, bands=(65,)).draw()
    assert re.findall(r'band-label"[^>]*text-anchor="([a-z]+)"', figure) == [anchor]


@given(st.fractions(-1000, 1000))
def test_numbers_for_drawings(value: Fraction) -> None:
    """Two places at most, no needless zeros, never an exponent, never minus zero."""
    text = plain(value)
    assert re.fullmatch(r"-?\d+(\.\d?[1-9])?", text)
    assert abs(Fraction(text) - value) <= Fraction(1, 200)
    assert text != "-0"


def test_the_bar_fills_its_width_and_lists_what_it_cannot_draw() -> None:
    """Pieces add up to the whole; zero and negative parts have no piece, but a row of the table."""
    amounts = {"Observed": 75, "Claimed": 25, "Blocked": 0, "Unexplained": -10}
    parts = tuple(BarPart(label.lower(), label, Fraction(points)) for label, points in amounts.items())
    figure = Bar("b", "T", "C.", parts).draw()
    widths = re.findall(r'<rect x="[^"]*" y="0" width="([\d.]+)%" height="56" (?:fill|class="backlog-part)', figure)
    assert [float(width) for width in widths] == [75, 25]
    rows = ["".join(row.itertext()) for row in parsed(figure).iter("tr")]
    assert rows[1:] == [
        "Observed7583.3\u00a0%", "Claimed2527.8\u00a0%", "Blocked00.0\u00a0%",
        "Unexplained\u22121011.1\u00a0%".replace("1011", "10\u221211"), "All90100.0\u00a0%",
    ]  # fmt: skip


def test_stacked_bars_share_one_scale() -> None:
    """The largest sum fills the width; what is zero or negative has no piece; chosen parts have their number."""
    rows = tuple(
        Row(
            label,
            (BarPart("observed", "Observed", Fraction(seen)), BarPart("unexplained", "Unexplained", Fraction(rest))),
        )
        for label, seen, rest in (("May", 80, 0), ("June", 40, -5))
    )
    figure = Stack("s", "T", "C.", rows, ("observed", "claimed")).draw()
    widths = re.findall(r'<rect x="[^"]*" y="0" width="([\d.]+)%" height="18" class="backlog-part', figure)
    assert widths == ["100", "50"]
    assert re.findall(r'aria-label="(Observed[^"]*)"', figure) == ["Observed 80", "Observed 40, Unexplained -5"]
    cells = [["".join(cell.itertext()) for cell in row] for row in parsed(figure).iter("tr")]
    assert [(row[0], *row[2:]) for row in cells] == [
        ("Month", "Observed", "claimed"), ("May", "80", "0"), ("June", "40", "0"),
    ]  # fmt: skip


def test_no_part_is_recognised_by_colour_alone() -> None:
    """Every part of the bar but the two largest kinds has a pattern, and the table names every part."""
    figure = miniature.a_bar().draw()
    filled = re.findall(r"fill=\"url\(#ledger-([a-z-]+)\)\"", figure)
    assert set(filled) == {"claimed", "do-soon", "accept", "blocked", "not-applicable", "undecided", "unexplained"}
    for part in miniature.a_bar().parts:
        assert f">{part.label}</th>" in figure


def test_the_waterfall_joins_its_steps() -> None:
    """Each bar begins where the one before ended; totals are at both ends; a step of nothing has no bar."""
    steps = (
        Step("improved", "Up", Fraction(10)),
        Step("regressed", "Down", Fraction(-4)),
        Step("rescored", "Same", Fraction(0)),
    )
    figure = Waterfall("w", "T", "C.", "before", Fraction(100), "after", Fraction(106), steps).draw()
    bars = [
        (float(x), float(x) + float(width))
        for x, width in re.findall(r'backlog-step--\S+ x="([\d.]+)%"[^>]*width="([\d.]+)%"', figure)
    ]
    start, up, down, same, end = bars
    assert start[1] == pytest.approx(up[0], abs=0.02)
    assert up[1] == pytest.approx(down[1], abs=0.02)
    assert down[0] == pytest.approx(end[1], abs=0.02)
    assert same[0] == same[1]
    assert up[1] - up[0] == pytest.approx(2.5 * (down[1] - down[0]), abs=0.05)
    values = re.findall(r"backlog-row-value[^>]*>([^<]+)<", figure)
    assert values == ["100", "+10", "\u22124", "0", "106"]
    assert "does not start at zero" in figure
    assert figure.count("backlog-cut-edge") == 3  # both totals, and the axis
    assert re.findall(r"backlog-tick[^>]*>([^<]+)<", figure) == ["100", "105", "110"]


def test_a_waterfall_from_nothing_begins_at_zero() -> None:
    """The first month: from 0, and no warning about a cut axis."""
    steps = (Step("rescored", "New", Fraction(5)),)
    figure = Waterfall("w", "T", "C.", "before", Fraction(0), "after", Fraction(5), steps).draw()
    assert "does not start at zero" not in figure
    assert "backlog-cut" not in figure
    assert re.findall(r"backlog-tick[^>]*>([^<]+)<", figure)[0] == "0"


def test_steps_hold_until_the_next_and_stop_where_nothing_was_measured() -> None:
    """One recommendation: a level line, a jump, a hole."""
    samples = (Sample(FIRST, Fraction(0)), Sample(FIRST + timedelta(days=50), Fraction(100)))
    absent = ((FIRST + timedelta(days=20), FIRST + timedelta(days=29)),)
    figure = Spark("s", "T", "C.", samples, FIRST + timedelta(days=100), absent).draw()
    line = re.search(r'backlog-line--ours" d="([^"]+)"', figure)
    assert line is not None
    assert line[1] == "M0 1000H200M300 1000H500V0H1000"
    assert re.findall(r"backlog-tick\"[^>]*>(\d+ %)<", figure) == ["100 %", "0 %"]


@pytest.mark.parametrize(
    "figure",
    [
        Trend("t", "The score", "C.", ()).draw(),
        Bar("b", "The score", "C.", (BarPart("observed", "x", Fraction(0)),)).draw(),
        Spark("s", "The score", "C.", (), FIRST).draw(),
        Stack("s", "The score", "C.", (), ("observed",)).draw(),
    ],
)
def test_nothing_measured_is_said_in_words(figure: Markup) -> None:
    """No data: a sentence, no drawing."""
    assert "nothing was measured yet" in figure
    assert "<svg" not in figure


def test_hostile_labels_stay_text() -> None:
    """Labels of marks and parts may come from people."""
    evil = "</title><script>alert(1)</script>"
    for figure in (
        Trend("t", evil, evil, days(0, 1), days(0, 1), evil, bands=(65,)).draw(),
        Bar("b", evil, evil, (BarPart("observed", evil, Fraction(1), evil),)).draw(),
        Spark("s", evil, evil, days(0), FIRST + timedelta(days=3), marks=(Mark(FIRST, evil),)).draw(),
    ):
        assert not list(parsed(figure).iter("script"))
        assert "<script" not in figure
