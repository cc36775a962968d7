# SPDX-License-Identifier: Apache-2.0
"""The figures of a day: the score, and the ledger of its points (design §5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of the day, Graph's own where Graph gives them."""

    current: Fraction
    maximum: Fraction
    percent: Fraction | None
    planned: Fraction
    achievable: Fraction
    comparison: Mapping[str, Fraction | None] = field(default_factory=dict)
    """Percent, by basis (AllTenants, TotalSeats)."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """One bar of maxScore points; the parts add up to `maximum` exactly."""

    observed: Fraction = Fraction(0)
    claimed: Fraction = Fraction(0)
    do_now: Fraction = Fraction(0)
    do_soon: Fraction = Fraction(0)
    accept: Fraction = Fraction(0)
    blocked: Fraction = Fraction(0)
    not_applicable: Fraction = Fraction(0)
    undecided: Fraction = Fraction(0)
    unexplained: Fraction = Fraction(0)
    maximum: Fraction = Fraction(0)

    def parts(self) -> dict[str, Fraction]:
        """The parts by the names that pages and JSON use, in the order of the bar."""
        return {
            "observed": self.observed,
            "claimed": self.claimed,
            "do-now": self.do_now,
            "do-soon": self.do_soon,
            "accept": self.accept,
            "blocked": self.blocked,
            "not-applicable": self.not_applicable,
            "undecided": self.undecided,
            "unexplained": self.unexplained,
        }
