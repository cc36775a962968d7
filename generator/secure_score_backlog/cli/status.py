# SPDX-License-Identifier: Apache-2.0
"""`backlog status`: where the tenant stands, for people or as JSON; decisions first, the score last."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from secure_score_backlog.cli import options
from secure_score_backlog.dates import month_of
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.evaluation.facts import Facts, evaluate
from secure_score_backlog.evaluation.register import AcceptanceState
from secure_score_backlog.evaluation.status import State
from secure_score_backlog.exports.json import encode, plain_facts
from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.wording import count, day, percent, points, share, signed
from secure_score_backlog.workspace import load

WEIGHTS = {"recommendation": 5, "question": 5, "owner": 3, "of": 2}
"""Columns that share what a narrow terminal has left; the others stay on one line."""
RISK_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "green"}


@click.command()
@options.root
@options.as_json
@options.as_of
@click.option("--month", type=options.Month(), help="The facts of one month, as they were at its end.")
def command(root: Path, as_json: bool, as_of: date | None, month: str | None) -> int:
    """Print where the tenant stands: what waits, the top five by risk, accepted risks; the score last."""
    workspace = load(root, today=options.now().date())
    facts = evaluate(workspace, as_of or workspace.newest_day, months=[month] if month else ())
    if month is not None:
        facts = facts_of(facts, month)
    if as_json:
        print(encode(plain_facts(facts)))
    else:
        Console(file=sys.stdout, highlight=False, markup=False, emoji=False).print(terminal(facts))
    return 0


def facts_of(facts: Facts, month: str) -> Facts:
    """The facts at the end of a month."""
    for review in facts.reviews:
        if review.month == month:
            return review.facts
    days = [snapshot.day for snapshot in facts.history.days if snapshot.day <= facts.as_of]
    span = f"from {month_of(days[0])} to {month_of(facts.as_of)}" if days else "yet: there is no snapshot"
    raise WrongUsage(f"there are no facts for {month}", hint=f"There are facts {span}.")


def terminal(facts: Facts) -> RenderableType:
    """Everything a person needs at a glance; every text is printed as text, never as markup."""
    parts: list[RenderableType] = [
        Text(f"{facts.settings.organisation}, as of {day(facts.as_of)}", style="bold"),
        Text(""),
    ]
    parts += list(headline(facts))
    for title, table in (
        ("Top five by risk", top(facts)),
        ("Decisions needed", asks(facts)),
        ("Accepted risks that end soon or have ended", ending(facts)),
    ):
        if table.row_count:
            parts += [Text(""), Text(title, style="bold"), Padding(table, (0, 0, 0, 2))]
    parts += [Text(""), *score(facts), *closing(facts.problems)]
    return Group(*parts)


def headline(facts: Facts) -> Iterator[Text]:
    """The headline counts: what waits for somebody."""
    counts = facts.counts
    for number, words, style in (
        (counts["undecided"], "undecided", "yellow"),
        (counts["expired"], "expired: the acceptance has run out", "red"),
        (counts["breached"], "breached: worse than what was accepted", "red"),
        (len(facts.in_state(State.REGRESSED)), "regressed: was done, is not any more", "red"),
        (counts["overdue"], "overdue", "red"),
        (counts["carried"], "risks carried knowingly", ""),
        (counts["shadow"], "accepted or claimed in the portal only", "yellow"),
    ):
        if number:
            yield Text.assemble((f"{number:>5}", f"bold {style}".strip()), "  ", words)


def grid(*columns: str) -> Table:
    """A table without lines."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", expand=True)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column not in WEIGHTS, ratio=WEIGHTS.get(column))
    return table


def top(facts: Facts) -> Table:
    """The top five by risk; points stand beside them, they are not why they stand here."""
    table = grid("risk", "recommendation", "open", "days", "state", "owner")
    for status in facts.top:
        level = status.risk_word
        table.add_row(
            Text(level, style=RISK_STYLES.get(level, "")),
            Text(status.title),
            Text(share(status.open_share)),
            Text(str(status.days_open)),
            Text(status.state.value),
            Text(status.owner or "nobody"),
        )
    return table


def asks(facts: Facts) -> Table:
    """Questions that wait, oldest first."""
    table = grid("asked", "of", "question")
    for _, ask in facts.asks:
        age = (facts.as_of - ask.since).days
        table.add_row(Text(count(age, "day") + " ago"), Text(ask.of), Text(ask.question))
    return table


def ending(facts: Facts) -> Table:
    """Acceptances that need a new answer."""
    table = grid("until", "risk", "recommendation", "state")
    quiet = (AcceptanceState.ACTIVE, AcceptanceState.MOOT)
    for entry in (*facts.register, *facts.covered):
        if entry.state not in quiet:
            risk = entry.status.risk_word
            table.add_row(str(entry.until), risk, Text(entry.status.title), entry.state.value)
    return table


def score(facts: Facts) -> Iterator[Text]:
    """The score and why it moved: last, because it is a figure and not the goal."""
    if facts.score is None or facts.snapshot is None:
        yield Text("No snapshot yet.")
        return
    figures = f"{points(facts.score.current)} of {points(facts.score.maximum)} ({percent(facts.score.percent)})"
    yield Text.assemble(("Score ", "bold"), figures, f" on {day(facts.snapshot.day)}")
    claimed = facts.ledger.claimed
    if claimed:
        yield Text(f"  of these {points(claimed)} points on somebody's word, not measured")
    moved = facts.movement
    if moved and moved.start != moved.end:
        changes = [f"{part.value} {signed(value)}" for part, value in moved.points.items() if value]
        yield Text(
            f"  since {day(moved.start)}: {signed(moved.total_points)}"
            + (f" ({', '.join(changes)})" if changes else "")
        )


def closing(problems: tuple[Problem, ...]) -> Iterator[Text]:
    """How many problems the data has, and where to read them."""
    errors = sum(1 for problem in problems if problem.severity is Severity.ERROR)
    if problems:
        words = f"{count(errors, 'error')} and {count(len(problems) - errors, 'warning')} in the data"
        yield Text("")
        yield Text(f"{words}: run 'backlog check'.", style="red" if errors else "yellow")
