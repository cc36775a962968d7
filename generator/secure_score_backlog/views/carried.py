# SPDX-License-Identifier: Apache-2.0
"""Which entries of the register carry a risk on the day, and in which words."""

from __future__ import annotations

from collections.abc import Iterable

from secure_score_backlog.model.register import AcceptanceState, RegisterEntry
from secure_score_backlog.model.standing import State

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
