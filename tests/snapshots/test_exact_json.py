# SPDX-License-Identifier: Apache-2.0
"""Strict JSON: nothing is lost, guessed or rounded."""

from __future__ import annotations

from decimal import Decimal

import pytest

from secure_score_backlog.snapshots.exact_json import MAXIMUM_BYTES, UnreadableJson, parse


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
        (b'["\\ud800"]', "half a character"),
        (b'{"\\udc00": 1}', "half a character"),
        (b"[1e999999]", "beyond all measure"),
        (b"[1e-999999]", "beyond all measure"),
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
