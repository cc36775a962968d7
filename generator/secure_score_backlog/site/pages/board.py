# SPDX-License-Identifier: Apache-2.0
"""The board: four buckets and what nobody has decided, each by risk (design §6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.ranking import risk_key
from secure_score_backlog.evaluation.status import SETTLED, UNMEASURED, State, Status
from secure_score_backlog.files import Document
from secure_score_backlog.ratings import LEVELS
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.templates import page, render

PATH = "board.md"
TITLE = "Board"


@dataclass(frozen=True, slots=True)
class Column:
    """One part of the board."""

    key: str
    title: str
    meaning: str
    statuses: tuple[Status, ...]
    nothing: str
    """What stands there when it is empty."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One way to narrow the board down."""

    key: str
    label: str
    values: tuple[str, ...]


WORDS: tuple[tuple[str, str, str, str], ...] = (
    (
        "undecided",
        "Needs an answer",
        "Open, and no answer is in force: nobody has decided, or the answer has run out, was breached or fell back.",
        "Every open recommendation has an answer in force.",
    ),
    (
        Bucket.DO_NOW,
        "Do now",
        "The reduction of risk is clear, and it is due within three months.",
        "Nothing is being done right now.",
    ),
    (
        Bucket.DO_SOON,
        "Do soon",
        "It will be done; the change is being planned.",
        "Nothing is planned.",
    ),
    (
        Bucket.ACCEPT,
        "Accepted for now",
        "The risk is carried knowingly, for a recorded reason and until a date.",
        "No risk is accepted.",
    ),
    (
        Bucket.NOT_APPLICABLE,
        "Not applicable, or covered another way",
        "Somebody says that it does not matter here or that something Microsoft cannot see covers it.",
        "Nothing is said to be covered elsewhere.",
    ),
)


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The board."""
    columns = board(facts)
    body = render(
        "board.html.j2",
        site=site,
        path=PATH,
        facts=facts,
        columns=columns,
        counts=facts.counts,
        filters=filters([status for column in columns for status in column.statuses]),
        done=sorted(facts.in_state(*SETTLED), key=lambda status: status.title.lower()),
        unseen=sorted(facts.in_state(*UNMEASURED), key=lambda status: status.title.lower()),
    )
    yield page(
        PATH,
        TITLE,
        body,
        site=site,
        description="Every recommendation in one of four buckets, or waiting for an answer.",
        hide=("navigation",),
    )


def board(facts: Facts) -> list[Column]:
    """The five parts, each by risk; what is done or not measured is on none of them."""
    places: dict[str, list[Status]] = {key: [] for key, *_ in WORDS}
    for status in facts.statuses.values():
        if status.state not in (*SETTLED, *UNMEASURED):
            places[status.group].append(status)
    return [
        Column(str(key), title, meaning, tuple(sorted(places[key], key=risk_key)), nothing)
        for key, title, meaning, nothing in WORDS
    ]


def filters(statuses: list[Status]) -> list[Filter]:
    """The values that occur, in order; a filter with one value would change nothing."""
    found = (
        Filter("owner", "Owner", tuple(sorted({s.owner or "nobody" for s in statuses}))),
        Filter("risk", "Risk", tuple(level for level in LEVELS if level in {s.risk_word for s in statuses})),
        Filter("service", "Service", tuple(sorted({s.recommendation.service for s in statuses} - {""}))),
        Filter("blocker", "Blocked by", tuple(sorted({blocker_of(s) for s in statuses} - {""}))),
    )
    return [item for item in found if len(item.values) > 1 or (item.key == "blocker" and item.values)]


def blocker_of(status: Status) -> str:
    """What blocks it, or nothing."""
    if status.state is not State.BLOCKED or status.decision is None or status.decision.blocked is None:
        return ""
    return status.decision.blocked.by.value
