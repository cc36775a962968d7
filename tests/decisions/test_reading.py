# SPDX-License-Identifier: Apache-2.0
"""One file read: what it lacks, what has no place in it, and what a draft may leave open."""

from __future__ import annotations

import re
from datetime import date

import pytest

from secure_score_backlog.decisions.front_matter import parse
from secure_score_backlog.decisions.model import Acceptance, Attestation, Bucket, Cover, CoverReason, Decision
from secure_score_backlog.decisions.parse import read_decision
from secure_score_backlog.problems import Problem, Severity

PATH = "decisions/Alpha.md"
ANSWERS = ("reduces: Spraying.", "owner: Head of IT", "impact: Two stop.", "prerequisites: Nothing.", "proof: A log.")
BEGINNING = ("recommendation: Alpha", "bucket: do-soon", "risk: high")
SOON = (*BEGINNING, *ANSWERS, "due: 2026-12-31")


def read(*lines: str, body: str = "") -> tuple[Decision | None, list[Problem]]:
    """The decision in some lines of front matter, with every problem; all of them in words that lack nothing."""
    text = "".join(f"{line}\n" for line in lines)
    decision, problems = read_decision(parse(f"---\n{text}---\n{body}", "elsewhere.md"), path=PATH)
    for problem in problems:
        assert problem.path == PATH
        for words in (problem.message, problem.hint):
            assert isinstance(words, str)
            assert words != words.upper()
            assert not words[:1].islower()
    return decision, problems


def drafted(*lines: str) -> Decision:
    """A draft that has these lines."""
    decision, problems = read("recommendation: Alpha", "draft: true", *lines)
    assert [problem.code for problem in problems] == ["decision-draft"]
    assert decision is not None
    return decision


def without(*keys: str) -> tuple[str, ...]:
    """The lines of a good plan but for some."""
    return tuple(line for line in SOON if line.partition(":")[0] not in keys)


def changed(**values: str) -> tuple[str, ...]:
    """The lines of a good plan with other values."""
    return tuple(f"{key}: {values.get(key, value)}" for key, _, value in (line.partition(": ") for line in SOON))


@pytest.mark.parametrize(
    ("lines", "line", "message", "hint"),
    [
        (without("due"), 1, ("do-soon", "`due`"), ("`due: 2026-12-31`",)),
        (without("owner"), 1, ("do-soon", "`owner`"), ("`owner: Head of IT`",)),
        (without("recommendation"), 1, ("`recommendation`",), ("`recommendation: BlockLegacyAuthentication`",)),
        (without("bucket"), 1, ("`bucket`",), ("do-now, do-soon, accept, not-applicable",)),
        (without("risk"), 1, ("do-soon", "`risk`"), ("critical, high, medium, low",)),
        (
            (*changed(bucket="accept", due="~"),),
            1,
            ("accept", "`accepted`"),
            ("`accepted:`", "rationale, approver, until"),
        ),
        (
            ("recommendation: A", "bucket: not-applicable", "owner: CIO"),
            1,
            ("not-applicable", "`covered`"),
            ("`covered:`", "reason, by, evidence, approver, until"),
        ),
        ((*SOON, "blocked: {by: business}"), 11, ("`blocked`", "`since`"), ("`since: 2026-10-01`",)),
        ((*SOON, "blocked: {since: 2026-10-01}"), 11, ("`blocked`", "`by`"), ("licensing",)),
        (
            (*SOON, "ask:", "  - {from: CIO, question: Why?}"),
            12,
            ("`ask.0`", "`since`"),
            ("`since: 2026-10-01`",),
        ),
        (
            (
                *changed(bucket="accept", due="~"),
                "accepted:",
                "  rationale: Ours",
                "  approver: CIO",
                "  until: 2027-01-31",
                "  approval: {by: Board, on: 2026-10-01}",
            ),
            15,
            ("`accepted.approval`", "`record`"),
            ("`record: ",),
        ),
    ],
)
def test_what_is_missing(lines: tuple[str, ...], line: int, message: tuple[str, ...], hint: tuple[str, ...]) -> None:
    """The key, the bucket or the group that needs it, and what to type, on the line of the nearest thing around it."""
    decision, (problem,) = read(*lines)
    assert decision is None
    assert (problem.code, problem.line) == ("decision-missing-key", line)
    assert all(fact in problem.message for fact in message)
    assert all(fact in problem.hint for fact in hint)
    assert ("bucket" in problem.message) is (not re.search("`(accepted|blocked|ask)[.0a-z]*` needs", problem.message))


@pytest.mark.parametrize(
    ("lines", "key", "bucket", "homes"),
    [
        (
            (*changed(bucket="accept"), "accepted: {rationale: R, approver: CIO, until: 2027-01-01}"),
            "due",
            "accept",
            "do-now or do-soon",
        ),
        ((*SOON, "accepted: {rationale: x}"), "accepted", "do-soon", "accept"),
        ((*SOON, "covered: {by: x}"), "covered", "do-soon", "not-applicable"),
        (
            (
                "recommendation: A",
                "bucket: not-applicable",
                "owner: CIO",
                "blocked: {by: business, since: 2026-10-01}",
                "covered: {reason: alternate, by: x, evidence: y, approver: CIO, until: 2027-01-01}",
            ),
            "blocked",
            "not-applicable",
            "do-now or do-soon",
        ),
    ],
)
def test_what_has_no_place_in_a_bucket(lines: tuple[str, ...], key: str, bucket: str, homes: str) -> None:
    """Key and bucket are named, and the buckets that it belongs to."""
    _, (problem,) = read(*lines)
    assert problem.code == "decision-forbidden-key"
    assert f"`{key}`" in problem.message
    assert bucket in problem.message
    assert f"`bucket: {homes}`" in problem.hint


@pytest.mark.parametrize("value", ["~", "''", "[]", "{}", "tbd", "???"])
def test_an_open_key_is_forbidden_nowhere(value: str) -> None:
    """A key that says nothing may stay behind when a bucket changes."""
    assert read(*SOON, f"accepted: {value}")[1] == []


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        ("impcat: x", ('"impcat"', "a decision"), ("`impact`",)),
        ("rationale: x", ('"rationale"',), ("`accepted:`",)),
        ("note: x", ('"note"',), ("`blocked:`",)),
        ("qqq: x", ('"qqq"',), ("recommendation, bucket, risk, reduces",)),
        ("qqq:", ('"qqq"',), ("recommendation, bucket, risk, reduces",)),
        ("two words: x", ('"two words"',), ("recommendation, bucket, risk, reduces",)),
        ("blocked: {by: business, since: 2026-10-01, qqq: x}", ('"qqq"', "`blocked`"), ("by, since, note",)),
        ("blocked: {by: business, since: 2026-10-01, or two}", ('"or two"', "`blocked`"), ("double quotes",)),
        (
            "ask: [{from: a, since: 2026-10-01, question: Why?, qqq: x}]",
            ('"qqq"', "`ask`"),
            ("from, since, question, options, default",),
        ),
    ],
)
def test_a_key_that_nobody_knows(line: str, message: tuple[str, ...], hint: tuple[str, ...]) -> None:
    """It is named with the group it stands in; the hint has the nearest, its home, or all there are."""
    _, (problem,) = read(*SOON, line)
    assert (problem.code, problem.line) == ("decision-unknown-key", 11)
    assert all(fact in problem.message for fact in message)
    assert all(fact in problem.hint for fact in hint)


@pytest.mark.parametrize(
    ("bucket", "left", "code"),
    [
        ("do-now", ("proof",), "decision-not-ready"),
        ("do-now", ("impact", "reduces"), "decision-not-ready"),
        ("do-soon", ("proof",), "decision-unanswered"),
        ("do-soon", ("impact", "reduces", "proof", "prerequisites"), "decision-unanswered"),
    ],
)
def test_questions_left_open(bucket: str, left: tuple[str, ...], code: str) -> None:
    """They are named in their order with the number of answers; the hint begins with the first of them."""
    _, (problem,) = read(*changed(bucket=bucket, **dict.fromkeys(left, "tbd")))
    assert (problem.code, problem.line) == (code, 3)
    order = [name for name in ("reduces", "owner", "impact", "prerequisites", "proof") if name in left]
    assert re.findall("`([a-z]+)`", problem.message) == order
    if code == "decision-unanswered":
        assert re.search(rf"\b{5 - len(left)}\b", problem.message)
    assert re.findall("`([a-z_]+): [^`]", problem.hint) == [order[0]] + ["bucket"] * (bucket == "do-now")


def test_a_draft_names_what_it_lacks() -> None:
    """Dotted, in the order of the format; where nothing is missing, nothing is listed."""
    _, (lacking,) = read("recommendation: Alpha", "bucket: accept", "draft: true", "accepted: {approver: CIO}")
    assert "risk, owner, accepted, " not in lacking.message
    assert "risk, owner, accepted.rationale, accepted.until" in lacking.message
    assert (lacking.code, lacking.line, lacking.severity) == ("decision-draft", 4, Severity.WARNING)
    assert "`draft: true`" in lacking.hint
    _, (complete,) = read(*SOON, "draft: true")
    assert not re.search(r": *\.|, *\.", complete.message)
    assert not any(key in complete.message for key in ("risk", "owner", "due"))
    assert complete.message != lacking.message


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (("bucket: do-soon", "draft: true"), {"decision-missing-key", "decision-draft"}),
        (("recommendation: Alpha", "draft: true"), {"decision-missing-key", "decision-draft"}),
        (("recommendation: Alpha", "bucket: do-soon", "draft: true"), {"decision-draft"}),
        (("recommendation: Alpha", "bucket: do-soon", "draft: false"), {"decision-missing-key", "decision-unanswered"}),
    ],
)
def test_a_draft_says_what_it_is_about_and_what_it_will_be(lines: tuple[str, ...], codes: set[str]) -> None:
    """Id and bucket are required of a draft too, and of a draft only."""
    decision, problems = read(*lines)
    assert {problem.code for problem in problems} == codes
    assert (decision is None) is ("decision-missing-key" in codes)


@pytest.mark.parametrize(
    "ask",
    [
        *("{question: Why?}", "{from: CIO}", "{since: 2026-10-01}", "{from: CIO, since: 2026-10-01}"),
        *("{from: CIO, question: Why?}", "{since: 2026-10-01, question: Why?}", "{default: Never}", "{}"),
    ],
)
def test_half_a_question_in_a_draft_is_none(ask: str) -> None:
    """Who, since when and what: one that is missing leaves nothing to wait for."""
    assert drafted("bucket: do-soon", f"ask: [{ask}]").asks == ()


def test_a_whole_question_needs_no_default() -> None:
    """What happens when nobody answers may stay unsaid."""
    (ask,) = drafted("bucket: do-soon", "ask: [{from: CIO, since: 2026-10-01, question: Why?}, {from: CIO}]").asks
    assert (ask.of, ask.since, ask.question, ask.options, ask.default) == ("CIO", date(2026, 10, 1), "Why?", (), "")


@pytest.mark.parametrize(
    "approval", ["{by: Board}", "{on: 2026-10-01}", "{record: Minutes}", "{by: Board, on: 2026-10-01}", "{}", "~"]
)
def test_half_an_approval_in_a_draft_is_none(approval: str) -> None:
    """An approval is attested with role, day and record, or it is not."""
    accepted = drafted("bucket: accept", f"accepted: {{until: 2027-01-31, approval: {approval}}}").accepted
    assert accepted == Acceptance("", "", date(2027, 1, 31))
    covered = drafted("bucket: not-applicable", f"covered: {{until: 2027-01-31, approval: {approval}}}").covered
    assert covered == Cover(CoverReason.NOT_APPLICABLE, "", "", "", date(2027, 1, 31))


def test_a_whole_approval_is_kept() -> None:
    """Role, day and record, in an acceptance and in a cover."""
    for bucket, group in ((Bucket.ACCEPT, "accepted"), (Bucket.NOT_APPLICABLE, "covered")):
        approval = "{by: Board, on: 2026-10-01, record: Minutes}"
        decision = drafted(f"bucket: {bucket.value}", f"{group}: {{until: 2027-01-31, approval: {approval}}}")
        holder = decision.accepted or decision.covered
        assert holder is not None
        assert holder.approval == Attestation("Board", date(2026, 10, 1), "Minutes")


@pytest.mark.parametrize("blocked", ["{by: business}", "{since: 2026-10-01}", "{note: x}"])
def test_what_ends_or_begins_on_no_day_is_left_out_of_a_draft(blocked: str) -> None:
    """Half a blockage blocks nothing; without an end there is neither acceptance nor cover."""
    assert drafted("bucket: do-soon", f"blocked: {blocked}").blocked is None
    assert drafted("bucket: accept", "accepted: {rationale: Ours}").accepted is None
    assert drafted("bucket: not-applicable", "covered: {by: x}").covered is None


def test_unsafe_links_in_the_text() -> None:
    """Each is told on its line, below the front matter and within it."""
    body = "fine [x](https://a.example)\n\n[y](javascript:alert(1))\n"
    decision, problems = read(*changed(proof="'[z](vbscript:x)'"), body=body)
    assert decision is None
    assert [(problem.code, problem.line) for problem in problems] == [
        ("decision-bad-link", 9),
        ("decision-bad-link", 14),
    ]
    assert all("https" in problem.message + problem.hint for problem in problems)
