# SPDX-License-Identifier: Apache-2.0
"""What was completed and what regressed within a period (docs/method.md#period)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from secure_score_backlog.dates import ONE_DAY, first_day
from secure_score_backlog.evaluation.movement import Movement, Part
from secure_score_backlog.evaluation.status import GRAPH_ROUNDS_TO, run_start
from secure_score_backlog.snapshots.model import History, Observation, Timeline


@dataclass(frozen=True, slots=True)
class Period:
    """The days of the two snapshots that a month is computed from; None before the first snapshot."""

    start: date | None
    end: date | None


def period_of(history: History, month: str, as_of: date) -> Period:
    """The newest snapshot before a month (else the first), and the newest one up to the as-of date."""
    end = history.newest(as_of)
    if end is None:
        return Period(None, None)
    start = history.newest(first_day(month) - ONE_DAY) or history.days[0]
    return Period(start.day, end.day)


def completed_in(history: History, period: Period) -> dict[str, tuple[date, str]]:
    """What was not done at the start of a period and is done at its end, by id: the day, and `observed` or `claimed`.

    A recommendation that is first scored within the period starts on that day, so one that arrives with full points was
    not completed.
    """
    if period.start is None or period.end is None:
        return {}
    found = {}
    for identifier, timeline in history.timelines.items():
        before, after = first_observation(timeline, period.start), timeline.at(period.end)
        if before is None or after is None:
            continue
        if after.observed_in_full and not before.observed_in_full:
            found[identifier] = (done_since(timeline, period.end, observed=True), "observed")
        elif after.claimed and not before.in_full:
            found[identifier] = (done_since(timeline, period.end, observed=False), "claimed")
    return found


def first_observation(timeline: Timeline, start: date) -> Observation | None:
    """The observation on a day, else the first one after it."""
    if (found := timeline.at(start)) is not None:
        return found
    return next((later for day, later in timeline.changes() if day > start and later is not None), None)


def done_since(timeline: Timeline, day: date, *, observed: bool) -> date:
    """First day of the unbroken run, up to a day, in which it was observed in full, or claimed; else the day itself."""
    holds = (lambda seen: seen.observed_in_full) if observed else (lambda seen: seen.claimed)
    return run_start(timeline, day, holds) or day


def regressed_in(
    history: History, period: Period, as_of: date, movement: Movement | None
) -> dict[str, tuple[date, Fraction, date | None]]:
    """What lost its full points within a period, and what the movement lists as regressed, by id.

    The day, the points lost (positive), and the later day within the period on which it was done again. A loss that is
    made good on the next snapshot day that holds it is left out.
    """
    if period.start is None or period.end is None:
        return {}
    found: dict[str, tuple[date, Fraction, date | None]] = {}
    for identifier in history.timelines:
        for loss in losses(history, identifier, period, as_of):
            found[identifier] = loss
    for line in movement.lines if movement else ():
        lost = line.part is Part.REGRESSED and -line.points >= GRAPH_ROUNDS_TO
        if lost and line.recommendation not in found:
            on = last_loss(history.timelines[line.recommendation], period)
            found[line.recommendation] = (on, -line.points, None)
    return found


def losses(
    history: History, identifier: str, period: Period, as_of: date
) -> Iterable[tuple[date, Fraction, date | None]]:
    """Each loss of full observed points within a period: the day, the points, the day on which it was done again.

    A claim keeps the points, and a maximum that is 0 or unknown on a day says nothing about them.
    """
    assert period.start is not None
    assert period.end is not None
    timeline = history.timelines[identifier]
    for before, day, after in changes_within(timeline, period.start, period.end):
        if before.observed_in_full and is_open(after):
            following = history.first_holding(identifier, day + ONE_DAY)
            later = timeline.at(following.day) if following and following.day <= as_of else None
            if later is None or not later.observed_in_full:
                yield day, before.points - after.points, recovered_on(timeline, day, period.end)


def changes_within(timeline: Timeline, start: date, end: date) -> Iterator[tuple[Observation, date, Observation]]:
    """Each change after a day, up to and including another: what was measured before, the day, and what then."""
    first, last = max(bisect_right(timeline.days, start), 1), bisect_right(timeline.days, end)
    for index in range(first, last):
        before, after = timeline.observations[index - 1], timeline.observations[index]
        if before is not None and after is not None:
            yield before, timeline.days[index], after


def is_open(observation: Observation) -> bool:
    """Points are missing, and none of them are claimed."""
    return not observation.in_full and observation.open_share > 0


def recovered_on(timeline: Timeline, lost: date, end: date) -> date | None:
    """The first day after a loss, and up to another day, on which it was observed in full again."""
    for day, observation in timeline.changes():
        if lost < day <= end and observation is not None and observation.observed_in_full:
            return day
    return None


def last_loss(timeline: Timeline, period: Period) -> date:
    """The last day within a period on which the share became smaller; the period's end where it never did."""
    assert period.start is not None
    assert period.end is not None
    last = period.end
    for before, day, after in changes_within(timeline, period.start, period.end):
        if before.share is not None and after.share is not None and after.share < before.share:
            last = day
    return last
