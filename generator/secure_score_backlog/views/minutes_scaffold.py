# SPDX-License-Identifier: Apache-2.0
"""The scaffold of a month's minutes: what there is to talk about, in the order in which to talk about it."""

from __future__ import annotations

from collections.abc import Iterator

from secure_score_backlog.model.document import Document
from secure_score_backlog.model.facts import Facts
from secure_score_backlog.model.standing import State
from secure_score_backlog.views import wording
from secure_score_backlog.views.carried import needs_answer
from secure_score_backlog.views.safe_text import visible


def minutes(month: str, facts: Facts) -> Document:
    """`docs/reviews/YYYY-MM.md`, for people to fill in."""
    return Document.of_text(f"docs/reviews/{month}.md", "\n".join(lines(month, facts)))


def lines(month: str, facts: Facts) -> Iterator[str]:
    """The scaffold, line by line. It names; the page beside it explains."""
    yield f"Present: (roles, not names), {wording.month(month)}."
    yield ""
    if facts.asks:
        yield "### Questions"
        yield ""
        for item in facts.asks:
            yield f"- {one_line(item.ask.question)} ({one_line(item.ask.of)}, since {item.ask.since})"
            yield "    - Answer:"
        yield ""
    new_answers = needs_answer((*facts.register, *facts.covered))
    named = {entry.standing.id for entry in new_answers}
    lost = [standing for standing in facts.in_state(State.REGRESSED) if standing.id not in named]
    if new_answers or lost:
        yield "### Needs a new answer"
        yield ""
        for title, state in (
            *((entry.standing.title, entry.state.value) for entry in new_answers),
            *((standing.title, standing.state.value) for standing in lost),
        ):
            yield f"- {one_line(title)}: {state}"
            yield "    - Answer:"
        yield ""
    if facts.top:
        yield "### Top five by risk"
        yield ""
        for standing in facts.top:
            yield f"- {one_line(standing.title)} ({one_line(standing.owner) or 'nobody owns it'})"
        yield ""
    yield "### Decided"
    yield ""
    yield "-"
    yield ""
    yield "### Until next month"
    yield ""
    yield "-"


def one_line(text: str) -> str:
    """Text as it may stand in Markdown that a person goes on writing: no markup, no line breaks."""
    return " ".join(visible(text).split()).replace("<", "(").replace(">", ")").replace("[", "(").replace("]", ")")
