# SPDX-License-Identifier: Apache-2.0
"""`backlog status`: where the tenant stands, for people or as JSON."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import click
from rich.console import Console

from secure_score_backlog.commands import options
from secure_score_backlog.commands.assembling import assemble
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.model.backlog import Backlog
from secure_score_backlog.model.facts import Facts
from secure_score_backlog.model.problem import Problem
from secure_score_backlog.rules.calendar import first_day, month_of
from secure_score_backlog.views.status import status
from secure_score_backlog.views.terminal import terminal


@click.command("status", short_help="Print where the tenant stands.")
@options.root
@options.as_json
@options.as_of
@click.option("--month", metavar="YYYY-MM", help="The facts of one month, as they were at its end.")
def command(root: Path, as_json: bool, as_of: date | None, month: str | None) -> int:
    """Print where the tenant stands: what waits, the top five by risk, accepted risks; the score last."""
    if month is not None:
        check_month(month)
    backlog = assemble(root, as_of=as_of, today=options.now().date(), months=[month] if month else [])
    facts, problems = facts_of(backlog, month)
    if as_json:
        print(json.dumps(status(facts, problems), indent=2, ensure_ascii=False))
    else:
        Console(file=sys.stdout, highlight=False, markup=False, emoji=False).print(
            terminal(facts, problems, backlog.settings.organisation)
        )
    return 0


def check_month(month: str) -> None:
    """A month that is none is a usage error."""
    try:
        first_day(month)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--month") from error


def facts_of(backlog: Backlog, month: str | None) -> tuple[Facts, tuple[Problem, ...]]:
    """The facts of today, or of the end of a month, with what was wrong then."""
    if month is None:
        return backlog.facts, backlog.problems
    for review in backlog.reviews:
        if review.month == month:
            return review.facts, review.problems
    days = [snapshot.day for snapshot in backlog.history.days if snapshot.day <= backlog.facts.as_of]
    span = f"from {month_of(days[0])} to {month_of(backlog.facts.as_of)}" if days else "yet: there is no snapshot"
    raise WrongUsage(f"there are no facts for {month}", hint=f"There are facts {span}.")
