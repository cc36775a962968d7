# SPDX-License-Identifier: Apache-2.0
"""Insurers: questions with how far each answer goes, a page for each questionnaire, and the score as reported.

For readers of the organisation and, from reduced facts (`site/reduction.py`), for insurers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from secure_score_backlog.evaluation import answer_words as words
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.insurance import Answer, Answers
from secure_score_backlog.evaluation.register import in_force, needing_decision, reason, state_on_pages
from secure_score_backlog.exports.answers import export_path
from secure_score_backlog.files import Document
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.markdown import decision_markdown
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.site.words import imported, since, unexplained
from secure_score_backlog.wording import joined

PATH = "insurers.md"
TITLE = "Insurers"
FOR_INSURERS = "Questions"
"""The title on the site for insurers."""
BOOST = 5
"""How much sooner the search lists a question than other pages that have the word."""


MOST_ON_PAGE = 26
"""Questions of one page, so that none has more than 150 kB; a longer questionnaire has several pages."""
MOST_LISTED = 120
"""Questions that the first page lists; the others are on their own pages."""
MOST_NAMED = 4
"""Related recommendations and exceptions of one answer that are listed; the downloads have all."""


@dataclass(frozen=True, slots=True)
class Group:
    """Questions in a row with one heading."""

    heading: str
    anchor: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A page of a questionnaire."""

    path: str
    groups: tuple[Group, ...]
    number: int = 1
    """From 1."""

    @property
    def title(self) -> str:
        """Its headings; without one, its number."""
        return ", ".join(group.heading for group in self.groups if group.heading) or f"page {self.number}"


@dataclass(frozen=True, slots=True)
class NotShown:
    """Something that the site for insurers does not show."""

    what: str
    """As the beginning of a sentence."""
    ask: str
    """Whom to ask for it."""
    parts: tuple[tuple[str, str], ...] = ()
    """Title and place of the groups of questions that it is about."""


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The pages for readers of the organisation."""
    yield from pages(facts, site, TITLE, outside=False)


def for_insurers(facts: Facts, site: Site) -> Iterator[Document]:
    """The pages for insurers."""
    yield from pages(facts, site, FOR_INSURERS, outside=True)


def pages(facts: Facts, site: Site, title: str, *, outside: bool) -> Iterator[Document]:
    """All questions in short, and a page for each questionnaire."""
    insurance = facts.insurance
    parts = {each.name: parts_of(each) for each in insurance.questionnaires}
    shared = {
        "site": site,
        "facts": facts,
        "outside": outside,
        "words": words,
        "export_path": export_path,
        "most": MOST_NAMED,
        "state_on_pages": state_on_pages,
        "reason": reason,
        "since": since,
    }
    yield page(
        PATH,
        title,
        render(
            "insurers.html.j2",
            path=PATH,
            insurance=insurance,
            groups={each.name: groups_of(each.answers) for each in listed(insurance.questionnaires)},
            parts=parts,
            named=any(each.by for each in insurance.questionnaires),
            joined=joined,
            not_shown=list(not_shown(facts, parts)),
            addresses={name: addresses(of_one) for name, of_one in parts.items()},
            kind=imported(facts.snapshot) if facts.snapshot else "",
            unexplained=unexplained(facts.explained),
            bodies={
                each.name: decision_markdown(each.body, lambda _: None)
                for each in insurance.evidence
                if each.body.strip() and not outside
            },
            **shared,
        ),
        site=site,
        description="What insurers ask, and how far each answer is supported by what Microsoft measures.",
        shown_title="What insurers ask" if not outside else "Questions and answers",
        hide=("navigation", "toc"),
    )
    asked = ((each, part) for each in insurance.questionnaires for part in parts[each.name])
    for each, part in asked:
        yield page(
            part.path,
            each.title if part.number == 1 else f"{each.title}, {part.number}",
            render(
                "answers.html.j2",
                path=part.path,
                questionnaire=each,
                part=part,
                parts=parts[each.name],
                accepted=in_force(facts.register),
                covered=in_force(facts.covered),
                need_decision=needing_decision((*facts.register, *facts.covered)),
                **shared,
            ),
            site=site,
            description=f"{each.title}: each question with how far the answer goes, and why not further.",
            hide=("navigation", "toc"),
            boost=BOOST,
            up=(title, PATH),
        )


def parts_of(each: Answers) -> list[Part]:
    """The pages of a questionnaire: one, or several of a long one."""
    pages: list[list[Group]] = [[]]
    for group in groups_of(each.answers):
        for start in range(0, len(group.answers), MOST_ON_PAGE):
            piece = replace(group, answers=group.answers[start : start + MOST_ON_PAGE])
            if sum(len(known.answers) for known in pages[-1]) + len(piece.answers) > MOST_ON_PAGE:
                pages.append([])
            pages[-1].append(piece)
    return [
        Part(f"insurers/{each.name}.md" if number == 1 else f"insurers/{each.name}/{number}.md", tuple(groups), number)
        for number, groups in enumerate(pages, start=1)
    ]


def not_shown(facts: Facts, parts: Mapping[str, Iterable[Part]]) -> Iterator[NotShown]:
    """What the site for insurers does not show, and whom to ask: by kind of thing, then by questionnaire.

    `parts`: the pages of each questionnaire, by its name.
    """
    giver = "the person who gave you this site"
    if facts.register or facts.covered:
        what = "Why a risk was accepted, the evidence of an exemption, and the records of approvals"
        yield NotShown(what, "the owner or the approver, whom the risk register names")
    yield NotShown("Names of people and accounts, minutes and discussions", giver)
    yield NotShown("Users, devices, settings and commands", giver)
    on_first_page = {each.name for each in listed(facts.insurance.questionnaires)}
    for each in facts.insurance.questionnaires:
        places, found = addresses(parts[each.name]), groups_of(each.not_seen)
        anchors = {group.heading: f"#{each.name}-{group.anchor}" for group in groups_of(each.answers)}
        unseen = ", and what Secure Score does not see, which is said beside each question" if found else ""
        yield NotShown(
            f"{each.title}: yes or no{unseen}",
            joined(each.by, "or") or "the person who answers the form",
            tuple(
                (
                    group.heading or "questions",
                    anchors[group.heading]
                    if group.heading and each.name in on_first_page
                    else places[group.answers[0].question.id],
                )
                for group in found
            ),
        )


def addresses(parts: Iterable[Part]) -> dict[str, str]:
    """The place of each question of a questionnaire, by its id."""
    return {
        answer.question.id: f"{part.path}#q-{answer.question.id}"
        for part in parts
        for group in part.groups
        for answer in group.answers
    }


def listed(questionnaires: Iterable[Answers]) -> Iterator[Answers]:
    """The questionnaires whose questions the first page lists: the first ones, up to so many questions."""
    left = MOST_LISTED
    for each in questionnaires:
        left -= len(each.answers)
        if left >= 0:
            yield each


def groups_of(answers: Iterable[Answer]) -> list[Group]:
    """The questions by heading, in their order."""
    found = groupby(answers, key=lambda answer: answer.question.heading)
    return [Group(heading, f"part-{index}", tuple(answers)) for index, (heading, answers) in enumerate(found, start=1)]
