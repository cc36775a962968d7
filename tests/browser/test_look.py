# SPDX-License-Identifier: Apache-2.0
"""What one sees at once, on a phone and at a desk: text fills the width, labels are legible, ways up are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.chromium import PHONE, WIDE, Page

pytestmark = pytest.mark.browser

NARROW = (320, 640)

COLLISIONS = """
const shown = [...document.querySelectorAll('.backlog-chart')].map(chart =>
  [...chart.querySelectorAll('.backlog-tick, .backlog-flag-number, .backlog-row-label, .backlog-row-value')]
    .map(text => [text.textContent, text.getBoundingClientRect()]).filter(([, box]) => box.width));
const found = [];
for (const texts of shown) texts.forEach(([one, a], index) => texts.slice(index + 1).forEach(([other, b]) => {
  const apart = a.left >= b.right || b.left >= a.right || a.top + 2 >= b.bottom || b.top + 2 >= a.bottom;
  if (!apart) found.push(one + ' | ' + other);
}));
return found;
"""
"""Texts of a chart that overlap."""

LINE = """
const element = document.querySelector(arguments[0]);
const size = parseFloat(getComputedStyle(element).fontSize);
return element.getBoundingClientRect().width / size;
"""


@pytest.mark.parametrize("name", ["register.html", "reviews/2026-10.html"])
def test_a_reason_fills_its_card(browser: Page, built_demo: Path, name: str) -> None:
    """On a phone the title and the reason of an accepted risk take the width of the card."""
    browser.size(*PHONE)
    browser.open(built_demo / name)
    shares = browser.run(
        "return [...document.querySelectorAll('tbody th:has(.backlog-reason)')]"
        ".map(th => th.clientWidth / th.parentElement.clientWidth)"
    )
    assert shares
    assert min(shares) > 0.85


@pytest.mark.parametrize("size", [PHONE, NARROW])
def test_the_score_shows_every_column(browser: Page, built_demo: Path, size: tuple[int, int]) -> None:
    """On a phone neither the parts of the points nor the months are cut off at the edge."""
    browser.size(*size)
    browser.open(built_demo / "score.html")
    hidden = browser.run(
        "return [...document.querySelectorAll('.backlog-scroll:has(> :is(.backlog-legend, .backlog-stacked))')]"
        ".map(box => box.scrollWidth - box.clientWidth)"
    )
    assert hidden == [0, 0]
    label = "return getComputedStyle(document.querySelector('.backlog-stacked td.backlog-number'), '::before').content"
    assert browser.run(label) == '"Measured"'


@pytest.mark.parametrize("size", [WIDE, PHONE, NARROW])
def test_no_label_of_a_chart_covers_another(browser: Page, built_demo: Path, size: tuple[int, int]) -> None:
    """Percentages, dates, numbers of flags and names of bars each have a place of their own."""
    browser.size(*size)
    pages = ["score.html", "reviews/2026-10.html"]
    pages += [
        f"recommendations/{name}.html" for name in ("adminmfav2", "mdo-autoforwardingmode", "mcasfirewalllogupload")
    ]
    for name in pages:
        browser.open(built_demo / name)
        assert browser.run(COLLISIONS) == [], name


@pytest.mark.parametrize(
    ("name", "tab"),
    [("reviews/2026-10.html", "Reviews"), ("recommendations/adminmfav2.html", "Board"), ("score.html", "Score")],
)
def test_the_tab_says_where_we_are(browser: Page, built_demo: Path, name: str, tab: str) -> None:
    """A page that no navigation lists shows the tab of the page above, and leads there from above its title."""
    browser.open(built_demo / name)
    assert [item.text for item in browser.all(".md-tabs__item--active")] == [tab]
    ways = browser.run(
        "const title = document.createRange(); title.selectNodeContents(document.querySelector('h1'));"
        "return [...document.querySelectorAll('.backlog-up a')].map(a => [a.innerText, "
        "a.getBoundingClientRect().bottom <= title.getBoundingClientRect().top])"
    )
    assert ways == ([] if tab == "Score" else [[tab, True]])


def test_a_row_of_the_board_is_brief_on_a_phone(browser: Page, built_demo: Path) -> None:
    """A card of a title and a few lines, where a card of the register has a line for each column."""
    browser.size(*PHONE)
    heights = (
        "return [...document.querySelectorAll('.backlog-table--work tbody tr')]"
        ".map(row => row.offsetHeight).sort((a, b) => a - b)"
    )
    browser.open(built_demo / "board.html")
    brief = browser.run(heights)
    browser.open(built_demo / "register.html")
    full = browser.run(heights)
    assert len(brief) > 60
    assert brief[len(brief) // 2] < 0.6 * full[len(full) // 2]


def test_lines_are_neither_cut_short_nor_endless(browser: Page, built_demo: Path) -> None:
    """Running text is as wide as some 85 letters, beside a column of contents or without one."""
    browser.open(built_demo / "recommendations" / "adminmfav2.html")
    assert browser.run(LINE, ".backlog-minutes p") == pytest.approx(38, abs=1)
    browser.open(built_demo / "evidence.html")
    assert browser.run(LINE, ".backlog > p:not([class], :has(+ .backlog-scroll))") == pytest.approx(38, abs=1)
