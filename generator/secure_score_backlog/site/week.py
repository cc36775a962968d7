# SPDX-License-Identifier: Apache-2.0
"""What each role has to do, in words: until when, and the next step (docs/method.md#this-week)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from secure_score_backlog import wording
from secure_score_backlog.decisions.attestations import same_role
from secure_score_backlog.decisions.model import Ask
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.ranking import risk_key
from secure_score_backlog.evaluation.register import RegisterEntry, approver
from secure_score_backlog.evaluation.status import NEEDS_NEW_DECISION, Status
from secure_score_backlog.evaluation.tasks import (
    APPROVE,
    AWAITED,
    BLOCKED,
    RECORD,
    UNAPPROVED,
    UNMEASURED,
    Dependencies,
    Task,
    When,
    by_role,
    tasks,
    waiting_role,
)
from secure_score_backlog.site.links import Site, slugs
from secure_score_backlog.site.words import change_day, remedy, since
from secure_score_backlog.site.work import first_step, where_to_set
from secure_score_backlog.text import comparable

MOST = 10
"""Rows of a role, so that a page has a size that does not depend on the tenant's; the board has all."""
MOST_ROLES = 15
COUNTED = {
    When.LATE: "overdue",
    When.WEEK: "due within 7 days",
    When.MONTH: "due within 30 days",
}
"""How many are of each urgency, in words; `waiting` says what the rest waits for."""
WAITED_FOR = {
    "an answer": ("unanswered",),
    "an approval": (UNAPPROVED, APPROVE),
    "the record of an approval": (RECORD,),
    "a decision": ("undecided",),
    "a change": (AWAITED,),
}
"""What the role is waited for, by kind; a blocked change waits for the end of its block."""
APPROVALS = (UNAPPROVED, RECORD, APPROVE)
"""Kinds about an approval: of what is in force, of its record, and of what is still to be written."""
TO_GIVE = {
    "answer": ("unanswered",),
    "approval": (UNAPPROVED, APPROVE),
    "record": (RECORD,),
    "decision": ("undecided",),
    "change": (AWAITED,),
}
"""The same for a table, where nothing else is said."""
WHAT_TO_DO = {
    "expired": "Renew it with a reason, or do it",
    "regressed": "Restore it, or make a new decision",
    "conflict": "Delete the decision’s file, or choose another decision",
    "expiring": "Renew it with a reason, or do it",
    "overdue": "Do it, or write a new date with the reason",
    "undecided": "Decide",
    "unmeasured": "Whether it is done is unknown, without a score. Write a new date, or make a new decision",
}
"""The step before Microsoft's own, by kind; nothing for a change that is simply to be made."""
WITHOUT_STEP = ("conflict", "undecided", UNMEASURED)
"""Kinds for which Microsoft's steps are not the next thing to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do, as it is shown."""

    task: Task
    until: str
    """Until when, in words; ends in a full stop."""
    step: str
    """The next step, in sentences."""
    portal: str | None = None
    minutes: str | None = None
    """Link to the minutes that are the record of an approval, where they were filed late."""
    awaits: tuple[str, ...] = ()
    """What it waits for, and what waits for it, each as a sentence."""

    @property
    def status(self) -> Status:
        """The recommendation."""
        return self.task.status

    @property
    def late(self) -> bool:
        """Its day has passed."""
        return self.task.when is When.LATE


@dataclass(frozen=True, slots=True)
class Block:
    """A planned change of a role that waits for the end of a block, or for another change, in words."""

    status: Status
    words: str
    """What blocks it, since when, and what would remove that, in sentences."""
    asked: tuple[str, ...] = ()
    """The requests and the changes that it waits for, each as a sentence."""
    of: tuple[str, ...] = ()
    """Where nothing blocks it: the owners of the changes that it waits for."""


@dataclass(frozen=True, slots=True)
class Role:
    """What one role has to do."""

    name: str
    """Empty for what no role owns."""
    anchor: str
    found: tuple[Task, ...]
    waits: tuple[Task, ...] = ()
    """What the role waits for: tasks of other roles."""
    blocked: tuple[Block, ...] = ()
    """Its changes that wait for the end of a block or for another change, the nearest due date first.

    Without those that are among what it has to do.
    """
    owns: bool = False
    """It owns a recommendation."""
    approves: bool = False
    """The register names it as an approver."""

    def at(self, *when: When) -> tuple[Task, ...]:
        """What is to be done then."""
        return tuple(task for task in self.found if task.when in when)

    @property
    def to_answer(self) -> str:
        """How many answers, approvals and decisions of this role others wait for: `2 answers, 1 approval`."""
        kinds = Counter(task.kind for task in self.found if task.ask or task.when is When.WAITING)
        found = {one: sum(kinds[kind] for kind in of) for one, of in TO_GIVE.items()}
        return ", ".join(wording.count(number, one) for one, number in found.items() if number)

    @property
    def gives(self) -> bool:
        """It has to answer or to approve something."""
        return any(task.ask or task.kind in APPROVALS for task in self.found[:MOST])

    @property
    def awaits(self) -> str:
        """Which roles it waits for, and how many of its changes are blocked: `Head of IT (2), 1 blocked`."""
        roles = Counter([task.role for task in self.waits])
        roles.update(owner for block in self.blocked for owner in block.of)
        named = [f"{role} ({number})" if number > 1 else role for role, number in roles.items()]
        blocked = [f"{wording.number(self.blocks)} blocked"] if self.blocks else []
        return ", ".join([*named, *blocked])

    @property
    def blocks(self) -> int:
        """How many of its changes wait for the end of a block."""
        return sum(1 for block in self.blocked if not block.of)

    @property
    def late(self) -> int:
        """How many are overdue."""
        return sum(1 for task in self.found if task.when is When.LATE)

    @property
    def summary(self) -> str:
        """How many of each urgency, and how often it waits for others or for the end of a block."""
        waits = len(self.waits) + len(self.blocked) - self.blocks
        others = f"waits for others: {wording.number(waits)}" if waits else ""
        blocked = f"blocked: {wording.number(self.blocks)}" if self.blocks else ""
        own = counted(self.found, "this role" if self.name else "") or "Nothing to do"
        return "; ".join(filter(None, (own, others, blocked)))


def work_by_role(facts: Facts, dependencies: Dependencies) -> list[Role]:
    """Every role that has something to do now, then those that only wait; what has no owner comes last."""
    all_tasks = tasks(facts, dependencies)
    found, waits = by_role(all_tasks), waits_by_role(all_tasks)
    blocked = blocks_by_role(facts, all_tasks, dependencies)
    busy = {comparable(name) for name, _ in found}
    idle = {role: name for role, (name, _) in (blocked | waits).items() if role not in busy}
    found += [(idle[role], ()) for role in sorted(idle)]
    found.sort(key=lambda item: not item[0])
    anchors = slugs(name for name, _ in found if name)
    owners = {comparable(status.owner) for status in facts.statuses.values() if status.owner}
    approvers = {comparable(approver(entry)) for entry in (*facts.register, *facts.covered, *facts.past)} - {""}
    return [
        Role(
            name,
            f"role-{anchors[name]}" if name else "no-role",
            mine,
            waits.get(comparable(name), ("", ()))[1],
            blocked.get(comparable(name), ("", ()))[1],
            comparable(name) in owners,
            comparable(name) in approvers,
        )
        for name, mine in found
    ]


def lines_of(role: Role, facts: Facts, site: Site, dependencies: Dependencies) -> tuple[Line, ...]:
    """The first things that a role has to do, as they are shown."""
    return tuple(line_of(task, facts, site, dependencies) for task in role.found[:MOST])


def waits_by_role(found: Iterable[Task]) -> dict[str, tuple[str, tuple[Task, ...]]]:
    """What each role waits for, by its comparable name, with its name as it is written first."""
    roles: dict[str, tuple[str, tuple[Task, ...]]] = {}
    for task in found:
        if role := waiting_role(task):
            name, before = roles.get(comparable(role), (role, ()))
            roles[comparable(role)] = name, (*before, task)
    return roles


def line_of(task: Task, facts: Facts, site: Site, dependencies: Dependencies) -> Line:
    """One thing to do, as it is shown."""
    own = not task.ask and task.kind not in APPROVALS
    between = (*prerequisites_of(task.status, dependencies), *dependents_of(task.status, dependencies)) if own else ()
    return Line(
        task,
        until(task, facts),
        next_step(task, facts, site),
        portal_of(task, site),
        minutes_of(task, site),
        (*awaited_answers(task.status, facts, task.role), *between) if own else (),
    )


def awaited_answers(status: Status, facts: Facts, role: str = "") -> tuple[str, ...]:
    """The questions that wait for an answer of other roles than one, in its decision or else that which it follows."""
    shared = facts.statuses.get((status.decision.same_as if status.decision else "") or "")
    asks = requests_about(status, facts) or (requests_about(shared, facts) if shared else ())
    return tuple(
        f"Waits for {ask.of}{f' by {wording.day(ask.by)}' if ask.by else ''}: {wording.sentence(ask.question)}"
        for ask in asks
        if not same_role(ask.of, role)
    )


def minutes_of(task: Task, site: Site) -> str | None:
    """Link to the minutes of an approval that were filed late; None for any other task, and any other record."""
    stated = task.entry.approval.stated if task.entry and task.kind == RECORD else None
    return site.record_link(stated.record, "attention.md") if stated else None


def prerequisites_of(status: Status, found: Dependencies) -> tuple[str, ...]:
    """What a change waits for, each as a sentence."""
    return tuple(
        f"Waits for {other.owner or 'an owner'}: {wording.sentence(other.title)}"
        for other in found.awaited.get(status.id, ())
    )


def dependents_of(status: Status, found: Dependencies) -> tuple[str, ...]:
    """What waits for it, each as a sentence."""
    return tuple(
        f"{other.owner} waits for it: {wording.sentence(other.title)}" for other in found.waiting.get(status.id, ())
    )


def blocks_by_role(
    facts: Facts, found: Iterable[Task], dependencies: Dependencies
) -> dict[str, tuple[str, tuple[Block, ...]]]:
    """The changes of each owner that wait, by its comparable name, without those that are tasks already."""
    named = {task.status.id for task in found if not task.ask and task.kind not in APPROVALS}
    owned = [
        each
        for each in facts.statuses.values()
        if (each.blocked or each.id in dependencies.awaited) and each.owner and each.id not in named
    ]
    roles: dict[str, tuple[str, tuple[Block, ...]]] = {}
    for status in sorted(owned, key=lambda each: (due_of(each) or date.max, risk_key(each))):
        name, before = roles.get(comparable(status.owner), (status.owner, ()))
        roles[comparable(status.owner)] = name, (*before, block_of(status, facts, dependencies))
    return roles


def due_of(status: Status) -> date | None:
    """When a planned change is due."""
    return status.decision.due if status.decision else None


def block_of(status: Status, facts: Facts, dependencies: Dependencies) -> Block:
    """A change that waits, in words, with the requests about it, or else about the decision whose reasons it shares."""
    assert status.decision
    asked = (*awaited_answers(status, facts), *prerequisites_of(status, dependencies))
    if not status.blocked:
        owners = tuple(other.owner or "an owner" for other in dependencies.awaited[status.id])
        return Block(status, f"Due on {wording.day(due_of(status))}." if due_of(status) else "", asked, owners)
    cause, due = wording.BLOCKERS[status.blocked.by.value], due_of(status)
    said = f"{cause[0].upper()}{cause[1:]}, blocked since {wording.day(status.blocked.since)}"
    said += f": {wording.sentence(status.blocked.note)}" if status.blocked.note else "."
    said += f" Due on {wording.day(due)}." if due else ""
    said += " Not measured." if status.planned_unmeasured else ""
    return Block(status, said, asked)


def requests_about(status: Status, facts: Facts) -> tuple[Ask, ...]:
    """The requests in the decision on a recommendation that wait for an answer."""
    return tuple(ask for other, ask in facts.asks if other.id == status.id)


def answer_by(day: date | None, as_of: date) -> str:
    """Until when an answer is waited for."""
    return f"answer by {dated(day, as_of)}" if day else "answer, no day given"


def awaited(task: Task, as_of: date) -> str:
    """What another role is waited for, and until when."""
    if task.kind == UNAPPROVED:
        return "approval" + (f", to renew by {dated(task.day, as_of)}" if task.day else "")
    return answer_by(task.day, as_of)


def counted(found: Iterable[Task], whom: str) -> str:
    """How many tasks are of each urgency: `2 overdue, 1 due within 7 days, 1 waits for an answer of this role`.

    Args:
        found: The tasks.
        whom: Whose answers are waited for, in words; empty where no role is known.
    """
    listed = list(found)
    numbers = Counter(task.when for task in listed)
    parts = [f"{wording.number(numbers[when])} {words}" for when, words in COUNTED.items() if numbers[when]]
    return ", ".join([*parts, *waiting([task for task in listed if task.when is When.WAITING], whom)])


def waiting(found: list[Task], whom: str) -> Iterator[str]:
    """How many tasks wait, and for what; nothing where none does."""
    if not found:
        return
    kinds = {task.kind for task in found}
    things = [thing for thing, of in WAITED_FOR.items() if kinds.intersection(of)]
    if things and whom:
        things[-1] += f" of {whom}"
    if BLOCKED in kinds:
        things.append("the end of a block")
    if UNMEASURED in kinds:
        things.append("a measurement")
    verb = "waits" if len(found) == 1 else "wait"
    said = " or ".join([", ".join(things[:-1]), things[-1]] if things[1:] else things)
    yield f"{wording.number(len(found))} {verb} for {said}"


def until(task: Task, facts: Facts) -> str:
    """Until when it is to be done, or since when it is overdue."""
    day, status = task.day, task.status
    match task.kind:
        case "unanswered":
            return asked_until(task, facts.as_of)
        case "regressed":
            return f"Regressed {change_day(facts, status.open_since)}."
        case "breached":
            accepted = status.decision.accepted if status.decision else None
            now = wording.share(status.observation.share if status.observation else None)
            was = wording.share(accepted.share if accepted else None)
            began = wording.day(status.breached_since) if status.breached_since else "an unknown day"
            return f"Breached since {began}: {now} achieved, {was} accepted."
        case "conflict":
            return f"Measured in full {since(status, status.held_since)}."
        case kind if kind in APPROVALS:
            return approval_until(task, facts.as_of)
        case "undecided":
            return "No decision is recorded."
        case "expired" | "expiring":
            return f"Last day: {dated(day, facts.as_of)}."
        case _:
            return f"Due on {dated(day, facts.as_of)}."


def approval_until(task: Task, as_of: date) -> str:
    """What an approver is waited for, and until when."""
    if task.kind in (UNAPPROVED, RECORD):
        renewal = f" To renew by {dated(task.day, as_of)}." if task.day else ""
        if task.entry and task.entry.late_record:
            return f"{task.entry.late_record}.{renewal}"
        return f"Approval missing.{renewal}"
    if task.status.state in NEEDS_NEW_DECISION:
        return f"To approve once {task.status.owner} decides anew."
    return f"To approve once {task.status.owner} renews it, by {dated(task.day, as_of)}."


def asked_until(task: Task, as_of: date) -> str:
    """Until when a question is to be answered, and who asks."""
    assert task.ask
    by = task.ask.asked_by or task.status.owner
    asked = f"asked{f' by {by}' if by else ''} on {wording.day(task.ask.since)}"
    if task.day is None:
        return f"No day given; {asked}."
    return f"Answer by {dated(task.day, as_of)}; {asked}."


def dated(day: date | None, as_of: date) -> str:
    """A day, and how far it is."""
    if day is None:
        return "unknown"
    left = (day - as_of).days
    if not left:
        return f"{wording.day(day)}, today"
    return f"{wording.day(day)}, " + (
        f"in {wording.count(left, 'day')}" if left > 0 else f"{wording.count(-left, 'day')} ago"
    )


def next_step(task: Task, facts: Facts, site: Site) -> str:
    """What comes next: what the decision says of it, else the first of Microsoft's steps."""
    decision = task.status.decision
    if task.ask:
        return answering(task)
    if task.entry:
        return approving(task.entry, facts)
    if task.kind == APPROVE:
        return ""
    if task.kind == BLOCKED and decision and decision.blocked:
        note = decision.blocked.note
        return (
            f"Blocked by a {wording.BLOCKERS[decision.blocked.by.value]}{f': {note}' if note else ''}".rstrip(".") + "."
        )
    said = restoring(task.status) if task.kind == "breached" else WHAT_TO_DO.get(task.kind, "")
    step = "" if task.kind in WITHOUT_STEP else first_step(task.status.recommendation.remediation, site)
    return " ".join(wording.sentence(part) for part in (said, f"First step: {step}" if step else "") if part)


def restoring(status: Status) -> str:
    """What to do about a breach, and with whom a lower level is agreed."""
    accepted = status.decision.accepted if status.decision else None
    approver = accepted.approver if accepted and not same_role(accepted.approver, status.owner) else ""
    return "Restore it, or " + (f"agree on the lower level with {approver}" if approver else "accept the lower level")


def approving(entry: RegisterEntry, facts: Facts) -> str:
    """What makes a missing approval count; text between backticks is code."""
    found, decision = entry.approval, entry.decision
    if found.filed and found.stated:
        return remedy(entry, without_github=facts.recorded.without_github)
    return f"Tell {decision.owner or 'the owner'} whether you approve. No approval counts yet: {found.words}."


def answering(task: Task) -> str:
    """The choice, the advice and the cost of a question, and when the change is due that it is about."""
    assert task.ask
    due = task.status.change_due
    parts = (
        (" / ".join(task.ask.choices), "Choice"),
        (task.ask.recommend, "Recommended"),
        (wording.day(due) if due and task.ask.recommend else "", "Change due"),
        (task.ask.cost, "Cost"),
        (task.ask.default, "Without an answer"),
    )
    return " ".join(f"{label}: {wording.sentence(text)}" for text, label in parts if text) or "No advice given."


def portal_of(task: Task, site: Site) -> str | None:
    """Where the step is done; None where the next step is none of Microsoft's."""
    if task.ask or task.kind in (*WITHOUT_STEP, BLOCKED, *APPROVALS):
        return None
    return where_to_set(task.status.recommendation, site)
