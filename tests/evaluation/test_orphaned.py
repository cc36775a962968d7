# SPDX-License-Identifier: Apache-2.0
"""Decisions that outlived their recommendation, and what it is called now, only where that is certain."""

from __future__ import annotations

import pytest

from secure_score_backlog.evaluation.status import Orphaned, orphaned, statuses_on
from secure_score_backlog.snapshots.model import Recommendation
from tests.support.tenants import day, decision, history, versions, workspace


def found(old: Recommendation, *living: Recommendation, decided: bool = True) -> list[Orphaned]:
    """What is found when the old one stops being scored and leaves the catalogue, and others are scored."""
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
    """Case, instance, version at the end; else the very same title."""
    (one,) = found(old, new, Recommendation("Other", "Other words"))
    assert one.successor is not None
    assert (one.status.id, one.successor.id, one.because) == (old.id, new.id, because)


def test_nothing_is_guessed() -> None:
    """Alike is not the same: neither ids nor titles that merely resemble each other, nor ids without a title."""
    (one,) = found(gone("scid_12", "Turn it on"), Recommendation("scid_120", "Turn it on now"))
    assert (one.successor, one.because) == (None, "")
    (bare,) = found(gone("aad_one"), Recommendation("Aad_oneX", "aad_one"))
    assert bare.successor is None


def test_only_decisions_outlive() -> None:
    """Without a decision nobody has to do anything about what is gone; what lives is not gone."""
    assert found(gone("A"), Recommendation("B", "B"), decided=False) == []
    assert found(Recommendation("A", "A"), Recommendation("B", "B")) == []


def test_what_microsoft_marks_as_going_is_found_while_it_is_still_scored() -> None:
    """A deprecated profile with a decision is named before it vanishes."""
    going = Recommendation("A", "Same", deprecated=True)
    measured = history({"A": (1, 2), "B": (1, 2)})
    given = workspace(measured, {"A": versions((1, decision("A")))}, [going, Recommendation("B", "Same")])
    (one,) = orphaned(statuses_on(given, day(1)).values())
    assert one.successor is not None
    assert one.successor.id == "B"


def test_what_is_scored_lives_without_a_profile() -> None:
    """Graph's two lists differ: a score is enough, a profile is enough, a decision alone is not."""
    measured = history({"scored": (1, 2), "other": (1, 2)})
    answers = {name: versions((1, decision(name))) for name in ("scored", "listed", "neither")}
    standings = statuses_on(workspace(measured, answers, ["other", "listed"]), day(1))
    assert [one.status.id for one in orphaned(standings.values())] == ["neither"]
