# SPDX-License-Identifier: Apache-2.0
"""What committed versions of decisions said, kept in the cache by path and by Git's id of their content.

The values that a person typed come back as they were read: a date is no text, `0.60` not `0.6`, and what could not be
read stays marked (docs/adr/0035-a-cache-that-cannot-lie.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from msgspec.msgpack import Ext

from secure_score_backlog.cache import Cache, chained, code_version
from secure_score_backlog.decisions.front_matter import FrontMatter
from secure_score_backlog.decisions.model import Decision, DecisionVersion
from secure_score_backlog.problems import Problem
from secure_score_backlog.strict_yaml import UNREADABLE, YAML_VERSION, Place

KEPT = "decisions"
"""The name in the cache."""
WORTH_KEEPING = 200
"""Versions; fewer are read in a moment."""

VersionKey: TypeAlias = tuple[str, str]
"""Path and blob: problems name the path."""
DecisionContent: TypeAlias = tuple[Decision | None, FrontMatter, tuple[Problem, ...]]
"""The decision, the file as typed, and what is wrong with it."""

DAY, NUMBER, MARK = 1, 2, 3
"""Kinds of value that msgpack has not."""


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """What `store.read_version` makes of one content at one path; `data` as `_written` has it."""

    path: str
    blob: str
    data: Mapping[str, Any]
    lines: Mapping[Place, int]
    problems: tuple[Problem, ...]
    """Of the front matter alone."""
    body: str
    body_line: int
    decision: Decision | None
    faults: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """All of them."""

    code: str
    """What read them (`reader`)."""
    versions: tuple[KeptVersion, ...]


def reader() -> str:
    """A digest of all that takes part in reading a decision: this program, Python, and the library for YAML."""
    return chained(code_version("secure_score_backlog", "secure_score_backlog.decisions"), (YAML_VERSION,))


def kept_versions(cache: Cache) -> dict[VersionKey, DecisionContent]:
    """What is kept; nothing where other code made it."""
    kept = cache.get(KEPT, Kept, _value)
    if kept is None or kept.code != reader():
        return {}
    return {(each.path, each.blob): _read(each) for each in kept.versions}


def keep_versions(cache: Cache, versions: Iterable[DecisionVersion]) -> None:
    """Keep these, in place of all that was kept before; each holds the content of a file."""
    cache.put(KEPT, Kept(reader(), tuple(map(_kept, versions))))


def _kept(version: DecisionVersion) -> KeptVersion:
    source = version.source
    assert source is not None  # a deletion has no blob
    return KeptVersion(
        source.path,
        version.version.blob or "",
        _written(source.data),
        source.lines,
        source.problems,
        source.body,
        source.body_line,
        version.decision,
        version.faults,
    )


def _read(kept: KeptVersion) -> DecisionContent:
    source = FrontMatter(kept.path, kept.data, kept.lines, kept.problems, kept.body, kept.body_line)
    return kept.decision, source, kept.faults


def _written(value: Any) -> Any:
    """A value as msgpack can hold it without becoming another one."""
    if isinstance(value, dict):
        return {name: _written(inside) for name, inside in value.items()}
    if isinstance(value, list):
        return [_written(inside) for inside in value]
    if isinstance(value, date):
        return Ext(DAY, value.isoformat().encode())
    if isinstance(value, Decimal):
        return Ext(NUMBER, str(value).encode())
    return Ext(MARK, b"") if value is UNREADABLE else value


def _value(kind: int, content: memoryview) -> Any:
    """What `_written` wrote; ValueError for anything else."""
    text = bytes(content).decode("ascii")
    if kind == DAY:
        return date.fromisoformat(text)
    if kind == NUMBER:
        return Decimal(text)
    if kind == MARK:
        return UNREADABLE
    raise ValueError(f"There is no kind {kind} of value.")
