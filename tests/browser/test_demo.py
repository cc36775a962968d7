# SPDX-License-Identifier: Apache-2.0
"""Every kind of page of the sample tenant, in a real browser: what holds for all of them alike."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.chromium import PHONE, Page
from tests.support.links import dead_links, outside_links
from tests.support.pages import EACH_KIND

pytestmark = pytest.mark.browser


def test_no_link_of_the_demo_is_dead(built_demo: Path) -> None:
    """Every address of every page leads to a file and an anchor that are there; nothing is loaded from elsewhere."""
    assert dead_links(built_demo) == []
    assert outside_links(built_demo) == set()


@EACH_KIND
def test_a_page_of_the_demo(browser: Page, built_demo: Path, name: str) -> None:
    """Legible in light and dark, headings in order, whole on a phone, silent in the console, asking nothing outside."""
    file, picture = built_demo / name, name.removesuffix(".html").replace("/", "-")
    for scheme in ("light", "dark"):
        browser.scheme(scheme)
        browser.open(file)
        assert browser.pale() == [], scheme
        headings_in_order(browser)
        browser.picture(f"demo-{picture}-{scheme}")
    browser.scheme("light")
    browser.paper_picture(f"demo-{picture}")
    browser.size(*PHONE)
    browser.open(file)
    assert browser.sideways() == 0
    browser.picture(f"demo-{picture}-phone")
    assert browser.messages() == []
    assert browser.outside() == []


@EACH_KIND
@pytest.mark.parametrize(
    "sizes",
    [((320, 640), (1400, 1000)), pytest.param((PHONE, (1920, 1080)), marks=pytest.mark.thorough)],
    ids=["narrowest", "other"],
)
def test_no_text_of_the_demo_is_cut_off(
    browser: Page, built_demo: Path, name: str, sizes: tuple[tuple[int, int], ...]
) -> None:
    """With any font, from the narrowest phone to a wide screen: what is not in sight can be scrolled there."""
    for width, height in sizes:
        browser.size(width, height)
        browser.open(built_demo / name)
        assert browser.cut_off() == [], width
        browser.space_out()
        assert browser.cut_off() == [], f"{width}, spaced out"
        assert browser.sideways() == 0


def headings_in_order(browser: Page) -> None:
    """One first heading, no level left out, no id twice: what a screen reader steers by."""
    levels = [
        int(level)
        for level in browser.run(
            "return [...document.querySelectorAll('article :is(h1,h2,h3,h4)')].map(h => h.tagName[1])"
        )
    ]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(here <= before + 1 for before, here in pairwise(levels))
    ids = browser.run("return [...document.querySelectorAll('article [id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_search_finds_a_recommendation_of_the_demo(browser: Page, built_demo: Path) -> None:
    """By its title, from the home page, from disk."""
    browser.open(built_demo / "index.html")
    assert any("legacy authentication" in title for title in browser.search("legacy authentication"))
    assert browser.outside() == []
