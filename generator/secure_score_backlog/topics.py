# SPDX-License-Identifier: Apache-2.0
"""The subjects that people ask about, and what measures some of each (`content/topics.yml`)."""

from __future__ import annotations

from msgspec import Struct

from secure_score_backlog.content import load


class Topic(Struct, frozen=True, forbid_unknown_fields=True):
    """One subject (`content/topics.yml`, by title)."""

    also: tuple[str, ...]
    """Other words for it, so that the search finds it."""
    recommendations: tuple[str, ...]
    """What measures some of it; empty where Secure Score measures nothing."""
    unknown: str
    """What Secure Score does not cover."""
    elsewhere: str
    """Where to look instead."""


TOPICS = load("topics", dict[str, Topic])
