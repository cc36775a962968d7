# SPDX-License-Identifier: Apache-2.0
"""Front matter: exact lines, faults as problems in plain words, and nothing ever raised for content."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from secure_score_backlog.decisions.front_matter import LARGEST_FRONT_MATTER, FrontMatter, parse
from secure_score_backlog.problems import RULES, Severity
from secure_score_backlog.strict_yaml import LARGEST_FILE, UNREADABLE

PATH = "decisions/A.md"
DESIGN_SAMPLE = """---
recommendation: BlockLegacyAuthentication
impact: |
  Two scanners
  and the ERP mailer.
accepted:
  rationale: >-
    The ERP cannot
    do otherwise.
  until: 2027-01-31
  compensating:
    - one

    - two
ask:
  - {from: leadership, since: 2026-10-01}
  - from: the board
    question: Fund it?
"quoted key": x
draft: true
---
Discussion.
"""


def header(yaml: str) -> FrontMatter:
    """What a file with this front matter holds."""
    return parse(f"---\n{yaml}\n---\nbody\n", PATH)


def faults(found: FrontMatter) -> list[tuple[str, int | None]]:
    """Code and line of every problem."""
    return [(fault.code, fault.line) for fault in found.problems]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_every_key_and_item_has_its_line(ending: str, mark: bytes) -> None:
    """Lines are exact behind block texts, folded texts and blank lines, with any line ending and byte-order mark."""
    found = parse(mark + DESIGN_SAMPLE.replace("\n", ending).encode(), PATH)
    assert found.problems == ()
    assert {place: line for place, line in found.lines.items() if len(place) < 3 or place[0] == "ask"} == {
        ("recommendation",): 2,
        ("impact",): 3,
        ("accepted",): 6,
        ("accepted", "rationale"): 7,
        ("accepted", "until"): 10,
        ("accepted", "compensating"): 11,
        ("ask",): 15,
        ("ask", 0): 16,
        ("ask", 0, "from"): 16,
        ("ask", 0, "since"): 16,
        ("ask", 1): 17,
        ("ask", 1, "from"): 17,
        ("ask", 1, "question"): 18,
        ("quoted key",): 19,
        ("draft",): 20,
    }
    assert (found.line("accepted", "compensating", 1), found.line("accepted", "approver"), found.line("x")) == (
        14,
        6,
        1,
    )
    assert (found.body, found.body_line) == ("Discussion.\n", 22)
    assert found.data["impact"] == "Two scanners\nand the ERP mailer.\n"


def test_only_line_breaks_that_editors_count_are_counted() -> None:
    """NEL and LINE SEPARATOR break lines for YAML's reader, not for an editor."""
    assert faults(header("a: x\x85\nb: \u2028y\nb: z")) == [("yaml-duplicate-key", 4)]


def test_empty_values_stand_where_they_were_left_empty() -> None:
    """An empty item or value has the line of its dash or key, not of the next line."""
    found = header("a:\n  -\n  - x\nb:\nc: 1")
    assert found.data == {"a": [None, "x"], "b": None, "c": 1}
    assert [found.line(*place) for place in (("a", 0), ("a", 1), ("b",), ("c",))] == [3, 4, 5, 6]


def test_plain_data() -> None:
    """YAML 1.2: yes and off are texts; dates, decimals and texts stay apart; what is quoted is text."""
    found = header(
        'day: 2026-10-31\ntext: "2026-10-31"\nword: no\nflag: true\nwhole: 12\nleading: 012\n'
        "part: 0.60\nnothing:\ntilde: ~\nratio: 6/10\ntime: 12:30\nlong: 1_000\nlist: [a, 2]\nforced: !!str 5"
    )
    assert found.problems == ()
    assert found.data == {
        "day": date(2026, 10, 31),
        "text": "2026-10-31",
        "word": "no",
        "flag": True,
        "whole": 12,
        "leading": 12,
        "part": Decimal("0.60"),
        "nothing": None,
        "tilde": None,
        "ratio": "6/10",
        "time": "12:30",
        "long": "1_000",
        "list": ["a", 2],
        "forced": "5",
    }


FAULTS: dict[str, tuple[str | bytes, str, int]] = {
    "empty": ("", "front-matter-missing", 1),
    "blank": ("\n\n", "front-matter-missing", 1),
    "no front matter": ("# Title\n", "front-matter-missing", 1),
    "blank lines above": ("\n---\na: 1\n---\n", "front-matter-missing", 1),
    "four dashes": ("----\na: 1\n----\n", "front-matter-missing", 1),
    "never closed": ("---\na: 1\n\nText.\n", "front-matter-not-closed", 1),
    "closed by four dashes": ("---\na: 1\n----\n", "front-matter-not-closed", 1),
    "no keys": ("---\n---\n", "yaml-not-a-mapping", 2),
    "only a comment": ("---\n# a: 1\n---\n", "yaml-not-a-mapping", 2),
    "a list": ("---\n- a\n---\n", "yaml-not-a-mapping", 2),
    "a text": ("---\nhello\n---\n", "yaml-not-a-mapping", 2),
    "UTF-16": ("---\na: 1\n---\n".encode("utf-16"), "file-encoding", 1),
    "UTF-16 without mark": ("---\na: 1\n---\n".encode("utf-16-le"), "file-characters", 1),
    "Windows-1252": (b"---\r\na: 1\r\nb: caf\xe9\r\n---\r\n", "file-encoding", 3),
    "Windows-1252 in the body": (b"\xef\xbb\xbf---\na: 1\n---\n\ncaf\xe9\n", "file-encoding", 5),
    "half a pair": ("---\na: \ud800\n---\n", "file-encoding", 2),
    "NUL": ("---\na: 1\n---\nx\x00y\n", "file-characters", 4),
    "byte-order mark in the middle": ("---\na: 1\n\ufeffb: 2\n---\n", "file-characters", 3),
    "escape sequence": ("---\na: 1\n---\n\x1b[31m\n", "file-characters", 4),
    "too large": ("---\na: 1\n---\n" + "x" * LARGEST_FILE, "file-too-large", 1),
    "front matter too large": ("---\na: " + "x" * LARGEST_FRONT_MATTER + "\n---\n", "file-too-large", 1),
    "escaped control character": ('---\nb: 1\na: "\\e[31m"\n---\n', "file-characters", 3),
    "escaped half pair": ('---\nb: 1\na: "\\ud800"\n---\n', "file-characters", 3),
    "tab": ("---\na:\n\t- b\n---\n", "yaml-syntax", 3),
    "colon in a text": ("---\na: 1\nb: what: this\n---\n", "yaml-syntax", 3),
    "open quote": ('---\na: "x\nb: 1\n---\n', "yaml-syntax", 2),
    "open bracket": ("---\nb: 1\na: [x, y\n---\n", "yaml-syntax", 3),
    "at sign": ("---\na: 1\nb: @role\n---\n", "yaml-syntax", 3),
    "indentation": ("---\na: 1\n b: 2\n---\n", "yaml-syntax", 3),
    "no colon": ("---\na: 1\nb\n---\n", "yaml-syntax", 4),
    "second document": ("---\na: 1\n...\nb: 2\n---\n", "yaml-syntax", 4),
    "duplicate": ("---\na: 1\nb: 2\na: 3\n---\n", "yaml-duplicate-key", 4),
    "duplicate within": ("---\na:\n  b: 1\n  c: 2\n  b: 3\n---\n", "yaml-duplicate-key", 5),
    "duplicate in other quotes": ("---\na: 1\n'a': 2\n---\n", "yaml-duplicate-key", 3),
    "anchor": ("---\nb: 1\na: &x y\n---\n", "yaml-alias", 3),
    "alias": ("---\na: *x\n---\n", "yaml-alias", 2),
    "recursion": ("---\na: &x [*x]\n---\n", "yaml-alias", 2),
    "python tag": ("---\na: !!python/object/apply:os.system [x]\n---\n", "yaml-tag", 2),
    "unknown tag": ("---\na: 1\nb: !thing y\n---\n", "yaml-tag", 3),
    "number tag": ("---\na: !!int 5\n---\n", "yaml-tag", 2),
    "list as key": ("---\n? [a]\n: b\n---\n", "yaml-key", 2),
    "empty key": ('---\na: 1\n"": 2\n---\n', "yaml-key", 3),
    "depth": ("---\na: " + "[" * 40 + "]" * 40 + "\n---\n", "yaml-depth", 2),
    "thirteenth month": ("---\na: 1\nb: 2026-13-01\n---\n", "date-invalid", 3),
    "30 February": ("---\na: 2026-02-30\n---\n", "date-invalid", 2),
    "year 0": ("---\na: 0000-01-01\n---\n", "date-invalid", 2),
    "short date": ("---\na: 2026-1-5\n---\n", "date-invalid", 2),
    "date in a list": ("---\na:\n  - 2026-10-01\n  - 2026-13-01\n---\n", "date-invalid", 4),
    "time": ("---\na: 2026-10-01T10:00:00Z\n---\n", "date-with-time", 2),
    "time without seconds": ("---\na: 2026-10-01 10:00\n---\n", "date-with-time", 2),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_a_problem_with_its_line(name: str) -> None:
    """Every kind of broken file gives its own problem, an error, on the right line, with a hint."""
    content, code, line = FAULTS[name]
    found = parse(content, PATH)
    assert (code, line) in faults(found)
    assert not found.readable
    for fault in found.problems:
        assert fault.path == PATH
        assert fault.severity is Severity.ERROR
        assert fault.message.endswith(".")
        assert fault.hint.endswith((".", "`"))


def test_every_rule_about_yaml_is_broken_above() -> None:
    """The table of faults leaves out no rule of front matter."""
    codes = {code for code in RULES if code.startswith(("yaml-", "front-matter-", "date-", "file-"))}
    assert codes - {code for _, code, _ in FAULTS.values()} == {"file-refused", "file-unreadable", "yaml-comment"}


def test_a_duplicate_names_both_lines() -> None:
    """Message and hint say where the two are; the first is kept, and what lies below the second is not mixed in."""
    found = header("a: {x: 1}\nb: 2\na: {y: 3}")
    assert found.data == {"a": {"x": 1}, "b": 2}
    assert found.problems[0].message == 'The key "a" is already on line 2.'
    assert "2 or 4" in found.problems[0].hint


def test_an_impossible_date_is_unreadable() -> None:
    """The value of a date that does not exist cannot be mistaken for anything."""
    assert header("until: 2026-13-01").data["until"] is UNREADABLE


def test_one_fault_does_not_hide_the_next() -> None:
    """Faults that leave the rest readable are reported together, in order of line."""
    found = header("a: 2026-13-01\nb: &x y\na: 1\nc: !t z\nd: 2026-1-1")
    assert faults(found) == [
        ("date-invalid", 2),
        ("yaml-alias", 3),
        ("yaml-duplicate-key", 4),
        ("yaml-tag", 5),
        ("date-invalid", 6),
    ]


def test_messages_hold_no_control_characters() -> None:
    """What a person typed is quoted short and printable."""
    found = header('"\\e[31m' + "k" * 500 + '": 1\na: "\\e]0;x\\a"')
    assert found.problems
    for fault in found.problems:
        assert fault.message.isprintable()
        assert len(fault.message) < 200


def test_a_text_and_its_bytes_are_the_same() -> None:
    """Text in, bytes in: one result."""
    assert parse(DESIGN_SAMPLE, PATH) == parse(DESIGN_SAMPLE.encode(), PATH)


def test_dashes_inside_a_text_do_not_close_the_front_matter() -> None:
    """Three dashes close it only where they begin the line."""
    found = header("a: |\n  ---\n  x\nb: 1")
    assert found.data == {"a": "---\nx\n", "b": 1}


@pytest.mark.parametrize("text", ["[" * 60_000, "a: " + "&a " * 15_000, "? " * 30_000, "a: [" + "1," * 30_000 + "]"])
def test_hostile_sizes_end(text: str) -> None:
    """Texts made to exhaust a parser end with problems."""
    assert not header(text).readable


YAML_PIECES = st.lists(
    st.sampled_from(
        "a b: - ? : , [ ] { } & * ! !! | > ' \" % @ ` # \n \r\n \t --- ... << ~ 2026-13-01 2026-10-01 1e999 0x1 "
        "!!python/name:x \ufeff \x85 \u2028 \x00 é 😀 \\ud800".split(" ")
    ),
    max_size=40,
)


def judge(content: bytes) -> None:
    """The promises that hold for any bytes whatever."""
    found = parse(content, PATH)
    lines = content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert found.data or found.problems
    for fault in found.problems:
        assert fault.code in RULES
        assert fault.line is not None
        assert 1 <= fault.line <= lines
        assert fault.message.isprintable()
        assert fault.hint.isprintable()
    assert all(1 <= line <= lines for line in found.lines.values())


@given(st.binary(max_size=200))
@example(b"\xff\xfe")
@example(b"---\n\x00\n---")
def test_any_bytes_give_values(content: bytes) -> None:
    """Bytes of any kind, with and without dashes around them, are read or refused, never raised."""
    judge(content)
    judge(b"---\n" + content + b"\n---\n" + content)


@given(YAML_PIECES, st.sampled_from(["", " ", "\n"]))
@example(['"\\ud800"'], "")
@example(["!!float", "x"], " ")
def test_any_yaml_gives_values(pieces: list[str], between: str) -> None:
    """Everything that YAML knows, in any order, is read or refused, never raised."""
    judge(f"---\na: 1\n{between.join(pieces)}\n---\n".encode("utf-8", "replace"))


EMPTY = "Delete it; then use *Propose a decision* on the page of the recommendation, or run `backlog decide ID`."


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        ("", "The file is empty.", EMPTY),
        (" \n\n", "The file is empty.", EMPTY),
        (
            "\n \n---\na: 1\n---\n",
            "There are blank lines above the front matter.",
            "Delete them, so that line 1 is --- and nothing else.",
        ),
        (
            "Text\n---\na: 1\n---\n",
            "The file does not begin with front matter.",
            "Make line 1 three dashes (---), then `key: value` lines, then three dashes again.",
        ),
        (
            " ---\na: 1\n---\n",
            "The file does not begin with front matter.",
            "Make line 1 three dashes (---), then `key: value` lines, then three dashes again.",
        ),
    ],
)
def test_a_file_without_front_matter_is_told_what_to_do(content: str, message: str, hint: str) -> None:
    """An empty file, blank lines above, or another first line: each has its own remedy, and one problem."""
    (fault,) = parse(content, PATH).problems
    assert (fault.message, fault.hint, fault.path, fault.line) == (message, hint, PATH, 1)


@pytest.mark.parametrize("value", ['"None" for users', "[none] for users", "'none' for users"])
def test_text_behind_a_closing_mark_is_called_that(value: str) -> None:
    """Who begins an answer with a quotation mark hears of it, not of indentation."""
    (fault,) = header(f"bucket: accept\nimpact: {value}\nowner: Head of IT").problems
    assert (fault.code, fault.line) == ("yaml-syntax", 3)
    assert fault.message == "There is text behind a closing quotation mark or bracket."
    assert fault.hint == 'Put the whole text in double quotes. A " inside these is written \\".'


@pytest.mark.parametrize(
    ("value", "cut"),
    [
        ("see ticket #123 for users", "#123 for users"),
        ("first line\n  and #4711", "#4711"),
        ("see ticket # 123", ""),
        ("see ticket#123", ""),
        ('"see ticket #123"', ""),
        ("2027-01-31 #moved", ""),
    ],
)
def test_a_text_that_a_comment_cuts_off_is_a_warning(value: str, cut: str) -> None:
    """The number of a ticket ends an answer silently in YAML; a comment as people write it stays one."""
    found = header(f"bucket: accept\nimpact: {value}\nowner: Head of IT")
    assert found.data["owner"] == "Head of IT"
    assert [fault.code for fault in found.problems] == (["yaml-comment"] if cut else [])
    for fault in found.problems:
        assert fault.severity is Severity.WARNING
        assert fault.line == 2 + 1 + value.count("\n")
        assert f'ends before "{cut}"' in fault.message
