# SPDX-License-Identifier: Apache-2.0
"""Which recommendation a person means, and whether a file can be named after it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.rules.deciding.rule_table import nearest, shown

RESERVED = frozenset({"con", "prn", "aux", "nul", "conin$", "conout$"}) | {
    f"{name}{number}" for name in ("com", "lpt") for number in "0123456789¹²³"
}
"""Names that Windows keeps for devices, whatever their ending."""
HOSTILE = frozenset('/\\:*?"<>|')
LONGEST_NAME = 200
"""Bytes; file systems take 255, with an ending."""


@dataclass(frozen=True, slots=True)
class Meant:
    """The id that was meant."""

    identifier: str
    note: str = ""
    """What the person should know about it; empty where the id was typed as it is."""


def meant_by(typed: str, catalogue: Collection[str], scored: Collection[str], older: Collection[str] = ()) -> Meant:
    """The recommendation that a person means.

    `scored`: ids of the newest snapshot; `older`: ids of any snapshot. Raises WrongUsage for an id that no file can
    be named after, and for one that nobody knows, unless there is nothing to know it from.
    """
    refuse_unsafe(typed)
    if not (catalogue or scored):
        return Meant(typed, f"there is no catalogue yet, so {shown(typed)} was not checked")
    if typed in catalogue or typed in scored:
        return Meant(typed)
    if typed in older:
        return Meant(typed, f"Microsoft has retired {typed}")
    known = sorted({*catalogue, *scored})
    for identifier in known:
        if identifier.casefold() == typed.casefold():
            refuse_unsafe(identifier)
            return Meant(identifier, f"{typed} is written {identifier}")
    likely = nearest(typed, known)
    hint = (
        f"Did you mean {likely}?" if likely else "Ids stand in snapshots/catalogue.json and on the pages of the site."
    )
    raise WrongUsage(f"No recommendation is called {shown(typed)}.", hint=hint)


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
