# SPDX-License-Identifier: Apache-2.0
"""What the groups of the hygiene page say: title, meaning, what to do, and what an empty group says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from markupsafe import Markup, escape
from msgspec import Struct

from secure_score_backlog import wording
from secure_score_backlog.content import load
from secure_score_backlog.decisions.checks import ASK_TERM
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.ranking import risk_key
from secure_score_backlog.evaluation.status import Orphaned, State, Status, orphaned
from secure_score_backlog.files import Document
from secure_score_backlog.problems import Severity
from secure_score_backlog.site import words
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.templates import page, portal_words, render
from secure_score_backlog.snapshots.coverage import coverage


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """The words of one group (`content/attention.yml`)."""

    title: str
    meaning: str
    todo: str
    nothing: str


WORDS = load("attention", dict[str, Words])


# --- The groups of the hygiene page: which recommendations are in each, how it stands with them, and what to do.


SHOWN = 15
"""Lines of a group before the rest is folded away."""
PROPOSED = 5
"""Ids in a command that is to be copied."""
PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{3,}")


@dataclass(frozen=True, slots=True)
class Item:
    """One line: a recommendation, and how it stands."""

    status: Status
    says: str
    also: Status | None = None
    """Another recommendation that the line is about."""

    @property
    def path(self) -> str:
        """The decision's file; empty where there is none."""
        return f"decisions/{self.status.id}.md" if self.status.decision else ""


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


def groups_of(facts: Facts) -> dict[str, Group]:
    """Every group by its key."""
    found: dict[str, Iterable[Item]] = {key: lines(facts) for key, lines in LINES.items()}
    filled = {"months": wording.count(facts.settings.stale_months, "month"), "next_end": next_end(facts)}
    groups = {}
    for key, said in WORDS.items():
        items = tuple(found[key])
        groups[key] = Group(
            key=key,
            title=said.title,
            meaning=said.meaning.format(**filled),
            nothing=said.nothing.format(**filled),
            todo=coded(said.todo),
            items=items,
            command=COMMANDS[key](items) if items and key in COMMANDS else "",
        )
    return groups


def next_end(facts: Facts) -> str:
    """When the next answer runs out, as a sentence; empty where none has an end ahead."""
    ends = [(entry.until, entry.status) for entry in (*facts.register, *facts.covered) if entry.until >= facts.as_of]
    ends = [(until, status) for until, status in ends if status.state in (State.ACCEPTED, State.COVERED)]
    if not ends:
        return ""
    until, status = min(ends, key=lambda end: (end[0], end[1].id))
    return f" The next one to run out is “{status.title}”, on {wording.day(until)}."


def by_risk(statuses: Iterable[Status]) -> list[Status]:
    """The gravest first."""
    return sorted(statuses, key=risk_key)


def expired(facts: Facts) -> Iterator[Item]:
    """What has run out."""
    for status in by_risk(facts.in_state(State.EXPIRED)):
        yield Item(status, f"Ran out after {ended(status.decision.until if status.decision else None, facts.as_of)}.")


def breached(facts: Facts) -> Iterator[Item]:
    """What fell below what was accepted."""
    for status in by_risk(facts.in_state(State.BREACHED)):
        now = wording.share(status.observation.share if status.observation else None)
        accepted = status.decision.accepted.share if status.decision and status.decision.accepted else None
        yield Item(status, f"Now {now} achieved; {wording.share(accepted)} when it was accepted.")


def regressed(facts: Facts) -> Iterator[Item]:
    """What was done and is not any more."""
    for status in by_risk(facts.in_state(State.REGRESSED)):
        share = wording.share(status.observation.share if status.observation else None)
        yield Item(status, f"Lost on {wording.day(status.open_since)}; {share} achieved now.")


def conflict(facts: Facts) -> Iterator[Item]:
    """What is said not to apply and yet is done."""
    for status in facts.in_state(State.CONFLICT):
        yield Item(status, f"Measured in full since {wording.day(status.held_since)}.")


def overdue(facts: Facts) -> Iterator[Item]:
    """What is late, the longest first."""
    late = [(s.decision.due, s) for s in facts.in_state(State.OVERDUE) if s.decision and s.decision.due]
    for due, status in sorted(late, key=lambda pair: (pair[0], pair[1].id)):
        yield Item(status, f"Was due on {ended(due, facts.as_of)}.")


def ownerless(facts: Facts) -> Iterator[Item]:
    """What nobody owns."""
    for status in by_risk(s for s in facts.statuses.values() if s.open_share > 0 and not s.owner):
        says = "The decision names no owner" if status.decision else "No decision"
        yield Item(status, f"{says}; open since {wording.day(status.open_since)}.")


def unrated(facts: Facts) -> Iterator[Item]:
    """What nobody judged."""
    for status in facts.unrated:
        yield Item(status, f"{wording.share(status.open_share)} of it is open.")


def drafts(facts: Facts) -> Iterator[Item]:
    """What was begun."""
    for status in by_risk(s for s in facts.statuses.values() if s.decision and s.decision.draft):
        assert status.decision
        days = f", {wording.count((facts.as_of - status.answered).days, 'day')} ago" if status.answered else ""
        bucket = wording.sign(status.decision.bucket).label.lower()
        yield Item(status, f"Leans to {bucket}; {status.decision.readiness} of 5 questions answered{days}.")


STANDSTILL = {
    "blocked": "something is in the way",
    "rejected": "accepted or covered as it is",
    "ownerless": "nobody owns it",
    "planned": "its owner has not moved it",
}


def stale(facts: Facts) -> Iterator[Item]:
    """What stands still, and why."""
    for found in facts.stale:
        yield Item(found, f"Nothing since {wording.day(found.last_activity)}: {STANDSTILL[found.stale_reason]}.")


def old_asks(facts: Facts) -> Iterator[Item]:
    """Questions that wait too long."""
    for status, ask in facts.asks:
        age = (facts.as_of - ask.since).days
        if age > ASK_TERM.days:
            says = f"“{ask.question}” asked of {ask.of} {wording.count(age, 'day')} ago."
            yield Item(status, says + (f" Without an answer: {ask.default}" if ask.default else ""))


def shadow(facts: Facts) -> Iterator[Item]:
    """What the portal says and no decision says."""
    for found in facts.shadow:
        yield Item(found, shadow_words(found))


def shadow_words(found: Status) -> str:
    """The contradiction in words."""
    since = f" since {wording.day(found.portal_since)}" if found.portal_since else ""
    portal = portal_words(found.observation.portal or "" if found.observation else "")
    return f"The portal says “{portal}”{since}; here stands: {found.decision_word.replace('-', ' ')}."


def no_effect(facts: Facts) -> Iterator[Item]:
    """Claims that earn nothing."""
    for status in facts.statuses.values():
        seen = status.observation
        if status.claim_without_effect and seen is not None:
            yield Item(
                status,
                f"The portal says “{portal_words(seen.portal or '')}”, and Microsoft gives "
                f"{wording.points(seen.points)} of {amount(seen.maximum)} points.",
            )


def gone(facts: Facts) -> Iterator[Item]:
    """Decisions that outlived their recommendation."""
    for found in orphaned(facts.statuses.values()):
        yield Item(found.status, gone_words(found), found.successor)


def gone_words(found: Orphaned) -> str:
    """What became of it."""
    lost = "Microsoft took it out." if found.status.state is State.RETIRED else "Microsoft marks it as going."
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
    names = [item.status.id for item in items if not item.path][:PROPOSED]
    return "backlog decide " + " ".join(map(quoted, names)) if names else ""


def rate(items: tuple[Item, ...]) -> str:
    """Lines for `backlog.yml`."""
    return "\n".join(["risk:", *(f"  {keyed(item.status.id)}: medium" for item in items[:PROPOSED])])


def keyed(identifier: str) -> str:
    """An id as a key of YAML: as it is where nothing else could be read into it, else in double quotes."""
    plain = PLAIN_KEY.fullmatch(identifier) and identifier.lower() not in ("true", "false", "null")
    return identifier if plain else json.dumps(identifier)


def quoted(identifier: str) -> str:
    """An id as a shell takes it, in POSIX shells and in PowerShell alike."""
    plain = all(letter.isalnum() or letter in "._-" for letter in identifier)
    return identifier if plain else "'" + identifier.replace("'", "") + "'"


COMMANDS: dict[str, Callable[[tuple[Item, ...]], str]] = {"ownerless": decide, "shadow": decide, "unrated": rate}


# --- Hygiene: what rots quietly, each with what to do about it (design §6).
#
# Every group has the same shape: what it means, who is concerned, what to do, and a good sentence where it is empty.


PATH = "hygiene.md"
TITLE = "Hygiene"


@dataclass(frozen=True, slots=True)
class Chapter:
    """Groups that belong together."""

    title: str
    anchor: str
    groups: tuple[Group, ...]


CHAPTERS = (
    ("Answers that no longer hold", "answers", ("expired", "breached", "regressed", "conflict", "overdue")),
    ("Left lying", "left", ("ownerless", "unrated", "drafts", "stale", "asks")),
    ("Said in the portal, not in a decision", "portal", ("shadow", "no-effect")),
    ("Moved by Microsoft", "moved", ("outlived",)),
)
"""Heading, anchor, keys of the groups. Problems in files and gaps between snapshots have a form of their own."""


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The hygiene page."""
    groups = groups_of(facts)
    days = coverage(facts.history, facts.as_of)
    chapters = [Chapter(title, anchor, tuple(groups[key] for key in keys)) for title, anchor, keys in CHAPTERS]
    found = {group.title: (group.key, len(group.items)) for chapter in chapters for group in chapter.groups}
    found["Problems in files"] = ("problems", len(facts.problems))
    found["Days without a snapshot"] = ("gaps", words.gap_days(days))
    body = render(
        "hygiene.html.j2",
        site=site,
        path=PATH,
        facts=facts,
        chapters=chapters,
        tally=[(title, anchor, number) for title, (anchor, number) in found.items()],
        said=summary(dict(found.values())),
        coded=coded,
        decided=any(status.decision for status in facts.statuses.values()),
        problems=facts.problems,
        errors=sum(1 for problem in facts.problems if problem.severity is Severity.ERROR),
        gap_days=words.gap_days(days),
        days=days,
        days_said=words.sentence(days),
        late=words.is_late(days),
        recoverable=words.spans(words.recoverable(days, facts.as_of)),
        calendar=words.calendar_of(days, "calendar"),
        has_git=facts.decisions.has_git,
    )
    yield page(
        PATH,
        TITLE,
        body,
        site=site,
        description="What rots quietly: expired, ownerless, stale, contradicted; each with what to do.",
        shown_title="Hygiene: what rots quietly",
        hide=("navigation",),
    )


GRAVEST = (
    (("expired", "breached", "regressed", "conflict", "overdue"), "earlier answer no longer holds",
     "earlier answers no longer hold"),
    (("ownerless",), "open recommendation has no owner", "open recommendations have no owner"),
    (("asks",), "question has waited for more than 90 days", "questions have waited for more than 90 days"),
    (("shadow",), "mark in the portal stands alone", "marks in the portal stand alone"),
    (("gaps",), "day was not observed", "days were not observed"),
)  # fmt: skip
"""What the first sentence names: keys of groups, and what to say of their sum."""
NAMED = 3


def summary(found: dict[str, int]) -> str:
    """The whole page in a sentence or two."""
    dirty = sum(1 for number in found.values() if number)
    if not dirty:
        return f"Every one of {len(found)} checks is clean. Nothing has to be done here."
    sums = [(sum(found[key] for key in keys), one, many) for keys, one, many in GRAVEST]
    named = [wording.count(number, one, many) for number, one, many in sums if number][:NAMED]
    many = "Every check" if dirty == len(found) else f"{dirty} of {len(found)} checks"
    return f"{many} found something{': ' if named else ''}{'; '.join(named)}."


def coded(text: str) -> Markup:
    """A message of the check: what stands between backticks is code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    forms = (Markup("<code>{}</code>") if index % 2 else Markup("{}") for index in range(len(parts)))
    return Markup("").join(form.format(part) for form, part in zip(forms, parts, strict=True))
