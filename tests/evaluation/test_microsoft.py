# SPDX-License-Identifier: Apache-2.0
"""What Microsoft changed within a period (docs/method.md#changes)."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.evaluation.microsoft import ChangeKind, MicrosoftChanges, microsoft_changes, reworded
from secure_score_backlog.snapshots.model import Catalogue, History, Recommendation
from tests.support.tenants import day, history, partial, stored, workspace

F = Fraction


def changed(known: History, number: int) -> MicrosoftChanges:
    """What Microsoft changed up to a day of October."""
    return evaluate(workspace(known), day(number)).microsoft


def test_what_came_went_and_was_weighed_anew() -> None:
    """Each with its day, its maximum before and after, and what it did to the points; together the rescored part."""
    known = history(
        {"Old": (3, 3), "Heavy": (4, 8), "Same": (1, 5)},
        {"Old": (3, 3), "Heavy": (5, 10), "Same": (5, 5)},
        {"Heavy": (5, 10), "Same": (5, 5), "New": (2, 7)},
    )
    found = changed(known, 3)
    assert [(each.kind, each.recommendation, each.on, each.points) for each in found.changes] == [
        (ChangeKind.ADDED, "New", day(3), F(2)),
        (ChangeKind.NO_LONGER_SCORED, "Old", day(3), F(-3)),
        (ChangeKind.REWEIGHTED, "Heavy", day(2), F(1)),
    ]
    assert [(each.before, each.after) for each in found.changes] == [(None, F(7)), (F(3), None), (F(8), F(10))]
    assert found.points == sum(each.points for each in found.changes) == 0
    assert found.percent == sum(each.percent for each in found.changes)
    assert found.percent < 0  # the maximum grew by more than the points


def test_what_came_and_went_within_the_period_is_no_change() -> None:
    """The two ends are compared; the day is that of the last change of those that are left."""
    known = history({"A": (1, 5)}, {"A": (1, 5), "B": (1, 5)}, {"A": (1, 6)}, {"A": (1, 5)}, {"A": (1, 8)})
    assert [(each.recommendation, each.on) for each in changed(known, 5).changes] == [("A", day(5))]
    assert changed(known, 4).changes == ()
    assert changed(known, 1) == MicrosoftChanges()


@pytest.mark.parametrize("kept", [True, False])
def test_words_are_compared_where_they_were_stored_before_the_month(kept: bool) -> None:
    """Else a change of them may be missing; and a table of the portal has no words of Microsoft."""
    of_graph = Catalogue({"A": Recommendation("A", "Words", in_catalogue=True)})
    of_table = Catalogue({"A": Recommendation("A", "Words", in_catalogue=True, named_by="title")})
    for catalogue, known in ((of_graph, kept), (of_table, False), (Catalogue(), False)):
        found = microsoft_changes(History(), None, catalogue, catalogue, stored_before=kept)
        assert found.texts_compared is known


def test_nothing_is_known_without_a_snapshot() -> None:
    """And nothing is said."""
    assert changed(History(), 9) == MicrosoftChanges()


def test_days_that_hold_a_part_are_named() -> None:
    """What they lack may seem added or gone. Not named: a whole day, and one that is compared with none."""
    whole = {"A": (1, 5), "B": (1, 5)}
    assert changed(history(partial({"A": (1, 5)}), whole), 2).in_part == (day(1),)
    assert changed(history(whole, stored(whole, current=9)), 2).in_part == (day(2),)
    assert changed(history(whole, whole), 2).in_part == ()
    assert changed(history(partial({"A": (1, 5)})), 1).in_part == ()


def test_services_are_named() -> None:
    """Those that count since, and those that no longer do."""
    known = history(stored({"A": (1, 5)}, enabledServices=["X"]), stored({"A": (1, 5)}, enabledServices=["Y"]))
    assert (changed(known, 2).services_added, changed(known, 2).services_removed) == (("Y",), ("X",))


SAID = Recommendation("A", title="Do it", description="Why.", remediation="How.", cost="low", user_impact="none")


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"title": "Do it now"}, ("title",)),
        ({"description": "Why not.", "remediation": "So."}, ("description", "remediation")),
        ({"cost": "high", "user_impact": "low"}, ("cost", "user_impact")),
        ({"deprecated": True}, ("deprecated",)),
        ({}, None),
        ({"title": "Do  it "}, None),
        ({"title": "A"}, None),
        ({"description": "", "remediation": " "}, None),
        ({"cost": "unknown"}, None),
        ({"title": "Do it now", "in_catalogue": False}, None),
        ({"title": "Do it now", "named_by": "shipped"}, None),
        ({"maximum": F(4), "service": "EXO", "action_url": "https://x.example"}, None),
    ],
)
def test_new_words(change: dict[str, Any], fields: tuple[str, ...] | None) -> None:
    """White space, an empty text and the id in place of a title say nothing new; both must be Microsoft's own words."""
    found = list(reworded(Catalogue({"A": SAID}), Catalogue({"A": replace(SAID, **change), "B": SAID})))
    assert [each.fields for each in found] == ([fields] if fields else [])
    assert [each.title_before for each in found] == (["Do it" if "title" in (fields or ()) else ""] if fields else [])
