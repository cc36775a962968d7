# SPDX-License-Identifier: Apache-2.0
"""The public site: one page that says how decisions are kept, and nothing about what they are.

Made from a statement of numbers and dates: it holds no name of a recommendation, no gap and no score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import in_force, plans_in_force
from secure_score_backlog.evaluation.status import NEEDS_NEW_DECISION, State
from secure_score_backlog.files import Document
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.templates import page, render

PATH = "index.md"
TITLE = "Security decisions"
YEAR = 12
"""Months that the statement looks back."""


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """How regularly months were reviewed."""

    finished: int
    """Finished months, of the last twelve."""
    reviewed: int
    """Those of them with minutes."""
    last: date | None
    """The day on which the newest minutes were recorded; None without Git or without minutes."""


@dataclass(frozen=True, slots=True)
class Statement:
    """All that the public page says."""

    reviews: ReviewRecord
    in_force: int
    """Decisions in force."""
    ended: Mapping[State, int]
    """Decisions that are no longer in force and need a new one, by state; only states that occur."""
    recorded: bool
    """True where the decisions are under Git."""


def review_record(facts: Facts) -> ReviewRecord:
    """The reviews of the last twelve finished months."""
    finished = [review for review in facts.reviews if review.finished][:YEAR]
    held = [review.minutes for review in facts.reviews if review.minutes]
    days = [v.at.date() for minutes in held for v in minutes.versions if v.committed and v.at.date() <= facts.as_of]
    return ReviewRecord(len(finished), sum(1 for review in finished if review.minutes), max(days, default=None))


def statement(facts: Facts) -> Statement:
    """The statement, from facts that are not reduced."""
    decided = Counter(s.state for s in facts.statuses.values() if s.decision and not s.decision.draft)
    return Statement(
        reviews=review_record(facts),
        in_force=len(in_force((*facts.register, *facts.covered))) + len(plans_in_force(facts.statuses.values())),
        ended={state: decided[state] for state in NEEDS_NEW_DECISION if decided[state]},
        recorded=facts.decisions.has_git,
    )


def maker(made: Statement) -> Callable[[Facts, Site], Iterator[Document]]:
    """What makes the page of a statement, as registered pages are made."""

    def documents(facts: Facts, site: Site) -> Iterator[Document]:
        organisation = facts.settings.organisation
        yield page(
            PATH,
            TITLE,
            render("public.html.j2", site=site, path=PATH, statement=made, organisation=organisation),
            site=site,
            description="How decisions on security recommendations are reviewed and kept.",
            shown_title=f"{organisation}: security decisions",
            hide=("navigation", "toc"),
        )

    return documents
