# SPDX-License-Identifier: Apache-2.0
"""What a person typed as YAML: plain data, and the line of every key, so that a problem can point at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeAlias

from secure_score_backlog.model.problem import Problem, Severity

Place: TypeAlias = tuple[str | int, ...]
"""Where a value stands: keys and list positions from the outside in, such as `("ask", 0, "since")`."""


class Unreadable(Enum):
    """Stands for a value that was typed but cannot be read (a 13th month): its problem is told already."""

    UNREADABLE = "unreadable"


UNREADABLE: Final = Unreadable.UNREADABLE


@dataclass(frozen=True, slots=True)
class YamlData:
    """One YAML mapping as plain data.

    Values are str, bool, int, `Decimal`, `date` (typed without quotes), None (nothing typed), list, dict or
    `UNREADABLE`. They are shared between callers: read them, never change them.
    """

    path: str
    data: Mapping[str, object] = field(default_factory=dict)
    lines: Mapping[Place, int] = field(default_factory=dict)
    """Line from 1 in the file, of every key and every list item."""
    problems: tuple[Problem, ...] = ()

    @property
    def readable(self) -> bool:
        """False when an error keeps the data from being trusted."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)

    def line(self, *place: str | int) -> int:
        """The line of a key or item; of the nearest thing around it where it was not typed; else 1."""
        while place:
            if place in self.lines:
                return self.lines[place]
            place = place[:-1]
        return 1


@dataclass(frozen=True, slots=True)
class FrontMatter(YamlData):
    """The front matter of a Markdown file, and the Markdown below it."""

    body: str = ""
    """Markdown as written, line endings normalised to LF."""
    body_line: int = 1
    """Line of the body's first line, from 1."""
