# SPDX-License-Identifier: Apache-2.0
"""What a change does, in words for somebody who has never seen YAML: the one place of these words, for every format.

A reader of these sentences alone can say what is agreed, until when, which risk it is, why, and what happens otherwise.
Texts of other people (titles, owners, questions, reasons) pass through `quote`, which a format gives: it makes them
safe there. Everything else is ours. Who has to approve: `reports/change_approval.py`; the record of one decision:
`reports/change_record.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any

from secure_score_backlog import wording
from secure_score_backlog.decisions.model import Acceptance, Bucket, Cover, CoverReason, Decision
from secure_score_backlog.evaluation.change import Change, DecisionChange, Kind, Reason, counted, stated_approval
from secure_score_backlog.evaluation.status import NEEDS_NEW_DECISION, SETTLED, State
from secure_score_backlog.reports.change_approval import UNSOUND
from secure_score_backlog.reports.change_asks import ask_details
from secure_score_backlog.reports.change_levels import from_to, level_moved, lowered
from secure_score_backlog.reports.change_others import other_sentences, program_sentences
from secure_score_backlog.reports.change_phrases import (
    COVERS,
    LONG,
    ORIGINS,
    Quote,
    answer,
    level_word,
    list_of,
    named,
    of_it,
    ordinal,
    quoted,
    risks,
    titles,
)
from secure_score_backlog.wording import badge_of, day, joined, lower_first, plural


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing that a change does."""

    text: str
    details: tuple[str, ...] = ()
    """More about the same decisions, a sentence each; what belongs to one of them follows on lines of its own."""


MOST_SENTENCES = 25
MOST_LISTED = 5
"""Decisions of one sentence that are described."""
MOST_DETAILS = 12
"""Details of one sentence."""
TROUBLED = (*NEEDS_NEW_DECISION, State.OVERDUE, State.BLOCKED)
"""States that a reviewer should know of when a decision is replaced."""
AND_THEN = "and is open again after that day."
CLAIMS = {"by": "what covers it", "evidence": "the evidence"}
REWORDED = {
    "reduces": "risk it reduces",
    "impact": "impact",
    "prerequisites": "prerequisites",
    "proof": "evidence that it stays in place",
    "links": "links",
    "same_as": "whose answers it shares",
    "body": "discussion",
}


def sentences(change: Change, quote: Quote) -> list[Sentence]:
    """What the change does, the most important first; what is beyond a number of sentences is counted."""
    found = [
        *map(Sentence, program_sentences(change, quote)),
        *_decisions(change, quote),
        *map(Sentence, other_sentences(change, quote)),
    ]
    if not found:
        return [Sentence("It changes no decision, no setting, no minutes and no snapshot.")]
    left = len(found) - MOST_SENTENCES
    return found if left <= 0 else [*found[:MOST_SENTENCES], Sentence(f"And {plural(left, 'more change')}.")]


# Decisions


def _decisions(change: Change, quote: Quote) -> Iterator[Sentence]:
    for kind, of_kind in groupby(change.decisions, key=lambda each: each.kind):
        for key, group in _by(of_kind, GROUPS.get(kind, lambda each: each.id)):
            yield Sentence(HEADLINES[kind](group, key, quote), tuple(_group_details(kind, group, quote)))


def _group_details(kind: Kind, group: Sequence[DecisionChange], quote: Quote) -> Iterator[str]:
    """What follows a sentence: about its one decision, or about each of the first ones."""
    if len(group) == 1:
        details = [*_about(group[0], quote), *_details(group[0], quote)]
    elif kind in LISTED:
        first = sorted(group, key=lambda each: not each.lowers_accepted)[:MOST_LISTED]
        yield from (_described(each, group, quote) for each in first)
        if len(group) > len(first):
            yield f"And {len(group) - len(first)} more: see each decision below."
        return
    else:
        details = [detail for each in group for detail in _details(each, quote, quoted(each.title, quote))]
    yield from details[:MOST_DETAILS]
    if len(details) > MOST_DETAILS:
        yield f"And {plural(len(details) - MOST_DETAILS, 'more detail')}: see each decision below."


def _described(change: DecisionChange, group: Sequence[DecisionChange], quote: Quote) -> str:
    """One of several: level and title, then what it is about on lines of their own."""
    of_all = _until(group) or _due(group)
    own = _until([change]) or _due([change])
    level = level_word(change.level).capitalize()
    head = f"{level}{own if own != of_all else ''}: {quoted(change.title, quote)}{_unusual(change)}."
    return "\n".join([head, *_about(change, quote), *_details(change, quote)])


def _accepted(group: Sequence[DecisionChange], bucket: Bucket | None, quote: Quote) -> str:
    them = "it" if len(group) == 1 else "them"
    instead = {
        Bucket.DO_NOW: f", instead of doing {them} now",
        Bucket.DO_SOON: f", instead of doing {them} soon",
        Bucket.NOT_APPLICABLE: f"; until now {them} counted as not applicable or covered",
    }
    if bucket is Bucket.NOT_APPLICABLE and len(group) > 1:
        instead[bucket] = "; until now they counted as not applicable or covered"
    accepts = f"Accepts {risks(group)}"
    if len(group) == 1 and group[0].lowers_accepted:
        accepts = f"Lowers 1 risk {from_to(group[0])} and accepts it in the same step"
    head = f"{accepts}{_until(group)}{instead.get(bucket, '') if bucket else ''}"
    if len(group) > 1:
        undone = f"What Microsoft recommends stays undone until then, {AND_THEN}"
        return f"{head}{_and_lowers(group)}. {undone}{_otherwise(group)}"
    title = quoted(group[0].title, quote)
    if said := _unusual(group[0]):
        return f"{head}: {title}{said}."
    return f"{head}: {title} stays {_undone(group[0])} until then, {AND_THEN}{_otherwise(group)}"


def _and_lowers(group: Sequence[DecisionChange]) -> str:
    """That the level of some of several accepted risks is lowered, as the end of a sentence."""
    lower = [each for each in group if each.lowers_accepted]
    if not lower:
        return ""
    moves = {from_to(each) for each in lower}
    move = f" {moves.pop()}" if len(moves) == 1 else ""
    return f", and lowers {len(lower)} of them{move} in the same step"


def _unusual(change: DecisionChange) -> str:
    """That nothing is open any more, as the end of a sentence about a recommendation; empty where something is."""
    state = change.status.state
    if state in SETTLED:
        return ", which Microsoft measures as done"
    if state is State.RETIRED:
        return ", which Microsoft has retired"
    return ", which Microsoft does not measure here" if state is State.NOT_MEASURED else ""


def _undone(change: DecisionChange) -> str:
    return "partly undone" if 0 < change.status.open_share < 1 else "undone"


def _otherwise(group: Sequence[DecisionChange]) -> str:
    """What holds where the change is not merged, as a sentence after another; all of a group were in one bucket."""
    stay = "it stays" if len(group) == 1 else "they stay"
    if any(_unusual(each) for each in group):
        return ""
    before = counted(group[0].before)
    if before is None:
        return f" Without this change {stay} open and undecided."
    if len(group) > 1:
        return " Without this change the decisions of today stay."
    if before.until:
        return f" Without this change it stays {lower_first(answer(before))}{_late(group[0])}."
    return f" Without this change the plan stays: {lower_first(answer(before))}{_late(group[0])}."


def _extended(group: Sequence[DecisionChange], _: object, quote: Quote) -> str:
    change = group[0]
    dates, kind = _ends(change)
    time = "for the first time" if change.extensions <= 1 else f"for the {ordinal(change.extensions)} time"
    since = f"; it was first {'accepted' if kind == 'acceptance' else 'stated'} on {day(change.first_on)}"
    late = {
        State.EXPIRED: f" It had expired: its last day was {dates[0]}.",
        State.BREACHED: " It is breached: worse than the level that was accepted.",
    }.get(change.state_before or State.UNDECIDED, "")
    head = f"Extends the {kind} of {named(change, quote)} {time}, from {dates[0]} to {dates[1]}"
    if change.lowers_accepted:
        head += f", and lowers the risk {from_to(change)} in the same step"
    said = _unusual(change)
    if said:
        return f"{head}{since if change.first_on else ''}.{late} It is about something{said}."
    undone = f" It stays {_undone(change)} until then, {AND_THEN}" if kind == "acceptance" else ""
    ends = "stays expired" if change.state_before is State.EXPIRED else f"ends on {dates[0]}"
    otherwise = f" Without this change the {kind} {ends}, and a new decision is needed."
    return f"{head}{since if change.first_on else ''}.{late}{undone}{otherwise}"


def _shortened(group: Sequence[DecisionChange], _: object, quote: Quote) -> str:
    dates, kind = _ends(group[0])
    return f"Ends the {kind} of {named(group[0], quote)} earlier: on {dates[1]} instead of {dates[0]}."


def _ends(change: DecisionChange) -> tuple[tuple[str, str], str]:
    """The last day before and after, and what it is the last day of."""
    before, after = change.before, change.after
    kind = "exemption" if after and after.covered else "acceptance"
    return (day(before.until if before else None), day(after.until if after else None)), kind


def _exempted(group: Sequence[DecisionChange], why: str, quote: Quote) -> str:
    ungiven = sum((change.status.unearned for change in group), Fraction(0))
    depend = f"{wording.point_count(ungiven)} {'depends' if ungiven == 1 else 'depend'} on this statement"
    claim = f" Microsoft does not measure that: {depend}." if ungiven else ""
    number = plural(len(group), "recommendation")
    return f"Marks {number} as {why}{_until(group)}{_one(group, quote)}.{claim}{_otherwise(group)}"


def _one(group: Sequence[DecisionChange], quote: Quote) -> str:
    """Which one it is; several are listed below the sentence."""
    return f": {named(group[0], quote)}" if len(group) == 1 else ""


def _exemption(change: DecisionChange) -> str:
    covered = change.after.covered if change.after else None
    return COVERS[covered.reason if covered else CoverReason.NOT_APPLICABLE]


def _planned(group: Sequence[DecisionChange], move: tuple[str, str, str], quote: Quote) -> str:
    start, end, owner = move
    number = plural(len(group), "recommendation")
    owned = f", owner {quote(owner)}" if owner else ""
    return f"Moves {number} from {start} to {end}{owned}{_due(group)}{_one(group, quote)}.{_otherwise(group)}"


def _move(change: DecisionChange) -> tuple[str, str, str]:
    after = change.after
    return (origin(change), ORIGINS[after.bucket] if after else "", after.owner if after else "")


def origin(change: DecisionChange) -> str:
    """Where a recommendation stood before, in a few words."""
    before = counted(change.before)
    if before is None:
        return "undecided"
    return f"{COVERS[before.covered.reason] if before.covered else ORIGINS[before.bucket]}{_late(change)}"


def _late(change: DecisionChange) -> str:
    """What was wrong with the decision before, in brackets."""
    state = change.state_before
    return f" ({badge_of(state).label.lower()})" if state in TROUBLED else ""


def _rescheduled(group: Sequence[DecisionChange], _: object, quote: Quote) -> str:
    change = group[0]
    old, new = (each.due if each else None for each in (change.before, change.after))
    later = bool(old and new and new > old)
    late = " It was overdue." if change.state_before is State.OVERDUE else ""
    blocked = change.after.blocked if change.after else None
    reason = " No reason is given." if later and not (change.news or change.explained or blocked) else ""
    verb = "Postpones" if later else "Brings forward"
    return f"{verb} {named(change, quote)} from {day(old)} to {day(new)}.{late}{reason}"


def _withdrawn(group: Sequence[DecisionChange], _: object, quote: Quote) -> str:
    change = group[0]
    was = f", which said: {lower_first(answer(change.before))}{_late(change)}" if change.before else ""
    did = "Withdraws" if change.deleted else "Turns back into a draft"
    open_now = change.status.state not in (*SETTLED, State.RETIRED)
    reason = " No reason is given." if open_now and not change.explained else ""
    if open_now and change.deleted and change.explained:
        reason = " For the reason, see the minutes or the other decisions of this change."
    afterwards = f"{_afterwards(change)} Nothing changes in Microsoft 365."
    return f"{did} the decision about {named(change, quote)}{was}.{reason} {afterwards}{_otherwise(group)}"


def _afterwards(change: DecisionChange) -> str:
    state = change.status.state
    if state in SETTLED:
        return "Microsoft measures it as done."
    if state is State.RETIRED:
        return "Microsoft has retired the recommendation."
    if state is State.NOT_MEASURED:
        return "Microsoft does not measure it here."
    return "From the merge on the risk is open and undecided."


def _unreadable(group: Sequence[DecisionChange], _: object, quote: Quote) -> str:
    change = group[0]
    was = f" Before this change: {lower_first(answer(change.before))}." if counted(change.before) else ""
    errors = plural(change.errors, "error") if change.errors else "an error"
    fails = f"because it has {errors}: the check fails, and shows each beside its line"
    return f"The decision about {named(change, quote)} does not count, {fails}.{was}"


def _drafted(group: Sequence[DecisionChange], _: object, quote: Quote) -> str:
    one, many = "Writes 1 draft; a draft does not count", f"Writes {len(group)} drafts; drafts do not count"
    return f"{one if len(group) == 1 else many} as a decision: {titles(group, quote)}."


def _amended(group: Sequence[DecisionChange], _: object, quote: Quote) -> str:
    change = group[0]
    texts = [
        name
        for key, name in REWORDED.items()
        if change.before and change.after and getattr(change.before, key) != getattr(change.after, key)
        if key != "body" or not change.news
    ]
    words = f" Texts that change: {joined(texts)}." if texts else ""
    return f"Amends the decision about {named(change, quote)}; it stays {lower_first(answer(change.after))}.{words}"


HEADLINES: Mapping[Kind, Callable[[Sequence[DecisionChange], Any, Quote], str]] = {
    Kind.ACCEPTED: _accepted,
    Kind.EXTENDED: _extended,
    Kind.EXEMPTED: _exempted,
    Kind.WITHDRAWN: _withdrawn,
    Kind.UNREADABLE: _unreadable,
    Kind.PLANNED: _planned,
    Kind.RESCHEDULED: _rescheduled,
    Kind.SHORTENED: _shortened,
    Kind.AMENDED: _amended,
    Kind.DRAFTED: _drafted,
}
"""A sentence from decisions that it is about, and what they have in common."""
GROUPS: Mapping[Kind, Callable[[DecisionChange], Any]] = {
    Kind.ACCEPTED: lambda change: bucket_of(change.before),
    Kind.EXEMPTED: _exemption,
    Kind.PLANNED: _move,
    Kind.DRAFTED: lambda _: "",
}
"""By what decisions share a sentence; of any other kind, each has its own."""
NEW_REASON = (Kind.ACCEPTED, Kind.EXEMPTED, Kind.EXTENDED)
"""What is agreed for a reason that a reviewer has to read."""
WITH_RISK = (*NEW_REASON, Kind.PLANNED, Kind.WITHDRAWN)
LISTED = (Kind.ACCEPTED, Kind.EXEMPTED, Kind.PLANNED)
"""Several of one sentence are described one below the other."""


def _about(change: DecisionChange, quote: Quote) -> Iterator[str]:
    """Which risk a decision is about, and why it was made: in the words of those who wrote it."""
    decision = change.decision
    if decision is None:
        return
    if change.lowers_accepted:
        yield lowered(change)
    if change.kind in WITH_RISK and decision.reduces:
        yield f"The risk: {quoted(decision.reduces, quote, LONG)}."
    elif change.kind in (Kind.ACCEPTED, Kind.EXTENDED) and decision.accepted:
        yield "Which risk it is, the decision does not say."
    if change.kind in NEW_REASON:
        yield from _reason(change, decision, quote)
    before = counted(change.before)
    if change.kind is Kind.PLANNED and before and before.until:
        yield f"This ends the {'acceptance' if before.accepted else 'exemption'} that ran until {day(before.until)}."
    if change.kind is Kind.WITHDRAWN and before and before.accepted and before.accepted.compensating:
        yield f"No longer stated as reducing the risk: {list_of(before.accepted.compensating, quote)}."
    if change.news and not change.asks.answered and (before or change.kind in NEW_REASON):
        yield f"The text says{' now' if before else ''}: {quoted(change.news, quote, LONG)}."


def _reason(change: DecisionChange, decision: Decision, quote: Quote) -> Iterator[str]:
    """Why a risk is accepted, or what an exemption rests on; of an extension, whether that is new."""
    accepted = decision.accepted
    extended = change.kind is Kind.EXTENDED
    unchanged = ", and the text says nothing new" if change.reason is Reason.UNCHANGED else ""
    if extended and change.reason is not Reason.CHANGED:
        label = f"The reason is unchanged{unchanged}"
    else:
        label = "The new reason" if extended else "The reason"
    if decision.covered:
        if extended:
            yield f"{'What it rests on is new' if change.reason is Reason.CHANGED else label}."
        yield _cover(decision.covered, quote)
    elif accepted:
        yield f"{label}: {quoted(accepted.rationale, quote, LONG)}."
        had = change.before.accepted.compensating if extended and change.before and change.before.accepted else ()
        stay = [each for each in accepted.compensating if each in had]
        if not accepted.compensating:
            yield "Nothing is named that reduces the risk until then."
        elif not extended:
            yield f"What reduces the risk until then: {list_of(accepted.compensating, quote)}."
        elif stay:
            yield f"What still reduces the risk, as before: {list_of(stay, quote)}."


def _cover(covered: Cover, quote: Quote) -> str:
    why = "Why" if covered.reason is CoverReason.NOT_APPLICABLE else "What covers it"
    return f"{why}: {quoted(covered.by, quote, LONG)}. Evidence: {quoted(covered.evidence, quote, LONG)}."


def _details(change: DecisionChange, quote: Quote, name: str = "") -> Iterator[str]:
    """What else changes about one decision, a sentence each; `name`: its quoted title, where several may be meant."""
    before, after = change.before, change.after
    if before and after:
        if before.risk is not after.risk and _is_moved(change):
            yield level_moved(change, name)
        if before.owner != after.owner and change.kind is not Kind.PLANNED:
            owners = f"from {quote(before.owner) or 'none'} to {quote(after.owner) or 'none'}"
            yield f"Changes the owner{of_it(name)} {owners}."
        yield from _approvable_details(change, before, after, name, quote)
    elif counted(after) and change.level_before and _is_moved(change):
        yield level_moved(change, name)
    if after:
        yield from _blockage(change, before, after, name, quote)
        yield from _attestation(change, before, after, name, quote)
    yield from ask_details(change, name, quote)


def _is_moved(change: DecisionChange) -> bool:
    """Its level is another than before, and that was not said yet."""
    return change.level_before is not change.level and not change.lowers_accepted


def bucket_of(decision: Decision | None) -> Bucket | None:
    """The bucket of a decision that counts; None without one."""
    found = counted(decision)
    return found.bucket if found else None


def _approvable_details(
    change: DecisionChange, before: Decision, after: Decision, name: str, quote: Quote
) -> Iterator[str]:
    """An acceptance or an exemption that stays one."""
    old, new = before.approvable, after.approvable
    if old is None or new is None or before.bucket is not after.bucket:
        return
    if old.approver != new.approver:
        yield f"Changes the approver{of_it(name)} from {quote(old.approver)} to {quote(new.approver)}."
    extended = change.kind is Kind.EXTENDED  # then its reason is among the first
    if before.accepted and after.accepted:
        if before.accepted.rationale != after.accepted.rationale and not extended:
            reason = quoted(after.accepted.rationale, quote, LONG)
            yield f"Gives another reason for the acceptance{of_it(name)}: {reason}."
        yield from _acceptance_details(before.accepted, after.accepted, name, quote)
    if before.covered and after.covered:
        if before.covered.reason is not after.covered.reason:
            kinds = f"{COVERS[after.covered.reason]} instead of {COVERS[before.covered.reason]}"
            yield f"Marks {name or 'it'} as {kinds}."
        changed = [word for key, word in CLAIMS.items() if getattr(old, key) != getattr(new, key)]
        if changed and not extended:
            yield f"Changes {joined(changed)}{of_it(name, 'for')}. {_cover(after.covered, quote)}"


def _acceptance_details(before: Acceptance, after: Acceptance, name: str, quote: Quote) -> Iterator[str]:
    if before.share != after.share:
        shares = f"{wording.share(after.share)} achieved instead of {wording.share(before.share)}"
        yield f"Accepts {name or 'it'} at {shares}."
    gone = [each for each in before.compensating if each not in after.compensating]
    come = [each for each in after.compensating if each not in before.compensating]
    if gone:
        yield f"Takes {plural(len(gone), 'compensating control')} away{of_it(name, 'from')}: {list_of(gone, quote)}."
    if come:
        yield f"Adds {plural(len(come), 'compensating control')}{of_it(name, 'to')}: {list_of(come, quote)}."


def _blockage(
    change: DecisionChange, before: Decision | None, after: Decision, name: str, quote: Quote
) -> Iterator[str]:
    old, new = before.blocked if before else None, after.blocked
    if new:
        moved = old is None or (old.by, old.since) != (new.by, new.since)
        note = f": {quoted(new.note, quote, LONG)}" if new.note else ""
        if moved or change.kind is Kind.RESCHEDULED:
            blocker = f"blocked by a {wording.BLOCKERS[new.by.value]} since {day(new.since)}{note}"
            yield f"Says that {name or 'it'} is {'' if moved else 'still '}{blocker}."
    elif old and new is None:
        yield f"Says that {name or 'it'} is no longer blocked."


def _attestation(
    change: DecisionChange, before: Decision | None, after: Decision, name: str, quote: Quote
) -> Iterator[str]:
    old, new = stated_approval(before), stated_approval(after)
    if new and new != old:
        if change.needs_approval:
            return  # said where it stands who has to approve
        fault = f", {UNSOUND[change.claim.fault]}. It does not count" if change.claim and change.claim.fault else ""
        yield (
            f"States an approval outside GitHub{of_it(name)}: {quote(new.by)} on {day(new.on)}, record "
            f"{quoted(new.record, quote)}{fault}."
        )
    elif old and not new:
        yield f"Takes out the stated approval{of_it(name)}: {quote(old.by)} on {day(old.on)}."


def _by(
    changes: Iterable[DecisionChange], key: Callable[[DecisionChange], Any]
) -> list[tuple[Any, list[DecisionChange]]]:
    """The changes by a property, in the order in which it first appears."""
    found: dict[Any, list[DecisionChange]] = {}
    for change in changes:
        found.setdefault(key(change), []).append(change)
    return list(found.items())


def _until(group: Sequence[DecisionChange]) -> str:
    days = sorted({change.after.until for change in group if change.after and change.after.until})
    if not days:
        return ""
    return f" until {day(days[0])}" if len(days) == 1 else f", the longest until {day(days[-1])}"


def _due(group: Sequence[DecisionChange]) -> str:
    days = sorted({change.after.due for change in group if change.after and change.after.due})
    if not days:
        return ""
    return f", due {day(days[0])}" if len(days) == 1 else f", due between {day(days[0])} and {day(days[-1])}"
