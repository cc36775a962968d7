# SPDX-License-Identifier: Apache-2.0
"""Where snapshots are stored: the folder `snapshots/`, or a branch of their own that is read without a checkout.

Where the main branch accepts pull requests only, the scheduled run commits to a branch that it alone writes
(docs/method.md#snapshots).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from secure_score_backlog.cache import Cache, chained, code_version
from secure_score_backlog.dates import FIRST_DAY, LAST_DAY
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.files import changed_files, finish, names_in, read_file, read_files, write_set
from secure_score_backlog.git import FileVersions, MainHistory, Repository, blob_id, read_history
from secure_score_backlog.git_index import read_index
from secure_score_backlog.problems import IF_ADDED, Problem, problem
from secure_score_backlog.snapshots import exact_json
from secure_score_backlog.snapshots.catalogue import CatalogueVersions, Stream, check_texts, read_catalogue
from secure_score_backlog.snapshots.collect import Answer, Collection, Stored, days_in, unknown_recommendations
from secure_score_backlog.snapshots.graph_json import Json, tenant
from secure_score_backlog.snapshots.history import HistoryBuilder
from secure_score_backlog.snapshots.known import graph_ids
from secure_score_backlog.snapshots.model import Catalogue, History
from secure_score_backlog.snapshots.snapshot_files import (
    CATALOGUE_PATH,
    SNAPSHOTS,
    decode,
    decode_catalogue,
    encode,
    snapshot_days,
    without_a_day,
)
from secure_score_backlog.snapshots.stored_lines import StoredLines

KEPT = "snapshots"
"""The name in the cache of what a folder held."""
KEPT_OF_COMMITS = "committed-snapshots"
"""The name in the cache of what commits held, which are compared with a folder in one run."""
WORTH_KEEPING = 500
"""Snapshots; fewer are read in a moment."""
MOST_UNKNOWN = 50
"""Snapshots that are read to learn what they hold."""
FIRST_PART = 4096
"""Bytes of a snapshot that hold `collected`, which comes first."""


class SnapshotSource(Protocol):
    """Where snapshots are read from: a folder, or a branch that is not checked out."""

    def paths(self) -> Iterable[str]:
        """Every file below `snapshots/`, relative to the root."""

    def content(self, path: str) -> bytes | None:
        """The bytes of a file; None where there is none. CannotProceed where it cannot be read."""

    def contents(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | CannotProceed]]:
        """The bytes of many files, one in memory at a time; for one that cannot be read, why."""

    @property
    def kept(self) -> str:
        """The name in the cache."""

    def identified(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """The path of each file whose content is known without reading it, and what tells that content from others."""


@dataclass(frozen=True, slots=True)
class SnapshotFolder:
    """The folder `snapshots/` of a root."""

    root: Path
    repository: Repository | None = None
    """Which Git knows the files; None: they are read."""
    kept = KEPT

    def identified(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """The files that are as Git saw them last."""
        if self.repository is not None:
            yield from read_index(self.repository).unchanged(paths)

    def paths(self) -> Iterable[str]:
        """Every file two levels down, where snapshots are."""
        for year in self._names(SNAPSHOTS):
            names = self._names(f"{SNAPSHOTS}/{year}")
            yield from (f"{SNAPSHOTS}/{year}/{name}" for name in names if name.endswith(".json"))

    def _names(self, folder: str) -> list[str]:
        try:
            return names_in(self.root, folder)
        except OSError:  # a file, or a link: `workspace.load` reports it
            return []

    def content(self, path: str) -> bytes | None:
        """The bytes of a file; None where there is none. CannotProceed where it cannot be read."""
        try:
            return _bytes(self.root, path)
        except FileNotFoundError:
            return None

    def contents(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | CannotProceed]]:
        """The bytes of many files, one in memory at a time."""
        for path, found in read_files(self.root, paths):
            if isinstance(found, FileNotFoundError):
                yield path, b""
            else:
                yield path, _cannot_read(path, found) if isinstance(found, OSError) else found


@dataclass(frozen=True, slots=True)
class SnapshotBranch:
    """The files below `snapshots/` at the tip of a branch, or in another commit."""

    repository: Repository
    tip: str
    """The branch's newest commit, or the one that is read."""
    blobs: Mapping[str, str]
    """Git's id of each file, by path relative to the root."""
    history: MainHistory = field(default_factory=MainHistory)
    """Every commit of the branch along first parents."""
    kept = KEPT_OF_COMMITS

    def identified(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """All files: Git names what they hold."""
        yield from ((path, self.blobs[path]) for path in paths if path in self.blobs)

    def paths(self) -> Iterable[str]:
        """Every file below `snapshots/`."""
        return self.blobs.keys()

    def content(self, path: str) -> bytes | None:
        """The bytes of a file; None where there is none."""
        blob = self.blobs.get(path)
        return self.repository.content(blob) if blob else None

    def contents(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | CannotProceed]]:
        """The bytes of many files, one in memory at a time; CannotProceed where Git has lost one."""
        wanted = [path for path in paths if path in self.blobs]
        found = self.repository.objects([self.blobs[path] for path in wanted])
        for path in wanted:
            blob, content = next(found, ("", b""))
            if blob != self.blobs[path]:
                content = self.repository.content(self.blobs[path])  # raises, and says what to do
            yield path, content


def open_snapshot_branch(main: MainHistory | None, branch: str) -> SnapshotBranch:
    """The snapshots of a branch, local or fetched from `origin`; CannotProceed where there is none."""
    repository = main.repository if main else None
    tip = repository.tip(branch) if repository else None
    if repository is None or tip is None:
        raise CannotProceed(
            f"The branch {branch!r}, which should hold the snapshots, was not found.",
            where="backlog.yml: snapshots.branch",
            hint=f"Fetch it: git fetch origin {branch}:{branch}. In GitHub Actions set 'fetch-depth: 0'.",
        )
    return snapshots_at(repository, tip, read_history(repository, tip))


def snapshots_at(repository: Repository, commit: str, history: MainHistory) -> SnapshotBranch:
    """The snapshots of one commit; `history` leads up to it."""
    return SnapshotBranch(repository, commit, repository.files(commit, f"{SNAPSHOTS}/"), history)


def load_history(
    source: SnapshotSource, catalogue: Catalogue | None = None, cached: Callable[[], Cache | None] = lambda: None
) -> tuple[History, list[Problem]]:
    """All snapshots as history. A file that cannot be read is a problem, and its day a gap.

    A recommendation whose id was made of its title goes by Graph's id, once the catalogue lists one of that title.

    Args:
        source: Where they are.
        catalogue: What Microsoft lists.
        cached: Opens the cache, where the history before the newest snapshot is kept, so that only new ones are read;
            asked where there are enough snapshots.
    """
    ids = graph_ids(catalogue) if catalogue else {}
    builder = HistoryBuilder(ids)
    paths = list(source.paths())
    odd = [_odd_day(path) for path in without_a_day(paths)]
    days = {path: day for day, path in snapshot_days(paths)}
    order, unreadable, begun = list(days), [], 0
    cache = cached() if len(order) >= WORTH_KEEPING else None
    steps = _steps(source, order, ids) if cache else []
    kept = cache.get(source.kept, Kept) if cache and steps else None
    if kept and 0 < kept.count < len(steps) and steps[kept.count] == kept.step:
        builder.resume(kept.history, kept.found)
        unreadable, begun = list(kept.unreadable), kept.count
    lines, newest = StoredLines(), None
    for path, content in source.contents(order[begun:]):
        if path == order[-1] and steps and begun < len(order) - 1:
            newest = Kept(len(order) - 1, steps[-1], builder.history(), tuple(builder.problems), tuple(unreadable))
        try:
            stored = lines.decode(_given(content), path)
        except CannotProceed as error:
            unreadable.append(_unreadable(error))
            continue
        builder.add(days[path], stored, path)
    if cache and newest and _steps(source, order, ids) == steps:  # else something was written meanwhile
        cache.put(source.kept, newest)
    return builder.history(), odd + unreadable + builder.problems


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of all snapshots but the newest, which may still be written again."""

    count: int
    step: str
    """What they held, and which code read them (`_steps`)."""
    history: History
    found: tuple[Problem, ...]
    """By the builder."""
    unreadable: tuple[Problem, ...]


def _steps(source: SnapshotSource, order: Sequence[str], ids: Mapping[str, str]) -> list[str]:
    """For each number of snapshots but all: a digest of their paths and contents, and of what else their reading knows.

    Empty where that cannot be told without reading most of them.
    """
    known = dict(source.identified(order[:-1]))
    others = [path for path in order[:-1] if path not in known]
    if len(others) > MOST_UNKNOWN:
        return []
    for path, content in source.contents(others):
        if isinstance(content, CannotProceed):  # it may be readable again without being changed
            return []
        known[path] = f"{blob_id(content, 'sha256')} {len(content)}"
    code = code_version("secure_score_backlog", "secure_score_backlog.snapshots")
    steps = [chained(code, (f"{made}={graph}" for made, graph in sorted(ids.items())))]
    for path in order[:-1]:
        steps.append(chained(steps[-1], (path, known[path])))
    return steps


def load_catalogue(source: SnapshotSource) -> tuple[Catalogue, list[Problem]]:
    """The stored catalogue; an empty one, without a problem, where nothing was collected yet."""
    try:
        content = source.content(CATALOGUE_PATH)
        if content is None:
            return Catalogue(), []
        catalogue = read_catalogue(decode_catalogue(content, CATALOGUE_PATH))
        return catalogue, check_texts(catalogue)
    except CannotProceed as error:
        return Catalogue(), [_unreadable(error)]


def catalogue_versions(files: FileVersions, source: SnapshotSource, current: Catalogue) -> CatalogueVersions:
    """The versions of the catalogue where the snapshots are: on the main branch, or on a branch of their own."""
    if isinstance(source, SnapshotBranch):
        files = FileVersions(files.root, source.history, files.edited_on)
        versions = source.history.versions.get(CATALOGUE_PATH, ())
    else:
        versions = files.of(CATALOGUE_PATH) if files.main else ()
    stream: Stream = files.main.stream if files.main else lambda _: iter(())
    return CatalogueVersions(current, versions, lambda version: files.content(version, keep=False), stream)


def load_stored(root: Path, answer: Answer) -> tuple[Stored, tuple[Problem, ...]]:
    """What is stored, as far as it matters for an answer.

    A file that cannot be read is a problem and is left alone, so that one broken day does not end the collecting;
    where no readable file names the tenant of this repository, CannotProceed is raised instead.
    """
    files = dict(snapshot_days(SnapshotFolder(root).paths()))
    wanted = (days_in(answer) | ({max(files)} if files else set())) & files.keys()
    wanted |= _partial_days(root, files) if answer.profiles and not answer.scores else set()  # they may be completed
    snapshots: dict[date, Json] = {}
    failures: list[CannotProceed] = []
    for day in sorted(wanted):
        try:
            snapshots[day] = decode(_bytes(root, files[day]), files[day])
        except CannotProceed as failure:
            failures.append(failure)
    catalogue: Json | None = None
    try:
        catalogue = _stored_catalogue(root)
    except CannotProceed as failure:
        failures.append(failure)
    stored = Stored(frozenset(files), snapshots, catalogue)
    if failures and not _names_a_tenant(stored):
        raise failures[0]
    seen_before = _seen_before(root, unknown_recommendations(answer, stored), files)
    return replace(stored, seen_before=seen_before), tuple(map(_unreadable, failures))


def write_collection(root: Path, collection: Collection, *, dry_run: bool = False) -> tuple[str, ...]:
    """Write what a collection brings, all or nothing; returns the paths whose bytes changed, or would in a dry run."""
    files = {path: encode(content) for path, content in collection.files.items()}
    return tuple(changed_files(root, files)) if dry_run else write_set(root, files)


def finish_killed_run(root: Path) -> None:
    """Complete what a run that was killed had begun to put in place, before anything is compared."""
    finish(root, SNAPSHOTS)


def stored_profiles(root: Path) -> tuple[Any, ...]:
    """The profiles of the stored catalogue; none where there is no catalogue. Raises CannotProceed for a broken one."""
    catalogue = _stored_catalogue(root)
    return tuple(catalogue["profiles"]) if catalogue else ()


def _stored_catalogue(root: Path) -> Json | None:
    try:
        return decode_catalogue(_bytes(root, CATALOGUE_PATH), CATALOGUE_PATH)
    except FileNotFoundError:
        return None


def _names_a_tenant(stored: Stored) -> bool:
    scores = [snapshot["secureScore"] for snapshot in stored.snapshots.values()]
    return any(tenant(item) for item in (*scores, *stored.profiles) if isinstance(item, dict))


def _unreadable(failure: CannotProceed) -> Problem:
    """A file that could not be read, as a problem."""
    path = failure.where or SNAPSHOTS
    return problem("snapshot-unreadable", path, None, failure.message, failure.hint or "")


def _partial_days(root: Path, files: Mapping[date, str]) -> set[date]:
    """The days that were stored as partial, by the beginning of their files."""
    found = set()
    for day, path in files.items():
        try:
            beginning = read_file(root, path)[:FIRST_PART]
        except OSError:  # a day that cannot be read is not completed
            continue
        if b'"coverage":"partial"' in beginning:
            found.add(day)
    return found


def _odd_day(path: str) -> Problem:
    message = f"The file is named after no day of the years {FIRST_DAY.year} to {LAST_DAY.year}, and is not read."
    hint = (
        f"{IF_ADDED} For the maintainer: delete it (`git rm {path}`), as nothing can have been measured on such a day."
    )
    return problem("snapshot-unreadable", path, None, message, hint)


def _seen_before(root: Path, names: frozenset[str], files: Mapping[date, str]) -> frozenset[str]:
    """Those recommendations that some snapshot mentions, newest first until all are found."""
    missing = {name: b'"controlName":' + exact_json.encode(name).strip() for name in names}
    for day in sorted(files, reverse=True):
        if not missing:
            break
        try:
            content = read_file(root, files[day])
        except OSError:  # load_stored has reported it, or it is no day of the answer
            continue
        missing = {name: needle for name, needle in missing.items() if needle not in content}
    return names - missing.keys()


def _bytes(root: Path, path: str) -> bytes:
    """The bytes of a file; FileNotFoundError where there is none, CannotProceed where it cannot be read."""
    try:
        return read_file(root, path)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _cannot_read(path, error) from None


def _cannot_read(path: str, error: OSError) -> CannotProceed:
    return CannotProceed(
        f"This file cannot be read: {error.strerror or type(error).__name__}.",
        where=path,
        hint="Check that it is an ordinary file that you may read. Nothing was changed.",
    )


def _given(content: bytes | CannotProceed) -> bytes:
    if isinstance(content, CannotProceed):
        raise content
    return content
