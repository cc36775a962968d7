# SPDX-License-Identifier: Apache-2.0
"""What each role has to do, in words: until when, and the next step (docs/method.md#this-week)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from secure_score_backlog import wording
from secure_score_backlog.decisions.attestations import same_role
from secure_score_backlog.decisions.model import Ask
from secure_score_backlog.evaluation.approval import Reason
from secure_score_backlog.evaluation.facts import Facts, made_once
from secure_score_backlog.evaluation.ranking import risk_key
from secure_score_backlog.evaluation.register import RegisterEntry, approver
from secure_score_backlog.evaluation.status import NEEDS_NEW_DECISION, State, Status
from secure_score_backlog.evaluation.tasks import (
    AWAITED,
    BLOCKED,
    RECORD,
    UNAPPROVED,
    UNMEASURED,
    Task,
    When,
    approved_later,
    by_role,
    dependencies,
    tasks,
    waiting_role,
)
from secure_score_backlog.site.links import Site, slugs
from secure_score_backlog.site.words import remedy, restoring
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
    "an approval": (UNAPPROVED,),
    "the record of an approval": (RECORD,),
    "a decision": ("undecided",),
    "a change": (AWAITED,),
}
"""What the role is waited for, by kind; a blocked change waits for the end of its block."""
APPROVALS = (UNAPPROVED, RECORD)
"""Kinds about an approval: of what is in force, and of its record."""
NOT_APPROVED_AS_MERGED = (Reason.STALE, Reason.LATE)
"""Reasons of an approval that does not count: of another state than the one that was merged, or after the merge."""
TO_GIVE = {
    "answer": ("unanswered",),
    "approval": (UNAPPROVED,),
    "record": (RECORD,),
    "decision": ("undecided",),
    "change": (AWAITED,),
}
"""The same for a table, where nothing else is said."""
WHAT_TO_DO = {
    "expired": ("Renew it with a reason; its last day was {day}", "do it"),
    "expiring": ("Renew it with a reason by {day}", "do it"),
    "regressed": ("Restore it", "make a new decision"),
    "conflict": ("Delete the decision’s file: Microsoft measures it as done", "choose another decision"),
    "overdue": ("Do it; it was due on {day}", "write a new date with the reason"),
    "undecided": ("Decide", ""),
    UNMEASURED: (
        "Write a new date; it was due on {day}",
        "make a new decision: without a score, whether it is done is unknown",
    ),
}
"""What to do first, and what could be done instead, by kind; where it is missing, more than the day belongs to it."""
STEP_OF_OTHER = ("expired", "expiring")
"""Kinds for which Microsoft's steps belong to what could be done instead."""
WITHOUT_STEP = ("conflict", "undecided", UNMEASURED)
"""Kinds for which Microsoft's steps are not the next thing to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do, as it is shown: what to do, then why and until when."""

    task: Task
    to_do: str
    """What to do first, as a sentence; empty where nothing can be done yet. Text between backticks is code."""
    step: str
    """What belongs to it, in sentences: the first of Microsoft's steps, or what is known of a question."""
    note: str
    """What could be done instead, who asks, or why an approval does not count, in sentences; may be empty."""
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
        """Its day has passed, and the state of the recommendation does not say so."""
        return self.task.when is When.LATE and (self.task.ask is not None or self.status.state is not State.OVERDUE)


@dataclass(frozen=True, slots=True)
class Wait:
    """What a role waits for: an answer, an approval or a change of another one, or the end of a block."""

    role: str
    """Who is waited for; empty where no role is asked."""
    what: str
    """`answer`, `approval`, `new decision`, `renewal` or `change`; what blocks it where no role is asked."""
    status: Status
    """What it is about; where no role is asked, the change that is blocked."""
    question: str = ""
    """What is asked, for an answer."""
    until: str = ""
    """Until when, in words."""
    late: bool = False
    """That day has passed."""
    changes: tuple[Status, ...] = ()
    """The changes of the role that wait for it, the nearest due date first."""


@dataclass(frozen=True, slots=True)
class Role:
    """What one role has to do."""

    name: str
    """Empty for what no role owns."""
    anchor: str
    found: tuple[Task, ...]
    waits: tuple[Wait, ...] = ()
    """What the role waits for, by the role that is waited for; without what is among what it has to do."""
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
        """Which roles it waits for, each with how often, and what is blocked: `Head of IT (2), 1 blocked`."""
        found = self.awaited_roles.items()
        named = [f"{role} ({wording.number(number)})" if number > 1 else role for role, number in found]
        return ", ".join(filter(None, (*named, self.blocked)))

    @property
    def awaited_roles(self) -> Counter[str]:
        """How often it waits for each role."""
        return Counter(wait.role for wait in self.waits if wait.role)

    @property
    def blocked(self) -> str:
        """How many of its changes are blocked and ask no role: `1 blocked`."""
        return f"{wording.number(self.unasked)}\u00a0blocked" if self.unasked else ""

    @property
    def waiting(self) -> str:
        """For whom it waits and what is blocked, and that it has nothing to do about it until that is due."""
        others = f"waits for {', '.join(self.awaited_roles)}" if self.awaited_roles else ""
        said = "; ".join(filter(None, (others, self.blocked)))
        return f"{said[:1].upper()}{said[1:]}: nothing to do now."

    @property
    def unasked(self) -> int:
        """For how many of its blocked changes no role is asked anything."""
        return sum(1 for wait in self.waits if not wait.role)

    @property
    def late(self) -> int:
        """How many are overdue."""
        return sum(1 for task in self.found if task.when is When.LATE)

    @property
    def summary(self) -> str:
        """How many of each urgency, and how often it waits for others or for the end of a block."""
        waits = len(self.waits) - self.unasked
        others = f"waits for others: {wording.number(waits)}" if waits else ""
        own = counted(self.found, "this role" if self.name else "") or "Nothing to do"
        return "; ".join(filter(None, (own, others, self.blocked)))


@made_once
def work_by_role(facts: Facts) -> tuple[Role, ...]:
    """Every role that has something to do now, then those that only wait; what has no owner comes last."""
    all_tasks = tasks(facts)
    found, waits = by_role(all_tasks), waits_by_role(facts, all_tasks)
    busy = {comparable(name) for name, _ in found}
    idle = {role: name for role, (name, _) in waits.items() if role not in busy}
    found += [(idle[role], ()) for role in sorted(idle)]
    found.sort(key=lambda item: not item[0])
    anchors = slugs(name for name, _ in found if name)
    owners = {comparable(status.owner) for status in facts.statuses.values() if status.owner}
    approvers = {comparable(approver(entry)) for entry in (*facts.register, *facts.covered, *facts.past)} - {""}
    return tuple(
        Role(
            name,
            f"role-{anchors[name]}" if name else "no-role",
            mine,
            waits.get(comparable(name), ("", ()))[1],
            comparable(name) in owners,
            comparable(name) in approvers,
        )
        for name, mine in found
    )


def lines_of(role: Role, facts: Facts, site: Site) -> tuple[Line, ...]:
    """The first things that a role has to do, as they are shown."""
    return tuple(line_of(task, facts, site) for task in role.found[:MOST])


def line_of(task: Task, facts: Facts, site: Site) -> Line:
    """One thing to do, as it is shown."""
    own = not task.ask and task.kind not in APPROVALS
    between = (*prerequisites_of(task.status, facts), *dependents_of(task.status, facts)) if own else ()
    first, other = to_do_of(task, facts)
    return Line(
        task,
        wording.sentence(first) if first else "",
        step_of(task, other, site),
        note_of(task, other, facts),
        portal_of(task, site),
        minutes_of(task, site),
        (*awaited_answers(task.status, facts, task.role), *between) if own else (),
    )


def awaited_answers(status: Status, facts: Facts, role: str) -> tuple[str, ...]:
    """The questions that wait for an answer of other roles than one, each as a sentence."""
    return tuple(
        f"Waits for {ask.of}{f' by {wording.day(ask.by)}' if ask.by else ''}: {wording.sentence(ask.question)}"
        for _, ask in asked_of_others(status, facts, role)
    )


def asked_of_others(status: Status, facts: Facts, role: str) -> list[tuple[Status, Ask]]:
    """What is asked of other roles than one, in a decision or else in that which it follows, with the one that asks."""
    shared = facts.statuses.get((status.decision.same_as if status.decision else "") or "")
    asking = next((each for each in (status, shared) if each and facts.asked_about(each)), None)
    asks = facts.asked_about(asking) if asking else ()
    return [(asking, ask) for ask in asks if asking and not same_role(ask.of, role)]


def minutes_of(task: Task, site: Site) -> str | None:
    """Link to the minutes of an approval that were filed late; None for any other task, and any other record."""
    stated = task.entry.approval.stated if task.entry and task.kind == RECORD else None
    return site.record_link(stated.record, "attention.md") if stated else None


def prerequisites_of(status: Status, facts: Facts) -> tuple[str, ...]:
    """What a change waits for, each as a sentence."""
    return tuple(
        f"Waits for {other.owner or 'an owner'}: {wording.sentence(other.title)}"
        for other in dependencies(facts).awaited.get(status.id, ())
    )


def dependents_of(status: Status, facts: Facts) -> tuple[str, ...]:
    """What waits for it, each as a sentence."""
    waiting = dependencies(facts).waiting.get(status.id, ())
    return tuple(f"{other.owner} waits for it: {wording.sentence(other.title)}" for other in waiting)


def waits_by_role(facts: Facts, found: tuple[Task, ...]) -> dict[str, tuple[str, tuple[Wait, ...]]]:
    """What each role waits for, by its comparable name, with its name as it is written first.

    What several changes wait for is named once, with each of them.
    """
    names: dict[str, str] = {}
    waits: dict[str, dict[tuple[str, ...], Wait]] = {}
    expected = [(role, awaited(task, facts.as_of)) for task in found if (role := waiting_role(task))]
    for role, wait in (*expected, *of_renewals(facts), *of_changes(facts, found)):
        mine = waits.setdefault(comparable(role), {})
        names.setdefault(comparable(role), role)
        key = (comparable(wait.role), wait.what, wait.question or wait.status.id)
        before = mine.get(key)
        mine[key] = replace(before, changes=(*before.changes, *wait.changes)) if before else wait
    return {role: (names[role], tuple(by_awaited(mine.values()))) for role, mine in waits.items()}


def by_awaited(waits: Iterable[Wait]) -> list[Wait]:
    """By the role that is waited for, each where it is named first; where no role is asked, last."""
    listed = list(waits)
    places = {comparable(wait.role): place for place, wait in reversed(list(enumerate(listed)))}
    return sorted(listed, key=lambda wait: (not wait.role, places[comparable(wait.role)]))


def of_renewals(facts: Facts) -> Iterator[tuple[str, Wait]]:
    """What each approver will approve: the renewal by another role, or its new decision."""
    for each in approved_later(facts):
        ended = each.status.state in NEEDS_NEW_DECISION
        what, until = ("new decision", "overdue") if ended else ("renewal", wording.day(each.day) if each.day else "")
        yield each.approver, Wait(each.role or "an owner", what, each.status, until=until, late=ended)


def of_changes(facts: Facts, found: Iterable[Task]) -> Iterator[tuple[str, Wait]]:
    """What the changes of each owner wait for, the nearest due date first, without those that are tasks already."""
    named = {task.status.id for task in found if not task.ask and task.kind not in APPROVALS}
    awaited_by = dependencies(facts).awaited
    owned = [
        each
        for each in facts.statuses.values()
        if (each.blocked or each.id in awaited_by) and each.owner and each.id not in named
    ]
    for status in sorted(owned, key=lambda each: (due_of(each) or date.max, risk_key(each))):
        asks = asked_of_others(status, facts, "")
        for asking, ask in asks:
            yield status.owner, replace(answer_of(asking, ask, facts.as_of), changes=(status,))
        for other in awaited_by.get(status.id, ()):
            yield status.owner, change_of(other, status, facts.as_of)
        if not asks and status.id not in awaited_by and status.blocked:
            until, is_late = due_words(status, facts.as_of)
            yield status.owner, Wait("", blockage_of(status), status, until=until, late=is_late)


def answer_of(status: Status, ask: Ask, as_of: date) -> Wait:
    """The answer to a question."""
    until, is_late = until_words(ask.by, as_of) if ask.by else ("no day given", False)
    return Wait(ask.of, "answer", status, ask.question, until, late=is_late)


def change_of(other: Status, status: Status, as_of: date) -> Wait:
    """Another change, which comes first."""
    until, is_late = due_words(other, as_of)
    return Wait(other.owner or "an owner", "change", other, until=until, late=is_late, changes=(status,))


def due_words(status: Status, as_of: date) -> tuple[str, bool]:
    """When a change is due, and whether that has passed."""
    if status.change_due is None:
        return "no day given" if status.change_planned else "not decided", False
    return until_words(status.change_due, as_of)


def until_words(day: date, as_of: date) -> tuple[str, bool]:
    """Until when something is waited for, and whether that has passed."""
    return f"{'overdue since ' if day < as_of else ''}{wording.day(day)}", day < as_of


def due_of(status: Status) -> date | None:
    """When a planned change is due."""
    return status.decision.due if status.decision else None


def blockage_of(status: Status) -> str:
    """What blocks a change and since when, and what would remove that, as a sentence."""
    assert status.blocked
    cause = wording.BLOCKERS[status.blocked.by.value]
    said = f"{cause[0].upper()}{cause[1:]}, blocked since {wording.day(status.blocked.since)}"
    said += f": {wording.sentence(status.blocked.note)}" if status.blocked.note else "."
    return said + (" Not measured." if status.planned_unmeasured else "")


def awaited(task: Task, as_of: date) -> Wait:
    """What another role is waited for, and until when: an answer, or an approval."""
    if task.ask:
        return answer_of(task.status, task.ask, as_of)
    until = f"to renew by {wording.day(task.day)}" if task.day else "in force without it"
    return Wait(task.role, "approval", task.status, until=until)


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


def note_of(task: Task, other: str, facts: Facts) -> str:
    """What could be done instead, who asks, or why an approval does not count, in sentences; may be empty."""
    if task.ask:
        return asked_by(task)
    if task.kind in APPROVALS:
        return approval_until(task)
    if task.kind == BLOCKED and task.day:
        return f"{'It was due' if task.day < facts.as_of else 'Due'} on {wording.day(task.day)}."
    return wording.sentence(f"Or {other}") if other and task.kind not in STEP_OF_OTHER else ""


def approval_until(task: Task) -> str:
    """Until when an approver is waited for, and why no approval counts yet."""
    if not task.entry:
        return ""
    renewal = f"To renew by {wording.day(task.day)}." if task.day else ""
    late = task.entry.late_record
    why = f"{late}." if late else f"No approval counts yet: {task.entry.approval.words}."
    return f"{why} {renewal}".rstrip()


def asked_by(task: Task) -> str:
    """Who asks, since when where no day is given, and the owner of what it is about, where that is another role."""
    assert task.ask
    by, owner = task.ask.asked_by or task.status.owner, task.status.owner
    since = "" if task.ask.by else f" on {wording.day(task.ask.since)}"
    asked = f"Asked{f' by {by}' if by else ''}{since}." if by or since else ""
    return asked + (f" Owner: {owner}." if owner and not same_role(owner, by) else "")


def to_do_of(task: Task, facts: Facts) -> tuple[str, str]:
    """What to do first, and what could be done instead, without a full stop; text between backticks is code.

    Both may be empty: the first where nothing can be done yet.
    """
    status, day = task.status, wording.day(task.day) if task.day else ""
    if task.entry:
        return approving(task.entry, facts), ""
    match task.kind:
        case "unanswered":
            return f"Answer by {day}" if day else "Answer; no day is given", ""
        case "planned" | "awaited":
            return f"Do it by {day}" if day else "Do it; no day is given", ""
        case "breached":
            return restoring(status), new_level(status)
        case "blocked":
            waits = asked_of_others(status, facts, "") or status.id in dependencies(facts).awaited
            return "" if waits else "Ask who can end the block", ""
        case kind:
            first, other = WHAT_TO_DO.get(kind, ("", ""))
            return first.format(day=day), other


def step_of(task: Task, other: str, site: Site) -> str:
    """What belongs to it: what blocks it, what is known of a question, else the first of Microsoft's steps."""
    decision = task.status.decision
    if task.ask:
        return answering(task)
    if task.kind == BLOCKED and decision and decision.blocked:
        note = decision.blocked.note
        return wording.sentence(
            f"Blocked by a {wording.BLOCKERS[decision.blocked.by.value]}{f': {note}' if note else ''}"
        )
    if task.kind in (*WITHOUT_STEP, *APPROVALS):
        return ""
    step = first_step(task.status.recommendation.remediation, site)
    said = [wording.sentence(f"Or {other}")] if task.kind in STEP_OF_OTHER else []
    said += [wording.sentence(f"First step: {step}")] if step else []
    return " ".join(said)


def new_level(status: Status) -> str:
    """What could be done about a breach instead, and with whom that is agreed."""
    accepted = status.decision.accepted if status.decision else None
    approver = accepted.approver if accepted and not same_role(accepted.approver, status.owner) else ""
    return f"agree with {approver} on a new level" if approver else "accept a new level"


def approving(entry: RegisterEntry, facts: Facts) -> str:
    """What makes a missing approval count; text between backticks is code."""
    found, owner = entry.approval, entry.decision.owner or "the owner"
    if found.filed and found.stated:
        return remedy(entry, without_github=facts.recorded.without_github)
    if found.reason in NOT_APPROVED_AS_MERGED:
        return f"Approve what was merged, or refuse it: tell {owner}."
    return f"Tell {owner} whether you approve."


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
