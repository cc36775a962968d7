# SPDX-License-Identifier: Apache-2.0
"""Addresses of pages, and file names of recommendations."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.site.links import Site, built, slug, slugs
from secure_score_backlog.snapshots.model import History, Recommendation
from tests.support.pages import evaluated
from tests.support.tenants import day, workspace

TENANT = "11111111-2222-3333-4444-555555555555"


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


def test_a_site_has_its_recommendations_and_hides_its_tenant() -> None:
    """A page for each known id; tenant ids in links are kept for redaction."""
    addresses = {"B": f"https://portal.example/?tid={TENANT}", "A": "https://portal.example/"}
    known = [Recommendation(name, name, action_url=address) for name, address in addresses.items()]
    site = Site.of(evaluated(workspace(History(), {}, known), day(1)))
    assert list(site.slugs) == ["A", "B"]
    assert site.tenants == {TENANT}


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("BlockLegacyAuthentication", "blocklegacyauthentication"),
        ("scid_2090", "scid-2090"),
        ("mdo.safe/links", "mdo-safe-links"),
        ("a--b", "a--b"),
    ],
)
def test_a_file_name_is_lower_case(identifier: str, name: str) -> None:
    """Lower case, with a dash for anything but a-z and 0-9."""
    assert slug(identifier) == name


@pytest.mark.parametrize("identifier", ["con", "NUL", "Com1", "LPT9", "index", "README", "", "***", "日本", "x" * 300])
def test_names_that_cannot_be_files_get_a_hash(identifier: str) -> None:
    """Reserved, empty and very long names become others that every system accepts."""
    name = slug(identifier)
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,108}-[0-9a-f]{8}", name)


def test_ids_with_one_file_name_get_different_ones() -> None:
    """An id that is its own file name keeps it, and a hash does not depend on the other ids."""
    names = slugs(["A.B", "a-b", "A_B", "Xy", "xY"])
    assert names["a-b"] == "a-b"
    assert len(set(names.values())) == 5
    assert slugs(["A_B", "a-b"])["A_B"] == names["A_B"]


@given(st.lists(st.text(max_size=12), max_size=12, unique=True))
def test_file_names_are_always_different(identifiers: list[str]) -> None:
    """Whatever the ids and their order."""
    names = slugs(identifiers)
    assert set(names) == set(identifiers)
    assert len({name.lower() for name in names.values()}) == len(names)
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in names.values())
    assert names == slugs(reversed(identifiers))
