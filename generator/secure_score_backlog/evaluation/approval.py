# SPDX-License-Identifier: Apache-2.0
"""Whether a decision was approved, how that is known, and why a recorded review does not count.

An approval on GitHub counts where somebody else than the authors approved the final head of the pull request before it
was merged, and acts in the role that the decision names, by `roles` as they stood in the commit before. So nobody
approves their own change, and no pull request can give itself an approver (docs/method.md#approvals).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from secure_score_backlog.approval_records import names
from secure_score_backlog.approvals import Approvals, PullRequest, Review, ReviewState
from secure_score_backlog.decisions.attestations import Fault, fault_of, path_of, same_role
from secure_score_backlog.decisions.model import Attestation, Decision, DecisionVersion
from secure_score_backlog.git import Version
from secure_score_backlog.settings import NO_SETTINGS, Settings
from secure_score_backlog.wording import APPROVALS, day
from secure_score_backlog.workspace import Workspace

Roles = Mapping[str, Sequence[str]]
"""Logins by role."""


class ApprovalKind(StrEnum):
    """How an approval is known."""

    APPROVED = "approved"
    """GitHub recorded it, and it counts."""
    ATTESTED = "attested"
    """Written down by hand: the decision names role, day and record."""
    NAMED = "named"
    """The decision names an approver, and nothing else counts."""


class Reason(StrEnum):
    """Why there is no approval that counts."""

    UNCOMMITTED = "uncommitted"
    NOT_ASKED = "not-asked"
    NO_GITHUB = "no-github"
    NO_PULL_REQUEST = "no-pull-request"
    PUSHED = "pushed"
    OTHER_BASE = "other-base"
    NO_REVIEW = "no-review"
    DELETED = "deleted-account"
    OWN = "own"
    CONTRIBUTOR = "contributor"
    LATE = "late"
    STALE = "stale"
    WITHDRAWN = "withdrawn"
    UNLISTED = "unlisted-role"
    OTHER_ROLE = "other-role"
    RECORD_MISSING = Fault.MISSING.value
    RECORD_LATER = Fault.LATER.value
    OTHER_ATTESTED = Fault.OTHER_ROLE.value


REASONS: Mapping[Reason, str] = {
    Reason.UNCOMMITTED: "the change is not committed yet",
    Reason.NOT_ASKED: "GitHub was not asked about its commit yet",
    Reason.NO_GITHUB: "no approval outside GitHub is recorded, and no repository on GitHub is named",
    Reason.NO_PULL_REQUEST: "GitHub knows of no pull request that brought its commit",
    Reason.PUSHED: "the pull request was not merged on GitHub: its commits were pushed to the main branch",
    Reason.OTHER_BASE: "the pull request was merged into another branch than the main branch",
    Reason.NO_REVIEW: "nobody approved the pull request",
    Reason.DELETED: "the account that approved the pull request was deleted",
    Reason.OWN: "the pull request was approved by its own author",
    Reason.CONTRIBUTOR: "the pull request was approved by somebody who wrote commits of it",
    Reason.LATE: "the pull request was approved after it was merged",
    Reason.STALE: "an older state of the pull request was approved, not the one that was merged",
    Reason.WITHDRAWN: "the approval of the pull request was withdrawn before the merge",
    Reason.UNLISTED: "the settings listed no login for the approver’s role before the merge",
    Reason.OTHER_ROLE: "the account that approved the pull request was not listed for the approver’s role then",
    Reason.RECORD_MISSING: "the record of the approval outside GitHub was not on file when this was merged",
    Reason.RECORD_LATER: "the approval outside GitHub is dated after its commit",
    Reason.OTHER_ATTESTED: "another role than the approver approved it outside GitHub",
}
"""Each reason as the end of a sentence. No login is in it, so every reader may see it."""
IN_SHORT: Mapping[Reason, str] = {
    Reason.UNCOMMITTED: "not committed",
    Reason.NOT_ASKED: "GitHub not asked yet",
    Reason.NO_GITHUB: "no record",
    Reason.NO_PULL_REQUEST: "no pull request",
    Reason.PUSHED: "pushed, not merged on GitHub",
    Reason.OTHER_BASE: "merged into another branch",
    Reason.NO_REVIEW: "not approved",
    Reason.DELETED: "approved by a deleted account",
    Reason.OWN: "only the author of the change approved it",
    Reason.CONTRIBUTOR: "the approver also wrote the change",
    Reason.LATE: "approved after the merge",
    Reason.STALE: "changed after the approval",
    Reason.WITHDRAWN: "approval withdrawn",
    Reason.UNLISTED: "no login listed for the role",
    Reason.OTHER_ROLE: "approved by an account of another role",
    Reason.RECORD_MISSING: "record not on file",
    Reason.RECORD_LATER: "approval dated after its commit",
    Reason.OTHER_ATTESTED: "another role approved outside GitHub",
}
"""The same in a few words, for a row of a table."""


@dataclass(frozen=True, slots=True)
class Approval:
    """What is known about the approval of one version of a decision."""

    kind: ApprovalKind = ApprovalKind.NAMED
    by: str = ""
    """The role that approved; empty where nobody did."""
    at: date | None = None
    """The day of the approval, UTC."""
    login: str = ""
    """Who approved on GitHub."""
    pull_request: int | None = None
    """The pull request that GitHub names, or that the message of the commit claims."""
    confirmed: bool = False
    """GitHub named the pull request; else the message of the commit claims it, if there is one."""
    commit: str = ""
    """The commit that brought this answer; empty where it is not committed."""
    stated: Attestation | None = None
    """The approval outside GitHub that the decision states, whether it counts or not."""
    on_file: bool = False
    """Attested: the record is a file of the repository, and was in the commit."""
    names_it: bool | None = None
    """Attested and on file: the record holds the id or the title of the recommendation; None: it was not read."""
    filed: date | None = None
    """Where the record was missing: the day on which it came to the main branch later; None: it never did."""
    reason: Reason | None = None
    """Why nothing counts, or, where it is attested, why no approval on GitHub does."""
    asked: bool = False
    """GitHub was asked about the commit."""

    @property
    def recorded(self) -> bool:
        """It is recorded: on GitHub, or outside of it."""
        return self.kind is not ApprovalKind.NAMED

    @property
    def words(self) -> str:
        """Why nothing counts, as the end of a sentence; empty where something does."""
        if self.reason is None or self.recorded:
            return ""
        if self.filed:
            return f"the record of the approval outside GitHub came after the decision, on {day(self.filed)}"
        return REASONS[self.reason]

    @property
    def filed_late(self) -> bool:
        """It does not count only because its record came to the main branch after the decision.

        The approver has nothing left to do: whoever owns the decision names the record again.
        """
        return bool(self.filed and self.stated)

    @property
    def in_short(self) -> str:
        """Why nothing counts, in a few words; empty where something does."""
        if self.reason is None or self.recorded:
            return ""
        return "record came after the decision" if self.filed else IN_SHORT[self.reason]

    @property
    def how(self) -> str:
        """How it is known, within a sentence: with what is known of the record, or with why nothing counts."""
        more = f", {self.record_words}" if self.record_words else f": {self.words}" if self.words else ""
        return f"{APPROVALS[self.kind.value]}{more}"

    @property
    def record_words(self) -> str:
        """What is known of the record of an attestation; empty for any other approval, and for an uncommitted one."""
        if self.kind is not ApprovalKind.ATTESTED or not self.commit:
            return ""
        if not self.on_file:
            return "record not checked"
        named = {True: ", names this recommendation", False: ", does not name this recommendation", None: ", not read"}
        return f"record on file{named[self.names_it]}"


@dataclass(frozen=True, slots=True)
class Record:
    """The record of an approval outside GitHub, where it is a file of the repository."""

    on_file: bool
    """It was in the commit that names it."""
    names_it: bool | None = None
    """It holds the id or the title of the recommendation; None: it was not read."""
    filed: date | None = None
    """Where it was missing: the day on which it came to the main branch later."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the main branch was like around each of its commits, as far as approvals need it."""

    approvals: Approvals = field(default_factory=Approvals)
    order: Mapping[str, int] = field(default_factory=dict)
    """Each commit's position along first parents."""
    settings: tuple[tuple[int, Settings], ...] = ()
    """The position of each commit that changed the settings, with the settings from then on, oldest first."""
    files: Mapping[str, tuple[tuple[int, date, str | None], ...]] = field(default_factory=dict)
    """By the path of a record: position and day of the commits that changed it, and its blob afterwards, if any."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """What records say, by blob."""

    @staticmethod
    def of(known: Workspace, records: Iterable[str] = ()) -> Surroundings:
        """Those of a workspace; `records` are what attestations name."""
        order = {commit.version.commit: position for position, commit in enumerate(known.commits)}
        changed = [(order[commit], settings) for commit, settings in known.settings_of.items() if commit in order]
        changed.sort(key=lambda each: each[0])
        wanted = {path for record in records if (path := path_of(record))}
        files: dict[str, list[tuple[int, date, str | None]]] = {path: [] for path in wanted}
        for position, commit in enumerate(known.commits if wanted else ()):
            for path, blob in commit.changes:
                if path in wanted:
                    files[path].append((position, commit.version.at.date(), blob))
        found = {path: tuple(states) for path, states in files.items()}
        return Surroundings(known.approvals, order, tuple(changed), found, known.records)

    def settings_before(self, commit: str) -> Settings:
        """The last settings before a commit; the default ones where the settings are as old as the commit."""
        position = self.order.get(commit)
        earlier = [settings for at, settings in self.settings if position is not None and at < position]
        return earlier[-1] if earlier else NO_SETTINGS

    def record(self, commit: str, record: str, *words: str) -> Record | None:
        """What is known of the record that a commit names; None where it is no file, or nothing can be known.

        Args:
            commit: The commit that brought the attestation.
            record: What the attestation names.
            words: Id and title of the recommendation.
        """
        path, position = path_of(record), self.order.get(commit)
        if path is None or position is None:
            return None
        states = self.files.get(path, ())
        before = [blob for at, _, blob in states if at <= position]
        if not before or before[-1] is None:
            return Record(False, filed=next((on for at, on, blob in states if at > position and blob), None))
        text = self.texts.get(before[-1])
        return Record(True, None if text is None else names(text, *words))


def approval_of(
    version: Version,
    decision: Decision,
    approvals: Approvals,
    roles_before: Roles,
    record: Record | None = None,
    main_branch: str = "",
) -> Approval:
    """What is known about the approval of a version that accepts a risk or states an exemption.

    Args:
        version: The commit that brought it to the main branch.
        decision: What it says.
        approvals: What GitHub said.
        roles_before: The roles as they stood before that commit.
        record: That of the attestation; None where it is no file of the repository, so that nothing was checked.
        main_branch: Its name on GitHub, see `main_branch_of`; empty where it is unknown, and not compared.
    """
    approvable = decision.approvable
    assert approvable is not None  # only what needs an approver is asked about
    request = approvals.of(version.commit)
    attested = approvable.approval
    base = Approval(
        stated=attested,
        pull_request=request.number if request else version.pull_request,
        confirmed=request is not None,
        commit=version.commit,
        asked=approvals.asked(version.commit),
    )
    counting, reason = review_that_counts(version, approvable.approver, approvals, roles_before, main_branch)
    if counting is not None:
        by, at = approvable.approver, counting.at.date()
        return replace(base, kind=ApprovalKind.APPROVED, by=by, at=at, login=counting.by)
    if attested is not None:
        fault = attestation_fault(attested, approvable.approver, version, record.on_file if record else None)
        if fault is None:
            found = replace(base, kind=ApprovalKind.ATTESTED, by=attested.by, at=attested.on, reason=reason)
            return replace(found, on_file=record.on_file, names_it=record.names_it) if record else found
        reason = fault
        base = replace(base, filed=record.filed if record and fault is Reason.RECORD_MISSING else None)
    return replace(base, reason=reason)


def attestation_fault(attested: Attestation, approver: str, version: Version, had_record: bool | None) -> Reason | None:
    """Why an attestation of a version does not count; None where it does."""
    made = version.at.date() if version.committed else None
    fault = fault_of(attested, approver, made, had_record)
    return None if fault is None else Reason(fault.value)


def review_that_counts(
    version: Version, approver: str, approvals: Approvals, roles_before: Roles, main_branch: str = ""
) -> tuple[Review | None, Reason | None]:
    """The review that counts, or why none does."""
    if not version.committed:
        return None, Reason.UNCOMMITTED
    if not approvals.asked(version.commit):
        return None, Reason.NO_GITHUB if approvals.without_github else Reason.NOT_ASKED
    request = approvals.of(version.commit)
    if request is None:
        return None, Reason.NO_PULL_REQUEST
    if was_pushed(request, version.commit):
        return None, Reason.PUSHED
    if is_of_other_branch(request, main_branch):
        return None, Reason.OTHER_BASE
    logins = logins_of(approver, roles_before)
    best: tuple[int, Review | None, Reason] = (-1, None, Reason.NO_REVIEW)
    for review in request.reviews:
        if review.state is not ReviewState.APPROVED:
            continue
        passed, reason = judged(review, request, logins)
        if reason is None:
            return review, None
        best = max(best, (passed, review, reason), key=lambda each: each[0])
    return None, best[2]


def judged(review: Review, request: PullRequest, logins: frozenset[str] | None) -> tuple[int, Reason | None]:
    """How many conditions an approving review meets, and the first that it does not; None where it counts."""
    author, contributors = request.author.casefold(), {login.casefold() for login in request.contributors}
    by = review.by.casefold()
    conditions = (
        (by != "", Reason.DELETED),
        (by != author, Reason.OWN),
        (by not in contributors, Reason.CONTRIBUTOR),
        (review.at <= request.merged_at, Reason.LATE),
        (review.commit == request.head, Reason.STALE),
        (last_word(request, by, request.merged_at) is ReviewState.APPROVED, Reason.WITHDRAWN),
        (logins is not None, Reason.UNLISTED),
        (by in (logins or ()), Reason.OTHER_ROLE),
    )
    for passed, (holds, reason) in enumerate(conditions):
        if not holds:
            return passed, reason
    return len(conditions), None


def last_word(request: PullRequest, login: str, until: datetime) -> ReviewState | None:
    """What somebody's last review before a time said."""
    own = [review for review in request.reviews if review.by.casefold() == login and review.at <= until]
    return own[-1].state if own else None


def was_pushed(request: PullRequest, commit: str) -> bool:
    """GitHub marks a pull request as merged where its commits were pushed to the main branch: nothing was agreed."""
    return not request.merge_commit or commit == request.head


def main_branch_of(settings: Settings) -> str:
    """The name of the main branch on GitHub; empty where the settings do not say where the backlog is."""
    return settings.repository.branch if settings.repository.address else ""


def is_of_other_branch(request: PullRequest, branch: str) -> bool:
    """It was merged into another branch than this one: what was agreed there is not agreed here. Empty: unknown."""
    return branch not in ("", request.base)


def logins_of(role: str, roles: Roles) -> frozenset[str] | None:
    """The logins that act in a role; None where the settings list none."""
    found = {login.casefold() for name, logins in roles.items() if same_role(name, role) for login in logins}
    return frozenset(found) or None


def bringing(versions: Sequence[DecisionVersion]) -> DecisionVersion:
    """Of the versions of an acceptance, the one that brought its newest answer.

    A later edit of owner, links or discussion is no new answer, and takes no approval away.
    """
    newest = versions[-1]
    found = newest
    for version in reversed(versions):
        if version.decision is None or newest.decision is None or version.decision.answer != newest.decision.answer:
            break
        found = version
    return found if found.version.committed == newest.version.committed else newest
