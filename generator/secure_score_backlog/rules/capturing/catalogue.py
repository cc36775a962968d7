# SPDX-License-Identifier: Apache-2.0
"""The catalogue after an answer: profiles in order, people's names dropped, descriptions lifted in (design §4.1)."""

from __future__ import annotations

from typing import Any

from secure_score_backlog.rules.capturing.graph_values import Json, scored_names, sort_key
from secure_score_backlog.rules.capturing.snapshot_shape import descriptions_of, profiles_by_id, without_names
from secure_score_backlog.rules.capturing.terms import Occasion, Stored


def next_catalogue(
    newest: Json | None, profiles: tuple[Any, ...] | None, stored: Stored, occasion: Occasion, *, current: bool
) -> Json | None:
    """The catalogue after this answer; an answer older than what is stored only fills in what is missing."""
    collected, kept = (stored.catalogue["collected"], stored.profiles) if stored.catalogue else ({}, ())
    if profiles is not None and (current or stored.catalogue is None):
        collected = {"at": occasion.written, "by": occasion.by, "source": occasion.source}
        kept, dropped = _clean(profiles, occasion.keep_names)
        collected["dropped"] = dropped
    elif stored.catalogue is None:
        return None
    texts = descriptions_of(newest) if newest is not None else {}
    before = stored.catalogue["descriptions"] if stored.catalogue else _inline_descriptions(stored.newest)
    known = (stored.newest or {}).get("secureScore") or {}
    scored = scored_names(newest if newest is not None and current else known) | scored_names(newest or {})
    alive = profiles_by_id(kept).keys() | scored
    merged = {**before, **texts} if current else {**texts, **before}
    descriptions = {name: merged[name] for name in sorted(alive & merged.keys())}
    return {**(stored.catalogue or {}), "collected": collected, "descriptions": descriptions, "profiles": list(kept)}


def _inline_descriptions(snapshot: Json | None) -> dict[str, str]:
    """Texts that had to stay in the newest snapshot because there was no catalogue yet."""
    return descriptions_of(snapshot["secureScore"]) if snapshot else {}


def with_stored(profiles: tuple[Any, ...], stored: tuple[Any, ...]) -> tuple[Any, ...]:
    """Profiles of which some are missing, completed by those that are stored."""
    given = profiles_by_id(profiles).keys()
    return (*profiles, *(profile for identifier, profile in profiles_by_id(stored).items() if identifier not in given))


def _clean(profiles: tuple[Any, ...], keep_names: bool) -> tuple[tuple[Any, ...], list[str]]:
    """The profiles in order, without people's names unless they are wanted, and the keys that were dropped."""
    pairs = [(profile, frozenset[str]()) if keep_names else without_names(profile) for profile in profiles]
    cleaned = {sort_key(profile, "id"): profile for profile, _ in pairs}  # a page that shifted repeats a profile
    return tuple(cleaned[key] for key in sorted(cleaned)), sorted(set().union(*(dropped for _, dropped in pairs)))


def same_but_collected(one: Json, other: Json | None) -> bool:
    """Nothing differs but when and by whom it was collected: no reason to write."""
    if other is None:
        return False
    return {**one, "collected": None} == {**other, "collected": None}
