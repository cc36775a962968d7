# SPDX-License-Identifier: Apache-2.0
"""The questions that came with this version of the program, and what a question takes from them and from topics.

Their words are our own: an answer is given against the insurer's form. Which recommendations answer a question, and
which clauses of a framework it belongs to, is our judgement; Microsoft publishes no such list. The file has the form of
a questionnaire in `docs/questionnaires/`, as JSON: every command reads it, and YAML takes ten times as long.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache

from secure_score_backlog.content import load_json
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.problems import Problem
from secure_score_backlog.questionnaires.model import AnsweredBy, Coverage, Question, Questionnaire
from secure_score_backlog.questionnaires.parse import read_questionnaire
from secure_score_backlog.ratings import normalised
from secure_score_backlog.strict_yaml import YamlData
from secure_score_backlog.topics import TOPICS

SHIPPED = "insurer_questions.json"
SHIPPED_NAME = "common"
"""Name of the shipped questionnaire in addresses and files."""


@cache
def shipped() -> Questionnaire:
    """The shipped questions, read once.

    Raises:
        CannotProceed: the file is missing from the installation, or damaged there.
    """
    place = f"secure_score_backlog/content/{SHIPPED}"
    hint = "Install the program again: this file belongs to it and is not meant to be edited."
    try:
        found, problems = read_shipped()
    except (OSError, ValueError) as error:
        raise CannotProceed("The shipped questions cannot be read.", where=place, hint=hint) from error
    if found is None:
        raise CannotProceed(f"The shipped questions are damaged. {problems[0].message}", where=place, hint=hint)
    return found


@cache
def shipped_questions() -> Mapping[str, Question]:
    """The shipped questions by id, with what each takes from its topics."""
    return {question.id: with_topics(question) for question in shipped().questions}


def resolved(questionnaire: Questionnaire) -> Questionnaire:
    """A questionnaire in which each question has what it takes from a shipped question and from its topics."""
    return replace(questionnaire, questions=tuple(map(resolved_question, questionnaire.questions)))


def resolved_question(question: Question) -> Question:
    """The same for one question."""
    base = shipped().questions if question.same_as else ()
    same = next((each for each in base if each.id == question.same_as), None)
    return with_topics(taken_from(same, question) if same else question)


def taken_from(same: Question, question: Question) -> Question:
    """A question with whatever it leaves out taken from one that asks the same.

    Its own primary recommendations, related ones or topics stand in place of all three of the other, with the coverage.
    """
    own = bool(question.primary or question.related or question.topics)
    mapped = question if own else same
    return replace(
        question,
        primary=mapped.primary,
        related=mapped.related,
        topics=mapped.topics,
        coverage=question.coverage or mapped.coverage,
        answered_by=question.answered_by or (None if own else same.answered_by),
        limits=question.limits or same.limits,
        elsewhere=question.elsewhere or same.elsewhere,
        frameworks=question.frameworks or same.frameworks,
    )


def with_topics(question: Question) -> Question:
    """A question with the recommendations and the texts of its topics, and with a coverage."""
    known = [TOPICS[title] for title in question.topics if title in TOPICS]
    listed = (*question.related, *(name for topic in known for name in topic.recommendations))
    related = tuple(without_repeats(listed, question.primary_ids))
    coverage = question.coverage or coverage_of(question, related)
    return replace(
        question,
        related=related if coverage is not Coverage.NONE else (),  # nothing that is measured answers it, or nearly does
        coverage=coverage,
        answered_by=question.answered_by or AnsweredBy.RECOMMENDATIONS,
        limits=question.limits or " ".join(topic.unknown for topic in known),
        elsewhere=question.elsewhere or tuple(topic.elsewhere.rstrip(".") for topic in known),
    )


def without_repeats(names: Iterable[str], known: Iterable[str]) -> Iterable[str]:
    """The ids in order, each once, without those that are known already."""
    seen = set(known)
    for name in names:
        if normalised(name) not in seen:
            seen.add(normalised(name))
            yield name


def coverage_of(question: Question, related: tuple[str, ...]) -> Coverage:
    """How much is measured where the question does not say: never the whole."""
    if question.primary:
        return Coverage.PART
    return Coverage.HINT if related else Coverage.NONE


def read_shipped() -> tuple[Questionnaire | None, list[Problem]]:
    """The shipped questions, and what the rules for questionnaires find in them, which a test holds empty."""
    return read_questionnaire(YamlData(SHIPPED, load_json(SHIPPED.removesuffix(".json"), dict[str, object])))
