# SPDX-License-Identifier: Apache-2.0
"""A collection about to run: a repository with yesterday in it, a Graph that has today, and a fault."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.graph_items import DAY, control, profile, score
from tests.support.graph_server import GraphAnswers
from tests.support.running import PACKAGE, run_here
from tests.support.tokens import unsigned

TODAY, YESTERDAY = DAY, DAY - timedelta(days=1)
NAMES = ("AdminMFAV2", "BlockLegacyAuthentication", "mdo_safelinks")
APPLICATION_TOKEN = unsigned({"aud": "https://graph.microsoft.com", "roles": ["SecurityEvents.Read.All"]})
AS_PROCESS = (sys.executable, "-m", PACKAGE)
LONGEST = 60
"""Seconds before a run under test counts as hanging."""


def day_score(day: date, *, full: bool = True, **more: Any) -> dict[str, Any]:
    """One day's score of the tenant in these tests."""
    points = day.toordinal() % 5 + 1
    items = [control(name, points, points * 10, full=full, lastSynced=f"{day}T02:00:00Z") for name in NAMES]
    return score(day, [item if full else {**item, "lastSynced": None} for item in items], **more)


def answers() -> list[dict[str, Any]]:
    """What Graph says today: today in full, yesterday and the day before without details."""
    past = [day_score(TODAY - timedelta(days=ago), full=False) for ago in (1, 2)]
    return [day_score(TODAY), *past]


def profiles() -> list[dict[str, Any]]:
    """The recommendations of the tenant in these tests."""
    return [profile(name) for name in NAMES]


def tree(root: Path) -> dict[str, bytes]:
    """Every file of a repository, by path."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def undated(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Files without the line that says when they were collected, by which alone two good runs differ."""
    return {
        path: b"\n".join(line for line in content.split(b"\n") if not line.startswith(b'  "collected"'))
        for path, content in files.items()
    }


@dataclass(slots=True)
class Stage:
    """Where one collection runs: a root, a Graph, and a fault. In this process, unless `program` is set."""

    root: Path
    graph: GraphAnswers
    program: Sequence[str] = ()
    """How `run` starts `backlog` as a process of its own, for what only a process has; `AS_PROCESS`, or the like."""
    stack: ExitStack = field(default_factory=ExitStack)
    """Servers that a fault needs are entered here."""
    environment: dict[str, str] = field(default_factory=lambda: {"GRAPH_TOKEN": APPLICATION_TOKEN})
    options: list[str] = field(default_factory=list)
    """Beside `--root` and `--graph-url`."""
    url: str = ""

    def __enter__(self) -> Self:
        self.stack.enter_context(self.graph)
        self.url = self.graph.url
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stack.close()

    def arguments(self, *more: str) -> list[str]:
        """What comes after `backlog` for a collection."""
        return ["collect", "--root", str(self.root), "--graph-url", self.url, *self.options, *more]

    def start(self, *more: str) -> subprocess.Popen[str]:
        """A collection as a process, which runs while the test does something else."""
        return subprocess.Popen(
            [*(self.program or AS_PROCESS), *self.arguments(*more)],
            env={**os.environ, "RES_OPTIONS": "timeout:1 attempts:1", **self.environment},
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *more: str) -> subprocess.CompletedProcess[str]:
        """One collection, to its end."""
        if not self.program:
            return run_here(*self.arguments(*more), environment=self.environment)
        with self.start(*more) as process:
            output, errors = process.communicate(timeout=LONGEST)
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def set_up(folder: Path, before: Path) -> Stage:
    """A stage with a copy of the repository that a healthy run left yesterday."""
    shutil.copytree(before, folder)
    return Stage(folder, GraphAnswers(answers(), profiles()))


def collect_yesterday(folder: Path) -> Path:
    """A repository as a healthy run left it yesterday."""
    folder.mkdir(parents=True)
    with Stage(folder, GraphAnswers([day_score(YESTERDAY)], profiles())) as stage:
        done = stage.run()
    assert done.returncode == 0, done.stderr
    return folder
