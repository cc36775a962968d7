# SPDX-License-Identifier: Apache-2.0
"""What a collection starts from: Graph's answer, what is stored, and the occasion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.problems import Problem
from secure_score_backlog.snapshots import checks
from secure_score_backlog.snapshots.changes import Changes, changes_between, recommendations_in
from secure_score_backlog.snapshots.checks import Finding
from secure_score_backlog.snapshots.graph_json import (
    CATALOGUE_PATH,
    Json,
    by_folded_id,
    control_name,
    controls,
    created,
    descriptions_of,
    fold,
    instant,
    number,
    profiles_by_id,
    scored_names,
    snapshot_path,
    sort_key,
    tenant,
    text,
    without_names,
)


@dataclass(frozen=True, slots=True)
class Export:
    """What a table exported from the portal says about one day."""

    day: date
    score: Json
    """In the shape of Graph's `secureScore`, with what the table knows and nothing else."""
    maximum: Json
    """By recommendation: `[points, portal state]`, None for what the table does not say."""
    dropped: tuple[str, ...] = ()
    """Columns that were left out because people write names into them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What Graph said, parsed with every number as Decimal."""

    scores: tuple[Any, ...]
    """The items of `secureScores`."""
    profiles: tuple[Any, ...] | None
    """The items of `secureScoreControlProfiles`; None where nobody asked."""
    whole: bool = True
    """The profiles are all there are: one that is missing is retired. False for saved pages, which only add."""
    exports: tuple[Export, ...] = ()
    """What the portal exported, at most one a day; only `import` brings any."""

    @property
    def all_scores(self) -> tuple[Any, ...]:
        """The scores, those of exports too."""
        return (*self.scores, *(export.score for export in self.exports))


@dataclass(frozen=True, slots=True)
class Stored:
    """What the repository holds already."""

    days: frozenset[date] = frozenset()
    """Every day that has a snapshot."""
    snapshots: Mapping[date, Json] = field(default_factory=dict)
    """At least the newest stored one and those of the days in the answer (see `days_in`)."""
    catalogue: Json | None = None
    seen: frozenset[str] = frozenset()
    """Those of `newcomers` that an older snapshot knows: they come back."""

    @property
    def newest(self) -> Json | None:
        """The newest stored snapshot."""
        return self.snapshots.get(max(self.days)) if self.days else None

    @property
    def profiles(self) -> tuple[Any, ...]:
        """The profiles of the stored catalogue."""
        return tuple(self.catalogue["profiles"]) if self.catalogue else ()


@dataclass(frozen=True, slots=True)
class RunInfo:
    """When, by whom and from where something was collected."""

    at: datetime
    """UTC."""
    by: str
    """Version of the tool."""
    source: str
    """`graph` (older days become `backfill`) or `json`; what comes from an export is always `csv`."""
    keep_names: bool = False
    """Keep `updatedBy` and `assignedTo`, which name people."""
    files: tuple[str, ...] = ()
    """What was imported; nothing where Graph itself was asked."""

    @property
    def written(self) -> str:
        """The time as it stands in files."""
        return self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# --- The days of an answer: one score each, the newest first, and what is odd about their dates (design §4.1).


DETAILS = ("description", "lastSynced", "count")
"""Only a control of Graph's newest day has any of these (facts/graph.md 2.1)."""
TOMORROW = timedelta(days=1)
"""A clock may be a little behind, and a score a little ahead."""
RUNS_ON = timedelta(days=7)
"""Days that follow each other within this time are one series."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the answer, on its way to a snapshot."""

    day: date
    score: Json
    newest: bool
    export: Export | None = None
    """Where the day comes from a table that the portal exported."""

    @property
    def detailed(self) -> bool:
        """Graph gave what it gives only for its newest day."""
        return has_details(self.score)


def has_details(score: Json) -> bool:
    """A score holds what Graph gives only while it is the newest."""
    return any(control.get(key) is not None for control in controls(score) for key in DETAILS)


def days_in(answer: Answer) -> frozenset[date]:
    """The days an answer speaks of: `capture` wants to know what is stored for them."""
    return frozenset(at.date() for score in answer.all_scores if isinstance(score, dict) and (at := created(score)))


def by_day(answer: Answer, stored: frozenset[date], today: date) -> tuple[list[Day], list[Finding]]:
    """One score a day, newest day first; what cannot be dated, or lies in the future, is left out with a finding."""
    exports = {export.day: export for export in answer.exports}
    found: dict[date, list[tuple[bool, datetime, tuple[str, str], Json]]] = {}
    undated = 0
    for score in answer.scores:
        at = created(score) if isinstance(score, dict) else None
        if at is None:
            undated += 1
            continue
        found.setdefault(at.date(), []).append((has_details(score), at, sort_key(score, "id"), score))
    findings = [checks.undated(undated, len(answer.scores))] if undated else []
    kept, ahead = plausible(found.keys() | exports.keys(), stored, today)
    findings += _odd_dates(kept, ahead, today)
    newest = max(kept, default=None)
    days = []
    for day in sorted(kept, reverse=True):
        if day not in found:
            days.append(Day(day, exports[day].score, newest=day == newest, export=exports[day]))
            continue
        best = max(found[day], key=lambda candidate: candidate[:3])
        days.append(Day(day, best[3], newest=day == newest))
        if any(other[3] != best[3] for other in found[day]):
            findings.append(checks.twice(day, len(found[day])))
    return days, findings


def plausible(days: Iterable[Any], stored: frozenset[date], today: date) -> tuple[frozenset[date], frozenset[date]]:
    """The days that can be believed, and those in the future that cannot.

    A series that runs on past our clock means that the clock is behind, so it is believed; a day that stands apart
    from it is a fault in the answer: as a snapshot, it would let every decision expire. Microsoft's series counts, and
    what is stored of it.
    """
    limit = today + TOMORROW if today < date.max else today
    given = frozenset(days)
    past = {day for day in given | stored if day <= limit}
    believed = {day for day in given if day <= limit}
    last = max(past, default=None)
    for day in sorted(given - believed):
        if last is not None and day - last > RUNS_ON:
            break
        believed.add(day)
        last = day
    return frozenset(believed), given - believed


def _odd_dates(kept: frozenset[date], ahead: frozenset[date], today: date) -> list[Finding]:
    findings = [checks.left_out_as_future(ahead, today)] if ahead else []
    newest = max(kept, default=None)
    if newest is not None and newest > today + TOMORROW:
        findings.append(checks.ahead_of_clock(newest, today))
    return findings


# --- What a recommendation could have earned on a day, and what the portal said then (design §4.1, `maximum`).
#
# Graph's scores carry neither. On the day itself today's profile answers; for a day gone by, the percentage beside the
# score does (`100 * score / scoreInPercentage` is the maximum wherever it can be computed, facts/graph.md 0.6), and the
# dates in `controlStateUpdates`.


SINCE_EVER = datetime.min.replace(tzinfo=UTC)
_COARSEST = Fraction(1, 100)
"""Graph writes two decimals, rounded or cut off, and drops zeros at the end: 7.8 may be 7.79 to 7.81."""


def maximum_on_the_day(control: Mapping[str, Any], profile: Mapping[str, Any] | None) -> Decimal | None:
    """Points that could be earned, where the profile is from the same day; None where nobody says."""
    stated = profile_maximum(profile)
    return stated if stated is not None else derived_maximum(control, None)


def maximum_in_hindsight(control: Mapping[str, Any], profile: Mapping[str, Any] | None) -> Decimal | None:
    """Points that could be earned on a day gone by; today's profile decides only where the day itself is silent."""
    stated = profile_maximum(profile)
    derived = derived_maximum(control, stated)
    return derived if derived is not None else stated


def profile_maximum(profile: Mapping[str, Any] | None) -> Decimal | None:
    """The profile's `maxScore`; None where there is none that could be true."""
    stated = number(profile.get("maxScore")) if profile is not None else None
    return stated if stated is not None and stated >= 0 else None


def derived_maximum(control: Mapping[str, Any], expected: Decimal | None) -> Decimal | None:
    """The maximum that a score and its percentage imply, within what rounding allows.

    `expected` where it fits; else the one whole number that fits (several: only if it is hit exactly); else None.
    """
    score, percentage = number(control.get("score")), number(control.get("scoreInPercentage"))
    if score is None or percentage is None or score < 0 or percentage <= 0:
        return None
    points, part = Fraction(score), Fraction(percentage)
    low = 100 * max(Fraction(0), points - _rounding(score)) / (part + _rounding(percentage))
    narrowest = part - _rounding(percentage)
    high = 100 * (points + _rounding(score)) / narrowest if narrowest > 0 else None
    if expected is not None and expected > 0 and low <= expected and (high is None or expected <= high):
        return expected
    return _whole_number(100 * points / part, low, high)


def _whole_number(exact: Fraction, low: Fraction, high: Fraction | None) -> Decimal | None:
    nearest = round(exact)
    if nearest < 1 or nearest < low or (high is not None and nearest > high):
        return None
    alone = nearest - 1 < low and high is not None and nearest + 1 > high
    return Decimal(nearest) if alone or exact == nearest else None


def _rounding(written: Decimal) -> Fraction:
    """A unit of the last digit that Graph can be taken to have meant."""
    exponent = written.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) else 0
    return min(_COARSEST, Fraction(1, 10 ** max(0, decimals)))


def portal_state(profile: Mapping[str, Any] | None, day: date) -> str | None:
    """The newest `controlStateUpdates` state dated up to the end of a UTC day (no date: since ever); else None."""
    updates = profile.get("controlStateUpdates") if profile is not None else None
    newest: tuple[datetime, str | None] | None = None
    for update in updates if isinstance(updates, list) else []:
        if not isinstance(update, dict):
            continue
        stated = update.get("updatedDateTime")
        at = SINCE_EVER if stated in (None, "") else instant(stated)
        if at is None or at.date() > day:
            continue
        if newest is None or at >= newest[0]:
            newest = (at, text(update.get("state")))
    return newest[1] if newest else None


# --- The catalogue after an answer: profiles in order, people's names dropped, descriptions lifted in (design §4.1).


def next_catalogue(
    newest: Json | None, profiles: tuple[Any, ...] | None, stored: Stored, occasion: RunInfo, *, current: bool
) -> Json | None:
    """The catalogue after this answer; an answer older than what is stored only fills in what is missing."""
    collected, kept = (stored.catalogue["collected"], stored.profiles) if stored.catalogue else ({}, ())
    if profiles is not None and (current or stored.catalogue is None):
        collected = {"at": occasion.written, "by": occasion.by, "source": occasion.source}
        kept, dropped = _clean(profiles, occasion.keep_names)
        collected["dropped"] = dropped
    elif stored.catalogue is None:
        return None
    texts = descriptions_of(newest) if newest is not None else {}
    before = stored.catalogue["descriptions"] if stored.catalogue else _inline_descriptions(stored.newest)
    known = (stored.newest or {}).get("secureScore") or {}
    scored = scored_names(newest if newest is not None and current else known) | scored_names(newest or {})
    alive = profiles_by_id(kept).keys() | scored
    merged = {**before, **texts} if current else {**texts, **before}
    descriptions = {name: merged[name] for name in sorted(alive & merged.keys())}
    return {**(stored.catalogue or {}), "collected": collected, "descriptions": descriptions, "profiles": list(kept)}


def _inline_descriptions(snapshot: Json | None) -> dict[str, str]:
    """Texts that had to stay in the newest snapshot because there was no catalogue yet."""
    return descriptions_of(snapshot["secureScore"]) if snapshot else {}


def with_stored(profiles: tuple[Any, ...], stored: tuple[Any, ...]) -> tuple[Any, ...]:
    """Profiles of which some are missing, completed by those that are stored."""
    given = profiles_by_id(profiles).keys()
    return (*profiles, *(profile for identifier, profile in profiles_by_id(stored).items() if identifier not in given))


def _clean(profiles: tuple[Any, ...], keep_names: bool) -> tuple[tuple[Any, ...], list[str]]:
    """The profiles in order, without people's names unless they are wanted, and the keys that were dropped."""
    pairs = [(profile, frozenset[str]()) if keep_names else without_names(profile) for profile in profiles]
    cleaned = {sort_key(profile, "id"): profile for profile, _ in pairs}  # a page that shifted repeats a profile
    return tuple(cleaned[key] for key in sorted(cleaned)), sorted(set().union(*(dropped for _, dropped in pairs)))


def same_but_collected(one: Json, other: Json | None) -> bool:
    """Nothing differs but when and by whom it was collected: no reason to write."""
    if other is None:
        return False
    return {**one, "collected": None} == {**other, "collected": None}


# --- From Graph's answer to the files that should be written: which days, which catalogue, what to say (design §4.1).
#
# A day's snapshot is written once. A day that Graph gave in full replaces one that was backfilled; nothing else is ever
# replaced. Pure: what is stored comes in as values, what is to be written goes out as values.


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


def capture(answer: Answer, stored: Stored, occasion: RunInfo) -> Capture:
    """Decide what to write. Raises CannotProceed where nothing in the answer can be used, or for a wrong tenant."""
    refuse_other_tenant(answer, stored, occasion)
    days, findings = by_day(answer, stored.days, occasion.at.astimezone(UTC).date())
    if not days and (occasion.source == "graph" or not answer.profiles):
        raise _nothing_usable(len(answer.scores), findings)
    current = occasion.source == "graph" or not days or not stored.days or days[0].day >= max(stored.days)
    profiles = answer.profiles
    if profiles is not None and not profiles and stored.profiles:
        profiles = None
        findings.append(checks.catalogue_vanished(len(stored.profiles)))
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
        findings += checks.shrunk(profiles_by_id(stored.profiles), listed, _teller(occasion))
        findings += checks.catalogue_findings(catalogue["profiles"])
    if current:
        changes = changes_between(changes, stored.profiles, stored.newest, catalogue, files, stored.seen)
    return Capture(files, changes, checks.problems(findings))


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


def refuse_other_tenant(answer: Answer, stored: Stored, occasion: RunInfo) -> None:
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
    occasion: RunInfo
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
            return [checks.stored_already(day.day)]
        told = _teller(self.occasion)
        return checks.differs(day.day, before, day.score, told) if before is not None else []

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
            self.findings.append(checks.newest_incomplete(day.day, has_profiles=bool(known)))
        if not bare or controls(day.score):  # of a day without anything in it, one warning says all
            self.findings.extend(checks.snapshot_findings(day.day, snapshot, same_day))

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


def _teller(occasion: RunInfo) -> str:
    """Who says what an answer says."""
    return "Graph" if occasion.source == "graph" else "The file"


def _is_complete(snapshot: Json) -> bool:
    return snapshot["collected"].get("complete") is True
