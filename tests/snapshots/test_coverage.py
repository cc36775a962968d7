# SPDX-License-Identifier: Apache-2.0
"""Every day from the first snapshot on is observed, filled in, missing or awaited: exactly one of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.snapshots.coverage import (
    Coverage,
    DayCounts,
    DayKind,
    DayRun,
    coverage,
    fillable,
    old_snapshot,
)
from secure_score_backlog.snapshots.model import History
from tests.support.tenants import day, history, partial

SCORES = {"A": (1, 2)}


def taken(*numbers: int, filled: tuple[int, ...] = ()) -> History:
    """A history with snapshots of some days; those filled in are in less detail."""
    last = max(numbers)
    whole = history(*(SCORES if number in numbers else None for number in range(1, last + 1)))
    days = [replace(one, complete=one.day not in {day(number) for number in filled}) for one in whole.days]
    return replace(whole, days=tuple(days))


def kinds(found: Coverage) -> list[tuple[str, int]]:
    """Kind and number of days of each run."""
    return [(run.kind.value, run.days) for run in found.runs]


def test_runs_are_joined_and_gaps_are_between_them() -> None:
    """Complete, filled in, missing, complete again, and the days since the newest snapshot."""
    found = coverage(taken(1, 2, 3, 4, 7, 8, filled=(3, 4)), day(10))
    assert kinds(found) == [("complete", 2), ("filled", 2), ("missing", 2), ("complete", 2), ("awaited", 2)]
    assert (found.passed, found.count(DayKind.COMPLETE), found.without) == (10, 4, 2)
    assert found.of(DayKind.MISSING) == (DayRun(day(5), day(6), DayKind.MISSING),)


def test_a_partial_day_is_a_kind_of_its_own_and_not_observed() -> None:
    """There is a file, but it says nothing about most recommendations, so it is neither observed nor missing."""
    found = coverage(history(SCORES, partial(SCORES), SCORES), day(3))
    assert kinds(found) == [("complete", 1), ("partial", 1), ("complete", 1)]
    assert (found.count(DayKind.COMPLETE), found.without) == (2, 0)


def test_a_day_before_the_newest_snapshot_knows_nothing_of_it() -> None:
    """As of the third day, what came later has not happened yet; before the first there is nothing."""
    measured = taken(2, 3, 6)
    assert kinds(coverage(measured, day(4))) == [("complete", 2), ("awaited", 1)]
    assert coverage(measured, day(1)) == Coverage()
    assert coverage(History(), day(1)).months() == ()


def test_months_part_a_run_without_losing_a_day() -> None:
    """A gap across the end of a month counts in both, day by day."""
    found = coverage(taken(1, 45), day(45))
    assert found.months() == ("2026-10", "2026-11")
    assert [found.within(month).count(DayKind.MISSING) for month in found.months()] == [30, 13]
    assert sum(found.within(month).passed for month in found.months()) == found.passed == 45


def test_only_what_graph_still_holds_can_be_filled_in() -> None:
    """Ninety days back, the as-of date counted; of a longer gap only the part that Graph still has is promised."""
    found = coverage(taken(1, 2, 5), day(5))
    assert fillable(found, day(3) + timedelta(days=89)) == (DayRun(day(3), day(4), DayKind.MISSING),)
    assert fillable(found, day(4) + timedelta(days=89)) == (DayRun(day(4), day(4), DayKind.MISSING),)
    assert fillable(found, day(5) + timedelta(days=89)) == ()
    years = coverage(taken(1), day(1000))
    assert fillable(years, day(1000)) == (DayRun(day(911), day(1000), DayKind.AWAITED),)


def test_the_newest_snapshot_is_old_after_three_days() -> None:
    """Graph itself may be a day late; from the fourth day on, the days since count as days without a snapshot."""
    early, late = coverage(taken(1, 3), day(6)), coverage(taken(1, 3), day(7))
    assert (early.since_newest, early.is_old, early.without) == (3, False, 1)
    assert (late.since_newest, late.is_old, late.without) == (4, True, 5)
    (newest,) = history(SCORES).days
    assert old_snapshot(newest, day(4)) is None
    found = old_snapshot(newest, day(5))
    assert found is not None
    assert found.code == "snapshot-old"
    assert "4 days before 2026-10-05" in found.message


def test_snapshots_of_a_span_are_counted_by_kind() -> None:
    """Complete, with scores only and partial ones, each by its own; days without one are in none of them."""
    measured = history(SCORES, None, partial(SCORES), SCORES)
    counts = DayCounts(measured.days)
    assert counts.within(day(1), day(4)) == {DayKind.COMPLETE: 2, DayKind.FILLED: 0, DayKind.PARTIAL: 1}
    assert counts.within(day(2), day(2)) == {DayKind.COMPLETE: 0, DayKind.FILLED: 0, DayKind.PARTIAL: 0}
    filled = DayCounts(taken(1, 2, 3, filled=(2, 3)).days)
    assert filled.within(day(2), day(9))[DayKind.FILLED] == 2


@given(st.sets(st.integers(1, 70), min_size=1), st.sets(st.integers(1, 70)), st.integers(0, 30))
def test_every_day_is_counted_once(numbers: set[int], less: set[int], later: int) -> None:
    """Runs follow each other without gap or overlap, differ from their neighbours, and end on the as-of date."""
    measured = taken(*sorted(numbers), filled=tuple(sorted(less)))
    as_of = day(max(numbers) + later)
    found = coverage(measured, as_of)
    expected: date = day(min(numbers))
    for run in found.runs:
        assert run.first == expected
        expected = run.last + timedelta(days=1)
    assert expected == as_of + timedelta(days=1)
    assert all(one.kind is not two.kind for one, two in zip(found.runs, found.runs[1:], strict=False))
    assert found.count(DayKind.COMPLETE) == len(numbers - less)
    assert found.count(DayKind.FILLED) == len(numbers & less)
    assert found.count(DayKind.AWAITED) == later
    assert found.passed == (as_of - day(min(numbers))).days + 1


def test_months_run_from_the_first_run_to_the_last() -> None:
    """One day of October, one filled in of November, the gap, one day of December; and one run alone."""
    found = coverage(taken(31, 32, 62, filled=(32,)), day(62))
    assert kinds(found) == [("complete", 1), ("filled", 1), ("missing", 29), ("complete", 1)]
    assert found.months() == ("2026-10", "2026-11", "2026-12")
    assert coverage(taken(1, 2), day(2)).months() == ("2026-10",)


def test_the_last_and_the_first_day_of_a_month_belong_to_it() -> None:
    """A run that begins or ends on either of them lies in it, with that day."""
    found = Coverage((DayRun(day(31), day(32), DayKind.COMPLETE), DayRun(day(33), day(61), DayKind.MISSING)))
    assert found.within("2026-10").runs == (DayRun(day(31), day(31), DayKind.COMPLETE),)
    assert found.within("2026-11").runs == (DayRun(day(32), day(32), DayKind.COMPLETE), found.runs[1])
    assert found.within("2026-12").runs == found.within("2026-09").runs == ()
