# SPDX-License-Identifier: Apache-2.0
"""What the report for people says (docs/method.md#report).

Made from facts, which for readers outside are reduced before (docs/adr/0009): what is not allowed is not there to be
shown. `report_pdf` sets it; `as_text` gives the same words to the search for leaks, which cannot look into a PDF.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

from secure_score_backlog import __version__, wording
from secure_score_backlog.evaluation.answer_words import LEVELS
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import RegisterEntry, approver, in_force, reason
from secure_score_backlog.evidence.blocks import (
    Block,
    Cell,
    Line,
    Report,
    Section,
    bullets,
    cell,
    fields,
    listed,
    paragraph,
    table,
    table_or,
)
from secure_score_backlog.evidence.layout import DATA
from secure_score_backlog.evidence.report_exceptions import exceptions
from secure_score_backlog.evidence.report_guide import first_look, where_answered
from secure_score_backlog.evidence.report_values import (
    COMMITS,
    EXEMPTIONS,
    LIMITS,
    RISKS,
    SCOPE,
    SCORE,
    TEXTS,
    About,
    AnsweredQuestion,
    AnsweredQuestions,
    question_anchor,
    questionnaire_anchor,
)
from secure_score_backlog.evidence.report_words import (
    approval_words,
    carried_words,
    cited,
    control_lines,
    days_observed,
    gap_words,
    in_force_words,
    plan_words,
    recommendation,
    reported,
    titled,
    until_lines,
)
from secure_score_backlog.git import Version
from secure_score_backlog.site.pages.citations import HEADING
from secure_score_backlog.site.pages.citations import TEXTS as CITATIONS
from secure_score_backlog.site.pages.home import by_risk, next_planned
from secure_score_backlog.site.pages.insurer_summary import counted
from secure_score_backlog.site.words import amount, imported, unexplained

TITLE = "Secure Score: decisions and accepted risks"
ACCEPTED = "Accepted risks in force, the nearest end first"
COVERED = "Not applicable, or covered by another control"
PLAN = f"{DATA}plan-of-action.oscal.json"
SHOWN = 5
"""Gaps, planned changes and accepted risks that the three answers list."""


def report_of(facts: Facts, about: About, questions: Sequence[AnsweredQuestions] = ()) -> Report:
    """The report about some facts; without questionnaires it has no section about them."""
    asked = [each for each in questions if each.answers]
    counted = numbered(asked)
    sections = (
        scope(facts, about),
        *score(facts),
        *leadership(facts),
        *((levels(),) if asked else ()),
        *(questionnaire(each, first) for each, first in counted),
        *accepted(facts, about),
        *exceptions(facts),
        *citations(),
        Section("Method"),
        *(Section(each.title, (paragraph(each.text),), 2) for each in TEXTS.method),
        Section("Known limits", (bullets(TEXTS.limits),), anchor=LIMITS),
    )
    guide = (first_look(facts, about, counted), *(where_answered(each, first) for each, first in counted))
    return Report(TITLE, facts.settings.organisation, facts.as_of, cover(facts, about), sections, guide)


def numbered(asked: Iterable[AnsweredQuestions]) -> list[tuple[AnsweredQuestions, int]]:
    """Questionnaires with the number of their first question, as all questions of the report are counted in one row."""
    found, first = [], 1
    for each in asked:
        found.append((each, first))
        first += len(each.answers)
    return found


def as_text(report: Report) -> bytes:
    """Every word of a report, as JSON: for the search for leaks."""
    return json.dumps(asdict(report), ensure_ascii=False, indent=1, default=str).encode("utf-8", "backslashreplace")


def cover(facts: Facts, about: About) -> tuple[Block, ...]:
    """What the first page says below the title."""
    head, snapshot = facts.head, facts.snapshot
    said = (
        "What Microsoft Secure Score measures in this organisation’s Microsoft 365, what was decided about it, by "
        "which role, and what is open. All statements hold for the as-of date. This file belongs to a pack: VERIFY.md "
        "in it says how to check it without trusting its sender."
    )
    pairs = [
        ("As of", wording.day(facts.as_of)),
        ("Period", f"{wording.day(about.start)} to {wording.day(facts.as_of)}"),
        ("Newest measurement", wording.day(snapshot.day) if snapshot else "none"),
        ("For", about.readers),
        ("Repository", about.repository),
        *state(head, about),
        ("Made by", f"Secure Score Backlog {__version__}"),
    ]
    return (paragraph(said), fields(pairs))


def state(head: Version | None, about: About) -> Iterator[tuple[str, str]]:
    """The commits that what follows is read from: the newest of the as-of date, and the newest of all."""
    if head is None or not head.committed:
        yield "State of the records", "not under version control"
        return
    newest = about.commit or head.commit
    yield "State of the records", f"commit {newest}, the newest at the end of the as-of date"
    if newest != head.commit:
        read = f"commit {head.commit}, of {wording.day(head.at.date())}"
        yield (
            "Read up to",
            f"{read}: what GitHub answered about approvals, and what became of entries that have ended since",
        )


def scope(facts: Facts, about: About) -> Section:
    """What was measured, and on how many days."""
    snapshot = facts.snapshot
    if snapshot is None:
        return Section("Scope", (paragraph("Nothing was measured up to the as-of date."),), new_page=True, anchor=SCOPE)
    number = sum(1 for status in facts.statuses.values() if status.observation)
    kind = imported(snapshot)
    measured = f"On {wording.day(snapshot.day)} {wording.count(number, 'recommendation')} had a score"
    measured += f" ({kind})" if kind else ""
    said = unexplained(facts.explained)
    known = facts.audit.days if facts.audit else facts.coverage
    rows = [(wording.number(found), words) for found, words in (*counted(facts), (len(facts.statuses), "total"))]
    blocks = (
        paragraph(f"{measured}. The table counts each known recommendation once."),
        *((Block("note", f"{said[0]}. {said[1]}"),) if said else ()),
        table("Recommendations by state", (("Number", 22), ("State", 194)), rows),
        paragraph(days_observed(known, about.start, facts.as_of, named=True)),
    )
    return Section("Scope", blocks, new_page=True, anchor=SCOPE)


def leadership(facts: Facts) -> Iterator[Section]:
    """The three answers of the home page."""
    yield Section("Three answers for leadership")
    gaps = [(*titled(each), Line(gap_words(each), "fine")) for each in facts.top[:SHOWN]]
    none = "No recommendation with a score and a risk level is open."
    rest = more_of(
        len(facts.ranked) - len(gaps), "more open gap", "more open gaps", "all are counted by state on", SCOPE
    )
    yield Section("What are our biggest open gaps?", (listed(gaps, none), *rest), 2)
    planned = next_planned(facts)
    fixes = [(*titled(each), Line(plan_words(each), "fine")) for each in planned[:SHOWN]]
    none = "No planned change is in time and unblocked."
    rest = more_of(len(planned) - len(fixes), "more planned change", "more planned changes", f"{PLAN} lists all")
    yield Section("What is being fixed next?", (listed(fixes, none), *rest), 2)
    carried = by_risk(in_force(facts.register))
    risks = [(*titled(each.status, reason(each)), Line(carried_words(each), "fine")) for each in carried[:SHOWN]]
    rest = ()
    if carried:
        counts = in_force_words(facts.accepted_approvals, "accepted risk", "accepted risks")
        rest = (paragraph(f"{counts} All with compensating controls and citation: page", RISKS),)
    reasons = any(reason(each) for each in carried)
    if carried and not reasons:
        rest = (*rest, paragraph("Why each was accepted is left out of this report: ask for the reasons."))
    title = f"Which risks have we accepted{', and why' if reasons or not carried else ''}?"
    yield Section(title, (listed(risks, "No risk is accepted at present."), *rest), 2)


def more_of(number: int, one: str, many: str, where: str, anchor: str = "") -> tuple[Block, ...]:
    """That there are more than those listed, and where; `anchor`: on which page."""
    if number <= 0:
        return ()
    said = f"And {wording.count(number, one, many)}; {where}"
    return (paragraph(f"{said} page", anchor) if anchor else paragraph(f"{said}."),)


AVERAGES = (("AllTenants", "on average of all tenants"), ("TotalSeats", "on average of tenants of this size"))


def score(facts: Facts) -> Iterator[Section]:
    """The score as Microsoft reported it."""
    if facts.score is None or facts.snapshot is None:
        return
    said = reported(facts)
    claims = [each for each in facts.statuses.values() if each.observation and each.observation.claimed]
    claimed = sum(each.observation.points for each in claims if each.observation)
    if claimed:
        said += (
            f" Of these, {wording.point_count(claimed)} of {wording.count(len(claims), 'recommendation')} are "
            "self-attested, and not verified by Microsoft."
        )
    known = [(facts.score.comparison.get(basis), words) for basis, words in AVERAGES]
    averages = [f"{wording.percent(average, 0)} {words}" for average, words in known if average is not None]
    if averages:
        said += f" For comparison, as stated by Microsoft: {wording.joined(averages)}."
    named = [(*titled(each), Line(f"{amount(each.observation)}, self-attested", "fine")) for each in claims]
    blocks = (paragraph(said), *((listed(named, ""),) if named else ()), Block("note", TEXTS.limits[0]))
    yield Section("Secure Score as reported", blocks, anchor=SCORE)


def levels() -> Section:
    """What the levels of answers mean, before the first questionnaire."""
    said = (f"{wording.badge_of(level).label}: {meaning}" for level, meaning in LEVELS.items())
    own = paragraph(
        "The organisation’s own evidence is shown beside an answer. It is not verified, and raises no level."
    )
    approvals = paragraph(next(each.text for each in TEXTS.method if each.title == "Approvals"))
    return Section("What an answer can be, and how an approval is known", (bullets(said), own, approvals))


def questionnaire(each: AnsweredQuestions, first: int) -> Section:
    """A questionnaire: each question with its level, what it rests on, and what limits it."""
    rows = [
        (
            (Line(f"{number}. {answer.question}", "strong", anchor=question_anchor(number)),),
            cell(answer.level, "strong"),
            answer_lines(answer),
        )
        for number, answer in enumerate(each.answers, start=first)
    ]
    rests = f"What it rests on, measured on {each.day}" if each.day else "What it rests on"
    blocks = (
        *((paragraph(each.about),) if each.about else ()),
        table("", (("Question", 64), ("Answer", 32), (rests, 120)), rows),
    )
    return Section(each.title, blocks, new_page=first > 1, anchor=questionnaire_anchor(first))


def answer_lines(answer: AnsweredQuestion) -> Cell:
    """What is behind an answer."""
    return (
        *(Line(text) for text in answer.why),
        *(Line(text, "fine", label) for label, text in (*answer.measured, answer.held) if text),
        *(Line(f"{text}: page", "fine", page_of=anchor) for text, anchor in answer.places),
        *(Line(text, "fine", label) for label, text in answer.exceptions),
        *(Line(text, "fine", "Own evidence") for text in answer.evidence),
        *((Line(answer.limits, "fine", "Not seen by Secure Score"),) if answer.limits else ()),
    )


def citations() -> Iterator[Section]:
    """What a citation proves, for readers who never saw Git; the page of the site says more."""
    rows = [
        (cell(each.word, "strong"), *(cell(text, "fine") for text in (each.means, each.proves, each.leaves_open)))
        for each in CITATIONS.terms
    ]
    columns = (("Word", 30), ("What it is", 70), ("It proves", 54), ("It does not prove", 62))
    blocks = (paragraph(CITATIONS.introduction), table("", columns, rows))
    yield Section(HEADING, blocks, anchor=COMMITS)
    steps = (
        Block("numbered", items=tuple(cell(step) for step in way.steps), text=way.title) for way in CITATIONS.checks
    )
    yield Section("Check one in two minutes", tuple(steps), 2)
    yield Section("When to ask, or to reject it", (bullets(CITATIONS.reject),), 2)


def accepted(facts: Facts, about: About) -> Iterator[Section]:
    """The register in force: accepted risks, then exemptions."""
    risks = register(facts.register, about, "No acceptance is in force.")
    counts = facts.accepted_approvals
    said = (paragraph(in_force_words(counts, "accepted risk", "accepted risks")),) if counts.all else ()
    yield Section(ACCEPTED, (*said, risks), new_page=True, anchor=RISKS)
    text = "Not verified by Microsoft. Each rests on its approver and on evidence that is shown on request."
    counts = facts.covered_approvals
    text += f" {in_force_words(counts, 'exemption', 'exemptions')}" if counts.all else ""
    others = register(facts.covered, about, "Nothing is marked as not applicable or covered by another control.")
    yield Section(COVERED, (paragraph(text), others), anchor=EXEMPTIONS)


def register(entries: Iterable[RegisterEntry], about: About, none: str) -> Block:
    """The entries in force as a table."""
    rows = [
        (
            each.status.risk_word,
            (*recommendation(each.status), *((Line(reason(each)),) if reason(each) else ()), *control_lines(each)),
            (
                Line(f"Owner: {each.decision.owner}"),
                Line(f"Approver: {approver(each)}"),
                Line(approval_words(each), "fine"),
                *record_lines(each, about),
            ),
            (*until_lines(each), *((Line(later, "fine"),) if (later := about.later.get(each.status.id)) else ())),
            cited(each),
        )
        for each in in_force(entries)
    ]
    columns = (("Risk", 21), ("Recommendation", 68), ("Owner, approver", 47), ("Until", 44), ("Citation", 40))
    return table_or("", columns, rows, none)


def record_lines(entry: RegisterEntry, about: About) -> Iterator[Line]:
    """Where the record of an approval outside GitHub is, so that it can be asked for."""
    if path := about.records.get(entry.status.id):
        yield Line(f"Record: {path}", "fine")
    elif entry.approval.stated:
        yield Line("Record: not named here; ask for it", "fine")
