# SPDX-License-Identifier: Apache-2.0
"""The answers to questionnaires, in the words of pages and tables, for the report."""

from __future__ import annotations

from collections.abc import Iterator

from secure_score_backlog.evaluation import answer_words as words
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.insurance import Answer, Answers, Measure
from secure_score_backlog.evidence.report import AnsweredQuestion, AnsweredQuestions
from secure_score_backlog.exports.answers import evidence_words, exception_words, numbers
from secure_score_backlog.git import Version
from secure_score_backlog.questionnaires.model import AnsweredBy
from secure_score_backlog.wording import badge_of, count, number, point_count, points

MOST_NAMED = 4
"""Exceptions of one answer that are listed; the tables in the pack have all."""


def answered(facts: Facts) -> tuple[AnsweredQuestions, ...]:
    """Every questionnaire of some facts, the organisation's own first."""
    return tuple(questionnaire(facts, each) for each in facts.insurance.questionnaires)


def questionnaire(facts: Facts, each: Answers) -> AnsweredQuestions:
    """One questionnaire; where its questions and the measurements are from is said once."""
    said = [each.about] if each.about else []
    if each.version:
        said.append(f"Questions: {each.version.path}, {cited(each.version)}.")
    if facts.snapshot:
        said.append(f"Measurements: {facts.snapshot.path}, {cited(facts.insurance.stored)}.")
    return AnsweredQuestions(each.title, tuple(map(question, each.answers)), " ".join(said))


def cited(version: Version | None) -> str:
    """The commit of a file."""
    return f"commit {version.commit}" if version and version.committed else "not committed"


def question(answer: Answer) -> AnsweredQuestion:
    """One question with its answer."""
    asked = answer.question
    listed = answer.exceptions if asked.answered_by is not AnsweredBy.REGISTER else ()
    named = [exception_words(entry) for entry in listed[:MOST_NAMED]]
    if len(listed) > MOST_NAMED:
        named.append(f"{count(len(listed) - MOST_NAMED, 'more', 'more')} in the table of answers")
    return AnsweredQuestion(
        question=asked.question,
        level=badge_of(answer.level).label,
        why=(words.reasons_of(answer),),
        measured=tuple(measured(answer)),
        held=held(answer),
        exceptions=tuple(named),
        evidence=tuple(map(evidence_words, answer.evidence)),
        limits=asked.limits,
    )


def measured(answer: Answer) -> Iterator[str]:
    """What was measured of each recommendation that answers a question, and of those that are related."""
    for each in answer.primary:
        whose = f" ({each.unit} {each.counted})" if each.unit else ""
        yield f"{numbers(each)}{whose}"
    if answer.claimed:
        yield f"Self-attested: {point_count(answer.claimed)} of {points(answer.maximum)}, not verified by Microsoft"
    if answer.related:
        still = sum(1 for each in answer.related if each.measure in (Measure.OPEN, Measure.CLAIMED))
        yield f"{count(len(answer.related), 'related recommendation')} measured, {number(still)} open"


def held(answer: Answer) -> str:
    """Since when all that answers it is in full without a break, or something is open; empty where neither is known."""
    if answer.held:
        return f"In full without a break {words.since_of(answer.held)}: {words.days_of(answer.held)}"
    opened = words.open_of(answer)
    return f"Open since: {opened}" if opened else ""
