# SPDX-License-Identifier: Apache-2.0
"""Charts of a tenant: which figures go into which chart, and what they say in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

from markupsafe import Markup

from secure_score_backlog import wording
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.status import Status
from secure_score_backlog.exports.json import plain_facts
from secure_score_backlog.site.charts.bars import ORDER, Bar, BarPart, Change, Row, Stack, Step
from secure_score_backlog.site.charts.lines import Mark, Sample, Spark, Trend
from secure_score_backlog.site.part_names import STEP_LABELS, WORDS
from secure_score_backlog.snapshots.model import SnapshotDay, Timeline

ALL_TENANTS = "AllTenants"
SIMILAR_SIZE = "TotalSeats"
LEAST_DRAWN = Fraction(1)
"""Percentage points between the lowest and the highest share from which on a drawing shows the difference."""
UNEXPLAINED = "no recommendation known here accounts for that"


def percent_of(snapshot: SnapshotDay) -> Fraction | None:
    """The score of a day in percent; None where there is no maximum."""
    return snapshot.current * 100 / snapshot.maximum if snapshot.maximum > 0 else None


def trend(facts: Facts, identifier: str) -> Markup | None:
    """The score over all days beside comparable tenants; None where there is only one day or none."""
    days = [day for day in facts.history.days if day.day <= facts.as_of]
    ours = tuple(
        Sample(day.day, value, backfilled=not day.complete) for day in days if (value := percent_of(day)) is not None
    )
    if len(ours) < 2:
        return None
    basis = SIMILAR_SIZE if any(day.comparison.get(SIMILAR_SIZE) is not None for day in days) else ALL_TENANTS
    theirs = tuple(Sample(day.day, value) for day in days if (value := day.comparison.get(basis)) is not None)
    first, last = ours[0], ours[-1]
    caption = (
        f"From {wording.percent(first.value)} on {wording.day(first.day)} "
        f"to {wording.percent(last.value)} on {wording.day(last.day)}."
    )
    if theirs:
        size = "tenants of similar size" if basis == SIMILAR_SIZE else "all tenants"
        newest = f"{wording.percent(theirs[-1].value)} on {wording.day(theirs[-1].day)}"
        caption += f" {size.capitalize()} averaged {newest}."
    return Trend(
        id=identifier,
        title="Secure Score in percent of its maximum, day by day",
        caption=caption,
        ours=ours,
        comparison=theirs,
        comparison_label="Tenants of similar size" if basis == SIMILAR_SIZE else "All tenants",
        bands=facts.settings.bands,
    ).draw()


def label_of(part: str) -> str:
    """The name of a part of the ledger. Its undecided points include those of decisions that are no longer in force."""
    return {"undecided": "No decision in force", "accept": "Accepted"}.get(part) or wording.badge_of(part).label


def ledger(facts: Facts, identifier: str) -> Markup | None:
    """The bar of all points; None without a snapshot."""
    if facts.snapshot is None:
        return None
    parts = facts.ledger.parts()
    known = parts["observed"]
    caption = (
        f"Of {wording.point_count(facts.ledger.maximum)}, {wording.points(known)} are measured by Microsoft, "
        f"{wording.points(parts['claimed'])} self-attested and "
        f"{wording.points(parts['undecided'])} have no decision in force."
    )
    if parts["unexplained"] > 0:
        caption += f" Of the maximum, {wording.point_count(parts['unexplained'])} cannot be explained: {UNEXPLAINED}."
    elif parts["unexplained"]:
        more = wording.point_count(-parts["unexplained"])
        caption += f" The parts drawn add up to {more} more than the maximum, and why cannot be explained."
    return Bar(
        id=identifier,
        title="Every point of the maximum, by what was measured or decided",
        caption=caption,
        parts=tuple(BarPart(key, label_of(key), parts[key], WORDS.ledger[key]) for key in ORDER if parts[key]),
    ).draw()


def ledger_over_time(facts: Facts, identifier: str) -> Markup | None:
    """What the points were made of at each month's end; None before there are two months with a measurement."""
    months = [review for review in facts.reviews if review.is_measured][: facts.settings.year_months]
    if len(months) < 2:
        return None
    rows = tuple(
        Row(
            wording.month(review.month),
            tuple(BarPart(key, label_of(key), parts[key]) for key in ORDER),
        )
        for review in months
        for parts in [review.facts.ledger.parts()]
    )
    first, last = months[-1], months[0]
    caption = (
        f"No decision in force: {wording.point_count(first.facts.ledger.undecided)} in {wording.month(first.month)}, "
        f"{wording.points(last.facts.ledger.undecided)} in {wording.month(last.month)}."
    )
    title = "What the points were made of at each month’s end"
    return Stack(identifier, title, caption, rows, ("observed", "undecided")).draw()


def change(facts: Facts, identifier: str) -> Markup | None:
    """What changed the score in the period; None where nothing did."""
    return change_of(plain_facts(facts), identifier)


def change_of(facts: Mapping[str, Any], identifier: str) -> Markup | None:
    """The same from the plain facts of a month, computed or signed."""
    moved, score = facts["movement"], facts["score"]
    if moved is None or score is None:
        return None
    amounts = {part: Fraction(moved["points"][part]) for part in STEP_LABELS}
    steps = tuple(Step(STEP_LABELS[part], value) for part, value in amounts.items() if value)
    if not steps:
        return None
    end, total, maximum = Fraction(score["current"]), Fraction(moved["points"]["total"]), Fraction(score["max"])
    said = "; ".join(f"{wording.lower_first(step.label)}: {wording.signed(step.change)}" for step in steps)
    together = wording.signed_points(total)
    if maximum > 0:
        together += f", {wording.percent(abs(total) * 100 / maximum)} of the maximum"
    return Change(
        id=identifier,
        title=f"From {wording.points(end - total)} to {wording.point_count(end)}, and why",
        caption=f"Together {together}. {said[0].upper()}{said[1:]}.",
        start_label=wording.day(date.fromisoformat(moved["from"])),
        start=end - total,
        end_label=wording.day(date.fromisoformat(moved["to"])),
        end=end,
        maximum=maximum,
        steps=steps,
    ).draw()


def line_of(status: Status, facts: Facts, identifier: str) -> Markup | None:
    """One recommendation's share over time, with its decisions marked; None before the second day of scores.

    A share that never changed, or by less than can be seen in a drawing, is a sentence.
    """
    timeline = facts.history.timelines.get(status.id)
    newest = facts.history.newest(facts.as_of)
    if timeline is None or newest is None:
        return None
    samples = tuple(
        Sample(day, max(Fraction(0), min(Fraction(100), observation.share * 100)))
        for day, observation in timeline.changes()
        if day <= newest.day and observation is not None and observation.share is not None
    )
    if not samples or samples[0].day == newest.day:
        return None
    shares = merged(samples)
    if len(shares) == 1 or max(s.value for s in shares) - min(s.value for s in shares) < LEAST_DRAWN:
        return Markup("<p>{}</p>").format(level_words(status.id, timeline, facts, newest.day))
    marks = tuple(
        Mark(version.version.at.date(), wording.badge_of(version.decision.bucket).label)
        for version in status.versions
        if version.version.committed and version.decision and not version.decision.draft
    )
    return Spark(
        id=identifier,
        title="Share achieved over time",
        caption=line_words(timeline, newest.day),
        samples=shares,
        until=newest.day,
        absent=tuple(absences(timeline, newest.day)),
        marks=marks,
    ).draw()


def merged(samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
    """Samples without those that repeat the one before: other fields than the share had changed."""
    kept = [new for old, new in pairwise(samples) if old.value != new.value]
    return (samples[0], *kept)


def level_words(identifier: str, timeline: Timeline, facts: Facts, until: date) -> str:
    """A share that hardly changed, on how many measured days it was seen, and since when."""
    held = (day.day for day in facts.history.days if day.day <= until and day.holds(identifier))
    found = ((day, timeline.at(day)) for day in held)
    measured = [(day, seen) for day, seen in found if seen is not None and seen.share is not None]
    low, high = (pick((seen for _, seen in measured), key=lambda seen: seen.share or 0) for pick in (min, max))
    now = timeline.at(until)
    (first_day, oldest), (last_day, _) = measured[0], measured[-1]
    first, last = wording.day(first_day), wording.day(last_day)
    if len(measured) == 1:
        when = f"its only measured day, {first}"
    else:
        when = f"all {wording.number(len(measured))} measured days "
        when += f"since {first}" if now is not None else f"from {first} to {last}"
    if oldest.maximum is not None and {seen.maximum for _, seen in measured} == {oldest.maximum}:
        given = span(wording.points(low.points), wording.points(high.points))
        what = f"{given} of {wording.point_count(oldest.maximum)}"
    else:
        what = f"{span(wording.share(low.share), wording.share(high.share))} of its points"
    attested = ", self-attested now" if now is not None and now.claimed else ""
    return f"{what} on {when}{attested}{'' if now is not None else '; no longer measured'}."


def span(low: str, high: str) -> str:
    """Two amounts as read: one where they read alike."""
    return low if low == high else f"{low} to {high}"


def line_words(timeline: Timeline, until: date) -> str:
    """The line in words: the first share and the present one."""
    first = next(observation for observation in timeline.observations if observation is not None)
    now = timeline.at(until)
    began = f"{wording.share(first.share)} when first measured on {wording.day(timeline.days[0])}"
    if now is None:
        return f"{began}; no longer measured."
    present = wording.share(now.share)
    if now.claimed:
        present += ", self-attested"
    return f"{began}; {present} on {wording.day(until)}."


def absences(timeline: Timeline, until: date) -> list[tuple[date, date]]:
    """Spans in which it was not scored: from the day it vanished to the day before it came back."""
    spans = []
    changes = [*timeline.changes(), (until + timedelta(days=1), None)]
    for (start, observation), (end, _) in pairwise(changes):
        if observation is None and start <= until:
            spans.append((start, min(end - timedelta(days=1), until)))
    return spans
