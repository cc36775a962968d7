# SPDX-License-Identifier: Apache-2.0
"""`backlog check`: every problem of decisions, settings and snapshots, with its line and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path

import click

from secure_score_backlog.cli import options, output
from secure_score_backlog.errors import ShallowClone
from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.problems import Problem, Severity
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
    """Check every decision, setting and snapshot of the working tree, and the layout of the site, as of today.

    Exit 0: no errors. Exit 1: errors; with --strict also warnings.
    """
    today = options.now().date()
    try:
        workspace = load(root, today=today, edited_on=today)
    except ShallowClone as error:  # such as a check of a pull request may have
        workspace = load(root, today=today, edited_on=today, with_history=False)
        output.say(f"Note: Git's history was not read ({error}), so every decision counts as made today.")
    of_clocks = dated_ahead(workspace, today)
    of_layout = () if trust_site_configuration else read_configuration(root)[1]
    found_in = {*evaluate(workspace, today).problems, *of_clocks, *of_layout}
    problems = sorted(found_in, key=lambda found: found.order)
    decisions = len(workspace.decisions.in_force(today))
    errors = sum(1 for found in problems if found.severity is Severity.ERROR)
    warnings = len(problems) - errors
    if as_json:
        result = {
            "schema": SCHEMA,
            "as_of": today.isoformat(),
            "problems": [found.as_json() for found in problems],
            "errors": errors,
            "warnings": warnings,
        }
        output.product_json(json.dumps(result, indent=2, ensure_ascii=False))
    else:
        output.product("\n".join([*lines(problems), summary(problems, errors, decisions, today)]))
    return 1 if errors or (strict and warnings) else 0


def lines(problems: Sequence[Problem]) -> Iterator[str]:
    """The problems for a person, file by file."""
    for _, group in groupby(problems, key=lambda found: found.path):
        for found in group:
            place = found.path + (f":{found.line}" if found.line is not None else "")
            yield f"{place}: {found.severity.value}: {found.message} [{found.code}]"
            yield f"    {found.hint}"
        yield ""


def summary(problems: Sequence[Problem], errors: int, decisions: int, as_of: date) -> str:
    """The numbers of problems and of decisions, in one sentence."""
    checked = f"{plural(decisions, 'decision')} checked, as of {as_of}"
    if not problems:
        return f"No problems: {checked}."
    files = plural(len({found.path for found in problems}), "file")
    warnings = plural(len(problems) - errors, "warning")
    return f"{plural(errors, 'error')} and {warnings} in {files}; {checked}."
