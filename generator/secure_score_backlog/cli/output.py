# SPDX-License-Identifier: Apache-2.0
"""The one way out for text: stdout is the product, stderr the messages.

Ids, titles, commit messages and paths are other people's. A terminal would obey some of their characters, and the
runner of a workflow takes a line that begins with `::` for a command. So nothing else prints (`make lint`), and
everything passes through `text.for_terminal` here. Only styles, `command` and `annotation` are of the program's own
making.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.files import append_to_named_file, named_file_size
from secure_score_backlog.text import for_terminal, json_for_terminal

if TYPE_CHECKING:
    from datetime import date

    from rich.console import RenderableType
    from rich.segment import Segment

    from secure_score_backlog.problems import Problem
    from secure_score_backlog.reports.report import Annotation, Report, Summary
    from secure_score_backlog.site.rendering import Rendered


def use_utf8() -> None:
    """Write UTF-8 on both streams: a Windows pipe cannot encode most characters by default."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def say_again(said: Iterable[tuple[str, str]]) -> None:
    """Print what was printed before on `stdout` and `stderr`, in its order; it was made safe then."""
    for name, text in said:
        {"stdout": sys.stdout, "stderr": sys.stderr}[name].write(text)


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
    _print(_within(for_terminal(str(message)), sys.stderr), sys.stderr)


def say_file(content: bytes) -> None:
    """Show the person a file on stderr, with its lines as they are."""
    _print(for_terminal(content.decode("utf-8")), sys.stderr)


CODE = re.compile(r"`[^`\n]+`")


def _within(text: str, stream: TextIO) -> str:
    """A text whose lines a terminal need not break within words; what is in backticks stays on one line, to be copied.

    What is no terminal gets the lines as they are.
    """
    if not stream.isatty():
        return text
    width = shutil.get_terminal_size().columns
    return "\n".join(line if len(line) < width else _broken(line, width) for line in text.split("\n"))


def _broken(line: str, width: int) -> str:
    """A line in several, with its margin, broken between words alone."""
    margin = line[: len(line) - len(line.lstrip(" "))]
    held = CODE.sub(lambda code: code[0].replace(" ", "\0"), line)
    parts = textwrap.wrap(
        held, max(width - 1, 20), subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(parts).replace("\0", " ")


def ask(question: str, proposed: str = "") -> str:
    """What a person types in answer to a question, without blanks around it; only Enter takes the proposed answer.

    Raises:
        click.Abort: The person ended the command, or there is no more input.
    """
    import click

    while True:
        prompt = f"{question} [{proposed}]" if proposed else question
        try:
            typed = click.prompt(for_terminal(prompt), default="", show_default=False, err=True)
        except UnicodeDecodeError:
            say("What was typed is not UTF-8. Type it again.")
            continue
        return str(typed).strip() or proposed


def confirm(question: str, *, default: bool) -> bool:
    """Whether a person says yes; anything but yes and no is asked again."""
    while True:
        typed = ask(f"{question} (y/n)", "y" if default else "n").casefold()
        if typed in ("y", "yes", "n", "no"):
            return typed.startswith("y")


def say_dated_ahead(found: Iterable[Problem], as_of: date) -> None:
    """Tell the person that the as-of date lies in the future, and which commits and snapshots are dated so."""
    for each in found:
        say(f"Note: this is as of {as_of}. {each.message} {each.hint}")


def say_rendered(rendered: Rendered) -> None:
    """Tell the person what they should know about pages that were rendered."""
    say_dated_ahead(rendered.ahead, rendered.facts.as_of)
    for line in rendered.remarks:
        say(line)


def report(made: Report) -> None:
    """Print a report, and add what it says to the summary of the job that this runs in."""
    for each in made.annotations:
        annotation(each)
    if made.summary is not None and not add_to_summary(made.summary) and made.instead:
        product(f"{made.instead}\n")
    if made.text:
        _print(_within(for_terminal(made.text), sys.stdout), sys.stdout)
    if made.json:
        product_json(made.json)


SUMMARY = "GITHUB_STEP_SUMMARY"
"""Names the file that the runner of GitHub Actions shows on the page of the run."""
LARGEST_SUMMARY = 1_000_000
"""Bytes of one step; the runner takes 1 MiB (1,048,576 bytes), and shows nothing of more."""


def add_to_summary(summary: Summary) -> bool:
    """Add Markdown to the summary of the workflow's job; False where there is none, or it cannot be written."""
    named = os.environ.get(SUMMARY)
    if not named:
        return False
    try:
        file = Path(named)
        append_to_named_file(file, summary.within(LARGEST_SUMMARY - named_file_size(file)).encode())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        say(f"Note: the job's summary ({SUMMARY}) could not be written: {reason}.")
        return False
    return True


OUTPUTS = "GITHUB_OUTPUT"
"""Names the file in which a step of a workflow leaves values for later steps and jobs."""


def set_outputs(values: Mapping[str, str]) -> None:
    """Leave values for later steps of a workflow; nothing where there is none.

    Raises CannotProceed where they cannot be written: a later job would go on without them.
    """
    named = os.environ.get(OUTPUTS)
    if not named:
        return
    for name, value in values.items():
        assert value.isprintable(), name  # a line break would be another output
    try:
        append_to_named_file(Path(named), "".join(f"{name}={value}\n" for name, value in values.items()).encode())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise CannotProceed(
            f"The outputs of this step could not be written: {reason}.",
            where=OUTPUTS,
            hint="In a workflow the runner sets this variable. Elsewhere name a file that can be written, or unset it.",
        ) from None


def annotation(note: Annotation) -> None:
    """Print a note on a line of a file on stdout, as a command to the runner of GitHub Actions.

    The text is first made one that no runner obeys. A second `::` in it is taken apart, since some programs that read
    such commands look for the last one.
    """
    place = {"file": note.file, "line": note.line, "title": note.title}
    given = {name: _property(for_terminal(str(value))) for name, value in place.items() if value is not None}
    text = re.sub(":(?=:)", r":\\", for_terminal(note.message))
    _print(f"::{note.level} {','.join(f'{name}={value}' for name, value in given.items())}::{_data(text)}", sys.stdout)


def command(name: str, value: str) -> None:
    """Give the runner of GitHub Actions a command; it reads stderr too, so stdout stays the product."""
    _print(f"::{name}::{_data(value)}", sys.stderr)


def _data(text: str) -> str:
    """What stands behind the second `::` of a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """The value of a property of a command."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


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
