# SPDX-License-Identifier: Apache-2.0
"""Who has to approve a change, in words: for every format.

An approval outside GitHub is judged before the merge as the register judges it afterwards, so that nobody relies on
one that will not count (docs/method.md#approvals).
"""

from __future__ import annotations

from collections.abc import Iterator

from secure_score_backlog.evaluation.approval import Reason
from secure_score_backlog.evaluation.change import Approval, Change, Claim, DecisionChange, Kind, counted
from secure_score_backlog.ratings import Risk
from secure_score_backlog.reports.change_phrases import NAMED, Quote, quoted
from secure_score_backlog.settings import Weight
from secure_score_backlog.wording import day, joined, lower_first, plural

UNSOUND = {
    Reason.RECORD_MISSING: "which does not exist yet",
    Reason.RECORD_LATER: "dated after the change itself",
    Reason.OTHER_ATTESTED: "by another role than the approver",
}
"""Why an approval outside GitHub does not count, as part of a sentence."""
MOST_ROLES = 10
"""Roles that are named."""
MOST_LOGINS = 8
"""Logins of one role that are named."""


def approval_sentences(change: Change, quote: Quote) -> list[str]:
    """Who has to approve, a sentence or a few for each."""
    who = f"{quote(change.author)} proposes this change and cannot approve it." if change.author else ""
    author = who or "Whoever proposes this change cannot approve it."
    others = [*_ends(change, quote), *_with_errors(change), *_others(change)]
    if not change.approvers and _faulty(change) == len(change.decisions) > 0:
        return [author, *others]
    if not change.approvers and change.without_github:
        return [
            "No particular role has to approve this change. Have somebody else than its author look at it, and write "
            "into the minutes who did, with the id of its commit: without that, `backlog audit` lists it.",
            *others,
        ]
    if not change.approvers:
        nobody = (
            "No particular role has to approve this change. Whether GitHub asks for an approval, the pull request "
            "shows."
        )
        return [f"{nobody} {author.replace('this change', 'it')}", *others]
    left = len(change.approvers) - MOST_ROLES
    more = [f"And {plural(left, 'more role')}: run `backlog diff --json`."] if left > 0 else []
    asked = [_approval(each, quote, change) for each in change.approvers[:MOST_ROLES]]
    return [*asked, *more, author, _unapproved(change), *_was_critical(change, quote), *others]


def _unapproved(change: Change) -> str:
    """What holds after a merge without an approval that counts (docs/method.md#approvals)."""
    decisions = [each for approval in change.approvers for each in approval.decisions]
    what = "these decisions count"
    if len(decisions) == 1:
        what = f"the {'acceptance' if decisions[0].after and decisions[0].after.accepted else 'exemption'} counts"
    show = "it" if len(decisions) == 1 else "them"
    if change.without_github and all(each.claim and each.claim.is_new and not each.claim.fault for each in decisions):
        return "Please read the record before this is committed or merged: whoever made the change may have written it."
    if change.without_github:
        return (
            "Please commit or merge it only after that approval is recorded. This report cannot stop anybody: without "
            f"it, {what} all the same, and the register shows {show} as “only named”: an approver is named, and nobody "
            "is recorded as having approved."
        )
    on_paper = any(not each.logins for each in change.approvers)
    approved = "that approval is given or recorded" if on_paper else "that approval"
    critical = any(each.level is Risk.CRITICAL and each.after and each.after.accepted for each in decisions)
    fails = " For a critical risk the check then fails." if critical else ""
    return (
        f"Please merge only after {approved}. This report cannot stop a merge: merged without it, "
        f"{what} all the same, and the register shows {show} as “only named”: an approver is named, and nobody is "
        f"recorded as having approved.{fails}"
    )


def _was_critical(change: Change, quote: Quote) -> Iterator[str]:
    """What a level that is lowered in the same step would have asked for: critical risks have rules of their own."""
    lowered = [each for each in change.decisions if each.lowers_accepted and each.level_before is Risk.CRITICAL]
    if not lowered:
        return
    them = joined([quoted(each.title, quote) for each in lowered[:NAMED]])
    more = f" and {len(lowered) - NAMED} more" if len(lowered) > NAMED else ""
    policy = change.policy
    login = ""
    if policy.critical_approver_unlisted is Weight.ERROR and policy.approver_unlisted is not Weight.ERROR:
        login = " Nor would it count with an approver who has no login in the settings and no recorded approval."
    yield f"Until now critical: {them}{more}. At that level, the check fails without an approval that counts.{login}"


def _ends(change: Change, quote: Quote) -> list[str]:
    """Who was the approver of what ends with the change."""
    found = []
    for each in change.decisions:
        before = counted(each.before)
        held = before.approvable if before else None
        if before and held and each.kind in (Kind.WITHDRAWN, Kind.PLANNED):
            kind = "acceptance" if before.accepted else "exemption"
            found.append(
                f"{quote(held.approver)} was the approver of what ends: the {kind} of {quoted(each.title, quote)}; "
                "to end it, no role has to approve."
            )
    left = len(found) - NAMED
    return [*found[:NAMED], f"And {left} more that end: see each decision below."] if left > 0 else found


def _with_errors(change: Change) -> list[str]:
    """That what has errors cannot be approved."""
    number = _faulty(change)
    what = "a decision of this change has" if number == 1 else f"{number} decisions of this change have"
    it = "it" if number == 1 else "them"
    return (
        [f"The check fails, because {what} errors. Who has to approve {it} is told once they are corrected."]
        if number
        else []
    )


def _faulty(change: Change) -> int:
    """How many decisions have errors."""
    return sum(1 for each in change.decisions if each.kind is Kind.UNREADABLE)


def _others(change: Change) -> list[str]:
    """What no role is set for."""
    running = len(change.programs)
    parts = ["the settings"] if change.settings or change.settings_unreadable else []
    parts += [f"the {'file' if running == 1 else 'files'} that can run programs"] if running else []
    looked = "it" if running == 1 and len(parts) == 1 else "them"
    when = "first" if change.without_github else "before the merge"
    ask = f"no role is set: ask whoever runs this backlog to look at {looked} {when}"
    return [f"For {joined(parts)}, {ask}."] if parts else []


def _approval(approval: Approval, quote: Quote, change: Change) -> str:
    accepted = sum(1 for each in approval.decisions if each.after and each.after.accepted)
    exempted = len(approval.decisions) - accepted
    parts = [plural(accepted, "acceptance")] if accepted else []
    parts += [plural(exempted, "exemption")] if exempted else []
    claims = list(_claims(approval, quote))
    if not change.without_github:
        claims = [_on_github(approval, quote, change.author), *claims]
    elif not approval.attested:
        claims = [
            "no approval is recorded. Once this role has approved, file the record, such as minutes, and name it in "
            "the decision: `approval` with `by`, `on` and `record`.",
            *claims,
        ]
    said = " ".join(claims)
    return f"{quote(approval.role)}, for {joined(parts)}: {lower_first(said) if change.without_github else said}"


def _on_github(approval: Approval, quote: Quote, author: str) -> str:
    """Who can approve on GitHub, and what to do where nobody can."""
    if approval.logins:
        shown = [quote(login) for login in approval.logins[:MOST_LOGINS]]
        left = len(approval.logins) - MOST_LOGINS
        only = "" if approval.attested else ", nobody else"
        return f"{joined([*shown, f'{left} more'] if left > 0 else shown, 'or')} on GitHub{only}."
    if approval.only_author:
        return (
            f"only {quote(author)} may act in this role on GitHub, and proposes the change. Either: somebody else "
            "proposes it. Or: first name another login in `roles`, in a pull request of its own, then merge this one."
        )
    if approval.attested:
        return "the settings name no login for this role, so no approval on GitHub can count."
    record = f"Or: {quote(approval.role)} approves outside GitHub and the record is filed (`approval` in the decision)."
    if approval.later:
        names = joined([quote(login) for login in approval.later[:NAMED]])
        return (
            "cannot be approved yet, because the settings before this change name no login for this role. Either: "
            f"first merge the settings that name {names} in a pull request of their own, then this one. {record}"
        )
    return (
        "cannot be approved yet, because the settings name no login for this role. Either: first name one in `roles`, "
        f"in a pull request of its own, then merge this one. {record}"
    )


def _claims(approval: Approval, quote: Quote) -> Iterator[str]:
    """What is known of each approval outside GitHub that the decisions state."""
    stated = [(each, each.claim) for each in approval.decisions if each.claim]
    stated.sort(key=lambda each: each[1].fault is None)  # what does not count comes first
    for change, claim in stated[:NAMED]:
        yield _claim(change, claim, quote, alone=len(approval.decisions) == 1)
    left = len(stated) - NAMED
    if left > 0:
        yield f"{plural(left, 'more decision states', 'more decisions state')} an approval outside GitHub."


def _claim(change: DecisionChange, claim: Claim, quote: Quote, *, alone: bool) -> str:
    about = "" if alone else f" for {quoted(change.title, quote)}"
    if not claim.is_new:
        return f"The recorded approval of {day(claim.attestation.on)}{about} was for an earlier version."
    older = f", {plural(claim.days, 'day')} before the change" if claim.days > 0 else ""
    stated = f"An approval outside GitHub is stated{about}: of {day(claim.attestation.on)}{older}."
    record = quoted(claim.attestation.record, quote)
    if claim.fault is Reason.OTHER_ATTESTED:
        by = quote(claim.attestation.by)
        return f"{stated} It is by {by}, who is not the approver, so it does not count. Record the approver's own."
    if claim.fault is Reason.RECORD_LATER:
        return f"{stated} That is after the change itself, so the approval does not count. Correct the day."
    if claim.fault is Reason.RECORD_MISSING:
        missing = f"It does not count, because its record is missing: {record}."
        known = f"{missing} Whoever proposes the change adds it first."
    elif claim.checked:
        known = f"Its record, {record}, is there; what it says was not checked: read it."
    else:
        known = f"Its record, {record}, is no file here, so nothing was checked: look it up."
    return f"{stated} {known} {_must_show(change, claim, quote)}"


def _must_show(change: DecisionChange, claim: Claim, quote: Quote) -> str:
    """What the record of an approval has to say, so that it is about this version."""
    until = f"{day(change.after.until)} and to " if change.after and change.after.until else ""
    why = "the reason above" if change.after and change.after.accepted else "what it rests on"
    return f"The record must show that {quote(claim.attestation.by)} agreed to {until}{why}."
