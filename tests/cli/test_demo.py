# SPDX-License-Identifier: Apache-2.0
"""`backlog demo`: where it refuses to write, and what a failure leaves behind; tests/sample reads what it makes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.running import RunBacklog


def test_a_folder_with_something_in_it_is_refused(backlog: RunBacklog, tmp_path: Path) -> None:
    """Nothing is written beside or over what is there already."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "thesis.txt").write_text("mine", encoding="utf-8")
    finished = backlog("demo", "work", expect=3)
    assert "not empty" in finished.stderr
    assert "what to do" in finished.stderr
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["thesis.txt"]


def test_a_file_in_the_way_is_refused(backlog: RunBacklog, tmp_path: Path) -> None:
    """A file is no folder, nor is a path below one."""
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    assert "file" in backlog("demo", "taken", expect=3).stderr
    assert "cannot be created" in backlog("demo", "taken/inside", expect=3).stderr
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "mine"


def test_missing_git_is_explained(backlog: RunBacklog, tmp_path: Path) -> None:
    """No Git on the PATH is an error of its own, before anything is created."""
    finished = backlog("demo", "tenant", environment={"PATH": str(tmp_path)}, expect=3)
    assert "Git is not installed" in finished.stderr
    assert not (tmp_path / "tenant").exists()


@pytest.mark.skipif(os.name == "nt", reason="puts a shell script in the place of git")
@pytest.mark.parametrize("exists", [True, False])
def test_a_failure_leaves_nothing_behind(backlog: RunBacklog, tmp_path: Path, *, exists: bool) -> None:
    """Where Git fails after it wrote something, its words are passed on and the folder is as it was."""
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nmkdir .git; touch .git/HEAD left; echo disk full >&2; exit 128\n", encoding="utf-8")
    fake.chmod(0o755)
    if exists:
        (tmp_path / "tenant").mkdir()
    path = f"{fake.parent}{os.pathsep}{os.environ['PATH']}"
    finished = backlog("demo", "tenant", environment={"PATH": path}, expect=3)
    assert "Running git init failed: disk full" in finished.stderr
    assert (tmp_path / "tenant").exists() == exists
    assert not exists or list((tmp_path / "tenant").iterdir()) == []


def test_check_finds_no_error_in_the_demo(backlog: RunBacklog, sample_tenant: Path) -> None:
    """The command itself, on whatever day it is run: nothing but warnings."""
    checked = backlog("check", "--root", sample_tenant, expect=0)
    assert checked.stdout.splitlines()[-1].startswith("0 errors and ")
