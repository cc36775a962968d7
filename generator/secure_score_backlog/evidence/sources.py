# SPDX-License-Identifier: Apache-2.0
"""Which files the figures of a pack rest on, each with the commit that brought it (docs/method.md#pack)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from secure_score_backlog.approvals import APPROVALS_PATH
from secure_score_backlog.dates import ONE_DAY, last_day, month_of, months_between
from secure_score_backlog.decisions.store import DECISIONS
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import RegisterEntry
from secure_score_backlog.git import MainCommit, Version
from secure_score_backlog.settings import SETTINGS_PATH
from secure_score_backlog.snapshots.snapshot_files import CATALOGUE_PATH
from secure_score_backlog.workspace import Workspace

REVIEWS = "docs/reviews/"
ENCLOSED_FOLDERS = ("docs/evidence/", "docs/questionnaires/")
"""Files that answers may rest on."""


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """One file as one commit brought it."""

    path: str
    """From the top of the repository."""
    commit: str
    blob: str


Versions = Mapping[str, list[Version]]


def cited(workspace: Workspace, facts: Facts, start: date) -> list[Source]:
    """The sources of a period that ends with the day of the facts, by path and time."""
    end = facts.as_of
    main = versions_of(workspace.commits)
    branch = workspace.snapshot_branch
    measured = versions_of(branch.history.commits) if branch else main
    chosen: list[Version] = []
    for path, versions in main.items():
        if is_of_period(path, start, end):
            chosen += within(versions, start, end)
    for entry in (*facts.register, *facts.covered, *facts.past):
        chosen += of_entry(entry, main)
    chosen += newest(main, SETTINGS_PATH, end)
    for path in days_cited(workspace, facts, start):
        chosen += newest(measured, path)
    chosen += newest(measured, CATALOGUE_PATH, end) or measured.get(CATALOGUE_PATH, [])[:1]
    chosen += newest(measured, APPROVALS_PATH)
    prefix = workspace.repository.prefix if workspace.repository else ""
    found = {Source(prefix + each.path, each.commit, each.blob): each.at for each in chosen if each.blob}
    return sorted(found, key=lambda each: (each.path, found[each], each.commit))


def versions_of(commits: Iterable[MainCommit]) -> dict[str, list[Version]]:
    """The versions of every file, oldest first; those that delete it have no blob."""
    found: dict[str, list[Version]] = {}
    for each in commits:
        version = each.version
        for path, blob in each.changes:
            found.setdefault(path, []).append(
                Version(path, version.commit, version.at, version.author, version.subject, blob=blob)
            )
    return found


def is_of_period(path: str, start: date, end: date) -> bool:
    """Whether the versions of a file in force in the period belong to it."""
    if path.startswith(REVIEWS):
        month = path.removeprefix(REVIEWS)[:7]
        return month_of(start) <= month <= month_of(end)
    return path.startswith((f"{DECISIONS}/", *ENCLOSED_FOLDERS)) or path == SETTINGS_PATH


def within(versions: list[Version], start: date, end: date) -> Iterator[Version]:
    """The versions of the days from start to end, and the one in force when they begin."""
    before = [each for each in versions if each.at.date() < start]
    yield from before[-1:]
    yield from (each for each in versions if start <= each.at.date() <= end)


def newest(versions: Versions, path: str, end: date | None = None) -> list[Version]:
    """The newest version of a file up to a day, in a list; an empty one where there is none."""
    return [each for each in versions.get(path, ()) if end is None or each.at.date() <= end][-1:]


def of_entry(entry: RegisterEntry, versions: Versions) -> Iterator[Version]:
    """The versions that an entry of the register cites, and the record of its approval."""
    for cited in (entry.citation, entry.answered):
        if cited is not None:
            yield from (each for each in versions.get(cited.path, ()) if each.commit == cited.commit)
    approvable = entry.decision.approvable
    if approvable and approvable.approval:
        record = approvable.approval.record.partition("#")[0].strip()
        yield from newest(versions, record)


def days_cited(workspace: Workspace, facts: Facts, start: date) -> list[str]:
    """The paths of the snapshots that figures name: the one before the period, each month's last, and the newest."""
    end = facts.as_of
    days = [start - ONE_DAY, start, end]
    days += [min(last_day(month), end) for month in months_between(start, end)]
    days += [day for day in (facts.period.start, facts.period.end) if day]
    found = [workspace.history.newest(day) for day in days]
    return sorted({snapshot.path for snapshot in found if snapshot and snapshot.path})
