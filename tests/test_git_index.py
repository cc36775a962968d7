# SPDX-License-Identifier: Apache-2.0
"""Git's index is read as Git reads it, and says nothing where it is of another form or damaged."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.git import Repository as Opened
from secure_score_backlog.git_index import Index, entries, read_index
from tests.support.repositories import Repository

PATHS = ("a.json", "snapshots/2026/2026-10-01.json", f"deep/{'x' * 200}/b.md", "snapshots/é.json", "decisions/1.md")


def filled(folder: Path, *options: str) -> Repository:
    """A repository with files whose names have many lengths."""
    repository = Repository.existing(folder)
    folder.mkdir()
    repository.git("init", "--quiet", *options)
    for number, path in enumerate(PATHS):
        repository.write(path, f"{'y' * number}\n")
    (folder / "link").symlink_to("a.json")
    repository.git("add", ".")
    repository.commit("All")
    return repository


def read(folder: Path, prefix: str = "") -> Index:
    """The index, seen from the top or from a folder."""
    return read_index(Opened(folder, prefix))


@pytest.mark.parametrize("options", [(), ("--object-format=sha256",)])
def test_it_says_what_git_says(options: tuple[str, ...], tmp_path: Path) -> None:
    """Every ordinary file with its blob, and all of them unchanged after a commit."""
    repository = filled(tmp_path / "tenant", *options)
    listed = repository.git("-c", "core.quotePath=false", "ls-files", "--stage").splitlines()
    wanted = {line.split("\t")[1]: line.split(" ")[1] for line in listed if line.startswith("100")}
    index = read(repository.folder)
    assert {path: entry.blob for path, entry in index.known.items()} == wanted
    assert set(wanted) == set(PATHS)
    told = {path: f"{wanted[path]} {(repository.folder / path).stat().st_size}" for path in PATHS}
    assert dict(index.unchanged([*PATHS, "link", "missing"])) == told


def test_a_folder_below_the_top(tmp_path: Path) -> None:
    """Paths are relative to the folder that is read; what Git tracks elsewhere is not its own."""
    repository = filled(tmp_path / "tenant")
    index = read(repository.folder / "snapshots", "snapshots/")
    assert [path for path, _ in index.unchanged(["2026/2026-10-01.json", "a.json"])] == ["2026/2026-10-01.json"]
    assert index.tracks("2026")
    assert not index.tracks("decisions")


def test_a_changed_file_is_not_unchanged(tmp_path: Path) -> None:
    """Also where its size and its time are what they were, and where it became a link."""
    repository = filled(tmp_path / "tenant")
    before = (repository.folder / "a.json").stat()
    repository.write("a.json", "z")
    os.utime(repository.folder / "a.json", ns=(before.st_atime_ns, before.st_mtime_ns))
    (repository.folder / "decisions/1.md").unlink()
    (repository.folder / "decisions/1.md").symlink_to("../a.json")
    found = dict(read(repository.folder).unchanged(PATHS))
    assert found.keys() == set(PATHS) - {"a.json", "decisions/1.md"}


def test_a_file_of_the_moment_is_read(tmp_path: Path) -> None:
    """A file that was written when the index was could have been written again in the same moment."""
    repository = filled(tmp_path / "tenant")
    file = repository.folder / ".git" / "index"
    when = (repository.folder / "a.json").stat().st_ctime_ns
    os.utime(file, ns=(when, when))
    assert "a.json" not in dict(read(repository.folder).unchanged(PATHS))


@pytest.mark.parametrize("how", ["version 4", "split", "damaged", "cut", "missing"])
def test_another_form_says_nothing(how: str, tmp_path: Path) -> None:
    """Then every file is read, and a folder counts as brought by a branch."""
    repository = filled(tmp_path / "tenant")
    file = repository.folder / ".git" / "index"
    if how == "version 4":
        repository.git("update-index", "--index-version=4")
    elif how == "split":
        repository.git("update-index", "--split-index")
    elif how == "missing":
        file.unlink()
    else:
        content = file.read_bytes()
        file.write_bytes(content[:-30] if how == "cut" else content.replace(b"a.json", b"b.json"))
    index = read(repository.folder)
    assert (dict(index.unchanged(PATHS)), index.tracks("build")) == ({}, True)


@given(st.binary(max_size=300), st.sampled_from([20, 32]))
def test_no_bytes_raise(content: bytes, length: int) -> None:
    """Whatever is in the file."""
    for start in (b"", b"DIRC\0\0\0\2\0\0\0\3"):
        entries(start + content, length)
