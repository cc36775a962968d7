# SPDX-License-Identifier: Apache-2.0
"""Where one recommendation stands on a day: everything a page says about it (design §5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from secure_score_backlog.model.decision import Decision, DecisionVersion, Risk, Version
from secure_score_backlog.model.history import Observation
from secure_score_backlog.model.recommendation import Recommendation


class State(StrEnum):
    """Where a recommendation stands on the as-of date; computed, never stored."""

    NOT_MEASURED = "not-measured"
    RETIRED = "retired"
    CONFLICT = "conflict"
    DONE = "done"
    UNDECIDED = "undecided"
    EXPIRED = "expired"
    BREACHED = "breached"
    REGRESSED = "regressed"
    BLOCKED = "blocked"
    OVERDUE = "overdue"
    ACCEPTED = "accepted"
    COVERED = "covered"
    PLANNED = "planned"


class RatedBy(StrEnum):
    """Where a risk level comes from."""

    DECISION = "decision"
    SETTINGS = "settings"
    SHIPPED = "shipped"


@dataclass(frozen=True, slots=True)
class Rating:
    """A shipped risk rating: level, and what goes wrong if this stays open, in plain words."""

    level: Risk
    reason: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """One recommendation on the as-of date: everything a page says about it."""

    recommendation: Recommendation
    state: State
    observation: Observation | None
    decision: Decision | None = None
    """The readable answer of that day, drafts included."""
    versions: tuple[DecisionVersion, ...] = ()
    """All versions known on that day, oldest first."""
    answered: date | None = None
    """First day of the present answer; None without Git or without a decision."""
    level: Risk | None = None
    rated_by: RatedBy | None = None
    reason: str = ""
    """The reason of the shipped rating, where that is what rated it."""
    open_share: Fraction = Fraction(0)
    open_since: date | None = None
    """First snapshot day of the unbroken run in which it was not observed in full."""
    days_open: int = 0
    held_since: date | None = None
    """First snapshot day of the unbroken run at full observed points."""
    days_held: int = 0
    """Days passed since then; with `days_observed` of them seen."""
    days_observed: int = 0
    was_done: bool = False
    """Observed in full on some snapshot day under its present answer; stays true when it no longer is."""

    @property
    def risk_word(self) -> str:
        """The risk level as a word; `unrated` where nobody rated it."""
        return self.level.value if self.level else "unrated"

    @property
    def id(self) -> str:
        """The recommendation's id."""
        return self.recommendation.id

    @property
    def title(self) -> str:
        """The recommendation's title; Microsoft's text."""
        return self.recommendation.title

    @property
    def owner(self) -> str:
        """The owner of the decision, empty without one."""
        return self.decision.owner if self.decision else ""

    @property
    def unearned(self) -> Fraction:
        """Points not given."""
        return self.observation.unearned if self.observation else Fraction(0)

    @property
    def newest(self) -> Version | None:
        """The newest committed version of the decision: what a citation names."""
        committed = [v.version for v in self.versions if v.version.committed]
        return committed[-1] if committed else None
