# SPDX-License-Identifier: Apache-2.0
"""Options that several commands share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from secure_score_backlog import wording
from secure_score_backlog.cli import clock
from secure_score_backlog.dates import FIRST_DAY, LAST_DAY, first_day, is_usable
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.graph.clouds import CLOUDS
from secure_score_backlog.text import shown

if TYPE_CHECKING:
    from secure_score_backlog.comparison import Comparison
    from secure_score_backlog.data_repository.steps import Shell
    from secure_score_backlog.evaluation.facts import Facts

Command = TypeVar("Command", bound=Callable[..., Any])


def existing_folder(_: click.Context, __: click.Parameter, folder: Path) -> Path:
    """The folder; WrongUsage where there is none, before a command does anything."""
    if not folder.is_dir():
        raise WrongUsage(
            f"The path {folder} is not a folder.",
            where="--root",
            hint="Name the folder that holds snapshots/, decisions/ and backlog.yml, or make it first.",
        )
    return folder


root = click.option(
    "--root",
    type=click.Path(path_type=Path),
    default=Path("."),
    show_default="current directory",
    callback=existing_folder,
    help="Folder that holds snapshots/, decisions/ and backlog.yml.",
)
repository = click.option(
    "--repository", metavar="OWNER/NAME", help="The repository on GitHub, instead of GITHUB_REPOSITORY."
)
quiet = click.option("--quiet", is_flag=True, help="Print nothing where nothing has to be done.")
verbose = click.option("--verbose", is_flag=True, help="Show each request on stderr, without the token.")
cloud = click.option(
    "--cloud",
    type=click.Choice(list(CLOUDS)),
    default="global",
    show_default=True,
    help="Cloud of the tenant; GCC is global, GCC High is usgov.",
)
graph_url = click.option(
    "--graph-url", metavar="URL", help="Root of Microsoft Graph with its version, instead of the cloud's."
)
authority = click.option("--authority", metavar="URL", help="Sign-in service, instead of the cloud's.")
device_code = click.option(
    "--device-code", is_flag=True, help="Sign in as a person: shows a code to enter in a browser."
)
tenant_id = click.option("--tenant", metavar="ID", help="Directory (tenant) ID, instead of AZURE_TENANT_ID.")
client_id = click.option("--client", metavar="ID", help="Application (client) ID, instead of AZURE_CLIENT_ID.")


def into(path: str) -> Callable[[Command], Command]:
    """The option of a command that writes one file beside the snapshots, which may be on a branch of their own."""
    return click.option(
        "--into",
        metavar="DIR",
        type=click.Path(path_type=Path),
        help=f"Folder whose {path} is written, where snapshots have a branch of their own: its worktree.",
    )


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout, for programs.")


def as_app(tenant: str | None, client: str | None) -> dict[str, str]:
    """The environment that a credential is taken from, with the ids of the command line in it."""
    from secure_score_backlog.graph import credentials

    given = {credentials.TENANT: tenant, credentials.CLIENT: client}
    return {**os.environ, **{name: value for name, value in given.items() if value is not None}}


def shell_here() -> Shell:
    """The shell that a person on this system most likely types into."""
    from secure_score_backlog.data_repository.steps import Shell

    return Shell.POWERSHELL if sys.platform == "win32" else Shell.BASH


base = click.option(
    "--base",
    metavar="REF",
    help="Check also what only a comparison shows: with the newest commit that the working tree has in common with "
    "this branch, tag or commit, such as origin/main.",
)


class Day(click.ParamType[date]):
    """A calendar day written YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day; anything else is a usage error that shows the form."""
        if isinstance(value, date):
            return value
        try:
            found = date.fromisoformat(value)
        except ValueError:
            found = None
        if found is not None and not is_usable(found):
            self.fail(f"{value!r} is not a day of the years {FIRST_DAY.year} to {LAST_DAY.year}", param, ctx)
        if found is None or found.isoformat() != value:  # also refuses other forms of ISO 8601, such as 20261031
            self.fail(f"{value!r} is not a day; write it as 2026-10-31", param, ctx)
        return found


class Month(click.ParamType[str]):
    """A month written YYYY-MM."""

    name = "YYYY-MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The month as it was written; anything else is a usage error that shows the form."""
        try:
            first_day(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return str(value)


profile = click.option(
    "--profile",
    type=click.Choice(("internal", "insurer", "public")),
    default=None,
    help="Who the site is for. Default: what backlog.yml says, else internal.",
)
as_of = click.option(
    "--as-of",
    type=Day(),
    help="Evaluate as of this day (UTC). Default: the day of the newest snapshot or commit, whichever is later.",
)

as_of_change = click.option(
    "--as-of",
    type=Day(),
    help="Judge both sides as of this day (UTC). Default: today for the working tree; with HEAD, the day of its newest "
    "snapshot or commit.",
)
trust_configuration = click.option(
    "--trust-site-configuration",
    is_flag=True,
    help="Use mkdocs.yml as it is, with hooks, plugins and scripts. It can run any program: only for a folder whose "
    "every author you trust. Includes --trust-docs.",
)
trust_docs = click.option(
    "--trust-docs",
    is_flag=True,
    help="Publish hand-written files in docs/ as they are, with scripts and what they load from elsewhere.",
)

builder = click.option(
    "--builder",
    "builder_name",
    type=click.Choice(("mkdocs", "properdocs", "zensical")),
    default="mkdocs",
    show_default=True,
    help="Program that makes the site of the pages. ProperDocs and Zensical have to be installed beside backlog.",
)


def judged(facts: Facts, asked: str = "") -> str:
    """The day that is judged, and why this one (docs/method.md#as-of).

    Args:
        facts: The facts of that day.
        asked: What named the day; empty for the day that counts by itself.
    """
    known = {
        "the newest snapshot": facts.snapshot.day if facts.snapshot else None,
        "the newest commit": facts.head.at.date() if facts.head else None,
    }
    newest = " and ".join(name for name, day in known.items() if day == facts.as_of)
    return f"as of {wording.day(facts.as_of)} ({asked or (f'the day of {newest}' if newest else 'today')})"


def chosen_format(form: str | None, as_json: bool, formats: Sequence[str]) -> str:
    """The format that the options name, the first unless one is named; WrongUsage where they name two."""
    if as_json and form not in (None, "json"):
        raise WrongUsage(
            f"The options name two formats, json and {form}.", where="--json", hint="Leave out --json or --format."
        )
    return "json" if as_json else form or formats[0]


def compared(comparison: Comparison, base: str, head: str | None = None) -> str:
    """Which commit is compared with, as a sentence."""
    other = shown(head) if head else "the working tree"
    found = comparison.branch.base[:10]
    return f"Compared with commit {found}, the newest that {other} has in common with {shown(base)}."


def age_of_data(facts: Facts) -> str:
    """That the newest snapshot is older than it may be, as a sentence; empty where it is not."""
    if facts.snapshot is None or not facts.coverage.is_old:
        return ""
    age = wording.count(facts.coverage.since_newest, "day")
    return f"The data is {age} old: the newest snapshot is of {wording.day(facts.snapshot.day)}."


no_input = click.option("--no-input", is_flag=True, help="Ask nothing, also at a terminal.")


def at_terminal(no_input: bool) -> bool:
    """Whether a person can be asked: they type and read at a terminal, and did not forbid it."""
    return not no_input and sys.stdin.isatty() and sys.stdout.isatty()


def now() -> datetime:
    """The time now, as commands ask for it."""
    return clock.now()
