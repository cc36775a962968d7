# SPDX-License-Identifier: Apache-2.0
"""The daily collections of the sample tenant: what each of them wrote.

The files come from the same rules as a real collection; only Graph and HTTP are replaced, by `sample.tenant`. A test
proves that collecting over HTTP writes the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from types import MappingProxyType

from secure_score_backlog.sample.tenant import FIRST_DAY, LAST_DAY, Tenant, has_report
from secure_score_backlog.snapshots.collect import Answer, RunInfo, Stored, collect
from secure_score_backlog.snapshots.graph_json import KEPT_BY_GRAPH
from secure_score_backlog.snapshots.snapshot_files import CATALOGUE_PATH, encode

OUTAGES = ((date(2025, 12, 24), date(2025, 12, 28)), (date(2026, 8, 8), date(2026, 8, 10)))
"""First and last days on which the collector did not run."""
WRITTEN_BY = "0.1.0"
"""Version that the files name; fixed, so that the history stays the same from release to release."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the collector that had something to write."""

    at: datetime
    """UTC."""
    day: date
    backfilled: tuple[date, ...]
    """Older days that it fetched as well, oldest first."""
    files: Mapping[str, bytes]
    """By path: snapshots, and the catalogue where it changed."""


def is_outage(day: date) -> bool:
    """Whether the collector did not run on a day."""
    return any(first <= day <= last for first, last in OUTAGES)


def started(day: date) -> datetime:
    """When the run of a day began: 04:17 UTC, and the minutes by which a scheduler is late."""
    late = timedelta(minutes=day.toordinal() * 7 % 19, seconds=day.toordinal() * 13 % 60)
    return datetime(day.year, day.month, day.day, 4, 17, tzinfo=UTC) + late


def simulate(tenant: Tenant) -> Iterator[Run]:
    """Every run from the first day to the last."""
    stored = Stored()
    day = FIRST_DAY - timedelta(days=1)
    while day < LAST_DAY:
        day += timedelta(days=1)
        if is_outage(day) or not has_report(day):
            continue
        missing = missing_before(day, stored)
        scores = [tenant.secure_score(day), *(tenant.secure_score(gap, complete=False) for gap in missing)]
        answer = Answer(tuple(scores), tuple(tenant.profiles(day)))
        files = collect(answer, stored, RunInfo(started(day), WRITTEN_BY, "graph")).files
        newest = next(content for path, content in files.items() if path.endswith(f"{day}.json"))
        catalogue = files.get(CATALOGUE_PATH, stored.catalogue)
        stored = Stored(stored.days | {day, *missing}, {day: newest}, catalogue)
        yield Run(started(day), day, missing, {path: encode(content) for path, content in files.items()})


def missing_before(day: date, stored: Stored) -> tuple[date, ...]:
    """The days that Graph still holds and that were never collected, oldest first.

    A real answer holds all 90 days; those already stored would change nothing, so they are left out.
    """
    first = max(FIRST_DAY, day - KEPT_BY_GRAPH)
    days = (first + timedelta(days=offset) for offset in range((day - first).days))
    return tuple(gap for gap in days if has_report(gap) and gap not in stored.days)


@cache
def runs() -> tuple[Run, ...]:
    """Every run of the shipped tenant."""
    return tuple(simulate(Tenant.load()))


@cache
def newest_files() -> Mapping[str, bytes]:
    """All collected files as they are at the end, by path."""
    files: dict[str, bytes] = {}
    for run in runs():
        files.update(run.files)
    return MappingProxyType(files)
