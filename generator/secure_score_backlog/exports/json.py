# SPDX-License-Identifier: Apache-2.0
"""`backlog status --json`: the facts as plain data, from the same value as the pages (docs/method.md#numbers).

Numbers stay exact in the plain data, for further computing, and become JSON numbers when they are encoded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from secure_score_backlog.dates import month_of
from secure_score_backlog.evaluation.approval import Approval, ApprovalKind
from secure_score_backlog.evaluation.facts import Facts, Review, made_once
from secure_score_backlog.evaluation.microsoft import MicrosoftChanges
from secure_score_backlog.evaluation.movement import Movement, Part
from secure_score_backlog.evaluation.register import ApprovalCounts, RegisterEntry
from secure_score_backlog.evaluation.reminders import Reminder, asks_leadership, decisions_needed, late, owning_roles
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.exports.answers import plain_insurance
from secure_score_backlog.exports.tables import Cell, Table
from secure_score_backlog.snapshots.coverage import Coverage, DayKind
from secure_score_backlog.snapshots.exact_json import json_number

STATUS_SCHEMA = "backlog-status/1"
TABLE_SCHEMA = "backlog-table/1"
Plain = dict[str, Any]


def iso(day: date | None) -> str | None:
    """A day as JSON."""
    return day.isoformat() if day else None


@made_once
def plain_facts(facts: Facts) -> Plain:
    """All figures of one as-of date; numbers are exact. Pages, feed and tables of one build show the same months."""
    needed, owners = decisions_needed(facts), owning_roles(facts)
    return {
        "schema": STATUS_SCHEMA,
        "as_of": iso(facts.as_of),
        "period": {"from": iso(facts.period.start), "to": iso(facts.period.end)},
        "snapshot": snapshot(facts),
        "score": score(facts),
        "explained": explained(facts),
        "coverage": coverage(facts),
        "ledger": facts.ledger.parts(),
        "counts": facts.counts,
        "open": facts.open_by_risk,
        "late": len(late(facts)),
        "decisions_needed": [plain_decision(each, facts.as_of, owners) for each in needed],
        "top": [ranked(status) for status in facts.top],
        "unrated": [status.id for status in facts.unrated],
        "by_points": [status.id for status in facts.by_points],
        "blocked": [
            {
                "recommendation": status.id,
                "by": status.decision.blocked.by.value,
                "since": iso(status.decision.blocked.since),
                "note": status.decision.blocked.note,
            }
            for status in facts.blocked
            if status.decision and status.decision.blocked
        ],
        "register": [register_entry(entry) for entry in facts.register],
        "covered": [register_entry(entry) for entry in facts.covered],
        "approvals": {
            "accepted": approvals(facts.accepted_approvals),
            "covered": approvals(facts.covered_approvals),
        },
        "completed": [
            {
                "recommendation": status.id,
                "on": iso(status.completed_on),
                "how": status.completed_how,
                "risk": level(status),
            }
            for status in facts.completed
        ],
        "regressed": [
            {
                "recommendation": status.id,
                "on": iso(status.regressed_on),
                "points": status.points_lost,
                "recovered": iso(status.recovered_on),
            }
            for status in facts.regressed
        ],
        "asks": asks(facts),
        "movement": movement(facts.movement),
        "microsoft": microsoft(facts.microsoft),
        "shadow": [
            {
                "recommendation": status.id,
                "portal": status.observation.portal if status.observation else None,
                "since": iso(status.portal_since),
                "decision": status.decision_word,
            }
            for status in facts.shadow
        ],
        "stale": [
            {"recommendation": status.id, "since": iso(status.last_activity), "why": status.stale_reason}
            for status in facts.stale
        ],
        "recorded_later": list(facts.recorded_later),
        "insurance": plain_insurance(facts.insurance),
        "decided": decided(facts),
        "texts": texts(facts, needed),
        "states": {identifier: status.state.value for identifier, status in facts.statuses.items()},
        "problems": [problem.as_json() for problem in facts.problems],
    }


def decided(facts: Facts) -> list[str]:
    """The recommendations whose answer was given in the month of the as-of date."""
    start = facts.as_of.replace(day=1)
    return [
        identifier
        for identifier, status in facts.statuses.items()
        if status.answered and status.answered >= start and status.decision and not status.decision.draft
    ]


def texts(facts: Facts, needed: Iterable[Reminder]) -> Plain:
    """Title and reasons of every recommendation that the figures name."""
    named = {status.id for status in (*facts.top, *facts.unrated, *facts.by_points)}
    named |= {entry.status.id for entry in (*facts.register, *facts.covered)}
    named |= {each.status.id for each in needed}
    named |= {status.id for status in (*facts.blocked, *facts.completed, *facts.regressed)}
    named |= {status.id for status in (*facts.shadow, *facts.stale, *facts.in_state(State.REGRESSED))}
    named |= {line.recommendation for line in (facts.movement.lines if facts.movement else ()) if line.recommendation}
    named |= set(decided(facts)) | {change.recommendation for change in facts.microsoft.changes}
    return {name: words(facts.statuses[name]) for name in sorted(named) if name in facts.statuses}


def words(status: Status) -> Plain:
    """The words about one recommendation."""
    decision = status.decision
    found: Plain = {"title": status.title, "why": (decision.reduces if decision else "") or status.reason}
    if decision and decision.accepted:
        found |= {"rationale": decision.accepted.rationale, "compensating": list(decision.accepted.compensating)}
    elif decision and decision.covered:
        found |= {"rationale": decision.covered.by, "evidence": decision.covered.evidence}
    return found


def plain_decision(each: Reminder, as_of: date, owners: frozenset[str]) -> Plain:
    """One decision that is needed; a question carries what its author wrote about it."""
    last, ask = each.deadline, each.ask
    return {
        "kind": "requested" if ask else each.kind.value,
        "recommendation": each.status.id,
        "title": each.status.title,
        "risk": level(each.status),
        "state": each.status.state.value,
        "owner": each.status.owner or None,
        "from": each.role or None,
        "leadership": asks_leadership(each, owners),
        "approver": each.approver or None,
        "late": each.is_late(as_of),
        "why": words(each.status)["why"],
        "breach": each.status.breach,
        "by": iso(last),
        "days_left": (last - as_of).days if last else None,
        "question": ask.question if ask else None,
        "since": iso(each.since),
        "options": list(ask.options) if ask else [],
        "recommend": ask.recommend if ask else "",
        "cost": ask.cost if ask else "",
        "asked_by": (ask.asked_by or each.status.owner or None) if ask else None,
        "default": ask.default if ask else "",
        "due": iso(each.status.change_due) if ask else None,
    }


def snapshot(facts: Facts) -> Plain | None:
    """Which snapshot the figures come from."""
    if facts.snapshot is None:
        return None
    return {
        "date": iso(facts.snapshot.day),
        "complete": facts.snapshot.complete,
        "source": facts.snapshot.source,
        **({"partial": True} if facts.snapshot.partial else {}),
        "age_days": (facts.as_of - facts.snapshot.day).days,
    }


def explained(facts: Facts) -> Plain | None:
    """What the scored recommendations account for, of `score.current` and `score.max`."""
    if facts.explained is None:
        return None
    return {
        "recommendations": facts.explained.recommendations,
        "without_maximum": facts.explained.without_maximum,
        "points": facts.explained.points,
        "maximum": facts.explained.maximum,
    }


def coverage(facts: Facts) -> Plain | None:
    """How many days since the first snapshot are known, and how well; `month`: those of the month of the as-of date."""
    days = facts.coverage
    month = days.within(month_of(facts.as_of))
    return {**counted(days), "month": counted(month)} if days.runs else None


def counted(days: Coverage) -> Plain:
    """Days by what is known of them."""
    return {
        "from": iso(days.runs[0].first) if days.runs else None,
        "days": days.passed,
        "complete": days.count(DayKind.COMPLETE),
        "backfilled": days.count(DayKind.FILLED),
        "partial": days.count(DayKind.PARTIAL),
        "missing": days.count(DayKind.MISSING),
        "since_newest": days.since_newest,
    }


def score(facts: Facts) -> Plain | None:
    """The score of the day."""
    if facts.score is None:
        return None
    return {
        "current": facts.score.current,
        "max": facts.score.maximum,
        "percent": facts.score.percent,
        "planned": facts.score.planned,
        "achievable": facts.score.achievable,
        "comparison": dict(facts.score.comparison),
    }


def level(status: Status) -> str | None:
    """The risk level; None where it is not rated."""
    return status.level.value if status.level else None


def ranked(status: Status) -> Plain:
    """One of the top by risk."""
    decision = status.decision
    return {
        "recommendation": status.id,
        "title": status.title,
        "risk": level(status),
        "rated_by": status.rated_by_words or None,
        "open": status.open_share,
        "days_open": status.days_open,
        "points_left": status.unearned,
        "bucket": decision.bucket.value if decision else None,
        "state": status.state.value,
        "owner": status.owner or None,
        "readiness": decision.readiness if decision else 0,
        "blocked": decision.blocked.by.value if decision and decision.blocked else None,
        "licence": {"needs": status.licence.needs or None, "has": status.licence.has},
    }


def register_entry(entry: RegisterEntry) -> Plain:
    """One line of the register."""
    accepted, covered = entry.decision.accepted, entry.decision.covered
    approver = accepted.approver if accepted else covered.approver if covered else ""
    return {
        "recommendation": entry.status.id,
        "risk": level(entry.status),
        "owner": entry.decision.owner,
        "approver": approver,
        "until": iso(entry.until),
        "days_left": entry.days_left,
        "state": entry.state.value,
        "points": entry.points,
        "renewals": entry.renewals,
        "commit": entry.citation.commit if entry.citation else None,
        "pull_request": entry.citation.pull_request if entry.citation else None,
        "approved_by": list(entry.approved_by),
        "approval": approval(entry.approval),
    }


def approval(found: Approval) -> Plain:
    """How an approval is known, and why nothing counts where that is so."""
    return {
        "kind": found.kind.value,
        "by": found.by or None,
        "on": iso(found.at),
        "record_on_file": found.on_file if found.kind is ApprovalKind.ATTESTED else None,
        "record_names_it": found.names_it,
        "reason": found.reason.value if found.reason else None,
        "why": found.words or None,
        "pull_request": found.pull_request,
        "confirmed": found.confirmed,
        "commit": found.commit or None,
    }


def approvals(counts: ApprovalCounts) -> Plain:
    """How the approvals of those in force are known, in numbers."""
    return {
        "in_force": counts.all,
        "approved": counts.approved,
        "attested": counts.attested,
        "record_not_checked": counts.unchecked,
        "record_does_not_name_it": counts.unnamed,
        "named": counts.named,
    }


def asks(facts: Facts) -> list[Plain]:
    """Questions that wait, oldest first."""
    return [
        {
            "recommendation": status.id,
            "from": ask.of,
            "question": ask.question,
            "since": iso(ask.since),
            "age_days": (facts.as_of - ask.since).days,
            "by": iso(ask.by),
            "recommend": ask.recommend,
            "cost": ask.cost,
            "asked_by": ask.asked_by or status.owner,
            "default": ask.default,
        }
        for status, ask in facts.asks
    ]


def by_part(amounts: Mapping[Part, Fraction], total: Fraction) -> Plain:
    """The parts of a movement and their total."""
    return {**{part.value: amounts[part] for part in Part}, "total": total}


def movement(moved: Movement | None) -> Plain | None:
    """Why the score moved."""
    if moved is None:
        return None
    return {
        "from": iso(moved.start),
        "to": iso(moved.end),
        "points": by_part(moved.points, moved.total_points),
        "percent": by_part(moved.percent, moved.total_percent),
        "lines": [
            {
                "recommendation": line.recommendation or None,
                "part": line.part.value,
                "points": line.points,
                "percent": line.percent,
                "decision": line.decision,
                "note": line.note,
            }
            for line in moved.lines
        ],
        "became_claimed": moved.became_claimed,
        "became_observed": moved.became_observed,
    }


def microsoft(found: MicrosoftChanges) -> Plain:
    """What Microsoft changed."""
    return {
        "points": found.points,
        "percent": found.percent,
        "changes": [
            {
                "recommendation": change.recommendation,
                "kind": change.kind.value,
                "on": iso(change.on),
                "points": change.points,
                "percent": change.percent,
                "before": change.before,
                "after": change.after,
                "fields": list(change.fields),
                "title_before": change.title_before,
            }
            for change in found.changes
        ],
        "services_added": list(found.services_added),
        "services_removed": list(found.services_removed),
        "in_part": [iso(day) for day in found.in_part],
    }


def facts_of(review: Review) -> Mapping[str, Any]:
    """The signed facts of a month, else the computed ones."""
    return review.signed.facts if review.signed else plain_facts(review.facts)


def as_json(table: Table) -> bytes:
    """The rows as objects, by the columns' keys; an empty cell is null."""
    rows = [{column.key: plain(cell) for column, cell in zip(table.columns, row, strict=True)} for row in table.rows]
    return encoded({"schema": TABLE_SCHEMA, "table": table.name.lower(), "as_of": iso(table.as_of), "rows": rows})


def status_as_json(facts: Facts) -> bytes:
    """What `backlog status --json` prints, byte for byte."""
    return encoded(plain_facts(facts))


def encode(value: Plain) -> str:
    """The JSON text of plain data, keys in their order: the only place where exact numbers become JSON numbers."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=json_number)


def encoded(value: Plain) -> bytes:
    """A file with this text, UTF-8."""
    return (encode(value) + "\n").encode("utf-8", "backslashreplace")


def plain(cell: Cell) -> int | Fraction | str | None:
    """One cell as plain data."""
    if isinstance(cell, date):
        return cell.isoformat()
    return None if cell == "" else cell
