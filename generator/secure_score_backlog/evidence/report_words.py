# SPDX-License-Identifier: Apache-2.0
"""Phrases and cells that several parts of the report share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from secure_score_backlog import wording
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import ApprovalCounts, RegisterEntry, approver
from secure_score_backlog.evaluation.status import Status
from secure_score_backlog.evidence.blocks import Cell, Line, cell
from secure_score_backlog.git import Version
from secure_score_backlog.site.charts.calendar import span
from secure_score_backlog.site.words import amount, since
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
    if status.open_since:
        parts.append(f"open {since(status, status.open_since)}")
    return "; ".join(parts)


def plan_words(status: Status) -> str:
    """When, and who."""
    due = status.decision.due if status.decision else None
    return "; ".join([*([f"by {wording.day(due)}"] if due else []), status.owner or "no owner"])


def carried_words(entry: RegisterEntry) -> str:
    """Until when, who approved it, and how often it was renewed."""
    renewed = f"; renewed {wording.times(entry.renewals)}" if entry.renewals else ""
    return f"until {wording.day(entry.until)}; approver: {approver(entry)} ({entry.approval.how}){renewed}"


def approval_words(entry: RegisterEntry) -> str:
    """How the approval is known."""
    found = entry.approval
    how = wording.APPROVALS[found.kind]
    if entry.late_record:
        return f"{how}; no approval that counts: {entry.late_record}"
    if not found.recorded:
        before = f"; {entry.earlier_words}" if entry.earlier_words else ""
        return f"{how}; no approval that counts{f': {found.words}' if found.words else ''}{before}"
    record = f"; {found.record_words}" if found.record_words else ""
    return f"{how} by {found.by}, {wording.day(found.at)}{record}"


def in_force_words(counts: ApprovalCounts, one: str, many: str) -> str:
    """How many are in force, and how their approvals are known; there is at least one."""
    verb = "is" if counts.all == 1 else "are"
    return f"{wording.count(counts.all, one, many)} {verb} in force: {counts.words}."


def control_lines(entry: RegisterEntry) -> Iterator[Line]:
    """The compensating controls of an acceptance."""
    controls = entry.decision.accepted.compensating if entry.decision.accepted else ()
    yield from (Line(f"Compensating control (as stated, not verified): {control}") for control in controls)


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


KINDS = (
    ("with scores only", (DayKind.FILLED,)),
    ("partial", (DayKind.PARTIAL,)),
    ("without a measurement", (DayKind.MISSING, DayKind.AWAITED)),
)
"""What a day can be other than measured in full."""
MOST_SPANS = 60
"""Spans of days of one kind that are named."""


def days_observed(known: Coverage, start: date, end: date, *, named: bool = False) -> str:
    """On how many days of a span something was stored, and what kind of days they are; `named`: which ones."""
    within = [
        (run.kind, max(run.first, start), min(run.last, end))
        for run in known.runs
        if run.first <= end and run.last >= start
    ]
    if not within:
        return "No day of the period has a measurement."
    complete = sum((last - first).days + 1 for kind, first, last in within if kind is DayKind.COMPLETE)
    total = (within[-1][2] - within[0][1]).days + 1
    said = (
        f"Measured in full on {wording.number(complete)} of {wording.count(total, 'day')} from "
        f"{wording.day(within[0][1])} to {wording.day(within[-1][2])}"
    )
    for words, kinds in KINDS:
        spans = [(first, last) for kind, first, last in within if kind in kinds]
        if spans:
            number = sum((last - first).days + 1 for first, last in spans)
            said += f"; {wording.number(number)} {words}{f' ({spans_in_words(spans)})' if named else ''}"
    return f"{said}."


def spans_in_words(spans: Sequence[tuple[date, date]]) -> str:
    """Spans of days; of many, the newest."""
    named = "; ".join(span(*each) for each in spans[-MOST_SPANS:])
    rest = len(spans) - MOST_SPANS
    return f"{named}; and {wording.number(rest)} earlier" if rest > 0 else named


def reported(facts: Facts) -> str:
    """The score as Microsoft reported it, in a sentence; there is one."""
    assert facts.score is not None
    assert facts.snapshot is not None
    by = "The rows of a portal CSV add up to" if facts.snapshot.source == "csv" else "Microsoft reported"
    said = f"{by} {wording.points(facts.score.current)} of {wording.point_count(facts.score.maximum)}"
    said += f" ({wording.percent(facts.score.percent, 0)})" if facts.score.percent is not None else ""
    said += f" on {wording.day(facts.snapshot.day)}."
    return said
