# SPDX-License-Identifier: Apache-2.0
"""The first pages of the report: what to know before relying on it, and on which page each question is answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from secure_score_backlog import wording
from secure_score_backlog.evaluation.answer_words import LEVELS, in_force_and_ended
from secure_score_backlog.evaluation.audit import Audit, Kind
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import in_force, needing_decision, plans_needing_decision
from secure_score_backlog.evaluation.status import State
from secure_score_backlog.evidence.blocks import Line, Row, Section, cell, page_of, paragraph, table
from secure_score_backlog.evidence.report_values import (
    CHANGES,
    COMMITS,
    ENDED,
    EXEMPTIONS,
    LIMITS,
    OVERDUE,
    PORTAL,
    RISKS,
    SCOPE,
    SCORE,
    UNAPPROVED,
    UNDECIDED,
    WRITERS,
    About,
    AnsweredQuestions,
    question_anchor,
    questionnaire_anchor,
)
from secure_score_backlog.evidence.report_words import days_observed, in_force_words, reported
from secure_score_backlog.questionnaires.model import Level
from secure_score_backlog.site.pages.evidence import sentence, signed_by_github

Found = tuple[str, str, str]
"""What a reader looks for, what is known of it, and the anchor of the place that has all of it."""


def first_look(facts: Facts, about: About, asked: Sequence[tuple[AnsweredQuestions, int]]) -> Section:
    """What an underwriter looks for first, and on which page the rest of it is; after that, what speaks against it."""
    found = [*in_force_now(facts), *against(facts), *beside(facts, about), *questions(asked), *on_the_records(facts)]
    rows: list[Row] = [(cell(what, "strong"), cell(known), page_of(anchor)) for what, known, anchor in found]
    return Section("Read this first", (table("", (("Look for", 60), ("Here", 136), ("Page", 20)), rows),))


def against(facts: Facts) -> Iterator[Found]:
    """What a reader may reject, each with its number; nothing of a kind says so."""
    counts = facts.approvals
    if counts.all:
        said = in_force_words(counts, "acceptance or exemption", "acceptances and exemptions")
        without = counted(counts.named)
        yield "In force without an approval that counts", f"{said} {without} without one.", UNAPPROVED
    yield "In need of a new decision", to_decide(facts), ENDED
    yield "Planned changes that are overdue", f"{counted(len(facts.in_state(State.OVERDUE)))}.", OVERDUE
    yield "Accepted or claimed in Microsoft’s portal only", f"{counted(len(facts.shadow))}.", PORTAL
    yield "Undecided", f"{counted(len(facts.in_state(State.UNDECIDED)))}.", UNDECIDED
    if facts.audit and facts.audit.total:
        yield "Changes of the records without a known approval by another person", f"{audited(facts.audit)}", CHANGES


def to_decide(facts: Facts) -> str:
    """How many decisions no longer hold, and what they were."""
    ended = len(needing_decision((*facts.register, *facts.covered)))
    plans = len(plans_needing_decision(facts.statuses.values()))
    parts = []
    if ended:
        held = wording.count(ended, "acceptance or exemption", "acceptances and exemptions")
        parts.append(f"{held} no longer in force")
    if plans:
        one, many = (
            "planned change that was done and has regressed",
            "planned changes that were done and have regressed",
        )
        parts.append(wording.count(plans, one, many))
    return f"{wording.number(ended + plans)}: {wording.joined(parts)}." if parts else "None."


def audited(found: Audit) -> str:
    """How many changes had no approval, of those that needed one."""
    people = found.total - found.counts.get(Kind.SNAPSHOT, 0)
    return (
        f"{counted(found.counts.get(Kind.EXCEPTION, 0))} of {wording.count(people, 'change')} that are no measurement."
    )


def in_force_now(facts: Facts) -> Iterator[Found]:
    """The accepted risks and exemptions in force."""
    more = "Each with its approver, last day, controls and citation."
    risks, exempt = len(in_force(facts.register)), len(in_force(facts.covered))
    yield "Accepted risks", f"{counted(risks)} in force.{f' {more}' if risks else ''}", RISKS
    yield "Exemptions", f"{counted(exempt)} in force, not verified by Microsoft.", EXEMPTIONS


def beside(facts: Facts, about: About) -> Iterator[Found]:
    """What was measured, and the score."""
    known = facts.audit.days if facts.audit else facts.coverage
    yield "Days with and without a measurement", days_observed(known, about.start, facts.as_of), SCOPE
    if facts.score is not None and facts.snapshot is not None:
        yield "Secure Score as reported", reported(facts), SCORE


def questions(asked: Sequence[tuple[AnsweredQuestions, int]]) -> Iterator[Found]:
    """Each questionnaire with the number of its answers by level."""
    for each, first in asked:
        said = wording.joined(list(by_level(each)))
        more = "The next pages have the page of each question."
        yield each.title, f"{wording.count(len(each.answers), 'question')}: {said}. {more}", questionnaire_anchor(first)


def by_level(each: AnsweredQuestions) -> Iterator[str]:
    """How many questions have an answer of each level."""
    found = Counter(answer.level for answer in each.answers)
    for level in LEVELS:
        label = wording.badge_of(level).label
        if number := found[label]:
            many = "gaps" if level is Level.GAP and number != 1 else label.lower()
            yield f"{wording.number(number)} {many}"


def on_the_records(facts: Facts) -> Iterator[Found]:
    """What to believe of the records, and why."""
    if facts.audit and facts.audit.total:
        yield "Who can change the records", "Which accounts, as far as it is known, and what to ask for.", WRITERS
        yield "Commits signed by GitHub", f"{sentence(signed_by_github(facts.audit))}.", CHANGES
    yield "What a commit is, and why to believe it, or not", "Each word, how to check one, when to reject it.", COMMITS
    yield "What this report does not show", "Known limits.", LIMITS


def counted(number: int) -> str:
    """A number that begins a sentence."""
    return wording.number(number) if number else "None"


# Where each question is answered

COLUMNS = (("Question", 100), ("Answer", 44), ("Measured", 36), ("In full since", 38), ("Page", 15))


def where_answered(each: AnsweredQuestions, first: int) -> Section:
    """Each question with its answer in short, and the page of the rest."""
    rows: list[Row] = []
    heading = ""
    for number, answer in enumerate(each.answers, start=first):
        above = (Line(answer.heading, "strong"),) if answer.heading != heading else ()
        heading = answer.heading
        exceptions = in_force_and_ended(answer.number_of_exceptions, answer.no_longer, "exception", "exceptions")
        short = "; ".join(text for text in (answer.level, *answer.notes, exceptions) if text)
        rows.append(
            (
                (*above, Line(f"{number}. {answer.question}", "fine")),
                cell(short, "fine"),
                cell(answer.figure or "–", "fine"),
                cell(answer.since or "–", "fine"),
                page_of(question_anchor(number), "fine"),
            )
        )
    measured = f"Measured on {each.day}. " if each.day else ""
    said = (
        f"{measured}The page has what each answer rests on, its exceptions with their approvals, and what is not seen. "
        "Not covered: Secure Score measures nothing of it."
    )
    title = f"Where each question is answered: {each.title}"
    return Section(title, (paragraph(said), replace(table("", COLUMNS, rows), dense=True)), new_page=True)
