# SPDX-License-Identifier: Apache-2.0
"""The folder `snapshots/`: every stored day and the catalogue (design §4.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.model.history import History
from secure_score_backlog.model.problem import Problem, Severity
from secure_score_backlog.model.recommendation import Catalogue
from secure_score_backlog.records.snapshot_file import decode, decode_catalogue
from secure_score_backlog.rules.judging.observing import HistoryBuilder, read_catalogue

FOLDER = "snapshots"
CATALOGUE = f"{FOLDER}/catalogue.json"
NAME = re.compile(rf"{FOLDER}/(?P<year>\d{{4}})/(?P<day>(?P=year)-\d{{2}}-\d{{2}})\.json")


def snapshot_path(day: date) -> str:
    """Where the snapshot of a day lies, relative to the root."""
    return f"{FOLDER}/{day.year:04}/{day.isoformat()}.json"


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
        return (file.relative_to(self.root).as_posix() for file in (self.root / FOLDER).glob("*/*.json"))

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
    return Problem(path, None, "snapshot-unreadable", Severity.ERROR, error.message, hint)
