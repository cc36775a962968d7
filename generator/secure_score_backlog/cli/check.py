# SPDX-License-Identifier: Apache-2.0
"""`backlog check`: every problem of decisions, settings and snapshots, with its line and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from secure_score_backlog.cli import options, output
from secure_score_backlog.cli.kept_answers import Answer
from secure_score_backlog.comparison import compare
from secure_score_backlog.decisions.store import fix_decisions
from secure_score_backlog.errors import ShallowClone, WrongUsage
from secure_score_backlog.evaluation.base_rules import against_base
from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.git import prefix_of
from secure_score_backlog.reports.registry import FORMATS
from secure_score_backlog.reports.report import Checked, Findings
from secure_score_backlog.settings import SETTINGS_PATH
from secure_score_backlog.site.configuration import read_configuration
from secure_score_backlog.workspace import Workspace, dated_ahead, load


@click.command()
@options.root
@click.option(
    "--format",
    "form",
    type=click.Choice(tuple(FORMATS)),
    default=None,
    help="How problems are told: text for people (the default), json for programs, github for notes on the lines of a "
    "pull request and the job's summary, sarif for code scanning.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--fix",
    "mend",
    is_flag=True,
    help="First bring decisions into form: order of keys, quotes, dates, blanks. Comments and texts stay.",
)
@click.option("--strict", is_flag=True, help="Exit 1 on warnings too.")
@options.base
@options.trust_configuration
@click.pass_obj
def command(
    answer: Answer | None,
    *,
    root: Path,
    mend: bool,
    form: str | None,
    as_json: bool,
    strict: bool,
    base: str | None,
    trust_site_configuration: bool,
) -> int:
    """Check every decision, setting, signed month and snapshot of the working tree, and the layout of the site.

    As of today (UTC).

    Exit 0: no errors. Exit 1: errors; with --strict also warnings.
    """
    chosen = options.chosen_format(form, as_json, tuple(FORMATS))
    today = options.now().date()
    if mend:
        for line in mended(root):
            output.say(line)
    workspace = read(root, today)
    facts = evaluate(workspace, today)
    sources = [facts.problems, dated_ahead(workspace, today)]
    changed: frozenset[str] = frozenset()
    if base is not None:
        comparison = compare(root, base, today=today, working_tree=workspace)
        output.say(options.compared(comparison, base))
        sources.append(against_base(comparison, evaluate(comparison.before, today), facts))
        changed = frozenset(change.path for change in comparison.branch.files if change.inside)
    if not trust_site_configuration:
        sources.append(read_configuration(root)[1])
    problems = sorted({found for source in sources for found in source}, key=lambda found: found.order)
    found = Findings(problems, checked(workspace, today), prefix_of(root), changed)
    if not (problems or found.checked.anything or (root / SETTINGS_PATH).exists()):
        raise WrongUsage(
            "There is nothing to check in this folder: no decision, no snapshot and no settings.",
            where=str(root.resolve()),
            hint="Go to the folder of a backlog, or name it with --root.",
        )
    output.report(FORMATS[chosen](found))
    if answer is not None:
        answer.workspace = workspace
    return 1 if found.errors or (strict and found.warnings) else 0


def mended(root: Path) -> Iterator[str]:
    """Bring the decisions into form, and say what was changed, or why it was not."""
    for made in fix_decisions(root):
        yield from (f"{made.path}: {change}" for change in made.changes)
        if made.refused:
            yield f"{made.path}: {made.refused}"


def read(root: Path, today: date) -> Workspace:
    """The working tree with its history; a shallow clone, such as a check of a pull request may have, without."""
    try:
        return load(root, today=today, edited_on=today, working_tree=True)
    except ShallowClone as error:
        output.say(f"Note: Git's history was not read ({error}), so every decision counts as made today.")
        return load(root, today=today, edited_on=today, working_tree=True, with_history=False)


def checked(workspace: Workspace, today: date) -> Checked:
    """What was checked, in numbers."""
    days = sum(1 for each in workspace.history.days if each.day <= today)
    return Checked(len(workspace.decisions.in_force(today)), days, today)
