# SPDX-License-Identifier: Apache-2.0
"""What the page of a month asks of its plain facts."""

from __future__ import annotations

from secure_score_backlog.site.pages.reviews import Month


def test_what_needs_a_new_answer_is_told_once() -> None:
    """Ended acceptances by their own end; a plan that was done and lost needs an answer as well, by title."""
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
    assert [entry["recommendation"] for entry in month.unanswered] == ["A", "B", "E"]
    assert month.lost_plans == ["Y", "X"]
    assert Month({"register": []}).lost_plans == []
