# SPDX-License-Identifier: Apache-2.0
"""The monthly reviews: one page a month, and the list of them (design §6).

In the order of weight: decisions needed, top five by risk, blocked, accepted risks, what was completed
and lost; the score last. Minutes stand below.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from secure_score_backlog.model.backlog import Backlog, Review
from secure_score_backlog.model.document import Document
from secure_score_backlog.model.facts import Facts
from secure_score_backlog.model.movement import Part
from secure_score_backlog.model.standing import Standing
from secure_score_backlog.rules.calendar import first_day
from secure_score_backlog.views import figures, wording
from secure_score_backlog.views.carried import carried_now, needs_answer
from secure_score_backlog.views.home import by_weight
from secure_score_backlog.views.safe_text import decision_markdown
from secure_score_backlog.views.site import Site
from secure_score_backlog.views.templating import page, render

INDEX = "reviews/index.md"
SHOWN = 8
"""How many accepted risks a one-page review names; the register has all of them."""


def path_of(month: str) -> str:
    """The document of a month."""
    return f"reviews/{month}.md"


def documents(backlog: Backlog, site: Site) -> Iterator[Document]:
    """The list, and a page for each month."""
    yield index(backlog, site)
    months = [review.month for review in backlog.reviews]
    for position, review in enumerate(backlog.reviews):
        newer = months[position - 1] if position else None
        older = months[position + 1] if position + 1 < len(months) else None
        yield month_page(site, review, older, newer)


def index(backlog: Backlog, site: Site) -> Document:
    """The list of months, newest first, with what was decided in each."""
    entries = [(review, decided_in(review)) for review in backlog.reviews]
    body = render("reviews.html.j2", site=site, path=INDEX, entries=entries, link_to=path_of)
    return page(
        INDEX, "Reviews", body, site=site, description="One page a month.", shown_title="Monthly reviews",
        hide=("navigation", "toc"),
    )  # fmt: skip


def decided_in(review: Review) -> list[Standing]:
    """The recommendations whose answer was given in the month, in the order of their titles."""
    start = first_day(review.month)
    found = [
        standing
        for standing in review.facts.standings.values()
        if standing.answered and standing.answered >= start and standing.decision and not standing.decision.draft
    ]
    return sorted(found, key=lambda standing: standing.title.lower())


def month_page(site: Site, review: Review, older: str | None, newer: str | None) -> Document:
    """One month on one page."""
    path = path_of(review.month)
    facts = review.facts
    both = (*facts.register, *facts.covered)
    accepted = by_weight(carried_now(facts.register))
    minutes = review.minutes
    body = render(
        "review.html.j2",
        site=site,
        path=path,
        review=review,
        facts=facts,
        counts=facts.counts,
        accepted=accepted[:SHOWN],
        accepted_all=len(accepted),
        unanswered=needs_answer(both),
        parts=[(part, facts.movement.points[part]) for part in Part if facts.movement and facts.movement.points[part]],
        waterfall=figures.waterfall(facts, "movement"),
        minutes=decision_markdown(minutes.text, site.from_decision(path), site.tenants) if minutes else None,
        decided=decided_in(review),
        last_day=facts.as_of,
        snapshot_is_old=snapshot_is_old(facts),
        older=older,
        newer=newer,
        link_to=path_of,
    )
    title = f"Review of {wording.month(review.month)}"
    return page(
        path, title, body, site=site, hide=("navigation", "toc"),
        description="Decisions needed, top five by risk, accepted risks, completed; the score last.",
    )  # fmt: skip


def snapshot_is_old(facts: Facts) -> bool:
    """The newest measurement is older than three days on the day of judgement."""
    return facts.snapshot is not None and facts.as_of - facts.snapshot.day > timedelta(days=3)
