# SPDX-License-Identifier: Apache-2.0
"""The board in a browser: it is filtered and sorted, the address keeps the view, what is shown can be copied."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.accessibility import press
from tests.support.chromium import PHONE, Page

pytestmark = pytest.mark.browser

SHOWN = "return [...document.querySelectorAll('.backlog-table--work tr[data-id]')].filter(r => r.offsetParent).length"
COLUMN = """
const rows = [...document.querySelectorAll('.backlog-more tr[data-id]')].filter(row => !row.hidden);
return rows.map(row => row.cells[arguments[0]].innerText.trim());
"""
"""The texts of one column of the longest table, which is folded at first."""
COPIED = """
document.execCommand = () => { window.copied = document.activeElement.value; return true; };
document.querySelector(`[data-copy=${arguments[0]}]`).click();
return window.copied;
"""
"""What a button would put on the clipboard."""
WIDTHS = """
return [...document.querySelectorAll('.backlog-table--work')].filter(table => table.offsetParent).map(table =>
  [...table.tHead.rows[0].cells].slice(0, 6).map(cell => Math.round(cell.getBoundingClientRect().left)).join());
"""
"""Where the columns of each table begin."""
BROKEN = """
const walker = document.createTreeWalker(document.querySelector('article'), NodeFilter.SHOW_TEXT), found = [];
const date = /\\d{1,2}\u00a0[A-Z][a-z]+\u00a0\\d{4}/g;
while (walker.nextNode()) {
  const text = walker.currentNode, id = text.parentElement.matches('code.backlog-id');
  if (!text.parentElement.closest(id ? '.backlog-table--work' : 'table')) continue;
  for (const match of id ? [Object.assign([text.data], {index: 0})] : text.data.matchAll(date)) {
    const range = document.createRange();
    range.setStart(text, match.index);
    range.setEnd(text, match.index + match[0].length);
    if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) found.push(match[0]);
  }
}
return found;
"""
"""Dates and ids in tables that stand on two lines."""


def tick(browser: Page, name: str, value: str) -> str:
    """Tick or untick a value of a filter; what the page then says is shown."""
    said: str = browser.run(
        "const box = [...document.querySelectorAll(`[type=checkbox][name=${arguments[0]}]`)]"
        ".find(box => box.value === arguments[1]); box.click();"
        "return document.querySelector('[data-backlog-shown]').textContent",
        *(name, value),
    )
    return said


def test_filters_narrow_the_board_down_and_can_be_shared(browser: Page, built_demo: Path) -> None:
    """Several values of a filter add up, filters narrow each other; the address brings the view back."""
    browser.open(built_demo / "board.html")
    everything = browser.run(SHOWN)
    tick(browser, "state", "overdue")
    overdue = browser.run(SHOWN)
    said = tick(browser, "state", "breached")
    both = browser.run(SHOWN)
    assert 0 < overdue < both < everything
    apart = len(browser.all("#not-measured + .backlog tr[data-id]"))
    assert apart
    assert said == f"{both} of {everything - apart} shown, 0 of {apart} not measured"
    tick(browser, "owner", "Messaging Administrator")
    assert 0 < browser.run(SHOWN) < both
    assert browser.run("return location.search") == "?state=breached&state=overdue&owner=Messaging+Administrator"
    narrow = browser.run(SHOWN)
    browser.run("location.reload()")
    assert browser.run(SHOWN) == narrow
    assert browser.run("return document.querySelector('.backlog-choice output').textContent") == "1"
    browser.run("history.back()")
    browser.wait(lambda: browser.run(SHOWN) == both)
    browser.run("document.querySelector('[data-backlog-filters] [type=reset]').click()")
    browser.wait(lambda: browser.run("return location.search") == "")
    assert browser.run(SHOWN) == everything
    assert browser.messages() == []


def test_counts_follow_the_filter_and_empty_parts_are_hidden(browser: Page, built_demo: Path) -> None:
    """Tiles and headings say how many are left; no heading stands over nothing."""
    browser.open(built_demo / "board.html")
    total = browser.run("return document.querySelector('.backlog-card-value').textContent")
    tick(browser, "state", "overdue")
    tiles = browser.run("return [...document.querySelectorAll('.backlog-card-value')].map(value => value.textContent)")
    assert tiles[0] == f"0 of {total}"
    assert sum(int(tile.split()[0]) for tile in tiles) == browser.run(SHOWN)
    headings = "return [...document.querySelectorAll('article h2')].filter(h => h.offsetParent).map(h => h.innerText)"
    shown = browser.run(headings)
    assert len(shown) == sum(1 for tile in tiles if not tile.startswith("0"))
    assert all(" of " in heading for heading in shown)
    assert browser.run("return document.querySelector('.backlog-colophon').offsetParent !== null")
    tick(browser, "state", "overdue")
    assert browser.run("return document.querySelector('.backlog-card-value').textContent") == total


def test_what_is_least_urgent_is_folded_until_it_is_looked_for(browser: Page, built_demo: Path) -> None:
    """A filter and an order open the line, and it counts what is left; the copied list and paper have all."""
    state = (
        "const fold = document.querySelector('.backlog-more'), row = fold.querySelector('tr[data-id]:not([hidden])');"
        "return [fold.offsetHeight > 0, Boolean(row) && row.checkVisibility({contentVisibilityAuto: true}),"
        " fold.querySelector('summary').innerText]"
    )
    groups = (
        "return [...document.querySelectorAll('.backlog-group')]"
        ".filter(r => r.checkVisibility({contentVisibilityAuto: true})).map(r => r.innerText.split('\\n')[0])"
    )
    browser.size(1400, 1000)
    browser.open(built_demo / "board.html")
    there, seen, line = browser.run(state)
    found = re.fullmatch(r"(\d+) more without a decision: (\d+) medium, (\d+) low", line)
    assert found
    assert int(found[1]) == int(found[2]) + int(found[3]) > 10
    assert (there, seen) == (True, False)
    assert browser.run(groups) == ["Needs a new decision", "Undecided"]
    assert len(browser.run(COPIED, "list").splitlines()) == browser.run(SHOWN) + 1
    tick(browser, "risk", "low")
    there, seen, text = browser.run(state)
    assert (there, seen, text.split()[-3:]) == (True, True, [found[3], "of", found[1]])
    assert browser.run(groups) == ["Needs a new decision", "Undecided"]
    tick(browser, "risk", "low")
    assert browser.run(state) == [True, False, line]
    tick(browser, "state", "regressed")
    assert browser.run(state)[0] is False, "no line over nothing"
    tick(browser, "state", "regressed")
    browser.run("document.querySelector('.backlog-col-owner button').click()")
    assert browser.run(state) == [True, True, line]
    for _ in range(2):
        browser.run("document.querySelector('.backlog-col-owner button').click()")
    assert browser.run(state) == [True, False, line]
    browser.media("print")
    assert browser.run(state) == [True, True, line]


def test_free_text_looks_everywhere(browser: Page, built_demo: Path) -> None:
    """In titles, steps, owners and in what is done; every word has to occur."""
    browser.open(built_demo / "board.html")
    box = browser.one("[name=text]")
    box.send_keys("legacy authentication")
    assert 0 < browser.run(SHOWN) < 5
    assert browser.run("return location.search") == "?text=legacy+authentication"
    box.clear()
    box.send_keys("administrative roles second")
    assert browser.run(SHOWN) == 0
    assert browser.run("return document.getElementById('undecided').offsetParent") is None
    says = "return document.querySelector('[data-backlog-shown]').textContent"
    assert browser.run(says).endswith(". Nothing matches these filters.")
    assert browser.run("return document.querySelector('[data-copy=list]').title") == "No row is shown"
    box.clear()
    box.send_keys("enabled for all users in administrative roles")
    assert "administrative roles" in browser.run("return document.querySelector('#done ~ .backlog').innerText")
    assert "Nothing matches" not in browser.run(says), "it is listed below what is done"


def test_an_address_with_unknown_values_is_read_as_far_as_it_goes(browser: Page, built_demo: Path) -> None:
    """A state that is none, an order that is none and a foreign key change nothing; risk=unrated of Home does."""
    file = (built_demo / "board.html").resolve().as_uri()
    browser.open(built_demo / "board.html")
    everything = browser.run(SHOWN)
    for query, fewer in (("?state=nonsense&sort=moon&utm=1", False), ("?RISK=high", False), ("?risk=HIGH", True)):
        browser.driver.get(file + query)
        assert (browser.run(SHOWN) < everything) is fewer, query
    browser.driver.get(file + "?utm=1&sort=owner")
    tick(browser, "risk", "high")
    assert browser.run("return location.search") == "?utm=1&risk=high&sort=owner"
    assert browser.messages() == []


def test_headers_sort(browser: Page, built_demo: Path) -> None:
    """By key: up, down, as listed again; dates by time, points by size; a screen reader is told."""
    browser.open(built_demo / "board.html")
    browser.run("document.querySelector('.backlog-more').open = true")
    listed = browser.run(COLUMN, 1)
    sorted_by = "return document.querySelector('th[aria-sort]')?.getAttribute('aria-sort') + ' ' + location.search"
    browser.run("document.querySelector('.backlog-col-points button').focus()")
    press(browser, "Enter", 13)
    browser.wait(lambda: browser.run(sorted_by) == "ascending ?sort=points")
    points = [float(text.split()[0]) for text in browser.run(COLUMN, 5) if not text.startswith("unknown")]
    assert points == sorted(points)
    assert points[0] < points[-1]
    press(browser, "Enter", 13)
    browser.wait(lambda: browser.run(sorted_by) == "descending ?sort=-points")
    assert [float(text.split()[0]) for text in browser.run(COLUMN, 5) if "unknown" not in text] == points[::-1]
    assert "unknown" in browser.run(COLUMN, 5)[-1], "what is unknown comes last in both directions"
    press(browser, "Enter", 13)
    browser.wait(lambda: browser.run(sorted_by) == "undefined ")
    assert browser.run(COLUMN, 1) == listed
    browser.run("document.querySelector('.backlog-col-date button').click()")
    shown = browser.run(COLUMN.replace("innerText", "textContent"), 4)  # in the row, where the heading says it
    day = "text.match(/[0-9]+.[A-Z][a-z]+.[0-9]{4}/)[0].replaceAll('\u00a0', ' ')"
    times = browser.run(f"return arguments[0].map(text => Date.parse({day}))", shown)
    assert times == sorted(times)
    assert times[0] < times[-1]


def test_what_is_shown_can_be_copied(browser: Page, built_demo: Path) -> None:
    """The list with tabs between its cells; a command for each row that has no decision yet."""
    browser.open(built_demo / "board.html")
    tick(browser, "risk", "high")
    shown = browser.run(SHOWN)
    lines = browser.run(COPIED, "list").splitlines()
    assert lines[0].split("\t")[:4] == ["Id", "Risk", "Recommendation", "Owner"]
    assert len(lines) == shown + 1
    assert {line.count("\t") for line in lines} == {7}
    commands = browser.run(COPIED, "commands").splitlines()
    assert 5 < len(commands) < shown
    assert all(command.startswith("backlog decide ") for command in commands)
    assert "backlog decide AATP_AdminSDHolder" in commands
    assert not any("AATP_KerberosDelegations" in command for command in commands), "it has a decision"
    tick(browser, "state", "overdue")
    assert browser.run("return document.querySelector('[data-copy=commands]').disabled")


def test_hostile_cells_are_copied_as_text(browser: Page, built_demo: Path) -> None:
    """No cell becomes a formula of a spreadsheet, and no id leaves its quotes in a shell."""
    browser.open(built_demo / "board.html")
    browser.run(
        "const row = document.querySelector('.backlog-table--board tr[data-new]');"
        "row.dataset.id = \"-x'; rm -rf ~\"; row.cells[1].textContent = '=HYPERLINK(1)';"
    )
    assert "\t'=HYPERLINK(1)\t" in browser.run(COPIED, "list")
    assert browser.run(COPIED, "commands").splitlines()[0] == "backlog decide -- '-x'\\''; rm -rf ~'"


@pytest.mark.parametrize("name", ["board.html", "register.html", "attention.html"])
def test_a_narrow_window_breaks_no_date(browser: Page, built_demo: Path, name: str) -> None:
    """Between a phone's cards and the fixed columns; texts give way, and a table that is too wide scrolls by itself."""
    browser.open(built_demo / name)
    for width in (780, 1000, 1180):
        browser.size(width, 900)
        dates = [text for text in browser.run(BROKEN) if re.search(r"\d{4}$", text)]
        assert (width, dates) == (width, [])
        assert browser.run("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["board.html", "register.html", "attention.html"])
def test_columns_stay_in_their_places(browser: Page, built_demo: Path, name: str) -> None:
    """In every table of a page; dates and ids stand on one line, on paper too; a wider page is not longer."""
    heights = []
    for width in (1400, 1920):
        browser.size(width, 1000)
        browser.open(built_demo / name)
        assert len(set(browser.run(WIDTHS))) == 1
        assert browser.run(BROKEN) == []
        content = browser.run("return document.querySelector('.backlog-table--work').getBoundingClientRect().width")
        assert content > 0.93 * min(width, 1880)
        heights.append(browser.run("return document.documentElement.scrollHeight"))
    assert heights[1] <= heights[0]
    browser.media("print")
    browser.size(1024, 700)  # A4 across, without its margins
    assert browser.run(BROKEN) == []


def test_a_broken_date_is_noticed(browser: Page, built_demo: Path) -> None:
    """In a column that is too narrow for it."""
    browser.open(built_demo / "board.html")
    browser.run("document.querySelector('.backlog-col-date').style.width = '5em'")
    assert browser.run(BROKEN) != []


def test_a_row_of_the_board_has_few_lines(browser: Page, built_demo: Path) -> None:
    """At 1400 pixels most rows are as high as a title and two lines below it."""
    browser.size(1400, 1000)
    browser.open(built_demo / "board.html")
    heights: list[Any] = browser.run(
        "const line = parseFloat(getComputedStyle(document.querySelector('.backlog-table--board td')).lineHeight);"
        "return [...document.querySelectorAll('.backlog-table--board tr[data-id]')].map(row => row.offsetHeight / line)"
    )
    assert sorted(heights)[len(heights) // 2] < 4


def test_a_phone_sorts_by_a_list(browser: Page, built_demo: Path) -> None:
    """Where no header is shown; no key stops at what cannot be seen."""
    browser.size(*PHONE)
    browser.open(built_demo / "board.html")
    assert not browser.one("[name=sort]").is_displayed()
    browser.one(".backlog-filter-fold > summary").click()
    assert browser.one("[name=sort]").is_displayed()
    browser.run(
        "const list = document.querySelector('[name=sort]'); list.value = 'owner';"
        "list.dispatchEvent(new Event('change', {bubbles: true}))"
    )
    owners = [owner.lower() for owner in browser.run(COLUMN, 2)]
    assert owners == sorted(owners)
    assert browser.run("return getComputedStyle(document.querySelector('thead button')).display") == "none"


def test_without_script_the_board_shows_everything(built_demo: Path) -> None:
    """The rows are in the page, none of them hidden, and there is no control that would do nothing."""
    text = (built_demo / "board.html").read_text(encoding="utf-8")
    assert text.count("<tr data-id") > 50
    assert "<tr hidden" not in text
    assert 'aria-label="Filter the tables" hidden' in text
    assert "<button" not in text.partition("data-backlog-shown")[2].partition("</article>")[0]


def test_the_approvals_follow_the_filters_and_are_not_counted_twice(browser: Page, built_demo: Path) -> None:
    """What one role approved: its rows of the first table, and the number of those below."""
    browser.size(1400, 900)
    browser.open(built_demo / "register.html")
    browser.driver.get(browser.driver.current_url.partition("#")[0] + "?approver=Managing%20Director")
    rows = browser.run(
        "return [...document.querySelectorAll('[data-backlog-again]:not([hidden])')].map(r => r.innerText)"
    )
    assert len(rows) == 2
    assert all("Managing Director" in row for row in rows)
    shown = browser.run("return document.querySelector('[data-backlog-shown]').innerText")
    listed = browser.run("return document.querySelectorAll('.backlog-table--work tr[data-id]:not([hidden])').length")
    assert shown.startswith(f"{listed} of ")
    heads = (
        "return [...document.querySelectorAll('.backlog-table--approvals .backlog-group')].map(r => r.offsetHeight > 0)"
    )
    assert browser.run(heads) == [False, True, True, False, False, False]
    lists = "return [...document.querySelectorAll('.backlog-approved')].map(part => part.offsetHeight > 0)"
    assert browser.run(lists) == [True, False]


def test_pages_of_tables_are_light(built_demo: Path) -> None:
    """No page of the demo that lists recommendations has more than 150 kB of HTML."""
    for name in ("board.html", "register.html", "attention.html"):
        assert (built_demo / name).stat().st_size < 150_000, name
