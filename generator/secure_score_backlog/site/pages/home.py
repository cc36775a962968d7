# SPDX-License-Identifier: Apache-2.0
"""Home: what is open, what is fixed next, which risks are accepted, and which decisions are requested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from msgspec import Struct

from secure_score_backlog import wording
from secure_score_backlog.content import load
from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import RegisterEntry, in_force, needing_decision
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.files import Document
from secure_score_backlog.ratings import level_order
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.site.words import change_day, regressions, since, unexplained

PATH = "index.md"
TITLE = "Home"
SHOWN = 6
"""Planned changes and accepted risks that are listed; board and register have all of them."""
RESTORED_SHOWN = 5
A_YEAR = timedelta(days=365)

ATTENTION: tuple[tuple[State, str], ...] = (
    (State.BREACHED, "breached (worse than accepted)"),
    (State.EXPIRED, "expired"),
    (State.REGRESSED, "regressed"),
    (State.OVERDUE, "overdue"),
    (State.CONFLICT, "in conflict with Microsoft’s measurement"),
)
"""States of decisions that need attention, the most serious first, in words."""
ATTENTION_ORDER = [state for state, _ in ATTENTION]


class Blindspot(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that a good score does not show (`content/blindspots.yml`, by title)."""

    why: str
    recommendations: tuple[str, ...]
    """What measures some of it; empty where Microsoft measures nothing."""
    unknown: str
    """What Secure Score does not cover."""


BLINDSPOTS = load("blindspots", dict[str, Blindspot])


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The home page."""
    spots = [(title, spot, measured_of(facts.statuses, spot)) for title, spot in BLINDSPOTS.items()]
    accepted = in_force(facts.register)
    planned = next_planned(facts)
    body = render(
        "home.html.j2",
        site=site,
        path=PATH,
        facts=facts,
        counts=facts.counts,
        unexplained=unexplained(facts.explained),
        change_day=change_day,
        since=since,
        need_decision=len(needing_decision((*facts.register, *facts.covered))),
        measured=sum(1 for status in facts.statuses.values() if status.observation),
        open=any(status.observation and status.open_share for status in facts.statuses.values()),
        planned=planned[:SHOWN],
        planned_count=len(planned),
        accepted=by_risk(accepted)[:SHOWN],
        accepted_count=len(accepted),
        approval_words=wording.APPROVALS,
        attention=needing_attention(facts),
        attention_counts=attention_counts(facts),
        restored=restored(facts),
        requested_from=requested_from(facts),
        next_to_end=min(accepted, key=lambda entry: (entry.until, entry.status.id), default=None),
        first_day=facts.history.days[0].day if facts.history.days else None,
        blindspots=spots,
        regressions={status.id: regressions(status, facts) for *_, measured in spots for status in measured},
        review=facts.reviews[0] if facts.reviews else None,
        last_finished=next((review for review in facts.reviews if review.finished and review.is_measured), None),
    )
    label = f" ({facts.settings.tenant})" if facts.settings.tenant else ""
    yield page(
        PATH,
        TITLE,
        body,
        site=site,
        description="The biggest open gaps, what is fixed next, and which risks are accepted.",
        shown_title=f"{facts.settings.organisation}{label}: security status",
        hide=("navigation", "toc"),
    )


def next_planned(facts: Facts) -> list[Status]:
    """Planned changes that are in time and not blocked: by date, then by risk."""
    planned = [
        status
        for status in facts.in_state(State.PLANNED)
        if status.decision and status.decision.bucket in (Bucket.DO_NOW, Bucket.DO_SOON)
    ]
    return sorted(planned, key=lambda s: ((s.decision and s.decision.due) or facts.as_of, level_order(s.level), s.id))


def by_risk(entries: Iterable[RegisterEntry]) -> list[RegisterEntry]:
    """The highest risk first, then the nearest end."""
    return sorted(entries, key=lambda entry: (level_order(entry.status.level), entry.until, entry.status.id))


def needing_attention(facts: Facts) -> list[Status]:
    """What expired, was breached, regressed, is overdue or in conflict: by state, then by risk."""
    found = facts.in_state(*ATTENTION_ORDER)
    return sorted(found, key=lambda s: (ATTENTION_ORDER.index(s.state), level_order(s.level), s.id))


def attention_counts(facts: Facts) -> list[str]:
    """How many decisions need attention, in words, by state."""
    counted = ((len(facts.in_state(state)), words) for state, words in ATTENTION)
    return [f"{number} {words}" for number, words in counted if number]


def restored(facts: Facts) -> list[tuple[Status, list[str]]]:
    """What is done and had lost points within the last year, with the days: the highest risk first."""
    done = sorted(facts.in_state(State.DONE), key=lambda s: (level_order(s.level), s.id))
    found = ((status, regressions(status, facts, facts.as_of - A_YEAR)) for status in done)
    return [(status, days) for status, days in found if days][:RESTORED_SHOWN]


def requested_from(facts: Facts) -> list[tuple[str, int]]:
    """How many decisions are requested from each role, the most first."""
    roles = Counter(ask.of for _, ask in facts.asks)
    return sorted(roles.items(), key=lambda item: (-item[1], item[0]))


def measured_of(statuses: Mapping[str, Status], spot: Blindspot) -> list[Status]:
    """What is measured of a blind spot in this tenant."""
    return [statuses[i] for i in spot.recommendations if i in statuses and statuses[i].observation]
