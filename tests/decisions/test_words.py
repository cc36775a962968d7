# SPDX-License-Identifier: Apache-2.0
"""What a version of a decision changed, in a sentence or two."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest

from secure_score_backlog.decisions.model import (
    Acceptance,
    Ask,
    Attestation,
    Blockage,
    Blocker,
    Bucket,
    Cover,
    CoverReason,
    Decision,
    DecisionVersion,
)
from secure_score_backlog.decisions.words import words_of
from secure_score_backlog.git import Version
from secure_score_backlog.ratings import Risk

UNTIL, LATER = date(2027, 1, 31), date(2027, 6, 30)
ACCEPTANCE = Acceptance("A reason.", "CIO", UNTIL, share=Fraction(3, 5))
ACCEPT = Decision("A", Bucket.ACCEPT, Risk.HIGH, owner="Head of IT", accepted=ACCEPTANCE)
PLAN = Decision("A", Bucket.DO_SOON, Risk.HIGH, owner="Head of IT", due=UNTIL)
COVER = Decision(
    "A", Bucket.NOT_APPLICABLE, covered=Cover(CoverReason.THIRD_PARTY, "Gateway", "Its rules", "CIO", UNTIL)
)
ASK = Ask("leadership", UNTIL, "Fund it?")


def version(decision: Decision | None, blob: str | None = "b") -> DecisionVersion:
    """A version that says this; without a blob the file was deleted."""
    at = datetime(2026, 10, 1, 12, tzinfo=UTC)
    return DecisionVersion(Version("decisions/A.md", "c", at, "Author", "Subject", blob=blob), decision)


def words(before: Decision | None, after: Decision | None, blob: str | None = "b") -> str:
    """What changed from one to the other, with ordinary blanks."""
    previous = version(before) if before else None
    return words_of(previous, version(after, blob)).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, ACCEPT, "Decided: accept until 31 January 2027."),
        (None, PLAN, "Decided: do soon by 31 January 2027."),
        (None, COVER, "Decided: not applicable until 31 January 2027."),
        (None, replace(PLAN, draft=True), "A draft was written: do soon."),
        (replace(PLAN, draft=True), PLAN, "Decided: do soon by 31 January 2027."),
        (PLAN, ACCEPT, "New decision: accept until 31 January 2027, instead of do soon."),
        (PLAN, replace(PLAN, due=LATER), "New date: 30 June 2027, instead of 31 January 2027."),
        (PLAN, PLAN, "Amended; the decision itself is unchanged."),
        (PLAN, replace(PLAN, same_as="B"), "The decision was amended. Now the same as B."),
    ],
)
def test_the_most_important_change_comes_first(before: Decision | None, after: Decision, expected: str) -> None:
    """A first decision, another bucket, another date, or none of them."""
    assert words(before, after) == expected


def test_deleted_and_unreadable_versions() -> None:
    """Without a file the decision was withdrawn; with errors it could not be read."""
    assert words(PLAN, None, blob=None) == "The decision was withdrawn."
    assert words(PLAN, None) == "The decision could not be read."


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (LATER, "Renewed until 30 June 2027, instead of 31 January 2027."),
        (date(2026, 12, 1), "Shortened to 1 December 2026, instead of 31 January 2027."),
    ],
)
def test_another_last_day(until: date, expected: str) -> None:
    """Later is a renewal, earlier a shortening."""
    assert words(ACCEPT, replace(ACCEPT, accepted=replace(ACCEPTANCE, until=until))) == expected


PLANNED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {"owner": "CIO"}, "Owner now CIO, before Head of IT."),
    ({}, {"owner": ""}, "Owner now none, before Head of IT."),
    ({"risk": None}, {"risk": Risk.LOW}, "Risk now low, before not set here."),
    ({}, {"blocked": Blockage(Blocker.LICENSING, UNTIL)}, "Blocked by a missing licence."),
    ({"blocked": Blockage(Blocker.LICENSING, UNTIL)}, {"blocked": None}, "No longer blocked."),
    (
        {"blocked": Blockage(Blocker.LICENSING, UNTIL)},
        {"blocked": Blockage(Blocker.LICENSING, UNTIL, "Soon.")},
        "What blocks it was changed.",
    ),
    ({}, {"asks": (ASK,)}, "A decision was requested from leadership."),
    ({"asks": (ASK,)}, {"asks": ()}, "The request to leadership was removed."),
    ({"asks": (ASK,)}, {"asks": (replace(ASK, default="No."),)}, "A request was changed."),
    ({}, {"proof": "A log.", "body": "Text."}, "Fields changed: evidence that it stays in place, discussion."),
    ({}, {"owner": "CIO", "impact": "None."}, "Owner now CIO, before Head of IT; fields changed: impact."),
]


@pytest.mark.parametrize(("old", "new", "expected"), PLANNED)
def test_details_of_a_plan(old: dict[str, Any], new: dict[str, Any], expected: str) -> None:
    """Each other change is a phrase of a second sentence."""
    before = replace(PLAN, **old)
    assert words(before, replace(before, **new)) == f"Amended; the decision itself is unchanged. {expected}"


APPROVAL = Attestation("Board", UNTIL, "Minutes")


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ({"approver": "Board"}, "Approver now Board, before CIO."),
        ({"approval": APPROVAL}, "Approval outside GitHub stated: Board, 31 January 2027."),
        ({"share": Fraction(1, 2)}, "Accepted at 50 %, before at 60 %."),
        ({"rationale": "Another.", "compensating": ("A log",)}, "Fields changed: reason, compensating controls."),
    ],
)
def test_details_of_an_acceptance(new: dict[str, Any], expected: str) -> None:
    """Approver, attestation, share and texts."""
    changed = replace(ACCEPT, accepted=replace(ACCEPTANCE, **new))
    assert words(ACCEPT, changed) == f"The decision was amended. {expected}"


def test_details_of_a_cover() -> None:
    """The texts of the claim, by their names."""
    assert COVER.covered is not None
    changed = replace(COVER.covered, reason=CoverReason.ALTERNATE, by="Proxy", evidence="Its log")
    assert words(COVER, replace(COVER, covered=changed)) == (
        "The decision was amended. Fields changed: reason of the exemption, what covers it, evidence."
    )


def test_a_decision_that_no_longer_shares_answers() -> None:
    """Its own answers count again."""
    assert words(replace(PLAN, same_as="B"), PLAN) == (
        "The decision was amended. No longer the same as another decision."
    )
