# SPDX-License-Identifier: Apache-2.0
"""What a verification found, as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

SCHEMA = "backlog-verify/1"
MOST_ITEMS = 1_000
"""Items of one check that are kept: a pack can be wrong in every file."""


class Result(StrEnum):
    """How a check ended."""

    HOLDS = "holds"
    FAILS = "does-not-hold"
    UNKNOWN = "not-checked"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that does not hold."""

    path: str
    """The file of the pack, or the commit."""
    message: str
    """A sentence."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check, and what came of it."""

    code: str
    title: str
    """What holds where it holds, as a sentence."""
    result: Result
    items: tuple[Item, ...] = ()
    note: str = ""
    """What else is known, or why it could not be checked; sentences."""
    more: int = 0
    """Items that are not kept."""

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "check": self.code,
            "title": self.title,
            "result": self.result.value,
            "items": [{"path": each.path, "message": each.message} for each in self.items],
            "more": self.more,
            "note": self.note or None,
        }


def checked(code: str, title: str, items: Iterable[Item], note: str = "") -> Check:
    """A check that holds where nothing is wrong."""
    found = tuple(items)
    result = Result.FAILS if found else Result.HOLDS
    return Check(code, title, result, found[:MOST_ITEMS], note, max(0, len(found) - MOST_ITEMS))


def unknown(code: str, title: str, why: str) -> Check:
    """A check that could not be made."""
    return Check(code, title, Result.UNKNOWN, note=why)


@dataclass(frozen=True, slots=True)
class Verification:
    """Everything that was found about one pack."""

    place: str
    digest: str
    """SHA-256 of its MANIFEST.sha256; empty where it has none."""
    about: str
    """Whose pack, of which period; empty where that is unknown."""
    checks: tuple[Check, ...]
    other_program: str = ""
    """That another program made the pack, and which one, in sentences; empty where it was this one."""

    def count(self, result: Result) -> int:
        """How many checks ended so."""
        return sum(1 for each in self.checks if each.result is result)

    @property
    def undecided(self) -> int:
        """How many files differ in a way that another program may explain."""
        return len({item.path for each in self.checks if each.result is Result.UNKNOWN for item in each.items})

    @property
    def holds(self) -> bool:
        """Nothing was found to be wrong."""
        return not self.count(Result.FAILS)

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "schema": SCHEMA,
            "pack": self.place,
            "digest": self.digest or None,
            "about": self.about or None,
            "holds": self.holds,
            "other_program": self.other_program or None,
            "counts": {result.value: self.count(result) for result in Result},
            "checks": [each.plain() for each in self.checks],
        }
