# SPDX-License-Identifier: Apache-2.0
"""`backlog check`: everything that is wrong with decisions, settings and snapshots, with line and hint."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from pathlib import Path

import click

from secure_score_backlog.cli import options
from secure_score_backlog.decisions.checks import CheckContext, judge_decisions
from secure_score_backlog.decisions.store import load_decision_history, read_decisions
from secure_score_backlog.errors import CannotProceed, WrongUsage
from secure_score_backlog.evaluation.status import reached_under
from secure_score_backlog.git import FileVersions, read_main_history
from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.reviews import load_signed_reviews
from secure_score_backlog.settings import check_settings, read_settings_file
from secure_score_backlog.snapshots.store import load_catalogue, load_history
from secure_score_backlog.workspace import answered_days, snapshot_source

SCHEMA = "backlog-check/1"


@click.command("check", short_help="Check every decision and setting.")
@options.root
@options.as_json
@click.option("--strict", is_flag=True, help="Exit 1 on warnings too.")
def command(root: Path, as_json: bool, strict: bool) -> int:
    """Check every decision, setting and snapshot of the working tree, as of today.

    Exit 0: no errors. Exit 1: errors; with --strict also warnings.
    """
    if not root.is_dir():
        raise WrongUsage(f"{root} is not a folder.", hint="Name the folder that holds decisions/ with --root.")
    problems, decisions = find_problems(root, options.now().date())
    errors = sum(1 for found in problems if found.severity is Severity.ERROR)
    warnings = len(problems) - errors
    if as_json:
        told = {"schema": SCHEMA, "problems": [found.as_json() for found in problems]}
        print(json.dumps({**told, "errors": errors, "warnings": warnings}, indent=2, ensure_ascii=False))
    else:
        print("\n".join([*lines(problems), closing(problems, errors, decisions)]))
    return 1 if errors or (strict and warnings) else 0


def find_problems(root: Path, today: date) -> tuple[list[Problem], int]:
    """Every problem in order of place, and the number of decision files."""
    settings = read_settings_file(root)
    snapshots = snapshot_source(root, settings.settings)
    catalogue, catalogue_problems = load_catalogue(snapshots)
    history, history_problems = load_history(snapshots)
    folder = read_decisions(root)
    newest = history.newest(today)
    scored = history.scored(newest.day) if newest else {}
    decided = decided_days(root, today) if folder.files else {}
    judged = judge_decisions(
        (file.front_matter for file in folder.files),
        CheckContext(
            catalogue=catalogue,
            settings=settings.settings,
            today=today,
            scored=scored.keys(),
            known=history.timelines.keys(),
            decided=decided,
            done=[name for name, seen in scored.items() if seen.observed_in_full],
            reached=reached_under(history, decided, today),
        ),
    )
    found = {
        *settings.problems,
        *check_settings(settings.source, settings.settings, catalogue),
        *catalogue_problems,
        *history_problems,
        *folder.problems,
        *signed_problems(root, today),
        *judged.problems,
    }
    return sorted(found, key=lambda each: each.order), len(folder.files)


def signed_problems(root: Path, today: date) -> list[Problem]:
    """What is wrong with signed months; nothing where Git's history cannot be read (that is told elsewhere)."""
    try:
        return load_signed_reviews(FileVersions(root, read_main_history(root), today))[1]
    except CannotProceed:
        return []


def decided_days(root: Path, today: date) -> dict[str, date]:
    """The day of each present answer, from Git; none where Git cannot tell, and each counts as made today."""
    try:
        main = read_main_history(root)
        if main is None:
            return {}
        return answered_days(load_decision_history(FileVersions(root, main, today)).history, today)
    except (CannotProceed, OSError) as error:  # an unreadable file is a problem already; a shallow clone is none
        options.say(f"Note: Git's history was not read ({error}), so every decision counts as made today.")
        return {}


def lines(problems: list[Problem]) -> Iterator[str]:
    """The problems for a person, file by file, each with what to do."""
    for _, group in groupby(problems, key=lambda found: found.path):
        for found in group:
            place = printable(found.path) + (f":{found.line}" if found.line is not None else "")
            yield f"{place}: {found.severity.value}: {printable(found.message)} [{found.code}]"
            yield f"    {printable(found.hint)}"
        yield ""


def printable(text: str) -> str:
    """A text that a terminal prints and does not obey."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def closing(problems: list[Problem], errors: int, decisions: int) -> str:
    """What it comes to, in one sentence."""
    checked = f"{number(decisions, 'decision')} checked"
    if not problems:
        return f"No problems: {checked}."
    files = number(len({found.path for found in problems}), "file")
    return f"{number(errors, 'error')} and {number(len(problems) - errors, 'warning')} in {files}; {checked}."


def number(count: int, noun: str) -> str:
    """A number with its noun."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
