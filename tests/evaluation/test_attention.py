# SPDX-License-Identifier: Apache-2.0
"""What needs attention: shadow acceptances, activity, and the day on which something becomes stale."""

from __future__ import annotations

from fractions import Fraction

import pytest

from secure_score_backlog.decisions.model import Bucket, Decision
from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.evaluation.status import has_changed, status_of
from secure_score_backlog.settings import Settings
from secure_score_backlog.snapshots.model import Observation
from tests.support.tenants import blocked, day, decision, history, versions, workspace

OPEN = {"A": (2, 8)}
DONE = {"A": (8, 8)}
Seen = tuple[str, int | None, str | None]


def seen(points: str, maximum: int | None, portal: str | None = None) -> Observation:
    """An observation in one line."""
    return Observation(Fraction(points), None if maximum is None else Fraction(maximum), portal)


@pytest.mark.parametrize(
    ("answer", "says"),
    [(decision(draft=True), "a draft"), (decision(), "do-now"), (decision(bucket=Bucket.DO_SOON), "do-soon")],
)
def test_a_shadow_acceptance_names_the_decision(answer: Decision, says: str) -> None:
    """A draft is called a draft, whatever its bucket."""
    measured = history({"A": (0, 5, "Ignored")})
    facts = evaluate(workspace(measured, {"A": versions((1, answer))}), day(1))
    assert [item.decision_word for item in facts.shadow] == [says]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (("8", 8, None), ("8", 8, "ThirdParty"), True),
        (("8", 8, "AlternateMitigation"), ("8", 8, None), True),
        (("8", 8, "ThirdParty"), ("8", 8, "AlternateMitigation"), False),
        (("8", None, None), ("8", None, None), False),
        (("8", None, None), ("8", 8, None), False),
        (("7", None, None), ("8", 8, None), True),
        (("0", 0, None), ("0", 8, None), False),
        (("1", -1, None), ("2", 5, None), True),
        (("1", -1, None), ("1", 5, None), False),
        (("2", 5, None), ("2", -1, None), False),
        (("2.00", 8, None), ("2.01", 8, None), True),
        (("2.01", 8, None), ("2.00", 8, None), True),
        (("2.000", 8, None), ("2.009", 8, None), False),
        (("0.33", 1, None), ("0.70", 2, None), True),  # 0.04 beyond the share kept; 0.015 is rounding
        (("0.33", 1, None), ("0.675", 2, None), False),  # 0.015: no more than rounding
        (("0.33", 1, None), ("1.01", 3, None), False),  # 0.02: no more than rounding
        (("0.33", 1, None), ("0.97", 3, None), False),
        (("0.33", 1, None), ("1.02", 3, None), True),
        (("1.02", 3, None), ("0.35", 1, None), True),  # 0.01, and 0.0067 is rounding
    ],
)
def test_what_counts_as_activity(before: Seen, after: Seen, expected: bool) -> None:
    """A claim that is made or withdrawn, or a change beyond the rounding of both days."""
    assert has_changed(seen(*before), seen(*after)) is expected


@pytest.mark.parametrize(
    ("as_of", "since"),
    [(1, None), (2, 2), (3, 2), (4, 4), (5, 4), (6, 4), (7, 7)],
)
def test_the_last_activity_up_to_a_day(as_of: int, since: int | None) -> None:
    """A change on the day itself counts, a later one does not; before the first score there is none."""
    measured = history({"B": (1, 1)}, OPEN, OPEN, {"A": (3, 8)}, {"A": (3, 8)}, {"A": (3, 8)}, OPEN)
    known = workspace(measured, catalogued=["A", "B"])
    found = status_of(known, "A", day(as_of)).last_activity
    assert found == (None if since is None else day(since))


def test_a_committed_decision_is_activity() -> None:
    """What was never scored has no activity, with or without a decision."""
    measured = history(OPEN)
    known = workspace(measured, {"A": versions((3, decision())), "X": versions((1, decision("X")))})
    assert status_of(known, "A", day(5)).last_activity == day(3)
    assert status_of(known, "X", day(5)).last_activity is None


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, "ownerless"),
        (decision(owner=""), "ownerless"),
        (decision(), "planned"),
        (decision(due=day(1)), "planned"),
        (decision(blocked=blocked()), "blocked"),
        (decision(bucket=Bucket.ACCEPT), "rejected"),
        (decision(bucket=Bucket.NOT_APPLICABLE), "rejected"),
    ],
)
def test_why_there_is_no_activity(answer: Decision | None, why: str) -> None:
    """Blocked and rejected come before the owner; with an owner it is planned."""
    decided = {"A": versions((1, answer))} if answer else {}
    assert status_of(workspace(history(OPEN), decided), "A", day(2)).stale_reason == why


@pytest.mark.parametrize(("as_of", "found"), [(92, []), (93, ["B"]), (94, ["B"])])
def test_stale_on_the_very_day_and_only_what_is_open(as_of: int, found: list[str]) -> None:
    """Open since 1 October: stale on 1 January; what is done is never stale."""
    measured = history({"A": (8, 8), "B": (2, 8), "C": (1, 1)})
    facts = evaluate(workspace(measured, settings=Settings(stale_months=3)), day(as_of))
    assert [item.id for item in facts.stale] == found
    assert [item.last_activity for item in facts.stale] == [day(1)] * len(found)


def test_the_longest_without_activity_comes_first() -> None:
    """Then by id."""
    measured = history({"B": (0, 1), "C": (0, 1)}, {"A": (0, 1), "B": (0, 1), "C": (0, 1)})
    facts = evaluate(workspace(measured, settings=Settings(stale_months=1)), day(60))
    assert [item.id for item in facts.stale] == ["B", "C", "A"]
