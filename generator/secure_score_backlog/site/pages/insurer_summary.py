# SPDX-License-Identifier: Apache-2.0
"""The first page for insurers and auditors: recommendations by state, how decisions are kept, the score as reported.

Made from reduced facts (`site/reduction.py`): what is not on the allow-list is not there to be shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import in_force, needing_decision
from secure_score_backlog.evaluation.status import State
from secure_score_backlog.exports.audit import in_reasons
from secure_score_backlog.files import Document
from secure_score_backlog.site import days
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.pages.evidence import RESULTS, signed_by_github
from secure_score_backlog.site.pages.public import review_record
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.site.words import imported, unexplained

PATH = "index.md"
TITLE = "Summary"

COUNTED: tuple[tuple[State, str], ...] = (
    (State.DONE, "done: measured in full by Microsoft"),
    (State.PLANNED, "planned, and in time"),
    (State.BLOCKED, "planned, but blocked"),
    (State.OVERDUE, "planned, and overdue"),
    (State.ACCEPTED, "accepted risk, in force"),
    (State.COVERED, "not applicable, or covered by another control; not verified by Microsoft"),
    (State.UNDECIDED, "undecided: no finished decision, drafts included"),
    (State.EXPIRED, "acceptance or exemption expired"),
    (State.BREACHED, "accepted, and breached: worse than accepted"),
    (State.REGRESSED, "regressed: previously done, now open"),
    (State.CONFLICT, "conflict: marked not applicable, but measured as done"),
    (State.NOT_MEASURED, "not measured: no licence, the product is not in use, or its score is not stored"),
    (State.RETIRED, "retired by Microsoft"),
)
"""Every state in words, so that the numbers add up to all recommendations."""


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The summary."""
    accepted = in_force(facts.register)
    body = render(
        "insurer_summary.html.j2",
        site=site,
        path=PATH,
        facts=facts,
        counted=counted(facts),
        reviews=review_record(facts),
        audit=facts.audit if facts.audit and facts.audit.total else None,
        audited=audited(facts),
        reasons=in_reasons(facts.audit) if facts.audit else "",
        signed=signed_by_github(facts.audit) if facts.audit else "",
        days_observed=days.sentence(facts.audit.days) if facts.audit else "",
        in_force=len(accepted),
        need_decision=len(needing_decision((*facts.register, *facts.covered))),
        head=facts.head,
        kind=imported(facts.snapshot) if facts.snapshot else "",
        unexplained=unexplained(facts.explained),
        questionnaires=facts.insurance.questionnaires,
    )
    yield page(
        PATH,
        TITLE,
        body,
        site=site,
        description="Decisions on the recommendations of Microsoft Secure Score, in numbers.",
        shown_title=f"{facts.settings.organisation}: security decisions",
        hide=("navigation", "toc"),
    )


def counted(facts: Facts) -> list[tuple[int, str]]:
    """How many recommendations are in each state that occurs."""
    found = ((len(facts.in_state(state)), words) for state, words in COUNTED)
    return [(number, words) for number, words in found if number]


def audited(facts: Facts) -> list[tuple[int, str]]:
    """How many commits of each kind the audit found."""
    counts = facts.audit.counts if facts.audit else {}
    return [(number, words) for kind, words in RESULTS.items() if (number := counts.get(kind, 0))]
