# SPDX-License-Identifier: Apache-2.0
"""The one way out for text: stdout is the product, stderr the messages.

Ids, titles, commit messages and paths are other people's. A terminal would obey some of their characters, and the
runner of a workflow takes a line that begins with `::` for a command. So nothing else prints (`make lint`), and
everything passes through `text.for_terminal` here. Only styles and `command` are of the program's own making.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TextIO

from secure_score_backlog.text import for_terminal, json_for_terminal

if TYPE_CHECKING:
    from datetime import date

    from rich.console import RenderableType
    from rich.segment import Segment

    from secure_score_backlog.problems import Problem
    from secure_score_backlog.site.rendering import Rendered


def product(text: object) -> None:
    """Print what the command was called for, on stdout."""
    _print(for_terminal(str(text)), sys.stdout)


def product_json(text: str) -> None:
    """Print JSON on stdout, for programs."""
    _print(json_for_terminal(text), sys.stdout)


def product_page(page: RenderableType) -> None:
    """Print tables and styled text on stdout, as wide as the terminal."""
    from rich.console import Console
    from rich.segment import Segments

    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    lines = console.render_lines(page, pad=False)
    console.print(Segments(_on_lines(lines)), end="", soft_wrap=True)


def say(message: object) -> None:
    """Tell the person something on stderr."""
    _print(for_terminal(str(message)), sys.stderr)


def say_dated_ahead(found: Iterable[Problem], as_of: date) -> None:
    """Tell the person that the as-of date lies in the future, and which commits and snapshots are dated so."""
    for each in found:
        say(f"Note: this is as of {as_of}. {each.message} {each.hint}")


def say_rendered(rendered: Rendered) -> None:
    """Tell the person what they should know about pages that were rendered."""
    say_dated_ahead(rendered.ahead, rendered.facts.as_of)
    for line in rendered.remarks:
        say(line)


def command(name: str, value: str) -> None:
    """Give the runner of GitHub Actions a command; it reads stderr too, so stdout stays the product."""
    escaped = value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    _print(f"::{name}::{escaped}", sys.stderr)


def _print(text: str, stream: TextIO) -> None:
    print(text, file=stream)


def _on_lines(lines: Iterable[list[Segment]]) -> Iterator[Segment]:
    """The segments of each line, safe to print, and a line break."""
    from rich.segment import Segment

    for line in lines:
        yield from _safe_line(line)
        yield Segment.line()


def _safe_line(line: list[Segment]) -> list[Segment]:
    """A line of styled texts; where the texts together would be a command, one text without style."""
    from rich.segment import Segment

    safe = [Segment(for_terminal(segment.text), segment.style) for segment in line if not segment.control]
    text = "".join(segment.text for segment in safe)
    return safe if for_terminal(text) == text else [Segment(for_terminal(text))]
