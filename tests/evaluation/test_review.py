# SPDX-License-Identifier: Apache-2.0
"""Months (docs/method.md#period): first and last day, completed, regressed, asks, blocked, shadow, stale."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from secure_score_backlog.decisions.model import Ask, Blocker, Bucket
from secure_score_backlog.evaluation.facts import evaluate, months_of
from secure_score_backlog.evaluation.review import (
    Period,
    completed_in,
    done_since,
    first_observation,
    last_loss,
    losses,
    period_of,
    recovered_on,
    regressed_in,
)
from secure_score_backlog.snapshots.model import Recommendation, StateUpdate
from tests.support.tenants import Measured, blocked, cover, day, decision, history, partial, versions, workspace

OPEN = {"A": (2, 8)}
DONE = {"A": (8, 8)}
CLAIMED = {"A": (8, 8, "ThirdParty")}
OCTOBER = 31


def test_a_period_runs_from_the_last_snapshot_before_the_month() -> None:
    """The newest before the first day, else the first snapshot."""
    measured = history(*[OPEN] * 29, None, None, *[OPEN] * 3)
    october = period_of(measured, "2026-10", day(OCTOBER))
    assert (october.start, october.end) == (day(1), day(29))
    november = period_of(measured, "2026-11", day(34))
    assert (november.start, november.end) == (day(29), day(34))


def test_months_run_from_the_first_snapshot_to_the_day() -> None:
    """Newest first; the running month ends on the as-of date."""
    measured = history(OPEN)
    assert months_of(measured, date(2026, 12, 5)) == ("2026-12", "2026-11", "2026-10")
    assert months_of(measured, date(2026, 9, 30)) == ()
    reviews = evaluate(workspace(measured), date(2026, 12, 5), months=None).reviews
    ends = [(review.month, review.facts.as_of, review.finished) for review in reviews]
    assert ends[:2] == [("2026-12", date(2026, 12, 5), False), ("2026-11", date(2026, 11, 30), True)]


def test_completed_says_how_and_done_since() -> None:
    """Observed or claimed; the day is the first of the run that still lasts."""
    measured = history(
        {"A": (2, 8), "B": (0, 5), "C": (5, 5), "D": (3, 3, "ThirdParty")},
        {"A": (8, 8), "B": (0, 5), "C": (5, 5), "D": (3, 3)},
        {"A": (2, 8), "B": (5, 5, "ThirdParty"), "C": (5, 5), "D": (3, 3), "E": (1, 1)},
        {"A": (8, 8), "B": (5, 5, "ThirdParty"), "C": (5, 5), "D": (3, 3), "E": (1, 1)},
    )
    facts = evaluate(workspace(measured), day(4))
    found = [(item.id, item.completed_on, item.completed_how) for item in facts.completed]
    assert found == [("D", day(2), "observed"), ("B", day(3), "claimed"), ("A", day(4), "observed")]


def test_a_loss_that_is_back_on_the_next_day_is_not_listed() -> None:
    """One bad day stays in the sums only; two bad days are a regression, recovered or not."""
    one = evaluate(workspace(history(DONE, OPEN, DONE, DONE)), day(4))
    assert one.regressed == ()
    two = evaluate(workspace(history(DONE, OPEN, OPEN, DONE)), day(4))
    assert [(item.regressed_on, item.points_lost, item.recovered_on) for item in two.regressed] == [(day(2), 6, day(4))]
    last = evaluate(workspace(history(DONE, DONE, OPEN)), day(3))
    assert [(item.regressed_on, item.recovered_on) for item in last.regressed] == [(day(3), None)]


def test_a_partial_loss_on_balance_is_listed() -> None:
    """Half of the points lost is a regression too; a withdrawn claim is not, as it was never observed."""
    facts = evaluate(workspace(history({"A": (6, 8)}, {"A": (4, 8)}, {"A": (4, 8)})), day(3))
    assert [(item.regressed_on, item.points_lost) for item in facts.regressed] == [(day(2), 2)]
    assert evaluate(workspace(history(CLAIMED, OPEN, OPEN)), day(3)).regressed == ()
    assert evaluate(workspace(history({"A": (6, 8)}, {"A": ("5.995", 8)}, {"A": ("5.995", 8)})), day(3)).regressed == ()


def test_asks_wait_oldest_first_and_in_drafts_too() -> None:
    """A question of a later day is not listed yet."""
    asked = decision(
        draft=True,
        asks=(Ask("leadership", day(3), "Second?"), Ask("leadership", day(1), "First?"), Ask("x", day(9), "Later?")),
    )
    facts = evaluate(workspace(history(*[OPEN] * 4), {"A": versions((1, asked))}), day(4))
    assert [(ask.question, (facts.as_of - ask.since).days) for _, ask in facts.asks] == [("First?", 3), ("Second?", 1)]
    assert facts.counts["asks"] == 2


def test_blocked_lists_plans_that_wait() -> None:
    """Only what is planned can be blocked."""
    facts = evaluate(workspace(history(OPEN), {"A": versions((1, decision(blocked=blocked())))}), day(1))
    assert [
        (item.id, item.decision.blocked.by) for item in facts.blocked if item.decision and item.decision.blocked
    ] == [("A", Blocker.BUSINESS)]


def test_shadow_acceptances() -> None:
    """The portal accepts or claims what no decision in force accepts or covers."""
    measured = history(
        {
            "ignored": (0, 5, "Ignored"), "claimed": (5, 5, "ThirdParty"), "hollow": (1, 5, "AlternateMitigation"),
            "fine": (0, 5, "ignored"), "covered": (5, 5, "ThirdParty"), "done": (5, 5, "Ignored"),
            "plain": (0, 5, "Default"),
        }
    )  # fmt: skip
    decided = {
        "fine": versions((1, decision("fine", Bucket.ACCEPT))),
        "covered": versions((1, decision("covered", Bucket.NOT_APPLICABLE))),
        "hollow": versions((1, decision("hollow", Bucket.ACCEPT))),
    }
    marked = Recommendation(
        "ignored", "ignored", updates=(StateUpdate("Ignored", day(1)), StateUpdate("Ignored", day(9)))
    )
    names: list[str | Recommendation] = ["claimed", "hollow", "fine", "covered", "done", "plain", marked]
    facts = evaluate(workspace(measured, decided, names), day(1))
    found = [
        (item.id, item.observation.portal, item.portal_since, item.decision_word)
        for item in facts.shadow
        if item.observation
    ]
    assert found == [
        ("claimed", "ThirdParty", None, "no decision"),
        ("hollow", "AlternateMitigation", None, "accept"),
        ("ignored", "Ignored", day(1), "no decision"),
    ]


def test_stale_says_why() -> None:
    """Three months without activity: blocked, rejected or ownerless."""
    measured = history(dict.fromkeys("ABCD", (0, 5)), *[None] * 120, dict.fromkeys("ABCD", (0, 5)))
    decided = {
        "A": versions((1, decision("A", blocked=blocked()))),
        "B": versions((1, decision("B", Bucket.NOT_APPLICABLE, covered=cover()))),
        "D": versions((100, decision("D"))),
    }
    facts = evaluate(workspace(measured, decided), day(122))
    assert [(item.id, item.stale_reason) for item in facts.stale] == [
        ("A", "blocked"), ("B", "rejected"), ("C", "ownerless"),
    ]  # fmt: skip
    assert evaluate(workspace(measured, decided), day(92)).stale == ()


GONE: dict[str, Measured] = {}


def test_the_last_day_before_a_month_is_its_start() -> None:
    """The thirty-first of October, where there is a snapshot of it."""
    measured = history(*[OPEN] * 33)
    period = period_of(measured, "2026-11", day(33))
    assert (period.start, period.end) == (day(31), day(33))


@pytest.mark.parametrize(
    ("first", "last", "how"),
    [
        (OPEN, OPEN, []),
        (OPEN, DONE, ["observed"]),
        (OPEN, CLAIMED, ["claimed"]),
        (DONE, DONE, []),
        (DONE, OPEN, []),
        (DONE, CLAIMED, []),
        (CLAIMED, CLAIMED, []),
        (CLAIMED, OPEN, []),
        (CLAIMED, DONE, ["observed"]),
        (OPEN, GONE, []),
        (GONE, OPEN, []),
    ],
)
def test_completed_is_what_became_done(first: dict[str, Measured], last: dict[str, Measured], how: list[str]) -> None:
    """Measured where it was not, or claimed where it was open; what does not change completes nothing."""
    facts = evaluate(workspace(history(first, last), catalogued=["A"]), day(2))
    assert [item.completed_how for item in facts.completed] == how


def test_what_is_gone_or_unknown_hides_no_completion() -> None:
    """A is no longer scored, B is scored later than the day, C was completed."""
    measured = history({"A": (2, 8), "C": (0, 3)}, {"C": (3, 3)}, {"B": (1, 1), "C": (3, 3)})
    facts = evaluate(workspace(measured, catalogued=["C"]), day(2))
    assert [(item.id, item.completed_on) for item in facts.completed] == [("C", day(2))]


def test_what_changes_after_the_day_does_not_date_the_completion() -> None:
    """Done on the second day, evaluated on the third, lost on the fourth: completed on the second."""
    facts = evaluate(workspace(history(OPEN, DONE, DONE, OPEN)), day(3))
    assert [item.completed_on for item in facts.completed] == [day(2)]


@pytest.mark.parametrize(
    ("days", "as_of", "since"),
    [
        ([DONE, OPEN], 2, 2),
        ([OPEN, DONE], 2, 2),
        ([OPEN, DONE, {"A": (10, 10)}], 3, 2),
        ([DONE, OPEN, DONE], 3, 3),
        ([DONE, OPEN, DONE], 1, 1),
        ([DONE, CLAIMED, DONE], 3, 3),
    ],
)
def test_the_run_that_ends_on_a_day(days: list[dict[str, Measured]], as_of: int, since: int) -> None:
    """Its first day; the day itself where it was not done in the same way before."""
    assert done_since(history(*days).timelines["A"], day(as_of), observed=True) == day(since)


@pytest.mark.parametrize(
    ("days", "start", "points"),
    [
        ([OPEN, DONE], 1, 2),
        ([OPEN, DONE], 2, 8),
        ([GONE, GONE, DONE], 1, 8),
        ([OPEN, GONE, GONE, DONE], 2, 8),
        ([OPEN, GONE, GONE, DONE], 3, 8),
        ([OPEN, GONE, GONE], 2, None),
        ([OPEN, GONE, GONE], 3, None),
    ],
)
def test_the_start_is_the_first_score_of_the_period(
    days: list[dict[str, Measured]], start: int, points: int | None
) -> None:
    """That of the day, else the next one after it; there may be none."""
    found = first_observation(history(*days).timelines["A"], day(start))
    assert (None if found is None else found.points) == points


@pytest.mark.parametrize(
    ("days", "start", "end", "as_of", "expected"),
    [
        ([DONE, OPEN, OPEN], 1, 3, 3, [(2, None)]),
        ([DONE, OPEN, OPEN], 2, 3, 3, []),
        ([DONE, OPEN, OPEN], 1, 2, 2, [(2, None)]),
        ([DONE, DONE, OPEN], 1, 3, 3, [(3, None)]),
        ([DONE, DONE, OPEN], 1, 2, 3, []),
        ([DONE, OPEN, DONE], 1, 3, 3, []),
        ([DONE, OPEN, DONE], 1, 2, 3, []),
        ([DONE, OPEN, DONE], 1, 2, 2, [(2, None)]),
        ([DONE, OPEN, OPEN, DONE], 1, 4, 4, [(2, 4)]),
        ([DONE, OPEN, OPEN, DONE], 1, 3, 4, [(2, None)]),
    ],
)
def test_losses_within_a_period(
    days: list[dict[str, Measured]], start: int, end: int, as_of: int, expected: list[tuple[int, int | None]]
) -> None:
    """After its first day, up to its last; recovered on the next day, as far as the as-of date knows it, it is none."""
    measured = history(*days)
    found = losses(measured, "A", Period(day(start), day(end)), day(as_of))
    assert list(found) == [(day(on), 6, None if back is None else day(back)) for on, back in expected]


def test_a_partial_day_without_it_does_not_confirm_a_loss() -> None:
    """Lost on one day and back on the next day that measured it: no regression, whatever lies between."""
    measured = history(DONE, OPEN, partial({"B": (1, 1)}), DONE)
    assert list(losses(measured, "A", Period(day(1), day(4)), day(4))) == []
    assert [on for on, _, _ in losses(measured, "A", Period(day(1), day(3)), day(3))] == [day(2)]


def test_losses_are_listed_without_a_movement_and_without_unknown_ones() -> None:
    """A is first scored after the day, so it is not listed; B lost points."""
    measured = history({"B": (3, 3)}, {"B": (1, 3)}, {"A": (1, 1), "B": (1, 3)})
    found = regressed_in(measured, Period(day(1), day(2)), day(2), None)
    assert found == {"B": (day(2), 2, None)}
    assert [item.id for item in evaluate(workspace(measured, catalogued=["B"]), day(2)).regressed] == ["B"]
    assert completed_in(measured, Period(day(1), day(3))) == {}


@pytest.mark.parametrize(("points", "lost"), [("5.99", [Fraction(1, 100)]), ("5.995", []), ("5.98", [Fraction(1, 50)])])
def test_a_hundredth_of_a_point_is_a_loss(points: str, lost: list[Fraction]) -> None:
    """Graph gives two decimals; less than that is rounding."""
    facts = evaluate(workspace(history({"A": (6, 8)}, {"A": (points, 8)})), day(2))
    assert [item.points_lost for item in facts.regressed] == lost


@pytest.mark.parametrize(
    ("days", "start", "end", "on"),
    [
        ([(8, 8), (6, 8), (6, 8)], 1, 3, 2),
        ([(8, 8), (6, 8), (6, 8)], 2, 3, 3),
        ([(8, 8), (6, 8), (6, 8), (4, 8)], 1, 4, 4),
        ([(8, 8), (6, 8), (6, 8), (4, 8)], 1, 3, 2),
        ([(8, 8), (4, 8), (2, 4)], 1, 3, 2),
        ([(8, 8), (4, 8), (5, 8)], 1, 3, 2),
        ([(8, None), (4, None), (4, None)], 1, 3, 3),
    ],
)
def test_the_last_day_on_which_the_share_went_down(days: list[Measured], start: int, end: int, on: int) -> None:
    """After the first day of a period, up to its last; the last where none is known."""
    timeline = history(*({"A": measured} for measured in days)).timelines["A"]
    assert last_loss(timeline, Period(day(start), day(end))) == day(on)


def test_a_recovery_comes_after_the_loss() -> None:
    """Never on the day of the loss itself, and not after the end."""
    timeline = history(DONE, OPEN, DONE).timelines["A"]
    assert recovered_on(timeline, day(1), day(2)) is None
    assert recovered_on(timeline, day(1), day(3)) == recovered_on(timeline, day(2), day(3)) == day(3)


def test_a_question_of_the_day_itself_is_listed() -> None:
    """It is 0 days old."""
    asked = decision(asks=(Ask("leadership", day(4), "Now?"), Ask("leadership", day(5), "Later?")))
    facts = evaluate(workspace(history(*[OPEN] * 4), {"A": versions((1, asked))}), day(4))
    assert [(ask.question, (facts.as_of - ask.since).days) for _, ask in facts.asks] == [("Now?", 0)]


def test_what_is_done_is_not_blocked() -> None:
    """A blockage that the decision still names is listed only while the recommendation is open."""
    measured = history({"A": (8, 8), "B": (2, 8), "C": (2, 8)})
    decided = {
        "A": versions((1, decision("A", blocked=blocked()))),
        "B": versions((1, decision("B", blocked=blocked()))),
        "C": versions((1, decision("C", blocked=blocked(), draft=True))),
    }
    assert [item.id for item in evaluate(workspace(measured, decided), day(1)).blocked] == ["B"]
