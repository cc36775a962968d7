# SPDX-License-Identifier: Apache-2.0
"""Minutes, and signed months: a digest that any change breaks, and the parts that are computed differently today."""

from __future__ import annotations

import copy
import hashlib
import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.exports.json import plain_facts
from secure_score_backlog.git import FileVersions, read_main_history
from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.reviews import (
    SignedReview,
    differences,
    digest_of,
    load_minutes,
    load_signed_reviews,
    minutes_text,
    parse_signed,
    read_signed,
    sign,
)
from secure_score_backlog.snapshots.exact_json import json_number
from tests.support.backlogs import backlog
from tests.support.repositories import Repository

FACTS: dict[str, Any] = {"counts": {"undecided": 3}, "ledger": {"observed": 7.83}, "problems": [{"path": "x"}]}
PATH = "docs/reviews/2026-10.json"


def read(data: Any, month: str = "2026-10") -> SignedReview | Problem:
    """Read what was written to disk and back."""
    return read_signed(json.loads(json.dumps(data)), month, PATH)


def test_what_was_signed_is_read_back_without_the_days_problems() -> None:
    """Problems are those of the working tree on the day of signing, so they are not signed."""
    signed = read(sign("2026-10", "1.2.3", FACTS))
    assert isinstance(signed, SignedReview)
    assert (signed.month, signed.tool) == ("2026-10", "1.2.3")
    assert signed.facts == {"counts": {"undecided": 3}, "ledger": {"observed": 7.83}}
    assert differences(signed, FACTS) == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("month", "2026-09"),
        ("tool", "9.9.9"),
        ("tool", None),
        ("facts", {"counts": {"undecided": 2}}),
        ("facts", []),
        ("digest", "sha256:0"),
        ("digest", None),
        ("schema", "other/1"),
    ],
)
def test_any_change_is_a_problem(key: str, value: object) -> None:
    """A better number, another version or month, a missing digest: none of it is accepted."""
    found = read({**sign("2026-10", "1.2.3", FACTS), key: value})
    assert isinstance(found, Problem)
    assert found.path == PATH
    assert found.hint


@pytest.mark.parametrize("data", [None, [], "x", 1, {}])
def test_something_else_is_no_signed_review(data: object) -> None:
    """Any other JSON."""
    assert isinstance(read(data), Problem)


def test_a_file_under_the_name_of_another_month_is_refused() -> None:
    """Renaming the file does not turn September's facts into October's."""
    assert isinstance(read(sign("2026-09", "1", FACTS)), Problem)


def test_differences_name_the_parts() -> None:
    """Parts that only one of the two has are not compared."""
    signed = read(sign("2026-10", "1", {**FACTS, "old": 1}))
    assert isinstance(signed, SignedReview)
    today = {**copy.deepcopy(FACTS), "new": 1, "counts": {"undecided": 4}, "ledger": {"observed": 7.83}}
    assert differences(signed, today) == ("counts",)


@pytest.mark.parametrize(
    ("today", "parts"),
    [
        ({"top": [{"id": "A", "risk": "low", "licence": None}]}, ()),
        ({"top": [{"id": "A", "risk": "high", "licence": None}]}, ("top",)),
        ({"top": [{"id": "A", "licence": None}]}, ("top",)),
        ({"top": [{"id": "A", "risk": "low"}, {"id": "B", "risk": "low"}]}, ("top",)),
        ({"top": ["A"]}, ("top",)),
        ({"top": None}, ("top",)),
        ({"states": {"A": "done", "B": "done"}}, ("states",)),
    ],
)
def test_a_new_column_makes_no_signed_month_differ(today: dict[str, Any], parts: tuple[str, ...]) -> None:
    """A later version prints more about each row; another value, a missing one, another row still differs."""
    facts = {"top": [{"id": "A", "risk": "low"}], "states": {"A": "done"}}
    signed = read(sign("2026-10", "1", facts))
    assert isinstance(signed, SignedReview)
    assert differences(signed, {**facts, **today}) == parts


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), values, max_size=4))
def test_any_facts_survive_signing(facts: dict[str, Any]) -> None:
    """Any JSON is read back as it was signed, whatever its letters and numbers."""
    signed = read(sign("2026-10", "1", facts))
    assert isinstance(signed, SignedReview)
    assert differences(signed, facts) == ()


def test_the_signed_form_does_not_change() -> None:
    """Old files must stay readable: schema, parts and the canonical form under the digest, letter for letter."""
    signed = sign("2026-10", "1.2.3", {"b": [1, 2.5, None], "a": {"ü": "ß"}, "recorded_later": ["X"], "problems": []})
    canonical = '["2026-10","1.2.3",{"a":{"ü":"ß"},"b":[1,2.5,null]}]'
    assert signed == {
        "schema": "backlog-review/1",
        "month": "2026-10",
        "tool": "1.2.3",
        "digest": "sha256:" + hashlib.sha256(canonical.encode()).hexdigest(),
        "facts": {"b": [1, 2.5, None], "a": {"ü": "ß"}},
    }
    lone = sign("2026-10", "1", {"a": "\ud800"})["digest"]
    assert lone == "sha256:" + hashlib.sha256(b'["2026-10","1",{"a":"\xed\xa0\x80"}]').hexdigest()


def test_what_cannot_be_trusted_is_an_error_with_a_hint() -> None:
    """The hint names the command that shows what was merged."""
    found = read({**sign("2026-10", "1.2.3", FACTS), "digest": "sha256:0"})
    assert isinstance(found, Problem)
    assert (found.code, found.severity, found.line) == ("review-signature", Severity.ERROR, None)
    assert f"git log -- {PATH}" in found.hint


def test_differences_come_in_the_order_of_the_alphabet() -> None:
    """Several parts that differ, however the file orders them; values that JSON writes alike are alike."""
    signed = read(sign("2026-10", "1", {"c": 1, "a": 1, "b": [1, 2], "d": 1}))
    assert isinstance(signed, SignedReview)
    assert differences(signed, {"d": 2, "b": (1, 2), "a": 2, "c": 2, "problems": [1]}) == ("a", "c", "d")


DAMAGED = "The signed review of 2026-10 is damaged, or was changed by hand, and does not count. "


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": "other/1"}, "Its `schema` is not backlog-review/1."),
        ({"facts": []}, "It lacks the facts of 2026-10, or is of another month."),
        ({"month": "2026-09"}, "It lacks the facts of 2026-10, or is of another month."),
        ({"digest": "sha256:0"}, "Its facts do not match their digest: they were changed after they were signed."),
    ],
)
def test_a_problem_says_what_is_wrong(change: dict[str, Any], message: str) -> None:
    """The expected schema, the missing month, the digest that does not match."""
    found = read({**sign("2026-10", "1.2.3", FACTS), **change})
    assert isinstance(found, Problem)
    assert found.message == DAMAGED + message
    assert found.path == PATH


@pytest.mark.parametrize(
    ("month", "tool", "facts"), [("2026-10", 7, {"a": 1}), ("2026-10", "1", [1]), ("2026-09", "1", {"a": 1})]
)
def test_a_digest_that_matches_is_not_enough(month: str, tool: Any, facts: Any) -> None:
    """Month, tool and facts must each be what they are, even where the digest was computed over them."""
    digest = digest_of(month, tool, facts)
    data = {"schema": "backlog-review/1", "month": month, "tool": tool, "digest": digest, "facts": facts}
    assert isinstance(read(data), Problem)


def test_signed_numbers_are_read_back_exactly() -> None:
    """A tenth is a tenth, so that figures are computed from what was signed, not from the nearest double."""
    written = json.dumps(sign("2026-10", "1.2.3", {"a": 0.1, "b": [1, -2.50], "c": 1.0})).encode()
    signed = parse_signed(written, "2026-10", PATH)
    assert isinstance(signed, SignedReview)
    assert signed.facts == {"a": Decimal("0.1"), "b": [1, Decimal("-2.5")], "c": 1}
    assert differences(signed, {"a": Fraction(1, 10), "b": (1, Fraction(-5, 2)), "c": 1}) == ()


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "1e-999", "1e999999999"])
def test_a_number_that_no_figure_can_be_is_refused(number: str) -> None:
    """Also where the digest fits: a number with a huge exponent would take all memory once it is computed with."""
    data = sign("2026-10", "1.2.3", {"a": float(number)})
    written = json.dumps(data).replace('"facts": {"a": ' + json.dumps(float(number)), '"facts": {"a": ' + number)
    found = parse_signed(written.encode(), "2026-10", PATH)
    assert isinstance(found, Problem)
    assert found.code == "review-signature"


def test_a_signed_review_keeps_its_digest() -> None:
    """The page of the month names it, so that it can be compared."""
    data = sign("2026-10", "1.2.3", FACTS)
    assert read(data) == SignedReview("2026-10", "1.2.3", data["digest"], data["facts"])


MONTH_FACTS = plain_facts(next(review for review in backlog().reviews if review.month == "2026-10").facts)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("counts", None),
        ("counts.undecided", "3"),
        ("snapshot.age_days", 10**9),
        ("snapshot.date", "2026-02-30"),
        ("score.current", "12"),
        ("score.percent", [1]),
        ("top", {}),
        ("top.0.risk", "fatal"),
        ("top.0.days_open", None),
        ("register.0.until", None),
        ("register.0.recommendation", {"id": 1}),
        ("blocked.0.by", "weather"),
        ("asks.0.age_days", 2.5),
        ("completed", [None]),
        ("regressed", [[]]),
        ("movement.points.total", "1"),
        ("movement.points.invented", 1),
        ("movement.lines", "x"),
        ("texts.Accept", "title"),
        ("texts.Accept.title", 5),
        ("states", ["done"]),
        ("decided", [1]),
        ("as_of", 20261031),
        ("as_of", "\ud800"),
    ],
)
def test_signed_facts_of_another_kind_are_a_problem_and_not_shown(tmp_path: Path, path: str, value: object) -> None:
    """Anybody can compute a digest, so the kind of every value that the month's page shows is checked."""
    facts = json.loads(json.dumps(MONTH_FACTS, default=json_number))
    place = facts
    *steps, last = path.split(".")
    for step in steps:
        place = place[int(step) if isinstance(place, list) else step]
    place[last] = value
    file = tmp_path / PATH
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(sign("2026-10", "1.2.3", facts)))
    found, problems = load_signed_reviews(FileVersions(tmp_path, None, date(2026, 11, 1)))
    assert found == {}
    assert [(fault.path, fault.code) for fault in problems] == [(PATH, "review-signature")]
    assert problems[0].hint


def test_facts_as_they_are_signed_have_the_form_that_is_checked(tmp_path: Path) -> None:
    """A month with some of everything is accepted; so are facts of a version that knew fewer parts."""
    for absent in ((), ("texts", "states", "decided", "covered")):
        facts = {name: value for name, value in MONTH_FACTS.items() if name not in absent}
        file = tmp_path / PATH
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(sign("2026-10", "1.2.3", facts), default=json_number))
        found, problems = load_signed_reviews(FileVersions(tmp_path, None, date(2026, 11, 1)))
        assert (list(found), problems) == (["2026-10"], [])


def test_minutes_lose_their_front_matter_and_keep_their_versions(tmp_path: Path) -> None:
    """Only files named after a month are minutes."""
    repository = Repository(tmp_path)
    repository.write("docs/reviews/2026-10.md", "---\ntitle: x\n---\n\nPresent: Head of IT\r\n")
    repository.write("docs/reviews/notes.md", "no minutes")
    repository.commit("Minutes")
    found, problems = load_minutes(FileVersions(tmp_path, read_main_history(tmp_path), date(2026, 11, 1)))
    assert problems == []
    assert list(found) == ["2026-10"]
    assert found["2026-10"].text == "Present: Head of IT\n"
    assert len(found["2026-10"].versions) == 1


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "\n"),
        (b"Present: Head of IT", "Present: Head of IT\n"),
        (b"\n\n Present \n\n", "Present\n"),
        (b"\xef\xbb\xbf---\ntitle: x\n---\nPresent", "Present\n"),
        (b"---\r\ntitle: x\r\n---\r\nPresent\r\nAbsent", "Present\nAbsent\n"),
        (b"---\ntitle: x\n---\nA\n---\nB\n", "A\n---\nB\n"),
        (b"---\ntitle: x\nPresent", "---\ntitle: x\nPresent\n"),
        (b"A\n---\nB\n---\nC", "A\n---\nB\n---\nC\n"),
        (b"caf\xe9", "caf\ufffd\n"),
    ],
)
def test_minutes_are_read_whatever_their_bytes(content: bytes, text: str) -> None:
    """Front matter goes only where it is closed; a rule further down stays; what is not UTF-8 is marked."""
    assert minutes_text(content) == text


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe{}", b"[" * 100_000, b"no JSON"])
def test_bytes_that_are_no_json_are_a_problem(content: bytes) -> None:
    """Cut off, in another encoding or nested without end."""
    found = parse_signed(content, "2026-10", PATH)
    assert isinstance(found, Problem)
    assert (found.path, found.message) == (PATH, f"{DAMAGED}It is not JSON, or breaks off.")


def test_a_signed_file_with_a_byte_order_mark_is_read() -> None:
    """An editor may have added it; the facts are the same."""
    data = sign("2026-10", "1.2.3", FACTS)
    found = parse_signed(b"\xef\xbb\xbf" + json.dumps(data).encode(), "2026-10", PATH)
    assert isinstance(found, SignedReview)
    assert found.digest == data["digest"]


def test_minutes_that_would_take_long_are_a_problem_and_stay(tmp_path: Path) -> None:
    """200 kB of text, or a paragraph of opened brackets below the front matter: the line, and what to do."""
    repository = Repository(tmp_path)
    repository.write("docs/reviews/2026-09.md", "word\n\n" * 40_000)
    repository.write("docs/reviews/2026-10.md", "---\ntitle: x\n---\nfine\n\n" + "[" * 31)
    repository.commit("Minutes")
    found, problems = load_minutes(FileVersions(tmp_path, read_main_history(tmp_path), date(2026, 11, 1)))
    assert list(found) == ["2026-09", "2026-10"]
    assert [(each.path, each.line, each.code) for each in problems] == [
        ("docs/reviews/2026-09.md", 1, "file-too-large"),
        ("docs/reviews/2026-10.md", 6, "text-too-intricate"),
    ]
