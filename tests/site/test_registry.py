# SPDX-License-Identifier: Apache-2.0
"""What the site is made of: computed pages, hand-written pages, assets; none replaces another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

import pytest
from markupsafe import Markup

from secure_score_backlog import wording
from secure_score_backlog.decisions.model import DecisionHistory
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.ledger import Ledger
from secure_score_backlog.evaluation.review import Period
from secure_score_backlog.files import Document
from secure_score_backlog.settings import Settings
from secure_score_backlog.site.links import Site, built
from secure_score_backlog.site.registry import site_documents
from secure_score_backlog.site.templates import page
from secure_score_backlog.snapshots.model import Catalogue, History, Recommendation

TENANT = "11111111-2222-3333-4444-555555555555"


def backlog(**recommendations: str) -> Facts:
    """A backlog that knows some recommendations and nothing else."""
    known = {name: Recommendation(name, name, action_url=address) for name, address in recommendations.items()}
    return Facts(
        as_of=date(2026, 11, 21), settings=Settings(), history=History(), catalogue=Catalogue(known),
        decisions=DecisionHistory(), head=None, period=Period(None, None), snapshot=None, score=None, ledger=Ledger(),
        statuses={}, movement=None, register=(), covered=(), past=(),
    )  # fmt: skip


def maker(*paths: str) -> list[object]:
    """A page's module that makes pages of some paths."""

    def documents(_: Facts, site: Site) -> Iterator[Document]:
        for path in paths:
            yield page(path, path, Markup("<p>x</p>"), site=site)

    return [documents]


def staged(computed: list[object], *hand_written: str) -> list[str]:
    """Paths of the documents, without the frame's assets."""
    written = [Document(path, b"x") for path in hand_written]
    made = site_documents(backlog(), written, makers=computed)  # type: ignore[arg-type]
    return [document.path for document in made if not document.path.startswith("assets/")]


def test_pages_come_together_in_order() -> None:
    """Computed and hand-written pages, by path; minutes are merged elsewhere and not staged."""
    found = staged(
        maker("index.md", "reviews/2026-10.md"), "guide/b.md", "guide/a.png", "reviews/2026-10.md", "adr/0001.md"
    )
    assert found == ["adr/0001.md", "guide/a.png", "guide/b.md", "index.md", "reviews/2026-10.md"]


@pytest.mark.parametrize("path", ["index.md", "Index.md", "index.html", "README.md", "assets/backlog.css", "INDEX.MD"])
def test_a_hand_written_page_never_replaces_a_computed_one(path: str) -> None:
    """Whatever the file is called, if it would become the same file of the site, the command ends and names it."""
    if path == "INDEX.MD":
        path = "INDEX.md"
    with pytest.raises(CannotProceed) as ending:
        staged(maker("index.md"), path)
    assert ending.value.where == f"docs/{path}"


def test_two_hand_written_pages_with_one_address() -> None:
    """They are told apart before the site builder drops one of them."""
    with pytest.raises(CannotProceed, match="same file"):
        staged(maker("index.md"), "guide/README.md", "guide/index.md")


def test_two_computed_pages_with_one_address_are_a_bug() -> None:
    """A program that writes a page twice is wrong."""
    with pytest.raises(ValueError, match="same file"):
        staged(maker("a.md", "A.md"))


@pytest.mark.parametrize(
    ("path", "file"),
    [("index.md", "index.html"), ("a/README.md", "a/index.html"), ("a/b.md", "a/b.html"), ("x/y.csv", "x/y.csv")],
)
def test_built_paths(path: str, file: str) -> None:
    """The site has a file for each document, named as MkDocs names it."""
    assert built(path) == file


def test_links_are_relative_to_their_page() -> None:
    """Up, down, to itself, with an anchor."""
    site = Site({"A": "a"}, date(2026, 11, 21))
    assert site.url_for("A") == "recommendations/a.html"
    assert site.url_for("A", "reviews/2026-10.md") == "../recommendations/a.html"
    assert site.link("recommendations/a.md", "register.md#past") == "../register.html#past"
    assert site.link("board.md", "#done") == "#done"
    assert site.link("reviews/index.md", "reviews/2026-10.md") == "2026-10.html"


def test_a_site_knows_its_recommendations_and_hides_its_tenant() -> None:
    """A page for each id that is known; tenant ids that links give away are remembered for redaction."""
    site = Site.of(backlog(B=f"https://portal.example/?tid={TENANT}", A="https://portal.example/"))
    assert list(site.slugs) == ["A", "B"]
    assert site.tenants == {TENANT}


def test_numbers_are_written_one_way() -> None:
    """Half up, thin space, true minus, no needless zeros."""
    assert wording.number(Fraction("12345.5")) == "12\u202f346"
    assert [wording.points(value) for value in (12, 0)] == ["12", "0"]
    assert wording.points(Fraction(49, 4)) == "12.25"
    assert wording.points(100) == "100"
    assert [wording.signed(value) for value in (3, -2, 0, Fraction(-1, 1000))] == ["+3", "\u22122", "0", "0"]
    assert wording.percent(Fraction(1, 3)) == "0.3\u00a0%"
    assert wording.share(Fraction(1, 2)) == "50\u00a0%"
    assert wording.percent(None) == "unknown"
    assert wording.day(date(2026, 3, 1)) == "1\u00a0March\u00a02026"
    assert [wording.month(value) for value in ("2026-10", date(2026, 1, 31))] == ["October 2026", "January 2026"]
    assert [wording.count(value, "day") for value in (1, 2)] == ["1\u00a0day", "2\u00a0days"]
    assert wording.sign("something-new").label == "Something new"
