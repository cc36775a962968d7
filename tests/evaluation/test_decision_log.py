# SPDX-License-Identifier: Apache-2.0
"""The population of changes: complete, each once, with its exceptions."""

from __future__ import annotations

from dataclasses import replace

from secure_score_backlog.decisions.model import Bucket, DecisionHistory, DecisionVersion
from secure_score_backlog.evaluation.decision_log import DecisionLog, decision_log_of
from tests.support.tenants import day, decision, versions


def direct(found: tuple[DecisionVersion, ...], *numbers: int) -> tuple[DecisionVersion, ...]:
    """The same versions, some of them by index without a pull request."""
    return tuple(
        replace(one, version=replace(one.version, pull_request=None)) if index in numbers else one
        for index, one in enumerate(found)
    )


HISTORY = DecisionHistory(
    {
        "A": versions((1, decision("A")), (3, decision("A", Bucket.ACCEPT)), (9, None)),
        "B": direct(versions((3, decision("B")), (5, decision("B", owner="Head of Finance"))), 1),
    }
)


def test_every_version_is_a_change_the_newest_first() -> None:
    """Two decisions in one commit are two changes of one commit; a deletion is a change of the decision before it."""
    found = decision_log_of(HISTORY, day(10))
    listed = [(change.version.at.date(), change.recommendation) for change in found.changes]
    assert listed == [(day(9), "A"), (day(5), "B"), (day(3), "A"), (day(3), "B"), (day(1), "A")]
    assert [version.at.date() for version in found.commits] == [day(9), day(5), day(3), day(1)]
    withdrawn = found.changes[0]
    assert withdrawn.after.decision is None
    assert withdrawn.decision is not None
    assert withdrawn.decision.bucket is Bucket.ACCEPT
    assert found.changes[-1].before is None


def test_what_names_no_pull_request_is_an_exception() -> None:
    """Listed by commit, with all its changes."""
    found = decision_log_of(HISTORY, day(10))
    assert found.pull_requests == (1, 3, 9)
    assert [version.at.date() for version in found.direct] == [day(5)]
    assert [change.recommendation for change in found.of(found.direct[0].commit)] == ["B"]


def test_a_day_knows_nothing_of_later_commits() -> None:
    """As of the fourth day, only the changes that the main branch had by then."""
    found = decision_log_of(HISTORY, day(4))
    assert len(found.changes) == 3
    assert found.direct == ()


def test_an_uncommitted_edit_is_no_change() -> None:
    """It is listed separately; without Git nothing is listed."""
    edit = versions((1, decision("A")), (2, decision("A", owner="Head of Finance")))
    edit = (edit[0], replace(edit[1], version=replace(edit[1].version, commit="")))
    found = decision_log_of(DecisionHistory({"A": edit}), day(3))
    assert len(found.changes) == 1
    assert found.uncommitted == ("decisions/A.md",)
    assert decision_log_of(DecisionHistory({"A": edit[1:]}, has_git=False), day(3)) == DecisionLog()


def test_every_uncommitted_edit_is_listed() -> None:
    """By id, without the committed ones."""
    (first,), (second,), (third,) = (versions((1, decision(identifier))) for identifier in "ABC")
    edits = [replace(one, version=replace(one.version, commit="")) for one in (second, third)]
    found = decision_log_of(DecisionHistory({"C": (edits[1],), "B": (edits[0],), "A": (first,)}), day(3))
    assert found.uncommitted == ("decisions/B.md", "decisions/C.md")
    assert [change.recommendation for change in found.changes] == ["A"]
