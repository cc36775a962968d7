# SPDX-License-Identifier: Apache-2.0
"""Reminders in words: plain text, Markdown, an issue on GitHub, a card for Teams, a message for Slack.

Titles, questions and roles are other people's texts. In Markdown they go through `reports.markdown`; cards hold them as
plain text, which neither Teams nor Slack reads as Markdown or as a mention.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from secure_score_backlog.evaluation.reminders import Kind, Reminder
from secure_score_backlog.reports.markdown import code, inert
from secure_score_backlog.text import visible
from secure_score_backlog.wording import day, plural

LONGEST_TITLE = 200
LONGEST_TEXT = 500
LONGEST_LINE = 240
MOST_IN_CARD = 20
"""Reminders in one card; Teams takes 28 KB, Slack 50 blocks."""
MARK = re.compile(
    r"<!-- backlog-remind about=(?P<about>[0-9a-f]{32}) says=(?P<says>[0-9a-f]{32}) state=(?P<state>open|settled) -->"
)

HEADLINES = {
    Kind.EXPIRED: "Expired: a new decision is needed",
    Kind.BREACHED: "Breached: worse than the level that was accepted",
    Kind.REGRESSED: "Regressed: was done and is not any more",
    Kind.CONFLICT: "In conflict: marked not applicable, but measured as done",
    Kind.OVERDUE: "Overdue: planned, and the date has passed",
    Kind.UNANSWERED: "A decision is requested",
    Kind.EXPIRING: "Expires soon: decide anew before its last day",
}
TO_DO = {
    Kind.EXPIRED: "Accept it anew with a reason and a later last day, or plan the change.",
    Kind.BREACHED: "Restore the accepted level, or decide anew.",
    Kind.REGRESSED: "Restore it, or decide anew.",
    Kind.CONFLICT: "Delete the decision, or say in it why it does not apply although it is done.",
    Kind.OVERDUE: "Finish it, or set another date with a reason.",
    Kind.UNANSWERED: "Answer it: write the answer into the decision and take the request out.",
    Kind.EXPIRING: "Decide before its last day: accept it anew with a reason, or plan the change.",
}
DAYS = {Kind.OVERDUE: "Due date", Kind.UNANSWERED: "Answer needed by"}


@dataclass(frozen=True, slots=True)
class IssueText:
    """An issue as it should be."""

    about: str
    """Digest of what it is about."""
    says: str
    """Digest of what it says: another one means that the facts changed."""
    title: str
    body: str


def issue_text(reminder: Reminder) -> IssueText:
    """The issue of a reminder. Its body begins with a mark that readers do not see."""
    about = digest(*reminder.about)
    title = clipped(f"{HEADLINES[reminder.kind].split(':')[0]}: {one_line(reminder.status.title)}", LONGEST_TITLE)
    rows = "".join(
        f"| {name} | {inert(clipped(one_line(text), LONGEST_TEXT))} |\n" for name, text in facts_of(reminder)
    )
    body = (
        f"**{HEADLINES[reminder.kind]}.**\n\n| | |\n|---|---|\n{rows}"
        f"| Decision | {code(f'decisions/{reminder.status.id}.md')} |\n\n{TO_DO[reminder.kind]}\n\n"
        "<sub>Written by <code>backlog remind</code>, which changes this text when the facts change, and closes the "
        "issue when it is settled.</sub>\n"
    )
    says = digest(title, body)
    return IssueText(about, says, title, f"{mark(about, says)}\n{body}")


def mark(about: str, says: str, state: str = "open") -> str:
    """The first line of an issue's body, by which a later run finds it."""
    return f"<!-- backlog-remind about={about} says={says} state={state} -->"


def settled(body: str) -> str:
    """The body of an issue that was about something settled: another reminder opens it again."""
    return re.sub(r"^(<!-- backlog-remind [^>]* state=)open -->", r"\1settled -->", body, count=1)


def facts_of(reminder: Reminder) -> Iterator[tuple[str, str]]:
    """Name and text of what is known about a reminder; the texts are other people's."""
    status, ask = reminder.status, reminder.ask
    if ask is not None:
        yield "Question", ask.question
        yield "Asked of", ask.of
        yield "Since", day(ask.since)
        if ask.recommend:
            yield "Recommended", ask.recommend
        if ask.cost:
            yield "Cost", ask.cost
        if ask.default:
            yield "Without an answer", ask.default
    yield "Recommendation", status.title
    yield "Id", status.id
    yield "Risk", status.risk_word
    if reminder.day is not None:
        yield DAYS.get(reminder.kind, "Last day"), day(reminder.day)
    if status.owner:
        yield "Owner", status.owner
    signed = status.decision.approvable if status.decision else None
    if signed is not None and ask is None:
        yield "Approver", signed.approver


def as_markdown(found: Sequence[Reminder], organisation: str, as_of: date) -> str:
    """All reminders in Markdown, by kind."""
    parts = [f"## {inert(organisation)}: {plural(len(found), 'reminder')}, {day(as_of)}"]
    for kind, lines in _by_kind(found):
        parts += [f"### {HEADLINES[kind]}", "\n".join(f"- {inert(each)}" for each in lines)]
    return "\n\n".join(parts) if found else nothing(as_of)


def as_text(found: Sequence[Reminder], organisation: str, as_of: date) -> str:
    """All reminders as plain text, by kind."""
    parts = [_headline(found, organisation, as_of)]
    parts += ["\n".join((HEADLINES[kind], *(f"  - {each}" for each in lines))) for kind, lines in _by_kind(found)]
    return "\n\n".join(parts) if found else nothing(as_of)


def nothing(as_of: date) -> str:
    """What is said where nothing is due."""
    return f"Nothing to remind of, as of {day(as_of)}."


def _by_kind(found: Sequence[Reminder]) -> Iterator[tuple[Kind, list[str]]]:
    for kind in Kind:
        if lines := [clipped(line(each), LONGEST_TEXT) for each in found if each.kind is kind]:
            yield kind, lines


def line(reminder: Reminder) -> str:
    """A reminder on one line of plain text."""
    parts = [one_line(reminder.ask.question)] if reminder.ask else []
    parts.append(f"{one_line(reminder.status.title)} ({one_line(reminder.status.id)})")
    parts.append(f"risk {reminder.status.risk_word}")
    if reminder.day is not None:
        parts.append(f"{DAYS.get(reminder.kind, 'Last day').lower()} {day(reminder.day)}")
    if reminder.role:
        parts.append(one_line(reminder.role))
    return "; ".join(parts)


def as_teams_card(found: Sequence[Reminder], organisation: str, as_of: date) -> bytes:
    """An adaptive card, as a webhook of Teams takes it. A TextRun, unlike a TextBlock, knows no Markdown."""

    def text(words: str, **more: Any) -> dict[str, Any]:
        run = {"type": "TextRun", "text": words, **more}
        return {"type": "RichTextBlock", "inlines": [run]}

    body = [text(_headline(found, organisation, as_of), weight="Bolder", size="Medium")]
    for each in found[:MOST_IN_CARD]:
        body.append(text(HEADLINES[each.kind], weight="Bolder"))
        body.append(text(clipped(line(each), LONGEST_LINE)))
    body += [text(more) for more in _more(found)]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return json.dumps({"type": "message", "attachments": [attachment]}, ensure_ascii=False).encode()


def as_slack_message(found: Sequence[Reminder], organisation: str, as_of: date) -> bytes:
    """A message, as a webhook of Slack takes it, with nothing but plain text."""

    def text(words: str) -> dict[str, Any]:
        return {"type": "section", "text": {"type": "plain_text", "text": words, "emoji": False}}

    headline = _headline(found, organisation, as_of)
    blocks = [text(headline)]
    blocks += [text(clipped(f"{HEADLINES[each.kind]}\n{line(each)}", 600)) for each in found[:MOST_IN_CARD]]
    blocks += [text(more) for more in _more(found)]
    message = {"text": plural(len(found), "reminder"), "blocks": blocks, "unfurl_links": False, "unfurl_media": False}
    return json.dumps(message, ensure_ascii=False).encode()


def _headline(found: Sequence[Reminder], organisation: str, as_of: date) -> str:
    return clipped(f"{one_line(organisation)}: {plural(len(found), 'reminder')}, {day(as_of)}", LONGEST_LINE)


def _more(found: Sequence[Reminder]) -> list[str]:
    left = len(found) - MOST_IN_CARD
    return [f"And {left} more: backlog remind lists them all."] if left > 0 else []


def one_line(text: str) -> str:
    """A text without line breaks and hidden characters."""
    return " ".join(visible(text).split())


def clipped(text: str, most: int) -> str:
    """A text of at most so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def digest(*parts: str) -> str:
    """A short digest of some texts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
