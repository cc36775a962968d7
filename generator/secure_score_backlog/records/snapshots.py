# SPDX-License-Identifier: Apache-2.0
"""The folder `snapshots/`: every stored day and the catalogue (design §4.1)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.model.history import History
from secure_score_backlog.model.problem import Problem, Severity
from secure_score_backlog.model.recommendation import Catalogue, Recommendation
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
    for day, path in snapshot_days(source.paths()):
        try:
            stored = decode(source.content(path) or b"", path)
        except CannotProceed as error:
            problems.append(unreadable(path, error))
            continue
        builder.add(day, stored, path)
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


def with_retired(catalogue: Catalogue, wanted: Collection[str], older: Iterable[bytes]) -> Catalogue:
    """The catalogue with what older versions of it said about recommendations that Microsoft took out.

    older: contents of `snapshots/catalogue.json`, the newest first; read only as far as ids are missing. An entry
    found there keeps its texts and counts as not catalogued.
    """
    missing = set(wanted) - catalogue.recommendations.keys()
    found: dict[str, Recommendation] = {}
    for content in older:
        if not missing:
            break
        if not any(f'"{identifier}"'.encode() in content for identifier in missing):
            continue
        try:
            known = read_catalogue(decode_catalogue(content, CATALOGUE), CATALOGUE).recommendations
        except CannotProceed:
            continue
        gone = {name: replace(known[name], in_catalogue=False) for name in missing if is_described(known.get(name))}
        found |= gone
        missing -= gone.keys()
    return replace(catalogue, recommendations=dict(sorted({**found, **catalogue.recommendations}.items())))


def is_described(recommendation: Recommendation | None) -> bool:
    """An older catalogue listed it, rather than only a score of its day."""
    return recommendation is not None and recommendation.in_catalogue
