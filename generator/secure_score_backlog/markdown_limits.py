# SPDX-License-Identifier: Apache-2.0
"""What is too long or too intricate to be read as Markdown (docs/method.md#limits).

Converters of Markdown need time that grows with the square of some texts: brackets that are never closed, thousands of
lines without a blank line, tables wider than their rows. So each text is looked at here, in one pass, before it is
converted. The limits are far beyond what people write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from secure_score_backlog.problems import Problem, problem

LONGEST_MARKDOWN = 100_000
"""Characters; a discussion of a decision, or a month's minutes, are a few thousand."""
DEEPEST_NESTING = 25
"""Lists and quotes inside one another; four columns of indentation count as one."""
MOST_CELLS = 20_000
"""Cells of all tables of a text."""

# Of a paragraph, list, table or block of code: lines without a blank line between them.
MOST_LINES = 1_000
MOST_CHARACTERS = 20_000
MOST_COLUMNS = 50
MOST_BRACKETS = 1_000
MOST_OPEN = 30
"""Brackets that are open at once."""
MOST_TICKS = 500
"""Backticks; the search for the end of a code span grows with their number and with the length of a run."""
LONGEST_RUN = 10
"""Backticks in a row."""
MOST_EMPHASIS = 2_000
"""Asterisks and underscores."""

_MARKERS = re.compile(r"[ \t]*(?:(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))[ \t]*)*")
_NESTING = re.compile(r">|[-*+]|\d{1,9}[.)]")
_UNDER_HEADER = re.compile(r"[ \t]*[|:-][-|: \t]*")
_NOT_A_BRACKET = re.compile(r"\\.|(?<!\\)(`+)(.+?)(?<!`)\1(?!`)", re.DOTALL)
"""Escaped characters and code."""
_BRACKETS = re.compile(r"\[|\]\(?|\)")


@dataclass(frozen=True, slots=True)
class Excess:
    """What a text has too much of."""

    line: int
    """From 0."""
    what: str
    """A sentence."""

    def as_problem(self, path: str, first_line: int, subject: str) -> Problem:
        """The problem in a file; `first_line` is the line of the text's first line, from 1."""
        code = "file-too-large" if self.line == 0 and self.what.startswith("It is longer") else "text-too-intricate"
        hint = "Close open brackets, shorten the text or divide it with blank lines. Now it is shown as plain text."
        return problem(code, path, first_line + self.line, f"{subject} is not read as Markdown. {self.what}", hint)


def find_excess(text: str) -> Excess | None:
    """The first thing that a text has too much of; None for a text that can be converted."""
    if len(text) > LONGEST_MARKDOWN:
        return Excess(0, f"It is longer than {LONGEST_MARKDOWN} characters.")
    cells = 0
    for start, lines in blocks(text):
        what = next(_of_block(lines), None)
        cells += columns_of(lines) * max(0, len(lines) - 2)
        if what is None and cells > MOST_CELLS:
            what = f"Its tables have more than {MOST_CELLS} cells."
        if what is not None:
            return Excess(start, what)
        for number, line in enumerate(lines, start=start):
            if nesting_of(line) > DEEPEST_NESTING:
                return Excess(number, f"Lists or quotes are nested more than {DEEPEST_NESTING} deep.")
    return None


def blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines between blank lines, with the number of the first of them, from 0."""
    start, found = 0, list[str]()
    for number, line in enumerate([*text.split("\n"), ""]):
        if line.strip():
            start = start if found else number
            found.append(line)
        elif found:
            yield start, found
            found = []


def nesting_of(line: str) -> int:
    """How many lists and quotes a line is in, at most."""
    markers = _MARKERS.match(line)
    assert markers is not None  # it matches the empty text too
    return markers[0].expandtabs(4).count(" ") // 4 + len(_NESTING.findall(markers[0]))


def columns_of(lines: list[str]) -> int:
    """The columns of a table; 0 where there is none."""
    return max((line.count("|") + 1 for line in lines if "|" in line and _UNDER_HEADER.fullmatch(line)), default=0)


def _of_block(lines: list[str]) -> Iterator[str]:
    """What lines that belong together have too much of; the counting that takes long comes last."""
    text = "\n".join(lines)
    for count, most, what in (
        (len(lines), MOST_LINES, "lines"),
        (len(text), MOST_CHARACTERS, "characters"),
        (text.count("`"), MOST_TICKS, "backticks"),
        (text.count("[") + text.count("]("), MOST_BRACKETS, "brackets"),
        (text.count("*") + text.count("_"), MOST_EMPHASIS, "asterisks or underscores"),
        (columns_of(lines), MOST_COLUMNS, "columns of a table"),
    ):
        if count > most:
            yield f"There are more than {most} {what} without a blank line."
    if "`" * (LONGEST_RUN + 1) in text:
        yield f"There are more than {LONGEST_RUN} backticks in a row."
    if most_open(text) > MOST_OPEN:
        yield f"More than {MOST_OPEN} brackets are opened and not closed."


def most_open(text: str) -> int:
    """How many brackets are open at once, of those around texts or of those around addresses of links."""
    texts = addresses = most = 0
    for found in _BRACKETS.finditer(_NOT_A_BRACKET.sub("", text)):
        if found[0] == "[":
            texts += 1
        elif found[0] == ")":
            addresses = max(0, addresses - 1)
        else:
            texts = max(0, texts - 1)
            addresses += found[0] == "]("
        most = max(most, texts, addresses)
    return most
