# SPDX-License-Identifier: Apache-2.0
"""From Graph's answer to the files that should be written: which days, which catalogue, what to say (design §4.1).

A day's snapshot is written once. A day that Graph gave in full replaces one that was backfilled; nothing else is ever
replaced. Pure: what is stored comes in as values, what is to be written goes out as values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.model.problem import Problem
from secure_score_backlog.rules.capturing import checks as capture_checks
from secure_score_backlog.rules.capturing.catalogue import next_catalogue, same_but_collected, with_stored
from secure_score_backlog.rules.capturing.changes import Changes, changes_between, recommendations_in
from secure_score_backlog.rules.capturing.checks import Finding
from secure_score_backlog.rules.capturing.graph_values import (
    CATALOGUE_PATH,
    Json,
    control_name,
    controls,
    created,
    scored_names,
    snapshot_path,
    sort_key,
    tenant,
)
from secure_score_backlog.rules.capturing.maxima import maximum_in_hindsight, maximum_on_the_day, portal_state
from secure_score_backlog.rules.capturing.snapshot_shape import fold, profiles_by_id
from secure_score_backlog.rules.capturing.terms import Answer, Occasion, Stored

DETAILS = ("description", "lastSynced", "count")
"""Only a control of Graph's newest day has any of these (facts/graph.md 2.1)."""


@dataclass(frozen=True, slots=True)
class Capture:
    """What to write, in the order of writing, and what to say about it."""

    files: Mapping[str, Json]
    """By path: the newest snapshot first, the catalogue last, so that a killed run leaves what it cannot ask again."""
    changes: Changes
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Day:
    """One day of the answer, on its way to a snapshot."""

    day: date
    score: Json
    newest: bool

    @property
    def detailed(self) -> bool:
        """Graph gave what it gives only for its newest day."""
        return any(control.get(key) is not None for control in controls(self.score) for key in DETAILS)


def days_in(answer: Answer) -> frozenset[date]:
    """The days an answer speaks of: `capture` wants to know what is stored for them."""
    return frozenset(at.date() for score in answer.scores if isinstance(score, dict) and (at := created(score)))


def newcomers(answer: Answer, stored: Stored) -> frozenset[str]:
    """Recommendations that neither the stored catalogue nor the newest stored snapshot knows; none on a first run."""
    before = recommendations_in(stored.profiles, stored.newest)
    now = set(recommendations_in(answer.profiles or (), None))
    for score in answer.scores:
        now |= scored_names(score) if isinstance(score, dict) else set()
    return frozenset(now - before) if before else frozenset()


def capture(answer: Answer, stored: Stored, occasion: Occasion) -> Capture:
    """Decide what to write. Raises CannotProceed where nothing in the answer can be used, or for a wrong tenant."""
    refuse_other_tenant(answer, stored)
    days, findings = _by_day(answer.scores)
    if not days and (occasion.source == "graph" or not answer.profiles):
        raise _nothing_usable(len(answer.scores))
    current = occasion.source == "graph" or not days or not stored.days or days[0].day >= max(stored.days)
    profiles = answer.profiles
    if profiles is not None and not profiles and stored.profiles:
        profiles = None
        findings.append(capture_checks.catalogue_vanished(len(stored.profiles)))
    elif profiles is not None and not answer.whole:
        profiles = with_stored(profiles, stored.profiles)
    newest = days[0].score if days else None
    catalogue = next_catalogue(newest, profiles, stored, occasion, current=current)
    work = _Work(stored, occasion, profiles, catalogue["descriptions"] if catalogue else {}, findings)
    files, changes = work.snapshots(days)
    if catalogue is not None and not same_but_collected(catalogue, stored.catalogue):
        files[CATALOGUE_PATH] = catalogue
        findings += capture_checks.catalogue_findings(catalogue["profiles"])
    if current:
        changes = changes_between(changes, stored.profiles, stored.newest, catalogue, files, stored.seen)
    return Capture(files, changes, capture_checks.problems(findings))


def _nothing_usable(scores: int) -> CannotProceed:
    """The ending where no day can be had from an answer."""
    if scores:
        return CannotProceed(
            f"No score of the answer ({scores} in all) carries a date that can be read, so nothing can be stored.",
            where="createdDateTime, or the end of id",
            hint="Nothing was changed. Compare with what the Defender portal shows, and try again tomorrow.",
        )
    return CannotProceed(
        "Microsoft Graph holds no Secure Score for this tenant.",
        where="security/secureScores",
        hint="A new tenant gets its first score within about two days; see whether the Defender portal shows one.",
    )


def refuse_other_tenant(answer: Answer, stored: Stored) -> None:
    """One repository holds one tenant. Raises CannotProceed naming both ids."""
    given = _tenants((*answer.scores, *(answer.profiles or ())))
    known = _tenants((*(snapshot["secureScore"] for snapshot in stored.snapshots.values()), *stored.profiles))
    if len(given) > 1:
        raise CannotProceed(
            f"The answer mixes {len(given)} tenants: {', '.join(sorted(given)[:3])}.",
            hint="Read the files of one tenant at a time, each into a repository of its own.",
        )
    if given and known and not given & known:
        raise CannotProceed(
            f"This is another tenant: the answer is about {min(given)}, this repository about {min(known)}.",
            where="azureTenantId",
            hint="Check AZURE_TENANT_ID (or whose token GRAPH_TOKEN is), or name that tenant's repository by --root.",
        )


def _tenants(items: Iterable[Any]) -> set[str]:
    return {found for item in items if isinstance(item, dict) and (found := tenant(item))}


def _by_day(scores: tuple[Any, ...]) -> tuple[list[_Day], list[Finding]]:
    """One score a day, newest day first; what cannot be dated is left out, with a finding."""
    found: dict[date, list[tuple[bool, datetime, tuple[str, str], Json]]] = {}
    undated = 0
    for score in scores:
        at = created(score) if isinstance(score, dict) else None
        if at is None:
            undated += 1
            continue
        detailed = _Day(at.date(), score, newest=True).detailed
        found.setdefault(at.date(), []).append((detailed, at, sort_key(score, "id"), score))
    newest = max(found, default=None)
    findings = [capture_checks.undated(undated, len(scores))] if undated else []
    days = []
    for day in sorted(found, reverse=True):
        best = max(found[day], key=lambda candidate: candidate[:3])
        days.append(_Day(day, best[3], newest=day == newest))
        if any(other[3] != best[3] for other in found[day]):
            findings.append(capture_checks.twice(day, len(found[day])))
    return days, findings


@dataclass(frozen=True, slots=True)
class _Work:
    """What the snapshots of one answer have in common."""

    stored: Stored
    occasion: Occasion
    profiles: tuple[Any, ...] | None
    descriptions: Mapping[str, str]
    findings: list[Finding]
    """Grows while the days are worked through."""

    def snapshots(self, days: list[_Day]) -> tuple[dict[str, Json], Changes]:
        """The snapshots to write, newest first."""
        known = profiles_by_id(self.profiles if self.profiles is not None else self.stored.profiles)
        files: dict[str, Json] = {}
        added, improved, unchanged = [], [], []
        for day in days:
            snapshot = self._snapshot(day, known)
            before = self.stored.snapshots.get(day.day)
            if day.day not in self.stored.days:
                added.append(day.day)
            elif before is not None and _is_complete(snapshot) and not _is_complete(before):
                improved.append(day.day)
            else:
                unchanged.append(day.day)
                self.findings.extend(capture_checks.differs(day.day, before, snapshot) if before is not None else [])
                continue
            files[snapshot_path(day.day)] = snapshot
            self._examine(day, snapshot, known)
        return files, Changes(tuple(sorted(added)), tuple(sorted(improved)), tuple(sorted(unchanged)))

    def _examine(self, day: _Day, snapshot: Json, known: Mapping[str, Json]) -> None:
        """Note what is odd about a snapshot that will be written."""
        same_day = known if day.newest and self.profiles is not None else None
        self.findings.extend(capture_checks.snapshot_findings(day.day, snapshot, same_day))
        if day.newest and not _is_complete(snapshot):
            self.findings.append(capture_checks.newest_incomplete(day.day, has_profiles=bool(known)))

    def _snapshot(self, day: _Day, known: Mapping[str, Json]) -> Json:
        """The snapshot of one day, as it would be written."""
        live = self.occasion.source == "graph"
        # A saved answer without any profile leaves most maxima unknown, so it leaves room for a better import.
        complete = day.detailed and (day.newest if live else bool(known))
        collected: Json = {
            "at": self.occasion.written,
            "by": self.occasion.by,
            "complete": complete,
            "dropped": [],
            "source": "backfill" if live and not day.newest else self.occasion.source,
        }
        rule = maximum_on_the_day if day.newest and self.profiles is not None else maximum_in_hindsight
        maximum: Json = {}
        for control in sorted(controls(day.score), key=lambda item: sort_key(item, "controlName")):
            name = control_name(control)
            if name is not None and name not in maximum:
                profile = known.get(name)
                maximum[name] = [rule(control, profile), portal_state(profile, day.day)]
        return fold(day.score, self.descriptions, collected, maximum)


def _is_complete(snapshot: Json) -> bool:
    return snapshot["collected"].get("complete") is True
