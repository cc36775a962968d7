# SPDX-License-Identifier: Apache-2.0
"""Writes values of front matter as YAML, so that `strict_yaml` reads the same values back."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

WIDTH = 100
"""Columns of a comment."""
STEP = "  "
"""What a key inside a group is indented by."""

PLAIN = re.compile(
    r"\d{1,3}(?:\.\d{1,9})? %|[^\W\d_](?:[\w .,;/()+%€@=~^'\"?!$&*<>|-]|:(?=[^\s:])|#(?=\S)(?<=\w#))*", re.UNICODE
)
"""Texts that need no quotes: a percentage, or what begins with a letter and holds neither `: ` nor ` #`."""
NOT_TEXT = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
"""Words that YAML, in one of its versions, does not take for texts."""


FINISH_DRAFT = "A draft counts as undecided. When everything is written and agreed, delete the next line."
FINISH_PROPOSAL = "When everything is answered, delete the line `draft: true`."
FINISHING = frozenset({f"# {FINISH_DRAFT}", f"# {FINISH_PROPOSAL}"})
"""What drafts say about finishing them, as comments; no finished decision needs it."""


def value_lines(name: str, value: object, indent: str = "") -> Iterator[str]:
    """A key and its value: a text, a date, a number, a list of these, a mapping, or nothing."""
    if isinstance(value, Mapping):
        yield f"{indent}{name}:"
        for inner, content in value.items():
            yield from value_lines(str(inner), content, indent + STEP)
    elif isinstance(value, (list, tuple)):
        yield f"{indent}{name}:"
        yield from (f"{indent}{STEP}- {scalar(item)}" for item in value)
    else:
        yield f"{indent}{name}: {scalar(value)}".rstrip()


def scalar(value: object) -> str:
    """A single value: a text plain where that is safe, else in double quotes; empty for nothing."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or isinstance(value, (date, int, Decimal)):
        return "" if value is None else str(value)
    text = str(value)
    if not text or (PLAIN.fullmatch(text) and text == text.strip() and text.casefold() not in NOT_TEXT):
        return text
    return quoted(text)


def quoted(text: str) -> str:
    """A text in double quotes; what an editor does not show is escaped."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    if letter in "\n\t":
        return {"\n": "\\n", "\t": "\\t"}[letter]
    return f"\\u{ord(letter):04x}" if ord(letter) <= 0xFFFF else f"\\U{ord(letter):08x}"


def comment(text: str, indent: str = "") -> Iterator[str]:
    """A text as YAML comments of a readable width."""
    return iter(textwrap.wrap(text, WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# "))
