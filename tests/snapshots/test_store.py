# SPDX-License-Identifier: Apache-2.0
"""The folder of snapshots, and the branch that may hold it instead."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.git import read_main_history
from secure_score_backlog.snapshots.model import Catalogue
from secure_score_backlog.snapshots.snapshot_files import CATALOGUE_PATH, encode
from secure_score_backlog.snapshots.store import SnapshotFolder, load_catalogue, load_history, open_snapshot_branch
from tests.support.repositories import Repository
from tests.support.tenants import stored

FIRST = encode(stored({"A": (1, 2)}))
SECOND = encode(stored({"A": (2, 2)}))


def catalogue_of(*titles: str) -> bytes:
    """A stored catalogue of recommendations whose id is their title."""
    profiles = [{"id": title, "title": f"Title of {title}"} for title in titles]
    return encode({"collected": {}, "descriptions": {}, "profiles": profiles})


def test_only_snapshots_are_read_and_in_order(tmp_path: Path) -> None:
    """A file elsewhere or of another name is not looked at; one of an impossible day is a problem, and no day."""
    Repository(tmp_path)
    for path in ("2026/2026-10-02.json", "2025/2025-12-31.json"):
        file = tmp_path / "snapshots" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(FIRST)
    odd = ("0001/0001-01-01.json", "2026/2026-02-30.json", "9999/9999-12-31.json")
    for path in ("2026/2025-10-02.json", *odd, "2026/notes.json", "2026-10-05.json"):
        (tmp_path / "snapshots" / path).parent.mkdir(exist_ok=True)
        (tmp_path / "snapshots" / path).write_bytes(FIRST)
    history, problems = load_history(SnapshotFolder(tmp_path))
    assert [snapshot.day for snapshot in history.days] == [date(2025, 12, 31), date(2026, 10, 2)]
    assert [(each.path, each.code) for each in problems] == [
        (f"snapshots/{path}", "snapshot-unreadable") for path in odd
    ]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe{}", b"[]", b"null", b'{"secureScore": 1}', b"[" * 100_000])
def test_a_file_that_cannot_be_read_is_a_problem_and_a_gap(tmp_path: Path, content: bytes) -> None:
    """The other days are read all the same."""
    folder = tmp_path / "snapshots" / "2026"
    folder.mkdir(parents=True)
    (folder / "2026-10-01.json").write_bytes(content)
    (folder / "2026-10-02.json").write_bytes(SECOND)
    history, problems = load_history(SnapshotFolder(tmp_path))
    assert [snapshot.day.day for snapshot in history.days] == [2]
    assert [(problem.code, problem.path) for problem in problems] == [
        ("snapshot-unreadable", "snapshots/2026/2026-10-01.json")
    ]
    (tmp_path / CATALOGUE_PATH).write_bytes(content)
    catalogue, problems = load_catalogue(SnapshotFolder(tmp_path))
    assert catalogue.recommendations == {}
    assert [problem.path for problem in problems] == [CATALOGUE_PATH]


def test_a_missing_folder_holds_nothing(tmp_path: Path) -> None:
    """Before the first collection."""
    assert load_history(SnapshotFolder(tmp_path))[0].days == ()
    assert load_catalogue(SnapshotFolder(tmp_path)) == (Catalogue(), [])


def test_snapshots_may_lie_on_a_branch_that_is_not_checked_out(tmp_path: Path) -> None:
    """The same history as from a folder; also for a root inside the repository, also from a clone."""
    repository = Repository(tmp_path / "bare")
    repository.commit("Begin", tenant__decisions__A="x")
    repository.git("switch", "--quiet", "--orphan", "snapshots")
    repository.write("tenant/snapshots/2026/2026-10-01.json", FIRST)
    repository.write("tenant/snapshots/2026/2026-10-02.json", SECOND)
    repository.write("tenant/snapshots/catalogue.json", catalogue_of("A"))
    repository.commit("Snapshots")
    repository.git("switch", "--quiet", "main")
    repository.git("clone", "--quiet", str(tmp_path / "bare"), str(tmp_path / "clone"))
    for folder in (tmp_path / "bare" / "tenant", tmp_path / "clone" / "tenant"):
        source = open_snapshot_branch(read_main_history(folder), "snapshots")
        history, problems = load_history(source)
        assert [snapshot.day.day for snapshot in history.days] == [1, 2]
        assert problems == []
        assert load_catalogue(source)[0].get("A").title == "Title of A"


@pytest.mark.parametrize("branch", ["missing", "--all", "main:decisions", ""])
def test_a_branch_that_is_not_there_is_refused(tmp_path: Path, branch: str) -> None:
    """Whatever the settings say, it is looked up as a branch and as nothing else."""
    Repository(tmp_path).commit("Begin")
    with pytest.raises(CannotProceed, match="was not found"):
        open_snapshot_branch(read_main_history(tmp_path), branch)
