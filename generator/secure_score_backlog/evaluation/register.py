# SPDX-License-Identifier: Apache-2.0
"""The register of accepted risks and exemptions (docs/method.md#register)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import groupby, pairwise, zip_longest

from secure_score_backlog.decisions.attestations import same_role
from secure_score_backlog.decisions.model import Bucket, Decision, DecisionVersion
from secure_score_backlog.evaluation.approval import Approval, ApprovalKind, Reason, bringing
from secure_score_backlog.evaluation.ranking import risk_key
from secure_score_backlog.evaluation.status import NEEDS_NEW_DECISION, PLANNED_BUCKETS, SETTLED, State, Status
from secure_score_backlog.git import Version
from secure_score_backlog.ratings import SEVERE
from secure_score_backlog.wording import day, number

EXPIRING_DAYS = 30
"""An acceptance is expiring in its last 30 days."""


class AcceptanceState(StrEnum):
    """The state of an acceptance or an exemption."""

    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    BREACHED = "breached"
    MOOT = "moot"
    ORPHAN = "orphan"
    ENDED = "ended"
    """Replaced by another decision, or withdrawn."""


IN_FORCE = (AcceptanceState.ACTIVE, AcceptanceState.EXPIRING)
PLANS_IN_FORCE = (State.PLANNED, State.BLOCKED, State.OVERDUE, State.NOT_MEASURED)


UNKNOWN = Approval()


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One acceptance or one exemption with its renewals: consecutive versions of one file with the same bucket."""

    status: Status
    decision: Decision
    """Its newest version; for an ended one, its last."""
    state: AcceptanceState
    until: date
    days_left: int
    points: Fraction
    """The recommendation's unearned points; 0 for an ended one."""
    renewals: int
    """How often `until` was moved to a later day."""
    since: date | None
    """First day; None where it is not committed."""
    citation: Version | None
    """The newest committed version."""
    approval: Approval = UNKNOWN
    """Of the commit that brought the newest answer."""
    answered: Version | None = None
    """That commit; None where it is not committed."""
    earlier: tuple[Approval, ...] = ()
    """The same of the answers before, the oldest first."""
    ended: date | None = None
    """Day on which another version replaced it; None while it is current."""
    unapproved_since: date | None = None
    """Day of the oldest version since which no approval counts; None where that of the newest does, or is unknown."""

    @property
    def approved_by(self) -> tuple[str, ...]:
        """The role whose approval GitHub recorded, where it counts."""
        return (self.approval.by,) if self.approval.kind is ApprovalKind.APPROVED else ()

    @property
    def never_approved(self) -> bool:
        """No answer of it had an approval that counts, as far as is known."""
        return not any(each.recorded for each in (*self.earlier, self.approval))

    @property
    def approved_before(self) -> date | None:
        """The day of the last approval that counts of an answer before the newest one."""
        return next((each.at for each in reversed(self.earlier) if each.recorded), None)

    @property
    def earlier_words(self) -> str:
        """Where no approval of the newest answer counts: whether one of an earlier answer did; else empty."""
        if self.approval.recorded:
            return ""
        if self.approved_before:
            return f"an earlier version was approved on {day(self.approved_before)}"
        return f"never had an approval that counts, since {day(self.since)}" if self.known_unapproved else ""

    @property
    def late_record(self) -> str:
        """Where the record of its approval came after the decision: since when none counts, and who acts.

        The one wording of every page but Home, which says who acts and how late the record came: a sentence without
        its end, before where the record is.
        """
        found = self.approval
        if not (found.filed_late and found.stated and found.filed):
            return ""
        since = f", so no approval has counted since {day(self.unapproved_since)}" if self.unapproved_since else ""
        return (
            f"{found.stated.by} approved on {day(found.stated.on)}, but the record came on {day(found.filed)}, after "
            f"the decision{since}: {self.status.owner or 'the owner'} must record it again"
        )

    @property
    def known_unapproved(self) -> bool:
        """Never approved, and GitHub was asked: what nobody asked about is not known."""
        return self.never_approved and self.approval.asked and self.since is not None

    @property
    def amended(self) -> bool:
        """A later commit changed something else than the answer, so what was approved is in an older commit."""
        return bool(self.answered and self.citation and self.answered.commit != self.citation.commit)


Judge = Callable[[tuple[DecisionVersion, ...]], Approval]
"""What is known about the approval of an acceptance or an exemption, from its versions."""


def unjudged(_: tuple[DecisionVersion, ...]) -> Approval:
    """Nothing is known about any approval."""
    return UNKNOWN


def register_bucket(version: DecisionVersion) -> Bucket | None:
    """The bucket of a version that accepts a risk or states an exemption; None for any other."""
    decision = version.decision
    if decision is None or decision.draft or decision.bucket not in (Bucket.ACCEPT, Bucket.NOT_APPLICABLE):
        return None
    return decision.bucket


def acceptance_periods(
    versions: tuple[DecisionVersion, ...],
) -> list[tuple[Bucket, tuple[DecisionVersion, ...], date | None]]:
    """Each acceptance and each exemption in a file's history, oldest first.

    The bucket, its versions, and the day on which another version replaced it (None while it is current).
    """
    periods = [(bucket, tuple(group)) for bucket, group in groupby(versions, key=register_bucket)]
    ends = [following[0].version.at.date() for _, following in periods[1:]]  # one fewer: nothing replaced the last one
    return [(bucket, group, end) for (bucket, group), end in zip_longest(periods, ends) if bucket is not None]


def acceptance_state(status: Status, until: date, as_of: date) -> AcceptanceState:
    """The state of a current acceptance or exemption, by the first rule that applies."""
    if status.state is State.RETIRED:
        return AcceptanceState.ORPHAN
    if status.state in SETTLED or status.done_on is not None:
        return AcceptanceState.MOOT
    if until < as_of:
        return AcceptanceState.EXPIRED
    if status.state is State.BREACHED:
        return AcceptanceState.BREACHED
    return AcceptanceState.EXPIRING if (until - as_of).days < EXPIRING_DAYS else AcceptanceState.ACTIVE


def entry_of(
    status: Status, versions: tuple[DecisionVersion, ...], ended: date | None, as_of: date, judge: Judge = unjudged
) -> RegisterEntry:
    """The entry of some versions; `ended`: the day on which another one replaced them."""
    decision = versions[-1].decision
    assert decision is not None
    until = decision.until
    assert until is not None
    last_days = [version.decision.until for version in versions if version.decision]
    committed = [version.version for version in versions if version.version.committed]
    brought = bringing(versions).version
    judged = [judge(versions[:number]) for number in range(1, len(versions) + 1)]
    approval = judged[-1]
    earlier = {each.commit: each for each in judged if each.commit != approval.commit}
    return RegisterEntry(
        status=status,
        decision=decision,
        state=AcceptanceState.ENDED if ended else acceptance_state(status, until, as_of),
        until=until,
        days_left=(until - as_of).days,
        points=Fraction(0) if ended else status.unearned,
        renewals=sum(1 for old, new in pairwise(last_days) if old and new and new > old),
        since=versions[0].version.at.date() if versions[0].version.committed else None,
        citation=committed[-1] if committed else None,
        approval=approval,
        answered=brought if brought.committed else None,
        earlier=tuple(earlier.values()),
        ended=ended,
        unapproved_since=unapproved_since(versions, judged),
    )


def unapproved_since(versions: Sequence[DecisionVersion], judged: Sequence[Approval]) -> date | None:
    """The day since which no approval counts: of the oldest of the newest versions of which GitHub told of none."""
    since = None
    for version, approval in zip(reversed(versions), reversed(judged), strict=True):
        if approval.recorded or approval.reason in (Reason.NOT_ASKED, Reason.UNCOMMITTED):
            break
        since = version.version.at.date()
    return since


@dataclass(frozen=True, slots=True)
class Register:
    """All acceptances and exemptions known on a day."""

    accepted: tuple[RegisterEntry, ...] = ()
    """The current acceptances, the nearest end first."""
    covered: tuple[RegisterEntry, ...] = ()
    """The current exemptions, the nearest end first."""
    past: tuple[RegisterEntry, ...] = ()
    """The ended ones, the newest end first."""


def register_of(statuses: Iterable[Status], as_of: date, judge: Judge = unjudged) -> Register:
    """The register on a day; `judge` says what is known about an approval."""
    accepted: list[RegisterEntry] = []
    covered: list[RegisterEntry] = []
    past: list[RegisterEntry] = []
    for status in statuses:
        for bucket, versions, ended in acceptance_periods(status.versions):
            current = covered if bucket is Bucket.NOT_APPLICABLE else accepted
            (current if ended is None else past).append(entry_of(status, versions, ended, as_of, judge))

    def nearest(entry: RegisterEntry) -> tuple[date, str]:
        return (entry.until, entry.status.id)

    return Register(
        tuple(sorted(accepted, key=nearest)),
        tuple(sorted(covered, key=nearest)),
        tuple(sorted(past, key=lambda entry: (-(entry.ended or date.min).toordinal(), entry.status.id))),
    )


def in_force(entries: Iterable[RegisterEntry]) -> list[RegisterEntry]:
    """The entries that are in force."""
    return [entry for entry in entries if entry.state in IN_FORCE]


@dataclass(frozen=True, slots=True)
class ApprovalCounts:
    """How the approvals of some acceptances and exemptions are known."""

    approved: int = 0
    """Recorded by GitHub."""
    attested: int = 0
    """Given outside of GitHub; the decision names the record."""
    named: int = 0
    """The decision names an approver, and nothing else counts."""
    same: int = 0
    """Whatever the kind: the approver is the owner."""
    unchecked: int = 0
    """Of those outside of GitHub: the record is no file of the repository, so nothing of it was checked."""
    unnamed: int = 0
    """Of those outside of GitHub: the record was on file, and does not name the recommendation."""
    asked: bool = False
    """GitHub was asked about at least one of them."""
    without_github: bool = False
    """No repository on GitHub is named that could be asked."""

    @property
    def all(self) -> int:
        """How many there are."""
        return self.approved + self.attested + self.named

    @property
    def of_them(self) -> str:
        """What follows the number of those in force: "4 approved on GitHub, 6 without an approval that counts"."""
        return self.by_kind(self.records)

    @property
    def words(self) -> str:
        """The same, and whether GitHub was asked."""
        asked = "" if self.asked or self.without_github or not self.all else "; GitHub was not asked"
        return f"{self.of_them}{asked}"

    def by_kind(self, records: str) -> str:
        """How many there are of each kind; `records`: what to say of those outside GitHub."""
        if not self.all:
            return ""
        found = {
            "approved on GitHub": self.approved,
            f"approved outside GitHub{records}": self.attested,
            "without an approval that counts": self.named,
        }
        if self.all == 1:
            return next(words for words, many in found.items() if many)
        every = {"without an approval that counts": "none with an approval that counts"}
        if self.all in found.values():
            words = next(words for words, many in found.items() if many)
            return every.get(words, f"each {words}")
        return ", ".join(f"{number(many)} {words}" for words, many in found.items() if many)

    @property
    def records(self) -> str:
        """What is to be known of the records outside of GitHub, in brackets after their number."""
        return f" ({self.of_records})" if self.of_records else ""

    @property
    def of_records(self) -> str:
        """The same without brackets: "record not checked"."""
        alone = self.attested == 1
        said = (
            (self.unchecked, "record not checked", "records not checked"),
            (self.unnamed, "record does not name the recommendation", "records do not name the recommendation"),
        )
        parts = [
            one if alone else f"{number(found)} {one if found == 1 else many}" for found, one, many in said if found
        ]
        return "; ".join(parts)


def approval_counts(entries: Iterable[RegisterEntry]) -> ApprovalCounts:
    """How the approvals of some entries are known."""
    listed = list(entries)
    approved = sum(1 for entry in listed if entry.approved_by)
    rest = [entry.approval for entry in listed if not entry.approved_by]
    attested = [found for found in rest if found.recorded]
    return ApprovalCounts(
        approved,
        len(attested),
        len(rest) - len(attested),
        same=sum(1 for entry in listed if owner_approves(entry)),
        unchecked=sum(1 for found in attested if not found.on_file),
        unnamed=sum(1 for found in attested if found.names_it is False),
        asked=any(entry.approval.asked for entry in listed),
        without_github=any(entry.approval.reason is Reason.NO_GITHUB for entry in listed),
    )


def by_approval(entries: Iterable[RegisterEntry]) -> list[tuple[str, list[RegisterEntry]]]:
    """The entries by how their approval is known, each kind that occurs in the order given."""
    listed = list(entries)
    found = [(kind.value, [entry for entry in listed if entry.approval.kind is kind]) for kind in ApprovalKind]
    return [(kind, those) for kind, those in found if those]


def by_approver(entries: Iterable[RegisterEntry], most: int) -> list[tuple[str, list[RegisterEntry]]]:
    """The entries by the role that is named as approver, the most frequent first.

    Of more than `most` roles, the last row holds all others: its name says how many they are.
    """
    found: dict[str, list[RegisterEntry]] = {}
    for entry in entries:
        found.setdefault(approver(entry), []).append(entry)
    rows = sorted(found.items(), key=lambda row: (-len(row[1]), row[0]))
    if len(rows) <= most:
        return rows
    others = [those for _, those in rows[most - 1 :]]
    return [*rows[: most - 1], (f"{number(len(others))} other roles", [entry for those in others for entry in those])]


def number_in_words(entries: Iterable[RegisterEntry]) -> str:
    """How many there are, and how many of critical and high risk: `4 (1 high)`; empty for none."""
    listed = list(entries)
    levels = Counter(entry.status.risk_word for entry in listed)
    severe = [f"{number(levels[level])} {level}" for level in SEVERE if levels[level]]
    if not listed:
        return ""
    return f"{number(len(listed))} ({', '.join(severe)})" if severe else number(len(listed))


def owner_approves(entry: RegisterEntry) -> bool:
    """One role owns the decision and approves it."""
    approvable = entry.decision.approvable
    return approvable is not None and same_role(approvable.approver, entry.decision.owner)


def plans_in_force(statuses: Iterable[Status]) -> list[Status]:
    """The planned changes that are neither done nor retired, and need no new decision."""
    return [
        status
        for status in statuses
        if status.decision
        and not status.decision.draft
        and status.decision.bucket in PLANNED_BUCKETS
        and status.state in PLANS_IN_FORCE
    ]


def plans_needing_decision(statuses: Iterable[Status]) -> list[Status]:
    """The planned changes that were done and have regressed: with `needing_decision`, all that needs a new decision."""
    return [
        status
        for status in statuses
        if status.state in NEEDS_NEW_DECISION and status.decision and status.decision.bucket in PLANNED_BUCKETS
    ]


def needing_decision(entries: Iterable[RegisterEntry]) -> list[RegisterEntry]:
    """The entries that need a new decision, the highest risk first."""
    return sorted(filter(needs_decision, entries), key=lambda entry: risk_key(entry.status))


def needs_decision(entry: RegisterEntry) -> bool:
    """The entry needs a new decision (docs/method.md#register)."""
    return needs_new_decision(entry.state, entry.status.state)


def shown_state(entry: RegisterEntry) -> str:
    """The state as tables and files show it."""
    return shown_as(entry.state, entry.status.state)


def state_on_pages(entry: RegisterEntry) -> str:
    """One word for one state, that of its recommendation: what is in force is accepted or covered to its last day.

    Its date says that its end is near.
    """
    if entry.state not in IN_FORCE:
        return shown_state(entry)
    return State.ACCEPTED.value if entry.decision.accepted else State.COVERED.value


def needs_new_decision(state: str, now: str) -> bool:
    """The one rule for every page, table and command, also for the words of a signed month (docs/method.md#register).

    Args:
        state: The state of the acceptance or exemption.
        now: The state of its recommendation.
    """
    if state == AcceptanceState.MOOT:
        return now in NEEDS_NEW_DECISION
    return state in (AcceptanceState.EXPIRED, AcceptanceState.BREACHED)


def shown_as(state: str, now: str) -> str:
    """Why it needs a new decision, in one word, where one is needed although it was done; else the state itself."""
    return str(now) if state == AcceptanceState.MOOT and needs_new_decision(state, now) else str(state)


def approver(entry: RegisterEntry) -> str:
    """The role that the decision names as approver."""
    return entry.decision.approvable.approver if entry.decision.approvable else ""


def recorded(entry: RegisterEntry) -> bool:
    """The approval is recorded: on GitHub, or outside of it with a record that can be looked up."""
    return entry.approval.recorded


def citation(entry: RegisterEntry, organisation: str, as_of: date) -> str:
    """One line by which others can look an entry up, with whose it is; empty where nothing is committed.

    It names no login: it is copied into letters and forms.
    """
    version = entry.citation
    if version is None:
        return ""
    request = f", {version.request}" if version.request else ""
    answered = entry.answered if entry.amended else None
    since = f"; last day and reason unchanged since commit {answered.commit}" if answered else ""
    since += f", {answered.request}" if answered and answered.request else ""
    kind = "Accepted risk" if entry.decision.accepted else "Exemption"
    return (
        f"{kind} of {organisation}: {entry.status.title} ({entry.status.id}), until {entry.until}, "
        f"approver {approver(entry)} ({_how_known(entry.approval)}), as of {as_of}; "
        f"{version.path} at commit {version.commit}{request}{since}."
    )


def _how_known(found: Approval) -> str:
    """How an approval is known, in a citation."""
    if found.kind is ApprovalKind.NAMED:
        return f"only named: {found.words}" if found.words else "only named"
    if found.kind is ApprovalKind.ATTESTED:
        record = f": {found.stated.record}" if found.stated and found.stated.record else ""
        return f"approved outside GitHub on {found.at}, as the decision states{record}"
    return f"approved on GitHub by that role on {found.at}"


def reason(entry: RegisterEntry) -> str:
    """Why the risk is accepted, or what covers it."""
    return reason_in(entry.decision)


def reason_in(decision: Decision) -> str:
    """Why a decision leaves it as it is; empty where it is to be done."""
    if decision.accepted:
        return decision.accepted.rationale
    return decision.covered.by if decision.covered else ""
