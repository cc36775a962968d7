# SPDX-License-Identifier: Apache-2.0
"""A decision about one recommendation, `decisions/<id>.md`: its values, and every key of its front matter.

Each field is declared with its key: reader, JSON Schema and the guide's tables follow from the declaration. What the
values mean is defined in docs/method.md#decisions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from secure_score_backlog.decisions.front_matter import FrontMatter
from secure_score_backlog.decisions.values import Answer, Item, Link, Role, Share, is_no_answer
from secure_score_backlog.git import Version
from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.ratings import Risk
from secure_score_backlog.schema import (
    DIALECT,
    Choice,
    Day,
    Flag,
    Group,
    Json,
    Key,
    Need,
    OneOrMore,
    Text,
    filled,
    key,
    keys_of,
    object_schema,
)


class Bucket(StrEnum):
    """The four answers."""

    DO_NOW = "do-now"
    DO_SOON = "do-soon"
    ACCEPT = "accept"
    NOT_APPLICABLE = "not-applicable"


class Blocker(StrEnum):
    """What keeps a planned change from happening."""

    LICENSING = "licensing"
    BUSINESS = "business"
    TECHNICAL = "technical"


class CoverReason(StrEnum):
    """Why a recommendation needs no change here."""

    NOT_APPLICABLE = "not-applicable"
    THIRD_PARTY = "third-party"
    ALTERNATE = "alternate"


ROLE, ANSWER = Role(), Answer()
IDENTIFIER = Text("an id")
TEXTS = OneOrMore(Item(), "text or list of texts")


def _needs(do_now: Need, do_soon: Need, accept: Need, not_applicable: Need) -> Mapping[str, Need]:
    return dict(zip(Bucket, (do_now, do_soon, accept, not_applicable), strict=True))


REQUIRED, ASKED, OPTIONAL, FORBIDDEN = Need.REQUIRED, Need.ASKED, Need.OPTIONAL, Need.FORBIDDEN
QUESTION = _needs(REQUIRED, ASKED, ASKED, OPTIONAL)


@dataclass(frozen=True, slots=True)
class Attestation:
    """An approval outside GitHub: shown as approved outside GitHub, never as a GitHub approval."""

    by: str = key(ROLE, "The role that approved.", REQUIRED, example="Managing Director")
    on: date = key(Day(), "The day of the approval.", REQUIRED, example="2026-10-31")
    record: str = key(
        ANSWER, "Link to the record, or the minutes that hold it.", REQUIRED, example="Board minutes of October"
    )


APPROVAL = Group(Attestation, needs=("by", "on", "record"))
APPROVAL_TEXT = "For an approver without a GitHub account: shown as approved outside GitHub, never as on GitHub."


@dataclass(frozen=True, slots=True)
class Acceptance:
    """An accepted risk: why, who approved it and until when."""

    rationale: str = key(
        ANSWER, "Why the risk is accepted, in your own words.", REQUIRED, example="…", inheritable=True
    )
    approver: str = key(
        ROLE, "The role that may accept this risk.", REQUIRED, example="Managing Director", inheritable=True
    )
    until: date = key(Day(), "Last day on which it is in force, UTC.", REQUIRED, example="2027-01-31")
    compensating: tuple[str, ...] = key(
        TEXTS, "Compensating controls that reduce the accepted risk.", default=(), example="…", inheritable=True
    )
    share: Fraction = key(
        Share(),
        "Part achieved when it was accepted, as `0.6`, `6/10` or `60 %`: falling below it is a breach.",
        default=Fraction(0),
        example="60 %",
    )
    approval: Attestation | None = key(APPROVAL, APPROVAL_TEXT, default=None)


@dataclass(frozen=True, slots=True)
class Cover:
    """A claim that the recommendation does not apply, or that something else covers it."""

    reason: CoverReason = key(
        Choice(CoverReason, empty=CoverReason.NOT_APPLICABLE),
        "Why no change is needed here.",
        REQUIRED,
        example="third-party",
        inheritable=True,
    )
    by: str = key(
        ANSWER,
        "The control that covers it, or why it does not apply here.",
        REQUIRED,
        example="Mail gateway",
        inheritable=True,
    )
    evidence: str = key(
        ANSWER,
        "How a third party can check that.",
        REQUIRED,
        example="Export of the gateway's rules",
        inheritable=True,
    )
    approver: str = key(ROLE, "The role that may make this claim.", REQUIRED, example="Head of IT", inheritable=True)
    until: date = key(Day(), "Last day on which the claim is in force, UTC.", REQUIRED, example="2027-01-31")
    approval: Attestation | None = key(APPROVAL, APPROVAL_TEXT, default=None)


@dataclass(frozen=True, slots=True)
class Blockage:
    """What a planned change waits for."""

    by: Blocker = key(Choice(Blocker), "What it waits for.", REQUIRED, example="licensing")
    since: date = key(Day(), "Since when it waits.", REQUIRED, example="2026-10-01")
    note: str = key(ANSWER, "What would remove the block.", default="", example="…")


YES_OR_NO = ("yes", "no")
"""The answers to a question that names none."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A decision requested from others."""

    of: str = key(ROLE, "The role that is asked.", REQUIRED, name="from", example="leadership")
    since: date = key(Day(), "The day on which it was first asked.", REQUIRED, example="2026-10-01")
    question: str = key(ANSWER, "One question that can be answered in a meeting.", REQUIRED, example="Fund the relay?")
    by: date | None = key(
        Day(), "Last day on which the answer is of use, from `since` on.", default=None, example="2026-12-01"
    )
    options: tuple[str, ...] = key(
        TEXTS,
        "The answers to choose from, each with what it costs; yes and no where none is given.",
        default=(),
        example="[in Q1 (900 EUR), never (no cost)]",
    )
    recommend: str = key(ANSWER, "What the team recommends, and why.", default="", example="…")
    cost: str = key(
        ANSWER,
        "What the recommended answer costs: money, work or trouble.",
        default="",
        example="about 900 EUR a year",
    )
    asked_by: str = key(ROLE, "The role that asks; the owner where none is given.", default="", example="Head of IT")
    default: str = key(ANSWER, "What happens if no decision is made.", default="", example="…")

    @property
    def choices(self) -> tuple[str, ...]:
        """The answers to choose from, as readers see them."""
        return self.options or YES_OR_NO


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision as read from its file, without errors (or a draft)."""

    recommendation: str = key(
        IDENTIFIER,
        "The recommendation's id, letter for letter; the file is named after it.",
        REQUIRED,
        example="BlockLegacyAuthentication",
    )
    bucket: Bucket = key(Choice(Bucket), "The decision type.", REQUIRED, example="do-soon")
    risk: Risk | None = key(
        Choice(Risk),
        "The risk if this stays open, in your judgement.",
        _needs(REQUIRED, REQUIRED, REQUIRED, OPTIONAL),
        default=None,
        example="high",
    )
    reduces: str = key(
        ANSWER,
        "Question 1: which risk does it reduce?",
        QUESTION,
        default="",
        example="Password spraying against old mail clients",
        inheritable=True,
    )
    owner: str = key(
        ROLE, "Question 2: who owns it? A role, never a person.", REQUIRED, default="", example="Head of IT"
    )
    impact: str = key(
        ANSWER,
        "Question 3: what changes for users and services?",
        QUESTION,
        default="",
        example="Two scanners stop sending",
        inheritable=True,
    )
    prerequisites: str = key(
        ANSWER,
        "Question 4: which licences and technical preconditions does it need, and what is missing? The id of another "
        "recommendation here says that the change waits for it.",
        QUESTION,
        default="",
        example="Entra ID P1; licences for three users are missing",
        inheritable=True,
    )
    proof: str = key(
        ANSWER,
        "Question 5: what is the evidence that it stays in place?",
        QUESTION,
        default="",
        example="Sign-in log shows no legacy client for 30 days",
        inheritable=True,
    )
    due: date | None = key(
        Day(),
        "Last day for a planned change; do-now: within 92 days of the decision.",
        _needs(REQUIRED, REQUIRED, FORBIDDEN, FORBIDDEN),
        default=None,
        example="2026-12-31",
    )
    blocked: Blockage | None = key(
        Group(Blockage, needs=("by", "since")),
        "What keeps a planned change from happening.",
        _needs(OPTIONAL, OPTIONAL, FORBIDDEN, FORBIDDEN),
        default=None,
    )
    accepted: Acceptance | None = key(
        Group(Acceptance, needs=("until",)),
        "Why the risk is accepted, who approved it and until when.",
        _needs(FORBIDDEN, FORBIDDEN, REQUIRED, FORBIDDEN),
        default=None,
    )
    covered: Cover | None = key(
        Group(Cover, needs=("until",)),
        "Why it needs no change here; with evidence, an approver and a last day.",
        _needs(FORBIDDEN, FORBIDDEN, FORBIDDEN, REQUIRED),
        default=None,
    )
    asks: tuple[Ask, ...] = key(
        OneOrMore(Group(Ask, needs=("from", "since", "question"))),
        "Decisions requested from others.",
        name="ask",
        default=(),
    )
    same_as: str | None = key(
        IDENTIFIER,
        "Id of the decision whose answers and reason this one shares; owner and dates stay its own.",
        default=None,
        example="BlockLegacyAuthentication",
    )
    links: tuple[str, ...] = key(
        OneOrMore(Link()), "Tickets and evidence.", default=(), example="[https://tickets.example/4711]"
    )
    draft: bool = key(
        Flag(), "A draft counts as undecided, and may leave anything open.", default=False, example="true"
    )
    body: str = ""
    """Markdown after the front matter, as written."""
    inherits: frozenset[str] = frozenset()
    """Dotted keys left to `same_as` to answer (`covered.reason`); they stay listed once they are filled in."""

    @property
    def readiness(self) -> int:
        """How many of the five questions are answered, 0 to 5."""
        answers = (self.reduces, self.owner, self.impact, self.prerequisites, self.proof)
        return sum(1 for answer in answers if answer.strip() and not is_no_answer(answer))

    @property
    def approvable(self) -> Acceptance | Cover | None:
        """What an approver signs: the acceptance or the exemption; None for a planned change."""
        return self.accepted or self.covered

    @property
    def until(self) -> date | None:
        """Last day of the acceptance or exemption; None for a planned change."""
        return self.approvable.until if self.approvable else None

    @property
    def answer(self) -> tuple[object, ...]:
        """What identifies the answer: a version in which any of it differs is a new decision.

        Owner, links, asks and discussion may change without a new decision; what comes from `same_as` belongs to the
        other decision.
        """
        return (self.bucket, self.due, self._own("accepted"), self._own("covered"), self.same_as, self.draft)

    def _own(self, group: str) -> object:
        """An acceptance or an exemption without what comes from `same_as`."""
        holder = getattr(self, group)
        inherited: dict[str, Any] = {
            name.removeprefix(f"{group}."): None for name in self.inherits if name.startswith(f"{group}.")
        }
        return replace(holder, **inherited) if holder is not None and inherited else holder


@dataclass(frozen=True, slots=True)
class DecisionVersion:
    """One version of one decision, with what it said."""

    version: Version
    decision: Decision | None
    """None: deleted, or with errors (then `readable` is False)."""
    readable: bool = True
    source: FrontMatter | None = None
    """The file as typed, so that a problem can point at its line; None for a deleted file."""
    faults: tuple[Problem, ...] = ()
    """What is wrong with the file by itself."""

    @property
    def recommendation(self) -> str | None:
        """The id that it decides about; None for a deletion, and for a file that by itself is no decision."""
        if self.decision is not None:
            return self.decision.recommendation
        if self.source is None or any(fault.severity is Severity.ERROR for fault in self.faults):
            return None
        written = self.source.data.get("recommendation")
        return written if isinstance(written, str) else None


@dataclass(frozen=True, slots=True)
class DecisionHistory:
    """All versions of all decisions, by recommendation, oldest first."""

    versions: Mapping[str, tuple[DecisionVersion, ...]] = field(default_factory=dict)
    has_git: bool = True
    """False in a folder without Git: one undated version each, and nothing can be cited."""

    def until(self, identifier: str, day: date) -> tuple[DecisionVersion, ...]:
        """The versions known at the end of a day (UTC)."""
        known = self.versions.get(identifier, ())
        return tuple(version for version in known if version.version.at.date() <= day)

    def recorded(self, day: date) -> set[str]:
        """The ids about which a decision was recorded up to the end of a day (UTC).

        A file that never was a decision, or was never about the id that it is named after, records none.
        """
        return {
            name for name in self.versions if any(version.recommendation == name for version in self.until(name, day))
        }

    def in_force(self, day: date) -> dict[str, DecisionVersion]:
        """The newest version of each decision at the end of a day (UTC); a deleted one is left out."""
        newest = {name: known[-1] for name in self.versions if (known := self.until(name, day))}
        return {name: version for name, version in newest.items() if version.version.blob is not None}

    def answered(self, identifier: str, day: date) -> date | None:
        """First day of the answer in force on a day; None without Git or without an answer."""
        known = self.until(identifier, day)
        if not self.has_git or not known or known[-1].decision is None:
            return None
        answer = known[-1].decision.answer
        first = known[-1].version.at
        for version in reversed(known):
            if version.decision is None or version.decision.answer != answer:
                break
            first = version.version.at
        return first.date()


KEYS = keys_of(Decision)
"""Every key of the front matter, in the order in which a scaffold writes them and the guide lists them."""

QUESTIONS = ("reduces", "owner", "impact", "prerequisites", "proof")
"""The five questions of a useful decision, in their order."""


def decision_schema() -> Json:
    """The JSON Schema of the front matter: every key, and what each bucket requires and refuses."""
    return {
        "$schema": DIALECT,
        "title": "A decision about one recommendation (front matter)",
        **object_schema(KEYS, required=("recommendation", "bucket")),
        "allOf": [_refused(bucket) for bucket in Bucket],
        "if": {"required": ["draft"], "properties": {"draft": {"const": True}}},
        "else": {
            "if": {"required": ["same_as"], "properties": {"same_as": {"type": "string"}}},
            "then": _finished(sharing=True),
            "else": _finished(sharing=False),
        },
    }


def _of_bucket(bucket: Bucket) -> Json:
    return {"required": ["bucket"], "properties": {"bucket": {"const": bucket.value}}}


def _refused(bucket: Bucket) -> Json:
    """The keys that have no place in a bucket."""
    refused = [each.name for each in KEYS if each.need(bucket) is FORBIDDEN]
    return {"if": _of_bucket(bucket), "then": {"properties": {name: {"type": "null"} for name in refused}}}


def _finished(*, sharing: bool) -> Json:
    """What a decision holds that is not a draft; `sharing`: it may leave the inheritable keys to `same_as`."""
    return {
        "properties": {each.name: _complete(each, sharing) for each in KEYS if each.keys},
        "allOf": [{"if": _of_bucket(bucket), "then": _filled(KEYS, bucket, sharing)} for bucket in Bucket],
    }


def _filled(keys: tuple[Key, ...], bucket: Bucket | None, sharing: bool) -> Json:
    wanted = [each for each in keys if each.need(bucket) is REQUIRED]
    return filled([each.name for each in wanted if not (sharing and each.inheritable)])


def _complete(group: Key, sharing: bool) -> Json:
    """A group that is not empty holds what it requires."""
    inside = _filled(group.keys, None, sharing)
    for each in group.keys:
        if each.keys:
            inside["properties"][each.name] = _complete(each, sharing)
    complete: Json = {"if": {"type": "object", "minProperties": 1}, "then": inside}
    return {**complete, "items": complete} if isinstance(group.type, OneOrMore) else complete
