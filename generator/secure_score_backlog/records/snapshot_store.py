# SPDX-License-Identifier: Apache-2.0
"""What `snapshots/` holds, as far as a collection needs to know it, and the writing of what it brings."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.model.problem import Problem, Severity
from secure_score_backlog.records import canonical, snapshot_file
from secure_score_backlog.records.atomic import changed_files, finish, write_set
from secure_score_backlog.records.snapshots import CATALOGUE, FOLDER, SnapshotFolder, snapshot_days
from secure_score_backlog.rules.capturing.capture import Capture, days_in, newcomers
from secure_score_backlog.rules.capturing.graph_values import Json, tenant
from secure_score_backlog.rules.capturing.terms import Answer, Stored


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
            snapshots[day] = snapshot_file.decode(_bytes(files[day], root), _relative(files[day], root))
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
    files = {path: snapshot_file.encode(content) for path, content in capture.files.items()}
    return tuple(changed_files(root, files)) if dry_run else write_set(root, files)


def finish_killed_run(root: Path) -> None:
    """Complete what a run that was killed had begun to put in place, before anything is compared."""
    finish(root, FOLDER)


def stored_profiles(root: Path) -> tuple[Any, ...]:
    """The profiles of the stored catalogue; none where there is no catalogue. Raises CannotProceed for a broken one."""
    file = root / CATALOGUE
    return tuple(snapshot_file.decode_catalogue(_bytes(file, root), CATALOGUE)["profiles"]) if file.is_file() else ()


def _catalogue(root: Path, failures: list[CannotProceed]) -> Json | None:
    file = root / CATALOGUE
    if not file.is_file():
        return None
    try:
        return snapshot_file.decode_catalogue(_bytes(file, root), CATALOGUE)
    except CannotProceed as failure:
        failures.append(failure)
        return None


def _names_a_tenant(stored: Stored) -> bool:
    scores = [snapshot["secureScore"] for snapshot in stored.snapshots.values()]
    return any(tenant(item) for item in (*scores, *stored.profiles) if isinstance(item, dict))


def _problem(failure: CannotProceed) -> Problem:
    path = failure.where or "snapshots"
    return Problem(path, None, "snapshot-unreadable", Severity.ERROR, failure.message, failure.hint or "")


def _seen_before(names: frozenset[str], files: dict[date, Path]) -> frozenset[str]:
    """Those recommendations that some snapshot mentions, newest first until all are found."""
    missing = {name: b'"controlName":' + canonical.encode(name).strip() for name in names}
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
