# SPDX-License-Identifier: Apache-2.0
"""What people keep of a month below `docs/reviews/`: minutes (`YYYY-MM.md`) and signed facts (`YYYY-MM.json`).

A signed file holds the facts as they were shown, the version of the program and a digest. Once it is merged, the month
shows these facts, whatever a later version would compute (docs/method.md#signed-months).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from secure_score_backlog.dates import MONTH
from secure_score_backlog.git import FileVersions, Version
from secure_score_backlog.markdown_limits import find_excess
from secure_score_backlog.problems import IF_CHANGED, Problem, problem
from secure_score_backlog.ratings import Risk
from secure_score_backlog.snapshots.exact_json import json_number
from secure_score_backlog.snapshots.graph_json import number
from secure_score_backlog.text import shown

DOCS = "docs"
REVIEWS = f"{DOCS}/reviews"
REVIEW_SCHEMA = "backlog-review/1"
LARGEST_SIGNED = 8 << 20
"""Bytes; the facts of ten thousand recommendations are a third of that."""
LONGEST_NUMBER = 18
"""Digits of a whole number."""
UNSIGNED = frozenset({"problems", "recorded_later", "insurance"})
"""Parts that are not signed: problems in the files, decisions that were recorded later, and answers for insurers."""


@dataclass(frozen=True, slots=True)
class Minutes:
    """What people wrote about one month: `docs/reviews/YYYY-MM.md`."""

    month: str
    """YYYY-MM."""
    text: str
    """Markdown as written, front matter removed."""
    versions: tuple[Version, ...] = ()


# What pages read of signed facts, and of which kind it is. A file may have a right digest and other facts all the same:
# anybody can compute a digest. Other keys are kept and not looked at.

Amount = Annotated[float, Meta(ge=-1e12, le=1e12)]
"""Points or a percentage."""
Number = Annotated[int, Meta(ge=-10_000_000, le=10_000_000)]
"""Days, or how many there are of something."""


class SignedAsk(Struct):
    """A decision that was requested."""

    recommendation: str
    of: str = msgspec.field(name="from")
    question: str
    age_days: Number
    default: str | None
    by: date | None = None
    recommend: str = ""
    cost: str = ""
    asked_by: str = ""


class SignedNeeded(Struct):
    """A decision that was needed."""

    kind: Literal["requested", "expired", "breached", "regressed", "conflict", "overdue", "undecided"]
    recommendation: str
    title: str
    risk: Risk | None
    decides: str | None = msgspec.field(name="from")
    by: date | None
    days_left: Number | None
    question: str | None
    since: date | None
    recommend: str
    cost: str
    asked_by: str | None
    default: str
    options: list[str] = []
    leadership: bool | None = None
    """None where the program that signed it did not say."""
    approver: str | None = None
    late: bool | None = None
    why: str = ""
    breach: str = ""
    """What was accepted and what is measured, where it was breached."""
    due: date | None = None
    """When the change is due that a question is about."""


class SignedTop(Struct):
    """One of the top five by risk."""

    recommendation: str
    risk: Risk | None
    days_open: Number
    state: str
    owner: str | None


class SignedBlocked(Struct):
    """A plan that was blocked."""

    recommendation: str
    by: Literal["licensing", "business", "technical"]
    since: date
    note: str


class SignedApproval(Struct):
    """How an approval was known."""

    kind: Literal["approved", "attested", "named"]


class SignedEntry(Struct):
    """An acceptance or an exemption."""

    recommendation: str
    risk: Risk | None
    owner: str
    approver: str
    until: date
    days_left: Number
    state: str
    approval: SignedApproval | None = None


class SignedCompleted(Struct):
    """What was completed."""

    recommendation: str
    on: date | None
    how: str


class SignedRegressed(Struct):
    """What regressed."""

    recommendation: str
    on: date | None
    points: Amount
    recovered: date | None


class SignedLine(Struct):
    """One line of the movement."""

    recommendation: str | None
    part: Literal["improved", "regressed", "claimed", "rescored", "scope", "unexplained"]
    points: Amount
    note: str | None


class SignedPoints(Struct, forbid_unknown_fields=True):
    """The parts of the movement and their total."""

    improved: Amount
    regressed: Amount
    claimed: Amount
    rescored: Amount
    scope: Amount
    unexplained: Amount
    total: Amount


class SignedMovement(Struct):
    """Why the score changed."""

    start: date = msgspec.field(name="from")
    end: date = msgspec.field(name="to")
    points: SignedPoints
    lines: list[SignedLine]


class SignedChange(Struct):
    """Something that Microsoft changed about one recommendation."""

    recommendation: str
    kind: Literal["added", "no-longer-scored", "re-weighted", "re-worded"]
    on: date | None
    points: Amount
    percent: Amount
    before: Amount | None
    after: Amount | None
    fields: list[str]
    title_before: str


class SignedMicrosoft(Struct):
    """What Microsoft changed."""

    points: Amount
    percent: Amount
    changes: list[SignedChange]
    services_added: list[str]
    services_removed: list[str]
    in_part: list[date]


class SignedScore(Struct):
    """The score of the day."""

    current: Amount
    max: Amount
    percent: Amount | None


class SignedSnapshot(Struct):
    """The newest snapshot of the month."""

    date: date
    complete: bool
    age_days: Number
    partial: bool = False
    source: str = ""


class SignedExplained(Struct):
    """What the scored recommendations account for."""

    recommendations: Number
    without_maximum: Number
    points: Amount
    maximum: Amount


class SignedDays(Struct):
    """How many days of the month are known, and how well."""

    days: Number
    complete: Number
    backfilled: Number
    partial: Number
    missing: Number
    since_newest: Number


class SignedCoverage(Struct):
    """The days since the first snapshot, as far as the page shows them."""

    first: date | None = field(default=None, name="from")
    month: SignedDays | None = None


class SignedMark(Struct):
    """A recommendation that Microsoft's portal marks, and no decision does."""

    portal: str | None = None


class SignedWords(Struct):
    """Title and reasons of a recommendation."""

    title: str = ""
    why: str = ""
    rationale: str = ""


class SignedCounts(Struct):
    """The headline counts."""

    undecided: Number


class SignedFacts(Struct):
    """The facts of a month, as far as its page shows them."""

    as_of: date
    snapshot: SignedSnapshot | None
    score: SignedScore | None
    counts: SignedCounts
    top: list[SignedTop]
    blocked: list[SignedBlocked]
    register: list[SignedEntry]
    completed: list[SignedCompleted]
    regressed: list[SignedRegressed]
    asks: list[SignedAsk]
    movement: SignedMovement | None
    explained: SignedExplained | None = None
    coverage: SignedCoverage | None = None
    microsoft: SignedMicrosoft | None = None
    open: dict[str, Number] | None = None
    """Open recommendations by risk level; None where the program that signed them did not count them."""
    late: Number | None = None
    decisions_needed: list[SignedNeeded] | None = None
    """None where the program that signed them did not list them."""
    covered: list[SignedEntry] = []
    shadow: list[SignedMark] = []
    decided: list[str] = []
    texts: dict[str, SignedWords] = {}
    states: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class SignedReview:
    """The facts of a month as they were signed: `docs/reviews/YYYY-MM.json`."""

    month: str
    tool: str
    """Version of the program that computed them."""
    digest: str
    facts: Mapping[str, Any]
    """As `backlog status --json` printed them; numbers are exact."""
    version: Version | None = None
    """The commit in which they were merged; None without Git."""


def load_minutes(files: FileVersions) -> tuple[dict[str, Minutes], list[Problem]]:
    """The newest minutes of each month, by YYYY-MM, with their versions; and a problem for those that are too long."""
    found: dict[str, Minutes] = {}
    problems: list[Problem] = []
    for path in files.paths(REVIEWS, ".md"):
        month = PurePosixPath(path).stem
        versions = files.of(path)
        content = files.content(versions[-1]) if versions else None
        if content is not None and MONTH.fullmatch(month):
            found[month] = Minutes(month, minutes_text(content), versions)
            excess = find_excess(found[month].text)
            if excess is not None:
                whole = minutes_source(content)
                above = whole.count("\n", 0, whole.index(found[month].text.rstrip("\n")))
                problems.append(excess.as_problem(path, above + 1, "This text"))
    return found, problems


def minutes_source(content: bytes) -> str:
    """The text of a file; bytes that are not UTF-8 become replacement characters."""
    return content.decode("utf-8-sig", "replace").replace("\r\n", "\n")


def minutes_text(content: bytes) -> str:
    """The Markdown of a file, without front matter."""
    text = minutes_source(content)
    if text.startswith("---\n"):
        _, closed, rest = text[4:].partition("\n---\n")
        text = rest if closed else text
    return text.strip() + "\n"


def load_signed_reviews(
    files: FileVersions, *, uncommitted: bool = False
) -> tuple[dict[str, SignedReview], list[Problem]]:
    """The signed months, by YYYY-MM, and a problem for each that cannot be trusted.

    Uncommitted edits do not count unless asked for: a month is signed once its file is merged.
    """
    found: dict[str, SignedReview] = {}
    problems: list[Problem] = []
    for path in files.paths(REVIEWS, ".json"):
        month = PurePosixPath(path).stem
        merged = [version for version in files.of(path) if version.committed or files.main is None or uncommitted]
        content = files.content(merged[-1]) if merged else None
        if content is None or not MONTH.fullmatch(month):
            continue
        signed = parse_signed(content, month, path)
        if isinstance(signed, SignedReview):
            signed = check_facts(signed, path)
        if isinstance(signed, Problem):
            problems.append(signed)
        else:
            found[month] = replace(signed, version=merged[-1] if merged[-1].committed else None)
    return found, problems


def parse_signed(content: bytes, month: str, path: str) -> SignedReview | Problem:
    """The signed facts in the bytes of a file, or why they cannot be trusted."""
    if len(content) > LARGEST_SIGNED:
        return _untrusted(path, f"It is larger than {LARGEST_SIGNED >> 20} MB.")
    try:
        data = json.loads(content.decode("utf-8-sig"), parse_float=_exact, parse_int=_whole, parse_constant=_exact)
        return read_signed(data, month, path)
    except (ValueError, RecursionError):
        return _untrusted(path, "It is not JSON, or breaks off.")


def read_signed(data: Any, month: str, path: str) -> SignedReview | Problem:
    """The same, in parsed JSON."""
    if not isinstance(data, dict) or data.get("schema") != REVIEW_SCHEMA:
        return _untrusted(path, f"Its `schema` is not {REVIEW_SCHEMA}.")
    tool, facts, digest = data.get("tool"), data.get("facts"), data.get("digest")
    if not isinstance(tool, str) or not isinstance(facts, dict) or data.get("month") != month:
        return _untrusted(path, f"It lacks the facts of {month}, or is of another month.")
    if digest != digest_of(month, tool, facts):
        return _untrusted(path, "Its facts do not match their digest: they were changed after they were signed.")
    return SignedReview(month, tool, str(digest), facts)


def check_facts(signed: SignedReview, path: str) -> SignedReview | Problem:
    """The signed month, where every value that its page shows is of the right kind."""
    try:
        written = json.dumps([signed.tool, signed.facts], ensure_ascii=False, default=json_number).encode()
        msgspec.convert(json.loads(written)[1], SignedFacts)
    except (UnicodeEncodeError, msgspec.ValidationError) as error:
        return _untrusted(path, f"Its facts are not those of a month: {shown(error)}.")
    return signed


def _exact(literal: str) -> Decimal:
    """A number as it is written. ValueError for one that no figure can be, such as NaN or 1e999."""
    found = number(literal)
    if found is None:
        raise ValueError(f"{literal} is not a number")
    return found


def _whole(literal: str) -> int:
    """A whole number. ValueError for one of more digits than any count has."""
    if len(literal) > LONGEST_NUMBER:
        raise ValueError("a number is too long")
    return int(literal)


def _untrusted(path: str, message: str) -> Problem:
    """A signed review that cannot be trusted; the page of the month shows what is computed today instead."""
    name = PurePosixPath(path).stem
    hint = (
        f"{IF_CHANGED} For the maintainer: `git log -- {path}` shows the commits of this file, and `git checkout "
        f"COMMIT -- {path}` takes it from one. Where none is good, delete the file and sign the month again with "
        f"`backlog review {name}`."
    )
    said = f"The signed review of {name} is damaged, or was changed by hand, and does not count. {message}"
    return problem("review-signature", path, None, said, hint)


def sign(month: str, tool: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The content of `docs/reviews/YYYY-MM.json`."""
    kept = {name: value for name, value in facts.items() if name not in UNSIGNED}
    return {
        "schema": REVIEW_SCHEMA,
        "month": month,
        "tool": tool,
        "digest": digest_of(month, tool, kept),
        "facts": kept,
    }


def digest_of(month: str, tool: str, facts: Mapping[str, Any]) -> str:
    """SHA-256 over month, tool and facts: sorted keys, no spaces, UTF-8."""
    canonical = json.dumps(
        [month, tool, facts], sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=json_number
    )
    return "sha256:" + hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def differences(signed: SignedReview, computed: Mapping[str, Any]) -> tuple[str, ...]:
    """The parts of the facts that today's program computes differently, in order.

    A column that the rows of that day do not have is no difference, so that a new column makes no signed month differ.
    """
    known = signed.facts.keys() & (computed.keys() - UNSIGNED)
    pairs = {name: (_plain(signed.facts[name]), _plain(computed[name])) for name in known}
    return tuple(sorted(name for name, (then, now) in pairs.items() if then != _with_columns_of(then, now)))


def _with_columns_of(then: Any, now: Any) -> Any:
    """Today's rows with the columns that the rows of that day have; anything but a list of as many rows as it is."""
    if not isinstance(then, list) or not isinstance(now, list) or len(then) != len(now):
        return now
    return [
        {key: value for key, value in new.items() if key in old}
        if isinstance(old, dict) and isinstance(new, dict)
        else new
        for old, new in zip(then, now, strict=True)
    ]


def _plain(value: Any) -> Any:
    """The value as it comes back from JSON."""
    return json.loads(json.dumps(value, default=json_number))
