# SPDX-License-Identifier: Apache-2.0
"""`backlog status`: today, months and days of the sample tenant; what comes later changes no finished month."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.exports.json import encode, plain_facts
from secure_score_backlog.workspace import load
from tests.support.repositories import Repository
from tests.support.running import RunBacklog, run_here

KEYS = (
    "schema as_of period snapshot score ledger counts top blocked register completed regressed asks movement shadow "
    "problems"
).split()
PARTS = "improved regressed claimed rescored scope unexplained total".split()
Status = Callable[..., dict[str, Any]]
CHANGED_LATER = 20
"""Decisions that change after the months that are compared."""
DAYS_LATER = 30
"""Days that follow them."""


@pytest.fixture
def status(backlog: RunBacklog, sample_tenant: Path) -> Status:
    """`backlog status --json` of the sample tenant."""

    def run(*arguments: str) -> dict[str, Any]:
        finished = backlog("status", "--json", "--root", sample_tenant, *arguments, expect=0)
        found: dict[str, Any] = json.loads(finished.stdout)
        return found

    return run


def test_every_documented_key_is_there_and_the_parts_add_up(status: Status) -> None:
    """Ledger and movement hold exactly their parts, and their sums are the figures beside them."""
    found = status()
    assert set(KEYS) <= found.keys()
    assert sum(found["ledger"].values()) == pytest.approx(found["score"]["max"])
    assert list(found["movement"]["points"]) == PARTS
    assert list(found["movement"]["percent"]) == PARTS
    for amounts in (found["movement"]["points"], found["movement"]["percent"]):
        assert sum(amounts[part] for part in PARTS[:-1]) == pytest.approx(amounts["total"])
    assert found["as_of"] == "2026-11-20"
    assert found["score"]["comparison"].keys() == {"AllTenants", "TotalSeats"}
    assert all(entry["commit"] for entry in found["register"])
    pushed = [entry["recommendation"] for entry in found["register"] if entry["pull_request"] is None]
    assert pushed == ["AATP_EntitiesWithOldPassword"]  # committed to the main branch, past any pull request


def test_a_month_is_judged_at_its_end(status: Status) -> None:
    """The period runs from month end to month end, and a later day changes nothing in it."""
    found = status("--month", "2026-03")
    assert found["as_of"] == "2026-03-31"
    assert found["period"] == {"from": "2026-02-28", "to": "2026-03-31"}
    later = status("--month", "2026-03", "--as-of", "2026-06-15")
    assert {key: found[key] for key in KEYS[:-1]} == {key: later[key] for key in KEYS[:-1]}


def test_a_month_does_not_know_a_decision_committed_later(status: Status) -> None:
    """Legacy authentication was accepted on 10 September 2025; August knows nothing of it."""
    august, september = status("--month", "2025-08"), status("--month", "2025-09")
    assert august["states"]["BlockLegacyAuthentication"] == "undecided"
    assert "BlockLegacyAuthentication" in august["recorded_later"]
    assert september["states"]["BlockLegacyAuthentication"] == "accepted"


def test_an_earlier_day_sees_earlier_data(status: Status) -> None:
    """As of a day without a snapshot, the newest before it counts, with its age."""
    found = status("--as-of", "2026-01-17")
    assert found["snapshot"] == {"date": "2026-01-16", "complete": True, "source": "graph", "age_days": 1}


def test_an_impossible_month_or_day_is_a_usage_error(backlog: RunBacklog, sample_tenant: Path) -> None:
    """A month that is none, a month without facts, a day that is none: exit 2, and what would be right."""
    for arguments, words in (
        (("--month", "October"), "2026-10"),
        (("--month", "2024-01"), "from 2025-08 to 2026-11"),
        (("--as-of", "2026-13-01"), "2026-10-31"),
    ):
        finished = backlog("status", "--root", sample_tenant, *arguments, expect=2)
        assert words in finished.stderr
        assert finished.stdout == ""


def test_a_person_reads_decisions_first_and_the_score_last(backlog: RunBacklog, sample_tenant: Path) -> None:
    """Without colour, within a terminal's width."""
    text = backlog("status", "--root", sample_tenant, expect=0).stdout
    assert text.index("Decisions needed") < text.index("Top five by risk") < text.index("that end within")
    assert text.index("that end within") < text.index("Score ")
    assert "\x1b" not in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_the_decisions_needed_are_listed_once_and_counted(
    backlog: RunBacklog, sample_tenant: Path, status: Status
) -> None:
    """As many as in JSON: leadership's first, then what is late, then the nearest day; another table has what ends."""
    text = backlog("status", "--root", sample_tenant, expect=0).stdout
    rows = status()["decisions_needed"]
    assert f"{len(rows)} decisions needed now" in text
    table = text[text.index("Decisions needed\n") : text.index("Top five by risk")]
    kinds = re.findall(r" (overdue|expired|breached|regressed|conflict|requested)\b", table)
    assert kinds == [row["kind"] for row in rows]
    assert kinds[:3] == ["requested"] * 3
    assert [row["leadership"] for row in rows] == [True] * 3 + [False] * (len(rows) - 3)
    assert sorted(set(kinds[3:9])) == ["breached", "conflict", "expired", "overdue", "regressed"]
    for leadership in (True, False):
        days = [row["by"] for row in rows if row["kind"] == "requested" and row["leadership"] is leadership]
        assert days == sorted(days)
    assert f"{status()['late']} overdue: no longer in force, not done or not answered in time" in text
    ending = text[text.index("that end within") : text.index("Score ")]
    days = re.findall(r"^ +(\d{4}-\d\d-\d\d) ", ending, re.MULTILINE)
    assert len(days) == 2
    assert days == sorted(days)
    assert "35 undecided: no finished decision, drafts included" in text


def test_a_change_of_the_score_has_the_words_of_the_site(
    backlog: RunBacklog, sample_tenant: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The names of JSON are for programs: no part of a movement is called by them, in no month.

    The folder is read once for all months.
    """
    known = load(sample_tenant, today=date(2026, 11, 21))
    monkeypatch.setattr("secure_score_backlog.cli.status.load", lambda *_, **__: known)
    months = [f"2025-{month:02}" for month in range(9, 13)] + [f"2026-{month:02}" for month in range(1, 12)]
    lines = [
        " ".join(text.split("  since ")[1].split())
        for month in months
        if "  since " in (text := backlog("status", "--root", sample_tenant, "--month", month, expect=0).stdout)
    ]
    assert lines
    assert [line for line in lines if re.search(r"\b(claimed|rescored|scope) ", line)] == []
    for words in ("self-attested", "changed by Microsoft", "users or devices changed"):
        assert any(words in line for line in lines), words


def test_an_uncommitted_edit_counts_today_and_not_last_month(backlog: RunBacklog, own_sample: Path) -> None:
    """Today's state is the working tree; a revert is known as soon as it is there."""
    folder = own_sample
    (folder / "decisions" / "BlockLegacyAuthentication.md").unlink()

    def state(*arguments: str) -> str:
        text = backlog("status", "--json", "--root", folder, *arguments, expect=0).stdout
        found: str = json.loads(text)["states"]["BlockLegacyAuthentication"]
        return found

    assert state() == "undecided"
    assert state("--month", "2026-10") == "accepted"


def test_a_folder_without_snapshots_says_so(backlog: RunBacklog, tmp_path: Path) -> None:
    """Settings alone, and an empty repository: a clear word, never a traceback."""
    (tmp_path / "backlog.yml").touch()
    empty = json.loads(backlog("status", "--json", expect=0).stdout)
    assert empty["snapshot"] is None
    assert empty["score"] is None
    Repository(tmp_path)
    assert "No snapshot yet" in backlog("status", expect=0).stdout


def test_a_shallow_clone_is_refused(backlog: RunBacklog, sample_tenant: Path, tmp_path: Path) -> None:
    """It would date every decision to its last commit."""
    Repository(tmp_path / "x").git(
        "clone", "--quiet", "--depth", "1", f"file://{sample_tenant}", str(tmp_path / "shallow")
    )
    finished = backlog("status", "--root", tmp_path / "shallow", expect=3)
    assert "git fetch --unshallow" in finished.stderr


def printed(root: Path, *arguments: str) -> str:
    """What `backlog status --json` prints."""
    return run_here("status", "--json", "--root", root, *arguments, expect=0).stdout


def every_month(root: Path) -> dict[str, str]:
    """The same for each month, from one reading of the folder."""
    workspace = load(root, today=date(2026, 11, 20))
    return {
        review.month: encode(plain_facts(review.facts)) + "\n"
        for review in evaluate(workspace, workspace.newest_day, months=None).reviews
    }


def without_later(text: str) -> str:
    """Everything but the list of decisions that came later, which is about what came later."""
    return re.sub(r'"recorded_later": \[[^\]]*\]', "", text)


def go_on(repository: Repository, newest: date) -> None:
    """Thirty more days, twenty changed decisions, other settings, and a catalogue that Microsoft rewrote."""
    root = repository.folder
    day = json.loads((root / f"snapshots/{newest.year}/{newest}.json").read_text(encoding="utf-8"))
    listed = json.loads((root / "snapshots/catalogue.json").read_text(encoding="utf-8"))
    decisions = sorted((root / "decisions").glob("*.md"))
    for number in range(1, DAYS_LATER + 1):
        now = newest + timedelta(days=number)
        for control in day["secureScore"]["controlScores"][number::7]:
            control["score"] = 0 if number % 2 else day["maximum"][control["controlName"]][0] or 0
        repository.write(f"snapshots/{now.year}/{now}.json", json.dumps(day))
        if number <= CHANGED_LATER:
            change(repository, decisions[number], number, now)
        if number == 12:
            rewrite(listed["profiles"])
            repository.write("snapshots/catalogue.json", json.dumps(listed))
            repository.write("backlog.yml", "stale_months: 1\nowners: [Nobody]\nrisk: {AATP_PathRisk: critical}\n")
        repository.commit(f"Go on (#{900 + number})", f"{now}T08:00:00+00:00")


def change(repository: Repository, file: Path, number: int, now: date) -> None:
    """Delete, break, or renew a decision, or add one about something that had none."""
    text = file.read_text(encoding="utf-8")
    if number % 4 == 0:
        file.unlink()
    elif number % 4 == 1:
        file.write_text(text.replace("owner:", "colour: blue\nowner:"), encoding="utf-8")
    elif number % 4 == 2:
        file.write_text(re.sub(r"(until|due): .*", rf"\1: {now + timedelta(days=80)}", text), encoding="utf-8")
    else:
        name = ("AATP_PathRisk", "scid_2501", "scid_2508", "AATP_AdminSDHolder", "exo_mailboxaudit")[number // 4]
        said = f"---\nrecommendation: {name}\nbucket: do-soon\nrisk: low\nowner: Head of IT\ndue: {now}\n---\n"
        repository.write(f"decisions/{name}.md", said)


def rewrite(profiles: list[dict[str, Any]]) -> None:
    """Microsoft renames some, retires some, and lists the marks of the portal anew."""
    del profiles[5:9]
    for profile in profiles[::3]:
        profile["title"] = "Another title"
        profile["implementationCost"] = "High"
        profile["controlStateUpdates"] = [{"state": "Ignored", "updatedDateTime": "2026-01-02T00:00:00Z"}]
    profiles.append({**profiles[0], "id": "brand_new"})


@pytest.mark.slow
def test_what_comes_later_changes_no_finished_month(own_sample: Path) -> None:
    """After 30 more days and 20 more decisions every finished month prints the same bytes, problems included."""
    root = own_sample
    months = [f"2025-{month:02}" for month in range(8, 13)] + [f"2026-{month:02}" for month in range(1, 11)]
    before = every_month(root)
    repository = Repository.__new__(Repository)
    repository.folder = root
    go_on(repository, date(2026, 11, 20))
    after = every_month(root)
    assert after["2026-05"] == printed(root, "--month", "2026-05")
    assert [month for month in months if without_later(before[month]) != without_later(after[month])] == []
    today = json.loads(printed(root))
    assert today["as_of"] == "2026-12-20"
    assert today["states"]["brand_new"] == "not-measured"
    assert "AATP_PathRisk" in json.loads(after["2026-10"])["recorded_later"]
    titles = {row["title"] for row in today["top"]}
    assert "Another title" in titles or today["states"] != json.loads(before["2026-10"])["states"]


DECISION = """---
recommendation: A
bucket: accept
risk: high
owner: Head of IT
accepted:
  rationale: because
  approver: Managing Director
  until: 2027-03-01
---
"""
DAY = {
    "collected": {"complete": True, "source": "graph"},
    "maximum": {"A": [2, "Default"]},
    "secureScore": {"currentScore": 0, "maxScore": 2, "controlScores": [{"controlName": "A", "score": 0}]},
}


def test_neither_an_earlier_month_nor_today_after_a_revert_knows_a_decision(tmp_path: Path) -> None:
    """The main branch is the clock, in both directions."""
    repository = Repository(tmp_path)
    for month in ("09", "10", "11"):
        repository.write(f"snapshots/2026/2026-{month}-28.json", json.dumps(DAY))
    repository.commit("Snapshots", "2026-09-28T08:00:00+00:00")
    repository.write("decisions/A.md", DECISION)
    repository.commit("Accept A (#5)", "2026-10-03T08:00:00+00:00")

    def state(*arguments: str) -> str:
        found: str = json.loads(printed(tmp_path, *arguments))["states"]["A"]
        return found

    assert [state("--month", month) for month in ("2026-09", "2026-10")] == ["undecided", "accepted"]
    assert state() == "accepted"
    repository.git("revert", "--no-edit", "HEAD", when="2026-11-29T08:00:00+00:00")
    assert state() == "undecided"
    assert json.loads(printed(tmp_path))["register"] == []
    assert [state("--month", month) for month in ("2026-09", "2026-10")] == ["undecided", "accepted"]


def test_an_earlier_day_is_judged_with_the_settings_of_that_day(tmp_path: Path) -> None:
    """`--as-of` looks back as `--month` does: at settings, too."""
    repository = Repository(tmp_path)
    for month in ("09", "10", "11"):
        repository.write(f"snapshots/2026/2026-{month}-28.json", json.dumps(DAY))
    repository.write("backlog.yml", "stale_months: 12\n")
    repository.commit("Begin", "2026-09-28T08:00:00+00:00")
    repository.write("backlog.yml", "stale_months: 1\n")
    repository.commit("Be strict", "2026-11-28T08:00:00+00:00")
    assert json.loads(printed(tmp_path))["counts"]["stale"] == 1
    for arguments in (("--as-of", "2026-11-01"), ("--month", "2026-10")):
        assert json.loads(printed(tmp_path, *arguments))["counts"]["stale"] == 0
