# SPDX-License-Identifier: Apache-2.0
"""Reading day after day line by line gives what reading each day as a whole gives, and refuses the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.snapshots import stored_lines
from secure_score_backlog.snapshots.snapshot_files import decode, encode
from secure_score_backlog.snapshots.stored_lines import StoredLines

PATH = "snapshots/2026/2026-10-31.json"
WORDS = st.sampled_from(["a", "b", "score", "controlName", '"', "\\", "{", ": [", "x,", "é", "\u2028", "}"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | WORDS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)
DAYS = st.fixed_dictionaries(
    {
        "collected": st.dictionaries(WORDS, VALUES, max_size=2),
        "maximum": st.dictionaries(WORDS, VALUES, max_size=3),
        "secureScore": st.fixed_dictionaries(
            {"controlScores": st.lists(st.dictionaries(WORDS, VALUES, max_size=2), max_size=3)},
            optional={"currentScore": VALUES, "averageComparativeScores": VALUES},
        ),
    },
    optional={"synced": st.dictionaries(WORDS, st.lists(WORDS, max_size=2), max_size=2)},
)


def outcome(read: Any, data: bytes) -> str:
    """What reading gives: the value with its types and the order of its names, or the words of the refusal."""
    try:
        return repr(read(data, PATH))
    except CannotProceed as error:
        return str(error)


@given(st.lists(DAYS, min_size=1, max_size=4))
def test_days_are_read_as_they_are_as_a_whole(days: list[dict[str, Any]]) -> None:
    """What is remembered of earlier days changes no later one."""
    lines = StoredLines()
    for day in days:
        assert outcome(lines.decode, encode(day)) == outcome(decode, encode(day))


@given(DAYS, st.data())
def test_a_damaged_day_is_refused_in_the_same_words(day: dict[str, Any], data: st.DataObject) -> None:
    """A byte more, less or changed anywhere gives the same value or the same refusal, whatever was read before."""
    whole = encode(day)
    place = data.draw(st.integers(0, len(whole) - 1))
    bytes_put = data.draw(st.sampled_from([b"", b",", b"\n", b'"', b"}", b"]", b"1", b"\xff", b" ", b"{", b"NaN"]))
    damaged = whole[:place] + bytes_put + whole[place + data.draw(st.integers(0, 1)) :]
    lines = StoredLines()
    lines.decode(whole, PATH)
    assert outcome(lines.decode, damaged) == outcome(decode, damaged)


HEAD = b'{\n  "collected": {"complete":true},\n  "maximum": {\n    "a": [1,"Default"]\n  },\n  "secureScore": {\n'


@pytest.mark.parametrize(
    "rest",
    [
        b'    "controlScores": [\n      {"controlName":"a"}\n    ]\n  }\n}\n',
        b'    "controlScores": [\n      {"controlName":"a"},\n    ]\n  }\n}\n',
        b'    "controlScores": [\n      {"controlName":"a"},{"controlName":"b"},\n      1\n    ]\n  }\n}\n',
        b'    "controlScores": [\n    ]\n  }\n}\n',
        b'    "a": 1,\n    "a": 2\n  }\n}\n',
        b'    "a": 1, "b": 2\n  }\n}\n',
        b'    "a": 1}, "b": {"c": 2\n  }\n}\n',
        b'    "a": 1\n  }\n},\n',
        b'    "a": 1\n  },\n}\n',
        b'    "a": {\n}\n  }\n}\n',
        b'    "a": {\n  }\n',
        b'    "a": 1\n  }\n}\n\n',
        b'    "a": 1\n  }\n}',
        b'    "a": NaN\n  }\n}\n',
        b'    "a": "\\ud800"\n  }\n}\n',
        b'    "a": ' + b"[" * 70 + b"]" * 70 + b"\n  }\n}\n",
        b'    "a": ' + b"[" * 62 + b"1" + b"]" * 62 + b"\n  }\n}\n",
        b'    "a": ' + b"[" * 62 + b"]" * 62 + b"\n  }\n}\n",
        b'    "a": 1\r\n  }\n}\n',
    ],
)
def test_hard_forms(rest: bytes) -> None:
    """Forms that are almost what the program writes, valid or not, are read or refused as a whole would be."""
    lines = StoredLines()
    assert outcome(lines.decode, HEAD + rest) == outcome(decode, HEAD + rest)
    assert outcome(lines.decode, HEAD + rest) == outcome(decode, HEAD + rest)


def test_an_unchanged_line_is_the_same_object() -> None:
    """What rests on it, that nothing changed, holds; and what is remembered does not grow with the years."""
    lines = StoredLines()
    control = {"controlName": "a", "score": 1}
    days = [
        {"collected": {}, "maximum": {"a": [1, "x"]}, "secureScore": {"controlScores": [control], "currentScore": n}}
        for n in range(2)
    ]
    first, second = (lines.decode(encode(day), PATH) for day in days)
    assert first["secureScore"]["controlScores"][0] is second["secureScore"]["controlScores"][0]
    assert first["maximum"]["a"] is second["maximum"]["a"]
    for number in range(stored_lines.MOST_LINES + 10):
        days[0]["secureScore"]["currentScore"] = number  # type: ignore[index]
        lines.decode(encode(days[0]), PATH)
    assert len(lines._members) + len(lines._items) <= stored_lines.MOST_LINES + 10
