# SPDX-License-Identifier: Apache-2.0
"""What Graph says of the sample tenant as a whole: comparable tenants, licences, seats, time of the last sync.

All numbers are invented; their shape and their oddities are those of facts/graph.md 2.2, 2.4, 3.4 and 3.6.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from secure_score_backlog.sample.measurement import CENT, digest, number

SERVICES = (
    "HasAADFree", "HasAADP1", "HasAATP", "HasAIPP1", "HasEOP", "HasEXOP2",
    "HasMCAS", "HasMDEP2", "HasMDOP1", "HasOCAS", "HasSPOP2",
)  # fmt: skip
SERVICE_BOUGHT = (date(2026, 3, 23), "HasMDOP2")
"""The one licence that changes within the fifteen months."""

AVERAGES_BROKEN = date(2026, 2, 9)
"""First day of the week in which comparison failed: -1 for three days, then nothing (facts/graph.md 3.6)."""

DAYS_BEHIND = {"AzureAD": 2, "Azure ATP": 1, "MIP": 1}
"""How old a service's measurements are when the report is made; the others are measured on the day."""

PARTS = {"apps": (24, 79), "data": (2, 6), "device": (31, 64), "identity": (27, 52), "infrastructure": (0, 0)}
"""Average points and average maximum of the parts of a score, before they drift."""


def services(day: date) -> list[str]:
    """`enabledServices` of a day, in Graph's order, which is none."""
    bought, service = SERVICE_BOUGHT
    return [*SERVICES, service] if day >= bought else list(SERVICES)


def active_users(day: date, people: int) -> int:
    """`activeUserCount`: near the number of people, and another one every week."""
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
