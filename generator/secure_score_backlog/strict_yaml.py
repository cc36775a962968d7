# SPDX-License-Identifier: Apache-2.0
"""YAML that people write, as plain data with the line of every key, so that a problem can point at it.

Builds the data from ruamel's events (YAML 1.2: `no` and `off` are texts). A decision file is a record: what a line
says must be written on that line. So duplicate keys, anchors, aliases, tags, second documents and impossible dates are
problems, nesting and number of values are bounded, and nothing is constructed but text, bool, whole number, `Decimal`,
`date`, list and dict.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Final, NamedTuple, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml import __version__ as ruamel_version
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from secure_score_backlog.dates import FIRST_DAY, LAST_DAY, is_usable
from secure_score_backlog.problems import Problem, Severity, problem
from secure_score_backlog.text import shown

YAML_VERSION = ruamel_version
"""What reads a text that is not plain: another version may read it otherwise."""
Place: TypeAlias = tuple[str | int, ...]
"""Position of a value: keys and list indexes from the outside in, such as `("ask", 0, "since")`."""


class Unreadable(Enum):
    """Marks a value that was written but cannot be read, such as a 13th month; its problem is reported already."""

    UNREADABLE = "unreadable"


UNREADABLE: Final = Unreadable.UNREADABLE


@dataclass(frozen=True, slots=True)
class YamlData:
    """One YAML mapping as plain data.

    Values are str, bool, int, `Decimal`, `date` (written without quotes), None (nothing written), list, dict or
    `UNREADABLE`. They are shared between callers: do not change them.
    """

    path: str
    data: Mapping[str, object] = field(default_factory=dict)
    lines: Mapping[Place, int] = field(default_factory=dict)
    """Line from 1 in the file, of every key and every list item."""
    problems: tuple[Problem, ...] = ()

    @property
    def readable(self) -> bool:
        """False when an error keeps the data from being trusted."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)

    def line(self, *place: str | int) -> int:
        """The line of a key or item; where it was not written, of the nearest key around it; else 1."""
        while place:
            if place in self.lines:
                return self.lines[place]
            place = place[:-1]
        return 1


CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")
"""Characters that no editor shows and no page can print."""

DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}", re.ASCII)
MOMENT = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}([Tt]|[ \t]+)\d{1,2}:\d{2}(:\d{2}(\.\d*)?)?[ \t]*(Z|[-+]\d{1,2}(:?\d{2})?)?", re.ASCII
)
WHOLE = re.compile(r"[-+]?\d{1,18}", re.ASCII)
FRACTIONAL = re.compile(r"[-+]?\d{0,18}\.\d{1,18}", re.ASCII)
"""Numbers of a size that people write; longer ones, and those with exponents, stay texts."""
WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class InvalidValue(ValueError):
    """A value that cannot be read: the code of its problem, message and hint."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


def value_of_plain(text: str) -> object:
    """The value of a text without quotes: text, number, date, true, false or None.

    Raises:
        InvalidValue: it looks like a date, and is none.
    """
    if text in WORDS:
        return WORDS[text]
    if WHOLE.fullmatch(text):
        return int(text)
    if FRACTIONAL.fullmatch(text):
        return Decimal(text)
    if MOMENT.fullmatch(text):
        hint = f"Write the day alone: {text[:10].strip()}. Days are whole, and UTC."
        raise InvalidValue("date-with-time", f"{shown(text)} has a time of day.", hint)
    return day(text) if DAY.fullmatch(text) else shown_text(text)


def day(text: str) -> date:
    """A date; raises InvalidValue, because a date that cannot be read must never count as "no limit"."""
    try:
        found = date(*(int(part) for part in text.split("-")))
    except ValueError as error:
        message = f"{shown(text)} is not a day of the calendar."
        raise InvalidValue("date-invalid", message, "Write the day as YYYY-MM-DD.") from error
    if not is_usable(found):
        message = f"{shown(text)} is not a day of the years {FIRST_DAY.year} to {LAST_DAY.year}."
        raise InvalidValue("date-invalid", message, "Write the day as YYYY-MM-DD.")
    if found.isoformat() != text:
        raise InvalidValue("date-invalid", f"{shown(text)} is not written YYYY-MM-DD.", f"Write {found.isoformat()}.")
    return found


def shown_text(text: str) -> str:
    """A text that can be shown; raises InvalidValue."""
    if CONTROL.search(text):
        hint = "Type the text again; take out escapes such as \\e or \\0."
        raise InvalidValue("file-characters", f"The text {shown(text)} holds a control character.", hint)
    return text


QUOTES = "Put the whole text in double quotes."
CUT_OFF = re.compile(r"[ \t]+(?P<comment>#\w[^\n]{0,200})")
"""What follows a text that was meant to go on, such as the number of a ticket."""


class Explanation(NamedTuple):
    """A syntax error of ruamel in plain words; `{complaint}` is filled in."""

    part: str
    """A part of ruamel's context and problem."""
    message: str
    hint: str
    at_beginning: bool = False
    """Whether to name the line on which the value began rather than the one on which reading ended."""


EXPLANATIONS = (
    Explanation("'\\t'", "There is a tab here; YAML is indented with spaces.", "Replace the tab by two spaces."),
    Explanation(
        "mapping values are not allowed",
        "There is a colon followed by a space inside a text, or the indentation is wrong.",
        f"{QUOTES} Or line the key up with the keys above it.",
    ),
    Explanation(
        "'@' that cannot start any token",
        "A text may not begin with @.",
        "Write a login without its @, and any other text that begins with one in double quotes.",
    ),
    Explanation("cannot start any token", "A text may not begin with this character.", QUOTES),
    Explanation(
        "expected ':'",
        "This line is neither `key: value` nor a part of the value above.",
        "Write a colon and a space after the key, or indent the line by two spaces more than its key.",
    ),
    Explanation(
        "scanning a quoted scalar",
        "A quotation mark is opened here and never closed.",
        "Close it with the same mark; inside single quotes, write an apostrophe twice.",
        at_beginning=True,
    ),
    Explanation(
        "parsing a flow",
        "A list or mapping in brackets is opened here and not closed, or lacks a comma.",
        "Close it with ] or }, part its items with commas, and put texts with commas or brackets in double quotes.",
        at_beginning=True,
    ),
    Explanation(
        "expected <block end>, but found '<scalar>'",
        "There is text behind a closing quotation mark or bracket.",
        f'{QUOTES} A " inside these is written \\".',
    ),
    Explanation(
        "expected <block end>",
        "The indentation of this line does not fit the lines above.",
        "Line keys that belong together up in one column. Behind the colon of a key with indented keys below it stands "
        "nothing.",
    ),
    Explanation("alias", "A text may not begin with & or *.", QUOTES),
    Explanation("anchor", "A text may not begin with & or *.", QUOTES),
)
OTHER_ERROR = Explanation("", "This is not YAML: {complaint}.", QUOTES)


def explain(error: MarkedYAMLError, line_at: Callable[[int], int]) -> tuple[int, str, str]:
    """Line, message and hint for a syntax error; `line_at` turns a position in the text into a line of the file."""
    complaint = " ".join(str(part) for part in (error.context, error.problem) if part)
    found = next((known for known in EXPLANATIONS if known.part in complaint), OTHER_ERROR)
    mark = error.problem_mark or error.context_mark
    if found.at_beginning and error.context_mark is not None:
        mark = error.context_mark
    line = line_at(mark.index) if mark is not None else line_at(0)
    return line, found.message.replace("{complaint}", " ".join(complaint.split())), found.hint


DEEPEST = 12
MOST_VALUES = 20_000
MOST_PROBLEMS = 100
"""A file that is wrong in a hundred places is not read further."""

TEXT_TAG = "tag:yaml.org,2002:str"
UNUSABLE_KEY = "\x00"
"""Name given to a key that cannot be used; no file can hold it, so it hides nothing."""


class _Stop(Exception):
    """Nothing further in this text can be trusted."""


@dataclass(slots=True)
class _Open:
    """A list or mapping that is still being read."""

    value: dict[str, object] | list[object]
    place: Place
    key: str | None = None
    """In a mapping: the key that waits for its value."""
    ignored: bool = False
    """Below a key that could not be used (a duplicate, or not text): read, but not kept."""


@dataclass(slots=True)
class _Builder:
    """Builds the data from the events of the reader."""

    path: str
    text: str
    first_line: int
    root: object = None
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    documents: int = 0
    values: int = 0
    breaks: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.breaks = [found.start() for found in re.finditer("\n", self.text)]

    def line_at(self, index: int) -> int:
        """The line in the file of a position in the text; ruamel also counts breaks that editors do not."""
        return self.first_line + bisect_right(self.breaks, index - 1)

    def report(self, code: str, line: int, message: str, hint: str) -> None:
        """Note a problem; stop reading after `MOST_PROBLEMS`."""
        self.problems.append(problem(code, self.path, line, message, hint))
        if len(self.problems) >= MOST_PROBLEMS:
            raise _Stop

    def take(self, event: Any) -> None:
        """One event of the stream."""
        match event:
            case DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    self.report(
                        "yaml-syntax",
                        self.line_at(event.start_mark.index),
                        "A second YAML document begins here; only the first would be read.",
                        "Take out the line of three dots or dashes above it.",
                    )
                    raise _Stop
            case MappingStartEvent() | SequenceStartEvent():
                self.refuse_hidden(event)
                self.open({} if isinstance(event, MappingStartEvent) else [], event)
            case MappingEndEvent() | SequenceEndEvent():
                self.stack.pop()
            case ScalarEvent():
                self.refuse_hidden(event)
                self.scalar(event)
            case AliasEvent():
                self.refuse_hidden(event)
                self.place(UNREADABLE, event)
            case _:
                pass  # ends of documents and of the stream

    def refuse_hidden(self, event: Any) -> None:
        """Report anchors, aliases and tags, which change the meaning of another line or of this one."""
        line = self.line_at(event.start_mark.index)
        if event.anchor is not None:
            written = self.word_at(event, "*" if isinstance(event, AliasEvent) else "&")
            self.report(
                "yaml-alias",
                line,
                f"{shown(written)} begins with {written[0]}, which has a special meaning here; it is not read.",
                "Put the whole text behind the colon in double quotes. Or, if it should repeat another text of this "
                "file, write that text out.",
            )
        tag = getattr(event, "tag", None)
        if tag is not None and not (str(tag) == TEXT_TAG and isinstance(event, ScalarEvent)):
            self.report(
                "yaml-tag",
                line,
                f"{shown(self.word_at(event, '!'))} begins with !, which has a special meaning here; it is not read.",
                "Put the whole text behind the colon in double quotes, or take out the word that begins with !.",
            )

    def word_at(self, event: Any, mark: str) -> str:
        """The word of an event that begins with a mark, as it stands in the text; else the mark alone."""
        start, end = event.start_mark.index, event.end_mark.index
        found = re.search(rf"{re.escape(mark)}\S*", self.text[start : max(end, start + 1)])
        return found.group() if found else mark

    def open(self, value: dict[str, object] | list[object], event: Any) -> None:
        """A list or mapping begins."""
        if self.stack and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None:
            self.report(
                "yaml-key",
                self.line_at(event.start_mark.index),
                "There is a list or mapping where a key belongs.",
                "Write one word, a colon and a value; put text that begins with [ or { in double quotes.",
            )
            raise _Stop
        if len(self.stack) >= DEEPEST:
            self.report(
                "yaml-depth",
                self.line_at(event.start_mark.index),
                f"Lists and mappings are nested more than {DEEPEST} deep.",
                "Put text that begins with [ or { in double quotes; the format needs four levels.",
            )
            raise _Stop
        place, ignored = self.place(value, event)
        self.stack.append(_Open(value, place, ignored=ignored))

    def scalar(self, event: Any) -> None:
        """A single value, or the key of one."""
        container = self.stack[-1] if self.stack else None
        if container is not None and isinstance(container.value, dict) and container.key is None:
            self.key(container, event)
            return
        plain = event.tag is None and event.implicit[0]
        value = self.value_of(event, plain=plain)
        if plain and isinstance(value, str) and (cut := CUT_OFF.match(self.text, event.end_mark.index)):
            self.report(
                "yaml-comment",
                self.line_at(event.end_mark.index),
                f"The text ends before {shown(cut['comment'])}: from a # behind a blank on, the line is a comment.",
                f"{QUOTES} If it is meant as a comment, write a blank behind the #.",
            )
        self.place(value, event)

    def key(self, container: _Open, event: Any) -> None:
        """A key of a mapping: text, and once."""
        name, line = self.value_of(event, plain=False), self.line_at(event.start_mark.index)
        if not isinstance(name, str) or not name.strip():
            self.report("yaml-key", line, "A key is empty or cannot be read.", "Write one word before the colon.")
            name = UNUSABLE_KEY
        place = (*container.place, name)
        if not container.ignored and place in self.lines:
            self.report(
                "yaml-duplicate-key",
                line,
                f"The key {shown(name)} is already on line {self.lines[place]}.",
                f"Keep one of the two lines, {self.lines[place]} or {line}, and delete the other.",
            )
            name = UNUSABLE_KEY
        elif not container.ignored and name != UNUSABLE_KEY:
            self.lines[place] = line
        container.key = name

    def place(self, value: object, event: Any) -> tuple[Place, bool]:
        """Put a value into its container; returns its place, and whether it is ignored."""
        self.values += 1
        line = self.line_at(event.start_mark.index)
        if self.values > MOST_VALUES:
            self.report("yaml-depth", line, f"There are more than {MOST_VALUES} values.", "Keep long lists elsewhere.")
            raise _Stop
        if not self.stack:
            self.root = value
            return (), False
        container = self.stack[-1]
        if isinstance(container.value, list):
            place: Place = (*container.place, len(container.value))
            container.value.append(value)
            if not container.ignored:
                self.lines[place] = line
            return place, container.ignored
        name, container.key = container.key or "", None
        ignored = container.ignored or name == UNUSABLE_KEY
        if not ignored:
            container.value[name] = value
        return (*container.place, name), ignored

    def value_of(self, event: Any, *, plain: bool) -> object:
        """A single value; `plain`: written without quotes, so it may be a number, a date, true or false."""
        text = str(event.value)
        try:
            return value_of_plain(text) if plain else shown_text(text)
        except InvalidValue as error:
            self.report(error.code, self.line_at(event.start_mark.index), error.message, error.hint)
            return UNREADABLE


# Most files hold nothing but `key: value` lines, and every old version of a decision is read again after a clone. They
# are read here, a line at a time. Whatever could mean anything else, or nothing, is left to the reader below.

SIMPLE_LINE = re.compile(r"(?P<margin> *)(?:(?P<key>[A-Za-z]\w{0,60}):|-(?= ))(?: (?P<value>[^ ].*))?", re.ASCII)
DOUBLE_QUOTED = re.compile(r'"([^"\\]*)"')
SINGLE_QUOTED = re.compile(r"'([^']*)'")
DEEPEST_SIMPLE = 6
MOST_SIMPLE_LINES = 1_000


class _NotSimple(Exception):
    """A line that the whole reader has to read."""


def _simple_value(written: str) -> object:
    """A value that stands on one line."""
    if written[0] in "\"'":
        quoted = (DOUBLE_QUOTED if written[0] == '"' else SINGLE_QUOTED).fullmatch(written)
        if quoted is None:
            raise _NotSimple
        return shown_text(quoted[1])
    if not written[0].isalnum() or written[-1] in ": " or ": " in written or " #" in written:
        raise _NotSimple
    return value_of_plain(written)


class _Simple:
    """A mapping of single values, of lists of them, and of mappings of the same kind."""

    def __init__(self) -> None:
        self.root: dict[str, object] = {}
        self.lines: dict[Place, int] = {}
        self.open: list[tuple[int, dict[str, object] | list[object], Place]] = [(0, self.root, ())]
        """Each with its margin and its place, from the outside in."""
        self.waiting: Place | None = None
        """A key without a value on its line."""

    def take(self, line: str, number: int) -> None:
        """One line of the text."""
        match = SIMPLE_LINE.fullmatch(line)
        if match is None or not line.isprintable():
            raise _NotSimple
        margin, key, written = len(match["margin"]), match["key"], match["value"]
        container, place = self.at(margin, is_list=key is None)
        value = _simple_value(written) if written else None
        if isinstance(container, list):
            if not written:
                raise _NotSimple
            self.lines[(*place, len(container))] = number
            container.append(value)
            return
        if key in container:
            raise _NotSimple
        container[key] = value
        self.lines[(*place, key)] = number
        self.waiting = None if written else (*place, key)

    def at(self, margin: int, *, is_list: bool) -> tuple[dict[str, object] | list[object], Place]:
        """What a line with a margin belongs to, with its place."""
        above, container, place = self.open[-1]
        if margin > above:
            if self.waiting is None or not isinstance(container, dict) or len(self.open) > DEEPEST_SIMPLE:
                raise _NotSimple
            inner: dict[str, object] | list[object] = [] if is_list else {}
            container[str(self.waiting[-1])] = inner
            self.open.append((margin, inner, self.waiting))
        while self.open[-1][0] > margin:
            self.open.pop()
        above, container, place = self.open[-1]
        if above != margin or isinstance(container, list) is not is_list:
            raise _NotSimple
        self.waiting = None
        return container, place


def _read_simple(text: str, path: str, first_line: int) -> YamlData | None:
    """The data of a text that holds nothing but simple lines, blank ones and comments; None for any other."""
    found = _Simple()
    lines = text.split("\n")
    if len(lines) > MOST_SIMPLE_LINES:
        return None
    try:
        for number, line in enumerate(lines, start=first_line):
            if line and not line.lstrip(" ").startswith("#"):
                found.take(line, number)
    except (_NotSimple, InvalidValue):
        return None
    return YamlData(path, found.root, found.lines) if found.root else None


def _events(text: str) -> Iterator[Any]:
    reader = YAML(typ="safe", pure=True)
    yield from reader.parse(text)


def read_yaml(text: str, path: str, *, first_line: int = 1) -> YamlData:
    """One YAML mapping as plain data; never raises for content: what is wrong is a problem in the result.

    `text` has LF line endings; `first_line` is the line of the file on which it begins.
    """
    return _read_simple(text, path, first_line) or read_any_yaml(text, path, first_line)


def read_any_yaml(text: str, path: str, first_line: int) -> YamlData:
    """The same for any text; what `_read_simple` reads gives the same data."""
    builder = _Builder(path, text, first_line)
    try:
        for event in _events(text):
            builder.take(event)
    except _Stop:
        pass
    except MarkedYAMLError as error:
        builder.problems.append(problem("yaml-syntax", path, *explain(error, builder.line_at)))
    except Exception as error:  # ruamel's scanner raises ValueError and others on hostile text
        builder.problems.append(
            problem(
                "yaml-syntax",
                path,
                first_line,
                f"The keys of this file hold {_unreadable(error)}.",
                "Delete that line and type it again instead of pasting it.",
            )
        )
    return _finished(builder)


TOP_KEY = re.compile(r"[^\s#-][^:]*:(?:\s|$)")
"""What a line begins with that holds a key of the outermost mapping."""
MOST_CUTS = 3
"""Places with a syntax error that are left out to read the rest."""


def read_rest(text: str, failed: YamlData, first_line: int) -> YamlData:
    """What can be said of a text in spite of a syntax error: its data without the outermost keys that hold one.

    The errors stay, so that nobody takes the data for the whole. Where the rest cannot be read either, it is `failed`.

    Args:
        text: What was read.
        failed: What came of it.
        first_line: As for `read_yaml`.
    """
    lines, found, problems = text.split("\n"), failed, list(failed.problems)
    for _ in range(MOST_CUTS + 1):
        wrong = next((each.line for each in found.problems if each.code == "yaml-syntax" and each.line), None)
        if wrong is None:
            return YamlData(failed.path, found.data, found.lines, tuple(sorted(problems, key=lambda each: each.order)))
        start = end = wrong - first_line
        while start > 0 and not TOP_KEY.match(lines[start]):
            start -= 1
        end += 1
        while end < len(lines) and not TOP_KEY.match(lines[end]):
            end += 1
        lines[start:end] = [""] * (end - start)
        found = read_any_yaml("\n".join(lines), failed.path, first_line)
        problems += [each for each in found.problems if each not in problems]
    return failed


def _unreadable(error: Exception) -> str:
    """What the parser cannot take."""
    if isinstance(error, ReaderError):
        code = error.character if isinstance(error.character, int) else ord(error.character)
        return f"a character that does not show (U+{code:04X})"
    return "a character or number that cannot be read"


def _finished(builder: _Builder) -> YamlData:
    """The data of a mapping; anything else at the top is a problem."""
    root, problems = builder.root, builder.problems
    example = {"backlog.yml": "organisation: Contoso", "mkdocs.yml": "site_name: Our backlog"}.get(
        builder.path, "bucket: do-soon"
    )
    if root is not None and not isinstance(root, dict) and not problems:
        problems.append(
            problem(
                "yaml-not-a-mapping",
                builder.path,
                builder.first_line,
                "There are no lines of the form `key: value` here.",
                f"Write lines such as `{example}`: a word, a colon, a space and a value.",
            )
        )
    data: dict[str, object] = root if isinstance(root, dict) else {}
    return YamlData(builder.path, data, builder.lines, tuple(sorted(problems, key=lambda found: found.order)))


LARGEST_FILE = 400_000
"""Bytes; a decision with its discussion is a few thousand."""
OTHER_ENCODINGS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"), (b"\x00\x00\xfe\xff", "UTF-32"))
SAVE_AGAIN = "Save it again as UTF-8: `Save as` in Notepad, `Save with encoding` in VS Code."


def decode(content: bytes, path: str) -> str | Problem:
    """The text of a file with LF line endings and without byte-order mark, or why it is not text."""
    if len(content) > LARGEST_FILE:
        return too_large("The file", LARGEST_FILE, path)
    for mark, name in OTHER_ENCODINGS:
        if content.startswith(mark):
            return problem("file-encoding", path, 1, f"The file is written in {name}, not in UTF-8.", SAVE_AGAIN)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # decode("utf-8-sig") counts positions behind the mark
        read = content.removeprefix(b"\xef\xbb\xbf")[: error.start]
        line = 1 + read.count(b"\n") + read.count(b"\r") - read.count(b"\r\n")
        return problem("file-encoding", path, line, "This line holds bytes that are not UTF-8.", SAVE_AGAIN)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    control = CONTROL.search(text)
    if control:
        line = 1 + text.count("\n", 0, control.start())
        name = f"U+{ord(control.group()):04X}"
        return problem(
            "file-characters",
            path,
            line,
            f"There is a control character ({name}) on this line.",
            "Delete the line and type it again; if the whole file looks garbled, save it as UTF-8.",
        )
    return text


def too_large(what: str, limit: int, path: str) -> Problem:
    """The problem of a text that is too long to be read."""
    return problem(
        "file-too-large",
        path,
        1,
        f"{what} is longer than {limit} characters and was not read.",
        "Keep the answer here, and link to long evidence with `links`.",
    )
