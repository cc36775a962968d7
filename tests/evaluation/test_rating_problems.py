# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a list of ratings: each problem says where, what and what to do, and none hides another."""

from __future__ import annotations

from typing import Any

import pytest

from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.ratings import SHORTEST_REASON, NamedRating, Rating, Risk, read_ratings

SOURCES = {"CIS Controls v8": "The controls.", "NIST CSF 2.0": "The framework."}
REASON = "One stolen password is enough to take everything over."


def entry(**changes: Any) -> dict[str, Any]:
    """A good entry, with changes; None takes a key away."""
    good = {"id": "AdminMFAV2", "level": "critical", "reason": REASON, "source": "CIS Controls v8 6.5"}
    return {key: value for key, value in {**good, **changes}.items() if value is not None}


def listed(*entries: Any) -> dict[str, Any]:
    """A file with these entries."""
    return {"schema": "ratings/1", "sources": SOURCES, "ratings": list(entries)}


def in_full(problem: Problem) -> bool:
    """It names the file, weighs as an error, and has a message and a hint to read."""
    readable = problem.message.strip() != "" and problem.hint.strip() != ""
    return readable and (problem.path, problem.line, problem.severity) == ("ratings.json", None, Severity.ERROR)


@pytest.mark.parametrize(
    ("bad", "code", "start"),
    [
        ("text", "rating-shape", "Entry 1: "),
        (entry(id=5), "rating-key", "Entry 1: "),
        (entry(level="severe"), "rating-level", "Entry 1 (AdminMFAV2): "),
        (entry(id=None, pattern="MDA_[a-z]", family="all"), "rating-key", "Entry 1 (MDA_[a-z]): "),
        (entry(id=None, pattern="MDA_*"), "rating-family", "Entry 1 (MDA_*): "),
        (entry(id=None), "rating-key", "Entry 1: "),
        (entry(reason="Bad."), "rating-reason", "Entry 1 (AdminMFAV2): "),
        (entry(source="Somebody 6.5"), "rating-source", "Entry 1 (AdminMFAV2): "),
        (entry(points=10, effort=1), "rating-unknown-key", "Entry 1 (AdminMFAV2): unknown key effort, points"),
    ],
)
def test_each_problem_says_where_what_and_what_to_do(bad: Any, code: str, start: str) -> None:
    """The number of the entry, its id or pattern where it has a readable one, and a way on."""
    (problem,) = read_ratings(listed(bad))[1]
    assert problem.code == code
    assert problem.message.startswith(start)
    assert in_full(problem)


@pytest.mark.parametrize("data", [None, {}, {**listed(), "schema": "ratings/2"}, {**listed(), "sources": {}}])
def test_a_file_of_another_shape_is_told_in_full(data: Any) -> None:
    """The message names the shape that is expected."""
    (problem,) = read_ratings(data)[1]
    assert "ratings/1" in problem.message
    assert in_full(problem)


def test_what_is_said_again_is_told_in_full() -> None:
    """An id twice with a reason of its own, and a reason twice under another id."""
    other = "A quite different reason, which comes too late."
    problems = read_ratings(listed(entry(), entry(id="adminmfav2", reason=other), entry(id="Other")))[1]
    assert [(problem.code, problem.message[:8]) for problem in problems] == [
        ("rating-duplicate", "Entry 2 "),
        ("rating-repeated-reason", "Entry 3 "),
    ]
    assert all(in_full(problem) for problem in problems)


def test_no_bad_entry_hides_another_or_a_good_one() -> None:
    """All problems are told, in the order of the file, and what is good between and after them is read."""
    other = "Nobody can help when the only administrator is away."
    entries = (entry(level="severe", source="x"), entry(), "text", entry(id="OneAdmin", reason=other, level="low"))
    ratings, problems = read_ratings(listed(*entries))
    assert [problem.code for problem in problems] == ["rating-level", "rating-source", "rating-shape"]
    assert list(ratings.exact) == ["adminmfav2", "oneadmin"]


def test_a_rating_is_read_with_everything_it_says() -> None:
    """By id, by pattern and in the order of the file, with the sources."""
    other = "Whoever leaves takes the data along, and nobody notices."
    family = entry(id=None, pattern="MDA_*", family="apps", level="low", reason=other, source="NIST CSF 2.0 PR.DS-01")
    ratings, problems = read_ratings(listed(family, entry()))
    by_pattern = Rating(Risk.LOW, other, "NIST CSF 2.0 PR.DS-01")
    by_id = Rating(Risk.CRITICAL, REASON, "CIS Controls v8 6.5")
    assert problems == []
    assert ratings.exact == {"adminmfav2": by_id}
    assert [(known.pattern, known.rating) for known in ratings.patterns] == [("mda_*", by_pattern)]
    assert ratings.listed == (NamedRating("MDA_*", "apps", by_pattern), NamedRating("AdminMFAV2", "", by_id))
    assert ratings.sources == SOURCES


@pytest.mark.parametrize(("length", "codes"), [(39, ["rating-reason"]), (40, []), (41, [])])
def test_the_shortest_reason_is_long_enough(length: int, codes: list[str]) -> None:
    """Forty characters, its full stop counted."""
    reason = "x" * (length - 1) + "."
    assert SHORTEST_REASON == 40
    assert [problem.code for problem in read_ratings(listed(entry(reason=reason)))[1]] == codes
