# SPDX-License-Identifier: Apache-2.0
"""The issue form: valid for GitHub, and its answers read back from the body that GitHub makes, whoever wrote it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from secure_score_backlog.decisions.answers import leaves
from secure_score_backlog.decisions.issue_form import (
    FORM_PATH,
    LONGEST_ANSWER,
    NO_ANSWER,
    QUESTIONS,
    RECOMMENDATION,
    form,
    read_body,
)

ROOT = Path(__file__).resolve().parents[2]


def body(**answers: str) -> str:
    """What GitHub makes of a form: every label as a heading, the answer or its words for none."""
    return "\n\n".join(
        f"### {question.label}\n\n{answers.get(question.label.replace(' ', '_'), NO_ANSWER)}" for question in QUESTIONS
    )


def test_the_form_is_current_and_asks_only_what_a_decision_has() -> None:
    """`make schemas` would change nothing; labels and ids are unique, places exist."""
    assert (ROOT / FORM_PATH).read_text(encoding="utf-8") == form()
    made: dict[str, Any] = YAML(typ="safe", pure=True).load(form())
    fields = [field for field in made["body"] if field["type"] != "markdown"]
    assert [field["attributes"]["label"] for field in fields] == [question.label for question in QUESTIONS]
    assert len({field["id"] for field in fields}) == len(fields)
    assert {question.place for question in QUESTIONS} <= {(), *(place for place, _ in leaves())}


def test_answers_are_read_back() -> None:
    """Texts, a choice, a day and a list; what was left open stays open."""
    found = read_body(
        body(
            Recommendation="BlockLegacyAuthentication",
            Risk_level="High",
            Reason="The ERP cannot\nsign in otherwise.",
            Owner="Head of IT",
            Accepted_until="2027-01-31",
            Compensating_controls="- Two addresses only\n* weekly report\n",
        ).replace("\n", "\r\n")
    )
    assert found.recommendation == "BlockLegacyAuthentication"
    assert found.answers == {
        ("risk",): "high",
        ("accepted", "rationale"): "The ERP cannot sign in otherwise.",
        ("owner",): "Head of IT",
        ("accepted", "until"): date(2027, 1, 31),
        ("accepted", "compensating"): ["Two addresses only", "weekly report"],
    }
    assert found.left_out == ()


def test_other_headings_and_second_answers_say_nothing() -> None:
    """An answer cannot smuggle in the answer to a later question that came before it; the first one counts."""
    found = read_body(
        body(Recommendation="A", Reason="Real\n\n### Owner\n\nEvil\n\n### Bucket\n\ndo-now", Owner="Head of IT")
    )
    assert found.answers == {("accepted", "rationale"): "Real", ("owner",): "Evil"}
    found = read_body("### Owner\n\nFirst\n\n### Owner\n\nSecond")
    assert found.answers == {("owner",): "First"}
    assert read_body("Just a text, no form.").recommendation == ""
    assert read_body("") == read_body("### Recommendation\n\n_No response_")


def test_what_is_too_long_or_cannot_be_printed_is_left_out_and_named() -> None:
    """Nothing of it reaches a file or a terminal."""
    found = read_body(
        body(Recommendation="A\x1b[31m", Reason="x" * (LONGEST_ANSWER + 1), Owner="Head\u202eof IT", Approver="Board")
    )
    assert found.recommendation == ""
    assert found.answers == {("accepted", "approver"): "Board"}
    assert set(found.left_out) == {RECOMMENDATION, "Reason", "Owner"}


@given(st.text(max_size=300) | st.text("# \nRO_-`<>aeinonws\r\t", max_size=300))
def test_any_body_is_read(text: str) -> None:
    """Every text that is taken over can be printed and is bounded."""
    for written in (text, f"### Reason\n\n{text}\n\n### Recommendation\n\n{text}"):
        found = read_body(written)
        texts = [found.recommendation, *(value for value in found.answers.values() if isinstance(value, str))]
        assert all(each.isprintable() and len(each) <= LONGEST_ANSWER for each in texts)


def test_a_hostile_body_takes_no_time() -> None:
    """Headings without end are cut with the body."""
    assert read_body("### a\n" * 200_000).answers == {}
    assert read_body("### " + "a " * 200_000).answers == {}
    assert read_body("#" * 200_000).answers == {}
