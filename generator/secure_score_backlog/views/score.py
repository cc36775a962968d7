# SPDX-License-Identifier: Apache-2.0
"""The score: its trend, what its points are made of, and why it moved (design §6)."""

from __future__ import annotations

from collections.abc import Iterator

from secure_score_backlog.model.backlog import Backlog
from secure_score_backlog.model.document import Document
from secure_score_backlog.model.facts import Facts
from secure_score_backlog.model.movement import MovementLine, Part
from secure_score_backlog.views import figures
from secure_score_backlog.views.site import Site
from secure_score_backlog.views.templating import page, render

PATH = "score.md"


def documents(backlog: Backlog, site: Site) -> Iterator[Document]:
    """The score page."""
    facts = backlog.facts
    body = render(
        "score.html.j2",
        site=site,
        path=PATH,
        facts=facts,
        trend=figures.trend(backlog, "trend"),
        ledger=figures.ledger(facts, "ledger"),
        waterfall=figures.waterfall(facts, "waterfall"),
        lines=lines(facts),
        labels=figures.STEP_LABELS,
        bands=backlog.settings.bands,
        months=[review for review in backlog.reviews if review.facts.score][: backlog.settings.year_months],
        days=len(backlog.history.days),
    )
    yield page(
        PATH,
        "Score",
        body,
        site=site,
        description="The Secure Score over time, and why it moved.",
        shown_title="The score, and why it moves",
        hide=("navigation",),
    )


def lines(facts: Facts) -> list[tuple[Part, list[MovementLine]]]:
    """The lines of the movement by part, the largest first."""
    if facts.movement is None:
        return []
    found = [(part, [line for line in facts.movement.lines if line.part is part]) for part in Part]
    return [(part, group) for part, group in found if group]
