# SPDX-License-Identifier: Apache-2.0
"""The risk register for insurers and auditors: accepted risks with role, last day and compensating controls.

Made from reduced facts (`site/reduction.py`): what is not on the allow-list is not there to be shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.ranking import risk_key
from secure_score_backlog.evaluation.register import in_force, needing_decision, plans_needing_decision
from secure_score_backlog.files import Document
from secure_score_backlog.site.approvers import approvers, changes_in_words, never_approved
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.pages.public import review_record
from secure_score_backlog.site.pages.register import (
    BOOST,
    COLUMNS,
    anchors,
    ended_automatically,
    who_approved,
)
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.site.words import why_ended, why_regressed

PATH = "register.md"
TITLE = "Risk register"


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The risk register."""
    accepted = in_force(facts.register)
    body = render(
        "insurer_register.html.j2",
        site=site,
        path=PATH,
        accepted=accepted,
        covered=in_force(facts.covered),
        need_decision=needing_decision((*facts.register, *facts.covered)),
        need_plans=sorted(plans_needing_decision(facts.statuses.values()), key=risk_key),
        approved=who_approved(facts),
        anchors=anchors(facts),
        approvers=approvers(facts),
        came=" ".join(filter(None, (changes_in_words(facts), never_approved(facts)))),
        reviews=review_record(facts),
        past=len(facts.past),
        ended_automatically=len(ended_automatically(facts)),
        columns=COLUMNS,
        why_ended=why_ended,
        why_regressed=why_regressed,
        facts=facts,
        has_git=facts.decisions.has_git,
    )
    yield page(
        PATH,
        TITLE,
        body,
        site=site,
        description="Accepted risks in force: owner, approver, last day and compensating controls.",
        hide=("navigation", "toc"),
        boost=BOOST,
    )
