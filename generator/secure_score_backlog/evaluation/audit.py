# SPDX-License-Identifier: Apache-2.0
"""The population test: who approved each change of the main branch (docs/method.md#audit).

The population of a period is every commit along the first parents of the main branch, and of the snapshots' own branch.
Each is exactly one of: a snapshot by the account that commits them, a pull request that somebody else approved, one
that a record speaks for where there is no GitHub, the beginning of a history, or an exception with its reasons. What
is unknown is an exception: it never passes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from enum import StrEnum

from secure_score_backlog.approvals import PullRequest, Review, ReviewState
from secure_score_backlog.beginning import Beginning
from secure_score_backlog.evaluation import approval
from secure_score_backlog.evaluation.attested import RecordsOnFile, records_on_file
from secure_score_backlog.evaluation.register import ApprovalCounts, RegisterEntry, approval_counts, owner_approves
from secure_score_backlog.git import HISTORY, Identity, MainCommit
from secure_score_backlog.problems import RULES, Problem, Severity, problem
from secure_score_backlog.settings import SETTINGS_PATH, Settings
from secure_score_backlog.snapshots.coverage import Coverage, DayKind, DayRun
from secure_score_backlog.snapshots.snapshot_files import SNAPSHOTS
from secure_score_backlog.stored_history import Rewrite, StoredHistory
from secure_score_backlog.wording import EXCEPTIONS, plural
from secure_score_backlog.workspace import Workspace

GITHUB = Identity("GitHub", "noreply@github.com")
"""The committer of what is committed in a browser or through GitHub's API."""
CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the clocks of two machines may be apart before a commit counts as dated backwards."""
ROLES = "roles"
"""The setting that says which account may approve in which role."""
SAMPLE_SIZE = 25
"""How many changes an auditor usually draws."""


class Kind(StrEnum):
    """What a commit of the population is; each is exactly one."""

    SNAPSHOT = "snapshot"
    """By the account that commits snapshots, and of nothing else."""
    APPROVED = "approved"
    """Of a merged pull request that somebody else approved, on its final head and before the merge."""
    ATTESTED = "attested"
    """Without GitHub: a record on file speaks for it, see `evaluation.attested`."""
    BEGINNING = "beginning"
    """The first commit of a history; there was nothing to open a pull request against."""
    EXCEPTION = "exception"


class Reason(StrEnum):
    """Why a commit is an exception: the code of its problem."""

    DIRECT = "audit-direct"
    MERGE = "audit-merge"
    CLAIMED = "audit-claimed"
    NOT_ASKED = "audit-not-asked"
    NO_GITHUB = "audit-no-github"
    BOT_PATHS = "audit-bot-paths"
    BOT_NAME = "audit-bot-name"
    UNAPPROVED = "audit-unapproved"
    OWN = "audit-own-approval"
    LATE = "audit-late-approval"
    STALE = "audit-stale-approval"
    UNKNOWN_APPROVER = "audit-unknown-approver"
    PUSHED = "audit-pushed"
    OTHER_HEAD = "audit-other-head"
    OTHER_BASE = "audit-other-base"
    MINUTES = "audit-minutes"
    EMPTY = "audit-empty"

    @property
    def severity(self) -> Severity:
        """How much it weighs."""
        return RULES[self.value].severity

    @property
    def meaning(self) -> str:
        """One sentence."""
        return RULES[self.value].meaning

    @property
    def words(self) -> str:
        """The same in a few words, for a list of reasons."""
        return EXCEPTIONS[self.value]


class Area(StrEnum):
    """What kind of file a commit changed."""

    DECISIONS = "decisions"
    SETTINGS = "settings"
    MINUTES = "minutes"
    SIGNED = "signed"
    WORKFLOWS = "workflows"
    SNAPSHOTS = "snapshots"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class AuditedCommit:
    """One commit of the population."""

    commit: str
    """Full id."""
    at: datetime
    """UTC; when the branch got it."""
    kind: Kind
    reasons: tuple[Reason, ...] = ()
    """Why it is an exception; empty for every other kind."""
    areas: tuple[Area, ...] = ()
    paths: tuple[str, ...] = ()
    """What it changed; paths outside of the folder begin with a slash."""
    files: int = 0
    """How many files it changed."""
    decided: tuple[str, ...] = ()
    """Ids of the recommendations whose decision it changed."""
    author: str = ""
    """As the commit says, spelled as in `.mailmap`."""
    identity: str = ""
    """`Name <mail>` of the author, as the commit says."""
    subject: str = ""
    pull_request: int | None = None
    """As GitHub says; else as the message claims."""
    claimed: bool = False
    """Only the message names the pull request."""
    url: str = ""
    """Of the pull request, where GitHub told of one."""
    opened_by: str = ""
    """Login of the pull request's author."""
    approvers: tuple[str, ...] = ()
    """Logins of those whose approval counts."""
    roles: tuple[str, ...] = ()
    """Their roles, as the settings had them before the commit; of an attested commit, those that approved."""
    records: tuple[str, ...] = ()
    """Of an attested commit: paths of the records that speak for it."""
    opened_as: tuple[str, ...] = ()
    """Roles of the pull request's author, as the settings had them before the commit."""
    settings_keys: tuple[str, ...] = ()
    """The keys of the settings whose value it changed."""
    merged_at: datetime | None = None
    """UTC, as GitHub says."""
    signature: str = ""
    """Kind of signature that the commit states; not verified here."""
    branch: str = ""
    """The snapshots' own branch; empty for the main branch."""

    @property
    def severity(self) -> Severity | None:
        """The most that one of its reasons weighs; None where it is no exception."""
        weights = {reason.severity for reason in self.reasons}
        return Severity.ERROR if Severity.ERROR in weights else Severity.WARNING if weights else None


@dataclass(frozen=True, slots=True)
class Misdated:
    """A commit whose time contradicts the commit before it."""

    commit: str
    stated: datetime | None
    """UTC; None where it states no time of the calendar."""
    before: datetime
    """UTC; the latest time of an earlier commit."""


@dataclass(frozen=True, slots=True)
class Audit:
    """The result of the population test, and of the further tests, for a period."""

    start: date
    end: date
    """Both included; days are UTC."""
    head: str = ""
    """The newest commit of the period on the main branch."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Commits by kind."""
    reasons: Mapping[str, int] = field(default_factory=dict)
    """Exceptions by reason; one commit can have several."""
    commits: tuple[AuditedCommit, ...] = ()
    """The population, oldest first."""
    asked_at: datetime | None = None
    """UTC; when GitHub was asked last. None: never."""
    without_github: bool = False
    """The settings name no repository and no login, and GitHub was never asked: there is nobody to ask."""
    days: Coverage = field(default_factory=Coverage)
    """What is known of each day of the period, from the first snapshot on."""
    completed: int = 0
    """Days that were completed later, which is allowed."""
    rewritten: tuple[Rewrite, ...] = ()
    """What changed a stored file in a way that is not allowed."""
    record_versions: tuple[int, int] = (0, 0)
    """Versions of the recorded approvals, and how many of them were compared."""
    approvals: ApprovalCounts = field(default_factory=ApprovalCounts)
    same_person: tuple[str, ...] = ()
    """Ids of the recommendations whose decision names one role as owner and as approver."""
    only_owner: tuple[str, ...] = ()
    """Ids of those whose only approval on GitHub is by an account of the owner's role."""
    misdated: tuple[Misdated, ...] = ()
    signatures: Mapping[str, int] = field(default_factory=dict)
    """Commits by the kind of signature that they state; "none" for those without."""

    accounts: int = 0
    """Accounts that may approve, by `roles` of the settings on the last day."""
    beginning: Beginning | None = None
    """What is left out of the history; None: nothing."""
    forbidden: int = 0
    """How many changes of stored files were not allowed; readers outside get this number without the changes."""

    @property
    def total(self) -> int:
        """How many commits the population has."""
        return sum(self.counts.values())

    @property
    def exceptions(self) -> tuple[AuditedCommit, ...]:
        """The exceptions, the newest first."""
        return tuple(each for each in reversed(self.commits) if each.kind is Kind.EXCEPTION)

    @property
    def roles_changed(self) -> AuditedCommit | None:
        """The newest change of the setting that says which account may approve in which role."""
        return next((each for each in reversed(self.commits) if ROLES in each.settings_keys), None)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that the tests found, errors first."""
        return tuple(sorted(problems_of(self), key=lambda found: found.severity is not Severity.ERROR))


def audit(
    workspace: Workspace,
    stored: StoredHistory,
    days: Coverage,
    in_force: Sequence[RegisterEntry],
    end: date,
    start: date | None = None,
) -> Audit:
    """The audit of a period.

    Args:
        workspace: What was read from a folder.
        stored: What happened to stored files over the whole history.
        days: What is known of each day up to the last one.
        in_force: The acceptances and exemptions in force on the last day.
        end: The last day.
        start: The first day; None: the day of the first commit.
    """
    branch = workspace.settings.snapshots.branch or ""
    before = settings_before(workspace)
    everything = [(each, before[each.version.commit], "") for each in workspace.commits]
    everything += [(each, workspace.settings_on(each.version.at.date()), branch) for each in workspace.snapshot_commits]
    first = start or min((each.version.at.date() for each, _, _ in everything), default=end)

    def within(at: datetime) -> bool:
        return first <= at.date() <= end

    known = records_on_file(workspace, before)
    found = [
        audited(each, settings, workspace, on, known) for each, settings, on in everything if within(each.version.at)
    ]
    population = tuple(sorted(found, key=lambda each: each.at))
    rewritten = tuple(each for each in stored.forbidden if within(each.version.at))
    roles = workspace.settings_on(end).roles
    dated = (*misdated(workspace.commits), *misdated(workspace.snapshot_commits))
    return Audit(
        start=first,
        end=end,
        head=next((each.commit for each in reversed(population) if not each.branch), ""),
        counts={kind.value: sum(1 for each in population if each.kind is kind) for kind in Kind},
        reasons=counted(Reason, (reason for each in population for reason in each.reasons)),
        commits=population,
        asked_at=workspace.approvals.collected_at,
        without_github=workspace.approvals.without_github,
        days=days.between(first, end),
        completed=sum(1 for each in stored.days if not each.forbidden and within(each.version.at)),
        rewritten=rewritten,
        forbidden=len(rewritten),
        record_versions=(stored.versions, stored.compared),
        approvals=approval_counts(in_force),
        same_person=tuple(sorted(entry.status.id for entry in in_force if owner_approves(entry))),
        only_owner=tuple(sorted(each.status.id for each in in_force if only_owner_approved(each, workspace, before))),
        misdated=tuple(each for at, each in dated if within(at)),
        accounts=len({login.casefold() for logins in roles.values() for login in logins}),
        beginning=workspace.beginning,
        signatures=dict(sorted(Counter(each.signature or "none" for each in population).items())),
    )


def counted(words: Iterable[StrEnum], found: Iterable[StrEnum]) -> dict[str, int]:
    """How often each word was found, in the order of the words; without those that were not."""
    numbers = Counter(found)
    return {word.value: numbers[word] for word in words if numbers[word]}


def settings_before(workspace: Workspace) -> dict[str, Settings]:
    """The settings in force before each commit of the main branch, so that no commit allows itself."""
    found, current = {}, Settings()
    for each in workspace.commits:
        found[each.version.commit] = current
        current = workspace.settings_of.get(each.version.commit, current)
    return found


def only_owner_approved(entry: RegisterEntry, workspace: Workspace, before: Mapping[str, Settings]) -> bool:
    """Every approval on GitHub of its newest answer is by an account that acts in the role of the owner."""
    commit = entry.approval.commit
    request = workspace.approvals.of(commit)
    if request is None or commit not in before:
        return False
    counting, _ = judged(request)
    owners = approval.logins_of(entry.decision.owner, before[commit].roles) or frozenset()
    return bool(counting) and all(review.by.casefold() in owners for review in counting)


def changed_keys(old: Settings, new: Settings) -> tuple[str, ...]:
    """The keys of the settings that have another value, in the order of the guide."""
    names = (each.name for each in fields(Settings))
    return tuple(name for name in names if getattr(old, name) != getattr(new, name))


# One commit


def audited(
    commit: MainCommit,
    settings: Settings,
    workspace: Workspace,
    branch: str = "",
    known: RecordsOnFile = RecordsOnFile(),  # noqa: B008 (nothing changes it)
) -> AuditedCommit:
    """One commit of the population: what it is, and why.

    Args:
        commit: The commit.
        settings: Those in force before it.
        workspace: Holds what GitHub said.
        branch: The snapshots' own branch; empty for the main branch.
        known: What records say, where there is no GitHub to ask.
    """
    version, approvals = commit.version, workspace.approvals
    request, asked = approvals.of(version.commit), approvals.asked(version.commit)
    paths = (*(path for path, _ in commit.changes), *(f"/{path}" for path in commit.outside))
    areas = tuple(area for area in Area if area in {area_of(path) for path in paths})
    counting, against = judged(request) if request else ((), ())
    faults = (*against, *merge_faults(commit, request, branch or approval.main_branch_of(settings)))
    unknown = None if asked else Reason.NO_GITHUB if approvals.without_github else Reason.NOT_ASKED
    attested = None if branch else known.attested.get(version.commit)
    if unknown is Reason.NO_GITHUB and not branch and version.commit in known.minutes:
        unknown = Reason.MINUTES
    kind, reasons = classified(commit, areas, request, unknown, faults, settings)
    if attested is not None and kind is Kind.EXCEPTION:
        kind, reasons = Kind.ATTESTED, ()
    attested = attested if kind is Kind.ATTESTED else None
    logins = tuple(sorted({review.by for review in counting}))
    claimed = request is None and version.pull_request is not None
    return AuditedCommit(
        commit=version.commit,
        at=version.at,
        kind=kind,
        reasons=reasons,
        areas=areas,
        paths=paths,
        files=len(paths),
        decided=tuple(decision_of(path) for path, _ in commit.changes if area_of(path) is Area.DECISIONS),
        author=version.author,
        identity=f"{commit.author.name} <{commit.author.mail}>",
        subject=version.subject,
        pull_request=request.number if request else version.pull_request,
        claimed=claimed,
        url=address_of(request, workspace.settings) if request else "",
        opened_by=request.author if request else "",
        approvers=logins,
        roles=attested.roles if attested else roles_of(logins, settings),
        records=attested.records if attested else (),
        opened_as=roles_of((request.author,), settings) if request and request.author else (),
        settings_keys=changed_keys(settings, workspace.settings_of.get(version.commit, settings)) if not branch else (),
        merged_at=request.merged_at if request else None,
        signature=version.signature,
        branch=branch,
    )


def address_of(request: PullRequest, settings: Settings) -> str:
    """The address of a pull request: in the repository of the settings, else as GitHub told it."""
    repository = settings.repository.url
    return f"{repository}/pull/{request.number}" if repository else request.url


def classified(
    commit: MainCommit,
    areas: Sequence[Area],
    request: PullRequest | None,
    unknown: Reason | None,
    faults: tuple[Reason, ...],
    settings: Settings,
) -> tuple[Kind, tuple[Reason, ...]]:
    """What a commit is, by the first rule that applies; of an exception, why.

    `unknown` is why GitHub did not say who approved it; None where it did.
    """
    bot = settings.snapshots.account
    if is_by(commit, bot) and len(commit.parents) < 2 and areas == (Area.SNAPSHOTS,):
        return Kind.SNAPSHOT, ()
    if not commit.parents:
        return Kind.BEGINNING, ()
    found = set(faults)
    if request is not None and not found:
        return Kind.APPROVED, ()
    if not areas:
        return Kind.EXCEPTION, (Reason.EMPTY,)
    if request is None:
        found |= without_request(commit, unknown)
        if is_by(commit, bot) and found & {Reason.DIRECT, Reason.NO_GITHUB, Reason.MINUTES}:
            found = found - {Reason.DIRECT, Reason.MINUTES} | {Reason.BOT_PATHS}
    if not is_by(commit, bot) and bot.name in (commit.author.name, commit.committer.name):
        found.add(Reason.BOT_NAME)
    return Kind.EXCEPTION, tuple(reason for reason in Reason if reason in found)


def without_request(commit: MainCommit, unknown: Reason | None) -> set[Reason]:
    """Why a commit of which GitHub knows no pull request, or was not asked, is an exception.

    Without GitHub there is no pull request, so that none is missing.
    """
    if unknown in (Reason.NO_GITHUB, Reason.MINUTES):
        return {unknown}
    if commit.version.pull_request is not None:
        found = {Reason.CLAIMED}
    else:
        found = {Reason.MERGE if len(commit.parents) > 1 else Reason.DIRECT}
    return found | {unknown} if unknown else found


def merge_faults(commit: MainCommit, request: PullRequest | None, branch: str) -> Iterator[Reason]:
    """Why a commit is not the merge of what was approved; `branch`: the one it is on, empty where that is unknown."""
    if request is not None and approval.was_pushed(request, commit.version.commit):
        yield Reason.PUSHED
    if request is not None and len(commit.parents) > 1 and commit.parents[1:] != (request.head,):
        yield Reason.OTHER_HEAD
    if request is not None and approval.is_of_other_branch(request, branch):
        yield Reason.OTHER_BASE


def judged(request: PullRequest) -> tuple[tuple[Review, ...], tuple[Reason, ...]]:
    """The approvals of a pull request that count, whatever the role; where there is none, why those given do not.

    It is the rule of `evaluation.approval`, without the role that a decision names.
    """
    counting, against = [], set()
    for review in request.reviews:
        if review.state is ReviewState.APPROVED:
            fault = FAULTS.get(approval.judged(review, request, None)[1])
            if fault is None:
                counting.append(review)
            else:
                against.add(fault)
    if counting:
        return tuple(counting), ()
    return (), tuple(reason for reason in Reason if reason in against) or (Reason.UNAPPROVED,)


FAULTS: Mapping[approval.Reason | None, Reason] = {
    approval.Reason.DELETED: Reason.UNKNOWN_APPROVER,
    approval.Reason.OWN: Reason.OWN,
    approval.Reason.CONTRIBUTOR: Reason.OWN,
    approval.Reason.LATE: Reason.LATE,
    approval.Reason.STALE: Reason.STALE,
    approval.Reason.WITHDRAWN: Reason.UNAPPROVED,
}
"""Why an approval does not count, in the words of the audit. What is missing is about roles, which it does not ask."""


def is_by(commit: MainCommit, bot: Identity) -> bool:
    """The commit says that the account made it; name and address have to be right, of author and of committer."""
    return commit.author == bot and commit.committer in (bot, GITHUB)


def roles_of(logins: Iterable[str], settings: Settings) -> tuple[str, ...]:
    """The roles that some logins have, by name."""
    folded = {login.casefold() for login in logins}
    return tuple(sorted(role for role, known in settings.roles.items() if folded & {name.casefold() for name in known}))


def area_of(path: str) -> Area:
    """What kind of file a path is; one outside of the folder begins with a slash."""
    inside = path.removeprefix("/")
    if inside.startswith(".github/"):
        return Area.WORKFLOWS  # those of the repository, also where the backlog is in a folder of it
    if path == SETTINGS_PATH:
        return Area.SETTINGS
    if path.startswith("decisions/"):
        return Area.DECISIONS
    if path.startswith(f"{SNAPSHOTS}/"):
        return Area.SNAPSHOTS
    if path.startswith("docs/reviews/"):
        return Area.SIGNED if path.endswith(".json") else Area.MINUTES
    return Area.OTHER


def decision_of(path: str) -> str:
    """The id of the recommendation that a file of the folder of decisions is about, as its name says."""
    return path.removeprefix("decisions/").removesuffix(".md")


# Further tests


def misdated(commits: Iterable[MainCommit]) -> Iterator[tuple[datetime, Misdated]]:
    """The commits that are dated before one that they follow, or not at all, each with the time it counts from."""
    latest: datetime | None = None
    for each in commits:
        if latest is not None and (each.stated is None or each.stated < latest - CLOCKS_DIFFER):
            yield each.version.at, Misdated(each.version.commit, each.stated, latest)
        if each.stated is not None:
            latest = max(latest or each.stated, each.stated)


# The sample


@dataclass(frozen=True, slots=True)
class Sample:
    """Changes to look at, drawn so that anybody can draw them again (docs/method.md#audit)."""

    seed: str
    of: int
    """How many commits it was drawn from: all but the snapshots."""
    items: tuple[AuditedCommit, ...] = ()
    """In the order of drawing."""


def default_seed(result: Audit) -> str:
    """The seed where none is given: it depends on the newest commit and the period, so that nobody chooses it."""
    return f"{result.head}:{result.start}:{result.end}"


def draw(result: Audit, size: int = SAMPLE_SIZE, seed: str | None = None) -> Sample:
    """The first commits in the order of the SHA-256 of `seed:commit`, without the snapshots."""
    chosen = default_seed(result) if seed is None else seed

    def key(each: AuditedCommit) -> str:
        return hashlib.sha256(f"{chosen}:{each.commit}".encode("utf-8", "surrogatepass")).hexdigest()

    changes = [each for each in result.commits if each.kind is not Kind.SNAPSHOT]
    return Sample(chosen, len(changes), tuple(sorted(changes, key=key)[:size]))


# Problems


def problems_of(result: Audit) -> Iterator[Problem]:
    """What the tests found, as problems."""
    for each in result.exceptions:
        for reason in each.reasons:
            yield of_commit(each, reason)
    for rewrite in result.rewritten:
        version = rewrite.version
        code = "audit-day-rewritten" if version.path.count("/") > 1 else "audit-record-rewritten"
        message = f"{version.path} {rewrite.forbidden}, in commit {version.commit[:10]} of {version.at.date()}."
        hint = (
            "Ask whoever maintains the repository to bring back what was stored, and to say in the minutes why it was "
            f"changed (`git log -p --first-parent -- {version.path}` shows how)."
        )
        yield problem(code, version.path, None, message, hint)
    yield from of_days(result)
    yield from of_approvals(result)
    for found in result.misdated:
        stated = f"is dated {found.stated:%Y-%m-%d %H:%M}" if found.stated else "has no time of the calendar"
        message = (
            f"Commit {found.commit[:10]} {stated} (UTC), and the commit before it {found.before:%Y-%m-%d %H:%M}, so "
            f"it counts as made on {found.before:%Y-%m-%d}."
        )
        asked = "ask its author, and look into the minutes of that month."
        if not result.without_github:
            asked = f"look into its pull request; without one, {asked}"
        hint = (
            "Nothing has to be done, unless a decision in it was due on one of these days: then find out when it was "
            f"really made, and judge by that day whether it was late: {asked}"
        )
        yield problem("audit-misdated", HISTORY, None, message, hint)


REVIEW_NOW = (
    "Have somebody else than its author review the change now, and record who and when in this month's minutes. It "
    "stays on this list."
)
ASK_NOW = (
    "The next run of the workflow snapshot asks. To see it now: gh workflow run snapshot.yml, and after the run "
    "git pull, or git fetch origin where snapshots have a branch of their own. Without workflows: backlog approvals."
)
FILE_IT = (
    "File the record of the approval, such as minutes below docs/reviews/, and name it in the decision, below "
    "`approval:` with `by`, `on` and `record`."
)
ONLY_REQUESTS = "For the administrator of the repository: let the main branch accept pull requests only."
APPROVAL_FIRST = "For the administrator of the repository: let the main branch require an approval before a merge."
HINTS: Mapping[Reason, str] = {
    Reason.DIRECT: f"Ask who made it, and why. {REVIEW_NOW} {ONLY_REQUESTS}",
    Reason.MERGE: f"Ask who merged what, and why. {REVIEW_NOW} {ONLY_REQUESTS}",
    Reason.CLAIMED: "Its approval is not proven: an author can write any message. Ask whoever maintains the repository "
    f"whether that pull request has this change. Whatever the answer is, do this too. {REVIEW_NOW}",
    Reason.NOT_ASKED: f"{ASK_NOW} Until then it counts as not approved.",
    Reason.NO_GITHUB: "Let somebody else than its author review it, write into the minutes below "
    "docs/reviews/ who reviewed it and its id, and commit the minutes under their own name; then it leaves this list. "
    "To keep the next accepted risk or exemption off it, commit it together with the record of its approval, such as "
    "minutes that name the recommendation, and name it below `approval:` with `by` (the approver, whom `roles` in "
    "backlog.yml lists), `on` and `record`.",
    Reason.MINUTES: "Nothing has to be done. If the next minutes, committed by somebody else, name it by its id, it "
    "leaves this list.",
    Reason.BOT_PATHS: "An automated account should commit snapshots only. Ask whoever maintains the repository what "
    f"made this change, and who approved the workflow that did. {REVIEW_NOW}",
    Reason.BOT_NAME: f"Ask who made it: anybody can write this name into a commit. {REVIEW_NOW}",
    Reason.UNAPPROVED: f"{REVIEW_NOW} {APPROVAL_FIRST}",
    Reason.OWN: f"{REVIEW_NOW} For the administrator of the repository: let the main branch require that somebody else "
    "than the last to push approves.",
    Reason.LATE: f"Ask why it was merged first. It has been reviewed since, so nothing more has to be done about it. "
    f"{APPROVAL_FIRST}",
    Reason.STALE: "Ask whoever maintains the repository to show what was changed after the approval (on GitHub, under "
    f"*Commits* of the pull request). {REVIEW_NOW} For the administrator of the repository: let new commits dismiss "
    "approvals.",
    Reason.UNKNOWN_APPROVER: f"The account was deleted, so it may have been the author's. {REVIEW_NOW}",
    Reason.PUSHED: "A push goes past the rules for merging. Ask who pushed them, and whether all of it had been "
    f"approved. {REVIEW_NOW} {ONLY_REQUESTS}",
    Reason.OTHER_HEAD: "Ask whoever maintains the repository to show how what was merged differs from what was "
    f"approved. {REVIEW_NOW}",
    Reason.OTHER_BASE: f"Ask how it came to the main branch from there. {REVIEW_NOW} If that branch is the main one, "
    "whoever maintains the repository names it below `repository:` in backlog.yml as `branch:`, which counts for later "
    "commits.",
    Reason.EMPTY: "Nothing has to be done: there is nothing in it to review.",
}
"""What to do about each reason."""


def of_commit(each: AuditedCommit, reason: Reason) -> Problem:
    """One reason of one exception."""
    request = f", pull request #{each.pull_request}" if each.pull_request is not None else ""
    claimed = " (as its message says)" if each.claimed else ""
    message = f"{reason.meaning} It is commit {each.commit[:10]} of {each.at.date()}{request}{claimed}."
    return problem(reason.value, HISTORY, None, message, HINTS[reason])


def of_days(result: Audit) -> Iterator[Problem]:
    """Days of the period without a snapshot, or with a part of one."""
    reason = "Ask whoever maintains the repository for the reason, and write it in the minutes."
    lost = "Microsoft keeps 90 days: what was not collected by then stays unknown."
    held = "Such a day holds a part of the recommendations; the others keep what was measured last."
    days = result.days
    missing = [*days.of(DayKind.MISSING), *(days.of(DayKind.AWAITED) if days.is_old else ())]
    for code, runs, what, hint in (
        ("audit-days-missing", missing, "no snapshot", f"{reason} {lost}"),
        ("audit-days-partial", days.of(DayKind.PARTIAL), "a partial snapshot", f"{reason} {held}"),
    ):
        if runs:
            number = sum(run.days for run in runs)
            message = f"There is {what} for {number} of {plural(days.passed, 'day')}: {some_runs(runs)}."
            yield problem(code, SNAPSHOTS, None, message, hint)


MOST_RUNS = 5
"""Of days in a row that a message names."""


def some_runs(runs: Sequence[DayRun]) -> str:
    """The first days of many: `2026-10-04, 2026-10-06 to 2026-10-07`."""
    words = [str(run.first) if run.days == 1 else f"{run.first} to {run.last}" for run in runs[:MOST_RUNS]]
    more = sum(run.days for run in runs[MOST_RUNS:])
    return ", ".join(words) + (f" and {plural(more, 'day')} more" if more else "")


def of_approvals(result: Audit) -> Iterator[Problem]:
    """What is known of the approvals of acceptances and exemptions in force."""
    counts = result.approvals
    if counts.same:
        named = ", ".join(result.same_person)
        message = f"In {plural(counts.same, 'decision')} in force the owner is the approver too: {named}."
        hint = "Have another role named as approver, and have it approve that."
        yield problem("audit-owner-approver", "decisions", None, message, hint)
    if counts.named:
        entries = plural(counts.all, "acceptance or exemption", "acceptances and exemptions")
        verb = "has" if counts.named == 1 else "have"
        message = f"{counts.named} of {entries} in force {verb} no approval that counts: the approver is only named."
        hint = (
            "The risk register says of each why. Have each renewed in a pull request that its approver approves on "
            "GitHub before the merge; or file the record of an approval elsewhere, such as minutes below "
            "docs/reviews/, and name it in the decision, below `approval:`."
            if not result.without_github
            else f"The risk register says of each why. {FILE_IT}"
        )
        yield problem("audit-named-only", "decisions", None, message, hint)
