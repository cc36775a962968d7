# SPDX-License-Identifier: Apache-2.0
"""Stored snapshots become a history of change points (docs/adr/0006-history-as-change-points.md).

Reading never fails on a value: what is not a number is unknown, what is not there is not measured. Fields that are not
known are ignored here and stay on disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import compress
from operator import is_not
from typing import Any

from secure_score_backlog.problems import Problem, problem
from secure_score_backlog.snapshots.graph_json import (
    Json,
    control_name,
    controls,
    fraction,
    mapping,
    mappings,
    text,
    utc_day,
    whole,
)
from secure_score_backlog.snapshots.model import Detail, History, Observation, SnapshotDay, Timeline
from secure_score_backlog.snapshots.snapshot_files import PARTIAL, frozen_maximum
from secure_score_backlog.text import shortened


@dataclass(frozen=True, slots=True)
class _PlainDay:
    """The controls and the maxima of a snapshot."""

    controls: list[Json]
    maxima: Mapping[str, Any]


MISSING_FROM = Fraction(1, 100)
"""Part of `maxScore` by which the points of a day miss its `currentScore` where scores are missing."""


class HistoryBuilder:
    """Takes snapshots one by one, oldest first, and keeps only what changed."""

    def __init__(self, graph_ids: Mapping[str, str] | None = None) -> None:
        """Start with nothing; `graph_ids` has Graph's id for ids that were made of titles."""
        self._graph_ids = graph_ids or {}
        self._days: list[SnapshotDay] = []
        self._changes: dict[str, tuple[list[date], list[Observation | None]]] = {}
        self._present: set[str] = set()
        self._last: Mapping[str, Observation] = {}
        """The observations of the snapshot taken last."""
        self._points = Fraction(0)
        """The sum of the points of everything present."""
        self._newest: Mapping[str, Any] = {}
        """The snapshot taken last: its details are read once, at the end."""
        self._tenants: set[str] = set()
        self._read: dict[str, tuple[tuple[object, ...], Observation]] = {}
        """The values of each recommendation that were read last: almost always the same as today's."""
        self._same: dict[str, tuple[object, object, Observation]] = {}
        """The objects that each recommendation was read from last: one that was not read anew says the same."""
        self._plain: _PlainDay | None = None
        """The snapshot taken last, where each of its controls gave an observation of its own."""
        self._known: dict[Observation, Observation] = {}
        """Each different observation once: a score takes few values."""
        self._details: Mapping[str, Detail] = {}
        """Of the snapshot taken last by an earlier builder."""
        self.problems: list[Problem] = []

    def resume(self, history: History, problems: Iterable[Problem]) -> None:
        """Go on behind what an earlier builder, that had the same ids, had taken and had found wrong."""
        self._days = list(history.days)
        self._changes = {
            identifier: (list(line.days), list(line.observations)) for identifier, line in history.timelines.items()
        }
        self._present = {identifier for identifier, (_, states) in self._changes.items() if states[-1] is not None}
        self._points = sum((points_of(states) for _, states in self._changes.values()), Fraction(0))
        self._tenants = set(history.tenants)
        self._details = history.details
        self.problems = list(problems)

    def add(self, day: date, stored: Mapping[str, Any], path: str) -> None:
        """Take the snapshot of a day; days must come in ascending order."""
        score = mapping(stored.get("secureScore"))
        listed, maxima = controls(score), mapping(stored.get("maximum"))
        moved = self._moved(listed, maxima)
        if moved is None:
            observations = moved = self._observations(listed, maxima, path)
        else:
            observations = {**self._last, **moved}
        self._plain = _PlainDay(listed, maxima) if len(observations) == len(listed) else None
        self._days.append(self._totals(day, stored, score, observations, path))
        for identifier, observation in moved.items():
            if self._last.get(identifier) is observation:
                continue
            days, states = self._changes.setdefault(identifier, ([], []))
            if not states or states[-1] != observation:
                self._points += observation.points - points_of(states)
                days.append(day)
                states.append(observation)
        gone = set() if self._days[-1].partial else self._present - observations.keys()
        for identifier in gone:
            days, states = self._changes[identifier]
            self._points -= points_of(states)
            days.append(day)
            states.append(None)
        self._present = (self._present | observations.keys()) - gone
        self._last = observations
        totals = self._days[-1]
        if abs(totals.current - self._points) > totals.maximum * MISSING_FROM:
            self._days[-1] = replace(totals, lacks_scores=True)
        self._tenants |= {text(score.get("azureTenantId"))} - {""}
        self._newest = stored

    def history(self) -> History:
        """Everything taken so far."""
        timelines = {
            identifier: Timeline(tuple(days), tuple(states))
            for identifier, (days, states) in sorted(self._changes.items())
        }
        return History(
            tuple(self._days),
            timelines,
            details(self._newest) if self._newest else self._details,
            frozenset(self._tenants),
        )

    def _moved(self, listed: list[Json], maxima: Mapping[str, Any]) -> dict[str, Observation] | None:
        """What is new in a snapshot that lists the same recommendations as the one before; None for any other."""
        before = self._plain
        if before is None or len(before.controls) != len(listed):
            return None
        rows = set(compress(range(len(listed)), map(is_not, listed, before.controls)))
        if any(control_name(listed[row]) != control_name(before.controls[row]) for row in rows):
            return None
        if maxima is not before.maxima:
            names = map(control_name, listed)
            rows.update(row for row, name in enumerate(names) if maxima.get(name) is not before.maxima.get(name))
        found = {}
        for row in rows:
            identifier, observation = self._of_control(listed[row], maxima)
            if observation is None:
                return None
            found[identifier] = observation
        return found

    def _observations(self, listed: list[Json], maxima: Mapping[str, Any], path: str) -> dict[str, Observation]:
        """The observations of a snapshot; the first of several of one recommendation."""
        found: dict[str, Observation] = {}
        for control in listed:
            identifier, observation = self._of_control(control, maxima)
            if not identifier or identifier in found:
                continue
            if observation is None:
                name = shortened(identifier)
                self._warn(path, f"{name} has no points that can be read, so it counts as not measured that day.")
            else:
                found[identifier] = observation
        return found

    def _of_control(self, control: Json, maxima: Mapping[str, Any]) -> tuple[str, Observation | None]:
        """Which recommendation a control is about, and its observation; None where its score is no number."""
        name = control_name(control)
        identifier, frozen = self._graph_ids.get(name, name), maxima.get(name)
        same = self._same.get(identifier)
        if same is not None and same[0] is control and same[1] is frozen:
            return identifier, same[2]
        values = (
            control.get("score"),
            frozen,
            control.get("count"),
            control.get("total"),
            "unlicensed" if control.get("licensed") is False else None,
        )
        observation = self._observation(identifier, values)
        if observation is not None:
            self._same[identifier] = (control, frozen, observation)
        return identifier, observation

    def _observation(self, identifier: str, values: tuple[object, ...]) -> Observation | None:
        """One control of a snapshot, read anew only where its values changed; None where its score is no number."""
        comparable = not has_boolean(values)
        before = self._read.get(identifier)
        if comparable and before is not None and before[0] == values:
            return before[1]
        observation = observed(*values)
        if observation is None:
            return None
        observation = self._known.setdefault(observation, observation)
        if comparable:
            self._read[identifier] = (values, observation)
        return observation

    def _totals(
        self,
        day: date,
        stored: Mapping[str, Any],
        score: Mapping[str, Any],
        observations: Mapping[str, Observation],
        path: str,
    ) -> SnapshotDay:
        collected = mapping(stored.get("collected"))
        partial = collected.get("coverage") == PARTIAL
        current, maximum = fraction(score.get("currentScore")), fraction(score.get("maxScore"))
        if (current is None or maximum is None) and collected.get("source") != "csv":  # a table never has totals
            self._warn(
                path, "There is no total or no maximum that can be read (currentScore, maxScore); sums are used."
            )
        known = self._carried(observations) if partial else observations
        if current is None:
            current = sum((o.points for o in known.values()), Fraction(0))
        if maximum is None:
            maximum = sum((o.maximum for o in known.values() if o.maximum is not None), Fraction(0))
        services = score.get("enabledServices")
        return SnapshotDay(
            day=day,
            complete=collected.get("complete") is True,
            source=str(collected.get("source") or "graph"),
            current=current,
            maximum=maximum,
            comparison=comparison(score.get("averageComparativeScores")),
            services=frozenset(s for s in services if isinstance(s, str))
            if isinstance(services, list)
            else frozenset(),
            seats=whole(score.get("activeUserCount")),
            path=path,
            partial=partial,
            held=frozenset(observations) if partial else frozenset(),
        )

    def _carried(self, observations: Mapping[str, Observation]) -> dict[str, Observation]:
        """The observations of a partial day, and the last ones of what it does not hold."""
        last = {name: self._changes[name][1][-1] for name in self._present - observations.keys()}
        return {**{name: seen for name, seen in last.items() if seen is not None}, **observations}

    def _warn(self, path: str, message: str) -> None:
        hint = (
            "Nothing has to be done: the day is stored as Microsoft gave it, and what cannot be read counts as unknown."
        )
        self.problems.append(problem("snapshot-unreadable-number", path, None, message, hint))


def points_of(states: Sequence[Observation | None]) -> Fraction:
    """The points of the newest observation; 0 where it was not scored, or never was."""
    newest = states[-1] if states else None
    return newest.points if newest is not None else Fraction(0)


def observed(score: object, frozen: object, count: object, total: object, licence: object = None) -> Observation | None:
    """One control of a snapshot; None where its score is no number."""
    points = fraction(score)
    if points is None:
        return None
    maximum, portal = frozen_maximum(frozen)
    return Observation(points, fraction(maximum), portal, whole(count), whole(total), licence == "unlicensed")


def has_boolean(values: tuple[object, ...]) -> bool:
    """Whether true or false is among the values: Python holds them equal to 1 and 0, so they cannot be compared."""
    return any(
        isinstance(value, bool) or (isinstance(value, list) and any(isinstance(part, bool) for part in value))
        for value in values
    )


def comparison(value: object) -> dict[str, Fraction | None]:
    """Averages of comparable tenants by basis; below 0 means that Graph did not provide one."""
    found: dict[str, Fraction | None] = {}
    for entry in mappings(value):
        average = fraction(entry.get("averageScore"))
        if text(entry.get("basis")):
            found[text(entry.get("basis"))] = average if average is not None and average >= 0 else None
    return dict(sorted(found.items()))


def details(stored: Mapping[str, Any]) -> dict[str, Detail]:
    """What a complete snapshot says beside points, by recommendation; an incomplete one says nothing worth showing."""
    if mapping(stored.get("collected")).get("complete") is not True:
        return {}
    times = {
        identifier: time
        for time, identifiers in mapping(stored.get("synced")).items()
        if isinstance(identifiers, list)
        for identifier in identifiers
        if isinstance(identifier, str)
    }
    return {
        name: Detail(text(control.get("implementationStatus")), utc_day(times.get(name)))
        for control in controls(mapping(stored.get("secureScore")))
        if (name := control_name(control))
    }
