# SPDX-License-Identifier: Apache-2.0
"""What one sees at once, on a phone and at a desk: text fills the width, labels are legible, ways up are shown."""

from __future__ import annotations

import re
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


PIECES = """
const rgb = colour => colour.match(/[\\d.]+/g).map(Number);
const light = colour => rgb(colour).slice(0, 3).map(c => c / 255)
  .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
const contrast = (a, b) => { const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05); };
const page = arguments[0];
return [...document.querySelectorAll('.backlog-bar > .backlog-chart')].map(bar =>
  [...bar.querySelectorAll('.backlog-piece > rect')].map(rect => {
    const style = getComputedStyle(rect), box = rect.getBoundingClientRect();
    const strong = style.stroke === 'none', half = strong ? 0 : 0.5 * box.height / rect.getBBox().height;
    return {fill: style.fill, edge: contrast(strong ? style.fill : style.stroke, page),
            left: box.left - half, right: box.right + half, whole: bar.getBoundingClientRect().width};
  })).map(pieces => pieces.map((piece, at) => at === 0 ? {...piece, gap: null} :
    {...piece, gap: piece.left - pieces[at - 1].right, beside: contrast(piece.fill, pieces[at - 1].fill)}));
"""
"""Of each stacked bar, its pieces: contrast of fill or outline with the page and with the neighbour, and the gap."""


@pytest.mark.parametrize(("media", "scheme"), [("screen", "light"), ("screen", "dark"), ("print", "light")])
def test_pieces_of_the_ledger_are_apart(browser: Page, built_demo: Path, media: str, scheme: str) -> None:
    """As drawn: each piece stands out from the page, neighbours 3:1 from each other, with the page between them."""
    browser.scheme(scheme)
    browser.open(built_demo / "score.html")
    browser.media(media)
    page = "rgb(17, 22, 29)" if scheme == "dark" else "rgb(255, 255, 255)"
    (pieces,) = browser.run(PIECES, page)
    assert len(pieces) == 9
    for piece in pieces:
        assert piece["edge"] >= 3, piece
    for piece in pieces[1:]:
        assert piece["beside"] >= 3, piece
        assert piece["gap"] > 0.4, piece


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_pieces_are_as_wide_as_their_points(browser: Page, built_demo: Path, size: tuple[int, int]) -> None:
    """To the pixel of a gap; the table below has the same parts in the same order. A name is within its piece."""
    browser.size(*size)
    browser.open(built_demo / "score.html")
    drawn = browser.run(
        "const all = document.querySelector('.backlog-bar > .backlog-chart').getBoundingClientRect().width;"
        "return [...document.querySelectorAll('.backlog-bar .backlog-piece > rect')]"
        ".map(rect => rect.getBoundingClientRect().width / all)"
    )
    cells = "return [...document.querySelectorAll('.backlog-bar tbody tr')].map(tr => tr.cells[1].innerText)"
    points = [float(text.replace("\u202f", "")) for text in browser.run(cells)]
    for share, amount in zip(drawn, points, strict=True):
        assert share == pytest.approx(amount / sum(points), abs=4 / (size[0] - 40))
    spilt = browser.run(
        "return [...document.querySelectorAll('.backlog-piece')].filter(piece => {"
        "  const room = piece.querySelector('rect').getBoundingClientRect();"
        "  return [...piece.querySelectorAll('text')].map(text => text.getBoundingClientRect())"
        "    .some(box => box.width && (box.left < room.left || box.right > room.right)); }).length"
    )
    assert spilt == 0


def test_a_chart_that_says_nothing_is_a_sentence(built_demo: Path) -> None:
    """Of the recommendations, those whose share never changed have no drawing, and no list of flags."""
    drawn = 0
    for file in sorted((built_demo / "recommendations").glob("*.html")):
        text = file.read_text(encoding="utf-8")
        flat = " measured days since " in text
        drawn += "backlog-spark" in text
        assert not (flat and "backlog-spark" in text), file.name
        for values in re.findall(r"backlog-spark.*?</figure>", text, re.S):
            assert len(set(re.findall(r'<td class="backlog-number">([^<]+)</td>', values))) > 1, file.name
    assert drawn > 20
