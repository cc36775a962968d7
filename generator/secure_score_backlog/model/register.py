# SPDX-License-Identifier: Apache-2.0
"""The register of accepted risks and covers (design §5 and §6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from secure_score_backlog.model.decision import Decision, Version
from secure_score_backlog.model.standing import Standing


class AcceptanceState(StrEnum):
    """Where an acceptance or a cover stands in the register."""

    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    BREACHED = "breached"
    MOOT = "moot"
    ORPHAN = "orphan"
    ENDED = "ended"
    """Replaced by another answer, or withdrawn: history."""


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One acceptance, or one cover, with where it stands."""

    standing: Standing
    decision: Decision
    """The acceptance itself: for an ended one, its last version."""
    state: AcceptanceState
    until: date
    days_left: int
    points: Fraction
    """Points carried: not given while it is in force."""
    renewals: int
    """How often `until` was moved on."""
    since: date | None
    """First day of the present acceptance; None without Git."""
    citation: Version | None
    approved_by: tuple[str, ...] = ()
    ended: date | None = None
    """Day on which another answer replaced it; None while it stands."""
