# SPDX-License-Identifier: Apache-2.0
"""`backlog diff`: what a change does, for a reviewer who has never seen YAML; also as a comment in its pull request."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
import msgspec

from secure_score_backlog.approvals import is_login
from secure_score_backlog.cli import options, output
from secure_score_backlog.comparison import Comparison, compare
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.evaluation.change import Change, change_of
from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.files import read_named_file
from secure_score_backlog.github.address import find_address
from secure_score_backlog.github.client import connect
from secure_score_backlog.github.errors import Denied
from secure_score_backlog.github.issues import put_comment
from secure_score_backlog.reports.change_json import as_json as change_as_json
from secure_score_backlog.reports.change_markdown import LONGEST_COMMENT, LONGEST_DOCUMENT, as_markdown, marker
from secure_score_backlog.reports.change_text import as_text
from secure_score_backlog.reports.report import Summary
from secure_score_backlog.text import shown

FORMATS = ("text", "markdown", "json")
ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&*+,;=%\[\]-]{1,1000}")
MERGE_REF = re.compile(r"refs/pull/(?P<number>[1-9][0-9]{0,9})/(?:merge|head)")
LARGEST_EVENT = 8 << 20
"""Bytes; GitHub's own limit for an event is 25 MB, and one of a pull request is some 30 kB."""
SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """The pull request in whose check this runs, as far as the environment tells."""

    number: int | None = None
    author: str = ""
    """Login; empty where it is not known."""


@click.command()
@click.argument("base", metavar="BASE")
@click.argument("head", metavar="[HEAD]", required=False)
@options.root
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default=None,
    help="How it is told: text for people (the default), markdown for GitHub, json for programs.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@options.as_of_change
@click.option("--summary", is_flag=True, help="Also add it to the summary of the workflow's job (GITHUB_STEP_SUMMARY).")
@click.option(
    "--comment",
    is_flag=True,
    help="Also write it as a comment in the pull request, or bring the comment that is there up to date. Needs "
    "GITHUB_TOKEN or GH_TOKEN with write access to pull requests.",
)
@click.option(
    "--pull-request",
    "number",
    type=click.IntRange(1, 10**9),
    metavar="NUMBER",
    help="The pull request to comment in. A workflow run knows it by itself.",
)
@options.repository
@click.option("--preview", metavar="URL", help="Address of the site as the change makes it, for a link to it.")
def command(
    base: str,
    head: str | None,
    *,
    root: Path,
    form: str | None,
    as_json: bool,
    as_of: date | None,
    summary: bool,
    comment: bool,
    number: int | None,
    repository: str | None,
    preview: str | None,
) -> int:
    """Say in plain words what HEAD changes against BASE: decisions, settings, minutes, figures, and who has to approve.

    BASE and HEAD are branches, tags or commits. The comparison is with the newest commit that both have, so that what
    happened on BASE meanwhile is not part of it. Without HEAD it is the working tree, with what is not committed, as of
    today; with HEAD, as of the newest snapshot or commit.
    """
    chosen = options.chosen_format(form, as_json, FORMATS)
    link = checked_address(preview)
    proposal = found_proposal(os.environ, number)
    if comment and proposal.number is None:
        raise WrongUsage(
            "It is not known which pull request to comment in.",
            where="--comment",
            hint="Name it with --pull-request NUMBER, or run this in a workflow that a pull request started.",
        )
    today = options.now().date()
    comparison = compare(root, base, head, today=today)
    output.say(options.compared(comparison, base, head))
    change = found_change(comparison, today, as_of, proposal)
    document = as_markdown(change, folder=comparison.branch.repository.prefix, preview=link)
    if chosen == "json":
        output.product_json(change_as_json(change))
    else:
        output.product(document.within(LONGEST_DOCUMENT) if chosen == "markdown" else as_text(change))
    if summary and not output.add_to_summary(document):
        raise WrongUsage(
            "There is no summary of a job to add to.",
            where=output.SUMMARY,
            hint="Leave out --summary; a workflow run on GitHub names the file by itself.",
        )
    if comment and proposal.number is not None:
        put(document, comparison.branch.repository.prefix, proposal.number, repository)
    return 0


def found_change(comparison: Comparison, today: date, as_of: date | None, proposal: Proposal) -> Change:
    """What the change does, judged on one day for both sides."""
    day = as_of or (today if comparison.branch.head is None else comparison.after.newest_day)
    before, after = evaluate(comparison.before, day), evaluate(comparison.after, day)
    return change_of(comparison, before, after, author=proposal.author)


def put(document: Summary, folder: str, number: int, repository: str | None) -> None:
    """Write the comment; a token that may only read, such as that of a fork's pull request, is no failure."""
    address = find_address(os.environ, repository)
    try:
        done = put_comment(connect(address, seconds=SECONDS), number, marker(folder), document.within(LONGEST_COMMENT))
    except Denied as error:
        output.say(
            f"Note: the comment was not written: {error} A pull request from a fork has a token that may only read; "
            "otherwise the job needs `permissions: pull-requests: write`."
        )
        return
    output.say(f"Comment in pull request #{number} {done}.")


def checked_address(preview: str | None) -> str:
    """The address of the preview; empty without one. WrongUsage for what could be more than an address in Markdown."""
    if not preview:
        return ""
    if not ADDRESS.fullmatch(preview):
        raise WrongUsage(
            f"{shown(preview)} is not an address that can be linked.",
            where="--preview",
            hint="Write it in full, as https://example.com/preview, without blanks, quotes and round brackets.",
        )
    return preview


def found_proposal(environment: Mapping[str, str], number: int | None = None) -> Proposal:
    """The pull request that the environment of a workflow run names: GITHUB_EVENT_PATH and GITHUB_REF."""
    event = _event(environment.get("GITHUB_EVENT_PATH", ""))
    request = event.get("pull_request") if isinstance(event, dict) else None
    request = request if isinstance(request, dict) else {}
    user = request.get("user")
    login = user.get("login") if isinstance(user, dict) else None
    author = login if is_login(login) else ""
    of_ref = MERGE_REF.fullmatch(environment.get("GITHUB_REF", ""))
    found = request.get("number")
    named = found if isinstance(found, int) and not isinstance(found, bool) and 0 < found < 10**10 else None
    if number is not None and named is not None and number != named:
        author = ""  # of another pull request
    return Proposal(number or named or (int(of_ref["number"]) if of_ref else None), author)


def _event(path: str) -> Any:
    """The event that started the workflow run; None where there is none that can be read."""
    if not path:
        return None
    try:
        return msgspec.json.decode(read_named_file(Path(path), LARGEST_EVENT))
    except (OSError, ValueError, msgspec.DecodeError, RecursionError):
        return None
