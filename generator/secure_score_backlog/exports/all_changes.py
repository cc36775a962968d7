# SPDX-License-Identifier: Apache-2.0
"""Every change by month: what Microsoft changed, and what we decided, completed and lost (docs/method.md#changes).

Each month is made from the same plain facts as its review, signed ones included, so their numbers are equal. Page, feed
and table are made from these rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from secure_score_backlog import wording
from secure_score_backlog.dates import from_json, month_of
from secure_score_backlog.decisions.words import until_words
from secure_score_backlog.evaluation.facts import Facts, Review
from secure_score_backlog.evaluation.microsoft import ChangeKind
from secure_score_backlog.exports.json import facts_of, plain_facts
from secure_score_backlog.exports.tables import Cell, Column, Table, filled
from secure_score_backlog.licences import licence_name

Plain = Mapping[str, Any]
ZERO = Fraction(0)


class Who(StrEnum):
    """Who made a change."""

    MICROSOFT = "microsoft"
    US = "us"


class OurKind(StrEnum):
    """What happened here."""

    DECIDED = "decided"
    COMPLETED = "completed"
    CLAIMED = "claimed"
    LOST_POINTS = "lost-points"


FIELDS = {
    "title": "title",
    "description": "description",
    "remediation": "steps",
    "remediation_impact": "effect on users",
    "cost": "effort rating",
    "user_impact": "rating of the user impact",
    "deprecated": "marked as deprecated",
}
"""What Microsoft worded or rated anew, in words."""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change of one recommendation."""

    month: str
    day: date | None
    """None where only the month is known."""
    who: Who
    kind: str
    """A `ChangeKind` or an `OurKind`."""
    recommendation: str
    title: str
    detail: str
    """What exactly, in a phrase; may be empty."""
    points: Fraction | None = None
    """What it did to our points; None for a decision, which does nothing to them."""
    percent: Fraction | None = None
    """What it did to the score, in percentage points; known of Microsoft's changes."""


@dataclass(frozen=True, slots=True)
class MonthOfChanges:
    """What changed in one month."""

    review: Review
    facts: Plain
    """Those that its review shows."""
    microsoft: Plain
    """What Microsoft changed; computed where the month was signed by a version that did not know it."""
    rows: tuple[ChangeRow, ...]
    """Microsoft's first, then by kind, then the newest first."""

    @property
    def month(self) -> str:
        """YYYY-MM."""
        return self.review.month

    @property
    def is_measured(self) -> bool:
        """A day of the month has a snapshot."""
        snapshot = self.facts["snapshot"]
        return snapshot is not None and snapshot["date"][:7] == self.month

    @property
    def is_compared(self) -> bool:
        """There are two different snapshots to compare."""
        moved = self.facts["movement"]
        return bool(moved) and moved["from"] != moved["to"]

    @property
    def points(self) -> Mapping[str, Fraction]:
        """The movement of the month by part; empty where nothing could be compared."""
        moved = self.facts["movement"] if self.is_compared else None
        return {part: Fraction(value) for part, value in moved["points"].items()} if moved else {}

    @property
    def counts(self) -> Counter[str]:
        """How many changes there are of each kind."""
        return Counter(row.kind for row in self.rows)


@dataclass(frozen=True, slots=True)
class Sums:
    """Several months together."""

    counts: Counter[str]
    microsoft_points: Fraction
    microsoft_percent: Fraction
    total_points: Fraction
    """Everything that moved the score, Microsoft's changes included."""
    is_known: bool = False
    """Two snapshots of at least one of the months could be compared."""

    @staticmethod
    def of(months: Iterable[MonthOfChanges]) -> Sums:
        """The sums of some months."""
        sums = Sums(Counter(), ZERO, ZERO, ZERO)
        for month in months:
            sums = sums.with_month(month)
        return sums

    def with_month(self, month: MonthOfChanges) -> Sums:
        """The sums with one more month."""
        return Sums(
            self.counts + month.counts,
            self.microsoft_points + Fraction(month.microsoft["points"]),
            self.microsoft_percent + Fraction(month.microsoft["percent"]),
            self.total_points + month.points.get("total", ZERO),
            self.is_known or month.is_compared,
        )


def months_of_changes(facts: Facts) -> list[MonthOfChanges]:
    """Every month, the newest first."""
    return [month_of_changes(review) for review in facts.reviews]


def month_of_changes(review: Review) -> MonthOfChanges:
    """One month."""
    plain = facts_of(review)
    microsoft = plain.get("microsoft") or plain_facts(review.facts)["microsoft"]
    rows = (*microsoft_rows(review, plain, microsoft), *our_rows(review, plain))
    return MonthOfChanges(review, plain, microsoft, rows)


def title_of(review: Review, plain: Plain, identifier: str) -> str:
    """The title as the month knew it, else as its facts are computed now; the id where no one gave a title."""
    said = plain.get("texts", {}).get(identifier, {}).get("title")
    status = review.facts.statuses.get(identifier)
    return said or (status.title if status else "") or identifier


def newest_first(rows: Iterable[ChangeRow]) -> list[ChangeRow]:
    """The newest first, then by title; what has no day is last."""
    return sorted(rows, key=lambda row: (-(row.day or date.min).toordinal(), row.title.casefold(), row.recommendation))


def microsoft_rows(review: Review, plain: Plain, microsoft: Plain) -> Iterator[ChangeRow]:
    """What Microsoft changed, by kind."""
    for kind in ChangeKind:
        yield from newest_first(
            ChangeRow(
                month=review.month,
                day=from_json(change["on"]),
                who=Who.MICROSOFT,
                kind=kind.value,
                recommendation=change["recommendation"],
                title=title_of(review, plain, change["recommendation"]),
                detail=detail_of(change),
                points=Fraction(change["points"]),
                percent=Fraction(change["percent"]),
            )
            for change in microsoft["changes"]
            if change["kind"] == kind
        )


def detail_of(change: Plain) -> str:
    """What exactly Microsoft changed."""
    before, after = (None if change[name] is None else Fraction(change[name]) for name in ("before", "after"))
    kind = ChangeKind(change["kind"])
    if kind is ChangeKind.ADDED:
        return f"{wording.point_count(after)} at most" if after is not None else "maximum unknown"
    if kind is ChangeKind.NO_LONGER_SCORED:
        return f"was {wording.point_count(before)} at most" if before is not None else "maximum unknown"
    if kind is ChangeKind.REWEIGHTED and before is not None and after is not None:
        return f"from {wording.points(before)} to {wording.point_count(after)}"
    said = ", ".join(FIELDS.get(name, name) for name in change["fields"])
    return said + (f"; title before: “{change['title_before']}”" if change["title_before"] else "")


def our_rows(review: Review, plain: Plain) -> Iterator[ChangeRow]:
    """What we decided, completed and lost, by kind."""
    gained = gained_points(plain)

    def row(kind: OurKind, name: str, day: date | None, detail: str, points: Fraction | None = None) -> ChangeRow:
        return ChangeRow(review.month, day, Who.US, kind.value, name, title_of(review, plain, name), detail, points)

    yield from newest_first(row(OurKind.DECIDED, name, *decision_of(review, name)) for name in plain.get("decided", ()))
    for how, kind in (("observed", OurKind.COMPLETED), ("claimed", OurKind.CLAIMED)):
        yield from newest_first(
            row(kind, item["recommendation"], from_json(item["on"]), "", gained.get(item["recommendation"], ZERO))
            for item in plain["completed"]
            if item["how"] == how
        )
    yield from newest_first(
        row(
            OurKind.LOST_POINTS,
            item["recommendation"],
            from_json(item["on"]),
            f"restored on {wording.day(from_json(item['recovered']))}" if item["recovered"] else "",
            -Fraction(item["points"]),
        )
        for item in plain["regressed"]
    )


def decision_of(review: Review, name: str) -> tuple[date | None, str]:
    """The day of a decision of the month, and what it says."""
    status = review.facts.statuses.get(name)
    if status is None or status.decision is None:
        return None, ""
    inside = status.answered if status.answered and month_of(status.answered) == review.month else None
    return inside, f"{wording.badge_of(status.decision.bucket).label}{until_words(status.decision)}"


def gained_points(plain: Plain) -> dict[str, Fraction]:
    """The points by recommendation that the movement of the month does not put down to Microsoft."""
    found: dict[str, Fraction] = {}
    for line in plain["movement"]["lines"] if plain["movement"] else ():
        if line["recommendation"] and line["part"] != "rescored":
            found[line["recommendation"]] = found.get(line["recommendation"], ZERO) + Fraction(line["points"])
    return found


def effect(points: Fraction, percent: Fraction | None = None) -> str:
    """Points with their sign, and percentage points of the score where they are known."""
    said = wording.signed_points(points) if points else "0 points"
    return said if percent is None else f"{said} ({wording.signed(percent)} percentage points)"


def said_counts(counts: Mapping[str, int], kinds: Sequence[tuple[str, str]]) -> str:
    """How many of each kind, as a phrase; empty for none.

    Args:
        counts: By kind.
        kinds: Kind and word, in order.
    """
    return ", ".join(f"{wording.number(counts[kind])}\u00a0{word}" for kind, word in kinds if counts[kind])


MICROSOFT_WORDS = (
    (ChangeKind.ADDED.value, "added"),
    (ChangeKind.NO_LONGER_SCORED.value, "no longer scored"),
    (ChangeKind.REWEIGHTED.value, "re-weighted"),
    (ChangeKind.REWORDED.value, "re-worded"),
)
OUR_WORDS = (
    (OurKind.DECIDED.value, "decided"),
    (OurKind.COMPLETED.value, "completed"),
    (OurKind.CLAIMED.value, "self-attested"),
    (OurKind.LOST_POINTS.value, "that lost points"),
)
"""Each kind with its word for a count."""

UNKNOWN = "it is unknown what Microsoft added, retired or re-weighted"


def microsoft_said(month: MonthOfChanges) -> str:
    """What Microsoft changed in a month, as sentences."""
    found = month.microsoft
    said = said_counts(month.counts, MICROSOFT_WORDS)
    if said and month.is_compared:
        said = f"Microsoft: {said}; {effect(Fraction(found['points']), Fraction(found['percent']))}."
    elif said:
        said = f"Microsoft: {said}. {nothing_known(month)}"
    else:
        said = nothing_known(month) or "Microsoft changed nothing that is scored here."
    return " ".join((said, *beside_rows(month)))


def beside_rows(month: MonthOfChanges) -> Iterator[str]:
    """What is known of Microsoft's changes in a month and in no row of it, as sentences."""
    found = month.microsoft
    for name, words in (("services_added", "now counted"), ("services_removed", "no longer counted")):
        if found[name]:
            named = ", ".join(map(licence_name, found[name]))
            yield f"{'Services' if len(found[name]) > 1 else 'Service'} {words}: {named}."
    if found["in_part"]:
        days = " and ".join(wording.day(date.fromisoformat(day)) for day in found["in_part"])
        yield f"{days} has only a part of the scores, so that what it lacks may seem added or no longer scored."


def nothing_known(month: MonthOfChanges) -> str:
    """Why it is unknown what Microsoft scored anew; empty where it is known."""
    if month.is_compared:
        return ""
    if month.is_measured:
        return f"There is no earlier snapshot to compare with, so {UNKNOWN}."
    return f"Not measured, so {UNKNOWN}."


COLUMNS: tuple[tuple[Column, Callable[[ChangeRow], Cell]], ...] = (
    (Column("month", "Month", 9), lambda row: row.month),
    (Column("day", "Day", 11), lambda row: row.day),
    (Column("who", "Who", 10), lambda row: row.who.value),
    (Column("kind", "Kind", 16), lambda row: row.kind),
    (Column("recommendation", "Id", 28), lambda row: row.recommendation),
    (Column("title", "Recommendation", 50), lambda row: row.title),
    (Column("detail", "Detail", 40), lambda row: row.detail),
    (Column("points", "Points", 9), lambda row: row.points),
    (Column("percentage_points", "Percentage points of the score", 10), lambda row: row.percent),
)
"""The columns of the table of all changes, each with what it takes from a row."""


def all_changes_table(facts: Facts) -> Table:
    """Every change of every month, the newest month first."""
    rows = (row for month in months_of_changes(facts) for row in month.rows)
    return filled("All changes", COLUMNS, rows, facts)
