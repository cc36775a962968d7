# SPDX-License-Identifier: Apache-2.0
"""What a chart is given: plain numbers and words, exact until they are printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Sample:
    """One day of a line."""

    day: date
    value: Fraction
    """Percent, 0 to 100."""
    backfilled: bool = False
    """True for a day that Graph returned later and in less detail: drawn hollow, said in the table."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a day, drawn as a numbered flag."""

    day: date
    label: str


@dataclass(frozen=True, slots=True)
class Trend:
    """Lines of percentages over days."""

    id: str
    """Unique on its page; lower case, digits and dashes."""
    title: str
    """What the chart shows, for those who cannot see it."""
    caption: str
    """What there is to be seen, in words and numbers."""
    ours: tuple[Sample, ...]
    """Oldest first, at most one a day. A day without a sample is a gap in the line."""
    comparison: tuple[Sample, ...] = ()
    ours_label: str = "This tenant"
    comparison_label: str = "Comparable tenants"
    bands: tuple[int, ...] = ()
    """Percentages at which a line is drawn across."""
    marks: tuple[Mark, ...] = ()
    gap_days: int = 1
    """Days between samples that are still joined: 1 for daily samples, more for weekly or monthly ones."""


@dataclass(frozen=True, slots=True)
class BarPart:
    """One part of the ledger's bar."""

    key: str
    """`observed`, `claimed`, `do-now` ...: chooses pattern and colour."""
    label: str
    points: Fraction
    """May be negative (unexplained): then it is listed and not drawn."""
    note: str = ""
    """What the part means, shown beside it in the legend."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, stacked from left to right."""

    id: str
    title: str
    caption: str
    parts: tuple[BarPart, ...]
    unit: str = "points"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a stack: a month, say."""

    label: str
    parts: tuple[BarPart, ...]


@dataclass(frozen=True, slots=True)
class Stack:
    """Stacked bars under one another, each as wide as its whole is against the largest whole."""

    id: str
    title: str
    caption: str
    rows: tuple[Row, ...]
    shown: tuple[str, ...]
    """Keys of the parts whose numbers stand beside the bars; all are drawn."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a waterfall."""

    key: str
    """`improved`, `regressed`, `claimed`, `ruler`, `population`, `unexplained`."""
    label: str
    change: Fraction


@dataclass(frozen=True, slots=True)
class Waterfall:
    """From one value to another by steps that add up."""

    id: str
    title: str
    caption: str
    start_label: str
    start: Fraction
    end_label: str
    end: Fraction
    steps: tuple[Step, ...]
    unit: str = "points"
    places: int = 2


@dataclass(frozen=True, slots=True)
class Spark:
    """The share of one recommendation over time, as steps."""

    id: str
    title: str
    caption: str
    samples: tuple[Sample, ...]
    """Days on which the value changed, oldest first, in percent of its maximum; each holds until the next."""
    until: date
    """Last day of the drawing."""
    absent: tuple[tuple[date, date], ...] = ()
    """Spans, first and last day, in which it was not measured: left blank."""
    marks: tuple[Mark, ...] = ()
    first: date | None = None
    """First day of the drawing; default: the first sample."""


@dataclass(frozen=True, slots=True)
class DaysOfMonth:
    """Days in a row of one kind, within one month."""

    first: date
    last: date
    kind: str
    """`complete`, `filled`, `missing`, `awaited`: chooses shape and colour."""


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """One row of a calendar."""

    month: str
    """YYYY-MM."""
    days: tuple[DaysOfMonth, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is known of each day, one row a month."""

    id: str
    title: str
    caption: str
    months: tuple[CalendarMonth, ...]
    """In the order of the rows."""
    drawn: int = 24
    """Rows at most; the table behind the chart has every month."""
