# SPDX-License-Identifier: Apache-2.0
"""Strict JSON: nothing is lost, guessed or rounded, and the same value gives the same bytes."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.snapshots import exact_json
from secure_score_backlog.snapshots.exact_json import MAXIMUM_BYTES, UnreadableJson, parse
from tests.support.bounded import within_seconds
from tests.support.graph_items import ANYTHING


def test_numbers_stay_as_written() -> None:
    """Trailing zeros, long fractions and exponents survive."""
    read = parse(b"[1, 1.0, 0.1, 7.83333333333333333333, 1e5, -0]")
    assert [str(number) for number in read] == ["1", "1.0", "0.1", "7.83333333333333333333", "1E+5", "-0"]
    assert all(isinstance(number, Decimal) for number in read)


def test_byte_order_mark_is_no_content() -> None:
    """A byte order mark before the JSON is passed over."""
    assert parse(b"\xef\xbb\xbf{}") == {}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"[NaN]", "NaN"),
        (b"[-Infinity]", "-Infinity"),
        (b'{"a": 1, "b": 2, "a": 3}', "'a' twice"),
        (b'{"x": {"a": 1, "a": 1}}', "'a' twice"),
        (b'["\\ud800"]', "incomplete character"),
        (b'{"\\udc00": 1}', "incomplete character"),
        (b"[1e999999]", "too large or too small"),
        (b"[1e-999999]", "too large or too small"),
        (b"[" + b"9" * 500 + b"]", "500 characters"),
        (b"\xff\xfe{", "not UTF-8"),
        (b'{"a": [1, 2', "cut off"),
        (b'{"a": "b', "cut off"),
        (b'{"a": tru', "not JSON"),
        (b"<html>", "not JSON (line 1, column 1)"),
        (b"{} {}", "not JSON"),
        (b"[" * 70 + b"]" * 70, "64 levels"),
        (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b" " * (MAXIMUM_BYTES + 1), "larger than 64 MB"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_what_cannot_be_trusted_is_refused(data: bytes, why: str) -> None:
    """Each ambiguity and each fault has its reason in words."""
    with pytest.raises(UnreadableJson) as refusal:
        parse(data)
    assert why in str(refusal.value)


def test_surrogate_pairs_are_characters() -> None:
    """A whole pair is one character, escaped or not."""
    assert parse(b'["\\ud83d\\ude00"]') == parse('["\U0001f600"]'.encode())


@given(ANYTHING)
def test_nothing_is_lost(value: Any) -> None:
    """What is written is read back as it was, digit by digit, and Python's own reader understands it too."""
    data = exact_json.encode({"deep": value}, [(), ("deep",)])
    assert exact_json.parse(data) == {"deep": value}
    assert exact_json.encode(exact_json.parse(data), [(), ("deep",)]) == data
    json.loads(data)


@given(st.dictionaries(st.text(max_size=3), st.integers(), max_size=6))
def test_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    """A map filled in another order gives the same bytes."""
    backwards = dict(reversed(value.items()))
    assert exact_json.encode(backwards) == exact_json.encode(value)
    assert exact_json.encode(backwards, []) == exact_json.encode(value, [])


def test_layout() -> None:
    """Spread maps and lists have one item a line; the rest is compact; UTF-8, LF, a newline at the end."""
    value = {"b": [{"z": Decimal("1.50"), "a": None}, {}], "a": {"é": True, "c": []}, "c": {}, "d": [1, 2]}
    expected = (
        '{\n  "a": {"c":[],"é":true},\n  "b": [\n    {"a":null,"z":1.50},\n    {}\n  ],\n  "c": {},\n  "d": [1,2]\n}\n'
    )
    assert exact_json.encode(value, [(), ("b",), ("c",)]) == expected.encode()


def test_a_key_that_is_there_twice_among_100000_is_found_at_once() -> None:
    """Looked for in one pass, and named."""
    text = "{" + ",".join(f'"k{number}":1' for number in range(100_000)) + ',"k99999":2}'
    with within_seconds(20), pytest.raises(UnreadableJson, match="'k99999' twice"):
        parse(text.encode())


@pytest.mark.parametrize("number", ["9" * 1_000_000, "-" + "9" * 1_000_000 + ".5", "1e999999999", "1e-999999999"])
def test_a_number_of_a_million_digits_is_refused(number: str) -> None:
    """As a JSON number; nothing is computed with it."""
    with within_seconds(20), pytest.raises(UnreadableJson, match="number"):
        parse(f'{{"a": {number}}}'.encode())
