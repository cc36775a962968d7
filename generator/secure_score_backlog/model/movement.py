# SPDX-License-Identifier: Apache-2.0
"""Why the score moved between two snapshots (design §5, Movement)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction


class Part(StrEnum):
    """Why points moved between two snapshots."""

    IMPROVED = "improved"
    REGRESSED = "regressed"
    CLAIMED = "claimed"
    RULER = "ruler"
    POPULATION = "population"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class MovementLine:
    """One reason why points moved: one recommendation, one part."""

    recommendation: str
    """Empty for the unexplained rest, which belongs to no recommendation."""
    part: Part
    points: Fraction
    percent: Fraction
    """Percentage points of the score."""
    decision: str | None = None
    """Path of the decision in force, where there is one."""
    note: str = ""
    """Such as `split unknown` or `maximum unknown`."""


@dataclass(frozen=True, slots=True)
class Movement:
    """Why the score moved between two snapshots; sums exactly to the change."""

    start: date | None
    end: date | None
    points: Mapping[Part, Fraction]
    percent: Mapping[Part, Fraction]
    total_points: Fraction
    total_percent: Fraction
    lines: tuple[MovementLine, ...] = ()
    became_claimed: Fraction = Fraction(0)
    """Points that were observed and are now merely claimed: they move nothing in the sum."""
    became_observed: Fraction = Fraction(0)
    new: tuple[str, ...] = ()
    """Recommendations scored at the end only."""
    gone: tuple[str, ...] = ()
    reweighted: tuple[str, ...] = ()
    """Recommendations whose maximum changed."""
    services_added: tuple[str, ...] = ()
    services_removed: tuple[str, ...] = ()
    seats: tuple[int | None, int | None] = (None, None)
    gained_by_risk: Mapping[str, Fraction] = field(default_factory=dict)
    """Improved points by risk level (`unrated` included)."""
    gained_by_effort: Mapping[str, Fraction] = field(default_factory=dict)
    """Improved points by Microsoft's effort rating."""
