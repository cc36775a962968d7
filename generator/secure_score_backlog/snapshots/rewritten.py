# SPDX-License-Identifier: Apache-2.0
"""Which changes of a stored day are allowed (docs/method.md#snapshots).

A day is written once. Only a day with scores only may be completed, and a partial one made fuller.
"""

from __future__ import annotations

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.snapshots.collect import facts_of
from secure_score_backlog.snapshots.graph_json import Json
from secure_score_backlog.snapshots.snapshot_files import decode, is_complete, is_partial


def forbidden(before: bytes | None, after: bytes | None, path: str) -> str:
    """Why a stored day may not be changed like this, as the end of a sentence that begins with its path.

    Args:
        before: The stored bytes; None where they are lost.
        after: The new bytes; None for a deletion, or where no ordinary file is there any more.
        path: The file, for the reader of JSON.

    Returns:
        Empty where the change is allowed.
    """
    if after is None:
        return "was deleted"
    old, new = _read(before, path), _read(after, path)
    if new is None:
        return "was replaced by something that cannot be read"
    if old is None or old == new:  # a broken file was mended, or only its line ends changed
        return ""
    if is_complete(old):
        return "was complete, and was replaced"
    if is_complete(new):
        return ""
    if not is_partial(old):
        return "had scores only, and was replaced by one that is not complete either"
    if is_partial(new) and not facts_of(old) < facts_of(new):
        return "was partial, and was replaced by one that does not say the same and more"
    return ""


def _read(content: bytes | None, path: str) -> Json | None:
    try:
        return None if content is None else decode(content, path)
    except CannotProceed:
        return None
