# SPDX-License-Identifier: Apache-2.0
"""YAML that people type, as plain data with the line of every key.

Reads ruamel's events (YAML 1.2: `no` and `off` are texts, not False) and builds the data here, because a decision
file is a record: what a reader sees on a line must be what it says. So duplicate keys, anchors, aliases, tags,
second documents and impossible dates are problems, depth and number are bounded, and nothing is ever constructed
but text, bool, whole number, `Decimal`, `date`, list and dict.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
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

from secure_score_backlog.model.front_matter import UNREADABLE, Place, YamlData
from secure_score_backlog.model.problem import Problem
from secure_score_backlog.records.yaml_values import Unfit, meaning, shown_text
from secure_score_backlog.records.yaml_words import explain
from secure_score_backlog.rules.deciding.rule_table import problem, shown

DEEPEST = 12
MOST_VALUES = 20_000
MOST_PROBLEMS = 100
"""A file that is wrong in a hundred places is not read further."""

TEXT_TAG = "tag:yaml.org,2002:str"
NOWHERE = "\x00"
"""Name of a key that cannot be used: no person can type it, so it hides nothing."""


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
    """Stands under a key that could not be used (twice, or not text): read past, not kept."""


@dataclass(slots=True)
class _Builder:
    """Turns events into data; holds what is known so far."""

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
        """Note a problem, and give up where there is no end to them."""
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
                pass  # ends of documents and of the stream say nothing

    def refuse_hidden(self, event: Any) -> None:
        """Anchors, aliases and tags: what a line says must stand on that line."""
        line = self.line_at(event.start_mark.index)
        if event.anchor is not None:
            self.report(
                "yaml-alias",
                line,
                f"An anchor or alias ({shown(event.anchor)}) stands here; it is not read.",
                "Write the text out, or put it in double quotes if it begins with & or *.",
            )
        tag = getattr(event, "tag", None)
        if tag is not None and not (str(tag) == TEXT_TAG and isinstance(event, ScalarEvent)):
            self.report(
                "yaml-tag",
                line,
                f"A tag ({shown(tag)}) stands here; tags are not read.",
                "Take out the word that begins with !, or put the whole text in double quotes.",
            )

    def open(self, value: dict[str, object] | list[object], event: Any) -> None:
        """A list or mapping begins."""
        if self.stack and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None:
            self.report(
                "yaml-key",
                self.line_at(event.start_mark.index),
                "A list or mapping stands where a key belongs.",
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
        self.place(self.valued(event, typed=event.tag is None and event.implicit[0]), event)

    def key(self, container: _Open, event: Any) -> None:
        """A key of a mapping: text, and once."""
        name, line = self.valued(event, typed=False), self.line_at(event.start_mark.index)
        if not isinstance(name, str) or not name.strip():
            self.report("yaml-key", line, "A key is empty or cannot be read.", "Write one word before the colon.")
            name = NOWHERE
        place = (*container.place, name)
        if not container.ignored and place in self.lines:
            self.report(
                "yaml-duplicate-key",
                line,
                f"The key {shown(name)} stands on line {self.lines[place]} already.",
                f"Keep one of the two lines, {self.lines[place]} or {line}, and delete the other.",
            )
            name = NOWHERE
        elif not container.ignored and name != NOWHERE:
            self.lines[place] = line
        container.key = name

    def place(self, value: object, event: Any) -> tuple[Place, bool]:
        """Put a value where it belongs; returns where that is, and whether it is only read past."""
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
        ignored = container.ignored or name == NOWHERE
        if not ignored:
            container.value[name] = value
        return (*container.place, name), ignored

    def valued(self, event: Any, *, typed: bool) -> object:
        """A single value: what it means where it was `typed` without quotes, else its text."""
        text = str(event.value)
        try:
            return meaning(text) if typed else shown_text(text)
        except Unfit as unfit:
            self.report(unfit.code, self.line_at(event.start_mark.index), unfit.message, unfit.hint)
            return UNREADABLE


def _events(text: str) -> Iterator[Any]:
    reader = YAML(typ="safe", pure=True)
    yield from reader.parse(text)


def read_yaml(text: str, path: str, *, first_line: int = 1) -> YamlData:
    """One YAML mapping as plain data; never raises for content, every fault is a problem in the result.

    `text` has LF line endings; `first_line` is the line of the file on which it begins.
    """
    builder = _Builder(path, text, first_line)
    try:
        for event in _events(text):
            builder.take(event)
    except _Stop:
        pass
    except MarkedYAMLError as error:
        builder.problems.append(problem("yaml-syntax", path, *explain(error, builder.line_at)))
    except Exception as error:  # ruamel's scanner lets go of ValueError and others on hostile text
        builder.problems.append(
            problem(
                "yaml-syntax",
                path,
                first_line,
                f"The text is not YAML ({type(error).__name__}).",
                "Look for unusual characters and escapes; put texts in double quotes.",
            )
        )
    return _finished(builder)


def _finished(builder: _Builder) -> YamlData:
    """The data of a mapping; anything else at the top is a problem."""
    root, problems = builder.root, builder.problems
    if root is not None and not isinstance(root, dict) and not problems:
        problems.append(
            problem(
                "yaml-not-a-mapping",
                builder.path,
                builder.first_line,
                "There are no keys and values here.",
                "Write lines such as `bucket: do-soon`: a word, a colon, a space and a value.",
            )
        )
    data: dict[str, object] = root if isinstance(root, dict) else {}
    return YamlData(builder.path, data, builder.lines, tuple(sorted(problems, key=lambda found: found.order)))
