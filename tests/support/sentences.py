# SPDX-License-Identifier: Apache-2.0
"""Every message and hint that a test makes the program produce is looked at: it must read as plain sentences."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

import pytest

from secure_score_backlog.errors import BacklogError
from secure_score_backlog.problems import Problem
from secure_score_backlog.snapshots.checks import Finding

QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"|'[^']*'|\([^()]*\)")
"""What comes from the data or names something, and may be written in any case."""
PATH_OR_ID = re.compile(r"\S*[/._]\S*\s|\S*\d")
"""A first word that is a path or an id keeps its letters."""
WORDS = re.compile(r"[^\W\d_]{2,}")


def fault_of(text: str) -> str | None:
    """What keeps a text from being sentences; None where it is fine."""
    if text != text.strip():
        return "has blanks around it"
    if not text:
        return "is empty"
    if text[0].islower() and not PATH_OR_ID.match(text):
        return "begins with a small letter"
    if not text.rstrip(")\"'").endswith((".", "?", "!")):
        return "does not end as a sentence does"
    words = WORDS.findall(QUOTED.sub("", text))
    if len(words) > 3 and sum(word.isupper() for word in words) * 2 > len(words):
        return "shouts"
    return None


def made_by_test() -> bool:
    """Whether a test wrote the text itself, directly or through `problem()`."""
    frame = sys._getframe(2)
    callers = (frame, frame.f_back)
    return any(caller is not None and caller.f_globals.get("__name__", "").startswith("tests") for caller in callers)


def checked(make: Callable[..., None], fields: Callable[[Any], list[str | None]]) -> Callable[..., None]:
    """A constructor that refuses texts which are no sentences."""

    def construct(self: Any, *args: Any, **named: Any) -> None:
        make(self, *args, **named)
        for text in [] if made_by_test() else fields(self):
            if text is not None and (fault := fault_of(text)):
                raise AssertionError(f"{fault}: {text!r}")

    return construct


def check_sentences(patch: pytest.MonkeyPatch) -> None:
    """Look at the message and the hint of every problem and error from now on."""
    for kind in (Problem, Finding, BacklogError):
        patch.setattr(kind, "__init__", checked(kind.__init__, lambda made: [made.message, made.hint]))
