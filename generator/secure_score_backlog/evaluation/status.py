# SPDX-License-Identifier: Apache-2.0
"""The status of one recommendation on a day: state, risk level, runs and activity (docs/method.md#states).

A score without a profile is a measurement; a profile without a score is not measured (docs/adr/0007).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from secure_score_backlog.decisions.model import Bucket, CoverReason, Decision, DecisionVersion
from secure_score_backlog.git import Version
from secure_score_backlog.ratings import RatedBy, Ratings, Risk, normalised
from secure_score_backlog.settings import Settings
from secure_score_backlog.snapshots.model import History, Observation, Recommendation, Timeline
from secure_score_backlog.workspace import Workspace


def level_of(
    identifier: str, decision: Decision | None, settings: Settings, ratings: Ratings
) -> tuple[Risk | None, RatedBy | None, str]:
    """The risk level, where it comes from, and the shipped reason where that is what rated it.

    The decision's own `risk` comes first, then `risk` in the settings, then the shipped rating;
    without any of them the recommendation is unrated: (None, None, "").
    """
    if decision is not None and decision.risk is not None:
        return decision.risk, RatedBy.DECISION, ""
    overridden = risk_override(identifier, settings.risk)
    if overridden is not None:
        return overridden, RatedBy.SETTINGS, ""
    shipped = ratings.rate(identifier)
    if shipped is not None:
        return shipped.level, RatedBy.SHIPPED, shipped.reason
    return None, None, ""


def risk_override(identifier: str, risks: Mapping[str, Risk]) -> Risk | None:
    """The tenant's own rating: as written, else in any case, else written without the instance number."""
    if identifier in risks:
        return risks[identifier]
    by_case = {name.strip().lower(): risks[name] for name in sorted(risks)}
    return by_case.get(identifier.strip().lower(), by_case.get(normalised(identifier)))


class State(StrEnum):
    """Where a recommendation stands on the as-of date; computed, never stored."""

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


@dataclass(frozen=True, slots=True)
class Status:
    """One recommendation on the as-of date: everything a page says about it."""

    recommendation: Recommendation
    state: State
    observation: Observation | None
    decision: Decision | None = None
    """The readable answer of that day, drafts included."""
    versions: tuple[DecisionVersion, ...] = ()
    """All versions known on that day, oldest first."""
    answered: date | None = None
    """First day of the present answer; None without Git or without a decision."""
    level: Risk | None = None
    rated_by: RatedBy | None = None
    reason: str = ""
    """The reason of the shipped rating, where that is what rated it."""
    open_share: Fraction = Fraction(0)
    open_since: date | None = None
    """First snapshot day of the unbroken run in which it was not observed in full."""
    days_open: int = 0
    held_since: date | None = None
    """First snapshot day of the unbroken run at full observed points."""
    days_held: int = 0
    """Days passed since then; with `days_observed` of them seen."""
    days_observed: int = 0
    was_done: bool = False
    """Observed in full on some snapshot day under its present answer; stays true when it no longer is."""
    portal_since: date | None = None
    """Day of the mark in the portal that gives today's portal state; None where Graph names none."""
    last_activity: date | None = None
    """The last day on which more or less of it was done, or a decision was recorded; None for what was never scored."""
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
    def is_shadow(self) -> bool:
        """The portal accepts or claims what no decision in force accepts or covers (docs/method.md#attention)."""
        seen = self.observation
        if seen is None or seen.portal is None or self.state in (State.DONE, State.CONFLICT):
            return False
        accepted = seen.portal.lower() == ACCEPTED_IN_PORTAL and self.state is not State.ACCEPTED
        return accepted or (seen.claims and self.state is not State.COVERED)

    @property
    def decision_word(self) -> str:
        """What the decision says, in a word: a bucket, a draft, or no decision."""
        if self.decision is None:
            return "no decision"
        return "a draft" if self.decision.draft else self.decision.bucket.value

    @property
    def claim_without_effect(self) -> bool:
        """The portal says that something else covers it, and yet points are missing."""
        seen = self.observation
        return seen is not None and seen.claims and not seen.in_full

    @property
    def stale_reason(self) -> str:
        """Why nothing moves: blocked, rejected (accepted as it is), ownerless; planned where an owner did nothing."""
        if self.state is State.BLOCKED:
            return "blocked"
        if self.state in (State.ACCEPTED, State.COVERED):
            return "rejected"
        return "planned" if self.owner else "ownerless"

    @property
    def risk_word(self) -> str:
        """The risk level as a word; `unrated` where nobody rated it."""
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
        """The owner of the decision, empty without one."""
        return self.decision.owner if self.decision else ""

    @property
    def unearned(self) -> Fraction:
        """Points not given."""
        return self.observation.unearned if self.observation else Fraction(0)

    @property
    def newest(self) -> Version | None:
        """The newest committed version of the decision: what a citation names."""
        committed = [v.version for v in self.versions if v.version.committed]
        return committed[-1] if committed else None


ACCEPTED_IN_PORTAL = "ignored"
"""Graph's `Ignored` is the portal's "Risk accepted"."""
GRAPH_ROUNDS_TO = Fraction(1, 100)
"""Graph gives scores with two decimals: a loss below that is rounding."""
PLANNED_BUCKETS = (Bucket.DO_NOW, Bucket.DO_SOON)
NOWHERE = Timeline((), ())


@dataclass(frozen=True, slots=True)
class Run:
    """An unbroken run of snapshot days up to the judged one."""

    since: date | None
    days: int
    """Days passed, the first and the last counted."""
    observed: int
    """Snapshot days among them."""


def reached(history: History, timeline: Timeline, since: date, until: date) -> bool:
    """It was observed in full on some snapshot day of a span."""
    first = history.since(since)
    if first is None or first.day > until:
        return False
    seen = (observation for _, observation in timeline.between(first.day, until))
    return any(observation is not None and observation.observed_in_full for observation in seen)


def falls_below(observation: Observation | None, accepted: Fraction) -> bool:
    """The share is less than the one accepted; what is not measured, or has no known share, breaches nothing."""
    share = observation.share if observation is not None else None
    return share is not None and share < accepted


def is_breached(history: History, timeline: Timeline, day: date, accepted: Fraction, answered: date | None) -> bool:
    """On the last two snapshot days under this answer, the share was below the accepted one."""
    days = [snapshot.day for snapshot in history.last(2, day)]
    if len(days) < 2 or (answered is not None and days[0] < answered):
        return False
    return all(falls_below(timeline.at(day), accepted) for day in days)


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


def run_of(history: History, timeline: Timeline, day: date | None, *, held: bool) -> Run:
    """The unbroken run up to a day: at full observed points (`held`), or measured and short of them."""
    since: date | None = None
    if day is not None:
        for start, observation in reversed(list(timeline.changes())):
            if start > day:
                continue
            if observation is None or observation.observed_in_full is not held:
                break
            since = start
    if since is None or day is None:
        return Run(None, 0, 0)
    start_index = bisect_left(history.days, since, key=lambda snapshot: snapshot.day)
    end_index = bisect_right(history.days, day, key=lambda snapshot: snapshot.day)
    return Run(since, (day - since).days + 1, end_index - start_index)


def status_of(known: Workspace, identifier: str, as_of: date) -> Status:
    """Everything about one recommendation on a day; `known` holds what was known on that day."""
    history = known.history
    newest = history.newest(as_of)
    day = newest.day if newest else None
    timeline = history.timelines.get(identifier, NOWHERE)
    recommendation = known.catalogue.get(identifier)
    observation = timeline.at(day) if day else None
    versions = known.decisions.until(identifier, as_of)
    decision = versions[-1].decision if versions else None
    answered = known.decisions.answered(identifier, as_of)
    was_done = answered is not None and day is not None and reached(history, timeline, answered, day)
    breached = (
        decision is not None
        and decision.accepted is not None
        and day is not None
        and is_breached(history, timeline, day, decision.accepted.share, answered)
    )
    state = state_of(
        observation,
        decision,
        as_of,
        retired=is_retired(known, identifier, as_of),
        breached=breached,
        was_done=was_done,
    )
    level, rated_by, reason = level_of(identifier, decision, known.settings, known.ratings)
    opened = run_of(history, timeline, day, held=False)
    held = run_of(history, timeline, day, held=True)
    return Status(
        recommendation=recommendation,
        state=state,
        observation=observation,
        decision=decision,
        versions=versions,
        answered=answered,
        level=level,
        rated_by=rated_by,
        reason=reason,
        open_share=observation.open_share if observation else Fraction(0),
        open_since=opened.since,
        days_open=(as_of - opened.since).days if opened.since else 0,
        held_since=held.since,
        days_held=held.days,
        days_observed=held.observed,
        was_done=was_done,
        portal_since=portal_since(recommendation, observation, as_of),
        last_activity=last_activity(timeline, versions, as_of),
    )


def portal_since(recommendation: Recommendation, observation: Observation | None, as_of: date) -> date | None:
    """The day of the newest mark, up to a day, that gives the portal state of that day."""
    portal = observation.portal.lower() if observation and observation.portal else None
    marks = ((update.on, update.state.lower()) for update in recommendation.updates)
    return max((on for on, state in marks if on is not None and on <= as_of and state == portal), default=None)


def last_activity(timeline: Timeline, versions: Iterable[DecisionVersion], as_of: date) -> date | None:
    """The last day on which anything happened: more or less of it was done, or a decision was recorded.

    Re-weighting by Microsoft, rounding, counts that change while the share does not, and days that came without
    counts are no activity (docs/adr/0008).
    """
    if not timeline.days:
        return None
    days = [version.version.at.date() for version in versions if version.version.committed]
    previous: Observation | None = None
    for day, observation in timeline.changes():
        if day > as_of:
            break
        if observation is not None and (previous is None or moved(previous, observation)):
            days.append(day)
        previous = observation
    return max(days) if days else None


def moved(before: Observation, after: Observation) -> bool:
    """The part achieved changed by more than Graph's rounding, or a claim came or went."""
    if before.claimed is not after.claimed:
        return True
    if before.share is None or after.share is None or not before.maximum or not after.maximum:
        return before.points != after.points
    if before.maximum == after.maximum:
        return abs(after.points - before.points) >= GRAPH_ROUNDS_TO
    rounding = GRAPH_ROUNDS_TO / 2 * (1 + after.maximum / before.maximum)  # each day's points are half a step off
    return abs(after.share - before.share) * after.maximum > rounding


def is_retired(known: Workspace, identifier: str, as_of: date) -> bool:
    """It was known once, by a score or by an older catalogue, and the catalogue of the day lists it no more.

    A catalogue that lists nothing (nobody collected one) retires nothing.
    """
    described = known.catalogue.recommendations.get(identifier)
    if described is not None and described.in_catalogue:
        return False
    scored = known.history.timelines.get(identifier, NOWHERE).days
    once = described is not None or (bool(scored) and scored[0] <= as_of)
    return once and any(entry.in_catalogue for entry in known.catalogue.recommendations.values())


def statuses_on(known: Workspace, as_of: date) -> dict[str, Status]:
    """Every recommendation known on a day: catalogued, ever scored up to it, or decided; by id in order."""
    scored = {name for name, line in known.history.timelines.items() if line.days and line.days[0] <= as_of}
    decided = {name for name in known.decisions.versions if known.decisions.until(name, as_of)}
    names = sorted(known.catalogue.recommendations.keys() | scored | decided)
    return {name: status_of(known, name, as_of) for name in names}


def reached_under(history: History, answered: Mapping[str, date], as_of: date) -> frozenset[str]:
    """Recommendations that were observed in full on some snapshot day since their present answer, up to a day."""
    return frozenset(
        identifier
        for identifier, since in answered.items()
        if identifier in history.timelines and reached(history, history.timelines[identifier], since, as_of)
    )


VERSION = re.compile(r"_?v\d+$")


@dataclass(frozen=True, slots=True)
class Orphaned:
    """A decision whose recommendation is retired, or is marked as deprecated by Microsoft.

    Microsoft renames recommendations without notice: the old id disappears and another appears.
    """

    status: Status
    successor: Status | None
    """What it is called now: the id differs only in case, instance number or version, or the title is the same."""
    because: str
    """`id` or `title`: what the successor was recognised by; empty without one."""


def orphaned(statuses: Iterable[Status]) -> tuple[Orphaned, ...]:
    """Every decision whose recommendation was retired, or is deprecated in the catalogue, by id."""
    everything = tuple(statuses)
    living = [status for status in everything if is_living(status)]
    by_id = {stem(status.id): status for status in reversed(living)}
    by_title = {title(status): status for status in reversed(living) if title(status)}
    found = []
    for status in everything:
        if status.decision is None or is_living(status):
            continue
        same_id, same_title = by_id.get(stem(status.id)), by_title.get(title(status))
        successor = same_id or same_title
        found.append(Orphaned(status, successor, "id" if same_id else "title" if same_title else ""))
    return tuple(found)


def is_living(status: Status) -> bool:
    """Microsoft still proposes it."""
    gone = status.state is State.RETIRED or status.recommendation.deprecated
    return not gone and (status.observation is not None or status.recommendation.in_catalogue)


def stem(identifier: str) -> str:
    """An id without what changes when Microsoft renames it: case, instance number, version."""
    return VERSION.sub("", normalised(identifier))


def title(status: Status) -> str:
    """A title as it is compared; empty where the catalogue only knows the id."""
    words = " ".join(status.title.casefold().split())
    return "" if words == status.id.casefold() else words
