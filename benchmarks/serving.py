# SPDX-License-Identifier: Apache-2.0
"""How long `backlog serve` takes from an edit of a decision until its page shows it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.costs import Failed

LONGEST = 400
"""Seconds that are waited for a page."""


def free_port() -> int:
    """A port of this machine that nothing uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def shown(address: str, words: str, alive: Callable[[], bool]) -> float:
    """Wait until a page holds some words; the time then. Failed where the server ends, or it takes too long."""
    end = time.perf_counter() + LONGEST
    while time.perf_counter() < end and alive():
        try:
            with urlopen(address, timeout=LONGEST) as answer:
                if words in answer.read().decode("utf-8", "replace"):
                    return time.perf_counter()
        except (URLError, ConnectionError, TimeoutError):
            pass
        time.sleep(0.05)
    raise Failed(f"{address} never showed {words!r}")


def reactions(root: Path, decision: Path, page: str, edits: int) -> tuple[float, list[float]]:
    """Seconds until the first page is served, and from each edit until its page shows it.

    Args:
        root: The tenant; its decision is changed.
        decision: The file that is edited.
        page: The address of its page below the site.
        edits: How often.
    """
    port = free_port()
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "secure_score_backlog", "serve", "--root", str(root), "--no-open", "--port", str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            address = f"http://127.0.0.1:{port}/{page}"
            first = shown(address, "</html>", lambda: server.poll() is None) - began
            found = []
            for number in range(edits):
                words = f"Written while it was served, {number}."
                text = decision.read_text(encoding="utf-8")
                edited = time.perf_counter()
                decision.write_text(f"{text}{words}\n", encoding="utf-8")
                found.append(shown(address, words, lambda: server.poll() is None) - edited)
        finally:
            server.terminate()
            server.wait(60)
    return first, found
