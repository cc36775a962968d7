# SPDX-License-Identifier: Apache-2.0
"""Which program this is: its version, its code, and where it was installed from.

A version alone does not tell two states of the code apart that lie between two releases, so a pack names the code by a
digest of its files (docs/method.md#pack).
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path

from secure_score_backlog import __version__

DISTRIBUTION = "secure-score-backlog"
_PLACE = r"(?P<repository>[A-Za-z0-9_][A-Za-z0-9_-]{0,99}/[A-Za-z0-9._-]{1,100}?)"
_GITHUB = re.compile(rf"(?:https://|ssh://git@)github\.com/{_PLACE}(?:\.git)?/?")
_ACTION = re.compile(rf"file:///.*/_actions/{_PLACE}/(?P<commit>[0-9a-f]{{40}})/?")
"""Where GitHub puts an action that a workflow names by its commit, and `action.yml` installs the program from."""
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a program was installed from."""

    repository: str
    """OWNER/NAME on GitHub."""
    commit: str

    def __str__(self) -> str:
        return f"{self.repository}@{self.commit}"


def recorded() -> str | None:
    """What the installer wrote down of the place that it was given (PEP 610): JSON; empty where it took an index.

    None: nothing is installed.
    """
    try:
        return distribution(DISTRIBUTION).read_text("direct_url.json") or ""
    except PackageNotFoundError:
        return None


def origin() -> Origin | None:
    """The repository and commit that this program was installed from; None where that is not known."""
    try:
        found = json.loads(recorded() or "{}")
        address, vcs = str(found["url"]), found.get("vcs_info", {})
        action, brought = _ACTION.fullmatch(address), _GITHUB.fullmatch(address)
        commit = str(action["commit"] if action else vcs["commit_id"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    place = action or brought
    return Origin(place["repository"], commit) if place and _COMMIT.fullmatch(commit) else None


def requirement() -> str:
    """What pip, pipx or uv is given to get this program again; empty where nobody else can get it by a name."""
    if place := origin():
        return f"git+https://github.com/{place}"
    return f"{DISTRIBUTION}=={__version__}" if recorded() == "" else ""


@cache
def code_digest() -> str:
    """SHA-256 of the program's files: of the list that `sha256sum` prints of them, sorted by path."""
    return digest_of(Path(str(files(__package__))))


def libraries() -> list[str]:
    """Name and version of everything that is installed for this Python, as installers name the folders of both."""
    folders = [Path(entry) for entry in sys.path if entry and Path(entry).is_dir()]
    return sorted({found.name for folder in folders for found in folder.glob("*.dist-info")})


def digest_of(folder: Path) -> str:
    """The same of any folder. What Python or an editor leaves beside the files does not count."""
    listed = (
        (path.relative_to(folder).as_posix(), path)
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in path.relative_to(folder).parts)
    )
    lines = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  ./{name}\n" for name, path in sorted(listed))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
