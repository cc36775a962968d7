# SPDX-License-Identifier: Apache-2.0
"""The sample tenant answers like Graph: the same every time, with sums that add up and with Graph's oddities."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from secure_score_backlog.sample.measurements import Measure, number, rounded, step
from secure_score_backlog.sample.tenant import (
    FIRST_DAY,
    LAST_DAY,
    Tenant,
    control_score,
    has_report,
    report_days,
)
from tests.support.simulated_graph import to_json

EVERY_TENTH = report_days()[::10]
MEETINGS, INTUNE = date(2026, 3, 16), date(2026, 5, 18)
GOOGLE = "11770.MDA_Google_EnableTwoFactorAuth"


@pytest.fixture(scope="module")
def tenant() -> Tenant:
    """The tenant as shipped."""
    return Tenant.load()


def scored(tenant: Tenant, day: date, *, complete: bool = True) -> dict[str, dict[str, Any]]:
    """The items of `controlScores` by id."""
    score = tenant.secure_score(day, complete=complete)
    assert score is not None
    return {item["controlName"]: item for item in score["controlScores"]}


def listed(tenant: Tenant, day: date) -> dict[str, dict[str, Any]]:
    """The profiles by id."""
    return {profile["id"]: profile for profile in tenant.profiles(day)}


def test_two_loads_give_the_same_bytes(tenant: Tenant) -> None:
    """Nothing but the day and the two files decides: a second load answers byte for byte the same."""
    other = Tenant.load()
    for day in (FIRST_DAY, date(2026, 2, 11), LAST_DAY):
        assert to_json(other.secure_score(day)) == to_json(tenant.secure_score(day))
        assert to_json(other.profiles(day)) == to_json(tenant.profiles(day))


def test_days_without_a_report() -> None:
    """Graph had none on 2026-01-17, and none outside of the fifteen months."""
    tenant = Tenant.load()
    silent = [date(2026, 1, 17), FIRST_DAY - timedelta(days=1), LAST_DAY + timedelta(days=1)]
    assert [tenant.secure_score(day) for day in silent] == [None, None, None]
    assert not any(day in report_days() for day in silent)
    assert len(report_days()) == (LAST_DAY - FIRST_DAY).days


@pytest.mark.parametrize("day", EVERY_TENTH, ids=str)
def test_sums_and_percentages_hold(tenant: Tenant, day: date) -> None:
    """The sums are currentScore and maxScore, and a score follows from its percentage."""
    score = tenant.secure_score(day)
    assert score is not None
    profiles, items = listed(tenant, day), score["controlScores"]
    maxima = {**{name: profile["maxScore"] for name, profile in profiles.items()}, "mip_purviewlabelconsent": 1}
    assert score["currentScore"] == sum(Decimal(item["score"]) for item in items)
    assert score["maxScore"] == sum(Decimal(maxima[item["controlName"]]) for item in items)
    assert len({item["controlName"] for item in items}) == len(items)
    for item in items:
        maximum = maxima[item["controlName"]]
        assert 0 <= item["score"] <= maximum
        assert rounded_percent(item["score"], maximum) == item["scoreInPercentage"]


def rounded_percent(score: int | Decimal, maximum: int | Decimal) -> Decimal:
    """Points in percent, two decimals half up, worked out with decimals only."""
    return (Decimal(score) * 100 / Decimal(maximum)).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")


@pytest.mark.parametrize("day", EVERY_TENTH[::9], ids=str)
def test_numbers_are_written_plainly(tenant: Tenant, day: date) -> None:
    """No binary float anywhere, no exponent, no trailing zero: 7.83, 100, never 7.830000000000001."""
    text = to_json([tenant.secure_score(day), tenant.profiles(day)]).decode()
    numbers = re.findall(r'":(-?[0-9][0-9.eE+-]*)', text)
    assert len(numbers) > 400
    assert [number for number in numbers if not re.fullmatch(r"-?(0|[1-9]\d*)(\.\d?[1-9])?", number)] == []


def test_newest_day_in_full(tenant: Tenant) -> None:
    """The newest day has descriptions, times and counts, the latter as texts."""
    items = scored(tenant, LAST_DAY)
    assert all(item["description"] and item["lastSynced"].endswith("Z") for item in items.values())
    assert all(item["lastSynced"][:10] <= LAST_DAY.isoformat() for item in items.values())
    disks, admins, switch, silent = (
        items[name] for name in ("scid_2090", "OneAdmin", "IntegratedApps", "exo_mailboxaudit")
    )
    assert (disks["count"], disks["total"]) == ("197", "211")
    assert "count" in admins
    assert "total" not in admins
    assert switch["on"] in ("true", "false")
    assert not {"on", "count", "total"} & set(silent)


@pytest.mark.parametrize("day", EVERY_TENTH[::9], ids=str)
def test_an_older_day_keeps_the_points_and_little_else(tenant: Tenant, day: date) -> None:
    """Asked later, Graph has no description, time or count, and a status rebuilt without numbers."""
    full, degraded = scored(tenant, day), scored(tenant, day, complete=False)
    assert list(full) == list(degraded)
    for name, item in degraded.items():
        assert item["description"] is None
        assert not {"lastSynced", "count", "total", "on"} & set(item)
        kept = ("controlCategory", "score", "scoreInPercentage")
        assert [item[key] for key in kept] == [full[name][key] for key in kept]
    assert degraded["BlockLegacyAuthentication"]["implementationStatus"].startswith("0 of 0 users")
    assert degraded["OneAdmin"]["implementationStatus"].startswith(" accounts")


def test_recommendations_appear_and_vanish(tenant: Tenant) -> None:
    """Five of Teams arrive in March, Google in July; three of Intune leave in May, scores and profiles alike."""
    for names, first, last in (
        ([name for name in scored(tenant, LAST_DAY) if name.startswith("meeting_")], MEETINGS, None),
        ([GOOGLE], date(2026, 7, 6), None),
        ([name for name in scored(tenant, FIRST_DAY) if name.startswith("intune_")], None, INTUNE),
    ):
        assert names
        for read in (scored, listed):
            if first:
                assert not set(names) & set(read(tenant, first - timedelta(days=1)))
                assert set(names) <= set(read(tenant, first))
            if last:
                assert set(names) <= set(read(tenant, last - timedelta(days=1)))
                assert not set(names) & set(read(tenant, last))


def test_the_two_endpoints_do_not_cover_the_same_set(tenant: Tenant) -> None:
    """Without a licence there is a profile and no score; and one score has no profile."""
    profiles, scores = set(listed(tenant, LAST_DAY)), set(scored(tenant, LAST_DAY))
    assert profiles - scores == {
        "aad_password_protection",
        "AATP_PwdLAPS",
        "MDA_Zoom_MFA",
        "mip_autosensitivitylabelspolicies",
    }
    assert scores - profiles == {"mip_purviewlabelconsent"}


def test_maxima_move(tenant: Tenant) -> None:
    """Microsoft re-weights: profile, maxScore and the score itself follow on the same day."""
    name, day = "mdo_safeattachments", date(2026, 10, 12)
    before, after = day - timedelta(days=1), day
    assert (listed(tenant, before)[name]["maxScore"], listed(tenant, after)[name]["maxScore"]) == (8, 9)
    assert (scored(tenant, before)[name]["score"], scored(tenant, after)[name]["score"]) == (8, 9)


def test_portal_marks_carry_names_to_be_dropped(tenant: Tenant) -> None:
    """Marks appear on their day behind the undated Default, with invented accounts in them."""
    name = "McasCutomActivityPolicy"
    states = [[mark["state"] for mark in listed(tenant, day)[name]["controlStateUpdates"]] for day in PORTAL_DAYS]
    assert states == [["Default"], ["Default", "ThirdParty"], ["Default", "ThirdParty", "Default"]]
    undated, claimed, _ = listed(tenant, LAST_DAY)[name]["controlStateUpdates"]
    assert undated == dict.fromkeys(undated, None) | {"state": "Default"}
    assert claimed["updatedBy"].endswith(".example")
    assert claimed["assignedTo"].endswith(".example")
    assert claimed["updatedDateTime"].startswith("2026-02-10T")


PORTAL_DAYS = (date(2026, 2, 9), date(2026, 2, 10), LAST_DAY)


def test_surroundings_change(tenant: Tenant) -> None:
    """A licence is bought, seats drift, the comparison fails for a week, categories move in July."""
    scores = {day: tenant.secure_score(day) or {} for day in report_days()}
    bought = [day for day in scores if "HasMDOP2" in scores[day]["enabledServices"]]
    assert bought[0] == date(2026, 3, 23)
    assert bought[-1] == LAST_DAY
    assert len({score["activeUserCount"] for score in scores.values()}) > 5
    assert {score["licensedUserCount"] for score in scores.values()} == {0}
    empty = [day for day in scores if not scores[day]["averageComparativeScores"]]
    failed = [
        day
        for day, score in scores.items()
        for item in score["averageComparativeScores"]
        if item["basis"] == "TotalSeats" and item["averageScore"] == -1
    ]
    assert failed + empty == [date(2026, 2, 9) + timedelta(days=offset) for offset in range(7)]
    seats = scores[LAST_DAY]["averageComparativeScores"][1]
    assert (seats["SeatSizeRangeLowerValue"], seats["SeatSizeRangeUpperValue"]) == ("101", "300")
    moved = {scored(tenant, day)["aad_third_party_apps"]["controlCategory"] for day in JULY}
    assert moved == {"Apps", "Identity"}


JULY = (date(2026, 6, 30), date(2026, 7, 1))


def test_the_tenant_gets_better(tenant: Tenant) -> None:
    """From about a third to more than half within the fifteen months: something to tell, nothing to boast of."""
    first, last = tenant.secure_score(FIRST_DAY) or {}, tenant.secure_score(LAST_DAY) or {}
    start, end = (100 * Decimal(score["currentScore"]) / score["maxScore"] for score in (first, last))
    assert 30 < start < 45
    assert 50 < end < 70
    assert end - start > 15


def test_catalogue_has_the_oddities_of_real_ones(tenant: Tenant) -> None:
    """Mixed case, nulls, blanks, ties, a placeholder that is no tag, sloppy HTML."""
    profiles = listed(tenant, LAST_DAY)
    values = list(profiles.values())
    assert len(values) == 118
    assert [profile["id"] for profile in values] == sorted(profiles, key=str.casefold)
    ratings = {profile[key] for profile in values for key in ("implementationCost", "userImpact")}
    assert {"Low", "low", "Medium", "Moderate", "moderate", "Unknown", "High", "high", None, "None"} <= ratings
    threats = [threat for profile in values for threat in profile["threats"]]
    assert {"Account breach", "Account Breach", "Password cracking", "Password Cracking"} <= set(threats)
    assert sum(profile["actionUrl"].startswith(" ") for profile in values) == 2
    assert sum(profile["actionUrl"].endswith(f"tid={tenant.identifier}") for profile in values) > 20
    assert not any("{tenant}" in profile["actionUrl"] for profile in values)
    remediation = " ".join(profile["remediation"] for profile in values)
    for oddity in ("<DomainName>", 'style="color', "href=https://", "\t", "<br>", "<span>"):
        assert oddity in remediation
    assert len({profile["rank"] for profile in values}) < len(values) / 3


def test_texts_are_specific_and_complete(tenant: Tenant) -> None:
    """Every recommendation has its own description and steps, and no status is left with a blank to fill."""
    items, profiles = scored(tenant, LAST_DAY), listed(tenant, LAST_DAY)
    descriptions = [item["description"] for item in items.values()]
    assert len(set(descriptions)) == len(descriptions)
    for name, profile in profiles.items():
        words = [re.sub(r"<[^>]+>", " ", profile[key]).split() for key in ("remediation", "remediationImpact")]
        assert len(words[0]) >= 15, name
        assert words[1], name
    assert not [
        item["implementationStatus"] for item in items.values() if re.search("[{}]", item["implementationStatus"])
    ]
    disks = {scored(tenant, day)["scid_2090"]["implementationStatus"] for day in EVERY_TENTH[::9]}
    assert len(disks) > 3


def measure(**story: Any) -> Measure:
    """A measure of a made-up recommendation of nine points."""
    entry: Mapping[str, Any] = {"id": "made_up", "measure": "pair", "total": "users", "profile": {"maxScore": 9}}
    return Measure.of(entry, story, {"users": [["2026-01-01", 10], ["2026-02-01", 12]]})


def test_population_drifts() -> None:
    """Count is the share of a total that moves; the score follows the count, to two decimals."""
    made_up = measure(share=[["2026-01-01", "2/3"]])
    january, february = made_up.on(date(2026, 1, 31)), made_up.on(date(2026, 2, 1))
    assert january is not None
    assert february is not None
    assert (january.count, january.total, january.score) == (7, 10, Decimal("6.30"))
    assert (february.count, february.total, february.score) == (8, 12, Decimal("6.00"))
    assert (january.state, january.percent) == ("partial", Decimal("70.00"))


def test_nothing_is_measured_before_the_first_share_or_outside_of_the_span() -> None:
    """A share that starts later, or a span that ended (its last day is exclusive), gives no score."""
    late = measure(share=[["2026-02-01", "1"]])
    assert late.on(date(2026, 1, 31)) is None
    ended = measure(share=[["2026-01-01", "1"]], scored=["2026-01-01", "2026-02-01"])
    assert ended.on(date(2026, 1, 31)) is not None
    assert ended.on(date(2026, 2, 1)) is None


def test_small_numbers() -> None:
    """Steps hold from their day on; halves round up; whole numbers lose their decimals."""
    steps = [["2026-01-01", "a"], ["2026-03-01", "b"]]
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 2, 28), date(2026, 3, 1))
    assert [step(steps, day) for day in days] == [None, "a", "a", "b"]
    assert rounded(Fraction(1, 200)) == Decimal("0.01")
    assert [str(number(Decimal(text))) for text in ("8.00", "7.50", "0.00", "100")] == ["8", "7.5", "0", "100"]


def test_story_of_strangers_is_refused() -> None:
    """A story about an id that the catalogue lacks is an error, not a silence."""
    catalogue = {"tenant": "t", "populations": {}, "recommendations": []}
    with pytest.raises(ValueError, match="nobody"):
        Tenant(catalogue, {"nobody": {}})


def test_switch_says_on_only_when_in_full() -> None:
    """Half a switch is off: `on` is a text, and true only at full points."""
    entry = {
        "id": "made_up",
        "measure": "flag",
        "profile": {"maxScore": 4, "service": "SPO", "controlCategory": "Apps"},
        "description": "d",
        "status": {"done": "yes", "partial": "partly", "open": "no"},
    }
    told = []
    for share in ("1", "1/2", "0"):
        measured = Measure.of(entry, {"share": [["2026-01-01", share]]}, {}).on(LAST_DAY)
        assert measured is not None
        item = control_score(entry, measured, LAST_DAY, complete=True)
        told.append((item["on"], item["score"], item["implementationStatus"]))
    assert told == [("true", 4, "yes"), ("false", 2, "partly"), ("false", 0, "no")]


def test_every_report_day_has_a_report() -> None:
    """The list of days and the test for one day agree."""
    assert all(has_report(day) for day in report_days())
    assert report_days()[0] == FIRST_DAY
    assert report_days()[-1] == LAST_DAY
