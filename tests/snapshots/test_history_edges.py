# SPDX-License-Identifier: Apache-2.0
"""Reading at its edges: warnings that say where and what, nonsense that hides nothing, texts and days as written."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from secure_score_backlog.problems import Severity
from secure_score_backlog.snapshots.history import HistoryBuilder, fold_case, read_catalogue, utc_day
from secure_score_backlog.snapshots.model import Observation
from tests.support.tenants import day, history, stored


def test_a_warning_says_where_what_and_what_to_do() -> None:
    """The snapshot of that day and the recommendation, as a warning; days that can be read have none."""
    builder = HistoryBuilder()
    builder.add(day(1), stored({"A": (1, 5), "B": (1, 5)}), "snapshots/one.json")
    builder.add(day(2), stored({"A": ("NaN", 5), "B": (1, 5)}, 1, 10), "snapshots/two.json")
    builder.add(day(3), stored({"A": (1, 5), "B": (1, 5)}, "NaN", 10), "snapshots/three.json")
    found = [(problem.path, problem.line, problem.code, problem.severity) for problem in builder.problems]
    assert found == [
        ("snapshots/two.json", None, "snapshot-unreadable-number", Severity.WARNING),
        ("snapshots/three.json", None, "snapshot-unreadable-number", Severity.WARNING),
    ]
    first, second = builder.problems
    assert first.message.startswith("A ")
    assert "currentScore" in second.message
    assert all(problem.hint.strip() for problem in builder.problems)


@pytest.mark.parametrize(
    "nonsense",
    [
        {"controlName": "", "score": 1},
        {"controlName": 7, "score": 1},
        {"controlName": None, "score": 1},
        {"controlName": ["B"], "score": 1},
        {"score": 1},
        {"controlName": "B", "score": "NaN"},
        "text",
    ],
)
def test_nonsense_among_the_controls_hides_nothing(nonsense: Any) -> None:
    """Whatever stands first, what comes after it is read, and nothing else is."""
    said = stored({"A": (1, 2)})
    said["secureScore"]["controlScores"].insert(0, nonsense)
    assert history(said).scored(day(1)) == {"A": Observation(Fraction(1), Fraction(2))}


def test_what_only_descriptions_know_keeps_its_description() -> None:
    """An id that no profile names any more still says what it was."""
    found = read_catalogue({"profiles": [{"id": "A"}], "descriptions": {"B": "What it was.", "A": "What it is."}}, "p")
    described = {key: (item.description, item.in_catalogue) for key, item in found.recommendations.items()}
    assert described == {"A": ("What it is.", True), "B": ("What it was.", False)}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (["Account Breach", "ACCOUNT BREACH", "account breach"], ("Account breach",)),
        (["GRO\u1e9e", "gro\u00df"], ("Gro\u00df",)),
        (["b", "", None, "A", 7, "B"], ("A", "B")),
        ([], ()),
    ],
)
def test_each_text_is_kept_once_whatever_its_case(written: list[object], kept: tuple[str, ...]) -> None:
    """Also where a letter has no single capital."""
    assert fold_case(written) == kept


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-20T23:30:00", date(2026, 11, 20)),
        ("2026-11-20", date(2026, 11, 20)),
        ("2026-11-20T00:30:00+00:00", date(2026, 11, 20)),
        ("2026-11-20T00:30:00+01:00", date(2026, 11, 19)),
        ("0001-01-01T00:00:00Z", date(1, 1, 1)),
    ],
)
def test_a_timestamp_without_an_offset_is_utc(written: str, expected: date) -> None:
    """Graph writes UTC; what names no offset is taken for it."""
    assert utc_day(written) == expected


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("place", ["score", "count", "total"])
def test_true_is_no_number_even_beside_one(number: int, place: str) -> None:
    """Python holds true to be 1 and false to be 0; a day that says so was not read, whatever the day before said."""
    days = [stored({"A": (1, 2, None, 1, 1)}) for _ in range(3)]
    for said, value in zip(days, (number, bool(number), number), strict=True):
        said["secureScore"]["controlScores"][0][place] = value
    seen = [history(*days).scored(day(each)).get("A") for each in (1, 2, 3)]
    assert seen[0] == seen[2]
    assert seen[0] is not None
    assert (seen[1] is None) if place == "score" else (seen[1] is not None and getattr(seen[1], place) is None)


@pytest.mark.parametrize("written", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:30:00-01:00"])
def test_a_time_beyond_the_calendar_is_none(written: str) -> None:
    """The first and the last day of the calendar have neighbours that no calendar has."""
    assert utc_day(written) is None


def test_an_odd_list_of_times_hides_nothing() -> None:
    """What is no name in the list of times is passed over."""
    said = stored({"A": (1, 2)})
    said["synced"] = {"2026-10-01T00:00:00Z": [["A"], {"A": 1}, 7, None, "A"]}
    assert history(said).details["A"].synced == "2026-10-01T00:00:00Z"
