# SPDX-License-Identifier: Apache-2.0
"""The answers of questionnaires in the report: every question, in the words of its page."""

from __future__ import annotations

from dataclasses import replace

from secure_score_backlog.evaluation.answer_words import LEVELS, reasons_of
from secure_score_backlog.evaluation.facts import Facts, evaluate
from secure_score_backlog.evaluation.insurance import Known, answer_of
from secure_score_backlog.evaluation.register import AcceptanceState, Register
from secure_score_backlog.evidence.report import as_text, report_of
from secure_score_backlog.evidence.report_answers import MOST_NAMED, answered, question
from secure_score_backlog.evidence.report_pdf import report_pdf
from secure_score_backlog.questionnaires.model import Coverage, Question
from secure_score_backlog.questionnaires.shipped import with_topics
from secure_score_backlog.site import profiles
from secure_score_backlog.site.profiles import INSURER
from tests.evidence.test_report import ABOUT
from tests.support.backlogs import backlog
from tests.support.tenants import day, history, workspace


def text_of(facts: Facts) -> str:
    """Every word of the report."""
    return as_text(report_of(facts, ABOUT, answered(facts))).decode()


def test_every_question_is_there_with_its_answer() -> None:
    """In order, with level, reasons and what Secure Score does not see; also those that nothing measures."""
    facts = backlog()
    for made, each in zip(answered(facts), facts.insurance.questionnaires, strict=True):
        assert [answer.question for answer in made.answers] == [answer.question.question for answer in each.answers]
        assert [answer.why for answer in made.answers] == [(reasons_of(answer),) for answer in each.answers]
        assert all(answer.level for answer in made.answers)
        assert all(len(answer.exceptions) <= MOST_NAMED + 1 for answer in made.answers)
    assert report_pdf(report_of(facts, ABOUT, answered(facts)))


def test_levels_are_explained_before_the_first_questionnaire() -> None:
    """And not where there is none."""
    facts = backlog()
    titles = [each.title for each in report_of(facts, ABOUT, answered(facts)).sections]
    assert (
        titles.index("What an answer can be, and how an approval is known")
        == titles.index(facts.insurance.questionnaires[0].title) - 1
    )
    assert "What an answer can be, and how an approval is known" not in [
        each.title for each in report_of(facts, ABOUT).sections
    ]
    assert all(meaning in text_of(facts) for meaning in LEVELS.values())


def test_open_related_recommendations_are_named_and_counted_once() -> None:
    """Five at most; the table that has the others is named."""
    one = {"A": (8, 8)}
    many = {f"R{number}": (2, 8) for number in range(7)}
    asked = with_topics(Question("q", "Is it so?", primary=(("A",),), related=tuple(many), coverage=Coverage.WHOLE))
    facts = evaluate(workspace(history(one | many)), day(1))
    known = Known(
        day(1),
        facts.snapshot,
        facts.statuses,
        Register(facts.register, facts.covered, facts.past),
        history(one | many),
        by_id=Known.by_compared_id(facts.statuses.values()),
    )
    made = question(facts, answer_of(asked, known), "data/answers-x.csv")
    assert made.why == ("Of 7 related recommendations, 7 are open.".replace("7 r", "7\u00a0r"),)
    (said,) = (text for label, text in made.measured if label == "Related and open")
    assert [f"(R{number})" in said for number in range(7)] == [True] * 5 + [False] * 2
    assert said.endswith("2 more in data/answers-x.csv")


def test_what_is_no_longer_in_force_is_never_among_those_that_are() -> None:
    """It comes first, and what is not listed is counted by kind."""
    facts = backlog()
    entry = facts.register[0]
    ended = [replace(entry, state=AcceptanceState.EXPIRED, until=day(number)) for number in range(1, MOST_NAMED + 2)]
    held = [replace(entry, until=day(60 + number)) for number in range(MOST_NAMED)]
    answer = replace(facts.insurance.questionnaires[0].answers[0], exceptions=(*held, ended[0]))
    labels = [label for label, _ in question(facts, answer, "data/answers-x.csv").exceptions]
    assert labels == ["No longer in force (related)", *["Exception (related)"] * (MOST_NAMED - 1), "Exceptions"]
    answer = replace(answer, exceptions=(*held, *ended))
    rest = question(facts, answer, "data/answers-x.csv").exceptions[-2:]
    assert [(label, text.replace("\u00a0", " ")) for label, text in rest] == [
        ("No longer in force", "1 more in data/answers-x.csv"),
        ("Exceptions", f"{MOST_NAMED} more in data/answers-x.csv"),
    ]


def test_insurers_get_no_reason() -> None:
    """The answers are made from the reduced facts as everything else is."""
    facts = backlog("a secret reason")
    seen = profiles.allowed(facts, INSURER)
    assert answered(seen)
    assert text_of(seen).count("a secret reason") < text_of(facts).count("a secret reason")
