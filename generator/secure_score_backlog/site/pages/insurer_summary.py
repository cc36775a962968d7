# SPDX-License-Identifier: Apache-2.0
"""The first page for insurers and auditors: recommendations by state, how decisions are kept, the score as reported.

Made from reduced facts (`site/reduction.py`): what is not on the allow-list is not there to be shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.register import in_force
from secure_score_backlog.evaluation.status import State
from secure_score_backlog.files import Document
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.pages.public import diligence
from secure_score_backlog.site.templates import page, render

PATH = "index.md"
TITLE = "Summary"

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
    """The summary."""
    body = render(
        "insurer_summary.html.j2",
        site=site,
        path=PATH,
        facts=facts,
        counted=counted(facts),
        kept=diligence(facts),
        in_force=len(in_force(facts.register)),
        head=facts.head,
    )
    yield page(
        PATH,
        TITLE,
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
