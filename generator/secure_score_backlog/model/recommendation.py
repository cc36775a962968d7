# SPDX-License-Identifier: Apache-2.0
"""What Microsoft proposes: the catalogue (Graph `secureScoreControlProfiles`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class StateUpdate:
    """One entry of `controlStateUpdates`: what an administrator marked in the portal."""

    state: str
    """As Graph wrote it: Default, Ignored, ThirdParty, AlternateMitigation, Reviewed."""
    on: date | None
    """UTC day of the mark; None means since ever (facts/graph.md 0.8)."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One recommendation as the catalogue describes it. Texts are Microsoft's: hostile until sanitised."""

    id: str
    """Graph's control id, kept letter for letter."""
    title: str
    service: str = ""
    category: str = ""
    maximum: Fraction | None = None
    """Points that can be earned today; None where no profile says so."""
    rank: int | None = None
    tier: str = ""
    cost: str = "unknown"
    """Microsoft's effort rating, normalised: low, moderate, high, none, unknown."""
    user_impact: str = "unknown"
    """Normalised like `cost`."""
    threats: tuple[str, ...] = ()
    action_url: str = ""
    remediation: str = ""
    remediation_impact: str = ""
    description: str = ""
    deprecated: bool = False
    updates: tuple[StateUpdate, ...] = ()
    in_catalogue: bool = True
    """False for an id that is only known from scores or from decisions."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every recommendation of the newest catalogue, by id."""

    recommendations: Mapping[str, Recommendation] = field(default_factory=dict)
    path: str = "snapshots/catalogue.json"

    def get(self, identifier: str) -> Recommendation:
        """The recommendation, or a bare one named after its id where the catalogue lacks it."""
        known = self.recommendations.get(identifier)
        return known or Recommendation(identifier, title=identifier, in_catalogue=False)
