# SPDX-License-Identifier: Apache-2.0
"""How a change moves the risk level of a decision, in words: for every format.

A level that is lowered while the risk is accepted comes before everything else about that decision, because a lower
level can be the way to an easier acceptance.
"""

from __future__ import annotations

from secure_score_backlog.evaluation.change import DecisionChange
from secure_score_backlog.ratings import RatedBy, level_order
from secure_score_backlog.reports.change_phrases import level_word, of_it
from secure_score_backlog.wording import day

SHIPPED = "by the list that comes with this program"
RATED = {RatedBy.SETTINGS: "by the settings", RatedBy.SHIPPED: SHIPPED, RatedBy.FAMILY: SHIPPED}


def from_to(change: DecisionChange) -> str:
    """The level before and after: from high to medium."""
    return f"from {level_word(change.level_before)} to {level_word(change.level)}"


def lowered(change: DecisionChange) -> str:
    """Who had given the level that is lowered, and where a reason would be: whether one is given cannot be computed."""
    look = "If neither the reason nor the text says why, ask the author."
    if not change.news:
        look = "If the reason does not say why, ask the author; the text says nothing new."
    rated = f" It was rated {level_word(change.level_before)}{rated}." if (rated := _rated(change, " ")) else ""
    return f"Lowers the level {from_to(change)}.{rated} {look}"


def level_moved(change: DecisionChange, name: str) -> str:
    """That a decision now gives another level than the one before.

    Args:
        change: One decision; its level is another than before.
        name: Its quoted title, where several may be meant.
    """
    before, after = level_word(change.level_before), level_word(change.level)
    if change.before is None or change.before.draft:
        rated = f"which was rated {before} until now{_rated(change, ' ')}"
        return f"Rates the risk{of_it(name)} as {after}, {rated}."
    raised = level_order(change.level) < level_order(change.level_before)
    by = _rated(change, ", as rated ")
    moves = f"from {before}{by}{',' if by else ''} to {after}"
    return f"{'Raises' if raised else 'Lowers'} the risk level{of_it(name)} {moves}."


def _rated(change: DecisionChange, before: str) -> str:
    """Who had given the level; empty where that is not known."""
    rating = change.rating_before
    if rating is None:
        return ""
    if rating.by is RatedBy.DECISION:
        return f"{before}in the decision of {day(rating.on)}" if rating.on else f"{before}in the decision"
    return f"{before}{RATED[rating.by]}"
