# SPDX-License-Identifier: Apache-2.0
"""Which changes of a stored day are allowed: complete what is incomplete, make fuller what is partial, nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from secure_score_backlog.snapshots.rewritten import forbidden
from secure_score_backlog.snapshots.snapshot_files import encode
from tests.support.tenants import stored

PATH = "snapshots/2026/2026-10-01.json"


def day(kind: str, **scores: tuple[int, int]) -> bytes:
    """The bytes of a day: complete, filled or partial."""
    collected: dict[str, Any] = {"complete": kind == "complete", "source": "graph"}
    if kind == "partial":
        collected["coverage"] = "partial"
    return encode({**stored(scores), "collected": collected})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (day("filled", A=(1, 2)), day("complete", A=(2, 2))),
        (day("partial", A=(1, 2)), day("complete", A=(1, 2))),
        (day("partial", A=(1, 2)), day("filled", B=(1, 2))),
        (day("partial", A=(1, 2)), day("partial", A=(1, 2), B=(0, 1))),
        (day("complete", A=(1, 2)), day("complete", A=(1, 2)).replace(b"\n", b"\r\n")),
        (b"{", day("filled", A=(1, 2))),
        (None, day("filled", A=(1, 2))),
    ],
)
def test_what_is_allowed(before: bytes | None, after: bytes) -> None:
    """Completed, made fuller, written with other line ends, mended."""
    assert forbidden(before, after, PATH) == ""


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (day("complete", A=(1, 2)), day("complete", A=(2, 2)), "was complete, and was replaced"),
        (day("complete", A=(1, 2)), day("filled", A=(1, 2)), "was complete, and was replaced"),
        (day("filled", A=(1, 2)), day("filled", A=(2, 2)), "had scores only, and was replaced"),
        (day("filled", A=(1, 2)), day("partial", A=(1, 2), B=(1, 1)), "had scores only, and was replaced"),
        (day("partial", A=(1, 2)), day("partial", A=(2, 2), B=(0, 1)), "does not say the same and more"),
        (day("partial", A=(1, 2), B=(0, 1)), day("partial", A=(1, 2)), "does not say the same and more"),
        (day("complete", A=(1, 2)), None, "was deleted"),
        (day("partial", A=(1, 2)), b"{", "cannot be read"),
    ],
)
def test_what_is_not_allowed(before: bytes, after: bytes | None, why: str) -> None:
    """Each with the words that the audit shows."""
    assert why in forbidden(before, after, PATH)
