# SPDX-License-Identifier: Apache-2.0
"""What a report is made from beside the facts: fixed texts, answers, and the names of its places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from msgspec import Struct

from secure_score_backlog.content import load

SCOPE, SCORE, RISKS, EXEMPTIONS, LIMITS = "scope", "score", "risks", "exemptions", "limits"
ENDED, UNAPPROVED, OVERDUE, PORTAL, WRITERS, CHANGES = "ended", "unapproved", "overdue", "portal", "writers", "changes"
COMMITS, UNDECIDED = "commits", "undecided"
"""Anchors of sections."""


class Passage(Struct, frozen=True, forbid_unknown_fields=True):
    """A titled paragraph."""

    title: str
    text: str


class Texts(Struct, frozen=True, forbid_unknown_fields=True):
    """The fixed texts (`content/report.yml`)."""

    writers: str
    """Who can change the records."""
    questions: tuple[str, ...]
    """What to ask about that."""
    method: tuple[Passage, ...]
    limits: tuple[str, ...]


TEXTS = load("report", Texts)


def question_anchor(number: int) -> str:
    """The anchor of a question, counted from 1 over all questionnaires."""
    return f"q{number}"


def questionnaire_anchor(first: int) -> str:
    """The anchor of a questionnaire, by the number of its first question."""
    return f"from-q{first}"


@dataclass(frozen=True, slots=True)
class About:
    """What a report is made for, beside the facts."""

    readers: str
    """Who may read it, in a word or two."""
    start: date
    """The first day of the period; the last one is the as-of date."""
    repository: str = ""
    """OWNER/NAME; may be empty."""
    commit: str = ""
    """The newest commit at the end of the as-of date."""
    later: Mapping[str, str] = field(default_factory=dict)
    """By recommendation: what happened to an entry in force that ended after the as-of date, as far as was read."""
    records: Mapping[str, str] = field(default_factory=dict)
    """By recommendation: the file that an approval outside GitHub names as its record."""


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """One question of an insurer, answered; every text is finished."""

    question: str
    level: str
    """In words: supported, qualified, gap, not measured."""
    why: tuple[str, ...] = ()
    """Why the answer has its level."""
    heading: str = ""
    """Questions in a row with one heading belong together."""
    figure: str = ""
    """Its numbers in a few words."""
    since: str = ""
    """The first day of the time in which it is in full without a break."""
    notes: tuple[str, ...] = ()
    """What else belongs beside the level, in a few words: that it is not covered, and what own evidence says."""
    number_of_exceptions: int = 0
    """In force."""
    no_longer: int = 0
    """Exceptions that are no longer in force."""
    measured: tuple[tuple[str, str], ...] = ()
    """The recommendations behind it, with numerator and denominator, and whose that is; each with what it is."""
    held: tuple[str, str] = ("", "")
    """Since when, and on how many days it was observed."""
    exceptions: tuple[tuple[str, str], ...] = ()
    """Each with whether it is one, or is no longer in force."""
    places: tuple[tuple[str, str], ...] = ()
    """What is listed elsewhere, with the anchor of that place."""
    evidence: tuple[str, ...] = ()
    """The organisation's own evidence."""
    limits: str = ""
    """What Secure Score does not see of it."""


@dataclass(frozen=True, slots=True)
class AnsweredQuestions:
    """A questionnaire with its answers."""

    title: str
    answers: tuple[AnsweredQuestion, ...]
    about: str = ""
    day: str = ""
    """When it was measured."""
