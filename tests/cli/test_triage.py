# SPDX-License-Identifier: Apache-2.0
"""`backlog triage`: what to decide next by risk, the order by points for contrast, and scaffolds to begin with."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from secure_score_backlog import wording
from secure_score_backlog.snapshots.snapshot_files import snapshot_path
from tests.support.graph_items import control, profile, score
from tests.support.running import RunBacklog
from tests.support.tenants import day, partial, stored

POINTS = {
    "AdminMFAV2": (9, 10),
    "BlockLegacyAuthentication": (0, 8),
    "exo_mailtipsenabled": (0, 10),
    "unheard_of": (0, 3),
}


@pytest.fixture
def tenant(backlog: RunBacklog, tmp_path: Path) -> Path:
    """Four open recommendations: two critical, one low, one unrated."""
    controls = [control(name, points, points * 100 // most) for name, (points, most) in POINTS.items()]
    profiles = [profile(name, most, title=f"Title of {name}") for name, (_, most) in POINTS.items()]
    saved = tmp_path / "saved.json"
    saved.write_text(
        json.dumps({"value": [score(date(2026, 11, 20), controls), *profiles]}, default=str), encoding="utf-8"
    )
    backlog("import", saved, "--root", tmp_path, expect=0)
    return tmp_path


def test_the_order_is_by_risk_and_the_contrast_by_points(backlog: RunBacklog, tenant: Path) -> None:
    """The highest risk first though it has least to win; what is unrated comes last and says so."""
    found = json.loads(backlog("triage", "--json", "--root", tenant, expect=0).stdout)
    assert [item["recommendation"] for item in found["waiting"]] == [
        "AdminMFAV2",
        "BlockLegacyAuthentication",
        "exo_mailtipsenabled",
        "unheard_of",
    ]
    assert found["waiting"][-1]["risk"] is None
    assert [item["recommendation"] for item in found["by_points"]][:2] == [
        "exo_mailtipsenabled",
        "BlockLegacyAuthentication",
    ]
    text = backlog("triage", "--root", tenant, expect=0).stdout
    assert text.index("Title of AdminMFAV2") < text.index("Title of exo_mailtipsenabled") < text.index("For contrast")
    assert "BlockLegacyAuthentication" in text
    assert "as of 20 November 2026 (the day of the newest snapshot)" in " ".join(text.split())


def test_a_row_says_the_missing_licence_and_the_family(backlog: RunBacklog, tmp_path: Path) -> None:
    """Below the title, beside the id; a licence that the tenant has is not mentioned."""
    names = ("UserRiskPolicy", "AATP_Okta_SomethingNew", "AdminMFAV2")
    controls = [control(name, 0, 0) for name in names]
    measured = score(date(2026, 11, 20), controls, enabledServices=["HasAADFree", "HasAATP"])
    profiles = [profile(name, 7, title=f"Title of {name}") for name in names]
    saved = tmp_path / "saved.json"
    saved.write_text(json.dumps({"value": [measured, *profiles]}, default=str), encoding="utf-8")
    backlog("import", saved, "--root", tmp_path, expect=0)
    text = " ".join(backlog("triage", "--root", tmp_path, expect=0).stdout.split())
    assert "UserRiskPolicy · Needs Entra ID P2, which this tenant does not have." in text
    assert "AATP_Okta_SomethingNew · rated by: family AATP_Okta_*" in text
    assert text.count("Needs ") == 1
    found = json.loads(backlog("triage", "--json", "--root", tmp_path, expect=0).stdout)["waiting"]
    licences = {item["recommendation"]: item["licence"] for item in found}
    assert licences["UserRiskPolicy"] == {"needs": "Entra ID P2", "has": False}
    assert licences["AdminMFAV2"] == {"needs": "Entra ID Free", "has": True}


def test_no_scaffold_is_written_twice(backlog: RunBacklog, tenant: Path) -> None:
    """Two, then the other two, then nothing; each passes `check` as a draft and still counts as undecided."""
    first = backlog("triage", "--write", "2", "--root", tenant, expect=0)
    assert first.stdout.split() == ["decisions/AdminMFAV2.md", "decisions/BlockLegacyAuthentication.md"]
    assert "risk: critical" in (tenant / "decisions" / "AdminMFAV2.md").read_text(encoding="utf-8")
    second = backlog("triage", "--write", "9", "--root", tenant, expect=0)
    assert second.stdout.split() == ["decisions/exo_mailtipsenabled.md", "decisions/unheard_of.md"]
    third = backlog("triage", "--write", "1", "--root", tenant, expect=0)
    assert third.stdout == ""
    assert "Nothing to write" in third.stderr
    backlog("check", "--root", tenant, expect=0)
    found = json.loads(backlog("triage", "--json", "--root", tenant, expect=0).stdout)
    assert len(found["waiting"]) == 4


def test_without_snapshots_nothing_is_known(backlog: RunBacklog, tmp_path: Path) -> None:
    """Nothing was measured, so it does not say that nothing is undecided."""
    (tmp_path / "snapshots").mkdir()
    shown = backlog("triage", "--root", tmp_path, expect=0).stdout
    assert shown.startswith("Nothing is known yet: there is no snapshot.")


def test_a_snapshot_that_measures_nothing_leaves_nothing_decided(backlog: RunBacklog, tmp_path: Path) -> None:
    """Scores that are no numbers, as a mock of Graph gives them: an empty list says nothing."""
    store(tmp_path, stored({"A": ("NaN", 5)}, current=0, maximum=0))
    shown = " ".join(backlog("triage", "--root", tmp_path, expect=0).stdout.split())
    assert (
        shown
        == f"Nothing is known: the newest snapshot, {wording.day(day(1))}, measures no recommendation.".replace(
            "\u00a0", " "
        )
    )


def test_with_everything_done_nothing_is_undecided(backlog: RunBacklog, tmp_path: Path) -> None:
    """A plain sentence instead of an empty table."""
    store(tmp_path, stored({"A": (1, 1)}))
    shown = backlog("triage", "--root", tmp_path, expect=0).stdout
    assert shown.strip() == f"Nothing is undecided, as of {wording.day(day(1))} (the day of the newest snapshot)."


def test_a_partial_day_does_not_say_that_nothing_is_undecided(backlog: RunBacklog, tmp_path: Path) -> None:
    """A filtered table whose two rows are done says nothing about the others."""
    store(tmp_path, partial({"A": (1, 1), "B": (2, 2)}))
    shown = " ".join(backlog("triage", "--root", tmp_path, expect=0).stdout.split())
    assert shown.startswith("Nothing is undecided among the 2 recommendations of the newest snapshot")
    assert "partial day: nothing is known of the others" in shown
    found = json.loads(backlog("triage", "--json", "--root", tmp_path, expect=0).stdout)
    assert found["measured"] == {"date": str(day(1)), "partial": True, "recommendations": 2, "not_measured": 0}


def store(root: Path, snapshot: dict[str, Any]) -> None:
    """Put a snapshot where it belongs, as of the first day."""
    file = root / snapshot_path(day(1))
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(snapshot, default=int), encoding="utf-8")


def test_an_unexplained_score_is_not_decided(backlog: RunBacklog, tmp_path: Path) -> None:
    """Of 1376 points one recommendation is known, and done: nothing says that nothing is undecided."""
    store(tmp_path, stored({"A": (1, 1)}, 815, 1376))
    shown = " ".join(backlog("triage", "--root", tmp_path, expect=0).stdout.split())
    assert shown.startswith("Nothing that has a score is undecided, as of 1 October 2026")
    assert "Most of the score is unexplained. Microsoft’s score is 815 of 1" in shown
