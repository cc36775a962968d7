# SPDX-License-Identifier: Apache-2.0
"""A questionnaire and a piece of own evidence: their values, and every key of their files.

Each field is declared with its key: reader, JSON Schema and the guide's tables follow from the declaration. What the
values mean is defined in docs/method.md#answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from secure_score_backlog.decisions.values import Answer, Item, Role
from secure_score_backlog.git import Version
from secure_score_backlog.problems import Problem
from secure_score_backlog.ratings import normalised
from secure_score_backlog.schema import (
    DIALECT,
    At,
    Choice,
    Day,
    Group,
    Json,
    Key,
    Need,
    OneOrMore,
    Text,
    Type,
    key,
    keys_of,
    object_schema,
)

QUESTIONNAIRES = "docs/questionnaires"
EVIDENCE = "docs/evidence"
LONGEST_QUESTION = 600
"""Characters; a question of a form has fewer than three hundred."""


class Coverage(StrEnum):
    """How much of what a question asks Secure Score measures."""

    WHOLE = "whole"
    """What is asked, inside Microsoft 365."""
    PART = "part"
    """A necessary part of it: a yes needs other evidence as well."""
    HINT = "hint"
    """Something near it, from which no answer follows."""
    NONE = "none"


class AnsweredBy(StrEnum):
    """What a question is answered from."""

    RECOMMENDATIONS = "recommendations"
    SCORE = "score"
    """The Secure Score as reported."""
    REGISTER = "register"
    """The register of accepted risks and exemptions."""


class Level(StrEnum):
    """How far an answer goes (docs/method.md#answers)."""

    SUPPORTED = "supported"
    QUALIFIED = "qualified"
    GAP = "gap"
    NOT_MEASURED = "not-measured"


class Says(StrEnum):
    """What a piece of own evidence says about its question; nothing can be said by being unmeasured."""

    SUPPORTED = "supported"
    QUALIFIED = "qualified"
    GAP = "gap"


Alternatives = tuple[str, ...]
"""Ids of which one is enough, as each platform has its own."""

IDENTIFIER = Text("an id of a recommendation", shortest=1, longest=200)
NAME = Text("a name in lower-case letters, digits and hyphens", pattern=r"[a-z0-9]+(?:-[a-z0-9]+)*", longest=80)
REFERENCE = Text(
    "the id of a shipped question, or QUESTIONNAIRE/ID",
    pattern=r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*)?",
    longest=161,
)
FILE = Text(
    f"a path below {EVIDENCE}/",
    pattern=rf"{EVIDENCE}/(?:[\w-][\w. -]*/)*[\w-][\w. -]*\.[A-Za-z0-9]{{1,8}}",
    longest=300,
)
TEXTS = OneOrMore(Item(), "text or list of texts")


class OneOf(Type):
    """An id, or a list of ids of which one is enough."""

    expects = "an id, or a list of ids of which one is enough"
    label = "id, or list of ids of which one is enough"
    schema: Mapping[str, Any] = {
        "anyOf": [IDENTIFIER.schema, {"type": "array", "items": IDENTIFIER.schema, "minItems": 1}]
    }

    def read(self, value: object, at: At) -> Alternatives | None:
        """The ids."""
        if not isinstance(value, list):
            found = IDENTIFIER.read(value, at)
            return None if found is None else (found,)
        items = [IDENTIFIER.read(item, at.inside(index)) for index, item in enumerate(value)]
        return None if None in items else tuple(item for item in items if item is not None)


@dataclass(frozen=True, slots=True)
class Question:
    """One question, and what answers it."""

    id: str = key(
        NAME, "Its name within the questionnaire: evidence and citations use it.", Need.REQUIRED, example="mfa"
    )
    question: str = key(
        Answer("the question", longest=LONGEST_QUESTION),
        "The question in the words of the form.",
        Need.REQUIRED,
        example="…",
    )
    heading: str = key(Text(longest=120), "Questions in a row with one heading stand together.", default="")
    same_as: str | None = key(
        NAME,
        "Id of a shipped question that asks the same: whatever is left out below is taken from it.",
        default=None,
        example="mfa-admins",
    )
    primary: tuple[Alternatives, ...] = key(
        OneOrMore(OneOf(), "list of ids; a list in its place: one of them is enough"),
        "Recommendations that answer it: each has to be measured in full. Leave out an instance number such as 11770.",
        default=(),
        example="[MFARegistrationV2]",
    )
    related: tuple[str, ...] = key(
        OneOrMore(IDENTIFIER, "id or list of ids"),
        "Recommendations on the same subject: while one is open, the answer is at most qualified.",
        default=(),
    )
    topics: tuple[str, ...] = key(
        OneOrMore(Text("the title of a topic", shortest=1), "text or list of texts"),
        "Topics, by the title on the page *Topics*: their recommendations are related ones.",
        default=(),
    )
    coverage: Coverage | None = key(
        Choice(Coverage),
        "How much of the question Secure Score measures: whole, part, hint or none. Left out: part with `primary`, "
        "hint with related ones only, else none.",
        default=None,
        example="part",
    )
    answered_by: AnsweredBy | None = key(
        Choice(AnsweredBy),
        "What answers it: recommendations (left out: this), the score as reported, or the register of accepted risks.",
        default=None,
    )
    limits: str = key(
        Answer(longest=2_000),
        "What of the question Secure Score does not see. Left out: as its topics say.",
        default="",
    )
    elsewhere: tuple[str, ...] = key(TEXTS, "Where else to look. Left out: as its topics say.", default=())
    frameworks: tuple[str, ...] = key(
        TEXTS, "Clauses of frameworks that it belongs to, such as `CIS Controls v8 6.5`.", default=()
    )

    @property
    def primary_ids(self) -> frozenset[str]:
        """The ids that answer it, as they are compared."""
        return frozenset(normalised(name) for entry in self.primary for name in entry)


QUESTION = Group(Question, needs=("id", "question"))
QUESTION.schema = {**QUESTION.schema, "required": ["id", "question"]}


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A list of questions: the shipped one, or a file in `docs/questionnaires/`."""

    title: str = key(
        Answer("a title", shortest=1, longest=200), "What the questionnaire is.", Need.REQUIRED, example="Renewal 2027"
    )
    about: str = key(Text(longest=2_000), "Who asks it, of which form, in which version.", default="")
    by: tuple[str, ...] = key(
        OneOrMore(Role(), "role or list of roles"),
        "The roles that say yes or no on the form, never persons: whom readers can ask.",
        default=(),
        example="Head of IT",
    )
    questions: tuple[Question, ...] = key(
        OneOrMore(QUESTION, "list of questions"),
        "The questions, in order.",
        Need.REQUIRED,
        default=(),
    )


@dataclass(frozen=True, slots=True)
class Statement:
    """What the front matter of a file in `docs/evidence/` states."""

    questions: tuple[str, ...] = key(
        OneOrMore(REFERENCE, "id or list of ids"),
        "The questions that it is about: ids of shipped questions, or QUESTIONNAIRE/ID for one of your own.",
        Need.REQUIRED,
        example="[backup]",
    )
    says: Says = key(
        Choice(Says, empty=Says.GAP),
        "What it says about them: supported, qualified or gap.",
        Need.REQUIRED,
        example="qualified",
    )
    by: str = key(Role(), "The role that states it, never a person.", Need.REQUIRED, example="Head of IT")
    on: date = key(Day(), "The day that it is about.", Need.REQUIRED, example="2026-10-14")
    until: date = key(Day(), "Last day on which it counts, UTC.", Need.REQUIRED, example="2027-04-14")
    shows: str = key(
        Answer(longest=1_000), "What it shows, in a sentence or two, with numbers.", Need.REQUIRED, example="…"
    )
    scope: str = key(
        Answer(longest=500), "What it covers, and what it does not: the denominator.", Need.REQUIRED, example="…"
    )
    files: tuple[str, ...] = key(
        OneOrMore(FILE, "path or list of paths"), f"Files below {EVIDENCE}/ that show it.", default=()
    )
    body: str = ""
    """Markdown below the front matter, as written: the evidence itself, where no file is."""


QUESTIONNAIRE_KEYS = keys_of(Questionnaire)
QUESTION_KEYS: tuple[Key, ...] = keys_of(Question)
STATEMENT_KEYS = keys_of(Statement)


@dataclass(frozen=True, slots=True)
class QuestionnaireVersion:
    """One version of one questionnaire."""

    name: str
    """File name without suffix."""
    version: Version
    questionnaire: Questionnaire | None
    """As written; None where it was deleted, or has an error."""
    source: Any = None
    """The file as typed (`strict_yaml.YamlData`), so that a problem can point at its line; None where deleted."""
    faults: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file that a piece of evidence names, as it was in the version that counts."""

    version: Version
    digest: str
    """SHA-256 of its bytes, in hexadecimal digits."""
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class EvidenceVersion:
    """One version of one piece of own evidence."""

    name: str
    version: Version
    statement: Statement | None
    """None where the file was deleted, or has an error."""
    digest: str = ""
    """SHA-256 of the file's bytes, in hexadecimal digits."""
    source: Any = None
    faults: tuple[Problem, ...] = ()


def questionnaire_schema() -> Json:
    """The JSON Schema of a file in `docs/questionnaires/`."""
    title = "Questions of an insurer (docs/questionnaires/NAME.yml)"
    return {"$schema": DIALECT, "title": title, **object_schema(QUESTIONNAIRE_KEYS, required=("title", "questions"))}


def evidence_schema() -> Json:
    """The JSON Schema of the front matter of a file in `docs/evidence/`."""
    needed = [each.name for each in STATEMENT_KEYS if each.needs is Need.REQUIRED]
    title = "Own evidence (front matter of docs/evidence/NAME.md)"
    return {"$schema": DIALECT, "title": title, **object_schema(STATEMENT_KEYS, required=needed)}
