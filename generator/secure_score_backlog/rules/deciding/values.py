# SPDX-License-Identifier: Apache-2.0
"""Single values of a decision's front matter: what was typed becomes what was meant, or a problem.

Each reader returns None where nothing was typed or where the problem has been told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from urllib.parse import urlsplit

from secure_score_backlog.model.decision_format import Key, Kind
from secure_score_backlog.model.front_matter import UNREADABLE, Place, YamlData
from secure_score_backlog.model.problem import Problem
from secure_score_backlog.rules.deciding.rule_table import nearest, problem, shown

FILLERS = frozenset({"tbd", "tba", "todo", "fixme", "xxx", "?", "??", "???", "-", "--", "…", "..."})
"""Texts that leave a question as open as an empty line does."""

PERSON = re.compile(r"(?:^|[\s(\[,;/])@[\w-]+|[^\s@]+@[^\s@]+\.[^\s@]+")
"""An e-mail address, or a login on GitHub."""

LONGEST_ROLE = 300
"""Characters of a role that are looked at for a person."""

QUOTED_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
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


def typed(value: object) -> str:
    """What a person typed, in words."""
    if isinstance(value, bool):
        return f"{str(value).lower()} (true or false)"
    if isinstance(value, (int, Decimal)):
        return f"the number {value}"
    if isinstance(value, date):
        return f"the date {value.isoformat()}"
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "keys of its own"
    return shown(value)
