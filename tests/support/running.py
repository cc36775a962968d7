# SPDX-License-Identifier: Apache-2.0
"""Two ways to run `backlog` in a test: in this process, which is quick, and as a process of its own.

Both answer with a finished process, so that a test changes from one to the other by its fixture's name alone.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import chdir, nullcontext, redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess
from types import ModuleType
from typing import Protocol
from unittest.mock import patch

import pytest

from secure_score_backlog.__main__ import answer

PACKAGE = "secure_score_backlog"
CONSTANT = tuple(
    f"{PACKAGE}.{name}"
    for name in ("evidence.letters", "licences", "questionnaires.shipped", "ratings", "sample.", "site.templates")
)
"""Modules whose cached functions take no argument and read the package's own data only: the same in every run."""
LONGEST_COMMAND = 300
"""Seconds before a process under test counts as hanging."""
_CACHES: dict[str, list[Callable[[], None]]] = {}
"""What empties the caches of each module that was loaded, by its name."""


class RunBacklog(Protocol):
    """Runs `backlog` as a person would."""

    def __call__(
        self,
        *arguments: str | Path,
        cwd: Path | None = None,
        environment: Mapping[str, str] | None = None,
        typed: str | None = None,
        expect: int | None = None,
    ) -> CompletedProcess[str]:
        """The finished process.

        Args:
            arguments: What comes after `backlog`.
            cwd: The folder it runs in. A fixture runs it in the test's `tmp_path` unless another is given, a plain
                function where the tests run.
            environment: Variables on top of the clean ones.
            typed: What a person types; nothing unless given.
            expect: The exit code that must come back; any unless given.
        """
        ...


def run_here(
    *arguments: str | Path,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    typed: str | None = None,
    expect: int | None = None,
) -> CompletedProcess[str]:
    """`backlog` in this process: a RunBacklog for everything but what only a process has.

    It begins with empty caches, as a process does; streams, environment and working directory are as before when it
    ends. What it cannot show: the interpreter's own exit, other encodings of the streams, signals, hash seeds.
    """
    clear_caches()
    call = [str(argument) for argument in arguments]
    output, errors = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n") for _ in range(2))
    keyboard = io.TextIOWrapper(io.BytesIO((typed or "").encode()), encoding="utf-8")
    with (
        chdir(cwd) if cwd else nullcontext(),
        patch.dict(os.environ, environment or {}),
        patch.object(sys, "stdin", keyboard),
        redirect_stdout(output),
        redirect_stderr(errors),
        pytest.raises(SystemExit) as ending,
    ):
        answer(call)
    assert isinstance(ending.value.code, int)
    return checked(CompletedProcess(["backlog", *call], ending.value.code, written(output), written(errors)), expect)


def run_as_process(
    *arguments: str | Path,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    typed: str | None = None,
    expect: int | None = None,
) -> CompletedProcess[str]:
    """`backlog` in a process of its own: a RunBacklog for encodings, signals, hash seeds and the like."""
    finished = subprocess.run(
        [sys.executable, "-m", PACKAGE, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        input=typed or "",
        capture_output=True,
        encoding="utf-8",
        timeout=LONGEST_COMMAND,
        check=False,
    )
    finished.args = ["backlog", *map(str, arguments)]
    return checked(finished, expect)


def heed_signals() -> None:
    """For `preexec_fn`: the process heeds what a run of the tests in the background, or below `nohup`, ignores."""
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)


def clear_caches() -> None:
    """Empty the caches of the package, so that nothing an earlier command remembered can hide a fault.

    What reads the package's own data keeps it, also where another module has imported its function.
    """
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{PACKAGE}."):
            if name not in _CACHES:
                _CACHES[name] = caches_of(module)
            for clear in _CACHES[name]:
                clear()


def caches_of(module: ModuleType) -> list[Callable[[], None]]:
    """What empties each cache of a module."""
    found = []
    for value in vars(module).values():
        clear = getattr(value, "cache_clear", None)
        if callable(clear) and not value.__module__.startswith(CONSTANT):
            found.append(clear)
    return found


def written(stream: io.TextIOWrapper) -> str:
    """What a command wrote. A stream that it closed holds nothing any more."""
    if stream.closed:
        return ""
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode("utf-8")


def checked(finished: CompletedProcess[str], expect: int | None) -> CompletedProcess[str]:
    """The finished process, after a look at its exit code; with another one the test says what was printed."""
    said = f"{' '.join(finished.args)}\n{finished.stdout}\n{finished.stderr}"
    assert expect is None or finished.returncode == expect, said
    return finished
