# SPDX-License-Identifier: Apache-2.0
"""Writes a history into a new Git repository in one go, through `git fast-import`.

The same commits give the same ids on every machine: nothing is read from the user's or the system's Git
configuration, no hook and no template runs, and every date, author and zone is given.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.git import program

SCRATCH = "refs/heads/in-the-making"
"""Holds the commits of side branches; deleted when the repository is ready."""
OLDEST_GIT = "2.28"
"""The first version whose `git init` knows `--initial-branch`."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who made a commit, and when."""

    name: str
    address: str
    at: datetime
    """With a zone: Git records the offset."""

    def line(self, kind: str) -> bytes:
        """The line of a commit, such as `author Head of IT <…> 1755612000 +0200`."""
        return f"{kind} {self.name} <{self.address}> {int(self.at.timestamp())} {self.at:%z}\n".encode()


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of a history; its parents are positions in the list of all commits."""

    author: Signature
    committer: Signature
    message: str
    changes: Mapping[str, bytes | None]
    """New content by path; None deletes. Everything else stays as the first parent has it."""
    parents: tuple[int, ...] = ()
    main: bool = True
    """False on a side branch."""


def stream(commits: Sequence[Commit]) -> Iterator[bytes]:
    """The input of `git fast-import`, piece by piece."""
    yield b"feature done\n"
    for mark, commit in enumerate(commits, start=1):
        yield f"commit {'refs/heads/main' if commit.main else SCRATCH}\nmark :{mark}\n".encode()
        yield commit.author.line("author")
        yield commit.committer.line("committer")
        yield from data(commit.message.encode())
        for kind, parent in zip(("from", *["merge"] * len(commit.parents)), commit.parents, strict=False):
            yield f"{kind} :{parent + 1}\n".encode()
        for path, content in sorted(commit.changes.items()):
            if content is None:
                yield f"D {path}\n".encode()
            else:
                yield f"M 100644 inline {path}\n".encode()
                yield from data(content)
        yield b"\n"
    yield b"done\n"


def data(content: bytes) -> Iterator[bytes]:
    """Content with its length in front."""
    yield f"data {len(content)}\n".encode()
    yield content
    yield b"\n"


@dataclass(frozen=True, slots=True)
class Git:
    """Git in one folder, independent of the environment and of any configuration but the folder's own."""

    program: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment without anything that configures Git; home is the repository, which holds no settings."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "XDG_"))}
        home = str(self.folder / ".git")
        nowhere = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_ATTR_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
        return {**kept, **nowhere, "HOME": home, "USERPROFILE": home, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}

    def run(self, *arguments: str, typed: bytes = b"") -> str:
        """What Git printed. Raises CannotProceed with Git's own words where it failed."""
        trusted = f"safe.directory={self.folder.as_posix()}"
        finished = subprocess.run(
            [self.program, "-c", trusted, "-c", "core.autocrlf=false", *arguments],
            cwd=self.folder,
            env=self.environment,
            input=typed,
            capture_output=True,
            check=False,
        )
        if finished.returncode != 0:
            said = finished.stderr.decode("utf-8", "replace").strip()
            raise CannotProceed(
                f"Running git {arguments[0]} failed: {said.rstrip('.') or f'exit code {finished.returncode}'}.",
                where=str(self.folder),
                hint=f"See whether the folder can be written and `git --version` is {OLDEST_GIT} or newer.",
            )
        return finished.stdout.decode("utf-8", "replace").strip()


def find_git() -> str:
    """The program. Raises CannotProceed where Git is not installed."""
    try:
        return program()
    except FileNotFoundError:
        raise CannotProceed(
            "Git is not installed, or not on the PATH.",
            where="PATH",
            hint="Install Git (https://git-scm.com), open a new terminal and run the command again.",
        ) from None


def begin(folder: Path) -> Git:
    """Make a repository without commits in an empty folder."""
    git = Git(find_git(), folder.resolve())
    git.run("init", "--quiet", "--initial-branch=main", "--template=", "--object-format=sha1")
    return git


def fill(git: Git, commits: Sequence[Commit]) -> str:
    """Give an empty repository this history and the files of its end; returns the newest commit's id."""
    git.run("fast-import", "--quiet", "--force", "--date-format=raw", typed=b"".join(stream(commits)))
    git.run("update-ref", "-d", SCRATCH)
    git.run("reset", "--quiet", "--hard", "main")
    return git.run("rev-parse", "HEAD")
