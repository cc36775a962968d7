# SPDX-License-Identifier: Apache-2.0
"""A person at a terminal: runs `backlog` on a pseudo-terminal, waits for what it asks, and types."""

from __future__ import annotations

import fcntl
import os
import re
import select
import subprocess
import sys
import termios
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.running import heed_signals

LONGEST_WAIT = 60
"""Seconds before a program that says nothing counts as hanging."""
CONTROL_C = "\x03"
_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|\r")


@dataclass(frozen=True, slots=True)
class Screen:
    """What a session looked like, and how it ended."""

    code: int
    text: str
    """Everything that was shown, without the sequences that style it."""
    raw: bytes


def at_terminal(
    arguments: Iterable[str | Path],
    typing: Sequence[tuple[str, str | bytes]],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Screen:
    """Run `backlog` at a terminal of 100 columns.

    Args:
        arguments: What comes after `backlog`.
        typing: What to wait for on the screen, and what to type then; Enter is added to texts, not to bytes.
        cwd: The folder it runs in.
        environment: Variables on top of the clean ones.
    """
    outer, inner = os.openpty()
    termios.tcsetwinsize(inner, (50, 100))
    process = subprocess.Popen(
        [sys.executable, "-m", "secure_score_backlog", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "TERM": "xterm", **(environment or {})},
        stdin=inner,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
        preexec_fn=_own_terminal,  # noqa: PLW1509 - no other thread of the tests is in the way
    )
    os.close(inner)
    seen = b""
    try:
        start = 0
        for expected, typed in typing:
            seen, start = _wait(outer, seen, start, expected)
            os.write(outer, typed if isinstance(typed, bytes) else f"{typed}\n".encode())
        seen += _rest(outer, process, seen, again=CONTROL_C if typed_last(typing) == CONTROL_C.encode() else "")
        code = process.wait()
    finally:
        process.kill()
        process.wait()
        os.close(outer)
    return Screen(code, shown(seen), seen)


def typed_last(typing: Sequence[tuple[str, str | bytes]]) -> str | bytes:
    """What is typed at the end of a session."""
    return typing[-1][1] if typing else b""


def _rest(outer: int, process: subprocess.Popen[bytes], seen: bytes, again: str) -> bytes:
    """What is written until the program ends. A person presses Ctrl-C once more where nothing happens."""
    rest = b""
    for _ in range(LONGEST_WAIT):
        while part := _read(outer, 1):
            rest += part
        try:
            process.wait(1)
        except subprocess.TimeoutExpired:
            if again:
                os.write(outer, again.encode())
        else:
            while part := _read(outer, 0):
                rest += part
            return rest
    raise AssertionError(f"the program does not end:\n{shown(seen + rest)}")


def _own_terminal() -> None:
    """Make the terminal the one that Ctrl-C is typed at."""
    heed_signals()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _wait(outer: int, seen: bytes, start: int, expected: str) -> tuple[bytes, int]:
    """Read until a text is shown that was not waited for before."""
    expected = " ".join(expected.split())
    while (found := " ".join(shown(seen).split()).find(expected, start)) < 0:
        part = _read(outer)
        assert part, f"the program ended, or waits, before it showed {expected!r}:\n{shown(seen)}"
        seen += part
    return seen, found + len(expected)


def _read(outer: int, wait: float = LONGEST_WAIT) -> bytes:
    """What the program writes next; empty when it has ended, or has been silent for long."""
    ready, _, _ = select.select([outer], [], [], wait)
    if not ready:
        return b""
    try:
        return os.read(outer, 65536)
    except OSError:  # Linux, when the last program at the terminal has ended
        return b""


def shown(raw: bytes) -> str:
    """What a person sees of what was written to a terminal."""
    return _SEQUENCE.sub("", raw.decode("utf-8", "replace"))
