# SPDX-License-Identifier: Apache-2.0
"""`backlog review`: minutes and signed facts, written once; the site shows what was signed and merged."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from secure_score_backlog.cli.review import lines
from secure_score_backlog.decisions.model import Bucket, CoverReason
from secure_score_backlog.evaluation.facts import evaluate
from tests.support.graph_items import control, profile, score
from tests.support.repositories import Repository
from tests.support.running import RunBacklog
from tests.support.tenants import cover, day, decision, history, versions, workspace

DECISION = """---
recommendation: AdminMFAV2
bucket: do-soon
risk: critical
reduces: Stolen passwords of administrators.
owner: Head of IT
impact: none
prerequisites: none
proof: the sign-in log
due: 2026-12-31
ask: {from: leadership, since: 2026-10-05, question: "Buy [keys]?"}
---
"""


@pytest.fixture
def tenant(backlog: RunBacklog, tmp_path: Path) -> Repository:
    """Thirty-five days of one open recommendation, and a decision of October."""
    repository = Repository(tmp_path / "tenant")
    days = [date(2026, 10, 1) + timedelta(days=number) for number in range(35)]
    answer = [score(day, [control("AdminMFAV2", 5, 50)]) for day in reversed(days)]
    saved = tmp_path / "saved.json"
    saved.write_text(json.dumps({"value": [*answer, profile("AdminMFAV2")]}, default=str), encoding="utf-8")
    backlog("import", saved, "--root", repository.folder, expect=0)
    repository.commit("Measured and decided", "2026-10-06T08:00:00+00:00", decisions__AdminMFAV2=DECISION)
    return repository


def page(repository: Repository) -> str:
    """The rendered page of October."""
    return (repository.folder / "build" / "pages" / "reviews" / "2026-10.md").read_text(encoding="utf-8")


def test_minutes_and_facts_are_written_once(backlog: RunBacklog, tenant: Repository) -> None:
    """The scaffold names what there is to talk about; a second run writes over nothing."""
    first = backlog("review", "2026-10", "--root", tenant.folder, expect=0)
    assert first.stdout.split() == ["docs/reviews/2026-10.md", "docs/reviews/2026-10.json"]
    assert "The facts of October 2026 are as of 2026-10-31." in first.stderr
    assert "commit both files: the commit is the sign-off." in first.stderr
    tenant.write("backlog.yml", "organisation: Example\nrepository: a/b\n")
    told = backlog("status", "--month", "2026-10", "--root", tenant.folder, expect=0).stdout
    assert told.startswith("Example, as of 31"), "the name of today, also where the settings are younger"
    minutes = tenant.folder / "docs" / "reviews" / "2026-10.md"
    assert "Buy (keys)?" in minutes.read_text(encoding="utf-8")
    minutes.write_text("Ours.\n", encoding="utf-8")
    again = backlog("review", "2026-10", "--root", tenant.folder, expect=3)
    assert "already signed" in again.stderr
    assert "in a pull request that says why" in again.stderr
    assert minutes.read_text(encoding="utf-8") == "Ours.\n"


@pytest.mark.parametrize(
    ("month", "words"), [("2026-11", "is in progress"), ("2024-01", "2026-10"), ("Oct", "2026-10")]
)
def test_a_month_that_cannot_be_signed_is_a_usage_error(
    backlog: RunBacklog, tenant: Repository, month: str, words: str
) -> None:
    """Still running, never measured, no month: usage, and nothing is written."""
    finished = backlog("review", month, "--root", tenant.folder, expect=2)
    assert words in finished.stderr
    assert not (tenant.folder / "docs").exists()


def test_the_month_shows_what_was_signed_once_it_is_merged(backlog: RunBacklog, tenant: Repository) -> None:
    """Computed before the merge, signed after it; the parts that the program now computes differently are named."""
    backlog("review", "2026-10", "--root", tenant.folder, expect=0)
    backlog("render", "--root", tenant.folder, expect=0)
    assert "Signed facts, computed by version" not in page(tenant)
    tenant.commit("Sign October (#9)", "2026-11-05T08:00:00+00:00")
    backlog("render", "--root", tenant.folder, expect=0)
    assert "Signed facts, computed by version" in page(tenant)
    assert "computes other values" not in page(tenant)
    tenant.write("decisions/AdminMFAV2.md", DECISION.replace("critical", "low"))
    tenant.git("add", "--all")
    tenant.git("commit", "--quiet", "--amend", "--no-edit", when="2026-10-06T08:00:00+00:00")
    backlog("render", "--root", tenant.folder, expect=0)
    assert "critical" in page(tenant)
    assert "computes other values for: " in page(tenant)


def test_edited_facts_fail_check_and_are_not_shown(backlog: RunBacklog, tenant: Repository) -> None:
    """A number was edited: `check` fails, and the page shows what the program computes."""
    backlog("review", "2026-10", "--root", tenant.folder, expect=0)
    file = tenant.folder / "docs" / "reviews" / "2026-10.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"undecided": 0', '"undecided": -1'), encoding="utf-8")
    tenant.commit("Sign October", "2026-11-05T08:00:00+00:00")
    checked = backlog("check", "--root", tenant.folder, expect=1)
    assert "do not match their digest" in checked.stdout
    backlog("render", "--root", tenant.folder, expect=0)
    assert "Signed facts, computed by version" not in page(tenant)


def test_the_minutes_of_a_month_without_decisions_say_so() -> None:
    """Where none could be decided, and when the first one came; else the line is left to fill in."""
    measured = history({"A": (0, 4)}, {"A": (0, 4)})
    made = workspace(measured, {"A": versions((2, decision("A")))})
    assert "- Nothing in October 2026: the first decision was recorded on 2026-10-02." in lines(
        "2026-10", evaluate(made, day(1))
    )
    assert "- Nothing in October 2026: no decision was recorded yet." in lines(
        "2026-10", evaluate(workspace(measured), day(2))
    )
    said = list(lines("2026-10", evaluate(made, day(2))))
    assert said[said.index("### Decided") + 2] == "-"
    assert said[0] == "Present: (roles, not names), on (day of the meeting)."


def test_the_minutes_say_in_words_why_a_new_decision_is_needed() -> None:
    """Regressed and in conflict, as on the pages: not the word that an acceptance has in JSON once it was done."""
    decided = {
        "Back": decision("Back", Bucket.ACCEPT),
        "Clash": decision("Clash", Bucket.NOT_APPLICABLE, covered=cover(reason=CoverReason.NOT_APPLICABLE)),
    }
    measured = history({"Back": (4, 4), "Clash": (4, 4)}, {"Back": (1, 4), "Clash": (4, 4)})
    known = workspace(measured, {name: versions((1, said)) for name, said in decided.items()})
    assert [line for line in lines("2026-10", evaluate(known, day(2))) if line.startswith("- ") and ":" in line] == [
        "- Back: regressed",
        "- Clash: conflict",
    ]
