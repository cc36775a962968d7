# SPDX-License-Identifier: Apache-2.0
"""Risk levels: what it means to leave a recommendation open, gravest first."""

from __future__ import annotations

from enum import StrEnum


class Risk(StrEnum):
    """What it means to leave the recommendation open, in our judgement."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


LEVELS = (Risk.CRITICAL, Risk.HIGH, Risk.MEDIUM, Risk.LOW)
