# SPDX-License-Identifier: Apache-2.0
"""One recommendation's share over time, as steps: between two changes nothing moved."""

from __future__ import annotations

from datetime import date, timedelta

from markupsafe import Markup

from secure_score_backlog.site.charts.shapes import FULL, Days, Sample, Spark, flags, plain
from secure_score_backlog.site.templates import render


def spark(chart: Spark) -> Markup:
    """The steps as a figure; a sentence instead when it was never measured."""
    if not chart.samples:
        return render("empty_chart.html.j2", chart=chart)
    first = min(chart.first or chart.samples[0].day, chart.samples[0].day)
    days = Days(first, max(chart.until, chart.samples[-1].day))
    pieces = [piece for piece in _pieces(chart) if piece[1] > piece[0] or piece[0] == days.last]
    return render(
        "spark.html.j2",
        chart=chart,
        line=_path(pieces, days, area=False),
        area=_path(pieces, days, area=True),
        ticks=days.ticks(),
        flags=flags(chart.marks, days),
        rows=list(reversed(chart.samples)),
    )


def _pieces(chart: Spark) -> list[tuple[date, date, Sample]]:
    """Spans of one value each: from its first day to the day the next begins, without the spans it was absent."""
    ends = [*(sample.day for sample in chart.samples[1:]), chart.until]
    pieces: list[tuple[date, date, Sample]] = []
    for sample, end in zip(chart.samples, ends, strict=True):
        start = sample.day
        for away, back in sorted(chart.absent):
            if away >= end or back < start:
                continue
            if away > start:
                pieces.append((start, away, sample))
            start = max(start, back + timedelta(days=1))
        if start <= end:
            pieces.append((start, end, sample))
    return pieces


def _path(pieces: list[tuple[date, date, Sample]], days: Days, *, area: bool) -> str:
    """The steps as one path, or the areas under them."""
    path: list[str] = []
    last_end: date | None = None
    for start, end, sample in pieces:
        x0, x1 = plain(days.at(start) * FULL, 1), plain(days.at(end) * FULL, 1)
        y = plain((100 - sample.value) / 100 * FULL, 1)
        if area:
            path.append(f"M{x0} {FULL}V{y}H{x1}V{FULL}Z")
        else:
            path.append(f"V{y}H{x1}" if last_end == start else f"M{x0} {y}H{x1}")
        last_end = end
    return "".join(path)
