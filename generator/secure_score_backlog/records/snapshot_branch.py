# SPDX-License-Identifier: Apache-2.0
"""Snapshots on a branch of their own, read straight from Git without a checkout (design §4.1).

Where the main branch takes pull requests only, the scheduled run commits to a branch that it alone writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import git

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.records.git_history import MainHistory, collect, run_log
from secure_score_backlog.records.snapshots import FOLDER

BLOB_KINDS = ("100644", "100755")
"""Ordinary files: a symbolic link or a submodule is no snapshot."""


@dataclass(frozen=True, slots=True)
class SnapshotBranch:
    """The files below `snapshots/` at the tip of a branch."""

    main: MainHistory
    tip: str
    """The branch's newest commit."""
    blobs: Mapping[str, str]
    """Git's id of each file, by path relative to the root."""

    def paths(self) -> Iterable[str]:
        """Every file below `snapshots/`."""
        return self.blobs.keys()

    def content(self, path: str) -> bytes | None:
        """The bytes of a file; None where there is none."""
        blob = self.blobs.get(path)
        return self.main.content(blob, keep=False) if blob else None

    def contents(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The bytes of many files, one in memory at a time; CannotProceed where Git has lost one."""
        wanted = [path for path in paths if path in self.blobs]
        found = self.main.stream([self.blobs[path] for path in wanted])
        for path in wanted:
            blob, content = next(found, ("", b""))
            if blob != self.blobs[path]:
                content = self.main.content(self.blobs[path], keep=False)  # says what to do
            yield path, content

    def history(self, path: str) -> MainHistory:
        """Every version of one file along the branch's first parents."""
        assert self.main.repository is not None
        raw = run_log(self.main.repository, self.tip, [self.main.prefix + path])
        return collect(raw, self.main.repository, self.main.prefix)


def open_snapshot_branch(main: MainHistory | None, branch: str) -> SnapshotBranch:
    """The snapshots of a branch, local or fetched from `origin`; CannotProceed where there is none."""
    tip = tip_of(main.repository, branch) if main and main.repository else None
    if main is None or main.repository is None or tip is None:
        raise CannotProceed(
            f"the branch {branch!r}, which should hold the snapshots, is not here",
            where="backlog.yml: snapshots.branch",
            hint=f"Fetch it: git fetch origin {branch}:{branch}. In GitHub Actions set 'fetch-depth: 0'.",
        )
    command = ["git", "ls-tree", "-r", "-z", "--full-tree", tip, "--", f"{main.prefix}{FOLDER}/"]
    listed: bytes | str = main.repository.git.execute(command, stdout_as_string=False)
    raw = listed if isinstance(listed, bytes) else listed.encode()
    return SnapshotBranch(main, tip, dict(entries(raw, main.prefix)))


def tip_of(repository: git.Repo, branch: str) -> str | None:
    """The commit at the tip of a branch; None where neither this repository nor `origin` has it."""
    for reference in (f"refs/heads/{branch}", f"refs/remotes/origin/{branch}"):
        try:
            found = repository.git.execute(["git", "rev-parse", "--verify", "--quiet", "--end-of-options", reference])
        except git.GitCommandError:
            continue
        return str(found)
    return None


def entries(raw: bytes, prefix: str) -> Iterable[tuple[str, str]]:
    """Path relative to the root and blob, of each ordinary file that `ls-tree -z` lists."""
    for line in raw.split(b"\0"):
        words, _, path = line.partition(b"\t")
        kind, *rest = words.decode().split(" ")
        if kind in BLOB_KINDS:
            yield path.decode("utf-8", "surrogateescape")[len(prefix) :], rest[1]
