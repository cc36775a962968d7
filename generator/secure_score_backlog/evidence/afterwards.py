# SPDX-License-Identifier: Apache-2.0
"""What the folder knows beside the facts of a day: what became of entries since, and where approvals are recorded."""

from __future__ import annotations

from datetime import date

from secure_score_backlog.decisions.attestations import path_of
from secure_score_backlog.decisions.model import DecisionVersion
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import RegisterEntry, in_force, register_bucket
from secure_score_backlog.wording import day
from secure_score_backlog.workspace import Workspace


def ended_since(workspace: Workspace, facts: Facts) -> dict[str, str]:
    """What became of each entry in force whose last day is before the newest commit that was read, in a sentence."""
    read = workspace.commits[-1].version.at.date() if workspace.commits else facts.as_of
    ended = (each for each in in_force((*facts.register, *facts.covered)) if each.until < read)
    return {
        each.status.id: became(each, workspace.decisions.versions.get(each.status.id, ()), facts.as_of, read)
        for each in ended
    }


def became(entry: RegisterEntry, versions: tuple[DecisionVersion, ...], as_of: date, read: date) -> str:
    """What became of one, from the versions of its decision."""
    newer = [each for each in versions if each.version.at.date() > as_of]
    if not newer:
        return f"ended since; no newer decision up to {day(read)}"
    newest = newer[-1]
    on, decision = day(newest.version.at.date()), newest.decision
    if decision is not None and register_bucket(newest) is entry.decision.bucket and decision.until is not None:
        if decision.until > entry.until:
            return f"renewed since, on {on}, until {day(decision.until)}"
        return f"ended since; changed on {on}, not renewed up to {day(read)}"
    return f"ended since; another decision of {on}"


def records(facts: Facts) -> dict[str, str]:
    """The files that approvals outside GitHub of entries in force name as their record."""
    entries = in_force((*facts.register, *facts.covered))
    stated = ((each.status.id, each.approval.stated) for each in entries)
    named = ((name, path_of(said.record)) for name, said in stated if said and said.record)
    return {name: path for name, path in named if path}
