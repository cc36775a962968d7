# SPDX-License-Identifier: Apache-2.0
"""The ledger adds up to maxScore, whatever is decided; planned and achievable follow from it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.decisions.model import Blocker, Bucket, CoverReason, Decision
from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.evaluation.ledger import waits_for_licence
from tests.support.tenants import acceptance, blocked, cover, day, decision, history, stored, versions, workspace

ANSWERS: list[Decision | None] = [
    None,
    decision(),
    decision(due=day(1)),
    decision(bucket=Bucket.DO_SOON),
    decision(blocked=blocked(Blocker.LICENSING)),
    decision(bucket=Bucket.DO_SOON, blocked=blocked(Blocker.BUSINESS)),
    decision(bucket=Bucket.ACCEPT),
    decision(bucket=Bucket.ACCEPT, accepted=acceptance(until=day(1))),
    decision(bucket=Bucket.ACCEPT, accepted=acceptance(share=Fraction(3, 4))),
    decision(bucket=Bucket.NOT_APPLICABLE),
    decision(bucket=Bucket.NOT_APPLICABLE, covered=cover(reason=CoverReason.NOT_APPLICABLE)),
    decision(draft=True),
]


def test_every_part_holds_what_belongs_there() -> None:
    """One recommendation for each part, and a maximum that no recommendation explains."""
    scores = {
        "observed": (5, 5), "claimed": (4, 4, "ThirdParty"), "now": (1, 3), "soon": (0, 2), "accept": (2, 8),
        "licence": (0, 7), "covered": (0, 6), "open": (0, 9), "unknown": (1, None),
    }  # fmt: skip
    measured = history(stored(scores, maximum=50))
    decided = {
        "now": versions((1, decision("now"))),
        "soon": versions((1, decision("soon", Bucket.DO_SOON))),
        "accept": versions((1, decision("accept", Bucket.ACCEPT))),
        "licence": versions((1, decision("licence", blocked=blocked(Blocker.LICENSING)))),
        "covered": versions((1, decision("covered", Bucket.NOT_APPLICABLE))),
    }
    facts = evaluate(workspace(measured, decided), day(1))
    assert facts.ledger.parts() == {
        "observed": 9, "claimed": 4, "do-now": 2, "do-soon": 2, "accept": 6, "blocked": 7,
        "not-applicable": 6, "undecided": 9, "unexplained": 5,
    }  # fmt: skip
    assert facts.score is not None
    assert facts.score.planned == 13 + 2 + 2
    assert facts.score.achievable == 50 - 6 - 6 - 7


controls = st.dictionaries(
    st.sampled_from("ABCDEFGHIJ"),
    st.tuples(
        st.decimals(min_value=0, max_value=12, places=2, allow_nan=False),
        st.one_of(st.none(), st.integers(0, 10)),
        st.sampled_from([None, "Default", "Ignored", "ThirdParty"]),
    ),
)


@given(
    st.lists(controls, min_size=1, max_size=4),
    st.dictionaries(st.sampled_from("ABCDEFGHIJ"), st.sampled_from(ANSWERS)),
    st.one_of(st.none(), st.integers(0, 99)),
)
def test_the_ledger_adds_up_to_the_maximum(
    days: list[dict[str, tuple[object, ...]]], answers: dict[str, Decision | None], maximum: int | None
) -> None:
    """Random tenants, random answers: the parts add up exactly, and only `unexplained` may be negative."""
    measured = history(*days[:-1], stored(days[-1], maximum=maximum))
    decided = {identifier: versions((1, answer)) for identifier, answer in answers.items() if answer}
    ledger = evaluate(workspace(measured, decided), day(len(days))).ledger
    assert sum(ledger.parts().values()) == ledger.maximum == measured.days[-1].maximum
    assert all(value >= 0 for name, value in ledger.parts().items() if name != "unexplained")


def test_without_a_snapshot_there_is_nothing_to_add_up() -> None:
    """An empty tenant has an empty ledger and no score."""
    facts = evaluate(workspace(history()), day(1))
    assert facts.score is None
    assert set(facts.ledger.parts().values()) == {0}


def test_what_is_not_scored_hides_nothing() -> None:
    """The first one was not measured that day; those after it are added up."""
    measured = history({"B": (1, 4), "C": (2, 2)})
    ledger = evaluate(workspace(measured, catalogued=["A", "B", "C"]), day(1)).ledger
    assert {name: value for name, value in ledger.parts().items() if value} == {"observed": 3, "undecided": 3}


def test_the_figures_of_the_day_are_graphs_own() -> None:
    """Score, maximum and averages as Graph gave them, whatever the recommendations add up to; 13 of 52 are 25 %."""
    averages = [{"basis": "AllTenants", "averageScore": "48.98"}, {"basis": "TotalSeats", "averageScore": -1}]
    said = stored({"A": (1, 2)}, 13, 52, averageComparativeScores=averages)
    score = evaluate(workspace(history(said)), day(1)).score
    assert score is not None
    assert (score.current, score.maximum, score.percent) == (13, 52, 25)
    assert score.comparison == {"AllTenants": Fraction("48.98"), "TotalSeats": None}
    assert (score.planned, score.achievable) == (13, 52)


def test_planned_is_never_below_the_present_score() -> None:
    """Two recommendations are known of a score of 815: doing what is planned adds to those 815 points."""
    known = stored({"A": (2, 10), "B": (3, 3)}, 815, 1376)
    facts = evaluate(workspace(history(known), {"A": versions((1, decision()))}), day(1))
    assert facts.score is not None
    assert facts.score.planned == 815 + 8


def test_a_maximum_of_nothing_gives_no_percentage() -> None:
    """A day whose maximum is 0 has a score and no percent."""
    score = evaluate(workspace(history(stored({"A": (1, 2)}, 1, 0))), day(1)).score
    assert score is not None
    assert (score.current, score.maximum, score.percent) == (1, 0, None)


@pytest.mark.parametrize(
    ("answer", "waits", "achievable"),
    [
        (None, False, 10),
        (decision(), False, 10),
        (decision(blocked=blocked(Blocker.BUSINESS)), False, 10),
        (decision(blocked=blocked(Blocker.TECHNICAL)), False, 10),
        (decision(blocked=blocked(Blocker.LICENSING)), True, 3),
        (decision(blocked=blocked(Blocker.LICENSING), draft=True), False, 10),
    ],
)
def test_only_a_missing_licence_is_out_of_reach(answer: Decision | None, waits: bool, achievable: int) -> None:
    """Seven of ten points: other blockers leave them achievable, and a draft blocks nothing."""
    decided = {"A": versions((1, answer))} if answer else {}
    facts = evaluate(workspace(history({"A": (3, 10)}), decided), day(1))
    assert waits_for_licence(facts.statuses["A"]) is waits
    assert facts.score is not None
    assert facts.score.achievable == achievable
