# SPDX-License-Identifier: Apache-2.0
"""Canonical JSON: the same value gives the same bytes, and a diff shows what moved.

UTF-8, LF, sorted keys, numbers as they were written (128 stays 128 and 128.0 stays 128.0), and chosen lists and
maps spread over lines, one item a line. Reading is strict: see `rules.exact_json`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import msgspec

from secure_score_backlog.rules.capturing.exact_json import UnreadableJson, parse, parse_text

__all__ = ["UnreadableJson", "encode", "parse", "parse_text"]

_COMPACT = msgspec.json.Encoder(decimal_format="number", order="sorted")
_INDENT = "  "


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
