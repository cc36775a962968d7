# SPDX-License-Identifier: Apache-2.0
"""The page of what each role has to do, and below it checks in groups, problems in files, and days without a snapshot.

Every group has the same form: what it means, what to do, the recommendations concerned, and a sentence for an empty
group. The texts are in `content/attention.yml`; the rules in docs/method.md#attention.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup
from msgspec import Struct

from secure_score_backlog import wording
from secure_score_backlog.content import load
from secure_score_backlog.dates import add_months
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.ranking import risk_key
from secure_score_backlog.evaluation.status import NEEDS_NEW_DECISION, Orphaned, State, Status, orphaned
from secure_score_backlog.files import Document
from secure_score_backlog.problems import Severity
from secure_score_backlog.ratings import LEVELS
from secure_score_backlog.site import days
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.templates import coded, page, render
from secure_score_backlog.site.week import MOST as MOST_ROWS
from secure_score_backlog.site.week import MOST_ROLES, counted, lines_of, work_by_role
from secure_score_backlog.site.words import most_undecided, since, unexplained, without_effect
from secure_score_backlog.site.work import portal_label, where_status_is_set
from secure_score_backlog.snapshots.coverage import fillable
from secure_score_backlog.snapshots.service_names import portal_words
from secure_score_backlog.text import shell_quoted

PATH = "attention.md"
TITLE = "This week"

CHAPTERS = (
    ("No owner or no activity", "inactive", ("ownerless", "unrated", "drafts", "stale")),
    ("Portal status without a decision", "portal", ("shadow", "no-effect")),
    ("Changed by Microsoft", "changed", ("orphaned",)),
)  # fmt: skip
"""Heading, anchor, keys of the groups."""
SUMMARISED = (
    (("ownerless",), "open recommendation has no owner", "open recommendations have no owner"),
    (("shadow",), "portal status has no decision", "portal statuses have no decision"),
    (("gaps",), "day has no snapshot", "days have no snapshot"),
)  # fmt: skip
"""What the first sentence names: keys of groups, with one or many of them in words."""
OF_DATA = {
    "problems": ("Problem in files", "Problems in files"),
    "gaps": ("Day without a snapshot", "Days without a snapshot"),
    "unexplained": ("Unexplained points of the score", "Unexplained points of the score"),
}
"""Findings in the data itself, with one or many of them in words."""
COLUMNS = ("Risk", "Recommendation", "State", "Detail")
SUMMARY_PARTS = 3
"""At most so many of them."""
SHOWN = 15
"""Rows of a group before the rest is folded."""
MOST = 40
"""Rows of a group, so that a page has a size that does not depend on the tenant's."""
CHANGED = (*(state.value for state in NEEDS_NEW_DECISION), State.OVERDUE.value)
"""What its page says how to change, by the kind of the task."""
COMMAND_IDS = 5
"""Ids in a command that is to be copied."""
PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{3,}")
NO_ACTIVITY_REASONS = {
    "blocked": "blocked",
    "rejected": "accepted or covered",
    "ownerless": "",
}
"""Reasons for no activity; elsewhere the state says it. That there is no owner is said in the column of owners."""


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """The texts of one group (`content/attention.yml`)."""

    title: str
    meaning: str
    todo: str
    nothing: str
    one: str = ""
    """The title beside the number 1; empty where the title is the same for every number."""


WORDS = load("attention", dict[str, Words])


@dataclass(frozen=True, slots=True)
class Item:
    """One row: a recommendation, and what is wrong."""

    status: Status
    detail: str
    successor: Status | None = None
    """The recommendation that seems to replace it."""

    @property
    def path(self) -> str:
        """The decision's file; empty where there is none."""
        return f"decisions/{self.status.id}.md" if self.status.decision else ""


@dataclass(frozen=True, slots=True)
class Group:
    """One check with what it found."""

    key: str
    """Also the anchor."""
    title: str
    meaning: str
    nothing: str
    """The sentence of an empty group, where the data can say that there is nothing."""
    todo: Markup
    items: tuple[Item, ...] = ()
    unknown: str = ""
    """Why the data cannot say yet whether there is anything, as a sentence; empty where it can."""
    command: str = ""
    """To be copied into a terminal or a file; empty where there is nothing to type."""

    @property
    def summary(self) -> str:
        """How many recommendations there are, and how many of each risk level: what is read while it is folded."""
        levels = Counter(item.status.risk_word for item in self.items)
        found = [(levels[level], wording.badge_of(level).label.lower()) for level in LEVELS if levels[level]]
        parts = [f"{wording.number(number)} {label}" for number, label in found]
        said = ", ".join(parts) if len(self.items) > 1 else found[0][1]
        return f"{wording.count(len(self.items), 'recommendation')}: {said}"

    @property
    def shown(self) -> tuple[Item, ...]:
        """The rows that are shown at once."""
        return self.items[:SHOWN]

    @property
    def folded(self) -> tuple[Item, ...]:
        """The rows that are folded."""
        return self.items[SHOWN:MOST]

    @property
    def left(self) -> int:
        """How many rows the page does without."""
        return max(0, len(self.items) - MOST)


@dataclass(frozen=True, slots=True)
class Chapter:
    """Groups that belong together."""

    title: str
    anchor: str
    groups: tuple[Group, ...]


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The page."""
    groups, roles = groups_of(facts), work_by_role(facts)
    covered, said = facts.coverage, unexplained(facts.explained)
    lost = fillable(covered, facts.as_of)
    chapters = [Chapter(title, anchor, tuple(groups[key] for key in keys)) for title, anchor, keys in CHAPTERS]
    found = {group.key: len(group.items) for chapter in chapters for group in chapter.groups}
    found |= {"problems": len(facts.problems), "unexplained": 1 if said else 0, "gaps": covered.without}
    unknown = {key for key, group in groups.items() if group.unknown and not group.items}
    unknown |= {"unexplained"} if total_unknown(facts) and not said else set()
    body = render(
        "attention.html.j2",
        site=site,
        path=PATH,
        facts=facts,
        chapters=chapters,
        tally=[(title_of(key, number), key, number, key in unknown) for key, number in found.items()],
        summary=summary(found, len(unknown)),
        total_unknown=total_unknown(facts),
        undecided=most_undecided(facts),
        to_do=counted((task for role in roles for task in role.found), ""),
        roles=roles[:MOST_ROLES],
        lines={role.anchor: lines_of(role, facts, site) for role in roles[:MOST_ROLES]},
        other_roles=roles[MOST_ROLES:],
        no_role=next((role for role in roles[:MOST_ROLES] if not role.name), None),
        ownerless=groups["ownerless"],
        most_waits=MOST_ROWS,
        portal_label=portal_label,
        portals={"no-effect": where_status_is_set(site)},
        changed_kinds=CHANGED,
        columns=COLUMNS,
        decided=any(status.decision for status in facts.statuses.values()),
        problems=sorted(facts.problems, key=lambda problem: problem.severity is not Severity.ERROR),
        problems_shown=MOST,
        errors=sum(1 for problem in facts.problems if problem.severity is Severity.ERROR),
        covered=covered,
        unexplained=said,
        days_observed=days.sentence(covered),
        recoverable=days.spans(lost),
        all_recoverable=sum(run.days for run in lost) >= covered.without,
        calendar=days.calendar_of(covered, "calendar"),
    )
    yield page(
        PATH,
        TITLE,
        body,
        site=site,
        shown_title="This week: what is overdue, regressed or due soon",
        description="What each role has to do, answer or approve, what is overdue first. And problems in the data.",
        hide=("navigation", "toc"),
    )


def title_of(key: str, number: int) -> str:
    """The title of a group beside the number of its findings."""
    if key in OF_DATA:
        one, many = OF_DATA[key]
        return one if number == 1 else many
    words = WORDS[key]
    return words.one if number == 1 and words.one else words.title


def summary(found: dict[str, int], unknown: int = 0) -> str:
    """The checks in one sentence, from the number of findings by group.

    Args:
        found: The findings.
        unknown: How many groups have no findings because the data cannot say yet.
    """
    filled = sum(1 for number in found.values() if number)
    rest = f" {wording.count(unknown, 'check')} cannot tell yet." if unknown else ""
    if not filled and unknown:
        return f"{len(found) - unknown} of {len(found)} checks are clear.{rest}"
    if not filled:
        return f"All {len(found)} checks are clear."
    sums = [(sum(found[key] for key in keys), one, many) for keys, one, many in SUMMARISED]
    parts = ["the score is unexplained in part"] if found["unexplained"] else []
    parts += [wording.count(number, one, many) for number, one, many in sums if number][:SUMMARY_PARTS]
    return f"{filled} of {len(found)} checks found something{': ' if parts else ''}{'; '.join(parts)}.{rest}"


def groups_of(facts: Facts) -> dict[str, Group]:
    """Every group by its key."""
    filled = {"months": wording.count(facts.settings.stale_months, "month")}
    groups = {}
    for key, words in WORDS.items():
        items = tuple(CHECKS[key](facts))
        groups[key] = Group(
            key=key,
            title=words.title,
            meaning=words.meaning.format(**filled),
            nothing=words.nothing.format(**filled),
            todo=coded(words.todo),
            items=items,
            unknown=UNKNOWN[key](facts) if key in UNKNOWN else "",
            command=COMMANDS[key](items) if items and key in COMMANDS else "",
        )
    return groups


def by_risk(statuses: Iterable[Status]) -> list[Status]:
    """The highest risk first."""
    return sorted(statuses, key=risk_key)


def ownerless(facts: Facts) -> Iterator[Item]:
    """What is open and has no owner."""
    for status in by_risk(s for s in facts.statuses.values() if s.open_share > 0 and not s.owner):
        reason = "The decision names no owner" if status.decision else "No decision"
        yield Item(status, f"{reason}; open {since(status, status.open_since)}.")


def unrated(facts: Facts) -> Iterator[Item]:
    """What is open and has no risk level."""
    for status in facts.unrated:
        yield Item(status, f"Share open: {wording.share(status.open_share)}.")


def drafts(facts: Facts) -> Iterator[Item]:
    """Decisions that are drafts."""
    for status in by_risk(s for s in facts.statuses.values() if s.decision and s.decision.draft):
        assert status.decision
        age = f", {wording.count((facts.as_of - status.answered).days, 'day')} ago" if status.answered else ""
        bucket = wording.badge_of(status.decision.bucket).label.lower()
        yield Item(status, f"Draft: {bucket}; {status.decision.readiness} of 5 questions answered{age}.")


def stale(facts: Facts) -> Iterator[Item]:
    """What is open and had no activity for months, and why."""
    for status in facts.stale:
        reason = NO_ACTIVITY_REASONS.get(status.stale_reason, wording.badge_of(status.state).label.lower())
        cause = f"; {reason}" if reason else ""
        yield Item(status, f"No activity since {wording.day(status.last_activity)}{cause}.")


def shadow(facts: Facts) -> Iterator[Item]:
    """What the portal says and no decision says."""
    for status in facts.shadow:
        since = f" since {wording.day(status.portal_since)}" if status.portal_since else ""
        portal = portal_words(status.observation.portal or "" if status.observation else "")
        yield Item(status, f"Portal status: “{portal}”{since}. {recorded_decision(status)}.")


def recorded_decision(status: Status) -> str:
    """What is recorded here, beside what the portal says."""
    if status.decision is None:
        return "No decision recorded"
    if status.decision.draft:
        return "Only a draft is recorded"
    return f"Recorded decision: {wording.badge_of(status.decision.bucket).label.lower()}"


def no_effect(facts: Facts) -> Iterator[Item]:
    """Self-attested in the portal, but without the points."""
    for status in facts.statuses.values():
        if status.claim_without_effect:
            yield Item(status, f"{without_effect(status)}. Not urgent: check whether it was set for all of it.")


def orphaned_decisions(facts: Facts) -> Iterator[Item]:
    """Decisions on recommendations that Microsoft renamed or retired."""
    for found in orphaned(facts.statuses.values()):
        yield Item(found.status, what_became_of(found), found.successor)


def what_became_of(found: Orphaned) -> str:
    """What Microsoft did with the recommendation, and how its successor was recognised."""
    change = "Microsoft retired it." if found.status.state is State.RETIRED else "Microsoft marks it as deprecated."
    if found.successor is None:
        return change
    return f"{change} Probably replaced, judging by its {found.because}, by:"


CHECKS: dict[str, Callable[[Facts], Iterable[Item]]] = {
    "ownerless": ownerless,
    "unrated": unrated,
    "drafts": drafts,
    "stale": stale,
    "shadow": shadow,
    "no-effect": no_effect,
    "orphaned": orphaned_decisions,
}


def unscored(facts: Facts) -> str:
    """Without a score nothing is known to be open."""
    scored = any(status.observation for status in facts.statuses.values())
    return "" if scored else "No recommendation has a score, so what is open is unknown."


def too_young(facts: Facts) -> str:
    """Nothing can have stood still for longer than there are measurements."""
    first, months = facts.history.days[0].day if facts.history.days else facts.as_of, facts.settings.stale_months
    if add_months(first, months) <= facts.as_of:
        return unscored(facts)
    return (
        f"Nothing can be known to have stood still for {wording.count(months, 'month')}: there are measurements only "
        f"since {wording.day(first)}."
    )


def without_marks(facts: Facts) -> str:
    """No snapshot says what is marked in the portal."""
    marked = any(status.observation and status.observation.portal for status in facts.statuses.values())
    return "" if marked else "The data does not say what is marked in the portal."


def without_decisions(facts: Facts) -> str:
    """There is nothing that could be renamed or retired."""
    decided = any(status.decision for status in facts.statuses.values())
    return "" if decided else "No decision is recorded yet."


UNKNOWN: dict[str, Callable[[Facts], str]] = {
    "ownerless": unscored,
    "unrated": unscored,
    "stale": too_young,
    "shadow": without_marks,
    "no-effect": without_marks,
    "orphaned": without_decisions,
}
"""Why a group without findings cannot say that there is nothing."""


def total_unknown(facts: Facts) -> bool:
    """The total of the newest snapshot is none of Microsoft's: it was added up from the rows of a CSV."""
    return facts.snapshot is not None and facts.snapshot.source == "csv"


def decide_command(items: tuple[Item, ...]) -> str:
    """The command that begins the first few decisions; empty where each has a file."""
    names = [item.status.id for item in items if not item.path][:COMMAND_IDS]
    return "backlog decide " + " ".join(map(shell_quoted, names)) if names else ""


def risk_settings(items: tuple[Item, ...]) -> str:
    """Lines for `backlog.yml`."""
    return "\n".join(["risk:", *(f"  {yaml_key(item.status.id)}: medium" for item in items[:COMMAND_IDS])])


COMMANDS: dict[str, Callable[[tuple[Item, ...]], str]] = {
    "ownerless": decide_command,
    "shadow": decide_command,
    "unrated": risk_settings,
}


def yaml_key(identifier: str) -> str:
    """An id as a key of YAML: plain where it can only be read as a text, else in double quotes."""
    plain = PLAIN_KEY.fullmatch(identifier) and identifier.lower() not in ("true", "false", "null")
    return identifier if plain else json.dumps(identifier)
