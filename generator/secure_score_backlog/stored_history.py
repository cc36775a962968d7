# SPDX-License-Identifier: Apache-2.0
"""How stored files changed over the whole history: days are written once; approvals and packs are only added to.

Contents are read from Git, one or two in memory at a time, and only of files that were written more than once
(docs/method.md#audit).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from secure_score_backlog import recorded_packs
from secure_score_backlog.approvals import APPROVALS_PATH, Approvals, parse, rewritten
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.git import MainCommit, Repository, Version
from secure_score_backlog.recorded_packs import PACKS_PATH
from secure_score_backlog.snapshots.rewritten import forbidden
from secure_score_backlog.snapshots.snapshot_files import snapshot_days
from secure_score_backlog.snapshots.store import SnapshotBranch
from secure_score_backlog.wording import plural

MOST_BYTES = 512 << 20
"""Bytes of all versions of the days that were written more than once."""
MOST_RECORDS = 128 << 20
"""Bytes of the versions of the approvals that are compared. The file grows with every version, and each holds all
that the one before it held, so comparing some of them finds whatever is lost for good."""
NAMED = 3
"""Records that a message names."""
ADDED_TO = (APPROVALS_PATH, PACKS_PATH)
"""Files whose records stay as they are."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One change of a file that is written once."""

    version: Version
    forbidden: str = ""
    """Why it is not allowed, as the end of a sentence that begins with the path; empty where it is allowed."""


@dataclass(frozen=True, slots=True)
class StoredHistory:
    """What happened to stored files after they were written."""

    days: tuple[Rewrite, ...] = ()
    """Every later version of a day's file, also those that were allowed; oldest first."""
    approvals: tuple[Rewrite, ...] = ()
    """The versions of the recorded approvals that lost or changed a record."""
    packs: tuple[Rewrite, ...] = ()
    """The same of the recorded packs."""
    versions: int = 0
    """Versions of the recorded approvals."""
    compared: int = 0
    """How many of them were compared."""

    @property
    def forbidden(self) -> tuple[Rewrite, ...]:
        """What nothing may do."""
        return (*(each for each in self.days if each.forbidden), *self.approvals, *self.packs)


def read_stored_history(
    repository: Repository | None, main: Sequence[MainCommit], branch: SnapshotBranch | None = None
) -> StoredHistory:
    """What happened to the stored days, to the recorded approvals, and to the recorded packs.

    Args:
        repository: Holds the contents; None without Git.
        main: The commits of the main branch, oldest first.
        branch: The snapshots' own branch.

    Raises:
        CannotProceed: More was rewritten than is read.
    """
    if repository is None:
        return StoredHistory()
    shared = {each.version.commit for each in main}
    of_files = branch.history.versions.values() if branch else ()
    elsewhere = {version.blob for versions in of_files for version in versions}
    found = _rewrites(repository, _versions(main), elsewhere)
    if branch:
        of_branch = _rewrites(repository, _versions(branch.history.commits), set())
        found = StoredHistory(
            days=(*found.days, *(each for each in of_branch.days if each.version.commit not in shared)),
            approvals=(*found.approvals, *(each for each in of_branch.approvals if each.version.commit not in shared)),
            packs=(*found.packs, *(each for each in of_branch.packs if each.version.commit not in shared)),
            versions=of_branch.versions,
            compared=of_branch.compared,
        )
    return found


def _rewrites(repository: Repository, line: dict[str, list[Version]], elsewhere: set[str | None]) -> StoredHistory:
    """What happened to stored files on one branch; `elsewhere`: what was moved to the other one, by blob."""
    approvals, compared = _approvals(repository, line.get(APPROVALS_PATH, []), elsewhere)
    days = sorted(_days(repository, line, elsewhere), key=lambda each: (each.version.at, each.version.path))
    packs = tuple(_packs(repository, line.get(PACKS_PATH, []), elsewhere))
    return StoredHistory(tuple(days), tuple(approvals), packs, len(line.get(APPROVALS_PATH, [])), compared)


def _versions(commits: Iterable[MainCommit]) -> dict[str, list[Version]]:
    """The versions of the stored files by path, oldest first."""
    found: dict[str, list[Version]] = {}
    for commit in commits:
        paths = [path for _, path in snapshot_days(path for path, _ in commit.changes)]
        blobs = dict(commit.changes)
        for path in (*paths, *(each for each in ADDED_TO if each in blobs)):
            version = commit.version
            found.setdefault(path, []).append(
                Version(path, version.commit, version.at, version.author, version.subject, blob=blobs[path])
            )
    return found


def _days(repository: Repository, line: dict[str, list[Version]], elsewhere: set[str | None]) -> Iterator[Rewrite]:
    """Every later version of a day's file; not its deletion where the snapshots' own branch had what it held."""
    changed = {path: versions for path, versions in line.items() if path not in ADDED_TO and len(versions) > 1}
    blobs = [version.blob for versions in changed.values() for version in versions if version.blob]
    if sum(repository.sizes(set(blobs)).values()) > MOST_BYTES:
        raise CannotProceed(
            f"The snapshots that were written more than once hold more than {MOST_BYTES >> 20} MB together.",
            where=str(repository.folder),
            hint="See which commits rewrote them: git log --first-parent --diff-filter=MD --stat -- snapshots/.",
        )
    contents = _contents(repository, blobs)
    for versions in changed.values():
        before: tuple[str | None, bytes | None] = (None, None)
        for version in versions:
            after = next(contents) if version.blob else None
            moved = version.blob is None and before[0] in elsewhere
            if version is not versions[0] and not moved and version.blob != before[0]:
                yield Rewrite(version, forbidden(before[1], after, version.path))
            if version.blob:
                before = (version.blob, after)


def _contents(repository: Repository, blobs: Sequence[str]) -> Iterator[bytes | None]:
    """The contents of many objects, in order, one in memory at a time; None for what Git has lost."""
    found = repository.objects(blobs)
    held = next(found, None)
    for blob in blobs:
        if held is not None and held[0] == blob:
            yield held[1]
            held = next(found, None)
        else:
            yield None


def _approvals(
    repository: Repository, versions: Sequence[Version], elsewhere: set[str | None]
) -> tuple[list[Rewrite], int]:
    """The versions that lost or changed a record, and how many were compared."""
    found = [
        Rewrite(after, "was deleted")
        for before, after in pairwise(versions)
        if after.blob is None and before.blob not in elsewhere
    ]
    kept = [version for version in versions if version.blob]
    sizes = repository.sizes({version.blob for version in kept if version.blob})
    total = sum(sizes.get(version.blob or "", 0) for version in kept)
    step = -(-total // MOST_RECORDS) or 1  # every version, or every second one, and so on; the last one always
    chosen = [*range(0, len(kept) - 1, step), len(kept) - 1] if kept else []
    # Each version is read, once: lines that are all there still may mean something else, or nothing, as a whole.
    read = lru_cache(maxsize=2)(lambda blob: parse(repository.content(blob))[0])

    def lost_between(old: Version, new: Version) -> str:
        return "" if old.blob == new.blob else _lost(read(old.blob or ""), read(new.blob or ""))

    for first, last in pairwise(chosen):
        if lost_between(kept[first], kept[last]):
            between = pairwise(kept[first : last + 1])
            found += [Rewrite(new, lost) for old, new in between if (lost := lost_between(old, new))]
    return found, len(chosen)


def _packs(repository: Repository, versions: Sequence[Version], elsewhere: set[str | None]) -> Iterator[Rewrite]:
    """The versions of the recorded packs that lost, changed or moved a record."""
    before: Version | None = None
    for after in versions:
        if before is not None and after.blob is None:
            if before.blob not in elsewhere:
                yield Rewrite(after, "was deleted")
        elif before is not None and before.blob != after.blob:
            old, new = (recorded_packs.parse(repository.content(each.blob or ""))[0] for each in (before, after))
            found = [f"{name} {did}" for name, did in recorded_packs.lost(old, new)]
            if found:
                more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
                yield Rewrite(after, f"was rewritten: {', '.join(found[:NAMED])}{more}")
        before = after if after.blob else before


def _lost(known: Approvals, now: Approvals) -> str:
    """What a version of the recorded approvals lost of an earlier one; empty where nothing."""
    commits, requests = rewritten(known, now)
    records = [*(f"commit {commit[:10]}" for commit in commits), *(f"pull request #{number}" for number in requests)]
    if not records:
        return ""
    more = f" and {len(records) - NAMED} more" if len(records) > NAMED else ""
    return f"lost or changed {plural(len(records), 'record')}: {', '.join(records[:NAMED])}{more}"
