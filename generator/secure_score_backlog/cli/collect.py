# SPDX-License-Identifier: Apache-2.0
"""`backlog collect`: fetch Secure Score from Microsoft Graph into `snapshots/`; and what `import` shares with it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from secure_score_backlog import __version__
from secure_score_backlog.cli import options, output
from secure_score_backlog.files import lock
from secure_score_backlog.git import current_branch
from secure_score_backlog.graph.client import fetch
from secure_score_backlog.graph.clouds import CLOUDS
from secure_score_backlog.graph.credentials import (
    CERTIFICATE_SOON,
    ClientCertificate,
    Credential,
    DeviceCode,
    choose_credential,
    last_day,
)
from secure_score_backlog.graph.errors import COLLECTION, COLLECTION_SECONDS
from secure_score_backlog.graph.sign_in import token_for
from secure_score_backlog.http_client import Deadline, HttpClient, check_address
from secure_score_backlog.problems import Problem, Severity, problem
from secure_score_backlog.settings import Settings, load_settings
from secure_score_backlog.snapshots.changes import problem_text, summary_json, summary_text
from secure_score_backlog.snapshots.collect import Answer, RunInfo, collect
from secure_score_backlog.snapshots.store import finish_killed_run, load_stored, write_collection

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far apart two clocks may be: as far as sign-in services allow."""
NO_NEW_DAY = timedelta(days=3)
"""Microsoft publishes daily; after so long without a new day there is a warning."""
TO_ENTER_A_CODE = 900.0
"""Seconds that a person has to enter a device code: as long as the code is valid."""

dry_run_option = click.option("--dry-run", is_flag=True, help="Print what would change, and write nothing.")


@contextmanager
def writing(root: Path, *, dry_run: bool) -> Iterator[None]:
    """Hold the lock, and first complete what a killed run left behind; a dry run does neither."""
    if dry_run:
        yield
        return
    with lock(root):
        finish_killed_run(root)
        yield


def clock_problems(server: datetime | None) -> tuple[Problem, ...]:
    """A warning where this machine's clock and the server's differ."""
    here = options.now()
    if server is None or abs(here - server) <= CLOCKS_DIFFER:
        return ()
    side = "ahead of" if here > server else "behind"
    apart = _span(abs(here - server))
    message = f"This machine's clock ({here:%Y-%m-%d %H:%M} UTC) is {apart} {side} the server's."
    hint = (
        "Set the clock: while it is wrong, sign-ins may fail and certificates count as invalid. The stored days are "
        "right, as they are Microsoft's own."
    )
    return (problem("clock-differs", "snapshots", None, message, hint),)


def certificate_problems(credential: Credential) -> tuple[Problem, ...]:
    """A warning where the certificate that this run signed in with ends soon."""
    if not isinstance(credential, ClientCertificate):
        return ()
    end = last_day(credential)
    if end - options.now().date() > CERTIFICATE_SOON:
        return ()
    message = f"The certificate that this run signs in with ends on {end}."
    hint = "Make a new one, add it to the app in Entra, and put it in the place of the old one."
    return (problem("certificate-ends", "snapshots", None, message, hint),)


def _span(apart: timedelta) -> str:
    if apart.days:
        return f"{apart.days} day{'s' if apart.days > 1 else ''}"
    minutes = apart.seconds // 60
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"


def store(
    root: Path,
    answer: Answer,
    source: str,
    *,
    as_json: bool,
    earlier: tuple[Problem, ...] = (),
    dry_run: bool = False,
    quiet: bool = False,
    files: tuple[str, ...] = (),
    more: Mapping[str, object] | None = None,
) -> int:
    """Write what is new in an answer and print the summary; the exit code. `more` goes into the JSON only."""
    settings, settings_problems = load_settings(root)
    broken = any(problem.severity is Severity.ERROR for problem in settings_problems)
    now = options.now()
    stored, unreadable = load_stored(root, answer)
    run = RunInfo(now, __version__, source, settings.snapshots.keep_names and not broken, files)
    collection = collect(answer, stored, run)
    written = write_collection(root, collection, dry_run=dry_run)
    problems = (
        *earlier,
        *_other_branch(root, settings),
        *settings_problems,
        *unreadable,
        *collection.problems,
        *(_no_new_day(collection.changes.end, now.date()) if source == "graph" else ()),
    )
    for found in problems:
        if not (quiet and found.needs_nobody):
            output.say(problem_text(found))
    if as_json:
        summary = {**summary_json(collection.changes, written, problems, dry_run=dry_run), **(more or {})}
        output.product_json(json.dumps(summary, indent=2, ensure_ascii=False))
    elif not quiet:
        output.product(summary_text(collection.changes, collection.files, written, dry_run=dry_run))
    return 0


def _no_new_day(newest: date | None, today: date) -> tuple[Problem, ...]:
    """A warning where Graph answers, but has no new day."""
    if newest is None or today - newest <= NO_NEW_DAY:
        return ()
    message = f"Microsoft's newest day is {newest}, {(today - newest).days} days before today ({today})."
    hint = (
        "Look at Secure Score in the Defender portal. If it has a newer day there, report it to Microsoft. If it has "
        "not, nothing has to be done: nothing was measured since."
    )
    return (problem("graph-grown-old", "snapshots", None, message, hint),)


def _other_branch(root: Path, settings: Settings) -> tuple[Problem, ...]:
    """A warning where the site reads its snapshots from a branch that is not the one checked out here."""
    branch = settings.snapshots.branch
    if branch is None:
        return ()
    here = current_branch(root)
    if here is None or here == branch:
        return ()
    message = (
        f"The site reads snapshots from the branch {branch!r} (`snapshots.branch` in backlog.yml), but this folder is "
        f"the branch {here!r}: what is written to snapshots/ here is not what the site shows."
    )
    hint = (
        "Do not commit what was written here. For the maintainer: of the files below snapshots/ that `git status` "
        "lists, delete the untracked ones and undo the changed ones (`git checkout -- FILE`). Then make a folder of "
        f"that branch (`git worktree add ../{branch} {branch}`), run the command with `--root ../{branch}`, and commit "
        "and push there."
    )
    return (problem("snapshots-elsewhere", "backlog.yml", None, message, hint),)


@click.command()
@options.root
@options.as_json
@dry_run_option
@options.quiet
@click.option("--verbose", is_flag=True, help="Show each request on stderr, without tokens.")
@click.option(
    "--deadline",
    metavar="SECONDS",
    type=click.FloatRange(0.1, COLLECTION_SECONDS),
    default=COLLECTION_SECONDS,
    show_default=True,
    help="Give up after so many seconds, sign-in included.",
)
@options.cloud
@options.graph_url
@options.authority
@options.device_code
@options.tenant_id
@options.client_id
def command(
    *,
    root: Path,
    as_json: bool,
    dry_run: bool,
    quiet: bool,
    verbose: bool,
    deadline: float,
    cloud: str,
    graph_url: str | None,
    authority: str | None,
    device_code: bool,
    tenant: str | None,
    client: str | None,
) -> int:
    """Fetch Secure Score from Microsoft Graph and write what is new to snapshots/.

    \b
    Signs in with the first of these that is set:
      --device-code                   a person with the Security Reader role
      GRAPH_TOKEN                     a token obtained elsewhere
      AZURE_CLIENT_CERTIFICATE_PATH   and AZURE_CLIENT_CERTIFICATE_PASSWORD
      AZURE_CLIENT_SECRET
      GitHub's OIDC token             permissions: id-token: write
    All but GRAPH_TOKEN need AZURE_TENANT_ID and AZURE_CLIENT_ID, or --tenant and --client.

    The one permission it needs is SecurityEvents.Read.All. It changes nothing in the tenant.
    """  # noqa: D301 - \b keeps the table as it is
    log = output.say if verbose else lambda _: None
    login = check_address(authority or CLOUDS[cloud].authority, "--authority")
    graph = check_address(graph_url or CLOUDS[cloud].graph, "--graph-url")
    with writing(root, dry_run=dry_run):
        credential = choose_credential(options.as_app(tenant, client), device_code=device_code)
        answer, graph_client = ask(cloud, graph, login, credential, seconds=deadline, log=log)
        earlier = (*clock_problems(graph_client.server_time), *certificate_problems(credential))
        return store(root, answer, "graph", as_json=as_json, earlier=earlier, dry_run=dry_run, quiet=quiet)


def ask(
    cloud: str, graph: str, login: str, credential: Credential, *, seconds: float, log: Callable[[str], None]
) -> tuple[Answer, HttpClient]:
    """Sign in and fetch everything; the answer, and the client that fetched it."""
    limit = Deadline(seconds, COLLECTION)
    by_hand = isinstance(credential, DeviceCode)
    signing_in = HttpClient(Deadline(TO_ENTER_A_CODE, COLLECTION) if by_hand else limit, log=log)
    token = signing_in.deadline.run(
        lambda: token_for(credential, CLOUDS[cloud], login, signing_in, output.say, mask_in_actions)
    )
    client = HttpClient(Deadline(seconds, COLLECTION) if by_hand else limit, log=log)
    return client.deadline.run(lambda: fetch(graph, token, client)), client


def mask_in_actions(token: str) -> None:
    """Tell the runner of GitHub Actions to hide a token in all output; do nothing elsewhere.

    The runner takes the line out of the log. It reads stderr too, so stdout stays the product.
    """
    if os.environ.get("GITHUB_ACTIONS") == "true" and token.isprintable():
        output.command("add-mask", token)
