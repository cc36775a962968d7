# SPDX-License-Identifier: Apache-2.0
"""The folder `snapshots/`: every stored day and the catalogue (design §4.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.files import changed_files, finish, write_set
from secure_score_backlog.git import MainHistory, Repository, read_history
from secure_score_backlog.problems import Problem, problem
from secure_score_backlog.snapshots import exact_json, graph_json
from secure_score_backlog.snapshots.capture import Answer, Capture, Stored, days_in, newcomers
from secure_score_backlog.snapshots.graph_json import Json, decode, decode_catalogue, tenant
from secure_score_backlog.snapshots.history import HistoryBuilder, read_catalogue
from secure_score_backlog.snapshots.model import Catalogue, History

SNAPSHOTS = "snapshots"
CATALOGUE = f"{SNAPSHOTS}/catalogue.json"
NAME = re.compile(rf"{SNAPSHOTS}/(?P<year>\d{{4}})/(?P<day>(?P=year)-\d{{2}}-\d{{2}})\.json")


def snapshot_path(day: date) -> str:
    """Where the snapshot of a day lies, relative to the root."""
    return f"{SNAPSHOTS}/{day.year:04}/{day.isoformat()}.json"


class SnapshotSource(Protocol):
    """Where snapshots are read from: a folder, or a branch that is not checked out."""

    def paths(self) -> Iterable[str]:
        """Every file below `snapshots/`, relative to the root."""

    def content(self, path: str) -> bytes | None:
        """The bytes of a file; None where there is none."""

    def contents(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The bytes of many files, one in memory at a time."""


@dataclass(frozen=True, slots=True)
class SnapshotFolder:
    """The folder `snapshots/` of a root."""

    root: Path

    def paths(self) -> Iterable[str]:
        """Every file two levels down, where snapshots lie."""
        return (file.relative_to(self.root).as_posix() for file in (self.root / SNAPSHOTS).glob("*/*.json"))

    def content(self, path: str) -> bytes | None:
        """The bytes of a file; None where there is none."""
        file = self.root / path
        return file.read_bytes() if file.is_file() else None

    def contents(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The bytes of many files, one in memory at a time."""
        for path in paths:
            yield path, self.content(path) or b""


def snapshot_days(paths: Iterable[str]) -> Iterator[tuple[date, str]]:
    """The snapshots among some paths with their days, oldest first; other files are nobody's business."""
    found = []
    for path in paths:
        match = NAME.fullmatch(path)
        try:
            if match:
                found.append((date.fromisoformat(match["day"]), path))
        except ValueError:
            continue
    yield from sorted(found)


def load_history(source: SnapshotSource) -> tuple[History, list[Problem]]:
    """All snapshots as history. A file that cannot be read is a problem, and its day a gap."""
    builder = HistoryBuilder()
    problems: list[Problem] = []
    days = {path: day for day, path in snapshot_days(source.paths())}
    for path, content in source.contents(days):
        try:
            stored = decode(content, path)
        except CannotProceed as error:
            problems.append(unreadable(path, error))
            continue
        builder.add(days[path], stored, path)
    return builder.history(), problems + builder.problems


def load_catalogue(source: SnapshotSource) -> tuple[Catalogue, list[Problem]]:
    """The stored catalogue; an empty one, without a problem, where nothing was collected yet."""
    content = source.content(CATALOGUE)
    if content is None:
        return Catalogue(path=CATALOGUE), []
    try:
        return read_catalogue(decode_catalogue(content, CATALOGUE), CATALOGUE), []
    except CannotProceed as error:
        return Catalogue(path=CATALOGUE), [unreadable(CATALOGUE, error)]


def unreadable(path: str, error: CannotProceed) -> Problem:
    """A file that could not be read, as a problem."""
    hint = error.hint or "Restore it from Git: git checkout -- " + path
    return problem("snapshot-unreadable", path, None, error.message, hint)


# --- What `snapshots/` holds, as far as a collection needs to know it, and the writing of what it brings.


def load_stored(root: Path, answer: Answer) -> tuple[Stored, tuple[Problem, ...]]:
    """What is stored, as far as it bears on an answer.

    A file that cannot be read is a problem and is left alone, so that one broken day does not end the collecting;
    where nothing is left that says whose repository this is, CannotProceed is raised instead.
    """
    files = {day: root / path for day, path in snapshot_days(SnapshotFolder(root).paths())}
    wanted = (days_in(answer) | ({max(files)} if files else set())) & files.keys()
    snapshots: dict[date, Json] = {}
    failures: list[CannotProceed] = []
    for day in sorted(wanted):
        try:
            snapshots[day] = graph_json.decode(_bytes(files[day], root), _relative(files[day], root))
        except CannotProceed as failure:
            failures.append(failure)
    catalogue = _catalogue(root, failures)
    stored = Stored(frozenset(files), snapshots, catalogue)
    if failures and not _names_a_tenant(stored):
        raise failures[0]
    problems = tuple(_problem(failure) for failure in failures)
    new = newcomers(answer, stored)
    return Stored(stored.days, snapshots, catalogue, _seen_before(new, files)), problems


def write_capture(root: Path, capture: Capture, *, dry_run: bool = False) -> tuple[str, ...]:
    """Write what a collection brings, all or nothing; returns the paths whose bytes changed, or would in a dry run."""
    files = {path: graph_json.encode(content) for path, content in capture.files.items()}
    return tuple(changed_files(root, files)) if dry_run else write_set(root, files)


def finish_killed_run(root: Path) -> None:
    """Complete what a run that was killed had begun to put in place, before anything is compared."""
    finish(root, SNAPSHOTS)


def stored_profiles(root: Path) -> tuple[Any, ...]:
    """The profiles of the stored catalogue; none where there is no catalogue. Raises CannotProceed for a broken one."""
    file = root / CATALOGUE
    return tuple(graph_json.decode_catalogue(_bytes(file, root), CATALOGUE)["profiles"]) if file.is_file() else ()


def _catalogue(root: Path, failures: list[CannotProceed]) -> Json | None:
    file = root / CATALOGUE
    if not file.is_file():
        return None
    try:
        return graph_json.decode_catalogue(_bytes(file, root), CATALOGUE)
    except CannotProceed as failure:
        failures.append(failure)
        return None


def _names_a_tenant(stored: Stored) -> bool:
    scores = [snapshot["secureScore"] for snapshot in stored.snapshots.values()]
    return any(tenant(item) for item in (*scores, *stored.profiles) if isinstance(item, dict))


def _problem(failure: CannotProceed) -> Problem:
    path = failure.where or "snapshots"
    return problem("snapshot-unreadable", path, None, failure.message, failure.hint or "")


def _seen_before(names: frozenset[str], files: dict[date, Path]) -> frozenset[str]:
    """Those recommendations that some snapshot mentions, newest first until all are found."""
    missing = {name: b'"controlName":' + exact_json.encode(name).strip() for name in names}
    for day in sorted(files, reverse=True):
        if not missing:
            break
        try:
            content = files[day].read_bytes()
        except OSError:  # load_stored has said so, or it bears on no day of the answer
            continue
        missing = {name: needle for name, needle in missing.items() if needle not in content}
    return names - missing.keys()


def _bytes(file: Path, root: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CannotProceed(
            f"This file cannot be read: {error.strerror or type(error).__name__}.",
            where=_relative(file, root),
            hint="See what lies there: it should be an ordinary file that you may read. Nothing was changed in it.",
        ) from None


def _relative(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix()


# --- Snapshots on a branch of their own, read straight from Git without a checkout (design §4.1).
#
# Where the main branch takes pull requests only, the scheduled run commits to a branch that it alone writes.


@dataclass(frozen=True, slots=True)
class SnapshotBranch:
    """The files below `snapshots/` at the tip of a branch."""

    repository: Repository
    tip: str
    """The branch's newest commit."""
    blobs: Mapping[str, str]
    """Git's id of each file, by path relative to the root."""

    def paths(self) -> Iterable[str]:
        """Every file below `snapshots/`."""
        return self.blobs.keys()

    def content(self, path: str) -> bytes | None:
        """The bytes of a file; None where there is none."""
        blob = self.blobs.get(path)
        return self.repository.content(blob) if blob else None

    def contents(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The bytes of many files, one in memory at a time; CannotProceed where Git has lost one."""
        wanted = [path for path in paths if path in self.blobs]
        found = self.repository.objects([self.blobs[path] for path in wanted])
        for path in wanted:
            blob, content = next(found, ("", b""))
            if blob != self.blobs[path]:
                content = self.repository.content(self.blobs[path])  # raises, and says what to do
            yield path, content

    def history(self, path: str) -> MainHistory:
        """Every version of one file along the branch's first parents."""
        return read_history(self.repository, self.tip, [path])


def open_snapshot_branch(main: MainHistory | None, branch: str) -> SnapshotBranch:
    """The snapshots of a branch, local or fetched from `origin`; CannotProceed where there is none."""
    repository = main.repository if main else None
    tip = repository.tip(branch) if repository else None
    if repository is None or tip is None:
        raise CannotProceed(
            f"the branch {branch!r}, which should hold the snapshots, is not here",
            where="backlog.yml: snapshots.branch",
            hint=f"Fetch it: git fetch origin {branch}:{branch}. In GitHub Actions set 'fetch-depth: 0'.",
        )
    return SnapshotBranch(repository, tip, repository.files(tip, f"{SNAPSHOTS}/"))
