# SPDX-License-Identifier: Apache-2.0
"""The score over days: our line, the line of comparable tenants, bands, and what happened when."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup

from secure_score_backlog import wording
from secure_score_backlog.site.charts.shapes import FULL, Days, Percents, Sample, Trend, flags, plain
from secure_score_backlog.site.templates import render

MOST_DOTS = 70
"""With more samples than this a dot for each would only thicken the line."""
MOST_ROWS = 100
"""With more days than this the table keeps the last day of each month."""
NAME, ENOUGH = Fraction(1, 4), Fraction(1, 8)
"""Share of the width that a band's name may take on a phone; share of the height at which no line touches it."""


@dataclass(frozen=True, slots=True)
class _Dot:
    x: str
    y: str
    words: str
    backfilled: bool


@dataclass(frozen=True, slots=True)
class _Band:
    at: str
    value: int
    last: bool
    """True where its name stands at the right end: the end where the lines leave more room."""


def trend(chart: Trend) -> Markup:
    """The chart as a figure; a sentence instead of a drawing when nothing was measured."""
    if not chart.ours:
        return render("empty_chart.html.j2", chart=chart)
    days = Days(
        min(s.day for s in (*chart.ours, *chart.comparison)), max(s.day for s in (*chart.ours, *chart.comparison))
    )
    values = [s.value for s in (*chart.ours, *chart.comparison)] + [Fraction(band) for band in chart.bands]
    percents = Percents.around(values)
    rows, thinned = _rows(chart)
    return render(
        "trend.html.j2",
        chart=chart,
        ticks=days.ticks(),
        levels=percents.ticks(),
        bands=[_band(band, chart, days, percents) for band in chart.bands],
        solid=_runs(chart.ours, days, percents, chart.gap_days, backfilled=False),
        hollow=_runs(chart.ours, days, percents, chart.gap_days, backfilled=True),
        comparison=_runs(chart.comparison, days, percents, max(chart.gap_days, 40)),
        dots=_dots(chart, days, percents),
        newest=_dot(chart.ours[-1], days, percents),
        flags=flags(chart.marks, days),
        rows=rows,
        thinned=thinned,
        gaps=_gaps(chart),
        any_backfilled=any(s.backfilled for s in chart.ours),
    )


def _band(value: int, chart: Trend, days: Days, percents: Percents) -> _Band:
    """The line across, its name just above it: at the right end, unless the lines are far from it only at the left."""
    at = percents.at(value)
    first, last = [ENOUGH], [ENOUGH]
    for sample in (*chart.ours, *chart.comparison):
        x, distance = days.at(sample.day), abs(percents.at(sample.value) - at)
        if x <= NAME or x >= 1 - NAME:
            (first if x <= NAME else last).append(distance)
    return _Band(plain(at * 100), value, last=min(last) >= min(first))


def _runs(
    samples: tuple[Sample, ...], days: Days, percents: Percents, gap_days: int, *, backfilled: bool | None = None
) -> list[str]:
    """Paths of samples that follow one another; a missing day ends one.

    backfilled: draw only the pieces that lead to days of that kind, so that each kind has a stroke of its own.
    """
    paths: list[str] = []
    path: list[str] = []
    for before, here in zip((None, *samples), samples, strict=False):
        joined = before is not None and (here.day - before.day).days <= gap_days
        wanted = backfilled is None or here.backfilled == backfilled
        if not joined or not wanted:
            paths.append("".join(path))
            path = []
        if wanted:
            if before is not None and joined and not path:
                path.append("M" + _place(before, days, percents))
            path.append(("L" if path else "M") + _place(here, days, percents))
    paths.append("".join(path))
    return [p if "L" in p else p + "h.01" for p in paths if p]


def _place(sample: Sample, days: Days, percents: Percents) -> str:
    return f"{plain(days.at(sample.day) * FULL, 1)} {plain(percents.at(sample.value) * FULL, 1)}"


def _dot(sample: Sample, days: Days, percents: Percents) -> _Dot:
    words = f"{wording.day(sample.day)}: {wording.percent(sample.value)}{', backfilled' if sample.backfilled else ''}"
    x, y = plain(days.at(sample.day) * 100), plain(percents.at(sample.value) * 100)
    return _Dot(x, y, words, sample.backfilled)


def _dots(chart: Trend, days: Days, percents: Percents) -> list[_Dot]:
    if len(chart.ours) > MOST_DOTS:
        return []
    return [_dot(sample, days, percents) for sample in chart.ours]


def _gaps(chart: Trend) -> int:
    pairs = zip(chart.ours, chart.ours[1:], strict=False)
    return sum(1 for before, here in pairs if (here.day - before.day).days > chart.gap_days)


def _rows(chart: Trend) -> tuple[list[tuple[Sample, Fraction | None]], bool]:
    """The table behind: newest first; the last sample of each month where there are too many."""
    others = {sample.day: sample.value for sample in chart.comparison}
    samples = list(chart.ours)
    thinned = len(samples) > MOST_ROWS
    if thinned:
        samples = list({(s.day.year, s.day.month): s for s in samples}.values())
    return [(sample, others.get(sample.day)) for sample in reversed(samples)], thinned
