# SPDX-License-Identifier: Apache-2.0
"""`backlog check`: every problem of decisions, settings and snapshots, with its line and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

import click

from secure_score_backlog.cli import options, output
from secure_score_backlog.errors import ShallowClone, WrongUsage
from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.settings import SETTINGS_PATH
from secure_score_backlog.site.configuration import read_configuration
from secure_score_backlog.wording import plural
from secure_score_backlog.workspace import dated_ahead, load

SCHEMA = "backlog-check/1"


@click.command()
@options.root
@options.as_json
@click.option("--strict", is_flag=True, help="Exit 1 on warnings too.")
@options.trust_configuration
def command(root: Path, as_json: bool, strict: bool, trust_site_configuration: bool) -> int:
    """Check every decision, setting, signed month and snapshot of the working tree, and the layout of the site.

    As of today (UTC).

    Exit 0: no errors. Exit 1: errors; with --strict also warnings.
    """
    today = options.now().date()
    try:
        workspace = load(root, today=today, edited_on=today, working_tree=True)
    except ShallowClone as error:  # such as a check of a pull request may have
        workspace = load(root, today=today, edited_on=today, working_tree=True, with_history=False)
        output.say(f"Note: Git's history was not read ({error}), so every decision counts as made today.")
    facts = evaluate(workspace, today)
    of_layout = () if trust_site_configuration else read_configuration(root)[1]
    found_in = {*facts.problems, *dated_ahead(workspace, today), *of_layout}
    problems = sorted(found_in, key=lambda found: found.order)
    checked = Checked(
        len(workspace.decisions.in_force(today)), sum(1 for each in workspace.history.days if each.day <= today), today
    )
    if not (problems or checked.anything or (root / SETTINGS_PATH).exists()):
        raise WrongUsage(
            "There is nothing to check in this folder: no decision, no snapshot and no settings.",
            where=str(root.resolve()),
            hint="Go to the folder of a backlog, or name it with --root.",
        )
    errors = sum(1 for found in problems if found.severity is Severity.ERROR)
    warnings = len(problems) - errors
    if as_json:
        result = {
            "schema": SCHEMA,
            "as_of": today.isoformat(),
            "decisions": checked.decisions,
            "snapshots": checked.snapshots,
            "problems": [found.as_json() for found in problems],
            "errors": errors,
            "warnings": warnings,
        }
        output.product_json(json.dumps(result, indent=2, ensure_ascii=False))
    else:
        output.product("\n".join([*lines(problems), summary(problems, errors, checked)]))
    return 1 if errors or (strict and warnings) else 0


@dataclass(frozen=True, slots=True)
class Checked:
    """What was checked, and the day that was judged."""

    decisions: int
    snapshots: int
    as_of: date

    @property
    def anything(self) -> bool:
        """There is a decision or a snapshot; settings alone say nothing about a tenant."""
        return bool(self.decisions or self.snapshots)

    def __str__(self) -> str:
        """In words."""
        number = f"{plural(self.decisions, 'decision')} and {plural(self.snapshots, 'snapshot')}"
        return f"{number} checked, as of today, {self.as_of}"


def lines(problems: Sequence[Problem]) -> Iterator[str]:
    """The problems for a person, file by file."""
    for _, group in groupby(problems, key=lambda found: found.path):
        for found in group:
            place = found.path + (f":{found.line}" if found.line is not None else "")
            yield f"{place}: {found.severity.value}: {found.message} [{found.code}]"
            yield f"    {found.hint}"
        yield ""


def summary(problems: Sequence[Problem], errors: int, checked: Checked) -> str:
    """The numbers of problems, of decisions and of snapshots, and the day that was judged, in one sentence."""
    if not problems:
        return f"No problems: {checked}." if checked.anything else f"There is nothing to check yet: {checked}."
    files = plural(len({found.path for found in problems}), "file")
    warnings = plural(len(problems) - errors, "warning")
    return f"{plural(errors, 'error')} and {warnings} in {files}; {checked}."
