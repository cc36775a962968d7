# SPDX-License-Identifier: Apache-2.0
"""A decision's file as lines that can be edited one by one, so that everything else in it stays as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from secure_score_backlog.decisions.front_matter import DASHES, FrontMatter
from secure_score_backlog.strict_yaml import Place

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
"""A line with its own ending."""
ENDING = re.compile(r"[\r\n]*\Z")


@dataclass(slots=True)
class Edit:
    """A file as lines, each with its ending, while it is edited."""

    mark: bytes
    header: list[str]
    """Between the lines of dashes."""
    opening: str
    closing: str
    body: list[str]
    changes: list[str] = field(default_factory=list)

    @staticmethod
    def of(content: bytes) -> Edit | None:
        """The lines of a file; None where it is no text with front matter."""
        mark = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
        try:
            lines = LINE.findall(content[len(mark) :].decode("utf-8"))
        except UnicodeDecodeError:
            return None
        dashes = [number for number, line in enumerate(lines) if DASHES.fullmatch(ENDING.sub("", line))]
        if len(dashes) < 2 or dashes[0] != 0:
            return None
        end = dashes[1]
        return Edit(mark, lines[1:end], lines[0], lines[end], lines[end + 1 :])

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        text = "".join([self.opening, *self.header, self.closing, *self.body])
        return self.mark + text.encode("utf-8")

    @property
    def newline(self) -> str:
        """The ending of its first line."""
        found = ENDING.search(self.opening)
        return found[0] if found and found[0] else "\n"

    def line(self, number: int) -> str:
        """A line of the front matter, by its number in the file, without its ending."""
        return ENDING.sub("", self.header[number - 2])

    def replace(self, number: int, text: str) -> None:
        """Put another text into a line; its ending stays."""
        old = self.header[number - 2]
        self.header[number - 2] = text + old[len(ENDING.sub("", old)) :]


def same(made: FrontMatter, data: Mapping[str, Any], body: str) -> bool:
    """Whether a file says what it should: the same values, and the same text apart from blank lines at its end."""
    return dict(made.data) == dict(data) and made.body.rstrip() == body.rstrip()


def indent_of(line: str) -> int:
    """Blanks at the beginning of a line; those of a list's item count with its dash; 0 for an empty one."""
    found = re.match(r"\s*(?:-\s+)?", line)
    return len(found[0]) if line.strip() and found else 0


def value_at(data: Any, place: Place) -> Any:
    """What stands at a place of the front matter; None where nothing does."""
    for step in place:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data
