# SPDX-License-Identifier: Apache-2.0
"""Git's log of the main branch, kept in the cache: Git is asked for the commits since then alone.

A commit never changes, and what is before it neither. What else the log depends on is part of the key: names in it
follow `.mailmap`, and Git has settings (docs/adr/0035-a-cache-that-cannot-lie.md).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from secure_score_backlog.cache import FOLDER, Cache, code_version
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.files import is_file, read_file
from secure_score_backlog.git import (
    LARGEST_MAILMAP,
    MAILMAP,
    MainHistory,
    RawHistory,
    Repository,
    parse_log,
    program,
    read_history,
    run_git,
)

KEPT = "log"
"""The name in the cache."""
WORTH_KEEPING = 500
"""Commits; a shorter log is read in a moment."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The log up to a commit."""

    key: str
    """What else it depends on (`_key`)."""
    commits: tuple[str, ...]
    """Oldest first."""
    log: bytes
    signatures: Mapping[str, str]


def read_kept_history(repository: Repository, cached: Callable[[], Cache | None]) -> MainHistory:
    """The history of the branch that is checked out, as `git.read_main_history` reads it.

    Args:
        repository: Where.
        cached: Opens the cache; asked where there is a kept log, or one that is worth keeping.
    """
    head = repository.head()
    if head is None:
        return MainHistory(repository=repository)
    cache = cached() if is_file(repository.folder, f"{FOLDER}/{KEPT}") else None
    key = _key(repository)
    kept = cache.get(KEPT, Kept) if cache and key else None
    kept = kept if kept and kept.key == key else None
    said = (_continued(repository, kept, head) if kept else None) or RawHistory(repository.log(head))
    main = read_history(repository, head, said)
    found = tuple(each.version.commit for each in main.commits)
    if key is None or len(found) < WORTH_KEEPING or (kept and said.log == kept.log) or key != _key(repository):
        return main
    if cache := cached():
        signed = {each.version.commit: each.version.signature for each in main.commits if each.version.signature}
        cache.put(KEPT, Kept(key, found, said.log, signed))
    return main


def _continued(repository: Repository, kept: Kept, head: str) -> RawHistory | None:
    """The log up to a commit that comes after the kept ones; None where it does not, or where Git has lost one."""
    if not kept.commits or len(repository.sizes(kept.commits)) != len(kept.commits):
        return None
    tip, log = kept.commits[-1], b""
    if tip != head:
        try:
            log = repository.log(f"{tip}..{head}")
        except CannotProceed:
            return None
        oldest = [commit.parents for commit in parse_log(log)][-1:]
        if not oldest or oldest[0][:1] != (tip,):  # the branch was reset, or has the kept commits from a merge
            return None
    return RawHistory(log + kept.log, frozenset(kept.commits), kept.signatures)


def _key(repository: Repository) -> str | None:
    """A digest of what a log depends on beside commits; None where that cannot be told."""
    settings = run_git(repository.folder, "config", "--list", "--null")
    top = repository.folder.resolve().joinpath(*[".."] * repository.prefix.count("/"))
    try:
        names = read_file(top, MAILMAP, LARGEST_MAILMAP)
    except FileNotFoundError:
        names = b""
    except OSError:
        return None
    git = program()
    found = Path(git).stat()
    variables = sorted((name, value) for name, value in os.environ.items() if name.startswith("GIT_"))
    asked = (code_version("secure_score_backlog"), git, found.st_size, found.st_mtime_ns, variables)
    return hashlib.sha256(repr((asked, settings.returncode, settings.stdout, names)).encode()).hexdigest()
