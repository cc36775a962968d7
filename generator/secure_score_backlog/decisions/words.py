# SPDX-License-Identifier: Apache-2.0
"""What one version of a decision changed, in a sentence or two for pages, feed and evidence."""

from __future__ import annotations

from collections.abc import Iterator

from secure_score_backlog import wording
from secure_score_backlog.decisions.model import Decision, DecisionVersion

TEXT_NAMES = {
    "reduces": "risk it reduces",
    "impact": "impact",
    "prerequisites": "prerequisites",
    "proof": "evidence that it stays in place",
    "links": "links",
    "body": "discussion",
}
REASON_NAMES = {
    "rationale": "reason",
    "compensating": "compensating controls",
    "reason": "reason of the exemption",
    "by": "what covers it",
    "evidence": "evidence",
}


def words_of(previous: DecisionVersion | None, version: DecisionVersion) -> str:
    """What a version changed against the one before it."""
    decision = version.decision
    if decision is None:
        return "The decision was withdrawn." if version.version.blob is None else "The decision could not be read."
    label = wording.badge_of(decision.bucket).label
    if decision.draft:
        return f"A draft was written: {label.lower()}."
    before = previous.decision if previous else None
    if before is None or before.draft:
        return f"Decided: {label.lower()}{until_words(decision)}."
    if before.bucket is not decision.bucket:
        instead = wording.badge_of(before.bucket).label.lower()
        return f"New decision: {label.lower()}{until_words(decision)}, instead of {instead}."
    details = list(details_of(before, decision))
    return f"{headline(before, decision)}{sentence(details)}"


def headline(before: Decision, after: Decision) -> str:
    """The most important change within one bucket, as a sentence."""
    if before.until and after.until and before.until != after.until:
        if after.until > before.until:
            return f"Renewed until {wording.day(after.until)}, instead of {wording.day(before.until)}."
        return f"Shortened to {wording.day(after.until)}, instead of {wording.day(before.until)}."
    if before.due != after.due:
        return f"New date: {wording.day(after.due)}, instead of {wording.day(before.due)}."
    return (
        "The decision was amended." if before.answer != after.answer else "Amended; the decision itself is unchanged."
    )


def details_of(before: Decision, after: Decision) -> Iterator[str]:
    """Every other change, one phrase each."""
    if before.owner != after.owner:
        yield f"owner now {after.owner or 'none'}, before {before.owner or 'none'}"
    if before.risk is not after.risk:
        yield f"risk now {risk_word(after)}, before {risk_word(before)}"
    if before.blocked is None and after.blocked is not None:
        yield f"blocked by a {wording.BLOCKERS[after.blocked.by.value]}"
    elif after.blocked is None and before.blocked is not None:
        yield "no longer blocked"
    elif before.blocked != after.blocked:
        yield "what blocks it was changed"
    if before.asks != after.asks:
        yield from changed_asks(before, after)
    yield from changed_acceptance(before, after)
    if before.same_as != after.same_as:
        yield f"now the same as {after.same_as}" if after.same_as else "no longer the same as another decision"
    new_texts = reworded(before, after)
    if new_texts:
        yield f"fields changed: {', '.join(new_texts)}"


def reworded(before: Decision, after: Decision) -> list[str]:
    """The texts that changed, by their names."""
    old, new = before.approvable, after.approvable
    reasons = {} if old is None or new is None else REASON_NAMES
    found = [name for key, name in reasons.items() if getattr(old, key, None) != getattr(new, key, None)]
    return found + [name for key, name in TEXT_NAMES.items() if getattr(before, key) != getattr(after, key)]


def changed_asks(before: Decision, after: Decision) -> Iterator[str]:
    """Decisions requested that were added, removed or changed."""
    old, new = ({(ask.of, ask.question) for ask in decision.asks} for decision in (before, after))
    for of in sorted(of for of, _ in new - old):
        yield f"a decision was requested from {of}"
    for of in sorted(of for of, _ in old - new):
        yield f"the request to {of} was removed"
    if new == old:
        yield "a request was changed"


def changed_acceptance(before: Decision, after: Decision) -> Iterator[str]:
    """Changes of an acceptance or an exemption, apart from its last day."""
    old, new = before.approvable, after.approvable
    if old is None or new is None:
        return
    if old.approver != new.approver:
        yield f"approver now {new.approver}, before {old.approver}"
    if new.approval is not None and old.approval != new.approval:
        yield f"approval outside GitHub stated: {new.approval.by}, {wording.day(new.approval.on)}"
    if before.accepted and after.accepted and before.accepted.share != after.accepted.share:
        share, was = (wording.share(decision.accepted.share) for decision in (after, before) if decision.accepted)
        yield f"accepted at {share}, before at {was}"


def risk_word(decision: Decision) -> str:
    """The risk level as the decision gives it."""
    return decision.risk.value if decision.risk else "not set here"


def sentence(phrases: list[str]) -> str:
    """Phrases as one sentence with a blank before it; empty for no phrase."""
    if not phrases:
        return ""
    said = "; ".join(phrases)
    return f" {said[0].upper()}{said[1:]}."


def until_words(decision: Decision) -> str:
    """Until when a decision holds, or by when it is due."""
    if decision.until:
        return f" until {wording.day(decision.until)}"
    return f" by {wording.day(decision.due)}" if decision.due else ""
