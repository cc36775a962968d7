# SPDX-License-Identifier: Apache-2.0
"""What each role has to do now: what is late, what is due soon, and what waits for it (docs/method.md#this-week)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from secure_score_backlog.decisions.attestations import same_role
from secure_score_backlog.decisions.model import Ask
from secure_score_backlog.evaluation.facts import Facts, made_once
from secure_score_backlog.evaluation.ranking import risk_key
from secure_score_backlog.evaluation.register import AcceptanceState, RegisterEntry, approver, in_force, recorded
from secure_score_backlog.evaluation.reminders import Kind, Reminder, decisions_needed, reminders
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.ratings import level_order
from secure_score_backlog.text import comparable

WEEK = timedelta(days=7)
MONTH = timedelta(days=30)
PLANNED, BLOCKED, UNMEASURED, AWAITED = "planned", "blocked", "unmeasured", "awaited"
UNAPPROVED, RECORD = "unapproved", "record"
"""What nobody is reminded of: a planned change that is due soon, a blocked one, one that is not measured and
whose day has passed, one due later that another decision waits for, an approval that is missing, and one whose record
was filed late."""
TO_APPROVE = (Kind.EXPIRED, Kind.BREACHED, Kind.REGRESSED, Kind.EXPIRING)
"""What the owner renews or decides anew, and the approver approves."""


AROUND_ID = "`'\".,:;()[]"
"""What may stand around an id in a sentence."""


class When(StrEnum):
    """How urgent something is, the most urgent first."""

    LATE = "late"
    WEEK = "week"
    MONTH = "month"
    WAITING = "waiting"
    """For an answer, an approval, a first decision or the end of a block; no day within 30 days is given."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that a role has to do."""

    when: When
    kind: str
    """That of its reminder, or one of those above."""
    status: Status
    role: str
    """Whose it is; empty where no role owns it."""
    day: date | None = None
    ask: Ask | None = None
    entry: RegisterEntry | None = None
    """The acceptance or exemption whose approval is missing."""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Which planned change waits for which open recommendation, by id (docs/method.md#this-week)."""

    awaited: Mapping[str, tuple[Status, ...]]
    """What each planned change waits for: what its decision names by its id."""
    waiting: Mapping[str, tuple[Status, ...]]
    """The same from the other side: the planned changes that wait for a recommendation."""


@made_once
def tasks(facts: Facts) -> tuple[Task, ...]:
    """Everything that some role has to do now, the most urgent first (docs/method.md#this-week)."""
    own = (*_reminded(reminders(facts), facts.as_of), *_changes(facts), *_undecided(facts))
    return tuple(sorted((*own, *_awaited(facts, own), *_unapproved(facts)), key=_order))


def approved_later(facts: Facts) -> Iterator[Reminder]:
    """What an approver who is not the owner approves once the owner renews it or decides anew.

    Without that of which an approval is missing already: it is a task.
    """
    named = {task.status.id for task in tasks(facts) if task.entry}
    for each in reminders(facts):
        waits = each.kind in TO_APPROVE and each.approver and not same_role(each.approver, each.role)
        if waits and each.status.id not in named:
            yield each


@made_once
def dependencies(facts: Facts) -> Dependencies:
    """Those of a day: open recommendations that the decision of a planned change names by their id."""
    awaited: dict[str, tuple[Status, ...]] = {}
    waiting: dict[str, tuple[Status, ...]] = {}
    for status in (*facts.in_state(State.OVERDUE), *_in_time(facts)):
        assert status.decision
        blocked = status.decision.blocked
        said = f"{status.decision.prerequisites} {blocked.note if blocked else ''}"
        named = {each.id: each for each in (named_by(word, facts) for word in said.split()) if each}
        others = (each for each in named.values() if each.open_share > 0 and each.id != status.id)
        if waited := tuple(sorted(others, key=risk_key)):
            awaited[status.id] = waited
            for other in waited:
                waiting[other.id] = (*waiting.get(other.id, ()), status)
    return Dependencies(awaited, waiting)


def named_by(word: str, facts: Facts) -> Status | None:
    """The recommendation whose id a word of a sentence is; None where it is none, and for a single letter."""
    return facts.statuses.get(word.strip(AROUND_ID)) if len(word) > 1 else None


def by_role(found: Iterable[Task]) -> list[tuple[str, tuple[Task, ...]]]:
    """The tasks of each role, in order; the role with the most that is late comes first, what has no owner last.

    Roles are matched whatever their letter case, and named as they are written first.
    """
    names: dict[str, str] = {}
    roles: dict[str, list[Task]] = {}
    for task in found:
        key = comparable(task.role)
        names.setdefault(key, task.role)
        roles.setdefault(key, []).append(task)

    def order(key: str) -> tuple[bool, int, int, str]:
        late = sum(1 for task in roles[key] if task.when is When.LATE)
        return not key, -late, -len(roles[key]), key

    return [(names[key], tuple(roles[key])) for key in sorted(roles, key=order)]


def waiting_role(task: Task) -> str:
    """The role that waits for it: who asked, or the owner of what is not approved; empty for any other task."""
    if task.ask:
        role = task.ask.asked_by or task.status.owner
    elif task.kind == UNAPPROVED:
        role = task.status.owner
    else:
        role = ""
    return "" if same_role(role, task.role) else role


def _reminded(found: Iterable[Reminder], as_of: date) -> Iterator[Task]:
    for each in found:
        when = _when_of(each, as_of)
        if when is not None:
            yield Task(when, each.kind.value, each.status, each.role, each.day, each.ask)


def _when_of(each: Reminder, as_of: date) -> When | None:
    if each.is_late(as_of):
        return When.LATE
    soon = _soon(each.day, as_of)
    return When.WAITING if soon is None and each.ask else soon


def _soon(day: date | None, as_of: date) -> When | None:
    """Whether a day is within the next week or month; None for any other, and without one."""
    if day is None or not as_of <= day <= as_of + MONTH:
        return None
    return When.WEEK if day <= as_of + WEEK else When.MONTH


def _changes(facts: Facts) -> Iterator[Task]:
    for status in _in_time(facts):
        due = status.decision.due if status.decision else None
        passed = due is not None and due < facts.as_of
        when = When.WAITING if passed else _soon(due, facts.as_of)
        kind = BLOCKED if status.blocked else UNMEASURED if passed else PLANNED
        if when is not None:
            yield Task(when, kind, status, status.owner, due)


def _in_time(facts: Facts) -> tuple[Status, ...]:
    """Planned changes that are not overdue by a measurement, blocked ones too."""
    return (*facts.in_state(State.PLANNED, State.BLOCKED), *facts.planned_unmeasured)


def _awaited(facts: Facts, own: Iterable[Task]) -> Iterator[Task]:
    """What another decision waits for, unless it is a task already: a change that is due later, or no decision yet."""
    named = {task.status.id for task in own if task.ask is None}
    for identifier in dependencies(facts).waiting:
        status = facts.statuses[identifier]
        if identifier in named:
            continue
        if status.state is State.UNDECIDED:
            yield Task(When.WAITING, Kind.UNDECIDED.value, status, status.owner)
        elif status.state in (State.PLANNED, State.BLOCKED) and status.decision:
            kind = BLOCKED if status.blocked else AWAITED
            yield Task(When.WAITING, kind, status, status.owner, status.decision.due)


def _unapproved(facts: Facts) -> Iterator[Task]:
    for entry in in_force((*facts.register, *facts.covered)):
        if entry.approval.asked and not recorded(entry):
            day = entry.until if entry.state is AcceptanceState.EXPIRING else None
            if entry.approval.filed_late:
                yield Task(When.WAITING, RECORD, entry.status, entry.status.owner, day, entry=entry)
            else:
                yield Task(When.WAITING, UNAPPROVED, entry.status, approver(entry), day, entry=entry)


def _undecided(facts: Facts) -> Iterator[Task]:
    for each in decisions_needed(facts):
        if each.kind is Kind.UNDECIDED:
            yield Task(When.WAITING, each.kind.value, each.status, each.role)


def _order(task: Task) -> tuple[object, ...]:
    """What is overdue by risk, then what is due within 30 days by day, then the rest by risk."""
    day, level = task.day or date.max, level_order(task.status.level)
    first = (day, level) if task.when in (When.WEEK, When.MONTH) else (level, day)
    question = task.ask.question if task.ask else ""
    return list(When).index(task.when), *first, risk_key(task.status), task.kind, question
