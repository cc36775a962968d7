# SPDX-License-Identifier: Apache-2.0
"""Stored snapshots and the stored catalogue become history and recommendations.

Reads what `snapshots/` holds (design §4.1) and never fails on a value: what is not a number is
unknown, what is not there is not observed. Unknown fields are passed over here and kept on disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from secure_score_backlog.problems import Problem, problem
from secure_score_backlog.snapshots.exact_json import amount, whole
from secure_score_backlog.snapshots.model import (
    Catalogue,
    Detail,
    History,
    Observation,
    Recommendation,
    SnapshotDay,
    StateUpdate,
    Timeline,
)

RATINGS_BY_MICROSOFT = {"low": "low", "moderate": "moderate", "medium": "moderate", "high": "high", "none": "none"}


class HistoryBuilder:
    """Takes snapshots one by one, oldest first, and keeps only what changed."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._days: list[SnapshotDay] = []
        self._changes: dict[str, tuple[list[date], list[Observation | None]]] = {}
        self._present: set[str] = set()
        self._newest: Mapping[str, Any] = {}
        """The snapshot taken last: what only the newest one tells is read once, at the end."""
        self._tenants: set[str] = set()
        self._seen: dict[str, tuple[tuple[object, ...], Observation]] = {}
        """What each recommendation said last: almost always the same as today."""
        self._known: dict[Observation, Observation] = {}
        """Each different observation once: a score wanders among few values."""
        self.problems: list[Problem] = []

    def add(self, day: date, stored: Mapping[str, Any], path: str) -> None:
        """Take the snapshot of a day; days must come in ascending order."""
        score = mapping(stored.get("secureScore"))
        observations = self._observations(stored, score, path)
        self._days.append(self._totals(day, stored, score, observations, path))
        for identifier, observation in observations.items():
            days, states = self._changes.setdefault(identifier, ([], []))
            if not states or states[-1] != observation:
                days.append(day)
                states.append(observation)
        for identifier in self._present - observations.keys():
            days, states = self._changes[identifier]
            days.append(day)
            states.append(None)
        self._present = set(observations)
        self._tenants |= {text(score.get("azureTenantId"))} - {""}
        self._newest = stored

    def history(self) -> History:
        """Everything taken so far."""
        timelines = {
            identifier: Timeline(tuple(days), tuple(states))
            for identifier, (days, states) in sorted(self._changes.items())
        }
        newest = details(self._newest, mapping(self._newest.get("secureScore")))
        return History(tuple(self._days), timelines, newest, frozenset(self._tenants))

    def _observations(self, stored: Mapping[str, Any], score: Mapping[str, Any], path: str) -> dict[str, Observation]:
        maxima = mapping(stored.get("maximum"))
        found: dict[str, Observation] = {}
        for control in mappings(score.get("controlScores")):
            identifier = control.get("controlName")
            if not isinstance(identifier, str) or not identifier or identifier in found:
                continue
            said = (control.get("score"), maxima.get(identifier), control.get("count"), control.get("total"))
            seen = self._seen.get(identifier) if not has_flag(said) else None
            observation = seen[1] if seen and seen[0] == said else observed(*said)
            if observation is None:
                self._warn(path, f"{identifier} has no readable score, so it counts as not measured that day")
                continue
            observation = self._known.setdefault(observation, observation)
            if not has_flag(said):
                self._seen[identifier] = (said, observation)
            found[identifier] = observation
        return found

    def _totals(
        self,
        day: date,
        stored: Mapping[str, Any],
        score: Mapping[str, Any],
        observations: Mapping[str, Observation],
        path: str,
    ) -> SnapshotDay:
        collected = mapping(stored.get("collected"))
        current, maximum = amount(score.get("currentScore")), amount(score.get("maxScore"))
        if current is None or maximum is None:
            self._warn(path, "Graph gave no readable currentScore or maxScore; the sums over recommendations stand in")
        if current is None:
            current = sum((o.points for o in observations.values()), Fraction(0))
        if maximum is None:
            maximum = sum((o.maximum for o in observations.values() if o.maximum is not None), Fraction(0))
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
        )

    def _warn(self, path: str, message: str) -> None:
        hint = "Compare with the portal; the file keeps what Graph said."
        self.problems.append(problem("snapshot-unreadable-number", path, None, message, hint))


def observed(score: object, frozen: object, count: object, total: object) -> Observation | None:
    """One control of a snapshot; None where its score is no number."""
    points = amount(score)
    maximum, portal = frozen_maximum(frozen)
    return None if points is None else Observation(points, maximum, portal, whole(count), whole(total))


def mapping(value: object) -> Mapping[str, Any]:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> Iterable[Mapping[str, Any]]:
    """The objects of a JSON list; nothing for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """The value if it is text, else nothing."""
    return value if isinstance(value, str) else ""


def frozen_maximum(entry: object) -> tuple[Fraction | None, str | None]:
    """One entry of `maximum`: points and portal state on the day it was written."""
    if not isinstance(entry, list) or len(entry) != 2:
        return None, None
    points, portal = entry
    return amount(points), portal if isinstance(portal, str) else None


def comparison(value: object) -> dict[str, Fraction | None]:
    """Averages of comparable tenants by basis; -1 has meant "not provided" (facts/graph.md 3.6)."""
    found: dict[str, Fraction | None] = {}
    for entry in mappings(value):
        average = amount(entry.get("averageScore"))
        if text(entry.get("basis")):
            found[text(entry.get("basis"))] = average if average is not None and average >= 0 else None
    return dict(sorted(found.items()))


def has_flag(said: tuple[object, ...]) -> bool:
    """True or false stands among numbers, which Python holds to be equal to 1 and 0."""
    return any(
        isinstance(value, bool) or (isinstance(value, list) and any(isinstance(part, bool) for part in value))
        for value in said
    )


def details(stored: Mapping[str, Any], score: Mapping[str, Any]) -> dict[str, Detail]:
    """What the newest snapshot tells beside points; a degraded day tells nothing worth showing."""
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
        text(control.get("controlName")): Detail(
            text(control.get("implementationStatus")),
            text(times.get(text(control.get("controlName")))),
            text(control.get("controlCategory")),
        )
        for control in mappings(score.get("controlScores"))
        if text(control.get("controlName"))
    }


def read_catalogue(stored: Mapping[str, Any], path: str) -> Catalogue:
    """The stored catalogue as recommendations, by id in order."""
    descriptions = mapping(stored.get("descriptions"))
    found: dict[str, Recommendation] = {}
    for profile in mappings(stored.get("profiles")):
        identifier = text(profile.get("id"))
        if identifier:
            found[identifier] = read_profile(profile, text(descriptions.get(identifier)))
    for identifier, description in descriptions.items():
        if identifier not in found:
            found[identifier] = Recommendation(
                identifier, title=identifier, description=text(description), in_catalogue=False
            )
    return Catalogue(dict(sorted(found.items())), path)


def read_profile(profile: Mapping[str, Any], description: str) -> Recommendation:
    """One `secureScoreControlProfile` as a recommendation."""
    identifier = text(profile.get("id"))
    threats = profile.get("threats")
    return Recommendation(
        id=identifier,
        title=text(profile.get("title")).strip() or identifier,
        service=text(profile.get("service")),
        category=text(profile.get("controlCategory")),
        maximum=amount(profile.get("maxScore")),
        rank=whole(profile.get("rank")),
        tier=text(profile.get("tier")),
        cost=normalised(profile.get("implementationCost")),
        user_impact=normalised(profile.get("userImpact")),
        threats=fold_case(threats) if isinstance(threats, list) else (),
        action_url=text(profile.get("actionUrl")).strip(),
        remediation=text(profile.get("remediation")),
        remediation_impact=text(profile.get("remediationImpact")),
        description=description,
        deprecated=profile.get("deprecated") is True,
        updates=tuple(state_updates(profile.get("controlStateUpdates"))),
    )


def normalised(value: object) -> str:
    """Microsoft's low/Low/Medium/Moderate/High/None in one spelling; unknown for the rest."""
    return RATINGS_BY_MICROSOFT.get(text(value).strip().lower(), "unknown")


def fold_case(values: list[object]) -> tuple[str, ...]:
    """Each text once, whatever its case (Graph sends both `Account breach` and `Account Breach`)."""
    kept: dict[str, str] = {}
    for value in values:
        if text(value):
            kept.setdefault(text(value).lower(), text(value).capitalize())
    return tuple(sorted(kept.values()))


def state_updates(value: object) -> Iterable[StateUpdate]:
    """The marks of the portal, undated ones first, then oldest first."""
    updates = [
        StateUpdate(text(entry.get("state")), utc_day(entry.get("updatedDateTime")))
        for entry in mappings(value)
        if text(entry.get("state"))
    ]
    return sorted(updates, key=lambda update: (update.on is not None, update.on or date.min))


def utc_day(value: object) -> date | None:
    """The UTC day of a Graph timestamp; None where there is none, or none that a calendar has."""
    try:
        moment = datetime.fromisoformat(text(value))
        offset = moment.utcoffset()
        return (moment - offset).date() if offset else moment.date()
    except (ValueError, OverflowError):
        return None
