# SPDX-License-Identifier: Apache-2.0
"""The register of accepted risks and covers (design §5 and §6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from secure_score_backlog.decisions.model import Bucket, Decision, DecisionVersion
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.git import Version


class AcceptanceState(StrEnum):
    """Where an acceptance or a cover stands in the register."""

    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    BREACHED = "breached"
    MOOT = "moot"
    ORPHAN = "orphan"
    ENDED = "ended"
    """Replaced by another answer, or withdrawn: history."""


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One acceptance, or one cover, with where it stands."""

    standing: Status
    decision: Decision
    """The acceptance itself: for an ended one, its last version."""
    state: AcceptanceState
    until: date
    days_left: int
    points: Fraction
    """Points carried: not given while it is in force."""
    renewals: int
    """How often `until` was moved on."""
    since: date | None
    """First day of the present acceptance; None without Git."""
    citation: Version | None
    approved_by: tuple[str, ...] = ()
    ended: date | None = None
    """Day on which another answer replaced it; None while it stands."""


# --- The register: accepted risks and covers, with their whole history (design §5 and §6).


EXPIRING_DAYS = 30
"""An acceptance is expiring in its last 30 days (design §5)."""


@dataclass(frozen=True, slots=True)
class AcceptancePeriod:
    """Consecutive versions of one file that carry the same risk: an acceptance with its renewals."""

    versions: tuple[DecisionVersion, ...]
    ended: date | None
    """Day on which something else replaced it; None while it stands."""

    @property
    def decision(self) -> Decision:
        """What it said last."""
        decision = self.versions[-1].decision
        assert decision is not None
        return decision

    @property
    def renewals(self) -> int:
        """How often its last day was moved on."""
        days = [version.decision.until for version in self.versions if version.decision]
        return sum(1 for old, new in pairwise(days) if old and new and new > old)

    @property
    def citation(self) -> Version | None:
        """The newest committed version."""
        committed = [version.version for version in self.versions if version.version.committed]
        return committed[-1] if committed else None

    @property
    def since(self) -> date | None:
        """The day of its first version; None where nothing is committed."""
        first = self.versions[0].version
        return first.at.date() if first.committed else None


def carrying_bucket(version: DecisionVersion) -> Bucket | None:
    """The bucket of a version that carries a risk or claims a cover; None for any other."""
    decision = version.decision
    if decision is None or decision.draft or decision.bucket not in (Bucket.ACCEPT, Bucket.NOT_APPLICABLE):
        return None
    return decision.bucket


def acceptance_periods(versions: tuple[DecisionVersion, ...]) -> list[tuple[Bucket, AcceptancePeriod]]:
    """Each acceptance and each cover in a file's history, oldest first."""
    found: list[tuple[Bucket, AcceptancePeriod]] = []
    gathered: list[DecisionVersion] = []
    for version in versions:
        bucket = carrying_bucket(version)
        if gathered and carrying_bucket(gathered[0]) is not bucket:
            found.append(closed(gathered, version.version.at.date()))
            gathered = []
        if bucket is not None:
            gathered.append(version)
    if gathered:
        found.append(closed(gathered, None))
    return found


def closed(gathered: list[DecisionVersion], ended: date | None) -> tuple[Bucket, AcceptancePeriod]:
    """A lineage from its versions."""
    bucket = carrying_bucket(gathered[0])
    assert bucket is not None
    return bucket, AcceptancePeriod(tuple(gathered), ended)


def acceptance_state(standing: Status, until: date, as_of: date) -> AcceptanceState:
    """Where a standing acceptance or cover stands on a day."""
    if standing.state is State.RETIRED:
        return AcceptanceState.ORPHAN
    if standing.state is State.DONE or standing.was_done:
        return AcceptanceState.MOOT
    if until < as_of:
        return AcceptanceState.EXPIRED
    if standing.state is State.BREACHED:
        return AcceptanceState.BREACHED
    return AcceptanceState.EXPIRING if (until - as_of).days < EXPIRING_DAYS else AcceptanceState.ACTIVE


def entry_of(
    standing: Status, lineage: AcceptancePeriod, as_of: date, approved: Mapping[str, tuple[str, ...]]
) -> RegisterEntry:
    """One line of the register."""
    decision = lineage.decision
    until = decision.until
    assert until is not None
    ended = lineage.ended is not None
    citation = lineage.citation
    return RegisterEntry(
        standing=standing,
        decision=decision,
        state=AcceptanceState.ENDED if ended else acceptance_state(standing, until, as_of),
        until=until,
        days_left=(until - as_of).days,
        points=Fraction(0) if ended else standing.unearned,
        renewals=lineage.renewals,
        since=lineage.since,
        citation=citation,
        approved_by=approved.get(citation.commit, ()) if citation else (),
        ended=lineage.ended,
    )


@dataclass(frozen=True, slots=True)
class Register:
    """Accepted risks, covers, and everything that ended."""

    accepted: tuple[RegisterEntry, ...]
    covered: tuple[RegisterEntry, ...]
    past: tuple[RegisterEntry, ...]


def register_of(
    standings: Iterable[Status], as_of: date, approved: Mapping[str, tuple[str, ...]] | None = None
) -> Register:
    """The register on a day; `approved` gives who approved a commit, where anybody recorded it."""
    accepted: list[RegisterEntry] = []
    covered: list[RegisterEntry] = []
    past: list[RegisterEntry] = []
    for standing in standings:
        for bucket, lineage in acceptance_periods(standing.versions):
            entry = entry_of(standing, lineage, as_of, approved or {})
            current = covered if bucket is Bucket.NOT_APPLICABLE else accepted
            (current if lineage.ended is None else past).append(entry)

    def nearest(entry: RegisterEntry) -> tuple[date, str]:
        return (entry.until, entry.standing.id)

    return Register(
        tuple(sorted(accepted, key=nearest)),
        tuple(sorted(covered, key=nearest)),
        tuple(sorted(past, key=lambda entry: (-(entry.ended or date.min).toordinal(), entry.standing.id))),
    )


# --- Which entries of the register carry a risk on the day, and in which words.


IN_FORCE = (AcceptanceState.ACTIVE, AcceptanceState.EXPIRING)


def carried_now(entries: Iterable[RegisterEntry]) -> list[RegisterEntry]:
    """The acceptances or covers in force."""
    return [entry for entry in entries if entry.state in IN_FORCE]


def needs_answer(entries: Iterable[RegisterEntry]) -> list[RegisterEntry]:
    """Those that have run out, were breached, or were done and lost again: they carry nothing any more."""
    return [entry for entry in entries if is_unanswered(entry)]


def is_unanswered(entry: RegisterEntry) -> bool:
    """It has run out, was breached, or was done and lost again."""
    return entry.state in (AcceptanceState.EXPIRED, AcceptanceState.BREACHED) or lost_again(entry)


def lost_again(entry: RegisterEntry) -> bool:
    """Done in the meantime, which ended it, and not done any more."""
    return entry.state is AcceptanceState.MOOT and entry.standing.state is State.REGRESSED


def approver(entry: RegisterEntry) -> str:
    """The role that the file names as approver."""
    return entry.decision.carrier.approver if entry.decision.carrier else ""


def recorded(entry: RegisterEntry) -> bool:
    """Somebody recorded the approval: on GitHub, or attested with a place where it can be looked up."""
    carrier = entry.decision.carrier
    return bool(entry.approved_by) or (carrier is not None and carrier.approval is not None)


def citation(entry: RegisterEntry) -> str:
    """One line that names an entry so that anybody can look it up again."""
    version = entry.citation
    if version is None:
        return ""
    request = f", pull request #{version.pull_request}" if version.pull_request else ""
    kind = "Accepted risk" if entry.decision.accepted else "Cover"
    return (
        f"{kind}: {entry.standing.title} ({entry.standing.id}), until {entry.until}, approver {approver(entry)}; "
        f"{version.path} at commit {version.commit}{request}."
    )


def reason(entry: RegisterEntry) -> str:
    """Why it is carried, or what is said to cover it."""
    if entry.decision.accepted:
        return entry.decision.accepted.rationale
    return entry.decision.covered.by if entry.decision.covered else ""
