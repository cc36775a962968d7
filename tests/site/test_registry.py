# SPDX-License-Identifier: Apache-2.0
"""The documents of a site: computed pages, files of docs/ and assets; none replaces another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from markupsafe import Markup

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.files import Document
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.registry import site_documents
from secure_score_backlog.site.templates import page
from secure_score_backlog.snapshots.model import History
from tests.support.pages import evaluated
from tests.support.tenants import day, workspace


def maker(*paths: str) -> list[object]:
    """What makes pages of some paths."""

    def documents(_: Facts, site: Site) -> Iterator[Document]:
        for path in paths:
            yield page(path, path, Markup("<p>x</p>"), site=site)

    return [documents]


def staged(computed: list[object], *hand_written: str) -> list[str]:
    """Paths of the documents, without the assets."""
    written = [Document(path, b"x") for path in hand_written]
    made = site_documents(evaluated(workspace(History()), day(1)), written, makers=computed)  # type: ignore[arg-type]
    return [document.path for document in made if not document.path.startswith("assets/")]


def test_pages_come_together_in_order() -> None:
    """Computed pages and files of docs/, by path; minutes are merged into their month and not staged."""
    found = staged(
        maker("index.md", "reviews/2026-10.md"), "guide/b.md", "guide/a.png", "reviews/2026-10.md", "adr/0001.md"
    )
    assert found == ["adr/0001.md", "guide/a.png", "guide/b.md", "index.md", "reviews/2026-10.md"]


@pytest.mark.parametrize("path", ["index.md", "Index.md", "index.html", "README.md", "assets/backlog.css", "INDEX.MD"])
def test_a_file_of_docs_never_replaces_a_computed_page(path: str) -> None:
    """Whatever the file is called, if it would become the same file of the site, the command ends and names it."""
    if path == "INDEX.MD":
        path = "INDEX.md"
    with pytest.raises(CannotProceed) as ending:
        staged(maker("index.md"), path)
    assert ending.value.where == f"docs/{path}"


def test_two_files_of_docs_with_one_address() -> None:
    """The command ends before the site builder drops one of them."""
    with pytest.raises(CannotProceed, match="same file"):
        staged(maker("index.md"), "guide/README.md", "guide/index.md")


def test_two_computed_pages_with_one_address_are_a_bug() -> None:
    """ValueError, because no input can cause it."""
    with pytest.raises(ValueError, match="same file"):
        staged(maker("a.md", "A.md"))
