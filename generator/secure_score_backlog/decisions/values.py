# SPDX-License-Identifier: Apache-2.0
"""Types of value that only decisions have: answers, roles, shares and links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import urlsplit

from secure_score_backlog.schema import At, Format, Key, Text, Type
from secure_score_backlog.text import comparable, shown
from secure_score_backlog.wording import lower_first

FILLERS = frozenset(
    {"tbd", "tba", "tbc", "todo", "to do", "fixme", "xxx", "?", "??", "???", "-", "--", "…", "...", "placeholder"}
    | {f"to be {what}" for what in ("announced", "clarified", "confirmed", "decided", "defined", "determined")}
)
"""Placeholders: texts that leave a question as open as an empty line does."""

NO_ANSWERS = FILLERS | {"n/a", "na", "n.a", "x", "xx", "asdf", "foo", "bar", "lorem ipsum", "dummy", "test"}
"""The same, and what stands where an answer belongs without being one."""

RATIO = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*/\s*(\d{1,9}(?:\.\d{1,9})?)", re.ASCII)
PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,9})?)\s*%", re.ASCII)


def is_open(value: object) -> bool:
    """Whether nothing was answered: no value, an empty one, or a placeholder such as TBD."""
    if isinstance(value, str):
        return not value.strip() or is_placeholder(value)
    return value is None or value in ([], {})


def is_placeholder(value: object) -> bool:
    """Whether it stands where an answer should be: TBD and the like."""
    if not isinstance(value, str):
        return False
    return _is_among(FILLERS, value)


def is_no_answer(value: object) -> bool:
    """Whether it leaves a question as open as TBD does: a placeholder, n/a, or the same letter or mark alone."""
    if not isinstance(value, str):
        return False
    return _is_among(NO_ANSWERS, value) or len(set("".join(value.split()).casefold())) == 1


def _is_among(words: frozenset[str], value: str) -> bool:
    text = comparable(value)
    return text in words or text.rstrip(".!") in words


class Answer(Text):
    """A text that only the writer can give: hints say what it states, and give no example that could be pasted."""

    def is_open(self, value: object, form: Format) -> bool:
        """Also a placeholder, unless the policy lets it count."""
        return form.is_open(value) if form.is_no_answer is None else form.is_no_answer(value)

    def proposal(self, key: Key) -> str:
        """What the answer states, as the key's documentation has it."""
        stated = QUESTION.sub("", key.documentation).rstrip(".?")
        return f"Write `{key.name}:` and after it: {lower_first(stated)}"


QUESTION = re.compile(r"^Question \d: ")
"""How the documentation of the five questions begins."""


class Item(Answer):
    """An answer in a list, where one letter may be a name: `options: [a, b]`."""

    def is_open(self, value: object, form: Format) -> bool:
        """As any other text."""
        return form.is_open(value)


class Role(Answer):
    """A role; whether it looks like a person, `decisions.policy` says, which knows the roles of the settings."""

    def __init__(self) -> None:
        super().__init__("a role")

    def hint(self, value: object, at: At) -> str:
        """A number in quotes is no role either."""
        return f"Write the name of a role, in words, behind `{at.name}:`"


class Share(Type):
    """A part of the points, from 0 to 1, exactly: `0.6`, `6/10` or `60 %`."""

    expects = "a part of the points, from 0 to 1"
    label = "share"
    empty = Fraction(0)
    code = "decision-share"
    schema: Mapping[str, Any] = {
        "anyOf": [
            {"type": "number", "minimum": 0, "maximum": 1},
            {"type": "string", "pattern": rf"^\s*{RATIO.pattern}\s*$"},
            {"type": "string", "pattern": rf"^\s*{PERCENT.pattern}\s*$"},
        ]
    }

    def read(self, value: object, at: At) -> Fraction | None:
        """The share as an exact fraction."""
        share = part(value)
        if share is None:
            at.wrong_value(self, value)
        return share

    def hint(self, value: object, at: At) -> str:
        """A whole number up to 100 is a percentage without its sign."""
        if isinstance(value, int) and not isinstance(value, bool) and 1 < value <= 100:
            return (
                f"If you mean percent, write `share: {value} %`. If you mean points, write them with the maximum, as "
                "in `6/10`"
            )
        return "Write a percentage such as `60 %`, points of the maximum such as `6/10`, or a number such as `0.6`"


def part(value: object) -> Fraction | None:
    """A share from 0 to 1 in any of its spellings, exactly; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, Decimal)):
        share = Fraction(value)
    elif isinstance(value, str) and (found := RATIO.fullmatch(value.strip())):
        total = Fraction(found[2])
        if total == 0:
            return None
        share = Fraction(found[1]) / total
    elif isinstance(value, str) and (found := PERCENT.fullmatch(value.strip())):
        share = Fraction(found[1]) / 100
    else:
        return None
    return share if 0 <= share <= 1 else None


class Link(Text):
    """A link that a page may hold: http, https or a path in this repository."""

    def __init__(self) -> None:
        super().__init__("a link")
        pattern = r"^([hH][tT][tT][pP][sS]?://|(?![A-Za-z][A-Za-z0-9+.-]*:|//))[^\s\\<>\"]+$"
        self.schema = {**self.schema, "pattern": pattern}

    def read(self, value: object, at: At) -> str | None:
        """The link."""
        link = super().read(value, at)
        if link is None or is_link(link):
            return link
        message = f"{shown(link)} is not a link that a page may hold."
        at.report("decision-bad-link", message, f"{self.hint(link, at)}.")
        return None

    def hint(self, value: object, at: At) -> str:
        """Both forms; a number in quotes is no link either."""
        return "Write a link that begins with https://, or a path in this repository such as docs/evidence.pdf"


def is_link(link: str) -> bool:
    """Whether a page may hold it: http or https with a host, or a relative path; nothing a browser would run."""
    if any(letter.isspace() or not letter.isprintable() or letter in '\\<>"' for letter in link):
        return False
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    if parts.scheme:
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    return not link.startswith("//") and ":" not in link.split("/", maxsplit=1)[0]
