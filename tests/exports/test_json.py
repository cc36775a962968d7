# SPDX-License-Identifier: Apache-2.0
"""The figures as JSON: what `backlog status --json` prints, exact until it is encoded."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from secure_score_backlog.exports.json import encode, plain_facts, status_as_json
from tests.support.backlogs import AS_OF, backlog
from tests.support.downloads import hostile


@hostile
def test_all_figures_are_those_of_status(text: str) -> None:
    """The file holds what the command prints."""
    made = backlog(text)
    printed = encode(plain_facts(made)) + "\n"
    assert json.loads(status_as_json(made)) == json.loads(printed)


def test_figures_are_made_once_for_the_same_facts() -> None:
    """Pages, feed and tables of one build take the same figures; a copy, whose values may differ, has its own."""
    made = backlog()
    figures = plain_facts(made)
    assert plain_facts(made) is figures
    assert plain_facts(replace(made)) == figures
    assert plain_facts(replace(made)) is not figures


def test_figures_are_exact_until_they_are_encoded() -> None:
    """Parts add up without a rounding error; in the text a whole number is whole, and a third the nearest double."""
    facts = plain_facts(backlog())
    assert sum(facts["ledger"].values()) == facts["score"]["max"]
    assert {type(number) for number in facts["ledger"].values()} == {Fraction}
    assert encode({"a": Fraction(6, 2), "b": Fraction(1, 3), "c": Decimal("0.10")}) == (
        '{\n  "a": 3,\n  "b": 0.3333333333333333,\n  "c": 0.1\n}'
    )
    with pytest.raises(TypeError, match="date is no part of JSON"):
        encode({"day": AS_OF})
