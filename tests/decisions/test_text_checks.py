# SPDX-License-Identifier: Apache-2.0
"""Raw HTML is found wherever a Markdown reader would let it through, and code is left alone."""

from __future__ import annotations

import markdown
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from secure_score_backlog.decisions.front_matter import parse
from secure_score_backlog.decisions.parse import read_decision
from secure_score_backlog.decisions.text_checks import find_raw_html, find_unsafe_links
from secure_score_backlog.problems import Severity

FOUND = {
    "a <b>bold</b> word": [0],
    "one\n<!-- hidden -->\nthree": [1],
    "<div>\n\n</div>": [0, 2],
    "<?php": [0],
    "</p>": [0],
    "<IMG SRC=x onerror=alert(1)>": [0],
    "x <y and no end": [0],
    "`code` <b>": [0],
    "`code <b>": [0],
    "stray ` tick\n`<b>` too": [1],
    "\\`<b>`": [0],
    "```\n<b>\nnever closed": [1],
    "```\n<b>\n```\n<i>": [3],
    "- item\n\n    <b>": [2],
    "text\n    <b>": [1],
    "```<b>\n\n```": [0],
    "```not a language\n<b>\n```": [1],
    "```\n<b>\n````\n<i>\n```": [1, 3],
    "```\n<b>\n  ```": [1],
    "<javascript:alert(1)>": [0],
    "<https://a.example onclick=x>": [0],
    "one\n\n    code\n\ntext <b>": [4],
}
FREE = [
    "",
    "1 < 2 and 3 > 2, a<1, <3, <=, <-",
    "<https://a.example/x?y=1&z=2> and <HTTP://A.EXAMPLE>",
    "<security@tenant.example>",
    "`<b>` and ``a ` <b>``",
    "```html\n<b>bold</b>\n```\nafter",
    "stray ` tick\n\n`<b>` and ` too",
    "~~~\n<b>\n~~~",
    "````\n```\n<b>\n````",
    "text\n\n    <b>in a block</b>\n\n    <i>still</i>\n\nafter",
    "\t<b>",
    "&lt;b&gt;",
    "- item\n- item\n\nText.\n\n    <b>\n",
]


@pytest.mark.parametrize(("text", "lines"), FOUND.items())
def test_raw_html_is_found_on_its_line(text: str, lines: list[int]) -> None:
    """Tags, comments, instructions and odd addresses are found outside code, on the right line."""
    assert find_raw_html(text) == lines


@pytest.mark.parametrize("text", FREE)
def test_plain_markdown_is_free(text: str) -> None:
    """Comparisons, addresses in angle brackets and every kind of code are no HTML."""
    assert find_raw_html(text) == []


PIECES = [
    *("<x-y>", "</x-y>", "<div><x-y>", "<!-- <x-y> -->", "`", "``", "```", "~~~", "````", "\\", "\n", "\n\n", "    "),
    *("  ", "\t", "- ", "1. ", "> ", "# ", "a", " ", "<https://a.example>", "[a](b)", "*", "&", "<", ">", "html"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@example("a ` b\n` <x-y> `")
@example("```\n<x-y>\n````\n<x-y>")
@example("- a\n\n\t<x-y>")
@example("> ```\n> <x-y>\n> ```")
@example("1. a\n\n        <x-y>")
def test_no_tag_that_python_markdown_passes_through_is_missed(text: str) -> None:
    """Whatever the site builder's own Markdown would pass through as a tag has been found here."""
    for extensions in (["fenced_code"], ["tables", "fenced_code", "sane_lists"]):
        if "<x-y>" in markdown.markdown(text, extensions=extensions):
            assert find_raw_html(text)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("[a](javascript:alert(1))", [0]),
        ("fine\n\n[a]( <data:text/html,x> )", [2]),
        ("[a][b]\n\n[b]: vbscript:x", [2]),
        ("![a](ftp://x)", [0]),
        ("[a](https://x) [b](../c.md) [d](#e) [f](mailto:g@h.example) [i][j]\n\n[j]: HTTPS://k", []),
        ("`[a](javascript:x)`", []),
        ("note: javascript: is a scheme", []),
    ],
)
def test_links_that_run_code(text: str, lines: list[int]) -> None:
    """Links may lead to the web, to a mailbox or into the repository, and nowhere else."""
    assert find_unsafe_links(text) == lines


def test_a_discussion_that_would_take_long_is_a_problem_with_its_line() -> None:
    """An error on the line of the paragraph: the pull request says so before a build would hang."""
    header = "---\nrecommendation: A\nbucket: do-soon\n---\n"
    for body, line, code in (
        ("fine\n\n" + "[" * 31, 7, "text-too-intricate"),
        ("".join("    " * depth + "- a\n" for depth in range(40)), 30, "text-too-intricate"),
        ("fine " * 30_000, 5, "file-too-large"),
    ):
        found = [each for each in read_decision(parse(header + body, "decisions/A.md"))[1] if each.code == code]
        assert [(each.path, each.line, each.severity) for each in found] == [("decisions/A.md", line, Severity.ERROR)]
        assert found[0].hint
