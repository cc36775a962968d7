# SPDX-License-Identifier: Apache-2.0
"""What `check --fix` may change in a decision: its form, never what it says.

The order of keys, quotes around a text that YAML would take for something else, dates that can be read in one way only,
blanks at the end of lines of the front matter, and the end of the file. The text is edited line by line, so that
comments, quotes and line endings stay as they are. What comes out is read again and compared with what was there
before it counts; where the two differ, nothing is changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from secure_score_backlog.dates import is_usable
from secure_score_backlog.decisions.editing import ENDING, Edit, indent_of, same, value_at
from secure_score_backlog.decisions.front_matter import FrontMatter, parse
from secure_score_backlog.decisions.model import KEYS
from secure_score_backlog.decisions.writing import quoted
from secure_score_backlog.problems import Severity
from secure_score_backlog.schema import Day, Key, OneOrMore, Text
from secure_score_backlog.strict_yaml import Place
from secure_score_backlog.text import shown
from secure_score_backlog.wording import MONTHS, plural

PLAIN_TEXT = re.compile(
    r"(?P<key>\s*(?:-\s+)?(?P<name>\w+):\s+)(?P<text>[^\s\"'\[{|>&*!%@`#-].*?)(?P<rest>\s+#.*)?\s*\Z"
)
"""A key and its text without quotes, up to a comment."""
DATES = frozenset({"date-invalid", "date-with-time"})
"""Problems of YAML that a fix may remove."""
UNCERTAIN = "It would not say the same as before, so nothing was changed"


@dataclass(frozen=True, slots=True)
class Fixed:
    """What became of a file."""

    path: str
    content: bytes
    """Its bytes now; as they were where nothing was changed."""
    changes: tuple[str, ...] = ()
    """What was changed, a sentence each."""
    refused: str = ""
    """Why nothing was changed although something could be, as a sentence."""


def fix(content: bytes, path: str) -> Fixed:
    """A decision's file in the form that the program itself writes; unchanged where it cannot be read."""
    source = parse(content, path)
    edit = Edit.of(content)
    if edit is None:
        return Fixed(path, content)
    try:
        if any(found.code == "yaml-syntax" for found in source.problems):
            source = _quote_colons(edit, path)
        if any(found.severity is Severity.ERROR and found.code not in DATES for found in source.problems):
            return Fixed(path, content)
        for step in (_fix_values, _strip_blanks, _order_keys):
            source = _checked(edit, step, source)
    except _Differs as error:
        return Fixed(path, content, refused=f"{error}.")
    _end_file(edit)
    made = edit.content
    if made == content:
        return Fixed(path, content)
    if not same(parse(made, path), source.data, source.body):
        return Fixed(path, content, refused=f"{UNCERTAIN}.")
    return Fixed(path, made, tuple(edit.changes))


class _Differs(Exception):
    """An edit would change what the file says."""


Step = Callable[[Edit, FrontMatter], Mapping[str, Any]]
"""Edits the lines, and says what the front matter says afterwards."""


def _checked(edit: Edit, step: Step, source: FrontMatter) -> FrontMatter:
    """The file after a step; _Differs where it says anything but what the step says."""
    lines, changes = list(edit.header), list(edit.changes)
    expected = step(edit, source)
    if edit.header == lines and edit.changes == changes:
        return source
    made = parse(edit.content, source.path)
    if not same(made, expected, source.body):
        raise _Differs(f"{UNCERTAIN}: {edit.changes[-1].rstrip('.')}" if edit.changes else UNCERTAIN)
    return made


# Quotes and dates


def _quote_colons(edit: Edit, path: str) -> FrontMatter:
    """Put texts with a colon in quotes, where that alone keeps the front matter from being YAML."""
    before = list(edit.header)
    names = {key.name for key in _leaves(KEYS) if isinstance(key.type, Text)}
    blank = list(edit.header)
    texts = {}
    for number, line in enumerate(edit.header):
        found = PLAIN_TEXT.match(line)
        continued = number + 1 < len(before) and indent_of(before[number + 1]) > indent_of(line)
        if found and found["name"] in names and ": " in found["text"] and not continued:
            ending = line[len(ENDING.sub("", line)) :]
            rest = found["rest"] or ""
            edit.header[number] = f"{found['key']}{quoted(found['text'])}{rest}{ending}"
            blank[number] = f'{found["key"]}""{rest}{ending}'
            texts[number + 2] = found["text"]
            edit.changes.append(f"`{found['name']}` is in quotes now, since its text holds a colon.")
    made = parse(edit.content, path)
    emptied = Edit(edit.mark, blank, edit.opening, edit.closing, edit.body)
    expected = deepcopy(dict(parse(emptied.content, path).data))
    for place, number in made.lines.items():
        if number in texts and isinstance(value_at(expected, place), str):
            _put(expected, place, texts[number])
    if not texts or not same(made, expected, made.body):
        edit.header[:], edit.changes[:] = before, []
        return parse(edit.content, path)
    return made


def _fix_values(edit: Edit, source: FrontMatter) -> Mapping[str, Any]:
    """Write dates as YYYY-MM-DD, and put quotes around numbers, dates and truth values that should be texts."""
    expected = deepcopy(dict(source.data))
    for place, key in _places(KEYS, source.data):
        value = value_at(source.data, place)
        number = source.lines.get(place)
        if number is None:
            continue
        written = _written(edit.line(number), str(place[-1]))
        if written is None:
            continue
        start, end = written
        raw = edit.line(number)[start:end]
        if isinstance(key.type, Day) and not isinstance(value, date):
            day = unambiguous(raw.strip("\"'"))
            if day is not None and raw != str(day):
                _swap(edit, number, written, str(day))
                _put(expected, place, day)
                edit.changes.append(f"`{place[-1]}` is written {day} now, not {shown(raw)}.")
        elif isinstance(key.type, Text) and isinstance(value, (bool, int, Decimal, date)):
            _swap(edit, number, written, quoted(raw))
            _put(expected, place, raw)
            edit.changes.append(f"`{place[-1]}` is in quotes now, so that {shown(raw)} is a text.")
    return expected


def _swap(edit: Edit, number: int, span: tuple[int, int], text: str) -> None:
    line = edit.line(number)
    edit.replace(number, line[: span[0]] + text + line[span[1] :])


def _written(line: str, name: str) -> tuple[int, int] | None:
    """Where the value of a key stands on its line; None where that is not certain."""
    whole = re.fullmatch(rf"\s*(?:-\s+)*{re.escape(name)}\s*:\s+(?P<value>[^\s{{\[].*?)(?:\s+#.*)?\s*", line)
    if whole:
        return whole.span("value")
    inside = rf"[{{,]\s*{re.escape(name)}\s*:\s+(?P<value>[^\s,{{}}\[\]#]+(?: [^\s,{{}}\[\]#]+)*)\s*(?=[,}}])"
    found = list(re.finditer(inside, line))
    return found[0].span("value") if len(found) == 1 else None


YEAR_FIRST = re.compile(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})", re.ASCII)
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)
IN_WORDS = re.compile(r"(?:(\d{1,2})\.? ([A-Za-z]{3,9})|([A-Za-z]{3,9}) (\d{1,2})),? (\d{4})", re.ASCII)
MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]00:?00)?", re.ASCII)


def unambiguous(text: str) -> date | None:
    """The day that a text names, where it can be read in one way only; None for 3.4.2027, which has two readings."""
    if found := MIDNIGHT.fullmatch(text):
        return _day(*found[1].split("-"))
    if (found := YEAR_FIRST.fullmatch(text)) and (found[2] or len(text) == 8):
        return _day(found[1], found[3], found[4])
    if found := YEAR_LAST.fullmatch(text):
        readings = {_day(found[4], month, day) for day, month in ((found[1], found[3]), (found[3], found[1]))} - {None}
        return readings.pop() if len(readings) == 1 else None
    if found := IN_WORDS.fullmatch(" ".join(text.split())):
        word = (found[2] or found[3]).lower()
        months = [number for number, name in enumerate(MONTHS, start=1) if word in (name.lower(), name[:3].lower())]
        return _day(found[5], str(months[0]), found[1] or found[4]) if months else None
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        found = datetime(int(year), int(month), int(day)).date()  # noqa: DTZ001 - a day has no zone
    except ValueError:
        return None
    return found if is_usable(found) else None


def _leaves(keys: Iterable[Key]) -> Iterator[Key]:
    for key in keys:
        yield from _leaves(key.keys) if key.keys else (key,)


def _places(keys: Sequence[Key], data: Mapping[str, Any], above: Place = ()) -> Iterator[tuple[Place, Key]]:
    """Every declared key with a single value that the data holds, with its place."""
    for key in keys:
        value, place = data.get(key.name), (*above, key.name)
        items = value if isinstance(value, list) and isinstance(key.type, OneOrMore) else [value]
        for index, item in enumerate(items):
            at = (*place, index) if isinstance(value, list) else place
            if key.keys and isinstance(item, Mapping):
                yield from _places(key.keys, item, at)
        if not key.keys and key.name in data and not isinstance(value, (list, Mapping)):
            yield place, key


def _put(data: Any, place: Place, value: object) -> None:
    *above, last = place
    for step in above:
        data = data[step]
    data[last] = value


# Blanks


def _strip_blanks(edit: Edit, source: FrontMatter) -> Mapping[str, Any]:
    """Take blanks from the ends of lines that hold a key; of a text over several lines, they may be part of it."""
    stripped = 0
    for number in sorted(set(source.lines.values())):
        line = edit.line(number)
        if "#" not in line and line != line.rstrip():
            edit.replace(number, line.rstrip())
            stripped += 1
    if stripped:
        edit.changes.append(f"Blanks at the end of {plural(stripped, 'line')} are gone.")
    return source.data


def _end_file(edit: Edit) -> None:
    """One line break at the end of the file, and no blank lines before it."""
    lines = edit.body
    last = len(lines)
    while last and not lines[last - 1].strip():
        last -= 1
    surplus = lines[last:] if any(line.strip("\r\n") or index for index, line in enumerate(lines[last:])) else []
    if last and (surplus or lines[last:]):
        del lines[last:]
        edit.changes.append("Blank lines at the end of the file are gone.")
    tail = lines[-1] if lines else edit.closing
    if ENDING.sub("", tail) == tail:
        if lines:
            lines[-1] = tail + edit.newline
        else:
            edit.closing = tail + edit.newline
        edit.changes.append("The last line ends with a line break.")


# Order


def _order_keys(edit: Edit, source: FrontMatter) -> Mapping[str, Any]:
    """Bring keys into the order of the declaration, each with the comments above it; first inside groups."""
    moved = False
    for key in KEYS:
        for inner in key.keys:
            now, place = parse(edit.content, source.path), (key.name, inner.name)
            moved |= bool(inner.keys) and _order(edit, now, place, inner.keys)
        moved |= bool(key.keys) and _order(edit, parse(edit.content, source.path), (key.name,), key.keys)
    moved |= _order(edit, parse(edit.content, source.path), (), KEYS)
    if moved:
        edit.changes.append("The keys are in the order of the format.")
    return source.data


def _order(edit: Edit, source: FrontMatter, group: Place, keys: Sequence[Key]) -> bool:
    """Bring the keys of one mapping, each on lines of its own, into order; True where that changed anything."""
    names = [key.name for key in keys]
    found = sorted((number, str(place[-1])) for place, number in source.lines.items() if place[:-1] == group and place)
    if not all(isinstance(value_at(source.data, group), Mapping) for _ in found) or len(found) < 2:
        return False
    if len({number for number, _ in found}) < len(found) or any(name not in names for _, name in found):
        return False  # several on a line, or one whose place nobody knows
    if group and indent_of(edit.line(found[0][0])) <= indent_of(edit.line(source.line(*group))):
        return False
    first = found[0][1]
    rank = {name: -1 if name == "draft" == first else names.index(name) for _, name in found}
    wanted = sorted((name for _, name in found), key=rank.__getitem__)
    if wanted == [name for _, name in found]:
        return False
    begins = [_with_comments(edit, number, group) for number, _ in found]
    end = _end_of(edit, source, group, found[-1][0])
    begins[0] = _below_heading(edit, begins[0], found[0][0])
    pieces = {
        name: edit.header[begin - 2 : stop - 2]
        for (_, name), begin, stop in zip(found, begins, [*begins[1:], end], strict=True)
    }
    edit.header[begins[0] - 2 : end - 2] = [line for name in wanted for line in _ended(pieces[name], edit.newline)]
    return True


def _with_comments(edit: Edit, number: int, group: Place) -> int:
    """The first line of what belongs to a key: the comments and blank lines right above it."""
    column = indent_of(edit.line(number)) if group else 0
    begin = number
    while begin > 2:
        above = edit.line(begin - 1)
        if above.strip() and not (above.lstrip().startswith("#") and len(above) - len(above.lstrip()) == column):
            break
        begin -= 1
    return begin


def _below_heading(edit: Edit, begin: int, number: int) -> int:
    """The first line that belongs to the first key: comments above a blank line are a heading, and stay."""
    blank = [at for at in range(begin, number) if not edit.line(at).strip()]
    return blank[-1] + 1 if blank else begin


def _end_of(edit: Edit, source: FrontMatter, group: Place, last: int) -> int:
    """The line after the last key's own lines: of a group, where what is outside begins."""
    if not group:
        return len(edit.header) + 2
    later = [number for place, number in source.lines.items() if number > last and place[: len(group)] != group]
    stop = min(later, default=len(edit.header) + 2)
    while stop - 1 > last and (not edit.line(stop - 1).strip() or edit.line(stop - 1).lstrip().startswith("#")):
        stop -= 1
    return stop


def _ended(lines: list[str], newline: str) -> list[str]:
    return [line if ENDING.sub("", line) != line else line + newline for line in lines]
