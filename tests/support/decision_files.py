# SPDX-License-Identifier: Apache-2.0
"""Files of decisions about one recommendation, as a branch would write them, each in one line of a test."""

from __future__ import annotations

from datetime import date, timedelta

from tests.support.today import TODAY

YESTERDAY = f"{TODAY - timedelta(days=1)}T12:00:00+00:00"
"""When these files are committed: terms count from the day of a decision."""
SOON, LATER = TODAY + timedelta(days=40), TODAY + timedelta(days=90)
REASON = "The mailer cannot do better before its upgrade."
SAFE = "decisions/Safe.md"
MINUTES = "docs/reviews/2026-11.md"

ACCEPTED = """\
recommendation: Alpha
bucket: accept
risk: high
reduces: Password spraying.
owner: Head of IT
impact: Two scanners stop.
prerequisites: None.
proof: Sign-in log.
accepted:
  rationale: The ERP cannot do otherwise.
  approver: Managing Director
  until: 2027-01-31
"""
"""The front matter of an acceptance without a fault; it begins on line 2 of its file."""
EXEMPTED = """\
recommendation: Alpha
bucket: not-applicable
owner: Service Desk
covered:
  reason: third-party
  by: Mail gateway
  evidence: Export of its rules
  approver: Head of IT
  until: 2027-01-31
"""
"""The same of an exemption."""


def accept(until: date = SOON, reason: str = REASON, more: str = "", body: str = "Agreed in the meeting.") -> str:
    """An accepted risk."""
    return (
        "---\nrecommendation: Safe\nbucket: accept\nrisk: high\nreduces: Spraying.\nowner: Head of IT\n"
        "impact: Nobody notices.\nprerequisites: None at all.\nproof: The log shows it.\n"
        f"accepted:\n  rationale: {reason}\n  approver: Managing Director\n  until: {until}\n{more}---\n{body}\n"
    )


def exempt(until: date = SOON, by: str = "The mail gateway", evidence: str = "Export of its rules") -> str:
    """An exemption."""
    return (
        "---\nrecommendation: Safe\nbucket: not-applicable\nowner: Head of IT\ncovered:\n  reason: third-party\n"
        f"  by: {by}\n  evidence: {evidence}\n  approver: Managing Director\n  until: {until}\n---\nText.\n"
    )


def plan(more: str = "", body: str = "As agreed.", due: date = SOON) -> str:
    """A planned change."""
    return (
        "---\nrecommendation: Safe\nbucket: do-soon\nrisk: high\nreduces: Spraying.\nowner: Head of IT\n"
        "impact: Nobody notices.\nprerequisites: None at all.\nproof: The log shows it.\n"
        f"due: {due}\n{more}---\n{body}\n"
    )


def ask(
    question: str = "Fund the relay in the first quarter?", since: str = "2026-10-01", of: str = "leadership"
) -> str:
    """One decision requested."""
    return f"ask:\n  - from: {of}\n    since: {since}\n    question: {question}\n"


def blocked(since: str, note: str = "The vendor has to answer.") -> str:
    """What blocks a planned change."""
    return f"blocked: {{by: technical, since: {since}, note: {note}}}\n"
