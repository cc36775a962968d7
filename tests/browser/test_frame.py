# SPDX-License-Identifier: Apache-2.0
"""Theme, macros and charts in a real browser, opened from a folder: search, colours, paper, phone, hostile text."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support import miniature
from tests.support.chromium import PHONE, TODAY, Page

pytestmark = pytest.mark.browser


def test_nothing_is_asked_from_outside_and_nothing_goes_wrong(browser: Page, small_site: Path) -> None:
    """Every page opens from disk without a message in the console and without a request that leaves the disk."""
    for file in sorted(small_site.rglob("*.html")):
        if file.name != "404.html":
            browser.open(file)
    assert browser.messages() == []
    assert browser.outside() == []


def test_search_works_from_disk(browser: Page, small_site: Path) -> None:
    """Search finds a page that no navigation lists, by a word of its text, and a section by its heading."""
    browser.open(small_site / "index.html")
    assert miniature.HOSTILE in browser.search("zebracrossing")
    browser.open(small_site / "board.html")
    assert "Why it moved" in browser.search("why it moved")
    assert browser.outside() == []
    assert browser.messages() == []


def test_hostile_text_is_shown_and_not_obeyed(browser: Page, small_site: Path) -> None:
    """Titles, headings, Microsoft's HTML and people's Markdown show what was written and run nothing of it."""
    browser.open(small_site / "recommendations/blocklegacyauthentication.html")
    assert browser.one("h1").text.startswith(miniature.HOSTILE.replace("  ", " "))
    assert browser.driver.title.startswith(miniature.HOSTILE)
    browser.open(small_site / "index.html", "hostile")
    assert browser.one("#hostile-text").text == miniature.HOSTILE
    assert "<DomainName>" in browser.one(".from-microsoft").text
    assert "<img src=x onerror=alert(1)>" in browser.one(".from-people").text
    assert browser.run("return window.hacked") is None
    assert browser.all("article [onclick], article [onerror], article script, article img") == []


def scheme_of(browser: Page) -> str | None:
    """The colours that the page shows."""
    return browser.one("body").get_attribute("data-md-color-scheme")


def test_the_palette_follows_the_system_until_the_reader_chooses(browser: Page, small_site: Path) -> None:
    """Dark when the system is dark, light when it is light; a choice lasts over pages and systems."""
    for system, shown in (("dark", "slate"), ("light", "default"), ("dark", "slate")):
        browser.scheme(system)
        browser.open(small_site / "index.html")
        assert scheme_of(browser) == shown
    browser.picture("frame-dark")
    browser.one("label[for=__palette_1]").click()
    browser.wait(lambda: scheme_of(browser) == "default")
    browser.open(small_site / "score.html")
    assert scheme_of(browser) == "default"
    browser.picture("frame-wide")
    assert browser.messages() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_badges_and_text_have_contrast(browser: Page, small_site: Path, scheme: str) -> None:
    """Every text of a badge, card or table stands out from its ground by at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    browser.scheme(scheme)
    browser.open(small_site / "index.html")
    assert browser.pale() == []


def test_a_phone_shows_every_page_without_scrolling_sideways(browser: Page, small_site: Path) -> None:
    """On 390 pixels nothing sticks out; rows of a table become cards that name their columns."""
    browser.size(*PHONE)
    for name in ("index.html", "score.html"):
        browser.open(small_site / name)
        assert browser.sideways() == 0, name
    browser.open(small_site / "index.html")
    label = "return getComputedStyle(document.querySelector('td[data-label=Until]'), '::before').content"
    assert browser.run(label) == '"Until"'
    browser.picture("frame-phone")


def test_charts_keep_their_text_size(browser: Page, small_site: Path) -> None:
    """A chart's letters are as large on a phone as on a desk, and every chart names itself."""
    sizes = set()
    for width, height in ((1440, 1000), PHONE):
        browser.size(width, height)
        browser.open(small_site / "index.html")
        sizes.add(browser.run("return document.querySelector('.backlog-row-label').getBoundingClientRect().height"))
    assert len(sizes) == 1
    for chart in browser.all("svg[role=img]"):
        for identifier in str(chart.get_attribute("aria-labelledby")).split():
            assert browser.all(f"#{identifier}"), identifier


def test_paper_is_black_on_white_without_the_frame(browser: Page, small_site: Path) -> None:
    """Also for a reader in the dark: no navigation, no banner, dark letters on white."""
    browser.scheme("dark")
    browser.open(small_site / "index.html")
    assert browser.paper("frame").startswith(b"%PDF")
    browser.media("print")
    colours = browser.run(
        "return [...document.querySelectorAll('article p, article td')].map(e => getComputedStyle(e).color)"
    )
    tones = {max(int(part) for part in re.findall(r"\d+", colour)[:3]) for colour in colours}
    assert tones
    assert max(tones) <= 0xB0, "something is too pale for paper"
    assert colours.count("rgb(0, 0, 0)") > len(colours) / 2
    assert browser.run("return getComputedStyle(document.body).colorScheme") == "light"
    assert not browser.one(".md-header").is_displayed()
    assert browser.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_a_page_of_another_time_says_so(browser: Page, tmp_path: Path) -> None:
    """A page far behind the reader's clock shows a banner with its age, one ahead of it another; a fresh one none."""
    old, new, ahead = (
        miniature.build(tmp_path / name, TODAY - timedelta(days=age))
        for name, age in (("old", 40), ("new", 0), ("ahead", -40))
    )
    browser.open(new / "board.html")
    assert not browser.one(".backlog-banner").is_displayed()
    browser.open(old / "board.html")
    assert browser.one(".backlog-banner").text.startswith("This page is 40 days old.")
    browser.open(ahead / "board.html")
    assert browser.one(".backlog-banner").text.startswith("This page is dated in the future.")
