# SPDX-License-Identifier: Apache-2.0
"""How numbers, days and states are written."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from secure_score_backlog import wording


def test_numbers_are_written_one_way() -> None:
    """Half up, thin space, true minus, no needless zeros."""
    assert wording.number(Fraction("12345.5")) == "12\u202f346"
    assert [wording.points(value) for value in (12, 0)] == ["12", "0"]
    assert wording.points(Fraction(49, 4)) == "12.25"
    assert wording.points(100) == "100"
    assert [wording.point_count(value) for value in (1, Fraction(5, 2))] == ["1\u00a0point", "2.5\u00a0points"]
    assert [wording.signed(value) for value in (3, -2, 0, Fraction(-1, 1000))] == ["+3", "\u22122", "0", "0"]
    assert wording.percent(Fraction(1, 3)) == "0.3\u00a0%"
    assert wording.share(Fraction(1, 2)) == "50\u00a0%"
    assert wording.percent(None) == "unknown"
    assert wording.day(date(2026, 3, 1)) == "1\u00a0March\u00a02026"
    assert [wording.month(value) for value in ("2026-10", date(2026, 1, 31))] == ["October 2026", "January 2026"]
    assert [wording.count(value, "day") for value in (1, 2)] == ["1\u00a0day", "2\u00a0days"]
    assert wording.badge_of("something-new").label == "Something new"


def test_a_change_of_points_has_its_noun() -> None:
    """One point up or down is singular."""
    assert [wording.signed_points(value) for value in (1, -1, 2, Fraction(5, 2), 0)] == [
        "+1\u00a0point", "\u22121\u00a0point", "+2\u00a0points", "+2.5\u00a0points", "0\u00a0points"
    ]  # fmt: skip


def test_within_a_sentence_names_keep_their_capital() -> None:
    """Names and abbreviations do; a common word begins with a small letter."""
    texts = ("The pull request", "GitHub recorded it", "Git keeps it", "MFA is on", "Microsoft's date", "")
    assert [wording.lower_first(text) for text in texts] == ["the pull request", *texts[1:]]
