# SPDX-License-Identifier: Apache-2.0
"""The lists that the page of a month shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from secure_score_backlog import wording
from secure_score_backlog.decisions.model import Blockage, Blocker, Bucket
from secure_score_backlog.site.pages.reviews import Month, documents
from secure_score_backlog.site.verdict import risk_change, totals
from tests.support.pages import Read, evaluated, words
from tests.support.tenants import decision, history, versions, workspace


def test_facts_signed_without_the_list_give_the_same_decisions() -> None:
    """From the register, the states and the requests: each once, with what is known of it."""
    facts = {
        "as_of": "2026-10-31",
        "register": [
            {
                "recommendation": "A",
                "state": "expired",
                "until": "2026-10-01",
                "owner": "IT",
                "risk": "high",
                "days_left": -30,
            },
            {"recommendation": "D", "state": "active", "until": "2026-12-01"},
        ],
        "covered": [{"recommendation": "E", "state": "breached", "until": "2027-01-01", "owner": "IT", "risk": "low"}],
        "states": {"A": "expired", "E": "breached", "D": "accepted", "X": "regressed", "Z": "overdue"},
        "texts": {"X": {"title": "zebra"}},
        "asks": [
            {"recommendation": "D", "from": "leadership", "question": "Now?", "by": "2026-11-10", "since": "2026-10-01"}
        ],
    }
    rows = Month(facts).needed
    assert [(row["kind"], row["recommendation"], row["title"]) for row in rows] == [
        ("expired", "A", "A"),
        ("breached", "E", "E"),
        ("regressed", "X", "zebra"),
        ("requested", "D", "D"),
    ]
    assert [row["by"] for row in rows] == ["2026-10-01", None, None, "2026-11-10"]
    assert rows[-1]["days_left"] == 10
    assert Month({"register": [], "asks": []}).needed == []


def test_the_signed_list_is_shown_as_it_was() -> None:
    """Whatever the other lists say."""
    signed = {"decisions_needed": [{"kind": "overdue", "recommendation": "A"}], "register": [], "asks": []}
    (row,) = Month(signed).needed
    assert (row["kind"], row["title"], row["leadership"]) == ("overdue", "A", None)


def test_what_ends_within_sixty_days() -> None:
    """In force, the sixtieth day included, the nearest first."""
    entries = [
        {"recommendation": "A", "state": "active", "until": "2027-04-01"},
        {"recommendation": "B", "state": "expiring", "until": "2027-02-01"},
        {"recommendation": "C", "state": "active", "until": "2027-04-02"},
        {"recommendation": "D", "state": "expired", "until": "2027-01-15"},
    ]
    month = Month({"as_of": "2027-01-31", "register": entries, "covered": []})
    assert [entry["recommendation"] for entry in month.ending] == ["B", "A"]


def test_what_changed_begins_with_what_became_worse() -> None:
    """Worse than accepted, regressed, other losses, and expired; then what was gained; then what was decided."""
    improved = [("F", 2.5), ("A", 3), ("H", 0.001), ("R", 1)]
    lines = [("G", "scope", 9), *((name, "improved", points) for name, points in improved)]
    ended = [("X", "expired", "2026-09-30"), ("Y", "expired", "2026-09-29"), ("Z", "active", "2026-10-20")]
    facts = {
        "as_of": "2026-10-31",
        "completed": [{"recommendation": "A", "how": "observed"}, {"recommendation": "B", "how": "claimed"}],
        "regressed": [
            {"recommendation": "R", "recovered": "2026-10-20"},
            {"recommendation": "S", "recovered": None},
            {"recommendation": "T", "recovered": None},
        ],
        "movement": {"lines": [dict(zip(("recommendation", "part", "points"), line, strict=True)) for line in lines]},
        "decided": ["D", "E"],
        "states": {"D": "planned", "E": "not-measured", "S": "regressed", "T": "breached"},
        "register": [{"recommendation": name, "state": state, "until": until} for name, state, until in ended],
        "covered": [{"recommendation": "W", "state": "expired", "until": "2026-10-03"}],
    }
    assert Month(facts).changes == [
        ("Worse than accepted", [("T", "")]),
        ("Regressed", [("S", "")]),
        ("Lost points", [("R", f"restored on {wording.day(date(2026, 10, 20))}")]),
        (
            "Expired",
            [
                (name, f"last day {wording.day(day)}")
                for name, day in (("X", date(2026, 9, 30)), ("W", date(2026, 10, 3)))
            ],
        ),
        ("Completed", [("A", "")]),
        ("Self-attested", [("B", "")]),
        ("Improved most", [("F", "+2.5")]),
        ("Decided, now planned", [("D", "")]),
        ("Decided, not measured by Microsoft", [("E", "")]),
    ]


def test_an_acceptance_is_no_improvement() -> None:
    """What is accepted or covered is no longer among the open ones, and the sentence says so."""

    def on(day: str, number: int, *entries: tuple[str, str]) -> dict[str, object]:
        register = [{"risk": risk, "state": state} for risk, state in entries]
        return {"as_of": day, "snapshot": {"date": day}, "open": {"high": number}, "register": register}

    def said(now: dict[str, object], before: dict[str, object] | None) -> str:
        return risk_change(now, before).replace("\N{NO-BREAK SPACE}", " ")

    before = on("2026-10-31", 26)
    assert said(on("2026-11-20", 25), before) == (
        "25 critical and high risks are open, 1 fewer than on 31 October 2026."
    )
    accepted = on("2026-11-20", 25, ("high", "active"), ("medium", "active"), ("critical", "expired"))
    assert said(accepted, before) == (
        "25 critical and high risks are open and neither accepted nor covered, 1 fewer than on 31 October 2026; "
        "1 is accepted or covered, 1 more than then."
    )
    assert said(accepted, {**accepted, "as_of": "2026-10-31"}) == (
        "25 critical and high risks are open and neither accepted nor covered, as many as on 31 October 2026."
    )
    covered = {**on("2026-11-20", 1), "covered": [{"risk": "high", "state": "expiring"}]}
    assert said(covered, None) == "1 critical or high risk is open and neither accepted nor covered."


def test_the_total_of_a_month_stands_beside_what_there_was_before() -> None:
    """Points and severe risks; without a month before neither, and without a score nothing."""
    day: dict[str, object] = {"as_of": "2026-10-31", "score": {"current": 10.5}, "movement": None}
    day |= {"open": {"high": 3}, "register": []}
    entry = {"risk": "high", "state": "active"}
    moved = {"from": "2026-10-31", "to": "2026-11-20", "points": {"total": 2.25}}
    now = {**day, "as_of": "2026-11-20", "score": {"current": 12.75}, "movement": moved, "open": {"critical": 4}}

    def said(now: Mapping[str, object], before: Mapping[str, object] | None) -> list[str]:
        return [text.replace("\N{NO-BREAK SPACE}", " ") for _, text in totals(now, before)]

    assert said({**now, "register": [entry]}, day) == [
        "12.75 (10.5 on 31 October 2026, +2.25)",
        "4 open (3 before); 1 accepted or covered (0 before)",
    ]
    same = {**now, "movement": {**moved, "points": {"total": 0}}, "open": {"high": 3}, "register": [entry]}
    assert said(same, {**day, "register": [entry]}) == [
        "12.75 (as on 31 October 2026)",
        "3 open (as before); 1 accepted or covered (as before)",
    ]
    assert said(day, None) == ["10.5", "3 open"]
    assert said({**day, "open": None}, day) == ["10.5"]
    assert said({**day, "score": None}, day) == []


def test_what_is_planned_without_a_score_says_so_and_what_blocks_it() -> None:
    """Among what was decided, by the state that it would have."""
    waits = decision("A", blocked=Blockage(Blocker.LICENSING, date(2026, 10, 2), "no seats"))
    known = {"A": waits, "B": decision("B"), "C": decision("C", Bucket.ACCEPT)}
    decided = {name: versions((2, each)) for name, each in known.items()}
    measured = workspace(history(*[{"X": (0, 4)}] * 3), decided, catalogued=["X", *known])
    page = Read(evaluated(measured, date(2026, 10, 6)), documents, "reviews/2026-10.md")
    said = page.sections["changed"]
    assert "Decided, now blocked: what it reduces (missing licence, not measured by Microsoft)" in said
    assert "Decided, now planned: what it reduces (not measured by Microsoft)" in said
    assert "Decided, now accepted: what it reduces (not measured by Microsoft)" in said


def test_months_before_the_last_twelve_are_folded_by_year() -> None:
    """A list of twelve; the earlier months of its last year and each older year on their own, folded."""
    facts = evaluated(workspace(history(*[{"A": (0, 4)}] * 2)), date(2028, 2, 10))
    (review,) = [each for each in facts.reviews if each.month == "2026-10"]
    months = [f"{year}-{month:02}" for year in (2028, 2027, 2026) for month in range(12, 0, -1)][10:30]
    many = tuple(replace(review, month=month, finished=False) for month in months)
    page = Read(replace(facts, reviews=many), documents)
    shown, *folded = page.source.split("<details data-backlog-fold>")
    assert shown.count("</a> <span") == 12
    assert [words(fold).split(" Months of")[0] for fold in folded] == ["Earlier months of 2027", "2026"]
    assert [fold.count("</a> <span") for fold in folded] == [2, 6]
