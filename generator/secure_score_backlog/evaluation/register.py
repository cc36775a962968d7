# SPDX-License-Identifier: Apache-2.0
"""The register: accepted risks and covers, with their renewals and their past (docs/method.md#register)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from secure_score_backlog.decisions.model import Bucket, Decision, DecisionVersion
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.git import Version


class AcceptanceState(StrEnum):
    """The state of an acceptance or a cover in the register."""

    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    BREACHED = "breached"
    MOOT = "moot"
    ORPHAN = "orphan"
    ENDED = "ended"
    """Replaced by another answer, or withdrawn: history."""


EXPIRING_DAYS = 30
"""An acceptance is expiring in its last 30 days."""


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One acceptance or one cover with its renewals: consecutive versions of one file."""

    status: Status
    decision: Decision
    """The acceptance itself: for an ended one, its last version."""
    state: AcceptanceState
    until: date
    days_left: int
    points: Fraction
    """Points not given while it is in force."""
    renewals: int
    """How often `until` was moved on."""
    since: date | None
    """First day of the present acceptance; None where nothing is committed."""
    citation: Version | None
    """The newest committed version."""
    approved_by: tuple[str, ...] = ()
    """Roles whose approval GitHub recorded; empty until approvals are collected."""
    ended: date | None = None
    """Day on which another answer replaced it; None while it is current."""


def carrying_bucket(version: DecisionVersion) -> Bucket | None:
    """The bucket of a version that accepts a risk or claims a cover; None for any other."""
    decision = version.decision
    if decision is None or decision.draft or decision.bucket not in (Bucket.ACCEPT, Bucket.NOT_APPLICABLE):
        return None
    return decision.bucket


def acceptance_periods(
    versions: tuple[DecisionVersion, ...],
) -> list[tuple[Bucket, tuple[DecisionVersion, ...], date | None]]:
    """Each acceptance and each cover in a file's history, oldest first.

    The bucket, its versions, and the day on which something else replaced it (None while it is current).
    """
    found: list[tuple[Bucket, tuple[DecisionVersion, ...], date | None]] = []
    gathered: list[DecisionVersion] = []
    current: Bucket | None = None
    for version in versions:
        bucket = carrying_bucket(version)
        if current is not None and bucket is not current:
            found.append((current, tuple(gathered), version.version.at.date()))
            gathered = []
        current = bucket
        if bucket is not None:
            gathered.append(version)
    if current is not None:
        found.append((current, tuple(gathered), None))
    return found


def acceptance_state(status: Status, until: date, as_of: date) -> AcceptanceState:
    """The state of a current acceptance or cover on a day."""
    if status.state is State.RETIRED:
        return AcceptanceState.ORPHAN
    if status.state is State.DONE or status.was_done:
        return AcceptanceState.MOOT
    if until < as_of:
        return AcceptanceState.EXPIRED
    if status.state is State.BREACHED:
        return AcceptanceState.BREACHED
    return AcceptanceState.EXPIRING if (until - as_of).days < EXPIRING_DAYS else AcceptanceState.ACTIVE


def entry_of(status: Status, versions: tuple[DecisionVersion, ...], ended: date | None, as_of: date) -> RegisterEntry:
    """One line of the register."""
    decision = versions[-1].decision
    assert decision is not None
    until = decision.until
    assert until is not None
    days = [version.decision.until for version in versions if version.decision]
    committed = [version.version for version in versions if version.version.committed]
    return RegisterEntry(
        status=status,
        decision=decision,
        state=AcceptanceState.ENDED if ended else acceptance_state(status, until, as_of),
        until=until,
        days_left=(until - as_of).days,
        points=Fraction(0) if ended else status.unearned,
        renewals=sum(1 for old, new in pairwise(days) if old and new and new > old),
        since=versions[0].version.at.date() if versions[0].version.committed else None,
        citation=committed[-1] if committed else None,
        ended=ended,
    )


@dataclass(frozen=True, slots=True)
class Register:
    """Accepted risks, covers, and everything that ended."""

    accepted: tuple[RegisterEntry, ...] = ()
    """The nearest end first."""
    covered: tuple[RegisterEntry, ...] = ()
    past: tuple[RegisterEntry, ...] = ()
    """Newest end first."""


def register_of(statuses: Iterable[Status], as_of: date) -> Register:
    """The register on a day."""
    accepted: list[RegisterEntry] = []
    covered: list[RegisterEntry] = []
    past: list[RegisterEntry] = []
    for status in statuses:
        for bucket, versions, ended in acceptance_periods(status.versions):
            current = covered if bucket is Bucket.NOT_APPLICABLE else accepted
            (current if ended is None else past).append(entry_of(status, versions, ended, as_of))

    def nearest(entry: RegisterEntry) -> tuple[date, str]:
        return (entry.until, entry.status.id)

    return Register(
        tuple(sorted(accepted, key=nearest)),
        tuple(sorted(covered, key=nearest)),
        tuple(sorted(past, key=lambda entry: (-(entry.ended or date.min).toordinal(), entry.status.id))),
    )


IN_FORCE = (AcceptanceState.ACTIVE, AcceptanceState.EXPIRING)


def carried_now(entries: Iterable[RegisterEntry]) -> list[RegisterEntry]:
    """The acceptances or covers in force."""
    return [entry for entry in entries if entry.state in IN_FORCE]


def needs_answer(entries: Iterable[RegisterEntry]) -> list[RegisterEntry]:
    """Those that need a new decision: expired, breached, or done and regressed."""
    return [entry for entry in entries if is_unanswered(entry)]


def is_unanswered(entry: RegisterEntry) -> bool:
    """It expired, was breached, or was done and regressed."""
    return entry.state in (AcceptanceState.EXPIRED, AcceptanceState.BREACHED) or lost_again(entry)


def lost_again(entry: RegisterEntry) -> bool:
    """It was done, which made it moot, and regressed since."""
    return entry.state is AcceptanceState.MOOT and entry.status.state is State.REGRESSED


def approver(entry: RegisterEntry) -> str:
    """The role that the file names as approver."""
    return entry.decision.exemption.approver if entry.decision.exemption else ""


def recorded(entry: RegisterEntry) -> bool:
    """The approval is recorded: on GitHub, or attested with a place where it can be looked up."""
    exemption = entry.decision.exemption
    return bool(entry.approved_by) or (exemption is not None and exemption.approval is not None)


def citation(entry: RegisterEntry) -> str:
    """One line by which an entry can be found again."""
    version = entry.citation
    if version is None:
        return ""
    request = f", pull request #{version.pull_request}" if version.pull_request else ""
    kind = "Accepted risk" if entry.decision.accepted else "Cover"
    return (
        f"{kind}: {entry.status.title} ({entry.status.id}), until {entry.until}, approver {approver(entry)}; "
        f"{version.path} at commit {version.commit}{request}."
    )


def reason(entry: RegisterEntry) -> str:
    """Why the risk is accepted, or what is said to cover it."""
    if entry.decision.accepted:
        return entry.decision.accepted.rationale
    return entry.decision.covered.by if entry.decision.covered else ""
