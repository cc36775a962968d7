# SPDX-License-Identifier: Apache-2.0
"""The catalogue: how profiles are read, and what Microsoft said on a day."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from secure_score_backlog.git import FileVersions, read_main_history
from secure_score_backlog.snapshots.catalogue import CatalogueVersions, effort, read_catalogue, without_repetition
from secure_score_backlog.snapshots.model import (
    Catalogue,
    Recommendation,
    StateUpdate,
)
from secure_score_backlog.snapshots.snapshot_files import CATALOGUE_PATH
from secure_score_backlog.snapshots.store import (
    SnapshotFolder,
    SnapshotSource,
    catalogue_versions,
    load_catalogue,
    open_snapshot_branch,
)
from tests.support.repositories import Repository


def test_profiles_are_normalised_and_keep_their_id() -> None:
    """Case is folded where Microsoft varies it; the id stays letter for letter."""
    profile = {
        "id": "11770.MDA_Google_X", "title": " Turn it on ", "implementationCost": "Medium", "userImpact": None,
        "threats": ["Account Breach", "Account breach", 7], "actionUrl": " https://x.example", "maxScore": "7",
        "controlStateUpdates": [
            {"state": "ThirdParty", "updatedDateTime": "2026-03-02T23:30:00-02:00"},
            {"state": "Default", "updatedDateTime": None},
        ],
    }  # fmt: skip
    found = read_catalogue({"profiles": [profile], "descriptions": {"other": "text"}}).recommendations
    item = found["11770.MDA_Google_X"]
    assert (item.title, item.cost, item.user_impact, item.maximum) == ("Turn it on", "moderate", "unknown", 7)
    assert item.threats == ("Account breach",)
    assert [(update.state, update.on) for update in item.updates] == [
        ("Default", None), ("ThirdParty", date(2026, 3, 3)),
    ]  # fmt: skip
    assert not found["other"].in_catalogue


def test_everything_a_profile_says() -> None:
    """Each field arrives under its name; in order of the ids; what only `descriptions` knows is not catalogued."""
    profile = {
        "id": "B", "title": "T", "service": "S", "controlCategory": "C", "maxScore": "7.5", "rank": 3, "tier": "Core",
        "implementationCost": " LOW ", "userImpact": "High", "threats": ["b", "A", ""], "actionUrl": "https://x",
        "remediation": "R", "remediationImpact": "I", "deprecated": True,
        "controlStateUpdates": [{"state": "", "updatedDateTime": None}, {"state": "Default"}],
    }  # fmt: skip
    found = read_catalogue({"profiles": [profile, {"id": "A"}, {"id": ""}, 7], "descriptions": {"B": "D", "0": 5}})
    assert list(found.recommendations) == ["0", "A", "B"]
    assert found.recommendations["B"] == Recommendation(
        id="B", title="T", service="S", category="C", maximum=Fraction(15, 2), cost="low",
        user_impact="high", threats=("A", "B"), action_url="https://x", remediation="R", remediation_impact="I",
        description="D", deprecated=True, updates=(StateUpdate("Default", None),),
    )  # fmt: skip
    assert found.recommendations["A"] == Recommendation(id="A", title="A", cost="unknown", user_impact="unknown")
    assert found.recommendations["0"] == Recommendation("0", title="0", description="", in_catalogue=False)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        *(("low", "low"), ("Low", "low"), ("moderate", "moderate"), ("Medium", "moderate"), ("HIGH", "high")),
        *(
            ("none", "none"),
            ("None", "none"),
            ("Unknown", "unknown"),
            (None, "unknown"),
            ("", "unknown"),
            (3, "unknown"),
        ),
    ],
)
def test_microsofts_ratings_have_one_spelling(written: object, expected: str) -> None:
    """Graph writes them in many."""
    assert effort(written) == expected


def test_marks_come_undated_first_then_oldest_first() -> None:
    """Also the ones of one day keep their order."""
    days = {"c": "2026-03-02T00:00:00Z", "b": "2026-03-01T00:00:00Z", "a": None, "d": "2026-03-01T05:00:00Z"}
    marks = [{"state": state, "updatedDateTime": moment} for state, moment in days.items()]
    found = read_catalogue({"profiles": [{"id": "A", "controlStateUpdates": marks}]}).recommendations["A"]
    assert "".join(update.state for update in found.updates) == "abdc"


def test_what_only_descriptions_know_keeps_its_description() -> None:
    """An id that no profile names any more still says what it was."""
    found = read_catalogue({"profiles": [{"id": "A"}], "descriptions": {"B": "What it was.", "A": "What it is."}})
    described = {key: (item.description, item.in_catalogue) for key, item in found.recommendations.items()}
    assert described == {"A": ("What it is.", True), "B": ("What it was.", False)}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (["Account Breach", "ACCOUNT BREACH", "account breach"], ("Account breach",)),
        (["GRO\u1e9e", "gro\u00df"], ("Gro\u00df",)),
        (["b", "", None, "A", 7, "B"], ("A", "B")),
        ([], ()),
    ],
)
def test_each_text_is_kept_once_whatever_its_case(written: list[object], kept: tuple[str, ...]) -> None:
    """Also where a letter has no single capital."""
    assert without_repetition(written) == kept


LATE = date(2026, 12, 31)


def content(**titles: str) -> str:
    """A catalogue with some recommendations."""
    profiles = [{"id": name, "title": title} for name, title in titles.items()]
    return json.dumps({"collected": {}, "descriptions": {"Z": "only described"}, "profiles": profiles})


def versions(folder: Path, source: SnapshotSource | None = None) -> CatalogueVersions:
    """The versions of a folder, or of a branch."""
    snapshots = source or SnapshotFolder(folder)
    files = FileVersions(folder, read_main_history(folder), LATE)
    return catalogue_versions(files, snapshots, load_catalogue(snapshots)[0])


def titles(found: Catalogue) -> dict[str, tuple[str, bool]]:
    """What a catalogue says about each: title, and whether it lists it."""
    return {name: (entry.title, entry.in_catalogue) for name, entry in found.recommendations.items() if name != "Z"}


def three_versions(folder: Path) -> Repository:
    """B was renamed in October and taken out in November."""
    repository = Repository(folder)
    for month, text in ((9, content(A="a", B="b")), (10, content(A="a", B="better")), (11, content(A="a", C="c"))):
        repository.write(CATALOGUE_PATH, text)
        repository.commit("Snapshot", f"2026-{month:02}-05T08:00:00+00:00")
    return repository


def test_each_day_sees_the_catalogue_of_its_time(tmp_path: Path) -> None:
    """A day before the first version sees the first one: snapshots may be older than the first collection."""
    three_versions(tmp_path)
    found = versions(tmp_path)
    assert titles(found.on(date(2026, 8, 1), ())) == {"A": ("a", True), "B": ("b", True)}
    assert titles(found.on(date(2026, 10, 4), ())) == {"A": ("a", True), "B": ("b", True)}
    assert titles(found.on(date(2026, 10, 5), ())) == {"A": ("a", True), "B": ("better", True)}
    assert titles(found.on(date(2026, 11, 5), ())) == {"A": ("a", True), "C": ("c", True)}


def test_what_was_retired_keeps_its_last_words_and_never_those_of_later(tmp_path: Path) -> None:
    """Older versions are asked, the newest first; a day knows nothing that was catalogued after it."""
    three_versions(tmp_path)
    found = versions(tmp_path)
    assert titles(found.on(LATE, {"B", "D"}))["B"] == ("better", False)
    assert "D" not in found.on(LATE, {"B", "D"}).recommendations
    assert "C" not in found.on(date(2026, 10, 5), {"C"}).recommendations
    assert not found.on(LATE, {"Z"}).get("Z").in_catalogue


def test_a_version_that_cannot_be_read_lists_nothing(tmp_path: Path) -> None:
    """It is passed over when a retired one is looked for."""
    repository = three_versions(tmp_path)
    repository.write(CATALOGUE_PATH, '{"profiles": "B" "id": "B"}')
    repository.commit("Break it", "2026-11-20T08:00:00+00:00")
    repository.write(CATALOGUE_PATH, content(A="a"))
    repository.commit("Mend it", "2026-11-21T08:00:00+00:00")
    found = versions(tmp_path)
    assert titles(found.on(date(2026, 11, 20), ())) == {}
    assert titles(found.on(LATE, {"B", "C"})) == {"A": ("a", True), "B": ("better", False), "C": ("c", False)}


def test_an_uncommitted_catalogue_counts_for_today_only(tmp_path: Path) -> None:
    """Today's state is the working tree."""
    repository = three_versions(tmp_path)
    repository.write(CATALOGUE_PATH, content(A="edited"))
    found = versions(tmp_path)
    assert titles(found.on(LATE, {"C"})) == {"A": ("edited", True), "C": ("c", False)}
    assert titles(found.on(date(2026, 11, 30), ()))["A"] == ("a", True)


def test_without_git_there_is_one_version(tmp_path: Path) -> None:
    """A plain folder, or one where nothing was collected."""
    assert titles(versions(tmp_path).on(LATE, {"A"})) == {}
    (tmp_path / "snapshots").mkdir()
    (tmp_path / CATALOGUE_PATH).write_text(content(A="a"), encoding="utf-8")
    assert titles(versions(tmp_path).on(date(2020, 1, 1), {"B"})) == {"A": ("a", True)}


def test_on_a_branch_of_its_own_the_branch_is_the_clock(tmp_path: Path) -> None:
    """`snapshots.branch`: the main line holds no catalogue at all; also from a folder inside the repository."""
    repository = Repository(tmp_path)
    repository.commit("Begin", "2026-08-01T08:00:00+00:00", tenant__decisions__A="x")
    repository.git("switch", "--quiet", "--orphan", "snapshots")
    for month, text in ((9, content(A="a", B="b")), (10, content(A="b"))):
        repository.write(f"tenant/{CATALOGUE_PATH}", text)
        repository.commit("Snapshot", f"2026-{month:02}-05T08:00:00+00:00")
    repository.git("switch", "--quiet", "main")
    root = tmp_path / "tenant"
    found = versions(root, open_snapshot_branch(read_main_history(root), "snapshots"))
    assert titles(found.on(date(2026, 9, 30), ())) == {"A": ("a", True), "B": ("b", True)}
    assert titles(found.on(LATE, {"B"})) == {"A": ("b", True), "B": ("b", False)}
