# SPDX-License-Identifier: Apache-2.0
"""The status of every recommendation on a day (docs/method.md#states).

A recommendation is retired when it is gone from the catalogue and from the scores: a score without a profile is still
a measurement, and a profile without a score is merely not measured (docs/adr/0007).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import floor

from secure_score_backlog import wording
from secure_score_backlog.dates import ONE_DAY
from secure_score_backlog.decisions.model import Blockage, Bucket, CoverReason, Decision, DecisionVersion
from secure_score_backlog.evaluation.licences import NO_LICENCE, Licence, licence_of
from secure_score_backlog.git import Version
from secure_score_backlog.ratings import RatedBy, Ratings, Risk, normalised
from secure_score_backlog.settings import Settings
from secure_score_backlog.snapshots.coverage import DayCounts, DayKind
from secure_score_backlog.snapshots.model import Catalogue, History, Observation, Recommendation, Timeline
from secure_score_backlog.text import comparable
from secure_score_backlog.workspace import Workspace

ACCEPTED_IN_PORTAL = "ignored"
"""Graph's `Ignored` is the portal's "Risk accepted"."""
GRAPH_ROUNDS_TO = Fraction(1, 100)
"""Graph gives scores with two decimals: a loss below that is rounding."""
PLANNED_BUCKETS = (Bucket.DO_NOW, Bucket.DO_SOON)
NEVER_SCORED = Timeline((), ())
VERSION_SUFFIX = re.compile(r"_?v\d+$")


class State(StrEnum):
    """What is true of a recommendation on the as-of date; computed, never stored."""

    NOT_MEASURED = "not-measured"
    RETIRED = "retired"
    CONFLICT = "conflict"
    DONE = "done"
    UNDECIDED = "undecided"
    EXPIRED = "expired"
    BREACHED = "breached"
    REGRESSED = "regressed"
    BLOCKED = "blocked"
    OVERDUE = "overdue"
    ACCEPTED = "accepted"
    COVERED = "covered"
    PLANNED = "planned"


NO_DECISION_IN_FORCE = frozenset({State.UNDECIDED, State.EXPIRED, State.BREACHED, State.REGRESSED})
"""States of what is open and needs a decision, or a new one."""
NEEDS_NEW_DECISION = (State.EXPIRED, State.BREACHED, State.REGRESSED, State.CONFLICT)
"""States in which a decision was made and is no longer in force: a new one is needed."""
SETTLED = (State.DONE, State.CONFLICT)
"""States of what is measured in full."""
UNMEASURED = (State.NOT_MEASURED, State.RETIRED)


@dataclass(frozen=True, slots=True)
class Status:
    """One recommendation on the as-of date: what was measured, decided and computed."""

    recommendation: Recommendation
    state: State
    observation: Observation | None
    decision: Decision | None = None
    """The decision in force on that day, drafts included; None without one, or where it has errors."""
    versions: tuple[DecisionVersion, ...] = ()
    """All versions known on that day, oldest first."""
    answered: date | None = None
    """First day of the current decision; None without Git or without a decision (docs/method.md#states)."""
    level: Risk | None = None
    rated_by: RatedBy | None = None
    reason: str = ""
    """What goes wrong while it is open: the reason of the shipped rating, whoever gave the level; empty without one."""
    measured_on: date | None = None
    """Day of the observation: before the newest snapshot where that is a partial day without it."""
    family: str = ""
    """The pattern of the family that rated it; empty for any other rating."""
    licence: Licence = NO_LICENCE
    """The licence that it needs, and whether the tenant has it."""
    open_share: Fraction = Fraction(0)
    open_since: date | None = None
    """First snapshot day of the unbroken run in which it was measured and not observed in full."""
    days_open: int = 0
    """Days from then to the newest snapshot."""
    from_start: bool = False
    """The run that it is in, open or in full, begins with the first snapshot that says anything about it."""
    was_in_full: bool = False
    """It is open, and on the snapshot before that run it was observed in full."""
    held_since: date | None = None
    """First snapshot day of the unbroken run at full observed points."""
    days_held: int = 0
    """Days from then to the newest snapshot, both included."""
    days_observed: int = 0
    """How many of these days have a complete snapshot."""
    days_filled: int = 0
    """How many of them have scores only: backfilled, or imported without details."""
    days_partial: int = 0
    """How many of them have a partial snapshot."""
    done_on: date | None = None
    """First snapshot day under its current decision on which it was observed in full; stays when it no longer is."""
    breached_since: date | None = None
    """First snapshot day of the unbroken run below the accepted share; None unless it is breached."""
    counted_before: int | None = None
    """How many users, devices or settings Microsoft counted before that run; None where it said none."""
    portal_since: date | None = None
    """Day on which the portal state of the as-of date was set; None where Graph names none."""
    last_activity: date | None = None
    """The last day on which the part done changed or a decision was recorded; None for what was never scored."""
    completed_on: date | None = None
    """Day within the period on which it became done; None where it did not."""
    completed_how: str = ""
    """observed or claimed."""
    regressed_on: date | None = None
    """Day within the period on which it lost points that were not back the next day; None where it did not."""
    points_lost: Fraction = Fraction(0)
    """Points lost on that day, positive."""
    recovered_on: date | None = None
    """Later day within the period on which it was done again."""

    @property
    def is_accepted_in_portal(self) -> bool:
        """An administrator marked it as an accepted risk in Microsoft's portal."""
        return bool(self.observation and (self.observation.portal or "").lower() == ACCEPTED_IN_PORTAL)

    @property
    def is_shadow(self) -> bool:
        """The portal accepts or claims what no decision in force accepts or covers (docs/method.md#attention)."""
        seen = self.observation
        if seen is None or seen.portal is None or self.state in (State.DONE, State.CONFLICT):
            return False
        accepted = self.is_accepted_in_portal and self.state is not State.ACCEPTED
        return accepted or (seen.claims and self.state is not State.COVERED)

    @property
    def days_missing(self) -> int:
        """Days of the run at full observed points without a snapshot."""
        return self.days_held - self.days_observed - self.days_filled - self.days_partial

    @property
    def worse_since(self) -> date | None:
        """Since when it is breached or regressed; None in any other state, and where that is unknown."""
        if self.state is State.BREACHED:
            return self.breached_since
        return self.open_since if self.state is State.REGRESSED else None

    @property
    def breach(self) -> str:
        """What was accepted and what is measured, in numbers: `accepted: up to 2 of 4 open; now 3 of 4 open`.

        As shares where Microsoft's count does not say it (docs/method.md#affected); empty unless it is breached.
        """
        seen, accepted = self.observation, self.decision.accepted if self.decision else None
        if self.state is not State.BREACHED or seen is None or accepted is None:
            return ""
        if seen.affected is None or seen.total is None:
            return f"accepted: {wording.share(accepted.share)} done; now {wording.share(seen.share)} done"
        total = self.counted_before or seen.total
        numbers = (floor((1 - accepted.share) * total), total, seen.affected, seen.total)
        limit, of, now, of_now = map(wording.number, numbers)
        return f"accepted: up to {limit} of {of} open; now {now} of {of_now} open"

    @property
    def decision_word(self) -> str:
        """The decision in a word or two: a bucket, `a draft`, or `no decision`."""
        if self.decision is None:
            return "no decision"
        return "a draft" if self.decision.draft else self.decision.bucket.value

    @property
    def claim_without_effect(self) -> bool:
        """The portal says that another control covers it, and yet points are missing."""
        seen = self.observation
        return seen is not None and seen.claims and not seen.in_full

    @property
    def stale_reason(self) -> str:
        """Why there is no activity: blocked, rejected (accepted or covered), planned (has an owner), or ownerless."""
        if self.state is State.BLOCKED:
            return "blocked"
        if self.state in (State.ACCEPTED, State.COVERED):
            return "rejected"
        return "planned" if self.owner else "ownerless"

    @property
    def group(self) -> str:
        """The bucket of the decision in force, also where it was done under it; `undecided` where one is needed."""
        if self.decision is None or self.state in NO_DECISION_IN_FORCE or self.state is State.CONFLICT:
            return "undecided"
        return self.decision.bucket.value

    @property
    def rated_by_words(self) -> str:
        """Where the risk level comes from: `decision`, `settings`, `shipped`, `family PATTERN`; empty if unrated."""
        if self.rated_by is None:
            return ""
        return f"{self.rated_by.value} {self.family}" if self.family else self.rated_by.value

    @property
    def risk_word(self) -> str:
        """The risk level as a word; `unrated` without one."""
        return self.level.value if self.level else "unrated"

    @property
    def id(self) -> str:
        """The recommendation's id."""
        return self.recommendation.id

    @property
    def title(self) -> str:
        """The recommendation's title; Microsoft's text."""
        return self.recommendation.title

    @property
    def owner(self) -> str:
        """The role that owns it; empty without one."""
        return self.decision.owner if self.decision else ""

    @property
    def planned_unmeasured(self) -> bool:
        """A change is planned for which Microsoft gives no score at present."""
        decision = self.decision
        planned = decision is not None and not decision.draft and decision.bucket in PLANNED_BUCKETS
        return planned and self.state is State.NOT_MEASURED

    @property
    def change_planned(self) -> bool:
        """A change is planned, whatever its date; not where it was done and regressed."""
        return self.state in (State.PLANNED, State.BLOCKED, State.OVERDUE) or self.planned_unmeasured

    @property
    def change_due(self) -> date | None:
        """When a planned change is due; None where none is planned, or where it was done and regressed."""
        return self.decision.due if self.decision and self.change_planned else None

    @property
    def blocked(self) -> Blockage | None:
        """What its planned change waits for, measured or not; None where it waits for nothing."""
        planned = self.state is State.BLOCKED or self.planned_unmeasured
        return self.decision.blocked if self.decision and planned else None

    @property
    def unearned(self) -> Fraction:
        """Points not given; 0 where it is not measured."""
        return self.observation.unearned if self.observation else Fraction(0)

    @property
    def newest(self) -> Version | None:
        """The newest committed version of the decision: what a citation names."""
        committed = [known.version for known in self.versions if known.version.committed]
        return committed[-1] if committed else None


def statuses_on(known: Workspace, as_of: date) -> dict[str, Status]:
    """Every recommendation known on a day: catalogued, ever scored up to it, or decided; by id in order."""
    scored = {name for name, line in known.history.timelines.items() if line.days and line.days[0] <= as_of}
    names = sorted(known.catalogue.recommendations.keys() | scored | known.decisions.recorded(as_of))
    counts = DayCounts(known.history.days)
    return {name: status_of(known, name, as_of, counts) for name in names}


def status_of(known: Workspace, identifier: str, as_of: date, counts: DayCounts | None = None) -> Status:
    """The status of one recommendation on a day.

    Args:
        known: What was known on that day.
        identifier: The recommendation.
        as_of: The day.
        counts: The snapshots of `known`, counted; counted here unless given.
    """
    history = known.history
    newest = history.newest(as_of)
    day = newest.day if newest else None
    timeline = history.timelines.get(identifier, NEVER_SCORED)
    recommendation = known.catalogue.get(identifier)
    observation = timeline.at(day) if day else None
    versions = known.decisions.until(identifier, as_of)
    decision = versions[-1].decision if versions else None
    answered = known.decisions.answered(identifier, as_of)
    done_on = first_in_full(history, identifier, answered, day) if answered is not None and day is not None else None
    breached = (
        decision is not None
        and decision.accepted is not None
        and day is not None
        and is_breached(history, identifier, day, decision.accepted.share, answered)
    )
    state = state_of(
        observation,
        decision,
        as_of,
        retired=is_retired(known.catalogue, identifier, scored_once=bool(timeline.days) and timeline.days[0] <= as_of),
        breached=breached,
        was_done=done_on is not None,
    )
    rated = level_of(identifier, decision, known.settings, known.ratings)
    open_since = run_start(timeline, day, lambda seen: not seen.observed_in_full)
    held_since = None if open_since else run_start(timeline, day, lambda seen: seen.observed_in_full)
    run = open_since or held_since
    held = (counts or DayCounts(history.days)).within(held_since, day) if day and held_since else {}
    status = Status(
        recommendation=recommendation,
        state=state,
        observation=observation,
        decision=decision,
        versions=versions,
        answered=answered,
        measured_on=history.measured_on(identifier, day) if day else None,
        level=rated.level,
        rated_by=rated.by,
        reason=rated.reason,
        family=rated.family,
        licence=licence_of(identifier, known.licences, newest.services if newest else frozenset()),
        open_share=observation.open_share if observation else Fraction(0),
        open_since=open_since,
        days_open=(day - open_since).days if day and open_since else 0,
        from_start=run is not None and timeline.days[0] == run,
        was_in_full=open_since is not None and was_in_full(timeline, open_since),
        held_since=held_since,
        days_held=(day - held_since).days + 1 if day and held_since else 0,
        days_observed=held.get(DayKind.COMPLETE, 0),
        days_filled=held.get(DayKind.FILLED, 0),
        days_partial=held.get(DayKind.PARTIAL, 0),
        done_on=done_on,
        portal_since=portal_since(recommendation, observation, as_of),
        last_activity=last_activity(timeline, versions, as_of),
    )
    if state is not State.BREACHED:
        return status
    since = below_since(history, status, as_of)
    before = history.newest(since - ONE_DAY) if since else None
    last = timeline.at(before.day) if before else None
    return replace(status, breached_since=since, counted_before=last.total if last else None)


def state_of(
    observation: Observation | None,
    decision: Decision | None,
    as_of: date,
    *,
    retired: bool = False,
    breached: bool = False,
    was_done: bool = False,
) -> State:
    """The state, by the first rule that applies (docs/method.md#states).

    Args:
        observation: What was measured on the newest snapshot day; None where nothing was.
        decision: The decision in force, drafts included.
        as_of: The day that is evaluated.
        retired: It was known once and is gone from the catalogue.
        breached: Below the accepted share on two snapshot days in a row.
        was_done: It was done under this decision on some snapshot day.
    """
    if observation is None:
        return State.RETIRED if retired else State.NOT_MEASURED
    if observation.observed_in_full:
        cover = decision.covered if decision and not decision.draft else None
        contradicts = cover and as_of <= cover.until and cover.reason is CoverReason.NOT_APPLICABLE
        return State.CONFLICT if contradicts else State.DONE
    if decision is None or decision.draft:
        return State.UNDECIDED
    if decision.until is not None and decision.until < as_of:
        return State.EXPIRED
    if breached:
        return State.BREACHED
    if was_done and observation.open_share > 0:
        return State.REGRESSED
    return state_in_force(decision, as_of)


def state_in_force(decision: Decision, as_of: date) -> State:
    """The state of something open whose decision is in force."""
    if decision.bucket in PLANNED_BUCKETS:
        if decision.blocked is not None:
            return State.BLOCKED
        return State.OVERDUE if decision.due is not None and decision.due < as_of else State.PLANNED
    return State.ACCEPTED if decision.bucket is Bucket.ACCEPT else State.COVERED


def is_breached(history: History, identifier: str, day: date, accepted: Fraction, answered: date | None) -> bool:
    """The share was below the accepted one on the last two snapshot days, both under the current decision.

    A day without a score, or with an unknown share, breaches nothing. A partial day without it does not count.
    """
    days = [snapshot.day for snapshot in history.last_holding(identifier, 2, day)]
    if len(days) < 2 or (answered is not None and days[0] < answered):
        return False
    shares = [seen.share if (seen := history.observation(identifier, day)) else None for day in days]
    return all(share is not None and share < accepted for share in shares)


def below_since(history: History, status: Status, as_of: date) -> date | None:
    """The first snapshot day of the unbroken run below the accepted share, under the current decision.

    None where nothing is accepted, or where the newest snapshot is not below it.
    """
    newest, timeline = history.newest(as_of), history.timelines.get(status.id)
    accepted = status.decision.accepted if status.decision else None
    if newest is None or timeline is None or accepted is None:
        return None
    share = accepted.share
    since = run_start(timeline, newest.day, lambda seen: seen.share is not None and seen.share < share)
    first = history.first_holding(status.id, status.answered) if status.answered else None
    return max(since, first.day) if since and first else since


def first_in_full(history: History, identifier: str, since: date, until: date) -> date | None:
    """The first snapshot day of a span on which it was observed in full; a partial day without it does not count."""
    first = history.first_holding(identifier, since)
    timeline = history.timelines.get(identifier)
    if timeline is None or first is None or first.day > until:
        return None
    seen = timeline.between(first.day, until)
    found = (day for day, observation in seen if observation is not None and observation.observed_in_full)
    return next((max(day, first.day) for day in found), None)  # the first change may be of an earlier day


def done_under_answer(history: History, answered: Mapping[str, date], as_of: date) -> frozenset[str]:
    """Recommendations that were observed in full since the first day of their current decision, up to a day.

    Args:
        history: All snapshots.
        answered: First day of the current decision, by id.
        as_of: The last day that counts.
    """
    return frozenset(
        identifier for identifier, since in answered.items() if first_in_full(history, identifier, since, as_of)
    )


def is_retired(catalogue: Catalogue, identifier: str, *, scored_once: bool) -> bool:
    """It was known once, by a score or by an older catalogue, and the catalogue of the day does not list it any more.

    A catalogue that lists nothing, because none was collected, retires nothing.
    """
    described = catalogue.recommendations.get(identifier)
    if described is not None and described.in_catalogue:
        return False
    known = described is not None or scored_once
    return known and any(entry.in_catalogue for entry in catalogue.recommendations.values())


def run_start(timeline: Timeline, day: date | None, holds: Callable[[Observation], bool]) -> date | None:
    """First snapshot day of the unbroken run, up to a day, in which every observation meets a condition.

    None where the observation of that day does not meet it. A snapshot without a score ends a run.
    """
    since: date | None = None
    for start, observation in backwards(timeline, day) if day else ():
        if observation is None or not holds(observation):
            break
        since = start
    return since


def backwards(timeline: Timeline, day: date) -> Iterator[tuple[date, Observation | None]]:
    """The changes up to and including a day, the newest first."""
    for index in range(bisect_right(timeline.days, day) - 1, -1, -1):
        yield timeline.days[index], timeline.observations[index]


def was_in_full(timeline: Timeline, since: date) -> bool:
    """Whether an observation in full came before an open run that began on a day."""
    before = timeline.at(since - ONE_DAY)
    return before is not None and before.observed_in_full


def portal_since(recommendation: Recommendation, observation: Observation | None, as_of: date) -> date | None:
    """The day on which the portal state of a day was set, where the catalogue says so."""
    portal = observation.portal.lower() if observation and observation.portal else None
    updates = ((update.on, update.state.lower()) for update in recommendation.updates)
    return max((on for on, state in updates if on is not None and on <= as_of and state == portal), default=None)


def last_activity(timeline: Timeline, versions: Iterable[DecisionVersion], as_of: date) -> date | None:
    """The last day on which the part done changed, or a decision was recorded (docs/method.md#attention).

    Re-weighting by Microsoft, rounding, counts that change while the share does not, and days without counts are no
    activity (docs/adr/0008).
    """
    if not timeline.days:
        return None
    days = [version.version.at.date() for version in versions if version.version.committed]
    for (day, observation), (_, before) in pairwise((*backwards(timeline, as_of), (date.min, None))):
        if observation is not None and (before is None or has_changed(before, observation)):
            days.append(day)
            break
    return max(days) if days else None


def has_changed(before: Observation, after: Observation) -> bool:
    """The part done changed by more than Graph's rounding, or a claim was made or withdrawn."""
    if before.claimed is not after.claimed:
        return True
    if before.share is None or after.share is None or not before.maximum or not after.maximum:
        return before.points != after.points
    if before.maximum == after.maximum:
        return abs(after.points - before.points) >= GRAPH_ROUNDS_TO
    rounding = GRAPH_ROUNDS_TO / 2 * (1 + after.maximum / before.maximum)  # each day's points are half a step off
    return abs(after.share - before.share) * after.maximum > rounding


@dataclass(frozen=True, slots=True)
class Rated:
    """A risk level and where it comes from; all empty for what is unrated."""

    level: Risk | None = None
    by: RatedBy | None = None
    reason: str = ""
    """Of the shipped rating, whoever gave the level."""
    family: str = ""
    """The pattern of the family, where that is what rated it."""


def level_of(identifier: str, decision: Decision | None, settings: Settings, ratings: Ratings) -> Rated:
    """The risk level, and where it comes from (docs/method.md#ranking).

    The decision's own `risk` comes first, then `risk` in the settings, then the shipped rating of the id, then that of
    its family; without any of them the recommendation is unrated.
    """
    shipped = ratings.rate(identifier)
    reason = shipped.reason if shipped is not None else ""
    if decision is not None and decision.risk is not None:
        return Rated(decision.risk, RatedBy.DECISION, reason)
    overridden = risk_override(identifier, settings.risk)
    if overridden is not None:
        return Rated(overridden, RatedBy.SETTINGS, reason)
    if shipped is None:
        return Rated()
    by = RatedBy.FAMILY if shipped.pattern else RatedBy.SHIPPED
    return Rated(shipped.level, by, reason, shipped.pattern)


def risk_override(identifier: str, risks: Mapping[str, Risk]) -> Risk | None:
    """The tenant's own rating: as written, else in any case, else written without the instance number."""
    if identifier in risks:
        return risks[identifier]
    by_case = {name.strip().lower(): risks[name] for name in sorted(risks)}
    return by_case.get(identifier.strip().lower(), by_case.get(normalised(identifier)))


@dataclass(frozen=True, slots=True)
class Orphaned:
    """A decision whose recommendation was retired, or is marked by Microsoft as deprecated."""

    status: Status
    successor: Status | None
    """The recommendation under its new id; None where none is certain."""
    because: str
    """How the successor was recognised, `id` or `title`; empty without one."""


def orphaned(statuses: Iterable[Status]) -> tuple[Orphaned, ...]:
    """Every decision whose recommendation was retired or is deprecated, by id.

    Microsoft renames recommendations without notice: the old id disappears and another appears. A successor is named
    only where it is certain: the same id but for case, instance number or version at its end, or the same title.
    """
    everything = tuple(statuses)
    current = [status for status in everything if is_current(status)]
    by_id = {id_key(status.id): status for status in reversed(current)}
    by_title = {title_key(status): status for status in reversed(current) if title_key(status)}
    found = []
    for status in everything:
        if status.decision is None or is_current(status):
            continue
        same_id, same_title = by_id.get(id_key(status.id)), by_title.get(title_key(status))
        found.append(Orphaned(status, same_id or same_title, "id" if same_id else "title" if same_title else ""))
    return tuple(found)


def is_current(status: Status) -> bool:
    """Microsoft scores or lists it, and does not mark it as deprecated."""
    gone = status.state is State.RETIRED or status.recommendation.deprecated
    return not gone and (status.observation is not None or status.recommendation.in_catalogue)


def id_key(identifier: str) -> str:
    """An id without what changes when Microsoft renames it: case, instance number, version."""
    return VERSION_SUFFIX.sub("", normalised(identifier))


def title_key(status: Status) -> str:
    """The title in the form in which titles are compared; empty where there is only the id."""
    words = comparable(status.title)
    return "" if words == status.id.casefold() else words
