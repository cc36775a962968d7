# SPDX-License-Identifier: Apache-2.0
"""What every chart has: a title, a description, a caption, ids of its own, and the table of its numbers.

Numbers are exact until they are printed. Places are percentages of the drawing's width or height, so a chart fits any
screen, and its size in pixels never depends on its data.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from markupsafe import Markup

from secure_score_backlog.site.templates import render


@dataclass(frozen=True, slots=True)
class Chart(ABC):
    """A chart as inline SVG: a figure with its caption and the table behind it (`chart.html.j2`)."""

    template: ClassVar[str]
    """The template that draws it; extends `chart.html.j2`."""

    id: str
    """Unique on its page; lower case, digits and dashes."""
    title: str
    """What the chart shows, for those who cannot see it."""
    caption: str
    """What there is to be seen, in words and numbers."""

    def draw(self) -> Markup:
        """The chart as a figure; a sentence where there is nothing to draw."""
        values = self.values()
        return render("empty_chart.html.j2" if values is None else self.template, chart=self, **(values or {}))

    @abstractmethod
    def values(self) -> Mapping[str, Any] | None:
        """What the template draws; None where there is nothing to draw."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One mark of an axis."""

    at: str
    """Percent of the drawing's width or height, such as `12.5`."""
    label: str
    minor: bool = False
    """Left out on narrow screens."""

    @property
    def anchor(self) -> str:
        """How its label is aligned, so that none is cut off at an edge."""
        return "start" if float(self.at) < 1 else "end" if float(self.at) > 96 else "middle"


def plain(value: Fraction, places: int = 2) -> str:
    """A number as SVG reads it: no trailing zeros, no grouping."""
    scaled = round(value * 10**places)
    sign, digits = ("-" if scaled < 0 else ""), str(abs(scaled)).rjust(places + 1, "0")
    whole, rest = digits[:-places], digits[-places:].rstrip("0")
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"
