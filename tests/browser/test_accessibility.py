# SPDX-License-Identifier: Apache-2.0
"""Every kind of page for a reader with a screen reader, a keyboard, a magnifier, or a browser of text alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.accessibility import press, violations, walk
from tests.support.chromium import PHONE, WIDE, Page
from tests.support.pages import DECIDING, EACH_KIND, KINDS, MONTH, QUESTIONNAIRE
from tests.support.variants import variants

pytestmark = pytest.mark.browser

MAGNIFIED = (320, 256)
"""CSS pixels that are left of 1280 by 1024 at 400 percent (WCAG 2.2, 1.4.10)."""

WITH_CONTROLS = (
    *("index.html", "board.html", "register.html", "attention.html", "score.html"),
    *(MONTH, QUESTIONNAIRE, DECIDING),
)
"""Kinds of page that hold each control there is."""

WORDS = """
const article = document.querySelector('article').cloneNode(true);
document.body.append(article);  // beside the real one, so that it can be changed: ticks between ticks may go
article.querySelectorAll('details').forEach(fold => { fold.open = true; });  // folded on a phone, not lost
article.querySelectorAll('.backlog-tick--minor, .backlog-piece-text').forEach(tick => tick.remove());
const words = article.innerText.toLowerCase().match(/[\\p{L}\\p{N}]+/gu);
article.remove();
return words;
"""


def test_every_kind_of_page_is_looked_at(built_demo: Path) -> None:
    """Each page of the site is of a kind that the registry lists, and an example of each kind is there."""
    folders = {name.rpartition("/")[0] for name in KINDS} - {""}
    found = {path.relative_to(built_demo).as_posix() for path in built_demo.rglob("*.html")} - {"404.html"}
    assert {name for name in found if name.rpartition("/")[0] not in folders} <= set(KINDS)
    assert set(KINDS) <= found


@EACH_KIND
def test_axe_finds_nothing(browser: Page, built_demo: Path, name: str) -> None:
    """No violation of WCAG 2.2 A and AA, nor of good practice; contrast is measured with the rest of each page."""
    browser.open(built_demo / name)
    assert violations(browser, contrast=False) == []


@pytest.mark.parametrize("name", variants(KINDS, always=["index.html", "score.html"]))
@pytest.mark.parametrize(
    ("scheme", "size"), variants([("light", WIDE), ("dark", PHONE)], always=[("light", WIDE)]), ids=["wide", "phone"]
)
def test_axe_finds_enough_contrast(
    browser: Page, built_demo: Path, name: str, scheme: str, size: tuple[int, int]
) -> None:
    """Wide and light, and on a phone in the dark; what surrounds the article is the same on every page."""
    browser.scheme(scheme)
    browser.size(*size)
    browser.open(built_demo / name)
    assert violations(browser) == []


def test_axe_looks(browser: Page, tmp_path: Path) -> None:
    """The checker sees a picture without words and pale letters, so that nothing found means something."""
    file = tmp_path / "bad.html"
    file.write_text(
        "<!doctype html><html lang=en><title>t</title><main><h1>t</h1><img src=''><p style='color:#bbb'>pale", "utf-8"
    )
    browser.open(file)
    assert {line.split(":")[0] for line in violations(browser)} == {"image-alt", "color-contrast"}


@pytest.mark.parametrize("name", variants(KINDS, always=WITH_CONTROLS))
def test_the_keyboard_reaches_everything(browser: Page, built_demo: Path, name: str) -> None:
    """By tab, in reading order, each stop in sight and marked; at 400 percent too, where the menu is folded away."""
    for size in (WIDE, MAGNIFIED):
        browser.size(*size)
        browser.open(built_demo / name)
        assert walk(browser) == [], size


def test_the_way_back_is_not_covered(browser: Page, built_demo: Path) -> None:
    """Backwards, where the page scrolls up below its header: each stop is still in sight."""
    for size in (WIDE, PHONE):
        browser.size(*size)
        browser.open(built_demo / "index.html")
        assert walk(browser, backwards=True) == [], size


def test_a_walk_notices(browser: Page, tmp_path: Path) -> None:
    """A control that no key reaches, one without a mark, one out of sight, one beneath another, one out of order."""
    file = tmp_path / "bad.html"
    file.write_text(
        "<!doctype html><title>t</title><style>#b:focus{outline:none}</style><a href='#' tabindex=2>second</a>"
        "<button id=a>fine</button><button id=b>unmarked</button>"
        "<button style='position:absolute;left:-900px'>away</button>"
        "<div style='position:fixed;inset:0 0 auto 50%;height:50px;background:#fff;z-index:1'></div>"
        "<button style='position:fixed;top:4px;right:9px'>beneath</button>"
        "<div inert><button>never</button></div><a href='#' tabindex=1>first</a>",
        "utf-8",
    )
    browser.open(file)
    kinds = {line.split(":")[0] for line in walk(browser)}
    assert kinds == {"not reached", "no visible focus", "focus out of sight", "focus covered", "out of order"}


def test_menu_and_search_open_by_key(browser: Page, built_demo: Path) -> None:
    """Magnified, where both hide behind a sign: Enter opens, the focus moves in, Escape closes and comes back."""
    browser.size(*MAGNIFIED)
    browser.open(built_demo / "board.html")
    where = "return document.activeElement.matches(arguments[0])"
    browser.run("document.querySelector('.backlog-opens__drawer').focus()")
    press(browser, "Enter", 13)
    browser.wait(lambda: browser.run(where, ".md-sidebar--primary a"))
    assert browser.one(".backlog-opens__drawer").get_attribute("aria-expanded") == "true"
    press(browser, "Escape", 27)
    browser.wait(lambda: browser.run(where, ".backlog-opens__drawer"))
    assert browser.one(".backlog-opens__drawer").get_attribute("aria-expanded") == "false"
    browser.run("document.querySelector('.backlog-opens__search').focus()")
    press(browser, "Enter", 13)
    browser.wait(lambda: browser.run(where, ".md-search__input"))
    assert browser.messages() == []


READ = """
document.querySelectorAll('article details').forEach(fold => { fold.open = true; });
document.querySelectorAll('article :is(form, .backlog-copy, .backlog-banner, .headerlink)').forEach(e => e.remove());
return document.querySelector('article').innerText.match(/[\\p{L}\\p{N}]+/gu);
"""
"""What a reader reads, without what only a script can make use of."""
FURNITURE = re.compile(r"(?s)<script\b.*?</script>|<style\b.*?</style>|<link\b[^>]*>")


@EACH_KIND
def test_no_word_is_lost(browser: Page, built_demo: Path, tmp_path: Path, name: str) -> None:
    """Neither to a magnifier nor to a browser of text alone."""
    browser.open(built_demo / name)
    wide = set(browser.run(WORDS))
    shown = browser.run(READ)
    assert len(shown) > 50
    browser.size(*MAGNIFIED)
    browser.open(built_demo / name)
    magnified_whole(browser, wide)
    browser.size(*WIDE)
    bare = tmp_path / "bare.html"
    bare.write_text(FURNITURE.sub("", (built_demo / name).read_text(encoding="utf-8")), encoding="utf-8")
    browser.open(bare)
    bare_whole(browser, shown)


def magnified_whole(browser: Page, wide: set[str]) -> None:
    """At 400 percent nothing sticks out sideways, and every word of the wide page is still on it."""
    assert browser.sideways() == 0
    headings = set(browser.run("return [...document.querySelectorAll('thead th')].map(e => e.textContent)"))
    columns = {word for heading in headings for word in heading.lower().split()}
    assert wide - set(browser.run(WORDS)) <= columns, "headings of columns may go: they are beside each cell instead"


def bare_whole(browser: Page, shown: list[str]) -> None:
    """Without any style or script all that is on the page is there, in the same order, after a way past the menus."""
    plain = iter(browser.run(READ))
    assert [word for word in shown if word not in plain] == []  # each is looked for behind the one before it
    assert browser.one("body a[href]").text == "Skip to content"
    assert browser.run("return document.querySelector('body a[href]').hash") == "#page"


def test_nothing_moves_for_whom_motion_is_too_much(browser: Page, built_demo: Path) -> None:
    """With reduced motion no element of the page has a transition or an animation that takes time."""
    moving = """return [...document.querySelectorAll('*')].flatMap(e => ['', '::before', '::after'].filter(part => {
      const style = getComputedStyle(e, part);
      const long = times => times.split(',').some(time => parseFloat(time) > 0);
      return (style.transitionProperty !== 'none' && long(style.transitionDuration)) ||
        (style.animationName !== 'none' && long(style.animationDuration)) || style.scrollBehavior === 'smooth';
    }).map(part => e.outerHTML.slice(0, 60) + part))"""
    browser.open(built_demo / "score.html")
    assert browser.run(moving) == []
    still = [feature for feature in browser._features if feature["name"] != "prefers-reduced-motion"]
    browser.command("Emulation.setEmulatedMedia", features=still)
    assert browser.run(moving) != [], "the theme moves nothing any more: this test looks in vain"
