# SPDX-License-Identifier: Apache-2.0
"""The past is settled: what comes later changes no figure of a finished month, and a revert is known at once."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import redirect_stdout
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from secure_score_backlog.cli.main import main
from secure_score_backlog.exports.json import status
from secure_score_backlog.workspace import assemble
from tests.support.repositories import Repository

CHANGED = 20
"""Decisions that change afterwards."""
LATER = 30
"""Days that come afterwards."""


def told(root: Path, *arguments: str) -> str:
    """What `backlog status --json` prints."""
    text = StringIO()
    with redirect_stdout(text), pytest.raises(SystemExit) as ending:
        main(["status", "--json", "--root", str(root), *arguments])
    assert ending.value.code == 0
    return text.getvalue()


def printed(root: Path) -> dict[str, str]:
    """The same for every month, from one reading of the folder."""
    backlog = assemble(root, as_of=None, today=date(2026, 11, 20))
    return {
        review.month: json.dumps(status(review.facts, review.problems), indent=2, ensure_ascii=False) + "\n"
        for review in backlog.reviews
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
    for number in range(1, LATER + 1):
        now = newest + timedelta(days=number)
        for control in day["secureScore"]["controlScores"][number::7]:
            control["score"] = 0 if number % 2 else day["maximum"][control["controlName"]][0] or 0
        repository.write(f"snapshots/{now.year}/{now}.json", json.dumps(day))
        if number <= CHANGED:
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
def test_what_comes_later_changes_no_finished_month(tmp_path: Path) -> None:
    """After 30 more days and 20 more decisions every finished month prints the same bytes, problems included."""
    root = tmp_path / "tenant"
    subprocess.run([sys.executable, "-m", "secure_score_backlog", "demo", str(root)], check=True, capture_output=True)
    months = [f"2025-{month:02}" for month in range(8, 13)] + [f"2026-{month:02}" for month in range(1, 11)]
    before = printed(root)
    repository = Repository.__new__(Repository)
    repository.folder = root
    go_on(repository, date(2026, 11, 20))
    after = printed(root)
    assert after["2026-05"] == told(root, "--month", "2026-05")
    assert [month for month in months if without_later(before[month]) != without_later(after[month])] == []
    today = json.loads(told(root))
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


def test_a_month_before_a_decision_does_not_know_it_and_after_a_revert_neither_does_today(tmp_path: Path) -> None:
    """The main branch is the clock, in both directions."""
    repository = Repository(tmp_path)
    for month in ("09", "10", "11"):
        repository.write(f"snapshots/2026/2026-{month}-28.json", json.dumps(DAY))
    repository.commit("Snapshots", "2026-09-28T08:00:00+00:00")
    repository.write("decisions/A.md", DECISION)
    repository.commit("Accept A (#5)", "2026-10-03T08:00:00+00:00")

    def state(*arguments: str) -> str:
        found: str = json.loads(told(tmp_path, *arguments))["states"]["A"]
        return found

    assert [state("--month", month) for month in ("2026-09", "2026-10")] == ["undecided", "accepted"]
    assert state() == "accepted"
    repository.git("revert", "--no-edit", "HEAD", when="2026-11-29T08:00:00+00:00")
    assert state() == "undecided"
    assert json.loads(told(tmp_path))["register"] == []
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
    assert json.loads(told(tmp_path))["counts"]["stale"] == 1
    for arguments in (("--as-of", "2026-11-01"), ("--month", "2026-10")):
        assert json.loads(told(tmp_path, *arguments))["counts"]["stale"] == 0
