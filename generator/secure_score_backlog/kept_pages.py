# SPDX-License-Identifier: Apache-2.0
"""What `render` wrote last, and from what: where both are as they were, no page is made again.

Pages follow from what was read (`workspace.load`), the files of `docs/` and `mkdocs.yml`, what a person asked for, and
the program with its libraries. The key is a digest of all of these (docs/adr/0035-a-cache-that-cannot-lie.md): the
commits and the working tree stand for what was read of them.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from secure_score_backlog.cache import Cache
from secure_score_backlog.decisions.store import DECISIONS
from secure_score_backlog.files import names_in, paths_below, read_file
from secure_score_backlog.git import Repository
from secure_score_backlog.git_index import read_index
from secure_score_backlog.program import code_digest, libraries
from secure_score_backlog.reviews import DOCS
from secure_score_backlog.settings import SETTINGS_PATH
from secure_score_backlog.snapshots.snapshot_files import SNAPSHOTS
from secure_score_backlog.workspace import LAYOUT, Workspace, cache_of

KEPT = "pages"
"""The name in the cache."""
WORTH_KEEPING = 200
"""Commits; pages of a shorter history are made in a few seconds."""

OWN = "build"
"""The folder below the root that this program writes."""
State = Mapping[str, str]
"""What tells the content of each file from another one, by path."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One rendering."""

    inputs: str
    """Of what it was made (`inputs`)."""
    pages: Mapping[str, str]
    """SHA-256 of every file that it wrote, by path below the root."""
    remarks: tuple[str, ...]
    summary: str
    """Both as they were said."""


def working_tree(root: Path, repository: Repository | None) -> State | None:
    """What the working tree holds of a backlog: files as Git's index knows them, or hashed; links are problems.

    None without Git, and where a file cannot be read.
    """
    if repository is None:
        return None
    try:
        paths = [path for place in (SNAPSHOTS, DECISIONS, DOCS) for path in paths_below(root, place, hidden=True)]
        names = [name for name in names_in(root) if name != OWN]
        paths += [name for name in (SETTINGS_PATH, LAYOUT) if name in names]
        known = dict(read_index(repository).unchanged(paths))
        others = {path: f"sha256 {_digest(root, path)}" for path in paths if path not in known}
    except OSError:
        return None
    return {**known, **others, "": "\0".join(names)}  # the names tell of settings that are misnamed


def _digest(root: Path, path: str) -> str:
    return hashlib.sha256(read_file(root, path)).hexdigest()


def inputs(workspace: Workspace, state: State, asked: object, today: date) -> str:
    """A digest of everything that pages follow from.

    Args:
        workspace: What was read.
        state: The working tree, as it was before that.
        asked: What a person asked for.
        today: The day of the clock, after which commits and snapshots are reported.
    """
    branch = workspace.snapshot_branch
    made_by = (sys.version, msgspec.__version__, code_digest(), libraries())
    history = (workspace.tips, workspace.commits, workspace.head, workspace.dated_by, workspace.beginning)
    snapshots = (branch.tip, branch.blobs, branch.history.commits) if branch else None
    place = workspace.repository.prefix if workspace.repository else None
    everything: Any = (made_by, asked, today, place, history, snapshots, workspace.problems, sorted(state.items()))
    return hashlib.sha256(msgspec.msgpack.encode(everything, order="deterministic")).hexdigest()


def cache_for(workspace: Workspace) -> Cache | None:
    """The cache, where a rendering is worth keeping and may be kept."""
    if len(workspace.commits) < WORTH_KEEPING:
        return None
    return cache_of(workspace.repository)


def written_pages(root: Path, folder: str) -> dict[str, str]:
    """SHA-256 of every file below a folder, by path below the root; OSError where one cannot be read."""
    return {path: _digest(root, path) for path in paths_below(root, folder, hidden=True)}


def unchanged(cache: Cache, root: Path, folder: str, found: str) -> Kept | None:
    """The rendering of these inputs, where every file that it wrote is as it was and no other is there."""
    kept = cache.get(KEPT, Kept)
    try:
        return kept if kept and kept.inputs == found and kept.pages == written_pages(root, folder) else None
    except OSError:
        return None
