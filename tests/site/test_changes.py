# SPDX-License-Identifier: Apache-2.0
"""The page of changes: its numbers are those of the reviews, no page is too large, and what is unknown is said."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from secure_score_backlog.evaluation.facts import Facts, Review, evaluate
from secure_score_backlog.exports.all_changes import (
    ChangeRow,
    MonthOfChanges,
    Who,
    all_changes_table,
    month_of_changes,
    months_of_changes,
)
from secure_score_backlog.exports.json import plain_facts
from secure_score_backlog.reviews import SignedReview
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.pages import changes, reviews
from secure_score_backlog.wording import month as month_words
from secure_score_backlog.wording import signed
from secure_score_backlog.workspace import Workspace, load
from tests.support.backlogs import backlog
from tests.support.foreign_tenants import TENANTS, facts_of, made
from tests.support.pages import Read, evaluated, words
from tests.support.running import run_here
from tests.support.tenants import day, history, partial, workspace

KINDS = {
    "added": "added",
    "no-longer-scored": "no longer scored",
    "re-weighted": "re-weighted",
    "re-worded": "re-worded",
}
LARGEST = 120_000
"""Bytes of a document, so that the page around it stays below 150 kB."""


@pytest.fixture(scope="module")
def known(sample_tenant: Path) -> Workspace:
    """What the folder of the sample tenant holds."""
    return load(sample_tenant, today=date(2026, 11, 21))


@pytest.fixture(scope="module")
def facts(known: Workspace) -> Facts:
    """The sample tenant's newest day, with every month."""
    return evaluate(known, known.newest_day, months=None)


@pytest.fixture(scope="module")
def pages(facts: Facts) -> dict[str, str]:
    """The page and those of older months, as a person reads them."""
    return {page.path: words(page.content.decode()) for page in changes.documents(facts, Site.of(facts))}


def sentences_of(pages: dict[str, str], month: str) -> str:
    """What the page says of a month, up to its rows or the next month."""
    name = month_words(month)
    found = re.compile(rf"# {name} {{ #month-{month}[^}}]*}} (.*?Review of {name}.*?)(?: What we decided|#|$)")
    (said,) = [match[1] for text in pages.values() if (match := found.search(text))]
    return said


def test_every_month_says_the_numbers_of_its_review(
    sample_tenant: Path, known: Workspace, facts: Facts, pages: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted on the page of each review, and in what `status --json --month` prints; the folder is read once."""
    monkeypatch.setattr("secure_score_backlog.cli.status.load", lambda *_, **__: known)
    shown = {page.path: page.content.decode() for page in reviews.documents(facts, Site.of(facts))}
    assert len(facts.reviews) == 16
    for review in facts.reviews:
        said, page = sentences_of(pages, review.month), shown[f"reviews/{review.month}.md"]
        section = page.partition("{ #completed")[2].partition("{ #score")[0]
        asked = ("status", "--json", "--month", review.month, "--root", sample_tenant)
        printed = json.loads(run_here(*asked, expect=0).stdout)
        lists = {label: listed(section, label) for label in ("Completed", "Self-attested", "Lost points")}
        counted = {"decided": len(printed["decided"]), "completed": lists["Completed"]}
        counted |= {"self-attested": lists["Self-attested"], "that lost points": lists["Lost points"]}
        ours = said.partition(f"Review of {month_words(review.month)}")[2]
        for word, count in counted.items():
            assert (f"{count} {word}" in ours) if count else (word not in ours), (review.month, word, count, ours)
        moved = printed["movement"]["points"]
        assert not moved["total"] or f": {signed(Fraction(moved['total']).limit_denominator(10**6))} point" in said
        for part, label in (("improved", "improved"), ("regressed", "lost"), ("rescored", "changed by Microsoft")):
            amount = signed(Fraction(moved[part]).limit_denominator(10**6))
            assert (f"{label} {amount}" in said) if moved[part] else (label not in said.replace("lost points", ""))
        microsoft = re.search(r"<p>([^<]*) <a[^>]*>Changes of all months", page)
        assert microsoft is not None
        for kind, number_of in Counter(change["kind"] for change in printed["microsoft"]["changes"]).items():
            assert f"{number_of} {KINDS[kind]}" in words(microsoft[1])


def listed(section: str, label: str) -> int:
    """How many recommendations a review lists below a label."""
    found = section.partition(f">{label}</span>")[2].partition("backlog-answer-title")[0]
    return found.count("<li>")


def test_the_sums_are_those_of_the_months(facts: Facts) -> None:
    """From each month until today; Microsoft's rows of a month add up to what its review calls changed by Microsoft."""
    months = months_of_changes(facts)
    for month in months:
        rows = [row for row in month.rows if row.who is Who.MICROSOFT]
        assert sum(row.points or 0 for row in rows) == month.points.get("rescored", 0)
        assert sum(row.percent or 0 for row in rows) == Fraction(month.microsoft["percent"])
    since = list(changes.sums_since(months))
    assert [entry[0].month for entry in since] == [review.month for review in facts.reviews]
    first, last = facts.history.days[0], facts.history.days[-1]
    assert since[-1][3].total_points == last.current - first.current
    assert since[2][3].counts == months[0].counts + months[1].counts + months[2].counts


def test_the_answer_is_at_the_top(pages: dict[str, str]) -> None:
    """What Microsoft changed lately, with points; the newest of its changes first, with its day and amount."""
    text = pages["changes.md"]
    assert (
        "Since 1 August 2026, Microsoft re-weighted 1 recommendation: Turn on Safe Attachments in block mode, from 8 "
        "to 9 points (12 October 2026). Our score: +1 point (+0.08 percentage points). Nothing else that is scored "
        "here changed, nor any recommendation’s wording (compared by month). We decided 20," in text
    )
    table = text.partition("# What Microsoft changed")[2]
    rows = re.findall(r"\d+ (?:October|July|June|May|March) 2026", table)
    assert rows[:2] == ["12 October 2026", "6 July 2026"]
    assert "Turn on Safe Attachments in block mode from 8 to 9 points +1 +0.08" in table
    assert "changes/2025.md" in pages
    assert "August 2026" in text


def test_a_signed_month_keeps_its_numbers() -> None:
    """The rows are those that were signed; what an older version did not sign is computed."""
    known = evaluated(workspace(history({"A": (1, 5)}, {"A": (1, 6), "B": (1, 1)})), day(2))
    (review,) = known.reviews
    plain = plain_facts(review.facts)
    signed_facts = {**plain, "microsoft": {**plain["microsoft"], "changes": plain["microsoft"]["changes"][:1]}}
    kept = replace(review, signed=SignedReview(review.month, "1", "sha256:0", signed_facts))
    assert [row.kind for row in month_of_changes(kept).rows if row.who is Who.MICROSOFT] == ["added"]
    older = {key: value for key, value in plain.items() if key != "microsoft"}
    found = month_of_changes(replace(review, signed=SignedReview(review.month, "1", "sha256:0", older)))
    assert [row.kind for row in found.rows if row.who is Who.MICROSOFT] == ["added", "re-weighted"]


@dataclass
class Busy:
    """Five years with many changes."""

    rows: int
    """In each month."""
    months: list[MonthOfChanges] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Sixty months, the newest first."""
        facts = evaluated(workspace(history({"A": (1, 5)}, {"A": (1, 6)})), day(2))
        plain = plain_facts(facts)
        for index in range(60):
            name = f"{2026 - (index + 1) // 12}-{12 - (index + 1) % 12:02}"
            rows = [self.row(name, each) for each in range(self.rows)]
            self.months.append(MonthOfChanges(Review(name, facts), plain, plain["microsoft"], tuple(rows)))

    @staticmethod
    def row(month: str, index: int) -> ChangeRow:
        """One of its changes, of usual length."""
        who, kind = ((Who.MICROSOFT, "re-worded"), (Who.US, "decided"), (Who.US, "completed"))[index % 3]
        title = f"Ensure that measure number {index} is in place for all users of the organisation"
        percent = Fraction(1, 3) if who is Who.MICROSOFT else None
        return ChangeRow(
            month, date.fromisoformat(f"{month}-11"), who, kind, "A", title, "steps, description", Fraction(5), percent
        )


@pytest.mark.parametrize("rows", [0, 50, 70, 119, 121, 400])
def test_no_page_is_too_large(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """Five years with up to 24,000 changes: every change is on one page, and no page is larger than allowed."""
    busy = Busy(rows)
    monkeypatch.setattr(changes, "months_of_changes", lambda _: busy.months)
    facts = busy.months[0].review.facts
    made_pages = list(changes.documents(facts, Site.of(facts)))
    assert max(len(page.content) for page in made_pages) < LARGEST
    assert sum(page.content.count(b"<tr data-month") for page in made_pages) == 60 * rows
    assert len({page.path for page in made_pages}) == len(made_pages)
    text = made_pages[0].content.decode()
    assert all(f'href="{page.path[:-3]}.html"' in text for page in made_pages[1:])
    anchors = {
        f"{page.path[:-3]}.html#{anchor}"
        for page in made_pages
        for anchor in re.findall(r"\{ #([a-z0-9-]+)", page.content.decode())
    }
    linked = set(re.findall(r'<th scope="row"[^>]*><a href="([^"]*#month[^"]*)"', text))
    assert len(linked) == 60
    assert linked <= anchors | {f"#{anchor.partition('#')[2]}" for anchor in anchors}


SAID = {
    "one old day": (
        "it is unknown what Microsoft changed, because there are no two snapshots to compare.",
        "There is one snapshot, of 1 January 2024. We decided nothing.",
        "There is no earlier snapshot to compare with, so it is unknown what Microsoft added, retired or re-weighted.",
        "# February 2024 to November 2026 { #month-2026-11",
        "Not measured, so it is unknown",
    ),
    "5 of 232 scores": ("There is one snapshot, of 20 November 2026", "2 decided"),
    "a portal CSV": (
        "There is one snapshot, of 2 May 2026",
        "Nothing that Microsoft changed is known of these months.",
    ),
    "two years with a gap": (
        "Not measured, so it is unknown what Microsoft added",
        "Microsoft changed nothing that is scored here.",
    ),
}
"""What the pages of a tenant must say."""


@pytest.mark.parametrize("tenant", TENANTS)
def test_what_is_unknown_is_said(tenant: str, tmp_path: Path) -> None:
    """A tenant of one day, one with a part of the scores, one known by a table alone, one with half a year missing."""
    facts = facts_of(made(tenant, tmp_path))
    found = {page.path: words(page.content.decode()) for page in changes.documents(facts, Site.of(facts))}
    text = " ".join(found.values())
    for sentence in SAID[tenant]:
        assert sentence in text, sentence
    if tenant != "two years with a gap":
        assert "Microsoft changed nothing" not in text


def test_without_a_snapshot() -> None:
    """Nothing is known, and the page says so."""
    found = Read(evaluated(workspace(history()), day(1)), changes.documents)
    assert found.lead.startswith("There is no snapshot yet, so no change is known.")


def test_a_partial_day_is_named() -> None:
    """What it lacks may seem added."""
    whole = {"A": (1, 5), "B": (1, 5)}
    found = Read(evaluated(workspace(history(partial({"A": (1, 5)}), whole)), day(2)), changes.documents)
    assert "1 October 2026 has only a part of the scores, so that what it lacks may seem added" in found.text


def test_the_table_has_every_row() -> None:
    """In the order of the months, with what a program needs."""
    table = all_changes_table(backlog())
    rows = [dict(zip((column.key for column in table.columns), row, strict=True)) for row in table.rows]
    assert {row["who"] for row in rows} >= {"us"}
    months = [str(row["month"]) for row in rows]
    assert months == sorted(months, reverse=True)
    assert len(rows) == sum(len(month_of_changes(review).rows) for review in backlog().reviews)
