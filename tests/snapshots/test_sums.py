# SPDX-License-Identifier: Apache-2.0
"""Sums of a day against Graph's totals: what rounding allows, and what cannot be compared."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from secure_score_backlog.snapshots import checks
from tests.support.graph_items import DAY, control, score


@pytest.mark.parametrize(
    ("points", "stated", "told"),
    [
        (["3.33", "3.33"], "6.67", False),  # both and the total may be half a cent off
        (["3.33", "3.33"], "6.674", False),
        (["3.33", "3.33"], "6.675", False),
        (["3.33", "3.33"], "6.676", True),
        (["3.33", "3.33"], "6.64", True),
        (["3", "3"], "6.01", True),
        (["3", "3"], "6.005", False),
        (["3", "3"], "6", False),
        (["3", "3"], "5", True),
        ([], "5", False),
        ([None, "5"], "5", False),
        ([None], "5", False),
    ],
)
def test_sums_within_what_rounding_allows(points: list[Any], stated: str, told: bool) -> None:
    """Half a cent for every figure that is not whole, and nothing for those that are."""
    controls = [control(f"c{number}", value) for number, value in enumerate(points)]
    stored = {"maximum": {}, "secureScore": score(DAY, controls, currentScore=stated, maxScore=Decimal(10))}
    codes = [finding.code for finding in checks.snapshot_findings(DAY, stored, None)]
    assert ("snapshot-sum-differs" in codes) is told


@pytest.mark.parametrize(
    ("maxima", "stated", "told"),
    [
        ([10, 10], 20, False),
        ([10, 10], 21, True),
        ([10, 10], 19, True),
        ([10, None], 20, False),
        ([10, None], 10, False),
        ([10, None], 9, True),
        ([None, None], 9, False),
        ([], 9, False),
    ],
)
def test_maxima_of_which_some_are_unknown(maxima: list[int | None], stated: int, told: bool) -> None:
    """Unknown maxima may make up for what is missing, never for what is too much."""
    entries = {str(number): [None if value is None else Decimal(value), None] for number, value in enumerate(maxima)}
    stored = {"maximum": entries, "secureScore": score(DAY, [control("a")], maxScore=Decimal(stated))}
    codes = [finding.code for finding in checks.snapshot_findings(DAY, stored, None)]
    assert ("snapshot-maximum-differs" in codes) is told


def test_what_stands_twice_explains_a_sum() -> None:
    """Where a recommendation is scored twice, sums that differ are not told again; what is missing still is."""
    twice = score(DAY, [control("a"), control("a")], currentScore=Decimal(5), maxScore=None)
    found = checks.snapshot_findings(DAY, {"maximum": {}, "secureScore": twice}, None)
    assert [finding.code for finding in found] == ["snapshot-control-twice", "snapshot-no-maximum"]
