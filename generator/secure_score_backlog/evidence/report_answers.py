# SPDX-License-Identifier: Apache-2.0
"""The answers to questionnaires, in the words of pages and tables, for the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from secure_score_backlog.evaluation import answer_words as words
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.insurance import Answer, Answers, Measure, Reason
from secure_score_backlog.evidence.layout import DATA
from secure_score_backlog.evidence.report import ACCEPTED, COVERED, AnsweredQuestion, AnsweredQuestions
from secure_score_backlog.evidence.report_exceptions import NEED_DECISION
from secure_score_backlog.exports.answers import evidence_words, exception_words, export_path, numbers
from secure_score_backlog.git import Version
from secure_score_backlog.questionnaires.model import AnsweredBy
from secure_score_backlog.wording import badge_of, count, day, number, point_count, points

MOST_NAMED = 4
"""Exceptions of one answer that are listed; the tables in the pack have all."""
MOST_RELATED = 5
"""Related recommendations that are open and named."""


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
    table = f"{DATA}{PurePosixPath(export_path(each)).name}.csv"
    return AnsweredQuestions(each.title, tuple(question(answer, table) for answer in each.answers), " ".join(said))


def cited(version: Version | None) -> str:
    """The commit of a file."""
    return f"commit {version.commit}" if version and version.committed else "not committed"


def question(answer: Answer, table: str) -> AnsweredQuestion:
    """One question with its answer; `table` has what is not listed."""
    asked = answer.question
    listed = answer.exceptions if asked.answered_by is not AnsweredBy.REGISTER else ()
    named = [exception_words(entry, day) for entry in listed[:MOST_NAMED]]
    if len(listed) > MOST_NAMED:
        named.append(f"{count(len(listed) - MOST_NAMED, 'more', 'more')} in {table}")
    return AnsweredQuestion(
        question=asked.question,
        level=badge_of(answer.level).label,
        why=(words.reasons_of(answer),),
        measured=tuple(measured(answer, table)),
        held=held(answer),
        exceptions=tuple(named),
        evidence=tuple(evidence_words(each, day) for each in answer.evidence),
        limits=asked.limits,
    )


def measured(answer: Answer, table: str) -> Iterator[str]:
    """What was measured of each recommendation that answers a question, and of those that are related."""
    if answer.question.answered_by is AnsweredBy.REGISTER and answer.exceptions:
        yield f"Each one, with approver and last day: see “{ACCEPTED}”, “{COVERED}” and “{NEED_DECISION}”"
    for each in answer.primary:
        plan = words.plan_of(each)
        yield f"{numbers(each)}{f'; {plan}' if plan else ''}"
    counts = dict.fromkeys(f"{each.unit} {each.counted}".strip() for each in answer.primary if each.total is not None)
    if counts:
        yield f"Counted: {'; '.join(counts)}"
    if answer.claimed:
        yield f"Self-attested: {point_count(answer.claimed)} of {points(answer.maximum)}, not verified by Microsoft"
    if answer.related:
        yield related(answer, table)


def related(answer: Answer, table: str) -> str:
    """Which related recommendations are open; how many, where no reason of the answer says it."""
    still = [each for each in answer.related if each.measure in (Measure.OPEN, Measure.CLAIMED)]
    many = count(len(answer.related), "related recommendation")
    if not still:
        return f"{many} measured, none open"
    listed = [
        f"{each.status.title} ({each.status.id}{', self-attested' if each.measure is Measure.CLAIMED else ''})"
        for each in still[:MOST_RELATED]
    ]
    rest = len(still) - len(listed)
    if rest:
        listed.append(f"{number(rest)} more in {table}")
    counted = any(each.reason is Reason.RELATED_OPEN for each in answer.because)
    return f"{'Related and open' if counted else f'Of {many}, {number(len(still))} open'}: {'; '.join(listed)}"


def held(answer: Answer) -> str:
    """Since when all that answers it is in full without a break, or something is open; empty where neither is known."""
    if answer.held:
        said = f"In full without a break {words.since_of(answer.held)}: {words.days_of(answer.held)}"
        before = words.lapses_of(answer.held)
        return f"{said}. {before}" if before else said
    opened = words.open_of(answer)
    return f"Open since: {opened}" if opened else ""
