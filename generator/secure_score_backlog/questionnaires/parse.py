# SPDX-License-Identifier: Apache-2.0
"""Questionnaires and own evidence as they are typed: values out, or the reasons why there are none.

Fails closed: a file with any error is not shown, so no answer rests on half of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from secure_score_backlog.decisions.front_matter import FrontMatter
from secure_score_backlog.decisions.values import is_no_answer, is_open
from secure_score_backlog.markdown_limits import find_excess
from secure_score_backlog.problems import MOST_REPEATED, Problem, Severity, is_unreadable, problem
from secure_score_backlog.questionnaires.model import (
    QUESTIONNAIRE_KEYS,
    STATEMENT_KEYS,
    AnsweredBy,
    Coverage,
    Question,
    Questionnaire,
    Statement,
)
from secure_score_backlog.schema import Format, Key, Reading, build, required_hint
from secure_score_backlog.strict_yaml import Place, YamlData
from secure_score_backlog.text import Suggestions, shown
from secure_score_backlog.topics import TOPICS

MOST_QUESTIONS = 500


QUESTIONNAIRE = Format(
    "a questionnaire",
    unknown_key="questionnaire-unknown-key",
    wrong_type="questionnaire-wrong-type",
    wrong_value="questionnaire-wrong-value",
    is_open=is_open,
    is_no_answer=lambda value: is_open(value) or is_no_answer(value),
)
EVIDENCE = replace(
    QUESTIONNAIRE,
    name="own evidence",
    unknown_key="evidence-unknown-key",
    wrong_type="evidence-wrong-type",
    wrong_value="evidence-wrong-value",
)


def read_questionnaire(source: YamlData) -> tuple[Questionnaire | None, list[Problem]]:
    """The questionnaire in a file, and every problem of the file by itself; None where one of them is an error."""
    values, problems = _read(source, QUESTIONNAIRE, QUESTIONNAIRE_KEYS, "questionnaire-missing-key")
    if _has_error(problems):
        return None, problems
    found: Questionnaire = build(Questionnaire, QUESTIONNAIRE_KEYS, values)
    problems += [*repeated(source, found), *inconsistent(source, found)]
    return (None if _has_error(problems) else found), sorted(problems, key=lambda each: each.order)


def read_statement(source: FrontMatter) -> tuple[Statement | None, list[Problem]]:
    """What a file of evidence states, and every problem of the file by itself; None where one of them is an error."""
    values, problems = _read(source, EVIDENCE, STATEMENT_KEYS, "evidence-missing-key")
    excess = None if is_unreadable(source.problems) else find_excess(source.body)
    if excess is not None:
        problems.append(excess.as_problem(source.path, source.body_line, "The text below the front matter"))
    if _has_error(problems):
        return None, problems
    found: Statement = build(Statement, STATEMENT_KEYS, values, body=source.body)
    if found.until < found.on:
        problems.append(
            problem(
                "evidence-until",
                source.path,
                source.line("until"),
                f"`until` ({found.until}) is before the day that the evidence is about ({found.on}).",
                "Write the last day on which it counts.",
            )
        )
    return (None if _has_error(problems) else found), sorted(problems, key=lambda each: each.order)


def _has_error(problems: list[Problem]) -> bool:
    return any(each.severity is Severity.ERROR for each in problems)


def _read(
    source: YamlData, form: Format, keys: tuple[Key, ...], missing: str
) -> tuple[Mapping[str, Any], list[Problem]]:
    """The values by key, and what is wrong with them."""
    problems = list(source.problems)
    if is_unreadable(problems):
        return {}, problems
    reading = Reading(form)
    values = reading.group(keys, source.data)
    problems += [problem(code, source.path, source.line(*place), *text) for code, place, *text in reading.faults]
    for key, place in reading.missing[:MOST_REPEATED]:
        whole = form.name.capitalize() if len(place) == 1 else _where(place)
        written = _written(source.data, place)
        placeholder = f" {shown(written)} is a placeholder and counts as no answer." if is_no_answer(written) else ""
        message = f"{whole} needs `{key.name}`.{placeholder}"
        problems.append(problem(missing, source.path, source.line(*place), message, required_hint(key)))
    return values, problems


def _where(place: Place) -> str:
    """Which question, counted from one."""
    position = next((step for step in place if isinstance(step, int)), 0)
    return f"Question {position + 1}"


def _written(value: object, place: Place) -> object:
    for step in place:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
    return value


def placed(source: YamlData, index: int, *more: str | int) -> int:
    """The line of a question, or of one of its keys."""
    return source.line("questions", index, *more)


def repeated(source: YamlData, found: Questionnaire) -> Iterator[Problem]:
    """Ids that two questions have, and more questions than anybody asks."""
    if len(found.questions) > MOST_QUESTIONS:
        message = f"There are {len(found.questions)} questions; at most {MOST_QUESTIONS} are read."
        hint = "Make several questionnaires of it, one file each."
        yield problem("questionnaire-wrong-value", source.path, source.line("questions"), message, hint)
        return
    first: dict[str, int] = {}
    for index, question in enumerate(found.questions):
        if question.id in first:
            message = f"The id {shown(question.id)} is that of question {first[question.id] + 1} already."
            hint = "Give each question an id of its own: evidence and citations name it."
            yield problem("question-twice", source.path, placed(source, index, "id"), message, hint)
        first.setdefault(question.id, index)


def inconsistent(source: YamlData, found: Questionnaire) -> Iterator[Problem]:
    """Topics that do not exist, and a coverage without the recommendations that it needs."""
    topics = Suggestions(TOPICS)
    for index, question in enumerate(found.questions):
        for title in question.topics:
            if title not in TOPICS:
                meant = topics.nearest(title) or next((t for t in TOPICS if title.casefold() in t.casefold()), None)
                hint = f"Write `{meant}`." if meant else "Copy the title of a topic from the page *Topics*."
                line = placed(source, index, "topics")
                yield problem("question-unknown-topic", source.path, line, f"There is no topic {shown(title)}.", hint)
        fault = wrong_coverage(question)
        if fault:
            yield problem("question-coverage", source.path, placed(source, index, "coverage"), *fault)


def wrong_coverage(question: Question) -> tuple[str, str] | None:
    """What is wrong with the coverage that a question states, and what to do; None where nothing is."""
    if question.answered_by not in (None, AnsweredBy.RECOMMENDATIONS):
        if question.primary or question.related or question.topics:
            message = f"A question that is answered by the {question.answered_by} names no recommendations."
            return message, "Delete `primary`, `related` and `topics`, or `answered_by`."
        return None
    if question.coverage in (Coverage.WHOLE, Coverage.PART) and not (question.primary or question.same_as):
        message = f"The coverage is {question.coverage}, and no recommendation is named under `primary`."
        return message, "Name the recommendations that answer the question, or write `coverage: none`."
    if question.coverage is Coverage.NONE and question.primary:
        message = "The coverage is none, and yet recommendations are named under `primary`."
        return message, "Delete `primary`, or write how much of the question they answer: whole, part or hint."
    return None
