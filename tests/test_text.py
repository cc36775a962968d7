# SPDX-License-Identifier: Apache-2.0
"""Texts of people inside messages: quoted safely, and the known word nearest to one that is not."""

from __future__ import annotations

import difflib
import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.text import (
    MOST_SUGGESTIONS,
    SHOWN_LENGTH,
    Suggestions,
    for_terminal,
    json_for_terminal,
    most_similar,
    nearest,
    one_line,
    shell_quoted,
    shown,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", '"plain"'),
        (" two\n lines\tand  blanks ", '"two lines and blanks"'),
        ("bell\x07 and \x1b[31m", '"bell\ufffd and \ufffd[31m"'),
        ("x" * SHOWN_LENGTH, f'"{"x" * SHOWN_LENGTH}"'),
        ("x" * (SHOWN_LENGTH + 1), f'"{"x" * (SHOWN_LENGTH - 1)}…"'),
        (None, '"None"'),
        (60, '"60"'),
    ],
)
def test_a_text_is_quoted_safely(value: object, expected: str) -> None:
    """One line, no control characters, at most 60 letters and the quotes."""
    assert SHOWN_LENGTH == 60
    assert shown(value) == expected


WORDS = st.text("abc_", max_size=6)


@given(WORDS, st.lists(WORDS, max_size=8))
def test_the_most_similar_word_is_that_of_the_library(word: str, known: list[str]) -> None:
    """Sparing comparisons changes no answer, also where two are as similar."""
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.7)
    assert most_similar(word, known) == (found[0] if found else None)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("bucket", "Bucket"),
        ("BUCKET", "Bucket"),
        ("bukcet", "Bucket"),
        ("owner", "owner"),
        ("ownr", "owner"),
        ("qqq", None),
        ("", None),
        ("du", None),
    ],
)
def test_the_nearest_word(word: str, expected: str | None) -> None:
    """The most alike of the known words, written as known; of two that differ in case only, the alphabet's first."""
    known = ["owner", "bucket", "Bucket", "reduces", "risk"]
    assert nearest(word, known) == expected
    assert nearest(word, known[::-1]) == expected
    assert nearest("anything", []) is None


def test_nearest_looks_at_the_beginning_of_a_long_word() -> None:
    """A text of a megabyte costs nothing; what is alike in its first hundred letters is near."""
    assert nearest("x" * 1_000_000, ["x" * 100]) == "x" * 100
    assert nearest("y" + "x" * 99 + "z" * 900, ["y" + "x" * 99]) is not None


def test_nearest_needs_seven_parts_of_ten() -> None:
    """Seven of ten letters alike are near, fewer are not."""
    assert nearest("abcdefgxyz", ["abcdefg123"]) == "abcdefg123"
    assert nearest("abcdefwxyz", ["abcdef0123"]) is None


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("decisions/A.md", "decisions/A.md"),
        ("decisions/A copy.md", "'decisions/A copy.md'"),
        ("x; rm -rf $HOME", "'x; rm -rf $HOME'"),
        ("it's", '"it\'s"'),
        ("--root", "'--root'"),
        ("", "''"),
    ],
)
def test_an_argument_is_quoted_for_both_shells(text: str, quoted: str) -> None:
    """Quotes that POSIX shells and PowerShell read alike; nothing of the text is lost."""
    assert shell_quoted(text) == quoted
    assert shlex.split(quoted) == [text]


@pytest.mark.parametrize("text", ["it's $HOME", "a'b\"c", "it's `x`", "it's!"])
def test_an_argument_with_quotes_and_marks_keeps_every_letter(text: str) -> None:
    """Neither variables nor commands inside it are replaced by the shell."""
    assert shlex.split(shell_quoted(text)) == [text]


def test_one_line_has_no_hidden_characters() -> None:
    """Line breaks become blanks; control characters and marks that reorder text become visible."""
    assert one_line(" a\n b\x1b \u202ec ") == "a b\ufffd \ufffdc"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("plain, é, 漢, 🙂, \u00a0, \u202f\n\ttab", "plain, é, 漢, 🙂, \u00a0, \u202f\n\ttab"),
        ("\x1b[31m\x07\x9b2J\r\x7f\x85", r"\x1b[31m\x07\x9b2J\r\x7f\x85"),
        ("\u202e\u2066\u200f\u200b\ufeff\u2028\u2029", r"\u202e\u2066\u200f\u200b\ufeff\u2028\u2029"),
        ("::error::x", r"\::error::x"),
        ("a\n  \u00a0::error::x", "a\n  \u00a0\\::error::x"),
        ("a ::error::x", "a ::error::x"),
        ("a ##[error]x ##vso[y] ## [z]", r"a #\#[error]x #\#vso[y] ## [z]"),
        ("\ud800", r"\ud800"),
    ],
)
def test_a_terminal_shows_and_does_not_obey(text: str, said: str) -> None:
    """Controls become visible escapes, commands of a workflow's runner are broken; letters and layout stay."""
    assert for_terminal(text) == said
    assert for_terminal(said) == said


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_for_a_terminal_is_the_same_data(value: object) -> None:
    """Any text comes back; nothing in it can be obeyed, and no line begins a command."""
    said = json_for_terminal(json.dumps(value, indent=1, ensure_ascii=False))
    assert json.loads(said) == value
    assert for_terminal(said) == said


def test_a_command_in_json_is_broken() -> None:
    """A runner looks for this one within lines; JSON has its own escape for it."""
    said = json_for_terminal(json.dumps("##[error] ##vso[x] \U000e0001", ensure_ascii=False))
    assert json.loads(said) == "##[error] ##vso[x] \U000e0001"
    assert "##" not in said
    assert said.isascii()


def test_only_the_first_words_are_compared_with_all_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of wrong words among thousands of known ones: a hundred get a suggestion, none twice."""
    compared = []

    def counted(word: str, known: object) -> str:
        compared.append(word)
        return "Near"

    monkeypatch.setattr("secure_score_backlog.text.nearest", counted)
    suggestions = Suggestions(["Near"])
    found = [suggestions.nearest(f"wrong{number}") for number in range(5000) for _ in range(2)]
    assert len(compared) == MOST_SUGGESTIONS
    assert found.count("Near") == 2 * MOST_SUGGESTIONS
    assert suggestions.nearest("wrong0") == "Near"


def test_a_word_in_another_case_is_known() -> None:
    """However many words are asked about."""
    suggestions = Suggestions({"Near", "Far"})
    assert [suggestions.in_another_case(word) for word in ("near", "FAR", "no")] == ["Near", "Far", None]
