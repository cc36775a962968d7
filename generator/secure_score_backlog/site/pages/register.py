# SPDX-License-Identifier: Apache-2.0
"""The risk register: accepted risks and exemptions in force, those that need a new decision, and those that ended."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import (
    AcceptanceState,
    RegisterEntry,
    approver,
    by_approval,
    citation,
    in_force,
    needing_decision,
    needs_decision,
    reason,
    state_on_pages,
)
from secure_score_backlog.files import Document
from secure_score_backlog.ratings import LEVELS
from secure_score_backlog.site.approvers import approvers, changes_in_words, never_approved
from secure_score_backlog.site.links import Site, slugs
from secure_score_backlog.site.pages.board import Filter, labels_of
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.site.words import why_ended
from secure_score_backlog.wording import APPROVAL_LABELS, badge_of

PATH = "register.md"
TITLE = "Risk register"
COLUMNS = ("Risk", "Recommendation", "Owner", "State", "Date", "Points", "Approver", "Citation")
EXEMPTIONS = "Not applicable, or covered by another control"
BOOST = 30
"""So that the search lists it before topics that merely have the word."""
PAST_SHOWN = 60
"""Entries that a later decision ended, so that the page does not grow from year to year; the downloads hold all."""
ENDED_AUTOMATICALLY = (AcceptanceState.MOOT, AcceptanceState.ORPHAN)


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The risk register."""
    both = (*facts.register, *facts.covered)
    accepted = in_force(facts.register)
    controlled = [entry for entry in accepted if entry.decision.accepted and entry.decision.accepted.compensating]
    body = render(
        "register.html.j2",
        site=site,
        path=PATH,
        facts=facts,
        accepted=accepted,
        accepted_points=sum((entry.points for entry in accepted), Fraction(0)),
        controls=len(controlled),
        unproven=sum(1 for entry in controlled if not entry.decision.proof),
        covered=in_force(facts.covered),
        need_decision=needing_decision(both),
        approved=who_approved(facts),
        anchors=anchors(facts),
        approvers=approvers(facts),
        came=" ".join(filter(None, (changes_in_words(facts), never_approved(facts)))),
        ended_automatically=ended_automatically(facts),
        approver=approver,
        citation=citation,
        columns=COLUMNS,
        past_shown=PAST_SHOWN,
        filters=filters([*both, *facts.past]),
        reason=reason,
        why_ended=why_ended,
        has_git=facts.decisions.has_git,
    )
    yield page(
        PATH,
        TITLE,
        body,
        site=site,
        description="Accepted risks: why, approved by whom, until when.",
        hide=("navigation", "toc"),
        boost=BOOST,
    )


def who_approved(facts: Facts) -> list[tuple[str, str, list[tuple[str, list[RegisterEntry]]]]]:
    """The lists of what is in force by how its approval is known: heading, name of the first column, entries."""
    return [
        ("Accepted risks", "Accepted risk", by_approval(in_force(facts.register))),
        (EXEMPTIONS, "Exemption", by_approval(in_force(facts.covered))),
    ]


def ended_automatically(facts: Facts) -> list[RegisterEntry]:
    """What is no longer in force because it was done since, or Microsoft retired it."""
    both = (*facts.register, *facts.covered)
    return [entry for entry in both if entry.state in ENDED_AUTOMATICALLY and not needs_decision(entry)]


def anchors(facts: Facts) -> dict[str, str]:
    """The place of the row of each current acceptance and exemption on this page, by id."""
    found = slugs(entry.status.id for entry in (*facts.register, *facts.covered))
    return {name: f"entry-{place}" for name, place in found.items()}


def filters(entries: list[RegisterEntry]) -> list[Filter]:
    """The values that occur, in order; a filter with one value would change nothing."""
    levels = {entry.status.risk_word for entry in entries}
    kinds = {entry.approval.kind.value for entry in entries}
    states = {label.lower(): label for label in (badge_of(state_on_pages(entry)).label for entry in entries)}
    found = (
        Filter("state", "State", tuple(sorted(states)), states),
        Filter("risk", "Risk", tuple(level for level in LEVELS if level in levels), labels_of(LEVELS)),
        Filter("owner", "Owner", tuple(sorted({entry.decision.owner for entry in entries})), folded=True),
        Filter("approver", "Approver", tuple(sorted({approver(entry) for entry in entries} - {""})), folded=True),
        Filter("approval", "Approval", tuple(each for each in APPROVAL_LABELS if each in kinds), APPROVAL_LABELS, True),
    )
    return [item for item in found if len(item.values) > 1]
