# SPDX-License-Identifier: Apache-2.0
"""What one sees at once, on a phone and at a desk: text fills the width, labels are legible, ways up are shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.chromium import PHONE, WIDE, Page

pytestmark = pytest.mark.browser

NARROW = (320, 640)
LONG = (
    "board.html",
    "register.html",
    "changes.html",
    "score.html",
    "downloads/index.html",
    "evidence/2026.html",
    "reviews/2026-10.html",
    "glossary.html",
)
"""Pages that would be of any length on a phone."""
MOST_ON_A_PHONE = 6000
TEXTS = ("evidence.html", "register.html", "score.html", "board.html", "changes.html", "reviews/2026-10.html")

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

MEASURE = 800
"""Pixels of a line of text on a screen."""
LINES = """
const texts = document.querySelectorAll('article .backlog :is(p, figcaption, .backlog-list)');
return [...texts].filter(p => p.offsetHeight && !p.closest(
  'li, form, .backlog-card, .backlog-columns, .backlog-propose, .backlog-colophon, .backlog-empty'))
  .map(p => p.getBoundingClientRect().width);
"""
"""Widths of paragraphs, captions and lists, but for those in boxes and columns, which are narrower."""


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


@pytest.mark.parametrize("name", LONG)
def test_a_long_page_is_short_on_a_phone(browser: Page, built_demo: Path, name: str) -> None:
    """Its groups are folded, each with the number of what is in it; unfolded, everything is there."""
    browser.size(*PHONE)
    browser.open(built_demo / name)
    height = "return document.documentElement.scrollHeight"
    folded = browser.run(height)
    assert folded <= MOST_ON_A_PHONE * browser.widening()
    assert all(
        re.match(r"\d+ |Months|Filter", words.replace("\u00a0", " "))
        for words in browser.run(
            "return [...document.querySelectorAll('.backlog-phone-fold > summary')].map(s => s.innerText)"
        )
    )
    browser.run("for (const fold of document.querySelectorAll('.backlog-phone-fold')) fold.open = true")
    assert browser.run(height) > folded


def test_a_row_of_the_board_is_brief_on_a_phone(browser: Page, built_demo: Path) -> None:
    """A card of a title, the sentence of its risk and a few lines; no column is named after one of another table."""
    browser.size(*PHONE)
    browser.open(built_demo / "board.html")
    browser.run("for (const fold of document.querySelectorAll('[data-backlog-fold]')) fold.open = true")
    heights = browser.run(
        "return [...document.querySelectorAll('.backlog-table--board tr[data-id]')]"
        ".map(row => row.offsetHeight).sort((a, b) => a - b)"
    )
    assert len(heights) > 60
    assert heights[len(heights) // 2] < 240
    named = browser.run(
        "return [...new Set([...document.querySelectorAll('.backlog-table--board td')].filter(td => td.offsetHeight)"
        ".map(td => getComputedStyle(td, '::before').content))].sort()"
    )
    assert named == ['"effort "', '"points "', "none"]


@pytest.mark.parametrize("name", ["recommendations/adminmfav2.html", *TEXTS])
def test_running_text_has_one_measure(browser: Page, built_demo: Path, name: str) -> None:
    """Leads, text, lists, captions and notes of every page end at one place, whatever their size."""
    for width in (1400, 1920):
        browser.size(width, 1000)
        browser.open(built_demo / name)
        assert max(browser.run(LINES)) == pytest.approx(MEASURE, abs=1)


@pytest.mark.parametrize("name", ["board.html", "register.html", "attention.html"])
def test_the_title_has_the_room(browser: Page, built_demo: Path, name: str) -> None:
    """Between a phone and a desk what is recommended is the widest part of a row, but for what to do this week."""
    for width in (1000, 1200, 1230, 1400, 1920):
        browser.size(width, 900)
        browser.open(built_demo / name)
        title, widest, whole = browser.run(
            "const row = document.querySelector('.backlog-table--work tbody tr:not(.backlog-group)');"
            "const widths = [...row.cells].map(cell => cell.getBoundingClientRect().width);"
            "return [widths[1], Math.max(...widths.slice(0, arguments[0])), row.getBoundingClientRect().width]",
            3 if name == "attention.html" else 99,
        )
        assert title == widest, width
        assert title > 0.24 * whole, width


@pytest.mark.parametrize(("name", "columns"), [("insurers.html", 5), ("score.html", 2)])
def test_columns_of_a_page_are_at_one_place(browser: Page, built_demo: Path, name: str, columns: int) -> None:
    """In every table of questions, and of points: the right edges of its first columns."""
    for width in (1400, 1920):
        browser.size(width, 1000)
        browser.open(built_demo / name)
        edges = browser.run(
            "return [...document.querySelectorAll('.backlog-table--answers, .backlog-table--score')]"
            ".filter(table => table.offsetHeight).map(table => [...table.tHead.rows[0].cells].slice(0, arguments[0])"
            ".map(cell => Math.round(cell.getBoundingClientRect().right)).join())",
            columns,
        )
        assert len(edges) > 1
        assert len(set(edges)) == 1, edges


def test_a_recommendation_takes_the_width(browser: Page, built_demo: Path) -> None:
    """Its decision is beside what is measured; where there is no room, and on paper, below it."""
    places = (
        "return ['decision', 'microsoft'].map(id => document.getElementById(id).getBoundingClientRect())"
        ".flatMap(box => [box.top, box.left, box.right])"
    )
    for name in ("adminmfav2", "mdo-zapspam"):
        for width in (1400, 1920):
            browser.size(width, 1000)
            browser.open(built_demo / f"recommendations/{name}.html")
            top, left, _, beside, _, right = browser.run(places)
            assert (beside, right - left > 0.9 * width) == (top, True), (name, width)
        for width, media in ((390, "screen"), (1024, "print")):
            browser.media(media)
            browser.size(width, 900)
            top, left, _, below, same, _ = browser.run(places)
            assert (below > top, same) == (True, left), (name, media)
        browser.media("screen")


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
