# SPDX-License-Identifier: Apache-2.0
"""The board in a browser: filters narrow it down, are kept in the address, and need no server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.chromium import Page

pytestmark = pytest.mark.browser

SHOWN = "return [...document.querySelectorAll('tr[data-row]')].filter(row => row.offsetParent).length"


def choose(name: str, value: str) -> str:
    """Script that picks a value in a filter, as a reader would."""
    return (
        f"const select = document.querySelector('[data-backlog-filters] select[name={name}]');"
        f"select.value = {value!r}; select.dispatchEvent(new Event('change'));"
        "return document.querySelector('[data-backlog-filters] output').textContent"
    )


def test_filters_narrow_the_board_down_and_can_be_bookmarked(browser: Page, built_demo: Path) -> None:
    """By owner, then by risk as well; the address brings the view back; reset shows all."""
    browser.open(built_demo / "board.html")
    everything = browser.run(SHOWN)
    said = browser.run(choose("owner", "Head of IT"))
    by_owner = browser.run(SHOWN)
    assert 0 < by_owner < everything
    assert said == f"{by_owner} of {everything} shown"
    browser.run(choose("risk", "high"))
    by_both = browser.run(SHOWN)
    assert 0 < by_both < by_owner
    assert browser.run("return location.search") == "?owner=Head+of+IT&risk=high"
    browser.run("location.reload()")
    assert browser.run(SHOWN) == by_both
    browser.run("document.querySelector('[data-backlog-filters] [type=reset]').click()")
    assert browser.run("return new Promise(done => setTimeout(() => done(location.search), 50))") == ""
    assert browser.run(SHOWN) == everything
    assert browser.messages() == []


def test_without_script_the_board_shows_everything(built_demo: Path) -> None:
    """The rows are in the page, none of them hidden, and the form that would do nothing is."""
    text = (built_demo / "board.html").read_text(encoding="utf-8")
    assert text.count("<tr data-row") > 50
    assert "<tr hidden" not in text
    assert "data-backlog-filters hidden" in text
