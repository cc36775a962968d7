# SPDX-License-Identifier: Apache-2.0
"""The first page for insurers and auditors: recommendations by state, how decisions are kept, the score as reported.

Made from reduced facts (`site/reduction.py`): what is not on the allow-list is not there to be shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from secure_score_backlog.evaluation.audit import Area, AuditedCommit
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.ranking import risk_key
from secure_score_backlog.evaluation.register import in_force, needing_decision, plans_needing_decision
from secure_score_backlog.evaluation.status import State
from secure_score_backlog.exports.audit import KIND_WORDS, in_reasons, owner_words, reasons_of, unapproved_in_words
from secure_score_backlog.files import Document
from secure_score_backlog.site import days
from secure_score_backlog.site.approvers import approvers, changes_in_words
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.pages.evidence import RESULTS, signed_by_github, without_signature
from secure_score_backlog.site.pages.public import review_record
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.site.words import imported, unexplained
from secure_score_backlog.snapshots.service_names import portal_words
from secure_score_backlog.wording import joined

PATH = "index.md"
TITLE = "Summary"

MOST_LISTED = 12
"""Rows of each list; the downloads have all, so that the page does not grow with the years."""
MOST_NAMED = 3
"""Recommendations that one row of a list names."""
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
    accepted, covered = in_force(facts.register), in_force(facts.covered)
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
        exceptions=exceptions(facts),
        changed_settings=changed_settings(facts),
        reasons_of=reasons_of,
        kind_words=KIND_WORDS,
        portal_only=sorted(facts.shadow, key=risk_key),
        portal_words=portal_words,
        most=MOST_LISTED,
        signed=signed_by_github(facts.audit) if facts.audit else "",
        unsigned=without_signature(facts.audit) if facts.audit else "",
        owner_words=owner_words(facts.approvals.same, facts.audit),
        days_observed=days.sentence(facts.coverage),
        accepted=accepted,
        covered=covered,
        approvers=approvers(facts),
        changes=changes_in_words(facts, these=True),
        unapproved_changes=unapproved_in_words(facts.audit) if facts.audit else "",
        need_decision=len(needing_decision((*facts.register, *facts.covered))),
        need_plans=len(plans_needing_decision(facts.statuses.values())),
        claimed=sorted((s for s in facts.statuses.values() if s.observation and s.observation.claimed), key=risk_key),
        head=facts.head,
        kind=imported(facts.snapshot) if facts.snapshot else "",
        unexplained=unexplained(facts.explained),
        questionnaires=facts.insurance.questionnaires,
        asked=joined(next((each.by for each in facts.insurance.questionnaires if each.by), ()), "or"),
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


def exceptions(facts: Facts) -> list[tuple[AuditedCommit, str]]:
    """The newest changes without a known approval by another person, each with the recommendations it was about."""
    found = facts.audit.exceptions[:MOST_LISTED] if facts.audit else ()
    return [(each, decided_by(each, facts)) for each in found]


def decided_by(change: AuditedCommit, facts: Facts) -> str:
    """The recommendations whose decisions a change brought, in words."""
    titles = [facts.statuses[name].title or name for name in change.decided if name in facts.statuses]
    more = f" and {len(titles) - MOST_NAMED} more" if len(titles) > MOST_NAMED else ""
    return "; ".join(titles[:MOST_NAMED]) + more


def changed_settings(facts: Facts) -> list[AuditedCommit]:
    """The changes of the settings, the newest first; the first commit is their first state."""
    commits = reversed(facts.audit.commits) if facts.audit else ()
    return [each for each in commits if Area.SETTINGS in each.areas]


def audited(facts: Facts) -> list[tuple[int, str]]:
    """How many commits of each kind the audit found."""
    counts = facts.audit.counts if facts.audit else {}
    return [(number, words) for kind, words in RESULTS.items() if (number := counts.get(kind, 0))]
