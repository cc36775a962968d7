# SPDX-License-Identifier: Apache-2.0
"""Two states of one backlog: as it was at a base, and as a commit or the working tree has it.

Which commit is the base: docs/method.md#comparing.

Read once: snapshots and catalogue that are the same on both sides are parsed for one of them. Contents that only a rule
of permanence needs are looked at here, one in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from secure_score_backlog.approvals import APPROVALS_PATH
from secure_score_backlog.beginning import DATA
from secure_score_backlog.branches import Branch, FileChange, merge_base, read_branch
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.files import read_file
from secure_score_backlog.recorded_packs import PACKS_PATH
from secure_score_backlog.settings import SETTINGS_PATH
from secure_score_backlog.snapshots.poorer import losses
from secure_score_backlog.snapshots.rewritten import forbidden
from secure_score_backlog.snapshots.snapshot_files import CATALOGUE_PATH, SNAPSHOTS, snapshot_days
from secure_score_backlog.workspace import Workspace, load, load_commit, load_nothing


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two states of a backlog, as values."""

    branch: Branch
    before: Workspace
    after: Workspace
    rewritten: tuple[tuple[str, str], ...] = ()
    """Stored days that were changed as no day may be: path, and why not, as the end of a sentence."""
    poorer: tuple[str, ...] = ()
    """What the catalogue lost, each as the end of a sentence about it."""


def compare(
    root: Path, base: str, head: str | None = None, *, today: date, working_tree: Workspace | None = None
) -> Comparison:
    """A backlog at its base, and at another commit or in the working tree.

    Args:
        root: The folder of the backlog.
        base: Names the branch, tag or commit that is compared with.
        head: Names what is compared; None: the working tree.
        today: The newest day of a folder that has neither a snapshot nor a commit.
        working_tree: What `load` read, where it was read already.

    Raises:
        WrongUsage: There is no commit of that name, or the folder holds no backlog.
        CannotProceed: Something cannot be read; a shallow clone, or nothing in common.
    """
    branch = read_branch(root, base, head)
    if branch.head is not None:
        after = load_commit(branch.repository, branch.head, today=today)
    else:
        after = working_tree or load(root, today=today, edited_on=today, working_tree=True)
    edited_on = None if branch.head else today
    beginning = after.beginning
    if beginning and merge_base(branch.repository, branch.base, beginning.after) == branch.base:
        branch = replace(branch, files=tuple(_since_beginning(branch.files)))
        return Comparison(branch, load_nothing(branch.repository, today=today, edited_on=edited_on), after)
    before = load_commit(
        branch.repository,
        branch.base,
        today=today,
        edited_on=edited_on,
        measured=after if same_measurements(branch.files) else None,
    )
    return Comparison(branch, before, after, tuple(_rewritten(root, branch)), tuple(_poorer(root, branch)))


def _since_beginning(files: Iterable[FileChange]) -> Iterator[FileChange]:
    """The changes as seen from a backlog that begins with them: what its folders held before was of another one."""
    for change in files:
        if not change.inside or not (
            change.path == SETTINGS_PATH or change.path.startswith(tuple(f"{each}/" for each in DATA))
        ):
            yield change
        elif not change.deleted:
            yield replace(change, before=None)


def same_measurements(files: Iterable[FileChange]) -> bool:
    """No change touches a snapshot, the catalogue, or the settings, which may name another branch of snapshots."""
    return not any(
        change.inside
        and (change.path.startswith(f"{SNAPSHOTS}/") or change.path == SETTINGS_PATH)
        and change.path not in (APPROVALS_PATH, PACKS_PATH)
        for change in files
    )


def _rewritten(root: Path, branch: Branch) -> Iterator[tuple[str, str]]:
    changed = {change.path: change for change in branch.files if change.inside and not change.added}
    for _, path in snapshot_days(changed):
        before = branch.repository.content(changed[path].before or "")
        if reason := forbidden(before, _content(root, branch, changed[path]), path):
            yield path, reason


def _poorer(root: Path, branch: Branch) -> Iterator[str]:
    for change in branch.files:
        if change.inside and change.path == CATALOGUE_PATH and change.before:
            yield from losses(branch.repository.content(change.before), _content(root, branch, change))


def _content(root: Path, branch: Branch, change: FileChange) -> bytes | None:
    """What a file holds after the change; None where it was deleted or cannot be read."""
    if change.after is None:
        return None
    try:
        return branch.repository.content(change.after) if branch.head else read_file(root, change.path)
    except (OSError, CannotProceed):
        return None
