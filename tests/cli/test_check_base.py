# SPDX-License-Identifier: Apache-2.0
"""`backlog check --base`: what a branch may not do without a word, with the smallest change that does, and does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from secure_score_backlog.approvals import Approvals, CommitFact, encode
from secure_score_backlog.reviews import sign
from secure_score_backlog.snapshots import snapshot_files
from tests.support.decision_files import (
    LATER,
    MINUTES,
    REASON,
    SAFE,
    SOON,
    YESTERDAY,
    accept,
    ask,
    blocked,
    exempt,
    plan,
)
from tests.support.repositories import Repository
from tests.support.running import RunBacklog
from tests.support.tenants import partial, stored

OF_BASE = {
    "extended-without-reason", "ask-dropped", "ask-reworded", "ask-since-moved", "bot-commit", "signed-month-changed",
    "snapshot-rewritten", "catalogue-poorer", "approvals-changed", "approval-outdated", "decision-removed",
    "decision-renamed", "blocked-since-moved",
}  # fmt: skip
DAY = "snapshots/2026/2026-10-01.json"
APPROVED = "  approval: {by: Managing Director, on: 2026-10-01, record: Board minutes}\n"
CATALOGUE = "snapshots/catalogue.json"


def snapshot(points: int, kind: str = "complete") -> bytes:
    """A stored day of two recommendations, or of one where it is partial."""
    if kind == "partial":
        return snapshot_files.encode(partial({"Safe": (points, 5)}))
    said = stored({"Safe": (points, 5), "Other": (1, 1)})
    return snapshot_files.encode({**said, "collected": {"complete": kind == "complete", "source": "graph"}})


def catalogue(at: str = "2026-10-01T05:00:00Z", title: str = "Be safe", text: str = "Words.", *more: str) -> bytes:
    """A catalogue."""
    profiles = [{"id": "Safe", "title": title, "maxScore": 5}, *({"id": name, "title": name} for name in more)]
    return snapshot_files.encode({"collected": {"at": at}, "profiles": profiles, "descriptions": {"Safe": text}})


def signed(undecided: int) -> str:
    """The signed facts of a month; what pages read of them is not looked at here."""
    counts = {"undecided": undecided}
    facts: dict[str, Any] = {
        "as_of": "2026-10-31", "snapshot": None, "score": None, "counts": counts, "top": [], "blocked": [],
        "register": [], "completed": [], "regressed": [], "asks": [], "movement": None,
    }  # fmt: skip
    return json.dumps(sign("2026-10", "1.0", facts))


def approvals(*pull_requests: int | None) -> bytes:
    """What GitHub said about as many commits."""
    facts = [CommitFact(f"{number:040x}", request) for number, request in enumerate(pull_requests)]
    return encode(Approvals({fact.commit: fact for fact in facts}, {}, datetime(2026, 10, 1, tzinfo=UTC), "1.0"))


Files = Mapping[str, str | bytes | None]


@pytest.fixture
def found(tmp_path: Path, backlog: RunBacklog) -> Callable[[Files, Files], list[dict[str, Any]]]:
    """The problems that only the comparison shows, of a branch that changes these files."""

    def check(before: Files, after: Files) -> list[dict[str, Any]]:
        repository = Repository(tmp_path)
        for path, content in {"backlog.yml": "organisation: A\n", **before}.items():
            repository.write(path, content or "")
        repository.commit("Begin", YESTERDAY)
        repository.git("checkout", "--quiet", "-b", "work")
        repository.change(after)
        of_folder = problems(backlog)
        repository.commit("Change", YESTERDAY)
        assert of_folder == problems(backlog)  # whether it is committed makes no difference
        return of_folder

    return check


def problems(backlog: RunBacklog) -> list[dict[str, Any]]:
    """The problems of the comparison with main."""
    printed = json.loads(backlog("check", "--json", "--base", "main").stdout)
    return [each for each in printed["problems"] if each["code"] in OF_BASE]


BAD: Mapping[str, tuple[Files, Files, str, int | None]] = {
    "extended": ({SAFE: accept()}, {SAFE: accept(LATER)}, "extended-without-reason", 13),
    "extended, and a comma": (
        {SAFE: accept()}, {SAFE: accept(LATER, REASON.replace("better", "better,"))}, "extended-without-reason", 13,
    ),
    "extended, and a word of text": (
        {SAFE: accept()}, {SAFE: accept(LATER, body="Agreed in the meeting again.")}, "extended-without-reason", 13,
    ),
    "extended, and text taken away": (
        {SAFE: accept()}, {SAFE: accept(LATER, body="Agreed.")}, "extended-without-reason", 13,
    ),
    "exemption extended": ({SAFE: exempt()}, {SAFE: exempt(LATER)}, "extended-without-reason", 10),
    "approved before the change": (
        {SAFE: accept(more=APPROVED)}, {SAFE: accept(LATER, "The upgrade was postponed.", APPROVED)},
        "approval-outdated", 14,
    ),
    "ask dropped": ({SAFE: plan(ask())}, {SAFE: plan()}, "ask-dropped", 1),
    "ask dropped, owner changed": (
        {SAFE: plan(ask())}, {SAFE: plan().replace("Head of IT", "Head of HR")}, "ask-dropped", 1,
    ),
    "ask reworded": (
        {SAFE: plan(ask())}, {SAFE: plan(ask("Fund the relay in the second quarter?"))}, "ask-reworded", 14,
    ),
    "ask replaced on the same day": ({SAFE: plan(ask())}, {SAFE: plan(ask("Anything else?"))}, "ask-reworded", 14),
    "ask moved": ({SAFE: plan(ask())}, {SAFE: plan(ask(since="2026-11-01"))}, "ask-since-moved", 13),
    "ask moved and reworded": (
        {SAFE: plan(ask())},
        {SAFE: plan(ask("Fund the relay in the next quarter?", "2026-11-01"), body="Asked in a better way now.")},
        "ask-since-moved", 13,
    ),
    "blocked moved": (
        {SAFE: plan(blocked("2026-09-01"))}, {SAFE: plan(blocked("2026-10-01"))}, "blocked-since-moved", 11,
    ),
    "signed month rewritten": (
        {"docs/reviews/2026-10.json": signed(3)}, {"docs/reviews/2026-10.json": signed(2)},
        "signed-month-changed", None,
    ),
    "signed month removed": (
        {"docs/reviews/2026-10.json": signed(3)}, {"docs/reviews/2026-10.json": None}, "signed-month-changed", None,
    ),
    "complete day": ({DAY: snapshot(1)}, {DAY: snapshot(2)}, "snapshot-rewritten", None),
    "complete day made incomplete": (
        {DAY: snapshot(1)}, {DAY: snapshot(1, "incomplete")}, "snapshot-rewritten", None,
    ),
    "incomplete day, other points": (
        {DAY: snapshot(1, "incomplete")}, {DAY: snapshot(2, "incomplete")}, "snapshot-rewritten", None,
    ),
    "incomplete day made partial": (
        {DAY: snapshot(1, "incomplete")}, {DAY: snapshot(1, "partial")}, "snapshot-rewritten", None,
    ),
    "partial day, other points": (
        {DAY: snapshot(1, "partial")}, {DAY: snapshot(2, "partial")}, "snapshot-rewritten", None,
    ),
    "day deleted": ({DAY: snapshot(1, "partial")}, {DAY: None}, "snapshot-rewritten", None),
    "day broken": ({DAY: snapshot(1)}, {DAY: "{"}, "snapshot-rewritten", None),
    "catalogue deleted": ({CATALOGUE: catalogue()}, {CATALOGUE: None}, "catalogue-poorer", None),
    "catalogue without a field": (
        {CATALOGUE: catalogue()}, {CATALOGUE: catalogue("2026-11-01T05:00:00Z", "")}, "catalogue-poorer", None,
    ),
    "catalogue without a text": (
        {CATALOGUE: catalogue()}, {CATALOGUE: catalogue("2026-11-01T05:00:00Z", "Be safe", "")},
        "catalogue-poorer", None,
    ),
    "recommendation taken out by hand": (
        {CATALOGUE: catalogue("2026-10-01T05:00:00Z", "Be safe", "Words.", "Other")}, {CATALOGUE: catalogue()},
        "catalogue-poorer", None,
    ),
    "approvals changed": (
        {"snapshots/approvals.json": approvals(3, 4)}, {"snapshots/approvals.json": approvals(3, 5)},
        "approvals-changed", None,
    ),
    "approvals removed": (
        {"snapshots/approvals.json": approvals(3)}, {"snapshots/approvals.json": None}, "approvals-changed", None,
    ),
    "decision removed": ({SAFE: accept()}, {SAFE: None}, "decision-removed", None),
    "decision moved": (
        {SAFE: accept()}, {SAFE: None, "decisions/Other.md": accept().replace("Safe", "Other")},
        "decision-renamed", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_change_that_is_not_allowed_without_a_word(
    name: str, found: Callable[[Files, Files], list[dict[str, Any]]]
) -> None:
    """The rule finds it, names the file and the line, and says what to do."""
    before, after, code, line = BAD[name]
    assert [(each["code"], each["line"]) for each in found(before, after)] == [(code, line)]


GOOD: Mapping[str, tuple[Files, Files]] = {
    "nothing": ({SAFE: accept()}, {}),
    "extended with a new reason": ({SAFE: accept()}, {SAFE: accept(LATER, "The upgrade was postponed to spring.")}),
    "extended with new text": (
        {SAFE: accept()}, {SAFE: accept(LATER, body="Agreed in the meeting.\n\nThe upgrade was postponed once more.")},
    ),
    "shortened": ({SAFE: accept(LATER)}, {SAFE: accept(SOON)}),
    "exemption extended with new evidence": ({SAFE: exempt()}, {SAFE: exempt(LATER, evidence="Report of the audit")}),
    "another bucket": ({SAFE: exempt()}, {SAFE: accept(LATER)}),
    "draft extended": (
        {SAFE: accept().replace("bucket", "draft: true\nbucket")},
        {SAFE: accept(LATER).replace("bucket", "draft: true\nbucket")},
    ),
    "approved again": (
        {SAFE: accept(more=APPROVED)},
        {SAFE: accept(LATER, "The upgrade was postponed.", APPROVED.replace("01", "02"))},
    ),
    "approved, and other words in the text": (
        {SAFE: accept(more=APPROVED)}, {SAFE: accept(more=APPROVED, body="Other words than before.")},
    ),
    "asked": ({SAFE: plan()}, {SAFE: plan(ask())}),
    "ask answered by the decision": ({SAFE: plan(ask())}, {SAFE: accept()}),
    "ask answered by a date": ({SAFE: plan(ask())}, {SAFE: plan(due=LATER)}),
    "ask answered in the text": ({SAFE: plan(ask())}, {SAFE: plan(body="As agreed. Leadership funds it in May.")}),
    "ask answered in minutes": ({SAFE: plan(ask())}, {SAFE: plan(), MINUTES: "Funded in May.\n"}),
    "ask reworded with a word": (
        {SAFE: plan(ask())},
        {SAFE: plan(ask("Fund the relay in the second quarter?"), body="As agreed. The budget moved by a quarter.")},
    ),
    "punctuation of an ask": ({SAFE: plan(ask())}, {SAFE: plan(ask("Fund the relay, in the first quarter?"))}),
    "ask dated earlier": ({SAFE: plan(ask())}, {SAFE: plan(ask(since="2026-09-01"))}),
    "blocked by something new": (
        {SAFE: plan(blocked("2026-09-01"))}, {SAFE: plan(blocked("2026-10-01", "Now the licences are missing."))},
    ),
    "signed again in other spelling": (
        {"docs/reviews/2026-10.json": signed(3)}, {"docs/reviews/2026-10.json": signed(3).replace(", ", ",\n ")},
    ),
    "a broken signed month is mended": (
        {"docs/reviews/2026-10.json": "{"}, {"docs/reviews/2026-10.json": signed(3)},
    ),
    "incomplete day completed": ({DAY: snapshot(1, "incomplete")}, {DAY: snapshot(2)}),
    "partial day filled": ({DAY: snapshot(1, "partial")}, {DAY: snapshot(2, "incomplete")}),
    "broken day mended": ({DAY: "{"}, {DAY: snapshot(2)}),
    "day added": ({DAY: snapshot(1)}, {DAY.replace("01.json", "02.json"): snapshot(2)}),
    "catalogue with more": (
        {CATALOGUE: catalogue()}, {CATALOGUE: catalogue("2026-11-01T05:00:00Z", "Be safer", "More.", "Other")},
    ),
    "recommendation retired by Microsoft": (
        {CATALOGUE: catalogue("2026-10-01T05:00:00Z", "Be safe", "Words.", "Other")},
        {CATALOGUE: catalogue("2026-11-01T05:00:00Z")},
    ),
    "approvals added": (
        {"snapshots/approvals.json": approvals(3)}, {"snapshots/approvals.json": approvals(3, 4)},
    ),
    "approvals answered later": (
        {"snapshots/approvals.json": approvals(None)}, {"snapshots/approvals.json": approvals(4)},
    ),
    "decision removed with minutes": ({SAFE: accept()}, {SAFE: None, MINUTES: "Withdrawn.\n"}),
    "draft removed": ({SAFE: accept().replace("bucket", "draft: true\nbucket")}, {SAFE: None}),
    "decision removed that another names": (
        {SAFE: accept()},
        {SAFE: None, "decisions/Other.md": plan(body="This takes the place of Safe.").replace(": Safe", ": Other")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_a_change_that_is_allowed(name: str, found: Callable[[Files, Files], list[dict[str, Any]]]) -> None:
    """What just keeps a rule is no problem: a gate that cries wolf is switched off."""
    assert found(*GOOD[name]) == []


def test_a_month_signed_again_with_minutes_is_a_warning(
    found: Callable[[Files, Files], list[dict[str, Any]]],
) -> None:
    """Signing again is possible, and a reviewer hears of it."""
    path = "docs/reviews/2026-10.json"
    after = {path: signed(2), "docs/reviews/2026-10.md": "Signed again, because a decision was missing.\n"}
    assert [each["severity"] for each in found({path: signed(3)}, after)] == ["warning"]


@pytest.mark.parametrize(
    ("name", "mail", "is_bot"),
    [
        ("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com", True),
        ("dependabot[bot]", "x@y.example", True),
        ("A helper", "1234+helper[bot]@users.noreply.github.com", True),
        ("GitHub Action", "action@github.com", True),
        ("GitHub", "noreply@github.com", False),
        ("Robot Botham", "robot@tenant.example", False),
    ],
)
def test_a_commit_of_an_automated_account(
    tmp_path: Path, backlog: RunBacklog, name: str, mail: str, is_bot: bool
) -> None:
    """It may write snapshots; decisions, minutes and settings are people's, also on a branch that was merged in."""
    repository = Repository(tmp_path)
    repository.write("backlog.yml", "organisation: A\n")
    repository.commit("Begin", YESTERDAY)
    repository.git("checkout", "--quiet", "-b", "inner")
    repository.write(DAY, snapshot(1))
    repository.git("add", "--all")
    repository.git("-c", f"user.name={name}", "-c", f"user.email={mail}", "commit", "--quiet", "-m", "Snapshot")
    author = f"{name} <{mail}>"
    repository.write(SAFE, plan())
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "Decide", "--author", author)
    repository.git("checkout", "--quiet", "-b", "work", "main")
    repository.merge("inner", "Merge inner", YESTERDAY)
    assert [(each["path"], each["code"]) for each in problems(backlog)] == ([(SAFE, "bot-commit")] if is_bot else [])


def test_an_automated_account_may_propose_a_month(tmp_path: Path, backlog: RunBacklog) -> None:
    """Minutes and facts that the base lacks: people merge them. Those that the base has are people's alone."""
    new, old = "docs/reviews/2026-10.md", "docs/reviews/2026-09.md"
    repository = Repository(tmp_path)
    repository.write("backlog.yml", "organisation: A\n")
    repository.write(old, "We met.\n")
    repository.commit("Begin", YESTERDAY)
    repository.git("checkout", "--quiet", "-b", "work", "main")
    bot = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>"
    for path, expected in ((new, []), ("docs/reviews/note.md", ["bot-commit"]), (old, ["bot-commit"] * 2)):
        repository.write(path, "Proposed.\n")
        repository.git("add", "--all")
        repository.git("commit", "--quiet", "--message", "Propose", "--author", bot)
        assert [each["code"] for each in problems(backlog) if each["code"] == "bot-commit"] == expected


def test_the_message_names_the_commit_that_is_compared_with(tmp_path: Path, backlog: RunBacklog) -> None:
    """A reader of the log knows what "before" was; what main did meanwhile is not the branch's."""
    repository = Repository(tmp_path)
    repository.write("backlog.yml", "organisation: A\n")
    begin = repository.commit("Begin", YESTERDAY, decisions__Safe=accept(LATER))
    repository.git("branch", "work")
    repository.commit("Shorten on the main branch", YESTERDAY, decisions__Safe=accept(SOON))
    repository.git("checkout", "--quiet", "work")
    done = backlog("check", "--base", "main", expect=0)
    assert f"Compared with commit {begin[:10]}" in done.stderr
    assert "extended" not in done.stdout


def test_a_base_that_does_not_exist(tmp_path: Path, backlog: RunBacklog) -> None:
    """A mistyped branch is wrong usage, and never a comparison with nothing; so is an option in its place."""
    repository = Repository(tmp_path)
    repository.commit("Begin", YESTERDAY, decisions__Safe=plan())
    for base in ("missing", "--upload-pack=x"):
        refused = backlog("check", f"--base={base}", expect=2)
        assert "There is no commit" in refused.stderr
        assert "fetch-depth: 0" in refused.stderr
        assert refused.stdout == ""


def test_a_shallow_clone_says_what_to_set(tmp_path: Path, backlog: RunBacklog) -> None:
    """Without history there is nothing to compare with, and the check does not pass in silence."""
    repository = Repository(tmp_path / "whole")
    repository.commit("Begin", YESTERDAY, decisions__Safe=plan())
    repository.commit("More", YESTERDAY, decisions__Safe=plan(body="More."))
    repository.git("clone", "--quiet", "--depth", "1", repository.folder.as_uri(), str(tmp_path / "shallow"))
    refused = backlog("check", "--base", "main", "--root", tmp_path / "shallow", expect=3)
    assert "fetch-depth: 0" in refused.stderr
