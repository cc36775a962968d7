# SPDX-License-Identifier: Apache-2.0
"""`same_as`: what a decision takes from another one, what it does not, and which ids a problem names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from secure_score_backlog.decisions.checks import CheckContext, check_decisions, check_same_as, check_two_files
from secure_score_backlog.decisions.front_matter import FrontMatter
from secure_score_backlog.decisions.model import Acceptance, Bucket, Cover, CoverReason, Decision
from secure_score_backlog.decisions.same_as import MOST_LINKS, chain_of, left_open, resolve_same_as
from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.settings import Settings
from secure_score_backlog.strict_yaml import Place
from tests.support.tenants import decision

UNTIL = date(2027, 1, 31)
OWN = date(2026, 12, 31)
TODAY = date(2026, 11, 21)
ACCEPTED = Acceptance("A reason.", "CIO", UNTIL, ("Limits",))
COVERED = Cover(CoverReason.THIRD_PARTY, "Gateway", "Its rules", "CIO", UNTIL)
LINES: dict[Place, int] = {("recommendation",): 2, ("bucket",): 3, ("same_as",): 7}


def source(name: str) -> FrontMatter:
    """The file of a decision, with the lines that problems point at."""
    return FrontMatter(f"decisions/{name}.md", {"recommendation": name}, LINES)


def plain(name: str, to: str | None = None, bucket: Bucket = Bucket.DO_SOON, **more: Any) -> Decision:
    """A decision with answers of its own unless others are given."""
    answers = dict.fromkeys(("reduces", "impact", "prerequisites", "proof"), "Said.")
    return Decision(name, bucket, same_as=to, owner="CIO", **{**answers, **more})


def faults(*decisions: Decision, broken: tuple[str, ...] = ()) -> Mapping[str, Problem]:
    """What is wrong with `same_as`, by the id it is about; always on that line, in words that lack nothing."""
    files = {decision.recommendation: (source(decision.recommendation), decision) for decision in decisions}
    found = list(check_same_as(files, broken))
    for problem in found:
        for words in (problem.message, problem.hint):
            assert isinstance(words, str)
            assert not re.search(r"\bNone\b", words)
    return {problem.path.removeprefix("decisions/").removesuffix(".md"): problem for problem in found}


@pytest.mark.parametrize(
    ("decisions", "broken", "code", "named", "hint"),
    [
        ([plain("A", "A")], (), "circular", ("A",), ""),
        ([plain("A", "B"), plain("B", "C"), plain("C", "A")], (), "circular", ("A", "B", "C"), ""),
        ([plain("A", "B"), plain("B", "C"), plain("C", "B")], (), "unusable", ("A", "B", "C"), ""),
        ([plain("A", "B"), plain("B")], ("B",), "unusable", ("B",), "B.md"),
        ([plain("A", "B"), plain("B", "C"), plain("C")], ("C",), "unusable", ("C",), "C.md"),
        ([plain("A", "B"), plain("B", draft=True)], (), "unusable", ("B",), "B.md"),
        ([plain("A", "B"), plain("B", "C"), plain("C", draft=True)], (), "unusable", ("C",), "C.md"),
        ([plain("Alpha", "Alphabet"), plain("Alphabets")], (), "unknown", ("Alphabet",), "`same_as: Alphabets`"),
        ([plain("A", "Zulu"), plain("B")], (), "unknown", ("Zulu",), "decisions/"),
        ([plain("A", "Zulu"), plain("B")], ("Zulu",), "unusable", ("Zulu",), "Zulu.md"),
    ],
)
def test_problems_name_the_ids_they_are_about(
    decisions: list[Decision], broken: tuple[str, ...], code: str, named: tuple[str, ...], hint: str
) -> None:
    """The ids along the way, the one with errors, the draft or the unknown one; and what to do about it."""
    found = faults(*decisions, broken=broken)[decisions[0].recommendation]
    assert (found.code, found.line, found.severity) == (f"decision-same-as-{code}", 7, Severity.ERROR)
    assert all(re.search(rf"\b{name}\b", found.message) for name in named)
    assert hint in found.hint
    assert found.hint.strip()


def test_a_circle_is_reported_in_its_order() -> None:
    """From the decision on, and back to it."""
    found = faults(plain("A", "B"), plain("B", "C"), plain("C", "A"))
    ways = {name: re.findall(r"\b[ABC]\b", problem.message) for name, problem in found.items()}
    assert ways == {"A": list("ABCA"), "B": list("BCAB"), "C": list("CABC")}


def test_a_draft_may_name_a_draft() -> None:
    """Neither counts yet; a finished one may not, and circles and unknown ids are reported in a draft too."""
    assert faults(plain("A", "B", draft=True), plain("B", draft=True)) == {}
    assert faults(plain("A", "Zulu", draft=True))["A"].code == "decision-same-as-unknown"
    assert faults(plain("A", "A", draft=True))["A"].code == "decision-same-as-circular"


@pytest.mark.parametrize(
    ("bucket", "open_here", "open_there", "codes"),
    [
        (Bucket.DO_SOON, ("proof",), (), []),
        (Bucket.DO_SOON, ("proof",), ("proof",), ["decision-unanswered"]),
        (Bucket.ACCEPT, ("proof", "impact"), ("proof",), ["decision-unanswered"]),
        (Bucket.DO_NOW, ("proof",), ("proof",), ["decision-same-as-unusable"]),
        (Bucket.NOT_APPLICABLE, ("proof",), ("proof",), []),
    ],
)
def test_questions_that_neither_answers(
    bucket: Bucket, open_here: tuple[str, ...], open_there: tuple[str, ...], codes: list[str]
) -> None:
    """Asked for on the line of the bucket, required on the line of `same_as`, or not at all."""
    own = plain("A", "B", bucket, inherits=frozenset(open_here), **dict.fromkeys(open_here, ""))
    there: dict[str, Any] = dict.fromkeys(open_there, "")
    found = faults(own, plain("B", **there))
    assert [problem.code for problem in found.values()] == codes
    for problem in found.values():
        assert "`proof`" in problem.message
        assert "`impact`" not in problem.message
        assert problem.line == (3 if problem.code == "decision-unanswered" else 7)


def test_required_keys_that_neither_has() -> None:
    """Named with their dots, on the line of `same_as`, with the decision that should have had them."""
    inherits = frozenset({"accepted.rationale", "accepted.approver", "accepted.compensating", "proof"})
    own = plain("A", "B", Bucket.ACCEPT, accepted=Acceptance("", "", OWN), inherits=inherits, proof="")
    assert left_open(own, plain("B")) == ["accepted.approver", "accepted.rationale"]
    assert left_open(own, plain("B", accepted=ACCEPTED)) == []
    assert left_open(own, plain("B", accepted=Acceptance("Reason.", "", UNTIL))) == ["accepted.approver"]
    found = faults(own, plain("B"))["A"]
    assert (found.code, found.line) == ("decision-same-as-unusable", 7)
    assert "`accepted.approver`, `accepted.rationale`" in found.message
    assert '"B"' in found.message


def test_open_answers_are_taken_from_the_other_decision() -> None:
    """One's own words stay, owner, risk and days too."""
    own = plain("A", "B", reduces="", proof="Mine.")
    there = plain("B", reduces="Theirs.", proof="Theirs.", due=UNTIL)
    lent = resolve_same_as({"A": own, "B": there})["A"]
    assert (lent.reduces, lent.impact, lent.proof, lent.due, lent.same_as) == ("Theirs.", "Said.", "Mine.", None, "B")


@pytest.mark.parametrize(
    ("own", "there", "lent"),
    [
        (None, ACCEPTED, None),
        (Acceptance("", "", OWN), None, Acceptance("", "", OWN)),
        (Acceptance("", "", OWN), ACCEPTED, Acceptance("A reason.", "CIO", OWN, ("Limits",))),
        (Acceptance("Mine.", "", OWN), ACCEPTED, Acceptance("Mine.", "CIO", OWN, ("Limits",))),
        (Acceptance("", "Me", OWN, ("Own",)), ACCEPTED, Acceptance("A reason.", "Me", OWN, ("Own",))),
    ],
)
def test_open_parts_of_an_acceptance(own: Acceptance | None, there: Acceptance | None, lent: Acceptance | None) -> None:
    """Taken where both have one; the end is one's own."""
    decisions = {"A": plain("A", "B", Bucket.ACCEPT, accepted=own), "B": plain("B", accepted=there)}
    assert resolve_same_as(decisions)["A"].accepted == lent


ALTERNATE = Cover(CoverReason.ALTERNATE, "", "", "", OWN)


@pytest.mark.parametrize(
    ("own", "there", "inherits", "lent"),
    [
        (None, COVERED, (), None),
        (ALTERNATE, None, ("covered.reason",), ALTERNATE),
        (ALTERNATE, COVERED, (), Cover(CoverReason.ALTERNATE, "Gateway", "Its rules", "CIO", OWN)),
        (
            ALTERNATE,
            COVERED,
            ("covered.reason",),
            Cover(CoverReason.THIRD_PARTY, "Gateway", "Its rules", "CIO", OWN),
        ),
        (
            Cover(CoverReason.ALTERNATE, "Mine", "Own", "Me", OWN),
            COVERED,
            ("covered.by",),
            Cover(CoverReason.ALTERNATE, "Mine", "Own", "Me", OWN),
        ),
    ],
)
def test_open_parts_of_a_cover(
    own: Cover | None, there: Cover | None, inherits: tuple[str, ...], lent: Cover | None
) -> None:
    """Taken where both have one; the reason only where it was left open, the end never."""
    mine = plain("A", "B", Bucket.NOT_APPLICABLE, covered=own, inherits=frozenset(inherits))
    assert resolve_same_as({"A": mine, "B": plain("B", covered=there)})["A"].covered == lent


@pytest.mark.parametrize(
    ("links", "chain"),
    [
        ({}, "A"),
        ({"A": None}, "A"),
        ({"A": ""}, "A"),
        ({"A": "B"}, "AB"),
        ({"A": "B", "B": "C", "C": None}, "ABC"),
        ({"A": "A"}, "AA"),
        ({"A": "B", "B": "A"}, "ABA"),
        ({"A": "B", "B": "C", "C": "B"}, "ABCB"),
    ],
)
def test_chains(links: dict[str, str | None], chain: str) -> None:
    """To its end, to what does not exist, or once round a circle."""
    decisions = {name: plain(name, to) for name, to in links.items()}
    assert "".join(chain_of(decisions, "A")) == chain


def test_three_files_about_one_recommendation() -> None:
    """Each names the two others, on the line that names the recommendation, and which name is the right one."""
    files = [FrontMatter(f"decisions/{name}.md", {}, LINES) for name in ("One", "Two", "Three", "Four")]
    found = list(check_two_files([*(("Alpha", each) for each in files[:3]), ("Bravo", files[3])]))
    assert [(problem.path, problem.line) for problem in found] == [(each.path, 2) for each in files[:3]]
    for own, problem in zip(files, found, strict=False):
        assert own.path not in problem.message
        assert all(each.path in problem.message for each in files[:3] if each is not own)
        assert '"Alpha"' in problem.message
        assert "Alpha.md" in problem.hint


@pytest.mark.parametrize(
    ("around", "code"),
    [
        ({}, "decision-unknown-id"),
        ({"scored": {"A"}}, "decision-not-in-catalogue"),
        ({"known": {"A"}}, "decision-retired-id"),
        ({"scored": {"A"}, "known": {"A"}}, "decision-not-in-catalogue"),
    ],
)
def test_scored_known_and_decided_are_used(around: dict[str, Any], code: str) -> None:
    """Scored, once known and decided are each taken for what they are."""
    accepted = plain("A", bucket=Bucket.ACCEPT, accepted=Acceptance("Reason.", "Board", date(2027, 11, 21)))
    files = [(source("A"), accepted)]
    around = {"settings": Settings(roles={"Board": ("board",)}), **around}
    found = check_decisions(files, CheckContext(TODAY, catalogued={"Other"}, **around))
    assert [problem.code for problem in found] == [code]
    decided = {"A": date(2026, 11, 20)}
    late = check_decisions(files, CheckContext(TODAY, catalogued={"Other"}, decided=decided, **around))
    assert {problem.code for problem in late} == {code, "decision-until-too-far"}


def test_a_chain_is_followed_over_fifty_decisions() -> None:
    """A longer one is an error, so that a thousand decisions in a row take no time that grows with their square."""
    names = [f"A{number:04}" for number in range(MOST_LINKS + 5)]
    chain = {
        name: decision(name, Bucket.DO_SOON, same_as=following, reduces="" if following else "answer")
        for name, following in zip(names, [*names[1:], None], strict=True)
    }
    resolved = resolve_same_as(chain)
    answered = [name for name in names if resolved[name].reduces]
    assert answered == names[-MOST_LINKS - 1 :]
    assert len(chain_of(chain, names[0])) == MOST_LINKS + 1
    sources = {name: (FrontMatter(f"decisions/{name}.md"), found) for name, found in chain.items()}
    problems = list(check_same_as(sources, ()))
    too_long = [found.path for found in problems if "more than 50" in found.message]
    assert too_long == [f"decisions/{name}.md" for name in names[: -MOST_LINKS - 1]]
