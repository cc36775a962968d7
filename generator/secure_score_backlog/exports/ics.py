# SPDX-License-Identifier: Apache-2.0
"""What comes due, as a calendar (RFC 5545): expiries with a reminder, due dates, and questions that wait.

All events last a whole day, because decisions run to the end of a day. An event keeps its UID for as long as it is
about the same thing, so that a program which reads the file again moves it instead of adding another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import AcceptanceState, RegisterEntry, approver
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.text import visible

LONGEST_LINE = 75
"""Octets of a line without its end (RFC 5545, 3.1)."""
REMINDER_DAYS = 30
RUNNING = (AcceptanceState.ACTIVE, AcceptanceState.EXPIRING, AcceptanceState.BREACHED, AcceptanceState.EXPIRED)
PENDING = (State.PLANNED, State.OVERDUE, State.BLOCKED)


@dataclass(frozen=True, slots=True)
class Event:
    """One day of the calendar."""

    uid: str
    day: date
    summary: str
    description: str
    category: str
    reminder: bool = False


def as_calendar(facts: Facts) -> bytes:
    """The whole calendar, its events by day."""
    name = " ".join(f"{facts.settings.organisation}: Secure Score decisions".split())
    stamp = f"DTSTAMP:{facts.as_of:%Y%m%d}T000000Z"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Secure Score Backlog//backlog//EN", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", f"NAME:{escaped(name)}", f"X-WR-CALNAME:{escaped(name)}"]
    for event in sorted(events(facts), key=lambda event: (event.day, event.category, event.summary, event.uid)):
        lines += event_lines(event, stamp)
    lines.append("END:VCALENDAR")
    return "".join(folded(line) for line in lines).encode("utf-8")


def events(facts: Facts) -> Iterator[Event]:
    """Everything that has a day: when answers run out, when changes are due, since when questions wait."""
    owner = facts.settings.organisation
    for entry in (*facts.register, *facts.covered):
        if entry.state in RUNNING:
            yield expiry(entry, owner)
    for status in facts.in_state(*PENDING):
        if status.decision and status.decision.due:
            yield due(status, status.decision.due, owner)
    for status, ask in facts.asks:
        question = f"{ask.since.isoformat()}\n{ask.question}"
        yield Event(
            uid(owner, "ask", status.id, question),
            ask.since,
            f"Asked of {ask.of}: {ask.question}",
            told(("About", status.title), ("Options", "; ".join(ask.options)), ("Else", ask.default)),
            "Question",
        )


def expiry(entry: RegisterEntry, owner: str) -> Event:
    """The last day of an acceptance or a cover."""
    accepted = entry.decision.accepted is not None
    kind = "Acceptance" if accepted else "Cover"
    return Event(
        uid(owner, "expiry", entry.status.id),
        entry.until,
        f"{kind} ends: {entry.status.title}",
        told(
            ("Last day in force", f"{entry.until:%Y-%m-%d}"),
            ("Owner", entry.decision.owner),
            ("Approver", approver(entry)),
            ("Risk", entry.status.risk_word),
            ("Recommendation", entry.status.id),
        ),
        kind,
        reminder=True,
    )


def due(status: Status, day: date, owner: str) -> Event:
    """The last day of a planned change."""
    facts = (("Owner", status.owner), ("Risk", status.risk_word), ("Recommendation", status.id))
    blocked = status.state is State.BLOCKED
    return Event(
        uid(owner, "due", status.id),
        day,
        f"Due{' (blocked)' if blocked else ''}: {status.title}",
        told(*facts),
        "Due",
    )


def told(*facts: tuple[str, str]) -> str:
    """Labelled facts, a line each; empty ones left out."""
    return "\n".join(f"{label}: {' '.join(value.split())}" for label, value in facts if value.strip())


def uid(*parts: str) -> str:
    """A name for an event that is the same in every build, and another one for every organisation."""
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{digest[:32]}@secure-score-backlog"


def event_lines(event: Event, stamp: str) -> Iterable[str]:
    """The lines of one event, not folded yet."""
    summary = escaped(" ".join(event.summary.split()))
    yield from ("BEGIN:VEVENT", f"UID:{event.uid}", stamp)
    yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
    if event.day < date.max:
        yield f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}"
    yield from (f"SUMMARY:{summary}", f"DESCRIPTION:{escaped(event.description)}")
    yield from (f"CATEGORIES:{escaped(event.category)}", "TRANSP:TRANSPARENT")
    if event.reminder:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:-P{REMINDER_DAYS}D", f"DESCRIPTION:{summary}")
        yield "END:VALARM"
    yield "END:VEVENT"


def escaped(text: str) -> str:
    """A text value: no control character, no line end of its own (RFC 5545, 3.3.11)."""
    text = visible(text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(text.splitlines())


def folded(line: str) -> str:
    """A line, cut into pieces of at most 75 octets and never within a character."""
    pieces, piece, length = [], "", 0
    for character in line:
        size = len(character.encode("utf-8"))
        if length + size > LONGEST_LINE:
            pieces.append(piece)
            piece, length = " ", 1
        piece += character
        length += size
    return "\r\n".join([*pieces, piece]) + "\r\n"
