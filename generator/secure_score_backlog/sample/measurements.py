# SPDX-License-Identifier: Apache-2.0
"""What is measured of the sample tenant on one day: single recommendations, and the tenant as a whole.

`catalogue.json` says what a recommendation is and how it is counted, `story.json` what happened to it. Both give
values as steps, `[[day, value], ...]`: a value holds from its day on. Comparable tenants, licences, seats and times of
the last sync are invented, in the shape of real answers (docs/method.md#graph).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

CENT = Decimal("0.01")


def step(steps: Sequence[Sequence[Any]], day: date) -> Any:
    """The value of the last step up to a day; None before the first."""
    wanted = day.isoformat()
    found = None
    for since, value in steps:
        if since > wanted:
            break
        found = value
    return found


def within(span: Sequence[str | None] | None, day: date) -> bool:
    """Whether a day lies in a span of first day and exclusive last day; no span means always."""
    if span is None:
        return True
    first, last = span
    wanted = day.isoformat()
    return (first is None or first <= wanted) and (last is None or wanted < last)


def digest(text: str) -> int:
    """A number that depends on a text and on nothing else (Python's own hash changes with every run)."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest()[:8], "big")


def rounded(value: Fraction) -> Decimal:
    """Two decimals, half up, as Graph gives scores."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(CENT, rounding=ROUND_HALF_UP)


def number(value: Decimal | Fraction) -> int | Decimal:
    """A number as Graph writes it: an integer where it is one, else without trailing zeros."""
    if value == int(value):
        return int(value)
    return value.normalize() if isinstance(value, Decimal) else rounded(value).normalize()


@dataclass(frozen=True, slots=True)
class Measured:
    """One recommendation on one day."""

    score: Decimal
    """Points, at most two decimals."""
    maximum: Decimal
    """Points that could be earned on that day."""
    count: int | None
    """Users, devices or settings that comply; None for an on/off setting."""
    total: int | None
    """Users, devices or settings examined; None where Graph does not say."""

    @property
    def percent(self) -> Decimal:
        """Points in percent of the maximum, two decimals."""
        return rounded(Fraction(self.score) * 100 / Fraction(self.maximum)) if self.maximum else Decimal(0)

    @property
    def state(self) -> str:
        """Which of the three status texts applies: done, partial or open."""
        if self.score >= self.maximum:
            return "done"
        return "partial" if self.score > 0 else "open"


@dataclass(frozen=True, slots=True)
class Measure:
    """How one recommendation is measured, from the first day to the last."""

    identifier: str
    kind: str
    """flag (Graph sends `on`), plain (it sends nothing), number (`count`), pair (`count` and `total`)."""
    maximum: Sequence[Sequence[Any]]
    share: Sequence[Sequence[Any]]
    total: Sequence[Sequence[Any]]
    """Empty for an on/off setting."""
    scored: Sequence[str | None] | None = None

    @staticmethod
    def of(entry: Mapping[str, Any], story: Mapping[str, Any], populations: Mapping[str, Any]) -> Measure:
        """A measure from an entry of the catalogue and what the story says of it, if anything."""
        identifier = entry["id"]
        total = story.get("total", entry.get("total", []))
        if isinstance(total, str):
            total = populations[total]
        elif isinstance(total, int):
            total = [["0001-01-01", total]]
        return Measure(
            identifier,
            "pair" if "total" in story else entry["measure"],
            story.get("maximum", [["0001-01-01", str(entry["profile"]["maxScore"])]]),
            story.get("share", [["0001-01-01", quiet_share(identifier)]]),
            total,
            story.get("scored"),
        )

    def on(self, day: date) -> Measured | None:
        """What is measured on a day; None where the recommendation is not scored."""
        share = step(self.share, day)
        if share is None or not within(self.scored, day):
            return None
        maximum = Decimal(step(self.maximum, day))
        total = step(self.total, day)
        if total is None:
            return Measured(rounded(Fraction(share) * Fraction(maximum)), maximum, None, None)
        count = round(Fraction(share) * total)
        score = rounded(Fraction(maximum) * count / total)
        return Measured(score, maximum, count, total if self.kind == "pair" else None)


def quiet_share(identifier: str) -> str:
    """The share of a recommendation without a story: the same on all days, mostly all or nothing."""
    return ("0", "1", "1", "0.5")[digest(identifier) % 4]


SERVICES = (
    "HasAADFree", "HasAADP1", "HasAATP", "HasAIPP1", "HasEOP", "HasEXOP2",
    "HasMCAS", "HasMDEP2", "HasMDOP1", "HasOCAS", "HasSPOP2",
)  # fmt: skip
SERVICE_BOUGHT = (date(2026, 3, 23), "HasMDOP2")
"""The one licence that changes within the fifteen months."""

AVERAGES_BROKEN = date(2026, 2, 9)
"""First day of the week in which comparison failed: -1 for three days, then nothing, as has happened."""

DAYS_BEHIND = {"AzureAD": 2, "Azure ATP": 1, "MIP": 1}
"""How old a service's measurements are when the report is made; the others are measured on the day."""

PARTS = {"apps": (24, 79), "data": (2, 6), "device": (31, 64), "identity": (27, 52), "infrastructure": (0, 0)}
"""Average points and average maximum of the parts of a score, before they drift."""


def services(day: date) -> list[str]:
    """`enabledServices` of a day, in no particular order, as Graph gives them."""
    bought, service = SERVICE_BOUGHT
    return [*SERVICES, service] if day >= bought else list(SERVICES)


def active_users(day: date, people: int) -> int:
    """`activeUserCount`: close to the number of people, and different every week."""
    monday = day - timedelta(days=day.weekday())
    return people - digest(f"active {monday}") % 9


def last_synced(service: str, day: date) -> str:
    """When a service was measured last: Teams once a month, Entra some days ago, the rest on the day."""
    behind = day.day - 1 if service == "MS Teams" else DAYS_BEHIND.get(service, 0)
    second = digest(f"sync {service}") % 86400
    moment = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    return f"{day - timedelta(days=behind)}T{moment}Z"


def comparison(day: date) -> list[dict[str, Any]]:
    """`averageComparativeScores` of a day: refreshed on Mondays, so most days repeat the day before."""
    broken = (day - AVERAGES_BROKEN).days
    if 3 <= broken < 7:
        return []
    failed = 0 <= broken < 3
    return [
        average("AllTenants", Decimal("45.90"), day, failed=False),
        average("TotalSeats", Decimal("49.35"), day, failed=failed)
        | {"SeatSizeRangeLowerValue": "101", "SeatSizeRangeUpperValue": "300"},
    ]


def average(basis: str, start: Decimal, day: date, *, failed: bool) -> dict[str, Any]:
    """One item: the average of comparable tenants rises by about a tenth a week."""
    weeks = (day - timedelta(days=day.weekday()) - date(2025, 8, 11)).days // 7
    drift = Decimal(weeks * 9 + digest(f"{basis} {weeks}") % 15) / 100
    item: dict[str, Any] = {"basis": basis, "averageScore": -1 if failed else number(start + drift)}
    for part, (points, maximum) in PARTS.items():
        moved = Decimal(digest(f"{basis} {part} {weeks}") % 100) / 100 if maximum else Decimal(0)
        earned = (points + moved + drift / 4).quantize(CENT) if maximum else Decimal(0)
        item[f"{part}Score"] = -1 if failed else number(earned)
        item[f"{part}ScoreMax"] = -1 if failed else number(maximum + moved)
    return item
