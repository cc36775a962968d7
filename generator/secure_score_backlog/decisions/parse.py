# SPDX-License-Identifier: Apache-2.0
"""Puts a `Decision` together from the values that were read of its file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from secure_score_backlog.decisions.front_matter import FrontMatter
from secure_score_backlog.decisions.model import (
    KEYS,
    QUESTIONS,
    Acceptance,
    Ask,
    Attestation,
    Blockage,
    Bucket,
    Cover,
    CoverReason,
    Decision,
    Key,
    Kind,
    Need,
)
from secure_score_backlog.decisions.text_checks import markdown_problems
from secure_score_backlog.problems import MOST_REPEATED, Problem, Severity, is_unreadable, problem
from secure_score_backlog.strict_yaml import QUOTED_DAY, UNREADABLE, Place, YamlData, typed
from secure_score_backlog.text import nearest, shown

Found: TypeAlias = dict[str, Any]
"""Values by key, already of the right type; None where nothing was typed; groups within groups."""


def _attestation(found: Found | None) -> Attestation | None:
    complete = found and found["by"] and found["on"] and found["record"]
    return Attestation(found["by"], found["on"], found["record"]) if found and complete else None


def _acceptance(found: Found | None) -> Acceptance | None:
    if not found or found["until"] is None:
        return None
    return Acceptance(
        rationale=found["rationale"] or "",
        approver=found["approver"] or "",
        until=found["until"],
        compensating=found["compensating"] or (),
        share=found["share"] or Fraction(0),
        approval=_attestation(found["approval"]),
    )


def _cover(found: Found | None) -> Cover | None:
    if not found or found["until"] is None:
        return None
    return Cover(
        reason=found["reason"] or CoverReason.NOT_APPLICABLE,
        by=found["by"] or "",
        evidence=found["evidence"] or "",
        approver=found["approver"] or "",
        until=found["until"],
        approval=_attestation(found["approval"]),
    )


def _blockage(found: Found | None) -> Blockage | None:
    if not found or not found["by"] or not found["since"]:
        return None
    return Blockage(found["by"], found["since"], found["note"] or "")


def _ask(found: Found) -> Ask | None:
    if not (found["from"] and found["since"] and found["question"]):
        return None
    return Ask(found["from"], found["since"], found["question"], found["options"] or (), found["default"] or "")


def decision_of(found: Found, body: str) -> Decision:
    """The value from what was read; what a draft leaves half open is left out."""
    return Decision(
        recommendation=found["recommendation"],
        bucket=found["bucket"],
        risk=found["risk"],
        reduces=found["reduces"] or "",
        owner=found["owner"] or "",
        impact=found["impact"] or "",
        prerequisites=found["prerequisites"] or "",
        proof=found["proof"] or "",
        due=found.get("due"),
        blocked=_blockage(found.get("blocked")),
        accepted=_acceptance(found.get("accepted")),
        covered=_cover(found.get("covered")),
        asks=tuple(ask for entry in found["ask"] or () if (ask := _ask(entry)) is not None),
        same_as=found["same_as"],
        links=found["links"] or (),
        draft=found["draft"] or False,
        body=body,
        inherits=found["inherits"],
    )


# --- Single values of a decision's front matter: what was typed becomes what was meant, or a problem.
#
# Each reader returns None where nothing was typed or where the problem has been told.


FILLERS = frozenset({"tbd", "tba", "todo", "fixme", "xxx", "?", "??", "???", "-", "--", "…", "..."})
"""Texts that leave a question as open as an empty line does."""

PERSON = re.compile(r"(?:^|[\s(\[,;/])@[\w-]+|[^\s@]+@[^\s@]+\.[^\s@]+")
"""An e-mail address, or a login on GitHub."""

LONGEST_ROLE = 300
"""Characters of a role that are looked at for a person."""
RATIO = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*/\s*(\d{1,9}(?:\.\d{1,9})?)", re.ASCII)
PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,9})?)\s*%", re.ASCII)


def is_open(value: object) -> bool:
    """Whether nothing was answered: no value, an empty one, or a filler such as TBD."""
    if isinstance(value, str):
        return not value.strip() or value.strip().casefold() in FILLERS
    return value is None or value in ([], {})


@dataclass(slots=True)
class Values:
    """Reads values of one file, and collects what is wrong with them."""

    source: YamlData
    problems: list[Problem] = field(default_factory=list)

    def report(self, code: str, place: Place, message: str, hint: str) -> None:
        """Note a problem at a key or an item."""
        self.problems.append(problem(code, self.source.path, self.source.line(*place), message, hint))

    def wrong_type(self, key: Key, place: Place, value: object) -> None:
        """Say what was expected, and what was typed."""
        if value is UNREADABLE:
            return
        hint = f"Write `{key.name}: {key.example or '…'}`."
        if key.kind in (Kind.GROUP, Kind.GROUPS):
            hint = f"Write the keys below `{key.name}:`, each on a line of its own, two spaces further in."
        elif isinstance(value, (int, Decimal, date)) and key.kind is not Kind.FLAG:
            hint = f'Put it in double quotes: `{key.name}: "{str(value).lower()}"`.'
        self.report("decision-wrong-type", place, f"`{key.name}` takes {named(key.kind)}, not {typed(value)}.", hint)

    def read(self, key: Key, value: object, place: Place) -> object | None:
        """The value of a key that is not a group."""
        return None if value is None else READERS[key.kind](self, key, value, place)

    def text(self, key: Key, value: object, place: Place) -> str | None:
        """A text, without blanks around it; a filler counts as nothing."""
        if not isinstance(value, str):
            self.wrong_type(key, place, value)
            return None
        return None if is_open(value) else value.strip()

    def role(self, key: Key, value: object, place: Place) -> str | None:
        """A role; somebody's address or login is told apart."""
        role = self.text(key, value, place)
        if role is not None and PERSON.search(role[:LONGEST_ROLE]):
            self.report(
                "decision-person",
                place,
                f"`{key.name}` looks like a person ({shown(role)}), not like a role.",
                f"Write the role that outlives the person, such as `{key.name}: {key.example}`; "
                "who approved is read from the pull request.",
            )
        return role

    def choice(self, key: Key, value: object, place: Place) -> object | None:
        """One of the values of an enumeration."""
        choices = [choice.value for choice in key.choices or ()]
        if key.choices is not None and isinstance(value, str) and value in choices:
            return key.choices(value)
        if value is not UNREADABLE and not is_open(value):
            meant = nearest(str(value).replace(" ", "-").replace("_", "-"), choices)
            hint = f"Write `{key.name}: {meant}`." if meant else f"Write one of: {', '.join(choices)}."
            self.report("decision-wrong-value", place, f"{shown(value)} is no value of `{key.name}`.", hint)
        return None

    def day(self, key: Key, value: object, place: Place) -> date | None:
        """A day; one that cannot be read is an error, never "for ever"."""
        if isinstance(value, date):
            return value
        if isinstance(value, str) and QUOTED_DAY.fullmatch(value.strip()):
            try:
                return date.fromisoformat(value.strip())
            except ValueError:
                pass
        if value is not UNREADABLE and not is_open(value):
            self.report(
                "date-invalid",
                place,
                f"`{key.name}` is not a day of the calendar: {shown(value)}.",
                f"Write YYYY-MM-DD, such as `{key.name}: {key.example}`.",
            )
        return None

    def share(self, key: Key, value: object, place: Place) -> Fraction | None:
        """A part between 0 and 1: a number, `6/10` or `60 %`."""
        share = part(value)
        if share is None and value is not UNREADABLE and not is_open(value):
            whole = isinstance(value, int) and not isinstance(value, bool) and 1 < value <= 100
            hint = f"Write `share: {value} %`." if whole else "Write `0.6`, `6/10` or `60 %`."
            self.report("decision-share", place, f"{shown(value)} is no part between 0 and 1.", hint)
        return share

    def texts(self, key: Key, value: object, place: Place) -> tuple[str, ...] | None:
        """A list of texts, or one text."""
        items = value if isinstance(value, list) else [value]
        places = [(*place, index) for index in range(len(items))] if isinstance(value, list) else [place]
        found = (self.text(key, item, where) for item, where in zip(items, places, strict=True) if item is not None)
        return tuple(text for text in found if text)

    def links(self, key: Key, value: object, place: Place) -> tuple[str, ...] | None:
        """Links that a browser may follow: http, https or a path in this repository."""
        links = self.texts(key, value, place)
        for link in links or ():
            if not is_link(link):
                where = (*place, value.index(link)) if isinstance(value, list) and link in value else place
                self.report(
                    "decision-bad-link",
                    where,
                    f"{shown(link)} is not a link that a page may hold.",
                    "Write a link that begins with https://, or a path in this repository such as docs/evidence.pdf.",
                )
        return links

    def flag(self, key: Key, value: object, place: Place) -> bool | None:
        """True or false."""
        if isinstance(value, bool):
            return value
        self.wrong_type(key, place, value)
        return None


READERS: Mapping[Kind, Callable[[Values, Key, object, Place], object | None]] = {
    Kind.IDENTIFIER: Values.text,
    Kind.TEXT: Values.text,
    Kind.ROLE: Values.role,
    Kind.CHOICE: Values.choice,
    Kind.DAY: Values.day,
    Kind.SHARE: Values.share,
    Kind.TEXTS: Values.texts,
    Kind.LINKS: Values.links,
    Kind.FLAG: Values.flag,
}


def part(value: object) -> Fraction | None:
    """A share from 0 to 1 in any of its spellings, exactly; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, Decimal)):
        share = Fraction(value)
    elif isinstance(value, str) and (found := RATIO.fullmatch(value.strip())):
        total = Fraction(found[2])
        if total == 0:
            return None
        share = Fraction(found[1]) / total
    elif isinstance(value, str) and (found := PERCENT.fullmatch(value.strip())):
        share = Fraction(found[1]) / 100
    else:
        return None
    return share if 0 <= share <= 1 else None


def is_link(link: str) -> bool:
    """Whether a page may hold it: http or https with a host, or a relative path; nothing a browser would run."""
    if any(letter.isspace() or not letter.isprintable() or letter in '\\<>"' for letter in link):
        return False
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    if parts.scheme:
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    return not link.startswith("//") and ":" not in link.split("/", maxsplit=1)[0]


def named(kind: Kind) -> str:
    """A kind with its article, for a message."""
    names = {
        Kind.GROUP: "keys of its own",
        Kind.GROUPS: "a list of entries with keys of their own",
        Kind.TEXTS: "a text or a list of texts",
        Kind.LINKS: "a link or a list of links",
        Kind.FLAG: "true or false",
        Kind.IDENTIFIER: "an id",
    }
    return names.get(kind, f"a {kind.value}")


# --- One decision: front matter in, a `Decision` or the reasons why it is none out (design §4.2).
#
# Fails closed: a file with any error is no decision, so its recommendation counts as undecided.


def read_decision(front_matter: FrontMatter, *, path: str) -> tuple[Decision | None, list[Problem]]:
    """The decision of one file, and every problem of that file, those of its front matter included.

    None where there is an error. A draft may leave anything open but `recommendation` and `bucket`.
    """
    problems = list(front_matter.problems)
    if is_unreadable(problems):
        return None, problems
    reading = _Reading(replace(front_matter, path=path))
    found = reading.read()
    problems += sorted(reading.values.problems, key=lambda fault: fault.order)
    if any(fault.severity is Severity.ERROR for fault in problems):
        return None, problems
    return decision_of(found, front_matter.body), problems


class _Reading:
    """The steps of reading one file."""

    def __init__(self, front_matter: FrontMatter) -> None:
        self.source = front_matter
        self.values = Values(front_matter)
        self.draft = front_matter.data.get("draft") is True
        same_as = front_matter.data.get("same_as")
        self.shares = isinstance(same_as, str) and not is_open(same_as)
        self.missing: list[str] = []
        """Dotted names of what a draft leaves open."""
        self.inherits: set[str] = set()

    def read(self) -> Found:
        """All values, with every problem told."""
        self.values.problems += markdown_problems(self.source)
        typed = self.source.data.get("bucket")
        bucket = next((choice for choice in Bucket if choice.value == typed), None)
        found = self.group(KEYS, self.source.data, (), bucket)
        if bucket is not None:
            self.tell_unanswered(bucket)
        if self.draft:
            self.tell_draft()
        found["inherits"] = frozenset(self.inherits)
        return found

    def group(self, keys: tuple[Key, ...], typed: Mapping[str, object], place: Place, bucket: Bucket | None) -> Found:
        """The values of a mapping; `bucket` is None where it is unknown, and nothing can be missing."""
        self.refuse_unknown(keys, typed, place)
        found: Found = {}
        for key in keys:
            here = (*place, key.name)
            need = key.need(bucket)
            value = typed.get(key.name)
            if need is Need.FORBIDDEN:
                if not is_open(value):
                    self.refuse_forbidden(key, here, bucket)
                continue
            before = len(self.values.problems)
            found[key.name] = self.value(key, value, here, bucket)
            wrong = value is UNREADABLE or len(self.values.problems) > before
            if wrong or not is_open(found[key.name]):
                continue
            if self.shares and key.shared:
                self.inherits.add(".".join(str(part) for part in here))
            elif need is Need.REQUIRED:
                self.note_missing(key, here, bucket)
        return found

    def value(self, key: Key, value: object, place: Place, bucket: Bucket | None) -> object | None:
        """One value; a group becomes a dict, groups a list of dicts."""
        if key.kind not in (Kind.GROUP, Kind.GROUPS):
            return self.values.read(key, value, place)
        if is_open(value):
            return None
        if isinstance(value, dict):
            found = self.group(key.keys, value, place, bucket)
            return [found] if key.kind is Kind.GROUPS else found
        if key.kind is Kind.GROUPS and isinstance(value, list):
            entries: list[Found] = []
            for index, entry in enumerate(value):
                if isinstance(entry, dict):
                    entries.append(self.group(key.keys, entry, (*place, index), bucket))
                else:
                    self.values.wrong_type(key, (*place, index), entry)
            return entries
        self.values.wrong_type(key, place, value)
        return None

    def refuse_unknown(self, keys: tuple[Key, ...], typed: Mapping[str, object], place: Place) -> None:
        """Keys that are not part of the format, with the one that was probably meant."""
        names = [key.name for key in keys]
        unknown = [name for name in typed if name not in names]
        for name in unknown[:MOST_REPEATED]:
            inside = ".".join(str(part) for part in place if isinstance(part, str))
            message = f"{shown(name)} is not a key of {'`' + inside + '`' if inside else 'a decision'}."
            self.values.report("decision-unknown-key", (*place, name), message, _unknown_hint(name, names, typed[name]))

    def refuse_forbidden(self, key: Key, place: Place, bucket: Bucket | None) -> None:
        """A key that says something this bucket does not say."""
        homes = [choice.value for choice in Bucket if key.need(choice) is not Need.FORBIDDEN]
        self.values.report(
            "decision-forbidden-key",
            place,
            f"`{key.name}` has no place in a decision of bucket {bucket}.",
            f"Delete it, or write `bucket: {' or '.join(homes)}` if that is what you mean.",
        )

    def note_missing(self, key: Key, place: Place, bucket: Bucket | None) -> None:
        """Something required that was left open: an error, unless this is a draft."""
        dotted = ".".join(str(part) for part in place)
        if self.draft and key.name not in ("recommendation", "bucket"):
            self.missing.append(dotted)
        elif not (bucket is Bucket.DO_NOW and dotted in QUESTIONS):  # those are told together
            where = (
                (f"A decision of bucket {bucket}" if bucket else "A decision")
                if len(place) == 1
                else f"`{'.'.join(map(str, place[:-1]))}`"
            )
            hint = f"Write `{key.name}: {key.example}`."
            if key.kind is Kind.GROUP:
                needed = [inner.name for inner in key.keys if inner.needs[0] is Need.REQUIRED]
                hint = f"Write `{key.name}:` and below it, two spaces further in: {', '.join(needed)}."
            if key.choices is not None:
                hint = f"Write `{key.name}:` and one of {', '.join(choice.value for choice in key.choices)}."
            self.values.report("decision-missing-key", place, f"{where} needs `{key.name}`.", hint)

    def tell_unanswered(self, bucket: Bucket) -> None:
        """The questions left open: an error for do-now, otherwise asked for."""
        wanted = {key.name for key in KEYS if key.need(bucket) is Need.ASKED or bucket is Bucket.DO_NOW}
        excused = {key.name for key in KEYS if key.shared} if self.shares else set()
        left = [name for name in QUESTIONS if name in wanted - excused and is_open(self.source.data.get(name))]
        if left and not self.draft:
            self.values.problems.append(unanswered(self.source.path, self.source.line("bucket"), bucket, left))

    def tell_draft(self) -> None:
        """One line for all that a draft leaves open."""
        left = f" Still to be written: {', '.join(self.missing)}." if self.missing else " Nothing required is missing."
        self.values.report(
            "decision-draft",
            ("draft",),
            f"This is a draft, so it counts as undecided.{left}",
            "When it is finished, delete the line `draft: true`.",
        )


def unanswered(path: str, line: int, bucket: Bucket, left: list[str]) -> Problem:
    """The problem of open questions: for do-now an error, otherwise a warning."""
    names = ", ".join(f"`{name}`" for name in left)
    hint = " ".join(f"Add `{key.name}: {key.example}`." for key in KEYS if key.name == left[0])
    if bucket is Bucket.DO_NOW:
        message = f"{names} left open: without all five answers, do-now is not ready to be called progress."
        return problem("decision-not-ready", path, line, message, f"{hint} Or write `bucket: do-soon` meanwhile.")
    message = f"{names} left open; of the five questions, {len(QUESTIONS) - len(left)} answered."
    return problem("decision-unanswered", path, line, message, hint)


def _unknown_hint(name: str, names: list[str], value: object) -> str:
    meant = nearest(name, names)
    if meant:
        return f"Write `{meant}`."
    homes = [key.name for key in KEYS if any(inner.name == name for inner in key.keys)]
    if homes:
        return f"It belongs below `{homes[0]}:`, two spaces further in."
    if value is None and " " in name.strip():
        return "A comma inside { } begins a new key: put the whole text in double quotes."
    return f"Delete it, move it to the text below the front matter, or use one of: {', '.join(names)}."
