# SPDX-License-Identifier: Apache-2.0
"""What of the repository goes into a pack: the sources of the figures, and the objects that show where they are from.

A source is a file as a commit brought it: the snapshots that are cited, every version of a decision of the period or in
force at its end, settings, minutes, what GitHub said about approvals, and files that decisions name as records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.evidence.git_objects import (
    BLOB,
    COMMIT_KIND,
    FOLDER,
    MOST_OBJECTS,
    SUBMODULE,
    TREE,
    Objects,
    algorithm_of,
    read_commit,
    read_tree,
)
from secure_score_backlog.git import Repository

MOST_BYTES = 380 << 20
"""Of all objects of a history together."""


def gathered(repository: Repository, references: Mapping[str, str]) -> Objects:
    """Every object of the history up to some commits, in an order that the history alone decides.

    Commits come first, the oldest first; then trees and files by path, each version after the one before it.

    Raises:
        CannotProceed: Git lacks an object, or the history is larger than goes into a pack.
    """
    commits = _commits(repository, list(dict.fromkeys(references.values())))
    algorithm = algorithm_of(next(iter(references.values())))
    found = Objects({identifier: (COMMIT_KIND, content) for identifier, content in commits}, dict(references))
    paths: dict[str, tuple[str, int, str]] = {}
    size = sum(len(content) for _, content in commits)
    contents: dict[str, bytes] = {}
    waiting = [("", read_commit(content).tree, TREE) for _, content in commits]
    while waiting:
        new: dict[str, tuple[str, str]] = {}
        for path, identifier, kind in waiting:
            if identifier not in paths and identifier not in new:
                new[identifier] = (path, kind)
        for identifier, (path, kind) in new.items():
            paths[identifier] = (path, len(paths), kind)
        waiting = []
        for identifier, content in _all(repository, list(new)):
            contents[identifier] = content
            size += len(content)
            _refuse_large(repository, size, len(paths) + len(commits))
            path, kind = new[identifier]
            if kind == TREE:
                for entry in read_tree(content, algorithm):
                    if entry.mode != SUBMODULE:
                        below = f"{path}/{entry.name}"
                        waiting.append((below, entry.id, TREE if entry.mode == FOLDER else BLOB))
    for identifier in sorted(paths, key=lambda each: (paths[each][2] != TREE, paths[each][0], paths[each][1])):
        found.contents[identifier] = (paths[identifier][2], contents[identifier])
    return found


def on_the_way(repository: Repository, commit: str, paths: Iterable[str]) -> Objects:
    """A commit, and the trees on the way to some of its files."""
    content = repository.content(commit)
    found = Objects({commit: (COMMIT_KIND, content)})
    top = read_commit(content).tree
    for path in paths:
        here = top
        for step in path.split("/"):
            if here not in found.contents:
                found.contents[here] = (TREE, repository.content(here))
            entry = (found.tree(here) or {}).get(step)
            if entry is None or not entry.is_folder:
                break
            here = entry.id
    return found


def _commits(repository: Repository, tips: Iterable[str]) -> list[tuple[str, bytes]]:
    """Every commit up to some tips with its bytes: parents before children, else by time and id."""
    contents: dict[str, bytes] = {}
    waiting = list(tips)
    while waiting:
        for identifier, content in _all(repository, waiting):
            contents[identifier] = content
            _refuse_large(repository, 0, len(contents))
        named = (parent for identifier in waiting for parent in read_commit(contents[identifier]).parents)
        waiting = [parent for parent in dict.fromkeys(named) if parent not in contents]
    return [(identifier, contents[identifier]) for identifier in _in_order(contents)]


def _in_order(contents: Mapping[str, bytes]) -> list[str]:
    """The ids of commits, each after its parents, and else by time and id."""
    from heapq import heappop, heappush  # noqa: PLC0415 - for this function alone

    read = {identifier: read_commit(content) for identifier, content in contents.items()}
    children: dict[str, list[str]] = {}
    missing = {identifier: len(set(commit.parents)) for identifier, commit in read.items()}
    for identifier, commit in read.items():
        for parent in set(commit.parents):
            children.setdefault(parent, []).append(identifier)
    ready: list[tuple[float, str]] = []

    def add(identifier: str) -> None:
        at = read[identifier].at
        heappush(ready, (at.timestamp() if at else 0.0, identifier))

    for identifier, count in missing.items():
        if not count:
            add(identifier)
    found: list[str] = []
    while ready:
        _, identifier = heappop(ready)
        found.append(identifier)
        for child in children.get(identifier, ()):
            missing[child] -= 1
            if not missing[child]:
                add(child)
    return found


def _all(repository: Repository, identifiers: list[str]) -> Iterator[tuple[str, bytes]]:
    """Many objects; CannotProceed where Git lacks one, or where one is too large."""
    found = 0
    for identifier, content in repository.objects(identifiers):
        while identifiers[found] != identifier:
            repository.content(identifiers[found])  # raises, and says why
            found += 1
        found += 1
        yield identifier, content
    for identifier in identifiers[found:]:
        repository.content(identifier)


def _refuse_large(repository: Repository, size: int, count: int) -> None:
    if size > MOST_BYTES or count > MOST_OBJECTS:
        raise CannotProceed(
            f"The history holds more than {MOST_BYTES >> 20} MB or {MOST_OBJECTS} objects, more than a pack can hold.",
            where=str(repository.folder),
            hint="See what is large (git rev-list --objects --all | git cat-file --batch-check); keep it elsewhere.",
        )
