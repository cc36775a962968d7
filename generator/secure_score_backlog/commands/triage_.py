# SPDX-License-Identifier: Apache-2.0
"""`backlog triage`: what to decide next, by risk; and the scaffolds to begin with."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from rich.console import Console

from secure_score_backlog.commands import options
from secure_score_backlog.commands.assembling import assemble
from secure_score_backlog.commands.decide_ import say_next, scaffolds
from secure_score_backlog.model.decision import Bucket
from secure_score_backlog.model.facts import Facts
from secure_score_backlog.model.standing import Standing
from secure_score_backlog.records.decision_files import create_decision, refuse_taken
from secure_score_backlog.rules.judging.ledger import NO_ANSWER_IN_FORCE
from secure_score_backlog.views.status import ranked
from secure_score_backlog.views.triage import triage

SHOWN = 10
SCHEMA = "backlog-triage/1"


@click.command("triage", short_help="Show what to decide next, by risk.")
@options.root
@options.as_json
@click.option("--all", "everything", is_flag=True, help="Show all, not the first ten.")
@click.option("--write", type=click.IntRange(1, 100), metavar="N", help="Write the scaffolds of the next N.")
def command(root: Path, as_json: bool, everything: bool, write: int | None) -> int:
    """Show what has no answer in force, gravest risk first, and what a score-chaser would pick instead."""
    facts = assemble(root, as_of=None, today=options.now().date(), months=()).facts
    waiting = without_answer(facts)
    if write is not None:
        return write_next(root, waiting, write)
    if as_json:
        told = {"schema": SCHEMA, "waiting": [ranked(s) for s in waiting], "chaser": [ranked(s) for s in facts.chaser]}
        print(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        shown = len(waiting) if everything else SHOWN
        Console(file=sys.stdout, highlight=False, markup=False, emoji=False).print(triage(facts, waiting, shown))
    return 0


def without_answer(facts: Facts) -> tuple[Standing, ...]:
    """Open and without an answer in force: by risk, what nobody rated at the end."""
    return tuple(s for s in (*facts.ranked, *facts.unrated) if s.state in NO_ANSWER_IN_FORCE)


def write_next(root: Path, waiting: tuple[Standing, ...], number: int) -> int:
    """Write the scaffolds of the next ones that have no file yet."""
    fresh = [standing for standing in waiting if not standing.versions or standing.versions[-1].version.blob is None]
    chosen = fresh[:number]
    documents = [
        document
        for standing in chosen
        for document in scaffolds(root, (standing.id,), Bucket.DO_SOON, standing.level, "")
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
