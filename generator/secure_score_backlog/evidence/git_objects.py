# SPDX-License-Identifier: Apache-2.0
"""Git's objects as values: ids, commits, trees, and the bundle, which holds a whole history in one file.

Nothing here starts Git. A bundle is written so that its bytes depend on the history alone, not on a version of Git or
of zlib: every object is whole, stored without compression, in a fixed order. Only that form is read back, so reading
one cannot take more memory than the bundle has bytes (docs/adr/0030).
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from secure_score_backlog.git import COMMIT, SIGNATURE, commit_time

COMMIT_KIND, TREE, BLOB = "commit", "tree", "blob"
_NUMBERS = {COMMIT_KIND: 1, TREE: 2, BLOB: 3}
_KINDS = {number: kind for kind, number in _NUMBERS.items()}
FOLDER = "40000"
SUBMODULE = "160000"
ORDINARY = ("100644", "100755", "100664")
MOST_OBJECTS = 200_000
MOST_FILES = 100_000
"""Of one commit; a few trees that name each other can stand for millions."""
_ZLIB = b"\x78\x01"
_BLOCK = 0xFFFF
_REFERENCE = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64}) ((?:refs/[A-Za-z0-9._/-]{1,200})|HEAD)")
_SECONDS = re.compile(rb"^committer [^\n]*> ([0-9]{1,12}) [+-][0-9]{4}$", re.MULTILINE)


class BadObject(ValueError):
    """Something that is no object of Git; the text is a sentence."""


def algorithm_of(identifier: str) -> str:
    """The algorithm that made an id."""
    return "sha256" if len(identifier) == 64 else "sha1"


def object_id(kind: str, content: bytes, algorithm: str) -> str:
    """Git's id of an object."""
    head = f"{kind} {len(content)}\0".encode()
    return hashlib.new(algorithm, head + content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a tree."""

    mode: str
    name: str
    id: str

    @property
    def is_folder(self) -> bool:
        """Whether it is another tree."""
        return self.mode == FOLDER


@dataclass(frozen=True, slots=True)
class Commit:
    """What a commit says."""

    tree: str
    parents: tuple[str, ...]
    at: datetime | None
    """Committer time in UTC, as written; None where it is missing or outside of the calendar."""
    signature: bytes = b""
    """As written; empty where there is none."""
    signed: bytes = b""
    """What the signature is about: the commit without it."""


def read_commit(content: bytes) -> Commit:
    """A commit from its bytes; BadObject where it names no tree."""
    head, _, _ = content.partition(b"\n\n")
    lines = head.split(b"\n")
    trees = [line[5:].decode("ascii", "replace") for line in lines[:1] if line.startswith(b"tree ")]
    if not trees or not COMMIT.fullmatch(trees[0].encode()):
        raise BadObject("It names no tree.")
    parents = []
    for line in lines[1:]:
        if not line.startswith(b"parent "):
            break
        parents.append(line[7:].decode("ascii", "replace"))
    seconds = _SECONDS.search(head)
    signature, signed = without_signature(content) if SIGNATURE.search(head) else (b"", b"")
    at = commit_time(seconds[1].decode()) if seconds else None
    return Commit(trees[0], tuple(parents), at, signature, signed)


def without_signature(content: bytes) -> tuple[bytes, bytes]:
    """The signature of a commit, and what it is about."""
    head, separator, message = content.partition(b"\n\n")
    kept: list[bytes] = []
    taken: list[bytes] = []
    inside = False
    for line in head.split(b"\n"):
        if not inside and SIGNATURE.match(line):
            inside = True
            taken.append(line.partition(b" ")[2])
        elif inside and line.startswith(b" "):
            taken.append(line[1:])
        else:
            inside = False
            kept.append(line)
    return b"\n".join(taken) + b"\n", b"\n".join(kept) + separator + message


def read_tree(content: bytes, algorithm: str) -> list[Entry]:
    """The entries of a tree; BadObject where it is cut off."""
    length = 32 if algorithm == "sha256" else 20
    found: list[Entry] = []
    position = 0
    while position < len(content):
        space = content.find(b" ", position)
        end = content.find(b"\0", space)
        if space < 0 or end < 0 or end + 1 + length > len(content):
            raise BadObject("It is cut off.")
        mode = content[position:space].decode("ascii", "replace")
        name = content[space + 1 : end].decode("utf-8", "surrogateescape")
        found.append(Entry(mode, name, content[end + 1 : end + 1 + length].hex()))
        position = end + 1 + length
    return found


@dataclass
class Objects:
    """Some objects of a repository, by id."""

    contents: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Kind and bytes."""
    references: dict[str, str] = field(default_factory=dict)
    """The newest commit by the name of its branch."""
    _commits: dict[str, Commit] = field(default_factory=dict, repr=False)
    _trees: dict[str, dict[str, Entry]] = field(default_factory=dict, repr=False)

    def content(self, identifier: str, kind: str) -> bytes | None:
        """The bytes of an object; None where there is none of that kind."""
        found = self.contents.get(identifier)
        return found[1] if found and found[0] == kind else None

    def commit(self, identifier: str) -> Commit | None:
        """A commit; None where it is not there. BadObject where it cannot be read."""
        if identifier not in self._commits:
            content = self.content(identifier, COMMIT_KIND)
            if content is None:
                return None
            self._commits[identifier] = read_commit(content)
        return self._commits[identifier]

    def tree(self, identifier: str) -> dict[str, Entry] | None:
        """The entries of a tree by name; None where it is not there."""
        if identifier not in self._trees:
            content = self.content(identifier, TREE)
            if content is None:
                return None
            self._trees[identifier] = {e.name: e for e in read_tree(content, algorithm_of(identifier))}
        return self._trees[identifier]

    def blob_at(self, commit: str, path: str) -> str | None:
        """The id of the ordinary file at a path in a commit; None where there is none.

        KeyError where an object on the way is not there.
        """
        found = self.commit(commit)
        if found is None:
            raise KeyError(commit)
        here = found.tree
        *folders, name = path.split("/")
        for step in folders:
            entry = self._entry(here, step)
            if entry is None or not entry.is_folder:
                return None
            here = entry.id
        entry = self._entry(here, name)
        return entry.id if entry and entry.mode in ORDINARY else None

    def _entry(self, tree: str, name: str) -> Entry | None:
        entries = self.tree(tree)
        if entries is None:
            raise KeyError(tree)
        return entries.get(name)

    def files(self, commit: str) -> Iterator[tuple[str, str]]:
        """Path and blob of each ordinary file of a commit, as far as its trees are there; BadObject for very many."""
        found = self.commit(commit)
        waiting = [("", found.tree)] if found else []
        seen = 0
        while waiting:
            before, tree = waiting.pop()
            for entry in (self.tree(tree) or {}).values():
                seen += 1
                if seen > MOST_FILES:
                    raise BadObject(f"Commit {commit[:12]} names more than {MOST_FILES} files.")
                if entry.is_folder:
                    waiting.append((f"{before}{entry.name}/", entry.id))
                elif entry.mode in ORDINARY:
                    yield before + entry.name, entry.id

    def first_parents(self, tip: str) -> list[str]:
        """The commits from the first one to a tip along first parents, oldest first.

        KeyError where one of them is not there.
        """
        found: list[str] = []
        seen: set[str] = set()
        here = tip
        while True:
            commit = self.commit(here)
            if commit is None or here in seen:
                raise KeyError(here)
            seen.add(here)
            found.append(here)
            if not commit.parents:
                return found[::-1]
            here = commit.parents[0]

    def wrong_ids(self) -> Iterator[str]:
        """The ids that their objects do not have."""
        for identifier, (kind, content) in self.contents.items():
            if object_id(kind, content, algorithm_of(identifier)) != identifier:
                yield identifier


# The bundle


def write_bundle(objects: Objects, algorithm: str) -> bytes:
    """A bundle with every object, for `git clone`."""
    references = "".join(f"{tip} {name}\n" for name, tip in objects.references.items())
    head = "# v2 git bundle\n" if algorithm == "sha1" else "# v3 git bundle\n@object-format=sha256\n"
    parts = [b"PACK", (2).to_bytes(4, "big"), len(objects.contents).to_bytes(4, "big")]
    for kind, content in objects.contents.values():
        parts += [_object_head(_NUMBERS[kind], len(content)), stored(content)]
    pack = b"".join(parts)
    return f"{head}{references}\n".encode() + pack + hashlib.new(algorithm, pack, usedforsecurity=False).digest()


def _object_head(kind: int, size: int) -> bytes:
    """Kind and size as a pack has them: four bits, then seven in each byte."""
    first, size = (kind << 4) | (size & 15), size >> 4
    found = bytearray()
    while size:
        found.append(first | 128)
        first, size = size & 127, size >> 7
    return bytes([*found, first])


def stored(content: bytes) -> bytes:
    """A zlib stream that is not compressed, which every zlib reads and none has a say in."""
    parts = [_ZLIB]
    for start in range(0, max(len(content), 1), _BLOCK):
        block = content[start : start + _BLOCK]
        last = start + _BLOCK >= len(content)
        parts += [bytes([last]), len(block).to_bytes(2, "little"), (len(block) ^ _BLOCK).to_bytes(2, "little"), block]
    return b"".join([*parts, zlib.adler32(content).to_bytes(4, "big")])


def read_bundle(content: bytes) -> Objects:
    """The objects of a bundle, by the ids that they have; BadObject for anything that `write_bundle` does not write."""
    head, separator, pack = content.partition(b"\n\n")
    lines = head.split(b"\n")
    algorithm = "sha1"
    if lines[:2] == [b"# v3 git bundle", b"@object-format=sha256"]:
        algorithm, lines = "sha256", lines[1:]
    elif lines[:1] != [b"# v2 git bundle"]:
        raise BadObject("It is not a bundle of Git.")
    matches = [_REFERENCE.fullmatch(line) for line in lines[1:]]
    if not separator or not matches or not all(matches):
        raise BadObject("It names branches in a way that the program does not write.")
    references = {match[2].decode(): match[1].decode() for match in matches if match}
    found = Objects({}, references)
    for kind, body in _packed(pack, algorithm):
        found.contents[object_id(kind, body, algorithm)] = (kind, body)
    return found


def _packed(pack: bytes, algorithm: str) -> Iterator[tuple[str, bytes]]:
    """Kind and bytes of each object of a pack file."""
    length = 32 if algorithm == "sha256" else 20
    end = len(pack) - length
    if end < 12 or pack[:8] != b"PACK\0\0\0\2":
        raise BadObject("It holds no pack of objects.")
    if hashlib.new(algorithm, pack[:end], usedforsecurity=False).digest() != pack[end:]:
        raise BadObject("Its own check sum is wrong.")
    count = int.from_bytes(pack[8:12], "big")
    if count > MOST_OBJECTS:
        raise BadObject(f"It holds more than {MOST_OBJECTS} objects.")
    position = 12
    for _ in range(count):
        kind, size, position = _read_head(pack, position, end)
        body, position = _read_stored(pack, position, size, end)
        yield kind, body
    if position != end:
        raise BadObject("It holds bytes that belong to no object.")


def _read_head(pack: bytes, position: int, end: int) -> tuple[str, int, int]:
    kind, size, shift, more = 0, 0, 4, True
    first = True
    while more:
        if position >= end or shift > 46:
            raise BadObject("It is cut off.")
        byte = pack[position]
        if first:
            kind, size, first = (byte >> 4) & 7, byte & 15, False
        else:
            size |= (byte & 127) << shift
            shift += 7
        more = byte >= 128
        position += 1
    if kind not in _KINDS or size > end - position:
        raise BadObject("It holds an object in a form that the program does not write.")
    return _KINDS[kind], size, position


def _read_stored(pack: bytes, position: int, size: int, end: int) -> tuple[bytes, int]:
    """The bytes of an object that is stored without compression, and where the next one begins."""
    blocks = max(-(-size // _BLOCK), 1)
    after = position + len(_ZLIB) + 5 * blocks + size + 4
    if after > end:
        raise BadObject("It is cut off, or compressed in a way that the program does not write.")
    start = position + len(_ZLIB)
    parts = []
    for number in range(blocks):
        this = min(_BLOCK, size - number * _BLOCK)
        parts.append(pack[start + 5 : start + 5 + this])
        start += 5 + this
    content = b"".join(parts)
    if stored(content) != pack[position:after]:
        raise BadObject("It holds an object that is compressed in a way that the program does not write.")
    return content, after


# Single objects, where the history as a whole is not shown


def object_path(identifier: str, kind: str) -> str:
    """The name of an object's file below `git/objects/`."""
    return f"{identifier}.{kind}"


def read_objects(contents: Mapping[str, bytes]) -> tuple[Objects, list[str]]:
    """The objects in some files by name, and the names of those that do not have the id that they are named after."""
    found = Objects()
    wrong: list[str] = []
    for name, content in contents.items():
        identifier, _, kind = name.partition(".")
        if (
            not COMMIT.fullmatch(identifier.encode())
            or kind not in _NUMBERS
            or object_id(kind, content, algorithm_of(identifier)) != identifier
        ):
            wrong.append(name)
        else:
            found.contents[identifier] = (kind, content)
    return found, wrong
