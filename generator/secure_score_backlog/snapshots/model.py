# SPDX-License-Identifier: Apache-2.0
"""What Microsoft measured, day by day, and what it proposes.

A tenant has some 250 recommendations and, over the years, thousands of days; almost nothing changes from one day to the
next. So each recommendation keeps a timeline of the days on which its observation changed, and each day keeps only its
own totals (docs/adr/0006-history-as-change-points.md). Points are exact fractions (docs/method.md#numbers).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import islice

COUNT_TOLERANCE = Fraction(1, 100)
"""By how much a share and the count behind it may differ: Graph rounds the points."""
CLAIMING_STATES = frozenset({"thirdparty", "alternatemitigation"})
"""Portal states that give full points: self-attested by an administrator, not verified."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One recommendation in one snapshot."""

    points: Fraction
    maximum: Fraction | None
    """From the snapshot's `maximum`; None where it is unknown."""
    portal: str | None = None
    """Portal state on that day as Graph wrote it; None where no profile says."""
    count: int | None = None
    total: int | None = None
    """Users, devices or policies behind a partial score; None where Graph gives none."""
    unlicensed: bool = False
    """The portal's table says that the tenant has no licence for it; the points count all the same."""

    @property
    def claims(self) -> bool:
        """An administrator marked in the portal that something Microsoft cannot see covers it."""
        return self.portal is not None and self.portal.lower() in CLAIMING_STATES

    @property
    def in_full(self) -> bool:
        """All points are given. A maximum of 0 proves nothing, so it is never in full."""
        return self.maximum is not None and self.maximum > 0 and self.points >= self.maximum

    @property
    def claimed(self) -> bool:
        """All points are self-attested by an administrator, not verified."""
        return self.claims and self.in_full

    @property
    def observed_in_full(self) -> bool:
        """All points are given and Microsoft measured them."""
        return self.in_full and not self.claims

    @property
    def share(self) -> Fraction | None:
        """Part achieved, points over maximum; None where the maximum is 0, or unknown and points are not 0."""
        if self.maximum is None:
            return Fraction(0) if self.points == 0 else None
        return self.points / self.maximum if self.maximum > 0 else None

    @property
    def open_share(self) -> Fraction:
        """Part that Microsoft has not observed: 0 to 1. A claim leaves it all open."""
        if self.claimed:
            return Fraction(1)
        share = self.share
        return max(Fraction(0), 1 - share) if share is not None else Fraction(0)

    @property
    def affected(self) -> int | None:
        """For how many of `total` users, devices or settings it is open (docs/method.md#affected).

        None where Graph's `count` says neither how many are done nor how many are not.
        """
        if self.count is None or not self.total or not 0 <= self.count <= self.total or self.share is None:
            return None
        counted = Fraction(self.count, self.total)
        if abs(counted - self.share) <= COUNT_TOLERANCE:
            return self.total - self.count
        return self.count if abs(1 - counted - self.share) <= COUNT_TOLERANCE else None

    @property
    def unearned(self) -> Fraction:
        """Points not given, max(0, maximum - points); 0 where the maximum is unknown."""
        return max(Fraction(0), self.maximum - self.points) if self.maximum is not None else Fraction(0)


@dataclass(frozen=True, slots=True)
class SnapshotDay:
    """The totals of one UTC day."""

    day: date
    complete: bool
    """False on a backfilled day: Graph gives details only for its newest."""
    source: str
    """graph, backfill, json or csv."""
    current: Fraction
    """Graph's `currentScore`, points."""
    maximum: Fraction
    """Graph's `maxScore`, points."""
    comparison: Mapping[str, Fraction | None] = field(default_factory=dict)
    """Average of comparable tenants in percent, by basis; None where Graph sent none or -1."""
    services: frozenset[str] = frozenset()
    seats: int | None = None
    """activeUserCount: known to be unreliable, so it is shown beside a movement and used in no formula."""
    path: str = ""
    partial: bool = False
    """The file holds a part of the day (`collected.coverage`, docs/method.md#partial-days)."""
    lacks_scores: bool = False
    """The points of its recommendations miss `currentScore` by so much that scores must be missing."""
    held: frozenset[str] = frozenset()
    """The recommendations that a partial day holds; empty for a whole day."""

    def holds(self, identifier: str) -> bool:
        """The file says something about a recommendation: its score, or for a whole day that it has none."""
        return not self.partial or identifier in self.held


@dataclass(frozen=True, slots=True)
class Timeline:
    """The days on which one recommendation's observation changed, oldest first."""

    days: tuple[date, ...]
    observations: tuple[Observation | None, ...]
    """None: from this snapshot day on, not scored. A partial day changes only what it holds."""

    def at(self, day: date) -> Observation | None:
        """The observation on a snapshot day; None when it was not scored."""
        index = bisect_right(self.days, day) - 1
        return self.observations[index] if index >= 0 else None

    def between(self, first: date, last: date) -> Iterator[tuple[date, Observation | None]]:
        """The observation on a snapshot day and each change after it, up to and including another day."""
        start = max(bisect_right(self.days, first) - 1, 0)
        for index in range(start, bisect_right(self.days, last)):
            yield self.days[index], self.observations[index]

    def changes(self) -> Iterator[tuple[date, Observation | None]]:
        """Each change, oldest first."""
        return zip(self.days, self.observations, strict=True)


@dataclass(frozen=True, slots=True)
class Detail:
    """What only the newest snapshot says about a recommendation."""

    status: str = ""
    """`implementationStatus`: Microsoft's free text or HTML; shown, never parsed."""
    synced: date | None = None
    """UTC day of `lastSynced`."""


@dataclass(frozen=True, slots=True)
class History:
    """All snapshots of a tenant."""

    days: tuple[SnapshotDay, ...] = ()
    """Oldest first, at most one a day."""
    timelines: Mapping[str, Timeline] = field(default_factory=dict)
    details: Mapping[str, Detail] = field(default_factory=dict)
    """By id, of the newest snapshot."""
    tenants: frozenset[str] = frozenset()
    """Tenant ids that the files name; none of them may appear on a page."""

    def newest(self, until: date) -> SnapshotDay | None:
        """The newest snapshot up to and including a day."""
        index = bisect_right(self.days, until, key=lambda snapshot: snapshot.day) - 1
        return self.days[index] if index >= 0 else None

    def last_holding(self, identifier: str, count: int, until: date) -> tuple[SnapshotDay, ...]:
        """The newest snapshots up to and including a day that hold a recommendation, oldest first.

        Fewer where there are fewer. Every whole day holds every recommendation.
        """
        end = bisect_right(self.days, until, key=lambda snapshot: snapshot.day)
        holding = (self.days[index] for index in range(end - 1, -1, -1) if self.days[index].holds(identifier))
        return tuple(reversed(tuple(islice(holding, count))))

    def first_holding(self, identifier: str, since: date) -> SnapshotDay | None:
        """The oldest snapshot from a day on, that day included, that holds a recommendation."""
        start = bisect_left(self.days, since, key=lambda snapshot: snapshot.day)
        holding = (self.days[index] for index in range(start, len(self.days)) if self.days[index].holds(identifier))
        return next(holding, None)

    def measured_on(self, identifier: str, until: date) -> date | None:
        """The day of the newest score of a recommendation up to and including a day.

        Earlier than the newest snapshot where that is a partial day without it; None where that day has no score of it.
        """
        newest = self.last_holding(identifier, 1, until)
        return newest[0].day if newest and self.observation(identifier, newest[0].day) is not None else None

    def observation(self, identifier: str, day: date) -> Observation | None:
        """A recommendation's observation on a snapshot day."""
        timeline = self.timelines.get(identifier)
        return timeline.at(day) if timeline else None

    def scored(self, day: date) -> dict[str, Observation]:
        """Every recommendation scored on a snapshot day, by id in order."""
        found = ((identifier, timeline.at(day)) for identifier, timeline in sorted(self.timelines.items()))
        return {identifier: observation for identifier, observation in found if observation is not None}


@dataclass(frozen=True, slots=True)
class StateUpdate:
    """One entry of `controlStateUpdates`: a status that an administrator set in the portal."""

    state: str
    """As Graph wrote it: Default, Ignored, ThirdParty, AlternateMitigation, Reviewed."""
    on: date | None
    """UTC day on which it was set; None means that it holds from the beginning."""
    comment: str = ""
    """What the administrator wrote; kept only where the settings say so (`snapshots: {keep_names: true}`)."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One recommendation as the catalogue describes it. Texts are Microsoft's, and not sanitised yet."""

    id: str
    """Graph's control id, kept letter for letter."""
    title: str
    service: str = ""
    category: str = ""
    maximum: Fraction | None = None
    """Points that can be earned today; None where no profile says so."""
    cost: str = "unknown"
    """Microsoft's effort rating, normalised: low, moderate, high, none, unknown."""
    user_impact: str = "unknown"
    """Normalised like `cost`."""
    threats: tuple[str, ...] = ()
    action_url: str = ""
    remediation: str = ""
    remediation_impact: str = ""
    description: str = ""
    deprecated: bool = False
    updates: tuple[StateUpdate, ...] = ()
    in_catalogue: bool = True
    """False for an id that is only known from scores or from decisions."""
    named_by: str = ""
    """Who gave the title where Graph did not: `shipped` (the list of this program) or `title` (a portal table)."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The recommendations of one version of the catalogue (Graph `secureScoreControlProfiles`), by id."""

    recommendations: Mapping[str, Recommendation] = field(default_factory=dict)

    def get(self, identifier: str) -> Recommendation:
        """The recommendation, or a bare one named after its id where the catalogue lacks it."""
        known = self.recommendations.get(identifier)
        return known or Recommendation(identifier, title=identifier, in_catalogue=False)
