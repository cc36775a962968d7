# SPDX-License-Identifier: Apache-2.0
"""Long lists in parts, so that no page grows with the history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def packed(items: Iterable[T], size: Callable[[T], int], room: int) -> Iterator[list[T]]:
    """As many items as fit on each page, in their order; an item that is too large for one has a page alone.

    Args:
        items: What is shown.
        size: What an item takes, in the unit of `room`.
        room: What a page has.
    """
    held: list[T] = []
    left = room
    for item in items:
        taken = size(item)
        if held and taken > left:
            yield held
            held, left = [], room
        held.append(item)
        left -= taken
    if held:
        yield held
