# SPDX-License-Identifier: Apache-2.0
"""What a change does, in words for somebody who has never seen YAML: the one place of these words, for every format.

Texts of other people (titles, owners, questions, reasons) pass through `quote`, which a format gives: it makes them
safe there. Everything else is ours. The record of one decision: `reports/change_record.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby
from typing import Any

from secure_score_backlog import wording
from secure_score_backlog.decisions.model import Acceptance, Ask, Blocker, Bucket, CoverReason, Decision
from secure_score_backlog.evaluation.change import (
    Approval,
    AskChanges,
    Change,
    DecisionChange,
    Kind,
    Reason,
    SettingChange,
)
from secure_score_backlog.evaluation.status import NEEDS_NEW_DECISION, SETTLED, State
from secure_score_backlog.ratings import Risk
from secure_score_backlog.wording import badge_of, day, lower_first, plural, points

Quote = Callable[[str], str]
"""Makes a text of somebody else safe to show, and bounds it."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing that a change does."""

    text: str
    details: tuple[str, ...] = ()
    """More about the same decisions, a sentence each."""


NAMED = 3
"""Titles, files or days that one sentence names."""
MOST_SENTENCES = 25
ORIGINS = {
    Bucket.DO_NOW: "do now",
    Bucket.DO_SOON: "do soon",
    Bucket.ACCEPT: "accepted",
    Bucket.NOT_APPLICABLE: "not applicable or covered",
}
REASONS = {
    Reason.UNCHANGED: "The reason is unchanged, and the text says nothing new.",
    Reason.TEXT: "The reason is unchanged; the text says more.",
    Reason.CHANGED: "The reason is new.",
}
TROUBLED = (*NEEDS_NEW_DECISION, State.OVERDUE, State.BLOCKED)
"""States that a reviewer should know of when a decision is replaced."""
COVERS = {
    CoverReason.NOT_APPLICABLE: "not applicable",
    CoverReason.THIRD_PARTY: "covered by another product",
    CoverReason.ALTERNATE: "covered in another way",
}
CLAIMS = {"by": "what covers it", "evidence": "the evidence"}
REWORDED = {
    "reduces": "risk it reduces",
    "impact": "impact",
    "prerequisites": "prerequisites",
    "proof": "proof that it stays in place",
    "links": "links",
    "same_as": "whose answers it shares",
    "body": "discussion",
}


def title_of(change: Change) -> str:
    """Which two states are compared, and as of which day, in a sentence."""
    other = f"commit {change.head[:10]}" if change.head else "the working tree"
    return f"Commit {change.base[:10]} compared with {other}, as of {day(change.as_of)}."


def sentences(change: Change, quote: Quote) -> list[Sentence]:
    """What the change does, the most important first; what is beyond a number of sentences is counted."""
    found = [
        *_decisions(change, quote),
        *map(Sentence, _settings(change, quote)),
        *map(Sentence, _reviews(change)),
        *map(Sentence, _measurements(change)),
        *map(Sentence, _others(change, quote)),
    ]
    if not found:
        return [Sentence("It changes no decision, no setting, no minutes and no snapshot.")]
    left = len(found) - MOST_SENTENCES
    return found if left <= 0 else [*found[:MOST_SENTENCES], Sentence(f"And {plural(left, 'more change')}.")]


# Decisions


def _decisions(change: Change, quote: Quote) -> Iterator[Sentence]:
    for kind, of_kind in groupby(change.decisions, key=lambda each: each.kind):
        for key, group in _by(of_kind, GROUPS.get(kind, lambda each: each.id)):
            details = [detail for member in group for detail in _details(member, quote, alone=len(group) == 1)]
            yield Sentence(HEADLINES[kind](group, key, quote), tuple(details))


def _accepted(group: Sequence[DecisionChange], bucket: Bucket | None, quote: Quote) -> str:
    instead = {
        Bucket.DO_NOW: f", instead of doing {_them(group)} now",
        Bucket.DO_SOON: f", instead of doing {_them(group)} soon",
        Bucket.NOT_APPLICABLE: f"; until now {_them(group)} counted as not applicable or covered",
    }
    return f"Accepts {risks(group)}{_until(group)}{instead.get(bucket, '') if bucket else ''}: {titles(group, quote)}."


def _them(group: Sequence[DecisionChange]) -> str:
    return "it" if len(group) == 1 else "them"


def _extended(group: Sequence[DecisionChange], _: object, quote: Quote) -> str:
    change = group[0]
    dates, kind = _ends(change)
    time = "for the first time" if change.extensions <= 1 else f"for the {ordinal(change.extensions)} time"
    late = {
        State.EXPIRED: f" It had expired: its last day was {dates[0]}.",
        State.BREACHED: " It is breached: worse than the level that was accepted.",
    }.get(change.state_before or State.UNDECIDED, "")
    return (
        f"Extends the {kind} of {_named(change, quote)} {time}, from {dates[0]} to {dates[1]}. "
        f"{REASONS[change.reason]}{late}"
    )


def _shortened(group: Sequence[DecisionChange], _: object, quote: Quote) -> str:
    dates, kind = _ends(group[0])
    return f"Ends the {kind} of {_named(group[0], quote)} earlier: on {dates[1]} instead of {dates[0]}."


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
    return f"Marks {number} as {why}{_until(group)}: {titles(group, quote)}.{claim}"


def _exemption(change: DecisionChange) -> str:
    covered = change.after.covered if change.after else None
    return COVERS[covered.reason if covered else CoverReason.NOT_APPLICABLE]


def _planned(group: Sequence[DecisionChange], move: tuple[str, str, str], quote: Quote) -> str:
    start, end, owner = move
    number = plural(len(group), "recommendation")
    owned = f", owner {quote(owner)}" if owner else ""
    return f"Moves {number} from {start} to {end}{owned}{_due(group)}: {titles(group, quote)}."


def _move(change: DecisionChange) -> tuple[str, str, str]:
    after = change.after
    return (origin(change), ORIGINS[after.bucket] if after else "", after.owner if after else "")


def origin(change: DecisionChange) -> str:
    """Where a recommendation stood before, in a few words."""
    before = counted(change.before)
    if before is None:
        return "undecided"
    state = change.state_before
    late = f" ({badge_of(state).label.lower()})" if state in TROUBLED else ""
    return f"{COVERS[before.covered.reason] if before.covered else ORIGINS[before.bucket]}{late}"


def _rescheduled(group: Sequence[DecisionChange], _: object, quote: Quote) -> str:
    change = group[0]
    old, new = (each.due if each else None for each in (change.before, change.after))
    verb = "Postpones" if old and new and new > old else "Brings forward"
    late = " It was overdue." if change.state_before is State.OVERDUE else ""
    return f"{verb} {_named(change, quote)} from {day(old)} to {day(new)}.{late}"


def _withdrawn(group: Sequence[DecisionChange], _: object, quote: Quote) -> str:
    change = group[0]
    was = f", which said: {lower_first(answer(change.before))}" if change.before else ""
    did = "Withdraws" if change.deleted else "Turns back into a draft"
    return f"{did} the decision about {_named(change, quote)}{was}. {_afterwards(change)}"


def _afterwards(change: DecisionChange) -> str:
    state = change.status.state
    if state in SETTLED:
        return "Microsoft measures it as done."
    if state is State.RETIRED:
        return "Microsoft has retired the recommendation."
    if state is State.NOT_MEASURED:
        return "Microsoft does not measure it here."
    return "It counts as undecided again."


def _unreadable(group: Sequence[DecisionChange], _: object, quote: Quote) -> str:
    change = group[0]
    was = f" Before this change: {lower_first(answer(change.before))}." if counted(change.before) else ""
    errors = plural(change.errors, "error") if change.errors else "an error"
    return f"The decision about {_named(change, quote)} does not count, because it has {errors}: see the check.{was}"


def _drafted(group: Sequence[DecisionChange], _: object, quote: Quote) -> str:
    one, many = "Writes 1 draft; a draft does not count", f"Writes {len(group)} drafts; drafts do not count"
    return f"{one if len(group) == 1 else many} as a decision: {titles(group, quote)}."


def _amended(group: Sequence[DecisionChange], _: object, quote: Quote) -> str:
    change = group[0]
    texts = [
        name
        for key, name in REWORDED.items()
        if change.before and change.after and getattr(change.before, key) != getattr(change.after, key)
    ]
    words = f" Texts that change: {joined(texts)}." if texts else ""
    return f"Amends the decision about {_named(change, quote)}; it stays {lower_first(answer(change.after))}.{words}"


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


def _details(change: DecisionChange, quote: Quote, *, alone: bool) -> Iterator[str]:
    """What else changes about one decision, a sentence each; `alone`: it is clear which one is meant."""
    before, after = change.before, change.after
    name = "" if alone else quoted(change.title, quote)
    if before and after:
        if before.risk is not after.risk and change.level_before is not change.level:
            levels = f"from {level_word(change.level_before)} to {level_word(change.level)}"
            yield f"{_direction(change.level_before, change.level)} the risk level{_of(name)} {levels}."
        if before.owner != after.owner and change.kind is not Kind.PLANNED:
            owners = f"from {quote(before.owner) or 'none'} to {quote(after.owner) or 'none'}"
            yield f"Changes the owner{_of(name)} {owners}."
        yield from _approvable_details(change, before, after, name, quote)
    elif counted(after) and change.level_before and change.level_before is not change.level:
        levels = f"{level_word(change.level)}, which was rated {level_word(change.level_before)} until now"
        yield f"Rates the risk{_of(name)} as {levels}."
    if after:
        yield from _blockage(before, after, name)
        yield from _attestation(before, after, name, quote)
    yield from _asks(change.asks, name, quote)


def bucket_of(decision: Decision | None) -> Bucket | None:
    """The bucket of a decision that counts; None without one."""
    found = counted(decision)
    return found.bucket if found else None


def _of(name: str, word: str = "of") -> str:
    return f" {word} {name}" if name else ""


def _approvable_details(
    change: DecisionChange, before: Decision, after: Decision, name: str, quote: Quote
) -> Iterator[str]:
    """An acceptance or an exemption that stays one."""
    old, new = before.approvable, after.approvable
    if old is None or new is None or before.bucket is not after.bucket:
        return
    if old.approver != new.approver:
        yield f"Changes the approver{_of(name)} from {quote(old.approver)} to {quote(new.approver)}."
    extended = change.kind is Kind.EXTENDED  # then a new reason is named beside the dates
    if before.accepted and after.accepted:
        if before.accepted.rationale != after.accepted.rationale and not extended:
            yield f"Gives another reason for the acceptance{_of(name)}."
        yield from _acceptance_details(before.accepted, after.accepted, name, quote)
    if before.covered and after.covered:
        if before.covered.reason is not after.covered.reason:
            kinds = f"{COVERS[after.covered.reason]} instead of {COVERS[before.covered.reason]}"
            yield f"Marks {name or 'it'} as {kinds}."
        changed = [word for key, word in CLAIMS.items() if getattr(old, key) != getattr(new, key)]
        if changed and not extended:
            yield f"Changes {joined(changed)}{_of(name, 'for')}."


def _acceptance_details(before: Acceptance, after: Acceptance, name: str, quote: Quote) -> Iterator[str]:
    if before.share != after.share:
        shares = f"{wording.share(after.share)} achieved instead of {wording.share(before.share)}"
        yield f"Accepts {name or 'it'} at {shares}."
    gone = [each for each in before.compensating if each not in after.compensating]
    come = [each for each in after.compensating if each not in before.compensating]
    if gone:
        yield f"Takes {plural(len(gone), 'compensating control')} away{_of(name, 'from')}: {_quoted(gone, quote)}."
    if come:
        yield f"Adds {plural(len(come), 'compensating control')}{_of(name, 'to')}: {_quoted(come, quote)}."


def _blockage(before: Decision | None, after: Decision, name: str) -> Iterator[str]:
    old, new = before.blocked if before else None, after.blocked
    if new and (old is None or (old.by, old.since) != (new.by, new.since)):
        yield f"Says that {name or 'it'} is blocked by a {_blocker(new.by)} since {day(new.since)}."
    elif old and new is None:
        yield f"Says that {name or 'it'} is no longer blocked."


def _attestation(before: Decision | None, after: Decision, name: str, quote: Quote) -> Iterator[str]:
    old = before.approvable.approval if before and before.approvable else None
    new = after.approvable.approval if after.approvable else None
    if new and new != old:
        yield (
            f"Records an approval outside GitHub{_of(name)}: {quote(new.by)} on {day(new.on)}, record "
            f"{quoted(new.record, quote)}."
        )
    elif old and not new:
        yield f"Takes out the recorded approval{_of(name)}: {quote(old.by)} on {day(old.on)}."


def _asks(asks: AskChanges, name: str, quote: Quote) -> Iterator[str]:
    for ask in asks.answered:
        yield f"Answers the question to {_asked(ask, quote)}{_of(name, 'about')}: {quoted(ask.question, quote)}."
    for ask in asks.dropped:
        lost = "and the decision does not say what became of it"
        yield (
            f"Takes out the question to {_asked(ask, quote)}{_of(name, 'about')}, {lost}: "
            f"{quoted(ask.question, quote)}."
        )
    for ask in asks.asked:
        deadline = f", until {day(ask.by)}" if ask.by else ""
        yield (
            f"Asks {quote(ask.of)} for a decision{_of(name, 'about')}{deadline}: {quoted(ask.question, quote)}."
            f"{_aside('Recommended', ask.recommend, quote)}{_aside('Cost', ask.cost, quote)}"
        )
    for old, new in asks.reworded:
        questions = f"{quoted(new.question, quote)} instead of {quoted(old.question, quote)}"
        yield f"Puts the question to {_asked(old, quote)}{_of(name, 'about')} in other words: {questions}."
    for old, new in asks.changed:
        moved = f" Its date moves from {day(old.since)} to {day(new.since)}." if old.since != new.since else ""
        yield f"Changes the question to {_asked(old, quote)}{_of(name, 'about')}.{moved}{_deadline(old, new)}"


def _deadline(old: Ask, new: Ask) -> str:
    if old.by == new.by:
        return ""
    before = f", before {day(old.by)}" if old.by else ""
    return f" Its deadline is {day(new.by)}{before}." if new.by else f" Its deadline is taken out{before}."


def _aside(label: str, text: str, quote: Quote) -> str:
    return f" {label}: {quoted(text, quote)}." if text else ""


def _asked(ask: Ask, quote: Quote) -> str:
    return f"{quote(ask.of)} of {day(ask.since)}"


def _direction(before: Risk | None, after: Risk | None) -> str:
    order = [*Risk, None]
    return "Raises" if order.index(after) < order.index(before) else "Lowers"


def counted(decision: Decision | None) -> Decision | None:
    """A decision that counts; None for a draft."""
    return decision if decision and not decision.draft else None


def _by(
    changes: Iterable[DecisionChange], key: Callable[[DecisionChange], Any]
) -> list[tuple[Any, list[DecisionChange]]]:
    """The changes by a property, in the order in which it first appears."""
    found: dict[Any, list[DecisionChange]] = {}
    for change in changes:
        found.setdefault(key(change), []).append(change)
    return list(found.items())


def _named(change: DecisionChange, quote: Quote) -> str:
    """The title with its risk level."""
    level = change.level if change.after else change.level_before or change.level
    return f"{quoted(change.title, quote)} ({level_word(level)})"


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


def risks(group: Sequence[DecisionChange]) -> str:
    """1 high risk; 3 risks (1 critical, 2 high)."""
    levels = [(level, sum(1 for change in group if change.level is level)) for level in (*Risk, None)]
    present = [(level, number) for level, number in levels if number]
    if len(present) == 1:
        level, number = present[0]
        return f"{number} {level_word(level)} {'risk' if number == 1 else 'risks'}"
    return f"{len(group)} risks ({', '.join(f'{number} {level_word(level)}' for level, number in present)})"


def titles(group: Sequence[DecisionChange], quote: Quote) -> str:
    """The first titles, and how many more."""
    shown = [quoted(change.title, quote) for change in group[:NAMED]]
    return joined([*shown, f"{len(group) - NAMED} more"] if len(group) > NAMED else shown)


def answer(decision: Decision | None) -> str:
    """A decision in a few words: accepted until 31 March 2027."""
    if decision is None:
        return "Undecided"
    if decision.draft:
        return "A draft"
    if decision.covered:
        return f"{COVERS[decision.covered.reason].capitalize()}, until {day(decision.covered.until)}"
    if decision.accepted:
        return f"Accepted until {day(decision.accepted.until)}"
    due = f", due {day(decision.due)}" if decision.due else ""
    return f"{ORIGINS[decision.bucket].capitalize()}{due}"


def level_word(level: Risk | None) -> str:
    """The risk level as a word."""
    return level.value if level else "unrated"


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th."""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def joined(names: Sequence[str]) -> str:
    """A, b and c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def quoted(text: str, quote: Quote) -> str:
    """A text of somebody else in quotation marks, without a stop of its own at the end."""
    return f"“{quote(text.strip().rstrip('.'))}”"


def _quoted(texts: Sequence[str], quote: Quote) -> str:
    shown = "; ".join(quoted(text, quote) for text in texts[:NAMED])
    return f"{shown} and {len(texts) - NAMED} more" if len(texts) > NAMED else shown


def _blocker(by: Blocker) -> str:
    return wording.BLOCKERS[by.value]


# Settings, minutes, measurements, other files


def _settings(change: Change, quote: Quote) -> Iterator[str]:
    if change.settings_unreadable:
        yield "The settings have errors, so some of them do not count: see the check."
    for setting in change.settings:
        yield _setting(setting, quote)
    if any(setting.key.startswith("roles.") for setting in change.settings):
        yield "Changed roles count for later changes; who may approve this one is read from the settings before it."


def _setting(setting: SettingChange, quote: Quote) -> str:
    group, _, entry = setting.key.partition(".")
    old = quote(setting.before) if setting.before is not None else ""
    new = quote(setting.after) if setting.after is not None else ""
    if group == "roles" and entry:
        if not new:
            return f"Nobody may approve as {quote(entry)} any more (before: {old})."
        return f"Lets {new} approve as {quote(entry)} (before: {old or 'nobody'})."
    if group == "risk" and entry:
        if not new:
            return f"Takes out the risk level that the settings give {quote(entry)} ({old})."
        return f"Sets the risk level of {quote(entry)} to {new} in the settings (before: {old or 'not set there'})."
    if setting.key == "acceptance_months":
        return f"Lets acceptances and exemptions run for {new} months at most, instead of {old}."
    if setting.key == "profile":
        return f"Builds the site for other readers: {new} instead of {old}."
    if not new:
        return f"Takes out the setting {quote(setting.key)} (before: {old or 'empty'})."
    return f"Changes the setting {quote(setting.key)} to {new} (before: {old or 'not set'})."


def _reviews(change: Change) -> Iterator[str]:
    if change.signed_changed:
        yield f"Replaces or deletes signed facts: {_months(change.signed_changed)}."
    if change.signed:
        yield f"Signs the facts of {_months(change.signed)}: merging this is the sign-off."
    if change.minutes_added:
        yield f"Writes the minutes of {_months(change.minutes_added)}."
    if change.minutes_changed:
        yield f"Changes the minutes of {_months(change.minutes_changed)}."
    if change.minutes_removed:
        yield f"Deletes the minutes of {_months(change.minutes_removed)}."


def _months(months: Sequence[str]) -> str:
    names = [wording.month(month) for month in months]
    return joined(names) if len(names) <= NAMED else f"{joined(names[:NAMED])} and {len(names) - NAMED} more months"


def _measurements(change: Change) -> Iterator[str]:
    for verb, days in (
        ("Deletes the measurements of", change.days_removed),
        ("Changes stored measurements of", change.days_changed),
        ("Adds the measurements of", change.days_added),
    ):
        if days:
            yield f"{verb} {plural(len(days), 'day')} ({_span(days)})."
    if change.catalogue:
        yield "Changes the catalogue: what Microsoft says about its recommendations."
    if change.approvals:
        yield "Adds to, or changes, what is recorded of approvals on GitHub."


def _span(days: Sequence[date]) -> str:
    return day(days[0]) if len(days) == 1 else f"{day(days[0])} to {day(days[-1])}"


def _others(change: Change, quote: Quote) -> Iterator[str]:
    running = change.programs
    rest = [file for file in change.others if file not in running]
    if running:
        yield (
            f"Changes {plural(len(running), 'file')} that can run programs or decide how the site is built: "
            f"{_files([file.path for file in running], quote)}. Read them before you approve."
        )
    if rest:
        yield f"Changes {plural(len(rest), 'other file')}: {_files([file.path for file in rest], quote)}."


def _files(paths: Sequence[str], quote: Quote) -> str:
    shown = ", ".join(quote(path) for path in paths[:NAMED])
    return f"{shown} and {len(paths) - NAMED} more" if len(paths) > NAMED else shown


# Approval


def approval_sentences(change: Change, quote: Quote) -> list[str]:
    """Who has to approve, a sentence each."""
    who = f"{quote(change.author)} proposes this change and cannot approve it." if change.author else ""
    author = who or "Whoever proposes a change cannot approve it."
    if not change.approvers:
        return [f"No acceptance or exemption is new or different, so no particular role has to approve. {author}"]
    return [*(_approval(each, change, quote) for each in change.approvers), author]


def _approval(approval: Approval, change: Change, quote: Quote) -> str:
    accepted = sum(1 for each in approval.decisions if each.after and each.after.accepted)
    exempted = len(approval.decisions) - accepted
    parts = [plural(accepted, "acceptance")] if accepted else []
    parts += [plural(exempted, "exemption")] if exempted else []
    head = f"{quote(approval.role)}, for {joined(parts)}"
    outside = (
        " It states an approval outside GitHub, which was not checked here: look at the record."
        if approval.attested
        else ""
    )
    if approval.outdated:
        outside = (
            f" The recorded approval of {joined([day(each) for each in approval.outdated])} is not about this change."
        )
    if approval.logins:
        return f"{head}: {joined([quote(login) for login in approval.logins])} on GitHub.{outside}"
    if approval.only_author:
        return (
            f"{head}: only {quote(change.author)} may act in this role on GitHub, and proposes the change. Somebody "
            f"else has to propose it, or be named in `roles` before.{outside}"
        )
    if approval.attested:
        return f"{head}: the settings name no login for this role.{outside}"
    return (
        f"{head}: the settings name no login for this role, so no approval on GitHub can count for it. Name one in "
        f"`roles`, or record the approval in the decision (`approval`).{outside}"
    )


# Figures

NEED_DECISION = "Need a new decision (expired, breached, regressed or in conflict)"


def figure_rows(change: Change) -> list[tuple[str, str, str]]:
    """Risk level, open, accepted; each as before and after. Levels of which there is none are left out."""
    before, after = change.before, change.after
    return [
        (
            level_word(level).capitalize(),
            moved(before.open.get(level, 0), after.open.get(level, 0)),
            moved(before.accepted.get(level, 0), after.accepted.get(level, 0)),
        )
        for level in (*Risk, None)
        if any(side.get(level) for side in (before.open, after.open, before.accepted, after.accepted))
    ]


def unmoved(change: Change) -> str:
    """That no figure changes, in a sentence; empty where one does."""
    if change.before != change.after:
        return ""
    opened, accepted = (sum(side.values()) for side in (change.after.open, change.after.accepted))
    return (
        f"No figure changes: {opened} open and not accepted, {accepted} accepted, {change.after.undecided} undecided."
    )


def figure_lines(change: Change) -> list[tuple[str, str]]:
    """The other counts: a label, and before and after."""
    before, after = change.before, change.after
    lines = [
        ("Undecided", moved(before.undecided, after.undecided)),
        (
            "Need a new decision (expired, breached, regressed or in conflict)",
            moved(before.needs_decision, after.needs_decision),
        ),
        ("Overdue", moved(before.overdue, after.overdue)),
        ("Not applicable or covered", moved(before.covered, after.covered)),
        ("Decisions requested from others", moved(before.asks, after.asks)),
    ]
    if before.covered_points != after.covered_points:
        said = f"{points(before.covered_points)} → {points(after.covered_points)}"
        lines.append(("Points that rest on a statement that it does not apply or is covered", said))
    return lines


def moved(before: int, after: int) -> str:
    """3 → 2; one number where nothing moves."""
    return str(after) if before == after else f"{before} → {after}"
