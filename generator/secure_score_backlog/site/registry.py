# SPDX-License-Identifier: Apache-2.0
"""All documents of the site: computed pages, hand-written pages, style sheet and scripts, in one list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.files import Document
from secure_score_backlog.site import templates
from secure_score_backlog.site.links import Site, built
from secure_score_backlog.site.pages import (
    attention,
    board,
    downloads,
    evidence,
    glossary,
    home,
    recommendation,
    register,
    reviews,
    score,
)

PageMaker = Callable[[Facts, Site], Iterable[Document]]
"""What each page's module offers as `documents`."""

COMPUTED: tuple[PageMaker, ...] = (
    home.documents,
    board.documents,
    reviews.documents,
    register.documents,
    score.documents,
    attention.documents,
    evidence.documents,
    glossary.documents,
    downloads.documents,
    recommendation.documents,
)
"""Every page that is computed. A new page is a module of this room and one name here."""

MERGED = "reviews/"
"""Minutes in `docs/reviews/` become part of the computed month, so they are not staged as pages of their own."""


def pages(
    facts: Facts,
    hand_written: Iterable[Document],
    *,
    computed: Iterable[PageMaker] = COMPUTED,
    tenants: Collection[str] = (),
) -> list[Document]:
    """Everything that `backlog render` writes, by path.

    hand_written: files of `docs/`, paths relative to it. CannotProceed where a hand-written file would become the
    same file of the site as a computed one: neither may silently replace the other.
    """
    computed = tuple(computed)
    site = Site.of(facts, tenants)
    if recommendation.documents not in computed:
        site = replace(site, slugs={})  # a page that is not made is not linked
    ours: dict[str, Document] = {}
    for document in templates.assets():
        _add(ours, document)
    for maker in computed:
        for document in maker(facts, site):
            _add(ours, document)
    all_documents = dict(ours)
    for document in hand_written:
        if document.path.startswith(MERGED):
            continue
        key = built(document.path).lower()
        if key in ours:
            raise CannotProceed(
                f"docs/{document.path} would become {built(document.path)}, which is a computed page.",
                where=f"docs/{document.path}",
                hint="Give the file another name; the computed pages are made by the program.",
            )
        if key in all_documents:
            raise CannotProceed(
                f"docs/{document.path} and docs/{all_documents[key].path} would become the same file of the site.",
                where=f"docs/{document.path}",
                hint="Give one of them another name.",
            )
        all_documents[key] = document
    return sorted(all_documents.values(), key=lambda document: document.path)


def _add(documents: dict[str, Document], document: Document) -> None:
    """Two computed documents with one address are a bug; on some disks names differ by case only."""
    key = built(document.path).lower()
    if key in documents:
        raise ValueError(f"{document.path} and {documents[key].path} would become the same file")
    documents[key] = document
