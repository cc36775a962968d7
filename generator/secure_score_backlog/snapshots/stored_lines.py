# SPDX-License-Identifier: Apache-2.0
"""Reads stored days one after the other, each different line once.

From one day to the next almost every line of a snapshot stays the same, because the program stores one control a line
(`snapshot_files.encode`). A line that was read for an earlier day is not read again: its value is the same object, by
which `history.HistoryBuilder` knows that nothing changed. What is stored in any other form, or holds any fault, is read
as a whole by `snapshot_files.decode`, which says what is wrong; both give the same values (docs/performance.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from secure_score_backlog.snapshots import exact_json
from secure_score_backlog.snapshots.graph_json import Json
from secure_score_backlog.snapshots.snapshot_files import decode, is_snapshot

MOST_LINES = 5_000
"""Lines that are remembered: those of ten days without one in common."""
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


class StoredLines:
    """Reads snapshots; what it remembers makes a day like the one before cheap."""

    def __init__(self) -> None:
        self._members = _Members()
        self._items = _Items()

    def decode(self, data: bytes, path: str) -> Json:
        """The same as `snapshot_files.decode`. Values are shared between days: do not change them."""
        if len(self._members) + len(self._items) > MOST_LINES:
            self._members.clear()
            self._items.clear()
        try:
            content = self._whole(data)
        except _OtherForm:
            return decode(data, path)
        return content if is_snapshot(content) else decode(data, path)

    def _whole(self, data: bytes) -> Json:
        values = sum(data.count(mark) for mark in (b",", b"[", b"{"))
        if len(data) > exact_json.MAXIMUM_BYTES or values > exact_json.MAXIMUM_VALUES:
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
        known = self._members
        try:
            found = [known[line] for line in lines[start : end - 1]]
            found.append(known[_with_comma(lines[end - 1])])
        except _Opens:
            found = list(self._opening(lines, start, end, margin + b"  "))
        members = dict(found)
        if len(members) != len(found):  # a name comes twice
            raise _OtherForm
        return members, end

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
        known = self._items
        found = [known[line] for line in lines[start : end - 1]]
        found.append(known[_with_comma(lines[end - 1])])
        return found, end


def _closing(lines: list[bytes], start: int, closing: bytes) -> int:
    """The first line that closes what is open; lines of what is open inside are indented further."""
    found = []
    for form in (closing, closing + b","):
        with suppress(ValueError):
            found.append(lines.index(form, start))
    if not found or min(found) == start:
        raise _OtherForm
    return min(found)


def _with_comma(line: bytes) -> bytes:
    """The last line of an object or a list, which has none, in the form of the others."""
    if line.endswith(b","):
        raise _OtherForm
    return line + b","
