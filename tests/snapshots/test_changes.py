# SPDX-License-Identifier: Apache-2.0
"""What a collection changed, told from two snapshots and two catalogues."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from secure_score_backlog.problems import problem
from secure_score_backlog.snapshots.changes import (
    Changes,
    Move,
    Renaming,
    changes_between,
    recommendations_in,
    summary_json,
)
from secure_score_backlog.snapshots.graph_json import Json
from secure_score_backlog.snapshots.snapshot_files import CATALOGUE_PATH, snapshot_path
from tests.support.graph_items import DAY, control, profile, score

TOMORROW = DAY + timedelta(days=1)
NOBODY: frozenset[str] = frozenset()


def snapshot(day: date, *controls: Any, **maximum: Any) -> Json:
    """A snapshot with some controls and maxima."""
    return {"maximum": maximum, "secureScore": score(day, list(controls))}


def move(before: int, after: int) -> Move:
    """A move of one recommendation."""
    return Move("a", Decimal(before), Decimal(after))


def between(before: Json | None, after: Json, *, path: str = snapshot_path(TOMORROW)) -> Changes:
    """The changes from one snapshot to another, nothing else being stored or written."""
    return changes_between(Changes(), (), before, None, {path: after}, NOBODY)


@pytest.mark.parametrize(
    ("before", "after", "up", "down"),
    [
        ({"points": 1}, {"points": 2}, ("a",), ()),
        ({"points": 2}, {"points": 1}, (), ("a",)),
        ({"points": 2}, {"points": "2.0"}, (), ()),
        ({"points": "1.5"}, {"points": 2}, ("a",), ()),
        ({"points": 0}, {"points": 2}, ("a",), ()),
        ({"points": None}, {"points": 2}, (), ()),
        ({"points": 2}, {"points": None}, (), ()),
        ({"points": "NaN"}, {"points": 2}, (), ()),
    ],
)
def test_points_that_moved(before: Json, after: Json, up: tuple[str, ...], down: tuple[str, ...]) -> None:
    """Up or down, never both; points that cannot be read on either side have not moved."""
    found = between(snapshot(DAY, control("a", **before)), snapshot(TOMORROW, control("a", **after)))
    assert tuple(each.recommendation for each in found.up) == up
    assert tuple(each.recommendation for each in found.down) == down


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ([8, None], [9, None], (move(8, 9),)),
        ([9, None], [8, None], (move(9, 8),)),
        ([8, None], [8, "Ignored"], ()),
        ([None, None], [8, None], ()),
        ([8, None], [None, None], ()),
        ([], [8, None], ()),
        ([8, None], [], ()),
        (8, [9, None], ()),
        ([8, None], "9", ()),
        (None, [8, None], ()),
        ({}, [8, None], ()),
    ],
)
def test_maxima_that_moved(before: Any, after: Any, moved: tuple[Move, ...]) -> None:
    """A maximum that is unknown on either side, or that a hand has spoilt, has not moved."""
    assert between(snapshot(DAY, a=before), snapshot(TOMORROW, a=after)).reweighted == moved


@pytest.mark.parametrize("unknown", [None, "", 5])
def test_a_category_that_is_unknown_is_no_other(unknown: object) -> None:
    """Neither one that was missing nor one that went missing is a move to another."""
    known, silent = control("a", controlCategory="Apps"), control("a", controlCategory=unknown)
    assert between(snapshot(DAY, silent), snapshot(TOMORROW, known)).recategorised == ()
    assert between(snapshot(DAY, known), snapshot(TOMORROW, silent)).recategorised == ()


def test_controls_without_a_name_change_nothing() -> None:
    """Points and categories of nobody are nobody's."""
    nameless = {**control("x", 1), "controlName": None}
    other = {**control("x", 9, controlCategory="Apps"), "controlName": ""}
    found = between(snapshot(DAY, nameless, control("a")), snapshot(TOMORROW, other, control("a")))
    assert (found.up, found.down, found.recategorised, found.new, found.retired) == ((), (), (), (), ())


def test_days_from_and_to() -> None:
    """From the stored newest to the written newest; without one of them, or where an older day came, no moves."""
    before, after = snapshot(DAY, control("a", 1)), snapshot(TOMORROW, control("a", 2))
    found = between(before, after)
    assert (found.start, found.end, found.catalogue) == (DAY, TOMORROW, False)
    first = between(None, after)
    assert (first.start, first.end, first.up) == (None, TOMORROW, ())
    older = between(after, before, path=snapshot_path(DAY))
    assert (older.start, older.end, older.up, older.down) == (None, TOMORROW, (), ())
    nothing = changes_between(Changes(), (), before, None, {}, NOBODY)
    assert (nothing.start, nothing.end) == (None, DAY)
    catalogue = {"profiles": [profile("a")]}
    alone = changes_between(Changes(), (profile("a"),), before, catalogue, {CATALOGUE_PATH: catalogue}, NOBODY)
    assert (alone.catalogue, alone.end, alone.anything) == (True, DAY, True)
    empty = changes_between(Changes(), (), None, None, {}, NOBODY)
    assert empty == Changes()
    assert not empty.anything


def test_of_several_days_the_newest_is_compared() -> None:
    """Days in between are not told one by one, in whatever order they were written."""
    days = [snapshot(DAY + timedelta(days=number), control("a", number)) for number in range(1, 4)]
    for order in (days, days[::-1]):
        files = {str(number): day for number, day in enumerate(order)}
        found = changes_between(Changes(), (), snapshot(DAY, control("a", 0)), None, files, NOBODY)
        assert (found.end, found.up) == (DAY + timedelta(days=3), (move(0, 3),))


def test_recommendations_are_those_of_either() -> None:
    """Profiles and scores may each know some that the other lacks; those without an id are nobody."""
    known = recommendations_in((profile("a"), None, {"id": ""}), snapshot(DAY, control("b"), {"score": 1}, None))
    assert known == {"a", "b"}
    assert recommendations_in((), None) == NOBODY


def test_a_spelling_that_two_shared_is_no_renaming() -> None:
    """Where two ids that differ in case only are gone, nobody knows which of them lives on."""

    def told(gone: tuple[str, ...], come: tuple[str, ...]) -> Changes:
        return between(snapshot(DAY, *map(control, gone)), snapshot(TOMORROW, *map(control, come)))

    one = told(("Ab", "x"), ("aB", "x"))
    assert [(each.before, each.after) for each in one.renamed] == [("Ab", "aB")]
    assert (one.new, one.retired) == ((), ())
    two = told(("Ab", "AB"), ("ab",))
    assert (two.renamed, two.new, two.retired) == ((), ("ab",), ("AB", "Ab"))
    split = told(("ab",), ("Ab", "AB"))
    assert [(each.before, each.after) for each in split.renamed] == [("ab", "AB"), ("ab", "Ab")]
    assert (split.new, split.retired) == ((), ())


def test_the_summary_for_a_program_has_every_part_under_its_name() -> None:
    """Key for key: programs read it; whole amounts are whole numbers, and others keep their decimals."""
    changes = Changes(
        added=(TOMORROW,),
        improved=(DAY,),
        unchanged=(DAY - timedelta(days=1),),
        start=DAY,
        end=TOMORROW,
        new=("n",),
        back=("b",),
        retired=("r",),
        renamed=(Renaming("id", "Id", "id"),),
        recategorised=(Renaming("c", "Apps", "Data"),),
        up=(Move("u", Decimal(1), Decimal("2.5")),),
        down=(Move("d", Decimal("3.0"), Decimal(0)),),
        reweighted=(Move("m", Decimal(8), Decimal(9)),),
    )
    found = problem("import-unfinished", "scores.json", None, "One page.", "Save the others.")
    summary = summary_json(changes, ["snapshots/x.json"], [found])
    assert summary == {
        "schema": 1,
        "dry_run": False,
        "days": {"added": [str(TOMORROW)], "completed": [str(DAY)], "unchanged": [str(DAY - timedelta(days=1))]},
        "newest": {"before": str(DAY), "now": str(TOMORROW)},
        "recommendations": {
            "new": ["n"],
            "back": ["b"],
            "retired": ["r"],
            "renamed": [{"recommendation": "id", "before": "Id", "after": "id"}],
        },
        "categories": [{"recommendation": "c", "before": "Apps", "after": "Data"}],
        "points": {
            "up": [{"recommendation": "u", "before": 1, "after": 2.5}],
            "down": [{"recommendation": "d", "before": 3, "after": 0}],
        },
        "maximum": [{"recommendation": "m", "before": 8, "after": 9}],
        "kept": {},
        "written": ["snapshots/x.json"],
        "problems": [found.as_json()],
    }
    assert isinstance(summary["points"]["down"][0]["before"], int)


def test_a_dry_run_says_what_it_would_write() -> None:
    """Nothing is listed as written, and the days that are not there are null."""
    summary = summary_json(Changes(), ["a", "b"], [], dry_run=True)
    assert (summary["dry_run"], summary["written"], summary["would_write"]) == (True, [], ["a", "b"])
    assert summary["newest"] == {"before": None, "now": None}
