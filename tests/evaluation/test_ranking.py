# SPDX-License-Identifier: Apache-2.0
"""The order by risk: points, effort and user impact are not in the key."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.decisions.model import Bucket
from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.evaluation.reminders import decisions_needed
from secure_score_backlog.evaluation.tasks import tasks
from secure_score_backlog.ratings import Risk
from secure_score_backlog.settings import Settings
from secure_score_backlog.snapshots.model import Recommendation
from tests.support.tenants import day, decision, history, versions, workspace

LEVELS = Settings(risk={"A": Risk.LOW, "B": Risk.CRITICAL, "C": Risk.HIGH, "D": Risk.HIGH, "E": Risk.HIGH})


def test_level_then_open_share_then_days_then_id() -> None:
    """Each part of the key decides where the ones before it tie."""
    measured = history(
        {"A": (0, 10), "B": (9, 10), "C": (10, 10), "D": (0, 10), "E": (0, 10), "X": (0, 10)},
        {"A": (0, 10), "B": (9, 10), "C": (0, 10), "D": (0, 10), "E": (5, 10), "X": (0, 10)},
    )
    facts = evaluate(workspace(measured, settings=LEVELS), day(2))
    assert [status.id for status in facts.ranked] == ["B", "D", "C", "E", "A"]
    assert [status.id for status in facts.unrated] == ["X"]
    assert facts.counts["unrated"] == 1


def test_connected_apps_come_last_among_equals_only() -> None:
    """Level, open share and age come first; between equals, Microsoft's own services, in whatever case Graph writes."""
    level = Settings(risk={**dict.fromkeys("ABDE", Risk.HIGH), "C": Risk.CRITICAL})
    services = {"A": " mda_Google ", "B": "MDA_GitHub", "C": "MDA_Zoom", "D": "AzureAD", "E": "MDA_"}
    catalogue = [Recommendation(name, name, service=service) for name, service in services.items()]
    measured = history({"A": (0, 10), "B": (0, 10), "C": (5, 10), "D": (0, 10), "E": (0, 10)})
    facts = evaluate(workspace(measured, catalogued=catalogue, settings=level), day(1))
    assert [status.id for status in facts.ranked] == ["C", "D", "E", "A", "B"]
    needed = Settings(risk=dict.fromkeys("ABDE", Risk.CRITICAL))
    facts = evaluate(workspace(measured, catalogued=catalogue, settings=needed), day(1))
    assert [each.status.id for each in decisions_needed(facts)] == ["D", "E", "A", "B"]
    assert [task.status.id for task in tasks(facts)] == ["D", "E", "A", "B"]


def test_what_is_accepted_covered_or_done_is_not_ranked_and_a_claim_is() -> None:
    """An acceptance in force takes it off the list; a claim without a decision does not."""
    measured = history({"A": (0, 10), "B": (0, 10), "C": (10, 10), "D": (10, 10, "ThirdParty")})
    decided = {
        "A": versions((1, decision("A", Bucket.ACCEPT))),
        "B": versions((1, decision("B", Bucket.NOT_APPLICABLE))),
    }
    facts = evaluate(workspace(measured, decided, settings=LEVELS), day(1))
    assert [(status.id, status.open_share) for status in facts.ranked] == [("D", Fraction(1))]


efforts = st.sampled_from(["none", "low", "moderate", "high"])


@given(st.lists(st.tuples(st.integers(1, 90), efforts), min_size=5, max_size=5))
def test_points_effort_and_impact_do_not_move_the_ranking(weights: list[tuple[int, str]]) -> None:
    """The same shares with any points, effort and user impact give the same order."""
    names = "ABCDE"
    shares = {"A": Fraction(1, 2), "B": Fraction(0), "C": Fraction(1, 4), "D": Fraction(0), "E": Fraction(0)}

    def order(chosen: list[tuple[int, str]]) -> list[str]:
        measured = history(
            {
                name: (int(shares[name] * points * 4), points * 4)
                for name, (points, _) in zip(names, chosen, strict=True)
            }
        )
        catalogue = [
            replace(Recommendation(name, name), cost=effort, user_impact=effort)
            for name, (points, effort) in zip(names, chosen, strict=True)
        ]
        return [s.id for s in evaluate(workspace(measured, catalogued=catalogue, settings=LEVELS), day(1)).ranked]

    assert order(weights) == order([(1, "low")] * 5) == ["B", "D", "E", "C", "A"]


def test_the_order_by_points_and_effort() -> None:
    """Most points first, then the least effort."""
    measured = history({"A": (0, 3), "B": (0, 9), "C": (0, 9)})
    catalogue = [Recommendation("A", "A"), Recommendation("B", "B", cost="high"), Recommendation("C", "C", cost="low")]
    facts = evaluate(workspace(measured, catalogued=catalogue), day(1))
    assert [status.id for status in facts.by_points] == ["C", "B", "A"]


def test_the_five_by_points_are_eligible_and_have_unearned_points() -> None:
    """Accepted and claimed ones are left out; half a point is enough."""
    measured = history(
        {
            "accepted": (0, 9), "claimed": (9, 9, "ThirdParty"), "done": (9, 9),
            "A": (0, 1), "B": (1, "1.5"), "C": (0, "1.25"), "D": (0, 2),
        }
    )  # fmt: skip
    decided = {"accepted": versions((1, decision("accepted", Bucket.ACCEPT)))}
    facts = evaluate(workspace(measured, decided), day(1))
    assert [status.id for status in facts.by_points] == ["D", "C", "A", "B"]
    six = evaluate(workspace(history(dict.fromkeys("FEDCBA", (0, 1)))), day(1))
    assert [status.id for status in six.by_points] == ["A", "B", "C", "D", "E"]
