# SPDX-License-Identifier: Apache-2.0
"""A person's answer to one recommendation: `decisions/<id>.md` (design §4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any


class Bucket(StrEnum):
    """The four answers."""

    DO_NOW = "do-now"
    DO_SOON = "do-soon"
    ACCEPT = "accept"
    NOT_APPLICABLE = "not-applicable"


class Risk(StrEnum):
    """What it means to leave the recommendation open, in our judgement."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


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
class Version:
    """One change of one file on the main branch, seen along first parents."""

    path: str
    commit: str
    """Full id; empty for an uncommitted edit of the working tree."""
    at: datetime
    """UTC; when the main branch got it (committer time of the mainline commit)."""
    author: str
    subject: str
    pull_request: int | None = None
    blob: str | None = None
    """Git's id of the content; None when the file was deleted."""
    signature: str = ""
    """Kind of signature as the commit states it: openpgp, ssh, x509, other or nothing. Nobody verified it."""

    @property
    def committed(self) -> bool:
        """False for an edit that only the working tree has."""
        return bool(self.commit)


@dataclass(frozen=True, slots=True)
class DecisionVersion:
    """One version of one decision, with what it said."""

    version: Version
    decision: Decision | None
    """None: deleted, or with errors (then `readable` is False)."""
    readable: bool = True


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
