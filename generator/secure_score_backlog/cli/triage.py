# SPDX-License-Identifier: Apache-2.0
"""`backlog triage`: what to decide next by risk, the order by points for contrast, and scaffolds to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from secure_score_backlog.cli import options, output
from secure_score_backlog.cli.new_decisions import Maker, say_next
from secure_score_backlog.cli.status import RISK_STYLES, grid, unknown
from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.evaluation.facts import Facts, evaluate
from secure_score_backlog.evaluation.status import NO_DECISION_IN_FORCE, State, Status
from secure_score_backlog.exports.json import encode, ranked
from secure_score_backlog.site.words import unexplained
from secure_score_backlog.snapshots.service_names import title_of
from secure_score_backlog.wording import count, day, licence_words, points, share
from secure_score_backlog.workspace import Workspace, dated_ahead, load

SHOWN = 10
"""Recommendations in the table without --all."""
SCHEMA = "backlog-triage/1"


@click.command()
@options.root
@options.as_json
@click.option("--all", "everything", is_flag=True, help="Show all, not only the first ten.")
@click.option(
    "--write",
    "number",
    type=click.IntRange(1, 100),
    metavar="N",
    help="Write the scaffolds of the first N without a file.",
)
def command(root: Path, as_json: bool, everything: bool, number: int | None) -> int:
    """Show what is open without a decision in force, the highest risk first.

    For contrast, also the five with the most points, then the least effort.
    """
    today = options.now().date()
    workspace = load(root, today=today)
    facts = evaluate(workspace, workspace.newest_day)
    output.say_dated_ahead(dated_ahead(workspace, today), facts.as_of)
    undecided = without_decision(facts)
    if number is not None:
        write_next(root, workspace, undecided, number, today)
    elif as_json:
        result = {
            "schema": SCHEMA,
            "as_of": facts.as_of.isoformat(),
            "waiting": [ranked(status) for status in undecided],
            "by_points": [ranked(status) for status in facts.by_points],
            "measured": measured(facts),
        }
        output.product_json(encode(result))
    else:
        shown = len(undecided) if everything else SHOWN
        page = terminal(facts, undecided, shown)
        output.product_page(page)
    return 0


def without_decision(facts: Facts) -> tuple[Status, ...]:
    """What is open without a decision in force: by risk, and the unrated at the end."""
    return tuple(status for status in (*facts.ranked, *facts.unrated) if status.state in NO_DECISION_IN_FORCE)


def measured(facts: Facts) -> dict[str, object]:
    """What an empty list rests on: the newest snapshot, and how much of the catalogue it holds."""
    snapshot = facts.snapshot
    statuses = [status for status in facts.statuses.values() if status.state is not State.RETIRED]
    return {
        "date": snapshot.day.isoformat() if snapshot else None,
        "partial": snapshot.partial if snapshot else False,
        "recommendations": sum(1 for status in statuses if snapshot and status.measured_on == snapshot.day),
        "not_measured": sum(1 for status in statuses if status.observation is None),
    }


def nothing_undecided(facts: Facts) -> str:
    """The answer where the list is empty; it claims nothing about what was not measured."""
    if facts.snapshot is None:
        return "Nothing is known yet: there is no snapshot. Run backlog collect, or backlog import."
    said = unexplained(facts.explained)
    why = f" {said[0]}. {said[1]}" if said else ""
    if facts.snapshot.partial:
        number = sum(1 for status in facts.statuses.values() if status.measured_on == facts.snapshot.day)
        return (
            f"Nothing is undecided among the {count(number, 'recommendation')} of the newest snapshot, "
            f"{day(facts.snapshot.day)}, but that is a partial day: nothing is known of the others.{why}"
        )
    if not any(status.observation for status in facts.statuses.values()):
        return f"Nothing is known: the newest snapshot, {day(facts.snapshot.day)}, measures no recommendation."
    if why:
        return f"Nothing that has a score is undecided, {options.judged(facts)}.{why}"
    return f"Nothing is undecided, {options.judged(facts)}. {options.age_of_data(facts)}".rstrip()


def write_next(root: Path, workspace: Workspace, undecided: Sequence[Status], number: int, today: date) -> None:
    """Write the scaffolds of the first ones that have no file yet."""
    without_file = [status for status in undecided if not status.versions or status.versions[-1].version.blob is None]
    maker = Maker.of(root, workspace, today)
    made = [
        maker.make(status.id, Bucket.DO_SOON, {("risk",): status.level.value} if status.level else {}, draft=True)
        for status in without_file[:number]
    ]
    maker.write(made)
    if made:
        say_next(maker, made)
    else:
        output.say("Nothing to write: everything that needs a decision has a file already.")


def terminal(facts: Facts, undecided: Sequence[Status], shown: int) -> RenderableType:
    """The first ones by risk, and for contrast those with the highest points."""
    if not undecided:
        return Text(nothing_undecided(facts))
    number = count(len(undecided), "recommendation")
    parts: list[RenderableType] = [
        Text(f"{number} without a decision in force, highest risk first, {options.judged(facts)}", style="bold"),
        *(Text(line, style="yellow") for line in unknown(facts)),
        Padding(risk_table(undecided[:shown]), (0, 0, 0, 2)),
    ]
    if len(undecided) > shown:
        parts.append(Text(f"  and {len(undecided) - shown} more; --all shows them"))
    if facts.by_points:
        parts += [
            Text(""),
            Text("For contrast: most points, then least effort (unknown between low and moderate)", style="bold"),
            Padding(points_table(facts.by_points), (0, 0, 0, 2)),
        ]
    return Group(*parts)


def risk_table(statuses: Sequence[Status]) -> RenderableType:
    """One row each, with the id that `backlog decide` takes."""
    table = grid("risk", "recommendation", "open", "days", "state")
    for status in statuses:
        level = status.risk_word
        table.add_row(
            Text(level, style=RISK_STYLES.get(level, "")),
            described(status),
            Text(share(status.open_share)),
            Text(str(status.days_open)),
            Text(status.state.value),
        )
    return table


def described(status: Status) -> Text:
    """Title and id, the family where one rated it, and the licence that it needs unless the tenant has it."""
    words = [status.id]
    if status.family:
        words.append(f"rated by: {status.rated_by_words}")
    licence = status.licence
    if licence.needs and not licence.has:
        words.append(licence_words(licence.needs, licence.has))
    return Text.assemble(title_of(status.recommendation), "\n", (" · ".join(words), "dim"))


def points_table(statuses: Sequence[Status]) -> RenderableType:
    """One row each, with points and effort."""
    table = grid("points", "recommendation", "effort", "risk")
    for status in statuses:
        effort, level = status.recommendation.cost, status.risk_word
        table.add_row(Text(points(status.unearned)), Text(title_of(status.recommendation)), Text(effort), Text(level))
    return table
