# SPDX-License-Identifier: Apache-2.0
"""The answers to questionnaires, in the words of pages and tables, for the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from secure_score_backlog.evaluation import answer_words as words
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.insurance import Answer, Answers, Measure, Reason
from secure_score_backlog.evaluation.register import RegisterEntry, in_force
from secure_score_backlog.evidence.layout import DATA
from secure_score_backlog.evidence.report_values import (
    ENDED,
    EXEMPTIONS,
    RISKS,
    AnsweredQuestion,
    AnsweredQuestions,
)
from secure_score_backlog.evidence.report_words import reported
from secure_score_backlog.exports.answers import evidence_words, exception_words, export_path, numbers
from secure_score_backlog.git import Version
from secure_score_backlog.questionnaires.model import AnsweredBy, Level
from secure_score_backlog.snapshots.service_names import title_of
from secure_score_backlog.wording import badge_of, count, day, number, percent, point_count, points

MOST_NAMED = 6
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
    return AnsweredQuestions(
        each.title,
        tuple(question(facts, answer, table) for answer in each.answers),
        " ".join(said),
        day(facts.snapshot.day) if facts.snapshot else "",
    )


def cited(version: Version | None) -> str:
    """The commit of a file."""
    return f"commit {version.commit}" if version and version.committed else "not committed"


def figure(facts: Facts, answer: Answer) -> str:
    """The numbers of an answer in a few words."""
    if answer.question.answered_by is AnsweredBy.SCORE and facts.insurance.reported:
        found = facts.insurance.reported.percent
        return percent(found, 0) if found is not None else ""
    if answer.question.answered_by is AnsweredBy.REGISTER:
        return f"{number(facts.approvals.all)} in force" if facts.approvals.all else ""
    return words.figure_of(answer)


def question(facts: Facts, answer: Answer, table: str) -> AnsweredQuestion:
    """One question with its answer; `table` has what is not listed."""
    asked = answer.question
    listed = (*answer.ended, *answer.in_force) if asked.answered_by is not AnsweredBy.REGISTER else ()
    named = [(exception_label(entry, answer), exception_words(entry, day)) for entry in listed[:MOST_NAMED]]
    for kind, group in (("No longer in force", answer.ended), ("Exceptions", answer.in_force)):
        if rest := sum(1 for entry in listed[MOST_NAMED:] if entry in group):
            named.append((kind, f"{count(rest, 'more', 'more')} in {table}"))
    return AnsweredQuestion(
        question=asked.question,
        heading=asked.heading,
        level=badge_of(answer.level).label,
        figure=figure(facts, answer),
        since=words.since_in_short(answer.held) if answer.held and answer.level is not Level.NOT_MEASURED else "",
        notes=tuple(notes(answer)),
        number_of_exceptions=len(answer.in_force) if listed else 0,
        no_longer=len(answer.ended) if listed else 0,
        why=(words.reasons_of(answer),),
        measured=(*score(facts, answer), *measured(answer, table)),
        held=held(answer),
        exceptions=tuple(named),
        places=tuple(places(facts, answer)),
        evidence=tuple(evidence_words(each, day) for each in answer.evidence),
        limits=asked.limits,
    )


def exception_label(entry: RegisterEntry, answer: Answer) -> str:
    """Whether an exception is in force, and whether it is of what answers the question or of what is related."""
    kind = "Exception" if entry in answer.in_force else "No longer in force"
    return kind if any(each.status.id == entry.status.id for each in answer.primary) else f"{kind} (related)"


def score(facts: Facts, answer: Answer) -> Iterator[tuple[str, str]]:
    """The score, where that is what is asked, and before."""
    found = facts.insurance.reported
    if answer.question.answered_by is AnsweredBy.SCORE and found and facts.score:
        said = reported(facts)
        if found.percent_before is not None and found.before is not None:
            said += f" On {day(found.before)}: {percent(found.percent_before, 0)}."
        yield "Reported", said


def places(facts: Facts, answer: Answer) -> Iterator[tuple[str, str]]:
    """Where each accepted risk and exemption is listed, where that is what is asked: what it is, and the anchor."""
    if answer.question.answered_by is not AnsweredBy.REGISTER or not answer.exceptions:
        return
    risks, exempt, ended = len(in_force(facts.register)), len(in_force(facts.covered)), len(answer.ended)
    yield f"{count(risks, 'accepted risk')} in force, each with approver and last day", RISKS
    yield f"{count(exempt, 'exemption')} in force, each with approver and last day", EXEMPTIONS
    needing = count(ended, "acceptance or exemption", "acceptances and exemptions") if ended else "none"
    yield f"{needing} in need of a new decision", ENDED


def notes(answer: Answer) -> Iterator[str]:
    """What belongs beside the level."""
    if any(each.reason is Reason.NOT_COVERED for each in answer.because):
        yield "not covered"
    yield from dict.fromkeys(f"own evidence: {each.says}" for each in answer.evidence if not each.expired)


def measured(answer: Answer, table: str) -> Iterator[tuple[str, str]]:
    """What was measured of each recommendation that answers a question, and of those that are related."""
    for each in answer.primary:
        plan = words.plan_of(each)
        yield words.label_of("Measured", answer), f"{numbers(each)}{f'; {plan}' if plan else ''}"
    counts = dict.fromkeys(f"{each.unit} {each.counted}".strip() for each in answer.primary if each.total is not None)
    if counts:
        yield "Counted", "; ".join(counts)
    if answer.claimed:
        said = f"{point_count(answer.claimed)} of {points(answer.maximum)}, not verified by Microsoft"
        yield words.label_of("Self-attested", answer), said
    if answer.related:
        yield related(answer, table)


def related(answer: Answer, table: str) -> tuple[str, str]:
    """Which related recommendations are open; how many, where no reason of the answer says it."""
    still = [each for each in answer.related if each.measure in (Measure.OPEN, Measure.CLAIMED)]
    many = count(len(answer.related), "related recommendation")
    if not still:
        return "Related", f"{many} measured, none open"
    listed = [
        f"{title_of(each.status.recommendation)} ({each.status.id}"
        f"{', self-attested' if each.measure is Measure.CLAIMED else ''})"
        for each in still[:MOST_RELATED]
    ]
    rest = len(still) - len(listed)
    if rest:
        listed.append(f"{number(rest)} more in {table}")
    counted = any(each.reason is Reason.RELATED_OPEN for each in answer.because)
    named = "; ".join(listed)
    return ("Related and open", named) if counted else ("Related", f"of {many}, {number(len(still))} open: {named}")


def held(answer: Answer) -> tuple[str, str]:
    """Since when all that answers it is in full without a break, or something is open; empty where neither is known."""
    if answer.held:
        said = f"{words.since_of(answer.held)}, {words.days_of(answer.held)}"
        before = words.lapses_of(answer.held)
        return words.label_of("In full without a break", answer), f"{said}. {before}" if before else said
    return words.label_of("Open since", answer), words.open_of(answer)
