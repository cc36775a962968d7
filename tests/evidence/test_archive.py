# SPDX-License-Identifier: Apache-2.0
"""The zip of a pack: the same bytes for the same files, and nothing hostile gets past the reader."""

from __future__ import annotations

import io
import os
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.evidence import archive
from secure_score_backlog.files import Document

FILES = {"MANIFEST.json": b"{}\n", "site/a.html": b"<p>1</p>" * 500, "site/b.html": b"", "sources/d/A.md@1": b"x"}


def packed(files: dict[str, bytes] = FILES) -> bytes:
    """The program's own archive."""
    return archive.written(Document(path, content) for path, content in files.items())


def made(*members: tuple[zipfile.ZipInfo | str, bytes], **options: object) -> bytes:
    """An archive by Python's own writer, which allows more."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        warnings.simplefilter("ignore")  # of Python's own about names that are there twice
        for member, content in members:
            info = member if isinstance(member, zipfile.ZipInfo) else ours(member)
            file.writestr(info, content)
        file.comment = b"hello" if options.get("comment") else b""
    return buffer.getvalue()


def ours(name: str) -> zipfile.ZipInfo:
    """A member with the marks of the program."""
    info = zipfile.ZipInfo(name, archive.MADE)
    info.create_system, info.external_attr, info.compress_type = 3, 0o100644 << 16, zipfile.ZIP_DEFLATED
    return info


def link(name: str) -> zipfile.ZipInfo:
    """A member that is a symbolic link."""
    info = ours(name)
    info.external_attr = 0o120777 << 16
    return info


def dated(name: str) -> zipfile.ZipInfo:
    """A member with a time."""
    info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
    info.create_system, info.external_attr, info.compress_type = 3, 0o100644 << 16, zipfile.ZIP_DEFLATED
    return info


def said(content: bytes) -> str:
    """The faults of an archive."""
    return " ".join(f"{fault.path}: {fault.message}" for fault in archive.read_archive(content, "pack.zip").faults)


def test_written_and_read_again() -> None:
    """What was packed is read back without a fault, and the order in which files were handed over does not matter."""
    content = packed()
    found = archive.read_archive(content, "pack.zip")
    assert found.files == FILES
    assert not found.faults
    assert packed(dict(reversed(FILES.items()))) == content
    with zipfile.ZipFile(io.BytesIO(content)) as other:
        assert other.testzip() is None
        assert other.namelist() == sorted(FILES)


def overlapping(content: bytes) -> bytes:
    """The second entry of the list is led to the first member."""
    second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    return content[: second + 42] + struct.pack("<L", 0) + content[second + 46 :]


def lying_size(content: bytes) -> bytes:
    """Both headers of the second member claim another size than its content has."""
    name = b"site/a.html"
    local = content.index(name) - 30
    central = content.rindex(name) - 46
    changed = bytearray(content)
    for place in (local + 22, central + 24):
        changed[place : place + 4] = struct.pack("<L", 10)
    return bytes(changed)


def bomb(size: int) -> bytes:
    """A member that says it has few bytes and has very many."""
    return lying_size(packed({"site/a.html": b"0" * size, "z": b""}))


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "leads out": (lambda: made(("../evil", b"x")), "../evil: Its name leads out"),
    "absolute": (lambda: made(("/etc/passwd", b"x")), "/etc/passwd: Its name leads out"),
    "drive": (lambda: made(("C:evil", b"x")), "C:evil: Its name"),
    "backslash": (lambda: made(("a\\b", b"x")).replace(b"a/b", b"a\\b"), "Its name"),
    "control": (lambda: made(("a\x1bb", b"x")), "Its name is empty, too long"),
    "dot at the end": (lambda: made(("site/a.", b"x")), "site/a.: A part of its name"),
    "two in one place": (lambda: made(("a", b"1"), ("a", b"2")), "a: It is in the archive twice."),
    "case": (lambda: made(("Site/a", b"1"), ("site/a", b"2")), "site/a: Its name differs from Site/a"),
    "file and folder": (lambda: made(("site", b"1"), ("site/a", b"2")), "site: It is a file and a folder"),
    "other normal form": (lambda: made(("e\u0301", b"1")), "Unicode NFC"),
    "link": (lambda: made((link("a"), b"/etc/passwd")), "a: It is not an ordinary file."),
    "folder": (lambda: made(("site/", b"")), "site/: Its name leads out"),
    "dated": (lambda: made((dated("a"), b"x")), "a: It has a time"),
    "comment": (lambda: made(("a", b"x"), comment=True), "Something follows the end"),
    "before": (lambda: b"PK!!" + packed(), "The list of files is not where"),
    "after": (lambda: packed() + b"x", "Something follows the end"),
    "unsorted": (lambda: made(("b", b"1"), ("a", b"2")), "a: It is not in its place"),
    "overlap": (lambda: overlapping(packed()), "site/a.html: It does not follow the file before it"),
    "size": (lambda: lying_size(packed()), "site/a.html: It is longer or shorter"),
    "bomb": (lambda: bomb(30_000_000), "site/a.html: It is longer or shorter"),
    "too many": (lambda: claims(count=60_000), "more than 50000 files"),
    "too large": (lambda: claims(size=0xFFFFFFF0), "larger than is read"),
    "damaged": (lambda: damaged(packed()), "site/a.html: It "),
    "two truths": (lambda: packed().replace(b"site/a.html", b"site/c.html", 1), "site/a.html: The archive says two"),
    "cut off": (lambda: packed()[:-30], "Something follows the end of the archive, or it was cut off"),
}


def claims(count: int = 1, size: int = 1) -> bytes:
    """An archive whose list claims very many or very large files."""
    content = bytearray(packed({"a": b"x"}))
    end = len(content) - 22
    content[end + 8 : end + 12] = struct.pack("<2H", count, count)
    central = content.index(b"PK\x01\x02")
    content[central + 24 : central + 28] = content[22:26] = struct.pack("<L", size)
    return bytes(content)


def damaged(content: bytes) -> bytes:
    """One byte of a member changed."""
    start = content.index(b"site/a.html") + len(b"site/a.html")
    return content[: start + 3] + bytes([content[start + 3] ^ 0xFF]) + content[start + 4 :]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_this_program_never_writes_is_refused_by_name(name: str) -> None:
    """Each is a fault that names the file, and the reader returns."""
    make, expected = HOSTILE[name]
    assert expected in said(make())


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never is more asked of the decompressor than the archive says, and one byte."""
    asked: list[int] = []
    real = zlib.decompressobj

    class Watched:
        def __init__(self, bits: int) -> None:
            self.inner = real(bits)

        def __getattr__(self, name: str) -> object:
            return getattr(self.inner, name)

        def decompress(self, data: bytes, most: int) -> bytes:
            asked.append(most)
            return self.inner.decompress(data, most)

    content = bomb(50_000_000)
    monkeypatch.setattr(zlib, "decompressobj", Watched)
    archive.read_archive(content, "pack.zip")
    assert asked
    assert max(asked) <= 11


def test_no_zip_is_said_to_be_none(tmp_path: Path) -> None:
    """Another file, or nothing, ends the command with a hint."""
    (tmp_path / "a.txt").write_text("text")
    for name in ("a.txt", "missing.zip"):
        with pytest.raises(CannotProceed) as error:
            archive.read(tmp_path / name)
        assert "backlog pack" in (error.value.hint or "")


def test_a_folder_is_read_like_a_zip(tmp_path: Path) -> None:
    """An unpacked pack has the same files; links and pipes in it are faults, and nothing waits for a pipe."""
    with zipfile.ZipFile(io.BytesIO(packed())) as file:
        file.extractall(tmp_path)
    assert archive.read(tmp_path) == archive.Contents(FILES)
    (tmp_path / "site" / "link.html").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / ".hidden").write_bytes(b"h")
    found = archive.read(tmp_path)
    assert {fault.path for fault in found.faults} == {"site/link.html", "pipe"}
    assert ".hidden" in found.files
