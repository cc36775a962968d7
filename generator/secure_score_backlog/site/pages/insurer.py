# SPDX-License-Identifier: Apache-2.0
"""The site for an insurer or an auditor: how things stand in numbers, and the exceptions in force.

Made from a reduced backlog (`views.profile_fields`), so what is not on the allow-list is not there to be shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import approver, carried_now, needs_answer
from secure_score_backlog.evaluation.status import State
from secure_score_backlog.files import Document
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.pages.public import diligence
from secure_score_backlog.site.templates import page, render

HOME = "index.md"
REGISTER = "register.md"
NAVIGATION = (("Summary", HOME), ("Exceptions", REGISTER), ("Downloads", "downloads/index.md"))

COUNTED: tuple[tuple[State, str], ...] = (
    (State.DONE, "measured by Microsoft as fully in place"),
    (State.PLANNED, "decided, and being done or planned, in time"),
    (State.BLOCKED, "decided, but something is in the way"),
    (State.OVERDUE, "decided, and late"),
    (State.ACCEPTED, "left open knowingly: an exception in force"),
    (State.COVERED, "said not to apply, or covered by something Microsoft cannot see"),
    (State.UNDECIDED, "without a decision"),
    (State.EXPIRED, "the exception has run out"),
    (State.BREACHED, "worse than what was accepted"),
    (State.REGRESSED, "was in place, and is not any more"),
    (State.CONFLICT, "said not to apply, and yet measured in full"),
    (State.NOT_MEASURED, "not measured: no licence, or the product is not in use"),
    (State.RETIRED, "no longer proposed by Microsoft"),
)
"""Every state in words, so that the numbers add up to all recommendations."""


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """Summary and exceptions."""
    yield summary(facts, site)
    yield exceptions(facts, site)


def summary(facts: Facts, site: Site) -> Document:
    """Counts, how decisions are kept, the score as reported."""
    body = render(
        "insurer_summary.html.j2",
        site=site,
        path=HOME,
        facts=facts,
        counted=counted(facts),
        kept=diligence(facts),
        in_force=len(carried_now(facts.register)),
        head=facts.head,
    )
    return page(
        HOME,
        "Summary",
        body,
        site=site,
        description="How recommendations of Microsoft Secure Score are decided on, in numbers.",
        shown_title=f"{facts.settings.organisation}: how security settings are decided on",
        hide=("navigation", "toc"),
    )


def counted(facts: Facts) -> list[tuple[int, str]]:
    """How many recommendations are in each state that occurs."""
    found = ((len(facts.in_state(state)), words) for state, words in COUNTED)
    return [(number, words) for number, words in found if number]


def exceptions(facts: Facts, site: Site) -> Document:
    """The register: role, end, and what compensates."""
    body = render(
        "insurer_register.html.j2",
        site=site,
        path=REGISTER,
        carried=carried_now(facts.register),
        covered=carried_now(facts.covered),
        unanswered=needs_answer((*facts.register, *facts.covered)),
        past=len(facts.past),
        approver=approver,
        has_git=facts.decisions.has_git,
    )
    return page(
        REGISTER,
        "Exceptions",
        body,
        site=site,
        description="Exceptions in force: who carries them, until when, and what compensates.",
        hide=("navigation",),
    )
