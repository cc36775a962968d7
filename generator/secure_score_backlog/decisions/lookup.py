# SPDX-License-Identifier: Apache-2.0
"""Finds the recommendation that a person names by its id, its title or words of its title, and refuses unsafe ids."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from secure_score_backlog.errors import WrongUsage
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


Choose = Callable[[list[str]], str]
"""From the ids of several recommendations, the one that a person means."""


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
    choose: Choose | None = None,
) -> ResolvedId:
    """The recommendation that a typed id, a title, or words of one title name.

    Args:
        typed: What the person typed.
        catalogue: Ids that the catalogue lists.
        scored: Ids of the newest snapshot.
        older: Ids of any snapshot.
        titles: Titles by id, of what the catalogue lists.
        choose: Asks a person which of several is meant; None where nobody can be asked.

    Raises:
        WrongUsage: it names several, or none, or an id that cannot be the name of a file. Where there is neither a
            catalogue nor a snapshot, every other id is taken as it is.
    """
    ids = {identifier.casefold() for identifier in (*catalogue, *scored, *older)}
    found = None if typed.casefold() in ids else titled(typed, titles or {}, choose)
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


def titled(typed: str, titles: Mapping[str, str], choose: Choose | None = None) -> ResolvedId | None:
    """The recommendation with this title, or the only one whose title has all these words; None without any.

    Raises:
        WrongUsage: several have all these words, and nobody can be asked; they are listed.
    """
    wanted = words_of(typed)
    if max(map(len, wanted), default=0) < SHORTEST_WORD:
        return None
    whole = [name for name, title in titles.items() if words_of(title) == wanted]
    some = [name for name, title in sorted(titles.items()) if has_words(title, wanted)]
    found = whole if len(whole) == 1 else some
    if not found:
        return None
    if len(found) > 1 and choose is not None:
        found = [choose(found)]
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
