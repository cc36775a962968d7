# SPDX-License-Identifier: Apache-2.0
"""The answers of questionnaires in the report: every question, in the words of its page."""

from __future__ import annotations

from secure_score_backlog.evaluation.answer_words import reasons_of
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evidence.report import as_text, report_of
from secure_score_backlog.evidence.report_answers import MOST_NAMED, answered
from secure_score_backlog.evidence.report_pdf import report_pdf
from secure_score_backlog.site import profiles
from secure_score_backlog.site.profiles import INSURER
from tests.evidence.test_report import ABOUT
from tests.support.backlogs import backlog


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


def test_insurers_get_no_reason() -> None:
    """The answers are made from the reduced facts as everything else is."""
    facts = backlog("a secret reason")
    seen = profiles.allowed(facts, INSURER)
    assert answered(seen)
    assert text_of(seen).count("a secret reason") < text_of(facts).count("a secret reason")
