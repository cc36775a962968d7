# SPDX-License-Identifier: Apache-2.0
"""The record of one decision in a change: each value before and after, by the names that a reviewer understands."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from secure_score_backlog import wording
from secure_score_backlog.decisions.model import Ask, Attestation, Blocker, Bucket, CoverReason, Decision
from secure_score_backlog.evaluation.change import DecisionChange, Kind, counted, lines_only_in
from secure_score_backlog.reports.change_phrases import COVERS, WHOLE, Quote, answer
from secure_score_backlog.text import one_line
from secure_score_backlog.wording import badge_of, day, lower_first

Row = tuple[str, str, str]
"""A label of ours, and a value before and after: texts of others, not yet quoted."""

LONGEST_VALUE = 400
"""Characters of a value."""
LONGEST_SAYING = 200
"""Characters of what Microsoft says about a recommendation."""
INLINE_TAG = re.compile(r"</?(?:a|b|code|em|i|span|strong|u)\b[^<>]{0,2000}>", re.IGNORECASE)
TAG = re.compile(r"<[^<>]{0,2000}>")
SENTENCE_END = re.compile(r"(?<=[.!?])\s")
LABELS = {
    "bucket": "Decision",
    "risk": "Risk level",
    "reduces": "Risk it reduces",
    "owner": "Owner",
    "impact": "Impact on users and services",
    "prerequisites": "Prerequisites",
    "proof": "Evidence that it stays in place",
    "due": "Due",
    "blocked.by": "Blocked by",
    "blocked.since": "Blocked since",
    "blocked.note": "What would remove the block",
    "accepted.rationale": "Reason",
    "accepted.approver": "Approver",
    "accepted.until": "Last day",
    "accepted.compensating": "Compensating controls",
    "accepted.share": "Part achieved when accepted",
    "accepted.approval": "Approval outside GitHub",
    "covered.reason": "Exemption",
    "covered.by": "Covered by, or why it does not apply",
    "covered.evidence": "Evidence",
    "covered.approver": "Approver",
    "covered.until": "Last day",
    "covered.approval": "Approval outside GitHub",
    "same_as": "Shares the answers of",
    "links": "Links",
    "draft": "Draft",
    "body": "Discussion",
}
"""What the keys of a decision are called here; a key that is not listed goes by its own name."""
LEFT_OPEN = {
    "reduces": "Risk if it stays open",
    "impact": "Impact on users and services, if it were done",
    "prerequisites": "Prerequisites, if it were done",
}
"""What keys are called where nothing is planned that would reduce the risk."""
AFTER_REQUESTS = [LABELS[key] for key in ("same_as", "links", "draft", "body")]
"""What stands below the requests."""


REQUEST = "Decision requested"
"""What the parts of a request begin with."""
PARTS: tuple[tuple[str, Callable[[Ask], str]], ...] = (
    (REQUEST, lambda ask: f"{ask.of}, since {day(ask.since)}: {ask.question}"),
    (f"{REQUEST}: options", lambda ask: "; ".join(ask.options)),
    (f"{REQUEST}: recommended", lambda ask: ask.recommend),
    (f"{REQUEST}: cost", lambda ask: ask.cost),
    (f"{REQUEST}: by when", lambda ask: day(ask.by) if ask.by else ""),
    (f"{REQUEST}: asked by", lambda ask: ask.asked_by),
    (f"{REQUEST}: if there is no answer", lambda ask: ask.default),
)
"""A decision requested, each part of it on a line of its own."""
WRITERS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (bool, lambda _: "yes"),
    (Bucket, lambda value: badge_of(value).label),
    (CoverReason, lambda value: COVERS[value].capitalize()),
    (Blocker, lambda value: wording.BLOCKERS[value.value].capitalize()),
    (date, day),
    (Fraction, lambda value: wording.share(value) if value else ""),
    (Attestation, lambda value: f"{value.by} on {day(value.on)}, record: {value.record}"),
    (str, str),
)
"""How a value is written, by the first kind that it is of."""


def heading_of(change: DecisionChange) -> str:
    """What the values are, where a decision has them on one side only."""
    if change.kind is Kind.WITHDRAWN:
        return "What it said until now"
    if change.kind is Kind.UNREADABLE:
        return "What counted before"
    return "What the draft says" if change.kind is Kind.DRAFTED else "What it says"


def heading(change: DecisionChange, quote: Quote) -> str:
    """The title, the id where it is another text, and before and after in a few words."""
    names = quote(change.title) + ("" if change.title == change.id else f" ({quote(change.id)})")
    before, after = answer(counted(change.before)), answer(change.after)
    if change.after is None and not change.deleted:
        after = "Has errors, does not count"
    elif change.after is None:
        after = "Withdrawn"
    return f"{names}: {before} → {lower_first(after)}" if before != after else f"{names}: {lower_first(after)}"


def saying(change: DecisionChange) -> str:
    """The first sentence of what Microsoft says about the recommendation, as a text; empty where it says nothing."""
    source = change.status.recommendation.description[: 20 * LONGEST_SAYING]
    text = one_line(html.unescape(TAG.sub(" ", INLINE_TAG.sub("", source))))
    return cut(SENTENCE_END.split(text, maxsplit=1)[0], LONGEST_SAYING)


def record(change: DecisionChange) -> list[Row]:
    """Every value that differs: its label, and before and after as texts of others. All values of a new decision."""
    old = dict(_values("", counted(change.before)))
    new = dict(_values("", change.after))
    newest = change.after or change.before
    labels = {**LABELS, **(LEFT_OPEN if newest and newest.bucket in (Bucket.ACCEPT, Bucket.NOT_APPLICABLE) else {})}
    rows = []
    for key in dict.fromkeys((*LABELS, *new, *old)):
        before, after = old.get(key, ""), new.get(key, "")
        if key == "body" and before and after:
            before, after = lines_only_in(before, after), lines_only_in(after, before)
        if before != after:
            rows.append((labels.get(key, key), cut(before), cut(after)))
    requests = _requests(counted(change.before), change.after)
    place = next((number for number, row in enumerate(rows) if row[0] in AFTER_REQUESTS), len(rows))
    return [*rows[:place], *requests, *rows[place:]]


def _requests(before: Decision | None, after: Decision | None) -> list[Row]:
    """Each part of the decisions requested that differs; the same question to the same role is one request."""
    old, new = ({(ask.of, ask.question): ask for ask in (each.asks if each else ())} for each in (before, after))
    rows = []
    for key in dict.fromkeys((*new, *old)):
        for label, part in PARTS:
            said = [part(ask) if ask else "" for ask in (old.get(key), new.get(key))]
            if said[0] != said[1]:
                rows.append((label, cut(said[0], WHOLE), cut(said[1], WHOLE)))
    return rows


def cut(text: str, longest: int = LONGEST_VALUE) -> str:
    """A text on one line, in at most so many characters."""
    line = one_line(text)
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _values(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """Each value of a decision with its dotted key, as text; what is empty is left out."""
    said = _single(key, value)
    if said is not None:
        if said:
            yield key, said
        return
    for each in fields(value) if is_dataclass(value) and not isinstance(value, type) else ():
        name = f"{key}.{each.name}" if key else each.name
        if name not in ("recommendation", "inherits", "asks"):
            yield from _values(name, getattr(value, each.name))


def _single(key: str, value: Any) -> str | None:
    """A value as text; None for a group of values."""
    if value is None or value is False:
        return ""
    if isinstance(value, tuple):
        return "; ".join(said for each in value if (said := _single(key, each)))
    return next((write(value) for kind, write in WRITERS if isinstance(value, kind)), None)
