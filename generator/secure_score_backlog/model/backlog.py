# SPDX-License-Identifier: Apache-2.0
"""The one value of a build, from which all pages and all JSON are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from secure_score_backlog.model.decision import DecisionHistory, Version
from secure_score_backlog.model.facts import Facts
from secure_score_backlog.model.history import History
from secure_score_backlog.model.problem import Problem
from secure_score_backlog.model.recommendation import Catalogue
from secure_score_backlog.model.settings import Settings


@dataclass(frozen=True, slots=True)
class Minutes:
    """What people wrote about one month: `docs/reviews/YYYY-MM.md`."""

    month: str
    """YYYY-MM."""
    text: str
    """Markdown as written, front matter removed."""
    versions: tuple[Version, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedReview:
    """The facts of a month as they were signed: `docs/reviews/YYYY-MM.json`."""

    month: str
    tool: str
    """Version of the tool that computed them."""
    digest: str
    facts: Mapping[str, Any]
    """As `backlog status --json` printed them then."""
    version: Version | None = None
    """The commit that brought them; None without Git."""


@dataclass(frozen=True, slots=True)
class Review:
    """One month: its facts, and the minutes if somebody wrote them."""

    month: str
    facts: Facts
    minutes: Minutes | None = None
    signed: SignedReview | None = None
    """What the month shows once it was signed and merged."""
    finished: bool = True
    """False for the month that is still running on the as-of date."""
    problems: tuple[Problem, ...] = ()
    """What was wrong with the decisions of that day."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """The one value of a build: everything the pages and the JSON are made from."""

    settings: Settings
    catalogue: Catalogue
    history: History
    decisions: DecisionHistory
    facts: Facts
    """As of the build's date."""
    reviews: tuple[Review, ...] = ()
    """Newest month first."""
    problems: tuple[Problem, ...] = ()
    version: str = ""
    """Version of the tool."""
    head: Version | None = None
    """The newest commit of the main branch; None without Git."""
