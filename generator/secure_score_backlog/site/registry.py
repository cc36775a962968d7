# SPDX-License-Identifier: Apache-2.0
"""The registry of pages, and all documents of a site: computed pages, files of `docs/`, style sheet and scripts.

A page is a module and a template in `pages/`, and one entry in `PAGES`. The navigation follows from it; `make guide`
writes it to this repository's `mkdocs.yml`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Protocol

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.files import Document
from secure_score_backlog.site.links import Site, built
from secure_score_backlog.site.pages import (
    attention,
    board,
    changes,
    citations,
    deciding,
    downloads,
    evidence,
    glossary,
    home,
    insurers,
    recommendation,
    register,
    reviews,
    score,
    topics,
)

PageMaker = Callable[[Facts, Site], Iterable[Document]]


class Page(Protocol):
    """What a module in `pages/` offers."""

    PATH: str
    """The document that the navigation lists, such as `board.md`; a folder for pages that it does not list."""
    TITLE: str
    """Label in the navigation; empty for pages that it does not list."""

    def documents(self, facts: Facts, site: Site) -> Iterable[Document]:
        """The page's documents, `PATH` among them."""


PAGES: tuple[Page, ...] = (
    home,
    board,
    reviews,
    register,
    score,
    changes,
    topics,
    attention,
    insurers,
    evidence,
    downloads,
    glossary,
    recommendation,
    citations,
    deciding,
)
"""The pages for readers of the organisation, in the order of the navigation."""
COMPUTED: tuple[PageMaker, ...] = tuple(page.documents for page in PAGES)
NAVIGATION = tuple((page.TITLE, page.PATH) for page in PAGES if page.TITLE)

MERGED = ("reviews/", "questionnaires/", "evidence/")
"""What becomes part of computed pages (minutes, questions, own evidence), so that it is no page of its own."""


def site_documents(
    facts: Facts,
    docs: Iterable[Document],
    *,
    makers: Iterable[PageMaker] = COMPUTED,
    tenants: Collection[str] = (),
) -> list[Document]:
    """Everything that `backlog render` writes, by path.

    Args:
        facts: What the pages show.
        docs: Files of `docs/`, paths relative to it.
        makers: What makes the computed pages.
        tenants: Tenant ids that must not appear, beside those that `facts` knows.

    Raises:
        CannotProceed: A file of `docs/` would become the same file of the site as another one.
    """
    makers = tuple(makers)
    site = Site.of(facts, tenants)
    if recommendation.documents not in makers:
        site = replace(site, slugs={})  # no links to pages that are not made
    computed: dict[str, Document] = {}
    for document in assets():
        _add(computed, document)
    for maker in makers:
        for document in maker(facts, site):
            _add(computed, document)
    found = dict(computed)
    for document in docs:
        if document.path.startswith(MERGED):
            continue
        key = built(document.path).lower()
        if key in computed:
            raise CannotProceed(
                f"docs/{document.path} would become {built(document.path)}, which is a computed page.",
                where=f"docs/{document.path}",
                hint="Give the file another name; the computed pages are made by the program.",
            )
        if key in found:
            raise CannotProceed(
                f"docs/{document.path} and docs/{found[key].path} would become the same file of the site.",
                where=f"docs/{document.path}",
                hint="Give one of them another name.",
            )
        found[key] = document
    return sorted(found.values(), key=lambda document: document.path)


def _add(documents: dict[str, Document], document: Document) -> None:
    """Two computed documents with one address are a bug; on some disks names differ by case only."""
    key = built(document.path).lower()
    if key in documents:
        raise ValueError(f"{document.path} and {documents[key].path} would become the same file")
    documents[key] = document


def assets() -> Iterator[Document]:
    """Style sheets and scripts: every file of `theme/assets/`."""
    for entry in sorted(
        resources.files(__package__).joinpath("theme", "assets").iterdir(), key=lambda entry: entry.name
    ):
        if entry.is_file():
            yield Document(f"assets/{entry.name}", entry.read_bytes())


def configuration(navigation: Iterable[tuple[str, str]] = NAVIGATION) -> str:
    """The packaged `mkdocs.yml`: what a folder without one gets, and what `backlog init` copies.

    Args:
        navigation: Title and document of each section.
    """
    packaged = resources.files(__package__).joinpath("theme", "mkdocs.yml").read_text(encoding="utf-8")
    sections = "".join(f"  - {title}: {path}\n" for title, path in navigation)
    return packaged.replace("\nnav:\n", f"\nnav:\n{sections}")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(configuration(), encoding="utf-8", newline="\n")
