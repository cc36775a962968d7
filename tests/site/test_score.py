# SPDX-License-Identifier: Apache-2.0
"""The page of the score: what is known of each line of the movement, and since when Microsoft changed something."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.site.pages import score
from tests.support.pages import Read, evaluated
from tests.support.tenants import acceptance, day, decision, history, versions, workspace

BEFORE = {"Lost": (8, 10), "Breached": (5, 10), "Again": (10, 10), "Gained": (2, 10), "Weighed": (4, 8)}
AFTER = {"Lost": (4, 10), "Breached": (2, 10), "Again": (6, 10), "Gained": (10, 10), "Weighed": (5, 10)}


def notes(page: Read, part: str) -> dict[str, str]:
    """The note of each line of a part of the movement, by recommendation."""
    found = (row.split(" ", 2) for row in page.rows(f"moved-{part}"))
    return {name: note for name, _, note in found}


def test_a_line_says_what_happened() -> None:
    """What was done on both days, and what became of it when; nothing of a decision that explains nothing."""
    decided = {
        "Breached": versions((1, decision("Breached", Bucket.ACCEPT, accepted=acceptance(share=Fraction(1, 2))))),
        "Again": versions((1, decision("Again"))),
        "Lost": versions((1, decision("Lost"))),
    }
    measured = history(*[BEFORE] * 32, *[AFTER] * 3)
    page = Read(evaluated(workspace(measured, decided), date(2026, 11, 4)), score.documents)
    assert notes(page, "regressed") == {
        "Lost": "split unknown; 80 % → 40 % achieved; lost on 2 November 2026",
        "Breached": "split unknown; 50 % → 20 % achieved; breached on 2 November 2026",
        "Again": "split unknown; 100 % → 60 % achieved; done, on 1 October 2026; regressed on 2 November 2026",
    }
    assert notes(page, "improved") == {"Gained": "split unknown; 20 % → 100 % achieved; completed on 2 November 2026"}
    assert notes(page, "rescored") == {"Weighed": "re-weighted by Microsoft, from 8 points to 10 points"}
    assert "What Microsoft changed since 31 October 2026" in page.source.replace("\u00a0", " ")


def test_nothing_changed_since_a_day() -> None:
    """The day is said there, too; a first day has nothing to compare with, and says no day."""
    same = Read(evaluated(workspace(history(*[BEFORE] * 33)), date(2026, 11, 2)), score.documents)
    assert "No recommendation was added, retired or re-weighted since 31 October 2026." in same.sections["microsoft"]
    first = Read(evaluated(workspace(history(BEFORE)), day(1)), score.documents)
    assert "What Microsoft changed {" in first.source
    assert "No change is known" in first.sections["microsoft"]
