# SPDX-License-Identifier: Apache-2.0
"""The subjects that people ask about, in the order of the page, and what measures some of each (`content/topics.json`).

Which recommendation belongs to which subject is our judgement; Microsoft publishes no such list.
"""

from __future__ import annotations

from msgspec import Struct

from secure_score_backlog.content import load_json


class Topic(Struct, frozen=True, forbid_unknown_fields=True):
    """One subject (`content/topics.json`, by title)."""

    also: tuple[str, ...]
    """Other words for it, so that the search finds it."""
    recommendations: tuple[str, ...]
    """What measures some of it; empty where Secure Score measures nothing."""
    unknown: str
    """What Secure Score does not cover."""
    elsewhere: str
    """Where to look instead."""


TOPICS = load_json("topics", dict[str, Topic])
