# SPDX-License-Identifier: Apache-2.0
"""What a change does, as values: what happens to a decision, what becomes of its questions, who has to approve."""

from __future__ import annotations

from dataclasses import replace

import pytest

from secure_score_backlog.branches import FileChange
from secure_score_backlog.decisions.model import Ask, Attestation, Bucket, Decision
from secure_score_backlog.evaluation.change import (
    DecisionChange,
    Kind,
    Reason,
    SettingChange,
    approvers,
    asks_of,
    kind_of,
    reason_of,
    runs,
    settings_of,
)
from secure_score_backlog.evaluation.facts import evaluate
from secure_score_backlog.ratings import Risk
from secure_score_backlog.settings import ProfileName, Settings, SnapshotSettings
from tests.support.tenants import acceptance, cover, day, decision, history, workspace

PLAN = decision("A", Bucket.DO_SOON)
ACCEPT = decision("A", Bucket.ACCEPT)
EXEMPT = decision("A", Bucket.NOT_APPLICABLE)
DRAFT = replace(PLAN, draft=True)
FUND = Ask("leadership", day(1), "Fund the relay in June?")
OWN = Ask("Head of IT", day(2), "Who owns the groups?")


def until(number: int, of: Decision = ACCEPT) -> Decision:
    """The same with another last day."""
    if of.covered:
        return replace(of, covered=cover(day(number)))
    return replace(of, accepted=acceptance(day(number)))


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (None, ACCEPT, Kind.ACCEPTED),
        (DRAFT, ACCEPT, Kind.ACCEPTED),
        (PLAN, ACCEPT, Kind.ACCEPTED),
        (EXEMPT, ACCEPT, Kind.ACCEPTED),
        (None, EXEMPT, Kind.EXEMPTED),
        (None, PLAN, Kind.PLANNED),
        (ACCEPT, PLAN, Kind.PLANNED),
        (PLAN, decision("A", Bucket.DO_NOW), Kind.PLANNED),
        (until(100), until(101), Kind.EXTENDED),
        (until(101), until(100), Kind.SHORTENED),
        (until(100, EXEMPT), until(101, EXEMPT), Kind.EXTENDED),
        (PLAN, replace(PLAN, due=day(91)), Kind.RESCHEDULED),
        (PLAN, replace(PLAN, owner="Head of HR"), Kind.AMENDED),
        (PLAN, DRAFT, Kind.WITHDRAWN),
        (DRAFT, replace(DRAFT, owner="Head of HR"), Kind.DRAFTED),
        (None, DRAFT, Kind.DRAFTED),
        (PLAN, None, Kind.UNREADABLE),
    ],
)
def test_what_happens_to_a_decision(before: Decision | None, after: Decision | None, kind: Kind) -> None:
    """A draft counts as none; another bucket is another answer, whatever its dates."""
    assert kind_of(before, after) is kind


def test_a_deleted_decision_is_withdrawn() -> None:
    """One with errors is not: it is still there."""
    assert kind_of(PLAN, None, deleted=True) is Kind.WITHDRAWN


def test_what_becomes_of_questions() -> None:
    """A question is answered where the decision changes in what can answer it; otherwise it is only gone."""
    asked = replace(PLAN, asks=(FUND, OWN))
    answered = asks_of(asked, replace(PLAN, due=day(200), asks=(OWN,)))
    assert (answered.answered, answered.dropped) == ((FUND,), ())
    gone = asks_of(asked, replace(PLAN, asks=(OWN,)))
    assert (gone.answered, gone.dropped) == ((), (FUND,))
    assert asks_of(asked, replace(PLAN, owner="Head of HR", asks=(OWN,))).dropped == (FUND,)
    assert asks_of(None, asked).asked == (FUND, OWN)
    assert asks_of(asked, None, deleted=True).dropped == (FUND, OWN)
    assert asks_of(asked, None).dropped == ()


def test_a_changed_question_is_neither_answered_nor_asked() -> None:
    """In other words it is still the same question, and so it is with another date."""
    words, date = replace(FUND, question="Fund the relay in July?"), replace(OWN, since=day(9))
    found = asks_of(replace(PLAN, asks=(FUND, OWN)), replace(PLAN, asks=(words, date)))
    assert found.reworded == ((FUND, words),)
    assert found.changed == ((OWN, date),)
    assert (found.asked, found.answered, found.dropped) == ((), (), ())


def test_whether_an_extension_says_anything_new() -> None:
    """A new reason comes before a longer text, and both before nothing."""
    old = until(100)
    for new, reason in (
        (until(101), Reason.UNCHANGED),
        (replace(until(101), body="so it was agreed again"), Reason.TEXT),
        (replace(old, accepted=replace(acceptance(day(101)), rationale="else")), Reason.CHANGED),
    ):
        assert reason_of(({}, old), ({}, new)) is reason


def changed(before: Decision | None, after: Decision | None) -> DecisionChange:
    """A change of one decision."""
    facts = evaluate(workspace(history({"A": (1, 5)}), {}, []), day(1))
    return DecisionChange("A", "decisions/A.md", kind_of(before, after), facts.statuses["A"], before, after, None, None)


def test_what_an_approver_signs() -> None:
    """New or different acceptances and exemptions; no plan, no draft, and no word of the discussion."""
    for before, after, needed in (
        (None, ACCEPT, True),
        (None, EXEMPT, True),
        (until(100), until(101), True),
        (ACCEPT, replace(ACCEPT, risk=Risk.LOW), True),
        (replace(ACCEPT, draft=True), ACCEPT, True),
        (ACCEPT, replace(ACCEPT, body="more"), False),
        (ACCEPT, replace(ACCEPT, owner="Head of HR"), False),
        (ACCEPT, replace(ACCEPT, draft=True), False),
        (None, PLAN, False),
        (ACCEPT, None, False),
    ):
        assert changed(before, after).needs_approval is needed, (before, after)


def test_who_has_to_approve() -> None:
    """Each role once, with the logins of the settings in any case, and never the author."""
    one, two = changed(None, ACCEPT), changed(None, EXEMPT)
    settings = Settings(roles={"managing director": ("Boss", "deputy")})
    it, director = approvers((one, two), settings, "boss")
    assert (it.role, it.logins, it.decisions) == ("Head of IT", (), (two,))
    assert (director.role, director.logins, director.only_author) == ("Managing Director", ("deputy",), False)
    (alone,) = approvers((one,), Settings(roles={"Managing Director": ("boss",)}), "boss")
    assert (alone.logins, alone.only_author) == ((), True)
    (nobody,) = approvers((one,), Settings(), "boss")
    assert (nobody.logins, nobody.only_author) == ((), False)


def test_an_approval_is_about_the_version_that_it_came_with() -> None:
    """A record that was there before the change is outdated; one that comes with it counts."""
    record = Attestation("Managing Director", day(2), "minutes")
    old, new = (replace(each, accepted=replace(each.accepted, approval=record)) for each in (ACCEPT, until(300)))  # type: ignore[type-var]
    (outdated,) = approvers((changed(old, new),), Settings(), "")
    assert (outdated.attested, outdated.outdated) == (False, (day(2),))
    (attested,) = approvers((changed(ACCEPT, new),), Settings(), "")
    assert (attested.attested, attested.outdated) == (True, ())


def test_every_value_of_the_settings_that_differs() -> None:
    """Groups and tables by their single entries, so that a reviewer sees which one."""
    before = Settings(roles={"A": ("x",), "B": ("y",)}, risk={"M": Risk.LOW}, owners=("A",))
    after = Settings(
        roles={"B": ("y", "z"), "C": ("x",)},
        owners=(),
        snapshots=SnapshotSettings(branch="data"),
        profile=ProfileName.PUBLIC,
    )
    assert list(settings_of(before, after)) == [
        SettingChange("owners", "A", ""),
        SettingChange("profile", "internal", "public"),
        SettingChange("risk.M", "low", None),
        SettingChange("roles.A", "x", None),
        SettingChange("roles.B", "y", "y, z"),
        SettingChange("roles.C", None, "x"),
        SettingChange("snapshots.branch", None, "data"),
    ]
    assert list(settings_of(before, before)) == []


@pytest.mark.parametrize(
    ("path", "can"),
    [
        (".github/workflows/x.yml", True),
        ("mkdocs.yml", True),
        ("tools/run.sh", True),
        ("yaml.py", True),
        ("docs/x.js", True),
        ("docs/x.md", False),
        ("README.md", False),
        ("notes/mkdocs.yml.txt", False),
    ],
)
def test_files_that_can_run_something(path: str, can: bool) -> None:
    """A reviewer reads these first."""
    assert runs(FileChange(path, None, "a")) is can
