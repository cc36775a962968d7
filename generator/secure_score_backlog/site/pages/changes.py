# SPDX-License-Identifier: Apache-2.0
"""Changes: what Microsoft changed over the whole history, and what we decided, completed and lost, by month.

The newest months are on the page itself; older ones are on a page for each year, in parts where a year has too much for
one page (docs/method.md#changes).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from secure_score_backlog import wording
from secure_score_backlog.dates import ONE_DAY, first_day
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.microsoft import ChangeKind
from secure_score_backlog.exports.all_changes import (
    MICROSOFT_WORDS,
    OUR_WORDS,
    ChangeRow,
    MonthOfChanges,
    OurKind,
    Sums,
    Who,
    beside_rows,
    effect,
    months_of_changes,
    nothing_known,
    said_counts,
)
from secure_score_backlog.files import Document
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.page_sizes import packed
from secure_score_backlog.site.pages.board import Filter, labels_of
from secure_score_backlog.site.pages.reviews import path_of
from secure_score_backlog.site.part_names import STEP_LABELS
from secure_score_backlog.site.templates import page, render

PATH = "changes.md"
TITLE = "Changes"
ROWS = 120
"""Rows of a page: so many are less than 150 kB of HTML."""
MONTHS = 12
"""Months that the page itself shows in full; older ones are on pages of their own."""
RECENT = 4
"""Months that the first sentence sums up: a quarter, and the month that has begun."""
PRINTED = 3
"""Months that paper shows in full."""
NAMED = 2
"""Changes of Microsoft that the first sentence names."""
SHOWN_ROWS = 12
"""Microsoft's changes that are shown unfolded."""
SHOWN_SUMS = 6
"""Months of which the sums are shown unfolded."""


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one month, or a part of them where a month alone has too many for a page."""

    month: MonthOfChanges
    rows: tuple[ChangeRow, ...]
    number: int = 1
    """1 for the first part."""
    first: str = ""
    """The oldest of several months in a row of which nothing is known; empty for one month."""

    @property
    def title(self) -> str:
        """Its month or months."""
        name = wording.month(self.month.month)
        if self.first:
            return f"{wording.month(self.first)} to {name}"
        return f"{name}, continued" if self.number > 1 else name

    @property
    def ours(self) -> tuple[ChangeRow, ...]:
        """What we did, by kind."""
        return tuple(row for row in self.rows if row.who is Who.US)

    @property
    def counted(self) -> str:
        """How many of each kind we did, as a phrase."""
        return said_counts(Counter(row.kind for row in self.ours), OUR_WORDS)

    @property
    def anchor(self) -> str:
        """The anchor of its heading."""
        return f"month-{self.month.month}" + (f"-{self.number}" if self.number > 1 else "")


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The page, and those of older months."""
    months = months_of_changes(facts)
    newest, older = divided(list(collapsed(months)))
    pages = dict(older_pages(older))
    places = {
        part.month.month: (path, part.anchor) for path, parts in pages.items() for part in parts if part.number == 1
    }
    places |= {part.month.month: (PATH, part.anchor) for part in newest if part.number == 1}
    yield page(
        PATH,
        TITLE,
        render(
            "changes.html.j2",
            **shared(site, PATH, newest),
            lead=lead(months, facts),
            since=list(sums_since(months)),
            places=places,
            shown_since=SHOWN_SUMS,
            pages=list(pages),
            name_of=name_of,
            printed=list(dict.fromkeys(part.month.month for part in newest))[:PRINTED],
        ),
        site=site,
        description="What Microsoft changed and what it did to the score, and what was decided, completed and lost.",
        hide=("navigation", "toc"),
    )
    for path, parts in pages.items():
        yield page(
            path,
            f"Changes: {name_of(path)}",
            render("changes_older.html.j2", **shared(site, path, parts)),
            site=site,
            hide=("navigation", "toc"),
            search=False,
            up=(TITLE, PATH),
        )


def shared(site: Site, path: str, parts: Sequence[Part]) -> dict[str, object]:
    """What both templates need."""
    rows = [row for part in parts for row in part.rows]
    return {
        "site": site,
        "path": path,
        "parts": parts,
        "review_of": path_of,
        "microsoft_beside": microsoft_beside,
        "ours_said": ours_said,
        "score_said": score_said,
        "filters": filters(rows),
        "microsoft": by_day([row for row in rows if row.who is Who.MICROSOFT]),
        "shown_rows": SHOWN_ROWS,
        "nothing": nothing_said([part.month for part in parts]),
        "months_shown": list(dict.fromkeys(row.month for row in rows)),
    }


def filters(rows: Sequence[ChangeRow]) -> list[Filter]:
    """The values that occur, in order, with their labels; a filter with one value would change nothing."""
    kinds = {row.kind for row in rows}
    who = {row.who.value for row in rows}
    names = {"microsoft": "Microsoft", "us": "We"}
    kinds_in_order = tuple(kind for kind, _ in (*MICROSOFT_WORDS, *OUR_WORDS) if kind in kinds)
    found = (
        Filter("who", "Who", tuple(key for key in names if key in who), names),
        Filter("kind", "Change", kinds_in_order, labels_of(kinds_in_order), folded=True),
    )
    return [each for each in found if len(each.values) > 1]


def nothing_said(months: Sequence[MonthOfChanges]) -> str:
    """What to say where no change of Microsoft is listed."""
    if not any(month.is_compared for month in months):
        return "Nothing that Microsoft changed is known of these months."
    measured = "" if all(month.is_compared for month in months) else ", as far as they were measured"
    return f"Microsoft changed nothing in these months that is scored here{measured}."


def by_day(rows: Sequence[ChangeRow]) -> list[ChangeRow]:
    """The newest first; what is known to the month only is last in its month."""
    return sorted(rows, key=lambda row: (row.month, row.day or date.min), reverse=True)


def collapsed(months: Iterable[MonthOfChanges]) -> Iterator[Part]:
    """A part for each month, and one for several months in a row of which nothing is known."""
    for silent, group in groupby(months, key=nothing_known_of):
        found = list(group)
        if silent:
            yield Part(found[0], (), first=found[-1].month if len(found) > 1 else "")
        else:
            yield from (Part(month, month.rows) for month in found)


def nothing_known_of(month: MonthOfChanges) -> bool:
    """Nothing was measured or decided in the month."""
    return not (month.rows or month.is_measured or month.is_compared)


def divided(parts: Sequence[Part]) -> tuple[list[Part], list[Part]]:
    """What the page itself shows, and what has no room there."""
    left = ROWS
    for position, part in enumerate(parts):
        left -= len(part.rows)
        if position == MONTHS or left < 0:
            return list(parts[:position]), list(parts[position:])
    return list(parts), []


def older_pages(parts: Sequence[Part]) -> Iterator[tuple[str, list[Part]]]:
    """A page for each year, or for its parts; the newest first, and so are the months on it."""
    for year, group in groupby(parts, key=lambda part: part.month.month[:4]):
        pages = list(packed(pieces(group), lambda part: len(part.rows), ROWS))
        taken: Counter[str] = Counter()
        for page_parts in pages:
            first = page_parts[-1].month.month
            taken[first] += 1
            name = year if len(pages) == 1 else f"{first}-part-{taken[first]}" if taken[first] > 1 else first
            yield f"changes/{name}.md", page_parts


def pieces(parts: Iterable[Part]) -> Iterator[Part]:
    """The parts, with each month that is too long for one page divided."""
    for part in parts:
        starts = range(0, len(part.rows), ROWS) or (0,)
        for number, start in enumerate(starts, start=1):
            yield replace(part, rows=part.rows[start : start + ROWS], number=number)


def name_of(path: str) -> str:
    """What a page of older months is called: its year, or the month it goes back to."""
    name, _, part = path.removeprefix("changes/").removesuffix(".md").partition("-part-")
    said = name if len(name) == 4 else f"back to {wording.month(name)}"
    return f"{said}, part {part}" if part else said


def sums_since(months: Sequence[MonthOfChanges]) -> Iterator[tuple[MonthOfChanges, str, str, Sums]]:
    """For each month what happened from its first day to today: Microsoft's changes, ours, and the sums."""
    sums = Sums.of([])
    for month in months:
        sums = sums.with_month(month)
        if month.rows or month.is_compared:
            yield month, said_counts(sums.counts, MICROSOFT_WORDS), said_counts(sums.counts, OUR_WORDS), sums


def lead(months: Sequence[MonthOfChanges], facts: Facts) -> list[str]:
    """The first paragraphs: what Microsoft changed lately and what it did to the score, then what we did."""
    if facts.snapshot is None:
        return ["There is no snapshot yet, so no change is known."]
    recent = months[:RECENT]
    sums = Sums.of(recent)
    said = verbs(sums.counts, MICROSOFT_VERBS)
    if said:
        microsoft = f"Microsoft {said} {'recommendation' if sums_to_one(sums.counts) else 'recommendations'}"
        microsoft += f"{which(recent)}. Our score: {effect(sums.microsoft_points, sums.microsoft_percent)}."
        microsoft += f" {rest}" if (rest := nothing_else(recent, sums)) else ""
    elif sums.is_known:
        microsoft = f"Microsoft changed nothing that is scored here{no_text(recent, sums)}."
    else:
        microsoft = (
            f"it is unknown what Microsoft changed, because there are no two snapshots to compare. {days_known(facts)}"
        )
    did, lost = verbs(sums.counts, OUR_VERBS), sums.counts[OurKind.LOST_POINTS.value]
    ours = [f"We {did}"] if did else []
    ours += [f"points were lost on {wording.count(lost, 'recommendation')}"] if lost else []
    nothing = "We decided and completed nothing." if sums.is_known else "We decided nothing."
    here = f"{'; '.join(ours)}." if ours else nothing
    return [f"Since 1\u00a0{wording.month(recent[-1].month)}, {microsoft}", here[:1].upper() + here[1:]]


def nothing_else(recent: Sequence[MonthOfChanges], sums: Sums) -> str:
    """That what is named is all, as a sentence; empty where that is not known."""
    return f"Nothing else that is scored here changed{no_text(recent, sums)}." if whole(recent) else ""


def no_text(recent: Sequence[MonthOfChanges], sums: Sums) -> str:
    """That Microsoft changed no text, and how that is known; empty where it did, or where that is not known."""
    compared = all(month.review.facts.microsoft.texts_compared for month in recent)
    unchanged = compared and not sums.counts[ChangeKind.REWORDED.value]
    return ", nor any recommendation’s wording (compared by month)" if unchanged else ""


def whole(recent: Sequence[MonthOfChanges]) -> bool:
    """Every change of Microsoft in some months is among their rows: all were compared in full, no service changed."""
    return all(month.is_compared and not list(beside_rows(month)) for month in recent)


def which(recent: Sequence[MonthOfChanges]) -> str:
    """What Microsoft changed by name, where it is little enough for a sentence.

    `: Title, from 8 to 9 points (12 October 2026)`.
    """
    rows = [row for month in recent for row in month.rows if row.who is Who.MICROSOFT]
    if not 0 < len(rows) <= NAMED:
        return ""
    named = (
        f"{row.title}, {row.detail} ({wording.day(row.day) if row.day else wording.month(row.month)})" for row in rows
    )
    return f": {'; '.join(named)}"


MICROSOFT_VERBS = (
    (ChangeKind.ADDED.value, "added"),
    (ChangeKind.NO_LONGER_SCORED.value, "stopped scoring"),
    (ChangeKind.REWEIGHTED.value, "re-weighted"),
    (ChangeKind.REWORDED.value, "re-worded"),
)
OUR_VERBS = (
    (OurKind.DECIDED.value, "decided"),
    (OurKind.COMPLETED.value, "completed"),
    (OurKind.CLAIMED.value, "self-attested"),
)
"""Each kind with what was done."""


def verbs(counts: Mapping[str, int], kinds: Sequence[tuple[str, str]]) -> str:
    """What was done, with how many: `added 2, stopped scoring 3 and re-weighted 1`; empty for nothing."""
    return wording.joined([f"{verb} {wording.number(counts[kind])}" for kind, verb in kinds if counts[kind]])


def sums_to_one(counts: Mapping[str, int]) -> bool:
    """The last number that a sentence about Microsoft's changes names is 1."""
    return [counts[kind] for kind, _ in MICROSOFT_VERBS if counts[kind]][-1] == 1


def days_known(facts: Facts) -> str:
    """How many days are known at all, where they are few; else the newest one."""
    days = [snapshot.day for snapshot in facts.history.days if snapshot.day <= facts.as_of]
    if len(days) == 1:
        return f"There is one snapshot, of {wording.day(days[0])}."
    return f"The newest snapshot is of {wording.day(days[-1])}."


def microsoft_beside(month: MonthOfChanges) -> str:
    """What no row says of Microsoft's changes in a month: why they are unknown, services, and days known in part."""
    return " ".join(said for said in (nothing_known(month), *beside_rows(month)) if said)


def ours_said(month: MonthOfChanges) -> str:
    """That we did nothing in a month, as a sentence; empty where its rows say what we did."""
    if said_counts(month.counts, OUR_WORDS):
        return ""
    return "We decided, completed and lost nothing." if month.is_compared else "We decided nothing."


def score_said(month: MonthOfChanges) -> str:
    """How the score changed in a month and by what, in points; empty where nothing can be compared."""
    if not month.is_compared:
        return ""
    parts = [
        f"{wording.lower_first(label)} {wording.signed(month.points[part])}"
        for part, label in STEP_LABELS.items()
        if month.points[part]
    ]
    moved, since = month.facts["movement"]["from"], ""
    if moved != str(first_day(month.month) - ONE_DAY):
        since = f" since {wording.day(date.fromisoformat(moved))}"
    words, total = "; ".join(parts), month.points["total"]
    return f"Score{since}: {wording.signed_points(total) if total else 'unchanged'}{f' ({words})' if parts else ''}."
