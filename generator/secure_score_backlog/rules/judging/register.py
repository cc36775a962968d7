# SPDX-License-Identifier: Apache-2.0
"""The register: accepted risks and covers, with their whole history (design §5 and §6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from secure_score_backlog.model.decision import Bucket, Decision, DecisionVersion, Version
from secure_score_backlog.model.register import AcceptanceState, RegisterEntry
from secure_score_backlog.model.standing import Standing, State

EXPIRING_DAYS = 30
"""An acceptance is expiring in its last 30 days (design §5)."""


@dataclass(frozen=True, slots=True)
class Lineage:
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


def lineages(versions: tuple[DecisionVersion, ...]) -> list[tuple[Bucket, Lineage]]:
    """Each acceptance and each cover in a file's history, oldest first."""
    found: list[tuple[Bucket, Lineage]] = []
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


def closed(gathered: list[DecisionVersion], ended: date | None) -> tuple[Bucket, Lineage]:
    """A lineage from its versions."""
    bucket = carrying_bucket(gathered[0])
    assert bucket is not None
    return bucket, Lineage(tuple(gathered), ended)


def acceptance_state(standing: Standing, until: date, as_of: date) -> AcceptanceState:
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
    standing: Standing, lineage: Lineage, as_of: date, approved: Mapping[str, tuple[str, ...]]
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
    standings: Iterable[Standing], as_of: date, approved: Mapping[str, tuple[str, ...]] | None = None
) -> Register:
    """The register on a day; `approved` gives who approved a commit, where anybody recorded it."""
    accepted: list[RegisterEntry] = []
    covered: list[RegisterEntry] = []
    past: list[RegisterEntry] = []
    for standing in standings:
        for bucket, lineage in lineages(standing.versions):
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
