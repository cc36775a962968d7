# SPDX-License-Identifier: Apache-2.0
"""The rules about who agrees and what is an answer, whose weight `policy` in the settings sets.

A stricter policy does not undo what was decided before it: a decision is judged by the policy in force on the day of
its current answer, and a rule that has become stricter since is a warning until the decision is renewed
(docs/method.md#policy).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from secure_score_backlog.decisions.attestations import Fault, fault_of, path_of
from secure_score_backlog.decisions.front_matter import FrontMatter
from secure_score_backlog.decisions.model import KEYS, Attestation, Decision, DecisionHistory, DecisionVersion
from secure_score_backlog.decisions.parse import read_decision
from secure_score_backlog.decisions.people import LOGIN, folded, is_person
from secure_score_backlog.decisions.values import Answer, is_no_answer
from secure_score_backlog.problems import MOST_REPEATED, Problem, Severity, problem
from secure_score_backlog.schema import Key, Need
from secure_score_backlog.settings import Policy, Settings, Weight
from secure_score_backlog.strict_yaml import Place
from secure_score_backlog.text import shortened, shown
from secure_score_backlog.wording import joined, plural

SHOWN_ROLES = 5
"""Roles that a hint names."""
SEVERITIES = {Weight.ERROR: Severity.ERROR, Weight.WARNING: Severity.WARNING}


def in_force(now: Policy, then: Policy) -> Policy:
    """What a decision is judged by: the policy of today, where it is not stricter than that of the decision's day."""

    def weighed(name: str) -> Weight:
        weight: Weight = getattr(now, name)
        stricter = weight is Weight.ERROR and getattr(then, name) is not Weight.ERROR
        return Weight.WARNING if stricter else weight

    return Policy(**{name: weighed(name) for name in Policy.__slots__})


@dataclass(frozen=True, slots=True)
class Judging:
    """What a decision is judged by."""

    policy: Policy
    made: date | None
    """The day of its answer; None where nobody knows it."""
    listed: Collection[str] = frozenset()
    """Roles and owners of the settings, folded."""
    with_logins: Collection[str] = frozenset()
    """Roles that have a login, today or on the day of the answer, folded."""
    could_approve: tuple[str, ...] = ()
    """Roles that have a login today, as the settings write them."""
    authors: Collection[str] = frozenset()
    """Names of those who wrote decisions, folded."""
    without_github: bool = False
    """There is no repository on GitHub, so that approvals are known by their records alone."""
    today: date | None = None
    """None: not known."""
    has_file: Callable[[str], bool | None] | None = None
    """Whether there is a file of this path; None: not known."""


def roles_with_logins(*settings: Settings) -> frozenset[str]:
    """The roles that have at least one login, folded."""
    return frozenset(folded(role) for each in settings for role, logins in each.roles.items() if logins)


def listed_roles(settings: Settings) -> frozenset[str]:
    """Every role that the settings name, folded."""
    return frozenset(folded(role) for role in (*settings.roles, *settings.owners))


def check_policy(source: FrontMatter, decision: Decision, judging: Judging) -> Iterator[Problem]:
    """The rules for one decision, with what `same_as` fills in."""
    policy = judging.policy
    yield from _weighed(policy.person_as_role, _persons(source, decision, judging))
    yield from _weighed(policy.approver_is_owner, _same_role(source, decision))
    yield from _attestation(source, decision, judging)
    if decision.draft:
        return
    yield from _weighed(policy.past_date, _past_dates(source, decision, judging.made))
    unlisted = list(_unlisted(source, decision, judging))
    critical = [each for each in unlisted if each.code == "decision-critical-approver"]
    if policy.critical_approver_unlisted is Weight.OFF or not critical:
        yield from _weighed(policy.approver_unlisted, (each for each in unlisted if each not in critical))
    yield from _weighed(policy.critical_approver_unlisted, critical)


def _weighed(weight: Weight, found: Iterator[Problem] | list[Problem]) -> Iterator[Problem]:
    """The problems with the weight that the policy gives them; none where it is off."""
    if weight is not Weight.OFF:
        yield from (replace(each, severity=SEVERITIES[weight]) for each in found)


def _roles(decision: Decision, source: FrontMatter) -> Iterator[tuple[Place, str]]:
    """Every role that the file itself names, with its place."""
    yield ("owner",), decision.owner
    for group, holder in (("accepted", decision.accepted), ("covered", decision.covered)):
        if holder is not None:
            if f"{group}.approver" not in decision.inherits:
                yield (group, "approver"), holder.approver
            if holder.approval is not None:
                yield (group, "approval", "by"), holder.approval.by
    for index, ask in enumerate(decision.asks):
        place: Place = ("ask", index) if ("ask", index) in source.lines else ("ask",)
        yield (*place, "from"), ask.of
        yield (*place, "asked_by"), ask.asked_by


def _persons(source: FrontMatter, decision: Decision, judging: Judging) -> Iterator[Problem]:
    """People in the place of roles."""
    for place, role in _roles(decision, source):
        if role and is_person(role, judging.listed, judging.authors):
            yield problem(
                "decision-person",
                source.path,
                source.line(*place),
                f"`{place[-1]}` looks like a person ({shown(role)}), not like a role.",
                "Write the role, without a name, a login or an address: people change, and the role remains. "
                + (
                    "Its logins stand in backlog.yml, below `roles`, without @: nobody else is asked or reminded."
                    if LOGIN.fullmatch(role.strip())
                    else "If it is a role, list it under `owners` or `roles` in backlog.yml."
                ),
            )


def _approver_place(source: FrontMatter, decision: Decision, key: str = "approver") -> int:
    group = "accepted" if decision.accepted is not None else "covered"
    inherited = f"{group}.approver" in decision.inherits and key == "approver"
    return source.line("same_as") if inherited else source.line(group, key)


def _same_role(source: FrontMatter, decision: Decision) -> Iterator[Problem]:
    """An approver, or whoever attested the approval, who is the owner too."""
    held = decision.approvable
    if held is None or not decision.owner:
        return
    owner = folded(decision.owner)
    what = "this risk" if decision.accepted is not None else "this exemption"
    if folded(held.approver) == owner:
        yield problem(
            "decision-approver-is-owner",
            source.path,
            _approver_place(source, decision),
            f"The approver {shown(held.approver)} is the owner too, so nobody else agreed to {what}.",
            "Name another role as `approver`, one that may agree to it, or make another role the `owner`.",
        )
    elif held.approval is not None and folded(held.approval.by) == owner:
        yield problem(
            "decision-approver-is-owner",
            source.path,
            _approver_place(source, decision, "approval"),
            f"The approval is by {shown(held.approval.by)}, the owner, so nobody else agreed to {what}.",
            f"Write the approver, {shown(held.approver)}, in `by` below `approval`, with the day and the record of its "
            "approval.",
        )


def _attestation(source: FrontMatter, decision: Decision, judging: Judging) -> Iterator[Problem]:
    """An approval outside GitHub that will not count. Owners, persons and days ahead are told as such."""
    held = decision.approvable
    if held is None or held.approval is None or not held.approver or not held.approval.by:
        return
    stated, group = held.approval, "accepted" if decision.accepted is not None else "covered"
    file = path_of(stated.record)
    had_record = judging.has_file(file) if file and judging.has_file else None
    match fault_of(stated, held.approver, judging.made, had_record):
        case Fault.OTHER_ROLE:
            if folded(stated.by) == folded(decision.owner) or is_person(stated.by, judging.listed, judging.authors):
                return
            yield problem(
                "decision-approval-by",
                source.path,
                _approver_place(source, decision, "approval"),
                f"The approval outside GitHub is by {shown(stated.by)}, and the approver is {shown(held.approver)}, so "
                "it does not count.",
                f"Write {shown(held.approver)} in `by` below `approval` if that role approved it; else name the role "
                "that did as `approver`.",
            )
        case None:
            return
        case Fault.LATER:
            if judging.today is not None and stated.on > judging.today:
                return
            yield problem(
                "decision-approval-later",
                source.path,
                source.line(group, "approval", "on"),
                f"The approval is dated {stated.on}, after the commit of the decision ({judging.made}), so it does not "
                "count.",
                "If the day is wrong, correct `on`. If it was approved later, keep `on`, and add the item of the "
                "minutes to `record`, such as `docs/reviews/2026-10.md#item-3`: the commit of that change is later "
                "than the approval, so it counts.",
            )
        case Fault.MISSING:
            together = (
                "commit it together with this decision" if judging.without_github else "add it in the same pull request"
            )
            yield problem(
                "decision-record-missing",
                source.path,
                source.line(group, "approval", "record"),
                f"The record of the approval, {shown(file)}, is not there, so the approval does not count.",
                f"Write that file, such as minutes that say who approved what until when, and {together}. Or correct "
                "`record`: the path of a file in this repository, a link, or the number of a ticket.",
            )


def _past_dates(source: FrontMatter, decision: Decision, made: date | None) -> Iterator[Problem]:
    """A last day or a due date that had passed when the decision was made; nothing where that day is not known."""
    if made is None:
        return
    group = "accepted" if decision.accepted is not None else "covered"
    places: list[tuple[Place, date | None]] = [((group, "until"), decision.until), (("due",), decision.due)]
    for place, day in places:
        if day is not None and day < made:
            ago = plural((made - day).days, "day")
            yield problem(
                "decision-past-date",
                source.path,
                source.line(*place),
                f"`{place[-1]}` is {day}, {ago} before the decision was made ({made}: the day of its commit, or today "
                "where it is not committed).",
                f"Change `{place[-1]}` to {made} or a later day. If it was really made earlier, keep "
                f"`{place[-1]}`, and tell whoever maintains this repository that its commit has a wrong date.",
            )


def _unlisted(source: FrontMatter, decision: Decision, judging: Judging) -> Iterator[Problem]:
    """An approver whom no login of the settings can be matched with, and no attestation stands for."""
    held = decision.approvable
    if held is None or not held.approver or isinstance(held.approval, Attestation):
        return
    if folded(held.approver) in judging.with_logins or is_person(held.approver, judging.listed, judging.authors):
        return  # a person is reported as such
    critical = decision.accepted is not None and decision.risk == "critical"
    group = "accepted" if decision.accepted is not None else "covered"
    others = [shortened(role) for role in judging.could_approve if folded(role) != folded(decision.owner)][:SHOWN_ROLES]
    write = (
        f"write below `{group}:` a key `approval:` and below that `by:` (the role), `on:` (the day) and `record:` (a "
        "link, or a file that comes with this change)."
    )
    if judging.without_github:
        yield problem(
            "decision-critical-approver" if critical else "decision-approver-unlisted",
            source.path,
            _approver_place(source, decision),
            f"{'This risk is critical, and no' if critical else 'No'} approval by {shown(held.approver)} is recorded.",
            f"Once it is approved, {write} Until then the approver is only named.",
        )
        return
    another = f"Name another `approver`, one that has a login: {joined(others)}. Or ask" if others else "Ask"
    yield problem(
        "decision-critical-approver" if critical else "decision-approver-unlisted",
        source.path,
        _approver_place(source, decision),
        f"{'This risk is critical, and no' if critical else 'No'} approval by {shown(held.approver)} can count: "
        "`roles` in backlog.yml gives this role no login (user name on GitHub), and no approval outside GitHub is "
        "recorded.",
        f"{another} whoever maintains this repository to add the role and its login to `roles`, in a pull request "
        f"that is merged before this one. Or, where it was approved on paper or by mail, {write}",
    )


# Placeholders


def with_placeholders(history: DecisionHistory, now: Settings, then: Callable[[date], Settings]) -> DecisionHistory:
    """All versions, read as the policy has it: what stands for an answer counts as one where it is no error.

    Args:
        history: As it was read, where a placeholder is no answer.
        now: The settings of the day that is judged.
        then: The settings of an earlier day.
    """
    days = {version.version.at.date() for versions in history.versions.values() for version in versions}
    if now.policy.placeholder is Weight.ERROR and all(then(day).policy.placeholder is Weight.ERROR for day in days):
        return history
    found: Mapping[str, tuple[DecisionVersion, ...]] = {
        name: tuple(_reread(version, now, then) for version in versions) for name, versions in history.versions.items()
    }
    return replace(history, versions=found)


def _has_placeholder(version: DecisionVersion) -> bool:
    return version.source is not None and any(True for _ in placeholders(version.source.data))


def _reread(version: DecisionVersion, now: Settings, then: Callable[[date], Settings]) -> DecisionVersion:
    """A version in which placeholders count as answers, where the policy has it so."""
    source = version.source
    if source is None or not _has_placeholder(version):
        return version
    weight = in_force(now.policy, then(version.version.at.date()).policy).placeholder
    if weight is Weight.ERROR:
        return version
    decision, faults = read_decision(source, placeholders_count=True)
    if weight is Weight.WARNING and decision is not None:
        faults = [*faults, *_remarks(source, decision)]
    return replace(version, decision=decision, readable=decision is not None, faults=tuple(faults))


def _remarks(source: FrontMatter, decision: Decision) -> Iterator[Problem]:
    """A warning for each placeholder where the bucket requires or asks for an answer."""
    needed = {key.name for key in KEYS if key.need(decision.bucket) in (Need.REQUIRED, Need.ASKED)}
    for place, text in list(placeholders(source.data))[:MOST_REPEATED]:
        if place[0] in needed or len(place) > 1:
            message = f"`{place[-1]}` says {shown(text)}, which is a placeholder and no answer."
            yield problem(
                "decision-placeholder",
                source.path,
                source.line(*place),
                message,
                "Write the answer, or mark the decision with `draft: true` until there is one.",
                severity=Severity.WARNING,
            )


def placeholders(data: Mapping[str, object]) -> Iterator[tuple[Place, str]]:
    """Every placeholder in the place of an answer or a role, with its place."""
    return _placeholders(KEYS, data, ())


def _placeholders(keys: tuple[Key, ...], data: Mapping[str, object], place: Place) -> Iterator[tuple[Place, str]]:
    for key in keys:
        value = data.get(key.name)
        at = (*place, key.name)
        if isinstance(key.type, Answer) and isinstance(value, str) and is_no_answer(value):
            yield at, value
        elif key.keys and isinstance(value, Mapping):
            yield from _placeholders(key.keys, value, at)
        elif key.keys and isinstance(value, list):
            for index, inner in enumerate(value):
                if isinstance(inner, Mapping):
                    yield from _placeholders(key.keys, inner, (*at, index))
