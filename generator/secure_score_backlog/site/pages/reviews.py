# SPDX-License-Identifier: Apache-2.0
"""The monthly reviews: one page a month, and the list of them.

A month is made from the plain facts that `backlog status --json` prints: the signed ones, once a month is signed and
merged, else those computed now (docs/method.md#signed-months).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from typing import Any

from markupsafe import Markup

from secure_score_backlog import wording
from secure_score_backlog.dates import ONE_DAY, from_json, month_before
from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.evaluation.facts import Facts, Review
from secure_score_backlog.evaluation.ledger import Explained
from secure_score_backlog.evaluation.movement import Part
from secure_score_backlog.evaluation.register import AcceptanceState, RegisterEntry
from secure_score_backlog.evaluation.reminders import also_late
from secure_score_backlog.evaluation.status import ACCEPTED_IN_PORTAL, NEEDS_NEW_DECISION, State
from secure_score_backlog.exports.all_changes import microsoft_said, month_of_changes
from secure_score_backlog.exports.json import facts_of, plain_facts
from secure_score_backlog.files import Document
from secure_score_backlog.ratings import level_order
from secure_score_backlog.reviews import differences
from secure_score_backlog.site import figures
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.markdown import decision_markdown
from secure_score_backlog.site.part_names import STEP_LABELS
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.site.verdict import month_end_before, parts_of, totals
from secure_score_backlog.site.words import kind_of_snapshot, stated_in, unexplained
from secure_score_backlog.wording import lower_first

PATH = "reviews/index.md"
TITLE = "Reviews"
Plain = Mapping[str, Any]
SHOWN = 5
"""Accepted risks that a review of one page names; the register has all of them."""
ENDING_WITHIN = timedelta(days=60)
"""A month is discussed in the following one, and the next meeting is in the month after that."""
MOST_ENDING = 5
"""Acceptances and exemptions ending soon that the first page lists; the register has all of them."""
MOST_NEEDED = 12
"""Decisions needed that the first page lists; the board has all of them."""
MOST_MONTHS = 12
"""Months that are listed; older ones are folded, by year."""
NUMBERS = ("Completed", "Self-attested", "Lost points", "Accepted risks", "Undecided", "Score")
"""Columns of the list of months, after the month and what was decided in it."""
NOT_SIGNED: Plain = dict.fromkeys(
    (
        *("question", "recommend", "cost", "asked_by", "since", "default", "by", "options"),
        *("leadership", "approver", "late", "owner"),
    )
)
"""Columns that a row may lack which an earlier version signed."""
LEAST = 0.005
"""Points below which a change is rounding, and not named."""
LARGEST_SHOWN = 3
"""Recommendations that are named beside the score."""
IMPROVED = "Improved most"
BETTER = ("Completed", "Self-attested", IMPROVED)
"""What changed for the better: named by what was done, not by the risk."""
WORSE = {State.BREACHED.value: "Worse than accepted", State.REGRESSED.value: "Regressed"}
"""What lost points, by its state at the end of the month; in any other state points were lost and nothing broken."""
DECIDED_AS = {
    Bucket.DO_NOW: State.PLANNED,
    Bucket.DO_SOON: State.PLANNED,
    Bucket.ACCEPT: State.ACCEPTED,
    Bucket.NOT_APPLICABLE: State.COVERED,
}
"""The state that a decision would have if Microsoft measured what it is about."""
IN_FORCE = (AcceptanceState.ACTIVE.value, AcceptanceState.EXPIRING.value)


def path_of(month: str) -> str:
    """The document of a month."""
    return f"reviews/{month}.md"


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The list, and a page for each month."""
    yield index(facts, site)
    months = [review.month for review in facts.reviews]
    for position, review in enumerate(facts.reviews):
        newer = months[position - 1] if position else None
        older = facts.reviews[position + 1] if position + 1 < len(months) else None
        yield month_page(site, review, older, newer, stated_in(review.month, facts))


def index(facts: Facts, site: Site) -> Document:
    """The list of months, newest first, with what was decided in each."""
    entries = [(review, Month(facts_of(review))) for review in facts.reviews]
    silent = {review.month for review, month in entries if is_silent(review, month)}
    lines = list(listed(entries, silent))
    older = groupby(lines[MOST_MONTHS:], key=lambda line: line[0].month[:4])
    body = render(
        "reviews.html.j2",
        site=site,
        path=PATH,
        entries=lines[:MOST_MONTHS],
        older=[(year, list(found)) for year, found in older],
        link_to=path_of,
        columns=("Month", "Decided", *NUMBERS),
        numbers=NUMBERS,
    )
    return page(
        PATH,
        TITLE,
        body,
        site=site,
        description="One page a month.",
        shown_title="Monthly reviews",
        hide=("navigation", "toc"),
    )


def is_silent(review: Review, month: Month) -> bool:
    """Nothing was measured, decided, written or signed in a finished month."""
    return review.finished and not (month.is_measured or month.decided or review.minutes or review.signed)


def listed(
    entries: Iterable[tuple[Review, Month]], silent: Collection[str]
) -> Iterator[tuple[Review, Month, tuple[str, str]]]:
    """The entries of the list, the newest first: a month each, or the first and the last of several silent months.

    Months between two entries that have no review of their own are silent too.
    """
    newer = ""
    for quiet, group in groupby(entries, key=lambda entry: entry[0].month in silent):
        months = list(group)
        if quiet:
            yield *months[0], (months[-1][0].month, month_before(newer) if newer else months[0][0].month)
        else:
            yield from ((review, month, (review.month, review.month)) for review, month in months)
        newer = months[-1][0].month


@dataclass(frozen=True, slots=True)
class Month:
    """The plain facts of a month, and the lists that pages show of them."""

    facts: Plain
    unmeasured: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """What is planned of recommendations without a score, and what else is said of it, where that is known."""

    def words(self, identifier: str) -> Plain:
        """Title and reasons of a recommendation in that month; the id as title where none was kept."""
        found: Plain = self.facts.get("texts", {}).get(identifier, {})
        return {"title": identifier, "why": "", "rationale": "", **found}

    @property
    def decided(self) -> list[str]:
        """Ids of what was decided in the month, by title."""
        return sorted(self.facts.get("decided", []), key=lambda name: self.words(name)["title"].lower())

    @property
    def accepted(self) -> list[Plain]:
        """Acceptances in force, the highest risk first, then the nearest end."""
        accepted = [entry for entry in self.facts["register"] if entry["state"] in IN_FORCE]
        return sorted(accepted, key=lambda entry: (level_order(entry["risk"]), entry["until"], entry["recommendation"]))

    @property
    def needed(self) -> list[Plain]:
        """The decisions needed, what is late first; from their parts where facts were signed without the list."""
        found: list[Plain] | None = self.facts.get("decisions_needed")
        rows = self.needed_by_parts if found is None else found
        return [{**NOT_SIGNED, **self.words(row["recommendation"]), **row} for row in rows]

    @property
    def needed_by_parts(self) -> list[Plain]:
        """The decisions needed as facts without that list give them: no longer in force, then requested."""
        both = {entry["recommendation"]: entry for entry in (*self.facts["register"], *self.facts.get("covered", ()))}
        states = self.facts.get("states") or {name: entry["state"] for name, entry in both.items()}
        rows = [(name, state) for name, state in states.items() if state in NEEDS_NEW_DECISION]
        ended = [
            {
                "kind": state,
                "risk": both.get(name, {}).get("risk"),
                "from": both.get(name, {}).get("owner"),
                "by": both[name]["until"] if state == State.EXPIRED and name in both else None,
                "days_left": both.get(name, {}).get("days_left"),
                "recommendation": name,
            }
            for name, state in rows
        ]
        asked = [
            {"kind": "requested", "risk": None, "days_left": self.days_until(ask.get("by")), **ask}
            for ask in self.facts["asks"]
        ]
        return [*ended, *asked]

    def days_until(self, text: str | None) -> int | None:
        """Days from the as-of date to a day."""
        day, as_of = from_json(text), from_json(self.facts["as_of"])
        return (day - as_of).days if day and as_of else None

    @property
    def changes(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What became worse, what was completed, and what was decided, by its state at the end of the month.

        Each id, with what is added to its words.
        """
        completed: dict[str, list[tuple[str, str]]] = {"Completed": [], "Self-attested": []}
        for item in self.facts["completed"]:
            label = "Completed" if item["how"] == "observed" else "Self-attested"
            completed[label].append((item["recommendation"], ""))
        named = {name for names in completed.values() for name, _ in names}
        named |= {item["recommendation"] for item in self.facts["regressed"]}
        gained = [
            (line["recommendation"], wording.signed(line["points"]))
            for line in self.by_size
            if line["part"] == Part.IMPROVED and line["points"] >= LEAST and line["recommendation"] not in named
        ]
        completed[IMPROVED] = gained[:1]
        found = (*self.worse.items(), ("Expired", self.expired), *completed.items(), *self.decided_by_state.items())
        return [(label, names) for label, names in found if names]

    @property
    def worse(self) -> dict[str, list[tuple[str, str]]]:
        """What lost points in the month, by what that means at the end of it: worse than accepted, or regressed."""
        found: dict[str, list[tuple[str, str]]] = {}
        for item in self.facts["regressed"]:
            label = WORSE.get(self.facts.get("states", {}).get(item["recommendation"], ""), "Lost points")
            found.setdefault(label, []).append((item["recommendation"], restored(item)))
        return dict(sorted(found.items(), key=lambda each: [*WORSE.values(), "Lost points"].index(each[0])))

    @property
    def expired(self) -> list[tuple[str, str]]:
        """Acceptances and exemptions that were no longer in force for the first time in the month, by their end."""
        as_of = from_json(self.facts["as_of"])
        assert as_of
        before = as_of.replace(day=1) - ONE_DAY
        both = (*self.facts["register"], *self.facts.get("covered", ()))
        ended = [
            (from_json(entry["until"]), entry["recommendation"])
            for entry in both
            if entry["state"] == AcceptanceState.EXPIRED
        ]
        return [(name, f"last day {wording.day(day)}") for day, name in sorted(ended) if day and day >= before]

    @property
    def decided_by_state(self) -> dict[str, list[tuple[str, str]]]:
        """What was decided in the month, by its state at the end of it, by title."""
        states = self.facts.get("states", {})
        found: dict[str, list[tuple[str, str]]] = {}
        for name in self.decided:
            state = states.get(name, State.UNDECIDED)
            label, more = f"now {lower_first(wording.badge_of(state).label)}", ""
            if state == State.NOT_MEASURED:
                label, more = self.unmeasured.get(name, ("not measured by Microsoft", ""))
            found.setdefault(f"Decided, {label}", []).append((name, more))
        return found

    @property
    def in_portal_only(self) -> int:
        """How many only Microsoft's portal marks as accepted."""
        marks = [item.get("portal") or "" for item in self.facts.get("shadow", ())]
        return sum(1 for mark in marks if mark.lower() == ACCEPTED_IN_PORTAL)

    @property
    def undecided_of_top(self) -> int:
        """How many of the top by risk have no finished decision."""
        return sum(1 for item in self.facts["top"] if item["state"] == State.UNDECIDED)

    @property
    def open_at_least(self) -> int | None:
        """Days for which something is open that was so on the first snapshot: it may be open for longer."""
        known, snapshot = self.facts.get("coverage"), self.facts["snapshot"]
        first = from_json(known.get("from")) if known else None
        newest = from_json(snapshot["date"]) if snapshot else None
        return (newest - first).days if first and newest else None

    @property
    def ends_by(self) -> date:
        """The last day of the acceptances and exemptions that the next meeting may come too late for."""
        as_of = from_json(self.facts["as_of"])
        assert as_of
        return as_of + ENDING_WITHIN

    @property
    def ending(self) -> list[Plain]:
        """Acceptances and exemptions in force that end soon, the nearest first (docs/method.md#decisions-needed)."""
        both = (*self.facts["register"], *self.facts.get("covered", ()))
        last = self.ends_by.isoformat()
        found = [entry for entry in both if entry["state"] in IN_FORCE and entry["until"] <= last]
        return sorted(found, key=lambda entry: (entry["until"], entry["recommendation"]))

    @property
    def parts(self) -> list[tuple[str, Any]]:
        """The parts of the movement that are not zero."""
        return parts_of(self.facts)

    @property
    def biggest(self) -> list[Plain]:
        """The recommendations that changed the score most, up or down."""
        return self.by_size[:LARGEST_SHOWN]

    @property
    def by_size(self) -> list[Plain]:
        """The recommendations that changed the score, most of all first."""
        moved = self.facts["movement"]
        lines = [line for line in moved["lines"] if line["recommendation"] and line["points"]] if moved else []
        return sorted(lines, key=lambda line: (-abs(line["points"]), line["recommendation"]))

    @property
    def moved_since(self) -> date | None:
        """The first day of the movement; None where both ends are the same snapshot."""
        moved = self.facts["movement"]
        return from_json(moved["from"]) if moved and moved["from"] != moved["to"] else None

    @property
    def is_measured(self) -> bool:
        """A day of the month has a snapshot."""
        snapshot = self.facts["snapshot"]
        return snapshot is not None and snapshot["date"][:7] == self.facts["as_of"][:7]

    @property
    def snapshot_kind(self) -> str:
        """What the newest snapshot is, where it is not complete; empty for a complete one, and without one."""
        snapshot = self.facts["snapshot"] or {"complete": True}
        return kind_of_snapshot(
            complete=snapshot["complete"], partial=snapshot.get("partial", False), source=snapshot.get("source", "")
        )

    @property
    def unexplained(self) -> tuple[str, str] | None:
        """What to say where much of the score has no recommendation behind it."""
        known, score = self.facts.get("explained"), self.facts["score"]
        if known is None or score is None:
            return None
        points = {name: Fraction(known[name]) for name in ("points", "maximum")}
        totals = {"points_of": Fraction(score["current"]), "maximum_of": Fraction(score["max"])}
        return unexplained(Explained(known["recommendations"], known["without_maximum"], **points, **totals))


def restored(item: Plain) -> str:
    """What is added to the title of something that lost points: the day on which it was back, if there is one."""
    day = from_json(item.get("recovered"))
    return f"restored on {wording.day(day)}" if day else ""


def planned_unmeasured(facts: Facts) -> dict[str, tuple[str, str]]:
    """What is decided on recommendations without a score, by id: how `Month.decided_by_state` names it."""
    found: dict[str, tuple[str, str]] = {}
    for status in facts.in_state(State.NOT_MEASURED):
        if status.decision and not status.decision.draft:
            state = State.BLOCKED if status.blocked else DECIDED_AS[status.decision.bucket]
            by = f"{wording.BLOCKERS[status.blocked.by]}, " if status.blocked else ""
            found[status.id] = (f"now {lower_first(wording.badge_of(state).label)}", f"{by}not measured by Microsoft")
    return found


def days_of_month(facts: Plain) -> str:
    """On how many days of the month there was a snapshot, as a sentence; empty where the facts do not say."""
    days = (facts.get("coverage") or {}).get("month")
    if not days or not days["days"]:
        return ""
    without = days["missing"] + days["since_newest"]
    rest = ((days["backfilled"], "with scores only"), (days["partial"], "partial"), (without, "without a snapshot"))
    said = [f"Observed in full on {days['complete']} of {wording.count(days['days'], 'day')}"]
    return "; ".join([*said, *(f"{number} {words}" for number, words in rest if number)]) + "."


def month_page(
    site: Site, review: Review, older: Review | None, newer: str | None, stated: Sequence[RegisterEntry] = ()
) -> Document:
    """The page of one month; `stated`: what names its minutes as the record of an approval, as it is known today."""
    path = path_of(review.month)
    month = Month(facts_of(review), {} if review.signed else planned_unmeasured(review.facts))
    body = render(
        "review.html.j2",
        site=site,
        path=path,
        review=review,
        month=month,
        facts=month.facts,
        days_measured=days_of_month(month.facts),
        accepted=month.accepted[:SHOWN],
        approval_words=wording.APPROVALS,
        labels=STEP_LABELS,
        better=BETTER,
        microsoft=microsoft_said(month_of_changes(review)),
        change_chart=figures.change_of(month.facts, "movement"),
        minutes=minutes_of(site, review, path),
        stated=stated,
        recomputed=differences(review.signed, plain_facts(review.facts)) if review.signed else (),
        older=older.month if older else None,
        totals=totals(month.facts, month_end_before(review.month, [older] if older else ())),
        most_ending=MOST_ENDING,
        within=ENDING_WITHIN.days,
        newer=newer,
        also_late=len(also_late(review.facts)) if not review.signed else 0,
        link_to=path_of,
        most=MOST_NEEDED,
    )
    return page(
        path,
        f"Review of {wording.month(review.month)}",
        body,
        site=site,
        hide=("navigation", "toc"),
        up=(TITLE, PATH),
        description="Decisions needed, top five by risk, accepted risks, what was completed, and the score.",
    )


def minutes_of(site: Site, review: Review, path: str) -> Markup | None:
    """The minutes as HTML, sanitised."""
    if review.minutes is None:
        return None
    return decision_markdown(review.minutes.text, site.from_decision(path), site.tenants)
