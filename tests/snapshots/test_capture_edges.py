# SPDX-License-Identifier: Apache-2.0
"""Edges of a capture: who is new, answers that hold nothing usable, and tables beside Graph's own days."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.snapshots.capture import Answer, Export, RunInfo, Stored, capture, newcomers
from secure_score_backlog.snapshots.graph_json import CATALOGUE_PATH, Json, snapshot_path
from tests.support.graph_items import AT, DAY, control, profile, score

GRAPH = RunInfo(AT, "1.0", "graph")
SAVED = RunInfo(AT, "1.0", "json")
EARLIER = DAY - timedelta(days=1)


def snapshot(day: date, *names: str, **collected: Any) -> Json:
    """A stored snapshot that scores some recommendations."""
    note = {"complete": True, "source": "graph", **collected}
    controls = [control(name, full=False) for name in names]
    return {"collected": note, "maximum": {}, "secureScore": score(day, controls), "synced": {}}


def catalogue(*names: str) -> Json:
    """A stored catalogue."""
    return {"collected": {}, "descriptions": {}, "profiles": [profile(name) for name in names]}


STORED = Stored(frozenset({EARLIER}), {EARLIER: snapshot(EARLIER, "scored", "both")}, catalogue("listed", "both"))


@pytest.mark.parametrize(
    ("scored", "listed", "new"),
    [
        ((), None, set()),
        (("scored",), ("listed",), set()),
        (("listed",), ("scored",), set()),
        (("both", "x"), (), {"x"}),
        (("both",), ("y",), {"y"}),
        ((), ("y",), {"y"}),
        (("x",), ("y", "both"), {"x", "y"}),
        (("x",), None, {"x"}),
    ],
)
def test_newcomers_are_known_to_neither(scored: tuple[str, ...], listed: tuple[str, ...] | None, new: set[str]) -> None:
    """New is what neither the stored catalogue nor the newest snapshot has, in scores and in profiles alike."""
    scores = (score(DAY, [control(name) for name in scored]), None, "no score", score(EARLIER, [control("both")]))
    answer = Answer(scores, None if listed is None else tuple(map(profile, listed)))
    assert newcomers(answer, STORED) == new
    assert newcomers(answer, Stored()) == frozenset()


def test_newcomers_of_every_day_and_of_tables() -> None:
    """Each score of an answer counts, and so does an exported table."""
    export = Export(DAY, {"controlScores": [{"controlName": "exported"}]}, {})
    scores = (score(DAY, [control("one")]), score(EARLIER, [control("two")]))
    assert newcomers(Answer(scores, None, exports=(export,)), STORED) == {"one", "two", "exported"}


UNDATED = {**score(DAY, [control("a")]), "id": "x", "createdDateTime": "soon"}
FUTURE = score(date(2060, 1, 7), [control("a")])


@pytest.mark.parametrize(
    ("answer", "where", "facts"),
    [
        (Answer((), (profile("a"),)), "security/secureScores", ()),
        (Answer((UNDATED, None), (profile("a"),)), "createdDateTime", (r"\b2\b",)),
        (Answer((FUTURE,), (profile("a"),)), "createdDateTime", ("2060-01-07", "2026-11-21")),
        (Answer((FUTURE, UNDATED), (profile("a"),)), "createdDateTime", ("2060-01-07",)),
    ],
)
def test_an_answer_without_a_usable_day(answer: Answer, where: str, facts: tuple[str, ...]) -> None:
    """The end says where Graph's answer lacks something, and what to do; days in the future are told first."""
    with pytest.raises(CannotProceed) as ending:
        capture(answer, STORED, GRAPH)
    assert str(ending.value.where).startswith(where)
    assert all(re.search(fact, ending.value.message) for fact in facts)
    for words in (ending.value.message, ending.value.hint):
        assert isinstance(words, str)
        assert words[:1].isupper()
        assert words != words.upper()


def test_the_three_ends_are_told_apart() -> None:
    """No score, no date and no day that has come: three messages and three hints."""
    ends = []
    for scores in ((), (UNDATED,), (FUTURE,)):
        with pytest.raises(CannotProceed) as ending:
            capture(Answer(scores, None), STORED, SAVED)
        ends.append(ending.value)
    assert len({end.message for end in ends}) == len({end.hint for end in ends}) == 3


def test_profiles_alone_are_something_when_they_were_saved() -> None:
    """From a file they are taken; from Graph itself an answer without scores ends."""
    assert capture(Answer((), (profile("a"),)), Stored(), SAVED).changes.catalogue
    with pytest.raises(CannotProceed):
        capture(Answer((), (profile("a"),)), Stored(), GRAPH)
    with pytest.raises(CannotProceed):
        capture(Answer((UNDATED,), ()), Stored(), SAVED)


def exported(day: date, points: int = 5) -> Export:
    """A table about a day."""
    lines = [{"controlName": "both", "score": points}]
    return Export(day, {"createdDateTime": f"{day}T00:00:00Z", "controlScores": lines}, {"both": [10, None]})


def test_a_table_about_a_day_that_is_stored() -> None:
    """Nothing is taken of it, and that is told in the file of that day, whatever the table says."""
    for points in (5, 6):
        found = capture(Answer((), None, exports=(exported(EARLIER, points),)), STORED, SAVED)
        assert (dict(found.files), found.changes.unchanged) == ({}, (EARLIER,))
        assert [(each.code, each.path) for each in found.problems] == [("import-day-stored", snapshot_path(EARLIER))]
        assert str(EARLIER) in found.problems[0].message


def test_a_table_about_a_new_day() -> None:
    """It is stored as what it is: never complete, with its own maxima, and nothing is called odd about it."""
    found = capture(Answer((), None, exports=(exported(DAY),)), STORED, SAVED)
    stored = found.files[snapshot_path(DAY)]
    assert (stored["collected"]["source"], stored["collected"]["complete"]) == ("csv", False)
    assert stored["maximum"] == {"both": [10, None]}
    assert found.problems == ()


def test_graph_completes_a_day_of_a_table_and_never_the_other_way_round() -> None:
    """A day in full replaces the table's; a bare copy leaves it, and is told only where its points differ."""
    kept = {**snapshot(EARLIER, "both", complete=False, source="csv"), "maximum": {"both": [10, None]}}
    table = Stored(frozenset({EARLIER}), {EARLIER: kept}, catalogue("both"))
    whole = Answer((score(EARLIER, [control("both")]),), None)
    assert capture(whole, table, SAVED).changes.improved == (EARLIER,)
    for points, codes in ((5, []), (6, ["snapshot-differs"])):
        newest = score(DAY, [control("both")])
        bare = score(EARLIER, [control("both", points, full=False)])
        found = capture(Answer((newest, bare), (profile("both"),)), table, GRAPH)
        assert (found.changes.added, found.changes.unchanged) == ((DAY,), (EARLIER,))
        assert [each.code for each in found.problems] == codes


@pytest.mark.parametrize("how", [GRAPH, SAVED])
def test_who_told_something_else_is_named(how: RunInfo) -> None:
    """Graph itself where it was asked, else what was imported: of a day, and of the whole catalogue."""
    names = [f"id{number:02}" for number in range(30)]
    stored = Stored(frozenset({EARLIER}), {EARLIER: snapshot(EARLIER, "a")}, catalogue(*names))
    scores = (score(DAY, [control("a")]), score(EARLIER, [control("a", 6)]))
    told = {each.code: each for each in capture(Answer(scores, (profile("a"),)), stored, how).problems}
    assert told.keys() == {"catalogue-shrank", "snapshot-differs"}
    assert {each.message.startswith("Graph ") for each in told.values()} == {how is GRAPH}
    assert told["catalogue-shrank"].path == CATALOGUE_PATH


def test_graphs_score_of_a_day_outweighs_a_table() -> None:
    """Where one answer holds both, the score is taken."""
    answer = Answer((score(DAY, [control("both")]),), (profile("both"),), exports=(exported(DAY), exported(EARLIER)))
    found = capture(answer, Stored(), SAVED)
    sources = {path: content["collected"]["source"] for path, content in found.files.items() if "2026" in path}
    assert sources == {snapshot_path(DAY): "json", snapshot_path(EARLIER): "csv"}
