# SPDX-License-Identifier: Apache-2.0
"""What the parts of the ledger and of a movement are called, and what they mean (`content/points.yml`)."""

from __future__ import annotations

from msgspec import Struct

from secure_score_backlog.content import load
from secure_score_backlog.evaluation.movement import Part


class MovementWords(Struct, frozen=True, forbid_unknown_fields=True):
    """What a part of a movement is called and means."""

    label: str
    meaning: str


class PointsWords(Struct, frozen=True, forbid_unknown_fields=True):
    """The words about points (`content/points.yml`)."""

    ledger: dict[str, str]
    """What each part of the ledger is."""
    movement: dict[Part, MovementWords]


WORDS = load("points", PointsWords)
STEP_LABELS = {part: words.label for part, words in WORDS.movement.items()}
