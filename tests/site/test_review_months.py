# SPDX-License-Identifier: Apache-2.0
"""The lists that the page of a month shows."""

from __future__ import annotations

from secure_score_backlog.site.pages.reviews import Month


def test_what_needs_a_new_decision_is_listed_once() -> None:
    """Ended acceptances and covers, and planned changes that were done and regressed, by title."""
    facts = {
        "register": [
            {"recommendation": "A", "state": "expired"},
            {"recommendation": "B", "state": "moot"},
            {"recommendation": "C", "state": "moot"},
            {"recommendation": "D", "state": "active"},
        ],
        "covered": [{"recommendation": "E", "state": "breached"}],
        "states": {"B": "regressed", "C": "done", "D": "accepted", "Y": "regressed", "X": "regressed", "Z": "overdue"},
        "texts": {"X": {"title": "zebra"}, "Y": {"title": "Ant"}},
    }
    month = Month(facts)
    assert [entry["recommendation"] for entry in month.ended] == ["A", "B", "E"]
    assert month.regressed_plans == ["Y", "X"]
    assert Month({"register": []}).regressed_plans == []
