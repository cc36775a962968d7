# SPDX-License-Identifier: Apache-2.0
"""The catalogue as of a day: what Microsoft renames, marks or takes out today changes no finished month."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from secure_score_backlog.git import FileVersions, read_main_history
from secure_score_backlog.snapshots.catalogue_versions import CatalogueVersions, catalogue_versions
from secure_score_backlog.snapshots.model import Catalogue
from secure_score_backlog.snapshots.store import (
    CATALOGUE,
    SnapshotFolder,
    SnapshotSource,
    load_catalogue,
    open_snapshot_branch,
)
from tests.support.repositories import Repository

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
        repository.write(CATALOGUE, text)
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
    repository.write(CATALOGUE, '{"profiles": "B" "id": "B"}')
    repository.commit("Break it", "2026-11-20T08:00:00+00:00")
    repository.write(CATALOGUE, content(A="a"))
    repository.commit("Mend it", "2026-11-21T08:00:00+00:00")
    found = versions(tmp_path)
    assert titles(found.on(date(2026, 11, 20), ())) == {}
    assert titles(found.on(LATE, {"B", "C"})) == {"A": ("a", True), "B": ("better", False), "C": ("c", False)}


def test_an_uncommitted_catalogue_counts_for_today_only(tmp_path: Path) -> None:
    """Today's state is the working tree."""
    repository = three_versions(tmp_path)
    repository.write(CATALOGUE, content(A="edited"))
    found = versions(tmp_path)
    assert titles(found.on(LATE, {"C"})) == {"A": ("edited", True), "C": ("c", False)}
    assert titles(found.on(date(2026, 11, 30), ()))["A"] == ("a", True)


def test_without_git_there_is_one_version(tmp_path: Path) -> None:
    """A plain folder, or one where nothing was collected."""
    assert titles(versions(tmp_path).on(LATE, {"A"})) == {}
    (tmp_path / "snapshots").mkdir()
    (tmp_path / CATALOGUE).write_text(content(A="a"), encoding="utf-8")
    assert titles(versions(tmp_path).on(date(2020, 1, 1), {"B"})) == {"A": ("a", True)}


def test_on_a_branch_of_its_own_the_branch_is_the_clock(tmp_path: Path) -> None:
    """`snapshots.branch`: the main line holds no catalogue at all; also from a folder inside the repository."""
    repository = Repository(tmp_path)
    repository.commit("Begin", "2026-08-01T08:00:00+00:00", tenant__decisions__A="x")
    repository.git("switch", "--quiet", "--orphan", "snapshots")
    for month, text in ((9, content(A="a", B="b")), (10, content(A="b"))):
        repository.write(f"tenant/{CATALOGUE}", text)
        repository.commit("Snapshot", f"2026-{month:02}-05T08:00:00+00:00")
    repository.git("switch", "--quiet", "main")
    root = tmp_path / "tenant"
    found = versions(root, open_snapshot_branch(read_main_history(root), "snapshots"))
    assert titles(found.on(date(2026, 9, 30), ())) == {"A": ("a", True), "B": ("b", True)}
    assert titles(found.on(LATE, {"B"})) == {"A": ("b", True), "B": ("b", False)}
