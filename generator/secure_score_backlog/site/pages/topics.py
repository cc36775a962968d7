# SPDX-License-Identifier: Apache-2.0
"""Topics: for each subject that people ask about, what Secure Score measures of it, and where else to look.

The texts are `content/topics.json`. The search leads here: each subject is a page of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from secure_score_backlog.evaluation import insurance
from secure_score_backlog.evaluation.answer_words import LEVELS
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.ranking import risk_key
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.files import Document
from secure_score_backlog.questionnaires.model import Level
from secure_score_backlog.ratings import normalised
from secure_score_backlog.site.links import Site, slug
from secure_score_backlog.site.pages import insurers
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.site.words import unexplained
from secure_score_backlog.topics import TOPICS, Topic

PATH = "topics.md"
TITLE = "Topics"
BOOST = 20
"""How much sooner the search lists a subject than other pages that have the word."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of an insurer about a subject, with its answer."""

    questionnaire: str
    """Its title."""
    answer: insurance.Answer
    address: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one subject in this tenant."""

    title: str
    topic: Topic
    measured: tuple[Status, ...]
    """By state: what is open first, by risk."""
    asked: tuple[Asked, ...] = ()
    """In the order of the questionnaires."""

    @property
    def evidence(self) -> tuple[insurance.OwnEvidence, ...]:
        """Own evidence about it, by name."""
        found = {each.name: each for asked in self.asked for each in asked.answer.evidence}
        return tuple(found[name] for name in sorted(found))

    @property
    def unmeasured(self) -> tuple[Asked, ...]:
        """The questions about it of which nothing is measured."""
        return tuple(each for each in self.asked if each.answer.level is Level.NOT_MEASURED)

    @property
    def path(self) -> str:
        """Its document."""
        return f"topics/{'-'.join(part for part in slug(self.title).split('-') if part)}.md"

    @property
    def done(self) -> int:
        """How many of them Microsoft measures in full."""
        return sum(1 for status in self.measured if status.state is State.DONE)

    @property
    def coverage(self) -> str:
        """Whether Secure Score says anything about it: the word of a badge."""
        if not self.topic.recommendations:
            return "not-covered"
        return "covered-in-part" if self.measured else "not-scored-here"


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The list, and a page for each subject."""
    answers = answers_of(facts)
    yield page(
        PATH,
        TITLE,
        render("topics.html.j2", site=site, path=PATH, answers=answers, unexplained=unexplained(facts.explained)),
        site=site,
        description="What Secure Score says about each subject, what it does not cover, and where else to look.",
        hide=("navigation", "toc"),
    )
    for answer in answers:
        yield page(
            answer.path,
            answer.title,
            render(
                "topic.html.j2",
                site=site,
                path=answer.path,
                answer=answer,
                facts=facts,
                insurers=insurers.PATH,
                levels=LEVELS,
            ),
            site=site,
            description=f"{answer.title}: {answer.topic.unknown}",
            hide=("navigation", "toc"),
            boost=BOOST,
            up=(TITLE, PATH),
        )


def answers_of(facts: Facts) -> list[Answer]:
    """Every subject, with what is measured of it."""
    measured = {normalised(status.id): status for status in facts.statuses.values() if status.observation}
    places = {each.name: insurers.addresses(insurers.parts_of(each)) for each in facts.insurance.questionnaires}
    found = []
    for title, topic in TOPICS.items():
        known = {name: measured[name] for name in map(normalised, topic.recommendations) if name in measured}
        order = sorted(known.values(), key=lambda status: (status.state is State.DONE, risk_key(status)))
        found.append(Answer(title, topic, tuple(order), tuple(asked_about(title, facts, places))))
    return found


def asked_about(title: str, facts: Facts, places: Mapping[str, Mapping[str, str]]) -> Iterator[Asked]:
    """What insurers ask about a subject; `places`: where each question is, by questionnaire and id."""
    for each in facts.insurance.questionnaires:
        for answer in each.answers:
            if title in answer.question.topics:
                yield Asked(each.title, answer, places[each.name][answer.question.id])
