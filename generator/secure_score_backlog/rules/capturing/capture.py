# SPDX-License-Identifier: Apache-2.0
"""From Graph's answer to the files that should be written: which days, which catalogue, what to say (design §4.1).

A day's snapshot is written once. A day that Graph gave in full replaces one that was backfilled; nothing else is ever
replaced. Pure: what is stored comes in as values, what is to be written goes out as values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.model.problem import Problem
from secure_score_backlog.rules.capturing import checks as capture_checks
from secure_score_backlog.rules.capturing.catalogue import next_catalogue, same_but_collected, with_stored
from secure_score_backlog.rules.capturing.changes import Changes, changes_between, recommendations_in
from secure_score_backlog.rules.capturing.checks import Finding
from secure_score_backlog.rules.capturing.days import Day, by_day, days_in
from secure_score_backlog.rules.capturing.graph_values import (
    CATALOGUE_PATH,
    Json,
    control_name,
    controls,
    scored_names,
    snapshot_path,
    sort_key,
    tenant,
)
from secure_score_backlog.rules.capturing.maxima import maximum_in_hindsight, maximum_on_the_day, portal_state
from secure_score_backlog.rules.capturing.snapshot_shape import by_folded_id, fold, profiles_by_id
from secure_score_backlog.rules.capturing.terms import Answer, Occasion, Stored

__all__ = ["Capture", "capture", "days_in", "newcomers", "refuse_other_tenant"]


@dataclass(frozen=True, slots=True)
class Capture:
    """What to write, in the order of writing, and what to say about it."""

    files: Mapping[str, Json]
    """By path: the newest snapshot first, the catalogue last."""
    changes: Changes
    problems: tuple[Problem, ...] = ()


def newcomers(answer: Answer, stored: Stored) -> frozenset[str]:
    """Recommendations that neither the stored catalogue nor the newest stored snapshot knows; none on a first run."""
    before = recommendations_in(stored.profiles, stored.newest)
    now = set(recommendations_in(answer.profiles or (), None))
    for score in answer.all_scores:
        now |= scored_names(score) if isinstance(score, dict) else set()
    return frozenset(now - before) if before else frozenset()


def capture(answer: Answer, stored: Stored, occasion: Occasion) -> Capture:
    """Decide what to write. Raises CannotProceed where nothing in the answer can be used, or for a wrong tenant."""
    refuse_other_tenant(answer, stored, occasion)
    days, findings = by_day(answer, stored.days, occasion.at.astimezone(UTC).date())
    if not days and (occasion.source == "graph" or not answer.profiles):
        raise _nothing_usable(len(answer.scores), findings)
    current = occasion.source == "graph" or not days or not stored.days or days[0].day >= max(stored.days)
    profiles = answer.profiles
    if profiles is not None and not profiles and stored.profiles:
        profiles = None
        findings.append(capture_checks.catalogue_vanished(len(stored.profiles)))
    elif profiles is not None and not answer.whole:
        profiles = with_stored(profiles, stored.profiles)
    newest = days[0].score if days and days[0].export is None else None
    catalogue = next_catalogue(newest, profiles, stored, occasion, current=current)
    spare = profiles_by_id(stored.profiles)
    folded = by_folded_id(profiles if profiles is not None else stored.profiles)
    work = _Work(stored, occasion, profiles, catalogue["descriptions"] if catalogue else {}, findings, spare, folded)
    files, changes = work.snapshots(days)
    if catalogue is not None and not same_but_collected(catalogue, stored.catalogue):
        files[CATALOGUE_PATH] = catalogue
        listed = profiles_by_id(catalogue["profiles"])
        findings += capture_checks.shrunk(profiles_by_id(stored.profiles), listed, _teller(occasion))
        findings += capture_checks.catalogue_findings(catalogue["profiles"])
    if current:
        changes = changes_between(changes, stored.profiles, stored.newest, catalogue, files, stored.seen)
    return Capture(files, changes, capture_checks.problems(findings))


def _nothing_usable(scores: int, findings: list[Finding]) -> CannotProceed:
    """The ending where no day can be had from an answer."""
    future = next((finding for finding in findings if finding.code == "snapshot-future"), None)
    if future is not None:
        message = f"No score of the answer can be believed. {future.message}"
        hint = (
            "Nothing was changed. Check this machine's clock: if it was wrong, set it and run it again; if it is "
            "right, Microsoft gave a wrong date: run it again tomorrow."
        )
        return CannotProceed(message, where="createdDateTime", hint=hint)
    if scores:
        return CannotProceed(
            f"No score of the answer ({scores} in all) carries a date that can be read, so nothing can be stored.",
            where="createdDateTime, or the end of id",
            hint="Nothing was changed. Run it again tomorrow; if it stays, report it to Microsoft.",
        )
    return CannotProceed(
        "Microsoft Graph holds no Secure Score for this tenant.",
        where="security/secureScores",
        hint="Nothing was written. See whether the Defender portal shows a Secure Score. If not: a new tenant gets its "
        "first one within about two days, and a tenant without a licence for it gets none. If it does: check "
        "AZURE_TENANT_ID and --cloud, and run it again tomorrow.",
    )


def refuse_other_tenant(answer: Answer, stored: Stored, occasion: Occasion) -> None:
    """One repository holds one tenant. Raises CannotProceed naming both ids."""
    given = _tenants((*answer.all_scores, *(answer.profiles or ())))
    known = _tenants((*(snapshot["secureScore"] for snapshot in stored.snapshots.values()), *stored.profiles))
    where = f"azureTenantId in {', '.join(occasion.files)}" if occasion.files else "azureTenantId"
    meant = f"The tenant of this repository is {min(known)}. " if known else ""
    if len(given) > 1:
        advice = "One answer speaks of one tenant: run it again, and report it to Microsoft if it stays."
        if occasion.files:
            advice = "Import the files of one tenant at a time, each tenant into a repository of its own (--root)."
        raise CannotProceed(
            f"The answer mixes {len(given)} tenants: {', '.join(sorted(given)[:3])}.",
            where=where,
            hint=f"Nothing was changed. {meant}{advice}",
        )
    if given and known and not given & known:
        advice = "" if occasion.files else "Check AZURE_TENANT_ID (or whose token GRAPH_TOKEN is). "
        raise CannotProceed(
            f"This is another tenant: the answer is about {min(given)}, this repository about {min(known)}.",
            where=where,
            hint=f"Nothing was changed. {meant}{advice}For {min(given)}, name its own repository by --root. If this "
            "repository holds the wrong tenant (a trial, a sample): begin with an empty one.",
        )


def _tenants(items: Iterable[Any]) -> set[str]:
    return {found for item in items if isinstance(item, dict) and (found := tenant(item))}


@dataclass(frozen=True, slots=True)
class _Work:
    """What the snapshots of one answer have in common."""

    stored: Stored
    occasion: Occasion
    profiles: tuple[Any, ...] | None
    descriptions: Mapping[str, str]
    findings: list[Finding]
    """Grows while the days are worked through."""
    spare: Mapping[str, Json]
    """The stored profiles, by id."""
    folded: Mapping[str, Json]
    """Today's profiles by id in small letters, where no two differ in case only."""

    def snapshots(self, days: list[Day]) -> tuple[dict[str, Json], Changes]:
        """The snapshots to write, newest first."""
        known = profiles_by_id(self.profiles if self.profiles is not None else self.stored.profiles)
        files: dict[str, Json] = {}
        added, improved, unchanged = [], [], []
        for day in days:
            before = self.stored.snapshots.get(day.day)
            if day.day not in self.stored.days:
                added.append(day.day)
            elif before is not None and not _is_complete(before) and self._complete(day, known):
                improved.append(day.day)
            else:
                unchanged.append(day.day)
                self.findings.extend(self._in_vain(day, before))
                continue
            snapshot = self._snapshot(day, known)
            files[snapshot_path(day.day)] = snapshot
            self._examine(day, snapshot, known)
        return files, Changes(tuple(sorted(added)), tuple(sorted(improved)), tuple(sorted(unchanged)))

    def _in_vain(self, day: Day, before: Json | None) -> list[Finding]:
        """What to say where a day is stored already."""
        if day.export is not None:
            return [capture_checks.stored_already(day.day)]
        told = _teller(self.occasion)
        return capture_checks.differs(day.day, before, day.score, told) if before is not None else []

    def _complete(self, day: Day, known: Mapping[str, Json]) -> bool:
        """Whether a day's snapshot would hold all that Graph ever tells.

        A saved answer without any profile leaves most maxima unknown, so it leaves room for a better import.
        """
        if day.export is not None:
            return False
        return day.detailed and (day.newest if self.occasion.source == "graph" else bool(known))

    def _examine(self, day: Day, snapshot: Json, known: Mapping[str, Json]) -> None:
        """Note what is odd about a snapshot that will be written; of a table, its reader has told that already."""
        if day.export is not None:
            return
        same_day = known if day.newest and self.profiles is not None else None
        bare = day.newest and not _is_complete(snapshot)
        if bare:
            self.findings.append(capture_checks.newest_incomplete(day.day, has_profiles=bool(known)))
        if not bare or controls(day.score):  # of a day without anything in it, one warning says all
            self.findings.extend(capture_checks.snapshot_findings(day.day, snapshot, same_day))

    def _snapshot(self, day: Day, known: Mapping[str, Json]) -> Json:
        """The snapshot of one day, as it would be written."""
        if day.export is not None:
            note = self._note("csv", complete=False) | {"dropped": list(day.export.dropped)}
            return fold(day.score, self.descriptions, note, day.export.maximum)
        source = "backfill" if self.occasion.source == "graph" and not day.newest else self.occasion.source
        note = self._note(source, complete=self._complete(day, known))
        return fold(day.score, self.descriptions, note, self._maximum(day, known))

    def _note(self, source: str, *, complete: bool) -> Json:
        """What a snapshot says about its own making."""
        return {
            "at": self.occasion.written,
            "by": self.occasion.by,
            "complete": complete,
            "dropped": [],
            "source": source,
        }

    def _maximum(self, day: Day, known: Mapping[str, Json]) -> Json:
        """What each scored recommendation could have earned on a day, and what the portal said.

        A profile that is missing today, or is spelled in another case, is looked up among those stored: with it
        would go the mark that points are only claimed.
        """
        today = day.newest and self.profiles is not None
        found: Json = {}
        for control in sorted(controls(day.score), key=lambda item: sort_key(item, "controlName")):
            name = control_name(control)
            if name is None or name in found:
                continue
            profile = known.get(name)
            rule = maximum_on_the_day if today and profile is not None else maximum_in_hindsight
            profile = profile or self.spare.get(name) or self.folded.get(name.casefold())
            found[name] = [rule(control, profile), portal_state(profile, day.day)]
        return found


def _teller(occasion: Occasion) -> str:
    """Who says what an answer says."""
    return "Graph" if occasion.source == "graph" else "The file"


def _is_complete(snapshot: Json) -> bool:
    return snapshot["collected"].get("complete") is True
