# SPDX-License-Identifier: Apache-2.0
"""What somebody has to decide on a day, and what to remind them of (docs/method.md#decisions-needed, #reminders)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from secure_score_backlog.decisions.attestations import same_role
from secure_score_backlog.decisions.checks import ASK_TERM
from secure_score_backlog.decisions.model import Ask
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.ranking import risk_key
from secure_score_backlog.evaluation.register import AcceptanceState, needing_decision, needs_decision, shown_state
from secure_score_backlog.evaluation.status import NEEDS_NEW_DECISION, State, Status
from secure_score_backlog.ratings import Risk, level_order
from secure_score_backlog.text import comparable


class Kind(StrEnum):
    """Why somebody has to act, the most urgent first."""

    EXPIRED = "expired"
    BREACHED = "breached"
    REGRESSED = "regressed"
    CONFLICT = "conflict"
    OVERDUE = "overdue"
    UNANSWERED = "unanswered"
    EXPIRING = "expiring"
    UNDECIDED = "undecided"
    """Needs a decision where the risk is critical; nobody is reminded of it, because it has no owner yet."""


ANEW = tuple(Kind(state.value) for state in NEEDS_NEW_DECISION)
"""A decision was made and is no longer in force: a new one is needed."""
LATE = (*ANEW, Kind.OVERDUE)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing that somebody has to do."""

    kind: Kind
    status: Status
    role: str
    """The role that has to act: the owner, the approver where there is no owner, or whom a question asks."""
    day: date | None = None
    """Last day of the decision, due date, or last day on which an answer is of use."""
    ask: Ask | None = None
    """The question, for one without an answer."""

    @property
    def deadline(self) -> date | None:
        """The day by which a decision was or is due; None where it is due now, or where no day is given."""
        return self.day if self.kind in (Kind.EXPIRED, Kind.OVERDUE, Kind.UNANSWERED) else None

    @property
    def since(self) -> date | None:
        """Since when it is asked, or the decision is no longer in force; None where a last day says it, or unknown."""
        if self.ask is not None:
            return self.ask.since
        if self.kind is not Kind.CONFLICT:
            return self.status.worse_since
        days = [day for day in (self.status.held_since, self.status.answered) if day]
        return max(days, default=None)  # it was measured as done before or after it was marked not applicable

    @property
    def passed(self) -> date | None:
        """The day since which it is late, where it is: the one by which it was due, else that of its state."""
        return self.deadline or self.since

    @property
    def approver(self) -> str:
        """The role that the decision names as approver; empty where it names none, and for a question."""
        approvable = self.status.decision.approvable if self.status.decision and self.ask is None else None
        return approvable.approver if approvable else ""

    def is_late(self, as_of: date) -> bool:
        """Its day has passed, or the decision is no longer in force (docs/method.md#overdue)."""
        if self.ask is not None and self.ask.by is None:
            return as_of - self.ask.since > ASK_TERM
        return self.kind in LATE or (self.deadline is not None and self.deadline < as_of)

    @property
    def about(self) -> tuple[str, ...]:
        """What it is about, whatever becomes of it: the decision on a recommendation, or one question in it."""
        if self.ask is None:
            return ("decision", self.status.id)
        return ("question", self.status.id, self.ask.of.casefold(), " ".join(self.ask.question.split()))

    def logins(self, roles: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        """The GitHub logins of the role, by the settings; none where they have none."""
        found = [login for name, logins in roles.items() if same_role(name, self.role) for login in logins]
        return tuple(dict.fromkeys(found))


def reminders(facts: Facts) -> tuple[Reminder, ...]:
    """Everything that has to be done, the most urgent first: by kind, risk, day and id. One for each decision."""
    found: dict[tuple[str, ...], Reminder] = {}
    for each in (*_decisions(facts), *_questions(facts)):
        found.setdefault(each.about, each)
    return tuple(sorted(found.values(), key=_order))


def decisions_needed(facts: Facts) -> tuple[Reminder, ...]:
    """Everything that needs a decision now (docs/method.md#decisions-needed).

    What leadership is asked comes first. Within that and the rest, what is late comes first, by risk; then what has a
    last day, the nearest first; then the rest, by risk.
    """
    owners = owning_roles(facts)
    due = [each for each in reminders(facts) if _needs_decision(each)]
    open_ones = [_of(Kind.UNDECIDED, status) for status in facts.in_state(State.UNDECIDED) if _is_critical(status)]

    def order(each: Reminder) -> tuple[object, ...]:
        last = each.deadline
        level = level_order(each.status.level)
        place = 0 if each.is_late(facts.as_of) else 1 if last else 2
        first = asks_leadership(each, owners)
        return not first, place, 0 if place == 1 else level, last or date.max, risk_key(each.status), each.about

    return tuple(sorted((*due, *open_ones), key=order))


def late(facts: Facts) -> tuple[Reminder, ...]:
    """Everything that is late, by risk, then by the day since which it is (docs/method.md#overdue)."""
    found = (each for each in reminders(facts) if each.is_late(facts.as_of))
    return tuple(sorted(found, key=_worst_first))


def also_late(facts: Facts) -> tuple[Reminder, ...]:
    """What is late and needs no decision: overdue changes whose risk is not critical."""
    return tuple(each for each in late(facts) if not _needs_decision(each))


def owning_roles(facts: Facts) -> frozenset[str]:
    """The roles that own a decision, or are listed in the settings as owners; in a form that can be compared."""
    owners = (status.owner for status in facts.statuses.values() if status.owner)
    return frozenset(map(comparable, (*owners, *facts.settings.owners)))


def asks_leadership(each: Reminder, owners: frozenset[str]) -> bool:
    """It is a question to a role that owns no decision itself (docs/method.md#decisions-needed)."""
    return each.ask is not None and comparable(each.role) not in owners


def needing_new_decision(facts: Facts, *states: State) -> list[tuple[Status, str]]:
    """What a review lists as needing a new decision, each with the state that is shown.

    Args:
        facts: The facts of the month.
        states: Those that are listed after the register's entries, unless they are among them.
    """
    entries = needing_decision((*facts.register, *facts.covered))
    named = {entry.status.id for entry in entries}
    others = (status for state in states for status in facts.in_state(state) if status.id not in named)
    return [
        *((entry.status, shown_state(entry)) for entry in entries),
        *((status, status.state.value) for status in others),
    ]


def _needs_decision(each: Reminder) -> bool:
    return each.kind in (*ANEW, Kind.UNANSWERED) or (each.kind is Kind.OVERDUE and _is_critical(each.status))


def _is_critical(status: Status) -> bool:
    return status.level is Risk.CRITICAL


def _decisions(facts: Facts) -> Iterator[Reminder]:
    entries = (*facts.register, *facts.covered)
    for status in facts.in_state(*NEEDS_NEW_DECISION):
        yield _of(Kind(status.state.value), status)
    for entry in entries:
        if needs_decision(entry):
            yield _of(Kind(shown_state(entry)), entry.status)
    for status in facts.in_state(State.OVERDUE):
        yield _of(Kind.OVERDUE, status)
    for entry in entries:
        if entry.state is AcceptanceState.EXPIRING:
            yield _of(Kind.EXPIRING, entry.status)


def _questions(facts: Facts) -> Iterator[Reminder]:
    for status, ask in facts.asks:
        yield Reminder(Kind.UNANSWERED, status, ask.of, ask.by, ask)


def _of(kind: Kind, status: Status) -> Reminder:
    decision = status.decision
    signed = decision.approvable if decision else None
    role = status.owner or (signed.approver if signed else "")
    day = None if decision is None else decision.due if kind is Kind.OVERDUE else decision.until
    return Reminder(kind, status, role, day)


def _worst_first(each: Reminder) -> tuple[object, ...]:
    return level_order(each.status.level), each.passed or date.max, risk_key(each.status), each.about


def _order(each: Reminder) -> tuple[int, int, date, str, tuple[str, ...]]:
    level = level_order(each.status.level)
    return list(Kind).index(each.kind), level, each.day or date.max, each.status.id, each.about
