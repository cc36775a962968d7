# SPDX-License-Identifier: Apache-2.0
"""What this version would write differently into a data repository, and why a file differs."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from secure_score_backlog import __version__
from secure_score_backlog.data_repository.written import Record, digest
from secure_score_backlog.files import Document

PIN = re.compile(r"(uses: [^@\s]+)@[0-9a-f]{40} # v\S+")


@dataclass(frozen=True, slots=True)
class Change:
    """One file that this version would write differently."""

    path: str
    why: str
    """A sentence."""
    difference: tuple[str, ...] = ()
    """Lines of a unified diff, from the file to what would be written."""


def compared(wanted: Iterable[Document], recorded: Record, content_of: Callable[[str], bytes | None]) -> list[Change]:
    """Every file that this version would write differently, by path.

    Not listed are a file that only a person has changed, and one whose pinned actions alone are others: those are
    upgraded one by one, by Dependabot.

    Args:
        wanted: What this version writes.
        recorded: The record of what was written.
        content_of: The content of a file of the folder; None where it is missing.
    """
    return sorted(_changes(list(wanted), recorded, content_of), key=lambda change: change.path)


def _changes(wanted: list[Document], recorded: Record, content_of: Callable[[str], bytes | None]) -> Iterator[Change]:
    version, written = recorded.version, recorded.files
    for document in wanted:
        content = content_of(document.path)
        before = written.get(document.path)
        if content is None:
            yield Change(document.path, "It was deleted." if before else f"Version {__version__} adds it.")
        elif _same(content, document.content) or before == digest(document.content):
            continue
        else:
            yield Change(document.path, _why(version, before, content), _difference(content, document))
    for path in written.keys() - {document.path for document in wanted}:
        if content_of(path) is not None:
            yield Change(path, f"Version {__version__}, with these choices, does not write it any more.")


def _why(version: str, before: str | None, content: bytes) -> str:
    if before is None:
        return "It was there before `backlog init`."
    if before == digest(content):
        reason = f"than {version} did" if version != __version__ else "with these choices"
        return f"Version {__version__} writes it differently {reason}; nobody has changed it since."
    return f"It was changed by hand, and version {__version__} writes it differently than {version} did."


def _same(one: bytes, other: bytes) -> bool:
    return _plain(one) == _plain(other)


def _plain(content: bytes) -> str:
    """A file without the commits of pinned actions."""
    return PIN.sub(r"\1", content.decode("utf-8", "replace").replace("\r\n", "\n"))


def _difference(content: bytes, document: Document) -> tuple[str, ...]:
    before, after = (part.decode("utf-8", "replace").splitlines() for part in (content, document.content))
    return tuple(difflib.unified_diff(before, after, "yours", f"version {__version__}", lineterm="", n=1))
