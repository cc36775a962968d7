# SPDX-License-Identifier: Apache-2.0
"""From Graph's answer to files: what is written, what stays, what is reported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.snapshots.collect import (
    Answer,
    Collection,
    Export,
    RunInfo,
    Stored,
    collect,
    days_in,
    unknown_recommendations,
)
from secure_score_backlog.snapshots.graph_json import Json, sort_key
from secure_score_backlog.snapshots.snapshot_files import (
    CATALOGUE_PATH,
    decode,
    decode_catalogue,
    encode,
    snapshot_path,
    without_names,
)
from tests.support.graph_items import (
    AT,
    DAY,
    HOSTILE_PROFILE,
    LITERAL_PROFILE,
    LITERAL_SCORE,
    OTHER_TENANT,
    SCALARS,
    TENANT,
    control,
    hostile_scores,
    profile,
    score,
)
from tests.support.rebuilt import rebuilt

GRAPH = RunInfo(AT, "1.0", "graph")
SAVED = RunInfo(AT, "1.0", "json")
EARLIER = DAY - timedelta(days=1)


def after(result: Collection, before: Stored | None = None) -> Stored:
    """What is stored once a collection has been written and read back."""
    known = before or Stored()
    snapshots, catalogue = dict(known.snapshots), known.catalogue
    for path, content in result.files.items():
        data = encode(content)
        if path == CATALOGUE_PATH:
            catalogue = decode_catalogue(data, path)
        else:
            snapshots[date.fromisoformat(path[-15:-5])] = decode(data, path)
    return Stored(frozenset(snapshots), snapshots, catalogue)


def codes(result: Collection) -> list[str]:
    """The codes of what a collection reports."""
    return [problem.code for problem in result.problems]


def in_order(content: Mapping[str, Any]) -> Json:
    """A score with its controls in a fixed order: the only thing that a snapshot does not keep."""
    items = content.get("controlScores")
    ordered = sorted(items, key=lambda item: sort_key(item, "controlName")) if isinstance(items, list) else items
    return {**content, **({"controlScores": ordered} if "controlScores" in content else {})}


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(hostile_scores(), st.lists(st.one_of(HOSTILE_PROFILE, SCALARS), max_size=4))
def test_graphs_answer_can_be_rebuilt(scores: list[Any], profiles: list[Any]) -> None:
    """What Graph says about a day comes back out of the files, people's names apart; a second run writes nothing."""
    answer = Answer(tuple(scores), tuple(profiles))
    stored = after(collect(answer, Stored(), GRAPH))
    assert stored.catalogue is not None
    for said in scores:
        kept = stored.snapshots[date.fromisoformat(said["createdDateTime"][:10])]
        assert in_order(rebuilt(kept, stored.catalogue["descriptions"])) == in_order(said)
    nameless = [without_names(item)[0] for item in profiles]
    assert all(item in stored.catalogue["profiles"] for item in nameless)
    assert all(item in nameless for item in stored.catalogue["profiles"])
    assert not collect(answer, stored, GRAPH).files


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    st.lists(LITERAL_SCORE, min_size=1, max_size=4),
    st.lists(LITERAL_PROFILE, max_size=4),
    st.sampled_from([GRAPH, SAVED]),
)
def test_an_answer_that_takes_the_description_at_its_word(scores: list[Any], profiles: list[Any], how: RunInfo) -> None:
    """Numbers as text, NaN and nulls everywhere: every day that can be dated is stored, whole; nothing crashes."""
    answer = Answer(tuple(scores), tuple(profiles))
    days = days_in(answer)
    if not days and (how is GRAPH or not profiles):
        with pytest.raises(CannotProceed, match="readable date"):
            collect(answer, Stored(), how)
        return
    stored = after(collect(answer, Stored(), how))
    assert stored.days == days
    descriptions = stored.catalogue["descriptions"] if stored.catalogue else {}
    found = [in_order(rebuilt(kept, descriptions)) for kept in stored.snapshots.values()]
    assert all(content in [in_order(said) for said in scores] for content in found)
    assert not collect(answer, stored, how).files


def bare(day: date, **more: Any) -> Json:
    """A day as Graph tells it later: no details."""
    return score(day, [control("a", full=False), control("b", full=False)], **more)


def whole(day: date, **more: Any) -> Json:
    """A day as Graph tells it while it is the newest."""
    return score(day, [control("a"), control("b")], **more)


PROFILES = (profile("a"), profile("b"))


def test_newest_day_is_complete_and_older_ones_are_backfilled() -> None:
    """Each day says what it is and where it comes from; the newest comes first, the catalogue last."""
    result = collect(Answer((whole(DAY), bare(EARLIER)), PROFILES), Stored(), GRAPH)
    assert list(result.files) == [snapshot_path(DAY), snapshot_path(EARLIER), CATALOGUE_PATH]
    notes = [result.files[snapshot_path(day)]["collected"] for day in (DAY, EARLIER)]
    assert notes[0] == {"at": "2026-11-21T04:30:00Z", "by": "1.0", "complete": True, "dropped": [], "source": "graph"}
    assert (notes[1]["complete"], notes[1]["source"]) == (False, "backfill")
    assert result.changes.added == (EARLIER, DAY)
    assert codes(result) == []


def test_a_backfilled_day_is_completed_once() -> None:
    """Degraded to complete is the one change allowed; afterwards the day stays whatever Graph says."""
    stored = after(collect(Answer((whole(DAY), bare(EARLIER)), PROFILES), Stored(), GRAPH))
    improved = collect(Answer((whole(EARLIER),), None), stored, SAVED)
    assert improved.changes.improved == (EARLIER,)
    assert improved.files[snapshot_path(EARLIER)]["collected"]["source"] == "json"
    stored = after(improved, stored)
    again = collect(Answer((whole(EARLIER, currentScore=Decimal(99)),), None), stored, SAVED)
    assert not again.files
    assert again.changes.unchanged == (EARLIER,)
    assert codes(again) == ["snapshot-differs"]
    assert "a total of 99 instead of 10" in again.problems[0].message


def test_a_bare_copy_never_replaces_anything() -> None:
    """Neither a complete day nor an earlier bare copy; where a bare copy says something else, that is told."""
    stored = after(collect(Answer((whole(DAY), bare(EARLIER)), PROFILES), Stored(), GRAPH))
    tomorrow = DAY + timedelta(days=1)
    quiet = collect(Answer((whole(tomorrow), bare(DAY), bare(EARLIER)), PROFILES), stored, GRAPH)
    assert list(quiet.files) == [snapshot_path(tomorrow)]
    assert codes(quiet) == []
    changed = bare(EARLIER, enabledServices=["HasMCAS"])
    loud = collect(Answer((whole(tomorrow), bare(DAY), changed), PROFILES), stored, GRAPH)
    assert list(loud.files) == [snapshot_path(tomorrow)]
    assert codes(loud) == ["snapshot-differs"]
    assert loud.problems[0].path == snapshot_path(EARLIER)


def test_newest_day_without_details_is_not_complete() -> None:
    """A newest day that comes as bare as an old one is stored, marked and told."""
    result = collect(Answer((bare(DAY),), PROFILES), Stored(), GRAPH)
    assert result.files[snapshot_path(DAY)]["collected"]["complete"] is False
    assert codes(result) == ["snapshot-newest-bare"]


def test_an_older_day_with_details_is_not_complete_from_graph() -> None:
    """Graph rebuilds the texts of older days from blanks, so only the newest counts; saved files are trusted."""
    answer = Answer((whole(DAY), whole(EARLIER)), PROFILES)
    assert collect(answer, Stored(), GRAPH).files[snapshot_path(EARLIER)]["collected"]["complete"] is False
    assert collect(answer, Stored(), SAVED).files[snapshot_path(EARLIER)]["collected"]["complete"] is True


def test_scores_saved_without_profiles_leave_room() -> None:
    """Without any profile most maxima are unknown: the day is kept as incomplete until a better import comes."""
    alone = collect(Answer((whole(DAY),), None), Stored(), SAVED)
    assert list(alone.files) == [snapshot_path(DAY)]
    assert codes(alone) == ["snapshot-no-catalogue"]
    assert alone.files[snapshot_path(DAY)]["secureScore"]["controlScores"][0]["description"] == "About a."
    stored = after(alone)
    together = collect(Answer((whole(DAY),), PROFILES), stored, SAVED)
    assert together.changes.improved == (DAY,)
    assert together.files[snapshot_path(DAY)]["maximum"] == {"a": [10, "Default"], "b": [10, "Default"]}
    assert together.files[CATALOGUE_PATH]["descriptions"] == {"a": "About a.", "b": "About b."}


def test_maximum_of_the_day_and_in_hindsight() -> None:
    """Today's profile speaks for today; an older day keeps the maximum that its own percentage tells."""
    profiles = (profile("a", 8, "ThirdParty", "2026-11-20T09:00:00Z"), profile("b", "7"))
    today = score(DAY, [control("a", 4, 50), control("b", 0, 0), control("c", 2, "66.67"), control("d", 0, 0)])
    past = score(EARLIER, [control("a", 5, 50, full=False), control("b", 0, 0, full=False)])
    result = collect(Answer((today, past), profiles), Stored(), GRAPH)
    assert result.files[snapshot_path(DAY)]["maximum"] == {
        "a": [8, "ThirdParty"],
        "b": [7, "Default"],
        "c": [3, None],
        "d": [None, None],
    }
    assert result.files[snapshot_path(EARLIER)]["maximum"] == {"a": [10, None], "b": [7, "Default"]}


def test_names_of_people_are_dropped_unless_wanted() -> None:
    """`updatedBy`, `assignedTo` and `comment` never reach a file, in whatever case; the note says what was dropped."""
    odd = {
        **profile("a"),
        "controlStateUpdates": [
            {"UpdatedBy": "Ada", "assignedTo": "Grace", "comment": "Ask Ada", "state": "Default"},
            None,
        ],
    }
    answer = Answer((whole(DAY),), (odd, profile("b")))
    catalogue = collect(answer, Stored(), GRAPH).files[CATALOGUE_PATH]
    assert catalogue["profiles"][0]["controlStateUpdates"] == [{"state": "Default"}, None]
    assert catalogue["collected"]["dropped"] == [
        "controlStateUpdates.UpdatedBy",
        "controlStateUpdates.assignedTo",
        "controlStateUpdates.comment",
        "controlStateUpdates.updatedBy",
    ]
    assert b"Ada" not in encode(catalogue)
    kept = collect(answer, Stored(), RunInfo(AT, "1.0", "graph", keep_names=True)).files[CATALOGUE_PATH]
    assert kept["profiles"][0]["controlStateUpdates"][0]["UpdatedBy"] == "Ada"
    assert kept["collected"]["dropped"] == []


def test_catalogue_is_written_only_when_it_changed() -> None:
    """Another time and version are no reason; another title is."""
    stored = after(collect(Answer((whole(DAY),), PROFILES), Stored(), GRAPH))
    later = RunInfo(AT + timedelta(days=1), "2.0", "graph")
    tomorrow = DAY + timedelta(days=1)
    same = collect(Answer((whole(tomorrow),), PROFILES[::-1]), stored, later)
    assert CATALOGUE_PATH not in same.files
    other = collect(Answer((whole(tomorrow),), (profile("a", title="New"), profile("b"))), stored, later)
    assert other.files[CATALOGUE_PATH]["collected"]["by"] == "2.0"


def test_a_catalogue_that_vanishes_stays() -> None:
    """No profile at all, where there were some, is a fault at Microsoft and retires nothing."""
    stored = after(collect(Answer((whole(DAY),), PROFILES), Stored(), GRAPH))
    result = collect(Answer((whole(DAY + timedelta(days=1)),), ()), stored, GRAPH)
    assert CATALOGUE_PATH not in result.files
    assert codes(result) == ["catalogue-vanished"]
    assert result.changes.retired == ()


def test_saved_pages_only_add() -> None:
    """A page of profiles that was saved alone retires nobody; a whole answer does."""
    stored = after(collect(Answer((whole(DAY),), PROFILES), Stored(), SAVED))
    page = collect(Answer((), (profile("z"),), whole=False), stored, SAVED)
    assert [item["id"] for item in page.files[CATALOGUE_PATH]["profiles"]] == ["a", "b", "z"]
    assert (page.changes.new, page.changes.retired) == (("z",), ())
    everything = collect(Answer((score(DAY + timedelta(days=1), [control("a")]),), (profile("a"),)), stored, SAVED)
    assert everything.changes.retired == ("b",)


def test_an_older_import_does_not_turn_back_the_catalogue() -> None:
    """Profiles saved with older scores fill gaps in the texts, and change nothing that is newer."""
    stored = after(collect(Answer((score(DAY, [control("a", description=None)]),), (profile("a"),)), Stored(), GRAPH))
    older = Answer((score(EARLIER, [control("a", description="Old words.")]),), (profile("a", title="Old"),))
    result = collect(older, stored, SAVED)
    assert result.files[CATALOGUE_PATH]["profiles"][0]["title"] == "Title of a"
    assert result.files[CATALOGUE_PATH]["descriptions"] == {"a": "Old words."}
    oldest = Answer((score(EARLIER - timedelta(days=1), [control("a", description="Oldest.")]),), None)
    assert CATALOGUE_PATH not in collect(oldest, after(result, stored), SAVED).files


def test_texts_that_differ_from_day_to_day() -> None:
    """The catalogue holds the newest text; an older day keeps its own, and a missing text is not made up."""
    silent = {key: value for key, value in control("b").items() if key != "description"}
    older = score(EARLIER, [control("a", description="Old words."), silent])
    stored = after(collect(Answer((whole(DAY), older), PROFILES), Stored(), GRAPH))
    assert stored.catalogue is not None
    descriptions = stored.catalogue["descriptions"]
    assert descriptions == {"a": "About a.", "b": "About b."}
    assert stored.snapshots[EARLIER]["collected"]["undescribed"] == ["b"]
    assert in_order(rebuilt(stored.snapshots[EARLIER], descriptions)) == in_order(older)
    fresh = after(collect(Answer((score(DAY + timedelta(days=1), [silent]),), PROFILES), stored, GRAPH), stored)
    assert fresh.catalogue is not None
    again = rebuilt(fresh.snapshots[DAY + timedelta(days=1)], fresh.catalogue["descriptions"])
    assert (fresh.catalogue["descriptions"], again["controlScores"]) == (descriptions, [silent])


def test_summary_of_changes() -> None:
    """New, back, retired, re-weighted, up and down, against the newest snapshot there was."""
    before = score(DAY, [control("a", 5), control("b", 5), control("gone", 1), control("x", 2)])
    profiles = tuple(profile(name) for name in ("a", "b", "gone", "x"))
    stored = after(collect(Answer((before,), profiles), Stored(), GRAPH))
    tomorrow = DAY + timedelta(days=1)
    now = score(
        tomorrow, [control("a", "5.5"), control("b", 3), control("new", 1), control("returned", 1), control("x", 2)]
    )
    answer = Answer((now,), (profile("a"), profile("b"), profile("new"), profile("returned"), profile("x", 12)))
    assert unknown_recommendations(answer, stored) == {"new", "returned"}
    known = Stored(stored.days, stored.snapshots, stored.catalogue, frozenset({"returned"}))
    changes = collect(answer, known, GRAPH).changes
    assert (changes.start, changes.end) == (DAY, tomorrow)
    assert (changes.new, changes.back, changes.retired) == (("new",), ("returned",), ("gone",))
    assert [(move.recommendation, move.before, move.after) for move in changes.up] == [("a", 5, Decimal("5.5"))]
    assert [(move.recommendation, move.before, move.after) for move in changes.down] == [("b", 5, 3)]
    assert [(move.recommendation, move.before, move.after) for move in changes.reweighted] == [("x", 10, 12)]


def test_a_first_run_calls_nothing_new() -> None:
    """Where nothing was stored, nothing can be new, back or retired."""
    changes = collect(Answer((whole(DAY),), PROFILES), Stored(), GRAPH).changes
    assert (changes.new, changes.back, changes.retired, changes.start) == ((), (), (), None)


@pytest.mark.parametrize(
    ("answer", "known"),
    [
        (Answer((whole(DAY, azureTenantId=OTHER_TENANT),), PROFILES[:0]), True),
        (Answer((), tuple({**item, "azureTenantId": OTHER_TENANT} for item in PROFILES)), True),
        (Answer((whole(DAY), whole(EARLIER, azureTenantId=OTHER_TENANT)), PROFILES), False),
        (Answer((whole(DAY, azureTenantId=OTHER_TENANT),), PROFILES), False),
    ],
)
def test_another_tenant_is_refused(answer: Answer, known: bool) -> None:
    """One repository, one tenant: neither another one nor a mixture gets in, and both ids are named."""
    stored = after(collect(Answer((whole(EARLIER),), PROFILES), Stored(), GRAPH)) if known else Stored()
    with pytest.raises(CannotProceed) as ending:
        collect(answer, stored, SAVED)
    assert OTHER_TENANT in ending.value.message
    assert TENANT in ending.value.message


def test_tenant_ids_are_compared_without_case() -> None:
    """Capital letters in a GUID mean nothing."""
    stored = after(collect(Answer((whole(EARLIER),), PROFILES), Stored(), GRAPH))
    assert collect(Answer((whole(DAY, azureTenantId=TENANT.upper()),), PROFILES), stored, GRAPH).changes.added == (DAY,)


def test_two_scores_of_one_day() -> None:
    """The one with details is taken, then the latest; that there were two is told, unless they are the same."""
    later = bare(DAY, createdDateTime=f"{DAY}T12:00:00Z")
    for scores in ((whole(DAY), later), (later, whole(DAY))):
        result = collect(Answer(scores, PROFILES), Stored(), GRAPH)
        assert result.files[snapshot_path(DAY)]["collected"]["complete"] is True
        assert codes(result) == ["snapshot-day-twice"]
    assert codes(collect(Answer((whole(DAY), whole(DAY)), PROFILES), Stored(), GRAPH)) == []


def test_what_cannot_be_dated_is_left_out_and_told() -> None:
    """A score without a day ends nothing where others have one; where none has, nothing can be stored."""
    undated = {**whole(DAY), "id": "x", "createdDateTime": None}
    result = collect(Answer((whole(DAY), undated, None), PROFILES), Stored(), GRAPH)
    assert codes(result) == ["snapshot-undated"]
    assert "2 of 3 days came without a date" in result.problems[0].message
    with pytest.raises(CannotProceed, match="No score of the answer"):
        collect(Answer((undated,), PROFILES), Stored(), GRAPH)
    with pytest.raises(CannotProceed, match="holds no Secure Score"):
        collect(Answer((), PROFILES), Stored(), GRAPH)


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        ({"currentScore": Decimal(11)}, "snapshot-sum-differs", "add up to 10, but Microsoft's total is 11"),
        ({"currentScore": "NaN"}, "snapshot-no-total", "no total that can be read"),
        ({"maxScore": Decimal(25)}, "snapshot-maximum-differs", "add up to 20, but Microsoft's maximum is 25"),
        ({"maxScore": None}, "snapshot-no-maximum", "no maximum that can be read"),
        ({"controlScores": []}, "snapshot-scores-missing", "is stored as a partial day"),
        (
            {"controlScores": [control("a"), control("b"), {"score": Decimal(0)}]},
            "snapshot-unnamed",
            "1 score does not say",
        ),
        ({"controlScores": [control("a"), control("b"), control("b", 0)]}, "snapshot-control-twice", "b"),
        ({"controlScores": [control("a"), control("b"), control("c", None)]}, "snapshot-no-points", "c"),
        (
            {"controlScores": [control("a"), control("B"), control("z", 0, 0)], "maxScore": Decimal(40)},
            "snapshot-no-profile",
            "2 recommendations have a score, and the catalogue lacks them, so their titles are unknown: B, z. "
            "Some differ in case only: B (listed as b).",
        ),
    ],
)
def test_sanity_checks_warn_and_drop_nothing(said: dict[str, Any], code: str, words: str) -> None:
    """Each oddity is told in words, and the file holds what Graph said all the same."""
    odd = whole(DAY, **said)
    result = collect(Answer((odd,), PROFILES), Stored(), GRAPH)
    assert [problem for problem in result.problems if problem.code == code and words in problem.message]
    descriptions = result.files[CATALOGUE_PATH]["descriptions"]
    assert in_order(rebuilt(result.files[snapshot_path(DAY)], descriptions)) == in_order(odd)


def test_rounded_totals_are_no_oddity() -> None:
    """Scores that Graph rounded need not add up to the cent."""
    controls = [control("a", "3.33", "33.33"), control("b", "3.33", "33.33")]
    assert (
        codes(collect(Answer((score(DAY, controls, currentScore=Decimal("6.67")),), PROFILES), Stored(), GRAPH)) == []
    )


def test_the_same_oddity_of_many_days_is_told_once() -> None:
    """One warning for a month of wrong sums, with its days."""
    days = [bare(DAY - timedelta(days=ago), currentScore=Decimal(1)) for ago in range(1, 30)]
    result = collect(Answer((whole(DAY), *days), PROFILES), Stored(), GRAPH)
    assert codes(result) == ["snapshot-sum-differs"]
    assert "The same on 28 other days (2026-10-22 to 2026-11-18)." in result.problems[0].message


def test_catalogue_oddities() -> None:
    """Profiles without id or with the same id are kept and told; a repeated page is no oddity."""
    odd = (profile("a"), profile("a", title="Other"), profile("b"), profile("b"), {**profile("c"), "id": None})
    result = collect(Answer((whole(DAY),), odd), Stored(), GRAPH)
    assert len(result.files[CATALOGUE_PATH]["profiles"]) == 4
    assert codes(result) == ["catalogue-id-twice", "catalogue-no-id"]


def test_days_run_by_run_equal_a_run_that_catches_up() -> None:
    """15 daily runs leave complete days; one late run leaves the same last day and scores, marked as backfilled."""
    days = [DAY - timedelta(days=ago) for ago in range(14, -1, -1)]
    daily = Stored()
    for index, day in enumerate(days):
        scores = (whole(day), *(bare(past) for past in days[:index]))
        daily = after(collect(Answer(scores, PROFILES), daily, GRAPH), daily)
    late = after(collect(Answer((whole(DAY), *(bare(past) for past in days[:-1])), PROFILES), Stored(), GRAPH))
    assert daily.days == late.days == frozenset(days)
    assert encode(daily.snapshots[DAY]) == encode(late.snapshots[DAY])
    assert daily.catalogue == late.catalogue
    for day in days[:-1]:
        assert (daily.snapshots[day]["collected"]["complete"], late.snapshots[day]["collected"]["complete"]) == (
            True,
            False,
        )
        points = [[c["score"] for c in kept.snapshots[day]["secureScore"]["controlScores"]] for kept in (daily, late)]
        assert points[0] == points[1]
        assert daily.snapshots[day]["maximum"] == late.snapshots[day]["maximum"]


def test_an_older_import_forgets_no_text() -> None:
    """What the newest day says about a recommendation without a profile stays, whatever an older answer lacks."""
    stored = after(collect(Answer((score(DAY, [control("a"), control("loose")]),), (profile("a"),)), Stored(), GRAPH))
    older = collect(Answer((score(EARLIER, [control("a", full=False)]),), None), stored, SAVED)
    assert CATALOGUE_PATH not in older.files
    assert stored.catalogue is not None
    assert "loose" in stored.catalogue["descriptions"]


def test_an_id_in_another_case_is_the_same_recommendation() -> None:
    """It is neither new nor retired; where score and profile differ in case, the portal's state is still found."""
    claimed = (profile("Old", 10, "ThirdParty"), profile("b"))
    stored = after(collect(Answer((score(DAY, [control("Old", 10, 100), control("b")]),), claimed), Stored(), GRAPH))
    tomorrow = DAY + timedelta(days=1)
    today = score(tomorrow, [control("OLD", 10, 100), control("b")])
    result = collect(Answer((today,), (profile("old", 10, "ThirdParty"), profile("b"))), stored, GRAPH)
    assert result.files[snapshot_path(tomorrow)]["maximum"]["OLD"] == [10, "ThirdParty"]
    assert result.changes.retired == ()
    both = collect(Answer((score(tomorrow, [control("old")]),), (profile("old"), profile("b"))), stored, GRAPH)
    assert [(each.before, each.after) for each in both.changes.renamed] == [("Old", "old")]
    assert (both.changes.new, both.changes.retired) == ((), ())


def test_categories_are_compared() -> None:
    """A recommendation that Microsoft moves to another category is told with both."""
    stored = after(collect(Answer((whole(DAY),), PROFILES), Stored(), GRAPH))
    moved = score(DAY + timedelta(days=1), [control("a", controlCategory="Apps"), control("b")])
    changes = collect(Answer((moved,), PROFILES), stored, GRAPH).changes
    assert [(each.recommendation, each.before, each.after) for each in changes.recategorised] == [
        ("a", "Identity", "Apps")
    ]


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
    assert unknown_recommendations(answer, STORED) == new
    assert unknown_recommendations(answer, Stored()) == frozenset()


def test_newcomers_of_every_day_and_of_tables() -> None:
    """Each score of an answer counts, and so does an exported table."""
    export = Export(DAY, {"controlScores": [{"controlName": "exported"}]}, {})
    scores = (score(DAY, [control("one")]), score(EARLIER, [control("two")]))
    assert unknown_recommendations(Answer(scores, None, exports=(export,)), STORED) == {"one", "two", "exported"}


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
        collect(answer, STORED, GRAPH)
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
            collect(Answer(scores, None), STORED, SAVED)
        ends.append(ending.value)
    assert len({end.message for end in ends}) == len({end.hint for end in ends}) == 3


def test_profiles_alone_are_something_when_they_were_saved() -> None:
    """From a file they are taken; from Graph itself an answer without scores ends."""
    assert collect(Answer((), (profile("a"),)), Stored(), SAVED).changes.catalogue
    with pytest.raises(CannotProceed):
        collect(Answer((), (profile("a"),)), Stored(), GRAPH)
    with pytest.raises(CannotProceed):
        collect(Answer((UNDATED,), ()), Stored(), SAVED)


def exported(day: date, points: int = 5) -> Export:
    """A table about a day."""
    lines = [{"controlName": "both", "score": points}]
    return Export(day, {"createdDateTime": f"{day}T00:00:00Z", "controlScores": lines}, {"both": [10, None]})


def test_a_table_about_a_day_that_is_stored() -> None:
    """Nothing is taken of it, and that is told in the file of that day, whatever the table says."""
    for points in (5, 6):
        found = collect(Answer((), None, exports=(exported(EARLIER, points),)), STORED, SAVED)
        assert (dict(found.files), found.changes.unchanged) == ({}, (EARLIER,))
        assert [(each.code, each.path) for each in found.problems] == [("import-day-stored", snapshot_path(EARLIER))]
        assert str(EARLIER) in found.problems[0].message


def test_a_table_about_a_new_day() -> None:
    """It is stored as what it is: never complete, with its own maxima, and nothing is called odd about it."""
    found = collect(Answer((), None, exports=(exported(DAY),)), STORED, SAVED)
    stored = found.files[snapshot_path(DAY)]
    assert (stored["collected"]["source"], stored["collected"]["complete"]) == ("csv", False)
    assert stored["maximum"] == {"both": [10, None]}
    assert found.problems == ()


def test_graph_completes_a_day_of_a_table_and_never_the_other_way_round() -> None:
    """A day in full replaces the table's; a bare copy leaves it, and is told only where its points differ."""
    kept = {**snapshot(EARLIER, "both", complete=False, source="csv"), "maximum": {"both": [10, None]}}
    table = Stored(frozenset({EARLIER}), {EARLIER: kept}, catalogue("both"))
    whole = Answer((score(EARLIER, [control("both")]),), None)
    assert collect(whole, table, SAVED).changes.improved == (EARLIER,)
    for points, codes in ((5, []), (6, ["snapshot-differs"])):
        newest = score(DAY, [control("both")])
        bare = score(EARLIER, [control("both", points, full=False)])
        found = collect(Answer((newest, bare), (profile("both"),)), table, GRAPH)
        assert (found.changes.added, found.changes.unchanged) == ((DAY,), (EARLIER,))
        assert [each.code for each in found.problems] == codes


@pytest.mark.parametrize("how", [GRAPH, SAVED])
def test_who_told_something_else_is_named(how: RunInfo) -> None:
    """Graph itself where it was asked, else what was imported; only Graph makes the stored catalogue shorter."""
    names = [f"id{number:02}" for number in range(30)]
    stored = Stored(frozenset({EARLIER}), {EARLIER: snapshot(EARLIER, "a")}, catalogue(*names))
    scores = (score(DAY, [control("a")]), score(EARLIER, [control("a", 6)]))
    found = collect(Answer(scores, (profile("a"),)), stored, how)
    told = {each.code: each for each in found.problems}
    shorter = "catalogue-shrank" if how is GRAPH else "catalogue-shorter"
    assert told.keys() == {shorter, "snapshot-differs"}
    assert {each.message.startswith("Microsoft") for each in told.values()} == {how is GRAPH}
    assert told[shorter].path == CATALOGUE_PATH
    listed = len(found.files[CATALOGUE_PATH]["profiles"])
    assert listed == (1 if how is GRAPH else 31)


def test_a_partial_day_gives_way_to_graphs_own_copy() -> None:
    """A filtered table of yesterday: Graph's totals of that day say more. A whole table stays until a complete day."""
    for whole, expected in ((False, "backfill"), (True, "csv")):
        part = Export(EARLIER, {"createdDateTime": f"{EARLIER}T00:00:00Z", "controlScores": [
            {"controlName": "a", "score": Decimal(5), "exported": {}}]}, {"a": [10, None]}, whole=whole)  # fmt: skip
        stored = after(collect(Answer((), PROFILES, exports=(part,)), Stored(), SAVED))
        assert ("coverage" in stored.snapshots[EARLIER]["collected"]) is not whole
        found = after(collect(Answer((score(DAY, [control("a")]), bare(EARLIER)), PROFILES), stored, GRAPH), stored)
        assert found.snapshots[EARLIER]["collected"]["source"] == expected


def test_a_partial_day_is_replaced_only_by_one_that_says_the_same_and_more() -> None:
    """Two filtered tables of one day: the second one stays out unless it holds everything of the first."""

    def table(**points: int) -> Export:
        lines = [{"controlName": name, "score": Decimal(value), "exported": {}} for name, value in points.items()]
        day = {"createdDateTime": f"{DAY}T00:00:00Z", "controlScores": lines}
        return Export(DAY, day, {name: [10, None] for name in points}, whole=False)

    stored = after(collect(Answer((), None, exports=(table(a=5),)), Stored(), SAVED))
    for second, taken in ((table(b=5), False), (table(a=6, b=5), False), (table(a=5), False), (table(a=5, b=5), True)):
        found = collect(Answer((), None, exports=(second,)), stored, SAVED)
        assert bool(found.changes.improved) is taken


def test_graphs_score_of_a_day_outweighs_a_table() -> None:
    """Where one answer holds both, the score is taken."""
    answer = Answer((score(DAY, [control("both")]),), (profile("both"),), exports=(exported(DAY), exported(EARLIER)))
    found = collect(answer, Stored(), SAVED)
    sources = {path: content["collected"]["source"] for path, content in found.files.items() if "2026" in path}
    assert sources == {snapshot_path(DAY): "json", snapshot_path(EARLIER): "csv"}
