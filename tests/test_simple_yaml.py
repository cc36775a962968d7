# SPDX-License-Identifier: Apache-2.0
"""What is read a line at a time is what the YAML reader reads; anything else is left to it."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from secure_score_backlog.strict_yaml import _read_simple, read_any_yaml, read_yaml

PATH = "decisions/scid_1.md"
PIECES = st.sampled_from(
    [
        *(
            "a",
            "b",
            "accepted",
            "until",
            "no",
            "true",
            "null",
            "~",
            "2026-10-31",
            "2026-13-01",
            "012",
            "1.5",
            "1e3",
            "0x1f",
        ),
        *(
            "-",
            "--",
            "---",
            "...",
            "- ",
            "-a",
            ":",
            ": ",
            "::",
            " #",
            "#",
            "?",
            "? ",
            "&x",
            "*x",
            "!t",
            "|",
            ">",
            "%",
            "@",
        ),
        *(
            '"',
            "'",
            '"x"',
            "'x'",
            '"a: b"',
            "\\",
            "\\n",
            "[",
            "]",
            "{",
            "}",
            ",",
            "<<",
            "=",
            "`",
            "é",
            "中",
            "\u2028",
            "\x85",
        ),
        *("\ufeff", "\u00a0", "\t", " ", "  ", "    ", "https://x.example/a#b", "12:30", "a.b", "(x)", "100 %"),
    ]
)
TEXTS = st.lists(PIECES, max_size=4).map("".join)
LINES = st.builds(
    lambda margin, key, value: f"{' ' * margin}{key}{value}",
    st.sampled_from([0, 0, 0, 2, 2, 4, 1, 6]),
    st.sampled_from(
        ["a: ", "b: ", "c: ", "d:", "a:", "accepted:", "- ", "-", "", "#", "A_1: ", "é: ", '"a": ', "a b: "]
    ),
    TEXTS,
)
FILES = st.lists(LINES, max_size=7).map(lambda lines: "".join(f"{line}\n" for line in lines))


@settings(max_examples=400)
@given(FILES)
@example("a: x\n\n\nb: y\n")
@example("a: x\n# a remark\n  # another\nb: y\n")
@example("a:\n  b: 1\n  c:\n    d: 2\ne: 3\n")
@example("a:\n- x\n- y\n")
@example("a:\n  - x\n\n  - y\nb:\n")
@example("a:\n  b: 1\n c: 2\n")
@example("a: x\n  y\n")
@example("a: x\n  y: z\n")
@example("a: x\n   \nb: y\n")
@example('a: "x"\n  y: z\n')
@example("a:\n\n  # remark\n  b: x\n")
@example("a: x #y\nb: x#y\n")
@example("a:\n    b: 1\n  c: 2\n")
def test_the_two_readers_agree(text: str) -> None:
    """Values, their types, the line of every key, and the problems are the same, whoever reads the text."""
    quick, whole = read_yaml(text, PATH, first_line=2), read_any_yaml(text, PATH, 2)
    assert repr((quick.data, quick.problems)) == repr((whole.data, whole.problems))
    assert dict(quick.lines) == dict(whole.lines)


DECISION = """recommendation: scid_1
# why
owner: Head of IT
risk: high
bucket: accept
draft: true
note: "a: b"
word: 'no'
accepted:
  rationale: reason 1, and (another)
  approver: Managing Director
  until: 2026-10-31
  share: 0
  approval:
    by: Board
links:
  - https://wiki.example/page#part
  - second
due:
"""


def test_an_ordinary_decision_is_simple() -> None:
    """The short way is taken for what people write, so that the test above compares something."""
    simple = _read_simple(DECISION, PATH, 2)
    assert simple is not None
    assert simple == read_any_yaml(DECISION, PATH, 2)


@pytest.mark.parametrize(
    "line",
    ["a: [x]", "a: &x y", "a: 2026-13-01", "a: x: y", "a: x #y", "recommendation: twice", "a: |", "\ta: x", "a b: x"],
)
def test_what_could_mean_more_is_not_simple(line: str) -> None:
    """Whatever is special, wrong or written twice is left to the reader that knows all of YAML."""
    assert _read_simple(f"{DECISION}{line}\n", PATH, 2) is None
