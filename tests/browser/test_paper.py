# SPDX-License-Identifier: Apache-2.0
"""Long pages on a phone and on paper: what folds, what unfolds, what is printed; commands; sizes; and what moves."""

from __future__ import annotations

import math
import re
import shlex
from pathlib import Path

import pytest

from tests.support.chromium import LETTER, PHONE, Page
from tests.support.pages import EACH_KIND

pytestmark = pytest.mark.browser

NARROW = (320, 640)
MOST_BYTES = 150_000
MOST_INDEX = 1_500_000

STICKING_OUT = """
const wide = document.documentElement.clientWidth, found = [];
const shadowed = at => getComputedStyle(at).backgroundImage.includes('gradient');
for (const element of document.querySelectorAll('article *')) {
  const box = element.getBoundingClientRect();
  if (!box.width || (box.right <= wide + 1 && box.left >= -1) || element.closest('svg, .headerlink')) continue;
  let why = 'sticks out';
  for (let at = element; at && !at.matches('article'); at = at.parentElement) {
    const style = getComputedStyle(at);
    if (style.clipPath === 'inset(50%)') why = '';
    if (at !== element && ['auto', 'scroll'].includes(style.overflowX)) why = why && (shadowed(at) ? '' : 'no shadow');
  }
  if (why) found.push(`${why}: ${element.tagName} ${element.className} ${element.textContent.trim().slice(0, 40)}`);
}
return found;
"""
"""Elements wider than the window, but for those in a box that scrolls and shows so by a shadow at its edge."""

MOVED = """
const done = arguments[arguments.length - 1];
const moved = [];
const rect = box => `${Math.round(box.x)},${Math.round(box.y)} ${Math.round(box.width)}x${Math.round(box.height)}`;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) {
    const sources = entry.sources.map(each => {
      const name = each.node ? each.node.className || each.node.nodeName : 'gone';
      return `${name}: ${rect(each.previousRect)} to ${rect(each.currentRect)}`;
    });
    moved.push([entry.value, `after ${Math.round(entry.startTime)} ms`, ...sources]);
  }
}).observe({type: 'layout-shift', buffered: true});
setTimeout(() => done(moved), 500);
"""
"""What was painted and moved afterwards: its share of the window (Cumulative Layout Shift), when, and from where."""

BROKEN = """
const found = [];
for (const word of document.querySelectorAll('.backlog-command code span')) {
  const lines = word.getClientRects().length ? word.offsetHeight / parseFloat(getComputedStyle(word).lineHeight) : 1;
  const whole = word.closest('code').clientWidth - 6.4 * parseFloat(getComputedStyle(word).fontSize);
  if (lines > 1.5 && word.scrollWidth < whole - 8) found.push(word.textContent);
}
return found;
"""


WORDS = r"""
const found = [], walker = document.createTreeWalker(document.querySelector('article'), NodeFilter.SHOW_TEXT);
const unseen = node => node.closest('svg, code, form, .headerlink') || clipped(node);
const clipped = node => node && (getComputedStyle(node).clipPath === 'inset(50%)' || clipped(node.parentElement));
while (walker.nextNode()) {
  const text = walker.currentNode, range = document.createRange();
  if (!text.data.trim() || unseen(text.parentElement)) continue;
  for (const {0: word, index} of text.data.matchAll(/[^ \n]+/g)) {
    if (word.length > 24 || /[-\/_.@]./.test(word)) continue;
    range.setStart(text, index);
    range.setEnd(text, index + word.length);
    const lines = [...range.getClientRects()].filter(box => box.width > 1).map(box => Math.round(box.top / 4));
    if (new Set(lines).size > 1) found.push(word);
  }
}
return found;
"""
"""Words and dates of usual length that are broken over two lines."""
SMALL = """
const found = new Set(), walker = document.createTreeWalker(document.querySelector('article'), NodeFilter.SHOW_TEXT);
const size = node => parseFloat(getComputedStyle(node).fontSize) * 0.75 *
  (node.getScreenCTM ? node.getScreenCTM().a : node.currentCSSZoom ?? 1);
while (walker.nextNode()) {
  const node = walker.currentNode.parentElement, range = document.createRange();
  range.selectNodeContents(walker.currentNode);
  if (!walker.currentNode.data.trim() || !range.getClientRects().length || node.closest('.headerlink')) continue;
  if (getComputedStyle(node).clipPath !== 'inset(50%)' && size(node) < 6.5)
    found.add(`${size(node).toFixed(2)} ${walker.currentNode.data.trim().slice(0, 40)}`);
  const mark = node.dataset.mark && parseFloat(getComputedStyle(node, '::before').fontSize) * 0.75;
  if (mark && mark < 6.5) found.add(`${mark} mark`);
}
return [...found];
"""
"""Texts that are printed smaller than 6.5 points."""
ACROSS = ".backlog-table--work, [id^='changes-']"
"""What is printed across the sheet."""
SHEET, SHEET_ACROSS = 718, 1032
"""The width of what is printed on A4, in CSS pixels."""


def sheets(document: bytes) -> int:
    """How many sheets a PDF has."""
    return len(re.findall(rb"/Type\s*/Page(?!s)", document))


def click(browser: Page, selector: str) -> None:
    """Click on an element; the driver takes what is shown of a closed fold for hidden, so a script does it."""
    browser.run("document.querySelector(arguments[0]).click()", selector)


def shown(browser: Page, selector: str) -> int:
    """How many elements are on the page and not folded away."""
    return int(
        browser.run(
            "return [...document.querySelectorAll(arguments[0])].filter(e => e.checkVisibility({"
            "contentVisibilityAuto: true, visibilityProperty: true})).length",
            selector,
        )
    )


@pytest.mark.parametrize(
    ("name", "most"),
    [("evidence.html", 4), ("evidence/2026.html", 4), ("index.html", 2), ("changes.html", 5), ("attention.html", 6)],
)
def test_a_page_prints_on_few_sheets(browser: Page, built_demo: Path, name: str, most: int) -> None:
    """Of A4 and of Letter; what is not printed is named, with where it is."""
    browser.open(built_demo / name)
    most = math.ceil(most * browser.widening())
    assert 1 < sheets(browser.paper(name.replace("/", "-").removesuffix(".html"))) <= most
    assert sheets(browser.paper(inches=LETTER)) <= most
    browser.media("print")
    rest = "return [...document.querySelectorAll('.backlog-print-only')].map(p => p.innerText)"
    expected = {
        "evidence/2026.html": r"Printed are the newest 50; the download of all changes of decisions has the rest\.",
        "changes.html": r".* is printed for the newest 3 months; the download of all changes has the rest\.",
        "attention.html": r"What each check found is on this page on a screen; .*",
    }
    said = [text.replace("\u00a0", " ") for text in browser.run(rest)]
    assert len(said) == (name in expected)
    assert all(re.fullmatch(expected[name], text) for text in said)


def test_paper_has_the_newest_changes(browser: Page, built_demo: Path) -> None:
    """Fifty of a year, with one header; without script the same."""
    page = built_demo / "evidence" / "2026.html"
    for scripted in (True, False):
        browser.command("Emulation.setScriptExecutionDisabled", value=not scripted)
        browser.open(page)
        browser.command("Emulation.setScriptExecutionDisabled", value=False)
        assert shown(browser, "[id^='changes-'] tbody tr") == 70
        browser.media("print")
        browser.wait(lambda: shown(browser, "[id^='changes-'] tbody tr") == 50)
        assert browser.run("return document.querySelector('[id^=changes-] tbody tr').checkVisibility()")
        browser.media("")


def test_paper_has_the_commands_of_evidence(browser: Page, built_demo: Path) -> None:
    """A phone folds them; the changes of decisions have pages of their own."""
    browser.open(built_demo / "evidence.html")
    browser.media("print")
    for selector in (".backlog-steps li", "#months + .backlog tbody tr"):
        number = len(browser.all(selector))
        assert number > 5
        browser.wait(lambda selector=selector, number=number: shown(browser, selector) == number)  # type: ignore[misc]


def test_parts_fold_on_a_phone_alone(browser: Page, built_demo: Path) -> None:
    """A wide screen shows every command; a phone shows how many there are, and unfolds them from a link or a tap."""
    browser.open(built_demo / "evidence.html")
    browser.wait(lambda: shown(browser, ".backlog-steps li") == len(browser.all(".backlog-steps li")))
    assert shown(browser, ".backlog-phone-fold > summary") == 0
    browser.size(*PHONE)
    browser.open(built_demo / "evidence.html")
    assert shown(browser, ".backlog-steps li") == 0
    assert shown(browser, ".backlog-phone-fold > summary") == len(browser.all(".backlog-phone-fold > summary"))
    click(browser, '.backlog-contents a[href="#verify"]')
    browser.wait(lambda: shown(browser, ".backlog-steps li"))
    browser.open(built_demo / "register.html", "covered")
    browser.wait(lambda: shown(browser, "#covered + .backlog tbody tr"))


def test_groups_of_attention_fold_and_unfold(browser: Page, built_demo: Path) -> None:
    """They are folded at first, with their numbers; an address or a link to a folded one opens it."""
    page = built_demo / "attention.html"
    browser.open(page)
    folds = browser.run(
        "const folds = [...document.querySelectorAll('details[data-backlog-fold]:not(.backlog-phone-fold)')];"
        "return folds.map(d => [d.open, d.firstChild.innerText])"
    )
    states = [is_open for is_open, _ in folds]
    assert states
    assert not any(states)
    assert all(re.match(r"\d+ ", words.replace("\u00a0", " ")) for _, words in folds)
    assert shown(browser, "#lines-ownerless tbody tr") == 0
    click(browser, '.backlog-tally a[href="#ownerless"]')
    browser.wait(lambda: shown(browser, "#lines-ownerless tbody tr") == 15)
    browser.run("document.querySelector('#ownerless + .backlog > details').open = false")
    click(browser, '.backlog-tally a[href="#ownerless"]')
    browser.wait(lambda: shown(browser, "#lines-ownerless tbody tr") == 15)
    browser.driver.get("about:blank")
    browser.open(page, "lines-stale-rest")
    browser.wait(lambda: shown(browser, "#lines-stale-rest tbody tr") > 0)


def test_paper_has_what_each_role_has_to_do(browser: Page, built_demo: Path) -> None:
    """And of the checks their numbers, neither headings nor rows, whether a group is folded or not."""
    browser.open(built_demo / "attention.html")
    browser.run("document.querySelector('#ownerless + .backlog > details').open = true")
    rows = len(browser.all("[id^='to-do-'] tbody tr"))
    assert rows > 20
    browser.media("print")
    browser.wait(lambda: shown(browser, "[id^='to-do-'] tbody tr") == rows)
    assert shown(browser, "#checks + .backlog .backlog-tally li") == len(browser.all("#checks + .backlog li"))
    assert shown(browser, "h3, [id^='lines-'] tr, .backlog-calendar") == 0


def test_without_script_what_is_folded_can_be_read(browser: Page, built_demo: Path) -> None:
    """Folding is the browser's own; buttons that only a script obeys are not there."""
    browser.size(*PHONE)
    browser.command("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(built_demo / "attention.html")
    browser.command("Emulation.setScriptExecutionDisabled", value=False)
    assert shown(browser, ".backlog-copy") == 0
    browser.one("#ownerless + .backlog > details > summary").click()
    browser.wait(lambda: shown(browser, "#lines-ownerless tbody tr") == 15)


def test_a_command_is_copied_whole(browser: Page, built_demo: Path) -> None:
    """As a shell reads it; the button says so, and then what it said before."""
    browser.open(built_demo / "evidence.html")
    commands = [
        str(text) for text in browser.run("return [...document.querySelectorAll('pre code')].map(c => c.textContent)")
    ]
    assert len(browser.all(".backlog-command-box > .backlog-copy")) == len(commands)
    browser.run(
        "window.copied = []; document.execCommand = () => { copied.push(document.activeElement.value); return true; };"
    )
    browser.run(
        "for (const button of document.querySelectorAll('.backlog-command-box > .backlog-copy')) button.click()"
    )
    assert browser.run("return window.copied") == commands
    assert all(shlex.split(command) for command in commands)
    button = browser.one(".backlog-command-box > .backlog-copy")
    assert button.get_attribute("textContent") == "Copied"
    browser.wait(lambda: button.get_attribute("textContent") == "Copy the command")


@pytest.mark.parametrize("size", [(1400, 1000), PHONE, NARROW])
def test_commands_are_broken_between_words(browser: Page, built_demo: Path, size: tuple[int, int]) -> None:
    """A word is broken where it is longer than a line alone; a dash within a word breaks nothing."""
    browser.size(*size)
    browser.open(built_demo / "evidence.html", "verify")
    assert browser.all(".backlog-command code > span")
    assert browser.run(BROKEN) == []


@EACH_KIND
def test_everything_has_room(browser: Page, built_demo: Path, name: str) -> None:
    """Nothing is wider than the narrowest phone, and no word is broken on phone, desk and paper.

    But a table may scroll, with a shadow at the edge where it goes on. Folds are opened before.
    """
    browser.size(*NARROW)
    browser.open(built_demo / name)
    browser.run("for (const fold of document.querySelectorAll('article details')) fold.open = true")
    assert browser.run(STICKING_OUT) == []
    for width in (PHONE[0], 1000, 1400):
        browser.size(width, 900)
        assert browser.run(WORDS) == [], width
    browser.media("print")
    browser.size(SHEET_ACROSS if browser.all(ACROSS) else SHEET, 900)
    assert browser.run(WORDS) == [], "paper"
    assert browser.run(SMALL) == []
    assert browser.sideways() == 0, "what is wider than the sheet is printed smaller"


def test_small_print_is_noticed(browser: Page, tmp_path: Path) -> None:
    """A text that is small by itself, and one that is shrunk."""
    file = tmp_path / "small.html"
    zoomed = "<div style='zoom:0.5;font-size:12pt'>zoomed</div>"
    file.write_text(f"<!doctype html><article><p style='font-size:6pt'>small</p><p>large</p>{zoomed}", "utf-8")
    browser.open(file)
    assert browser.run(SMALL) == ["6.00 small", "6.00 zoomed"]


def test_a_broken_word_is_noticed(browser: Page, tmp_path: Path) -> None:
    """A date in a column that is too narrow, and not a path, which may be broken."""
    file = tmp_path / "narrow.html"
    text = "28\u00a0September\u00a02026 snapshots/2026/2026-09-28.json is whole"
    style = "style='width:5em;overflow-wrap:anywhere'"
    file.write_text(f"<!doctype html><meta charset='utf-8'><article><p {style}>{text}", "utf-8")
    browser.open(file)
    assert browser.run(WORDS) == ["28\u00a0September\u00a02026"]


def test_what_sticks_out_is_noticed(browser: Page, tmp_path: Path) -> None:
    """A wide element, alone and in a box that scrolls without showing it."""
    file = tmp_path / "wide.html"
    wide = "<p style='width:500px'>wide</p>"
    file.write_text(
        f"<!doctype html><body style='margin:0'><article>{wide}<div style='overflow-x:auto'>{wide}", "utf-8"
    )
    browser.size(*NARROW)
    browser.open(file)
    assert [line.split(":")[0] for line in browser.run(STICKING_OUT)] == ["sticks out", "no shadow"]


@pytest.mark.parametrize("size", [(1400, 900), PHONE])
@pytest.mark.parametrize("name", ["index.html", "board.html", "register.html", "changes.html", "attention.html"])
def test_nothing_moves_after_it_was_painted(browser: Page, built_demo: Path, name: str, size: tuple[int, int]) -> None:
    """Pages with filters, which a script shows, and pages with folds: what is read stays where it is."""
    browser.driver.get("about:blank")
    browser.size(*size)
    browser.wait(lambda: browser.run("return innerWidth") == size[0])  # a window that grows later moves everything
    browser.open(built_demo / name)
    moved = browser.driver.execute_async_script(MOVED)
    assert sum(share for share, *_ in moved) < 0.1, moved


LATER = "{ const Here = Date; Date = class extends Here { static now() { return Here.now() + 30 * 864e5; } }; }"
"""A clock that is 30 days ahead of the one of the tests."""


@pytest.mark.parametrize("size", [(1400, 900), PHONE])
def test_the_banner_of_an_old_page_moves_nothing(browser: Page, built_demo: Path, size: tuple[int, int]) -> None:
    """It is there when the page is painted first, below the title; a page without script has none."""
    browser.driver.get("about:blank")
    browser.size(*size)
    browser.wait(lambda: browser.run("return innerWidth") == size[0])
    later = browser.command("Page.addScriptToEvaluateOnNewDocument", source=LATER)
    browser.open(built_demo / "index.html")
    browser.command("Page.removeScriptToEvaluateOnNewDocument", **later)
    assert browser.one("h1 + .backlog > .backlog-banner").text.startswith("This page is 31 days old.")
    moved = browser.driver.execute_async_script(MOVED)
    assert sum(share for share, *_ in moved) < 0.02, moved
    browser.command("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(built_demo / "index.html")
    browser.command("Emulation.setScriptExecutionDisabled", value=False)
    assert not browser.one(".backlog-banner").is_displayed()


def test_what_moves_is_noticed(browser: Page, tmp_path: Path) -> None:
    """A script that inserts something above a text."""
    file = tmp_path / "moving.html"
    script = "const box = document.createElement('div'); box.style.height = '500px'; document.body.prepend(box);"
    text = "<p style='height:600px;background:#ddd'>text</p>"
    file.write_text(f"<!doctype html><body>{text}<script>setTimeout(() => {{{script}}}, 200)</script>", "utf-8")
    browser.open(file)
    moved = browser.driver.execute_async_script(MOVED)
    assert sum(share for share, *_ in moved) > 0.1
    assert all(sources for _, _, *sources in moved)


def test_pages_and_the_index_of_the_search_are_small(built_demo: Path) -> None:
    """No page of the demo has more than 150 kB of HTML, and the search loads less than 1.5 MB."""
    sizes = {path.relative_to(built_demo).as_posix(): path.stat().st_size for path in built_demo.rglob("*.html")}
    assert {name: size for name, size in sizes.items() if size > MOST_BYTES} == {}
    index = built_demo / "search" / "search_index.json"
    assert index.stat().st_size < MOST_INDEX
    assert "evidence/2026.html" not in index.read_text("utf-8")
