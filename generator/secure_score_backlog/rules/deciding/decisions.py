# SPDX-License-Identifier: Apache-2.0
"""Decisions as a whole: read them, check them against one another and everything else, judge which ones count.

`read_decision` looks at one file alone; `check_decisions` at all of them together; `judge_decisions` does both and
keeps only what counts, so that `check` and a build can never disagree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from secure_score_backlog.model.decision import Decision
from secure_score_backlog.model.front_matter import FrontMatter
from secure_score_backlog.model.problem import Problem, Severity
from secure_score_backlog.model.recommendation import Catalogue
from secure_score_backlog.model.settings import Settings
from secure_score_backlog.rules.deciding.checks import (
    Surroundings,
    check_id,
    check_name,
    check_owner,
    check_time,
    identifier_of,
)
from secure_score_backlog.rules.deciding.reading import read_decision
from secure_score_backlog.rules.deciding.relations import check_copies, check_same_as, check_two_files
from secure_score_backlog.rules.deciding.rule_table import RULES, Rule
from secure_score_backlog.rules.deciding.same_as import resolve_same_as

__all__ = [
    "RULES",
    "Judged",
    "Rule",
    "Surroundings",
    "check_decisions",
    "check_together",
    "judge_decisions",
    "read_decision",
    "resolve_same_as",
]

ReadFiles = Mapping[str, tuple[FrontMatter, Decision | None]]
"""By path: what a file holds, and its decision where it has no errors."""

STAYS_AN_ERROR = frozenset({"decision-file-name", "decision-two-files", "decision-id-case"})
"""What is wrong in a draft too: the file would be about something else than it seems."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Which decisions count."""

    decisions: Mapping[str, Decision]
    """By id, in order: without any error, drafts included, what `same_as` shares filled in."""
    with_errors: frozenset[str]
    """Ids that have a file which does not count because of an error."""
    problems: tuple[Problem, ...]
    """Of every file, in order of place."""


def check_decisions(  # noqa: PLR0913 - what decisions are checked against, each by its name
    decisions: ReadFiles,
    catalogue: Catalogue,
    settings: Settings,
    *,
    today: date,
    scored: Collection[str],
    known: Collection[str] = (),
    decided: Mapping[str, date] | None = None,
) -> list[Problem]:
    """What is wrong with decisions beyond the single file (see `Surroundings` for the arguments).

    A draft counts for nothing, so most of its errors weigh as warnings, and its days are not judged.
    """
    return check_together(decisions, Surroundings(catalogue, settings, today, scored, known, decided or {}))


def check_together(decisions: ReadFiles, around: Surroundings) -> list[Problem]:
    """The same, with everything that decisions are checked against in one value."""
    named = list(_named(decisions))
    readable = {name: (source, decision) for name, source, decision in named if decision is not None}
    by_path = {source.path: decision for source, decision in decisions.values()}
    found = [fault for source, decision in decisions.values() for fault in _check_one(source, decision, around)]
    found += check_two_files((name, source) for name, source, _ in named)
    found += check_copies(readable, around.decided)
    found = [_weighed(fault, by_path.get(fault.path)) for fault in found]
    broken = {name for name, source, decision in named if decision is None or _has_error(source.path, found)}
    while True:  # what leans on a decision with errors has an error itself
        leaning = [_weighed(fault, by_path.get(fault.path)) for fault in check_same_as(readable, broken)]
        wrong = {name for name, source, _ in named if _has_error(source.path, leaning)}
        if wrong <= broken:
            return sorted([*found, *leaning], key=lambda fault: fault.order)
        broken |= wrong


def judge_decisions(files: Iterable[FrontMatter], around: Surroundings) -> Judged:
    """Read and check every file, and keep the decisions that count."""
    read: dict[str, tuple[FrontMatter, Decision | None]] = {}
    problems: list[Problem] = []
    for source in files:
        decision, faults = read_decision(source, path=source.path)
        read[source.path] = (source, decision)
        problems += faults
    problems += check_together(read, around)
    wrong = {fault.path for fault in problems if fault.severity is Severity.ERROR}
    kept = {
        decision.recommendation: decision
        for source, decision in read.values()
        if decision is not None and source.path not in wrong
    }
    with_errors = frozenset(name for name, source, _ in _named(read) if source.path in wrong)
    return Judged(
        dict(sorted(resolve_same_as(kept).items())),
        with_errors,
        tuple(sorted(problems, key=lambda fault: fault.order)),
    )


def _named(decisions: ReadFiles) -> Iterator[tuple[str, FrontMatter, Decision | None]]:
    """Every file that says what it is about."""
    for source, decision in decisions.values():
        identifier = identifier_of(source, decision)
        if identifier is not None:
            yield identifier, source, decision


def _check_one(source: FrontMatter, decision: Decision | None, around: Surroundings) -> Iterator[Problem]:
    """What one file owes its surroundings; of a file with errors, only what it is about."""
    identifier = identifier_of(source, decision)
    if identifier is None:
        return
    yield from check_name(source, identifier)
    yield from check_id(source, identifier, around)
    if decision is not None:
        yield from check_owner(source, decision, around.settings)
        if not decision.draft:
            yield from check_time(source, decision, around)


def _weighed(fault: Problem, decision: Decision | None) -> Problem:
    """A fault, lighter in a draft."""
    light = decision is not None and decision.draft and fault.code not in STAYS_AN_ERROR
    return replace(fault, severity=Severity.WARNING) if light else fault


def _has_error(path: str, faults: Iterable[Problem]) -> bool:
    return any(fault.path == path and fault.severity is Severity.ERROR for fault in faults)
