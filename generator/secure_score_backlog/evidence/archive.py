# SPDX-License-Identifier: Apache-2.0
"""The zip of a pack: written with nothing of the machine in it, and read so that a hostile one can do no harm.

Read is only what this program writes: members one after the other, sorted, without gaps, extra fields, comments,
encryption or links, each compressed with deflate or stored. So two programs cannot see two different packs in one
file, and no member can lie over another one. Nothing is written to disk while reading, sizes are known before anything
is decompressed, and decompressing ends where a member is longer than it says (docs/adr/0030).
"""

from __future__ import annotations

import io
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from secure_score_backlog import files
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.files import Document, is_portable

MADE = (1980, 1, 1, 0, 0, 0)
"""The time of every member: the earliest that an archive can say."""
_MADE_WORDS = (0, 0x21)
LARGEST_ARCHIVE = 256 << 20
LARGEST_MEMBER = 400 << 20
MOST_BYTES = 512 << 20
"""Of all members together, decompressed."""
MOST_FILES = 50_000
LONGEST_NAME = 400
_LOCAL, _CENTRAL, _END = struct.Struct("<4s5H3L2H"), struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s4H2LH")
_UTF8 = 0x800
_DEFLATED, _STORED = 8, 0
_ORDINARY_FILE = 0o100644 << 16


def written(documents: Iterable[Document]) -> bytes:
    """The zip with some files, sorted by path, each with the same time and rights."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for document in sorted(documents, key=lambda each: each.path):
            member = zipfile.ZipInfo(document.path, MADE)
            member.create_system = 3
            member.external_attr = _ORDINARY_FILE
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, document.content, compresslevel=6)
    return made.getvalue()


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that no pack of this program has, and where it is."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Contents:
    """The files of a pack, by path, as far as they could be read, and what was wrong with the rest."""

    files: dict[str, bytes] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def read(place: Path) -> Contents:
    """What a pack holds; it may be unpacked in a folder.

    Raises:
        CannotProceed: There is nothing at the place, or nothing that could be a pack.
    """
    if place.is_dir():
        return read_folder(place)
    try:
        content = files.read_named_file(place, LARGEST_ARCHIVE)
    except OSError as error:
        raise CannotProceed(
            f"The pack cannot be read: {error.strerror or type(error).__name__}.",
            where=str(place),
            hint="Name the zip that `backlog pack` wrote, or a folder that it was unpacked in.",
        ) from error
    return read_archive(content, str(place))


def read_folder(place: Path) -> Contents:
    """The files of an unpacked pack; links, pipes and the like are faults."""
    found: dict[str, bytes] = {}
    faults = [Fault(path, f"{reason}.") for path, reason in _refused(place)]
    left = MOST_BYTES
    for path in _paths(place):
        if len(found) >= MOST_FILES:
            faults.append(Fault(path, f"There are more than {MOST_FILES} files."))
            break
        try:
            content = files.read_file(place, path, min(LARGEST_MEMBER, left))
        except OSError as error:
            faults.append(Fault(path, f"It cannot be read: {error.strerror or type(error).__name__}."))
            continue
        left -= len(content)
        found[path] = content
    return Contents(found, (*faults, *name_faults(found)))


def _paths(place: Path) -> Iterator[str]:
    """Every ordinary file below a folder, hidden ones too."""
    for name in files.names_in(place):
        if files.is_file(place, name):
            yield name
        else:
            yield from files.paths_below(place, name, hidden=True)


def _refused(place: Path) -> Iterator[tuple[str, str]]:
    for name in files.names_in(place):
        for path, reason in files.refused_below(place, name):
            yield path, f"{reason[:1].upper()}{reason[1:]}"


class _NoArchive(ValueError):
    """The bytes are not laid out as this program writes a zip; the text says what and where."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.path = path


def read_archive(content: bytes, place: str) -> Contents:
    """The files of a zip. CannotProceed for what is no zip at all."""
    if not content.startswith(b"PK"):
        raise CannotProceed(
            "This is not a pack: it is not a zip.",
            where=place,
            hint="Name the zip that `backlog pack` wrote, or a folder that it was unpacked in.",
        )
    found: dict[str, bytes] = {}
    faults: list[Fault] = []
    names: list[str] = []
    try:
        for member in _members(content):
            names.append(member.name)
            if member.name in found:
                faults.append(Fault(member.name, "It is in the archive twice."))
                continue
            if problem := name_fault(member.name):
                faults.append(Fault(member.name, problem))
                continue
            found[member.name] = member.content(content)
    except _NoArchive as error:
        faults.append(Fault(error.path or "(archive)", str(error)))
    if names != sorted(names):
        late = next(name for before, name in pairwise(names) if name < before)
        faults.append(Fault(late, "It is not in its place: the files of a pack are sorted by path."))
    return Contents(found, (*faults, *name_faults(found)))


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    start: int
    packed: int
    size: int
    crc: int
    method: int

    def content(self, archive: bytes) -> bytes:
        """The bytes, decompressed up to the size that the archive says."""
        packed = archive[self.start : self.start + self.packed]
        if self.method == _STORED:
            content = packed
        else:
            inflating = zlib.decompressobj(-zlib.MAX_WBITS)
            try:
                content = inflating.decompress(packed, self.size + 1)
            except zlib.error:
                raise _NoArchive("It cannot be decompressed: the archive is damaged.", self.name) from None
            if not inflating.eof or inflating.unused_data or inflating.unconsumed_tail:
                raise _NoArchive("It is longer or shorter than the archive says.", self.name)
        if len(content) != self.size:
            raise _NoArchive("It is longer or shorter than the archive says.", self.name)
        if zlib.crc32(content) != self.crc:
            raise _NoArchive("It does not have the check sum that the archive says.", self.name)
        return content


def _members(archive: bytes) -> list[_Member]:
    """The members of a zip, in their order; raises before anything is decompressed."""
    end = len(archive) - _END.size
    if end < 0 or archive[end : end + 4] != b"PK\x05\x06":
        raise _NoArchive("Something follows the end of the archive, or it was cut off.")
    _, disk, first, here, count, length, start, comment = _END.unpack_from(archive, end)
    if disk or first or here != count or comment or start + length != end:
        raise _NoArchive("The list of files is not where it has to be.")
    if count > MOST_FILES:
        raise _NoArchive(f"There are more than {MOST_FILES} files.")
    found: list[_Member] = []
    total, position, expected = 0, start, 0
    for _ in range(count):
        if position + _CENTRAL.size > end:
            raise _NoArchive("The list of files ends too early.")
        member, position, expected = _member(archive, position, expected, end)
        total += member.size
        if member.size > LARGEST_MEMBER or total > MOST_BYTES:
            raise _NoArchive(f"The files are larger than is read ({MOST_BYTES >> 20} MB together).", member.name)
        found.append(member)
    if position != end or expected != start:
        raise _NoArchive("The archive holds bytes that belong to no file.")
    return found


def _member(archive: bytes, position: int, expected: int, end: int) -> tuple[_Member, int, int]:
    """A member by its entry in the list, the place of the next entry, and where the next member has to begin."""
    (
        mark, made_by, needed, flags, method, clock, day, crc, packed, size, name_length, extra, comment, disk, _,
        rights, offset,
    ) = _CENTRAL.unpack_from(archive, position)  # fmt: skip
    raw = archive[position + _CENTRAL.size : min(position + _CENTRAL.size + name_length, end)]
    name = _name(raw, flags)
    if mark != b"PK\x01\x02" or len(raw) != name_length:
        raise _NoArchive("The list of files is damaged.", name)
    if flags & ~_UTF8 or method not in (_DEFLATED, _STORED):
        raise _NoArchive("It is encrypted, or packed in a way that is not read.", name)
    if made_by >> 8 != 3 or rights != _ORDINARY_FILE:
        raise _NoArchive("It is not an ordinary file.", name)
    if extra or comment or disk or (clock, day) != _MADE_WORDS:
        raise _NoArchive("It has a time, a comment or other additions, which no file of a pack has.", name)
    if method == _STORED and packed != size:
        raise _NoArchive("It is longer or shorter than the archive says.", name)
    if offset != expected:
        raise _NoArchive("It does not follow the file before it: files overlap, or something lies between them.", name)
    local = _LOCAL.pack(b"PK\x03\x04", needed, flags, method, clock, day, crc, packed, size, name_length, 0) + raw
    if archive[offset : offset + len(local)] != local:
        raise _NoArchive("The archive says two different things about it.", name)
    begin = offset + len(local)
    next_entry = position + _CENTRAL.size + name_length
    return _Member(name, begin, packed, size, crc, method), next_entry, begin + packed


def _name(raw: bytes, flags: int) -> str:
    try:
        return raw.decode("utf-8" if flags & _UTF8 else "ascii")
    except UnicodeDecodeError:
        raise _NoArchive("The name of a file is not text.", raw.decode("latin-1")[:LONGEST_NAME]) from None


def name_fault(name: str) -> str:
    """Why a name cannot be one of a file in a pack, as a sentence; empty where it can."""
    steps = name.split("/")
    if not name or len(name) > LONGEST_NAME or not is_portable(name):
        return "Its name is empty, too long, or holds what no file can have in its name."
    if any(step in ("", ".", "..") for step in steps):
        return "Its name leads out of the pack."
    if any(step != step.strip(" ") or step.endswith(".") for step in steps):
        return "A part of its name begins or ends with a space, or ends with a dot, which Windows drops."
    if unicodedata.normalize("NFC", name) != name:
        return "Its name is not in the form that every system writes (Unicode NFC)."
    return ""


def name_faults(names: Iterable[str]) -> Iterator[Fault]:
    """Names that a disk could not keep apart, and files that are folders as well."""
    seen: dict[str, str] = {}
    folders: set[str] = set()
    listed = sorted(names)
    for name in listed:
        steps = name.casefold().split("/")
        folders.update("/".join(steps[:count]) for count in range(1, len(steps)))
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            yield Fault(name, f"Its name differs from {other} in upper and lower case only.")
    for name in listed:
        if name.casefold() in folders:
            yield Fault(name, "It is a file and a folder at once.")
