# SPDX-License-Identifier: Apache-2.0
"""Who can read what a repository on GitHub holds and publishes, as GitHub itself says (docs/method.md#readers)."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.github.client import GitHub, words_of
from secure_score_backlog.github.errors import UNTOUCHED
from secure_score_backlog.text import shown


class Visibility(StrEnum):
    """Who can read a repository."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PRIVATE = "private"


def visibility_of(github: GitHub) -> Visibility:
    """Who can read the repository; CannotProceed where GitHub does not say."""
    found = github.get("")
    said = found.get("visibility") if isinstance(found, dict) else None
    if isinstance(found, dict) and said is None and found.get("private") is True:
        return Visibility.PRIVATE  # an old GitHub Enterprise Server
    if not isinstance(said, str) or said not in list(Visibility):
        raise unknown(f"its repository {github.address.repository}", said, github.address.rest(""))
    if said != Visibility.PUBLIC and isinstance(found, dict) and found.get("private") is False:
        raise unknown(f"its repository {github.address.repository}", "two different things", github.address.rest(""))
    return Visibility(said)


def pages_are_public(github: GitHub) -> bool | None:
    """Whether anybody on the internet can read the repository's GitHub Pages; None where they are switched off.

    CannotProceed where GitHub does not say.
    """
    found = github.find("pages")
    if found is None:
        return None
    said = found.get("public") if isinstance(found, dict) else None
    if not isinstance(said, bool):
        raise unknown("its GitHub Pages", said, github.address.rest("pages"))
    return said


def unknown(what: str, said: Any, place: str) -> CannotProceed:
    """The error where GitHub does not say who can read something: it counts as everybody."""
    words = shown(words_of(said)) if isinstance(said, str) and said else "nothing that is known"
    return CannotProceed(
        f"It is unknown who can read {what}: GitHub says {words}.",
        where=place,
        hint=f"{UNTOUCHED} What is unknown counts as public. Check GITHUB_API_URL, and GitHub Enterprise's version.",
    )
