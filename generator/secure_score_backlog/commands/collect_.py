# SPDX-License-Identifier: Apache-2.0
"""`backlog collect`: fetch Secure Score from Microsoft Graph into `snapshots/`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import click

from secure_score_backlog.collect.clouds import CLOUDS, check_address
from secure_score_backlog.collect.credentials import DeviceCode, choose
from secure_score_backlog.collect.deadline import WHOLE_COLLECTION, Deadline
from secure_score_backlog.collect.graph import fetch
from secure_score_backlog.collect.identity import token_for
from secure_score_backlog.collect.wire import Wire
from secure_score_backlog.commands import options
from secure_score_backlog.commands.capturing import check_root, clock_problems, dry_run_option, store, writing
from secure_score_backlog.rules.capturing.terms import Answer

PERSON = 900.0
"""Seconds that a person has to enter a device code: as long as the code lives."""


@click.command("collect", short_help="Fetch Secure Score from Microsoft Graph.")
@options.root
@options.as_json
@dry_run_option
@click.option("--verbose", is_flag=True, help="Show each request on stderr, without tokens.")
@click.option(
    "--deadline",
    metavar="SECONDS",
    type=click.FloatRange(0.1, WHOLE_COLLECTION),
    default=WHOLE_COLLECTION,
    show_default=True,
    help="Give up after so many seconds, sign-in included.",
)
@click.option(
    "--cloud",
    type=click.Choice(list(CLOUDS)),
    default="global",
    show_default=True,
    help="Cloud of the tenant; GCC is global, GCC High is usgov.",
)
@click.option("--graph-url", metavar="URL", help="Root of Microsoft Graph with its version, instead of the cloud's.")
@click.option("--authority", metavar="URL", help="Sign-in service, instead of the cloud's.")
@click.option("--device-code", is_flag=True, help="Sign in as a person: shows a code to enter in a browser.")
def command(
    *,
    root: Path,
    as_json: bool,
    dry_run: bool,
    verbose: bool,
    deadline: float,
    cloud: str,
    graph_url: str | None,
    authority: str | None,
    device_code: bool,
) -> int:
    """Fetch Secure Score from Microsoft Graph and write what is new to snapshots/.

    \b
    Signs in with the first of these that is set:
      --device-code                   a person with the Security Reader role
      GRAPH_TOKEN                     a token obtained elsewhere
      AZURE_CLIENT_CERTIFICATE_PATH   and AZURE_CLIENT_CERTIFICATE_PASSWORD
      AZURE_CLIENT_SECRET
      GitHub's OIDC token             permissions: id-token: write
    All but GRAPH_TOKEN need AZURE_TENANT_ID and AZURE_CLIENT_ID.

    The one permission it needs is SecurityEvents.Read.All. It changes nothing in the tenant.
    """  # noqa: D301 - \b keeps the table as it is
    tell = options.say if verbose else None
    login = check_address(authority or CLOUDS[cloud].authority, "--authority")
    graph = check_address(graph_url or CLOUDS[cloud].graph, "--graph-url")
    check_root(root)
    with writing(root, dry_run=dry_run):
        answer, wire = ask(cloud, graph, login, device_code=device_code, seconds=deadline, tell=tell)
        noted = clock_problems(wire.server_time)
        return store(root, answer, "graph", as_json=as_json, noted=noted, dry_run=dry_run)


def ask(
    cloud: str, graph: str, login: str, *, device_code: bool, seconds: float, tell: Callable[[str], None] | None
) -> tuple[Answer, Wire]:
    """Sign in and fetch everything; the answer, and the wire that it came over."""
    credential = choose(os.environ, device_code=device_code)
    limit = Deadline(seconds)
    signing_in = Wire(Deadline(PERSON) if isinstance(credential, DeviceCode) else limit, tell=tell)
    token = signing_in.deadline.run(
        lambda: token_for(credential, CLOUDS[cloud], login, signing_in, options.say, mask_in_actions)
    )
    wire = Wire(Deadline(seconds) if isinstance(credential, DeviceCode) else limit, tell=tell)
    return wire.deadline.run(lambda: fetch(graph, token, wire)), wire


def mask_in_actions(token: str) -> None:
    """Tell the runner of GitHub Actions to hide a token wherever it might turn up; elsewhere, say nothing.

    The runner takes the line out of the log. It reads stderr too, so stdout stays the product.
    """
    if os.environ.get("GITHUB_ACTIONS") == "true" and token.isprintable():
        options.say(f"::add-mask::{token}")
