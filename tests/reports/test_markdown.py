# SPDX-License-Identifier: Apache-2.0
"""Texts of other people in a job's summary: shown letter for letter, and nothing of them is active."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from secure_score_backlog.reports.markdown import code, inert
from secure_score_backlog.text import visible
from tests.support.workflow_log import active, shown

HOSTILE = [
    "@octocat see #12, GH-12 and owner/name#3; deadbeef1234567 www.evil.example https://evil.example :tada:",
    "<img src=x onerror=alert(1)> <!-- hidden --> [a](https://evil.example) ![b](https://evil.example/x.png)",
    "a | b | c ||",
    "**bold** _it_ ~~gone~~ `code` ``x`` ` ``` # heading",
    "me@evil.example (@team/x) &#64;octocat &lt;script&gt; \\`x",
    "```\n::error::x\n```\n\n- [ ] task\n> quote\n\u202edne",
    "$\\sqrt{2}$ [^1] [[wiki]] {{x}} :::note",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_active_in_a_text(text: str) -> None:
    """No mention, link, picture, markup, or end of the table's cell comes of any text."""
    for made in (inert(text), code(text)):
        page = shown(f"| Head | Next |\n| --- | --- |\n| {made} | end |\n")
        assert page.elements <= {"table", "thead", "tbody", "tr", "th", "td", "code"}
        assert active(page) == []
        assert page.text.split()[-1:] == ["end"]
        assert "\n" not in made


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60))
@example("a`b`c `d")
@example("`` ` ``")
def test_any_text_is_shown_as_it_is(text: str) -> None:
    """Every letter is there, apart from the backticks around code, and nothing is active."""
    page = shown(f"x {inert(text)} y")
    assert page.elements <= {"p", "code"}
    assert active(page) == []
    wanted = "".join(visible(text).split()).replace("`", "")
    assert "".join(page.text.split()).replace("`", "") == f"x{wanted}y"


def test_words_stay_words() -> None:
    """A plain sentence of ours is no code; a key, a date with its key and a path are."""
    made = inert('`risk` takes one of low, high, not "hihg" (see decisions/A.md): write it until 2027-01-31.')
    page = shown(made)
    assert made.count("<code>") == 2
    assert page.text == 'risk takes one of low, high, not "hihg" (see decisions/A.md): write it until 2027-01-31.\n'
    assert inert("") == code("") == ""
    assert "<code>" not in inert("Ensure 'External sharing' is not available for 90%, ('now').")
