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

from secure_score_backlog import wording
from secure_score_backlog.decisions.checks import ASK_WAITS
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.ranking import risk_key
from secure_score_backlog.evaluation.status import Orphaned, State, Status, orphaned
from secure_score_backlog.files import Document
from secure_score_backlog.problems import Severity
from secure_score_backlog.site import words
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.templates import page, portal_words, render
from secure_score_backlog.snapshots.coverage import coverage


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one group. `{months}` is when something counts as stale, `{next_end}` a sentence."""

    title: str
    meaning: str
    todo: Markup
    nothing: str


WORDS: dict[str, Words] = {
    "expired": Words(
        "Run out",
        "The last day of an acceptance or a cover has passed. It is no answer any more.",
        Markup(
            "Agree anew in a pull request: write a later <code>until</code> and say in the reason what has changed "
            "since, or choose another <code>bucket</code>. Then <code>backlog check</code>."
        ),
        "No acceptance and no cover has run out.{next_end}",
    ),
    "breached": Words(
        "Worse than accepted",
        "On the last two days with a snapshot less was achieved than on the day the risk was accepted.",
        Markup(
            "Look at the recommendation’s page for the day it fell. Mend it, or agree with the approver on what is "
            "carried now: a new <code>share</code> is a new risk, so it needs a new reason."
        ),
        "No accepted risk is larger than the one that was accepted.",
    ),
    "regressed": Words(
        "Done, then lost",
        "It was measured in full under its decision and is not any more.",
        Markup(
            "Find out who changed it and why. Put it back, or give a new answer: the old one was about something "
            "that was done."
        ),
        "Nothing that was done has been lost.",
    ),
    "conflict": Words(
        "Said not to apply, yet measured in full",
        "The decision says that it does not apply here, and Microsoft measures it as done.",
        Markup(
            "Delete the decision’s file in a pull request; Git remembers it. If it does apply, say in another "
            "<code>bucket</code> what you want."
        ),
        "No decision contradicts what Microsoft measures.",
    ),
    "overdue": Words(
        "Overdue",
        "It was planned, and its date has passed.",
        Markup(
            "Ask the owner. Write a new <code>due</code> and why, or what has <code>blocked</code> it, or choose "
            "another <code>bucket</code>: accepting it openly is better than a date nobody believes."
        ),
        "Every planned change is in time.",
    ),
    "ownerless": Words(
        "Owned by nobody",
        "It is open and no role answers for it, so nothing will happen.",
        Markup(
            "Begin with the gravest. The command writes one draft each, with the five questions; fill in "
            "<code>owner</code> and the answers and delete the line <code>draft: true</code>. "
            "<code>backlog triage</code> shows what to decide next."
        ),
        "Everything that is open has an owner.",
    ),
    "unrated": Words(
        "Rated by nobody",
        "Nobody has judged what it means to leave it open, so it stands last on every long list by risk, "
        "and on no short one.",
        Markup(
            "Judge it: write <code>risk</code> into its decision, or put lines like these into "
            "<code>backlog.yml</code>, with your own judgement instead of medium."
        ),
        "Everything that is open has a risk level.",
    ),
    "drafts": Words(
        "Drafts",
        "Somebody began to decide. A draft counts as undecided.",
        Markup("Finish the file and delete the line <code>draft: true</code>, or delete the file."),
        "No draft lies around.",
    ),
    "stale": Words(
        "Standing still",
        "It is open, and for {months} neither a point moved nor a decision was made or changed.",
        Markup(
            "Where nobody owns it, decide. Where something is in the way, ask whoever can clear it, with an "
            "<code>ask</code> in the decision. Where it is planned, agree on a date that holds. Where it is accepted "
            "or covered, nothing is wrong as long as it has not run out: read the reason once more."
        ),
        "Whatever is open has moved, or was decided, within {months}.",
    ),
    "asks": Words(
        "Questions older than 90 days",
        "A decision waits for others, and they have not answered.",
        Markup(
            "Put it on the agenda, or let the default happen: write it into the decision and take the "
            "<code>ask</code> out."
        ),
        "No question has waited for more than 90 days.",
    ),
    "shadow": Words(
        "Accepted or claimed in the portal only",
        "Somebody marked it in Microsoft’s portal, and no decision in force says the same: no reason, no approver, "
        "no end.",
        Markup(
            "Decide which is right. Write the decision (<code>accept</code>, or <code>not-applicable</code> with "
            "evidence), or set it back to “to address” in the portal."
        ),
        "The portal says nothing that no decision says.",
    ),
    "no-effect": Words(
        "Claims without effect",
        "The portal says that something else covers it, and Microsoft still withholds points: the mark does not take.",
        Markup(
            "Look in the portal whether the mark was set for all of it. If what was claimed is not true any more, take "
            "the mark off and decide anew."
        ),
        "Every claim in the portal earns what it claims.",
    ),
    "outlived": Words(
        "Decisions about what Microsoft renamed or retired",
        "The recommendation is gone or going, and its decision stands for nothing.",
        Markup(
            "Keep the file as history, or delete it; Git remembers it. Where it lives on under another id, write a "
            "decision about that one: <code>backlog decide ID</code>; the old reason may be used again, the old "
            "approval may not."
        ),
        "Every decision is about something that Microsoft still proposes.",
    ),
}


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
            todo=said.todo,
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
        if age > ASK_WAITS:
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
        "Hygiene",
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
