# SPDX-License-Identifier: Apache-2.0
"""`backlog serve`: serve the site while its files are edited.

MkDocs serves and reloads the browser; this process renders again when something changes that pages are made from.
"""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import IO

import click

from secure_score_backlog.cli import options, output
from secure_score_backlog.errors import BacklogError, CannotProceed
from secure_score_backlog.site import builder, rendering
from secure_score_backlog.wording import plural

HOST = "127.0.0.1"
PAUSE = 0.5
"""Seconds between two checks of the files."""
WATCHED = ("snapshots", "decisions", "docs", "backlog.yml")


@click.command()
@options.root
@options.as_of
@options.profile
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port on this machine.")
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
def command(root: Path, as_of: date | None, profile: str | None, port: int, no_open: bool) -> int:
    """Serve the site on this machine, and render it again when one of its files changes."""
    refuse_taken(port)
    rendered = rendering.render(root, as_of=as_of, today=options.now().date(), profile=profile)
    output.say_dated_ahead(rendered.ahead, rendered.facts.as_of)
    for line in rendered.remarks:
        output.say(line)
    arguments = ["serve", "--config-file", str(builder.configuration(rendered.job)), "--dev-addr", f"{HOST}:{port}"]
    output.say(f"Serving http://{HOST}:{port}/ as of {rendered.facts.as_of}; edits are rendered. Press Ctrl-C to stop.")
    with subprocess.Popen(
        builder.command(*arguments, "--quiet", *([] if no_open else ["--open"])),
        cwd=root,
        env=builder.environment(rendered.job),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as server:
        threading.Thread(target=pass_on, args=(server.stdout,), daemon=True).start()
        try:
            return follow(root, as_of, rendered.profile.name, server)
        except KeyboardInterrupt:
            output.say("Stopped.")
            return 0
        finally:
            server.terminate()


def pass_on(lines: IO[bytes]) -> None:
    """What the server says, as messages of our own: it names files and texts of others."""
    for line in lines:
        output.say(line.decode("utf-8", "replace").rstrip("\r\n"))


def follow(root: Path, as_of: date | None, profile: str, server: subprocess.Popen[bytes]) -> int:
    """Render whenever a file changed, until the server ends. An error in a file is reported and ends nothing."""
    seen = fingerprint(root)
    while server.poll() is None:
        time.sleep(PAUSE)
        here = fingerprint(root)
        if here == seen:
            continue
        seen = here
        try:
            rendered = rendering.render(root, as_of=as_of, today=options.now().date(), profile=profile)
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
        files = start.rglob("*") if start.is_dir() else [start]
        for path in files:
            try:
                state = path.stat()
            except OSError:
                continue  # just being replaced; the next look sees it
            if not path.is_dir():
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
