# SPDX-License-Identifier: Apache-2.0
"""Signed months: a digest that any change breaks, and differences that are told."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.model.backlog import SignedReview
from secure_score_backlog.model.problem import Problem
from secure_score_backlog.rules.judging.signing import differences, read_signed, sign

FACTS: dict[str, Any] = {"counts": {"undecided": 3}, "ledger": {"observed": 7.83}, "problems": [{"path": "x"}]}
PATH = "docs/reviews/2026-10.json"


def read(data: Any, month: str = "2026-10") -> SignedReview | Problem:
    """Read what was written to disk and back."""
    return read_signed(json.loads(json.dumps(data)), month, PATH)


def test_what_was_signed_is_read_back_without_the_days_problems() -> None:
    """Problems speak of the working tree on the day of signing, so they are not signed."""
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
def test_any_change_is_told(key: str, value: object) -> None:
    """A number made nicer, a version, a month: nothing of it is believed."""
    found = read({**sign("2026-10", "1.2.3", FACTS), key: value})
    assert isinstance(found, Problem)
    assert found.path == PATH
    assert found.hint


@pytest.mark.parametrize("data", [None, [], "x", 1, {}])
def test_something_else_is_no_signed_review(data: object) -> None:
    """Whatever JSON lies there."""
    assert isinstance(read(data), Problem)


def test_a_file_under_another_month_is_not_believed() -> None:
    """September's facts do not become October's by a new name."""
    assert isinstance(read(sign("2026-09", "1", FACTS)), Problem)


def test_differences_name_the_parts() -> None:
    """What today's tool computes otherwise; parts that one of the two does not know are no difference."""
    signed = read(sign("2026-10", "1", {**FACTS, "old": 1}))
    assert isinstance(signed, SignedReview)
    today = {**copy.deepcopy(FACTS), "new": 1, "counts": {"undecided": 4}, "ledger": {"observed": 7.83}}
    assert differences(signed, today) == ("counts",)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), values, max_size=4))
def test_any_facts_survive_signing(facts: dict[str, Any]) -> None:
    """Any JSON signs and reads back the same, whatever its letters and numbers."""
    signed = read(sign("2026-10", "1", facts))
    assert isinstance(signed, SignedReview)
    assert differences(signed, facts) == ()
