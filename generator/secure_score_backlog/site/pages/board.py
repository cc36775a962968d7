# SPDX-License-Identifier: Apache-2.0
"""The board: open recommendations in the four buckets, and all that need a decision; each section by risk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.ranking import risk_key
from secure_score_backlog.evaluation.reminders import also_late, decisions_needed, late
from secure_score_backlog.evaluation.status import NEEDS_NEW_DECISION, UNMEASURED, State, Status
from secure_score_backlog.files import Document
from secure_score_backlog.ratings import LEVELS
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.site.words import since, unexplained
from secure_score_backlog.site.work import Work, brief_work_of, parts_of, portal_label, work_of
from secure_score_backlog.snapshots.service_names import service_name
from secure_score_backlog.wording import BLOCKERS, badge_of, count, day, number

PATH = "board.md"
TITLE = "Board"
COLUMNS = ("Risk", "Recommendation", "Owner", "State", "Date", "Points", "Effort")
FULL_ROWS = 100
"""Rows with the first step and the way to the portal; those after them have both on their own page."""
FOLDED_FROM = 11
"""So many undecided recommendations of medium and low risk are folded; fewer are about a screenful."""
OPEN_UP_TO = 5
"""So many rows are shown on a phone; more are folded, except what needs a new decision."""
LEAST_URGENT = ("medium", "low")
STATES_IN_ORDER = (
    *(State.UNDECIDED, State.BREACHED, State.REGRESSED, State.EXPIRED, State.CONFLICT),
    *(State.OVERDUE, State.BLOCKED, State.PLANNED, State.ACCEPTED, State.COVERED),
    State.NOT_MEASURED,
)
"""As the filter lists them: what needs a decision, what needs work, the rest."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What most undecided rows have in common: said once above them, and not shown in the rows for which it is so."""

    words: str
    ownerless: bool
    """Rows without an owner do not say so."""
    since: date | None
    """Nor do those that are open since this day; None where no two are."""
    from_start: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that stand together in the table of a section."""

    statuses: tuple[Status, ...]
    title: str = ""
    """Empty where a section has one group."""
    fold: str = ""
    """What a phone says of them where they are folded; empty for their number."""
    is_open: bool = True
    """Whether a phone shows them before they are asked for."""
    shared: Shared | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the board."""

    key: str
    """A bucket, or `undecided`; also the anchor."""
    title: str
    meaning: str
    statuses: tuple[Status, ...]
    """In the order of the page: what `groups` hold, then what is folded."""
    empty: str
    """The sentence of an empty section."""
    groups: tuple[Group, ...]
    folded: tuple[Status, ...] = ()
    """What is least urgent, behind one line."""
    folded_shared: Shared | None = None

    @property
    def folded_levels(self) -> str:
        """How many of each risk level are folded: `15 medium, 10 low`."""
        found = Counter(status.risk_word for status in self.folded)
        return ", ".join(f"{number(found[level])} {badge_of(level).label.lower()}" for level in LEVELS if found[level])


@dataclass(frozen=True, slots=True)
class Filter:
    """One way to narrow a table down."""

    key: str
    label: str
    values: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    """What a reader sees for a value; the value itself where it is not here."""
    folded: bool = False
    """The values are behind the label: for long lists."""


SECTIONS: tuple[tuple[str, str, str, str], ...] = (
    (
        "undecided",
        "No decision in force",
        "Undecided, or the decision is no longer in force.",
        "Every open recommendation has a decision in force.",
    ),
    (
        Bucket.DO_NOW,
        "Do now",
        "The benefit is clear, and it is due within 92 days.",
        "Nothing is marked “do now”.",
    ),
    (
        Bucket.DO_SOON,
        "Do soon",
        "It will be done; the change is being planned.",
        "Nothing is marked “do soon”.",
    ),
    (
        Bucket.ACCEPT,
        "Accepted risks",
        "Left open on purpose, for a recorded reason and until a date.",
        "No risk is accepted.",
    ),
    (
        Bucket.NOT_APPLICABLE,
        "Not applicable or covered",
        "Not applicable here, or covered by another control. Not verified by Microsoft; each rests on its evidence and "
        "its approver.",
        "Nothing is marked as not applicable or covered by another control.",
    ),
)
"""Key, title, meaning, and the sentence of an empty section."""


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The board."""
    sections = sections_of(facts)
    shown = [status for section in sections for status in section.statuses]
    decided = decided_unmeasured(facts)
    unmeasured = [status for status in facts.in_state(*UNMEASURED) if status not in decided]
    body = render(
        "board.html.j2",
        site=site,
        path=PATH,
        facts=facts,
        sections=sections,
        columns=COLUMNS,
        full_rows=FULL_ROWS,
        counts=facts.counts,
        needed=len(decisions_needed(facts)),
        late=len(late(facts)),
        also_late=len(also_late(facts)),
        approvals={
            Bucket.ACCEPT: facts.accepted_approvals,
            Bucket.NOT_APPLICABLE: facts.covered_approvals,
        },
        work=work_in_full([*shown, *decided], facts, site),
        portal_label=portal_label,
        listed=len(shown),
        decided=decided,
        conflicts=len(facts.in_state(State.CONFLICT)),
        since=since,
        unexplained=unexplained(facts.explained),
        filters=filters([*shown, *decided]),
        done=sorted(facts.in_state(State.DONE), key=lambda status: status.title.lower()),
        unmeasured=sorted(unmeasured, key=lambda status: status.title.lower()),
    )
    yield page(
        PATH,
        TITLE,
        body,
        site=site,
        description="Every open recommendation by its decision, and those that need one.",
        hide=("navigation", "toc"),
    )


def sections_of(facts: Facts) -> list[Section]:
    """The five sections, each group of them by risk; what is done or not measured is in none of them."""
    places: dict[str, list[Status]] = {key: [] for key, *_ in SECTIONS}
    for status in facts.statuses.values():
        if status.state not in (State.DONE, *UNMEASURED):
            places[status.group].append(status)
    return [
        section_of(str(key), title, meaning, empty, sorted(places[key], key=overdue_first))
        for key, title, meaning, empty in SECTIONS
    ]


def section_of(key: str, title: str, meaning: str, empty: str, found: list[Status]) -> Section:
    """One section. Where a decision is no longer in force, it comes first; many of little risk are folded."""
    lost = tuple(status for status in found if status.state in NEEDS_NEW_DECISION)
    others = [status for status in found if status.state not in NEEDS_NEW_DECISION]
    least = tuple(status for status in others if key == "undecided" and status.risk_word in LEAST_URGENT)
    folded = least if FOLDED_FROM <= len(least) < len(found) else ()
    rest = tuple(status for status in others if not (folded and status.risk_word in LEAST_URGENT))
    shared, folded_shared = (shared_by(each) if key == "undecided" else None for each in (rest, folded))
    groups = tuple(
        replace(group, title=group.title if lost and others else "")
        for group in (
            Group(lost, "Needs a new decision", fold=f"{count(len(lost), 'needs', 'need')} a new decision"),
            Group(
                rest,
                "Undecided",
                fold=f"{number(len(others))} undecided" if key == "undecided" else "",
                is_open=len(others) <= OPEN_UP_TO,
                shared=shared,
            ),
        )
        if group.statuses
    )
    return Section(key, title, meaning, (*lost, *rest, *folded), empty, groups, folded, folded_shared)


def overdue_first(status: Status) -> tuple[bool, tuple[int, Fraction, int, bool, str]]:
    """The order within a section: what is overdue, then by risk."""
    return status.state is not State.OVERDUE, risk_key(status)


def shared_by(statuses: Sequence[Status]) -> Shared | None:
    """What more than one of them would repeat; None where there is nothing of that kind."""
    days = Counter((status.open_since, status.from_start) for status in statuses if status.open_since)
    (since, from_start), same_day = days.most_common(1)[0] if days else ((None, False), 0)
    without = sum(not status.owner for status in statuses)
    if max(without, same_day) < 2:
        return None
    is_since = since if same_day > 1 else None
    least = "at least " if from_start else ""
    said = ["no owner"] * (without > 1) + ([f"open {least}since {day(is_since)}"] if is_since else [])
    return Shared(f"Where a row is empty: {', '.join(said)}", without > 1, is_since, from_start)


def decided_unmeasured(facts: Facts) -> list[Status]:
    """What has a finished decision and no score, by risk: shown with owner, date and block."""
    found = (status for status in facts.in_state(State.NOT_MEASURED) if status.decision and not status.decision.draft)
    return sorted(found, key=risk_key)


def work_in_full(shown: list[Status], facts: Facts, site: Site) -> dict[str, Work]:
    """What is known of the work on each recommendation, by id, in the order of the page, without the last of many."""
    return {
        status.id: work_of(status, facts, site) if place < FULL_ROWS else brief_work_of(status, facts)
        for place, status in enumerate(shown)
    }


def filters(statuses: list[Status]) -> list[Filter]:
    """The values that occur, in order; a filter with one value would change nothing."""
    states, levels = {s.state for s in statuses}, {s.risk_word for s in statuses}
    services = sorted({parts_of(service_name(s.recommendation.service))[0] or "unknown service" for s in statuses})
    found = (
        Filter("state", "State", tuple(each for each in STATES_IN_ORDER if each in states), labels_of(STATES_IN_ORDER)),
        Filter("risk", "Risk", tuple(level for level in LEVELS if level in levels), labels_of(LEVELS)),
        Filter("owner", "Owner", tuple(sorted({s.owner or "no owner" for s in statuses})), folded=True),
        Filter("service", "Service", tuple(services), folded=True),
        Filter("blocker", "Blocked by", tuple(sorted({blocker_of(s) for s in statuses} - {""})), BLOCKERS, folded=True),
    )
    return [item for item in found if len(item.values) > 1 or (item.key == "blocker" and item.values)]


def labels_of(words: Iterable[str]) -> dict[str, str]:
    """The label of each state, risk level or kind of change."""
    return {str(word): badge_of(word).label for word in words}


def blocker_of(status: Status) -> str:
    """What blocks it; empty where nothing does."""
    return status.blocked.by.value if status.blocked else ""
