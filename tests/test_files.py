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
from secure_score_backlog.files import (
    INTENT,
    PARTIAL,
    Document,
    changed_files,
    create_files,
    finish,
    is_file,
    names_in,
    paths_below,
    read_file,
    read_named_file,
    refused_below,
    write_file,
    write_folder,
    write_set,
)


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
    "listed",
    [
        b"",
        b'{"s/a.json": null',
        b"[]",
        b"5",
        b'{"../a.json": null, "s/../../a.json": null, "t/a.json": null}',
        b'{"s/\\ud800": null}',
        b'{"s/a\\u0000": null, "s/a\\nb": "x", "s/": null}',
    ],
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

    @pytest.mark.skipif(os.name == "nt", reason="makes links and pipes")
    @pytest.mark.parametrize("what", ["link", "dangling link", "pipe", "folder"])
    def test_its_list_is_an_ordinary_file(self, tmp_path: Path, what: str) -> None:
        """A link in the place of the list would be written through; a pipe would wait for ever."""
        outside = tmp_path / "outside.txt"
        manifest = tmp_path / "root" / ".manifest"
        manifest.parent.mkdir()
        if what == "pipe":
            os.mkfifo(manifest)
        elif what == "folder":
            manifest.mkdir()
        else:
            manifest.symlink_to(outside)
            outside.write_text("precious" if what == "link" else "", encoding="utf-8")
            if what != "link":
                outside.unlink()
        with pytest.raises(CannotProceed, match="ordinary file"):
            self.write(tmp_path / "root", a="1")
        assert outside.exists() == (what == "link")
        assert what != "link" or outside.read_text(encoding="utf-8") == "precious"

    @pytest.mark.skipif(os.name == "nt", reason="makes a pipe")
    def test_a_pipe_in_the_place_of_a_page_is_refused(self, tmp_path: Path) -> None:
        """Comparing a page with a pipe would wait for ever."""
        self.write(tmp_path, a="1")
        (tmp_path / "pages" / "a.md").unlink()
        os.mkfifo(tmp_path / "pages" / "a.md")
        with pytest.raises(CannotProceed, match="no ordinary file"):
            self.write(tmp_path, a="1")


@pytest.mark.skipif(os.name == "nt", reason="makes links and pipes")
class TestNothingOutsideIsReached:
    """Below a root no link is followed, for reading or for writing, and only ordinary files are opened."""

    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        """A root with one file, and links of every kind to a secret beside it."""
        (tmp_path / "outside").mkdir()
        (tmp_path / "outside" / "secret.txt").write_text("secret", encoding="utf-8")
        root = tmp_path / "root"
        (root / "a" / "b").mkdir(parents=True)
        (root / "a" / "b" / "own.txt").write_text("own", encoding="utf-8")
        (root / "a" / ".hidden").write_text("h", encoding="utf-8")
        (root / "a" / "file-link").symlink_to("../../outside/secret.txt")
        (root / "a" / "inner-link").symlink_to("b/own.txt")
        (root / "a" / "folder-link").symlink_to(tmp_path / "outside", target_is_directory=True)
        os.mkfifo(root / "a" / "pipe")
        return root

    @pytest.mark.parametrize("path", ["a/file-link", "a/inner-link", "a/folder-link/secret.txt"])
    def test_a_link_is_not_read(self, root: Path, path: str) -> None:
        """Neither as the file itself nor as a folder on the way, and the reason is said."""
        with pytest.raises(OSError, match="symbolic link"):
            read_file(root, path)
        assert not is_file(root, path)

    @pytest.mark.parametrize("path", ["a/pipe", "a/b", "a"])
    def test_what_is_no_ordinary_file_is_not_opened(self, root: Path, path: str) -> None:
        """A pipe that nobody writes to would wait for ever."""
        with pytest.raises(OSError, match="a pipe or a device, not a file"):
            read_file(root, path)
        with pytest.raises(OSError, match="a pipe or a device, not a file"):
            read_named_file(root / path)

    @pytest.mark.parametrize("path", ["../outside/secret.txt", "/etc/hostname", "a/../../outside/secret.txt", "", "."])
    def test_no_path_leads_out(self, root: Path, path: str) -> None:
        """Whoever asks for one has a fault."""
        with pytest.raises(ValueError, match="no path below"):
            read_file(root, path)

    def test_the_size_is_asked_first(self, root: Path) -> None:
        """A file of six gigabytes that takes no space on the disk is refused without reading it."""
        with (root / "a" / "sparse").open("wb") as sparse:
            sparse.truncate(6 * 1024**3)
        with pytest.raises(OSError, match="longer than"):
            read_file(root, "a/sparse")
        with pytest.raises(OSError, match="longer than"):
            read_named_file(root / "a" / "sparse")
        assert read_file(root, "a/b/own.txt", most=3) == b"own"

    def test_folders_are_listed_without_links(self, root: Path) -> None:
        """Listed are ordinary files; everything else is named with its reason."""
        assert list(paths_below(root, "a")) == ["a/b/own.txt"]
        assert list(paths_below(root, "a", hidden=True)) == ["a/.hidden", "a/b/own.txt"]
        assert dict(refused_below(root, "a")).keys() == {"a/file-link", "a/inner-link", "a/folder-link", "a/pipe"}
        assert list(refused_below(root, "a/folder-link")) != []
        assert list(paths_below(root, "a/folder-link")) == []
        assert names_in(root, "nowhere") == []
        with pytest.raises(OSError, match="symbolic link"):
            names_in(root, "a/folder-link")

    def test_a_file_that_a_person_names_may_be_a_link(self, root: Path) -> None:
        """It is theirs to choose."""
        assert read_named_file(root / "a" / "file-link") == b"secret"

    @pytest.mark.parametrize("path", ["a/folder-link/new.txt", "a/file-link"])
    def test_nothing_is_written_through_a_link(self, root: Path, path: str) -> None:
        """One file, a new file and a set: each refuses, and what is outside stays as it was."""
        for act in (
            lambda: write_file(root, path, b"x"),
            lambda: create_files(root, [Document(path, b"x")]),
            lambda: write_set(root, {path: b"x"}),
        ):
            with pytest.raises(CannotProceed, match="symbolic link"):
                act()
        assert tree(root.parent / "outside") == {"secret.txt": b"secret"}

    def test_nothing_is_written_through_a_planted_partial_file(self, root: Path) -> None:
        """The name under which a content waits is known, so a link may stand there already."""
        (root / "a" / f".new.txt{PARTIAL}").symlink_to(root.parent / "outside" / "secret.txt")
        write_file(root, "a/new.txt", b"x")
        assert tree(root.parent / "outside") == {"secret.txt": b"secret"}
        assert read_file(root, "a/new.txt") == b"x"


class TestNewFiles:
    """`create_files`: all or none, and never over a file."""

    def test_all_are_written(self, tmp_path: Path) -> None:
        """With the folders that they need, and nothing beside them."""
        create_files(tmp_path, [Document("d/a.md", b"a"), Document("d/e/b.md", b"b")])
        assert tree(tmp_path) == {"d/a.md": b"a", "d/e/b.md": b"b"}

    def test_a_file_that_is_there_stays_and_no_other_is_written(self, tmp_path: Path) -> None:
        """The second of two is taken: the first goes again, with its folder."""
        (tmp_path / "b.md").write_bytes(b"mine")
        with pytest.raises(FileExistsError):
            create_files(tmp_path, [Document("d/a.md", b"a"), Document("b.md", b"b")])
        assert tree(tmp_path) == {"b.md": b"mine"}
        assert not (tmp_path / "d").exists()
