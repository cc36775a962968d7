# SPDX-License-Identifier: Apache-2.0
"""The site for everybody: one page that says that decisions are kept, and nothing about what they are.

It is made from a statement of numbers and dates; no name of a recommendation, no gap, no score gets as far as here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.status import NO_DECISION_IN_FORCE, State
from secure_score_backlog.files import Document
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.templates import page, render

PATH = "index.md"
TITLE = "How we decide"
YEAR = 12
"""Months that the statement looks back."""


@dataclass(frozen=True, slots=True)
class Diligence:
    """How regularly months were reviewed: numbers and dates only."""

    finished: int
    """Finished months that the statement looks at, at most twelve."""
    reviewed: int
    """Those of them with minutes."""
    last: date | None
    """The day on which the newest minutes were recorded; None without Git or without minutes."""


@dataclass(frozen=True, slots=True)
class Statement:
    """All that the public is told."""

    diligence: Diligence
    in_force: int
    """Decisions in force."""
    expired: int
    """Decisions that have run out and wait for a new answer."""
    recorded: bool
    """True where Git keeps every change."""


def diligence(facts: Facts) -> Diligence:
    """What can be said about reviews."""
    finished = [review for review in facts.reviews if review.finished][:YEAR]
    held = [review.minutes for review in facts.reviews if review.minutes]
    days = [v.at.date() for minutes in held for v in minutes.versions if v.committed and v.at.date() <= facts.as_of]
    return Diligence(len(finished), sum(1 for review in finished if review.minutes), max(days, default=None))


def statement(facts: Facts) -> Statement:
    """The statement of a whole backlog."""
    decided = [s for s in facts.statuses.values() if s.decision and not s.decision.draft]
    return Statement(
        diligence=diligence(facts),
        in_force=sum(1 for status in decided if status.state not in NO_DECISION_IN_FORCE),
        expired=sum(1 for status in decided if status.state is State.EXPIRED),
        recorded=facts.decisions.has_git,
    )


def maker(said: Statement) -> Callable[[Facts, Site], Iterator[Document]]:
    """What makes the page of a statement."""

    def documents(facts: Facts, site: Site) -> Iterator[Document]:
        organisation = facts.settings.organisation
        yield page(
            PATH,
            TITLE,
            render("public.html.j2", site=site, path=PATH, said=said, organisation=organisation),
            site=site,
            description="How decisions about security settings are made and kept.",
            shown_title=f"{organisation}: how we decide about security settings",
            hide=("navigation", "toc"),
        )

    return documents
