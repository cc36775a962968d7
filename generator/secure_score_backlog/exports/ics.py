# SPDX-License-Identifier: Apache-2.0
"""What comes due, as a calendar (RFC 5545): ends of acceptances with a reminder, due dates, and decisions requested.

All events last a whole day, because decisions run to the end of a day. An event keeps its UID for as long as it is
about the same thing, so that a program which reads the file again moves it instead of adding another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import icalendar
from icalendar import Alarm, Calendar, vText

from secure_score_backlog.decisions.model import Ask
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import AcceptanceState, RegisterEntry, approver
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.text import visible

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
    calendar = Calendar()
    name = text(f"{facts.settings.organisation}: Secure Score decisions")
    calendar.add("prodid", "-//Secure Score Backlog//backlog//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    stamp = datetime.combine(facts.as_of, time(tzinfo=UTC))
    for event in sorted(events(facts), key=lambda event: (event.day, event.category, event.summary, event.uid)):
        calendar.add_component(component(event, stamp))
    content: bytes = calendar.to_ical()
    return content


def events(facts: Facts) -> Iterator[Event]:
    """Last days of acceptances and exemptions, due dates, and the days on which decisions were requested."""
    owner = facts.settings.organisation
    for entry in (*facts.register, *facts.covered):
        if entry.state in RUNNING:
            yield expiry(entry, owner)
    for status in (*facts.in_state(*PENDING), *facts.planned_unmeasured):
        if status.decision and status.decision.due:
            yield due(status, status.decision.due, owner)
    for status, ask in facts.asks:
        question = f"{ask.since.isoformat()}\n{ask.question}"
        yield Event(
            uid(owner, "ask", status.id, question),
            ask.since,
            f"Decision requested from {ask.of}: {ask.question}",
            requested(status, ask),
            "Decision requested",
        )
        if ask.by is not None:
            yield Event(
                uid(owner, "needed", status.id, question),
                ask.by,
                f"Decision needed from {ask.of}: {ask.question}",
                requested(status, ask),
                "Decision needed",
                reminder=True,
            )


def requested(status: Status, ask: Ask) -> str:
    """What belongs to a question, line by line."""
    return labelled(
        ("About", status.title),
        ("Asked by", ask.asked_by or status.owner),
        ("Answer needed by", f"{ask.by:%Y-%m-%d}" if ask.by else ""),
        ("Options", "; ".join(ask.choices)),
        ("Recommended", ask.recommend),
        ("Cost", ask.cost),
        ("Default", ask.default),
    )


def expiry(entry: RegisterEntry, owner: str) -> Event:
    """The last day of an acceptance or an exemption."""
    accepted = entry.decision.accepted is not None
    kind = "Acceptance" if accepted else "Exemption"
    return Event(
        uid(owner, "expiry", entry.status.id),
        entry.until,
        f"{kind} ends: {entry.status.title}",
        labelled(
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
    marks = ["blocked"] if status.blocked else []
    marks += ["not measured"] if status.planned_unmeasured else []
    marked = f" ({', '.join(marks)})" if marks else ""
    return Event(
        uid(owner, "due", status.id),
        day,
        f"Due{marked}: {status.title}",
        labelled(*facts),
        "Due",
    )


def labelled(*facts: tuple[str, str]) -> str:
    """Labelled facts, a line each; empty ones left out."""
    return "\n".join(f"{label}: {' '.join(value.split())}" for label, value in facts if value.strip())


def uid(*parts: str) -> str:
    """A name for an event that is the same in every build, and another one for every organisation."""
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{digest[:32]}@secure-score-backlog"


def component(event: Event, stamp: datetime) -> icalendar.Event:
    """The event as the library writes it."""
    made = icalendar.Event()
    made.add("uid", event.uid)
    made.add("dtstamp", stamp)
    made.add("dtstart", event.day)
    if event.day < date.max:
        made.add("dtend", event.day + timedelta(days=1))
    made.add("summary", text(event.summary))
    made.add("description", Text("\n".join(visible(event.description).splitlines())))
    made.add("categories", [event.category])
    made.add("transp", "TRANSPARENT")
    if event.reminder:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", timedelta(days=-REMINDER_DAYS))
        alarm.add("description", text(event.summary))
        made.add_component(alarm)
    return made


class Text(vText):
    """A text value. The library takes a backslash and a capital N for a line break; here they stay what they are."""

    def to_ical(self) -> bytes:
        """The text with its marks escaped (RFC 5545, 3.3.11)."""
        return rb"\\N".join(vText(piece).to_ical() for piece in self.split(r"\N"))


def text(value: str) -> Text:
    """A text on one line, without control characters."""
    return Text(" ".join(visible(value).split()))
