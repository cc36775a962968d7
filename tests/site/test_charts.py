# SPDX-License-Identifier: Apache-2.0
"""Charts say what the numbers say: places, gaps, words, tables; well-formed, and the same bytes each time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from importlib.resources import files
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from secure_score_backlog import wording
from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.evaluation.ledger import Ledger
from secure_score_backlog.site import figures
from secure_score_backlog.site.charts.bars import (
    LETTER,
    ORDER,
    STRONG,
    WIDTHS,
    Bar,
    BarPart,
    Change,
    Row,
    Stack,
    Step,
    round_levels,
)
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
from tests.support import miniature, tenants

FIRST = date(2026, 1, 1)
SAMPLES: list[Callable[[], Markup]] = [
    lambda: miniature.a_trend().draw(),
    lambda: miniature.a_daily_trend().draw(),
    lambda: miniature.a_bar().draw(),
    lambda: miniature.a_change().draw(),
    lambda: miniature.a_spark().draw(),
    lambda: Trend("t", "<T>", '"&c', (Sample(FIRST, Fraction(50)),)).draw(),
    lambda: Spark("s", "<T>", '"&c', (Sample(FIRST, Fraction(50)),), FIRST, marks=(Mark(FIRST, "<m>"),)).draw(),
]


def parsed(figure: Markup) -> ET.Element:
    """The figure as XML: what browsers forgive, this does not."""
    return ET.fromstring(str(figure))


PIECE = re.compile(
    r'class="backlog-piece" x="([\d.]+)%" width="([\d.]+)%"[^>]*><rect class="backlog-part backlog-part--([a-z-]+)'
)


def pieces(figure: Markup) -> list[tuple[float, float, str]]:
    """Where each piece of a stacked bar begins, its width, and its part; in percent."""
    return [(float(x), float(width), part) for x, width, part in PIECE.findall(figure)]


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
    whole = Trend("t", "T", "C.", days(0, 1, 2)).draw().split("figcaption")[1]
    assert "gap" not in whole
    assert "dotted" not in whole
    filled = tuple(replace(each, backfilled=at > 0) for at, each in enumerate(days(0, 1, 2)))
    assert "(2\u00a0days)" in Trend("t", "T", "C.", filled).draw().split("figcaption")[1]


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


def test_a_scale_says_where_it_begins() -> None:
    """One that does not begin at zero would let a rise look larger than it is."""
    last = Sample(FIRST + timedelta(days=1), Fraction(75))
    low, high = (Trend("t", "T", "C.", (Sample(FIRST, Fraction(n)), last)).draw() for n in (5, 35))
    assert "The scale begins" not in low
    assert "The scale begins at 30 %, not at 0." in high


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
    assert pieces(figure) == [(0, 75, "observed"), (75, 25, "claimed")]
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
    assert pieces(figure) == [(0, 100, "observed"), (0, 50, "observed")]
    assert re.findall(r'aria-label="(Observed[^"]*)"', figure) == ["Observed 80", "Observed 40, Unexplained -5"]
    cells = [["".join(cell.itertext()) for cell in row] for row in parsed(figure).iter("tr")]
    assert [(row[0], *row[2:]) for row in cells] == [
        ("Month", "Observed, points", "claimed, points"), ("May", "80", "0"), ("June", "40", "0"),
    ]  # fmt: skip


def test_parts_in_their_order_take_turns_in_lightness() -> None:
    """Every part of the ledger has its place; what stands out from the page is between what is close to it."""
    assert set(ORDER) == set(Ledger().parts())
    assert set(ORDER) >= STRONG
    assert [key in STRONG for key in ORDER] == [True, False] * 4 + [True]


@pytest.mark.parametrize("label", ["Measured", "No decision in force"])
@pytest.mark.parametrize("shown", [*WIDTHS, ""])
def test_a_name_stands_where_it_fits(label: str, shown: str) -> None:
    """Within its piece on any screen, within it on a wide one, or in the table only; its number alone before that."""
    points = [Fraction((len(label) + 1) * LETTER - (not shown)), Fraction(0)]
    points[1] = WIDTHS[shown or list(WIDTHS)[-1]] - points[0]
    parts = (BarPart("observed", label, points[0]), BarPart("claimed", "x" * 200, points[1]))
    figure = Bar("b", "T", "C.", parts).draw()
    assert re.findall(f'backlog-piece-text--([a-z]*)"[^>]*>{label}<', figure) == ([shown] if shown else [])
    (number,) = re.findall(f'backlog-piece-text--([a-z]*) ([^"]*)"[^>]*>{points[0]}<', figure)
    assert [*WIDTHS, ""].index(number[0]) < [*WIDTHS, ""].index(shown) or shown == "wide"
    assert number[1].endswith(f"--below-{shown}" if shown else "backlog-piece-points")
    assert f"{label}</th>" in figure


CHANGED = re.compile(
    r'<rect class="(backlog-(?:step|whole)\S*)(?: backlog-step--(\w+))?" x="([\d.]+)%?"[^>]*? width="([\d.]+)%"'
)


def changed(figure: Markup) -> list[tuple[str, float, float]]:
    """The bars of a change: what they are, where they begin, and their width, in percent."""
    return [(which or name, float(x), float(width)) for name, which, x, width in CHANGED.findall(figure)]


def test_a_change_has_its_true_proportion() -> None:
    """2 of 100 points take 2 percent of the bar, which begins at zero; the parts share one scale, also from zero."""
    steps = (Step("Up", Fraction(3)), Step("Down", Fraction(-1)), Step("Little", Fraction(1, 100)))
    figure = Change("c", "T", "C.", "before", Fraction(50), "after", Fraction(52), Fraction(100), steps).draw()
    assert changed(figure) == [
        ("backlog-whole", 0, 100),
        ("backlog-whole-same", 0, 50),
        ("gained", 50, 2),
        ("gained", 25, 75),
        ("lost", 0, 25),
        ("gained", 25, 0.25),
    ]
    assert re.findall(r'backlog-zero" x1="([\d.]+)%"', figure) == ["25"]
    assert re.findall(r"backlog-row-value[^>]*>([^<]+)<", figure) == ["+3", "\N{MINUS SIGN}1", "+0.01"]
    assert re.findall(r"backlog-tick[^>]*>([^<]+)<", figure) == [
        "0", "+2", "100", "\N{MINUS SIGN}1", "0", "+1", "+2", "+3", "Points changed, all on this scale",
    ]  # fmt: skip
    rows = ["|".join("".join(cell.itertext()) for cell in row) for row in parsed(figure).iter("tr")]
    assert rows == ["Part|Points", "before|50", "Up|+3", "Down|\N{MINUS SIGN}1", "Little|+0.01", "after|52"]


@pytest.mark.parametrize(
    ("start", "end", "maximum", "whole"),
    [
        (60, 45, 100, [("backlog-whole", 0, 100), ("backlog-whole-same", 0, 45), ("lost", 45, 15)]),
        (120, 90, 100, [("backlog-whole", 0, 100), ("backlog-whole-same", 0, 75), ("lost", 75, 25)]),
        (50, 50, 100, [("backlog-whole", 0, 100), ("backlog-whole-same", 0, 50), ("gained", 50, 0)]),
        (-5, 10, 100, [("backlog-whole", 0, 100), ("backlog-whole-same", 0, 0), ("gained", 0, 10)]),
        (5, 10, 0, []),
    ],
)
def test_the_whole_of_a_change(start: int, end: int, maximum: int, whole: list[tuple[str, float, float]]) -> None:
    """Less, less than a maximum that shrank, as much, more than nothing; without a maximum there are the parts only."""
    steps = (Step("All", Fraction(end - start)),)
    figure = Change("c", "T", "C.", "a", Fraction(start), "b", Fraction(end), Fraction(maximum), steps).draw()
    assert changed(figure)[:-1] == whole
    assert parsed(figure).tag == "figure"


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


def figure_of(*days: dict[str, tenants.Measured] | None) -> Markup | None:
    """What the page of the recommendation A shows of its share over such days."""
    facts = evaluate(tenants.workspace(tenants.history(*days)), tenants.day(len(days)), months=None)
    return figures.line_of(facts.statuses["A"], facts, "line")


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        ([{"A": (0, 5)}] * 3, "0 of 5\u00a0points on all 3 measured days since {0}."),
        ([{"A": (5, 5)}, None, {"A": (5, 5)}], "5 of 5\u00a0points on all 2 measured days since {0}."),
        ([{"A": (0, 5)}, {"A": (0, 7)}], "0\u00a0% of its points on all 2 measured days since {0}."),
        ([{"A": (1, 5)}, {"A": (2, 10)}], "20\u00a0% of its points on all 2 measured days since {0}."),
        ([{"A": (2, 5)}, {"B": (2, 5)}, {"A": (2, 5)}], "2 of 5\u00a0points on all 2 measured days since {0}."),
        ([{"A": (2, 5)}, {"A": (2, 5)}, {"B": (2, 5)}],
            "2 of 5\u00a0points on all 2 measured days from {0} to {1}; no longer measured."),
        ([{"A": (2, 5)}, {"B": (2, 5)}], "2 of 5\u00a0points on its only measured day, {0}; no longer measured."),
        ([{"A": (5, 5)}, {"A": (5, 5, "ThirdParty")}],
            "5 of 5\u00a0points on all 2 measured days since {0}, self-attested now."),
        ([{"A": ("5.42", 9)}, {"A": ("5.41", 9)}], "5.41 to 5.42 of 9\u00a0points on all 2 measured days since {0}."),
        ([{"A": ("0.04", 5)}, {"A": ("0.04", 9)}],
            "0\u00a0% to 1\u00a0% of its points on all 2 measured days since {0}."),
    ],
)  # fmt: skip
def test_a_share_that_hardly_changed_is_a_sentence(measured: list[Any], words: str) -> None:
    """How much, on how many measured days, since when; days without a snapshot or a score are not counted."""
    assert figure_of(*measured) == f"<p>{words.format(*(wording.day(tenants.day(number)) for number in (1, 2)))}</p>"


def test_a_share_that_changed_is_drawn() -> None:
    """From one percentage point on; the first day of all has nothing to compare with."""
    assert "backlog-spark" in str(figure_of({"A": (0, 5)}, {"A": ("0.05", 5)}))
    assert figure_of({"A": (0, 5)}) is None


COLOURS = re.compile(r"--backlog-(page|ink|part-[a-z-]+): (#[0-9a-f]{6})")


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(share * value for share, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed() -> None:
    """Black on white is the most there is."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_neighbours_differ_in_lightness(scheme: str) -> None:
    """3:1 between neighbours, between strong parts and the page, and between outline and page; 4.5:1 for names."""
    css = files("secure_score_backlog.site").joinpath("theme/assets/backlog.css").read_text(encoding="utf-8")
    light, _, rest = css.partition("@media screen")
    colours = dict(COLOURS.findall(light if scheme != "dark" else rest.partition("/* theme */")[0]))
    if scheme == "print":
        colours |= {**dict(COLOURS.findall(css.partition("/* paper */")[2])), "ink": "#000000"}
    fills = [colours[f"part-{key}"] for key in ORDER]
    pairs = {(a, b): contrast(colours[f"part-{a}"], colours[f"part-{b}"]) for a, b in pairwise(ORDER)}
    assert {pair: found for pair, found in pairs.items() if found < 3} == {}
    assert contrast(colours["part-line"], colours["page"]) >= 3
    for key, fill in zip(ORDER, fills, strict=True):
        strong = key in STRONG
        assert contrast(fill, colours["page" if strong else "ink"]) >= 4.5, key
