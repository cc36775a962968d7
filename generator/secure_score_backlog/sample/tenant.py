# SPDX-License-Identifier: Apache-2.0
"""The measurements of the sample tenant: what Graph would answer about an invented company on a given day.

Northwind Harbour Logistics does not exist. Its answers are a pure function of the day and of two files
in this folder: `catalogue.json` (what the recommendations say) and `story.json` (what happened to them).
Their shape and oddities are those of real answers (docs/method.md#graph).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from importlib.resources import files
from typing import Any

import msgspec

from secure_score_backlog.sample.measurements import (
    Measure,
    Measured,
    active_users,
    comparison,
    digest,
    last_synced,
    number,
    services,
    step,
    within,
)

FIRST_DAY = date(2025, 8, 15)
"""The first day for which Graph has a score of this tenant."""
LAST_DAY = date(2026, 11, 20)
"""The newest snapshot of the demo."""
MISSING_DAYS = frozenset({date(2026, 1, 17)})
"""Days in between for which Graph never had a score."""

VENDOR = {"provider": "SecureScore", "providerVersion": None, "subProvider": None, "vendor": "Microsoft"}
UNTOUCHED = {"assignedTo": None, "comment": None, "state": "Default", "updatedBy": None, "updatedDateTime": None}
COMMENTS = {
    "Default": "Back to what is measured.",
    "Ignored": "Taken note of; see the backlog.",
    "ThirdParty": "Another product does this for us.",
    "AlternateMitigation": "Covered in another way.",
    "Reviewed": "Looked at.",
}
"""What an administrator typed into the portal, by state."""

Json = dict[str, Any]


def has_report(day: date) -> bool:
    """Whether Graph ever had a report for a day."""
    return FIRST_DAY <= day <= LAST_DAY and day not in MISSING_DAYS


def report_days() -> tuple[date, ...]:
    """Every day with a report, oldest first."""
    span = (LAST_DAY - FIRST_DAY).days + 1
    return tuple(day for offset in range(span) if has_report(day := FIRST_DAY + timedelta(days=offset)))


class Tenant:
    """The sample tenant: `secure_score` and `profiles` answer for any day, always the same."""

    def __init__(self, catalogue: Mapping[str, Any], story: Mapping[str, Mapping[str, Any]]) -> None:
        """From the content of the two files; raises ValueError where the story names unknown ids."""
        self.identifier: str = catalogue["tenant"]
        """The tenant's id: well-formed and clearly invented."""
        self._populations = catalogue["populations"]
        self._entries: list[Json] = sorted(catalogue["recommendations"], key=lambda entry: entry["id"].casefold())
        self._story = story
        unknown = sorted(set(story) - {entry["id"] for entry in self._entries})
        if unknown:
            raise ValueError(f"story.json names ids that catalogue.json lacks: {', '.join(unknown)}")

    @classmethod
    def load(cls) -> Tenant:
        """The tenant as shipped with this package."""
        folder = files("secure_score_backlog.sample")
        catalogue = msgspec.json.decode(folder.joinpath("catalogue.json").read_bytes())
        story = msgspec.json.decode(folder.joinpath("story.json").read_bytes())
        return cls(catalogue, story)

    @cached_property
    def _measures(self) -> dict[str, Measure]:
        """How each recommendation is measured, by id."""
        return {
            entry["id"]: Measure.of(entry, self._story.get(entry["id"], {}), self._populations)
            for entry in self._entries
        }

    @cached_property
    def _in_report_order(self) -> list[Json]:
        """Entries in the order of `controlScores`: by service, then in a fixed arbitrary order."""
        return sorted(self._entries, key=lambda entry: (digest(entry["profile"]["service"]), digest(entry["id"])))

    def secure_score(self, day: date, complete: bool = True) -> Json | None:
        """Graph's `secureScore` of a day; None where Graph has no report.

        Graph gives a day in full (`complete`) while it is the newest; asked later, it leaves out texts and counts.
        """
        if not has_report(day):
            return None
        measured = [(entry, found) for entry in self._in_report_order if (found := self._measures[entry["id"]].on(day))]
        return {
            "id": f"{self.identifier}_{day}",
            "azureTenantId": self.identifier,
            "activeUserCount": active_users(day, step(self._populations["users"], day)),
            "createdDateTime": f"{day}T00:00:00Z",
            "currentScore": number(sum((found.score for _, found in measured), Decimal(0))),
            "enabledServices": services(day),
            "licensedUserCount": 0,
            "maxScore": number(sum((found.maximum for _, found in measured), Decimal(0))),
            "vendorInformation": dict(VENDOR),
            "averageComparativeScores": comparison(day),
            "controlScores": [control_score(entry, found, day, complete=complete) for entry, found in measured],
        }

    def profiles(self, day: date) -> list[Json]:
        """Graph's `secureScoreControlProfiles` as of a day, in Graph's order: by id, ignoring case."""
        return [
            self._profile(entry, day)
            for entry in self._entries
            if within(self._story.get(entry["id"], {}).get("profile"), day)
        ]

    def _profile(self, entry: Json, day: date) -> Json:
        """One profile with the maximum, category and portal statuses of the day."""
        fixed = entry["profile"]
        return {
            "id": entry["id"],
            "azureTenantId": self.identifier,
            "actionType": fixed["actionType"],
            "actionUrl": fixed["actionUrl"].replace("{tenant}", self.identifier),
            "controlCategory": category(entry, day),
            "title": fixed["title"],
            "deprecated": fixed["deprecated"],
            "implementationCost": fixed["implementationCost"],
            "lastModifiedDateTime": None,
            "maxScore": number(Decimal(step(self._measures[entry["id"]].maximum, day))),
            "rank": fixed["rank"],
            "remediation": fixed["remediation"],
            "remediationImpact": fixed["remediationImpact"],
            "service": fixed["service"],
            "threats": list(fixed["threats"]),
            "tier": fixed["tier"],
            "userImpact": fixed["userImpact"],
            "vendorInformation": dict(VENDOR),
            "complianceInformation": [],
            "controlStateUpdates": self._updates(entry["id"], day),
        }

    def _updates(self, identifier: str, day: date) -> list[Json]:
        """Portal statuses up to a day, oldest first. They name people, so that a collection has names to leave out."""
        marks = self._story.get(identifier, {}).get("portal", [])
        known = [mark for mark in marks if mark[0] <= day.isoformat()]
        return [dict(UNTOUCHED)] + [
            {
                "assignedTo": "security@harbour.example",
                "comment": COMMENTS[state],
                "state": state,
                "updatedBy": "admin@harbour.example",
                "updatedDateTime": f"{since}T{8 + digest(identifier + since) % 9:02}:14:07Z",
            }
            for since, state in known
        ]


def category(entry: Json, day: date) -> str:
    """The category of a day: Microsoft moved the `aad_` recommendations to Identity in July 2026."""
    moved: str | None = step(entry.get("category", []), day)
    return moved or entry["profile"]["controlCategory"]


def control_score(entry: Json, measured: Measured, day: date, *, complete: bool) -> Json:
    """One item of `controlScores`, in full or as an older day shows it."""
    item: Json = {
        "controlCategory": category(entry, day),
        "controlName": entry["id"],
        "description": entry["description"] if complete else None,
        "score": number(measured.score),
    }
    if not complete:
        return item | {
            "implementationStatus": blank_status(entry),
            "scoreInPercentage": number(measured.percent),
        }
    item["lastSynced"] = last_synced(entry["profile"]["service"], day)
    item["implementationStatus"] = status(entry, measured)
    if measured.count is not None:
        item["count"] = str(measured.count)
    if measured.total is not None:
        item["total"] = str(measured.total)
    if measured.count is None and entry["measure"] == "flag":
        item["on"] = "true" if measured.score >= measured.maximum else "false"
    item["scoreInPercentage"] = number(measured.percent)
    return item


def status(entry: Json, measured: Measured) -> str:
    """`implementationStatus` of the newest day: the text of its state with the numbers filled in."""
    count, total = measured.count or 0, measured.total or 0
    text: str = entry["status"][measured.state]
    return text.format(count=count, total=total, missing=total - count, percent=number(measured.percent))


def blank_status(entry: Json) -> str:
    """`implementationStatus` of an older day, which Graph rebuilds without the numbers."""
    text: str = entry["status"]["open"]
    blank = "0" if "{total}" in text else ""
    return text.format(count=blank, total="0", missing="0", percent="0")
