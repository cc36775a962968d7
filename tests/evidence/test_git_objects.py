# SPDX-License-Identifier: Apache-2.0
"""Git's objects as values, against Git itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from secure_score_backlog.evidence.enclosing import gathered
from secure_score_backlog.evidence.git_objects import BadObject, object_id, read_bundle, stored, write_bundle
from secure_score_backlog.git import open_repository
from tests.support.repositories import Repository


def history(folder: Path, *options: str) -> Repository:
    """A repository with a merge, a folder, an empty file and a file of more than one block."""
    folder.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", *options], cwd=folder, check=True)
    made = Repository.existing(folder)
    made.write("decisions/deep/A.txt", "x" * 200_000)
    made.commit("First", decisions__A="one\n", docs__empty="")
    made.git("switch", "--quiet", "--create", "side")
    made.commit("On the side", when="2026-10-02T12:00:00+00:00", decisions__B="two\n")
    made.git("switch", "--quiet", "main")
    made.commit("Meanwhile", when="2026-10-03T12:00:00+00:00", decisions__C="three\n")
    made.merge("side", "Merge pull request #1 from tenant/side", "2026-10-04T12:00:00+00:00")
    return made


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_git_reads_the_bundle_and_finds_the_same_history(tmp_path: Path, form: str) -> None:
    """Clone, fsck, log and files of a bundle are those of the repository, whatever hash it uses."""
    made = history(tmp_path / "tenant", f"--object-format={form}")
    repository = open_repository(made.folder)
    assert repository is not None
    tip = made.git("rev-parse", "HEAD")
    objects = gathered(repository, {"refs/heads/main": tip, "HEAD": tip})
    (tmp_path / "history.bundle").write_bytes(write_bundle(objects, form))
    Repository.existing(tmp_path).git("clone", "--quiet", "history.bundle", "clone")
    clone = Repository.existing(tmp_path / "clone")
    clone.git("fsck", "--strict")
    assert clone.git("log", "--format=%H %P %T") == made.git("log", "--format=%H %P %T")
    assert clone.git("status", "--porcelain") == ""
    again = read_bundle((tmp_path / "history.bundle").read_bytes())
    assert again.contents == objects.contents
    assert again.references == {"refs/heads/main": tip, "HEAD": tip}
    assert not list(again.wrong_ids())


def test_the_bundle_does_not_depend_on_how_git_stores_the_objects(tmp_path: Path) -> None:
    """Packed with deltas in one clone, loose in another: the same bytes."""
    made = history(tmp_path / "tenant")
    tip = made.git("rev-parse", "HEAD")
    found = []
    for _ in range(2):
        repository = open_repository(made.folder)
        assert repository is not None
        found.append(write_bundle(gathered(repository, {"refs/heads/main": tip}), "sha1"))
        made.git("repack", "-a", "-d", "-f", "--quiet")
        made.git("prune-packed")
    assert found[0] == found[1]


def test_first_parents_and_files(tmp_path: Path) -> None:
    """The line of the main branch, and the blob at a path, are what Git says."""
    made = history(tmp_path / "tenant")
    repository = open_repository(made.folder)
    assert repository is not None
    tip = made.git("rev-parse", "HEAD")
    objects = gathered(repository, {"refs/heads/main": tip})
    assert objects.first_parents(tip) == made.git("rev-list", "--first-parent", "--reverse", "HEAD").split()
    for path in ("decisions/A.md", "decisions/deep/A.txt", "docs/empty.md"):
        assert objects.blob_at(tip, path) == made.git("rev-parse", f"HEAD:{path}")
    assert objects.blob_at(tip, "decisions") is None
    assert objects.blob_at(tip, "decisions/A.md/x") is None
    assert dict(objects.files(tip)).keys() == {
        "decisions/A.md", "decisions/B.md", "decisions/C.md", "decisions/deep/A.txt", "docs/empty.md"
    }  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        lambda b: b[:-1] + bytes([b[-1] ^ 1]),
        lambda b: b[: len(b) // 2],
        lambda b: b.replace(b"# v2 git bundle", b"# v9 git bundle"),
        lambda b: b.replace(b"refs/heads/main", b"refs/heads/ma n"),
        lambda b: b[:0],
        lambda b: b + b"x",
    ],
)
def test_a_damaged_bundle_is_refused(tmp_path: Path, change: object) -> None:
    """Cut off, changed or of another form: BadObject, and never anything else."""
    made = history(tmp_path / "tenant")
    repository = open_repository(made.folder)
    assert repository is not None
    content = write_bundle(gathered(repository, {"refs/heads/main": made.git("rev-parse", "HEAD")}), "sha1")
    with pytest.raises(BadObject):
        read_bundle(change(content))  # type: ignore[operator]


def test_a_bundle_of_git_itself_is_not_read(tmp_path: Path) -> None:
    """It is compressed, so how much memory it takes is not known before: the program reads its own form alone."""
    made = history(tmp_path / "tenant")
    made.git("bundle", "create", "--quiet", "../other.bundle", "main")
    with pytest.raises(BadObject):
        read_bundle((tmp_path / "other.bundle").read_bytes())


def test_ids_are_those_of_git(tmp_path: Path) -> None:
    """`git hash-object` agrees, also for an empty file."""
    made = Repository(tmp_path / "tenant")
    for content in (b"", b"text\n", bytes(range(256))):
        made.write("file", content)
        assert object_id("blob", content, "sha1") == made.git("hash-object", "--no-filters", "file")
        assert len(stored(content)) == len(content) + 11
