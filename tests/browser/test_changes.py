# SPDX-License-Identifier: Apache-2.0
"""The page of changes in a browser: filters narrow it down, hide what is empty, unfold what is left, and are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.chromium import Page

pytestmark = pytest.mark.browser

STATE = """return {
  shown: [...document.querySelectorAll('.backlog-table--changes tbody tr')]
    .filter(row => row.checkVisibility({contentVisibilityAuto: true})).length,
  months: [...document.querySelectorAll('h2[id^=month-]')].filter(heading => heading.offsetParent).length,
  open: [...document.querySelectorAll('h2[id^=month-] + .backlog > details')].filter(fold => fold.open).length,
  said: document.querySelector('[data-backlog-shown]').textContent,
  address: location.search,
}"""
CHOOSE = """const field = document.querySelector(`[data-backlog-filters] [name=${arguments[0]}]`);
field.value = arguments[1];
field.dispatchEvent(new Event(arguments[0] === 'text' ? 'input' : 'change', {bubbles: true}))"""
TICK = "document.querySelector(`[type=checkbox][value=${arguments[0]}]`).click()"


def test_what_microsoft_changed_since_july(browser: Page, built_demo: Path) -> None:
    """By month and by who: two rows are left, and no month of ours; the address brings the view back."""
    browser.open(built_demo / "changes.html")
    before = browser.run(STATE)
    browser.run(CHOOSE, "month", "2026-07")
    browser.run(TICK, "microsoft")
    found = browser.run(STATE)
    assert (found["shown"], found["months"]) == (2, 0)
    assert found["said"].startswith("2 of ")
    assert found["address"] == "?who=microsoft&month=2026-07"
    browser.run("location.reload()")
    assert browser.run(STATE) == found
    browser.run("document.querySelector('[data-backlog-filters] [type=reset]').click()")
    browser.wait(lambda: browser.run(STATE)["address"] == "")
    assert browser.run(STATE) == before
    assert browser.messages() == []


def test_a_text_unfolds_the_months_that_hold_it(browser: Page, built_demo: Path) -> None:
    """All words of it, in any order; months without it are hidden with their heading."""
    browser.open(built_demo / "changes.html")
    everything: dict[str, Any] = browser.run(STATE)
    browser.run(CHOOSE, "text", "authentication decided")
    found = browser.run(STATE)
    assert 0 < found["months"] < everything["months"]
    assert found["open"] == found["months"]
    assert found["address"] == "?text=authentication+decided"
    assert browser.messages() == []


def test_without_script_every_change_is_there(built_demo: Path) -> None:
    """No row is hidden, and the form that would do nothing is."""
    text = (built_demo / "changes.html").read_text(encoding="utf-8")
    assert text.count("<tr data-month") > 80
    assert "<tr hidden" not in text
    assert 'aria-label="Filter the tables" hidden' in text
