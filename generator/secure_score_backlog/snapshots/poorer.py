# SPDX-License-Identifier: Apache-2.0
"""What a new version of the catalogue would lose: what is poorer never replaces what is richer.

See docs/method.md#snapshots; `collect` merges field by field for the same reason.
"""

from __future__ import annotations

from collections.abc import Iterator

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.snapshots.collect import with_stored_fields
from secure_score_backlog.snapshots.graph_json import Json, profiles_by_id
from secure_score_backlog.snapshots.snapshot_files import CATALOGUE_PATH, decode_catalogue
from secure_score_backlog.text import shortened
from secure_score_backlog.wording import plural

EMPTY: tuple[object, ...] = (None, "", [])
SHOWN = 3
"""Ids that a phrase names."""


def losses(before: bytes | None, after: bytes | None) -> Iterator[str]:
    """What is missing from a catalogue that was there, one phrase each, as the end of a sentence about it.

    Nothing for a stored one that could not be read: it may be mended. A recommendation may be gone where Graph was
    asked again; otherwise somebody took it out, and it would count as retired.
    """
    old, new = _read(before), _read(after)
    if old is None:
        return
    if after is None:
        yield "was deleted"
        return
    if new is None:
        yield "was replaced by something that cannot be read"
        return
    _, fields = with_stored_fields(tuple(new["profiles"]), tuple(old["profiles"]), EMPTY)
    for field, number in fields:
        yield f"lost `{shortened(field)}` of {plural(number, 'recommendation')}"
    listed, still = profiles_by_id(old["profiles"]), profiles_by_id(new["profiles"])
    if listed.keys() - still.keys() and old["collected"] == new["collected"]:
        yield f"lost {_some(listed.keys() - still.keys())}, though nothing was collected meanwhile"
    texts = {name for name in still if old["descriptions"].get(name) and not new["descriptions"].get(name)}
    if texts:
        yield f"lost the description of {_some(texts)}"


def _some(names: set[str]) -> str:
    shown = ", ".join(map(shortened, sorted(names)[:SHOWN]))
    return f"{shown} and {len(names) - SHOWN} more" if len(names) > SHOWN else shown


def _read(content: bytes | None) -> Json | None:
    try:
        return None if content is None else decode_catalogue(content, CATALOGUE_PATH)
    except CannotProceed:
        return None
