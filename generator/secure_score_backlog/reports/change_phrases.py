# SPDX-License-Identifier: Apache-2.0
"""Phrases about a change that several parts of its report share.

Texts of other people (titles, owners, questions, reasons) pass through `quote`, which a format gives: it makes them
safe there. Everything else is ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from secure_score_backlog.decisions.model import Bucket, CoverReason, Decision
from secure_score_backlog.evaluation.change import LEVELS, DecisionChange
from secure_score_backlog.ratings import Risk
from secure_score_backlog.wording import day, joined

LONG = 300
"""Characters of a reason, or of what a text says now."""
WHOLE = 1_000
"""Characters of what a reader has to see to its end: what happens without an answer."""

STRAIGHT = str.maketrans("“”„‟", '""""')
"""Quotation marks as ours, or much like them."""


class Quote(Protocol):
    """Makes a text of somebody else safe to show, and bounds it."""

    def __call__(self, text: str, longest: int = ..., /) -> str:
        """The text in at most so many characters; the format says how many where none are given."""


NAMED = 3
"""Titles, files or days that one sentence names."""
ORIGINS = {
    Bucket.DO_NOW: "do now",
    Bucket.DO_SOON: "do soon",
    Bucket.ACCEPT: "accepted",
    Bucket.NOT_APPLICABLE: "not applicable or covered",
}
COVERS = {
    CoverReason.NOT_APPLICABLE: "not applicable",
    CoverReason.THIRD_PARTY: "covered by another product",
    CoverReason.ALTERNATE: "covered in another way",
}


def risks(group: Sequence[DecisionChange]) -> str:
    """1 high risk; 3 risks (1 critical, 2 high)."""
    levels = [(level, sum(1 for change in group if change.level is level)) for level in LEVELS]
    present = [(level, number) for level, number in levels if number]
    if len(present) == 1:
        level, number = present[0]
        return f"{number} {level_word(level)} {'risk' if number == 1 else 'risks'}"
    return f"{len(group)} risks ({', '.join(f'{number} {level_word(level)}' for level, number in present)})"


def named(change: DecisionChange, quote: Quote) -> str:
    """The title with its risk level."""
    level = change.level if change.after else change.level_before or change.level
    return f"{quoted(change.title, quote)} ({level_word(level)})"


def titles(group: Sequence[DecisionChange], quote: Quote) -> str:
    """The first titles with their risk levels, and how many more."""
    shown = [named(change, quote) for change in group[:NAMED]]
    return joined([*shown, f"{len(group) - NAMED} more"] if len(group) > NAMED else shown)


def answer(decision: Decision | None) -> str:
    """A decision in a few words: accepted until 31 March 2027."""
    if decision is None:
        return "Undecided"
    if decision.draft:
        return "A draft"
    if decision.covered:
        return f"{COVERS[decision.covered.reason].capitalize()}, until {day(decision.covered.until)}"
    if decision.accepted:
        return f"Accepted until {day(decision.accepted.until)}"
    due = f", due {day(decision.due)}" if decision.due else ""
    return f"{ORIGINS[decision.bucket].capitalize()}{due}"


def level_word(level: Risk | None) -> str:
    """The risk level as a word."""
    return level.value if level else "unrated"


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th."""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def quoted(text: str, quote: Quote, longest: int | None = None) -> str:
    """A text of somebody else in quotation marks, without a stop of its own at the end.

    Its own marks of that kind become straight ones, so that no text ends its quotation and goes on in our voice.
    """
    said = text.strip().rstrip(".").translate(STRAIGHT)
    return f"“{quote(said) if longest is None else quote(said, longest)}”"


def list_of(texts: Sequence[str], quote: Quote) -> str:
    """The first texts of somebody else, and how many more."""
    shown = "; ".join(quoted(text, quote) for text in texts[:NAMED])
    return f"{shown} and {len(texts) - NAMED} more" if len(texts) > NAMED else shown


def of_it(name: str, word: str = "of") -> str:
    """A quoted title after a word; empty without a title, where it is clear which decision is meant."""
    return f" {word} {name}" if name else ""
