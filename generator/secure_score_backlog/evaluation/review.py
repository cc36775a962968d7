# SPDX-License-Identifier: Apache-2.0
"""What happened within a period: completed and regressed (docs/method.md#period)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from secure_score_backlog.dates import first_day
from secure_score_backlog.evaluation.movement import Movement, Part
from secure_score_backlog.evaluation.status import GRAPH_ROUNDS_TO, run_start
from secure_score_backlog.snapshots.model import History, Observation, Timeline


@dataclass(frozen=True, slots=True)
class Period:
    """The snapshots a month is evaluated between; None before any snapshot."""

    start: date | None
    end: date | None


def period_of(history: History, month: str, as_of: date) -> Period:
    """The snapshots a month is evaluated between, up to the as-of date."""
    end = history.newest(as_of)
    if end is None:
        return Period(None, None)
    start = history.newest(first_day(month) - timedelta(days=1)) or history.days[0]
    return Period(start.day, end.day)


def completed_in(history: History, period: Period) -> dict[str, tuple[date, str]]:
    """What was not done at the start of a period and is done at its end: the day, and `observed` or `claimed`.

    The start of a newly scored one is its first day: what arrives with full points was completed by nobody.
    """
    if period.start is None or period.end is None:
        return {}
    found = {}
    for identifier, timeline in history.timelines.items():
        before, after = at_the_start(timeline, period.start), timeline.at(period.end)
        if before is None or after is None:
            continue
        if after.observed_in_full and not before.observed_in_full:
            found[identifier] = (done_since(timeline, period.end, observed=True), "observed")
        elif after.claimed and not before.in_full:
            found[identifier] = (done_since(timeline, period.end, observed=False), "claimed")
    return found


def at_the_start(timeline: Timeline, start: date) -> Observation | None:
    """The observation of a day, or the first one after it."""
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
    """What lost its full points and did not recover the next day, and what fell on balance.

    The day, the points lost (positive), and the day within the period on which it was done again.
    """
    if period.start is None or period.end is None:
        return {}
    found: dict[str, tuple[date, Fraction, date | None]] = {}
    for identifier, timeline in history.timelines.items():
        for fall in falls(history, timeline, period, as_of):
            found[identifier] = fall
    for line in movement.lines if movement else ():
        lost = line.part is Part.REGRESSED and -line.points >= GRAPH_ROUNDS_TO
        if lost and line.recommendation not in found:
            on = last_fall(history.timelines[line.recommendation], period)
            found[line.recommendation] = (on, -line.points, None)
    return found


def falls(
    history: History, timeline: Timeline, period: Period, as_of: date
) -> Iterable[tuple[date, Fraction, date | None]]:
    """Each loss of full observed points within a period: day, points lost, day it was back.

    A claim keeps the points, and a maximum that is 0 or unknown that day says nothing about them.
    """
    assert period.start is not None
    assert period.end is not None
    next_days = next_snapshot_days(history, as_of)
    previous: Observation | None = None
    for day, observation in timeline.changes():
        fell = previous is not None and previous.observed_in_full and observation is not None
        if fell and previous and observation and is_open(observation) and period.start < day <= period.end:
            next_day = next_days.get(day)
            after = timeline.at(next_day) if next_day else None
            if after is None or not after.observed_in_full:
                yield day, previous.points - observation.points, recovered_on(timeline, day, period.end)
        previous = observation


def is_open(observation: Observation) -> bool:
    """Short of its full points, by observation and without a claim in their place."""
    return not observation.in_full and observation.open_share > 0


def next_snapshot_days(history: History, as_of: date) -> dict[date, date]:
    """For each snapshot day up to the as-of date, the one after it."""
    days = [snapshot.day for snapshot in history.days if snapshot.day <= as_of]
    return dict(pairwise(days))


def recovered_on(timeline: Timeline, fell: date, end: date) -> date | None:
    """The day, up to the end of the period, on which it was observed in full again."""
    for day, observation in timeline.changes():
        if fell < day <= end and observation is not None and observation.observed_in_full:
            return day
    return None


def last_fall(timeline: Timeline, period: Period) -> date:
    """The last day within a period on which the share went down; its end where none did."""
    assert period.start is not None
    assert period.end is not None
    last = period.end
    previous: Observation | None = None
    for day, observation in timeline.changes():
        if previous and observation and period.start < day <= period.end:
            before, after = previous.share, observation.share
            if before is not None and after is not None and after < before:
                last = day
        previous = observation
    return last
