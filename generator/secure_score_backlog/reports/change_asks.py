# SPDX-License-Identifier: Apache-2.0
"""What becomes of decisions requested from others, in words: for every format."""

from __future__ import annotations

from collections.abc import Iterator

from secure_score_backlog.decisions.model import Ask
from secure_score_backlog.evaluation.change import DecisionChange, Kind
from secure_score_backlog.reports.change_phrases import LONG, WHOLE, Quote, list_of, of_it, quoted
from secure_score_backlog.wording import day


def ask_details(change: DecisionChange, name: str, quote: Quote) -> Iterator[str]:
    """A sentence for each request, with its parts on lines of their own.

    Args:
        change: One decision.
        name: Its quoted title, where several may be meant.
        quote: Makes a text of somebody else safe.
    """
    asks, about = change.asks, of_it(name, "about")
    for ask in asks.answered:
        question = f"Closes the open question to {_asked(ask, quote)}{about}: {quoted(ask.question, quote, LONG)}."
        yield f"{question} {_answer(change, quote)}"
    for ask in asks.dropped:
        lost = "goes with it, and nothing says what became of it" if change.deleted else ""
        if lost:
            yield f"The question to {_asked(ask, quote)}{about} {lost}: {quoted(ask.question, quote, LONG)}."
        else:
            yield (
                f"Takes out the question to {_asked(ask, quote)}{about}, and the decision does not say what became "
                f"of it: {quoted(ask.question, quote, LONG)}."
            )
    for ask in asks.asked:
        yield "\n".join(_request(ask, about, quote))
    for old, new in asks.reworded:
        questions = f"{quoted(new.question, quote, LONG)} instead of {quoted(old.question, quote, LONG)}"
        yield f"Puts the question to {_asked(old, quote)}{about} in other words: {questions}."
    for old, new in asks.changed:
        moved = f" Its date moves from {day(old.since)} to {day(new.since)}." if old.since != new.since else ""
        default = f" {_default(new, quote, ', now')}" if old.default != new.default else ""
        yield f"Changes the question to {_asked(old, quote)}{about}.{moved}{_deadline(old, new)}{default}"
    if change.kind is Kind.UNREADABLE and change.before:
        for ask in change.before.asks:
            yield f"Its question to {_asked(ask, quote)} does not count either: {quoted(ask.question, quote, LONG)}."


def _request(ask: Ask, about: str, quote: Quote) -> Iterator[str]:
    """A new request: the question, and each of its parts on a line of its own."""
    deadline = f", until {day(ask.by)}" if ask.by else ""
    yield f"Asks {quote(ask.of)} for a decision{about}{deadline}: {quoted(ask.question, quote, LONG)}."
    if ask.options:
        yield f"To choose from: {list_of(ask.options, quote)}."
    if ask.recommend:
        yield f"Recommended: {quoted(ask.recommend, quote, LONG)}."
    if ask.cost:
        yield f"Cost: {quoted(ask.cost, quote, LONG)}."
    yield _default(ask, quote)


def _default(ask: Ask, quote: Quote, now: str = "") -> str:
    """What happens without an answer."""
    if not ask.default:
        return "What happens if there is no answer, it does not say."
    deadline = f" by {day(ask.by)}" if ask.by else ""
    return f"If there is no answer{deadline}{now}: {quoted(ask.default, quote, WHOLE)}."


def _answer(change: DecisionChange, quote: Quote) -> str:
    """What the decision says now about a question that is gone, and whether a record of the answer is named."""
    record = "" if change.names_record else " No record of the answer is named."
    if change.news:
        return f"Answer, as the author wrote it: {quoted(change.news, quote, LONG)}.{record}"
    return f"The text does not say how it was answered.{record}"


def _deadline(old: Ask, new: Ask) -> str:
    if old.by == new.by:
        return ""
    before = f", before {day(old.by)}" if old.by else ""
    return f" Its deadline is {day(new.by)}{before}." if new.by else f" Its deadline is taken out{before}."


def _asked(ask: Ask, quote: Quote) -> str:
    return f"{quote(ask.of)} of {day(ask.since)}"
