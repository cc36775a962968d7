# SPDX-License-Identifier: Apache-2.0
"""`backlog triage` for a person: what to decide next, by risk, and what a score-chaser would do instead."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from secure_score_backlog.model.facts import Facts
from secure_score_backlog.model.standing import Standing
from secure_score_backlog.views.terminal import RISK_STYLES, grid
from secure_score_backlog.views.wording import count, points, share


def triage(facts: Facts, waiting: tuple[Standing, ...], shown: int) -> RenderableType:
    """The next ones by risk, and beside them the score-chaser's choice."""
    if not waiting:
        return Text("Nothing is undecided.")
    parts: list[RenderableType] = [
        Text(f"{count(len(waiting), 'recommendation')} without an answer in force, gravest risk first", style="bold"),
        Padding(table(waiting[:shown]), (0, 0, 0, 2)),
    ]
    if len(waiting) > shown:
        parts.append(Text(f"  and {len(waiting) - shown} more: --all shows them"))
    if facts.chaser:
        parts += [
            Text(""),
            Text("What somebody would pick who only wants the number to rise", style="bold"),
            Padding(chased(facts), (0, 0, 0, 2)),
        ]
    return Group(*parts)


def table(standings: tuple[Standing, ...]) -> RenderableType:
    """One line for each, with the id that `backlog decide` takes."""
    found = grid("risk", "recommendation", "open", "days", "state")
    for standing in standings:
        level = standing.risk_word
        found.add_row(
            Text(level, style=RISK_STYLES.get(level, "")),
            Text.assemble(standing.title, "\n", (standing.id, "dim")),
            Text(share(standing.open_share)),
            Text(str(standing.days_open)),
            Text(standing.state.value),
        )
    return found


def chased(facts: Facts) -> RenderableType:
    """The same recommendations seen by points and ease."""
    found = grid("points", "recommendation", "effort", "risk")
    for standing in facts.chaser:
        level = standing.risk_word
        found.add_row(
            Text(points(standing.unearned)), Text(standing.title), Text(standing.recommendation.cost), Text(level)
        )
    return found
