# SPDX-License-Identifier: Apache-2.0
"""JSON without loss or guess: read strictly, with decimals as they were written, and written canonically.

Python's own `json` reads `NaN`, keeps the last of two equal keys, accepts half a surrogate pair and turns 0.1 into a
float. Each of these would change what Microsoft said without notice, so each is an error here. Writing the same value
gives the same bytes: UTF-8, LF, sorted keys, numbers as they were written (128 stays 128 and 128.0 stays 128.0), and
chosen lists and maps spread over lines, one item a line, so that a diff shows what moved.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec

MAXIMUM_BYTES = 64 * 1024 * 1024
"""Fifteen times a whole answer of 90 days with 234 recommendations."""
MAXIMUM_VALUES = 1_500_000
"""Twice the values of 90 days with 500 recommendations each: some hundred megabytes in memory."""
MAXIMUM_DEPTH = 64
MAXIMUM_DIGITS = 400
MAXIMUM_EXPONENT = 400
"""A double reaches from 5e-324 to 1.8e308; Graph cannot send anything beyond it."""
_COMPACT = msgspec.json.Encoder(decimal_format="number", order="sorted")
_INDENT = "  "


class UnreadableJson(ValueError):
    """Bytes that are not JSON, or JSON that may mean two things; the text says why."""


def parse(data: bytes) -> Any:
    """Read UTF-8 JSON (a byte order mark is allowed): every number becomes a Decimal.

    Raises UnreadableJson for anything but one JSON value that means one thing only.
    """
    if len(data) > MAXIMUM_BYTES:
        raise UnreadableJson(f"it is larger than {MAXIMUM_BYTES // 1024 // 1024} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableJson(f"it is not UTF-8 (byte {error.start + 1})") from None
    return parse_text(text)


def parse_text(text: str) -> Any:
    """Read JSON from text; see `parse`."""
    if not text.strip():
        raise UnreadableJson("it is empty")
    if values_in(text) > MAXIMUM_VALUES:
        raise UnreadableJson(f"it holds more than {MAXIMUM_VALUES / 1_000_000:g} million values")
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise UnreadableJson(_explain(error)) from None
    except RecursionError:
        raise UnreadableJson("it is nested too deeply") from None
    _examine(value, texts=not text.isascii() or "\\u" in text)
    return value


def values_in(text: str) -> int:
    """How many values a JSON text has, at most."""
    return sum(text.count(mark) for mark in ",[{")


def _explain(error: json.JSONDecodeError) -> str:
    """A decoder's error in words, with its place."""
    cut_off = not error.doc[error.pos :].strip() or error.msg.startswith("Unterminated string")
    if cut_off:
        return f"it ends in the middle, at line {error.lineno}: it was cut off"
    return f"it is not JSON (line {error.lineno}, column {error.colno})"


def _number(literal: str) -> Decimal:
    """A JSON number as it was written."""
    if len(literal) > MAXIMUM_DIGITS:
        raise UnreadableJson(f"it holds a number of {len(literal)} characters")
    number = Decimal(literal)
    if not number.is_finite() or abs(number.adjusted()) > MAXIMUM_EXPONENT:
        raise UnreadableJson(f"it holds a number that is too large or too small ({literal[:20]})")
    return number


def _refuse_constant(name: str) -> Any:
    raise UnreadableJson(f"it holds {name}, which is not a JSON number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are all different."""
    result = dict(pairs)
    if len(result) != len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise UnreadableJson(f"it names {twice[:60]!r} twice in one object")
    return result


_DECODER = json.JSONDecoder(
    parse_float=_number, parse_int=_number, parse_constant=_refuse_constant, object_pairs_hook=_object
)
"""Made once: most of the texts are single lines."""


def _examine(value: Any, *, texts: bool) -> None:
    """Refuse what is nested too deeply, and, where texts can hold any, half surrogate pairs, which no file can hold."""
    if texts and isinstance(value, str):
        _check_text(value)
    pending = [(value, 1)] if isinstance(value, (dict, list)) else []
    while pending:
        item, depth = pending.pop()
        if depth > MAXIMUM_DEPTH or (depth == MAXIMUM_DEPTH and item):
            raise UnreadableJson(f"it is nested more than {MAXIMUM_DEPTH} levels deep")
        parts = item.values() if isinstance(item, dict) else item
        pending += [(part, depth + 1) for part in parts if isinstance(part, (dict, list))]
        if texts:
            for part in (*item, *parts):
                if isinstance(part, str):
                    _check_text(part)


def _check_text(text: str) -> None:
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise UnreadableJson("it holds an incomplete character (a lone surrogate)")


def json_number(value: object) -> int | float:
    """An exact value as a JSON number, for `json.dumps(default=)`: whole where it is whole, else the nearest double.

    A `Decimal` that was read from JSON is written as the double that it was read from. TypeError for anything else.
    """
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else float(value)
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} is no part of JSON")


def encode(value: Any, spread: Collection[tuple[str, ...]] = ((),)) -> bytes:
    """The canonical bytes of a value made of dict, list, str, Decimal, int, bool and None.

    `spread` names the maps and lists that get one item a line, by their keys from the top: `()` is the value itself,
    `("secureScore", "controlScores")` a list inside. Items of a spread list cannot be spread further.
    """
    return "".join([*_lines(value, (), frozenset(spread), ""), "\n"]).encode("utf-8")


def _lines(value: Any, path: tuple[str, ...], spread: frozenset[tuple[str, ...]], margin: str) -> Iterator[str]:
    """The text of a value, piece by piece."""
    if path not in spread or not value or not isinstance(value, (dict, list)):
        yield _COMPACT.encode(value).decode("utf-8")
        return
    inner = margin + _INDENT
    entries = sorted(value.items()) if isinstance(value, dict) else [(None, item) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield opening
    for index, (key, item) in enumerate(entries):
        yield f"{',' if index else ''}\n{inner}"
        if key is None:
            yield _COMPACT.encode(item).decode("utf-8")
        else:
            yield f"{_COMPACT.encode(key).decode('utf-8')}: "
            yield from _lines(item, (*path, key), spread, inner)
    yield f"\n{margin}{closing}"
