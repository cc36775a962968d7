# SPDX-License-Identifier: Apache-2.0
"""Writes answers into the file of a decision that exists, and touches nothing else in it.

The text is edited line by line, so that comments, the discussion, quotes and line endings stay. What comes out is read
again and compared with what it should say before it counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from secure_score_backlog.decisions.answers import Answers, leaves
from secure_score_backlog.decisions.editing import ENDING, Edit, indent_of, same, value_at
from secure_score_backlog.decisions.front_matter import FrontMatter, parse
from secure_score_backlog.decisions.model import KEYS, Bucket
from secure_score_backlog.decisions.values import is_no_answer, is_open
from secure_score_backlog.decisions.writing import FINISHING, STEP, value_lines
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.schema import Key
from secure_score_backlog.strict_yaml import Place

WRITTEN = re.compile(
    r"\s*\w+\s*:\s*(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|\[[^\]#]*\]|\{[^}#]*\}|[^\s\"'\[{#](?:(?!\s#).)*?)?"
    r"\s*(?P<remark>(?<=\s)#.*)?"
)
"""A key, its value on the same line, and the comment behind it."""


@dataclass(frozen=True, slots=True)
class Existing:
    """The file of a decision that exists already."""

    path: str
    content: bytes
    bucket: Bucket
    draft: bool
    answers: Answers
    """What it answers."""
    listed: frozenset[str]
    """Keys that hold a list of groups, such as `ask` with several questions; they are left to an editor."""

    @staticmethod
    def of(source: FrontMatter, content: bytes, bucket: Bucket, *, draft: bool) -> Existing:
        """What a file without errors says."""
        found = ((place, value_at(source.data, place)) for place, _ in leaves())
        answers = {place: value for place, value in found if not is_open(value) and not is_no_answer(value)}
        listed = {key.name for key in KEYS if key.keys and isinstance(source.data.get(key.name), list)}
        return Existing(source.path, content, bucket, draft, answers, frozenset(listed))


def complete(existing: Existing, answers: Answers, *, finished: bool) -> bytes:
    """The file with these answers in it.

    Args:
        existing: The file.
        answers: What it says afterwards, by place; what it says already stays as it is written.
        finished: It is no draft any more.

    Raises:
        CannotProceed: the file is written in a way that cannot be edited with certainty.
    """
    edit = Edit.of(existing.content)
    assert edit is not None  # it was read
    before = parse(existing.content, existing.path)
    expected = deepcopy(dict(before.data))
    for place, _ in leaves():
        if place in answers and value_at(expected, place) != answers[place]:
            if place[0] in existing.listed:
                raise _uncertain(existing.path, place)
            try:
                _write(edit, parse(edit.content, existing.path), place, answers[place])
            except _Lost as error:
                raise _uncertain(existing.path, place) from error
            _put(expected, place, answers[place])
    if finished and expected.pop("draft", False):
        _end_draft(edit, parse(edit.content, existing.path))
    if not same(parse(edit.content, existing.path), expected, before.body):
        raise _uncertain(existing.path, ())
    return edit.content


class _Lost(Exception):
    """A comment would be lost."""


def _uncertain(path: str, place: Place) -> CannotProceed:
    named = f"`{place[0]}`" if place else "Its front matter"
    return CannotProceed(
        f"{named} is written in a way that this command cannot change with certainty; nothing was written.",
        where=path,
        hint=f"Open {path} and write the answers there.",
    )


def _put(data: dict[str, Any], place: Place, value: object) -> None:
    """Put a value into nested mappings, made where there are none."""
    for step in place[:-1]:
        if not isinstance(data.get(str(step)), dict):
            data[str(step)] = {}
        data = data[str(step)]
    data[str(place[-1])] = value


def _write(edit: Edit, source: FrontMatter, place: Place, value: object) -> None:
    """Write a value behind its key, or with its key where that is missing."""
    number = source.lines.get(place)
    parent = place[:-1]
    if parent and parent not in source.lines:
        _write(edit, source, parent, {str(place[-1]): value})
    elif parent and _is_flow(source, parent):
        inside = {**value_at(source.data, parent), str(place[-1]): value}
        _exchange(edit, source, parent, _lines(edit, source.lines[parent], parent, inside))
    elif number is None:
        _insert(edit, source, place, value)
    else:
        _exchange(edit, source, place, _lines(edit, number, place, value))


def _is_flow(source: FrontMatter, group: Place) -> bool:
    """Whether a group is written on one line, in braces."""
    found = value_at(source.data, group)
    return bool(found) and any(source.lines.get((*group, name)) == source.lines[group] for name in found)


def _lines(edit: Edit, number: int, place: Place, value: object) -> list[str]:
    """The lines of a key and its value, with the comment that stands behind it now; _Lost where that is not certain."""
    old = edit.line(number)
    found = WRITTEN.fullmatch(old)
    if found is None and "#" in old:
        raise _Lost
    remark = found["remark"] if found else None
    first, *rest = value_lines(str(place[-1]), value, " " * indent_of(old))
    return [f"{first}  {remark}" if remark else first, *rest]


def _exchange(edit: Edit, source: FrontMatter, place: Place, lines: Sequence[str]) -> None:
    """Put other lines in the place of a key's own."""
    begin = source.lines[place]
    end = _end(edit, begin)
    if any(line.lstrip().startswith("#") for line in edit.header[begin - 1 : end - 2]):
        raise _Lost
    edit.header[begin - 2 : end - 2] = [line + edit.newline for line in lines]


def _insert(edit: Edit, source: FrontMatter, place: Place, value: object) -> None:
    """Write a key in the order of the format, below the one before it."""
    parent = place[:-1]
    names = [key.name for key in _keys(parent)]
    earlier = [number for at, number in source.lines.items()
               if at[:-1] == parent and at and at[-1] in names[: names.index(str(place[-1]))]]  # fmt: skip
    inside = [number for at, number in source.lines.items() if at[:-1] == parent and at]
    column = indent_of(edit.line(min(inside))) if inside else indent_of(edit.line(source.line(*parent))) + len(STEP)
    at = _end(edit, max(earlier)) if earlier else source.line(*parent) + 1 if parent else 2
    edit.header[at - 2 : at - 2] = [line + edit.newline for line in value_lines(str(place[-1]), value, " " * column)]


def _keys(group: Place) -> Sequence[Key]:
    """The keys that are declared inside a group; all where there is no group."""
    keys: Sequence[Key] = KEYS
    for step in group:
        keys = next(key for key in keys if key.name == step).keys
    return keys


def _end(edit: Edit, number: int) -> int:
    """The line after the last one of a key: what is further in, or an item of its list, belongs to it."""
    column, end = indent_of(edit.line(number)), number + 1
    for later in range(number + 1, len(edit.header) + 2):
        line = edit.line(later)
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        depth = len(line) - len(line.lstrip())
        if depth < column or (depth == column and not line.lstrip().startswith("- ")):
            break
        end = later + 1
    return end


def _end_draft(edit: Edit, source: FrontMatter) -> None:
    """Delete `draft: true`, and what the program itself wrote about deleting it."""
    number = source.line("draft")
    del edit.header[number - 2]
    written = [ENDING.sub("", line) for line in edit.header]
    said = {at for at, line in enumerate(written) if line in FINISHING}
    above = {at - 1 for at in said if at and written[at - 1] == "#"}  # the empty comment that leads to it
    edit.header[:] = [line for at, line in enumerate(edit.header) if at not in said | above]
