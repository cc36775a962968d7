# SPDX-License-Identifier: Apache-2.0
"""Tells a person from a role: roles stay where people change, and a name cannot be taken out of Git again.

Certain are an address and a login. The rest is a guess of some words: a name of somebody who wrote decisions, a common
given name before a surname, a title such as Mr. Words such as Head or Manager make it a role, and so does a place in
the settings' `owners` or `roles`; of a login with its @ it does not, since `roles` gives logins to a role.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache

import msgspec

from secure_score_backlog.content import load_json
from secure_score_backlog.text import comparable

ADDRESS = re.compile(r"(?:^|[\s(\[,;/])@[\w-]+|[^\s@]+@[^\s@]+\.[^\s@]+")
"""An e-mail address, or a login on GitHub."""
LOGIN = re.compile(r"@[\w-]+(/[\w-]+)?")
"""A login or a team as GitHub mentions them, and nothing else."""
PARTS = re.compile(r"[,;:/|()\[\]–—]|\s-\s")
"""What stands between a name and a role in one text."""
NAME = re.compile(r"[^\W\d_]+(?:[-'’.][^\W\d_]+)*\.?")
"""A word of a name."""
LONGEST_ROLE = 300
"""Characters in which a person is looked for."""
MOST_WORDS = 5
"""Of a name, particles included."""


class _Lists(msgspec.Struct, forbid_unknown_fields=True):
    """The words of `content/people.json`."""

    titles: list[str]
    particles: list[str]
    role_words: list[str]
    given_names: list[str]


class _Words(msgspec.Struct, frozen=True):
    titles: frozenset[str]
    particles: frozenset[str]
    role_words: frozenset[str]
    given_names: frozenset[str]


@cache
def _words() -> _Words:
    lists = load_json("people", _Lists)
    return _Words(
        frozenset(lists.titles),
        frozenset(lists.particles),
        frozenset(lists.role_words),
        frozenset(lists.given_names),
    )


def folded(role: str) -> str:
    """A role as it is compared: without regard to letter case and blanks."""
    return comparable(role[:LONGEST_ROLE])


def is_person(role: str, listed: Collection[str] = (), authors: Collection[str] = ()) -> bool:
    """Whether a text that should be a role looks like a person.

    Args:
        role: As written.
        listed: The roles of the settings, folded; they are never a person, unless they are a login with its @.
        authors: Names of those who wrote decisions, folded.
    """
    text = " ".join(role[:LONGEST_ROLE].split())
    plain = folded(text)
    if LOGIN.fullmatch(text):
        return True
    if not plain or plain in listed:
        return False
    if ADDRESS.search(text):
        return True
    parts = [part.strip() for part in PARTS.split(text)]
    if len(parts) == 2 and "," in text:  # Doe, Jane
        parts.append(f"{parts[1]} {parts[0]}")
    return any(_is_name(part.split()) for part in parts) or any(
        folded(part) in authors and not _names_a_role(folded(part).split()) for part in (text, *parts) if part
    )


def _names_a_role(words: Collection[str]) -> bool:
    """Whether one of some folded words is one of roles."""
    return any(word.strip(".'’") in _words().role_words for word in words)


def _is_name(words: list[str]) -> bool:
    """Whether some words are a title or a given name, and a surname."""
    if not 2 <= len(words) <= MOST_WORDS or not all(NAME.fullmatch(word) for word in words):
        return False
    known = _words()
    first, *rest = (word.casefold().rstrip(".") for word in words)
    surnames = [word for word, plain in zip(words[1:], rest, strict=True) if plain not in known.particles]
    if not surnames or _names_a_role([first, *rest]):
        return False
    written = all(word[0].isupper() for word in surnames) or words[0][0].islower()
    return written and (first in known.titles or first.split("-")[0] in known.given_names)
