# SPDX-License-Identifier: Apache-2.0
"""What is wrong with questionnaires and own evidence on a day: together, with the catalogue, and with the calendar."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from secure_score_backlog.dates import add_months
from secure_score_backlog.decisions.people import folded, is_person
from secure_score_backlog.decisions.policy import SEVERITIES
from secure_score_backlog.problems import MOST_REPEATED, Problem, Severity, problem
from secure_score_backlog.questionnaires.model import (
    Attachment,
    EvidenceVersion,
    Questionnaire,
    QuestionnaireVersion,
    Statement,
)
from secure_score_backlog.questionnaires.shipped import shipped
from secure_score_backlog.ratings import normalised
from secure_score_backlog.settings import Settings, Weight
from secure_score_backlog.strict_yaml import YamlData
from secure_score_backlog.text import Suggestions, shown


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What questionnaires and evidence are checked against, as it was known at the end of a day."""

    day: date
    settings: Settings
    known: Collection[str]
    """Ids of recommendations that Microsoft or this program lists."""


def unknown_same_as(source: YamlData, found: Questionnaire) -> list[Problem]:
    """Questions that take over from a shipped one which does not exist."""
    ids = [question.id for question in shipped().questions]
    suggestions = Suggestions(ids)
    problems = []
    for index, question in enumerate(found.questions):
        if question.same_as is not None and question.same_as not in ids:
            meant = suggestions.nearest(question.same_as)
            hint = f"Write `same_as: {meant}`." if meant else "Copy the id of a question from the page *Insurers*."
            message = f"There is no shipped question {shown(question.same_as)}."
            line = source.line("questions", index, "same_as")
            problems.append(problem("question-unknown-same-as", source.path, line, message, hint))
    return problems


def unknown_ids(each: QuestionnaireVersion, known: Collection[str]) -> Iterator[Problem]:
    """Recommendations that a question names and nobody lists; nothing where nothing is listed."""
    if each.questionnaire is None:
        return
    listed, suggestions = {normalised(name) for name in known}, Suggestions(known)
    reported = 0
    for index, question in enumerate(each.questionnaire.questions):
        written = each.source.data["questions"]
        own = written[index] if isinstance(written, list) else written
        for name in [*names_in(own.get("primary")), *names_in(own.get("related"))]:
            if normalised(name) in listed or reported >= MOST_REPEATED:
                continue
            reported += 1
            meant = suggestions.nearest(name)
            hint = f"Write {meant} if that is meant." if meant else "Copy the id from the page of the recommendation."
            message = f"Question {question.id} names {shown(name)}, which no list of recommendations has."
            line = each.source.line(
                "questions", index, "primary" if name in names_in(own.get("primary")) else "related"
            )
            yield problem("question-unknown-id", each.source.path, line, message, hint)


def names_in(written: object) -> list[str]:
    """Every id behind `primary` or `related`, as typed."""
    if isinstance(written, list):
        return [name for entry in written for name in names_in(entry)]
    return [written.strip()] if isinstance(written, str) else []


def references(questionnaires: Sequence[QuestionnaireVersion]) -> set[str]:
    """How evidence may name the questions of a day: ids of shipped ones, and QUESTIONNAIRE/ID."""
    found = {question.id for question in shipped().questions}
    for each in questionnaires:
        if each.questionnaire is not None:
            found |= {f"{each.name}/{question.id}" for question in each.questionnaire.questions}
    return found


def evidence_problems(
    each: EvidenceVersion, around: Surroundings, known: Collection[str], attached: Sequence[Attachment | None]
) -> Iterator[Problem]:
    """What is wrong with one piece of evidence on a day.

    Args:
        each: The evidence.
        around: The day, and what was known on it.
        known: How it may name questions; see `references`.
        attached: The files that it names, as they were on the day; None for one that was not there.
    """
    statement = each.statement
    if statement is None:
        return
    path, source = each.source.path, each.source
    suggestions = Suggestions(known)
    for name in statement.questions:
        if name not in known:
            meant = suggestions.nearest(name)
            hint = f"Write {meant}." if meant else "Copy the id of a question from the page *Insurers*."
            line = source.line("questions")
            yield problem("evidence-unknown-question", path, line, f"There is no question {shown(name)}.", hint)
    yield from person_problems(each, statement, around.settings)
    yield from file_problems(each, statement, attached)
    limit = add_months(statement.on, around.settings.acceptance_months)
    if statement.until > limit:
        yield problem(
            "evidence-until",
            path,
            source.line("until"),
            f"This counts until {statement.until}, more than {around.settings.acceptance_months} months after "
            f"{statement.on}, the day that it is about.",
            f"Write {limit} or an earlier day: evidence grows old. `acceptance_months` in backlog.yml sets the limit.",
        )
    elif statement.until < around.day:
        message = f"The last day on which this counts, {statement.until}, has passed."
        hint = "Add newer evidence in a file of its own, and delete this one, or leave it: it is shown as ended."
        yield problem("evidence-expired", path, source.line("until"), message, hint)
    if statement.on > around.day:
        message = f"The day that this is about, {statement.on}, is in the future, so it does not count yet."
        yield problem("evidence-date-ahead", path, source.line("on"), message, "Write the day on which it was so.")


def person_problems(each: EvidenceVersion, statement: Statement, settings: Settings) -> Iterator[Problem]:
    """A person in the place of a role, weighed as the policy says."""
    weight = settings.policy.person_as_role
    listed = {folded(role) for role in (*settings.roles, *settings.owners)}
    if weight is Weight.OFF or not is_person(statement.by, listed):
        return
    yield problem(
        "evidence-person",
        each.source.path,
        each.source.line("by"),
        f"`by` looks like a person ({shown(statement.by)}), not like a role.",
        "Write the role, without a name, a login or an address: people change, and the role remains. If it is a role, "
        "list it under `owners` or `roles` in backlog.yml.",
        severity=SEVERITIES[weight],
    )


def file_problems(
    each: EvidenceVersion, statement: Statement, attached: Sequence[Attachment | None]
) -> Iterator[Problem]:
    """Files that are not there, or are not those that the statement was written about."""
    for path, found in zip(statement.files, attached, strict=True):
        line = each.source.line("files")
        if found is None:
            message = f"The file {shown(path)} is not there, or larger than 32 MB."
            hint = "Add it in the same pull request or commit, or take it out of `files`."
            yield problem("evidence-file-missing", each.source.path, line, message, hint)
        elif is_changed(each, found):
            message = f"{shown(path)} was changed after this was written."
            hint = "Read whether it still shows what this states, and change the statement with it: `shows` or `on`."
            yield problem("evidence-file-changed", each.source.path, line, message, hint)


def is_changed(each: EvidenceVersion, attached: Attachment) -> bool:
    """Whether a file was changed by a later commit than the one that brought the statement."""
    ours, theirs = each.version, attached.version
    if not theirs.committed or not ours.committed:
        return ours.committed and not theirs.committed
    return theirs.at > ours.at and theirs.commit != ours.commit


def counts(each: EvidenceVersion, problems: Collection[Problem]) -> bool:
    """Whether a piece of evidence is shown: none of its problems is an error."""
    return each.statement is not None and not any(found.severity is Severity.ERROR for found in problems)
