# SPDX-License-Identifier: Apache-2.0
"""Home: three plain answers for leadership, and what waits for one (design §6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from msgspec import Struct

from secure_score_backlog.content import load
from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import RegisterEntry, in_force
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.files import Document
from secure_score_backlog.ratings import level_order
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.site.words import losses

PATH = "index.md"
TITLE = "Home"
NEXT = 6
"""How many planned changes leadership is shown; the board has all of them."""
CARRIED = 6
HEALED = 5
A_YEAR = timedelta(days=365)

LATE_STATES = (State.BREACHED, State.EXPIRED, State.REGRESSED, State.OVERDUE, State.CONFLICT)


class Blindspot(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that a good score hides (`content/blindspots.yml`, by title)."""

    why: str
    recommendations: tuple[str, ...]
    """What measures some of it; empty where Microsoft measures nothing."""
    unknown: str
    """What has to be asked elsewhere."""


BLINDSPOTS = load("blindspots", dict[str, Blindspot])


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The home page."""
    spots = [(title, spot, known(facts.statuses, spot)) for title, spot in BLINDSPOTS.items()]
    body = render(
        "home.html.j2",
        site=site,
        path=PATH,
        facts=facts,
        counts=facts.counts,
        open=any(item.observation and item.open_share for item in facts.statuses.values()),
        next_up=next_up(facts)[:NEXT],
        planned=len(next_up(facts)),
        carried=by_weight(in_force(facts.register))[:CARRIED],
        carried_all=len(in_force(facts.register)),
        late=late(facts),
        late_words=late_words(facts),
        healed=healed(facts),
        asked=asked(facts),
        next_to_end=min(in_force(facts.register), key=lambda entry: (entry.until, entry.status.id), default=None),
        first_day=facts.history.days[0].day if facts.history.days else None,
        blindspots=spots,
        lost={status.id: losses(status, facts) for *_, measured in spots for status in measured},
        review=facts.reviews[0] if facts.reviews else None,
        last_finished=next((review for review in facts.reviews if review.finished), None),
    )
    label = f" ({facts.settings.tenant})" if facts.settings.tenant else ""
    yield page(
        PATH,
        TITLE,
        body,
        site=site,
        description="The biggest open gaps, what is fixed next, and which risks are carried knowingly.",
        shown_title=f"{facts.settings.organisation}{label}: where we stand",
        hide=("navigation",),
    )


def next_up(facts: Facts) -> list[Status]:
    """What is planned, in time and can go ahead: by date, then by risk. What is late stands on its own."""
    planned = [
        status
        for status in facts.in_state(State.PLANNED)
        if status.decision and status.decision.bucket in (Bucket.DO_NOW, Bucket.DO_SOON)
    ]
    return sorted(planned, key=lambda s: ((s.decision and s.decision.due) or facts.as_of, weight(s), s.id))


def weight(status: Status) -> int:
    """Risk level as a number, the gravest first."""
    return level_order(status.level)


def by_weight(entries: Iterable[RegisterEntry]) -> list[RegisterEntry]:
    """The gravest risk first, then the nearest end."""
    return sorted(entries, key=lambda entry: (weight(entry.status), entry.until, entry.status.id))


def late(facts: Facts) -> list[Status]:
    """What has run out, is late or fell back: by what it is, then by risk."""
    return sorted(facts.in_state(*LATE_STATES), key=lambda s: (LATE_STATES.index(s.state), weight(s), s.id))


LATE_WORDS = (
    (State.EXPIRED, "acceptance has run out", "acceptances have run out"),
    (State.BREACHED, "is worse than what was accepted", "are worse than what was accepted"),
    (State.REGRESSED, "was done and is lost again", "were done and are lost again"),
    (State.OVERDUE, "plan is late", "plans are late"),
    (State.CONFLICT, "contradicts what Microsoft measures", "contradict what Microsoft measures"),
)


def healed(facts: Facts) -> list[tuple[Status, list[str]]]:
    """What is done, and was lost for a while within a year: the gravest first."""
    since = facts.as_of - A_YEAR
    done = sorted(facts.in_state(State.DONE), key=lambda s: (weight(s), s.id))
    found = ((status, losses(status, facts, since)) for status in done)
    return [(status, spans) for status, spans in found if spans][:HEALED]


def late_words(facts: Facts) -> list[str]:
    """What no longer holds, counted by what happened to it."""
    counted = ((len(facts.in_state(state)), one, many) for state, one, many in LATE_WORDS)
    return [f"{number} {one if number == 1 else many}" for number, one, many in counted if number]


def asked(facts: Facts) -> list[tuple[str, int]]:
    """How many questions wait for whom, the most first."""
    roles = Counter(ask.of for _, ask in facts.asks)
    return sorted(roles.items(), key=lambda item: (-item[1], item[0]))


def known(statuses: Mapping[str, Status], spot: Blindspot) -> list[Status]:
    """What is measured of a blind spot in this tenant."""
    return [statuses[i] for i in spot.recommendations if i in statuses and statuses[i].observation]
