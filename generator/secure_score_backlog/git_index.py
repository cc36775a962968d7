# SPDX-License-Identifier: Apache-2.0
"""Git's index: which file of the working tree held which content when Git looked last, so that it need not be read.

Only what Git itself would rely on counts, and less: an entry whose file has any other size, time or number, or was
changed in the moment of writing the index, says nothing. Entries that are marked as unchanged by hand are compared too.
"""

from __future__ import annotations

import hashlib
import os
import stat
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from secure_score_backlog.files import read_named_file, states_in
from secure_score_backlog.git import Repository, run_git

SIGNATURE = b"DIRC"
VERSIONS = (2, 3)
"""Version 4 shortens paths, and is not read: then files are."""
HEADER = struct.Struct(">4sII")
STATE = struct.Struct(">10I")
"""Change time and modification time in seconds and nanoseconds, device, file number, mode, owner, group, size."""
EXTENDED = 0x4000
STAGE = 0x3000
LENGTH = 0x0FFF
ORDINARY = 0o100000
KINDS = 0o170000
SPLIT = b"link"
"""The extension of an index that holds only what differs from another one."""
_32_BITS = 0xFFFFFFFF
_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One file, as Git saw it last."""

    blob: str
    state: tuple[int, ...]
    """Change time and modification time in seconds and nanoseconds, file number, size."""

    def fits(self, found: os.stat_result, written: int) -> bool:
        """Whether a file is as Git saw it; `written` is when the index was written, in nanoseconds."""
        moments = (found.st_mtime_ns, found.st_ctime_ns)
        return stat.S_ISREG(found.st_mode) and self.state == state_of(found) and max(moments) < written


def state_of(found: os.stat_result) -> tuple[int, ...]:
    """What the index keeps of a file."""
    changed, modified = divmod(found.st_ctime_ns, _SECOND), divmod(found.st_mtime_ns, _SECOND)
    return tuple(each & _32_BITS for each in (*changed, *modified, found.st_ino, found.st_size))


def entries(content: bytes, length: int) -> Mapping[str, Entry]:
    """The ordinary files in an index, by path from the top of the repository; none where it is not read.

    Args:
        content: The file.
        length: Bytes of an id: 20, or 32 with SHA-256.
    """
    try:
        return _entries(content, length)
    except (struct.error, IndexError, ValueError):
        return {}


def _entries(content: bytes, length: int) -> Mapping[str, Entry]:
    signature, version, count = HEADER.unpack_from(content)
    if signature != SIGNATURE or version not in VERSIONS:
        return {}
    found: dict[str, Entry] = {}
    place = HEADER.size
    for _ in range(count):
        state = STATE.unpack_from(content, place)
        identifier = content[place + STATE.size : place + STATE.size + length]
        (flags,) = struct.unpack_from(">H", content, place + STATE.size + length)
        name = place + STATE.size + length + (4 if flags & EXTENDED else 2)
        end = content.index(b"\0", name)
        if state[6] & KINDS == ORDINARY and not flags & STAGE:
            path = content[name:end].decode("utf-8", "surrogateescape")
            found[path] = Entry(identifier.hex(), (*state[:4], state[5], state[9]))
        place += (end - place + 8) & ~7  # entries end with one to eight NUL
    if content[place : place + 4] == SPLIT:
        return {}
    return found


@dataclass(frozen=True, slots=True)
class Index:
    """The index of a folder's repository."""

    root: Path
    prefix: str
    """The folder's path inside the repository, with a slash at the end; empty at its top."""
    known: Mapping[str, Entry] = field(default_factory=dict)
    """By path from the top of the repository; empty where the index is not read."""
    written: int = 0
    """When, in nanoseconds since 1970."""

    def tracks(self, folder: str) -> bool:
        """Whether Git knows a file below a folder, which then may come from any branch; True where nothing is known."""
        start = f"{self.prefix}{folder}/"
        return not self.known or any(path.startswith(start) for path in self.known)

    def unchanged(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Path and content of each file that is as Git saw it: the id that Git gave it, and its size on the disk."""
        states: dict[str, dict[str, os.stat_result]] = {}
        for path in paths:
            folder, _, name = path.rpartition("/")
            if folder not in states:
                states[folder] = states_in(self.root, folder)
            entry, found = self.known.get(self.prefix + path), states[folder].get(name)
            if entry is not None and found is not None and entry.fits(found, self.written):
                yield path, f"{entry.blob} {found.st_size}"


def read_index(repository: Repository) -> Index:
    """The index of a repository; one that knows nothing where it is of another form, damaged, or being written."""
    nothing = Index(repository.folder, repository.prefix)
    asked = run_git(repository.folder, "rev-parse", "--git-path", "index")
    if asked.returncode != 0:
        return nothing
    file = repository.folder / asked.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")
    try:
        written = file.stat().st_mtime_ns
        content = read_named_file(file)
        if file.stat().st_mtime_ns != written:
            return nothing
    except OSError:
        return nothing
    for algorithm in ("sha1", "sha256"):
        digest = hashlib.new(algorithm, usedforsecurity=False)
        digest.update(content[: -digest.digest_size])
        if content[-digest.digest_size :] == digest.digest():
            return Index(repository.folder, repository.prefix, entries(content, digest.digest_size), written)
    return nothing
