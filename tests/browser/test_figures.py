# SPDX-License-Identifier: Apache-2.0
"""Every figure on a page equals `backlog status --json`: the pages of the sample tenant, read by a browser."""

from __future__ import annotations

import json
import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from secure_score_backlog.site.links import slug
from tests.support.chromium import A4, LETTER, Page
from tests.support.running import run_here
from tests.support.variants import variants

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def figures(built_demo: Path) -> dict[str, Any]:
    """What `backlog status --json` says of today, and of October."""

    def status(*arguments: str) -> Any:
        finished = run_here("status", "--json", "--root", built_demo.parents[1], *arguments, expect=0)
        return json.loads(finished.stdout)

    return {"today": status(), "2026-10": status("--month", "2026-10")}


def number(text: str) -> float:
    """A number as a page writes it."""
    found = re.search(r"[+\-\u2212]?\d[\d\u202f,]*(?:\.\d+)?", text)
    assert found, text
    return float(found[0].replace("\u202f", "").replace("\u2212", "-").replace(",", ""))


def cards(browser: Page) -> dict[str, float]:
    """The cards of a page: label and number."""
    script = (
        "return [...document.querySelectorAll('.backlog-card')].map(card => "
        "[card.querySelector('.backlog-card-label').innerText, card.querySelector('.backlog-card-value').innerText])"
    )
    return {label: number(value) for label, value in browser.run(script)}


def rows(browser: Page, after: str, table: str = "table") -> list[list[str]]:
    """The body rows of the first table below a heading, as texts."""
    script = """
        const heading = document.getElementById(arguments[0]);
        const all = [...document.querySelectorAll('article ' + arguments[1])];
        const found = all.find(t => heading.compareDocumentPosition(t) & Node.DOCUMENT_POSITION_FOLLOWING);
        const listed = [...found.tBodies[0].rows].filter(row => !row.matches('.backlog-group, .backlog-total'));
        return listed.map(row => [...row.cells].map(cell => cell.innerText.replace(/\u00a0/g, ' ')));
    """
    found: list[list[str]] = browser.run(script, after, table)
    return found


def decisions(browser: Page) -> tuple[list[list[str]], list[list[str]]]:
    """The rows of the decisions needed: those that leadership is asked, and the others."""
    asked = ".backlog-table--asked"
    browser.run("document.querySelectorAll('.backlog-others').forEach(fold => fold.open = true)")
    others = f".backlog-table:not({asked}, .backlog-table--named)"
    return rows(browser, "decisions-needed", asked), rows(browser, "decisions-needed", others)


def test_home(browser: Page, built_demo: Path, figures: dict[str, Any]) -> None:
    """Every decision needed, in order, each with its day; the first three of the top; the score; two screens."""
    today = figures["today"]
    browser.size(1400, 900)
    browser.open(built_demo / "index.html")
    counts, needed = today["counts"], today["decisions_needed"]
    asked, others = decisions(browser)
    assert len(asked) == sum(item["leadership"] for item in needed) == 3
    for row, item in zip([*asked, *others], needed, strict=True):
        assert (item["question"] or item["why"] or item["title"]) in row[2]
        assert all(option in row[2] for option in item["options"])
        assert item["by"] is None or item["by"][:4] in row[0]
        recommended, cost = (4, 3) if row in asked else (2, 2)
        assert item["recommend"] in row[recommended]
        assert item["cost"] in re.sub("[\u00a0\u202f]", " ", row[cost])
        assert item["default"] in row[-1]
        assert item["asked_by" if row in asked else "owner"] in row[2 if row in asked else 3] or item["from"] in row[3]
        assert row not in asked or item["why"] not in row[2], "the risk of a request is on its page"
    text = browser.run("return document.querySelector('article').innerText")
    assert f"{len(needed)}\u00a0decisions needed" in text
    late = sum(item["late"] for item in needed)
    apart = f"({late} of these decisions and {today['late'] - late}\u00a0changes)"
    assert f"{today['late']}\u00a0overdue {apart}, none from Managing Director." in text
    assert "Total as recommended\t4\u202f800\u00a0EUR a\u00a0year" in text
    assert f"{today['late']}\u00a0overdue, worst first: " in text
    assert f"; all {today['late']}: This week." in text
    assert f"{counts['undecided']} of" in text
    risks = browser.run(
        "return [...document.querySelectorAll('ol.backlog-answers a')].map(a => a.getAttribute('href'))"
    )
    assert risks == [f"recommendations/{slug(item['recommendation'])}.html" for item in today["top"]][:3]
    assert f"{today['score']['current']:g} of {today['score']['max']:g}\u00a0points" in text
    browser.run("document.querySelector('.backlog-others').open = false")
    screens = browser.run("return document.querySelector('article').getBoundingClientRect().bottom / 900")
    assert screens < 2.1 * browser.widening()


def test_board(browser: Page, built_demo: Path, figures: dict[str, Any]) -> None:
    """Each recommendation that is open or in conflict is in exactly one part, in the part that its state belongs to."""
    states = figures["today"]["states"]
    browser.open(built_demo / "board.html")
    needing = ("undecided", "expired", "breached", "regressed", "conflict")
    without = [name for name, state in states.items() if state in needing]
    found = cards(browser)
    assert found["No decision in force"] == len(without)
    assert found["Accepted risks"] == sum(1 for state in states.values() if state == "accepted")
    open_ones = [state for state in states.values() if state not in ("done", "not-measured", "retired")]
    all_rows = browser.run("return document.querySelectorAll('tr[data-id]').length")
    unmeasured = browser.run("return document.querySelectorAll('tr[data-id=aad_password_protection]').length")
    assert unmeasured == 1, "it is not measured and has a decision, so it has a row and is in no part"
    assert sum(found.values()) == len(open_ones) == all_rows - unmeasured


def test_register(browser: Page, built_demo: Path, figures: dict[str, Any]) -> None:
    """Every acceptance in force, with its risk, reason, last day, points and commit, and their sum; once on paper."""
    browser.open(built_demo / "register.html")
    accepted = [entry for entry in figures["today"]["register"] if entry["state"] in ("active", "expiring")]
    shown = rows(browser, "accepted")
    assert len(shown) == len(accepted)
    for row, entry in zip(shown, accepted, strict=True):
        assert re.search(r"\nRisk: .*\nReason: ", row[1])
        assert number(row[5]) == pytest.approx(entry["points"], abs=0.005)
        assert entry["commit"][:10] in row[7]
        number_of = f"#{entry['pull_request']}" if entry["pull_request"] else ""
        assert number_of in row[7]
        assert ("pull request" in row[7]) is bool(number_of)
        assert ("within 30 days" in row[4]) is (entry["days_left"] < 30)
    said = browser.run("return document.querySelector('#accepted + .backlog > p').innerText")
    assert number(said.partition("worth")[2]) == pytest.approx(sum(entry["points"] for entry in accepted), abs=0.005)
    browser.media("print")
    twice = "return [...document.querySelectorAll('.backlog-approved')].filter(list => list.checkVisibility()).length"
    assert browser.run(twice) == 0


def test_score(browser: Page, built_demo: Path, figures: dict[str, Any]) -> None:
    """Cards, every part of the ledger, every part of the movement."""
    today = figures["today"]
    score = today["score"]
    browser.open(built_demo / "score.html")
    found = cards(browser)
    assert found["Now"] == pytest.approx(score["percent"], abs=0.05)
    for label in ("Planned", "Achievable"):
        assert found[label] == pytest.approx(100 * score[label.lower()] / score["max"], abs=0.05)
    assert found["All tenants"] == pytest.approx(score["comparison"]["AllTenants"], abs=0.05)
    ledger = {row[0].strip().lower().replace(" ", "-"): number(row[1]) for row in rows(browser, "ledger")}
    names = {"observed": "measured", "claimed": "self-attested", "accept": "accepted"}
    names["undecided"] = "no-decision-in-force"
    expected = {names.get(part, part): value for part, value in today["ledger"].items() if value}
    assert ledger == pytest.approx(expected, abs=0.005)
    for part in ("improved", "regressed"):
        lines = rows(browser, f"moved-{part}")
        assert sum(number(row[1]) for row in lines) == pytest.approx(today["movement"]["points"][part], abs=0.02)


def test_a_month(browser: Page, built_demo: Path, figures: dict[str, Any]) -> None:
    """October: what was needed, open, blocked, accepted, completed, regressed; and why the score changed."""
    october = figures["2026-10"]
    browser.open(built_demo / "reviews" / "2026-10.html")
    needed = october["decisions_needed"]
    assert [
        row[2].splitlines()[0].strip().startswith(item["question"] or item["why"] or item["title"])
        for row, item in zip(chain(*decisions(browser)), needed, strict=True)
    ] == [True] * len(needed)
    lists = rows(browser, "ending")
    entries = [e for e in (*october["register"], *october["covered"]) if e["state"] in ("active", "expiring")]
    assert len(lists) == sum(1 for entry in entries if entry["until"] <= "2026-12-30") == 4
    assert [number(row[0]) for row in rows(browser, "top-five")] == [item["days_open"] for item in october["top"]]
    assert len(rows(browser, "blocked")) == len(october["blocked"])
    text = browser.run("return document.querySelector('article').innerText")
    assert f"{october['counts']['undecided']}\u00a0recommendations were undecided" in text
    points = october["movement"]["points"]
    said = browser.run("return document.getElementById('score').closest('article').innerText").partition(
        "Secure Score, and why"
    )[2]
    for label, part in (
        ("improved", "improved"),
        ("lost", "regressed"),
        ("changed by Microsoft", "rescored"),
    ):
        assert number(said.partition(label)[2]) == pytest.approx(points[part], abs=0.005)
    titles = [
        october["texts"][item["recommendation"]]["title"] for key in ("completed", "regressed") for item in october[key]
    ]
    assert all(title.strip() in text for title in titles)


def sheets(paper: bytes) -> int:
    """How many sheets a PDF has."""
    return len(re.findall(rb"/Type\s*/Page(?!s)", paper))


@pytest.mark.parametrize(
    ("inches", "every"),
    variants([(A4, 2), (LETTER, 4), (A4, 1), (LETTER, 1)], always=[(A4, 2), (LETTER, 4)]),
    ids=["A4, some", "Letter, some", "A4", "Letter"],
)
def test_the_first_page_of_every_month_prints_on_one_sheet(
    browser: Page, built_demo: Path, inches: tuple[float, float], every: int
) -> None:
    """Decisions with their risk, who asks and what can be chosen, top five, changes and what ends soon.

    The annex begins a new sheet.
    """
    months = sorted((built_demo / "reviews").glob("20*.html"))
    assert len(months) == 16
    for month in months[every - 1 :: every]:
        browser.open(month)
        with_annex = sheets(browser.paper(inches=inches))
        browser.media("print")
        hidden = "return [...document.querySelectorAll(arguments[0])].filter(e => !e.checkVisibility()).length"
        assert browser.run(hidden, ".backlog-consequence, .backlog-asked-by, .backlog-options") == 0
        browser.media("")
        browser.run("""
            for (let each = document.getElementById("annex"), next; each; each = next) {
              next = each.nextElementSibling; each.remove();
            }""")
        assert (month.name, sheets(browser.paper(inches=inches))) == (month.name, 1)
        assert with_annex > 1
