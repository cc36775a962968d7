# SPDX-License-Identifier: Apache-2.0
"""The issue form "accept a risk": its questions, and the answers in the body that GitHub makes of it.

GitHub writes a heading of level three with the question's label, a blank line and the answer; `_No response_` stands
for none. Everybody who may open an issue writes these bodies, so they are bounded, and only known headings are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from secure_score_backlog.decisions.answers import Answers, leaves, value_of
from secure_score_backlog.decisions.writing import quoted
from secure_score_backlog.ratings import Risk
from secure_score_backlog.schema import Choice, OneOrMore
from secure_score_backlog.strict_yaml import Place

FORM_PATH = ".github/ISSUE_TEMPLATE/accept-risk.yml"
RECOMMENDATION = "Recommendation"
"""Label of the question for an id or a title."""
LONGEST_BODY = 65_536
"""Characters of an issue's body, as GitHub allows them."""
LONGEST_ANSWER = 4_000
NO_ANSWER = "_No response_"
HEADING = re.compile(r"(?m)^### +([^\n]{1,200}?) *$")


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the form."""

    label: str
    place: Place
    """Where the answer belongs in a decision; empty for the recommendation."""
    description: str
    required: bool = False
    lines: bool = False
    """A field of several lines."""


QUESTIONS = (
    Question(
        RECOMMENDATION,
        (),
        "Its id, or its title, as the site shows them. One recommendation for each issue.",
        required=True,
    ),
    Question("Risk level", ("risk",), "The risk if this stays open, in your judgement."),
    Question("What can go wrong", ("reduces",), "Which risk stays while this is open?", lines=True),
    Question(
        "Reason",
        ("accepted", "rationale"),
        "Why is the risk accepted, and not removed? In your own words.",
        required=True,
        lines=True,
    ),
    Question("Owner", ("owner",), "The role that owns the risk, such as Head of IT. No names of people."),
    Question("Approver", ("accepted", "approver"), "The role that may accept this risk. Another one than the owner."),
    Question("Accepted until", ("accepted", "until"), "The last day, written YYYY-MM-DD."),
    Question(
        "Compensating controls",
        ("accepted", "compensating"),
        "What reduces the risk meanwhile? One on each line.",
        lines=True,
    ),
    Question(
        "Impact of the change",
        ("impact",),
        "What would change for users and services if it were done?",
        lines=True,
    ),
)
"""The questions, in the order of the form."""


@dataclass(frozen=True, slots=True)
class FormAnswers:
    """What an issue says."""

    recommendation: str
    """An id or a title, as typed; empty where the form was not used."""
    answers: Answers
    left_out: tuple[str, ...] = ()
    """Labels of answers that are too long, or hold what cannot be printed."""


def read_body(body: str) -> FormAnswers:
    """The answers in the body of an issue; of a body that is no form, none.

    A heading that somebody typed into an answer ends it; of two answers under one label, the first counts.
    """
    parts = HEADING.split(body.replace("\r\n", "\n")[:LONGEST_BODY])
    said: dict[str, str] = {}
    for label, text in zip(parts[1::2], parts[2::2], strict=True):
        said.setdefault(label.strip(), text.strip())
    keys = dict(leaves())
    answers: dict[Place, object] = {}
    left_out = []
    for question in QUESTIONS:
        text = said.get(question.label, "")
        if text in ("", NO_ANSWER):
            continue
        plain = " ".join(text.split())
        if len(plain) > LONGEST_ANSWER or not plain.isprintable():
            left_out.append(question.label)
        elif question.place and isinstance(keys[question.place].type, OneOrMore):
            items = (line.strip().removeprefix("- ").removeprefix("* ") for line in text.split("\n"))
            answers[question.place] = [" ".join(item.split()) for item in items if item.strip()]
        elif question.place and isinstance(keys[question.place].type, Choice):
            answers[question.place] = plain.casefold()
        elif question.place:
            answers[question.place] = value_of(keys[question.place], plain)
    named = " ".join(said.get(RECOMMENDATION, "").split())
    usable = named if named != NO_ANSWER and RECOMMENDATION not in left_out else ""
    return FormAnswers(usable, answers, tuple(left_out))


def discussion(number: int, left_out: tuple[str, ...]) -> str:
    """The text of a draft that came from an issue; it names the issue and no person."""
    lines = [f"Drafted from issue #{number}. Answer what is open together with the owner of the risk, and put the "
             "discussion in place of this text."]  # fmt: skip
    if left_out:
        lines.append(f"Not taken over, as too long or not printable: {', '.join(left_out)}.")
    return " ".join(lines)


def form() -> str:
    """The file that GitHub makes the form of."""
    return "\n".join([*form_lines(), ""])


def form_lines() -> Iterator[str]:
    """The form, line by line."""
    yield "# Written by `make schemas` from the questions that `backlog decide --issue` reads; change them there."
    yield "name: Accept a risk"
    yield "description: Ask to accept a risk of Microsoft Secure Score for a time. It counts only once it is merged."
    yield "title: 'Accept a risk: '"
    yield "labels: [accepted-risk]"
    yield "body:"
    yield "  - type: markdown"
    yield "    attributes:"
    yield "      value: >-"
    yield "        A draft of the decision is made from your answers and agreed on in a pull request. Name roles, never"
    yield "        people: what is written here stays readable. Leave open what you do not know."
    for question in QUESTIONS:
        choice = question.place == ("risk",)
        kind = "dropdown" if choice else "textarea" if question.lines else "input"
        yield f"  - type: {kind}"
        yield f"    id: {'-'.join(map(str, question.place)) or 'recommendation'}"
        yield "    attributes:"
        yield f"      label: {question.label}"
        yield f"      description: {quoted(question.description)}"
        if choice:
            yield f"      options: [{', '.join(Risk)}]"
        yield "    validations:"
        yield f"      required: {str(question.required).lower()}"
