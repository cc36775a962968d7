# SPDX-License-Identifier: Apache-2.0
"""`backlog status --json`: the facts as plain data (design §5), from the same value as the pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.movement import Movement, Part
from secure_score_backlog.evaluation.register import RegisterEntry
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.exports.tables import Cell, Table
from secure_score_backlog.problems import Problem

STATUS_SCHEMA = "backlog-status/1"
Plain = dict[str, Any]


def number(value: Fraction | None) -> int | float | None:
    """A JSON number: whole where it is whole, else the nearest double, so that parts still add up."""
    if value is None:
        return None
    return int(value) if value.denominator == 1 else float(value)


def iso(day: date | None) -> str | None:
    """A day as JSON."""
    return day.isoformat() if day else None


def status(facts: Facts, problems: tuple[Problem, ...] = ()) -> Plain:
    """All figures of one as-of date, in the order of design §5."""
    return {
        "schema": STATUS_SCHEMA,
        "as_of": iso(facts.as_of),
        "period": {"from": iso(facts.period.start), "to": iso(facts.period.end)},
        "snapshot": snapshot(facts),
        "score": score(facts),
        "ledger": {name: number(value) for name, value in facts.ledger.parts().items()},
        "counts": facts.counts,
        "top": [ranked(standing) for standing in facts.top],
        "unrated": [standing.id for standing in facts.unrated],
        "chaser": [standing.id for standing in facts.chaser],
        "blocked": [
            {
                "recommendation": item.standing.id,
                "by": item.blockage.by.value,
                "since": iso(item.blockage.since),
                "note": item.blockage.note,
            }
            for item in facts.blocked
        ],
        "register": [register_entry(entry) for entry in facts.register],
        "covered": [register_entry(entry) for entry in facts.covered],
        "completed": [
            {"recommendation": c.standing.id, "on": iso(c.on), "how": c.how, "risk": level(c.standing)}
            for c in facts.completed
        ],
        "regressed": [
            {
                "recommendation": item.standing.id,
                "on": iso(item.on),
                "points": number(item.points),
                "healed": iso(item.healed),
            }
            for item in facts.regressed
        ],
        "asks": asks(facts),
        "movement": movement(facts.movement),
        "shadow": [
            {"recommendation": item.standing.id, "portal": item.portal, "since": iso(item.since), "decision": item.says}
            for item in facts.shadow
        ],
        "stale": [
            {"recommendation": item.standing.id, "since": iso(item.since), "why": item.why} for item in facts.stale
        ],
        "recorded_later": list(facts.recorded_later),
        "decided": decided(facts),
        "texts": texts(facts),
        "states": {identifier: standing.state.value for identifier, standing in facts.standings.items()},
        "problems": [problem.as_json() for problem in problems],
    }


def decided(facts: Facts) -> list[str]:
    """The recommendations whose answer was given in the month of the as-of date."""
    start = facts.as_of.replace(day=1)
    return [
        identifier
        for identifier, standing in facts.standings.items()
        if standing.answered and standing.answered >= start and standing.decision and not standing.decision.draft
    ]


def texts(facts: Facts) -> Plain:
    """The words behind the figures: title, why it matters, why it is carried; of everything that is named above."""
    named = {standing.id for standing in (*facts.top, *facts.unrated, *facts.chaser)}
    named |= {entry.standing.id for entry in (*facts.register, *facts.covered)}
    named |= {item.standing.id for item in facts.blocked} | {item.standing.id for item in facts.asks}
    named |= {item.standing.id for item in facts.completed} | {item.standing.id for item in facts.regressed}
    named |= {standing.id for standing in facts.in_state(State.REGRESSED)}
    named |= {line.recommendation for line in (facts.movement.lines if facts.movement else ()) if line.recommendation}
    named |= {item.standing.id for item in facts.shadow} | {item.standing.id for item in facts.stale}
    named |= set(decided(facts))
    return {name: words(facts.standings[name]) for name in sorted(named) if name in facts.standings}


def words(standing: Status) -> Plain:
    """The words about one recommendation."""
    decision = standing.decision
    found: Plain = {"title": standing.title, "why": (decision.reduces if decision else "") or standing.reason}
    if decision and decision.accepted:
        found |= {"rationale": decision.accepted.rationale, "instead": list(decision.accepted.compensating)}
    elif decision and decision.covered:
        found |= {"rationale": decision.covered.by, "evidence": decision.covered.evidence}
    return found


def snapshot(facts: Facts) -> Plain | None:
    """Which snapshot the figures come from."""
    if facts.snapshot is None:
        return None
    return {
        "date": iso(facts.snapshot.day),
        "complete": facts.snapshot.complete,
        "age_days": (facts.as_of - facts.snapshot.day).days,
    }


def score(facts: Facts) -> Plain | None:
    """The score of the day."""
    if facts.score is None:
        return None
    return {
        "current": number(facts.score.current),
        "max": number(facts.score.maximum),
        "percent": number(facts.score.percent),
        "planned": number(facts.score.planned),
        "achievable": number(facts.score.achievable),
        "comparison": {basis: number(value) for basis, value in facts.score.comparison.items()},
    }


def level(standing: Status) -> str | None:
    """The risk level, or nothing where nobody rated it."""
    return standing.level.value if standing.level else None


def ranked(standing: Status) -> Plain:
    """One of the top by risk."""
    decision = standing.decision
    return {
        "recommendation": standing.id,
        "title": standing.title,
        "risk": level(standing),
        "rated_by": standing.rated_by.value if standing.rated_by else None,
        "open": number(standing.open_share),
        "days_open": standing.days_open,
        "points_left": number(standing.unearned),
        "bucket": decision.bucket.value if decision else None,
        "state": standing.state.value,
        "owner": standing.owner or None,
        "readiness": decision.readiness if decision else 0,
        "blocked": decision.blocked.by.value if decision and decision.blocked else None,
    }


def register_entry(entry: RegisterEntry) -> Plain:
    """One line of the register."""
    accepted, covered = entry.decision.accepted, entry.decision.covered
    approver = accepted.approver if accepted else covered.approver if covered else ""
    return {
        "recommendation": entry.standing.id,
        "risk": level(entry.standing),
        "owner": entry.decision.owner,
        "approver": approver,
        "until": iso(entry.until),
        "days_left": entry.days_left,
        "state": entry.state.value,
        "points": number(entry.points),
        "renewals": entry.renewals,
        "commit": entry.citation.commit if entry.citation else None,
        "pull_request": entry.citation.pull_request if entry.citation else None,
        "approved_by": list(entry.approved_by),
    }


def asks(facts: Facts) -> list[Plain]:
    """Questions that wait, oldest first."""
    return [
        {
            "recommendation": item.standing.id,
            "from": item.ask.of,
            "question": item.ask.question,
            "since": iso(item.ask.since),
            "age_days": item.age_days,
            "default": item.ask.default,
        }
        for item in facts.asks
    ]


def by_part(amounts: Mapping[Part, Fraction], total: Fraction) -> Plain:
    """The parts of a movement and their total."""
    return {**{part.value: number(amounts[part]) for part in Part}, "total": number(total)}


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
                "points": number(line.points),
                "percent": number(line.percent),
                "decision": line.decision,
                "note": line.note,
            }
            for line in moved.lines
        ],
        "became_claimed": number(moved.became_claimed),
        "became_observed": number(moved.became_observed),
    }


# --- A table, or all facts, as JSON: UTF-8, keys in a fixed order.


FACTS_SCHEMA = "backlog-table/1"


def as_json(table: Table, as_of: date) -> bytes:
    """The rows as objects, by the columns' keys; an empty cell is null."""
    rows = [{column.key: plain(cell) for column, cell in zip(table.columns, row, strict=True)} for row in table.rows]
    return encoded({"schema": FACTS_SCHEMA, "table": table.name.lower(), "as_of": iso(as_of), "rows": rows})


def facts_as_json(facts: Facts, problems: tuple[Problem, ...]) -> bytes:
    """What `backlog status --json` prints, byte for byte."""
    return encoded(status(facts, problems))


def encoded(value: dict[str, Any]) -> bytes:
    """JSON as the command prints it."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")


def plain(cell: Cell) -> int | float | str | None:
    """One cell as JSON."""
    if isinstance(cell, (int, Fraction)):
        return number(Fraction(cell))
    if isinstance(cell, date):
        return cell.isoformat()
    return cell or None
