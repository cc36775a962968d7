# SPDX-License-Identifier: Apache-2.0
"""What only the project's own repository holds is current: its part of the sample, its layout, its workflows.

A copy that holds a backlog of its own (`backlog init --here`) has none of it, and not these tests either.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from secure_score_backlog.data_repository.choices import choose
from secure_score_backlog.data_repository.copy import MARKS, PROJECT, REWRITTEN, SAMPLE, is_copy
from secure_score_backlog.data_repository.tool import Tool
from secure_score_backlog.data_repository.written import documents
from secure_score_backlog.sample.cut import cut_files
from secure_score_backlog.site.registry import configuration
from secure_score_backlog.snapshots.snapshot_files import SNAPSHOTS

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 5 * 1024 * 1024
"""Bytes that this project's own repository may hold of the sample tenant."""


def tracked() -> list[str]:
    """Every file of this repository that Git keeps track of."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return listed.split("\0")[:-1]


def test_the_own_repository_holds_the_cut() -> None:
    """`make sample` was run after the last change: what is committed here is the cut, within its limit."""
    wanted = cut_files()
    found = {
        path.relative_to(ROOT).as_posix(): path.read_bytes().replace(b"\r\n", b"\n")
        for folder in SAMPLE
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    found["backlog.yml"] = (ROOT / "backlog.yml").read_bytes().replace(b"\r\n", b"\n")
    assert sorted(found) == sorted(wanted)
    assert [path for path in wanted if found[path] != wanted[path]] == []
    assert sum(map(len, wanted.values())) <= LIMIT


def test_the_configuration_of_this_repository_is_the_packaged_one() -> None:
    """What `backlog init` copies is what this repository itself is built with, letter for letter."""
    assert (ROOT / "mkdocs.yml").read_text(encoding="utf-8") == configuration(), "run `make guide`"


def test_the_workflows_of_the_project_are_there() -> None:
    """Those that a copy does not get, too."""
    names = {path.name for path in (ROOT / ".github" / "workflows").glob("*.yml")}
    assert names == {"ci.yml", "decisions.yml", "release.yml", "snapshot.yml"}


def test_what_a_copy_is_known_by_and_what_it_loses_is_there() -> None:
    """A file that was moved would be left in copies without a word, or make each of them unknown."""
    paths = tracked()
    for path in (*MARKS, *PROJECT, *REWRITTEN, *SAMPLE):
        assert any(each.startswith(path) if path.endswith("/") else each == path for each in paths), path
    assert is_copy(lambda path: (ROOT / path).read_bytes())


def test_every_file_of_the_program_is_reviewed_in_a_copy() -> None:
    """CODEOWNERS of a copy names all that is tracked here and runs or governs; pages and the README are left out."""
    left_out = ("docs/", f"{SNAPSHOTS}/", ".vscode/", "README.md", "LICENSE", ".editorconfig", ".gitignore")
    written = {
        each.path: each for each in documents(choose({"organisation": "X", "plan": "team", "reviewer": "@x"}, Tool()))
    }
    owned = tuple(line[1:].split()[0] for line in written[".github/CODEOWNERS"].content.decode().splitlines()[1:])
    paths = tracked()
    assert [path for path in paths if not path.startswith((*owned, *left_out)) and "/" in path] == []
    assert {path for path in paths if "/" not in path and path not in (*owned, *left_out)} == {
        ".gitattributes",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
    }


def test_newer_versions_bring_every_file_of_the_program() -> None:
    """The guide's commands for a copy name all that is tracked here, but the sample and what a copy has of its own."""
    guide = (ROOT / "docs" / "guide" / "setting-up.md").read_text(encoding="utf-8")
    named = " ".join(re.findall(r"(?m)^git restore --source upstream/main --staged --worktree -- (.*)$", guide)).split()
    of_copy = (*SAMPLE, *REWRITTEN, ".github/workflows/", ".github/ISSUE_TEMPLATE/", "docs/pictures/")
    paths = tracked()
    taken = [path for path in paths if any(path == each or path.startswith(f"{each}/") for each in named)]
    assert [path for path in paths if path not in taken and not path.startswith(of_copy)] == []
    assert [path for path in taken if path.startswith(of_copy)] == []


def test_no_test_that_a_copy_keeps_needs_what_it_loses() -> None:
    """Workflows of the project alone are read by the tests that go with them."""
    kept = [
        path for path in (ROOT / "tests").rglob("*.py") if not path.relative_to(ROOT).as_posix().startswith(PROJECT)
    ]
    names = ("decisions.yml", "release.yml", "docs/pictures")
    allowed = {"tests/project/test_workflows.py"}  # lists who may write, wherever it is
    found = [
        path.relative_to(ROOT).as_posix()
        for path in kept
        if any(f'"{name}"' in path.read_text(encoding="utf-8") for name in names)
    ]
    assert set(found) <= allowed
