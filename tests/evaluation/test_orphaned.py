# SPDX-License-Identifier: Apache-2.0
"""Decisions whose recommendation is gone, and its new id where that is certain."""

from __future__ import annotations

import pytest

from secure_score_backlog.evaluation.status import Orphaned, orphaned, statuses_on
from secure_score_backlog.snapshots.model import Recommendation
from tests.support.tenants import day, decision, history, versions, workspace


def found(old: Recommendation, *living: Recommendation, decided: bool = True) -> list[Orphaned]:
    """What is found when the old one is neither scored nor listed any more, and others are scored."""
    before = {old.id: (1, 2), **{one.id: (1, 2) for one in living}}
    after = {one.id: (1, 2) for one in living}
    measured = history(before, before, after)
    answers = {old.id: versions((1, decision(old.id)))} if decided else {}
    return list(orphaned(statuses_on(workspace(measured, answers, [old, *living]), day(3)).values()))


def gone(identifier: str, title: str = "") -> Recommendation:
    """A recommendation that only older catalogues know."""
    return Recommendation(identifier, title or identifier, in_catalogue=False)


@pytest.mark.parametrize(
    ("old", "new", "because"),
    [
        (gone("adminMFA"), Recommendation("AdminMFAV2", "New words"), "id"),
        (gone("11770.MDA_X"), Recommendation("22880.MDA_X", "New words"), "id"),
        (gone("meeting_a_v1"), Recommendation("meeting_a_v2", "New words"), "id"),
        (gone("scid_1", "Turn it  ON"), Recommendation("scid_9", "Turn it on"), "title"),
    ],
)
def test_what_was_renamed_is_recognised(old: Recommendation, new: Recommendation, because: str) -> None:
    """By case, instance number or version at the end; else by the same title."""
    (one,) = found(old, new, Recommendation("Other", "Other words"))
    assert one.successor is not None
    assert (one.status.id, one.successor.id, one.because) == (old.id, new.id, because)


def test_nothing_is_guessed() -> None:
    """Neither by similar ids or titles, nor by ids without a title."""
    (one,) = found(gone("scid_12", "Turn it on"), Recommendation("scid_120", "Turn it on now"))
    assert (one.successor, one.because) == (None, "")
    (bare,) = found(gone("aad_one"), Recommendation("Aad_oneX", "aad_one"))
    assert bare.successor is None


def test_only_decisions_are_orphaned() -> None:
    """Without a decision there is nothing to do about a retired recommendation; a current one is not orphaned."""
    assert found(gone("A"), Recommendation("B", "B"), decided=False) == []
    assert found(Recommendation("A", "A"), Recommendation("B", "B")) == []


def test_a_deprecated_recommendation_is_found_while_it_is_still_scored() -> None:
    """A decision about it is listed before Microsoft retires it."""
    going = Recommendation("A", "Same", deprecated=True)
    measured = history({"A": (1, 2), "B": (1, 2)})
    given = workspace(measured, {"A": versions((1, decision("A")))}, [going, Recommendation("B", "Same")])
    (one,) = orphaned(statuses_on(given, day(1)).values())
    assert one.successor is not None
    assert one.successor.id == "B"


def test_what_is_scored_is_current_without_a_profile() -> None:
    """Graph's two lists differ: a score is enough, a profile is enough, a decision alone is not."""
    measured = history({"scored": (1, 2), "other": (1, 2)})
    answers = {name: versions((1, decision(name))) for name in ("scored", "listed", "neither")}
    statuses = statuses_on(workspace(measured, answers, ["other", "listed"]), day(1))
    assert [one.status.id for one in orphaned(statuses.values())] == ["neither"]
