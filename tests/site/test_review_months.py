# SPDX-License-Identifier: Apache-2.0
"""The lists that the page of a month shows."""

from __future__ import annotations

from secure_score_backlog.site.pages.reviews import Month


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
