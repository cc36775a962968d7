# SPDX-License-Identifier: Apache-2.0
"""Which program the workflows of a data repository install: the address and the commit of this project's action.

The one place that knows them. By default they are what this installation says of itself (`program.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from secure_score_backlog import __version__
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.github.address import REPOSITORY
from secure_score_backlog.program import origin
from secure_score_backlog.text import shown

HERE = "./"
"""In a copy of this project's repository: the action of the checkout."""
COMMIT = re.compile(r"[0-9a-f]{40}")
_PINNED = re.compile(r"(?P<repository>[^@]+)@(?P<commit>[0-9a-f]{40})")


@dataclass(frozen=True, slots=True)
class Tool:
    """What a workflow writes after `uses:` to get the command `backlog`."""

    repository: str = ""
    """OWNER/NAME; empty: the checkout itself."""
    commit: str = ""

    @property
    def uses(self) -> str:
        """The pin, with the version of the program as a comment."""
        return f"{self} # v{__version__}" if self.repository else HERE

    def __str__(self) -> str:
        """As `--tool` takes it."""
        return f"{self.repository}@{self.commit}" if self.repository else HERE


def parse_tool(text: str) -> Tool:
    """The tool that a person names; WrongUsage for anything but OWNER/NAME@COMMIT and `./`."""
    if text == HERE:
        return Tool()
    found = _PINNED.fullmatch(text)
    if found is None or not REPOSITORY.fullmatch(found["repository"]):
        raise WrongUsage(
            f"{shown(text)} does not name a commit of the tool.",
            where="--tool",
            hint="Write it as OWNER/NAME@COMMIT with all 40 digits of the commit: a branch or a tag can be moved.",
        )
    return Tool(found["repository"], found["commit"])


def installed_tool() -> Tool | None:
    """The repository and commit that this program was installed from; None where it was installed otherwise."""
    place = origin()
    return Tool(place.repository, place.commit) if place else None
