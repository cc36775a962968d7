# SPDX-License-Identifier: Apache-2.0
"""What a collection or an import changed: for a person to read, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from secure_score_backlog.problems import Problem
from secure_score_backlog.snapshots.capture import Capture
from secure_score_backlog.snapshots.changes import Changes, Move, Renaming
from secure_score_backlog.snapshots.graph_json import Json, number, snapshot_path

SHOWN = 10
"""How many recommendations a line spells out."""


def summary_text(capture: Capture, written: Sequence[str], *, dry_run: bool = False) -> str:
    """The summary for a person; `written` are the files that were written, or would be in a dry run."""
    changes = capture.changes
    if not written:
        newest = f"; the newest snapshot is of {changes.end}" if changes.end else ""
        return f"Nothing new{newest}."
    lines = [*_score_line(capture), f"Days: {_days(changes)}.", *_renamings(changes)]
    for label, names in (("New", changes.new), ("Back", changes.back), ("Retired", changes.retired)):
        if names:
            lines.append(f"{label} recommendations ({len(names)}): {_some(names)}.")
    moves = (("Points up", changes.up), ("Points down", changes.down), ("Maximum changed", changes.reweighted))
    for label, moved in moves:
        if moved:
            since = f" since {changes.start}" if changes.start else ""
            lines.append(f"{label}{since} ({len(moved)}): {_some(_move(move) for move in moved)}.")
    if changes.catalogue:
        lines.append(f"The catalogue {'would be' if dry_run else 'was'} written.")
    verb = "Would write" if dry_run else "Wrote"
    lines.append(f"{verb} {len(written)} file{'s' if len(written) > 1 else ''}: {_some(written, 4)}.")
    if dry_run:
        lines.append("Nothing was written: this was a dry run.")
    return "\n".join(lines)


def _renamings(changes: Changes) -> list[str]:
    lines = []
    if changes.renamed:
        told = _some(f"{each.before} → {each.after}" for each in changes.renamed)
        lines.append(f"Spelled in another case ({len(changes.renamed)}): {told}.")
    if changes.recategorised:
        told = _some(f"{each.recommendation} {each.before} → {each.after}" for each in changes.recategorised)
        lines.append(f"Category changed ({len(changes.recategorised)}): {told}.")
    return lines


def _score_line(capture: Capture) -> list[str]:
    day = capture.changes.end
    newest = capture.files.get(snapshot_path(day)) if day else None
    if newest is None or day is None:
        return []
    score: Json = newest["secureScore"]
    current, maximum = number(score.get("currentScore")), number(score.get("maxScore"))
    how = "" if newest["collected"]["complete"] else " (incomplete)"
    return [f"{day}: {_written(current)} of {_written(maximum)} points{how}."]


def _written(value: Decimal | None) -> str:
    return "an unknown number" if value is None else f"{value:f}"


def _days(changes: Changes) -> str:
    parts = [
        _count(changes.added, "added"),
        _count(changes.improved, "completed"),
        f"{len(changes.unchanged)} stored already" if changes.unchanged else "",
    ]
    return ", ".join(part for part in parts if part) or "none in this answer"


def _count(days: tuple[date, ...], what: str) -> str:
    if not days:
        return ""
    span = str(days[0]) if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return f"{len(days)} {what} ({span})"


def _move(move: Move) -> str:
    return f"{move.recommendation} {move.before:f} → {move.after:f}"


def _some(names: Iterable[str], shown: int = SHOWN) -> str:
    listed = list(names)
    rest = len(listed) - shown
    return ", ".join(listed[:shown]) + (f" and {rest} more" if rest > 0 else "")


def problem_text(problem: Problem) -> str:
    """One problem for a person: severity, place, message, what to do."""
    return f"{problem.severity.value}: {problem.path}: {problem.message}\n  {problem.hint}"


def summary_json(
    capture: Capture, written: Sequence[str], problems: Iterable[Problem], *, dry_run: bool = False
) -> dict[str, Any]:
    """The summary for a program; amounts are JSON numbers."""
    changes = capture.changes
    return {
        "schema": 1,
        "dry_run": dry_run,
        "days": {
            "added": [str(day) for day in changes.added],
            "completed": [str(day) for day in changes.improved],
            "unchanged": [str(day) for day in changes.unchanged],
        },
        "newest": {"before": _day(changes.start), "now": _day(changes.end)},
        "recommendations": {
            "new": list(changes.new),
            "back": list(changes.back),
            "retired": list(changes.retired),
            "renamed": _words(changes.renamed),
        },
        "categories": _words(changes.recategorised),
        "points": {"up": _moves(changes.up), "down": _moves(changes.down)},
        "maximum": _moves(changes.reweighted),
        "written": [] if dry_run else list(written),
        **({"would_write": list(written)} if dry_run else {}),
        "problems": [problem.as_json() for problem in problems],
    }


def _day(day: date | None) -> str | None:
    return str(day) if day is not None else None


def _moves(moves: Iterable[Move]) -> list[dict[str, Any]]:
    return [
        {"recommendation": move.recommendation, "before": _plain(move.before), "after": _plain(move.after)}
        for move in moves
    ]


def _words(renamings: Iterable[Renaming]) -> list[dict[str, str]]:
    return [{"recommendation": each.recommendation, "before": each.before, "after": each.after} for each in renamings]


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
