# SPDX-License-Identifier: Apache-2.0
"""`backlog decide`: make a decision, by questions at a terminal or by options, or write its draft."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from secure_score_backlog.cli import options
from secure_score_backlog.cli.answer_options import answer_options, given_answers
from secure_score_backlog.cli.new_decisions import Maker, say_next
from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.workspace import load


@click.command()
@click.argument("identifiers", metavar="ID|TITLE...", nargs=-1, required=True)
@options.root
@click.option(
    "--bucket",
    type=click.Choice([bucket.value for bucket in Bucket]),
    default=Bucket.DO_SOON.value,
    show_default=True,
    help="The decision type.",
)
@answer_options
@click.option("--draft", is_flag=True, help="Write a draft, also where everything required is answered.")
def command(identifiers: tuple[str, ...], root: Path, bucket: str, draft: bool, **given: Any) -> int:
    """Write decisions/ID.md. A file that exists is never overwritten.

    Name a recommendation by its id, or in quotes by its title or words of it that fit no other.

    With an option for everything that the bucket requires, the decision is finished; else it is a draft with the
    questions that are open. Each answer is checked as `backlog check` does it. Prints the path of each new file. Either
    all are written or none.
    """
    today = options.now().date()
    answers = given_answers(given, Bucket(bucket))
    maker = Maker.of(root, load(root, today=today), today)
    maker.say_faults()
    ids = list(dict.fromkeys(maker.resolved(typed) for typed in identifiers))
    for identifier in ids:
        maker.refuse_decided(identifier)
    made = [maker.make(identifier, Bucket(bucket), answers, draft=draft) for identifier in ids]
    maker.refuse_wrong(made)
    for identifier in ids:
        maker.say_licence(identifier)
    maker.write(made)
    say_next(made)
    return 0
