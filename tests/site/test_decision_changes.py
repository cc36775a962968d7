# SPDX-License-Identifier: Apache-2.0
"""Pages of changes of decisions: one for each year, divided where a year is too long for one page."""

from __future__ import annotations

import re

import pytest

from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.files import Document
from secure_score_backlog.site.links import Site, built
from secure_score_backlog.site.pages import decision_changes, evidence, recommendation
from secure_score_backlog.snapshots.model import History
from tests.support.pages import evaluated
from tests.support.tenants import day, decision, versions, workspace

LAST = day(500)
"""A day of February 2028."""


def pages(*days: int) -> dict[str, str]:
    """Evidence and the pages below it, where a decision was changed on each of some days."""
    changed = versions(*((number, decision("A", Bucket.DO_SOON, owner=f"Owner {number}")) for number in days))
    facts = evaluated(workspace(History(), {"A": changed}), LAST)
    made: list[Document] = list(evidence.documents(facts, Site.of(facts)))
    return {document.path: document.content.decode() for document in made}


def room_for(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages hold so many of the rows of `pages`."""
    one = len(re.findall(r"<tr>.*?</tr>", pages(1)["evidence/2026.md"], re.DOTALL)[1])
    monkeypatch.setattr(decision_changes, "ROOM", int(one * (rows + 0.5)))


def rows(page: str) -> int:
    """How many changes a page lists."""
    return page.count("<time ")


def test_a_page_for_each_year() -> None:
    """Each is linked from Evidence, with its number; each leads to the others and to the download."""
    made = pages(1, 2, 100)
    assert sorted(made) == ["evidence.md", "evidence/2026.md", "evidence/2027.md"]
    assert [rows(made[f"evidence/{year}.md"]) for year in (2026, 2027)] == [2, 1]
    assert 'href="evidence/2027.html"' in made["evidence.md"]
    assert '<a href="2027.html">Newer: 2027</a>' in made["evidence/2026.md"]
    assert '<a href="2026.html">Older: 2026</a>' in made["evidence/2027.md"]
    assert "3 changes since 1 October 2026" in made["evidence.md"].replace("\u00a0", " ")
    assert 'href="../downloads/index.html"' in made["evidence/2026.md"]


def test_the_search_does_not_grow_with_the_changes() -> None:
    """Neither the pages of years nor the events of a recommendation are in it; the recommendation itself is."""
    made = pages(1)
    assert "exclude: true" in made["evidence/2026.md"].split("---")[1]
    assert "exclude: true" not in made["evidence.md"].split("---")[1]
    searched = []
    for days in ((1,), range(1, 50)):
        changed = versions(*((number, decision("A", Bucket.DO_SOON, owner="Head of IT")) for number in days))
        facts = evaluated(workspace(History(), {"A": changed}), LAST)
        (own,) = recommendation.documents(facts, Site.of(facts))
        parts = re.split(r"(?m)^(?=## )", own.content.decode())
        searched.append(len("".join(part for part in parts if "data-search-exclude" not in part.split("\n")[0])))
        assert any(part.startswith("## Over time") for part in parts)
    assert searched[1] < searched[0] + 200


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        # 2027: from day 93, the first of January
        ((93, 94, 95, 280, 281), {"2027-h1": 3, "2027-h2": 2}),
        ((93, 94, 95, 190, 191, 280), {"2027-q1": 3, "2027-q2": 2, "2027-q3": 1}),
        ((93, 94, 125, 126), {"2027-01": 2, "2027-02": 2}),
        ((93, 94, 95, 96, 97, 98, 99), {"2027-01": 3, "2027-01-2": 3, "2027-01-3": 1}),
    ],
)
def test_a_long_year_is_divided(
    days: tuple[int, ...], expected: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Into halves, quarters, months or parts of a month: the longest that fit. The page of the year lists them."""
    room_for(3, monkeypatch)
    made = pages(*days)
    found = {path[9:-3]: rows(page) for path, page in made.items() if path.startswith("evidence/")}
    assert found == {"2027": 0, **expected}
    assert all(f'href="{name}.html"' in made["evidence/2027.md"] for name in expected)
    assert f"on {len(expected)} pages" in made["evidence/2027.md"].replace("\u00a0", " ")
    assert f"{len(expected)} pages" in made["evidence.md"].replace("\u00a0", " ")


def test_a_full_page_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A later change is on a later part, so that the address of a full part keeps what it holds."""
    room_for(3, monkeypatch)
    before, after = pages(*range(93, 100)), pages(*range(93, 101))
    for name in ("2027-01", "2027-01-2"):
        rows_of = [re.findall(r"<tr>.*?</tr>", made[f"evidence/{name}.md"], re.DOTALL) for made in (before, after)]
        assert rows_of[0] == rows_of[1]


def test_one_change_that_is_too_long_has_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left out where a row alone is longer than a page should be."""
    monkeypatch.setattr(decision_changes, "ROOM", 10)
    made = pages(93)
    assert rows(made["evidence/2027-01.md"]) == 1
    assert 'href="2027-01.html"' in made["evidence/2027.md"]


def test_no_page_grows_with_the_years() -> None:
    """Five changes a day for a year: each page has less than 150 kB with its frame, and together they have all."""
    changed = {
        f"Name{number}": versions(
            *((at, decision(f"Name{number}", Bucket.DO_SOON, owner=f"Owner {at}")) for at in range(1, 400))
        )
        for number in range(5)
    }
    facts = evaluated(workspace(History(), changed), LAST)
    made = {document.path: document for document in evidence.documents(facts, Site.of(facts))}
    assert max(len(document.content) for document in made.values()) < 115_000
    assert sum(rows(document.content.decode()) for document in made.values()) == 5 * 399
    addresses = {built(path) for path in made}
    for path, document in made.items():
        if path.startswith("evidence/"):
            linked = set(re.findall(r'href="([0-9a-z-]+\.html)"', document.content.decode()))
            assert {f"evidence/{name}" for name in linked} <= addresses


def test_paper_has_the_newest_changes_of_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are marked, a month of them as a whole, and the page says how many are printed."""
    monkeypatch.setattr(decision_changes, "PRINTED", 2)
    page = pages(1, 2, 40, 41)["evidence/2026.md"].replace("\u00a0", " ")
    assert "Printed are the newest 2; the download of all changes of decisions has the rest." in page
    marked = page.split('<div class="backlog-no-print">')
    assert [rows(part) for part in marked] == [2, 2]
    monkeypatch.setattr(decision_changes, "PRINTED", 3)
    page = pages(1, 2, 40, 41)["evidence/2026.md"]
    before, after = page.split('</tbody><tbody class="backlog-no-print">')
    assert [rows(before), rows(after)] == [3, 1]
    assert '<div class="backlog-no-print">' not in page
    monkeypatch.setattr(decision_changes, "PRINTED", 4)
    assert "Printed are" not in pages(1, 2, 40, 41)["evidence/2026.md"]
