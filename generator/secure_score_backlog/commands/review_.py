# SPDX-License-Identifier: Apache-2.0
"""`backlog review`: the scaffold of a month's minutes, and the month's facts, signed."""

from __future__ import annotations

import json
from pathlib import Path

import click

from secure_score_backlog import __version__
from secure_score_backlog.commands import options
from secure_score_backlog.commands.assembling import assemble
from secure_score_backlog.errors import CannotProceed, WrongUsage
from secure_score_backlog.model.backlog import Backlog, Review
from secure_score_backlog.model.document import Document
from secure_score_backlog.records.new_files import create_file
from secure_score_backlog.rules.calendar import first_day
from secure_score_backlog.rules.judging.signing import sign
from secure_score_backlog.views.minutes_scaffold import minutes
from secure_score_backlog.views.status import status


@click.command("review", short_help="Write a month's minutes and sign its facts.")
@click.argument("month", metavar="YYYY-MM")
@options.root
def command(month: str, root: Path) -> int:
    """Write docs/reviews/YYYY-MM.md, the scaffold of the minutes, and YYYY-MM.json, the month's facts with a digest.

    Once both are merged, the month shows the signed facts. Files that are there are never written over.
    """
    try:
        first_day(month)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="YYYY-MM") from error
    backlog = assemble(root, as_of=None, today=options.now().date())
    documents = [found for found in documents_of(finished(backlog, month)) if not (root / found.path).exists()]
    if not documents:
        raise CannotProceed(
            f"{options.month_words(month)} is signed already, and its minutes are there",
            where=f"docs/reviews/{month}.json",
            hint="To sign it anew, delete the file in a pull request that says why.",
        )
    for document in documents:
        create_file(root, document)
        print(document.path)
    options.say("Write the minutes, and agree on both files in a pull request: merging it is the sign-off.")
    return 0


def finished(backlog: Backlog, month: str) -> Review:
    """The review of a month that is over."""
    review = next((review for review in backlog.reviews if review.month == month), None)
    if review is None:
        known = ", ".join(review.month for review in reversed(backlog.reviews)) or "none: nothing has been measured"
        raise WrongUsage(f"there are no facts for {month}", hint=f"Months with facts: {known}.")
    if not review.finished:
        raise WrongUsage(
            f"{options.month_words(month)} is not over on {backlog.facts.as_of}, the newest day of the data",
            hint="Sign it when the next month has its first snapshot or commit.",
        )
    return review


def documents_of(review: Review) -> list[Document]:
    """Minutes and signed facts."""
    signed = sign(review.month, __version__, status(review.facts))
    text = json.dumps(signed, indent=1, sort_keys=True, ensure_ascii=False)
    return [minutes(review.month, review.facts), Document.of_text(f"docs/reviews/{review.month}.json", text)]
