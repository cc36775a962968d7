# SPDX-License-Identifier: Apache-2.0
"""Home: the decisions needed now, the biggest gaps, what is fixed next, and which risks are accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from secure_score_backlog import wording
from secure_score_backlog.content import load
from secure_score_backlog.dates import month_of
from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import IN_FORCE, RegisterEntry, approver, in_force, needs_decision
from secure_score_backlog.evaluation.reminders import (
    Kind,
    Reminder,
    also_late,
    asks_leadership,
    decisions_needed,
    late,
    owning_roles,
)
from secure_score_backlog.evaluation.status import NEEDS_NEW_DECISION, State, Status
from secure_score_backlog.exports.json import plain_facts
from secure_score_backlog.files import Document
from secure_score_backlog.ratings import SEVERE, level_order
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.site.verdict import month_end_before, verdict
from secure_score_backlog.site.week import MOST_ROLES, work_by_role
from secure_score_backlog.site.words import most_undecided, regressions, unexplained
from secure_score_backlog.text import comparable

Plain = Mapping[str, Any]
PATH = "index.md"
TITLE = "Home"
SHOWN = 3
"""Gaps, planned changes and accepted risks that are listed; review, board and register have more."""
MOST_APPROVED = 6
"""Acceptances and exemptions in the name of leadership that are listed; the register has all."""
MOST_NAMED = 8
"""Roles that are named beside *This week*, in one line at a desk; that page has all."""
OTHERS = {
    Kind.CONFLICT: ("in conflict",) * 2,
    Kind.OVERDUE: ("critical change overdue", "critical changes overdue"),
    Kind.UNANSWERED: ("request", "requests"),
    Kind.UNDECIDED: ("critical risk undecided", "critical risks undecided"),
}
"""One or many of a kind of decision, where it is not its state in lower case."""
MOST_NEEDED = 25
"""Decisions needed that are listed; what is late or requested comes first."""


class Blindspot(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that a good score does not show (`content/blindspots.yml`, by title)."""

    why: str
    recommendations: tuple[str, ...]
    """The ids of what measures some of it; empty where Microsoft measures nothing."""
    unknown: str
    """What Secure Score does not cover."""


BLINDSPOTS = load("blindspots", dict[str, Blindspot])


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The home page."""
    spots = [(title, spot, measured_of(facts, spot)) for title, spot in BLINDSPOTS.items()]
    accepted = in_force(facts.register)
    planned = next_planned(facts)
    needed = decisions_needed(facts)
    owners = owning_roles(facts)
    others = [each for each in needed if not asks_leadership(each, owners)]
    in_name = approved_by_leadership(facts, owners)
    leadership = requested_from(each for each in needed if asks_leadership(each, owners))
    week = work_by_role(facts)
    anchors = {comparable(role.name): role.anchor for role in week[:MOST_ROLES]}  # the others have no part of that page
    late_ones = [each for each in needed if each.is_late(facts.as_of)]
    changes = also_late(facts)
    folded = 0 < len(others) < len(needed)
    unseen = changes or (folded and any(each.is_late(facts.as_of) for each in others))
    body = render(
        "home.html.j2",
        site=site,
        path=PATH,
        facts=facts,
        counts=facts.counts,
        unexplained=unexplained(facts.explained),
        needed=plain_facts(facts)["decisions_needed"],
        most=MOST_NEEDED,
        late=len(late_ones),
        undecided=most_undecided(facts),
        in_portal_only=facts.accepted_in_portal_only,
        others=others_in_words(others, facts) if folded else "",
        in_name=in_name,
        names=list(dict.fromkeys(map(approver, in_name))),
        most_approved=MOST_APPROVED,
        week=[role for role in week if comparable(role.name) not in {comparable(name) for name, _ in leadership}],
        most_roles=MOST_NAMED,
        anchors={name: anchors.get(comparable(name), "") for name, _ in leadership},
        approver=approver,
        also_late=len(changes),
        overdue_ones=late(facts) if unseen else (),
        shown=SHOWN,
        verdict=verdict(plain_facts(facts), month_end_before(month_of(facts.as_of), facts.reviews)),
        reopened=bool(facts.in_state(*NEEDS_NEW_DECISION, State.OVERDUE)),
        measured=sum(1 for status in facts.statuses.values() if status.observation),
        open=any(status.observation and status.open_share for status in facts.statuses.values()),
        top=facts.top[:SHOWN],
        planned=planned[:SHOWN],
        planned_count=len(planned),
        accepted=by_risk(accepted)[:SHOWN],
        accepted_count=len(accepted),
        more_severe=sum(1 for entry in by_risk(accepted)[SHOWN:] if entry.status.risk_word in SEVERE),
        approval_words=wording.APPROVALS,
        leadership=leadership,
        asked_late=any(asks_leadership(each, owners) for each in late_ones),
        next_to_end=min(accepted, key=lambda entry: (entry.until, entry.status.id), default=None),
        blindspots=spots,
        counted_by_state=counted_by_state,
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
        description="The decisions needed, the biggest open gaps, what is fixed next, and which risks are accepted.",
        shown_title=f"{facts.settings.organisation}{label}: security status",
        hide=("navigation", "toc"),
    )


def others_in_words(others: Sequence[Reminder], facts: Facts) -> str:
    """What owners and those they ask have to decide, in a line: how many, and of which kind."""
    kinds = Counter(each.kind for each in others)
    parts = [
        wording.count(kinds[kind], OTHERS[kind][0], OTHERS[kind][-1])
        if kind in OTHERS
        else f"{wording.number(kinds[kind])} {wording.badge_of(kind).label.lower()}"
        for kind in Kind
        if kinds[kind]
    ]
    overdue = sum(1 for each in others if each.is_late(facts.as_of))
    said = f" ({wording.number(overdue)} overdue)" if overdue else ""
    return f"{wording.count(len(others), 'decision')} of others{said}: {', '.join(parts)}"


def approved_by_leadership(facts: Facts, owners: Collection[str]) -> list[RegisterEntry]:
    """Acceptances and exemptions in the name of a role that owns no decision, what has no approval that counts first.

    In force, or in need of a new decision; then the nearest end.
    """
    found = [
        entry
        for entry in (*facts.register, *facts.covered)
        if (entry.state in IN_FORCE or needs_decision(entry)) and comparable(approver(entry)) not in {*owners, ""}
    ]
    return sorted(found, key=lambda entry: (entry.approval.recorded, entry.until, entry.status.id))


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


def requested_from(decisions: Iterable[Reminder]) -> list[tuple[str, int]]:
    """How many decisions are requested from each role, the most first."""
    roles = Counter(each.role for each in decisions if each.ask)
    return sorted(roles.items(), key=lambda item: (-item[1], item[0]))


def counted_by_state(statuses: Sequence[Status]) -> str:
    """How many of the settings that are measured of a blind spot are done, then the others by state, in one line."""
    if not statuses:
        return "not measured"
    states = Counter(status.state for status in statuses)
    others = [
        f"{wording.number(states[state])} {wording.badge_of(state).label.lower()}"
        for state in State
        if states[state] and state is not State.DONE
    ]
    done = f"{wording.number(states[State.DONE])} of {wording.number(len(statuses))} done"
    return ", ".join([done, *others])


def measured_of(facts: Facts, spot: Blindspot) -> list[Status]:
    """What is measured of a blind spot in this tenant."""
    known = (facts.statuses.get(identifier) for identifier in spot.recommendations)
    return [status for status in known if status and status.observation]
