# SPDX-License-Identifier: Apache-2.0
"""The ids that Git gives commits, computed from their contents, so that a later file of a history can name them.

What GitHub says about a commit names its id, and is committed a day later. The format is Git's own: a tree lists its
entries by name, a folder as if its name ended in a slash; an id is the SHA-1 of kind, length and content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from secure_score_backlog.sample.fast_import import Commit


def object_id(kind: str, content: bytes) -> str:
    """The id of an object."""
    return hashlib.sha1(b"%s %d\0" % (kind.encode(), len(content)) + content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Tree:
    """A folder: files by their blob's id, and folders. Never changed, so that commits share what they have alike."""

    entries: Mapping[str, str | Tree] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Compute the id once."""
        lines = sorted(
            (name.encode() + (b"/" if isinstance(entry, Tree) else b""), name, entry)
            for name, entry in self.entries.items()
        )
        content = b"".join(
            b"%s %s\0%s" % (b"40000", name.encode(), bytes.fromhex(entry.id))
            if isinstance(entry, Tree)
            else b"%s %s\0%s" % (b"100644", name.encode(), bytes.fromhex(entry))
            for _, name, entry in lines
        )
        object.__setattr__(self, "id", object_id("tree", content))

    id: str = field(init=False, compare=False, default="")

    def __lt__(self, other: object) -> bool:
        """Names differ, so entries are never compared."""
        return NotImplemented

    def changed(self, path: Sequence[str], blob: str | None) -> Tree:
        """The same with another file at a path; None takes it away, and folders that are empty then."""
        name, rest = path[0], path[1:]
        entries = dict(self.entries)
        if rest:
            inside = entries.get(name)
            below = (inside if isinstance(inside, Tree) else Tree()).changed(rest, blob)
            entries[name] = below
            if not below.entries:
                del entries[name]
        elif blob is None:
            entries.pop(name, None)
        else:
            entries[name] = blob
        return Tree(entries)


class CommitIds:
    """The ids of commits, in the order of a history: parents before children."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self._trees: list[Tree] = []

    def add(self, commit: Commit) -> str:
        """The id of the next commit of a history."""
        tree = self._trees[commit.parents[0]] if commit.parents else Tree()
        for path, content in commit.changes.items():
            tree = tree.changed(path.split("/"), None if content is None else object_id("blob", content))
        self._trees.append(tree)
        self.ids.append(object_id("commit", b"".join(self._lines(commit, tree))))
        return self.ids[-1]

    def _lines(self, commit: Commit, tree: Tree) -> Iterable[bytes]:
        yield f"tree {tree.id}\n".encode()
        for parent in commit.parents:
            yield f"parent {self.ids[parent]}\n".encode()
        yield commit.author.line("author")
        yield commit.committer.line("committer")
        yield b"\n" + commit.message.encode()
