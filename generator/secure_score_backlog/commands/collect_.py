# SPDX-License-Identifier: Apache-2.0
"""`backlog collect`: fetch Secure Score from Microsoft Graph into `snapshots/`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from secure_score_backlog.collect.clouds import CLOUDS, check_address
from secure_score_backlog.collect.credentials import DeviceCode, choose
from secure_score_backlog.collect.deadline import Deadline
from secure_score_backlog.collect.graph import fetch
from secure_score_backlog.collect.identity import token_for
from secure_score_backlog.collect.wire import Wire
from secure_score_backlog.commands import options
from secure_score_backlog.commands.capturing import check_root, store

PERSON = 900.0
"""Seconds that a person has to enter a device code: as long as the code lives."""


@click.command("collect", short_help="Fetch Secure Score from Microsoft Graph.")
@options.root
@options.as_json
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
    root: Path, as_json: bool, cloud: str, graph_url: str | None, authority: str | None, device_code: bool
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
    chosen = CLOUDS[cloud]
    graph = check_address(graph_url or chosen.graph, "--graph-url")
    login = check_address(authority or chosen.authority, "--authority")
    check_root(root)
    credential = choose(os.environ, device_code=device_code)
    deadline = Deadline()
    signing_in = Wire(Deadline(PERSON) if isinstance(credential, DeviceCode) else deadline)
    token = signing_in.deadline.run(lambda: token_for(credential, chosen, login, signing_in, options.say))
    wire = Wire(Deadline() if isinstance(credential, DeviceCode) else deadline)
    answer = wire.deadline.run(lambda: fetch(graph, token, wire))
    return store(root, answer, "graph", as_json=as_json)
