# SPDX-License-Identifier: Apache-2.0
"""Real Git repositories for tests: a builder that is as short to read as the history it makes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

FIXED_TIME = "2026-11-21T12:00:00+00:00"
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "init.defaultBranch",
    "GIT_CONFIG_VALUE_0": "main",
    "GIT_AUTHOR_NAME": "Test Author",
    "GIT_AUTHOR_EMAIL": "author@tenant.example",
    "GIT_AUTHOR_DATE": FIXED_TIME,
    "GIT_COMMITTER_NAME": "Test Committer",
    "GIT_COMMITTER_EMAIL": "committer@tenant.example",
    "GIT_COMMITTER_DATE": FIXED_TIME,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "file",
}
"""Git's whole environment in tests: nothing of the machine's, no real name, no clock, no network."""


class Repository:
    """A repository in a folder, with fixed people and given dates."""

    def __init__(self, folder: Path) -> None:
        """Make an empty one."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet")

    def git(self, *arguments: str, when: str = "2026-10-01T12:00:00+00:00", check: bool = True) -> str:
        """Run git in the folder at a time; its output."""
        environment = {**os.environ, "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        finished = subprocess.run(
            ["git", *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        assert not check or finished.returncode == 0, finished.stderr
        return finished.stdout.strip()

    def write(self, path: str, text: str | bytes) -> None:
        """Write a file of the working tree."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

    @classmethod
    def existing(cls, folder: Path) -> Repository:
        """One that is there already, such as a bare clone."""
        found = cls.__new__(cls)
        found.folder = folder
        return found

    def change(self, files: Mapping[str, str | bytes | None]) -> None:
        """Write files of the working tree; None deletes one."""
        for path, content in files.items():
            if content is None:
                (self.folder / path).unlink()
            else:
                self.write(path, content)

    def commit(self, message: str, when: str = "2026-10-01T12:00:00+00:00", **files: str | None) -> str:
        """Commit files (`decisions__A` stands for decisions/A.md; None deletes); the commit's id."""
        for name, text in files.items():
            path = name.replace("__", "/") + ".md"
            if text is None:
                (self.folder / path).unlink()
            else:
                self.write(path, text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message, when=when)
        return self.git("rev-parse", "HEAD")

    def merge(self, branch: str, message: str, when: str) -> str:
        """Merge a branch with a merge commit; its id."""
        self.git("merge", "--quiet", "--no-ff", "--message", message, branch, when=when)
        return self.git("rev-parse", "HEAD")
