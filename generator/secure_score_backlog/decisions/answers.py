# SPDX-License-Identifier: Apache-2.0
"""Answers to the questions of a decision while it is being made: their places, their values and what is wrong.

What a person types is judged by the readers and rules of `check`, on the file as it would be written, so that the two
cannot disagree.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from secure_score_backlog.decisions.checks import CheckContext, check_decisions
from secure_score_backlog.decisions.editing import value_at
from secure_score_backlog.decisions.front_matter import FrontMatter, parse
from secure_score_backlog.decisions.model import KEYS, Bucket, Decision
from secure_score_backlog.decisions.parse import read_answers
from secure_score_backlog.decisions.values import Answer, Share, is_no_answer, is_open, is_placeholder
from secure_score_backlog.files import Document
from secure_score_backlog.problems import Problem, problem
from secure_score_backlog.schema import Day, Key, Need, OneOrMore
from secure_score_backlog.strict_yaml import Place
from secure_score_backlog.text import shown

Answers: TypeAlias = Mapping[Place, object]
"""Values as YAML would give them, by place: `("owner",)`, `("accepted", "until")`."""
Written: TypeAlias = tuple[FrontMatter, Decision | None]
"""A file and its decision; None where it has errors."""

NOT_ASKED = frozenset({"recommendation", "bucket", "draft"})
"""Keys that are no answers to a question."""
OF_DRAFTS = frozenset({"decision-draft", "decision-missing-key", "decision-unanswered", "decision-not-ready"})
"""Codes of problems that only say what is still open."""
OF_OTHERS = frozenset({"decision-same-as-unusable", "decision-same-as-unknown"})
"""Codes of problems that end when another decision is finished; a draft may wait for that."""


def leaves(keys: tuple[Key, ...] = KEYS, above: Place = ()) -> Iterator[tuple[Place, Key]]:
    """Every key that takes a value, with its place, in the order of the declaration."""
    for key in keys:
        if key.keys:
            yield from leaves(key.keys, (*above, key.name))
        elif above or key.name not in NOT_ASKED:
            yield (*above, key.name), key


def has_place(place: Place, bucket: Bucket) -> bool:
    """Whether a decision of a bucket may have a key."""
    top = next(key for key in KEYS if key.name == place[0])
    return top.need(bucket) is not Need.FORBIDDEN


def value_of(key: Key, typed: str) -> object:
    """What YAML would give for a typed text: a date, a number or a list where the key takes one.

    A text that is none of them stays a text, for the key's reader to refuse.
    """
    text = " ".join(typed.split())
    if isinstance(key.type, OneOrMore):
        return [text] if text else []
    if isinstance(key.type, Day):
        with contextlib.suppress(ValueError):
            found = date.fromisoformat(text)
            return found if found.isoformat() == text else text
    if isinstance(key.type, Share):
        with contextlib.suppress(InvalidOperation):
            found_number = Decimal(text)
            return found_number if found_number.is_finite() and "e" not in text.lower() else text
    return text


def nested(answers: Answers) -> dict[str, Any]:
    """The answers as the mapping that a file holds, in the order of the declaration; open ones are left out."""
    data: dict[str, Any] = {}
    for place, _ in leaves():
        if is_open(answers.get(place)) and not is_placeholder(answers.get(place)):
            continue
        inside = data
        for step in place[:-1]:
            inside = inside.setdefault(str(step), {})
        inside[str(place[-1])] = answers[place]
    return data


def problems_with(
    document: Document, context: CheckContext, others: Collection[Written], *, draft: bool
) -> list[Problem]:
    """What is wrong with the answers in a file that is not written yet, apart from what it leaves open.

    Answers of a draft are judged as those of a finished decision: what is wrong in them would only be found later.

    Args:
        document: The file as it would be written.
        context: What decisions are checked against.
        others: The other decisions, for reasons that were copied and for `same_as`.
        draft: It is a draft, so the decision that it names in `same_as` may be one too.
    """
    source = parse(document.content, document.path)
    decision, faults, _ = read_answers(source)
    found = list(faults)
    if decision is not None:
        finished = replace(decision, draft=False)
        found += [each for each in check_decisions([*others, (source, finished)], context) if each.path == source.path]
    ignored = OF_DRAFTS | OF_OTHERS if draft else OF_DRAFTS
    return [*placeholders(source), *(each for each in found if each.code not in ignored)]


def placeholders(source: FrontMatter) -> Iterator[Problem]:
    """Answers such as TBD: to a person who is being asked they are mistakes, not open questions."""
    for place, key in leaves():
        value = value_at(source.data, place)
        for written in value if isinstance(value, list) else [value]:
            if is_placeholder(written) or (isinstance(key.type, Answer) and is_no_answer(written)):
                message = f"{shown(written)} is a placeholder and counts as no answer."
                hint = "Write the answer, or leave it open: then the decision stays a draft."
                yield problem("decision-missing-key", source.path, source.line(*place), message, hint)


def still_open(document: Document) -> list[Place]:
    """The required keys that a file leaves open, in the order of the declaration; of an open group, those inside."""
    missing = read_answers(parse(document.content, document.path))[2]
    required = {place for place, key in leaves() if len(place) > 1 and key.needs is Need.REQUIRED}
    return [place for each in missing for place in sorted_inside(each, required)]


def sorted_inside(place: Place, required: Collection[Place]) -> list[Place]:
    """The required keys directly inside a group, in order; the place itself where it is no group."""
    inside = [each for each, _ in leaves() if each in required and each[:-1] == place]
    return inside or [place]


def answered(place: Place) -> Place:
    """The place of the answer that a line belongs to: without the positions in lists."""
    return tuple(step for step in place if isinstance(step, str))


def place_of(line: int | None, source: FrontMatter) -> Place:
    """The place of the key on a line; empty where none is."""
    found = [place for place, number in source.lines.items() if number == line]
    return max(found, key=len, default=())


def inheritable_places() -> frozenset[Place]:
    """The places that a decision may leave to the one that it names in `same_as`."""
    return frozenset(place for place, key in leaves() if key.inheritable)
