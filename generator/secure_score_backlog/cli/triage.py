# SPDX-License-Identifier: Apache-2.0
"""`backlog triage` for a person: what to decide next, by risk, and what a score-chaser would do instead."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from secure_score_backlog.cli import options
from secure_score_backlog.cli.decide import say_next, scaffolds
from secure_score_backlog.cli.status import RISK_STYLES, grid
from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.decisions.store import create_decision, refuse_taken
from secure_score_backlog.evaluation.facts import Facts, evaluate
from secure_score_backlog.evaluation.ledger import NO_ANSWER_IN_FORCE
from secure_score_backlog.evaluation.status import Status
from secure_score_backlog.exports.json import encode, ranked
from secure_score_backlog.wording import count, points, share
from secure_score_backlog.workspace import load


def triage(facts: Facts, waiting: tuple[Status, ...], shown: int) -> RenderableType:
    """The next ones by risk, and beside them the score-chaser's choice."""
    if not waiting:
        return Text("Nothing is undecided.")
    parts: list[RenderableType] = [
        Text(f"{count(len(waiting), 'recommendation')} without an answer in force, gravest risk first", style="bold"),
        Padding(table(waiting[:shown]), (0, 0, 0, 2)),
    ]
    if len(waiting) > shown:
        parts.append(Text(f"  and {len(waiting) - shown} more: --all shows them"))
    if facts.by_points:
        parts += [
            Text(""),
            Text("What somebody would pick who only wants the number to rise", style="bold"),
            Padding(chased(facts), (0, 0, 0, 2)),
        ]
    return Group(*parts)


def table(statuses: tuple[Status, ...]) -> RenderableType:
    """One line for each, with the id that `backlog decide` takes."""
    found = grid("risk", "recommendation", "open", "days", "state")
    for status in statuses:
        level = status.risk_word
        found.add_row(
            Text(level, style=RISK_STYLES.get(level, "")),
            Text.assemble(status.title, "\n", (status.id, "dim")),
            Text(share(status.open_share)),
            Text(str(status.days_open)),
            Text(status.state.value),
        )
    return found


def chased(facts: Facts) -> RenderableType:
    """The same recommendations seen by points and ease."""
    found = grid("points", "recommendation", "effort", "risk")
    for status in facts.by_points:
        level = status.risk_word
        found.add_row(Text(points(status.unearned)), Text(status.title), Text(status.recommendation.cost), Text(level))
    return found


# --- `backlog triage`: what to decide next, by risk; and the scaffolds to begin with.


SHOWN = 10
SCHEMA = "backlog-triage/1"


@click.command()
@options.root
@options.as_json
@click.option("--all", "everything", is_flag=True, help="Show all, not the first ten.")
@click.option("--write", type=click.IntRange(1, 100), metavar="N", help="Write the scaffolds of the next N.")
def command(root: Path, as_json: bool, everything: bool, write: int | None) -> int:
    """Show what has no answer in force, gravest risk first, and what a score-chaser would pick instead."""
    workspace = load(root, today=options.now().date())
    facts = evaluate(workspace, workspace.newest_day)
    waiting = without_answer(facts)
    if write is not None:
        return write_next(root, waiting, write)
    if as_json:
        told = {
            "schema": SCHEMA,
            "waiting": [ranked(status) for status in waiting],
            "by_points": [ranked(status) for status in facts.by_points],
        }
        print(encode(told))
    else:
        shown = len(waiting) if everything else SHOWN
        Console(file=sys.stdout, highlight=False, markup=False, emoji=False).print(triage(facts, waiting, shown))
    return 0


def without_answer(facts: Facts) -> tuple[Status, ...]:
    """Open and without an answer in force: by risk, what nobody rated at the end."""
    return tuple(s for s in (*facts.ranked, *facts.unrated) if s.state in NO_ANSWER_IN_FORCE)


def write_next(root: Path, waiting: tuple[Status, ...], number: int) -> int:
    """Write the scaffolds of the next ones that have no file yet."""
    fresh = [status for status in waiting if not status.versions or status.versions[-1].version.blob is None]
    chosen = fresh[:number]
    documents = [
        document for status in chosen for document in scaffolds(root, (status.id,), Bucket.DO_SOON, status.level, "")
    ]
    for document in documents:
        refuse_taken(root, document.path)
    for document in documents:
        create_decision(root, document)
        print(document.path)
    if documents:
        say_next(documents)
    else:
        options.say("Nothing to write: everything without an answer has a file already.")
    return 0
