# SPDX-License-Identifier: Apache-2.0
"""A set of files written as one, also when the writing fails or is killed; and a folder of documents."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.files import INTENT, PARTIAL, Document, changed_files, finish, write_folder, write_set


def tree(root: Path) -> dict[str, bytes]:
    """Every file below a folder, by path."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_writes_what_changed_and_nothing_else(tmp_path: Path) -> None:
    """New folders are made; a file with the same bytes is not touched."""
    assert write_set(tmp_path, {"s/2026/a.json": b"1", "s/c.json": b"2"}) == ("s/2026/a.json", "s/c.json")
    (tmp_path / "s/c.json").chmod(0o444)
    before = (tmp_path / "s/c.json").stat()
    assert write_set(tmp_path, {"s/2026/a.json": b"9", "s/c.json": b"2"}) == ("s/2026/a.json",)
    assert (tmp_path / "s/c.json").stat().st_ino == before.st_ino
    assert tree(tmp_path) == {"s/2026/a.json": b"9", "s/c.json": b"2"}


def test_what_would_change(tmp_path: Path) -> None:
    """A look ahead names the files that differ and writes none."""
    write_set(tmp_path, {"s/a.json": b"1", "s/b.json": b"2"})
    ahead = changed_files(tmp_path, {"s/a.json": b"1", "s/b.json": b"3", "s/c.json": b"4"})
    assert list(ahead) == ["s/b.json", "s/c.json"]
    assert tree(tmp_path) == {"s/a.json": b"1", "s/b.json": b"2"}


def test_a_failure_leaves_the_old_tree(tmp_path: Path) -> None:
    """Where the second of two files cannot be written, neither is, and no new folder stays."""
    write_set(tmp_path, {"s/a.json": b"old"})
    (tmp_path / "s/c.json").mkdir()
    with pytest.raises(CannotProceed) as raised:
        write_set(tmp_path, {"s/a.json": b"new", "s/2026/b.json": b"new", "s/c.json": b"new"})
    assert tree(tmp_path) == {"s/a.json": b"old"}
    assert not (tmp_path / "s/2026").exists()
    assert "could not be written" in raised.value.message


def test_a_file_in_the_way_of_a_folder_is_reported(tmp_path: Path) -> None:
    """A file named like the folder is an error with a hint, not a bug."""
    (tmp_path / "s").write_bytes(b"mine")
    with pytest.raises(CannotProceed):
        write_set(tmp_path, {"s/a.json": b"new"})
    assert tree(tmp_path) == {"s": b"mine"}


def test_leftovers_of_a_killed_run_go(tmp_path: Path) -> None:
    """Contents that never got into place are removed by the next run; other hidden files stay."""
    (tmp_path / "s/2025").mkdir(parents=True)
    (tmp_path / f"s/2025/.b.json{PARTIAL}").write_bytes(b"half")
    (tmp_path / "s/.keep").write_bytes(b"")
    write_set(tmp_path, {"s/a.json": b"new"})
    assert tree(tmp_path) == {"s/a.json": b"new", "s/.keep": b""}


def waiting(root: Path, path: str, content: bytes) -> None:
    """A content that a killed run left beside its place."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.with_name(f".{file.name}{PARTIAL}").write_bytes(content)


def digest(content: bytes) -> str:
    """How the list names the content to be replaced."""
    return hashlib.sha256(content).hexdigest()


def test_a_complete_list_is_carried_out(tmp_path: Path) -> None:
    """The next run renames the files of the list, and removes it."""
    write_set(tmp_path, {"s/a.json": b"old"})
    waiting(tmp_path, "s/a.json", b"new")
    waiting(tmp_path, "s/2026/b.json", b"new")
    (tmp_path / "s" / INTENT).write_text(json.dumps({"s/2026/b.json": None, "s/a.json": digest(b"old")}))
    finish(tmp_path, "s")
    assert tree(tmp_path) == {"s/a.json": b"new", "s/2026/b.json": b"new"}
    finish(tmp_path, "s")
    finish(tmp_path, "nowhere")
    assert tree(tmp_path) == {"s/a.json": b"new", "s/2026/b.json": b"new"}


def test_what_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    """A file that was pulled or written after the kill stays."""
    write_set(tmp_path, {"s/a.json": b"theirs", "s/b.json": b"theirs"})
    waiting(tmp_path, "s/a.json", b"ours")
    waiting(tmp_path, "s/b.json", b"ours")
    (tmp_path / "s" / INTENT).write_text(json.dumps({"s/a.json": digest(b"old"), "s/b.json": None}))
    finish(tmp_path, "s")
    assert tree(tmp_path) == {"s/a.json": b"theirs", "s/b.json": b"theirs"}


@pytest.mark.parametrize(
    "listed", [b"", b'{"s/a.json": null', b"[]", b"5", b'{"../a.json": null, "s/../../a.json": null, "t/a.json": null}']
)
def test_an_incomplete_or_foreign_list_is_discarded(tmp_path: Path, listed: bytes) -> None:
    """Half a list, or one that points elsewhere: what waits is removed, and nothing is renamed."""
    waiting(tmp_path, "s/a.json", b"new")
    waiting(tmp_path, "t/a.json", b"new")
    waiting(tmp_path, "a.json", b"new")
    (tmp_path / "s" / INTENT).write_bytes(listed)
    finish(tmp_path, "s")
    assert tree(tmp_path) == {f".a.json{PARTIAL}": b"new", f"t/.a.json{PARTIAL}": b"new"}


WRITER = """
import sys
from pathlib import Path
from secure_score_backlog.files import write_set
root, letter = Path(sys.argv[1]), sys.argv[2].encode()
print("ready", flush=True)
write_set(root, {f"s/{n % 7}/{n}.json": letter * 20_000 for n in range(60)})
"""


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.03])
def test_a_kill_leaves_whole_files(tmp_path: Path, seconds: float) -> None:
    """Whenever it is killed, each file is the old or the new one, and the next run completes the set."""
    wanted = {f"s/{number % 7}/{number}.json": b"n" * 20_000 for number in range(60)}
    old = dict.fromkeys(wanted, b"o" * 20000)
    write_set(tmp_path, old)
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), "n"], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(seconds)
        writer.kill()
    found = {path: content for path, content in tree(tmp_path).items() if not path.endswith(PARTIAL)}
    assert found.keys() == wanted.keys()
    assert all(content in {old[path], wanted[path]} for path, content in found.items())
    write_set(tmp_path, wanted)
    assert tree(tmp_path) == wanted


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not hold here")
def test_a_folder_that_may_not_be_written_is_reported(tmp_path: Path) -> None:
    """A missing permission is an error that names the file."""
    (tmp_path / "s").mkdir(mode=0o555)
    with pytest.raises(CannotProceed, match="Permission denied"):
        write_set(tmp_path, {"s/a.json": b"new"})


class TestFolderOfDocuments:
    """`write_folder`: documents in a folder that belongs to this program, with a list of what it wrote."""

    def write(self, folder: Path, **files: str) -> int:
        """Write documents a, b ... to FOLDER/pages."""
        documents = [Document(f"{name}.md", text.encode()) for name, text in files.items()]
        return write_folder(documents, folder / "pages", folder / ".manifest")

    def test_only_what_changed_is_written(self, tmp_path: Path) -> None:
        """Unchanged files keep their times; counts say what came, changed or went."""
        assert self.write(tmp_path, a="1", b="2") == 2
        os.utime(tmp_path / "pages" / "a.md", (1, 1))
        assert self.write(tmp_path, a="1", c="3") == 2
        assert (tmp_path / "pages" / "a.md").stat().st_mtime == 1
        assert sorted(tree(tmp_path / "pages")) == ["a.md", "c.md"]

    @pytest.mark.parametrize("where", ["pages", "pages/sub", "pages/link.md"])
    def test_links_are_refused(self, tmp_path: Path, where: str) -> None:
        """A link, at whatever level, would send files or deletions elsewhere."""
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "precious.md").write_text("x", encoding="utf-8")
        root = tmp_path / "root"
        (root / where).parent.mkdir(parents=True)
        (root / where).symlink_to(outside if not where.endswith(".md") else outside / "precious.md")
        with pytest.raises(CannotProceed):
            self.write(root, a="1")
        assert tree(outside) == {"precious.md": b"x"}

    def test_a_folder_with_files_and_no_list_is_refused(self, tmp_path: Path) -> None:
        """What is in it was written by somebody else."""
        (tmp_path / "pages").mkdir()
        (tmp_path / "pages" / "x.md").write_text("x", encoding="utf-8")
        with pytest.raises(CannotProceed, match=r"x\.md"):
            self.write(tmp_path, a="1")

    @pytest.mark.parametrize("path", ["../x", "/x", "a/../b", "a//b", "a\\b", "c:x", "", "a/"])
    def test_paths_stay_inside(self, tmp_path: Path, path: str) -> None:
        """A document's path cannot lead out."""
        with pytest.raises(ValueError, match="cannot be called"):
            write_folder([Document(path, b"x")], tmp_path / "pages", tmp_path / ".manifest")
