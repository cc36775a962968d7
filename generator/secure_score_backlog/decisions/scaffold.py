# SPDX-License-Identifier: Apache-2.0
"""Begins a decision: resolves the id that was typed, and writes a scaffold with the five questions.

What is unknown is left empty in the scaffold, never filled with words that would pass for an answer.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from secure_score_backlog.dates import add_months
from secure_score_backlog.decisions.checks import DO_NOW_TERM
from secure_score_backlog.decisions.model import KEYS, Bucket
from secure_score_backlog.decisions.values import Share
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.files import Document
from secure_score_backlog.ratings import Risk
from secure_score_backlog.schema import Choice, Key, Need
from secure_score_backlog.snapshots.model import Observation, Recommendation
from secure_score_backlog.text import nearest, printable, shown

RESERVED = frozenset({"con", "prn", "aux", "nul", "conin$", "conout$"}) | {
    f"{name}{number}" for name in ("com", "lpt") for number in "0123456789¹²³"
}
"""Names that Windows keeps for devices, whatever their ending."""
SHORTEST_WORD = 3
"""Letters of the longest word, at least, for a text to be searched in titles."""
LONGEST_TITLE = 500
"""Characters of a title that are searched."""
MOST_LISTED = 10
"""Recommendations that a message lists where several have the words."""
HOSTILE = frozenset('/\\:*?"<>|')
LONGEST_NAME = 200
"""Bytes; file systems take 255, with an ending."""


@dataclass(frozen=True, slots=True)
class ResolvedId:
    """A typed id as the catalogue writes it."""

    identifier: str
    note: str = ""
    """A remark for the person; empty where the id was typed as the catalogue writes it."""


def resolve_id(
    typed: str,
    catalogue: Collection[str],
    scored: Collection[str],
    older: Collection[str] = (),
    titles: Mapping[str, str] | None = None,
) -> ResolvedId:
    """The recommendation that a typed id, a title, or words of one title name.

    Args:
        typed: What the person typed.
        catalogue: Ids that the catalogue lists.
        scored: Ids of the newest snapshot.
        older: Ids of any snapshot.
        titles: Titles by id, of what the catalogue lists.

    Raises:
        WrongUsage: it names several, or none, or an id that cannot be the name of a file. Where there is neither a
            catalogue nor a snapshot, every other id is taken as it is.
    """
    ids = {identifier.casefold() for identifier in (*catalogue, *scored, *older)}
    found = None if typed.casefold() in ids else titled(typed, titles or {})
    if found is not None:
        return found
    refuse_unsafe(typed)
    if not (catalogue or scored):
        return ResolvedId(typed, f"there is no catalogue yet, so {shown(typed)} was not checked")
    if typed in catalogue or typed in scored:
        return ResolvedId(typed)
    if typed in older:
        return ResolvedId(typed, f"Microsoft has retired {typed}")
    known = sorted({*catalogue, *scored})
    for identifier in known:
        if identifier.casefold() == typed.casefold():
            refuse_unsafe(identifier)
            return ResolvedId(identifier, f"{typed} is written {identifier}")
    raise no_such(typed, known)


def titled(typed: str, titles: Mapping[str, str]) -> ResolvedId | None:
    """The recommendation with this title, or the only one whose title has all these words; None without any.

    Raises:
        WrongUsage: several have all these words; they are listed.
    """
    wanted = words_of(typed)
    if max(map(len, wanted), default=0) < SHORTEST_WORD:
        return None
    whole = [name for name, title in titles.items() if words_of(title) == wanted]
    some = [name for name, title in sorted(titles.items()) if has_words(title, wanted)]
    found = whole if len(whole) == 1 else some
    if not found:
        return None
    if len(found) > 1:
        listed = [f"{printable(name)} {shown(titles[name])}" for name in found[:MOST_LISTED]]
        more = f"; and {len(found) - MOST_LISTED} more" if len(found) > MOST_LISTED else ""
        raise WrongUsage(
            f"{len(found)} recommendations have {shown(typed)} in their titles: {'; '.join(listed)}{more}.",
            hint="Name one by its id, or type more words of its title, all in one pair of quotes.",
        )
    refuse_unsafe(found[0])
    return ResolvedId(found[0], f"{shown(typed)} is {found[0]}, {shown(titles[found[0]])}")


def words_of(text: str) -> list[str]:
    """The words of a text in the form in which titles are searched."""
    return re.findall(r"\w+", text[:LONGEST_TITLE].casefold())


def has_words(title: str, wanted: list[str]) -> bool:
    """Whether each word begins a word of the title."""
    words = words_of(title)
    return all(any(word.startswith(each) for word in words) for each in wanted)


def no_such(typed: str, known: list[str]) -> WrongUsage:
    """Nothing has this id or title."""
    likely = nearest(typed, known)
    hint = (
        f"Did you mean {likely}?"
        if likely
        else "Type words of its title in quotes, or its id as snapshots/catalogue.json and the site's pages have it."
    )
    return WrongUsage(f"No recommendation has the id or the title {shown(typed)}.", hint=hint)


def refuse_unsafe(identifier: str) -> None:
    """WrongUsage for an id that cannot be the name of a file on every system, or would leave the folder."""
    reason = unsafe(identifier)
    if reason:
        raise WrongUsage(
            f"{shown(identifier)} cannot be the id of a recommendation: {reason}.",
            hint="Copy the id from snapshots/catalogue.json or from the site, without folder and without .md.",
        )


def unsafe(identifier: str) -> str | None:
    """Why no file can be named after an id; None where one can."""
    if not identifier or identifier.strip() != identifier:
        return "it is empty, or begins or ends with a blank"
    if HOSTILE & set(identifier) or not identifier.isprintable():
        return "it holds a character that no file name may hold"
    if identifier.startswith((".", "-")) or identifier.endswith("."):
        return "it begins or ends with a dot, or begins with a dash"
    if identifier.split(".", maxsplit=1)[0].strip().casefold() in RESERVED:
        return "Windows keeps this name for a device"
    if len(identifier.encode("utf-8", "surrogateescape")) > LONGEST_NAME:
        return "it is too long"
    if f"{identifier.casefold()}.md" in ("readme.md", "index.md"):
        return "a file of this name in decisions/ is not read as a decision"
    return None


PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*(?: [A-Za-z0-9_.-]+)*")
"""Texts that need no quotes in YAML, apart from the words below; numbers and dates begin with a digit."""
NOT_TEXT = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})

WIDTH = 100
"""Columns of a comment."""

BUCKETS = {
    Bucket.DO_NOW: "within 92 days",
    Bucket.DO_SOON: "later, by a day",
    Bucket.ACCEPT: "accept the risk for a time",
    Bucket.NOT_APPLICABLE: "does not apply here, or something else covers it",
}


@dataclass(frozen=True, slots=True)
class Scaffold:
    """The scaffold of one decision, suited to its bucket; a draft until a person has completed it."""

    recommendation: Recommendation
    bucket: Bucket
    today: date
    acceptance_months: int
    risk: Risk | None = None
    owner: str = ""
    observation: Observation | None = None
    measured: date | None = None
    """Day of the newest snapshot."""
    licence: str = ""
    """A sentence about the licence that it needs; empty where that is unknown."""

    def document(self) -> Document:
        """The file: it passes `check` with one warning, that it is a draft."""
        lines = ["---", *self.head(), *self.keys(), *self.extras(), "---", ""]
        return Document.of_text(f"decisions/{self.recommendation.id}.md", "\n".join(lines))

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
        yield "# A draft counts as undecided. When everything is written and agreed, delete the next line."
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
        """Every key that the bucket requires or asks for, with its question above it."""
        given = {"recommendation": self.recommendation.id, "bucket": self.bucket.value, "owner": self.owner}
        given["risk"] = self.risk.value if self.risk else ""
        for key in KEYS:
            wanted = key.need(self.bucket) in (Need.REQUIRED, Need.ASKED)
            question = key.inheritable and key.need(self.bucket) is not Need.FORBIDDEN
            if wanted or question or key.name == "risk":
                yield ""
                yield from self.key(key, given.get(key.name, ""))

    def key(self, key: Key, given: str) -> Iterator[str]:
        """One key with its advice as comments."""
        yield from comment(self.advice(key))
        if not key.keys:
            yield f"{key.name}: {scalar(given)}".rstrip()
            return
        yield f"{key.name}:"
        for inner in key.keys:
            if not inner.keys:
                yield from comment(self.advice(inner), "  ")
                yield f"  {inner.name}: {self.share() if isinstance(inner.type, Share) else ''}".rstrip()

    def advice(self, key: Key) -> str:
        """What to write behind a key."""
        text = key.documentation
        if key.name == "bucket":
            return "The answer: " + "; ".join(f"{bucket} ({meaning})" for bucket, meaning in BUCKETS.items()) + "."
        if isinstance(key.type, Choice):
            text += f" One of: {', '.join(key.type.values)}."
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

    def share(self) -> str:
        """The part achieved today, so that falling below it counts as a breach."""
        share = self.observation.share if self.observation and not self.observation.claims else None
        if share is None or not 0 < share <= 1:
            return ""
        tenths = Fraction(int(share * 1000), 10)  # rounded down: rounding up would be a breach at once
        return f"{number(tenths)} %"

    def extras(self) -> Iterator[str]:
        """Optional keys, commented out."""
        yield ""
        yield "# If others have to decide something first, or something blocks it, remove the # and fill in:"
        if self.bucket in (Bucket.DO_NOW, Bucket.DO_SOON):
            yield f"# blocked: {{by: licensing, since: {self.today}, note: What would remove the block}}"
        yield "# ask:"
        yield f"#   - {{from: leadership, since: {self.today}, question: One question, default: What else happens}}"
        yield "# links: [https://tickets.example/4711]"


def comment(text: str, indent: str = "") -> Iterator[str]:
    """A text as YAML comments of a readable width."""
    return iter(textwrap.wrap(text, WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# "))


def scalar(text: str) -> str:
    """A text as YAML: plain where that is safe, else in double quotes."""
    if not text or (PLAIN.fullmatch(text) and text.casefold() not in NOT_TEXT):
        return text
    return json.dumps(text, ensure_ascii=False)


def one_line(text: str) -> str:
    """A text of the catalogue as one line without invisible characters, for a comment."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def number(amount: Fraction) -> str:
    """Points with at most two decimals."""
    return f"{float(amount):.2f}".rstrip("0").rstrip(".")
