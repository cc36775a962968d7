# SPDX-License-Identifier: Apache-2.0
"""What one decision must answer for outside its file: its name, the catalogue, the settings and the calendar."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from secure_score_backlog.model.decision import Bucket, Decision
from secure_score_backlog.model.front_matter import FrontMatter, Place
from secure_score_backlog.model.problem import Problem
from secure_score_backlog.model.recommendation import Catalogue
from secure_score_backlog.model.settings import Settings
from secure_score_backlog.rules.calendar import add_months
from secure_score_backlog.rules.deciding.rule_table import nearest, problem, shown

SOON_ENOUGH = timedelta(days=92)
"""A do-now decision is due within a quarter of the day it was made (design §4.2)."""
PATIENCE = 90
"""Days after which a question to others counts as waiting too long."""


@dataclass(frozen=True, slots=True)
class Surroundings:
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


def check_id(source: FrontMatter, identifier: str, around: Surroundings) -> Iterator[Problem]:
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


def check_time(source: FrontMatter, decision: Decision, around: Surroundings) -> Iterator[Problem]:
    """Every day in a decision against today and against the day it was made."""
    made = min(around.decided.get(decision.recommendation, around.today), around.today)
    yield from _check_until(source, decision, around, made)
    yield from _check_due(source, decision, around, made)
    yield from _check_asks(source, decision, around.today)
    yield from _check_past(source, decision, around.today)


def _check_until(source: FrontMatter, decision: Decision, around: Surroundings, made: date) -> Iterator[Problem]:
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


def _check_due(source: FrontMatter, decision: Decision, around: Surroundings, made: date) -> Iterator[Problem]:
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
        if (today - ask.since).days > PATIENCE:
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
