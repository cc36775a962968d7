# SPDX-License-Identifier: Apache-2.0
"""The file of recorded approvals: what is written is read back, nothing stored changes, and damage is told by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.approvals import (
    APPROVALS_PATH,
    MOST_REVIEWS,
    Approvals,
    CommitFact,
    PullRequest,
    Review,
    ReviewState,
    Signature,
    encode,
    parse,
    rewritten,
    with_found,
)
from secure_score_backlog.problems import MOST_REPEATED, Severity
from secure_score_backlog.workspace import load
from tests.support.repositories import Repository

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
A, B, HEAD = "a" * 40, "b" * 40, "c" * 40
REQUEST = PullRequest(
    number=12,
    url="https://github.com/o/r/pull/12",
    author="writer",
    merged_at=AT,
    merged_by="merger",
    head=HEAD,
    merge_commit=A,
    base="main",
    reviews=(Review("boss", AT, HEAD), Review("", AT, "", ReviewState.DISMISSED)),
    contributors=("writer", "renovate[bot]"),
)
STORED = Approvals(
    {
        A: CommitFact(A, 12, "writer", "web-flow", Signature(True, "VALID", True, AT)),
        B: CommitFact(B),
    },
    {12: REQUEST},
    AT,
    "1.2.3",
)


def test_what_is_written_is_read_back() -> None:
    """Every value survives, and the file has one record a line in a fixed order."""
    assert parse(encode(STORED)) == (STORED, [])
    backwards = replace(STORED, commits=dict(sorted(STORED.commits.items(), reverse=True)))
    assert encode(backwards) == encode(STORED)
    lines = encode(STORED).decode().splitlines()
    assert sum(f'"commit":"{A}"' in line and line.startswith('    {"author"') for line in lines) == 1


def test_a_stored_record_changes_only_where_github_knew_no_pull_request() -> None:
    """What was recorded first stays, even where GitHub says something else later."""
    later = datetime(2026, 11, 1, tzinfo=UTC)
    other = replace(REQUEST, reviews=(), merged_by="somebody")
    found = Approvals(
        {A: CommitFact(A, None), B: CommitFact(B, 13, "other"), HEAD: CommitFact(HEAD)},
        {12: other, 13: replace(REQUEST, number=13)},
        later,
        "2",
    )
    both = with_found(STORED, found)
    assert both.commits[A] == STORED.commits[A]
    assert both.commits[B] == CommitFact(B, 13)
    assert both.commits[HEAD] == CommitFact(HEAD)
    assert both.pull_requests[12] == REQUEST
    assert both.collected_at == later
    assert rewritten(STORED, both) == ((), ())


def test_asking_again_without_news_leaves_the_file_as_it_is() -> None:
    """The time of asking alone is no news, so a daily run makes no commit."""
    assert with_found(STORED, replace(STORED, collected_at=datetime(2027, 1, 1, tzinfo=UTC))) is STORED


def test_a_record_that_was_changed_or_taken_away_is_found() -> None:
    """Records are append-only, and a check can tell which ones were not left alone."""
    forged = replace(STORED, commits={B: CommitFact(B, 12)}, pull_requests={12: replace(REQUEST, merged_by="me")})
    assert rewritten(STORED, forged) == ((A,), (12,))
    changed = replace(STORED, commits={**STORED.commits, A: CommitFact(A, 13)})
    assert rewritten(STORED, changed) == ((A,), ())


def damaged(old: str, new: str) -> tuple[Approvals, list[Any]]:
    """The file with one text replaced by another."""
    content = encode(STORED).decode()
    assert old in content
    return parse(content.replace(old, new).encode())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"merged_by":"merger"', '"merged_by":"<b>x</b>"', "`merged_by` cannot be"),
        ('"merged_at":"2026-10-01T12:00:00Z"', '"merged_at":"2026-13-01T12:00:00Z"', "`merged_at` is not a time"),
        ('"merged_at":"2026-10-01T12:00:00Z"', '"merged_at":"9999-12-31T12:00:00Z"', "`merged_at` is not a time"),
        ('"number":12', '"number":1200000000000000', "`number` cannot be"),
        ('"number":12', '"number":12.5', "`number` cannot be"),
        ('"number":12', '"number":true', "`number` cannot be"),
        ('"url":"https:', '"url":"javascript:', "`url` cannot be"),
        ('"state":"approved"', '"state":"fine"', "`state` is"),
        ('"base":"main"', '"base":"ma in"', "`base` cannot be"),
        (f'"head":"{HEAD}"', '"head":""', "`head` cannot be"),
        ('"contributors":["writer","renovate[bot]"]', '"contributors":"writer"', "`contributors` is not a list"),
        ('"contributors":["writer","renovate[bot]"]', '"contributors":[{}]', "`contributors` cannot be"),
    ],
)
def test_a_record_with_a_fault_is_left_out_and_named_by_its_line(old: str, new: str, said: str) -> None:
    """One damaged record costs itself, not the others, and the problem points at its line."""
    approvals, problems = damaged(old, new)
    first = problems[0]
    assert (first.code, first.severity, first.path) == ("approvals-record", Severity.ERROR, APPROVALS_PATH)
    assert said in first.message
    assert first.line is not None
    assert "merge_commit" in encode(STORED).decode().splitlines()[first.line - 1]
    assert approvals.commits == STORED.commits
    assert approvals.pull_requests == {}


def test_a_commit_record_with_a_fault_is_named_by_its_line() -> None:
    """The list of commits has lines too."""
    approvals, problems = damaged(f'"commit":"{B}"', '"commit":"HEAD"')
    assert [each.line for each in problems] == [encode(STORED).decode().splitlines().index(f"    {{{line_of(B)}") + 1]
    assert approvals.commits.keys() == {A}


def line_of(commit: str) -> str:
    """The rest of a commit's line."""
    return next(line for line in encode(STORED).decode().splitlines() if f'"commit":"{commit}"' in line)[5:]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "It is empty."),
        (b"{", "It ends in the middle"),
        (b"[]", "Its `schema` is not"),
        (b'{"schema": "backlog-approvals/2"}', "Its `schema` is not"),
        (b"\xff", "It is not UTF-8"),
        (b'{"a": 1, "a": 2}', "names 'a' twice"),
        (b"[" * 5_000, "nested"),
    ],
)
def test_a_file_that_is_something_else_is_one_problem(content: bytes, said: str) -> None:
    """Nothing is taken from it, and nothing fails."""
    approvals, problems = parse(content)
    assert approvals == Approvals()
    assert [each.code for each in problems] == ["approvals-unreadable"]
    assert said in problems[0].message or (said == "nested" and "cannot be read" in problems[0].message)


def test_a_file_full_of_faults_gives_a_short_list() -> None:
    """The list of problems has a length that does not depend on the file."""
    lines = ",".join(["{}"] * 5_000)
    content = f'{{"schema":"backlog-approvals/1","collected":{{}},"commits":[{lines}],"pull_requests":7}}'
    approvals, problems = parse(content.encode())
    assert not approvals.commits
    assert len(problems) == MOST_REPEATED + 1
    assert "more faults" in problems[-1].message


def test_the_first_of_two_records_of_one_commit_counts() -> None:
    """A second record cannot take the place of the first."""
    line = f"    {{{line_of(B)}"
    doubled = encode(STORED).decode().replace(line, f"{line},\n{line.replace('null', '12', 1)}")
    approvals, problems = parse(doubled.encode())
    assert approvals.commits == STORED.commits
    assert ["recorded twice" in each.message for each in problems] == [True]


def test_a_pull_request_with_endless_reviews_is_not_read() -> None:
    """Reviews are bounded."""
    many = replace(REQUEST, reviews=(REQUEST.reviews[0],) * (MOST_REVIEWS + 1))
    approvals, problems = parse(encode(replace(STORED, pull_requests={12: many})))
    assert approvals.pull_requests == {}
    assert "`reviews` is not a list of at most" in problems[0].message


def test_a_commit_that_names_an_unrecorded_pull_request_is_a_problem() -> None:
    """The two lists fit each other."""
    _, problems = parse(encode(replace(STORED, pull_requests={})))
    assert ["#12, which has no record" in each.message for each in problems] == [True]


@given(st.binary(max_size=200), st.integers(0, 2_000))
def test_no_damage_raises(noise: bytes, place: int) -> None:
    """Whatever stands in the file, reading it gives values and problems."""
    content = encode(STORED)
    approvals, problems = parse(content[:place] + noise + content[place + len(noise) :])
    assert isinstance(approvals, Approvals)
    assert all(each.path == APPROVALS_PATH for each in problems)


def test_the_workspace_holds_what_is_recorded_in_the_folder(tmp_path: Path) -> None:
    """`load` reads the file with everything else."""
    repository = Repository(tmp_path)
    repository.write("backlog.yml", "organisation: Example\n")
    repository.write(APPROVALS_PATH, encode(STORED))
    repository.commit("Begin")
    workspace = load(tmp_path, today=date(2026, 10, 1))
    assert workspace.approvals == STORED
    assert workspace.approvals.of(A) == REQUEST
    assert workspace.approvals.of(B) is None
    assert not [each for each in workspace.problems if each.path == APPROVALS_PATH]


def test_the_workspace_holds_what_is_recorded_on_the_snapshots_branch(tmp_path: Path) -> None:
    """Where snapshots have a branch of their own, so have approvals."""
    repository = Repository(tmp_path)
    repository.commit("Begin")
    main = repository.git("rev-parse", "--abbrev-ref", "HEAD")
    repository.git("checkout", "--quiet", "-b", "snapshots")
    repository.write(APPROVALS_PATH, encode(STORED))
    repository.commit("Record")
    repository.git("checkout", "--quiet", main)
    repository.write("backlog.yml", "snapshots:\n  branch: snapshots\n")
    repository.commit("Set")
    assert load(tmp_path, today=date(2026, 10, 1)).approvals == STORED


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    """A branch cannot make the program read another file."""
    outside = tmp_path / "outside.json"
    outside.write_bytes(encode(STORED))
    root = tmp_path / "root"
    (root / "snapshots").mkdir(parents=True)
    (root / "backlog.yml").write_text("organisation: Example\n", encoding="utf-8")
    (root / APPROVALS_PATH).symlink_to(outside)
    workspace = load(root, today=date(2026, 10, 1))
    assert workspace.approvals == Approvals(without_github=True)
    assert "approvals-unreadable" in {each.code for each in workspace.problems}


def test_every_login_is_known_to_the_leak_search() -> None:
    """A site for outsiders is searched for each of them."""
    assert STORED.logins() == {"writer", "web-flow", "merger", "boss", "renovate[bot]"}
