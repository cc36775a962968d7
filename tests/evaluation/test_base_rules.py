# SPDX-License-Identifier: Apache-2.0
"""What counts as saying something new, as the same question, and as an automated account."""

from __future__ import annotations

from dataclasses import replace

import pytest

from secure_score_backlog.branches import BranchCommit
from secure_score_backlog.decisions.model import Ask, Attestation, Bucket, Decision
from secure_score_backlog.evaluation.base_rules import (
    bot_of,
    check_commit,
    gains_words,
    is_reworded,
    reason_text,
    says_more,
    signed_part,
    words,
)
from secure_score_backlog.git import Identity
from secure_score_backlog.settings import SnapshotSettings
from tests.support.tenants import acceptance, cover, day, decision, versions

PERSON = Identity("A person", "person@tenant.example")
BOT = Identity("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com")
ACCOUNT = SnapshotSettings(bot="Collector <collector@tenant.example>").account
"""The account of the settings that commits snapshots."""


def test_words_are_what_is_left_without_marks_and_case() -> None:
    """A comma, a capital or a line break is no new reason."""
    assert words("The mailer,\n can't do better.") == words("the Mailer can t DO better")
    assert words("one two") != words("two one")


@pytest.mark.parametrize(
    ("old", "new", "gains"),
    [
        ("", "", False),
        ("one two three", "three two one", False),
        ("one", "one two three", False),
        ("one", "one two three four", True),
        ("one one", "one one one one one", True),
        ("one two three four five", "six", False),
    ],
)
def test_a_text_says_more_from_three_words_on(old: str, new: str, gains: bool) -> None:
    """A correction of a word or two is none; the same words again, in a new entry, are."""
    assert gains_words(old, new) is gains


def accepted(reason: str = "because", body: str = "", **more: object) -> Decision:
    """An accepted risk."""
    return decision("A", Bucket.ACCEPT, accepted=replace(acceptance(), rationale=reason), body=body, **more)


def test_a_reason_or_a_text_says_more() -> None:
    """Either is sufficient; so is the text of the decision whose answers are shared."""
    old = accepted()
    for new, more in (
        (accepted("Because!"), False),
        (accepted("for another reason"), True),
        (accepted(body="so it was agreed again"), True),
        (accepted(body="agreed"), False),
    ):
        assert says_more(({}, old), ({}, new)) is more, new
    shared = accepted(same_as="B")
    before = {"B": versions((1, decision("B", body="said")))[0]}
    after = {"B": versions((2, decision("B", body="said, and agreed again today")))[0]}
    assert says_more((before, shared), (after, shared))
    assert not says_more((before, shared), (before, shared))


def test_the_reason_of_each_kind_of_decision() -> None:
    """An acceptance has a rationale, an exemption what covers it and how that is checked, a plan none."""
    assert reason_text(accepted("why")) == "why"
    exempt = decision("A", Bucket.NOT_APPLICABLE, covered=cover())
    assert reason_text(exempt) == "third-party the gateway contract"
    assert reason_text(decision("A")) == ""


def test_the_record_of_an_approval_is_no_part_of_what_was_approved() -> None:
    """Everything else of an acceptance is, and the risk level."""
    old = accepted()
    assert old.accepted is not None
    attested = replace(old.accepted, approval=Attestation("Managing Director", day(2), "minutes"))
    assert signed_part(replace(old, accepted=attested)) == signed_part(old)
    for changed in (
        replace(old, accepted=replace(old.accepted, until=day(300))),
        replace(old, accepted=replace(old.accepted, compensating=("a control",))),
        replace(old, accepted=replace(old.accepted, approver="Head of IT")),
        replace(old, risk=None),
    ):
        assert signed_part(changed) != signed_part(old)


def ask(question: str, since: int = 1, of: str = "leadership") -> Ask:
    """A decision requested."""
    return Ask(of, day(since), question)


@pytest.mark.parametrize(
    ("new", "same"),
    [
        (ask("Fund the relay in May?", 9), True),
        (ask("Something else entirely, on that day?"), True),
        (ask("Who owns the groups?", 9), False),
        (ask("Fund the relay in June?", of="Head of IT"), False),
        (ask("Fund the relay in June?", of="Leadership"), True),
    ],
)
def test_a_question_in_other_words(new: Ask, same: bool) -> None:
    """It is asked of the same role, and is much alike or of the same day; anything else is another question."""
    assert is_reworded(ask("Fund the relay in June?"), new) is same


@pytest.mark.parametrize(
    ("identity", "name"),
    [
        (BOT, "github-actions[bot]"),
        (Identity("", "1+helper[bot]@users.noreply.github.com"), "1+helper[bot]@users.noreply.github.com"),
        (Identity("helper", "1+helper[bot]@users.noreply.git.example"), "helper"),
        (Identity("GitHub Actions", "x@y.example"), "GitHub Actions"),
        (Identity("Somebody", "github-actions@github.com"), "Somebody"),
        (PERSON, ""),
        (Identity("GitHub", "noreply@github.com"), ""),
        (Identity("[bot] fan", "fan[bot]@tenant.example"), ""),
        (ACCOUNT, "Collector"),
        (Identity("Somebody", "COLLECTOR@tenant.example"), "Somebody"),
    ],
)
def test_automated_accounts_by_what_a_commit_says(identity: Identity, name: str) -> None:
    """Names end in `[bot]`, or the address is one that GitHub gives to apps; GitHub itself is none.

    The account that the settings name is one, whatever it is called.
    """
    assert bot_of(identity, ACCOUNT) == name


def test_who_may_change_what() -> None:
    """An automated account, as author or committer, may write snapshots; anybody else may write anything."""
    paths = ("backlog.yml", "decisions/A.md", "docs/reviews/2026-10.md", "decisions/B.md", "snapshots/2026/x.json")
    for author, committer, found in ((BOT, PERSON, 1), (PERSON, BOT, 1), (PERSON, PERSON, 0)):
        problems = list(check_commit(BranchCommit("a" * 40, author, committer, "x", paths), ACCOUNT))
        assert len(problems) == found
        assert all("and 1 more file" in each.message for each in problems)
    harmless = BranchCommit("a" * 40, BOT, BOT, "x", ("snapshots/2026/x.json", "backlog.yml.md"))
    assert not list(check_commit(harmless, ACCOUNT))
    for alone in (True, False):
        (first, *_) = check_commit(BranchCommit("a" * 40, BOT, BOT, "x", paths), ACCOUNT, without_github=alone)
        assert ("pull request" in first.hint) is not alone
    proposed = check_commit(BranchCommit("a" * 40, BOT, BOT, "x", paths), ACCOUNT, {"docs/reviews/2026-10.md"})
    assert all("docs/reviews" not in each.message for each in proposed)
