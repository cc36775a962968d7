# SPDX-License-Identifier: Apache-2.0
"""The register: accepted risks, what is said to be covered elsewhere, and everything past (design §6)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from secure_score_backlog.model.backlog import Backlog
from secure_score_backlog.model.document import Document
from secure_score_backlog.model.register import AcceptanceState
from secure_score_backlog.views.carried import approver, carried_now, needs_answer, reason
from secure_score_backlog.views.site import Site
from secure_score_backlog.views.templating import page, render

PATH = "register.md"
LAPSED = (AcceptanceState.MOOT, AcceptanceState.ORPHAN)


def documents(backlog: Backlog, site: Site) -> Iterator[Document]:
    """The register."""
    facts = backlog.facts
    both = (*facts.register, *facts.covered)
    carried = carried_now(facts.register)
    body = render(
        "register.html.j2",
        site=site,
        path=PATH,
        facts=facts,
        carried=carried,
        carried_points=sum((entry.points for entry in carried), Fraction(0)),
        covered=carried_now(facts.covered),
        unanswered=needs_answer(both),
        lapsed=[entry for entry in both if entry.state in LAPSED],
        approver=approver,
        reason=reason,
        has_git=backlog.decisions.has_git,
    )
    yield page(
        PATH,
        "Register",
        body,
        site=site,
        description="Accepted risks: why, approved by whom, until when.",
        shown_title="Register of accepted risks",
        hide=("navigation",),
    )
