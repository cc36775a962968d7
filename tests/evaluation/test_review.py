# SPDX-License-Identifier: Apache-2.0
"""Months: period, completed, regressed, asks, blocked; and what rots: shadow, stale."""

from __future__ import annotations

from datetime import date

from secure_score_backlog.decisions.model import Ask, Blocker, Bucket
from secure_score_backlog.evaluation.facts import evaluate, months_of
from secure_score_backlog.evaluation.review import period_of
from secure_score_backlog.snapshots.model import Recommendation, StateUpdate
from tests.support.tenants import blocked, cover, day, decision, history, versions, workspace

OPEN = {"A": (2, 8)}
DONE = {"A": (8, 8)}
CLAIMED = {"A": (8, 8, "ThirdParty")}
OCTOBER = 31


def test_a_period_runs_from_the_last_snapshot_before_the_month() -> None:
    """The newest before the first day, else the first snapshot there is."""
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


def test_completed_says_how_and_since_when() -> None:
    """Observed and claimed are told apart; the day is the first of the run that still holds."""
    measured = history(
        {"A": (2, 8), "B": (0, 5), "C": (5, 5), "D": (3, 3, "ThirdParty")},
        {"A": (8, 8), "B": (0, 5), "C": (5, 5), "D": (3, 3)},
        {"A": (2, 8), "B": (5, 5, "ThirdParty"), "C": (5, 5), "D": (3, 3), "E": (1, 1)},
        {"A": (8, 8), "B": (5, 5, "ThirdParty"), "C": (5, 5), "D": (3, 3), "E": (1, 1)},
    )
    facts = evaluate(workspace(measured), day(4))
    found = [(item.id, item.completed_on, item.completed_how) for item in facts.completed]
    assert found == [("D", day(2), "observed"), ("B", day(3), "claimed"), ("A", day(4), "observed")]


def test_a_dip_that_heals_the_next_day_is_not_listed() -> None:
    """One bad day stays in the sums only; two bad days are a regression, healed or not."""
    one = evaluate(workspace(history(DONE, OPEN, DONE, DONE)), day(4))
    assert one.regressed == ()
    two = evaluate(workspace(history(DONE, OPEN, OPEN, DONE)), day(4))
    assert [(item.regressed_on, item.points_lost, item.recovered_on) for item in two.regressed] == [(day(2), 6, day(4))]
    last = evaluate(workspace(history(DONE, DONE, OPEN)), day(3))
    assert [(item.regressed_on, item.recovered_on) for item in last.regressed] == [(day(3), None)]


def test_a_partial_loss_on_balance_is_listed() -> None:
    """Half of it lost is a regression too; a withdrawn claim is not, it never was observed."""
    facts = evaluate(workspace(history({"A": (6, 8)}, {"A": (4, 8)}, {"A": (4, 8)})), day(3))
    assert [(item.regressed_on, item.points_lost) for item in facts.regressed] == [(day(2), 2)]
    assert evaluate(workspace(history(CLAIMED, OPEN, OPEN)), day(3)).regressed == ()
    assert evaluate(workspace(history({"A": (6, 8)}, {"A": ("5.995", 8)}, {"A": ("5.995", 8)})), day(3)).regressed == ()


def test_asks_wait_oldest_first_and_in_drafts_too() -> None:
    """A question from the future does not wait yet."""
    asked = decision(
        draft=True,
        asks=(Ask("leadership", day(3), "Second?"), Ask("leadership", day(1), "First?"), Ask("x", day(9), "Later?")),
    )
    facts = evaluate(workspace(history(*[OPEN] * 4), {"A": versions((1, asked))}), day(4))
    assert [(ask.question, (facts.as_of - ask.since).days) for _, ask in facts.asks] == [("First?", 3), ("Second?", 1)]
    assert facts.counts["asks"] == 2


def test_blocked_lists_what_is_in_the_way() -> None:
    """Only what is planned can be blocked."""
    facts = evaluate(workspace(history(OPEN), {"A": versions((1, decision(blocked=blocked())))}), day(1))
    assert [
        (item.id, item.decision.blocked.by) for item in facts.blocked if item.decision and item.decision.blocked
    ] == [("A", Blocker.BUSINESS)]


def test_shadow_acceptances() -> None:
    """The portal accepts or claims what no decision in force does; agreement casts no shadow."""
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
    """Three months without decision or movement: blocked, rejected or ownerless."""
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
