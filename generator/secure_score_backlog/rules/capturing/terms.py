# SPDX-License-Identifier: Apache-2.0
"""What a collection starts from: Graph's answer, what is stored, and the occasion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from secure_score_backlog.rules.capturing.graph_values import Json


@dataclass(frozen=True, slots=True)
class Export:
    """What a table exported from the portal says about one day."""

    day: date
    score: Json
    """In the shape of Graph's `secureScore`, with what the table knows and nothing else."""
    maximum: Json
    """By recommendation: `[points, portal state]`, None for what the table does not say."""
    dropped: tuple[str, ...] = ()
    """Columns that were left out because people write names into them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What Graph said, parsed with every number as Decimal."""

    scores: tuple[Any, ...]
    """The items of `secureScores`."""
    profiles: tuple[Any, ...] | None
    """The items of `secureScoreControlProfiles`; None where nobody asked."""
    whole: bool = True
    """The profiles are all there are: one that is missing is retired. False for saved pages, which only add."""
    exports: tuple[Export, ...] = ()
    """What the portal exported, at most one a day; only `import` brings any."""

    @property
    def all_scores(self) -> tuple[Any, ...]:
        """The scores, those of exports too."""
        return (*self.scores, *(export.score for export in self.exports))


@dataclass(frozen=True, slots=True)
class Stored:
    """What the repository holds already."""

    days: frozenset[date] = frozenset()
    """Every day that has a snapshot."""
    snapshots: Mapping[date, Json] = field(default_factory=dict)
    """At least the newest stored one and those of the days in the answer (see `days_in`)."""
    catalogue: Json | None = None
    seen: frozenset[str] = frozenset()
    """Those of `newcomers` that an older snapshot knows: they come back."""

    @property
    def newest(self) -> Json | None:
        """The newest stored snapshot."""
        return self.snapshots.get(max(self.days)) if self.days else None

    @property
    def profiles(self) -> tuple[Any, ...]:
        """The profiles of the stored catalogue."""
        return tuple(self.catalogue["profiles"]) if self.catalogue else ()


@dataclass(frozen=True, slots=True)
class Occasion:
    """When, by whom and from where something was collected."""

    at: datetime
    """UTC."""
    by: str
    """Version of the tool."""
    source: str
    """`graph` (older days become `backfill`) or `json`; what comes from an export is always `csv`."""
    keep_names: bool = False
    """Keep `updatedBy` and `assignedTo`, which name people."""
    files: tuple[str, ...] = ()
    """What was imported; nothing where Graph itself was asked."""

    @property
    def written(self) -> str:
        """The time as it stands in files."""
        return self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
