# SPDX-License-Identifier: Apache-2.0
"""`backlog serve`, in a process of its own, as it runs until it is stopped."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.support.folders import write
from tests.support.running import RunBacklog


@pytest.mark.skipif(os.name == "nt", reason="stops the server with a signal")
def test_serve_shows_edits(bare: Path, tmp_path: Path) -> None:
    """The site is served; an edit of a hand-written page and of the settings shows; Ctrl-C ends it with 0."""
    write(bare, "docs/guide/start.md", "# Start\n\nfirst words\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    call = [sys.executable, "-m", "secure_score_backlog", "serve", "--root", str(bare), "--port", port, "--no-open"]
    said = tmp_path / "said.txt"
    with (
        said.open("wb") as output,
        subprocess.Popen(
            call,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "PYTHONFAULTHANDLER": "1"},
        ) as server,
    ):
        try:
            address = f"http://127.0.0.1:{port}/guide/start.html"
            wait_for(address, "first words")
            write(bare, "docs/guide/start.md", "# Start\n\nsecond words\n")
            wait_for(address, "second words")
            write(bare, "decisions/Safe.md", "---\nrecommendation: Safe\nbucket: [\n---\n")
            write(bare, "docs/guide/start.md", "# Start\n\nthird words\n")
            wait_for(address, "third words")
            os.killpg(server.pid, signal.SIGINT)
            assert ending(server) == 0, said.read_text(encoding="utf-8")
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGKILL)


def ending(server: subprocess.Popen[bytes]) -> int | None:
    """The exit code; None where it did not end in a minute: then its output says where each thread was."""
    try:
        return server.wait(60)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGABRT)
        server.wait(60)
        return None


def test_serve_says_that_a_port_is_taken(built: Path, backlog: RunBacklog) -> None:
    """Before anything is rendered: exit 3, and what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        finished = backlog("serve", "--root", built, "--no-open", "--port", str(taken.getsockname()[1]), expect=3)
    assert "--port" in finished.stderr


def wait_for(address: str, words: str, seconds: int = 90) -> None:
    """Wait until a page holds some words."""
    end = time.monotonic() + seconds
    last = ""
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                last = answer.read().decode()
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            last = str(error)
        if words in last:
            return
        time.sleep(0.2)
    raise AssertionError(f"{address} never said {words!r}; at last: {last[:500]}")
