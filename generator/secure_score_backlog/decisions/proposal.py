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
ANSWERS_BELOW = "Nothing goes behind the next colon: the answers stand below it."
"""Above a key that holds others: a text behind it would make the file unreadable."""
LEFT_OPEN = {
    "reduces": "Which risk stays while this is open?",
    "impact": "What would change for users and services if it were done?",
    "prerequisites": "Which licences and technical preconditions would it need, and what is missing?",
    "proof": "What is the evidence that the compensating controls below stay in place?",
    "compensating": "Compensating controls: what reduces the risk meanwhile?",
}
"""Questions about a risk that stays open, where the file's own are about what is done."""
COVERED = "not-applicable: it does not apply here; third-party: another product covers it; alternate: another control."
HOW_TO = (
    "Answer behind the colons; lines that begin with # only ask. What you cannot answer yet stays empty.",
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
        if explained:
            yield ""
            yield from comment(ANSWERS_BELOW, "")
        yield f"{key.name}:"
        inside = value if isinstance(value, dict) else {}
        for inner in key.keys:
            if not inner.keys and (inner.needs is Need.REQUIRED or inner.name in ("compensating", *inside)):
                yield from self.question(inner, STEP, explained=explained)
                yield from value_lines(inner.name, inside.get(inner.name), STEP)

    def question(self, key: Key, indent: str, *, explained: bool) -> Iterator[str]:
        """What is asked, above the key."""
        if explained:
            yield ""
            yield from comment("".join(self.asked(key)), indent)

    def asked(self, key: Key) -> Iterator[str]:
        """The question, and how it is answered."""
        if key.name == "bucket":
            yield f"Your choice: {CHOSEN[self.bucket]}."
            return
        if key.name == "approver":
            yield approver_advice(self.bucket, self.roles)
            return
        yield self.wording(key)
        if isinstance(key.type, Choice) and key.name != "reason":
            yield f" One of: {', '.join(key.type.values)}."
        if isinstance(key.type, OneOrMore):
            yield SEVERAL
        if key.name == "due" and self.bucket is Bucket.DO_NOW:
            yield f" Within {DO_NOW_TERM.days} days."
        if key.name == "until":
            yield f" At most {self.acceptance_months} months ahead."
        if isinstance(key.type, Day):
            yield " Write YYYY-MM-DD: year, month, day."

    def wording(self, key: Key) -> str:
        """The question alone."""
        if key.name == "due":
            return "By which day is it done?"
        text = QUESTION.sub("", key.documentation)
        text = text[0].upper() + text[1:]
        if self.bucket is Bucket.ACCEPT:
            return LEFT_OPEN.get(key.name, text)
        return f"{text} {COVERED}" if key.name == "reason" else text
