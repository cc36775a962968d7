# SPDX-License-Identifier: Apache-2.0
"""Small tenants for tests of rules: a few days, a few recommendations, written in one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from secure_score_backlog.decisions.model import (
    Acceptance,
    Blockage,
    Blocker,
    Bucket,
    Cover,
    CoverReason,
    Decision,
    DecisionHistory,
    DecisionVersion,
)
from secure_score_backlog.git import Version
from secure_score_backlog.ratings import Ratings, Risk
from secure_score_backlog.settings import Settings
from secure_score_backlog.snapshots.history import HistoryBuilder
from secure_score_backlog.snapshots.model import Catalogue, History, Recommendation
from secure_score_backlog.workspace import Workspace

FIRST = date(2026, 10, 1)

Measured = tuple[Any, ...]
"""points, maximum, portal state, count, total; the last ones may be left out."""


def day(number: int) -> date:
    """The day with a number, 1 being the first of October 2026."""
    return FIRST + timedelta(days=number - 1)


def stored(
    scores: Mapping[str, Measured], current: object = None, maximum: object = None, **more: object
) -> dict[str, Any]:
    """A stored snapshot as `snapshots/` holds it; totals are the sums unless given."""
    controls, maxima = [], {}
    for identifier, measured in scores.items():
        points, most, portal, count, total = [*measured, None, None, None, None][:5]
        controls.append({"controlName": identifier, "score": points, "count": text(count), "total": text(total)})
        maxima[identifier] = [most, portal]
    points_sum = sum((Decimal(str(measured[0])) for measured in scores.values()), Decimal(0))
    most_sum = sum((Decimal(str(measured[1])) for measured in scores.values() if measured[1] is not None), Decimal(0))
    return {
        "collected": {"complete": True, "source": "graph"},
        "maximum": maxima,
        "secureScore": {
            "currentScore": points_sum if current is None else current,
            "maxScore": most_sum if maximum is None else maximum,
            "controlScores": controls,
            **more,
        },
    }


def partial(scores: Mapping[str, Measured], **more: object) -> dict[str, Any]:
    """A stored day that holds only some recommendations, as a filtered table gives it: without totals."""
    said = stored(scores, **more)
    said["secureScore"] |= {"currentScore": None, "maxScore": None}
    return {**said, "collected": {"complete": False, "coverage": "partial", "source": "csv"}}


def text(value: object) -> str | None:
    """Counts come as strings from Graph."""
    return None if value is None else str(value)


def history(*days: Mapping[str, Measured] | dict[str, Any] | None) -> History:
    """A history from the scores of consecutive days, day 1 first; None leaves a day out."""
    builder = HistoryBuilder()
    for number, scores in enumerate(days, start=1):
        if scores is not None:
            whole = scores if "secureScore" in scores else stored(scores)
            builder.add(day(number), whole, f"snapshots/2026/{day(number)}.json")
    return builder.history()


def decision(identifier: str = "A", bucket: Bucket = Bucket.DO_NOW, **changes: Any) -> Decision:
    """A complete decision of a bucket."""
    plain = Decision(
        recommendation=identifier,
        bucket=bucket,
        risk=Risk.HIGH,
        reduces="what it reduces",
        owner="Head of IT",
        impact="who notices",
        prerequisites="none",
        proof="what proves it",
        due=day(90) if bucket in (Bucket.DO_NOW, Bucket.DO_SOON) else None,
        accepted=acceptance() if bucket is Bucket.ACCEPT else None,
        covered=cover() if bucket is Bucket.NOT_APPLICABLE else None,
    )
    return replace(plain, **changes)


def acceptance(until: date | None = None, share: Fraction | int = 0) -> Acceptance:
    """An acceptance."""
    return Acceptance("because", "Managing Director", until or day(200), (), Fraction(share))


def cover(until: date | None = None, reason: CoverReason = CoverReason.THIRD_PARTY) -> Cover:
    """A cover."""
    return Cover(reason, "the gateway", "contract", "Head of IT", until or day(200))


def blocked(by: Blocker = Blocker.BUSINESS) -> Blockage:
    """Something in the way."""
    return Blockage(by, day(1), "waits")


def versions(*steps: tuple[int, Decision | None]) -> tuple[DecisionVersion, ...]:
    """Versions of one decision: day number and what it said (None: deleted)."""
    return tuple(
        DecisionVersion(
            Version(
                path=f"decisions/{said.recommendation if said else 'A'}.md",
                commit=f"{number:040x}",
                at=datetime.combine(day(number), datetime.min.time(), UTC),
                author="Head of IT",
                subject="Decide",
                pull_request=number,
                blob=f"{index:040x}" if said else None,
            ),
            said,
        )
        for index, (number, said) in enumerate(steps)
    )


def workspace(
    measured: History,
    decided: Mapping[str, Sequence[DecisionVersion]] | None = None,
    catalogued: Sequence[str | Recommendation] = (),
    settings: Settings | None = None,
    ratings: Ratings | None = None,
) -> Workspace:
    """What a folder would hold; ids in the catalogue are those scored unless given."""
    names = catalogued or tuple(measured.timelines)
    recommendations = [name if isinstance(name, Recommendation) else Recommendation(name, name) for name in names]
    return Workspace(
        history=measured,
        catalogue=Catalogue({item.id: item for item in recommendations}),
        decisions=DecisionHistory({key: tuple(value) for key, value in (decided or {}).items()}),
        settings=settings or Settings(),
        ratings=ratings or Ratings(),
    )
