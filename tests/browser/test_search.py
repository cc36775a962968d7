# SPDX-License-Identifier: Apache-2.0
"""The search of the site in a browser: what people type leads to an answer, also where Secure Score has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.chromium import Page
from tests.support.variants import variants

pytestmark = pytest.mark.browser

ANSWERS = {
    "EDR": ("EDR – endpoint detection and response", "Devices and servers that were never onboarded"),
    "backup": ("Backup and restore", "Not covered by Secure Score. A high score says nothing about it."),
    "DMARC": ("SPF, DKIM and DMARC", "Only whether SPF records are published is measured"),
    "phishing training": ("Awareness and phishing training", "A high score says nothing about it."),
    "MFA": ("MFA – multi-factor authentication", "Whether every sign-in is challenged"),
    "ransomware": ("Ransomware", "Secure Score measures 6"),
    "2FA": ("MFA – multi-factor authentication", "accounts that a policy excludes are not seen"),
    "pentest": ("Vulnerability scanning and penetration tests", "A high score says nothing about it."),
    "propose a decision": ("How do I decide, propose a decision, or approve one?", "Below Propose a decision choose"),
    "how do I decide": ("How do I decide, propose a decision, or approve one?", "Decide by risk, not by points."),
    "exception": ("How do I decide, propose a decision, or approve one?", "An exception, waiver or risk acceptance is"),
    "overdue": ("This week: what is overdue, regressed or due soon", "What each role has to do"),
    "regressed": ("This week: what is overdue, regressed or due soon", "Regressed"),
    "who approved": ("Risk register", "exemptions are in force;"),
}
"""What is typed, the page that the first result leads to, and what the page says."""
FIRST = "return document.querySelector('.md-search-result__link h1')?.textContent"
LARGEST = 1_500_000
"""Bytes of the search index."""


@pytest.mark.parametrize(
    "typed", variants(ANSWERS, always=("EDR", "backup", "DMARC", "how do I decide", "who approved"))
)
def test_the_first_result_answers(browser: Page, built_demo: Path, typed: str) -> None:
    """Typed into the search of the first page; the first result is followed."""
    title, said = ANSWERS[typed]
    browser.open(built_demo / "index.html")
    browser.search(typed)
    browser.wait(lambda: browser.run(FIRST) == title)
    browser.run("document.querySelector('.md-search-result__link').click()")
    browser.wait(lambda: str(browser.run("return document.querySelector('h1')?.textContent")).strip().startswith(title))
    assert said in browser.run("return document.querySelector('.md-content').textContent.replace(/\\s+/g, ' ')")
    assert browser.outside() == []


def test_the_index_is_small(built_demo: Path) -> None:
    """It is loaded before the first search."""
    for name in ("search_index.json", "search_index.js"):
        assert (built_demo / "search" / name).stat().st_size < LARGEST
