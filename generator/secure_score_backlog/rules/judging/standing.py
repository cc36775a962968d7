# SPDX-License-Identifier: Apache-2.0
"""Where each recommendation stands on a day (design §5, State).

The first rule that applies wins. "Retired" means gone from the catalogue and from the scores: a score
without a profile is still a measurement, and a profile without a score is merely not measured
(facts/graph.md 0.5; docs/adr/0007).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from secure_score_backlog.model.decision import Bucket, CoverReason, Decision, DecisionHistory, DecisionVersion
from secure_score_backlog.model.history import History, Observation, Timeline
from secure_score_backlog.model.recommendation import Catalogue
from secure_score_backlog.model.settings import Settings
from secure_score_backlog.model.standing import Standing, State
from secure_score_backlog.rules.judging.rating import Ratings, level_of

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


def stand(sources: Sources, identifier: str, as_of: date) -> Standing:
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
    return Standing(
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


def stand_all(sources: Sources, as_of: date) -> dict[str, Standing]:
    """Every recommendation known on a day: catalogued, ever scored up to it, or decided; by id in order."""
    scored = {i for i, t in sources.history.timelines.items() if t.days and t.days[0] <= as_of}
    decided = {i for i in sources.decisions.versions if sources.decisions.until(i, as_of)}
    known = sorted(sources.catalogue.recommendations.keys() | scored | decided)
    return {identifier: stand(sources, identifier, as_of) for identifier in known}


def reached_under(history: History, answered: Mapping[str, date], as_of: date) -> frozenset[str]:
    """Recommendations that were observed in full on some snapshot day since their present answer, up to a day."""
    return frozenset(
        identifier
        for identifier, since in answered.items()
        if identifier in history.timelines and reached(history, history.timelines[identifier], since, as_of)
    )
