# SPDX-License-Identifier: Apache-2.0
"""The tenants that are measured, and what happens to them between two runs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path

from benchmarks.large_tenant import FIRST, Size, make
from secure_score_backlog.site.ready_html import BLOCK
from secure_score_backlog.snapshots.snapshot_files import decode, encode, snapshot_path

TAG = re.compile(rb"</?[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Tenant:
    """One of them, in a folder of its own."""

    root: Path
    size: Size
    _number: Iterator[int] = field(default_factory=count, repr=False)

    def forget(self) -> None:
        """Remove everything that can be made again, so that the next run is the first one."""
        shutil.rmtree(self.root / "build", ignore_errors=True)

    def another_day(self) -> None:
        """A snapshot of the day after the newest, with other points for one recommendation, not committed yet."""
        day = FIRST + timedelta(days=self.size.days + next(self._number))
        stored = decode(self.newest().read_bytes(), str(day))
        first = stored["secureScore"]["controlScores"][0]
        first["score"] = 1 - min(first["score"], 1)
        place = self.root / snapshot_path(day)
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(encode(stored))

    def another_edit(self) -> None:
        """One more sentence in one decision, not committed."""
        decision = self.decision()
        text = decision.read_text(encoding="utf-8")
        decision.write_text(f"{text}Remark {next(self._number)}.\n", encoding="utf-8")

    def decision(self) -> Path:
        """A decision that is in force."""
        return min((self.root / "decisions").glob("*.md"))

    def newest(self) -> Path:
        """The newest snapshot."""
        return max((self.root / "snapshots").glob("*/*.json"))


def tenant(place: Path, years: int, size: Size | None = None) -> Tenant:
    """A tenant in a folder, made unless it is there from an earlier run."""
    chosen = size or Size(years=years)
    root = place / f"{years}-years"
    if not (root / ".git").exists():
        make(root, chosen)
    return Tenant(root, chosen)


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def copied(tenant: Tenant, place: Path) -> Tenant:
    """The same tenant in another folder, to be changed while the first one stays as it is."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(tenant.root, place)
    subprocess.run(["git", "update-index", "-q", "--refresh"], cwd=place, check=False)  # the copies are other files
    return Tenant(place, tenant.size)


def demo(place: Path) -> Tenant:
    """The sample tenant of `backlog demo`, made unless it is there."""
    root = place / "demo"
    if not (root / ".git").exists():
        subprocess.run(
            [sys.executable, "-m", "secure_score_backlog", "demo", str(root)], check=True, capture_output=True
        )
    return Tenant(root, Size())


def tags_in(pages: Path) -> tuple[int, int]:
    """HTML tags in all Markdown files below a folder, and their bytes: what a site builder's time goes into."""
    return counted(path.read_bytes() for path in pages.rglob("*.md"))


def tags_to_parse(pages: Path) -> tuple[int, int]:
    """The same of what is left for the builder's Markdown where our extension of it runs."""
    texts = (path.read_text(encoding="utf-8") + "\n" for path in pages.rglob("*.md"))
    return counted(BLOCK.sub("", text).encode() for text in texts)


def counted(contents: Iterable[bytes]) -> tuple[int, int]:
    """Tags and bytes."""
    found = [(len(TAG.findall(content)), len(content)) for content in contents]
    return sum(tags for tags, _ in found), sum(size for _, size in found)
