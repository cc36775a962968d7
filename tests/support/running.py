# SPDX-License-Identifier: Apache-2.0
"""Types of the fixtures that every test may ask for (`tests/conftest.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from subprocess import CompletedProcess
from typing import Protocol


class RunBacklog(Protocol):
    """Runs `backlog` as a person would, in a process of its own."""

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
            cwd: The folder it runs in; the test's `tmp_path` unless told.
            environment: Variables on top of the clean ones.
            typed: What a person types; nothing unless told.
            expect: The exit code that must come back; any unless told.
        """
        ...
