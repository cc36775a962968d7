# SPDX-License-Identifier: Apache-2.0
"""Which days are believed and which score of a day is taken, at the edges."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest

from secure_score_backlog.snapshots.capture import Answer, Export, by_day, plausible
from tests.support.graph_items import DAY, control, score

LONG_AGO = -60


def around(*offsets: int) -> frozenset[date]:
    """Days before and after today."""
    return frozenset(DAY + timedelta(days=offset) for offset in offsets)


@pytest.mark.parametrize(
    ("given", "stored", "believed"),
    [
        ((0, 1), (), (0, 1)),
        ((1,), (LONG_AGO,), (1,)),
        ((1, 6), (LONG_AGO,), (1, 6)),
        ((0, 7), (), (0, 7)),
        ((0, 8), (), (0,)),
        ((0, 2, 9), (), (0, 2, 9)),
        ((0, 2, 20), (), (0, 2)),
        ((2,), (LONG_AGO,), ()),
        ((7,), (0,), (7,)),
        ((8,), (0,), ()),
        ((5,), (1,), (5,)),
    ],
)
def test_a_series_runs_on_within_a_week(
    given: tuple[int, ...], stored: tuple[int, ...], believed: tuple[int, ...]
) -> None:
    """Tomorrow is believed anyway; a later day only where the one before it lies within seven days."""
    kept, ahead = plausible(around(*given), around(*stored), DAY)
    assert kept == around(*believed)
    assert ahead == around(*given) - kept


def test_the_last_day_of_the_calendar_has_no_tomorrow() -> None:
    """A clock at the end of time is a clock that is wrong, not an error."""
    assert plausible({date.max}, frozenset(), date.max) == (frozenset({date.max}), frozenset())


def same_day(identifier: str, points: int) -> dict[str, Any]:
    """One of several scores of one day."""
    return {**score(DAY, [control("a", points)]), "id": identifier}


def test_the_order_of_an_answer_decides_nothing() -> None:
    """Of scores alike in detail and time, the id decides, whatever stands first."""
    scores = (same_day("x-1", 1), same_day("x-3", 3), same_day("x-2", 2))
    taken = {str(by_day(Answer(order, None), frozenset(), DAY)[0][0].score["id"]) for order in permutations(scores)}
    assert taken == {"x-3"}


def test_two_scores_with_one_id_are_told_and_one_is_taken() -> None:
    """Nothing tells them apart, so the first stands; the finding says which day and how many."""
    days, findings = by_day(Answer((same_day("x", 1), same_day("x", 2), same_day("x", 2)), None), frozenset(), DAY)
    assert len(days) == 1
    (finding,) = findings
    assert (finding.code, finding.day) == ("snapshot-day-twice", DAY)
    assert f"gave 3 differing scores for {DAY}" in finding.message


def test_a_table_stands_among_scores() -> None:
    """A day that only a table tells keeps its place in the series, newest first, and hides no other day."""
    export = Export(DAY, {"controlScores": []}, {})
    older = score(DAY - timedelta(days=1), [control("a")])
    days, findings = by_day(Answer((older,), None, exports=(export,)), frozenset(), DAY)
    assert [(day.day, day.newest, day.export is not None) for day in days] == [
        (DAY, True, True),
        (DAY - timedelta(days=1), False, False),
    ]
    assert findings == []
