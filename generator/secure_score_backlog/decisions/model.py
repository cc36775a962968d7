# SPDX-License-Identifier: Apache-2.0
"""A person's answer to one recommendation: `decisions/<id>.md` (design §4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum, StrEnum
from fractions import Fraction
from typing import Any

from secure_score_backlog.decisions.front_matter import FrontMatter
from secure_score_backlog.git import Version
from secure_score_backlog.problems import Problem
from secure_score_backlog.ratings import Risk


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


@dataclass(frozen=True, slots=True)
class Attestation:
    """An approval by somebody without a seat on GitHub: shown as attested, never as a GitHub approval."""

    by: str
    on: date
    record: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Why a risk is carried, who approved it and until when."""

    rationale: str
    approver: str
    until: date
    """Last day in force (UTC, inclusive)."""
    compensating: tuple[str, ...] = ()
    share: Fraction = Fraction(0)
    """Part achieved when it was accepted, 0 to 1: falling below it is a breach."""
    approval: Attestation | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    """A claim that the recommendation does not apply, or that something else covers it."""

    reason: CoverReason
    by: str
    evidence: str
    approver: str
    until: date
    approval: Attestation | None = None


@dataclass(frozen=True, slots=True)
class Blockage:
    """What a planned change waits for."""

    by: Blocker
    since: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A decision needed from others."""

    of: str
    """The role that is asked (`from` in the file)."""
    since: date
    question: str
    options: tuple[str, ...] = ()
    default: str = ""
    """What happens when nobody answers."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision as read from its file, without errors (or a draft)."""

    recommendation: str
    bucket: Bucket
    risk: Risk | None = None
    reduces: str = ""
    owner: str = ""
    impact: str = ""
    prerequisites: str = ""
    proof: str = ""
    due: date | None = None
    blocked: Blockage | None = None
    accepted: Acceptance | None = None
    covered: Cover | None = None
    asks: tuple[Ask, ...] = ()
    same_as: str | None = None
    links: tuple[str, ...] = ()
    draft: bool = False
    body: str = ""
    """Markdown after the front matter, as written."""
    inherits: frozenset[str] = frozenset()
    """Dotted keys left to `same_as` to answer (`covered.reason`); they stay listed once they are filled in."""

    @property
    def readiness(self) -> int:
        """How many of the five questions are answered, 0 to 5 (design §5)."""
        answers = (self.reduces, self.owner, self.impact, self.prerequisites, self.proof)
        return sum(1 for answer in answers if answer.strip())

    @property
    def carrier(self) -> Acceptance | Cover | None:
        """The acceptance or the cover: what an approver carries; None for a planned change."""
        return self.accepted or self.covered

    @property
    def until(self) -> date | None:
        """Last day of the acceptance or cover; None for a planned change."""
        return self.carrier.until if self.carrier else None

    @property
    def answer(self) -> tuple[object, ...]:
        """What makes it this answer: when any of it changes, a new answer was given.

        Owner, links, asks and discussion may change without anybody having decided anew; what `same_as` lends
        belongs to the other decision.
        """
        return (self.bucket, self.due, self._own("accepted"), self._own("covered"), self.same_as, self.draft)

    def _own(self, group: str) -> object:
        """An acceptance or a cover without what `same_as` lends it."""
        holder = getattr(self, group)
        lent: dict[str, Any] = {
            name.removeprefix(f"{group}."): None for name in self.inherits if name.startswith(f"{group}.")
        }
        return replace(holder, **lent) if holder is not None and lent else holder


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


# --- The front matter of a decision as data: every key, what it may hold, and which bucket needs it (design §4.2).
#
# Declared once: the reader, the JSON Schema and the guide's page are all made from this table.


class Need(Enum):
    """Whether a bucket needs a key."""

    REQUIRED = "required"
    ASKED = "asked"
    """A warning that lowers readiness."""
    OPTIONAL = "optional"
    FORBIDDEN = "–"


class Kind(Enum):
    """What may stand behind a key."""

    IDENTIFIER = "id of a recommendation"
    TEXT = "text"
    ROLE = "role"
    CHOICE = "one of"
    DAY = "date"
    SHARE = "share"
    TEXTS = "text or list of texts"
    LINKS = "link or list of links"
    FLAG = "true or false"
    GROUP = "keys of its own"
    GROUPS = "list of groups with keys of their own"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the front matter, or of a group within it."""

    name: str
    kind: Kind
    documentation: str
    needs: tuple[Need, Need, Need, Need]
    """In the order of `Bucket`: do-now, do-soon, accept, not-applicable."""
    example: str = ""
    """What a hint proposes to type behind the colon."""
    choices: type[StrEnum] | None = None
    keys: tuple[Key, ...] = ()
    """Of a group."""
    shared: bool = False
    """Whether `same_as` may answer it: answers and reason are shared, owner and dates are one's own."""

    def need(self, bucket: Bucket | None) -> Need:
        """Whether a bucket needs it; for an unknown bucket, only what every bucket needs is required."""
        if bucket is None:
            return self.needs[0] if len(set(self.needs)) == 1 else Need.OPTIONAL
        return self.needs[_COLUMN[bucket]]


_COLUMN = {bucket: column for column, bucket in enumerate(Bucket)}

_ALWAYS = (Need.REQUIRED,) * 4
_MAY = (Need.OPTIONAL,) * 4
_ANSWER = (Need.REQUIRED, Need.ASKED, Need.ASKED, Need.OPTIONAL)
_PLANNED = (Need.REQUIRED, Need.REQUIRED, Need.FORBIDDEN, Need.FORBIDDEN)
_BLOCKED = (Need.OPTIONAL, Need.OPTIONAL, Need.FORBIDDEN, Need.FORBIDDEN)
_ACCEPT = (Need.FORBIDDEN, Need.FORBIDDEN, Need.REQUIRED, Need.FORBIDDEN)
_COVER = (Need.FORBIDDEN, Need.FORBIDDEN, Need.FORBIDDEN, Need.REQUIRED)
_RATED = (Need.REQUIRED, Need.REQUIRED, Need.REQUIRED, Need.OPTIONAL)

_APPROVAL = Key(
    "approval",
    Kind.GROUP,
    "For an approver without a seat on GitHub: shown as attested, never as a GitHub approval.",
    _MAY,
    keys=(
        Key("by", Kind.ROLE, "The role that approved.", _ALWAYS, "Managing Director"),
        Key("on", Kind.DAY, "The day of the approval.", _ALWAYS, "2026-10-31"),
        Key(
            "record", Kind.TEXT, "Link to the record, or the minutes that hold it.", _ALWAYS, "Board minutes of October"
        ),
    ),
)
_ACCEPTED = (
    Key("rationale", Kind.TEXT, "Why the risk is carried, in your own words.", _ALWAYS, "…", shared=True),
    Key("approver", Kind.ROLE, "The role that may carry this risk.", _ALWAYS, "Managing Director", shared=True),
    Key("until", Kind.DAY, "Last day on which it is in force, UTC.", _ALWAYS, "2027-01-31"),
    Key("compensating", Kind.TEXTS, "What lowers the risk meanwhile.", _MAY, "…", shared=True),
    Key(
        "share",
        Kind.SHARE,
        "Part achieved when it was accepted, as `0.6`, `6/10` or `60 %`: falling below it is a breach.",
        _MAY,
        "60 %",
    ),
    _APPROVAL,
)
_COVERED = (
    Key(
        "reason",
        Kind.CHOICE,
        "Why no change is needed here.",
        _ALWAYS,
        "third-party",
        choices=CoverReason,
        shared=True,
    ),
    Key(
        "by",
        Kind.TEXT,
        "What covers it, or what is missing here for it to apply.",
        _ALWAYS,
        "Mail gateway",
        shared=True,
    ),
    Key("evidence", Kind.TEXT, "How a stranger may check that.", _ALWAYS, "Export of the gateway's rules", shared=True),
    Key("approver", Kind.ROLE, "The role that may make this claim.", _ALWAYS, "Head of IT", shared=True),
    Key("until", Kind.DAY, "Last day on which the claim is in force, UTC.", _ALWAYS, "2027-01-31"),
    _APPROVAL,
)
_BLOCKED_KEYS = (
    Key("by", Kind.CHOICE, "What it waits for.", _ALWAYS, "licensing", choices=Blocker),
    Key("since", Kind.DAY, "Since when it waits.", _ALWAYS, "2026-10-01"),
    Key("note", Kind.TEXT, "What would set it free.", _MAY, "…"),
)
_ASK_KEYS = (
    Key("from", Kind.ROLE, "The role that is asked.", _ALWAYS, "leadership"),
    Key("since", Kind.DAY, "The day on which it was first asked.", _ALWAYS, "2026-10-01"),
    Key("question", Kind.TEXT, "One question that can be answered in a meeting.", _ALWAYS, "Fund the relay?"),
    Key("options", Kind.TEXTS, "The answers to choose from.", _MAY, "[in Q1, never]"),
    Key("default", Kind.TEXT, "What happens when nobody answers.", _MAY, "…"),
)

KEYS: tuple[Key, ...] = (
    Key(
        "recommendation",
        Kind.IDENTIFIER,
        "The recommendation's id, letter for letter; the file is named after it.",
        _ALWAYS,
        "BlockLegacyAuthentication",
    ),
    Key("bucket", Kind.CHOICE, "The answer.", _ALWAYS, "do-soon", choices=Bucket),
    Key("risk", Kind.CHOICE, "The risk if this stays open, in your judgement.", _RATED, "high", choices=Risk),
    Key(
        "reduces",
        Kind.TEXT,
        "Question 1: which risk does it reduce, this quarter?",
        _ANSWER,
        "Password spraying against old mail clients.",
        shared=True,
    ),
    Key("owner", Kind.ROLE, "Question 2: who owns it? A role, never a person.", _ALWAYS, "Head of IT"),
    Key(
        "impact",
        Kind.TEXT,
        "Question 3: what changes for users and services?",
        _ANSWER,
        "Two scanners stop sending.",
        shared=True,
    ),
    Key(
        "prerequisites",
        Kind.TEXT,
        "Question 4: which licences and which technique does it need, and what is missing?",
        _ANSWER,
        "Entra ID P1 (have it).",
        shared=True,
    ),
    Key(
        "proof",
        Kind.TEXT,
        "Question 5: what will prove that it stays done?",
        _ANSWER,
        "Sign-in log shows no legacy client for 30 days.",
        shared=True,
    ),
    Key(
        "due",
        Kind.DAY,
        "Last day for a planned change; do-now: within 92 days of the decision.",
        _PLANNED,
        "2026-12-31",
    ),
    Key("blocked", Kind.GROUP, "What keeps a planned change from happening.", _BLOCKED, keys=_BLOCKED_KEYS),
    Key("accepted", Kind.GROUP, "Why a risk is carried, who approved it and until when.", _ACCEPT, keys=_ACCEPTED),
    Key(
        "covered",
        Kind.GROUP,
        "Why it needs no change here. A claim like any other: with evidence, approver and end.",
        _COVER,
        keys=_COVERED,
    ),
    Key("ask", Kind.GROUPS, "Decisions needed from others.", _MAY, keys=_ASK_KEYS),
    Key(
        "same_as",
        Kind.IDENTIFIER,
        "Id of the decision whose answers and reason this one shares; owner and dates stay its own.",
        _MAY,
        "BlockLegacyAuthentication",
    ),
    Key("links", Kind.LINKS, "Tickets and evidence.", _MAY, "[https://tickets.example/4711]"),
    Key("draft", Kind.FLAG, "A draft counts as undecided, and may leave anything open.", _MAY, "true"),
)
"""Every key, in the order in which a scaffold writes them and the guide lists them."""

QUESTIONS = ("reduces", "owner", "impact", "prerequisites", "proof")
"""The five questions of a useful decision, in their order."""
