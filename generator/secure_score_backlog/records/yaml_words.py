# SPDX-License-Identifier: Apache-2.0
"""ruamel's complaints in plain words, with what to type instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ruamel.yaml.error import MarkedYAMLError

QUOTES = "Put the whole text in double quotes."


class Saying(NamedTuple):
    """What ruamel says, and how we say it; `{complaint}` and `{began}` are filled in."""

    part: str
    """A part of ruamel's context and problem."""
    message: str
    hint: str
    at_beginning: bool = False
    """Whether the fault is better shown where the thing began than where the reader gave up."""


SAYINGS = (
    Saying("'\\t'", "A tab stands here; YAML is indented with spaces.", "Replace the tab by two spaces."),
    Saying(
        "mapping values are not allowed",
        "A colon followed by a space stands inside a text, or the indentation is off.",
        f"{QUOTES} Or line the key up with the keys above it.",
    ),
    Saying("cannot start any token", "A text may not begin with the character that stands here.", QUOTES),
    Saying(
        "expected ':'",
        "This line is neither `key: value` nor a part of the value above.",
        "Write a colon and a space after the key, or indent the line by two spaces more than its key.",
    ),
    Saying(
        "scanning a quoted scalar",
        "A quotation mark is opened here and never closed.",
        "Close it with the same mark; inside single quotes, write an apostrophe twice.",
        at_beginning=True,
    ),
    Saying(
        "parsing a flow",
        "A list or mapping in brackets is opened here and not closed, or lacks a comma.",
        "Close it with ] or }, part its items with commas, and put texts with commas or brackets in double quotes.",
        at_beginning=True,
    ),
    Saying(
        "expected <block end>",
        "The indentation of this line does not fit the lines above.",
        "Line keys that belong together up in one column.",
    ),
    Saying("alias", "A text may not begin with & or *.", QUOTES),
    Saying("anchor", "A text may not begin with & or *.", QUOTES),
)
OTHERWISE = Saying("", "This is not YAML: {complaint}.", QUOTES)


def explain(error: MarkedYAMLError, line_at: Callable[[int], int]) -> tuple[int, str, str]:
    """Line, message and hint for a syntax error; `line_at` turns a position in the text into a line of the file."""
    complaint = " ".join(str(part) for part in (error.context, error.problem) if part)
    saying = next((known for known in SAYINGS if known.part in complaint), OTHERWISE)
    mark = error.problem_mark or error.context_mark
    if saying.at_beginning and error.context_mark is not None:
        mark = error.context_mark
    line = line_at(mark.index) if mark is not None else line_at(0)
    return line, saying.message.replace("{complaint}", " ".join(complaint.split())), saying.hint
