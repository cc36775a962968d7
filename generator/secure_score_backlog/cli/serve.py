# SPDX-License-Identifier: Apache-2.0
"""`backlog serve`: serve the site while its files are edited.

MkDocs serves and reloads the browser; this process renders again when something changes that pages are made from.
"""

from __future__ import annotations

import signal
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import IO

import click

from secure_score_backlog.cli import options, output, signals
from secure_score_backlog.errors import BacklogError, CannotProceed
from secure_score_backlog.site import builder, rendering
from secure_score_backlog.wording import plural
from secure_score_backlog.workspace import require_backlog

HOST = "127.0.0.1"
PAUSE = 0.5
"""Seconds between two checks of the files."""
WATCHED = ("snapshots", "decisions", "docs", "backlog.yml", "mkdocs.yml")


@click.command()
@options.root
@options.as_of
@options.profile
@options.trust_configuration
@options.trust_docs
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port on this machine.")
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
def command(
    *,
    root: Path,
    as_of: date | None,
    profile: str | None,
    trust_site_configuration: bool,
    trust_docs: bool,
    port: int,
    no_open: bool,
) -> int:
    """Serve the site on this machine, and render it again when one of its files changes.

    It ends with Ctrl-C, or with any signal that ends a program, and leaves nothing behind.
    """
    refuse_taken(port)
    require_backlog(root)
    wanted = rendering.Wanted(as_of, profile, trust_docs, trust_site_configuration)
    try:
        with (
            signals.watched(signal.SIGINT) as ending,
            builder.workplace(root, trusted=trust_site_configuration) as place,
        ):
            rendered = rendering.render(root, wanted, today=options.now().date(), place=place.source)
            output.say_rendered(rendered)
            chosen = builder.configuration(rendered.job, place)
            output.say(
                f"Serving http://{HOST}:{port}/ as of {rendered.facts.as_of}; edits are rendered. Press Ctrl-C to stop."
            )
            arguments = ("serve", "--config-file", str(chosen), "--dev-addr", f"{HOST}:{port}", "--quiet")
            browser = () if no_open else ("--open",)
            call = (*arguments, *browser)
            with builder.running(rendered.job, place.folder, *call, output=subprocess.PIPE) as server:
                threading.Thread(target=pass_on, args=(server.stdout,), daemon=True).start()
                wanted = replace(wanted, profile=rendered.profile.name)
                follow(root, wanted, place, server, ending)
    except signals.Stopped:
        output.say("Stopped.")
    return 0


def pass_on(lines: IO[bytes]) -> None:
    """What the server says, as messages of our own: it names files and texts of others."""
    for line in lines:
        output.say(line.decode("utf-8", "replace").rstrip("\r\n"))


def follow(
    root: Path,
    wanted: rendering.Wanted,
    place: builder.Workplace,
    server: subprocess.Popen[bytes],
    ending: signals.Ending,
) -> None:
    """Render whenever a file changed, until the server ends. An error in a file is reported and ends nothing.

    Raises:
        Stopped: A signal asked the program to end.
        CannotProceed: The server ended by itself.
    """
    seen = fingerprint(root)
    while server.poll() is None:
        time.sleep(PAUSE)
        ending.check()
        here = fingerprint(root)
        if here == seen:
            continue
        seen = here
        try:
            rendered = rendering.render(root, wanted, today=options.now().date(), place=place.source)
            builder.configuration(rendered.job, place)
        except BacklogError as error:
            output.say(f"Not rendered: {error.message}" + (f" {error.hint}" if error.hint else ""))
        else:
            output.say(f"Rendered again as of {rendered.facts.as_of}: {plural(rendered.changed, 'file')} changed.")
    raise CannotProceed(
        f"The server ended with exit code {server.returncode}.",
        hint="See its message above; `backlog build` shows the same error in full.",
    )


def fingerprint(root: Path) -> frozenset[tuple[str, int, int]]:
    """Names, times and sizes of everything that pages are made from, the newest commit included."""
    return frozenset(_stamps(root))


def _stamps(root: Path) -> Iterator[tuple[str, int, int]]:
    git = root / ".git"
    heads = [git / "HEAD", git / "packed-refs", git / "refs"] if git.is_dir() else []
    for start in [*(root / name for name in WATCHED), *heads]:
        is_folder = start.is_dir() and not start.is_symlink()
        for path in start.rglob("*") if is_folder else [start]:
            try:
                state = path.lstat()  # what a link leads to is not read
            except OSError:
                continue  # just being replaced; the next look sees it
            if not stat.S_ISDIR(state.st_mode):
                yield str(path), state.st_mtime_ns, state.st_size


def refuse_taken(port: int) -> None:
    """CannotProceed where a port is in use, before anything is rendered."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CannotProceed(
                f"Port {port} of this machine cannot be used: {error.strerror}.",
                where=f"{HOST}:{port}",
                hint="Stop what runs there, or name another port with --port.",
            ) from error
