# SPDX-License-Identifier: Apache-2.0
"""The file of a decision that is being made: finished, or a draft with a question above each key.

What is unknown is left empty, never filled with words that would pass for an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from secure_score_backlog.dates import add_months
from secure_score_backlog.decisions.answers import Answers, nested
from secure_score_backlog.decisions.checks import DO_NOW_TERM
from secure_score_backlog.decisions.model import KEYS, Bucket
from secure_score_backlog.decisions.writing import FINISH_DRAFT, STEP, comment, value_lines
from secure_score_backlog.files import Document
from secure_score_backlog.schema import Choice, Key, Need, OneOrMore
from secure_score_backlog.snapshots.model import Observation, Recommendation
from secure_score_backlog.text import shortened

BUCKETS = {
    Bucket.DO_NOW: "within 92 days",
    Bucket.DO_SOON: "later, by a day",
    Bucket.ACCEPT: "accept the risk for a time",
    Bucket.NOT_APPLICABLE: "does not apply here, or something else covers it",
}

SEVERAL = ' Several: ["first", "second"].'
"""How a list is written, for somebody who knows no YAML."""
MOST_ROLES = 12
"""Roles that a question names."""

ASK_BY = timedelta(days=60)
"""Until when the scaffold proposes to ask for a decision."""


@dataclass(frozen=True, slots=True)
class Scaffold:
    """The file of one decision, suited to its bucket."""

    recommendation: Recommendation
    bucket: Bucket
    today: date
    acceptance_months: int
    answers: Answers = field(default_factory=dict)
    """What is known already."""
    roles: tuple[str, ...] = ()
    """Roles that have a login, so that their approval on GitHub counts."""
    draft: bool = True
    """A draft counts as undecided until a person has completed it."""
    observation: Observation | None = None
    measured: date | None = None
    """Day of the newest snapshot."""
    licence: str = ""
    """A sentence about the licence that it needs; empty where that is unknown."""
    body: str = ""
    """The discussion below the front matter."""

    def document(self) -> Document:
        """The file. A draft passes `check` with one warning, that it is a draft."""
        inside = self.drafted() if self.draft else self.finished()
        lines = ["---", *inside, "---", *([self.body.rstrip("\n")] if self.body.strip() else []), ""]
        return Document.of_text(f"decisions/{self.recommendation.id}.md", "\n".join(lines))

    @property
    def data(self) -> Mapping[str, object]:
        """What the front matter says, in the order of the declaration."""
        known = {"recommendation": self.recommendation.id, "bucket": self.bucket.value, **nested(self.answers)}
        return {key.name: known[key.name] for key in KEYS if key.name in known}

    def finished(self) -> Iterator[str]:
        """The front matter of a decision that is made."""
        for name, value in self.data.items():
            yield from value_lines(name, value)

    def drafted(self) -> Iterator[str]:
        """The front matter of a draft, with its questions."""
        yield from self.head()
        yield from self.keys()
        yield from self.extras()

    def head(self) -> Iterator[str]:
        """Title and facts of the recommendation, as comments."""
        known = self.recommendation
        if known.title and known.title != known.id:
            yield f"# {one_line(known.title)}"
        facts = [one_line(known.service), self.points(), f"effort {known.cost}", f"user impact {known.user_impact}"]
        yield f"# {' · '.join(fact for fact in facts if fact and not fact.endswith('unknown'))}"
        if self.licence:
            yield from comment(self.licence)
        yield "# What Microsoft says about it is on its page of the site, and in snapshots/catalogue.json."
        yield "#"
        yield f"# {FINISH_DRAFT}"
        yield "draft: true"

    def points(self) -> str:
        """The points of the newest snapshot."""
        seen = self.observation
        if seen is None:
            return "not measured yet"
        of = f" of {number(seen.maximum)}" if seen.maximum is not None else ""
        on = f" on {self.measured}" if self.measured else ""
        return f"{number(seen.points)}{of} points{on}"

    def keys(self) -> Iterator[str]:
        """Every key that the bucket requires or asks for, and every one that is answered, with its question above."""
        data = self.data
        for key in KEYS:
            if key.name in data or is_asked_for(key, self.bucket):
                yield ""
                yield from self.key(key, data.get(key.name))

    def key(self, key: Key, value: object) -> Iterator[str]:
        """One key with its advice as comments."""
        yield from comment(self.advice(key))
        if not key.keys or isinstance(value, list):
            yield from value_lines(key.name, value)
            return
        inside = value if isinstance(value, Mapping) else {}
        yield f"{key.name}:"
        for inner in key.keys:
            if inner.name in inside or not inner.keys:
                yield from comment(self.advice(inner), STEP)
                yield from value_lines(inner.name, inside.get(inner.name), STEP)

    def advice(self, key: Key) -> str:
        """What to write behind a key."""
        text = key.documentation
        if key.name == "bucket":
            return "The answer: " + "; ".join(f"{bucket} ({meaning})" for bucket, meaning in BUCKETS.items()) + "."
        if isinstance(key.type, Choice):
            text += f" One of: {', '.join(key.type.values)}."
        if key.name == "approver":
            text = approver_advice(self.bucket, self.roles)
        if isinstance(key.type, OneOrMore) and not key.keys:
            text += SEVERAL
        if key.name == "until":
            text += f" At most {add_months(self.today, self.acceptance_months)}."
        if key.name == "due" and self.bucket is Bucket.DO_NOW:
            text = f"Last day for it, within 92 days: {self.today + DO_NOW_TERM} at the latest."
        elif key.name == "due":
            text = "Last day for it, as YYYY-MM-DD."
        if key.need(self.bucket) is Need.ASKED:
            text += " (asked for, not required)"
        elif key.need(self.bucket) is Need.OPTIONAL:
            text += " (optional)"
        return text

    def extras(self) -> Iterator[str]:
        """Optional keys, commented out."""
        yield ""
        yield "# If others have to decide something first, or something blocks it, remove the # and fill in:"
        if self.bucket in (Bucket.DO_NOW, Bucket.DO_SOON) and "blocked" not in self.data:
            yield f"# blocked: {{by: licensing, since: {self.today}, note: What would remove the block}}"
        if "ask" not in self.data:
            yield "# ask:"
            yield "#   - from: leadership"
            yield f"#     since: {self.today}"
            yield "#     question: One question that can be answered in a meeting"
            yield f"#     by: {self.today + ASK_BY}"
            yield "#     recommend: What the team recommends, and why"
            yield "#     cost: What it costs"
            yield "#     default: What happens if no decision is made"
        if "links" not in self.data:
            yield "# links: [https://tickets.example/4711]"


def approver_advice(bucket: Bucket, roles: Sequence[str]) -> str:
    """Who may be named as the approver, and which roles GitHub's approval is matched with."""
    what = "accepts this risk" if bucket is Bucket.ACCEPT else "agrees that no change is needed"
    more = f" and {len(roles) - MOST_ROLES} more" if len(roles) > MOST_ROLES else ""
    named = ", ".join(shortened(role) for role in roles[:MOST_ROLES]) + more
    return f"Which role {what}? Not the owner." + (f" Roles with a login: {named}." if roles else "")


def is_asked_for(key: Key, bucket: Bucket) -> bool:
    """Whether a bucket requires a key, or a person should at least see its question."""
    wanted = key.need(bucket) in (Need.REQUIRED, Need.ASKED)
    question = key.inheritable and key.need(bucket) is not Need.FORBIDDEN
    return wanted or question or key.name == "risk"


def share_today(observation: Observation | None) -> str | None:
    """The part achieved today, so that falling below it counts as a breach; None where nothing is, or it is claimed."""
    share = observation.share if observation and not observation.claims else None
    if share is None or not 0 < share <= 1:
        return None
    tenths = Fraction(int(share * 1000), 10)  # rounded down: rounding up would be a breach at once
    return f"{number(tenths)} %"


def one_line(text: str) -> str:
    """A text of the catalogue as one line without invisible characters, for a comment."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def number(amount: Fraction) -> str:
    """Points with at most two decimals."""
    return f"{float(amount):.2f}".rstrip("0").rstrip(".")
