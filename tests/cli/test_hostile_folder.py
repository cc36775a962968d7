# SPDX-License-Identifier: Apache-2.0
"""A folder that an attacker made: whatever a branch brings, nothing outside is read or written, and nothing hangs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.folders import contents, write
from tests.support.running import RunBacklog

pytestmark = pytest.mark.skipif(os.name == "nt", reason="makes links and pipes")
SECRET = "the text of a file outside"

LINKS = {
    "decisions": "decisions",
    "a decision": "decisions/Evil.md",
    "snapshots": "snapshots",
    "the folder of a year": "snapshots/2026",
    "a snapshot": "snapshots/2026/2026-11-01.json",
    "the catalogue": "snapshots/catalogue.json",
    "docs": "docs",
    "a folder of docs": "docs/guide",
    "a page": "docs/page.md",
    "docs/reviews": "docs/reviews",
    "minutes": "docs/reviews/2026-10.md",
    "the settings": "backlog.yml",
    "mkdocs.yml": "mkdocs.yml",
}
"""What may be a link: by name, the path in the folder."""
FOLDERS = {"decisions", "snapshots", "snapshots/2026", "docs", "docs/guide", "docs/reviews"}


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the tenant's, with a secret in every file that could be read through a link."""
    for name in ("Evil.md", "page.md", "2026-10.md", "x/page.md", "2026-11-01.json", "2026/2026-11-01.json", "y.yml"):
        write(tmp_path / "outside", name, f"# {SECRET}\n")
    return tmp_path / "outside"


def link(root: Path, path: str, outside: Path) -> None:
    """Put a link to the folder outside, or to a file in it, in the place of a path."""
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    target = outside if path in FOLDERS else outside / ("y.yml" if path.endswith(".yml") else place.name)
    place.symlink_to(target)


@pytest.mark.parametrize("path", LINKS.values(), ids=LINKS)
def test_nothing_outside_is_read_or_published(bare: Path, outside: Path, backlog: RunBacklog, path: str) -> None:
    """A link in the place of any file or folder: `check` names it, and no command shows what it leads to."""
    write(bare, "docs/other.md", "# Other\n")
    link(bare, path, outside)
    found = backlog("check", "--root", bare)
    assert found.returncode == 1
    assert path in found.stdout
    said = found.stdout + found.stderr
    for command in (["status"], ["triage"], ["render"]):
        finished = backlog(*command, "--root", bare)
        assert finished.returncode in {0, 2, 3}, finished.stderr
        said += finished.stdout + finished.stderr
    assert SECRET not in said
    pages = contents(bare / "build") if (bare / "build").exists() else {}
    assert [name for name, content in pages.items() if SECRET.encode() in content] == []


WRITERS: dict[str, tuple[str, ...]] = {
    "build": ("build",),
    "build/pages": ("build",),
    "build/.gitignore": ("build",),
    "build/.manifest": ("render",),
    "build/mkdocs.yml": ("render", "--profile", "public"),
    "build/site": ("build",),
    "decisions": ("decide", "scid_1"),
    "docs": ("review", "2026-10"),
    "docs/reviews": ("review", "2026-10"),
    "docs/reviews/2026-10.md": ("review", "2026-10"),
}


@pytest.mark.parametrize("kind", ["folder", "file", "nothing"])
@pytest.mark.parametrize("path", WRITERS)
def test_nothing_outside_is_written(bare: Path, tmp_path: Path, backlog: RunBacklog, path: str, kind: str) -> None:
    """A link where the program writes, to a folder, a file or nothing: what is outside stays as it was."""
    (tmp_path / "outside").mkdir()
    write(tmp_path / "outside", "mine.txt", "mine")
    target = {"folder": "outside", "file": "outside/mine.txt", "nothing": "outside/new"}[kind]
    (bare / path).parent.mkdir(parents=True, exist_ok=True)
    (bare / path).symlink_to(tmp_path / target)
    finished = backlog(*WRITERS[path], "--root", bare)
    assert finished.returncode in {0, 2, 3}, finished.stderr
    assert contents(tmp_path / "outside") == {"mine.txt": b"mine"}
    assert not (tmp_path / "outside" / "new").exists()


@pytest.mark.parametrize("path", ["snapshots", "snapshots/2026"])
def test_nothing_outside_is_written_by_an_import(bare: Path, tmp_path: Path, backlog: RunBacklog, path: str) -> None:
    """A link in the place of the snapshots or of a year: refused, and what is outside stays as it was."""
    copy = shutil.copytree(bare / "snapshots", tmp_path / "copy")
    (tmp_path / "outside").mkdir()
    shutil.rmtree(bare / path)
    (bare / path).symlink_to(tmp_path / "outside")
    score = next((copy / "2026").glob("*.json"))
    saved = tmp_path / "saved.json"
    saved.write_text('{"value": [' + scored(score) + "]}", encoding="utf-8")
    finished = backlog("import", saved, "--root", bare)
    assert finished.returncode == 3, finished.stderr
    assert "symbolic link" in finished.stderr
    assert contents(tmp_path / "outside") == {}


def scored(snapshot: Path) -> str:
    """The score of a snapshot, as Graph would answer it."""
    return json.dumps(json.loads(snapshot.read_text(encoding="utf-8"))["secureScore"])


@pytest.mark.parametrize(
    "path",
    ["backlog.yml", "mkdocs.yml", "docs/page.md", "docs/reviews/2026-10.md", "decisions/Evil.md",
     "snapshots/2026/2026-11-01.json", "snapshots/catalogue.json", "build/.manifest"],
)  # fmt: skip
@pytest.mark.parametrize("command", ["check", "status", "render"])
def test_a_pipe_holds_nothing_up(bare: Path, path: str, command: str) -> None:
    """A pipe in the place of any file: the command ends, which it would not if it opened the pipe."""
    (bare / path).parent.mkdir(parents=True, exist_ok=True)
    (bare / path).unlink(missing_ok=True)
    os.mkfifo(bare / path)
    finished = subprocess.run(
        [sys.executable, "-m", "secure_score_backlog", command, "--root", str(bare)],
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode in {0, 1, 2, 3}, finished.stderr


def test_a_full_disk_leaves_no_empty_decision(bare: Path, tmp_path: Path) -> None:
    """A decision that cannot be written whole leaves no file behind, and the next try is not told that it exists."""
    resource = pytest.importorskip("resource")

    def no_space() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (16, resource.RLIM_INFINITY))

    def decide(limit: Callable[[], None] | None) -> subprocess.CompletedProcess[str]:
        call = [sys.executable, "-B", "-m", "secure_score_backlog", "decide", "scid_1", "--root", str(bare)]
        return subprocess.run(call, capture_output=True, text=True, preexec_fn=limit, check=False)

    failed = decide(no_space)
    assert failed.returncode == 3, failed.stderr
    assert not (bare / "decisions").exists()
    assert decide(None).returncode == 0
