# SPDX-License-Identifier: Apache-2.0
"""From Graph's answer to the files to write: which days, which catalogue, what to report (docs/method.md#snapshots).

A day's snapshot is written once. A day that Graph gave in full replaces one that was backfilled; nothing else is ever
replaced. No input or output here: what is stored comes in as values, what to write goes out as values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from secure_score_backlog.dates import ONE_DAY
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.problems import Problem
from secure_score_backlog.snapshots import checks
from secure_score_backlog.snapshots.changes import Changes, changes_between, recommendations_in
from secure_score_backlog.snapshots.checks import Finding
from secure_score_backlog.snapshots.graph_json import (
    Json,
    control_name,
    controls,
    created,
    descriptions_of,
    in_order,
    instant,
    mapping,
    mappings,
    number,
    profiles_by_id,
    profiles_by_lower_id,
    scored_names,
    sort_key,
    tenant,
    text,
)
from secure_score_backlog.snapshots.known import id_of_title
from secure_score_backlog.snapshots.snapshot_files import (
    CATALOGUE_PATH,
    PARTIAL,
    frozen_maximum,
    is_complete,
    is_partial,
    snapshot_of,
    snapshot_path,
    without_names,
)
from secure_score_backlog.text import shortened

DETAILS = ("description", "lastSynced", "count")
"""Only a control of Graph's newest day has any of these."""
"""A clock may be a little behind, and a score a little ahead."""
ONE_SERIES = timedelta(days=7)
"""Days that follow each other within this time are one series."""
FROM_THE_BEGINNING = datetime.min.replace(tzinfo=UTC)
"""A state without a date was never changed."""
COARSEST_ROUNDING = Fraction(1, 100)
"""Graph writes two decimals, rounded or cut off, and drops zeros at the end: 7.8 may be 7.79 to 7.81."""


@dataclass(frozen=True, slots=True)
class Export:
    """What a table exported from the portal says about one day."""

    day: date
    score: Json
    """In the shape of Graph's `secureScore`, with what the table says and nothing else."""
    maximum: Json
    """By recommendation: `[points, portal state]`, None for what the table does not say."""
    dropped: tuple[str, ...] = ()
    """Columns that were left out because people write names into them."""
    whole: bool = True
    """The table holds every recommendation of the tenant."""
    titles: Json = field(default_factory=dict)
    """What is known without Graph of recommendations that its catalogue does not list, by id (see `next_titles`)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What Graph answered, parsed with every number as Decimal."""

    scores: tuple[Any, ...]
    """The items of `secureScores`."""
    profiles: tuple[Any, ...] | None
    """The items of `secureScoreControlProfiles`; None where they were not asked for."""
    whole: bool = True
    """The profiles are all there are: one that is missing is retired. False for saved pages, which only add."""
    unfinished: bool = False
    """A saved page names a next page that is not among the files."""
    exports: tuple[Export, ...] = ()
    """Tables exported from the portal, at most one a day; only `import` has any."""

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
    """At least the newest stored one, those of the days in the answer (see `days_in`), and the partial ones."""
    catalogue: Json | None = None
    seen_before: frozenset[str] = frozenset()
    """Those of `unknown_recommendations` that an older snapshot knows: they are back."""

    @property
    def newest(self) -> Json | None:
        """The newest stored snapshot."""
        return self.snapshots.get(max(self.days)) if self.days else None

    @property
    def profiles(self) -> tuple[Any, ...]:
        """The profiles of the stored catalogue."""
        return tuple(self.catalogue["profiles"]) if self.catalogue else ()

    @property
    def partial(self) -> dict[date, Json]:
        """The partial days among the snapshots."""
        return {day: snapshot for day, snapshot in self.snapshots.items() if is_partial(snapshot)}


@dataclass(frozen=True, slots=True)
class RunInfo:
    """When, by which version and from where something was collected."""

    at: datetime
    """UTC."""
    by: str
    """Version of the tool."""
    source: str
    """`graph` (older days become `backfill`) or `json`; what comes from an export is always `csv`."""
    keep_names: bool = False
    """Keep `updatedBy`, `assignedTo` and `comment`, which name people or may."""
    files: tuple[str, ...] = ()
    """What was imported; nothing where Graph itself was asked."""

    @property
    def written(self) -> str:
        """The time as files have it."""
        return self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def source_name(self) -> str:
        """Who says what the answer says, at the start of a message."""
        return "Microsoft" if self.source == "graph" else "The imported file"


@dataclass(frozen=True, slots=True)
class Collection:
    """What to write, in the order of writing, and what to report about it."""

    files: Mapping[str, Json]
    """By path: the newest snapshot first, the catalogue last."""
    changes: Changes
    problems: tuple[Problem, ...] = ()


def days_in(answer: Answer) -> frozenset[date]:
    """The days of an answer: `collect` needs to know what is stored for them."""
    return frozenset(at.date() for score in answer.all_scores if isinstance(score, dict) and (at := created(score)))


def unknown_recommendations(answer: Answer, stored: Stored) -> frozenset[str]:
    """Recommendations that neither the stored catalogue nor the newest snapshot knows; none on a first run."""
    before = recommendations_in(stored.profiles, stored.newest)
    now = set(recommendations_in(answer.profiles or (), None))
    for score in answer.all_scores:
        now |= scored_names(score) if isinstance(score, dict) else set()
    return frozenset(now - before) if before else frozenset()


def collect(answer: Answer, stored: Stored, run: RunInfo) -> Collection:
    """Decide what to write. Raises CannotProceed where nothing in the answer can be used, or for another tenant."""
    refuse_other_tenant(answer, stored, run)
    days, findings = by_day(answer, stored.days, run.at.astimezone(UTC).date())
    if not days and (run.source == "graph" or not answer.profiles):
        raise _nothing_usable(len(answer.scores), findings, run)
    is_newest = run.source == "graph" or not days or not stored.days or days[0].day >= max(stored.days)
    given, kept = _given_profiles(answer, stored, run, findings)
    newest = days[0].score if days and days[0].export is None else None
    catalogue = next_catalogue(newest, given, stored, run, is_newest=is_newest, titles=_titles(answer))
    descriptions = catalogue["descriptions"] if catalogue else {}
    profiles = _Profiles.of(given, stored.profiles)
    snapshots = _Snapshots(stored, run, profiles, descriptions, findings, unfinished=answer.unfinished)
    files, changes = snapshots.of(days)
    changes = replace(changes, kept=kept)
    if catalogue is not None and not _same_content(catalogue, stored.catalogue):
        files[CATALOGUE_PATH] = catalogue
        listed = profiles_by_id(catalogue["profiles"])
        findings += checks.shrunk(profiles_by_id(stored.profiles), listed)
        findings += checks.catalogue_findings(catalogue["profiles"])
    if is_newest:
        changes = changes_between(changes, stored.profiles, stored.newest, catalogue, files, stored.seen_before)
    return Collection(files, changes, checks.problems(findings, run.source))


def _given_profiles(
    answer: Answer, stored: Stored, run: RunInfo, findings: list[Finding]
) -> tuple[tuple[Any, ...] | None, tuple[tuple[str, int], ...]]:
    """The profiles of the answer, completed by what is stored; and which fields were kept, of how many profiles.

    What is poorer never replaces what is richer: a field that the answer lacks keeps its stored value, and a saved list
    that lacks maxima, or many recommendations, retires nothing.
    """
    given = answer.profiles
    if given is None:
        return None, ()
    if not given and stored.profiles:
        findings.append(checks.catalogue_vanished(len(stored.profiles)))
        return None, ()
    empty: tuple[object, ...] = (None,) if run.source == "graph" else (None, "", [])
    given, kept = with_stored_fields(given, stored.profiles, empty)
    missing = checks.missing_at_once(profiles_by_id(stored.profiles), profiles_by_id(given))
    saved = run.source != "graph"
    if saved and answer.whole and missing:
        findings.append(checks.shorter_list(missing, len(stored.profiles)))
    if not answer.whole or (saved and (missing or "maxScore" in dict(kept))):
        given = _with_stored(given, stored.profiles)
    return given, kept


def with_stored_fields(
    given: tuple[Any, ...], stored: tuple[Any, ...], empty: tuple[object, ...]
) -> tuple[tuple[Any, ...], tuple[tuple[str, int], ...]]:
    """Profiles in which every field that is missing or empty has its stored value; and the fields, with how many."""
    ids = Counter(text(mapping(profile).get("id")) for profile in given)
    before = {name: profile for name, profile in profiles_by_id(stored).items() if ids[name] == 1}
    counted: Counter[str] = Counter()
    merged: list[Any] = []
    for profile in given:
        known = before.get(text(mapping(profile).get("id")), {})
        kept = {
            name: value
            for name, value in known.items()
            if not _is_in(value, empty) and _is_in(mapping(profile).get(name), empty)
        }
        counted.update(kept.keys())
        merged.append({**profile, **kept} if kept else profile)
    return tuple(merged), tuple(sorted(counted.items()))


def _is_in(value: object, empty: tuple[object, ...]) -> bool:
    """The value is one of the empty ones; `0` and `false` are none."""
    return not value and any(value is each or (type(value) is type(each) and value == each) for each in empty)


def _titles(answer: Answer) -> Json:
    """What the exports say about recommendations that Graph's catalogue does not list."""
    return {name: entry for export in answer.exports for name, entry in export.titles.items()}


def _nothing_usable(scores: int, findings: list[Finding], run: RunInfo) -> CannotProceed:
    """The error where an answer has no usable day."""
    future = next((finding for finding in findings if finding.code == "snapshot-future"), None)
    if future is not None:
        message = f"No score of the answer can be used. {future.message}"
        hint = "Nothing was changed. Check this machine's clock: if it was wrong, set it and run this again; "
        hint += (
            "if it is right, Microsoft gave a wrong date: run it again tomorrow."
            if run.source == "graph"
            else "if it is right, the dates in the file are wrong: save Graph's answer again, and import that."
        )
        return CannotProceed(message, where="createdDateTime", hint=hint)
    if scores:
        return CannotProceed(
            f"No score of the answer ({scores} in all) has a readable date, so nothing can be stored.",
            where="createdDateTime, or the end of id",
            hint="Nothing was changed. Run it again tomorrow; if it stays like this, report it to Microsoft."
            if run.source == "graph"
            else "Nothing was changed. Save Graph's answer again, with createdDateTime, and import that.",
        )
    return CannotProceed(
        "Microsoft Graph holds no Secure Score for this tenant.",
        where="security/secureScores",
        hint="Nothing was written. See whether the Defender portal shows a Secure Score. If not: a new tenant gets its "
        "first one within about two days, and a tenant without a licence for it gets none. If it does: check "
        "AZURE_TENANT_ID and --cloud, and run it again tomorrow.",
    )


def refuse_other_tenant(answer: Answer, stored: Stored, run: RunInfo) -> None:
    """One repository holds one tenant. Raises CannotProceed naming both ids."""
    given = _tenants((*answer.all_scores, *(answer.profiles or ())))
    known = _tenants((*(snapshot["secureScore"] for snapshot in stored.snapshots.values()), *stored.profiles))
    where = f"azureTenantId in {', '.join(run.files)}" if run.files else "azureTenantId"
    own = f"The tenant of this repository is {shortened(min(known))}. " if known else ""
    if len(given) > 1:
        advice = "One answer is about one tenant: run it again, and report it to Microsoft if it stays like this."
        if run.files:
            advice = "Import the files of one tenant at a time, each tenant into a repository of its own (--root)."
        raise CannotProceed(
            f"The answer mixes {len(given)} tenants: {', '.join(map(shortened, sorted(given)[:3]))}.",
            where=where,
            hint=f"Nothing was changed. {own}{advice}",
        )
    if given and known and not given & known:
        other = shortened(min(given))
        advice = "" if run.files else "Check AZURE_TENANT_ID (or whose token GRAPH_TOKEN is). "
        raise CannotProceed(
            f"This is another tenant: the answer is about {other}, this repository about {shortened(min(known))}.",
            where=where,
            hint=f"Nothing was changed. {own}{advice}For {other}, name its own repository by --root. If this "
            "repository holds the wrong tenant (a trial, a sample): begin with an empty one.",
        )


def _tenants(items: Iterable[Any]) -> set[str]:
    return {found for item in items if isinstance(item, dict) and (found := tenant(item))}


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the answer, of which a snapshot may be made."""

    day: date
    score: Json
    newest: bool
    export: Export | None = None
    """Where the day comes from a table that the portal exported."""


def has_details(score: Json) -> bool:
    """A score holds what Graph gives only while it is the newest."""
    return any(control.get(key) is not None for control in controls(score) for key in DETAILS)


def by_day(answer: Answer, stored: frozenset[date], today: date) -> tuple[list[Day], list[Finding]]:
    """One score a day, newest day first; what has no date, or one in the future, is left out with a finding."""
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
    kept, future = split_future(found.keys() | exports.keys(), stored, today)
    findings += _odd_dates(kept, future, today)
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


def split_future(days: Iterable[date], stored: frozenset[date], today: date) -> tuple[frozenset[date], frozenset[date]]:
    """The days that can be believed, and those in the future that cannot.

    A series that continues past this machine's clock means that the clock is behind, so it is believed. A day apart
    from it is a fault in the answer: as a snapshot, it would let every decision expire. The series is Microsoft's, and
    what is stored of it.
    """
    limit = today + ONE_DAY if today < date.max else today
    given = frozenset(days)
    believed = {day for day in given if day <= limit}
    last = max((day for day in given | stored if day <= limit), default=None)
    for day in sorted(given - believed):
        if last is not None and day - last > ONE_SERIES:
            break
        believed.add(day)
        last = day
    return frozenset(believed), given - believed


def _odd_dates(kept: frozenset[date], future: frozenset[date], today: date) -> list[Finding]:
    findings = [checks.left_out_as_future(future, today)] if future else []
    newest = max(kept, default=None)
    if newest is not None and newest > today + ONE_DAY:
        findings.append(checks.ahead_of_clock(newest, today))
    return findings


@dataclass(frozen=True, slots=True)
class _Profiles:
    """The profiles that describe the scored recommendations."""

    listed: Mapping[str, Json]
    """By id: those of the answer, else the stored ones."""
    from_answer: bool
    stored: Mapping[str, Json]
    by_lower_id: Mapping[str, Json]
    """Those listed, where no two differ in case only."""

    @staticmethod
    def of(given: tuple[Any, ...] | None, stored: tuple[Any, ...]) -> _Profiles:
        """From the items of the answer (None: it has none) and of the stored catalogue."""
        listed = given if given is not None else stored
        return _Profiles(
            profiles_by_id(listed), given is not None, profiles_by_id(stored), profiles_by_lower_id(listed)
        )

    def get(self, name: str) -> Json | None:
        """The profile of a recommendation.

        One that is missing today, or is spelled in another case, is looked up among those stored: without it the mark
        that points are only claimed would be lost.
        """
        return self.listed.get(name) or self.stored.get(name) or self.by_lower_id.get(name.casefold())


@dataclass(frozen=True, slots=True)
class _Snapshots:
    """Makes the snapshots of one answer."""

    stored: Stored
    run: RunInfo
    profiles: _Profiles
    descriptions: Mapping[str, str]
    findings: list[Finding]
    """What is odd is added day by day."""
    unfinished: bool = False
    """A page of the answer is missing."""

    def of(self, days: list[Day]) -> tuple[dict[str, Json], Changes]:
        """The snapshots to write, newest first."""
        files: dict[str, Json] = {}
        added, improved, unchanged = [], [], []
        for day in days:
            before = self.stored.snapshots.get(day.day)
            if day.day not in self.stored.days:
                added.append(day.day)
            elif before is not None and self._replaces(day, before):
                improved.append(day.day)
            else:
                unchanged.append(day.day)
                self.findings.extend(self._kept(day, before))
                continue
            snapshot = self._snapshot(day)
            files[snapshot_path(day.day)] = snapshot
            self._check(day, snapshot)
        if self.profiles.from_answer and not days:
            completed = self._completed()
            files |= {snapshot_path(day): snapshot for day, snapshot in completed.items()}
            improved += completed
        return files, Changes(tuple(sorted(added)), tuple(sorted(improved)), tuple(sorted(unchanged)))

    def _kept(self, day: Day, before: Json | None) -> list[Finding]:
        """What to report where the stored snapshot of a day stays."""
        if day.export is not None:
            return [checks.stored_already(day.day)]
        return checks.differs(day.day, before, day.score, self.run.source_name) if before is not None else []

    def _replaces(self, day: Day, before: Json) -> bool:
        """Whether a day takes the place of what is stored of it.

        A complete day replaces one that is not, a day that is not partial replaces a partial one, and a partial day
        replaces a partial one of which it says everything and more.
        """
        if is_complete(before):
            return False
        if self._is_complete(day):
            return True
        if not is_partial(before):
            return False
        return not self._is_partial(day) or facts_of(before) < facts_of(self._snapshot(day))

    def _completed(self) -> dict[date, Json]:
        """Partial days of saved scores, completed by profiles that came later."""
        found = {}
        for day, before in sorted(self.stored.partial.items()):
            if before["collected"].get("source") != "json":
                continue
            # What Graph gives only of its newest day: it was lifted out of the scores, or it is still in them.
            details = bool(before.get("synced")) or has_details(before["secureScore"])
            known = Day(day, before["secureScore"], newest=True)
            partial = self._is_partial(known)
            collected = self._collected("json", complete=details and not partial, partial=partial)
            note = {key: value for key, value in before["collected"].items() if key == "undescribed"}
            after = {**before, "collected": {**collected, **note}, "maximum": self._maximum(known)}
            if facts_of(before) < facts_of(after) or not partial:
                found[day] = after
                self._check(known, after)
        return found

    def _is_complete(self, day: Day) -> bool:
        """Whether a day's snapshot would hold all that Graph ever gives."""
        if day.export is not None or not has_details(day.score) or self._is_partial(day):
            return False
        return day.newest if self.run.source == "graph" else bool(self.profiles.listed)

    def _is_partial(self, day: Day) -> bool:
        """Whether a day holds only a part of what there is (docs/method.md#partial-days)."""
        if day.export is not None:
            return not day.export.whole
        return self._lacks_scores(day) or self._lacks_profiles(day)

    def _lacks_scores(self, day: Day) -> bool:
        """The points of its recommendations are far from the total that it states; from Graph: there are none."""
        stated = number(day.score.get("currentScore"))
        points = [value for control in controls(day.score) if (value := number(control.get("score"))) is not None]
        if stated is None or stated <= 0 or (self.run.source == "graph" and points):
            return False
        return sum(points, Decimal(0)) * 10 < stated * 9

    def _lacks_profiles(self, day: Day) -> bool:
        """Profile or maximum of many scored recommendations is unknown; of any, where a page is known to be missing."""
        if self.run.source == "graph":
            return False
        maximum = self._maximum(day)
        unknown = self._unknown(maximum)
        return bool(unknown) if self.unfinished else len(unknown) * 10 > len(maximum)

    def _unknown(self, maximum: Json) -> list[str]:
        """The scored recommendations of a day whose profile or maximum is unknown."""
        return [name for name, entry in maximum.items() if entry[0] is None or self.profiles.get(name) is None]

    def _check(self, day: Day, snapshot: Json) -> None:
        """Note what is odd about a snapshot that will be written; a table was checked when it was read."""
        if day.export is not None:
            return
        if is_partial(snapshot):
            self._check_partial(day, snapshot)
            return
        same_day = self.profiles.listed if day.newest and self.profiles.from_answer else None
        incomplete = day.newest and not is_complete(snapshot)
        if incomplete:
            self.findings.append(checks.newest_incomplete(day.day, has_profiles=bool(self.profiles.listed)))
        if not incomplete or controls(day.score):  # of a day without any control, one warning is enough
            self.findings.extend(checks.snapshot_findings(day.day, snapshot, same_day))

    def _check_partial(self, day: Day, snapshot: Json) -> None:
        """Note why a day is partial, and what else is odd about its scores; sums say nothing of a part."""
        if self._lacks_scores(day):
            self.findings.append(checks.scores_missing(day.day, day.score))
        if not self.profiles.listed:
            self.findings.append(checks.newest_incomplete(day.day, has_profiles=False))
        elif self._lacks_profiles(day):
            unknown = self._unknown(snapshot["maximum"])
            self.findings.append(checks.profiles_missing(day.day, unknown, len(snapshot["maximum"])))
        self.findings.extend(checks.odd_controls(day.day, day.score))

    def _snapshot(self, day: Day) -> Json:
        """The snapshot of one day, as it would be written."""
        partial = self._is_partial(day)
        if day.export is not None:
            collected = self._collected("csv", complete=False, partial=partial, dropped=day.export.dropped)
            return snapshot_of(day.score, self.descriptions, collected, day.export.maximum)
        source = "backfill" if self.run.source == "graph" and not day.newest else self.run.source
        collected = self._collected(source, complete=self._is_complete(day), partial=partial)
        return snapshot_of(day.score, self.descriptions, collected, self._maximum(day))

    def _collected(self, source: str, *, complete: bool, partial: bool, dropped: tuple[str, ...] = ()) -> Json:
        """What a snapshot says about its own making."""
        return {
            "at": self.run.written,
            "by": self.run.by,
            "complete": complete,
            **({"coverage": PARTIAL} if partial else {}),
            "dropped": list(dropped),
            "source": source,
        }

    def _maximum(self, day: Day) -> Json:
        """What each scored recommendation could have earned on a day, and what the portal said."""
        is_today = day.newest and self.profiles.from_answer
        found: Json = {}
        for control in in_order(controls(day.score), "controlName"):
            name = control_name(control)
            if not name or name in found:
                continue
            rule = maximum_on_the_day if is_today and name in self.profiles.listed else maximum_in_hindsight
            profile = self.profiles.get(name)
            found[name] = [rule(control, profile), portal_status(profile, day.day)]
        return found


def maximum_on_the_day(control: Mapping[str, Any], profile: Mapping[str, Any] | None) -> Decimal | None:
    """Points that could be earned, where the profile is from the same day; None where nothing says so."""
    stated = profile_maximum(profile)
    return stated if stated is not None else derived_maximum(control, None)


def maximum_in_hindsight(control: Mapping[str, Any], profile: Mapping[str, Any] | None) -> Decimal | None:
    """Points that could be earned on a past day; today's profile decides only where the day itself says nothing."""
    stated = profile_maximum(profile)
    derived = derived_maximum(control, stated)
    return derived if derived is not None else stated


def profile_maximum(profile: Mapping[str, Any] | None) -> Decimal | None:
    """The profile's `maxScore`; None where there is none that could be true."""
    stated = number(profile.get("maxScore")) if profile is not None else None
    return stated if stated is not None and stated >= 0 else None


def derived_maximum(control: Mapping[str, Any], expected: Decimal | None) -> Decimal | None:
    """The maximum that a score and its percentage imply, within what rounding allows (docs/method.md#snapshots).

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
    """A unit of the last digit that Graph can be taken to have written."""
    exponent = written.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) else 0
    return min(COARSEST_ROUNDING, Fraction(1, 10 ** max(0, decimals)))


def portal_status(profile: Mapping[str, Any] | None, day: date) -> str | None:
    """The newest `controlStateUpdates` state dated up to the end of a UTC day; None where no profile says.

    A state without a date holds from the beginning.
    """
    newest: tuple[datetime, str] | None = None
    for update in mappings(profile.get("controlStateUpdates")) if profile is not None else []:
        stated = update.get("updatedDateTime")
        at = FROM_THE_BEGINNING if stated in (None, "") else instant(stated)
        if at is None or at.date() > day:
            continue
        if newest is None or at >= newest[0]:
            newest = (at, text(update.get("state")))
    return (newest[1] or None) if newest else None


def facts_of(snapshot: Json) -> frozenset[tuple[str, Decimal | None, Decimal | None]]:
    """What a snapshot says: each recommendation with its points, and again with its maximum where that is known."""
    points = {control_name(control): number(control.get("score")) for control in controls(snapshot["secureScore"])}
    maxima = {name: frozen_maximum(entry)[0] for name, entry in snapshot["maximum"].items()}
    known = ((name, value, maxima.get(name)) for name, value in points.items())
    return frozenset(fact for name, value, most in known for fact in ((name, value, None), (name, value, most)))


def next_catalogue(
    newest: Json | None,
    profiles: tuple[Any, ...] | None,
    stored: Stored,
    run: RunInfo,
    *,
    is_newest: bool,
    titles: Json | None = None,
) -> Json | None:
    """The catalogue after this answer; an answer older than what is stored only fills in what is missing.

    `titles`: what a table says about recommendations that Graph's catalogue does not list.
    """
    collected, kept = (stored.catalogue["collected"], stored.profiles) if stored.catalogue else ({}, ())
    if stored.catalogue is None and titles:
        collected = {"at": run.written, "by": run.by, "dropped": [], "source": "csv"}
    if profiles is not None and (is_newest or not stored.profiles):
        collected = {"at": run.written, "by": run.by, "source": run.source}
        kept, dropped = _cleaned(profiles, run.keep_names)
        collected["dropped"] = dropped
    elif stored.catalogue is None and not titles:
        return None
    texts = descriptions_of(newest) if newest is not None else {}
    before = stored.catalogue["descriptions"] if stored.catalogue else _inline_descriptions(stored.newest)
    known = (stored.newest or {}).get("secureScore") or {}
    scored = scored_names(newest if newest is not None and is_newest else known) | scored_names(newest or {})
    alive = profiles_by_id(kept).keys() | scored
    before_titles = profiles_by_id(stored.catalogue.get("titles", ())) if stored.catalogue else {}
    named = next_titles({**before_titles, **(titles or {})}, kept)
    merged = {**before, **texts} if is_newest else {**texts, **before}
    descriptions = {name: merged[name] for name in sorted(alive & merged.keys())}
    others = {name: part for name, part in (stored.catalogue or {}).items() if name != "titles"}
    parts = {"collected": collected, "descriptions": descriptions, "profiles": list(kept)}
    return {**others, **parts, **({"titles": named} if named else {})}


def next_titles(titles: Json, profiles: tuple[Any, ...]) -> list[Json]:
    """The titles that are still needed: those of recommendations that Graph's catalogue does not list.

    One that is listed gives way, but for the fields that its profile lacks.
    """
    listed = profiles_by_lower_id(profiles)
    names = {id_of_title(text(profile.get("title"))) for profile in listed.values() if text(profile.get("title"))}
    return [
        {**entry, "id": name}
        for name, entry in sorted(titles.items())
        if name not in names and not gives_way(entry, listed.get(name.casefold()))
    ]


def gives_way(entry: Mapping[str, Any], profile: Mapping[str, Any] | None) -> bool:
    """Graph's profile says everything that the entry says."""
    return profile is not None and all(profile.get(name) is not None for name in entry if name not in ("id", "source"))


def _inline_descriptions(snapshot: Json | None) -> dict[str, str]:
    """Texts that had to stay in the newest snapshot because there was no catalogue yet."""
    return descriptions_of(snapshot["secureScore"]) if snapshot else {}


def _with_stored(profiles: tuple[Any, ...], stored: tuple[Any, ...]) -> tuple[Any, ...]:
    """Profiles of which some are missing, completed by those that are stored."""
    given = profiles_by_id(profiles).keys()
    return (*profiles, *(profile for identifier, profile in profiles_by_id(stored).items() if identifier not in given))


def _cleaned(profiles: tuple[Any, ...], keep_names: bool) -> tuple[tuple[Any, ...], list[str]]:
    """The profiles in order, without people's names unless they are wanted, and the keys that were dropped."""
    pairs = [(profile, frozenset[str]()) if keep_names else without_names(profile) for profile in profiles]
    cleaned = {sort_key(profile, "id"): profile for profile, _ in pairs}  # a page that shifted repeats a profile
    return tuple(cleaned[key] for key in sorted(cleaned)), sorted(set().union(*(dropped for _, dropped in pairs)))


def _same_content(one: Json, other: Json | None) -> bool:
    """Nothing differs but when and by which version it was collected: no reason to write."""
    return other is not None and {**one, "collected": None} == {**other, "collected": None}
