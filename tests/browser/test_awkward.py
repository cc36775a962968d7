# SPDX-License-Identifier: Apache-2.0
"""Tenants at the edge: every page says something useful, nothing is empty, and nothing sticks out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.accessibility import violations
from tests.support.awkward import TENANTS, build
from tests.support.chromium import PHONE, WIDE, Page
from tests.support.emptiness import article, faults
from tests.support.links import dead_links
from tests.support.pages import KINDS
from tests.support.variants import variants

pytestmark = pytest.mark.browser

NARROW = (320, 640)
SHOWN = (
    *(*KINDS, "reviews/2026-11.html", "recommendations/adminmfav2.html"),
    *("recommendations/mfaregistrationv2.html", "recommendations/signinriskpolicy.html"),
)
"""Pages to be looked at in the browser, where the tenant has them."""
LOOKED_AT_WHOLE = ("first-day", "many", "long-words", "nothing-at-all")
"""Tenants that change every page; of the others only the pages on which they say something else are looked at."""
ALWAYS = ("first-day", "long-words", "no-git", "days-missing", "no-catalogue", "nothing-at-all")
"""Tenants of which each lacks something else."""

SAYS: dict[str, dict[str, tuple[str, ...]]] = {
    "first-day": {
        "index.html": ("13 of 16 measured recommendations have no finished decision", "36 of 73 points"),
        "score.html": ("There is one snapshot, of", "No change is known in"),
        "recommendations/adminmfav2.html": ("No decision is recorded", "First measured: 0 of 1 point"),
    },
    "sixteen": {
        "index.html": ("11 of 16 measured recommendations have no finished decision",),
        "register.html": ("1 accepted risk is in force",),
    },
    "many": {
        "index.html": ("366 of 460 measured recommendations have no finished decision", "353 more"),
        "board.html": ("measure number 460 of the sample",),
    },
    "long-words": {"index.html": ("Mehrfaktorauthentifizierungsregistrierungsrichtlinie", "ブロック", "المصادقة")},
    "no-git": {
        "register.html": ("not under Git",),
        "evidence.html": ("not under Git", "git init"),
        "recommendations/adminmfav2.html": ("not in Git",),
    },
    "no-comparison": {"score.html": ("Microsoft reported no average of other tenants",)},
    "days-missing": {
        "score.html": ("The line is broken where no snapshot exists (2\N{NO-BREAK SPACE}gaps)",),
        "attention.html": (
            "Observed in full on 9 of 12\N{NO-BREAK SPACE}days since",
            "; 3 missing",
            "16 to 17 November 2026",
        ),
    },
    "all-done": {
        "index.html": ("Microsoft measures nothing here that is open", "73 of 73 points"),
        "board.html": ("Microsoft measures 16 recommendations in full",),
        "score.html": ("No points changed since 31 October 2026", "no points of a known recommendation are open"),
    },
    "nothing-done": {
        "index.html": ("16 of 16 measured recommendations have no finished decision", "0 of 73 points"),
        "board.html": ("Nothing is measured in full yet",),
    },
    "no-catalogue": {
        "recommendations/adminmfav2.html": (
            "Microsoft scores this recommendation, but its profile is not stored here",
        ),
        "score.html": ("points unknown",),
    },
    "nothing-at-all": {
        "index.html": ("There is no snapshot yet", "backlog collect"),
        "board.html": ("it is unknown what is open",),
        "score.html": ("there is no score to explain",),
        "reviews/index.html": ("no month to review yet",),
    },
}
"""What a reader must learn from pages of each tenant."""

NEVER_SAID = {
    "first-day": ("No points changed", "No recommendation was added"),
    "nothing-at-all": (
        *("has an owner", "has a risk level", "Every open recommendation", "Every acceptance is in force"),
        *("Microsoft measures everything", "What Microsoft measured can be verified"),
    ),
    "no-git": ("No commit has changed a decision", "every one of them names the pull request"),
}
"""What was never observed there, so that no page may say it."""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Sites by name of the tenant; filled as they are asked for."""
    return {"": tmp_path_factory.mktemp("awkward")}


@pytest.fixture(params=variants(TENANTS, always=ALWAYS))
def tenant(request: pytest.FixtureRequest) -> str:
    """The name of one tenant after the other."""
    return str(request.param)


@pytest.fixture
def site(tenant: str, built: dict[str, Path]) -> Path:
    """Folder of a tenant's built site."""
    if tenant not in built:
        built[tenant] = build(TENANTS[tenant], built[""] / tenant)
    return built[tenant]


def test_no_page_is_empty(tenant: str, site: Path) -> None:
    """No table without a row, no list without an item, no heading over nothing, no page without words, no dead link."""
    found = {
        path.relative_to(site).as_posix(): wrong
        for path in sorted(site.rglob("*.html"))
        if path.name != "404.html" and (wrong := faults(path.read_text(encoding="utf-8")))
    }
    assert found == {}
    assert dead_links(site) == []


def test_pages_say_what_is_so(tenant: str, site: Path) -> None:
    """Each page that the tenant makes difficult says the one thing that its reader has to know."""
    for name, sentences in SAYS[tenant].items():
        said = article((site / name).read_text(encoding="utf-8")).text().replace("\N{NO-BREAK SPACE}", " ")
        assert [words for words in sentences if words.replace("\N{NO-BREAK SPACE}", " ") not in said] == [], name


@pytest.mark.parametrize("tenant", NEVER_SAID, indirect=True)
def test_nothing_is_claimed_that_was_not_observed(tenant: str, site: Path) -> None:
    """Where there is no data, no page says that all is well; the glossary explains words and may."""
    for path in sorted(site.rglob("*.html")):
        if path.name not in ("404.html", "glossary.html"):
            said = article(path.read_text(encoding="utf-8")).text()
            assert [words for words in NEVER_SAID[tenant] if words in said] == [], path.name


def test_nothing_sticks_out(browser: Page, tenant: str, site: Path) -> None:
    """On a phone no page is wider than its window, with long words on no window; the console stays silent."""
    shown = SHOWN if tenant in LOOKED_AT_WHOLE else SAYS[tenant]
    pages = [name for name in shown if (site / name).is_file()]
    assert len(pages) > len(shown) / 2 or tenant == "nothing-at-all"
    for size in (PHONE, WIDE, NARROW) if tenant == "long-words" else (PHONE,):
        browser.size(*size)
        for name in pages:
            browser.open(site / name)
            assert browser.sideways() == 0, f"{name} at {size}"
            assert browser.cut_off() == [], f"{name} at {size}"
            browser.picture(f"awkward-{tenant}-{name.replace('/', '-')[:-5]}-{size[0]}")
    assert browser.messages() == []
    assert browser.outside() == []


@pytest.mark.thorough
@pytest.mark.parametrize("tenant", ["first-day", "long-words", "nothing-at-all"], indirect=True)
def test_axe_finds_nothing_on_empty_pages(browser: Page, tenant: str, site: Path) -> None:
    """What is shown where data is missing, and text of other scripts, is as accessible as the rest."""
    for name in SHOWN[:5]:
        browser.open(site / name)
        assert violations(browser) == [], name


def test_emptiness_is_noticed() -> None:
    """Each kind of nothing is found, and a page that says enough is not."""
    page = "<article><h1>Title</h1><p>Enough words so that this page is not called a page of few words</p>{}</article>"
    kinds = {
        "<table><thead><tr><th>a</th></tr></thead><tbody></tbody></table>": "a table of nothing: a",
        "<ul class='x'></ul>": "an empty ul: {'class': 'x'}",
        "<p></p>": "a silent p: {}",
        "<p>None</p>": "None in a p: {}",
        "<h2>A</h2><h2>B</h2><p>c</p>": "nothing below the heading: A",
        "<h2>A</h2><p class='backlog-colophon'>As of</p>": "nothing below the heading: A",
        "<label>x<select><option>all</option></select></label>": "an empty select: {}",
    }
    for html, fault in kinds.items():
        assert faults(page.format(html)) == [fault], html
    assert faults(page.format("<h2>A</h2><h3>B</h3><p>c</p><ul><li>d</li></ul>")) == []
    assert faults("<article><h1>Title</h1><p>Nothing yet.</p></article>") == ["only 2 words: Nothing yet"]
