# SPDX-License-Identifier: Apache-2.0
"""Days of an answer against the calendar: clocks that jump, and days that have not come yet."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.snapshots.capture import Answer, RunInfo, Stored, capture, plausible
from secure_score_backlog.snapshots.graph_json import encode, snapshot_path
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
    right = capture(answer(*days), Stored(), at(DAY))
    wrong = capture(answer(*days), Stored(), at(max(date(1970, 1, 2), DAY + timedelta(days=jump))))
    assert list(right.files) == list(wrong.files)
    for path, content in right.files.items():
        assert encode({**content, "collected": {}}) == encode({**wrong.files[path], "collected": {}})
    told = [problem.code for problem in wrong.problems]
    assert told == (["snapshot-ahead-of-clock"] if jump < -1 else [])


def test_a_day_that_graph_left_out_is_a_gap() -> None:
    """Graph jumps over a day: nothing is made up for it, and it is stored if it turns up later."""
    first = capture(answer(ago(2), ago(3)), Stored(), at(DAY))
    assert snapshot_path(ago(1)) not in first.files
    late = capture(answer(DAY, ago(1), ago(2), ago(3)), stored(ago(2), ago(3)), at(DAY))
    assert late.changes.added == (ago(1), DAY)


def test_a_day_in_the_far_future_is_left_out() -> None:
    """As a snapshot it would let every decision expire; the real newest day stays the newest."""
    result = capture(answer(FAR, DAY, ago(1)), Stored(), at(DAY))
    assert snapshot_path(FAR) not in result.files
    assert result.changes.end == DAY
    assert [problem.code for problem in result.problems if "future" in problem.code] == ["snapshot-future"]
    with pytest.raises(CannotProceed, match="though today is"):
        capture(answer(FAR), stored(DAY), at(DAY))


def test_tomorrow_is_believed() -> None:
    """A clock that is a little behind, or far west, is no reason to lose a day."""
    assert capture(answer(DAY, ago(1)), Stored(), at(ago(1))).changes.end == DAY


@given(
    st.sets(st.integers(-100, 20_000), max_size=20), st.sets(st.integers(-100, 0), max_size=5), st.integers(-400, 400)
)
def test_every_day_is_believed_or_not(given_days: set[int], known: set[int], jump: int) -> None:
    """Nothing is lost between the two, the past is always believed, and a series is never cut before its end."""
    days = frozenset(DAY + timedelta(days=number) for number in given_days)
    before = frozenset(DAY + timedelta(days=number) for number in known)
    today = DAY + timedelta(days=jump)
    kept, ahead = plausible(days, before, today)
    assert kept | ahead == days
    assert not kept & ahead
    assert all(day in kept for day in days if day <= today)
    assert all(day > today + timedelta(days=1) for day in ahead)
    if kept and ahead:
        assert min(ahead) > max(kept)
