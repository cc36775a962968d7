# SPDX-License-Identifier: Apache-2.0
"""What a change does, as values: its decisions, settings, minutes and snapshots (docs/method.md#comparing).

Words are made of it in `reports/`. Both sides are judged on one day, so that time alone changes nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from secure_score_backlog.approvals import APPROVALS_PATH
from secure_score_backlog.branches import FileChange
from secure_score_backlog.comparison import Comparison
from secure_score_backlog.decisions.attestations import path_of, same_role
from secure_score_backlog.decisions.model import Ask, Attestation, Bucket, Decision, DecisionVersion
from secure_score_backlog.evaluation import approval
from secure_score_backlog.evaluation.approval import attestation_fault
from secure_score_backlog.evaluation.base_rules import (
    Versions,
    gains_words,
    has_minutes,
    is_mentioned,
    is_review,
    is_reworded,
    reason_text,
    says_more,
    signed_part,
    words,
)
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.ranking import eligible
from secure_score_backlog.evaluation.status import NEEDS_NEW_DECISION, State, Status
from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.ratings import RatedBy, Risk, level_order
from secure_score_backlog.recorded_packs import PACKS_PATH
from secure_score_backlog.reviews import REVIEWS
from secure_score_backlog.settings import SETTINGS_PATH, Policy, Settings
from secure_score_backlog.snapshots.snapshot_files import CATALOGUE_PATH, snapshot_days

RECORD = re.compile(r"https?://|docs/|\bminutes of\b", re.IGNORECASE)
"""What a text says that names a record: an address, a file of the documentation, minutes."""
LEVELS: tuple[Risk | None, ...] = (*Risk, None)
"""The risk levels, the highest first, and none."""
PROGRAMS = (".github/", "generator/", "pyproject.toml", "requirements", "Makefile", "action.yml")
"""What can run something, or change what is run."""


class Kind(StrEnum):
    """What happens to one decision, the most important first."""

    ACCEPTED = "accepted"
    """A risk is accepted that was not."""
    EXTENDED = "extended"
    """An acceptance or an exemption ends later."""
    EXEMPTED = "exempted"
    """It is said not to apply, or to be covered, which was not said before."""
    WITHDRAWN = "withdrawn"
    """It is deleted, or a draft again."""
    UNREADABLE = "unreadable"
    """It has errors, so it does not count."""
    PLANNED = "planned"
    """A change is planned that was not, or in another bucket."""
    RESCHEDULED = "rescheduled"
    """A planned change has another date."""
    SHORTENED = "shortened"
    """An acceptance or an exemption ends earlier."""
    AMENDED = "amended"
    """The answer stays, and something about it changes."""
    DRAFTED = "drafted"
    """A draft, which does not count."""


class Reason(StrEnum):
    """Whether an extension says anything new."""

    UNCHANGED = "unchanged"
    TEXT = "text"
    """The reason is the same, and the text below the front matter, or of the decision it shares, says more."""
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class AskChanges:
    """Decisions requested from others, by what becomes of them."""

    asked: tuple[Ask, ...] = ()
    answered: tuple[Ask, ...] = ()
    """Gone, while the decision itself changed or its text says more."""
    dropped: tuple[Ask, ...] = ()
    """Gone, and nothing in the decision says what became of it."""
    reworded: tuple[tuple[Ask, Ask], ...] = ()
    changed: tuple[tuple[Ask, Ask], ...] = ()
    """The same question with another date, options or the like."""


@dataclass(frozen=True, slots=True)
class Rating:
    """Where a risk level came from."""

    by: RatedBy
    on: date | None = None
    """Of a decision: the day since which it said so; None where it is not committed."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An approval outside GitHub that a decision states, as far as that can be judged before the merge."""

    attestation: Attestation
    is_new: bool
    """It came with this change; an older one is not about it."""
    fault: approval.Reason | None = None
    """Why it does not count; None where it does, as far as that can be checked."""
    checked: bool = False
    """Its record is a file, and is there."""
    days: int = 0
    """Days from the approval to the change."""


@dataclass(frozen=True, slots=True)
class DecisionChange:
    """One decision, before and after."""

    id: str
    path: str
    kind: Kind
    status: Status
    """The recommendation after the change; before it, where it is known no more."""
    before: Decision | None
    """None: there was none, or it had errors."""
    after: Decision | None
    level_before: Risk | None
    state_before: State | None
    """None: it was not known."""
    extensions: int = 0
    """How often this acceptance or exemption was extended, this change included."""
    reason: Reason = Reason.UNCHANGED
    """Of an extension: whether it says anything new."""
    deleted: bool = False
    errors: int = 0
    """Of its file, after the change."""
    asks: AskChanges = AskChanges()
    rating_before: Rating | None = None
    """Who gave the level before the change; None where there was none."""
    first_on: date | None = None
    """First day of the acceptance or exemption before the change; None without one."""
    claim: Claim | None = None
    """The approval outside GitHub that it states."""
    explained: bool = False
    """Of a withdrawal: something in the change may say why."""
    names_record: bool = False
    """What the text says now, a link, or minutes in this change may name the record of an answer."""

    @property
    def lowers_accepted(self) -> bool:
        """It lowers the risk level of a risk that it accepts, or accepts for longer."""
        if self.kind not in (Kind.ACCEPTED, Kind.EXTENDED) or self.level_before is None:
            return False
        return level_order(self.level) > level_order(self.level_before)

    @property
    def news(self) -> str:
        """The lines of the text below the front matter that it did not hold before."""
        return lines_only_in(self.after.body if self.after else "", self.before.body if self.before else "")

    @property
    def title(self) -> str:
        """The recommendation's title; Microsoft's text."""
        return self.status.title

    @property
    def level(self) -> Risk | None:
        """The risk level after the change."""
        return self.status.level

    @property
    def decision(self) -> Decision | None:
        """What it says now; of one that is gone, what it said."""
        return self.after or self.before

    @property
    def needs_approval(self) -> bool:
        """What an approver signs is new or different: the acceptance or the exemption."""
        if self.after is None or self.after.draft or self.after.approvable is None:
            return False
        before = counted(self.before)
        return before is None or (before.bucket, signed_part(before)) != (self.after.bucket, signed_part(self.after))


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One value of the settings."""

    key: str
    """Dotted, with the entry: `roles.Managing Director`."""
    before: str | None
    """None: it was not set."""
    after: str | None


@dataclass(frozen=True, slots=True)
class Approval:
    """Who has to approve a part of the change."""

    role: str
    """As the decisions name the approver."""
    logins: tuple[str, ...]
    """Who may act in it on GitHub, by the settings of the base; without the author of the change."""
    decisions: tuple[DecisionChange, ...]
    only_author: bool = False
    """The author of the change is the only one who may act in it."""
    attested: bool = False
    """All these decisions record an approval outside GitHub that this change brings."""
    outdated: tuple[date, ...] = ()
    """Days of recorded approvals that were there before this change, and so are not about it."""
    later: tuple[str, ...] = ()
    """Who may act in it once this change is merged, and may not before."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How the tenant stands on a day, as far as a change of decisions moves it."""

    open: Mapping[Risk | None, int]
    """Open by observation and without an acceptance or exemption in force, by risk level."""
    accepted: Mapping[Risk | None, int]
    """In state accepted, by risk level."""
    undecided: int
    needs_decision: int
    """Expired, breached, regressed or in conflict."""
    overdue: int
    covered: int
    covered_points: Fraction
    """Points that Microsoft does not give for what is covered or not applicable."""
    asks: int
    needing: Mapping[str, str] = field(default_factory=dict)
    """What needs a new decision: title by id."""
    late: Mapping[str, str] = field(default_factory=dict)
    """What is overdue: title by id."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a change does."""

    base: str
    head: str | None
    """None: the working tree."""
    as_of: date
    measured: date | None = None
    """Day of the newest snapshot up to then."""
    decisions: tuple[DecisionChange, ...] = ()
    """The most important first."""
    settings: tuple[SettingChange, ...] = ()
    settings_unreadable: bool = False
    minutes_added: tuple[str, ...] = ()
    """Months, YYYY-MM."""
    minutes_changed: tuple[str, ...] = ()
    minutes_lines: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Of the minutes that change: lines that are new, and lines that are gone, blank ones left out."""
    minutes_removed: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    """Months that are signed."""
    signed_changed: tuple[str, ...] = ()
    """Months whose signed facts are replaced or deleted."""
    days_added: tuple[date, ...] = ()
    days_changed: tuple[date, ...] = ()
    days_removed: tuple[date, ...] = ()
    catalogue: bool = False
    """The catalogue changes."""
    approvals: bool = False
    """What GitHub said about pull requests changes."""
    packs: bool = False
    """What is recorded of packs changes."""
    others: tuple[FileChange, ...] = ()
    """Every other file, those that can run something first."""
    before: Figures = Figures({}, {}, 0, 0, 0, 0, Fraction(0), 0)
    after: Figures = Figures({}, {}, 0, 0, 0, 0, Fraction(0), 0)
    levels_moved: Mapping[tuple[Risk | None, Risk | None], int] = field(default_factory=dict)
    """By the level before and after: how many open or accepted risks have another level."""
    policy: Policy = field(default_factory=Policy)
    """How hard the rules weigh by the settings of the base."""
    approvers: tuple[Approval, ...] = ()
    author: str = ""
    """Login of whoever proposes it; empty where it is not known."""
    commits: int = 0
    without_github: bool = False
    """No repository on GitHub is named, so that approvals are known by their records alone."""

    @property
    def programs(self) -> tuple[FileChange, ...]:
        """Other files that can run something."""
        return tuple(each for each in self.others if runs(each))


def change_of(comparison: Comparison, before: Facts, after: Facts, *, author: str = "") -> Change:
    """What lies between two states, judged on one day.

    Args:
        comparison: The two states as they were read.
        before: The facts of the base.
        after: The facts of the other side, of the same day.
        author: Login of whoever proposes the change; empty where it is not known.
    """
    decisions = tuple(sorted(decisions_of(comparison, before, after), key=_importance))
    branch = comparison.branch
    files = {file.path: file for file in branch.files if file.inside}
    days = snapshot_days(files)
    minutes, facts_files = _of_months(files, "md"), _of_months(files, "json")
    told = {
        *(path for _, path in days), *minutes.values(), *facts_files.values(), *(each.path for each in decisions),
        SETTINGS_PATH, CATALOGUE_PATH, APPROVALS_PATH, PACKS_PATH,
    }  # fmt: skip
    edited = tuple(month for month, path in minutes.items() if not files[path].added and not files[path].deleted)
    others = (file for file in branch.files if not file.inside or file.path not in told)
    return Change(
        base=branch.base,
        head=branch.head,
        as_of=after.as_of,
        measured=after.snapshot.day if after.snapshot else None,
        decisions=decisions,
        settings=tuple(settings_of(comparison.before.settings, comparison.after.settings)),
        settings_unreadable=_settings_unreadable(comparison),
        minutes_added=tuple(month for month, path in minutes.items() if files[path].added),
        minutes_changed=edited,
        minutes_lines={month: _lines_changed(comparison, month) for month in edited},
        minutes_removed=tuple(month for month, path in minutes.items() if files[path].deleted),
        signed=tuple(sorted(comparison.after.signed.keys() - comparison.before.signed.keys())),
        signed_changed=tuple(_signed_again(comparison)),
        days_added=tuple(day for day, path in days if files[path].added),
        days_changed=tuple(day for day, path in days if not files[path].added and not files[path].deleted),
        days_removed=tuple(day for day, path in days if files[path].deleted),
        catalogue=CATALOGUE_PATH in files,
        approvals=APPROVALS_PATH in files,
        packs=PACKS_PATH in files,
        others=tuple(sorted(others, key=lambda file: not runs(file))),
        before=figures(before),
        after=figures(after),
        levels_moved=levels_moved(before, after),
        policy=comparison.before.settings.policy,
        approvers=tuple(approvers(decisions, comparison.before.settings, author, comparison.after.settings)),
        author=author,
        commits=len(branch.commits),
        without_github=comparison.after.approvals.without_github and not author,
    )


# Decisions


def decisions_of(comparison: Comparison, before: Facts, after: Facts) -> Iterator[DecisionChange]:
    """Every decision whose file differs, or that shares the answers of one that differs."""
    old, new = before.decisions.in_force(before.as_of), after.decisions.in_force(after.as_of)
    errors: dict[str, int] = {}
    for found in after.problems:
        if found.severity is Severity.ERROR:
            errors[found.path] = errors.get(found.path, 0) + 1
    entries = {entry.status.id: entry for entry in (*before.register, *before.covered)}
    minutes = has_minutes(comparison)
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        first, second = _decision(was), _decision(now)
        if first == second and _blob(was) == _blob(now):
            continue
        if was is None and now is not None and now.source is None:
            continue
        status = after.statuses.get(name) or before.statuses.get(name)
        if status is None:
            continue  # never was about a recommendation: the check reports it
        earlier = before.statuses.get(name)
        kind = kind_of(first, second, deleted=now is None)
        extended = kind is Kind.EXTENDED and first is not None and second is not None
        entry = entries.get(name) if first and second and first.bucket is second.bucket else None
        change = DecisionChange(
            id=name,
            path=(now or old[name]).version.path,
            kind=kind,
            status=status,
            before=first,
            after=second,
            level_before=earlier.level if earlier else None,
            state_before=earlier.state if earlier else None,
            extensions=(entry.renewals if entry else 0) + extended,
            reason=reason_of((old, first), (new, second)) if extended and first and second else Reason.UNCHANGED,
            deleted=now is None,
            errors=errors.get(now.version.path, 0) if now else 0,
            asks=asks_of(first, second, deleted=now is None),
            rating_before=_rating(earlier) if earlier else None,
            first_on=entry.since if entry else None,
            claim=claim_of(comparison, first, now) if now else None,
        )
        gains = first is not None and second is not None and gains_words(first.body, second.body)
        links = first is not None and second is not None and bool(set(second.links) - set(first.links))
        yield replace(
            change,
            explained=gains or (now is None and (minutes or is_mentioned(old, new, name))),
            names_record=minutes or links or RECORD.search(change.news) is not None,
        )


def _rating(status: Status) -> Rating | None:
    """Who gave a level, and since when a decision says so."""
    if status.level is None or status.rated_by is None:
        return None
    if status.rated_by is not RatedBy.DECISION:
        return Rating(status.rated_by)
    since = None
    for version in reversed(status.versions):
        if version.decision is None or version.decision.risk is not status.level:
            break
        since = version.version.at.date() if version.version.committed else since
    return Rating(status.rated_by, since)


def claim_of(comparison: Comparison, before: Decision | None, version: DecisionVersion) -> Claim | None:
    """The approval outside GitHub that a decision states; None where it states none.

    Whether it counts is judged as after the merge (`approval.approval_of`), with the files that the change leaves.
    """
    after = counted(version.decision)
    group, known = after.approvable if after else None, stated_approval(before)
    if group is None or group.approval is None:
        return None
    stated = group.approval
    path = path_of(stated.record)
    there = comparison.after.record_files.get(path) if path else None
    return Claim(
        attestation=stated,
        is_new=stated != known,
        fault=attestation_fault(stated, group.approver, version.version, there),
        checked=bool(there),
        days=(version.version.at.date() - stated.on).days,
    )


def _decision(version: DecisionVersion | None) -> Decision | None:
    return version.decision if version else None


def _blob(version: DecisionVersion | None) -> str | None:
    return version.version.blob if version else None


def counted(decision: Decision | None) -> Decision | None:
    """A decision that counts; None for a draft."""
    return decision if decision and not decision.draft else None


def lines_only_in(text: str, other: str) -> str:
    """The lines of a text that another does not hold."""
    known = {line.strip() for line in other.splitlines()}
    return " ".join(line for line in text.splitlines() if line.strip() and line.strip() not in known)


def kind_of(before: Decision | None, after: Decision | None, *, deleted: bool = False) -> Kind:
    """What happens to a decision, by the first rule that applies."""
    old = counted(before)
    if after is None:
        return Kind.WITHDRAWN if deleted else Kind.UNREADABLE
    if after.draft:
        return Kind.WITHDRAWN if old else Kind.DRAFTED
    if old is None or old.bucket is not after.bucket:
        return {Bucket.ACCEPT: Kind.ACCEPTED, Bucket.NOT_APPLICABLE: Kind.EXEMPTED}.get(after.bucket, Kind.PLANNED)
    if old.until and after.until and old.until != after.until:
        return Kind.EXTENDED if after.until > old.until else Kind.SHORTENED
    return Kind.RESCHEDULED if old.due != after.due else Kind.AMENDED


def asks_of(before: Decision | None, after: Decision | None, *, deleted: bool = False) -> AskChanges:
    """What becomes of the decisions requested from others; nothing where a file has errors."""
    if after is None:
        return AskChanges(dropped=before.asks if before and deleted else ())
    old, new = list(before.asks if before else ()), list(after.asks)
    changed = []
    for ask in list(old):
        same = next((each for each in new if (each.of, each.question) == (ask.of, ask.question)), None)
        if same is not None:
            old.remove(ask)
            new.remove(same)
            changed += [(ask, same)] if ask != same else []
    reworded = []
    for ask in list(old):
        again = next((each for each in new if is_reworded(ask, each)), None)
        if again is not None:
            old.remove(ask)
            new.remove(again)
            reworded.append((ask, again))
    traced = before is None or _answered(before, after)
    return AskChanges(
        asked=tuple(new),
        answered=tuple(old) if traced else (),
        dropped=() if traced else tuple(old),
        reworded=tuple(reworded),
        changed=tuple(changed),
    )


def _answered(before: Decision, after: Decision) -> bool:
    """The decision changed in what a request can be answered by, or its text."""

    def said(decision: Decision) -> tuple[object, ...]:
        return (decision.bucket, decision.due, decision.accepted, decision.covered, decision.blocked, decision.body)

    return said(before) != said(after)


def reason_of(before: tuple[Versions, Decision], after: tuple[Versions, Decision]) -> Reason:
    """Whether an extension says anything new; the arguments are those of `says_more`."""
    if words(reason_text(before[1])) != words(reason_text(after[1])):
        return Reason.CHANGED
    return Reason.TEXT if says_more(before, after) else Reason.UNCHANGED


def _importance(change: DecisionChange) -> tuple[int, int, str, str]:
    return (list(Kind).index(change.kind), level_order(change.level), change.title.casefold(), change.id)


# Approval


def approvers(
    decisions: Iterable[DecisionChange], settings: Settings, author: str, settings_after: Settings | None = None
) -> Iterator[Approval]:
    """The roles that have to approve, with who may act in them by the settings of the base.

    A change of `roles` counts for later changes only, so that nobody appoints themselves.
    """
    by_role: dict[str, list[DecisionChange]] = {}
    for change in decisions:
        if change.needs_approval and change.after and change.after.approvable:
            by_role.setdefault(change.after.approvable.approver, []).append(change)
    for role, changes in sorted(by_role.items()):
        logins = _logins(settings, role)
        known = {login.casefold() for login in logins}
        others = tuple(login for login in logins if login.casefold() != author.casefold())
        yield Approval(
            role=role,
            logins=others,
            decisions=tuple(changes),
            only_author=bool(logins) and not others,
            attested=all(record is not None and is_new for record, is_new in map(recorded, changes)),
            outdated=tuple(sorted({record.on for record, is_new in map(recorded, changes) if record and not is_new})),
            later=tuple(login for login in _logins(settings_after or settings, role) if login.casefold() not in known),
        )


def _logins(settings: Settings, role: str) -> tuple[str, ...]:
    """Who may act in a role, in the order of the settings."""
    return tuple(
        dict.fromkeys(login for known, each in settings.roles.items() if same_role(known, role) for login in each)
    )


def recorded(change: DecisionChange) -> tuple[Attestation | None, bool]:
    """The approval outside GitHub that a decision records, and whether it came with this change."""
    now = stated_approval(change.after)
    return now, now != stated_approval(change.before)


def stated_approval(decision: Decision | None) -> Attestation | None:
    """The approval outside GitHub that a decision states; None where it states none."""
    return decision.approvable.approval if decision and decision.approvable else None


# Figures


def figures(facts: Facts) -> Figures:
    """How the tenant stands, as far as decisions move it."""
    statuses = tuple(facts.statuses.values())
    covered = [status for status in statuses if status.state is State.COVERED]
    needing = [status for status in statuses if status.state in NEEDS_NEW_DECISION]
    late = [status for status in statuses if status.state is State.OVERDUE]
    return Figures(
        open=_by_level(status for status in statuses if eligible(status)),
        accepted=_by_level(status for status in statuses if status.state is State.ACCEPTED),
        undecided=sum(1 for status in statuses if status.state is State.UNDECIDED),
        needs_decision=len(needing),
        overdue=len(late),
        covered=len(covered),
        covered_points=sum((status.unearned for status in covered), Fraction(0)),
        asks=len(facts.asks),
        needing={status.id: status.title for status in needing},
        late={status.id: status.title for status in late},
    )


def levels_moved(before: Facts, after: Facts) -> dict[tuple[Risk | None, Risk | None], int]:
    """How many risks have another level than before, of those that are open or accepted; the gravest first."""
    found: Counter[tuple[Risk | None, Risk | None]] = Counter()
    for name, status in after.statuses.items():
        earlier = before.statuses.get(name)
        if earlier and earlier.level is not status.level and (eligible(status) or status.state is State.ACCEPTED):
            found[earlier.level, status.level] += 1
    return dict(sorted(found.items(), key=lambda each: [level_order(level) for level in each[0]]))


def _by_level(statuses: Iterable[Status]) -> dict[Risk | None, int]:
    found = dict.fromkeys(LEVELS, 0)
    for status in statuses:
        found[status.level] += 1
    return found


# Everything else


def settings_of(before: Settings, after: Settings) -> Iterator[SettingChange]:
    """Every value of the settings that differs, by its key."""
    old, new = dict(_values("", before)), dict(_values("", after))
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            yield SettingChange(key, old.get(key), new.get(key))


def _values(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """Each single value with its dotted key, as text."""
    if is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from _values(f"{key}.{each.name}".lstrip("."), getattr(value, each.name))
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _values(f"{key}.{name}", inner)
    elif isinstance(value, (tuple, list, frozenset)):
        yield key, ", ".join(map(str, sorted(value) if isinstance(value, frozenset) else value))
    elif isinstance(value, bool):
        yield key, "true" if value else "false"
    elif value is not None:
        yield key, str(value)


def _settings_unreadable(comparison: Comparison) -> bool:
    def wrong(problems: Iterable[Problem]) -> bool:
        return any(each.path == SETTINGS_PATH and each.severity is Severity.ERROR for each in problems)

    return wrong(comparison.after.problems) and not wrong(comparison.before.problems)


def _of_months(files: Iterable[str], ending: str) -> dict[str, str]:
    """The files of months in `docs/reviews/` by month, YYYY-MM."""
    found = (path for path in sorted(files) if is_review(path) and path.endswith(f".{ending}"))
    return {path.removeprefix(f"{REVIEWS}/").removesuffix(f".{ending}"): path for path in found}


def _lines_changed(comparison: Comparison, month: str) -> tuple[int, int]:
    """How many lines of a month's minutes are new, and how many are gone; one that moved is neither."""
    old, new = (
        Counter(line for line in side.minutes[month].text.splitlines() if line.strip())
        if month in side.minutes
        else Counter()
        for side in (comparison.before, comparison.after)
    )
    return (new - old).total(), (old - new).total()


def _signed_again(comparison: Comparison) -> Iterator[str]:
    for month, signed in sorted(comparison.before.signed.items()):
        now = comparison.after.signed.get(month)
        if now is None or now.digest != signed.digest:
            yield month


def runs(file: FileChange) -> bool:
    """It can run something, or change what is run."""
    return file.path.startswith(PROGRAMS) or f"/{file.path}".endswith(("/mkdocs.yml", ".sh", ".py", ".js"))
