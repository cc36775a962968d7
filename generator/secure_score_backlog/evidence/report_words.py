# SPDX-License-Identifier: Apache-2.0
"""Phrases and cells that several parts of the report share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from secure_score_backlog import wording
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import ApprovalCounts, RegisterEntry, approver
from secure_score_backlog.evaluation.status import Status
from secure_score_backlog.evidence.blocks import Cell, Line, cell
from secure_score_backlog.git import Version
from secure_score_backlog.site.words import amount
from secure_score_backlog.snapshots.coverage import Coverage, DayKind
from secure_score_backlog.snapshots.service_names import title_of


def titled(status: Status, why: str = "") -> Cell:
    """A recommendation with its risk level, and why."""
    return (
        Line(f"{title_of(status.recommendation)} ({status.risk_word})", "strong"),
        Line(status.id, "fine"),
        *((Line(why),) if why else ()),
    )


def recommendation(status: Status) -> Cell:
    """A recommendation in a table that has a column for the risk level."""
    return (Line(title_of(status.recommendation), "strong"), Line(status.id, "fine"))


def gap_words(status: Status) -> str:
    """What is known of an open recommendation."""
    parts = [amount(status.observation), wording.badge_of(status.state).label.lower(), status.owner or "no owner"]
    if status.days_open:
        parts.append(f"open for {wording.count(status.days_open, 'day')}")
    return "; ".join(parts)


def plan_words(status: Status) -> str:
    """When, and who."""
    due = status.decision.due if status.decision else None
    return "; ".join([*([f"by {wording.day(due)}"] if due else []), status.owner or "no owner"])


def carried_words(entry: RegisterEntry) -> str:
    """Until when, who approved it, and how often it was renewed."""
    how = wording.APPROVALS[entry.approval.kind]
    renewed = f"; renewed {wording.times(entry.renewals)}" if entry.renewals else ""
    return f"until {wording.day(entry.until)}; approver: {approver(entry)} ({how}){renewed}"


def approval_words(entry: RegisterEntry) -> str:
    """How the approval is known."""
    found = entry.approval
    how = wording.APPROVALS[found.kind]
    if not found.recorded:
        return f"{how}; no approval that counts"
    record = f"; {found.record_words}" if found.record_words else ""
    return f"{how} by {found.by}, {wording.day(found.at)}{record}"


def in_force_words(counts: ApprovalCounts, one: str, many: str) -> str:
    """How many are in force, and how their approvals are known; there is at least one."""
    verb = "is" if counts.all == 1 else "are"
    return f"{wording.count(counts.all, one, many)} {verb} in force, {counts.words}."


def control_lines(entry: RegisterEntry) -> Iterator[Line]:
    """The compensating controls of an acceptance."""
    controls = entry.decision.accepted.compensating if entry.decision.accepted else ()
    yield from (Line(f"Compensating control: {control}") for control in controls)


def until_lines(entry: RegisterEntry) -> Iterator[Line]:
    """How long it is in force, and how often it was renewed."""
    yield Line(wording.day(entry.until))
    yield Line(f"{wording.count(entry.days_left, 'day')} left", "fine")
    if entry.renewals:
        yield Line(f"renewed {wording.times(entry.renewals)}", "fine")
    if entry.since:
        yield Line(f"since {wording.day(entry.since)}", "fine")


def citation(version: Version | None) -> Cell:
    """The commit, and the pull request."""
    if version is None or not version.committed:
        return cell("not committed", "fine")
    return (Line(version.commit, "fine"), *((Line(version.request, "fine"),) if version.request else ()))


def cited(entry: RegisterEntry) -> Cell:
    """The commit of the newest version; where that changed something else, the one that brought the answer as well."""
    answered = entry.answered if entry.amended else None
    brought = (Line(f"last day and reason: {answered.commit}", "fine"),) if answered else ()
    return (*citation(entry.citation), *brought)


def days_observed(known: Coverage, start: date, end: date) -> str:
    """On how many days of a span something was stored, and what kind of days they are."""
    found = dict.fromkeys(DayKind, 0)
    within = []
    for run in known.runs:
        first, last = max(run.first, start), min(run.last, end)
        if first <= last:
            within.append((first, last))
            found[run.kind] += (last - first).days + 1
    total = sum(found.values())
    if not total:
        return "No day of the period has a measurement."
    words = {DayKind.FILLED: "with scores only", DayKind.PARTIAL: "partial"}
    missing = total - found[DayKind.COMPLETE] - sum(found[kind] for kind in words)
    numbers = [(found[kind], said) for kind, said in words.items()] + [(missing, "without a measurement")]
    more = "".join(f"; {wording.number(number)} {said}" for number, said in numbers if number)
    return (
        f"Measured in full on {wording.number(found[DayKind.COMPLETE])} of {wording.count(total, 'day')} from "
        f"{wording.day(within[0][0])} to {wording.day(within[-1][1])}{more}."
    )


def reported(facts: Facts) -> str:
    """The score as Microsoft reported it, in a sentence; there is one."""
    assert facts.score is not None
    assert facts.snapshot is not None
    by = "The rows of a portal CSV add up to" if facts.snapshot.source == "csv" else "Microsoft reported"
    said = f"{by} {wording.points(facts.score.current)} of {wording.point_count(facts.score.maximum)}"
    said += f" ({wording.percent(facts.score.percent, 0)})" if facts.score.percent is not None else ""
    said += f" on {wording.day(facts.snapshot.day)}."
    return said
