# SPDX-License-Identifier: Apache-2.0
"""Texts that would keep a converter of Markdown busy without end are told apart from what people write."""

from __future__ import annotations

from pathlib import Path

import pytest

from secure_score_backlog import markdown_limits as limits
from secure_score_backlog.markdown_limits import find_excess
from tests.support.bounded import within_seconds

ROOT = Path(__file__).resolve().parents[1]

HOSTILE = {
    "opened brackets": "[" * 900,
    "opened pictures": "![" * 450,
    "opened addresses": "[a](" * 400,
    "brackets closed in code": "[`]` " * 400,
    "brackets closed in code over two lines": "[`\n]` " * 400,
    "closing brackets that are escaped": "\\]<[" * 400,
    "60 kB of brackets": "[" * 60_000,
    "60 kB of addresses": "[a](" * 15_000,
    "60 kB of headings": "#\n" * 30_000,
    "underlined headings": "a\n=\n" * 600,
    "a wide table": "|" + "a|" * 60 + "\n|" + "-|" * 60 + "\n",
    "a table of 17 kB": "|" + "a|" * 2000 + "\n|" + "-|" * 2000 + "\n" + "|\n" * 500,
    "many tables": ("|" + "a|" * 45 + "\n|" + "-|" * 45 + "\n" + "|\n" * 200 + "\n") * 3,
    "backticks": "\\``" * 600,
    "6,000 backticks in a row": "`" * 6_000 + " x",
    "backticks in rows": ("`" * 11 + "\\") * 40 + "x" * 15_000,
    "asterisks": "__<" + "***" * 700,
    "nested lists": "".join("    " * depth + "- a\n" for depth in range(27)),
    "nested numbered lists": "".join("\t" * depth + "1. a\n" for depth in range(27)),
    "nested quotes": ">" * 30 + " a",
    "lists in one line": "- " * 30 + "a",
    "200 kB": "word\n\n" * 40_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_text_that_would_take_long_is_found(kind: str) -> None:
    """Brackets, tables, headings, nesting, length: each is found, within seconds of processor time."""
    with within_seconds(20):
        found = find_excess(HOSTILE[kind])
    assert found is not None
    assert found.what.endswith(".")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("fine\n\n" + "[" * 31, 2),
        ("fine\n\n- a\n" + "    " * 26 + "- b", 3),
        ("x" * 100_001, 0),
        ("\n" + "a\n" * 1001, 1),
    ],
)
def test_the_line_is_named(text: str, line: int) -> None:
    """Where the paragraph begins, or the very line that is nested too deeply."""
    found = find_excess(text)
    assert found is not None
    assert found.line == line


@pytest.mark.parametrize(
    "text",
    [
        "[" * limits.MOST_OPEN,
        "[a](b) " * 450,
        ("[x]" * 20 + "\n") * 20,
        "a\n" * limits.MOST_LINES,
        "word\n\n" * 15_000,
        "|" + "a|" * 48 + "\n|" + "-|" * 48 + "\n" + ("|" + "a|" * 48 + "\n") * 150,
        "".join("    " * depth + "- a\n" for depth in range(20)),
        "```\n" + "x = [1, 2]\n" * 400 + "```",
        "> quote\n" * 500,
        "**bold** _word_ " * 300,
    ],
)
def test_a_large_text_of_a_person_is_no_excess(text: str) -> None:
    """Just within each limit."""
    assert find_excess(text) is None


def test_the_samples_texts_are_far_from_the_limits() -> None:
    """Every decision and all minutes of the invented tenant, ten times over."""
    files = [*(ROOT / "decisions").glob("*.md"), *(ROOT / "generator").rglob("sample/reviews/*.md")]
    assert files
    for file in files:
        assert find_excess((file.read_text(encoding="utf-8") + "\n\n") * 10) is None


def test_a_problem_says_where_and_what_to_do() -> None:
    """The line of the file, and one code for what is too long, another for what is too intricate."""
    for text, code in (("x" * 100_001, "file-too-large"), ("[" * 31, "text-too-intricate")):
        found = find_excess(text)
        assert found is not None
        problem = found.as_problem("decisions/A.md", 7, "The text")
        assert (problem.path, problem.line, problem.code) == ("decisions/A.md", 7, code)
        assert problem.hint
