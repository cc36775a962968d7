# SPDX-License-Identifier: Apache-2.0
"""Decisions about something that Microsoft took away, and the name under which it may live on.

Microsoft renames recommendations without a word: the old id vanishes and another appears. Only what is certain is
proposed: the same id but for case, instance number or version at its end, or the very same title.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from secure_score_backlog.model.standing import Standing, State
from secure_score_backlog.rules.judging.rating import normalised

VERSION = re.compile(r"_?v\d+$")


@dataclass(frozen=True, slots=True)
class Outlived:
    """A decision whose recommendation is gone, or is marked by Microsoft as going."""

    standing: Standing
    successor: Standing | None
    """What it seems to be called now; None where nothing fits for certain."""
    because: str
    """`id` or `title`: what the successor was recognised by; empty without one."""


def outlived(standings: Iterable[Standing]) -> tuple[Outlived, ...]:
    """Every decision whose recommendation was retired, or is deprecated in the catalogue, by id."""
    everything = tuple(standings)
    living = [standing for standing in everything if is_living(standing)]
    by_id = {stem(standing.id): standing for standing in reversed(living)}
    by_title = {title(standing): standing for standing in reversed(living) if title(standing)}
    found = []
    for standing in everything:
        if standing.decision is None or is_living(standing):
            continue
        same_id, same_title = by_id.get(stem(standing.id)), by_title.get(title(standing))
        successor = same_id or same_title
        found.append(Outlived(standing, successor, "id" if same_id else "title" if same_title else ""))
    return tuple(found)


def is_living(standing: Standing) -> bool:
    """Microsoft proposes it still."""
    gone = standing.state is State.RETIRED or standing.recommendation.deprecated
    return not gone and (standing.observation is not None or standing.recommendation.in_catalogue)


def stem(identifier: str) -> str:
    """An id without what changes when Microsoft names it anew: case, instance number, version."""
    return VERSION.sub("", normalised(identifier))


def title(standing: Standing) -> str:
    """A title as it is compared; empty where the catalogue only knows the id."""
    words = " ".join(standing.title.casefold().split())
    return "" if words == standing.id.casefold() else words
