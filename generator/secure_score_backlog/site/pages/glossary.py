# SPDX-License-Identifier: Apache-2.0
"""Glossary and method: every word and every figure of the site in plain language.

The texts are `content/glossary.yml`, those about points `content/points.yml`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from secure_score_backlog import wording
from secure_score_backlog.content import load
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import IN_FORCE
from secure_score_backlog.exports.all_changes import MICROSOFT_WORDS, OUR_WORDS
from secure_score_backlog.files import Document
from secure_score_backlog.ratings import RatedBy
from secure_score_backlog.settings import Settings
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.part_names import WORDS
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.snapshots.service_names import service_name


class Glossary(Struct, frozen=True, forbid_unknown_fields=True):
    """What each word means; keys of states, buckets and levels are those of the model."""

    words: dict[str, str]
    buckets: dict[str, str]
    states: dict[str, str]
    """In the order in which they are tried: the first that applies is the state."""
    register_states: dict[str, str]
    levels: dict[str, str]
    products: dict[str, str]
    """Products and terms, for readers who manage people rather than computers."""
    figures: dict[str, dict[str, str]]
    """By heading: how each figure is computed. `{low}`, `{high}` and `{stale}` are settings."""


GLOSSARY = load("glossary", Glossary)
PATH = "glossary.md"
TITLE = "Glossary"

RATERS = {
    RatedBy.DECISION: "in the decision",
    RatedBy.SETTINGS: "in our settings",
    RatedBy.SHIPPED: "in the list that comes with the program",
    RatedBy.FAMILY: "in that list by the family that the id belongs to",
    None: "not yet",
}


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The glossary."""
    settings = facts.settings
    body = render(
        "glossary.html.j2",
        site=site,
        path=PATH,
        settings=settings,
        glossary=GLOSSARY,
        ended_states=[each for each in GLOSSARY.register_states.items() if each[0] not in IN_FORCE],
        figures=figures(settings),
        parts=[(part.label, part.meaning) for part in WORDS.movement.values()],
        changes=[(kind, wording.badge_of(kind).meaning) for kind, _ in (*MICROSOFT_WORDS, *OUR_WORDS)],
        raters=raters(facts),
        rated=sum(1 for status in facts.statuses.values() if status.observation),
        products=sorted(GLOSSARY.products.items(), key=lambda entry: entry[0].casefold()),
        services=services(facts),
    )
    yield page(
        PATH,
        TITLE,
        body,
        site=site,
        description="Every term and every figure of these pages in plain language, and how each is computed.",
        shown_title="Glossary and method",
        hide=("navigation",),
    )


def figures(settings: Settings) -> dict[str, dict[str, str]]:
    """Each figure's computation, with this tenant's settings in it."""
    low, high = settings.bands
    filled = {"low": low, "high": high, "stale": wording.count(settings.stale_months, "month")}
    return {
        title: {name: words.format(**filled) for name, words in rows.items()}
        for title, rows in GLOSSARY.figures.items()
    }


def raters(facts: Facts) -> list[tuple[str, int]]:
    """How many measured recommendations were rated by whom; those that rated nothing are left out."""
    found = Counter(status.rated_by for status in facts.statuses.values() if status.observation)
    return [(words, found[rater]) for rater, words in RATERS.items() if found[rater]]


def services(facts: Facts) -> list[tuple[str, str, int]]:
    """Microsoft's abbreviations in this tenant's catalogue, their plain names, and how often they occur."""
    found = Counter(s.recommendation.service for s in facts.statuses.values() if s.recommendation.service)
    return sorted(
        ((code, service_name(code), number) for code, number in found.items()), key=lambda row: row[1].casefold()
    )
