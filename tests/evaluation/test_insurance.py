# SPDX-License-Identifier: Apache-2.0
"""How far an answer goes: by what was measured, and by nothing that anybody says (docs/method.md#answers)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secure_score_backlog.decisions.model import Bucket, CoverReason
from secure_score_backlog.evaluation.answer_words import (
    citation_of,
    days_of,
    exceptions_of,
    figure_of,
    force_of,
    lapses_of,
    plan_of,
    reasons_of,
    since_in_short,
    since_of,
)
from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.evaluation.insurance import Answer, Held, Known, Measure, OwnEvidence, Reason, answer_of
from secure_score_backlog.evaluation.register import Register
from secure_score_backlog.git import Version
from secure_score_backlog.questionnaires.model import AnsweredBy, Coverage, Level, Question, Says
from secure_score_backlog.questionnaires.shipped import with_topics
from secure_score_backlog.snapshots.model import Recommendation
from tests.support.tenants import acceptance, cover, day, decision, history, partial, stored, versions, workspace

FULL, OPEN, CLAIMED = (8, 8), (2, 8), (8, 8, "ThirdParty")
NOTHING: tuple[int, None] = (0, None)
"""Points without a known maximum."""
ORDER = (Level.NOT_MEASURED, Level.GAP, Level.QUALIFIED, Level.SUPPORTED)


def question(*primary: str | tuple[str, ...], coverage: Coverage | None = Coverage.WHOLE, **more: Any) -> Question:
    """A question that some recommendations answer."""
    entries = tuple((entry,) if isinstance(entry, str) else entry for entry in primary)
    return with_topics(Question("q", "Is it so?", primary=entries, coverage=coverage, **more))


def answered(
    asked: Question,
    *days: Mapping[str, Any] | dict[str, Any] | None,
    decided: Mapping[str, Any] | None = None,
    as_of: date | None = None,
    evidence: tuple[OwnEvidence, ...] = (),
    catalogued: tuple[Any, ...] = (),
) -> Answer:
    """The answer on the last of some days."""
    measured = history(*days)
    on = as_of or day(len(days))
    facts = evaluate(workspace(measured, decided, catalogued), on)
    known = Known(
        on,
        facts.snapshot,
        facts.statuses,
        Register(facts.register, facts.covered, facts.past),
        measured,
        facts.score,
        facts.explained,
        facts.ledger.claimed,
        recorded=bool(decided),
        by_id=Known.by_compared_id(facts.statuses.values()),
    )
    return answer_of(asked, known, evidence)


def reasons(answer: Answer) -> list[Reason]:
    """Why it has its level."""
    return [each.reason for each in answer.because]


@pytest.mark.parametrize(
    ("asked", "scores", "level", "because"),
    [
        (question("A"), {"A": FULL}, Level.SUPPORTED, []),
        (question("A"), {"A": OPEN}, Level.GAP, [Reason.OPEN]),
        (question("A"), {"A": CLAIMED}, Level.QUALIFIED, [Reason.CLAIMED]),
        (question("A"), {"A": (2, 8, "ThirdParty")}, Level.GAP, [Reason.OPEN]),
        (question("A"), {"Z": FULL}, Level.NOT_MEASURED, [Reason.NO_SCORE]),
        (question("A"), {"A": NOTHING}, Level.NOT_MEASURED, [Reason.NO_SCORE]),
        (question("A"), {"A": (0, 0)}, Level.NOT_MEASURED, [Reason.NO_SCORE]),
        (question("A", "B"), {"A": FULL}, Level.QUALIFIED, [Reason.NO_SCORE_FOR]),
        (question("A", "B"), {"A": FULL, "B": OPEN}, Level.GAP, [Reason.OPEN]),
        (question(("A", "B")), {"A": FULL}, Level.SUPPORTED, []),
        (question(("A", "B")), {"A": FULL, "B": OPEN}, Level.GAP, [Reason.OPEN]),
        (question("A", coverage=Coverage.PART), {"A": FULL}, Level.QUALIFIED, [Reason.PART]),
        (question("A", coverage=Coverage.HINT), {"A": FULL}, Level.NOT_MEASURED, [Reason.HINT]),
        (question("A", coverage=Coverage.HINT), {"A": OPEN}, Level.NOT_MEASURED, [Reason.HINT]),
        (question(coverage=None), {"A": FULL}, Level.NOT_MEASURED, [Reason.NOT_COVERED]),
        (question("A", related=("R",)), {"A": FULL, "R": FULL}, Level.SUPPORTED, []),
        (question("A", related=("R",)), {"A": FULL, "R": OPEN}, Level.QUALIFIED, [Reason.RELATED_OPEN]),
        (question("A", related=("R",)), {"A": FULL, "R": CLAIMED}, Level.QUALIFIED, [Reason.RELATED_OPEN]),
        (question("A", related=("R",)), {"A": FULL}, Level.SUPPORTED, []),
        (question("a"), {"117.A": FULL, "118.A": OPEN}, Level.GAP, [Reason.OPEN]),
    ],
)
def test_the_level_of_an_answer(
    asked: Question, scores: Mapping[str, Any], level: Level, because: list[Reason]
) -> None:
    """Each rule of the method, with the smallest tenant to which it applies."""
    answer = answered(asked, scores)
    assert (answer.level, reasons(answer)) == (level, because)


def test_an_old_snapshot_qualifies_what_it_supports() -> None:
    """On the fourth day without a snapshot nobody knows whether it is still so."""
    asked = question("A")
    assert answered(asked, {"A": FULL}, as_of=day(4)).level is Level.SUPPORTED
    late = answered(asked, {"A": FULL}, as_of=day(5))
    assert (late.level, reasons(late), late.because[0].number) == (Level.QUALIFIED, [Reason.OLD], 4)


def test_a_score_that_the_newest_day_does_not_hold_qualifies_an_answer() -> None:
    """A partial day without it: the score is of an earlier day."""
    answer = answered(question("A"), {"A": FULL, "Z": OPEN}, partial({"Z": OPEN}))
    assert (answer.level, reasons(answer)) == (Level.QUALIFIED, [Reason.EARLIER, Reason.PARTIAL_DAY])


def test_a_day_that_is_known_in_part_supports_nothing() -> None:
    """What is related may be open, and missing from the file."""
    answer = answered(question("A", related=("R",)), partial({"A": FULL}))
    assert (answer.level, reasons(answer)) == (Level.QUALIFIED, [Reason.PARTIAL_DAY])
    lacking = answered(question("A"), stored({"A": FULL}, current=20, maximum=80))
    assert reasons(lacking) == [Reason.PARTIAL_DAY]


@pytest.mark.parametrize(("service", "days", "stale"), [("MDO", 3, False), ("MDO", 4, True), ("AzureAD", 8, False),
                                                        ("AzureAD", 9, True), ("MS Teams", 35, False)])  # fmt: skip
def test_a_score_that_rests_on_old_data_qualifies_an_answer(service: str, days: int, stale: bool) -> None:
    """Microsoft refreshes services at different speeds, and says of each score how old its data is."""
    said = stored({"A": FULL})
    said["synced"] = {f"{date.fromordinal(day(1).toordinal() - days)}T05:00:00Z": ["A"]}
    answer = answered(question("A"), said, catalogued=(Recommendation("A", "A", service=service),))
    assert reasons(answer) == ([Reason.NOT_SYNCED] if stale else [])


def test_a_contradicted_exemption_qualifies_an_answer() -> None:
    """Said not to apply, and measured in full: one of the two is wrong."""
    said = decision(bucket=Bucket.NOT_APPLICABLE, covered=cover(reason=CoverReason.NOT_APPLICABLE))
    answer = answered(question("A"), {"A": FULL}, {"A": FULL}, decided={"A": versions((1, said))})
    assert (answer.level, reasons(answer)) == (Level.QUALIFIED, [Reason.CONFLICT])


def test_exceptions_of_what_answers_it_and_of_what_is_related() -> None:
    """Each acceptance and exemption in force, or in need of a new decision, and no other."""
    accepted = decision("R", Bucket.ACCEPT)
    expired = decision("A", Bucket.ACCEPT, accepted=acceptance(day(2)))
    other = decision("Z", Bucket.ACCEPT)
    decided = {name: versions((1, said)) for name, said in (("R", accepted), ("A", expired), ("Z", other))}
    scores = {"A": OPEN, "R": OPEN, "Z": OPEN}
    answer = answered(question("A", related=("R",)), *[scores] * 3, decided=decided)
    assert [entry.status.id for entry in answer.exceptions] == ["A", "R"]
    assert answer.level is Level.GAP


def test_since_when_all_that_answers_it_is_in_full() -> None:
    """The run begins with the last of them; a day without a snapshot is counted, and named."""
    before, after = {"A": FULL, "B": OPEN}, {"A": FULL, "B": FULL}
    answer = answered(question("A", "B"), before, before, after, None, after)
    assert answer.held == Held(day(3), before=day(2), days=3, observed=2)
    assert answer.held.missing == 1
    assert since_of(answer.held) == "since 3\u00a0October\u00a02026"
    assert since_in_short(answer.held) == "3\u00a0October\u00a02026"
    assert days_of(answer.held) == "observed on 2 of 3\u00a0days; 1 without a snapshot"


def test_an_earlier_run_and_its_end_are_not_hidden() -> None:
    """The first day in full, and each snapshot day after it that was not, also where another one was the cause."""
    full, a, b = {"A": FULL, "B": FULL}, {"A": OPEN, "B": FULL}, {"A": FULL, "B": OPEN}
    held = answered(question("A", "B"), a, full, full, a, b, None, full, b, full, full).held
    assert held is not None
    assert (held.since, held.before, held.first, held.interrupted) == (day(9), day(8), day(2), 3)
    assert lapses_of(held).replace("\u00a0", " ") == (
        "Before that, it was first in full on 2 October 2026, and not in full on 3 later days with a snapshot, the "
        "last on 8 October 2026."
    )
    unbroken = answered(question("A", "B"), a, b, full, full).held
    assert unbroken is not None
    assert (unbroken.first, unbroken.interrupted, lapses_of(unbroken)) == (None, 0, "")


def test_an_open_recommendation_says_what_is_planned() -> None:
    """State, last day and owner; nothing is made up where nobody decided."""
    scores = {"A": OPEN, "B": OPEN, "C": FULL}
    planned = decision("A", Bucket.DO_NOW, due=day(20))
    answer = answered(question("A", "B", "C"), scores, decided={"A": versions((1, planned))})
    said = [plan_of(each).replace("\u00a0", " ") for each in answer.primary]
    assert said == [f"planned, last day 20 October 2026, owner {planned.owner}", "undecided", ""]


def test_what_was_in_full_and_is_open_again_is_named_regressed() -> None:
    """With the day since which it is open; what was never in full, and what comes from no score, is not."""
    both = {"A": FULL, "B": OPEN}
    answer = answered(question("A", "B"), both, {"A": OPEN, "B": OPEN})
    assert [each.reason for each in answer.because] == [Reason.OPEN, Reason.REGRESSED]
    assert answer.because[1].recommendations == ("A",)
    assert "Points lost since it was in full: A (since 2\u00a0October\u00a02026)." in reasons_of(answer)
    new = answered(question("A"), {"B": FULL}, {"A": OPEN, "B": FULL})
    assert [each.reason for each in new.because] == [Reason.OPEN]


def test_an_exception_that_ended_says_that_it_is_no_longer_in_force() -> None:
    """By its last day, and by a regression after it was done; neither is counted as an exception."""
    past = decision("A", Bucket.ACCEPT, accepted=acceptance(day(2)))
    expired = answered(question("A"), *[{"A": OPEN}] * 4, decided={"A": versions((1, past))})
    (entry,) = expired.ended
    said = force_of(entry).replace("\u00a0", " ")
    assert said == "no longer in force (its last day was 2 October 2026), needs a new decision"
    assert (expired.in_force, exceptions_of(expired)) == ((), "1 no longer in force")
    kept = decision("A", Bucket.ACCEPT, accepted=acceptance(day(200)))
    fell = answered(question("A"), {"A": OPEN}, {"A": FULL}, {"A": OPEN}, decided={"A": versions((1, kept))})
    (entry,) = fell.ended
    assert force_of(entry).startswith(
        "no longer in force (it ended when the recommendation was done, which has regressed since; last day"
    )
    assert plan_of(fell.primary[0]) == "regressed, needs a new decision"
    active = answered(question("A"), {"A": OPEN}, decided={"A": versions((1, kept))})
    assert force_of(active.exceptions[0]).replace("\u00a0", " ") == "in force until 18 April 2027"
    assert exceptions_of(active) == "1 in force"
    assert exceptions_of(replace(active, exceptions=(*active.exceptions, *fell.exceptions))) == (
        "1 in force, and 1 that is no longer"
    )


def test_what_was_so_from_the_start_is_dated_at_least_since() -> None:
    """Nobody knows how long it was so before the first snapshot."""
    held = answered(question("A"), {"A": FULL}).held
    assert held is not None
    assert since_of(held) == "at least since 1\u00a0October\u00a02026, the first day that is stored of it"
    assert since_in_short(held) == "1\u00a0October\u00a02026 or earlier"
    gap = answered(question("A"), {"A": OPEN})
    assert gap.open_from_start
    assert not answered(question("A"), {"A": FULL}, {"A": OPEN}).open_from_start


def test_a_change_that_was_seen_after_a_gap_is_dated_between() -> None:
    """The day of the change is not known, so the sentence names both snapshots."""
    held = answered(question("A"), {"A": OPEN}, None, None, {"A": FULL}).held
    assert held is not None
    assert since_of(held).startswith("since 4\u00a0October\u00a02026 at the latest (not yet on 1\u00a0October")


def test_self_attested_points_are_apart() -> None:
    """Measured and self-attested points are never added up, and a claim holds nothing."""
    answer = answered(question("A", "B"), {"A": FULL, "B": CLAIMED})
    assert (answer.points, answer.claimed, answer.maximum) == (8, 8, 16)
    assert answer.held is None
    assert [each.measure for each in answer.primary] == [Measure.FULL, Measure.CLAIMED]
    assert "self-attested" in reasons_of(answer)


@pytest.mark.parametrize(
    ("scores", "figure"),
    [
        ({"A": (6, 8, None, 3, 4)}, "3 of 4"),
        ({"A": (6, 8, None, 1, 4)}, "3 of 4"),
        ({"A": (6, 8, None, 2, 4)}, "6 of 8\u00a0points"),
        ({"A": FULL, "B": OPEN}, "1 of 2 in full; at worst 2 of 8\u00a0points"),
        ({"A": FULL, "B": (2, 8, None, 1, 4)}, "1 of 2 in full; at worst 1 of 4"),
        ({"A": OPEN, "B": OPEN}, "0 of 2 in full"),
        ({"Z": FULL}, ""),
    ],
)
def test_the_figure_of_an_answer(scores: Mapping[str, Any], figure: str) -> None:
    """Numerator and denominator where Microsoft's count is clear, else points; of several, what reads worst."""
    assert figure_of(answered(question("A", "B"), scores)) == figure


def test_whose_denominator_a_number_has() -> None:
    """Devices are those that Defender knows: the words say so."""
    known = (Recommendation("A", "A", service="MDATP"),)
    (each,) = answered(question("A"), {"A": (6, 8, None, 3, 4)}, catalogued=known).primary
    assert (each.done, each.total, each.unit) == (3, 4, "devices")
    assert "never onboarded" in each.counted


def test_a_citation_names_file_and_commit() -> None:
    """One line by which the answer can be looked up; without a commit it says so."""
    answer = answered(question("A"), {"A": FULL})
    line = citation_of("common", answer, "2026-10-01", None, "snapshots/2026/2026-10-01.json")
    assert line == (
        "Answer to “Is it so?” (common/q): supported, as of 2026-10-01; measured in snapshots/2026/2026-10-01.json, "
        "not committed."
    )


# The score and the register


def test_the_score_as_reported_is_qualified_by_what_is_self_attested() -> None:
    """It is what Microsoft reported; that some of it rests on somebody's word is said."""
    asked = Question("q", "Which score?", answered_by=AnsweredBy.SCORE)
    assert answered(asked, {"A": FULL}).level is Level.SUPPORTED
    claimed = answered(asked, {"A": CLAIMED})
    assert (claimed.level, reasons(claimed)) == (Level.QUALIFIED, [Reason.CLAIMED])
    unexplained = answered(asked, stored({"A": FULL}, current=8, maximum=80))
    assert (unexplained.level, reasons(unexplained)) == (Level.QUALIFIED, [Reason.UNEXPLAINED])
    assert answered(asked, as_of=day(1)).level is Level.NOT_MEASURED


def test_the_register_answers_for_accepted_risks() -> None:
    """A gap where a new decision is needed or the portal knows more; qualified where nobody is known to have agreed."""
    asked = Question("q", "Which risks?", answered_by=AnsweredBy.REGISTER)
    none = answered(asked, {"A": OPEN})
    assert (none.level, reasons(none)) == (Level.NOT_MEASURED, [Reason.NO_DECISION])
    planned = answered(asked, {"A": OPEN}, decided={"A": versions((1, decision()))})
    assert planned.level is Level.SUPPORTED
    named = answered(asked, {"A": OPEN}, decided={"A": versions((1, decision(bucket=Bucket.ACCEPT)))})
    assert (named.level, reasons(named)) == (Level.QUALIFIED, [Reason.UNAPPROVED])
    ended = decision(bucket=Bucket.ACCEPT, accepted=acceptance(day(1)))
    expired = answered(asked, {"A": OPEN}, {"A": OPEN}, decided={"A": versions((1, ended))})
    assert (expired.level, reasons(expired)) == (Level.GAP, [Reason.NEEDS_DECISION])
    shadow = answered(asked, {"A": (2, 8, "Ignored"), "B": OPEN}, decided={"B": versions((1, decision("B")))})
    assert (shadow.level, reasons(shadow)) == (Level.GAP, [Reason.SHADOW])


# Properties


OBSERVED = st.one_of(
    st.none(),
    st.tuples(
        st.integers(0, 8), st.sampled_from([0, 4, 8, None]), st.sampled_from([None, "Default", "ThirdParty", "Ignored"])
    ),
)
TENANTS = st.fixed_dictionaries(dict.fromkeys(("A", "B", "C", "R", "S"), OBSERVED))
QUESTIONS = st.builds(
    lambda first, second, coverage: question(first, *second, coverage=coverage, related=("R", "S")),
    st.sampled_from(["A", ("A", "B")]),
    st.lists(st.sampled_from(["B", "C"]), max_size=2, unique=True),
    st.sampled_from([Coverage.WHOLE, Coverage.PART, Coverage.HINT]),
)


def scored(tenant: Mapping[str, Any]) -> dict[str, Any]:
    """The recommendations that have a score, and one that always has."""
    return {"Z": FULL, **{name: seen for name, seen in tenant.items() if seen is not None}}


@settings(max_examples=150, deadline=None)
@given(QUESTIONS, TENANTS)
def test_supported_means_that_everything_is_measured_in_full(asked: Question, tenant: Mapping[str, Any]) -> None:
    """No claim, no open or related open recommendation, no part without a score, no part of a question."""
    answer = answered(asked, scored(tenant))
    if answer.level is not Level.SUPPORTED:
        assert answer.because
        return
    assert asked.coverage is Coverage.WHOLE
    assert all(each.measure in (Measure.FULL, Measure.UNKNOWN) for each in answer.primary)
    assert all(each.measure in (Measure.FULL, Measure.UNKNOWN) for each in answer.related)
    full = {each.status.id for each in answer.primary if each.measure is Measure.FULL}
    assert all(full & set(entry) for entry in asked.primary)


@settings(max_examples=150, deadline=None)
@given(QUESTIONS, TENANTS)
def test_a_gap_is_something_that_answers_it_and_is_not_in_full(asked: Question, tenant: Mapping[str, Any]) -> None:
    """Whatever else is true, an open primary recommendation is a gap; and nothing else is."""
    answer = answered(asked, scored(tenant))
    opened = [each for each in answer.primary if each.measure is Measure.OPEN]
    assert (answer.level is Level.GAP) is (bool(opened) and asked.coverage is not Coverage.HINT)


@settings(max_examples=150, deadline=None)
@given(QUESTIONS, TENANTS, st.sampled_from(["A", "B", "C", "R", "S"]))
def test_what_an_administrator_states_never_raises_a_level(
    asked: Question, tenant: Mapping[str, Any], name: str
) -> None:
    """Marking something in the portal as resolved by somebody else makes no answer better."""
    seen = tenant[name]
    if seen is None:
        return
    plain = answered(asked, scored({**tenant, name: (*seen[:2], None)})).level
    marked = answered(asked, scored({**tenant, name: (*seen[:2], "ThirdParty")})).level
    assert ORDER.index(marked) <= ORDER.index(plain)


@settings(max_examples=150, deadline=None)
@given(QUESTIONS, TENANTS, st.sampled_from(["A", "B", "C"]))
def test_a_score_that_is_lost_supports_nothing(asked: Question, tenant: Mapping[str, Any], name: str) -> None:
    """Without a score of one of its recommendations an answer is never better than supported by the others."""
    with_it = answered(asked, scored({**tenant, name: FULL})).level
    without = answered(asked, scored({**tenant, name: None})).level
    assert ORDER.index(without) <= ORDER.index(with_it)


@settings(max_examples=60, deadline=None)
@given(QUESTIONS, TENANTS, st.sampled_from(list(Says)))
def test_own_evidence_never_changes_a_level(asked: Question, tenant: Mapping[str, Any], says: Says) -> None:
    """It is shown beside the answer."""
    version = Version("docs/evidence/e.md", "c" * 40, history_time(), "a", "s")
    own = OwnEvidence("e", version, "d" * 64, says, "Head of IT", day(1), day(99), "It is so.", "All.", ("q",))
    plain, beside = answered(asked, scored(tenant)), answered(asked, scored(tenant), evidence=(own,))
    assert replace(beside, evidence=()) == plain
    assert beside.own == own


def history_time() -> Any:
    """The time of a commit."""
    return versions((1, decision()))[0].version.at


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([FULL, OPEN, CLAIMED, None]), min_size=1, max_size=12))
def test_days_of_a_run_add_up(states: list[Any]) -> None:
    """Observed, backfilled, partial and missing days are all days of the run, and none counts twice."""
    days = [None if seen is None else {"A": seen, "Z": FULL} for seen in states]
    if not any(days):
        return
    held = answered(question("A"), *days).held
    if held is None:
        return
    assert held.observed + held.filled + held.partial + held.missing == held.days
    assert held.missing >= 0
    newest = max(number for number, seen in enumerate(states, start=1) if seen is not None)
    assert all(seen in (FULL, None) for seen in states[(held.since - day(1)).days : newest])
    assert Fraction(held.days) == newest - (held.since - day(1)).days
