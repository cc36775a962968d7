# SPDX-License-Identifier: Apache-2.0
"""What one decision must answer for outside its file: its name, the catalogue, the settings and the calendar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from secure_score_backlog.dates import add_months
from secure_score_backlog.decisions.front_matter import FrontMatter
from secure_score_backlog.decisions.model import KEYS, QUESTIONS, Bucket, Decision, DecisionVersion
from secure_score_backlog.decisions.parse import unanswered
from secure_score_backlog.decisions.same_as import chain_of, left_open, resolve_same_as
from secure_score_backlog.problems import Problem, Severity, problem
from secure_score_backlog.schema import Need
from secure_score_backlog.settings import Settings
from secure_score_backlog.snapshots.model import Catalogue
from secure_score_backlog.strict_yaml import Place
from secure_score_backlog.text import nearest, shown

SOON_ENOUGH = timedelta(days=92)
"""A do-now decision is due within a quarter of the day it was made (design §4.2)."""
ASK_WAITS = 90
"""Days after which a question to others counts as waiting too long."""


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What decisions are checked against."""

    catalogue: Catalogue
    settings: Settings
    today: date
    scored: Collection[str] = ()
    """Ids that the newest snapshot scores."""
    known: Collection[str] = ()
    """Ids that any older snapshot scored, or an older catalogue held."""
    decided: Mapping[str, date] = field(default_factory=dict)
    """Day of the present answer, by id, where Git knows it; else the decision counts as made today."""
    done: Collection[str] = ()
    """Ids that the newest snapshot observes in full: what is done is neither overdue nor missed when it runs out."""

    reached: Collection[str] = ()
    """Ids that were observed in full under their present answer: lost since perhaps, but not late."""

    def is_retired(self, identifier: str) -> bool:
        """Whether Microsoft once scored it and has it no more; False where there is no catalogue yet."""
        gone = identifier not in self.catalogued and identifier not in self.scored
        return bool(self.catalogued) and gone and identifier in self.known

    @property
    def catalogued(self) -> frozenset[str]:
        """Ids that the newest catalogue lists; those known only from older ones or from scores are not."""
        return frozenset(name for name, entry in self.catalogue.recommendations.items() if entry.in_catalogue)

    def is_over(self, identifier: str) -> bool:
        """Whether nothing is left to be late with."""
        return identifier in self.done or self.is_retired(identifier)


def identifier_of(source: FrontMatter, decision: Decision | None) -> str | None:
    """The id a file speaks about, also where the file has errors; None where it names none."""
    if decision is not None:
        return decision.recommendation
    typed = source.data.get("recommendation")
    return typed.strip() if isinstance(typed, str) and typed.strip() else None


def check_name(source: FrontMatter, identifier: str) -> Iterator[Problem]:
    """The file is named after its recommendation, letter for letter."""
    name, wanted = source.path.rpartition("/")[2], f"{identifier}.md"
    if name == wanted:
        return
    how = "differs in upper and lower case" if name.casefold() == wanted.casefold() else "is another name"
    hint = f"Rename it: git mv decisions/{name} decisions/{wanted}. Or correct `recommendation`."
    if "/" in identifier or "\\" in identifier or not identifier.isprintable():
        hint = "Correct `recommendation`: an id is one word, without slashes."
    yield problem(
        "decision-file-name",
        source.path,
        source.line("recommendation"),
        f"The file decides about {shown(identifier)}, but its name {shown(name)} {how}.",
        hint,
    )


def check_id(source: FrontMatter, identifier: str, around: CheckContext) -> Iterator[Problem]:
    """The id against the catalogue; nothing is said where there is no catalogue yet."""
    known = around.catalogued
    if not known or identifier in known:
        return
    line = source.line("recommendation")
    folded = {other.casefold(): other for other in sorted(known)}
    if identifier in around.scored:
        message = f"{shown(identifier)} is scored, but the catalogue does not describe it."
        hint = "Nothing to type: the next `backlog collect` may bring its description."
        yield problem("decision-not-in-catalogue", source.path, line, message, hint)
    elif around.is_retired(identifier):
        message = f"Microsoft has retired {shown(identifier)}; the decision stands for the record."
        hint = "Keep the file as history, or delete it: Git remembers it either way."
        yield problem("decision-retired-id", source.path, line, message, hint)
    elif identifier.casefold() in folded:
        right = folded[identifier.casefold()]
        message = f"{shown(identifier)} differs from the catalogue's {shown(right)} in upper and lower case."
        hint = f"Write `recommendation: {right}` and rename the file to {right}.md."
        yield problem("decision-id-case", source.path, line, message, hint)
    else:
        meant = nearest(identifier, known)
        hint = (
            f"Write `recommendation: {meant}` if that is meant, and rename the file."
            if meant
            else ("Look the id up in snapshots/catalogue.json, and copy it letter for letter.")
        )
        message = f"Neither the catalogue nor any snapshot knows {shown(identifier)}."
        yield problem("decision-unknown-id", source.path, line, message, hint)


def check_owner(source: FrontMatter, decision: Decision, settings: Settings) -> Iterator[Problem]:
    """The owner against the settings' list, where there is one."""
    if not settings.owners or not decision.owner or decision.owner in settings.owners:
        return
    meant = nearest(decision.owner, settings.owners)
    choices = ", ".join(settings.owners[:8])
    hint = f"Write `owner: {meant}`" if meant else f"Write one of: {choices}"
    yield problem(
        "decision-owner-unlisted",
        source.path,
        source.line("owner"),
        f"The owner {shown(decision.owner)} is not among the owners in backlog.yml.",
        f"{hint}. Or add the role to `owners` in backlog.yml.",
    )


def check_time(source: FrontMatter, decision: Decision, around: CheckContext) -> Iterator[Problem]:
    """Every day in a decision against today and against the day it was made."""
    made = min(around.decided.get(decision.recommendation, around.today), around.today)
    yield from _check_until(source, decision, around, made)
    yield from _check_due(source, decision, around, made)
    yield from _check_asks(source, decision, around.today)
    yield from _check_past(source, decision, around.today)


def _check_until(source: FrontMatter, decision: Decision, around: CheckContext, made: date) -> Iterator[Problem]:
    """An acceptance or cover: not too long, and not over."""
    until = decision.until
    if until is None:
        return
    line = source.line("accepted" if decision.accepted is not None else "covered", "until")
    limit = add_months(made, around.settings.acceptance_months)
    if until > limit:
        yield problem(
            "decision-until-too-far",
            source.path,
            line,
            f"It would run until {until}, longer than {around.settings.acceptance_months} months from {made}.",
            f"Write `until: {limit}` or an earlier day, and renew it then if it still holds.",
        )
    if until < around.today and not around.is_over(decision.recommendation):
        message = f"It ran out on {until}, {days(around.today - until)} ago, and is no answer any more."
        hint = "Decide anew: agree on a later `until` in a pull request, or choose another bucket."
        yield problem("decision-expired", source.path, line, message, hint)


def _check_due(source: FrontMatter, decision: Decision, around: CheckContext, made: date) -> Iterator[Problem]:
    """A planned change: near enough, and not overdue."""
    due = decision.due
    if due is None:
        return
    line = source.line("due")
    if decision.bucket is Bucket.DO_NOW and due > made + SOON_ENOUGH:
        yield problem(
            "decision-due-too-far",
            source.path,
            line,
            f"It is due on {due}, {days(due - made)} after {made}: do-now means within {SOON_ENOUGH.days} days.",
            f"Write `due: {made + SOON_ENOUGH}` or an earlier day, or `bucket: do-soon`.",
        )
    waits = (
        decision.blocked is not None
        or around.is_over(decision.recommendation)
        or decision.recommendation in around.reached
    )
    if due < around.today and not waits:
        message = f"It was due on {due}, {days(around.today - due)} ago."
        hint = "Write a new `due` and say why in the text, write what has `blocked` it, or choose another bucket."
        yield problem("decision-overdue", source.path, line, message, hint)


def _check_asks(source: FrontMatter, decision: Decision, today: date) -> Iterator[Problem]:
    """Questions that wait for too long."""
    for index, ask in enumerate(decision.asks):
        if (today - ask.since).days > ASK_WAITS:
            message = f"The question to {shown(ask.of)} has waited for {days(today - ask.since)}."
            hint = f"Get the answer, let the default happen ({shown(ask.default or 'none is written')}), or delete it."
            line = source.line("ask", index) if ("ask", index) in source.lines else source.line("ask")
            yield problem("decision-ask-old", source.path, line, message, hint)


def _check_past(source: FrontMatter, decision: Decision, today: date) -> Iterator[Problem]:
    """Days that can only lie behind us."""
    past: list[tuple[Place, date]] = []
    if decision.blocked is not None:
        past.append((("blocked", "since"), decision.blocked.since))
    for index, ask in enumerate(decision.asks):
        place: Place = ("ask", index, "since") if ("ask", index) in source.lines else ("ask", "since")
        past.append((place, ask.since))
    for group, holder in (("accepted", decision.accepted), ("covered", decision.covered)):
        if holder is not None and holder.approval is not None:
            past.append(((group, "approval", "on"), holder.approval.on))
    for place, day in past:
        if day > today:
            message = f"`{place[-1]}` names a day that lies {days(day - today)} ahead: {day}."
            hint = f"Write the day on which it happened, such as `{place[-1]}: {today}`."
            yield problem("decision-date-ahead", source.path, source.line(*place), message, hint)


def days(span: timedelta) -> str:
    """A number of days in words."""
    return "1 day" if span.days == 1 else f"{span.days} days"


# --- What decisions owe one another: one file each, reasons of their own, and a `same_as` that leads home.


Sources = Mapping[str, tuple[FrontMatter, Decision]]
"""Readable decisions by id, each with its file."""


def check_two_files(named: Iterable[tuple[str, FrontMatter]]) -> Iterator[Problem]:
    """Two files about one recommendation: neither may count, so both are told."""
    files: dict[str, list[FrontMatter]] = defaultdict(list)
    for identifier, source in named:
        files[identifier].append(source)
    for identifier, sources in files.items():
        for source in sources if len(sources) > 1 else ():
            others = ", ".join(other.path for other in sources if other.path != source.path)
            yield problem(
                "decision-two-files",
                source.path,
                source.line("recommendation"),
                f"{shown(identifier)} is decided in another file too: {others}.",
                f"Keep {identifier}.md, move over what the other one says, and delete it.",
            )


def check_copies(sources: Sources, decided: Mapping[str, date]) -> Iterator[Problem]:
    """A reason copied word for word: told in every copy but the oldest."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for identifier, (_, decision) in sources.items():
        if decision.accepted is not None and decision.accepted.rationale and not decision.draft:
            reasons[" ".join(decision.accepted.rationale.casefold().split())].append(identifier)
    for identifiers in reasons.values():
        first, *copies = sorted(identifiers, key=lambda each: (decided.get(each, date.max), each))
        for identifier in copies:
            source, decision = sources[identifier]
            if decision.same_as is None:
                yield problem(
                    "decision-copied-rationale",
                    source.path,
                    source.line("accepted", "rationale"),
                    f"The reason is copied word for word from {sources[first][0].path}.",
                    f"Write why it holds here, or write `same_as: {first}` and leave the reason out.",
                )


def check_same_as(sources: Sources, broken: Collection[str]) -> Iterator[Problem]:
    """`same_as` names a decision that exists, is finished, has no errors (`broken`: ids that do) and the answer."""
    decisions = {identifier: decision for identifier, (_, decision) in sources.items()}
    resolved = resolve_same_as(decisions)
    for identifier, (source, decision) in sources.items():
        if decision.same_as is None:
            continue
        line = source.line("same_as")
        fault = _fault(decisions, identifier, broken)
        if fault is not None:
            yield problem(fault[0], source.path, line, fault[1], fault[2])
            continue
        left = left_open(decision, resolved[decision.same_as])
        if left and not decision.draft:
            named = ", ".join(f"`{name}`" for name in left)
            message = f"{named} left open here, and the decision about {shown(decision.same_as)} says nothing either."
            hint = "Write it here, or name a decision of the same bucket."
            yield problem("decision-same-as-unusable", source.path, line, message, hint)
        elif not decision.draft:
            yield from _check_asked(source, resolved[identifier])


def _fault(decisions: Mapping[str, Decision], identifier: str, broken: Collection[str]) -> tuple[str, str, str] | None:
    """Code, message and hint of what is wrong along the chain; None where it leads home."""
    chain = chain_of(decisions, identifier)
    end = chain[-1]
    if end == identifier:
        way = " → ".join(chain)
        return (
            "decision-same-as-circular",
            f"`same_as` goes round in a circle: {way}.",
            ("Write the answers out in one of them, and let the others name that one."),
        )
    if len(set(chain)) < len(chain):
        message = f"`same_as` leads into a circle: {' → '.join(chain)}."
        return "decision-same-as-unusable", message, "Name a decision that gives its own answers."
    wrong = next((link for link in chain[1:] if link in broken), None)
    if wrong is not None:
        message = f"The decision about {shown(wrong)} has errors, so its answers cannot be shared."
        return "decision-same-as-unusable", message, f"Correct {wrong}.md first; its problems are listed with it."
    if end not in decisions:
        meant = nearest(end, (other for other in decisions if other != identifier))
        hint = f"Write `same_as: {meant}`." if meant else "Name the id of a file in decisions/, or delete the line."
        return "decision-same-as-unknown", f"There is no decision about {shown(end)}.", hint
    draft = next((link for link in chain[1:] if decisions[link].draft), None)
    if draft is not None and not decisions[identifier].draft:
        message = f"The decision about {shown(draft)} is a draft, so its answers cannot be shared yet."
        return "decision-same-as-unusable", message, f"Finish {draft}.md and delete its `draft: true`."
    return None


def _check_asked(source: FrontMatter, decision: Decision) -> Iterator[Problem]:
    """Questions that neither this decision nor the one it is the same as answers."""
    asked = {key.name for key in KEYS if key.need(decision.bucket) is Need.ASKED}
    left = [name for name in QUESTIONS if name in asked and not getattr(decision, name)]
    if left:
        yield unanswered(source.path, source.line("bucket"), decision.bucket, left)


# --- Decisions as a whole: read them, check them against one another and everything else, judge which ones count.
#
# `read_decision` looks at one file alone; `check_decisions` at all of them together; `judge_decisions` does both and
# keeps only what counts, so that `check` and a build can never disagree.


ReadFiles = Mapping[str, tuple[FrontMatter, Decision | None]]
"""By path: what a file holds, and its decision where it has no errors."""

STAYS_AN_ERROR = frozenset({"decision-file-name", "decision-two-files", "decision-id-case"})
"""What is wrong in a draft too: the file would be about something else than it seems."""


def check_decisions(  # noqa: PLR0913 - what decisions are checked against, each by its name
    decisions: ReadFiles,
    catalogue: Catalogue,
    settings: Settings,
    *,
    today: date,
    scored: Collection[str],
    known: Collection[str] = (),
    decided: Mapping[str, date] | None = None,
) -> list[Problem]:
    """What is wrong with decisions beyond the single file (see `Surroundings` for the arguments).

    A draft counts for nothing, so most of its errors weigh as warnings, and its days are not judged.
    """
    return check_together(decisions, CheckContext(catalogue, settings, today, scored, known, decided or {}))


def check_together(decisions: ReadFiles, around: CheckContext) -> list[Problem]:
    """The same, with everything that decisions are checked against in one value."""
    named = list(_named(decisions))
    readable = {name: (source, decision) for name, source, decision in named if decision is not None}
    by_path = {source.path: decision for source, decision in decisions.values()}
    found = [fault for source, decision in decisions.values() for fault in _check_one(source, decision, around)]
    found += check_two_files((name, source) for name, source, _ in named)
    found += check_copies(readable, around.decided)
    found = [_weighed(fault, by_path.get(fault.path)) for fault in found]
    broken = {name for name, source, decision in named if decision is None or _has_error(source.path, found)}
    while True:  # what leans on a decision with errors has an error itself
        leaning = [_weighed(fault, by_path.get(fault.path)) for fault in check_same_as(readable, broken)]
        wrong = {name for name, source, _ in named if _has_error(source.path, leaning)}
        if wrong <= broken:
            return sorted([*found, *leaning], key=lambda fault: fault.order)
        broken |= wrong


def decisions_in_force(
    versions: Collection[DecisionVersion], around: CheckContext
) -> tuple[dict[str, Decision], tuple[Problem, ...]]:
    """The decisions that count, by id, and every problem of every file, in order of place.

    What counts has no error (drafts are included), and what `same_as` shares is filled in.
    """
    read = {v.source.path: (v.source, v.decision) for v in versions if v.source is not None}
    problems = [fault for v in versions for fault in v.faults]
    problems += check_together(read, around)
    wrong = {fault.path for fault in problems if fault.severity is Severity.ERROR}
    kept = {
        decision.recommendation: decision
        for source, decision in read.values()
        if decision is not None and source.path not in wrong
    }
    ordered = dict(sorted(resolve_same_as(kept).items()))
    return ordered, tuple(sorted(problems, key=lambda fault: fault.order))


def _named(decisions: ReadFiles) -> Iterator[tuple[str, FrontMatter, Decision | None]]:
    """Every file that says what it is about."""
    for source, decision in decisions.values():
        identifier = identifier_of(source, decision)
        if identifier is not None:
            yield identifier, source, decision


def _check_one(source: FrontMatter, decision: Decision | None, around: CheckContext) -> Iterator[Problem]:
    """What one file owes its surroundings; of a file with errors, only what it is about."""
    identifier = identifier_of(source, decision)
    if identifier is None:
        return
    yield from check_name(source, identifier)
    yield from check_id(source, identifier, around)
    if decision is not None:
        yield from check_owner(source, decision, around.settings)
        if not decision.draft:
            yield from check_time(source, decision, around)


def _weighed(fault: Problem, decision: Decision | None) -> Problem:
    """A fault, lighter in a draft."""
    light = decision is not None and decision.draft and fault.code not in STAYS_AN_ERROR
    return replace(fault, severity=Severity.WARNING) if light else fault


def _has_error(path: str, faults: Iterable[Problem]) -> bool:
    return any(fault.path == path and fault.severity is Severity.ERROR for fault in faults)
