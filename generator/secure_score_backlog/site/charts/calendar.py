# SPDX-License-Identifier: Apache-2.0
"""Days as a calendar of one row a month: kinds of days differ in shape as well as in colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, ClassVar

from secure_score_backlog import wording
from secure_score_backlog.site.charts.base import Chart, plain

COLUMNS = 31
ROW, BAR = 25, 17
"""Pixels: from row to row, and of a day."""
HEAD = 22
TICKS = (1, 5, 10, 15, 20, 25, 30)
MOST_ROWS = 24
"""Months that are drawn; the table behind the chart has every month."""

LABELS = {
    "complete": "complete",
    "filled": "scores only (backfilled or imported)",
    "partial": "partial (a part is missing)",
    "missing": "missing",
    "awaited": "after the newest snapshot",
}
"""Kinds in the order of the legend."""
CROSSED = frozenset({"missing"})
WITHOUT = frozenset({"missing", "awaited"})
OBSERVED = "complete"


@dataclass(frozen=True, slots=True)
class DaysOfMonth:
    """Days in a row of one kind, within one month."""

    first: date
    last: date
    kind: str
    """A key of `LABELS`: chooses shape and colour."""

    @property
    def number(self) -> int:
        """How many days."""
        return (self.last - self.first + timedelta(days=1)).days

    @property
    def words(self) -> str:
        """The days and what is known of them."""
        return f"{span(self.first, self.last)}: {LABELS[self.kind]}"

    @property
    def x(self) -> str:
        """Where they begin; percent of the width."""
        return plain(Fraction((self.first.day - 1) * 100, COLUMNS))

    @property
    def end(self) -> str:
        """Where they end; percent of the width."""
        return plain(Fraction(self.last.day * 100, COLUMNS))

    @property
    def width(self) -> str:
        """Percent of the width."""
        return plain(Fraction(self.number * 100, COLUMNS))

    @property
    def crosses(self) -> list[str]:
        """Where each day's cross is; percent of the width."""
        return [middle(d) for d in range(self.first.day, self.last.day + 1)] if self.kind in CROSSED else []


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """One row of a calendar."""

    month: str
    """YYYY-MM."""
    days: tuple[DaysOfMonth, ...]

    @property
    def label(self) -> str:
        """Jan 2026."""
        return f"{wording.MONTHS[int(self.month[5:7]) - 1][:3]} {self.month[:4]}"

    @property
    def tally(self) -> str:
        """How many of its days were observed in full."""
        return f"{self.count(OBSERVED)} of {sum(run.number for run in self.days)}"

    def count(self, kind: str) -> int:
        """How many of its days are of a kind."""
        return sum(run.number for run in self.days if run.kind == kind)

    @property
    def gaps(self) -> str:
        """The days without a snapshot in words."""
        without: list[tuple[date, date]] = []
        for run in self.days:
            if run.kind not in WITHOUT:
                continue
            if without and without[-1][1] + timedelta(days=1) == run.first:
                without[-1] = (without[-1][0], run.last)
            else:
                without.append((run.first, run.last))
        return "; ".join(span(first, last) for first, last in without)


@dataclass(frozen=True, slots=True)
class Calendar(Chart):
    """What is known of each day, one row a month."""

    template: ClassVar[str] = "calendar.html.j2"

    months: tuple[CalendarMonth, ...]
    """In the order of the rows."""

    def values(self) -> Mapping[str, Any] | None:
        """The newest months as rows, all of them in the table."""
        if not any(month.days for month in self.months):
            return None
        drawn = self.months[:MOST_ROWS]
        kinds = {run.kind for month in self.months for run in month.days}
        return {
            "rows": [(HEAD + index * ROW, month) for index, month in enumerate(drawn)],
            "ticks": [(number, middle(number)) for number in TICKS],
            "seams": [plain(Fraction(column * 100, COLUMNS)) for column in range(1, COLUMNS)],
            "kinds": [(kind, label) for kind, label in LABELS.items() if kind in kinds],
            "head": HEAD,
            "height": HEAD + len(drawn) * ROW,
            "bar": BAR,
            "left_out": len(self.months) - len(drawn),
        }


def middle(number: int) -> str:
    """Where the middle of a day of the month is; percent of the width."""
    return plain(Fraction((2 * number - 1) * 100, 2 * COLUMNS))


def span(first: date, last: date) -> str:
    """17 January 2026; 8 to 10 August 2026; 30 July 2026 to 2 August 2026."""
    if first == last:
        return wording.day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {wording.day(last)}"
    return f"{wording.day(first)} to {wording.day(last)}"
