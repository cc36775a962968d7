# SPDX-License-Identifier: Apache-2.0
"""`backlog decide`: write the scaffold of a decision, for a person to fill in."""

from __future__ import annotations

from pathlib import Path

import click

from secure_score_backlog.cli import options
from secure_score_backlog.decisions.checks import identifier_of
from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.decisions.scaffold import Scaffold, resolve_id
from secure_score_backlog.decisions.store import DECISIONS, create_decision, refuse_taken, taken
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.files import Document
from secure_score_backlog.ratings import Risk
from secure_score_backlog.workspace import load


@click.command()
@click.argument("identifiers", metavar="ID...", nargs=-1, required=True)
@options.root
@click.option(
    "--bucket",
    type=click.Choice([bucket.value for bucket in Bucket]),
    default=Bucket.DO_SOON.value,
    show_default=True,
    help="The answer you lean towards; nothing counts before you delete the line `draft: true`.",
)
@click.option("--risk", type=click.Choice([risk.value for risk in Risk]), help="The risk if it stays open.")
@click.option("--owner", default="", metavar="ROLE", help="The role that owns it; never a person.")
def command(identifiers: tuple[str, ...], root: Path, bucket: str, risk: str | None, owner: str) -> int:
    """Write decisions/ID.md with the five questions, as a draft; never over a file that is there.

    Prints the path of each new file. All are written, or none.
    """
    if not owner.isprintable():
        raise WrongUsage("The owner holds characters that cannot be shown.", hint="Type the role again.")
    documents = scaffolds(root, identifiers, Bucket(bucket), Risk(risk) if risk else None, owner)
    for document in documents:  # all of them first: all are written, or none
        refuse_taken(root, document.path)
    for document in documents:
        create_decision(root, document)
        print(document.path)
    say_next(documents)
    return 0


def scaffolds(
    root: Path, identifiers: tuple[str, ...], bucket: Bucket, risk: Risk | None, owner: str
) -> list[Document]:
    """One scaffold for each id, each once; nothing is written yet."""
    today = options.now().date()
    workspace = load(root, today=today, edited_on=today)
    for fault in workspace.problems:
        if not fault.path.startswith(f"{DECISIONS}/"):
            options.say(f"{fault.path}: {fault.message}")
    history = workspace.history
    newest = history.days[-1].day if history.days else None
    scored = history.scored(newest) if newest else {}
    there = {
        identifier_of(version.source, version.decision): version.version.path
        for version in workspace.decisions.in_force(today).values()
        if version.source is not None
    }
    documents = {}
    for typed in identifiers:
        meant = resolve_id(typed, workspace.catalogue.recommendations, scored, history.timelines)
        if meant.note:
            options.say(f"Note: {meant.note}.")
        if meant.identifier in there:
            raise taken(there[meant.identifier])
        documents[meant.identifier] = Scaffold(
            recommendation=workspace.catalogue.get(meant.identifier),
            bucket=bucket,
            today=today,
            acceptance_months=workspace.settings.acceptance_months,
            risk=risk,
            owner=owner.strip(),
            observation=scored.get(meant.identifier),
            measured=newest,
        ).document()
    return list(documents.values())


def say_next(documents: list[Document]) -> None:
    """What a person does with it."""
    files = "it" if len(documents) == 1 else "them"
    options.say(f"Fill {files} in, delete the line `draft: true`, run `backlog check`, and agree in a pull request.")
