# SPDX-License-Identifier: Apache-2.0
"""`backlog decide`: write the scaffold of a decision, for a person to fill in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from secure_score_backlog.cli import options, output
from secure_score_backlog.decisions.checks import identifier_of
from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.decisions.scaffold import Scaffold, resolve_id
from secure_score_backlog.decisions.store import DECISIONS, create_decisions, taken
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.evaluation.licences import Licence, licence_of
from secure_score_backlog.files import Document
from secure_score_backlog.ratings import Risk
from secure_score_backlog.wording import licence_words
from secure_score_backlog.workspace import Workspace, load


@click.command()
@click.argument("identifiers", metavar="ID|TITLE...", nargs=-1, required=True)
@options.root
@click.option(
    "--bucket",
    type=click.Choice([bucket.value for bucket in Bucket]),
    default=Bucket.DO_SOON.value,
    show_default=True,
    help="The decision you expect to make; it does not count before you delete the line `draft: true`.",
)
@click.option("--risk", type=click.Choice([risk.value for risk in Risk]), help="Risk level if it stays open.")
@click.option("--owner", default="", metavar="ROLE", help="Role that owns it; never a person.")
def command(identifiers: tuple[str, ...], root: Path, bucket: str, risk: str | None, owner: str) -> int:
    """Write decisions/ID.md, a draft with the five questions. A file that exists is never overwritten.

    Name a recommendation by its id, or in quotes by its title or words of it that fit no other.
    Prints the path of each new file. Either all are written or none.
    """
    if not owner.isprintable():
        raise WrongUsage(
            "The owner contains characters that cannot be printed.", hint="Type the role again, without them."
        )
    today = options.now().date()
    workspace = load(root, today=today)
    for fault in workspace.problems:
        if not fault.path.startswith(f"{DECISIONS}/"):
            output.say(f"{fault.path}: {fault.message}")
    level = Risk(risk) if risk else None
    ids = dict.fromkeys(resolved(workspace, typed) for typed in identifiers)
    documents = [scaffold(workspace, name, Bucket(bucket), level, owner.strip(), today) for name in ids]
    for name in ids:
        say_licence(workspace, name)
    write(root, documents)
    say_next(documents)
    return 0


def resolved(workspace: Workspace, typed: str) -> str:
    """The id that a person means by an id or a title.

    Raises:
        CannotProceed: there is a decision about it, under whatever file name.
    """
    history = workspace.history
    scored = history.scored(history.days[-1].day) if history.days else {}
    titles = {name: known.title for name, known in workspace.catalogue.recommendations.items() if known.in_catalogue}
    found = resolve_id(typed, workspace.catalogue.recommendations, scored, history.timelines, titles)
    if found.note:
        output.say(f"Note: {found.note}.")
    for versions in workspace.decisions.versions.values():
        newest = versions[-1]
        if newest.source is not None and identifier_of(newest.source, newest.decision) == found.identifier:
            raise taken(newest.version.path)
    return found.identifier


def scaffold(
    workspace: Workspace, identifier: str, bucket: Bucket, risk: Risk | None, owner: str, today: date
) -> Document:
    """The scaffold of one decision; nothing is written yet."""
    newest = workspace.history.days[-1].day if workspace.history.days else None
    needed = licence(workspace, identifier)
    return Scaffold(
        recommendation=workspace.catalogue.get(identifier),
        bucket=bucket,
        today=today,
        acceptance_months=workspace.settings.acceptance_months,
        risk=risk,
        owner=owner,
        observation=workspace.history.scored(newest).get(identifier) if newest else None,
        measured=newest,
        licence=licence_words(needed.needs, needed.has, needed.also) if needed.needs else "",
    ).document()


def licence(workspace: Workspace, identifier: str) -> Licence:
    """The licence that a recommendation needs, and whether the tenant had it on the newest snapshot's day."""
    days = workspace.history.days
    return licence_of(identifier, workspace.licences, days[-1].services if days else frozenset())


def say_licence(workspace: Workspace, identifier: str) -> None:
    """Tell the person about a licence that the tenant does not have; the scaffold says the same."""
    needed = licence(workspace, identifier)
    if needed.has is False:
        output.say(f"{identifier}: {licence_words(needed.needs, needed.has)}")


def write(root: Path, documents: list[Document]) -> None:
    """Write all scaffolds, or none where one of the files exists, and print their paths."""
    create_decisions(root, documents)
    for document in documents:
        output.product(document.path)


def say_next(documents: list[Document]) -> None:
    """What a person does with the scaffolds."""
    each = "" if len(documents) == 1 else " of each"
    output.say(f"Answer the questions{each}, delete the line `draft: true`, run `backlog check`, open a pull request.")
