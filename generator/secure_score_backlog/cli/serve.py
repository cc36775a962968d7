# SPDX-License-Identifier: Apache-2.0
"""`backlog serve`: serve the site while its files are edited.

MkDocs serves, builds the pages whose Markdown changed, and reloads the browser; this process renders again when
something changes that pages are made from. After an edit of decisions their own pages come first, then all others; a
further edit begins again.
"""

from __future__ import annotations

import re
import signal
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import IO

import click

from secure_score_backlog.cli import options, output, signals
from secure_score_backlog.decisions.store import DECISIONS
from secure_score_backlog.errors import BacklogError, CannotProceed
from secure_score_backlog.site import builder, rendering
from secure_score_backlog.wording import plural
from secure_score_backlog.workspace import require_backlog

HOST = "127.0.0.1"
PAUSE = 0.2
"""Seconds between two checks of the files."""
PAUSE_WHILE_RENDERING = 0.5
"""The same while pages are made."""
Stamp = tuple[str, int, int]
"""Path, time and size of a file."""
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
            chosen = builder.configuration(rendered.job, place, builder.SERVED)
            output.say(
                f"Serving http://{HOST}:{port}/ as of {rendered.facts.as_of}; edits are rendered. Press Ctrl-C to stop."
            )
            arguments = ("serve", "--dirty", "--config-file", str(chosen), "--dev-addr", f"{HOST}:{port}", "--quiet")
            browser = () if no_open else ("--open",)
            call = (*arguments, *browser)
            with builder.running(rendered.job, place.folder, *call, output=subprocess.PIPE) as server:
                threading.Thread(target=pass_on, args=(server.stdout,), daemon=True).start()
                follow(root, rendered, place, server, ending)
    except signals.Stopped:
        output.say("Stopped.")
    return 0


def pass_on(lines: IO[bytes]) -> None:
    """What the server says, as messages of our own: it names files and texts of others."""
    for line in lines:
        output.say(line.decode("utf-8", "replace").rstrip("\r\n"))


def follow(
    root: Path,
    rendered: rendering.Rendered,
    place: builder.Workplace,
    server: subprocess.Popen[bytes],
    ending: signals.Ending,
) -> None:
    """Render whenever a file changed, until the server ends. An error in a file is reported and ends nothing.

    Raises:
        Stopped: A signal asked the program to end.
        CannotProceed: The server ended by itself.
    """
    wanted = replace(rendered.wanted, profile=rendered.profile.name)
    configured = builder.configuration(rendered.job, place, builder.SERVED).stat().st_mtime_ns
    shown = fingerprint(root)
    while server.poll() is None:
        time.sleep(PAUSE)
        ending.check()
        here = fingerprint(root)
        if here == shown:
            continue
        edited = edited_decisions(root, shown ^ here)
        try:
            with unless_edited(root, here):
                rendering.preview(rendered, edited, today=options.now().date(), place=place.source)
                rendered = rendering.render(root, wanted, today=options.now().date(), place=place.source)
                newest = builder.configuration(rendered.job, place, builder.SERVED).stat().st_mtime_ns
        except Edited:
            continue
        except BacklogError as error:
            output.say(f"Not rendered: {error.message}" + (f" {error.hint}" if error.hint else ""))
        else:
            output.say(f"Rendered again as of {rendered.facts.as_of}: {plural(rendered.changed, 'file')} changed.")
            if newest != configured:
                build_all(place)
            configured = newest
        shown = here
    raise CannotProceed(
        f"The server ended with exit code {server.returncode}.",
        hint="See its message above; `backlog build` shows the same error in full.",
    )


def build_all(place: builder.Workplace) -> None:
    """Have the server build every page, because its configuration is another one."""
    for page in (place.source / rendering.FOLDER).rglob("*.md"):
        page.touch()


class Edited(BaseException):
    """A file changed while pages were made, so they are out of date; not an Exception, so that nothing catches it."""


@contextmanager
def unless_edited(root: Path, here: Collection[Stamp]) -> Iterator[None]:
    """Raise Edited in the block when the files are no longer as they were; only where the system has alarms."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def look(*_: object) -> None:
        if fingerprint(root) != here:
            raise Edited  # once: the alarm is not set again
        signal.setitimer(signal.ITIMER_REAL, PAUSE_WHILE_RENDERING)

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, PAUSE_WHILE_RENDERING)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def edited_decisions(root: Path, changes: Collection[Stamp]) -> frozenset[str]:
    """The ids of the decisions in which alone some changes are; none where anything else changed."""
    folder = re.escape(str(root / DECISIONS))
    found = [re.fullmatch(rf"{folder}[/\\]([^/\\]+)\.md", path) for path, *_ in changes]
    return frozenset(match[1] for match in found if match) if all(found) else frozenset()


def fingerprint(root: Path) -> frozenset[Stamp]:
    """Names, times and sizes of everything that pages are made from, the newest commit included."""
    return frozenset(_stamps(root))


def _stamps(root: Path) -> Iterator[Stamp]:
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
