# SPDX-License-Identifier: Apache-2.0
"""`backlog review YYYY-MM`: the scaffold of a month's minutes, and the month's facts, signed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from secure_score_backlog import __version__, wording
from secure_score_backlog.cli import options, output
from secure_score_backlog.cli.review_proposal import notice, propose
from secure_score_backlog.cli.status import review_of, unknown
from secure_score_backlog.dates import month_before, month_of
from secure_score_backlog.errors import CannotProceed, WrongUsage
from secure_score_backlog.evaluation.facts import Facts, Review, evaluate
from secure_score_backlog.evaluation.reminders import needing_new_decision
from secure_score_backlog.evaluation.status import State
from secure_score_backlog.exports.json import plain_facts
from secure_score_backlog.files import Document, create_files
from secure_score_backlog.github.address import find_address
from secure_score_backlog.github.client import connect
from secure_score_backlog.github.errors import PROPOSING, SECONDS
from secure_score_backlog.reports.review_request import Wanted, body_of
from secure_score_backlog.reviews import sign
from secure_score_backlog.site.pages.reviews import days_of_month
from secure_score_backlog.snapshots.exact_json import json_number
from secure_score_backlog.snapshots.service_names import title_of
from secure_score_backlog.text import one_line
from secure_score_backlog.workspace import dated_ahead, load

MONTH = "BACKLOG_MONTH"
"""Names the month where the command line does not, as a workflow passes what a person typed."""
NO_MARKUP = str.maketrans("<>[]", "()()")


@click.command()
@click.argument("month", type=options.Month(), metavar="[YYYY-MM]", required=False, envvar=MONTH)
@options.root
@click.option(
    "--pull-request",
    is_flag=True,
    help="Write nothing here: put both files on the branch review/YYYY-MM on GitHub, and open the pull request that "
    "signs the month, or bring it up to date.",
)
@click.option("--dry-run", is_flag=True, help="With --pull-request: print its text, ask nobody and change nothing.")
@options.repository
@options.verbose
def command(
    *, month: str | None, root: Path, pull_request: bool, dry_run: bool, repository: str | None, verbose: bool
) -> int:
    """Write docs/reviews/YYYY-MM.md, a scaffold of the minutes, and YYYY-MM.json, the month's facts with a digest.

    Once both are merged, the page of the month shows the signed facts. A file that exists is never overwritten.
    Without YYYY-MM (or the variable BACKLOG_MONTH), the month before this one.

    With --pull-request, minutes that somebody changed on the branch stay as they are, and so does a month that is
    signed. A month that nobody measured is told, and is no error. Needs GITHUB_TOKEN or GH_TOKEN with
    `contents: write` and `pull-requests: write`, and GITHUB_REPOSITORY or --repository. Refused in a public repository.
    """
    today = options.now().date()
    month = month or month_before(month_of(today))
    workspace = load(root, today=today)
    for found in dated_ahead(workspace, today):
        raise CannotProceed(f"No month is signed: {found.message}", where=found.path, hint=found.hint)
    facts = evaluate(workspace, workspace.newest_day, months=[month])
    if not pull_request:
        here = workspace.approvals.without_github
        return write(root, measured(finished(review_of(facts, month))), without_github=here)
    review = next((each for each in facts.reviews if each.month == month), None)
    if review is None or not review.is_measured:
        notice(f"{wording.month(month)} was not measured: it has no snapshot, so there are no facts to sign.")
        return 0
    complete(review)
    figures = plain_facts(review.facts)
    days = days_of_month(figures)
    if dry_run:
        output.product(text_of(review, days))
        return 0
    log = output.say if verbose else lambda _: None
    github = connect(find_address(os.environ, repository, PROPOSING), seconds=SECONDS, log=log)
    propose(root, review, documents_of(review, figures), days, github)
    return 0


def write(root: Path, review: Review, *, without_github: bool) -> int:
    """Write both files, and say what to do with them."""
    figures = plain_facts(review.facts)
    documents = [document for document in documents_of(review, figures) if not (root / document.path).exists()]
    if not documents:
        raise CannotProceed(
            f"{wording.month(review.month)} is already signed, and its minutes exist.",
            where=f"docs/reviews/{review.month}.json",
            hint="To sign it again, delete this file"
            + (", and say why in the minutes." if without_github else " in a pull request that says why."),
        )
    create_files(root, documents)
    for document in documents:
        output.product(document.path)
    days = days_of_month(figures)
    output.say(f"The facts of {wording.month(review.month)} are as of {review.facts.as_of}. {days}")
    for line in unknown(review.facts):
        output.say(line)
    if without_github:
        output.say("Write the minutes, and commit both files: the commit is the sign-off.")
    else:
        output.say("Write the minutes and open a pull request with both files: merging it is the sign-off.")
    return 0


def text_of(review: Review, days: str) -> str:
    """The text that a pull request would have."""
    document = minutes(review.month, review.facts)
    return body_of(
        Wanted(
            review.month,
            review.facts,
            days,
            document.path,
            document.content.decode("utf-8"),
            "",
            f"review/{review.month}",
        )
    )


def complete(review: Review) -> None:
    """CannotProceed where days of the month may still come: nothing of a later month is stored."""
    if not review.finished:
        raise CannotProceed(
            f"{wording.month(review.month)} is not signed yet: nothing is stored after {review.facts.as_of}, so "
            "days of it may be missing.",
            where=f"snapshots/{review.month[:4]}",
            hint="Look why nothing was collected since (workflow snapshot), collect, and run it again.",
        )


def finished(review: Review) -> Review:
    """The review of a month that is over; WrongUsage for one that still runs."""
    if not review.finished:
        raise WrongUsage(
            f"{wording.month(review.month)} is in progress: nothing of a later month is stored yet, the last day is "
            f"{review.facts.as_of}.",
            hint="Sign it after the first snapshot or commit of the next month. Its minutes can be begun today, by "
            f"hand: docs/reviews/{review.month}.md. They stay when it is signed.",
        )
    return review


def measured(review: Review) -> Review:
    """The review of a month that has a snapshot; CannotProceed for one that nobody measured."""
    if not review.is_measured:
        raise CannotProceed(
            f"{wording.month(review.month)} was not measured: it has no snapshot, so there are no facts to sign.",
            where=f"snapshots/{review.month[:4]}/{review.month}-*.json",
            hint="Collect or import a day of that month if you have one. Graph keeps 90 days. Minutes can be written "
            f"without facts: make docs/reviews/{review.month}.md by hand.",
        )
    return review


def documents_of(review: Review, figures: Mapping[str, Any]) -> list[Document]:
    """Minutes and signed facts, from the month and its figures as JSON holds them."""
    signed = sign(review.month, __version__, figures)
    text = json.dumps(signed, indent=1, sort_keys=True, ensure_ascii=False, default=json_number)
    return [minutes(review.month, review.facts), Document.of_text(f"docs/reviews/{review.month}.json", text)]


def minutes(month: str, facts: Facts) -> Document:
    """`docs/reviews/YYYY-MM.md`, for people to fill in."""
    return Document.of_text(f"docs/reviews/{month}.md", "\n".join(lines(month, facts)))


def lines(month: str, facts: Facts) -> Iterator[str]:
    """What there is to discuss, in that order, line by line; the explanations are on the page of the month."""
    yield "Present: (roles, not names), on (day of the meeting)."
    yield ""
    if facts.asks:
        yield "### Decisions requested"
        yield ""
        for _, ask in facts.asks:
            by = f", by {ask.by}" if ask.by else ""
            yield f"- {plain(ask.question)} ({plain(ask.of)}, since {ask.since}{by})"
            if ask.recommend:
                yield f"    - Recommended: {plain(ask.recommend)}"
            if ask.cost:
                yield f"    - Cost: {plain(ask.cost)}"
            yield "    - Answer:"
        yield ""
    if anew := needing_new_decision(facts, State.REGRESSED):
        yield "### Needs a new decision"
        yield ""
        for status, state in anew:
            yield f"- {plain(title_of(status.recommendation))}: {state}"
            yield "    - Decision:"
        yield ""
    if facts.top:
        yield "### Top five by risk"
        yield ""
        for status in facts.top:
            yield f"- {plain(title_of(status.recommendation))} ({plain(status.owner) or 'no owner'})"
        yield ""
    yield "### Decided"
    yield ""
    yield f"- {nothing_decided(month, facts)}".rstrip()
    yield ""
    yield "### Actions until next month"
    yield ""
    yield "-"


def nothing_decided(month: str, facts: Facts) -> str:
    """That nothing can have been decided in a month at whose end no decision was recorded; else empty."""
    if facts.decisions.recorded(facts.as_of):
        return ""
    later = [known[0].version.at.date() for known in facts.decisions.versions.values() if known]
    began = f"the first decision was recorded on {min(later)}" if later else "no decision was recorded yet"
    return f"Nothing in {wording.month(month)}: {began}."


def plain(text: str) -> str:
    """A text on one line and without markup, for Markdown that a person continues to write."""
    return one_line(text).translate(NO_MARKUP)
