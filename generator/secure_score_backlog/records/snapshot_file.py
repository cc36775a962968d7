# SPDX-License-Identifier: Apache-2.0
"""One snapshot or catalogue as bytes, and back (design §4.1).

A snapshot: `{"collected": {…}, "maximum": {id: [points, state]}, "secureScore": {…}, "synced": {time: [ids]}}`.
The catalogue: `{"collected": {…}, "descriptions": {id: text}, "profiles": […]}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.records import canonical
from secure_score_backlog.rules.capturing.graph_values import Json

_SPREAD = (
    (),
    ("descriptions",),
    ("maximum",),
    ("profiles",),
    ("secureScore",),
    ("secureScore", "averageComparativeScores"),
    ("secureScore", "controlScores"),
    ("synced",),
)
_SNAPSHOT_PARTS = {"collected": dict, "maximum": dict, "secureScore": dict}
_CATALOGUE_PARTS = {"collected": dict, "descriptions": dict, "profiles": list}


def encode(content: Mapping[str, Any]) -> bytes:
    """The canonical bytes of a snapshot or of the catalogue: one control, profile or text a line."""
    return canonical.encode(dict(content), _SPREAD)


def decode(data: bytes, path: str) -> Json:
    """A snapshot from its bytes; numbers are Decimal. Raises CannotProceed, naming the file."""
    return _decode(data, path, _SNAPSHOT_PARTS, "snapshot")


def decode_catalogue(data: bytes, path: str) -> Json:
    """The catalogue from its bytes; numbers are Decimal. Raises CannotProceed, naming the file."""
    return _decode(data, path, _CATALOGUE_PARTS, "catalogue")


def _decode(data: bytes, path: str, parts: Mapping[str, type], kind: str) -> Json:
    hint = (
        f"It was left as it is. Restore it: git checkout -- {path}. If it was committed like this: git log "
        f"-- {path} shows the commits, git checkout COMMIT -- {path} takes it from a good one. Then run the command "
        f"again. A {kind} is not meant to be edited by hand."
    )
    try:
        content = canonical.parse(data)
    except canonical.UnreadableJson as error:
        raise CannotProceed(f"This {kind} cannot be read: {error}.", where=path, hint=hint) from None
    if not isinstance(content, dict):
        raise CannotProceed(f"This {kind} is not a JSON object.", where=path, hint=hint)
    for name, kind_of_part in parts.items():
        if not isinstance(content.get(name), kind_of_part):
            raise CannotProceed(f"This {kind} has no usable {name!r}.", where=path, hint=hint)
    return content
