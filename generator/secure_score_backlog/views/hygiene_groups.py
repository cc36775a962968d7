# SPDX-License-Identifier: Apache-2.0
"""The groups of the hygiene page: which recommendations are in each, how it stands with them, and what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from markupsafe import Markup

from secure_score_backlog.model.backlog import Backlog
from secure_score_backlog.model.facts import Facts, Shadow, Stale
from secure_score_backlog.model.standing import Standing, State
from secure_score_backlog.rules.deciding.checks import PATIENCE
from secure_score_backlog.rules.judging.hygiene import claim_without_effect
from secure_score_backlog.rules.judging.ranking import risk_key
from secure_score_backlog.rules.judging.retirement import Outlived, outlived
from secure_score_backlog.views import wording
from secure_score_backlog.views.glossing import portal_words
from secure_score_backlog.views.hygiene_words import WORDS

SHOWN = 15
"""Lines of a group before the rest is folded away."""
PROPOSED = 5
"""Ids in a command that is to be copied."""
PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{3,}")


@dataclass(frozen=True, slots=True)
class Item:
    """One line: a recommendation, and how it stands."""

    standing: Standing
    says: str
    also: Standing | None = None
    """Another recommendation that the line is about."""

    @property
    def path(self) -> str:
        """The decision's file; empty where there is none."""
        return f"decisions/{self.standing.id}.md" if self.standing.decision else ""


@dataclass(frozen=True, slots=True)
class Group:
    """One check."""

    key: str
    """Also the anchor."""
    title: str
    meaning: str
    nothing: str
    """The good sentence for an empty group."""
    todo: Markup
    items: tuple[Item, ...] = ()
    command: str = ""
    """To be copied into a terminal or a file; empty where there is nothing to type."""

    @property
    def shown(self) -> tuple[Item, ...]:
        """The lines that stand open."""
        return self.items[:SHOWN]

    @property
    def folded(self) -> tuple[Item, ...]:
        """The lines that are folded away."""
        return self.items[SHOWN:]


def groups_of(backlog: Backlog) -> dict[str, Group]:
    """Every group by its key."""
    facts = backlog.facts
    found: dict[str, Iterable[Item]] = {key: lines(facts) for key, lines in LINES.items()}
    filled = {"months": wording.count(backlog.settings.stale_months, "month"), "next_end": next_end(facts)}
    groups = {}
    for key, words in WORDS.items():
        items = tuple(found[key])
        groups[key] = Group(
            key=key,
            title=words.title,
            meaning=words.meaning.format(**filled),
            nothing=words.nothing.format(**filled),
            todo=words.todo,
            items=items,
            command=COMMANDS[key](items) if items and key in COMMANDS else "",
        )
    return groups


def next_end(facts: Facts) -> str:
    """When the next answer runs out, as a sentence; empty where none has an end ahead."""
    ends = [(entry.until, entry.standing) for entry in (*facts.register, *facts.covered) if entry.until >= facts.as_of]
    ends = [(until, standing) for until, standing in ends if standing.state in (State.ACCEPTED, State.COVERED)]
    if not ends:
        return ""
    until, standing = min(ends, key=lambda end: (end[0], end[1].id))
    return f" The next one to run out is “{standing.title}”, on {wording.day(until)}."


def by_risk(standings: Iterable[Standing]) -> list[Standing]:
    """The gravest first."""
    return sorted(standings, key=risk_key)


def expired(facts: Facts) -> Iterator[Item]:
    """What has run out."""
    for standing in by_risk(facts.in_state(State.EXPIRED)):
        yield Item(
            standing, f"Ran out after {ended(standing.decision.until if standing.decision else None, facts.as_of)}."
        )


def breached(facts: Facts) -> Iterator[Item]:
    """What fell below what was accepted."""
    for standing in by_risk(facts.in_state(State.BREACHED)):
        now = wording.share(standing.observation.share if standing.observation else None)
        accepted = standing.decision.accepted.share if standing.decision and standing.decision.accepted else None
        yield Item(standing, f"Now {now} achieved; {wording.share(accepted)} when it was accepted.")


def regressed(facts: Facts) -> Iterator[Item]:
    """What was done and is not any more."""
    for standing in by_risk(facts.in_state(State.REGRESSED)):
        share = wording.share(standing.observation.share if standing.observation else None)
        yield Item(standing, f"Lost on {wording.day(standing.open_since)}; {share} achieved now.")


def conflict(facts: Facts) -> Iterator[Item]:
    """What is said not to apply and yet is done."""
    for standing in facts.in_state(State.CONFLICT):
        yield Item(standing, f"Measured in full since {wording.day(standing.held_since)}.")


def overdue(facts: Facts) -> Iterator[Item]:
    """What is late, the longest first."""
    late = [(s.decision.due, s) for s in facts.in_state(State.OVERDUE) if s.decision and s.decision.due]
    for due, standing in sorted(late, key=lambda pair: (pair[0], pair[1].id)):
        yield Item(standing, f"Was due on {ended(due, facts.as_of)}.")


def ownerless(facts: Facts) -> Iterator[Item]:
    """What nobody owns."""
    for standing in by_risk(s for s in facts.standings.values() if s.open_share > 0 and not s.owner):
        says = "The decision names no owner" if standing.decision else "No decision"
        yield Item(standing, f"{says}; open since {wording.day(standing.open_since)}.")


def unrated(facts: Facts) -> Iterator[Item]:
    """What nobody judged."""
    for standing in facts.unrated:
        yield Item(standing, f"{wording.share(standing.open_share)} of it is open.")


def drafts(facts: Facts) -> Iterator[Item]:
    """What was begun."""
    for standing in by_risk(s for s in facts.standings.values() if s.decision and s.decision.draft):
        assert standing.decision
        days = f", {wording.count((facts.as_of - standing.answered).days, 'day')} ago" if standing.answered else ""
        bucket = wording.sign(standing.decision.bucket).label.lower()
        yield Item(standing, f"Leans to {bucket}; {standing.decision.readiness} of 5 questions answered{days}.")


STANDSTILL = {
    "blocked": "something is in the way",
    "rejected": "accepted or covered as it is",
    "ownerless": "nobody owns it",
    "planned": "its owner has not moved it",
}


def stale(facts: Facts) -> Iterator[Item]:
    """What stands still, and why."""
    for found in facts.stale:
        yield Item(found.standing, f"Nothing since {wording.day(found.since)}: {standstill(found)}.")


def standstill(found: Stale) -> str:
    """Why it stands still, in words."""
    return STANDSTILL.get(found.why, found.why)


def old_asks(facts: Facts) -> Iterator[Item]:
    """Questions that wait too long."""
    for item in facts.asks:
        if item.age_days > PATIENCE:
            waited = wording.count(item.age_days, "day")
            says = f"“{item.ask.question}” asked of {item.ask.of} {waited} ago."
            yield Item(item.standing, says + (f" Without an answer: {item.ask.default}" if item.ask.default else ""))


def shadow(facts: Facts) -> Iterator[Item]:
    """What the portal says and no decision says."""
    for found in facts.shadow:
        yield Item(found.standing, shadow_words(found))


def shadow_words(found: Shadow) -> str:
    """The contradiction in words."""
    since = f" since {wording.day(found.since)}" if found.since else ""
    return f"The portal says “{portal_words(found.portal)}”{since}; here stands: {found.says.replace('-', ' ')}."


def no_effect(facts: Facts) -> Iterator[Item]:
    """Claims that earn nothing."""
    for standing in facts.standings.values():
        seen = standing.observation
        if claim_without_effect(standing) and seen is not None:
            yield Item(
                standing,
                f"The portal says “{portal_words(seen.portal or '')}”, and Microsoft gives "
                f"{wording.points(seen.points)} of {amount(seen.maximum)} points.",
            )


def gone(facts: Facts) -> Iterator[Item]:
    """Decisions that outlived their recommendation."""
    for found in outlived(facts.standings.values()):
        yield Item(found.standing, gone_words(found), found.successor)


def gone_words(found: Outlived) -> str:
    """What became of it."""
    lost = "Microsoft took it out." if found.standing.state is State.RETIRED else "Microsoft marks it as going."
    if found.successor is None:
        return lost
    because = "by its id" if found.because == "id" else "by its title"
    return f"{lost} It seems to live on, {because}, as:"


def ended(day: date | None, as_of: date) -> str:
    """A day that has passed, and how long ago."""
    return f"{wording.day(day)}, {wording.count((as_of - day).days, 'day')} ago" if day else "an unknown day"


def amount(value: Fraction | None) -> str:
    """A maximum in words."""
    return "an unknown number of" if value is None else wording.points(value)


LINES: dict[str, Callable[[Facts], Iterable[Item]]] = {
    "expired": expired,
    "breached": breached,
    "regressed": regressed,
    "conflict": conflict,
    "overdue": overdue,
    "ownerless": ownerless,
    "unrated": unrated,
    "drafts": drafts,
    "stale": stale,
    "asks": old_asks,
    "shadow": shadow,
    "no-effect": no_effect,
    "outlived": gone,
}


def decide(items: tuple[Item, ...]) -> str:
    """The command that begins the first few decisions; empty where each has a file."""
    names = [item.standing.id for item in items if not item.path][:PROPOSED]
    return "backlog decide " + " ".join(map(quoted, names)) if names else ""


def rate(items: tuple[Item, ...]) -> str:
    """Lines for `backlog.yml`."""
    return "\n".join(["risk:", *(f"  {keyed(item.standing.id)}: medium" for item in items[:PROPOSED])])


def keyed(identifier: str) -> str:
    """An id as a key of YAML: as it is where nothing else could be read into it, else in double quotes."""
    plain = PLAIN_KEY.fullmatch(identifier) and identifier.lower() not in ("true", "false", "null")
    return identifier if plain else json.dumps(identifier)


def quoted(identifier: str) -> str:
    """An id as a shell takes it, in POSIX shells and in PowerShell alike."""
    plain = all(letter.isalnum() or letter in "._-" for letter in identifier)
    return identifier if plain else "'" + identifier.replace("'", "") + "'"


COMMANDS: dict[str, Callable[[tuple[Item, ...]], str]] = {"ownerless": decide, "shadow": decide, "unrated": rate}
