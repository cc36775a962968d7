# SPDX-License-Identifier: Apache-2.0
"""Reads stored days one after the other, each different line once.

From one day to the next almost every line of a snapshot stays the same, because the program stores one control a line
(`snapshot_files.encode`). So the lines of each list and each object are compared with those of the day before, and only
others are looked up among the lines that were ever read, or read. The value of a line that was read before is the same
object, by which `history.HistoryBuilder` knows that nothing changed; so is a list or an object without another line.
What is stored in any other form, or holds any fault, is read as a whole by `snapshot_files.decode`, which says what is
wrong; both give the same values (docs/performance.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import compress
from operator import ne
from typing import Any

from secure_score_backlog.snapshots import exact_json
from secure_score_backlog.snapshots.graph_json import Json
from secure_score_backlog.snapshots.snapshot_files import decode, is_snapshot

MOST_LINES = 5_000
"""Lines that are remembered: those of ten days without one in common."""
MOST_PARTS = 50
"""Lists and objects whose lines are remembered; a stored day has five."""
DEEPEST_LINE = 16
"""Brackets that one line may open; with those around it, far from the depth that is refused."""


class _OtherForm(Exception):
    """This is not what `encode` writes, or it is not JSON."""


class _Opens(Exception):
    """A line opens an object or a list whose content stands on the lines below it."""


class _Members(dict[bytes, tuple[str, Any]]):
    """Name and value of a line of an object, by the line with its comma."""

    def __missing__(self, line: bytes) -> tuple[str, Any]:
        if line.endswith((b": {", b": [")):
            raise _Opens
        found = list(_value(b"{%b}", line).items())
        if len(found) != 1:
            raise _OtherForm
        name, value = self[line] = found[0]
        return name, value


class _Items(dict[bytes, Any]):
    """The value of a line of a list, by the line with its comma."""

    def __missing__(self, line: bytes) -> Any:
        found = _value(b"[%b]", line)
        if len(found) != 1:
            raise _OtherForm
        self[line] = found[0]
        return found[0]


def _value(form: bytes, line: bytes) -> Any:
    """The value of a line without its comma, in the brackets around it."""
    if not line.endswith(b",") or line.count(b"[") + line.count(b"{") > DEEPEST_LINE:
        raise _OtherForm
    try:
        return exact_json.parse_text((form % line[:-1]).decode("utf-8"))
    except (exact_json.UnreadableJson, UnicodeDecodeError):
        raise _OtherForm from None


@dataclass(frozen=True, slots=True)
class _Part:
    """A list or an object as it was read last."""

    lines: list[bytes]
    """One for each item, all with a comma."""
    values: list[Any]
    """The items, or names with values."""
    content: Any
    """The list or the object itself."""


class StoredLines:
    """Reads snapshots; what it remembers makes a day like the one before cheap."""

    def __init__(self) -> None:
        self._members = _Members()
        self._items = _Items()
        self._parts: dict[bytes, _Part] = {}
        """By the line that opens them."""

    def decode(self, data: bytes, path: str) -> Json:
        """The same as `snapshot_files.decode`. Values are shared between days: do not change them."""
        if len(self._members) + len(self._items) > MOST_LINES:
            self._members.clear()
            self._items.clear()
        if len(self._parts) > MOST_PARTS:
            self._parts.clear()
        try:
            content = self._whole(data)
        except _OtherForm:
            return decode(data, path)
        return content if is_snapshot(content) else decode(data, path)

    def _whole(self, data: bytes) -> Json:
        if len(data) > exact_json.MAXIMUM_VALUES:  # fewer bytes cannot hold more values
            raise _OtherForm
        lines = data.split(b"\n")
        if lines[0] != b"{" or lines[-2:] != [b"}", b""]:
            raise _OtherForm
        content, end = self._object(lines, 1, b"")
        if end != len(lines) - 2:
            raise _OtherForm
        return content

    def _object(self, lines: list[bytes], start: int, margin: bytes) -> tuple[Json, int]:
        """The object whose members begin at a line, and the line that closes it."""
        end = _closing(lines, start, margin + b"}")
        try:
            return self._part(lines, start, end, self._members).content, end
        except _Opens:
            found = list(self._opening(lines, start, end, margin + b"  "))
        return _object_of(found), end

    def _opening(self, lines: list[bytes], place: int, end: int, margin: bytes) -> Iterator[tuple[str, Any]]:
        """The members of an object of which one is spread over lines itself."""
        while place < end:
            line = lines[place]
            value: Any = None
            if line.endswith(b": {"):
                value, place = self._object(lines, place + 1, margin)
            elif line.endswith(b": ["):
                value, place = self._list(lines, place + 1, margin)
            closes = lines[place] if place < end - 1 else _with_comma(lines[place])
            if closes is line or value is None:
                yield self._members[closes]
            elif closes.endswith(b","):
                yield self._members[line[:-1] + b"null,"][0], value
            else:
                raise _OtherForm
            place += 1

    def _list(self, lines: list[bytes], start: int, margin: bytes) -> tuple[list[Any], int]:
        """The list whose items begin at a line, one a line, and the line that closes it."""
        end = _closing(lines, start, margin + b"]")
        return self._part(lines, start, end, self._items).content, end

    def _part(self, lines: list[bytes], start: int, end: int, known: Mapping[bytes, Any]) -> _Part:
        """A list or an object of which each line is one item."""
        opened = lines[start - 1]
        given = lines[start:end]
        given[-1] = _with_comma(given[-1])
        before = self._parts.get(opened)
        if before is not None and len(before.lines) == len(given):
            others = list(compress(range(len(given)), map(ne, given, before.lines)))
            if not others:
                return before
            values = list(before.values)
            for place in others:
                values[place] = known[given[place]]
        else:
            values = [known[line] for line in given]
        content = _object_of(values) if known is self._members else values
        self._parts[opened] = _Part(given, values, content)
        return self._parts[opened]


def _object_of(members: list[tuple[str, Any]]) -> Json:
    found = dict(members)
    if len(found) != len(members):  # a name comes twice
        raise _OtherForm
    return found


def _closing(lines: list[bytes], start: int, closing: bytes) -> int:
    """The first line that closes what is open; lines of what is open inside are indented further."""
    end = len(lines)
    for form in (closing + b",", closing):
        try:
            end = lines.index(form, start, end)
        except ValueError:
            continue
    if end in (start, len(lines)):
        raise _OtherForm
    return end


def _with_comma(line: bytes) -> bytes:
    """The last line of an object or a list, which has none, in the form of the others."""
    if line.endswith(b","):
        raise _OtherForm
    return line + b","
