# SPDX-License-Identifier: Apache-2.0
"""How the figures move with a change, in words: for every format."""

from __future__ import annotations

from collections.abc import Mapping

from secure_score_backlog.evaluation.change import LEVELS, Change
from secure_score_backlog.reports.change_phrases import Quote, level_word, list_of
from secure_score_backlog.wording import day, lower_first, plural, points


def title_of(change: Change) -> str:
    """Which two states are compared, and as of which day, in a sentence."""
    other = f"commit {change.head[:10]}" if change.head else "the files of this change"
    measured = f", by what Microsoft measured on {day(change.measured)}" if change.measured else ""
    return f"As of {day(change.as_of)}{measured}. Before: commit {change.base[:10]}; after: {other}."


def figure_rows(change: Change) -> list[tuple[str, str, str]]:
    """Risk level, open, accepted; each as before and after. Levels of which there is none are left out."""
    before, after = change.before, change.after
    return [
        (
            level_word(level).capitalize(),
            moved(before.open.get(level, 0), after.open.get(level, 0)),
            moved(before.accepted.get(level, 0), after.accepted.get(level, 0)),
        )
        for level in LEVELS
        if any(side.get(level) for side in (before.open, after.open, before.accepted, after.accepted))
    ]


def unmoved(change: Change) -> str:
    """That no figure changes, in a sentence; empty where one does."""
    if change.before != change.after or change.levels_moved:
        return ""
    opened, accepted = (sum(side.values()) for side in (change.after.open, change.after.accepted))
    undecided = change.after.undecided
    return f"No figure changes: {opened} open and not accepted, {undecided} of them undecided; {accepted} accepted."


def level_lines(change: Change) -> list[str]:
    """How many risks moved from one level to another, a sentence each."""
    return [
        f"{plural(number, 'risk')} moved from {level_word(old)} to {level_word(new)}."
        for (old, new), number in change.levels_moved.items()
    ]


def figure_lines(change: Change, quote: Quote) -> list[tuple[str, str]]:
    """The other counts: a label, and before and after; in the last one together those that stay, without zeros."""
    before, after = change.before, change.after
    lines = [
        ("Undecided, part of the open ones", moved(before.undecided, after.undecided)),
        (
            "Need a new decision (expired, breached, regressed or in conflict)",
            moved(before.needs_decision, after.needs_decision) + _who(before.needing, after.needing, quote),
        ),
        ("Overdue", moved(before.overdue, after.overdue) + _who(before.late, after.late, quote)),
        ("Not applicable or covered", moved(before.covered, after.covered)),
        ("Decisions requested from others", moved(before.asks, after.asks)),
    ]
    if before.covered_points != after.covered_points:
        said = f"{points(before.covered_points)} → {points(after.covered_points)}"
        lines.append(("Points that rest on a statement that it does not apply or is covered", said))
    still = "; ".join(f"{lower_first(label)}: {said}" for label, said in lines if said.isdecimal() and said != "0")
    return [*(line for line in lines if not line[1].isdecimal()), *([("Unchanged", still)] if still else [])]


def _who(before: Mapping[str, str], after: Mapping[str, str], quote: Quote) -> str:
    """The first recommendations that a count gains and loses, by titles; empty where it stays with the same ones."""
    parts = []
    for word, titles in (
        ("new", [title for name, title in after.items() if name not in before]),
        ("no longer", [title for name, title in before.items() if name not in after]),
    ):
        if titles:
            parts.append(f"{word}: {list_of(titles, quote)}")
    return f" ({'; '.join(parts)})" if parts else ""


def moved(before: int, after: int) -> str:
    """3 → 2; one number where nothing moves."""
    return str(after) if before == after else f"{before} → {after}"
