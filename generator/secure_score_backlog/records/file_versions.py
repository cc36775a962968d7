# SPDX-License-Identifier: Apache-2.0
"""Files with their versions: what Git has, and on top what the working tree has (design §4.2, as-of).

Today's state is the working tree; an edit that nobody committed is a version without a commit.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from secure_score_backlog.model.decision import Version
from secure_score_backlog.records.git_history import MainHistory

LONG_AGO = datetime.min.replace(tzinfo=UTC)
"""Without Git a file has no date: it counts as known since ever."""
NOT_COMMITTED = "not committed"
LEADS_ELSEWHERE = re.compile(r"[\\:\x00-\x1f]|(^|/)\.\.?(/|$)")
"""In a path that Git names: harmless letters there, but on some disk they lead out of the folder."""


@dataclass(frozen=True, slots=True)
class FileVersions:
    """Every version of the files of a folder, by path, oldest first."""

    root: Path
    main: MainHistory | None
    edited_on: date
    """The day that uncommitted edits count for: the day the build looks at."""

    def of(self, path: str) -> tuple[Version, ...]:
        """The versions of one file, an uncommitted edit last."""
        committed = self.main.versions.get(path, ()) if self.main else ()
        edit = self._edit(path, committed[-1] if committed else None)
        return (*committed, edit) if edit else committed

    def paths(self, folder: str, suffix: str) -> Iterator[str]:
        """Every file ever directly inside a folder, by path in order; hidden files are nobody's business."""
        known = set(self.main.versions) if self.main else set()
        known |= {f"{folder}/{file.name}" for file in (self.root / folder).glob(f"*{suffix}")}
        for path in sorted(known):
            name = path[len(folder) + 1 :]
            if path.startswith(f"{folder}/") and path.endswith(suffix) and "/" not in name and name[0] != ".":
                yield path

    def fetch(self, versions: Iterable[Version]) -> None:
        """Read many committed versions in one go."""
        if self.main:
            self.main.fetch(version.blob for version in versions if version.committed and version.blob)

    def content(self, version: Version, *, keep: bool = True) -> bytes | None:
        """The bytes of a version; None where the file was deleted. `keep`: have them at hand the next time."""
        if version.blob is None:
            return None
        if version.committed and self.main:
            return self.main.content(version.blob, keep=keep)
        return (self.root / version.path).read_bytes()

    def _edit(self, path: str, newest: Version | None) -> Version | None:
        file = self.root / path
        known = not LEADS_ELSEWHERE.search(path) and file.is_file() and not file.is_symlink()
        content = file.read_bytes() if known else None
        if content is None:
            if newest is None or newest.blob is None:
                return None
            return self._uncommitted(path, None)
        if newest is not None and newest.blob in blob_ids(content, newest.blob):
            return None
        return self._uncommitted(path, blob_id(content, "sha1"))

    def _uncommitted(self, path: str, blob: str | None) -> Version:
        at = datetime.combine(self.edited_on, time.max, UTC) if self.main else LONG_AGO
        return Version(path, "", at, "", NOT_COMMITTED, None, blob)


def blob_id(content: bytes, algorithm: str) -> str:
    """Git's id of a file's content."""
    return hashlib.new(algorithm, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def blob_ids(content: bytes, like: str | None) -> set[str]:
    """The ids that Git may have given this content: as it is, and with the line ends Git would store."""
    algorithm = "sha256" if like and len(like) == 64 else "sha1"
    return {blob_id(content, algorithm), blob_id(content.replace(b"\r\n", b"\n"), algorithm)}


def until(versions: tuple[Version, ...], day: date) -> Version | None:
    """The version in force at the end of a day (UTC)."""
    known = [version for version in versions if version.at.date() <= day]
    return known[-1] if known else None
