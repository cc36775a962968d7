# SPDX-License-Identifier: Apache-2.0
"""What a change does, for a person at a terminal; `cli/output.py` makes it safe to print."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from secure_score_backlog.evaluation.change import Change, DecisionChange
from secure_score_backlog.reports.change_approval import approval_sentences
from secure_score_backlog.reports.change_figures import figure_lines, figure_rows, level_lines, title_of, unmoved
from secure_score_backlog.reports.change_phrases import level_word
from secure_score_backlog.reports.change_record import cut, heading, heading_of, record, saying
from secure_score_backlog.reports.change_words import sentences
from secure_score_backlog.wording import plural

WIDTH = 100
LONGEST = 160
"""Characters of a text of somebody else in a sentence."""
MOST_RECORDS = 50
"""Decisions of which every value is shown; the JSON has all of them."""


def as_text(change: Change) -> str:
    """Sentences, who has to approve, figures before and after, then each decision."""
    return "\n".join(line.rstrip() for line in _lines(change))


def plain(text: str, longest: int = LONGEST, /) -> str:
    """A text of somebody else on one line, shortened."""
    return cut(text, longest)


def _lines(change: Change) -> Iterator[str]:
    yield title_of(change)
    yield ""
    yield "What this change does"
    for sentence in sentences(change, plain):
        yield from _item(sentence.text)
        for detail in sentence.details:
            first, *parts = detail.split("\n")
            yield from _item(first, "    ")
            for part in parts:
                yield from _item(part, "      ")
    yield ""
    yield "Who has to approve"
    for said in approval_sentences(change, plain):
        yield from _item(said)
    yield ""
    yield "Before and after"
    yield from _figures(change)
    if change.decisions:
        yield ""
        yield "Each decision"
    for each in change.decisions[:MOST_RECORDS]:
        yield from _record(each)
    left = len(change.decisions) - MOST_RECORDS
    if left > 0:
        yield f"  {plural(left, 'more decision')}: see --json."


def _figures(change: Change) -> Iterator[str]:
    if said := unmoved(change):
        yield f"  {said}"
        return
    for level, opened, accepted in [("", "Open", "Accepted"), *figure_rows(change)]:
        yield f"  {level:<10}{opened:<12}{accepted}"
    for said in level_lines(change):
        yield f"  {said}"
    for label, moved in figure_lines(change, plain):
        yield from wrap(f"{label}: {moved}", WIDTH, initial_indent="  ", subsequent_indent="    ")


def _item(sentence: str, indent: str = "  ") -> Iterator[str]:
    first, more = f"{indent}- ", f"{indent}  "
    yield from wrap(sentence, WIDTH, initial_indent=first, subsequent_indent=more, break_on_hyphens=False)


def _record(change: DecisionChange) -> Iterator[str]:
    yield from wrap(heading(change, plain), WIDTH, initial_indent="  ", subsequent_indent="    ")
    yield f"    Risk level: {level_word(change.level)}. File: {plain(change.path)}"
    if said := saying(change):
        yield from wrap(f"Microsoft: {said}", WIDTH, initial_indent="    ", subsequent_indent="      ")
    rows = record(change)
    if rows and not (change.before and change.after):
        yield f"    {heading_of(change)}:"
    for label, before, after in rows:
        value = (
            f"{before or '(nothing)'} → {after or '(nothing)'}" if change.before and change.after else before or after
        )
        yield from wrap(f"{label}: {value}", WIDTH, initial_indent="    ", subsequent_indent="      ")
