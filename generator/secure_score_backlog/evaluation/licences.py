# SPDX-License-Identifier: Apache-2.0
"""The licence that a recommendation needs, compared with what the tenant has (docs/method.md#licences)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from secure_score_backlog.licences import Licences


@dataclass(frozen=True, slots=True)
class Licence:
    """What one recommendation needs and whether the tenant has it."""

    needs: str = ""
    """Name of the licence; empty where no source says that one is needed, which does not mean that none is."""
    has: bool | None = None
    """None: unknown."""
    also: str = ""
    """Other licences that are sufficient and that Graph has no name for."""
    source: str = ""
    note: str = ""
    """What else to know, as a sentence; empty: nothing."""


NO_LICENCE = Licence()


def licence_of(identifier: str, licences: Licences, services: Collection[str]) -> Licence:
    """The licence that a recommendation needs.

    The tenant has it if one of its services is enabled. It does not have it only if Graph named services that are
    known, none of them gives the licence, and no other licence would do. Anything else is unknown.

    Args:
        identifier: The recommendation.
        licences: What the program knows about licences.
        services: Graph's `enabledServices` of the newest snapshot; empty where it has none.
    """
    need = licences.need(identifier)
    if need is None:
        return NO_LICENCE
    has: bool | None = None
    if licences.services[need.licence] & set(services):
        has = True
    elif licences.known & set(services) and not need.also:
        has = False
    return Licence(need.licence, has, need.also, need.source, need.note)
