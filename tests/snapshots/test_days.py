# SPDX-License-Identifier: Apache-2.0
"""Days of an answer: clocks that jump, days in the future, several scores of one day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.snapshots.collect import Answer, Export, RunInfo, Stored, by_day, collect, split_future
from secure_score_backlog.snapshots.snapshot_files import encode, snapshot_path
from tests.support.graph_items import DAY, control, profile, score

FAR = date(2060, 1, 1)


def ago(days: int) -> date:
    """So many days before the day of these tests."""
    return DAY - timedelta(days=days)


def at(day: date) -> RunInfo:
    """A run on a day by its own clock."""
    return RunInfo(datetime(day.year, day.month, day.day, 4, 30, tzinfo=UTC), "1.0", "graph")


def answer(*days: date) -> Answer:
    """An answer about some days, the first in full."""
    scores = tuple(score(day, [control("a", full=number == 0)]) for number, day in enumerate(days))
    return Answer(scores, (profile("a"),))


def stored(*days: date) -> Stored:
    """A repository with some days."""
    return Stored(frozenset(days))


@pytest.mark.parametrize("jump", [-40_000, -400, -2, -1, 0, 1, 2, 400])
def test_a_clock_that_jumps_changes_nothing_but_the_note(jump: int) -> None:
    """Days are Graph's own: however wrong our clock, the same days are stored with the same contents."""
    days = [ago(number) for number in range(20)]
    right = collect(answer(*days), Stored(), at(DAY))
    wrong = collect(answer(*days), Stored(), at(max(date(1970, 1, 2), DAY + timedelta(days=jump))))
    assert list(right.files) == list(wrong.files)
    for path, content in right.files.items():
        assert encode({**content, "collected": {}}) == encode({**wrong.files[path], "collected": {}})
    told = [problem.code for problem in wrong.problems]
    assert told == (["snapshot-ahead-of-clock"] if jump < -1 else [])


def test_a_day_that_graph_left_out_is_a_gap() -> None:
    """Graph jumps over a day: nothing is made up for it, and it is stored if it turns up later."""
    first = collect(answer(ago(2), ago(3)), Stored(), at(DAY))
    assert snapshot_path(ago(1)) not in first.files
    late = collect(answer(DAY, ago(1), ago(2), ago(3)), stored(ago(2), ago(3)), at(DAY))
    assert late.changes.added == (ago(1), DAY)


def test_a_day_in_the_far_future_is_left_out() -> None:
    """As a snapshot it would let every decision expire; the real newest day stays the newest."""
    result = collect(answer(FAR, DAY, ago(1)), Stored(), at(DAY))
    assert snapshot_path(FAR) not in result.files
    assert result.changes.end == DAY
    assert [problem.code for problem in result.problems if "future" in problem.code] == ["snapshot-future"]
    with pytest.raises(CannotProceed, match="dated after today"):
        collect(answer(FAR), stored(DAY), at(DAY))


def test_tomorrow_is_believed() -> None:
    """A clock that is a little behind, or far west, is no reason to lose a day."""
    assert collect(answer(DAY, ago(1)), Stored(), at(ago(1))).changes.end == DAY


@given(
    st.sets(st.integers(-100, 20_000), max_size=20), st.sets(st.integers(-100, 0), max_size=5), st.integers(-400, 400)
)
def test_every_day_is_believed_or_not(given_days: set[int], known: set[int], jump: int) -> None:
    """Nothing is lost between the two, the past is always believed, and a series is never cut before its end."""
    days = frozenset(DAY + timedelta(days=number) for number in given_days)
    before = frozenset(DAY + timedelta(days=number) for number in known)
    today = DAY + timedelta(days=jump)
    kept, ahead = split_future(days, before, today)
    assert kept | ahead == days
    assert not kept & ahead
    assert all(day in kept for day in days if day <= today)
    assert all(day > today + timedelta(days=1) for day in ahead)
    if kept and ahead:
        assert min(ahead) > max(kept)


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
    kept, ahead = split_future(around(*given), around(*stored), DAY)
    assert kept == around(*believed)
    assert ahead == around(*given) - kept


def test_the_last_day_of_the_calendar_has_no_tomorrow() -> None:
    """A clock at the end of time is a clock that is wrong, not an error."""
    assert split_future({date.max}, frozenset(), date.max) == (frozenset({date.max}), frozenset())


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
    assert f"{DAY} came 3 times, each time different" in finding.message


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
