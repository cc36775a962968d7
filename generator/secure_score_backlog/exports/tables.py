# SPDX-License-Identifier: Apache-2.0
"""Board and register as tables: one row a recommendation or an acceptance, one type a column.

Every format is made from the same table, so they cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypeVar

from secure_score_backlog.decisions.model import Decision
from secure_score_backlog.decisions.words import words_of
from secure_score_backlog.evaluation.approval import ApprovalKind
from secure_score_backlog.evaluation.decision_log import Change, decision_log_of
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.ranking import risk_key
from secure_score_backlog.evaluation.register import (
    IN_FORCE,
    AcceptanceState,
    RegisterEntry,
    approver,
    needs_decision,
    reason,
    shown_state,
)
from secure_score_backlog.evaluation.status import UNMEASURED, State, Status
from secure_score_backlog.snapshots.service_names import title_of
from secure_score_backlog.text import one_line

Cell = str | int | Fraction | date | None
"""What a cell may hold; None is an empty one."""
Row = TypeVar("Row")
"""What one row is made from."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    key: str
    """Its name in CSV and JSON: stable, part of the interface."""
    title: str
    """Its name for people, in workbooks."""
    width: int
    """Characters, in workbooks."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, each as long as the columns."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    as_of: date
    organisation: str = ""


def clean(cell: Cell) -> Cell:
    """Text on one line, and without characters that show nothing or reorder what follows."""
    return one_line(cell) if isinstance(cell, str) else cell


def group(status: Status) -> str:
    """Its group on the board; what is done or not measured has a group of its own here."""
    if status.state is State.DONE:
        return "done"
    if status.state in UNMEASURED:
        return "not-measured"
    return "needs-decision" if status.group == "undecided" else status.group


def section(entry: RegisterEntry) -> str:
    """The section of the register's page that an entry is in."""
    if entry.state is AcceptanceState.ENDED:
        return "past"
    if entry.state in IN_FORCE:
        return "in-force"
    return "needs-decision" if needs_decision(entry) else "ended-automatically"


def licensed(status: Status) -> str:
    """Whether the tenant has the licence: yes, no or unknown; empty where none is known to be needed."""
    return {True: "yes", False: "no", None: "unknown"}[status.licence.has] if status.licence.needs else ""


def blocked(status: Status, name: str) -> Cell:
    """What a planned change waits for; empty where it waits for nothing."""
    blockage = status.decision.blocked if status.decision else None
    if blockage is None:
        return None
    cells: dict[str, Cell] = {"by": blockage.by.value, "since": blockage.since, "note": blockage.note}
    return cells[name]


def attested(decision: Decision, name: str) -> Cell:
    """An approval outside of GitHub; empty where there is none."""
    approval = decision.approvable.approval if decision.approvable else None
    if approval is None:
        return None
    cells: dict[str, Cell] = {"by": approval.by, "on": approval.on, "record": approval.record}
    return cells[name]


def record_on_file(entry: RegisterEntry) -> str:
    """Whether the record of an attestation was in the commit that names it; empty for any other approval."""
    if entry.approval.kind is not ApprovalKind.ATTESTED:
        return ""
    return "yes" if entry.approval.on_file else "not checked"


def record_names_it(entry: RegisterEntry) -> str:
    """Whether that record holds the id or the title of the recommendation; empty where it was not read."""
    return {True: "yes", False: "no", None: ""}[entry.approval.names_it]


def known_by(entry: RegisterEntry) -> str:
    """How the pull request is known: GitHub said it, or the message of the commit claims it."""
    if entry.citation is None or entry.citation.pull_request is None:
        return ""
    return "GitHub" if entry.citation.confirmed else "message"


def compensating(decision: Decision) -> str:
    """What lowers the risk meanwhile; empty for an exemption."""
    return "; ".join(decision.accepted.compensating) if decision.accepted else ""


BOARD: tuple[tuple[Column, Callable[[Status], Cell]], ...] = (
    (Column("recommendation", "Id", 28), lambda s: s.id),
    (Column("title", "Recommendation", 50), lambda s: s.title),
    (Column("group", "Group on the board", 14), group),
    (Column("state", "State", 13), lambda s: s.state.value),
    (Column("risk", "Risk", 9), lambda s: s.risk_word),
    (Column("rated_by", "Rated by", 10), lambda s: s.rated_by_words),
    (Column("owner", "Owner", 24), lambda s: s.owner),
    (Column("due", "Due", 11), lambda s: s.decision.due if s.decision else None),
    (Column("until", "Valid until", 11), lambda s: s.decision.until if s.decision else None),
    (Column("blocked_by", "Blocked by", 11), lambda s: blocked(s, "by")),
    (Column("blocked_since", "Blocked since", 12), lambda s: blocked(s, "since")),
    (Column("blocked_note", "Note on what blocks it", 30), lambda s: blocked(s, "note")),
    (Column("decided", "Decided on", 11), lambda s: s.answered),
    (Column("readiness", "Questions answered", 10), lambda s: s.decision.readiness if s.decision else 0),
    (Column("points", "Points", 9), lambda s: s.observation.points if s.observation else None),
    (Column("maximum", "Maximum", 9), lambda s: s.observation.maximum if s.observation else None),
    (Column("points_left", "Points left", 9), lambda s: s.unearned if s.observation else None),
    (Column("open", "Open share", 9), lambda s: s.open_share if s.observation else None),
    (Column("open_since", "Open since", 11), lambda s: s.open_since),
    (Column("days_open", "Days open", 9), lambda s: s.days_open if s.open_since else None),
    (Column("held_since", "Held since", 11), lambda s: s.held_since),
    (Column("service", "Service", 12), lambda s: s.recommendation.service),
    (Column("category", "Category", 12), lambda s: s.recommendation.category),
    (Column("effort", "Effort (Microsoft)", 12), lambda s: s.recommendation.cost),
    (Column("user_impact", "User impact (Microsoft)", 12), lambda s: s.recommendation.user_impact),
    (Column("licence", "Licence it needs", 24), lambda s: s.licence.needs),
    (Column("licensed", "Tenant has the licence", 10), licensed),
    (Column("reduces", "Risk it reduces", 50), lambda s: s.decision.reduces if s.decision else ""),
    (Column("impact", "Impact on users", 50), lambda s: s.decision.impact if s.decision else ""),
    (Column("prerequisites", "Prerequisites", 50), lambda s: s.decision.prerequisites if s.decision else ""),
    (Column("proof", "Evidence that it stays in place", 50), lambda s: s.decision.proof if s.decision else ""),
    (Column("commit", "Commit", 44), lambda s: s.newest.commit if s.newest else ""),
    (Column("pull_request", "Pull request", 9), lambda s: s.newest.pull_request if s.newest else None),
)
"""The columns of the board, each with what it takes from a status."""

REGISTER: tuple[tuple[Column, Callable[[RegisterEntry], Cell]], ...] = (
    (Column("recommendation", "Id", 28), lambda e: e.status.id),
    (Column("title", "Recommendation", 50), lambda e: title_of(e.status.recommendation)),
    (Column("kind", "Kind", 10), lambda e: "accepted" if e.decision.accepted else "covered"),
    (Column("section", "Section of the register", 16), section),
    (Column("state", "State", 10), shown_state),
    (Column("risk", "Risk", 9), lambda e: e.status.risk_word),
    (Column("owner", "Owner", 24), lambda e: e.decision.owner),
    (Column("approver", "Approver", 24), approver),
    (Column("approval", "Approval", 10), lambda e: e.approval.kind.value),
    (Column("approval_reason", "Why no approval counts", 40), lambda e: e.approval.words),
    (Column("approved_by", "Approved on GitHub as", 24), lambda e: "; ".join(e.approved_by)),
    (Column("approved_on", "Approved on", 11), lambda e: e.approval.at if e.approved_by else None),
    (Column("attested_by", "Approved outside GitHub by", 24), lambda e: attested(e.decision, "by")),
    (Column("attested_on", "Approved outside GitHub on", 11), lambda e: attested(e.decision, "on")),
    (Column("attested_record", "Approval record", 30), lambda e: attested(e.decision, "record")),
    (Column("record_on_file", "Record on file", 9), record_on_file),
    (Column("record_names_it", "Record names the recommendation", 12), record_names_it),
    (Column("since", "Since", 11), lambda e: e.since),
    (Column("until", "Until", 11), lambda e: e.until),
    (Column("days_left", "Days left", 9), lambda e: e.days_left if e.ended is None else None),
    (Column("ended", "Ended", 11), lambda e: e.ended),
    (Column("renewals", "Renewals", 9), lambda e: e.renewals),
    (Column("points", "Points at risk", 9), lambda e: e.points),
    (Column("share", "Share when accepted", 9), lambda e: e.decision.accepted.share if e.decision.accepted else None),
    (Column("reason", "Reason", 60), reason),
    (Column("compensating", "Compensating controls", 60), lambda e: compensating(e.decision)),
    (Column("evidence", "Evidence", 40), lambda e: e.decision.covered.evidence if e.decision.covered else ""),
    (Column("file", "File", 40), lambda e: e.citation.path if e.citation else ""),
    (Column("commit", "Commit", 44), lambda e: e.citation.commit if e.citation else ""),
    (Column("pull_request", "Pull request", 9), lambda e: e.citation.pull_request if e.citation else None),
    (Column("pull_request_by", "Pull request known by", 12), known_by),
)
"""The columns of the register, each with what it takes from an entry."""


FOR_INSURERS = frozenset(
    "recommendation title kind section state risk owner approver approval approval_reason approved_by approved_on "
    "attested_by attested_on record_on_file record_names_it since until days_left ended renewals points share "
    "compensating commit pull_request pull_request_by".split()
)
"""The columns of the register that readers outside get."""


def board_table(facts: Facts) -> Table:
    """Every recommendation: what is open or in conflict first, by risk; then what is done, and what is not measured."""
    statuses = facts.statuses.values()
    order = sorted(statuses, key=lambda s: (s.state in UNMEASURED, s.state is State.DONE, risk_key(s)))
    return filled("Board", BOARD, order, facts)


def register_table(facts: Facts) -> Table:
    """Every acceptance and exemption, present ones first, the nearest end first."""
    return filled("Register", REGISTER, (*facts.register, *facts.covered, *facts.past), facts)


def insurers_table(facts: Facts) -> Table:
    """The register with the columns that readers outside get."""
    columns = [(column, take) for column, take in REGISTER if column.key in FOR_INSURERS]
    return filled("Register", columns, (*facts.register, *facts.covered, *facts.past), facts)


def approver_after(change: Change) -> str:
    """The role that an acceptance or exemption names as approver after a change; empty for any other decision."""
    decision = change.after.decision
    return decision.approvable.approver if decision and decision.approvable and not decision.draft else ""


CHANGES: tuple[tuple[Column, Callable[[Change], Cell]], ...] = (
    (Column("day", "Day", 11), lambda c: c.version.at.date()),
    (Column("recommendation", "Id", 28), lambda c: c.recommendation),
    (Column("change", "Change", 60), lambda c: words_of(c.before, c.after)),
    (Column("approver", "Approver", 24), approver_after),
    (Column("file", "File", 40), lambda c: c.version.path),
    (Column("commit", "Commit", 44), lambda c: c.version.commit),
    (Column("pull_request", "Pull request", 9), lambda c: c.version.pull_request),
    (Column("author", "Author of the commit", 24), lambda c: c.version.author),
    (Column("subject", "Message", 50), lambda c: c.version.subject),
)
"""The columns of the changes of decisions, each with what it takes from a change."""


def changes_table(facts: Facts) -> Table:
    """Every committed change of every decision, the newest first."""
    return filled("Changes of decisions", CHANGES, decision_log_of(facts.decisions, facts.as_of).changes, facts)


def filled(
    name: str, columns: Sequence[tuple[Column, Callable[[Row], Cell]]], rows: Iterable[Row], facts: Facts
) -> Table:
    """A table with a row for each of some values."""
    return Table(
        name,
        tuple(column for column, _ in columns),
        tuple(tuple(clean(take(row)) for _, take in columns) for row in rows),
        facts.as_of,
        facts.settings.organisation,
    )
