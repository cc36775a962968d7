# SPDX-License-Identifier: Apache-2.0
"""The facts of one day, from which all pages, exports and `status` are made.

Amounts are exact fractions, in points unless the name says share (0 to 1) or percent. Every list, count and figure is
defined in docs/method.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import wraps
from typing import TypeVar, cast

from secure_score_backlog.approval_records import records_of
from secure_score_backlog.approvals import Approvals
from secure_score_backlog.dates import ONE_DAY, add_months, first_day, last_day, month_of, months_between
from secure_score_backlog.decisions import policy as weighing
from secure_score_backlog.decisions.checks import CheckContext, decisions_in_force
from secure_score_backlog.decisions.model import Ask, DecisionHistory, DecisionVersion
from secure_score_backlog.decisions.policy import with_placeholders
from secure_score_backlog.evaluation.approval import Approval, Surroundings, approval_of, bringing, main_branch_of
from secure_score_backlog.evaluation.audit import Audit, audit
from secure_score_backlog.evaluation.insurance import NOTHING_ASKED, Insurance, Known, insurance_of
from secure_score_backlog.evaluation.ledger import Explained, Ledger, Score, explained_of, ledger_of, score_of
from secure_score_backlog.evaluation.microsoft import NO_CHANGES, MicrosoftChanges, microsoft_changes
from secure_score_backlog.evaluation.movement import Movement, movement_between
from secure_score_backlog.evaluation.ranking import by_points, ranked, unrated
from secure_score_backlog.evaluation.register import (
    AcceptanceState,
    ApprovalCounts,
    Judge,
    RegisterEntry,
    approval_counts,
    approver,
    register_of,
)
from secure_score_backlog.evaluation.register import in_force as entries_in_force
from secure_score_backlog.evaluation.review import Period, completed_in, period_of, regressed_in
from secure_score_backlog.evaluation.status import State, Status, done_under_answer, statuses_on
from secure_score_backlog.git import Version
from secure_score_backlog.problems import Problem, problem
from secure_score_backlog.ratings import LEVELS, Risk
from secure_score_backlog.recorded_packs import RecordedPack
from secure_score_backlog.reviews import Minutes, SignedReview
from secure_score_backlog.settings import Policy, Settings, Weight
from secure_score_backlog.snapshots.coverage import Coverage, coverage, old_snapshot
from secure_score_backlog.snapshots.known import graph_ids, is_made_of_title
from secure_score_backlog.snapshots.model import Catalogue, History, SnapshotDay
from secure_score_backlog.stored_history import StoredHistory
from secure_score_backlog.text import shown
from secure_score_backlog.workspace import Workspace

T = TypeVar("T")

FAR_AHEAD = 31
"""Days between the newest snapshot and a commit after which pages name the commit that sets their as-of date."""


UNMEASURED_MONTHS = 12
"""Months after the newest snapshot that have a review, apart from the one of the as-of date."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything computed for one as-of date, and the data it was computed from as it was known then."""

    as_of: date
    settings: Settings
    history: History
    """All snapshots, also those after the as-of date."""
    catalogue: Catalogue
    decisions: DecisionHistory
    """All versions. Those in force include what `same_as` shares; with an error their decision is None."""
    head: Version | None
    """The newest commit of the main branch; None without Git."""
    dated_by: Version | None
    """The commit that sets the as-of date, where that is much later than the newest snapshot; else None."""
    period: Period
    snapshot: SnapshotDay | None
    score: Score | None
    explained: Explained | None
    """What the scored recommendations account for; None without a snapshot."""
    ledger: Ledger
    statuses: Mapping[str, Status]
    """By id, in order."""
    movement: Movement | None
    register: tuple[RegisterEntry, ...]
    """The current acceptances, the nearest end first."""
    covered: tuple[RegisterEntry, ...]
    """The current exemptions, the nearest end first."""
    past: tuple[RegisterEntry, ...]
    """The ended acceptances and exemptions, the newest end first."""
    problems: tuple[Problem, ...] = ()
    """In order of place: of the decisions in force and, on the newest day, of reading the files."""
    microsoft: MicrosoftChanges = NO_CHANGES
    """What Microsoft changed within the period."""
    reviews: tuple[Review, ...] = ()
    """The months that `evaluate` was asked for, the newest first."""
    recorded: Approvals = field(default_factory=Approvals)
    """What GitHub said about the pull requests that brought commits."""
    insurance: Insurance = NOTHING_ASKED
    """The answers to the questions of insurers."""
    packs: tuple[RecordedPack, ...] = ()
    """The packs that were recorded up to the as-of date, in the order of the record."""
    audit: Audit | None = None
    """The audit of a period that ends with the as-of date, where `with_audit` was asked for one."""
    made: dict[object, object] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What `made_once` computed from these facts, by its function; a copy with other values begins without."""

    @property
    def accepted_approvals(self) -> ApprovalCounts:
        """How the approvals of the accepted risks in force are known."""
        return approval_counts(entries_in_force(self.register))

    @property
    def covered_approvals(self) -> ApprovalCounts:
        """How those of the exemptions in force are known."""
        return approval_counts(entries_in_force(self.covered))

    @property
    def approvals(self) -> ApprovalCounts:
        """Both together."""
        return approval_counts(entries_in_force((*self.register, *self.covered)))

    @property
    def coverage(self) -> Coverage:
        """What is known of each day from the first snapshot to the as-of date."""
        return coverage(self.history, self.as_of)

    def in_state(self, *states: State) -> tuple[Status, ...]:
        """The statuses in one of some states, by id."""
        return tuple(status for status in self.statuses.values() if status.state in states)

    @property
    def planned_unmeasured(self) -> tuple[Status, ...]:
        """The planned changes for which Microsoft gives no score at present, by id."""
        return tuple(status for status in self.statuses.values() if status.planned_unmeasured)

    @property
    def ranked(self) -> tuple[Status, ...]:
        """Eligible and rated, the highest risk first."""
        return ranked(self.statuses.values())

    @property
    def top(self) -> tuple[Status, ...]:
        """The first five of the ranking."""
        return self.ranked[:5]

    @property
    def unrated(self) -> tuple[Status, ...]:
        """Eligible, and without a risk level."""
        return unrated(self.statuses.values())

    @property
    def open_by_risk(self) -> dict[str, int]:
        """How many eligible recommendations have each risk level, the highest first (docs/method.md#ranking)."""
        found = Counter(status.risk_word for status in (*self.ranked, *self.unrated))
        return {str(level): found[level] for level in LEVELS}

    @property
    def by_points(self) -> tuple[Status, ...]:
        """The five with the most points for the least effort."""
        return by_points(self.statuses.values())

    @property
    def blocked(self) -> tuple[Status, ...]:
        """What is blocked, the longest first."""
        decided = ((status, status.decision) for status in self.in_state(State.BLOCKED))
        found = [(decision.blocked.since, status) for status, decision in decided if decision and decision.blocked]
        return tuple(status for _, status in sorted(found, key=lambda item: (item[0], item[1].id)))

    @property
    def asks(self) -> tuple[tuple[Status, Ask], ...]:
        """Every decision requested from others, the oldest first; those in drafts as well."""
        found = [(status, ask) for status in self.statuses.values() for ask in self.asked_about(status)]
        return tuple(sorted(found, key=lambda item: (item[1].since, item[0].id, item[1].question)))

    def asked_about(self, status: Status) -> tuple[Ask, ...]:
        """What the decision on a recommendation requests from others, the oldest first."""
        asks = status.decision.asks if status.decision else ()
        known = (ask for ask in asks if ask.since <= self.as_of)
        return tuple(sorted(known, key=lambda ask: (ask.since, ask.question)))

    @property
    def completed(self) -> tuple[Status, ...]:
        """What was completed within the period, the oldest first."""
        found = [(status.completed_on, status) for status in self.statuses.values() if status.completed_on]
        return tuple(status for _, status in sorted(found, key=lambda item: (item[0], item[1].id)))

    @property
    def regressed(self) -> tuple[Status, ...]:
        """What lost points within the period, the oldest first."""
        found = [(status.regressed_on, status) for status in self.statuses.values() if status.regressed_on]
        return tuple(status for _, status in sorted(found, key=lambda item: (item[0], item[1].id)))

    @property
    def shadow(self) -> tuple[Status, ...]:
        """Shadow acceptances: what only the portal accepts or claims, by id."""
        return tuple(status for status in self.statuses.values() if status.is_shadow)

    @property
    def accepted_in_portal_only(self) -> int:
        """How many of them an administrator marked as an accepted risk; the others as resolved by other means."""
        return sum(1 for status in self.shadow if status.is_accepted_in_portal)

    @property
    def stale(self) -> tuple[Status, ...]:
        """Open and without activity for `stale_months`, the longest first."""
        months = self.settings.stale_months
        opened = [(status.last_activity, status) for status in self.statuses.values() if status.open_share > 0]
        found = [(since, status) for since, status in opened if since and add_months(since, months) <= self.as_of]
        return tuple(status for _, status in sorted(found, key=lambda item: (item[0], item[1].id)))

    @property
    def recorded_later(self) -> tuple[str, ...]:
        """Recommendations whose first decision was recorded after the as-of date, by id."""
        recorded = self.decisions.recorded(date.max)
        return tuple(
            identifier
            for identifier, versions in sorted(self.decisions.versions.items())
            if versions and versions[0].version.at.date() > self.as_of and identifier in recorded
        )

    @property
    def counts(self) -> dict[str, int]:
        """The headline counts, in the order of the JSON."""
        return {
            "undecided": len(self.in_state(State.UNDECIDED)),
            "expired": len(self.in_state(State.EXPIRED)),
            "expiring": sum(1 for entry in self.register if entry.state is AcceptanceState.EXPIRING),
            "breached": len(self.in_state(State.BREACHED)),
            "overdue": len(self.in_state(State.OVERDUE)),
            "carried": self.accepted_approvals.all,
            "shadow": len(self.shadow),
            "unrated": len(self.unrated),
            "stale": len(self.stale),
            "ownerless": sum(1 for status in self.statuses.values() if status.open_share > 0 and not status.owner),
            "asks": len(self.asks),
        }


def made_once(make: Callable[[Facts], T]) -> Callable[[Facts], T]:
    """A function that is computed once for each `Facts`: several pages show its result, which is not to be changed."""

    @wraps(make)
    def kept(facts: Facts) -> T:
        if make not in facts.made:
            facts.made[make] = make(facts)
        return cast(T, facts.made[make])

    return kept


@dataclass(frozen=True, slots=True)
class Review:
    """One month: its facts and its minutes."""

    month: str
    """YYYY-MM."""
    facts: Facts
    minutes: Minutes | None = None
    signed: SignedReview | None = None
    """The signed facts, once they are merged: the month's page shows them."""
    finished: bool = True
    """False for the month that is still running on the as-of date."""

    @property
    def is_measured(self) -> bool:
        """A day of the month has a snapshot."""
        snapshot = self.facts.snapshot
        return snapshot is not None and month_of(snapshot.day) == self.month


def evaluate(workspace: Workspace, as_of: date, *, months: Collection[str] | None = ()) -> Facts:
    """The facts of a day. Pure: the same workspace and day give the same facts.

    Args:
        workspace: What was read from a folder.
        as_of: The day to evaluate.
        months: The months (YYYY-MM) to evaluate as well, each at its end; None: all of them.
    """
    known = known_on(workspace, as_of)
    history = known.history
    period = period_of(history, month_of(as_of), as_of)
    statuses = statuses_on(known, as_of)
    movement = movement_in(history, period, statuses)
    statuses = with_events(statuses, history, period, as_of, movement)
    everything = tuple(statuses.values())
    snapshot = history.newest(as_of)
    ledger = ledger_of(everything, snapshot)
    score = score_of(everything, ledger, snapshot) if snapshot else None
    explained = explained_of(everything, ledger, snapshot) if snapshot else None
    register = register_of(everything, as_of, judge_of(known))
    insurance, of_questions = insurance_of(
        known,
        Known(
            as_of,
            snapshot,
            statuses,
            register,
            history,
            score,
            explained,
            ledger.claimed,
            recorded=any(status.decision and not status.decision.draft for status in everything),
            has_git=known.decisions.has_git,
            by_id=Known.by_compared_id(everything),
        ),
    )
    missing = unapproved(register.accepted, policy_of(known, as_of))
    month_end_before = first_day(month_of(as_of)) - ONE_DAY
    facts = Facts(
        as_of=as_of,
        settings=known.settings,
        history=history,
        catalogue=known.catalogue,
        decisions=known.decisions,
        head=known.head,
        dated_by=known.dated_by if is_far_ahead(known.dated_by, snapshot, as_of) else None,
        period=period,
        snapshot=snapshot,
        score=score,
        explained=explained,
        ledger=ledger,
        statuses=statuses,
        movement=movement,
        microsoft=microsoft_changes(
            history,
            movement,
            workspace.catalogue_listed_on(month_end_before),
            workspace.catalogue_listed_on(as_of),
            stored_before=workspace.catalogue_stored_by(month_end_before),
        ),
        register=register.accepted,
        covered=register.covered,
        past=register.past,
        recorded=known.approvals,
        problems=tuple(sorted({*known.problems, *of_questions, *missing}, key=lambda each: each.order)),
        insurance=insurance,
        packs=tuple(each for each in known.packs if each.made.date() <= as_of),
    )
    written = (*known.minutes, *known.signed)
    wanted = [month for month in months_of(history, as_of, written) if months is None or month in months]
    return replace(facts, reviews=tuple(review_of(workspace, month, facts) for month in wanted)) if wanted else facts


def with_audit(facts: Facts, workspace: Workspace, stored: StoredHistory, start: date | None = None) -> Facts:
    """The facts with the audit of the period up to their day; see `evaluation.audit.audit`. Pure."""
    entries = entries_in_force((*facts.register, *facts.covered))
    return replace(facts, audit=audit(workspace, stored, facts.coverage, entries, facts.as_of, start))


def judge_of(known: Workspace) -> Judge:
    """What is known about the approval of an acceptance or an exemption."""
    around = Surroundings.of(known, records_of(known.decisions))

    def judge(versions: tuple[DecisionVersion, ...]) -> Approval:
        brought = bringing(versions)
        decision, commit = versions[-1].decision, brought.version.commit
        assert decision is not None
        approval = decision.approvable.approval if decision.approvable else None
        words = (decision.recommendation, known.catalogue.get(decision.recommendation).title)
        record = around.record(commit, approval.record, *words) if approval and commit else None
        before = around.settings_before(commit)
        return approval_of(brought.version, decision, known.approvals, before.roles, record, main_branch_of(before))

    return judge


def policy_of(known: Workspace, as_of: date) -> Callable[[str], Policy]:
    """The policy that the decision about an id is judged by on a day (docs/method.md#policy)."""

    def policy(identifier: str) -> Policy:
        made = known.decisions.answered(identifier, as_of)
        return weighing.in_force(known.settings.policy, known.settings_on(made or as_of).policy)

    return policy


def unapproved(entries: Iterable[RegisterEntry], policy: Callable[[str], Policy]) -> Iterator[Problem]:
    """The acceptances of critical risks in force that nobody approved, where GitHub was asked about their commit."""
    for entry in entries_in_force(entries):
        if entry.status.level is not Risk.CRITICAL or not entry.approval.asked or entry.approval.recorded:
            continue
        weight = policy(entry.status.id).critical_unapproved
        if weight is Weight.OFF:
            continue
        source = entry.status.versions[-1].source
        yield problem(
            "approval-missing",
            entry.status.versions[-1].version.path,
            source.line("accepted", "approver") if source else None,
            f"This accepts a critical risk, and no approval by {shown(approver(entry))} counts: "
            f"{entry.approval.words}.",
            "A new approval needs a new pull request that changes this decision, such as its reason or `until`. Open "
            f"one, and have {shown(approver(entry))} approve it on GitHub before the merge (`roles` in backlog.yml "
            "has to list a login for that role already). Or, where it was approved on paper or by mail, write in "
            "that pull request below `accepted:` a key `approval:` and below that `by:` (the role), `on:` (the day) "
            "and `record:` (a link or a file).",
            severity=weighing.SEVERITIES[weight],
        )


def is_far_ahead(dated_by: Version | None, snapshot: SnapshotDay | None, as_of: date) -> bool:
    """Whether a commit sets the as-of date, and is so much later than the newest snapshot that readers should know.

    Either nothing was collected for weeks, or the clock of whoever made the commit was wrong: data cannot tell.
    """
    if dated_by is None or dated_by.at.date() != as_of or snapshot is None:
        return False
    return (as_of - snapshot.day).days > FAR_AHEAD


def known_on(workspace: Workspace, day: date) -> Workspace:
    """The workspace as it was known at the end of a day: settings, catalogue, and the decisions in force, checked.

    A decision with an error becomes None. Problems of reading belong to today's files, so only the newest day has them.
    """
    settings, catalogue = workspace.settings_on(day), workspace.catalogue_on(day)
    decisions = with_placeholders(workspace.decisions, settings, workspace.settings_on)
    workspace = replace(workspace, decisions=decisions)
    history, in_force = workspace.history, decisions.in_force(day)
    newest = history.newest(day)
    counting, problems = decisions_in_force(
        [version for version in in_force.values() if version.source is not None],
        check_context(workspace, day, settings, catalogue),
    )
    versions = dict(decisions.versions)
    for name, version in in_force.items():
        if version.source is not None:
            decision = counting.get(name)
            checked = replace(version, decision=decision, readable=decision is not None)
            versions[name] = tuple(checked if each is version else each for each in versions[name])
    of_reading = workspace.problems if day >= workspace.newest_day else ()
    of_days = (late,) if newest and (late := old_snapshot(newest, day)) else ()
    return replace(
        workspace,
        settings=settings,
        catalogue=catalogue,
        decisions=replace(decisions, versions=versions),
        problems=tuple(sorted({*of_reading, *of_days, *problems}, key=lambda problem: problem.order)),
    )


def check_context(workspace: Workspace, day: date, settings: Settings, catalogue: Catalogue) -> CheckContext:
    """What decisions are checked against, as it was known at the end of a day.

    Args:
        workspace: What was read from a folder.
        day: The day that is judged.
        settings: The settings of that day.
        catalogue: The catalogue of that day.
    """
    history, decisions = workspace.history, workspace.decisions
    newest = history.newest(day)
    scored = history.scored(newest.day) if newest else {}
    answered = {name: first for name in decisions.versions if (first := decisions.answered(name, day)) is not None}
    return CheckContext(
        today=day,
        settings=settings,
        catalogued={name for name, entry in catalogue.recommendations.items() if entry.in_catalogue},
        scored=scored.keys(),
        known={name for name, line in history.timelines.items() if line.days and line.days[0] <= day},
        decided=answered,
        done={name for name, seen in scored.items() if seen.observed_in_full},
        reached=done_under_answer(history, answered, day),
        authors={each.version.author for name in decisions.versions for each in decisions.until(name, day)} - {""},
        without_github=workspace.approvals.without_github,
        has_file=workspace.record_files.get if day >= workspace.newest_day else None,
        settings_when=workspace.settings_on,
        graph_ids=graph_ids(catalogue) if any(map(is_made_of_title, decisions.in_force(day))) else {},
    )


def with_events(
    statuses: Mapping[str, Status], history: History, period: Period, as_of: date, movement: Movement | None
) -> dict[str, Status]:
    """The statuses, with what was completed and what regressed within the period."""
    found = dict(statuses)
    for name, (day, how) in completed_in(history, period).items():
        if name in found:
            found[name] = replace(found[name], completed_on=day, completed_how=how)
    for name, (day, points, recovered) in regressed_in(history, period, as_of, movement).items():
        if name in found:
            found[name] = replace(found[name], regressed_on=day, points_lost=points, recovered_on=recovered)
    return found


def movement_in(history: History, period: Period, statuses: Mapping[str, Status]) -> Movement | None:
    """The movement of a period; None before the first snapshot."""
    if period.start is None or period.end is None:
        return None
    before, after = history.newest(period.start), history.newest(period.end)
    if before is None or after is None:
        return None
    return movement_between(history, before, after, statuses)


def months_of(history: History, as_of: date, written: Collection[str] = ()) -> tuple[str, ...]:
    """The months that have a review: from the first snapshot's to that of the as-of date, the newest first.

    Of the months after the newest snapshot, those are the first twelve, the last, and those with minutes or signed
    facts (`written`): a commit whose clock was wrong does not make a page for each month of a century.
    """
    newest = history.newest(as_of)
    if newest is None:
        return ()
    known = months_between(history.days[0].day, min(as_of, add_months(newest.day, UNMEASURED_MONTHS)))
    first, last = month_of(history.days[0].day), month_of(as_of)
    return tuple(sorted({*known, last, *(month for month in written if first <= month <= last)}, reverse=True))


def review_of(workspace: Workspace, month: str, facts: Facts) -> Review:
    """The review of a month: at its end, or on the as-of date of `facts` where the month still runs."""
    end = min(last_day(month), facts.as_of)
    return Review(
        month=month,
        facts=facts if end == facts.as_of else evaluate(workspace, end),
        minutes=workspace.minutes.get(month),
        signed=workspace.signed.get(month),
        finished=last_day(month) <= facts.as_of,
    )
