# SPDX-License-Identifier: Apache-2.0
"""What is odd about an answer: findings with their days and numbers, and sums within what rounding allows."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from secure_score_backlog.problems import Severity
from secure_score_backlog.snapshots import checks
from secure_score_backlog.snapshots.checks import Finding
from secure_score_backlog.snapshots.graph_json import Json
from secure_score_backlog.snapshots.snapshot_files import CATALOGUE_PATH, snapshot_path
from tests.support.graph_items import DAY, control, profile, score

TODAY = DAY + timedelta(days=1)
FAR = [date(2060, 1, number) for number in range(1, 10)]
OTHER = DAY - timedelta(days=40)


@pytest.mark.parametrize(
    ("find", "code", "day", "facts"),
    [
        (partial(checks.undated, 2, 30), "snapshot-undated", None, ("30 days", r"\b2\b")),
        (partial(checks.undated, 1, 1), "snapshot-undated", None, (r"1 day\b",)),
        (partial(checks.twice, DAY, 3), "snapshot-day-twice", DAY, (r"\b3\b", str(DAY))),
        (
            partial(checks.left_out_as_future, FAR[:2], TODAY),
            "snapshot-future",
            None,
            ("2 days", str(FAR[1]), str(TODAY)),
        ),
        (partial(checks.left_out_as_future, FAR[:1], TODAY), "snapshot-future", None, (r"1 day\b", str(FAR[0]))),
        (
            partial(checks.left_out_as_future, FAR[::-1], TODAY),
            "snapshot-future",
            None,
            ("9 days", "2060-01-05 and 4 more"),
        ),
        (partial(checks.ahead_of_clock, DAY, OTHER), "snapshot-ahead-of-clock", DAY, (str(DAY), str(OTHER))),
        (partial(checks.stored_already, DAY), "import-day-stored", DAY, (str(DAY),)),
        (partial(checks.catalogue_vanished, 234), "catalogue-vanished", None, (r"\b234\b",)),
        (partial(checks.newest_incomplete, DAY, has_profiles=True), "snapshot-newest-bare", DAY, (str(DAY),)),
        (partial(checks.newest_incomplete, DAY, has_profiles=False), "snapshot-no-catalogue", DAY, (str(DAY),)),
    ],
)
def test_each_finding_says_its_facts(
    find: Callable[[], Finding], code: str, day: date | None, facts: tuple[str, ...]
) -> None:
    """Code, day and numbers, a hint of its own, and nothing that is missing gets into the words."""
    finding = find()
    assert finding.hint != checks.KEPT_AS_IT_IS
    assert (finding.code, finding.day) == (code, day)
    for fact in facts:
        assert re.search(fact, finding.message)
    for words in (finding.message, finding.hint):
        assert isinstance(words, str)
        assert words[:1].isupper() or words[:1].isdigit()
        assert words != words.upper()
        assert not re.search(r"\bNone\b", words)


@pytest.mark.parametrize(
    ("find", "path"),
    [
        (partial(checks.twice, DAY, 2), snapshot_path(DAY)),
        (partial(checks.ahead_of_clock, DAY, OTHER), snapshot_path(DAY)),
        (partial(checks.stored_already, DAY), snapshot_path(DAY)),
        (partial(checks.undated, 1, 2), "snapshots"),
        (partial(checks.left_out_as_future, FAR, TODAY), "snapshots"),
        (partial(checks.catalogue_vanished, 1), CATALOGUE_PATH),
        (partial(Finding, "catalogue-no-id", None, "M."), CATALOGUE_PATH),
    ],
)
def test_where_a_finding_is_told(find: Callable[[], Finding], path: str) -> None:
    """In the file of its day, in the catalogue, or in the folder of all days; always as a warning."""
    finding = find()
    (problem,) = checks.problems([finding])
    assert (problem.path, problem.line, problem.severity) == (path, None, Severity.WARNING)
    assert (problem.code, problem.message, problem.hint) == (finding.code, finding.message, finding.hint)


@pytest.mark.parametrize(
    ("ago", "more"),
    [
        ((0,), None),
        ((3, 0), "1 other day (2026-11-17)"),
        ((3, 0, 9), "2 other days (2026-11-11 to 2026-11-17)"),
        ((0, 5, 3, 9), "3 other days (2026-11-11 to 2026-11-17)"),
    ],
)
def test_one_kind_on_several_days(ago: tuple[int, ...], more: str | None) -> None:
    """The newest is told in full, the others are counted and spanned."""
    found = [checks.twice(DAY - timedelta(days=number), 2 + number) for number in ago]
    (problem,) = checks.problems(found)
    assert problem.path == snapshot_path(DAY)
    assert problem.message.startswith(checks.twice(DAY, 2).message)
    if more is None:
        assert problem.message == checks.twice(DAY, 2).message
    else:
        assert more in problem.message


def test_problems_come_in_order_of_place() -> None:
    """By file, then by kind, whatever was found first."""
    findings = [checks.undated(1, 2), checks.twice(DAY, 2), checks.ahead_of_clock(DAY, OTHER), checks.twice(OTHER, 2)]
    found = checks.problems(findings)
    assert found == checks.problems(findings[::-1])
    assert [problem.code for problem in found] == ["snapshot-undated", "snapshot-ahead-of-clock", "snapshot-day-twice"]
    assert checks.problems([]) == ()


def sound(findings: list[Finding]) -> list[Finding]:
    """Findings in words that lack nothing."""
    for words in (words for finding in findings for words in (finding.message, finding.hint)):
        assert isinstance(words, str)
        assert not re.search(r"\bNone\b", words)
    return findings


@pytest.mark.parametrize(
    ("gone", "of", "told"),
    [(10, 100, False), (11, 110, True), (11, 111, False), (11, 100, True), (12, 120, True), (10, 10, False)],
)
def test_a_catalogue_that_shrinks(gone: int, of: int, told: bool) -> None:
    """More than ten at once, and at least a tenth: neither a few of many nor all of a few."""
    before = [f"id{number:03}" for number in range(of)]
    found = sound(checks.shrunk(before, [name.upper() for name in before[gone:]] + ["new"]))
    assert [finding.code for finding in found] == (["catalogue-shrank"] if told else [])
    for finding in found:
        assert finding.day is None
        assert re.search(rf"\b{gone} of {of} stored recommendations\b", finding.message)
        assert f"id004 and {gone - 5} more" in finding.message
        assert f"git checkout -- {CATALOGUE_PATH}" in finding.hint


def test_a_shorter_list_is_mended_by_whoever_told_it() -> None:
    """Graph is asked again; a saved list takes nothing away, so there is nothing to mend."""
    before = [f"id{number:03}" for number in range(20)]
    (asked,) = sound(checks.shrunk(before, []))
    (saved,) = sound([checks.shorter_list(checks.missing_at_once(before, []), 20)])
    assert "collect again tomorrow" in asked.hint
    assert "20 of 20 stored recommendations, which stay in" in saved.message
    assert ": id000, id001" in saved.message


ONLY_FOR_COLLECT = ("tomorrow", "report it to Microsoft", "later today", "ollect again", "report that to Microsoft")


def test_hints_of_an_import_are_for_somebody_with_a_file() -> None:
    """Nobody who imported a file is told to run something again tomorrow or to report to Microsoft."""
    bare = score(DAY, [control("a"), control("a", 1), {"score": None}], currentScore="NaN", maxScore=None)
    stored = {"maximum": {"a": [1, None]}, "secureScore": bare}
    differing = {**stored, "collected": {"source": "json", "complete": True}}
    findings = [
        checks.undated(1, 2),
        checks.twice(DAY, 2),
        checks.left_out_as_future([DAY], DAY),
        checks.ahead_of_clock(DAY, DAY),
        checks.stored_already(DAY),
        checks.shorter_list(["a"], 1),
        checks.catalogue_vanished(3),
        checks.newest_incomplete(DAY, has_profiles=True),
        checks.newest_incomplete(DAY, has_profiles=False),
        checks.profiles_missing(DAY, ["a"], 2),
        checks.scores_missing(DAY, bare),
        *checks.differs(DAY, differing, score(DAY, []), "The file"),
        *checks.snapshot_findings(DAY, stored, {}),
        *checks.catalogue_findings([profile("a"), profile("a", 3), {}]),
    ]
    assert {finding.code for finding in findings} >= {"snapshot-differs", "snapshot-no-profile", "catalogue-no-id"}
    for problem in checks.problems(findings, "json"):
        assert not [words for words in ONLY_FOR_COLLECT if words in problem.hint], problem
        assert "Microsoft gave" not in problem.message


def snapshot(source: str, complete: bool, *controls: Any, **more: Any) -> Json:
    """A stored snapshot of the day of these tests."""
    return {"collected": {"source": source, "complete": complete}, "secureScore": score(DAY, list(controls), **more)}


EXPORTED = [("b", 0), ("a", Decimal("7.83"))]


@pytest.mark.parametrize(
    ("controls", "told"),
    [
        ([("a", "7.83")], False),
        ([("a", "7.83"), ("b", 0)], False),
        ([("c", 0), ("a", "7.830"), ("b", None)], False),
        ([("a", "7.83"), ("", None)], False),
        ([("a", "7.84")], True),
        ([("b", "7.83")], True),
        ([("a", "7.83"), ("b", 1)], True),
        ([("a", "7.83"), ("a", "7.83")], True),
        ([("a", "7.83"), (None, 1)], True),
        ([("a", "7.83"), ("b", -1)], True),
        ([], True),
    ],
)
def test_a_day_of_an_export_told_again(controls: list[tuple[Any, Any]], told: bool) -> None:
    """Of an exported day only points above zero can be compared: by recommendation, in any order and spelling."""
    stored = snapshot("csv", False, *(control(name, points) for name, points in EXPORTED))
    offered = score(DAY, [{"controlName": name, "score": points} for name, points in controls], maxScore=None)
    found = checks.differs(DAY, stored, offered)
    assert [(finding.code, finding.day) for finding in found] == ([("snapshot-differs", DAY)] if told else [])
    assert all(str(DAY) in finding.message for finding in found)


def test_points_of_an_export_have_no_order() -> None:
    """Neither the table's nor Graph's."""
    names = [("c", 1), ("a", 3), ("b", 2), ("a", 1)]
    stored = snapshot("csv", False, *(control(*pair) for pair in names))
    for order in (names, names[::-1], sorted(names)):
        assert checks.differs(DAY, stored, score(DAY, [control(*pair) for pair in order])) == []


@pytest.mark.parametrize(
    ("complete", "change", "told"),
    [
        (True, {"maxScore": Decimal(99)}, True),
        (True, {"currentScore": Decimal(99)}, True),
        (True, {"enabledServices": []}, False),
        (False, {"enabledServices": []}, True),
        (False, {"currentScore": "5"}, True),
        (True, {"currentScore": "5"}, False),
        (True, {"controlScores": [control("a", 5, 99)]}, False),
        (False, {"controlScores": [control("a", 5, 99)]}, True),
        (True, {"controlScores": [control("a", 6)]}, True),
        (True, {"controlScores": [control("b", 5)]}, True),
        (False, {"controlScores": [control("a", description="Other words.", lastSynced=None)]}, False),
        (False, {"controlScores": None}, True),
        (False, {"controlScores": [control("a"), None]}, True),
    ],
)
def test_a_day_of_graph_told_again(complete: bool, change: Json, told: bool) -> None:
    """Of a complete day the figures are compared, of a backfilled one everything but texts that are lifted out."""
    stored = snapshot("graph" if complete else "backfill", complete, control("a"))
    assert checks.differs(DAY, stored, score(DAY, [control("a")])) == []
    found = sound(checks.differs(DAY, stored, {**score(DAY, [control("a")]), **change}, "The file"))
    assert [finding.code for finding in found] == (["snapshot-differs"] if told else [])
    for finding in found:
        assert bool(re.search(r"\b5\b", finding.message)) is (change.get("currentScore") == 99)


def test_who_tells_a_day_differently_is_named() -> None:
    """Microsoft, unless told otherwise; both totals where they differ."""
    stored = snapshot("graph", True, control("a"))
    offered = score(DAY, [control("a")], currentScore=Decimal(6))
    for teller, found in (
        ("Microsoft", checks.differs(DAY, stored, offered)),
        ("The file", checks.differs(DAY, stored, offered, "The file")),
    ):
        assert found[0].message.startswith(teller)
        assert "a total of 6 instead of 5" in found[0].message


@pytest.mark.parametrize(
    ("names", "shown"),
    [(["b", "a"], "a, b"), (list("fedcba"), "a, b, c, d, e and 1 more"), (list("edcba"), "a, b, c, d, e"), ([], "")],
)
def test_the_first_few_names(names: list[str], shown: str) -> None:
    """Five of the alphabet, and how many more there are."""
    assert checks.some(names) == shown


def test_profiles_that_are_odd() -> None:
    """Those without an id are counted, those with the same id are named."""
    assert checks.catalogue_findings([profile("a"), profile("b")]) == []
    found = sound(checks.catalogue_findings([profile("a"), {"id": ""}, None, profile("b"), profile("a"), {"id": 5}]))
    assert [(finding.code, finding.day) for finding in found] == [
        ("catalogue-no-id", None),
        ("catalogue-id-twice", None),
    ]
    assert "3 entries" in found[0].message
    assert re.search(r"\ba\b", found[1].message)
    assert found[1].hint != checks.KEPT_AS_IT_IS


@pytest.mark.parametrize(
    ("missing", "shown"), [(("x",), "1 recommendation has"), (("x", "y"), "2 recommendations have")]
)
def test_scores_without_a_profile(missing: tuple[str, ...], shown: str) -> None:
    """They are counted and named for their day; what may be missing is said."""
    stored = {"maximum": {}, "secureScore": score(DAY, [control(name) for name in ("a", *missing)])}
    found = sound(checks.snapshot_findings(DAY, stored, {"a": profile("a")}))
    (finding,) = (each for each in found if each.code == "snapshot-no-profile")
    assert finding.day == DAY
    assert shown in finding.message
    assert ", ".join(missing) in finding.message
    assert "secureScoreControlProfiles" in finding.saved
    assert {each.code for each in checks.snapshot_findings(DAY, stored, None)} == {each.code for each in found} - {
        "snapshot-no-profile"
    }


@pytest.mark.parametrize(
    ("points", "stated", "told"),
    [
        (["3.33", "3.33"], "6.67", False),  # both and the total may be half a cent off
        (["3.33", "3.33"], "6.674", False),
        (["3.33", "3.33"], "6.675", False),
        (["3.33", "3.33"], "6.676", True),
        (["3.33", "3.33"], "6.64", True),
        (["3", "3"], "6.01", True),
        (["3", "3"], "6.005", False),
        (["3", "3"], "6", False),
        (["3", "3"], "5", True),
        ([], "5", False),
        ([None, "5"], "5", False),
        ([None], "5", False),
    ],
)
def test_sums_within_what_rounding_allows(points: list[Any], stated: str, told: bool) -> None:
    """Half a cent for every figure that is not whole, and nothing for those that are."""
    controls = [control(f"c{number}", value) for number, value in enumerate(points)]
    stored = {"maximum": {}, "secureScore": score(DAY, controls, currentScore=stated, maxScore=Decimal(10))}
    codes = [finding.code for finding in checks.snapshot_findings(DAY, stored, None)]
    assert ("snapshot-sum-differs" in codes) is told


@pytest.mark.parametrize(
    ("maxima", "stated", "told"),
    [
        ([10, 10], 20, False),
        ([10, 10], 21, True),
        ([10, 10], 19, True),
        ([10, None], 20, False),
        ([10, None], 10, False),
        ([10, None], 9, True),
        ([None, None], 9, False),
        ([], 9, False),
    ],
)
def test_maxima_of_which_some_are_unknown(maxima: list[int | None], stated: int, told: bool) -> None:
    """Unknown maxima may make up for what is missing, never for what is too much."""
    entries = {str(number): [None if value is None else Decimal(value), None] for number, value in enumerate(maxima)}
    stored = {"maximum": entries, "secureScore": score(DAY, [control("a")], maxScore=Decimal(stated))}
    codes = [finding.code for finding in checks.snapshot_findings(DAY, stored, None)]
    assert ("snapshot-maximum-differs" in codes) is told


def test_what_stands_twice_explains_a_sum() -> None:
    """Where a recommendation is scored twice, sums that differ are not told again; what is missing still is."""
    twice = score(DAY, [control("a"), control("a")], currentScore=Decimal(5), maxScore=None)
    found = checks.snapshot_findings(DAY, {"maximum": {}, "secureScore": twice}, None)
    assert [finding.code for finding in found] == ["snapshot-control-twice", "snapshot-no-maximum"]
