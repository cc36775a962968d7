# SPDX-License-Identifier: Apache-2.0
"""Packs of backlogs that lie elsewhere: snapshots on a branch of their own, and a folder inside a repository."""

from __future__ import annotations

import shutil
from pathlib import Path

from secure_score_backlog.evidence import packing
from secure_score_backlog.evidence.layout import BUNDLE
from secure_score_backlog.evidence.outcome import Result
from secure_score_backlog.evidence.verifying import Asked, verify
from tests.support.packs import END, SETTINGS, START, Files, files_of, zipped
from tests.support.repositories import Repository


def held(files: Files, folder: Path) -> list[str]:
    """The checks that do not hold, with what is wrong; the figures have to be checked."""
    found = verify(zipped(files, folder / "pack.zip"), Asked())
    assert next(each for each in found.checks if each.code == "figures").result is not Result.UNKNOWN
    return [f"{item.path}: {item.message}" for each in found.checks for item in each.items]


def test_snapshots_on_a_branch_of_their_own(root: Path, tmp_path: Path) -> None:
    """The bundle holds both branches, sources name the branch's commits, and the pack holds."""
    made = Repository(tmp_path / "tenant")
    made.write("backlog.yml", SETTINGS + "snapshots: {branch: snapshots}\n")
    shutil.copytree(root / "decisions", made.folder / "decisions")
    first = made.commit("Begin", when="2026-10-01T08:00:00+00:00")
    made.git("switch", "--quiet", "--orphan", "snapshots")
    shutil.copytree(root / "snapshots", made.folder / "snapshots")
    (made.folder / "snapshots" / "approvals.json").unlink()
    branch = made.commit("Snapshots", when="2026-10-03T08:00:00+00:00")
    made.git("switch", "--quiet", "main")
    files = files_of(packing.make(made.folder, packing.Wish(START, END, "internal"), today=END))
    assert f"sources/snapshots/2026/2026-10-03.json@{branch[:12]}" in files
    assert f"sources/decisions/Safe.md@{first[:12]}" in files
    assert held(files, tmp_path) == []
    (tmp_path / "history.bundle").write_bytes(files[BUNDLE])
    heads = Repository.existing(tmp_path).git("bundle", "list-heads", "history.bundle").splitlines()
    assert sorted(heads) == sorted([f"{first} HEAD", f"{first} refs/heads/main", f"{branch} refs/heads/snapshots"])


def test_a_folder_inside_a_repository(root: Path, tmp_path: Path) -> None:
    """Sources are named from the top of the repository, and the pack holds."""
    made = Repository(tmp_path / "repository")
    for name in ("decisions", "snapshots", "docs"):
        shutil.copytree(root / name, made.folder / "tenants" / "north" / name)
    (made.folder / "tenants" / "north" / "snapshots" / "approvals.json").unlink()
    made.write("tenants/north/backlog.yml", SETTINGS)
    made.write("other/secret.txt", "x")
    commit = made.commit("Begin", when="2026-10-02T08:00:00+00:00")
    place = made.folder / "tenants" / "north"
    files = files_of(packing.make(place, packing.Wish(START, END, "internal"), today=END))
    assert f"sources/tenants/north/decisions/Safe.md@{commit[:12]}" in files
    assert held(files, tmp_path) == []
