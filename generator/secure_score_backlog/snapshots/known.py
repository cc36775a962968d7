# SPDX-License-Identifier: Apache-2.0
"""Recommendations that this program knows by itself: id, title, service, maximum (docs/method.md#portal-csv).

A portal table has titles and no ids. Where no catalogue from Graph lists a title, the shipped list joins it; where that
does not list it either, the row still counts, under an id that is made of its title.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache

import msgspec

from secure_score_backlog.content import load_json
from secure_score_backlog.snapshots.model import Catalogue

MADE_OF_TITLE = "portal_"
"""How an id begins that is made of a title."""
LONGEST_WORDS = 40
"""Characters of a title that an id made of it shows."""


class KnownRecommendation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One recommendation of the shipped list (`content/recommendations.json`)."""

    id: str
    title: str
    service: str
    """As Graph writes it."""
    maximum: Decimal | None = None
    """Points, where a public catalogue states them."""


class KnownRecommendations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The shipped list, and where it comes from."""

    schema: str
    about: str
    sources: list[str]
    recommendations: list[KnownRecommendation]


@cache
def known_recommendations() -> Mapping[str, KnownRecommendation]:
    """The shipped list by id, read once."""
    return {each.id: each for each in load_json("recommendations", KnownRecommendations).recommendations}


def plain_words(text: str) -> str:
    """A text for comparing: no difference in case, blanks, kinds of quotes and hyphens, or a mark at the end."""
    folded = unicodedata.normalize("NFKC", text).replace("’", "'").replace("\u2018", "'")
    folded = folded.replace("“", '"').replace("”", '"').replace("–", "-").replace("\u2010", "-")
    return " ".join(folded.casefold().split()).rstrip(" .:?")


def id_of_title(title: str, more: str = "") -> str:
    """The id of a recommendation that is known by its title only; the same title always gives the same id.

    `more` tells recommendations apart that have one title: their product, and their place among equals.
    """
    words = plain_words(title)
    ascii_only = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    shown = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:LONGEST_WORDS].strip("-")
    digest = hashlib.sha256(f"{words}\0{plain_words(more)}".encode()).hexdigest()[:8]
    return f"{MADE_OF_TITLE}{shown}-{digest}" if shown else f"{MADE_OF_TITLE}{digest}"


def is_made_of_title(identifier: str) -> bool:
    """The id was made of a title, so Graph does not know it."""
    return identifier.startswith(MADE_OF_TITLE)


def ids_by_title(titles: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Ids by title as it is compared, from pairs of id and title; more than one where recommendations share a title."""
    found: dict[str, list[str]] = defaultdict(list)
    for identifier, title in titles:
        if plain_words(title):
            found[plain_words(title)].append(identifier)
    return dict(found)


def graph_ids(catalogue: Catalogue) -> dict[str, str]:
    """Graph's id for each id that was made of a title, where the catalogue lists one recommendation of that title."""
    listed = [(each.id, each.title) for each in catalogue.recommendations.values() if each.in_catalogue]
    named = ids_by_title((identifier, title) for identifier, title in listed if not is_made_of_title(identifier))
    return {id_of_title(title): found[0] for title, found in named.items() if len(found) == 1}
