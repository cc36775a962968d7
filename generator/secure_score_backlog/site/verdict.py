# SPDX-License-Identifier: Apache-2.0
"""What a month changed, in a sentence beside the score (docs/method.md#verdict).

Made from the facts as `backlog status --json` prints them, signed or computed, so that Home and the reviews agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from secure_score_backlog import wording
from secure_score_backlog.dates import from_json, month_before
from secure_score_backlog.evaluation.facts import Review
from secure_score_backlog.evaluation.movement import Part
from secure_score_backlog.evaluation.register import IN_FORCE
from secure_score_backlog.exports.json import facts_of
from secure_score_backlog.ratings import SEVERE
from secure_score_backlog.site.part_names import STEP_LABELS

Plain = Mapping[str, Any]


def verdict(now: Plain, before: Plain | None) -> str:
    """What changed the score since the end of the month before, and whether more or fewer severe risks are open.

    Args:
        now: The facts of a day.
        before: Those of the end of the month before; None where that month was not measured, or is unknown.
    """
    return " ".join(said for said in (score_change(now), risk_change(now, before)) if said)


def score_change(now: Plain) -> str:
    """Why the score changed within the month; empty where there is no earlier snapshot to compare with."""
    moved = now["movement"]
    if not moved or moved["from"] == moved["to"]:
        return ""
    since = wording.day(from_json(moved["from"]))
    total = moved["points"]["total"]
    parts = [f"{wording.lower_first(STEP_LABELS[Part(part)])} {wording.signed(value)}" for part, value in parts_of(now)]
    why = f": {'; '.join(parts)}" if parts else ""
    if not total:
        return f"The score is the same as on {since}{why}."
    return f"The score {'rose' if total > 0 else 'fell'} by {wording.point_count(abs(total))} since {since}{why}."


def month_end_before(month: str, reviews: Iterable[Review]) -> Plain | None:
    """The facts of the end of the month before, as its page shows them; None where it was not measured."""
    before = month_before(month)
    return next((facts_of(review) for review in reviews if review.month == before and review.is_measured), None)


def parts_of(now: Plain) -> list[tuple[str, Any]]:
    """The parts of the movement that are not zero."""
    moved = now["movement"]
    return [(part, value) for part, value in moved["points"].items() if part != "total" and value] if moved else []


def risk_change(now: Plain, before: Plain | None) -> str:
    """How many severe risks are open, compared with the end of the month before; empty where no level is counted."""
    number = severe(now)
    if number is None or not now["snapshot"]:
        return ""
    settled = severe_settled(now)
    earlier = severe(before) if before else None
    settled_before = severe_settled(before) if before and earlier is not None else 0
    said = wording.count(number, "critical or high risk is open", "critical and high risks are open")
    said = said if number else "No critical or high risk is open"
    if settled or settled_before:
        said += " and neither accepted nor covered"
    if before is None or earlier is None:
        return f"{said}."
    then = f"on {wording.day(from_json(before['as_of']))}"
    said += f", {compared(number, earlier)} {then}"
    if settled == settled_before:
        return f"{said}."
    verb = "is" if settled == 1 else "are"
    return f"{said}; {wording.number(settled)} {verb} accepted or covered, {compared(settled, settled_before)} then."


def totals(now: Plain, before: Plain | None) -> list[tuple[str, str]]:
    """Points and severe risks, each with what there was at the end of the month before; empty without a score.

    Args:
        now: The facts of a month.
        before: Those of the end of the month before; None where that month was not measured, or is unknown.
    """
    if not now["score"]:
        return []
    points, moved = wording.points(Fraction(now["score"]["current"])), now["movement"]
    if moved and moved["from"] != moved["to"]:
        change, since = Fraction(moved["points"]["total"]), wording.day(from_json(moved["from"]))
        earlier_points = wording.points(Fraction(now["score"]["current"]) - change)
        points += f" ({earlier_points} on {since}, {wording.signed(change)})" if change else f" (as on {since})"
    found, number = [("Points", points)], severe(now)
    if number is not None:
        open_before = severe(before) if before else None
        settled, settled_before = severe_settled(now), severe_settled(before) if before else 0
        said = f"{wording.number(number)} open{_before(number, open_before)}"
        if settled or settled_before:
            was = None if open_before is None else settled_before
            said += f"; {wording.number(settled)} accepted or covered{_before(settled, was)}"
        found.append(("Critical and high risks", said))
    return found


def _before(number: int, earlier: int | None) -> str:
    """What a number was before, in brackets; empty where that is unknown."""
    return "" if earlier is None else " (as before)" if earlier == number else f" ({wording.number(earlier)} before)"


def compared(number: int, earlier: int) -> str:
    """A number beside an earlier one: `2 more than`, `as many as`."""
    if number == earlier:
        return "as many as"
    return f"{wording.number(abs(number - earlier))} {'more' if number > earlier else 'fewer'} than"


def severe_settled(facts: Plain) -> int:
    """Acceptances and exemptions in force of recommendations with a critical or high risk."""
    entries = (*facts["register"], *facts.get("covered", ()))
    return sum(1 for entry in entries if entry["risk"] in SEVERE and entry["state"] in IN_FORCE)


def severe(facts: Plain) -> int | None:
    """Open recommendations of critical or high risk; None where the signed facts do not count them."""
    levels = facts.get("open")
    return sum(levels.get(level, 0) for level in SEVERE) if levels else None
