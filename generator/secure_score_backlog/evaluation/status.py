# SPDX-License-Identifier: Apache-2.0
"""Where one recommendation stands on a day: everything a page says about it (design §5)."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from secure_score_backlog.decisions.model import Bucket, CoverReason, Decision, DecisionHistory, DecisionVersion
from secure_score_backlog.git import Version
from secure_score_backlog.ratings import RatedBy, Ratings, Risk, normalised
from secure_score_backlog.settings import Settings
from secure_score_backlog.snapshots.model import Catalogue, History, Observation, Recommendation, Timeline


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


# --- Where each recommendation stands on a day (design §5, State).
#
# The first rule that applies wins. "Retired" means gone from the catalogue and from the scores: a score
# without a profile is still a measurement, and a profile without a score is merely not measured
# (facts/graph.md 0.5; docs/adr/0007).


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


@dataclass(frozen=True, slots=True)
class Case:
    """What is known about one recommendation on one day, before it is judged."""

    history: History
    timeline: Timeline
    day: date | None
    """The newest snapshot day up to the as-of date."""
    as_of: date
    retired: bool
    """Known once, and gone from the catalogue; counts where it is gone from the scores too."""
    decision: Decision | None
    answered: date | None

    @property
    def observation(self) -> Observation | None:
        """What was measured on the day."""
        return self.timeline.at(self.day) if self.day else None

    def was_done_under_its_decision(self) -> bool:
        """It was observed in full on some snapshot day since the present answer."""
        if self.answered is None or self.day is None:
            return False
        return reached(self.history, self.timeline, self.answered, self.day)

    def is_breached(self) -> bool:
        """On the last two snapshot days under this answer, the share was below the accepted one."""
        if self.decision is None or self.decision.accepted is None or self.day is None:
            return False
        accepted = self.decision.accepted.share
        days = [snapshot.day for snapshot in self.history.last(2, self.day)]
        if len(days) < 2 or (self.answered is not None and days[0] < self.answered):
            return False
        return all(falls_below(self.timeline.at(day), accepted) for day in days)


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


def state_of(case: Case) -> State:
    """The state, by the first rule that applies."""
    observation = case.observation
    if observation is None:
        return State.RETIRED if case.retired else State.NOT_MEASURED
    decision = case.decision
    cover = decision.covered if decision and not decision.draft else None
    in_force = cover is not None and case.as_of <= cover.until
    if observation.observed_in_full:
        contradicts = in_force and cover is not None and cover.reason is CoverReason.NOT_APPLICABLE
        return State.CONFLICT if contradicts else State.DONE
    if decision is None or decision.draft:
        return State.UNDECIDED
    return state_of_answer(case, decision)


def state_of_answer(case: Case, decision: Decision) -> State:
    """The state of something that is not done and has an answer."""
    if decision.until is not None and decision.until < case.as_of:
        return State.EXPIRED
    if case.is_breached():
        return State.BREACHED
    if case.observation and case.observation.open_share > 0 and case.was_done_under_its_decision():
        return State.REGRESSED
    if decision.bucket in PLANNED_BUCKETS:
        if decision.blocked is not None:
            return State.BLOCKED
        late = decision.due is not None and decision.due < case.as_of
        return State.OVERDUE if late else State.PLANNED
    return State.ACCEPTED if decision.bucket is Bucket.ACCEPT else State.COVERED


def answered_on(versions: tuple[DecisionVersion, ...], has_git: bool) -> date | None:
    """First day of the present answer; None without Git or without an answer."""
    if not has_git or not versions or versions[-1].decision is None:
        return None
    answer = versions[-1].decision.answer
    first = versions[-1].version.at
    for version in reversed(versions):
        if version.decision is None or version.decision.answer != answer:
            break
        first = version.version.at
    return first.date()


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


@dataclass(frozen=True, slots=True)
class Sources:
    """What the rules judge from; one value, so that it travels once."""

    history: History
    catalogue: Catalogue
    decisions: DecisionHistory
    settings: Settings
    ratings: Ratings


def status_of(sources: Sources, identifier: str, as_of: date) -> Status:
    """Everything about one recommendation on a day."""
    history = sources.history
    newest = history.newest(as_of)
    day = newest.day if newest else None
    timeline = history.timelines.get(identifier, NOWHERE)
    versions = sources.decisions.until(identifier, as_of)
    decision = versions[-1].decision if versions else None
    answered = answered_on(versions, sources.decisions.has_git)
    recommendation = sources.catalogue.get(identifier)
    case = Case(history, timeline, day, as_of, is_retired(sources, identifier, as_of), decision, answered)
    observation = case.observation
    level, rated_by, reason = level_of(identifier, decision, sources.settings, sources.ratings)
    opened = run_of(history, timeline, day, held=False)
    held = run_of(history, timeline, day, held=True)
    return Status(
        recommendation=recommendation,
        state=state_of(case),
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
        was_done=case.was_done_under_its_decision(),
    )


def is_retired(sources: Sources, identifier: str, as_of: date) -> bool:
    """It was known once, by a score or by an older catalogue, and the catalogue of the day lists it no more.

    A catalogue that lists nothing (nobody collected one) retires nothing.
    """
    known = sources.catalogue.recommendations.get(identifier)
    if known is not None and known.in_catalogue:
        return False
    scored = sources.history.timelines.get(identifier, NOWHERE).days
    once = known is not None or (bool(scored) and scored[0] <= as_of)
    return once and any(entry.in_catalogue for entry in sources.catalogue.recommendations.values())


def statuses_on(sources: Sources, as_of: date) -> dict[str, Status]:
    """Every recommendation known on a day: catalogued, ever scored up to it, or decided; by id in order."""
    scored = {i for i, t in sources.history.timelines.items() if t.days and t.days[0] <= as_of}
    decided = {i for i in sources.decisions.versions if sources.decisions.until(i, as_of)}
    known = sorted(sources.catalogue.recommendations.keys() | scored | decided)
    return {identifier: status_of(sources, identifier, as_of) for identifier in known}


def reached_under(history: History, answered: Mapping[str, date], as_of: date) -> frozenset[str]:
    """Recommendations that were observed in full on some snapshot day since their present answer, up to a day."""
    return frozenset(
        identifier
        for identifier, since in answered.items()
        if identifier in history.timelines and reached(history, history.timelines[identifier], since, as_of)
    )


# --- Decisions about something that Microsoft took away, and the name under which it may live on.
#
# Microsoft renames recommendations without a word: the old id vanishes and another appears. Only what is certain is
# proposed: the same id but for case, instance number or version at its end, or the very same title.


VERSION = re.compile(r"_?v\d+$")


@dataclass(frozen=True, slots=True)
class Orphaned:
    """A decision whose recommendation is gone, or is marked by Microsoft as going."""

    standing: Status
    successor: Status | None
    """What it seems to be called now; None where nothing fits for certain."""
    because: str
    """`id` or `title`: what the successor was recognised by; empty without one."""


def orphaned(standings: Iterable[Status]) -> tuple[Orphaned, ...]:
    """Every decision whose recommendation was retired, or is deprecated in the catalogue, by id."""
    everything = tuple(standings)
    living = [standing for standing in everything if is_living(standing)]
    by_id = {stem(standing.id): standing for standing in reversed(living)}
    by_title = {title(standing): standing for standing in reversed(living) if title(standing)}
    found = []
    for standing in everything:
        if standing.decision is None or is_living(standing):
            continue
        same_id, same_title = by_id.get(stem(standing.id)), by_title.get(title(standing))
        successor = same_id or same_title
        found.append(Orphaned(standing, successor, "id" if same_id else "title" if same_title else ""))
    return tuple(found)


def is_living(standing: Status) -> bool:
    """Microsoft proposes it still."""
    gone = standing.state is State.RETIRED or standing.recommendation.deprecated
    return not gone and (standing.observation is not None or standing.recommendation.in_catalogue)


def stem(identifier: str) -> str:
    """An id without what changes when Microsoft names it anew: case, instance number, version."""
    return VERSION.sub("", normalised(identifier))


def title(standing: Status) -> str:
    """A title as it is compared; empty where the catalogue only knows the id."""
    words = " ".join(standing.title.casefold().split())
    return "" if words == standing.id.casefold() else words
