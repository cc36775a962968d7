# SPDX-License-Identifier: Apache-2.0
"""All facts of one as-of date, from the sources: where the other rules meet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from secure_score_backlog.model.facts import Facts, Period
from secure_score_backlog.model.movement import Movement
from secure_score_backlog.model.score import Ledger
from secure_score_backlog.model.standing import Standing
from secure_score_backlog.rules.calendar import last_day, month_of, months_between
from secure_score_backlog.rules.judging.hygiene import shadows, stale
from secure_score_backlog.rules.judging.ledger import ledger_of, score_of
from secure_score_backlog.rules.judging.movement import movement_between
from secure_score_backlog.rules.judging.ranking import chaser, ranked, unrated
from secure_score_backlog.rules.judging.register import register_of
from secure_score_backlog.rules.judging.reviewing import blocked_items, completed_in, open_asks, period_of, regressed_in
from secure_score_backlog.rules.judging.standing import Sources, stand_all


def judge(sources: Sources, as_of: date, approved: Mapping[str, tuple[str, ...]] | None = None) -> Facts:
    """Everything that is known on a day, and what happened in its month up to that day.

    `approved` gives, by commit, the roles that approved the pull request which brought it.
    """
    history = sources.history
    standings = stand_all(sources, as_of)
    everything = tuple(standings.values())
    snapshot = history.newest(as_of)
    ledger = ledger_of(everything, snapshot) if snapshot else Ledger()
    period = period_of(history, month_of(as_of), as_of)
    movement = movement_in(sources, period, standings)
    register = register_of(everything, as_of, approved)
    return Facts(
        as_of=as_of,
        period=period,
        snapshot=snapshot,
        score=score_of(everything, ledger, snapshot) if snapshot else None,
        ledger=ledger,
        standings=standings,
        ranked=ranked(everything),
        unrated=unrated(everything),
        chaser=chaser(everything),
        blocked=blocked_items(everything),
        register=register.accepted,
        covered=register.covered,
        past=register.past,
        completed=completed_in(history, period, standings),
        regressed=regressed_in(history, period, as_of, movement, standings),
        asks=open_asks(everything, as_of),
        movement=movement,
        shadow=shadows(everything, as_of),
        stale=stale(everything, history, as_of, sources.settings.stale_months),
        recorded_later=recorded_later(sources, as_of),
    )


def movement_in(sources: Sources, period: Period, standings: Mapping[str, Standing]) -> Movement | None:
    """The movement of a period; None before the first snapshot."""
    if period.start is None or period.end is None:
        return None
    before, after = sources.history.newest(period.start), sources.history.newest(period.end)
    if before is None or after is None:
        return None
    return movement_between(sources.history, before, after, standings)


def recorded_later(sources: Sources, as_of: date) -> tuple[str, ...]:
    """Recommendations whose first decision is younger than the as-of date."""
    return tuple(
        identifier
        for identifier, versions in sorted(sources.decisions.versions.items())
        if versions and versions[0].version.at.date() > as_of
    )


def months_of(sources: Sources, as_of: date) -> tuple[str, ...]:
    """The months that have a review, from the first snapshot to the as-of date, newest first."""
    if not sources.history.days or sources.history.days[0].day > as_of:
        return ()
    return tuple(reversed(list(months_between(sources.history.days[0].day, as_of))))


def month_end(month: str, as_of: date) -> date:
    """The day a month's review is judged on: its last day, or the as-of date while it still runs."""
    return min(last_day(month), as_of)
