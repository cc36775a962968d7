# SPDX-License-Identifier: Apache-2.0
"""`backlog status`: the state of the tenant, for people or as JSON; decisions first, the score last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import click
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from secure_score_backlog import wording
from secure_score_backlog.cli import options, output
from secure_score_backlog.cli.kept_answers import Answer
from secure_score_backlog.dates import month_of
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.evaluation.facts import Facts, Review, evaluate, months_of
from secure_score_backlog.evaluation.register import AcceptanceState, RegisterEntry
from secure_score_backlog.evaluation.reminders import Reminder, decisions_needed, late
from secure_score_backlog.evaluation.status import State, Status
from secure_score_backlog.exports.json import encode, plain_facts
from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.site.part_names import STEP_LABELS
from secure_score_backlog.site.words import unexplained
from secure_score_backlog.snapshots.service_names import title_of
from secure_score_backlog.wording import count, day, lower_first, percent, points, share, signed
from secure_score_backlog.workspace import dated_ahead, load

WEIGHTS = {"recommendation": 5, "decision": 5, "owner": 3, "of": 3, "why": 2}
"""Columns that share what a narrow terminal has left; the others stay on one line."""
RISK_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "green"}


@click.command()
@options.root
@options.as_json
@options.as_of
@click.option("--month", type=options.Month(), help="The facts of one month, as of its last day.")
@click.pass_obj
def command(answer: Answer | None, root: Path, as_json: bool, as_of: date | None, month: str | None) -> int:
    """Print the state of the tenant: what to decide, the top five by risk, accepted risks; the score last."""
    today = options.now().date()
    workspace = load(root, today=today)
    facts = evaluate(workspace, as_of or workspace.newest_day, months=[month] if month else ())
    name = workspace.settings.organisation  # as it is called today, also where the day lies before the first settings
    output.say_dated_ahead(dated_ahead(workspace, today) if as_of is None else (), facts.as_of)
    if month is not None:
        facts = review_of(facts, month).facts
    if as_json:
        output.product_json(encode(plain_facts(facts)))
    else:
        asked = f"the end of {wording.month(month)}" if month and as_of is None else "--as-of" if as_of else ""
        output.product_page(terminal(facts, name, asked))
    if answer is not None:
        answer.workspace = workspace
    return 0


def review_of(facts: Facts, month: str) -> Review:
    """The review of a month; WrongUsage for a month without facts."""
    for review in facts.reviews:
        if review.month == month:
            return review
    months = months_of(facts.history, facts.as_of)
    hint = f"Choose a month from {months[-1]} to {months[0]}." if months else "There is no snapshot yet."
    raise WrongUsage(f"There are no facts for {month}.", hint=hint)


def terminal(facts: Facts, organisation: str, asked: str = "") -> RenderableType:
    """The whole output for a person; texts of others are printed as text, never as markup.

    Args:
        facts: The facts of a day.
        organisation: What it is called.
        asked: The option that named the day; empty for the day that counts by itself.
    """
    parts: list[RenderableType] = [
        Text(f"{organisation}, {options.judged(facts, asked)}", style="bold"),
        *([] if asked else [Text("`backlog check` uses today’s date, so its count can differ.", style="dim")]),
        *(Text(said, style="yellow") for said in unknown(facts)),
        Text(""),
    ]
    needed = decisions_needed(facts)
    parts += list(headline(facts, len(needed)))
    for title, table in (
        ("Decisions needed", needed_table(needed, facts.as_of)),
        ("Top five by risk", top(facts.top)),
        ("Accepted risks and exemptions that end within 30 days", ending((*facts.register, *facts.covered))),
    ):
        if table.row_count:
            parts += [Text(""), Text(title, style="bold"), Padding(table, (0, 0, 0, 2))]
    parts += [Text(""), *score(facts), *problem_counts(facts.problems)]
    return Group(*parts)


def unknown(facts: Facts) -> Iterator[str]:
    """What the figures do not know: how old the data is, and what of the score has no recommendation behind it."""
    if age := options.age_of_data(facts):
        yield age
    if facts.snapshot and month_of(facts.snapshot.day) != month_of(facts.as_of):
        yield f"{wording.month(facts.as_of)} is not measured: it has no snapshot."
    if facts.snapshot and facts.snapshot.partial:
        yield "The newest snapshot is partial: it holds only some of the recommendations."
    if said := unexplained(facts.explained):
        yield f"{said[0]}. {said[1]}"


def headline(facts: Facts, needed: int) -> Iterator[Text]:
    """The headline counts; those that are 0 are left out."""
    counts = facts.counts
    for number, words, style in (
        (needed, "decisions needed now: requested, no longer in force, or critical and overdue or undecided", "red"),
        (len(late(facts)), "overdue: no longer in force, not done or not answered in time", "red"),
        (counts["undecided"], "undecided: no finished decision, drafts included", "yellow"),
        (counts["expired"], "expired: the last day of the decision has passed", "red"),
        (counts["breached"], "breached: worse than the level that was accepted", "red"),
        (len(facts.in_state(State.REGRESSED)), "regressed: was done and is not any more", "red"),
        (len(facts.in_state(State.CONFLICT)), "in conflict: marked not applicable, but measured as done", "red"),
        (counts["overdue"], "overdue changes: planned, and the date has passed", "red"),
        (counts["carried"], "accepted: left open on purpose, until a date", ""),
        (counts["shadow"], "accepted or self-attested in the portal only", "yellow"),
    ):
        if number:
            yield Text.assemble((f"{number:>5}", f"bold {style}".strip()), " ", words)


def grid(*columns: str) -> Table:
    """A table without lines."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", expand=True)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column not in WEIGHTS, ratio=WEIGHTS.get(column))
    return table


def top(statuses: Iterable[Status]) -> Table:
    """The top five by risk."""
    table = grid("risk", "recommendation", "open", "days", "state", "owner")
    for status in statuses:
        level = status.risk_word
        table.add_row(
            Text(level, style=RISK_STYLES.get(level, "")),
            Text(title_of(status.recommendation)),
            Text(share(status.open_share)),
            Text(str(status.days_open)),
            Text(status.state.value),
            Text(status.owner or "none"),
        )
    return table


def needed_table(decisions: Iterable[Reminder], as_of: date) -> Table:
    """The decisions needed, in their order."""
    table = grid("answer by", "risk", "decision", "of", "why")
    for each in decisions:
        last = each.deadline
        when = Text(str(last) if last else "-", style="red" if each.is_late(as_of) else "")
        level = each.status.risk_word
        what = each.ask.question if each.ask else title_of(each.status.recommendation)
        why = f"requested {count((as_of - each.ask.since).days, 'day')} ago" if each.ask else each.kind.value
        table.add_row(when, Text(level, style=RISK_STYLES.get(level, "")), Text(what), Text(each.role or "nobody"), why)
    return table


def ending(entries: Iterable[RegisterEntry]) -> Table:
    """Acceptances and exemptions that end soon, the earliest last day first."""
    table = grid("until", "risk", "recommendation", "owner")
    for entry in sorted(entries, key=lambda entry: (entry.until, entry.status.id)):
        if entry.state is AcceptanceState.EXPIRING:
            table.add_row(
                str(entry.until),
                entry.status.risk_word,
                Text(title_of(entry.status.recommendation)),
                Text(entry.decision.owner or "none"),
            )
    return table


def score(facts: Facts) -> Iterator[Text]:
    """The score and why it moved."""
    if facts.score is None or facts.snapshot is None:
        yield Text("No snapshot yet.")
        return
    figures = f"{points(facts.score.current)} of {points(facts.score.maximum)} ({percent(facts.score.percent)})"
    yield Text.assemble(("Score ", "bold"), figures, f" on {day(facts.snapshot.day)}")
    claimed = facts.ledger.claimed
    if claimed:
        yield Text(f"  {points(claimed)} of these points are self-attested: Microsoft did not measure them")
    moved = facts.movement
    if moved and moved.start != moved.end:
        changes = [f"{lower_first(STEP_LABELS[part])} {signed(value)}" for part, value in moved.points.items() if value]
        yield Text(
            f"  since {day(moved.start)}: {signed(moved.total_points)}"
            + (f" ({', '.join(changes)})" if changes else "")
        )


def problem_counts(problems: tuple[Problem, ...]) -> Iterator[Text]:
    """How many problems the data has, and which command lists them."""
    errors = sum(1 for problem in problems if problem.severity is Severity.ERROR)
    if problems:
        words = f"{count(errors, 'error')} and {count(len(problems) - errors, 'warning')} in the data"
        yield Text("")
        yield Text(f"{words}: run `backlog check`.", style="red" if errors else "yellow")
