# SPDX-License-Identifier: Apache-2.0
"""The score: its trend, its points by what is known or decided about them, and why it changed."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from secure_score_backlog import wording
from secure_score_backlog.evaluation.facts import Facts
from secure_score_backlog.evaluation.movement import MovementLine, Part
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.files import Document
from secure_score_backlog.ratings import LEVELS
from secure_score_backlog.site import days, figures
from secure_score_backlog.site.links import Site
from secure_score_backlog.site.part_names import STEP_LABELS
from secure_score_backlog.site.templates import page, render
from secure_score_backlog.site.words import change_day, unexplained, why_regressed
from secure_score_backlog.snapshots.model import Observation

PATH = "score.md"
TITLE = "Score"


def documents(facts: Facts, site: Site) -> Iterator[Document]:
    """The score page."""
    body = render(
        "score.html.j2",
        site=site,
        path=PATH,
        facts=facts,
        trend=figures.trend(facts, "trend"),
        ledger=figures.ledger(facts, "ledger"),
        over_time=figures.ledger_over_time(facts, "ledger-months"),
        gains=gains(facts),
        planned_percent=of_maximum(facts, facts.score.planned) if facts.score else None,
        achievable_percent=of_maximum(facts, facts.score.achievable) if facts.score else None,
        change_chart=figures.change(facts, "change"),
        lines=lines(facts),
        labels=STEP_LABELS,
        what_happened=lambda line: what_happened(line, facts),
        bands=facts.settings.bands,
        months=[review for review in facts.reviews if review.is_measured][: facts.settings.year_months],
        unexplained=unexplained(facts.explained),
        days_there_are=days_there_are(facts),
        nothing_to_compare=f"No change is known in {wording.month(facts.as_of)}. {days_there_are(facts)}",
        unmeasured=unmeasured(facts),
    )
    yield page(
        PATH,
        TITLE,
        body,
        site=site,
        description="Secure Score over time, and why it changed.",
        shown_title="Secure Score",
        hide=("navigation", "toc"),
    )


def lines(facts: Facts) -> list[tuple[Part, list[MovementLine]]]:
    """The lines of the movement by part, the largest first."""
    if facts.movement is None:
        return []
    found = [(part, [line for line in facts.movement.lines if line.part is part]) for part in Part]
    return [(part, group) for part, group in found if group]


def what_happened(line: MovementLine, facts: Facts) -> str:
    """What is known of a line of the movement: what was measured on both days, and what became of it in between."""
    moved, status = facts.movement, facts.statuses.get(line.recommendation)
    if moved is None or status is None:
        return line.note
    before, after = (facts.history.observation(status.id, day) for day in (moved.start, moved.end))
    if line.part is Part.RESCORED and status.id in moved.reweighted and before and after:
        return f"re-weighted by Microsoft, from {points_of(before)} to {points_of(after)}"
    said = [line.note]
    if line.part in (Part.IMPROVED, Part.REGRESSED) and before and after:
        shares = [wording.share(each.share) for each in (before, after)]
        said += [f"{shares[0]} → {shares[1]} achieved"] if shares[0] != shares[1] else []
        said.append(became(status, line.part, facts))
    return "; ".join(filter(None, said))


def became(status: Status, part: Part, facts: Facts) -> str:
    """What a recommendation that gained or lost points became, and when; empty where that is not known."""
    if part is Part.IMPROVED:
        return f"completed {change_day(facts, status.completed_on)}" if status.completed_on else ""
    if status.state is State.REGRESSED:
        return why_regressed(status, facts)
    if status.state is State.BREACHED and status.breached_since:
        return f"breached {change_day(facts, status.breached_since)}"
    return f"lost {change_day(facts, status.regressed_on)}" if status.regressed_on else ""


def points_of(observation: Observation) -> str:
    """What a recommendation is worth on a day."""
    return "unknown" if observation.maximum is None else wording.point_count(observation.maximum)


EFFORT_ORDER = ("low", "moderate", "high", "none", "unknown")


def gains(facts: Facts) -> list[tuple[str, list[tuple[str, Fraction]]]]:
    """Points improved in the period, by risk and by Microsoft's effort rating; empty where nothing improved."""
    moved = facts.movement
    if moved is None or not moved.gained_by_risk:
        return []
    by_risk = [(level, moved.gained_by_risk[level]) for level in LEVELS if level in moved.gained_by_risk]
    by_effort = [
        (effort, moved.gained_by_effort[effort]) for effort in EFFORT_ORDER if effort in moved.gained_by_effort
    ]
    return [("By risk", by_risk), ("By effort, as rated by Microsoft", by_effort)]


def days_there_are(facts: Facts) -> str:
    """Which days have a snapshot, as a sentence."""
    stored = [snapshot.day for snapshot in facts.history.days if snapshot.day <= facts.as_of]
    if len(stored) < 2:
        return f"There is one snapshot, of {wording.day(stored[0])}." if stored else "There is no snapshot."
    number = wording.number(len(stored))
    return f"There are {number} snapshots, from {wording.day(stored[0])} to {wording.day(stored[-1])}."


def unmeasured(facts: Facts) -> str:
    """The months without a measurement, as a sentence; empty where there is none."""
    months = days.unmeasured_months(facts.coverage)
    return f"Not measured: {days.month_spans(months)}." if months else ""


def of_maximum(facts: Facts, points: Fraction) -> Fraction | None:
    """Points in percent of the maximum."""
    return points * 100 / facts.ledger.maximum if facts.ledger.maximum > 0 else None
