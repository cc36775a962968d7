# SPDX-License-Identifier: Apache-2.0
"""Canonical JSON: one value, one text; a diff shows the lines that moved."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.snapshots import exact_json
from tests.support.graph_items import ANYTHING


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
