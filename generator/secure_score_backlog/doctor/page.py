# SPDX-License-Identifier: Apache-2.0
"""The page of `backlog doctor`, line by line."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from secure_score_backlog.doctor.checked import GROUPS, TITLES, Checked, State

SIGNS = {State.OK: "✓", State.WARNING: "!", State.WRONG: "✗", State.NOT_CHECKED: "–"}
PLAIN_SIGNS = {State.OK: "+", State.WARNING: "!", State.WRONG: "x", State.NOT_CHECKED: "-"}
WIDTH = 100


def signs(encoding: str) -> Mapping[State, str]:
    """The signs that a terminal of this encoding can show."""
    try:
        "".join(SIGNS.values()).encode(encoding)
    except (UnicodeError, LookupError):
        return PLAIN_SIGNS
    return SIGNS


def page(found: Sequence[Checked], shown: Mapping[State, str]) -> Iterator[str]:
    """The lines of the page: each check with its sign, its state in words, and the fix."""
    for number, (group, codes) in enumerate(GROUPS.items()):
        yield f"\n{group}" if number else group
        for same in alike([each for each in found if each.code in codes]):
            each = same[0]
            titles = ", ".join(TITLES[one.code] for one in same)
            yield f"  {shown[each.state]} {titles}: {each.state.value}"
            yield from lines(each.what)
            if each.fix:
                yield from lines(f"{'Fix' if each.state is not State.NOT_CHECKED else 'To check it'}: {each.fix}")


def alike(found: Sequence[Checked]) -> list[list[Checked]]:
    """Checks that were not made for one and the same reason stand together, at the place of the first."""
    groups: dict[object, list[Checked]] = {}
    for each in found:
        key = (each.what, each.fix) if each.state is State.NOT_CHECKED else each.code
        groups.setdefault(key, []).append(each)
    return list(groups.values())


def lines(text: str) -> list[str]:
    """A text in lines of a readable width; what has no blanks stays whole."""
    found: list[str] = []
    for part in text.split("\n"):
        found += textwrap.wrap(
            part, WIDTH, initial_indent="      ", subsequent_indent="      ", break_long_words=False,
            break_on_hyphens=False,
        ) or [""]  # fmt: skip
    return found
