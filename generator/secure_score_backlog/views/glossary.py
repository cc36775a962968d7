# SPDX-License-Identifier: Apache-2.0
"""Glossary and method: every word and every figure of the site in plain language (design §2 and §5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from secure_score_backlog.model.backlog import Backlog
from secure_score_backlog.model.document import Document
from secure_score_backlog.model.facts import Facts
from secure_score_backlog.model.settings import Settings
from secure_score_backlog.model.standing import RatedBy
from secure_score_backlog.views import wording
from secure_score_backlog.views.glossary_figures import FIGURES
from secure_score_backlog.views.glossary_products import PRODUCTS
from secure_score_backlog.views.glossary_words import BUCKETS, LEVELS, PARTS, REGISTER_STATES, STATES, WORDS, Entry
from secure_score_backlog.views.glossing import gloss
from secure_score_backlog.views.site import Site
from secure_score_backlog.views.templating import page, render

PATH = "glossary.md"

RATERS = {
    RatedBy.DECISION: "in the decision itself",
    RatedBy.SETTINGS: "in our settings",
    RatedBy.SHIPPED: "by the list that comes with the program",
    None: "by nobody yet",
}


def documents(backlog: Backlog, site: Site) -> Iterator[Document]:
    """The glossary."""
    facts = backlog.facts
    settings = backlog.settings
    body = render(
        "glossary.html.j2",
        site=site,
        path=PATH,
        settings=settings,
        glossary=WORDS,
        buckets=BUCKETS,
        states=STATES,
        register_states=REGISTER_STATES,
        figures=figures(settings),
        parts=PARTS,
        levels=LEVELS,
        raters=raters(facts),
        rated=sum(1 for standing in facts.standings.values() if standing.observation),
        products=sorted(PRODUCTS, key=lambda entry: entry[0].casefold()),
        services=services(facts),
    )
    yield page(
        PATH,
        "Glossary",
        body,
        site=site,
        description="Every word and every figure of this site in plain language, and how each is computed.",
        shown_title="Glossary and method",
        hide=("navigation",),
    )


def figures(settings: Settings) -> list[tuple[str, list[Entry]]]:
    """Each figure's computation, with this tenant's settings in it."""
    low, high = settings.bands
    filled = {"low": low, "high": high, "stale": wording.count(settings.stale_months, "month")}
    return [(title, [(name, words.format(**filled)) for name, words in rows]) for title, rows in FIGURES]


def raters(facts: Facts) -> list[tuple[str, int]]:
    """How many measured recommendations were rated by whom; those that rated nothing are left out."""
    found = Counter(standing.rated_by for standing in facts.standings.values() if standing.observation)
    return [(words, found[rater]) for rater, words in RATERS.items() if found[rater]]


def services(facts: Facts) -> list[tuple[str, str, int]]:
    """Microsoft's abbreviations in this tenant's catalogue, their plain names, and how often they occur."""
    found = Counter(s.recommendation.service for s in facts.standings.values() if s.recommendation.service)
    return sorted(((code, gloss(code), number) for code, number in found.items()), key=lambda row: row[1].casefold())
