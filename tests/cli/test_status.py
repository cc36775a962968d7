# SPDX-License-Identifier: Apache-2.0
"""`backlog status`: the sample tenant's figures, months, days, and folders with little in them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.repositories import Repository
from tests.support.running import RunBacklog

KEYS = (
    "schema as_of period snapshot score ledger counts top blocked register completed regressed asks movement shadow "
    "problems"
).split()
PARTS = "improved regressed claimed ruler population unexplained total".split()
Status = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample tenant."""
    folder = tmp_path_factory.mktemp("status") / "tenant"
    subprocess.run([sys.executable, "-m", "secure_score_backlog", "demo", str(folder)], check=True, capture_output=True)
    return folder


@pytest.fixture
def status(run_backlog: RunBacklog, demo: Path) -> Status:
    """`backlog status --json` of the sample tenant."""

    def run(*arguments: str) -> dict[str, Any]:
        finished = run_backlog("status", "--json", "--root", demo, *arguments, expect=0)
        found: dict[str, Any] = json.loads(finished.stdout)
        return found

    return run


def test_every_key_of_the_design_is_there(status: Status) -> None:
    """Design §5 names the keys; ledger and movement hold exactly theirs and add up."""
    found = status()
    assert set(KEYS) <= found.keys()
    assert sum(found["ledger"].values()) == pytest.approx(found["score"]["max"])
    assert list(found["movement"]["points"]) == PARTS
    assert list(found["movement"]["percent"]) == PARTS
    for amounts in (found["movement"]["points"], found["movement"]["percent"]):
        assert sum(amounts[part] for part in PARTS[:-1]) == pytest.approx(amounts["total"])
    assert found["as_of"] == "2026-11-20"
    assert found["score"]["comparison"].keys() == {"AllTenants", "TotalSeats"}
    assert all(entry["commit"] and entry["pull_request"] for entry in found["register"])


def test_a_month_is_judged_at_its_end(status: Status) -> None:
    """The period runs from month end to month end, and a later day changes nothing in it."""
    found = status("--month", "2026-03")
    assert found["as_of"] == "2026-03-31"
    assert found["period"] == {"from": "2026-02-28", "to": "2026-03-31"}
    later = status("--month", "2026-03", "--as-of", "2026-06-15")
    assert {key: found[key] for key in KEYS[:-1]} == {key: later[key] for key in KEYS[:-1]}


def test_a_month_does_not_know_a_decision_committed_later(status: Status, demo: Path) -> None:
    """Legacy authentication was accepted on 10 September 2025; August knows nothing of it."""
    august, september = status("--month", "2025-08"), status("--month", "2025-09")
    assert august["states"]["BlockLegacyAuthentication"] == "undecided"
    assert "BlockLegacyAuthentication" in august["recorded_later"]
    assert september["states"]["BlockLegacyAuthentication"] == "accepted"


def test_an_earlier_day_sees_earlier_data(status: Status) -> None:
    """As of a day without a snapshot, the newest before it counts and its age is told."""
    found = status("--as-of", "2026-01-17")
    assert found["snapshot"] == {"date": "2026-01-16", "complete": True, "age_days": 1}


def test_what_is_wrong_with_the_question_is_usage(run_backlog: RunBacklog, demo: Path) -> None:
    """A month that is none, a month without facts, a day that is none: exit 2, and what would be right."""
    for arguments, words in (
        (("--month", "October"), "2026-10"),
        (("--month", "2024-01"), "from 2025-08 to 2026-11"),
        (("--as-of", "2026-13-01"), "2026-10-31"),
    ):
        finished = run_backlog("status", "--root", demo, *arguments, expect=2)
        assert words in finished.stderr
        assert finished.stdout == ""


def test_a_person_reads_decisions_first_and_the_score_last(run_backlog: RunBacklog, demo: Path) -> None:
    """Without colour, within a terminal's width."""
    text = run_backlog("status", "--root", demo, expect=0).stdout
    assert text.index("undecided") < text.index("Top five by risk") < text.index("Decisions needed")
    assert text.index("Decisions needed") < text.index("Score ")
    assert "\x1b" not in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_an_uncommitted_edit_counts_today_and_not_last_month(run_backlog: RunBacklog, tmp_path: Path) -> None:
    """Today's state is the working tree; a revert is known as soon as it is there."""
    folder = tmp_path / "tenant"
    run_backlog("demo", folder, expect=0)
    (folder / "decisions" / "BlockLegacyAuthentication.md").unlink()

    def state(*arguments: str) -> str:
        told = run_backlog("status", "--json", "--root", folder, *arguments, expect=0).stdout
        found: str = json.loads(told)["states"]["BlockLegacyAuthentication"]
        return found

    assert state() == "undecided"
    assert state("--month", "2026-10") == "accepted"


def test_folders_with_little_in_them(run_backlog: RunBacklog, tmp_path: Path) -> None:
    """No folder, an empty folder, an empty repository: a clear word, never a traceback."""
    missing = run_backlog("status", "--root", tmp_path / "nowhere", expect=3)
    assert "is not a folder" in missing.stderr
    empty = json.loads(run_backlog("status", "--json", expect=0).stdout)
    assert empty["snapshot"] is None
    assert empty["score"] is None
    Repository(tmp_path)
    assert "No snapshot yet" in run_backlog("status", expect=0).stdout


def test_a_shallow_clone_is_refused(run_backlog: RunBacklog, demo: Path, tmp_path: Path) -> None:
    """It would date every decision to its last commit."""
    Repository(tmp_path / "x").git("clone", "--quiet", "--depth", "1", f"file://{demo}", str(tmp_path / "shallow"))
    finished = run_backlog("status", "--root", tmp_path / "shallow", expect=3)
    assert "git fetch --unshallow" in finished.stderr
