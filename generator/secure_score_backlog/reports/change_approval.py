# SPDX-License-Identifier: Apache-2.0
"""Who has to approve a change, in words: for every format.

An approval outside GitHub is judged before the merge as the register judges it afterwards, so that nobody relies on
one that will not count (docs/method.md#approvals).
"""

from __future__ import annotations

from collections.abc import Iterator

from secure_score_backlog.evaluation.approval import Reason
from secure_score_backlog.evaluation.change import Approval, Change, Claim, DecisionChange
from secure_score_backlog.reports.change_phrases import NAMED, Quote, joined, quoted
from secure_score_backlog.wording import day, plural

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
    author = who or "Whoever proposes a change cannot approve it."
    others = _others(change)
    if not change.approvers:
        nobody = "No acceptance or exemption is new or different, so no particular role has to approve."
        return [f"{nobody} {author}", *others]
    left = len(change.approvers) - MOST_ROLES
    more = [f"And {plural(left, 'more role')}: run `backlog diff --json`."] if left > 0 else []
    return [*(_approval(each, quote, change.author) for each in change.approvers[:MOST_ROLES]), *more, author, *others]


def _others(change: Change) -> list[str]:
    """What no role is set for."""
    running = len(change.programs)
    parts = ["the settings"] if change.settings or change.settings_unreadable else []
    parts += [f"the {'file' if running == 1 else 'files'} that can run programs"] if running else []
    looked = "it" if running == 1 and len(parts) == 1 else "them"
    ask = f"no role is set: ask whoever runs this backlog to look at {looked} before the merge"
    return [f"For {joined(parts)}, {ask}."] if parts else []


def _approval(approval: Approval, quote: Quote, author: str) -> str:
    accepted = sum(1 for each in approval.decisions if each.after and each.after.accepted)
    exempted = len(approval.decisions) - accepted
    parts = [plural(accepted, "acceptance")] if accepted else []
    parts += [plural(exempted, "exemption")] if exempted else []
    claims = "".join(f" {said}" for said in _claims(approval, quote))
    return f"{quote(approval.role)}, for {joined(parts)}: {_on_github(approval, quote, author)}{claims}"


def _on_github(approval: Approval, quote: Quote, author: str) -> str:
    """Who can approve on GitHub, and what to do where nobody can."""
    if approval.logins:
        shown = [quote(login) for login in approval.logins[:MOST_LOGINS]]
        left = len(approval.logins) - MOST_LOGINS
        return f"{joined([*shown, f'{left} more'] if left > 0 else shown)} on GitHub."
    if approval.only_author:
        return (
            f"only {quote(author)} may act in this role on GitHub, and proposes the change. Somebody else has to "
            "propose it, or be named in `roles` before."
        )
    nobody = "the settings name no login for this role, so no approval on GitHub can count for it."
    if all(each.claim and each.claim.is_new for each in approval.decisions):
        return nobody  # what to do about that approval follows
    record = "where it was approved elsewhere, record that in the decision (`approval`)"
    if approval.later:
        names = joined([quote(login) for login in approval.later[:NAMED]])
        return (
            f"{nobody} This change names {names}, which does not count for it. Merge the settings first, in a pull "
            f"request of their own; or, {record}."
        )
    return f"{nobody} Name one in `roles` first, in a pull request of its own; or, {record}."


def _claims(approval: Approval, quote: Quote) -> Iterator[str]:
    """What is known of each approval outside GitHub that the decisions state."""
    stated = [(each, each.claim) for each in approval.decisions if each.claim]
    for change, claim in stated[:NAMED]:
        yield _claim(change, claim, quote, alone=len(approval.decisions) == 1)
    left = len(stated) - NAMED
    if left > 0:
        yield f"{plural(left, 'more decision states', 'more decisions state')} an approval outside GitHub."


def _claim(change: DecisionChange, claim: Claim, quote: Quote, *, alone: bool) -> str:
    about = "" if alone else f" for {quoted(change.title, quote)}"
    if not claim.is_new:
        return f"The recorded approval of {day(claim.attestation.on)}{about} is not about this change."
    stated = f"An approval of {day(claim.attestation.on)}{about} is claimed."
    record = quoted(claim.attestation.record, quote)
    if claim.fault is Reason.OTHER_ATTESTED:
        by = quote(claim.attestation.by)
        return f"{stated} It is by {by}, who is not the approver, so it does not count. Record the approver's own."
    if claim.fault is Reason.RECORD_LATER:
        return f"{stated} That is after the change itself, so the approval does not count. Correct the day."
    if claim.fault is Reason.RECORD_MISSING:
        known = f"Its record, {record}, does not exist yet, so the approval does not count. Add the record first."
    elif claim.checked:
        known = f"Its record, {record}, is there; what it says was not checked: read it."
    else:
        known = f"Its record, {record}, is no file here, so nothing was checked: look it up."
    age = f"The approval is {plural(claim.days, 'day')} older than the change"
    old = f" {age}: the record has to name this last day and this reason." if claim.days > 0 else ""
    return f"{stated} {known}{old}"
