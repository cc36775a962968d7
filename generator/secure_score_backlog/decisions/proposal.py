# SPDX-License-Identifier: Apache-2.0
"""The draft that GitHub's editor opens with, for an owner of a service who knows neither Git nor YAML.

One bucket, its questions and nothing else. It names no day, so that a page of the same commit always has the same link.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from secure_score_backlog.decisions.answers import Answers, nested
from secure_score_backlog.decisions.checks import DO_NOW_TERM
from secure_score_backlog.decisions.model import KEYS, Bucket
from secure_score_backlog.decisions.scaffold import SEVERAL, approver_advice
from secure_score_backlog.decisions.values import QUESTION
from secure_score_backlog.decisions.writing import FINISH_PROPOSAL, STEP, comment, value_lines
from secure_score_backlog.schema import Choice, Day, Key, Need, OneOrMore
from secure_score_backlog.text import one_line

LONGEST_TITLE = 120
"""Characters of the title that are shown."""
CHOSEN = {
    Bucket.DO_NOW: "it is done within 92 days",
    Bucket.DO_SOON: "it is done later, by a day that you name",
    Bucket.ACCEPT: "the risk stays open on purpose, for a time",
    Bucket.NOT_APPLICABLE: "it does not apply here, or something else covers it",
}
HOW_TO = (
    "Answer behind the colons. What you cannot answer yet stays empty.",
    r'An answer with a colon or a # in it goes into "double quotes"; a " inside these is written \".',
    FINISH_PROPOSAL,
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """The beginning of a decision in a browser; a draft until a person has completed it."""

    identifier: str
    title: str
    bucket: Bucket
    acceptance_months: int
    answers: Answers
    roles: tuple[str, ...] = ()
    """Roles that have a login, so that their approval on GitHub counts."""

    def text(self, *, explained: bool = True) -> str:
        """The file.

        Args:
            explained: With a question above each key; without, it is half as long.
        """
        return "\n".join(["---", *self.lines(explained=explained), "---", ""])

    def lines(self, *, explained: bool) -> Iterator[str]:
        """The front matter."""
        if explained:
            yield f"# {one_line(self.title)[:LONGEST_TITLE]}"
            yield from (f"# {line}" for line in HOW_TO)
        known = {"recommendation": self.identifier, "bucket": self.bucket.value, **nested(self.answers), "draft": True}
        yield from value_lines("recommendation", self.identifier)
        yield from value_lines("draft", True)
        for key in KEYS:
            wanted = key.need(self.bucket) in (Need.REQUIRED, Need.ASKED)
            if wanted and key.name != "recommendation":
                yield from self.key(key, known.get(key.name), explained=explained)

    def key(self, key: Key, value: object, *, explained: bool) -> Iterator[str]:
        """One key, with its question."""
        if not key.keys:
            yield from self.question(key, "", explained=explained)
            yield from value_lines(key.name, value)
            return
        yield f"{key.name}:"
        inside = value if isinstance(value, dict) else {}
        for inner in key.keys:
            if not inner.keys and (inner.needs is Need.REQUIRED or inner.name in ("compensating", *inside)):
                yield from self.question(inner, STEP, explained=explained)
                yield from value_lines(inner.name, inside.get(inner.name), STEP)

    def question(self, key: Key, indent: str, *, explained: bool) -> Iterator[str]:
        """What is asked, above the key."""
        if not explained:
            return
        text = QUESTION.sub("", key.documentation)
        text = text[0].upper() + text[1:]
        if isinstance(key.type, Choice):
            text += f" One of: {', '.join(key.type.values)}."
        if key.name == "bucket":
            text = f"Your choice: {CHOSEN[self.bucket]}."
        if key.name == "approver":
            text = approver_advice(self.bucket, self.roles)
        if isinstance(key.type, OneOrMore):
            text += SEVERAL
        if key.name == "due":
            text = "By which day is it done?"
            text += f" Within {DO_NOW_TERM.days} days." if self.bucket is Bucket.DO_NOW else ""
        if key.name == "until":
            text += f" At most {self.acceptance_months} months ahead."
        if isinstance(key.type, Day):
            text += " Write YYYY-MM-DD."
        yield ""
        yield from comment(text, indent)
