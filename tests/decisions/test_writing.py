# SPDX-License-Identifier: Apache-2.0
"""What is written as YAML reads back as the same values, whatever a person typed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.decisions.writing import quoted, scalar, value_lines
from secure_score_backlog.strict_yaml import CONTROL, read_yaml

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
"""Any text that UTF-8 can hold."""
AWKWARD = st.text(
    st.sampled_from("aB é:#-'\"\\{}[],&*!|>%@`?=~0123.\n\t\x85\u2028\ufeff\x07\U0001f600\U000e0001"), max_size=12
)
ANY = (TEXTS | AWKWARD).filter(lambda text: not CONTROL.search(text))  # those are refused before they are written
LEAVES = ANY | st.dates(date(1970, 1, 1), date(2199, 12, 31)) | st.booleans() | st.integers(0, 10**6)
LISTS = st.lists(ANY, min_size=1, max_size=3)
GROUPS = st.dictionaries(st.sampled_from(["by", "since", "note", "options"]), LEAVES | LISTS, min_size=1, max_size=3)


def read_back(lines: list[str]) -> object:
    """The value of the key `key`."""
    found = read_yaml("\n".join(lines) + "\n", "x.md")
    assert found.problems == ()
    return found.data["key"]


def expected(value: object) -> object:
    """The value that must come back: an empty text says nothing, as a key left open does."""
    if isinstance(value, list):
        return [expected(item) for item in value]
    if isinstance(value, dict):
        return {name: expected(item) for name, item in value.items()}
    return None if value == "" else value


@given(LEAVES | LISTS | GROUPS)
def test_every_value_reads_back(value: object) -> None:
    """Nothing that is typed becomes another text, a date, a number, a comment, a key or an error of the file."""
    assert read_back(list(value_lines("key", value))) == expected(value)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Head of IT", "Head of IT"),
        (
            "It costs 900 EUR (a year), says the vendor; we'd pay.",
            "It costs 900 EUR (a year), says the vendor; we'd pay.",
        ),
        ("https://tickets.example/4711#top", "https://tickets.example/4711#top"),
        ("Prüfung durch Höhe & Söhne", "Prüfung durch Höhe & Söhne"),
        ("33.3 %", "33.3 %"),
        ("6/10", '"6/10"'),
        ("Yes: in January", '"Yes: in January"'),
        ("ends:", '"ends:"'),
        ("no #1", '"no #1"'),
        ("yes", '"yes"'),
        ("2026-10-31", '"2026-10-31"'),
        (date(2026, 10, 31), "2026-10-31"),
        (Decimal("0.6"), "0.6"),
        (None, ""),
    ],
)
def test_what_is_quoted_and_what_is_not(value: object, written: str) -> None:
    """People read these files: quotes stand only where YAML would read something else."""
    assert scalar(value) == written


def test_what_no_editor_shows_is_escaped() -> None:
    """Invisible characters would otherwise make the whole file an error."""
    assert quoted('a\u2028"b\\\n\U000e0001') == '"a\\u2028\\"b\\\\\\n\\U000e0001"'
