# SPDX-License-Identifier: Apache-2.0
"""The portal's rows joined with the catalogue: what is taken, what is left out, and how that is told."""

from __future__ import annotations

import re

import pytest

from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.snapshots.portal_csv import Joined, Row, join, problems
from tests.support.graph_items import DAY, profile

PROFILES = tuple(profile(name, title=f"Do {name}") for name in ("a", "b", "c"))


def row(name: str, points: str | None = "3/10", line: int = 2, **more: str) -> Row:
    """A row about a recommendation; without points, the cell is missing."""
    return Row(line, {"title": f"Do {name}", **({} if points is None else {"points": points}), **more})


def joined(*rows: Row) -> Joined:
    """The rows joined with the catalogue of these tests."""
    return join(rows, PROFILES, DAY)


def told(*rows: Row) -> dict[str, Problem]:
    """What is said about rows, by its code."""
    found = problems(joined(*rows), "export.csv", DAY)
    assert [problem.path for problem in found] == ["export.csv"] * len(found)
    assert {(problem.line, problem.severity) for problem in found} <= {(None, Severity.WARNING)}
    for text in (text for problem in found for text in (problem.message, problem.hint)):
        assert isinstance(text, str)
        assert not re.search(r"\bNone\b", text)
    return {problem.code: problem for problem in found}


def maxima(result: Joined) -> dict[str, list[object]]:
    """Maximum and state of each recommendation that was taken."""
    return dict(result.export.maximum) if result.export else {}


def test_a_day_in_graphs_shape() -> None:
    """The export is of its day, in the shape of a score; of notes nothing is said where there were none."""
    export = joined(row("a", category=" Identity ", rank="1", notes=" ", status="To address")).export
    assert export is not None
    assert (export.day, export.dropped) == (DAY, ())
    kept = {"category": "Identity", "status": "To address"}
    assert export.score == {
        "createdDateTime": f"{DAY}T00:00:00Z",
        "controlScores": [{"controlName": "a", "score": 3, "exported": kept}],
    }


@pytest.mark.parametrize(
    ("notes", "dropped"), [((), ()), (("", " "), ()), (("", "Ask"), ("Notes",)), (("x", ""), ("Notes",))]
)
def test_notes_are_dropped_and_told(notes: tuple[str, ...], dropped: tuple[str, ...]) -> None:
    """One note in any row is enough, also in a row that is not used."""
    rows = [row("a"), *(row("unknown", notes=note) for note in notes)]
    export = joined(*rows).export
    assert export is not None
    assert export.dropped == dropped


def test_nothing_usable_is_no_export() -> None:
    """Where not one row can be used there is no day; the rows are counted all the same."""
    assert joined() == Joined(None, 0)
    assert joined(row("x"), row("y")) == Joined(None, 2, unknown=("Do x", "Do y"))
    assert joined(row("a", "Oct 00")) == Joined(None, 1, unreadable=("Do a",))
    assert joined(row("a", licence="No")) == Joined(None, 1, unlicensed=1)


@pytest.mark.parametrize("points", [None, "", "3", "3/", "/10", "3/10/2", "-3/10", "3 of 10", "1234567/1", "1.2.3/4"])
def test_points_that_are_none(points: str | None) -> None:
    """A missing cell, an empty one, and any other writing: the row is named and left out."""
    result = joined(row("a", points), row("b"))
    assert result.unreadable == ("Do a",)
    assert maxima(result).keys() == {"b"}


@pytest.mark.parametrize(
    ("points", "status", "maximum", "unclear"),
    [
        ("0/0", "Erfunden", [0, None], 0),
        ("1/1", "Erfunden", [None, None], 1),
        ("2/2", "Erfunden", [None, None], 1),
        ("3/2", "Erfunden", [None, None], 1),
        ("0.5/0.5", "Erfunden", [None, None], 1),
        ("1/2", "Erfunden", [2, None], 0),
        ("0/2", "", [2, None], 0),
        ("2/2", "", [None, None], 1),
        ("2/2", None, [None, None], 1),
        ("2/2", "Completed", [2, "Default"], 0),
        ("0/0", "Completed", [0, "Default"], 0),
    ],
)
def test_full_points_need_a_status_that_is_known(
    points: str, status: str | None, maximum: list[object], unclear: int
) -> None:
    """Full points of anything above zero may be a claim; with a known status they are what they are."""
    without = row("a", points)
    result = joined(without if status is None else row("a", points, status=status))
    assert maxima(result) == {"a": maximum}
    assert len(result.unclear) == unclear
    assert all(result.unclear)


def test_unclear_statuses_are_told_once_each() -> None:
    """In order, whichever row came first; one that is missing is the same as one that is empty."""
    rows = (row("a", "2/2", status=" Zulu "), row("b", "2/2", status="Alpha"), row("c", "2/2", status="Alpha"))
    assert joined(*rows).unclear == ("Alpha", "Zulu")
    assert "Alpha; Zulu" in told(*rows)["import-status-unknown"].message
    assert joined(row("a", "2/2"), row("b", "2/2", status=" ")).unclear == joined(row("a", "2/2", status="")).unclear


def test_what_is_left_out_comes_in_an_order() -> None:
    """An unknown title outweighs a missing licence, which outweighs points that cannot be read."""
    assert joined(row("x", "?", licence="No")) == Joined(None, 1, unknown=("Do x",))
    assert joined(row("a", "?", licence="No")) == Joined(None, 1, unlicensed=1)
    repeated = (row("a"), row("a", licence="No"))
    assert joined(*repeated) == Joined(None, 2, unknown=("Do a", "Do a"))


def test_a_row_without_a_title_is_named_by_its_line() -> None:
    """Also where several have none."""
    rows = (Row(3, {"points": "1/2"}), Row(9, {"title": " ", "points": "1/2"}))
    unknown = joined(*rows).unknown
    assert [re.findall(r"\d+", name) for name in unknown] == [["3"], ["9"]]


def test_each_kind_is_told_with_its_number() -> None:
    """Codes, numbers and names; nothing is told where everything could be used."""
    assert told(row("a"), row("b", licence="Yes"), row("c", licence="")) == {}
    found = told(row("a", licence="No"), row("b", licence="Nein"), row("c", "?"))
    assert found.keys() == {"import-unlicensed", "import-points-unreadable"}
    assert re.search(r"\b2 rows\b", found["import-unlicensed"].message)
    assert re.search(r"\b1 row\b", found["import-points-unreadable"].message)
    assert "Do c" in found["import-points-unreadable"].message
    assert "a" in maxima(joined(row("a")))
    unknown = told(row("a"), row("x"), row("y"))["import-title-unknown"].message
    assert re.search(r"\b2 rows of 3\b", unknown)
    assert "Do x; Do y" in unknown
    assert told(row("a", "2/2", status="Zulu")).keys() == {"import-status-unknown"}


def test_titles_that_the_catalogue_cannot_tell_apart() -> None:
    """Neither a title that two recommendations share nor a profile without title or id finds anything."""
    odd = (*PROFILES, profile("twin", title="do A."), profile("d", title=None), {"title": "Do nameless"}, None)
    result = join([row("a"), row("b"), row("nameless"), Row(5, {"title": "", "points": "1/2"})], odd, DAY)
    assert maxima(result).keys() == {"b"}
    assert len(result.unknown) == 3
