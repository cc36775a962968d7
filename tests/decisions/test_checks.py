# SPDX-License-Identifier: Apache-2.0
"""Every rule about decisions: files that break it and files that keep it, with exact lines."""

from __future__ import annotations

import shlex
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog.decisions.checks import CheckContext, check_decisions, decisions_in_force, identifier_of
from secure_score_backlog.decisions.front_matter import FrontMatter, parse
from secure_score_backlog.decisions.model import (
    KEYS,
    Acceptance,
    Ask,
    Attestation,
    Blockage,
    Blocker,
    Bucket,
    Cover,
    CoverReason,
    Decision,
    DecisionVersion,
)
from secure_score_backlog.decisions.parse import read_decision
from secure_score_backlog.decisions.same_as import resolve_same_as
from secure_score_backlog.git import Version
from secure_score_backlog.problems import RULES, Problem, Severity
from secure_score_backlog.ratings import Risk
from secure_score_backlog.schema import Need
from secure_score_backlog.settings import Settings
from tests.support.decision_files import ACCEPTED as ACCEPT
from tests.support.decision_files import EXEMPTED as COVERED

TODAY = date(2026, 11, 21)
LISTED = {"Managing Director": ("director",), "Head of IT": ("it",)}
"""The approvers of these tests have a login; what happens without is in test_policy.py."""
CATALOGUED = {"Alpha", "Bravo", "Charlie", "BlockLegacyMail"}

PLAN = """\
recommendation: Alpha
bucket: do-now
risk: high
reduces: Password spraying.
owner: Head of IT
impact: Two scanners stop.
prerequisites: None.
proof: Sign-in log.
due: 2026-12-31
"""


def file(yaml: str, body: str = "", path: str = "decisions/Alpha.md") -> FrontMatter:
    """A decision file; its front matter begins on line 2."""
    return parse(f"---\n{yaml}---\n{body}", path)


UTC_NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


class Checked(NamedTuple):
    """What counts of some files, what has an error, and every problem."""

    decisions: dict[str, Decision]
    with_errors: set[str | None]
    problems: tuple[Problem, ...]


def checked(*files: FrontMatter, **around: Any) -> Checked:
    """The files checked together."""
    settings = replace(around.pop("settings", Settings()), roles=LISTED)
    context = CheckContext(**{"today": TODAY, "catalogued": CATALOGUED, "settings": settings, **around})
    read = [(each, *read_decision(each)) for each in files]
    versions = [
        DecisionVersion(Version(each.path, "", UTC_NOON, "", ""), found, found is not None, each, tuple(faults))
        for each, found, faults in read
    ]
    decisions, problems = decisions_in_force(versions, context)
    named = {identifier_of(each, found) for each, found, _ in read} - {None}
    return Checked(decisions, named - decisions.keys(), problems)


def places(problems: Any) -> list[tuple[str, int | None]]:
    """Code and line of each problem."""
    return [(fault.code, fault.line) for fault in problems]


def read(yaml: str, body: str = "") -> Decision:
    """The decision of a file without problems."""
    decision, problems = read_decision(file(yaml, body))
    assert problems == []
    assert decision is not None
    return decision


def test_everything_in_an_acceptance_is_read() -> None:
    """Each key of a complete example arrives in its type, and the body as written."""
    decision = read(
        ACCEPT + "  compensating: [Conditional Access limits it]\n  share: 6/10\n"
        "  approval: {by: Board, on: 2026-10-01, record: Minutes}\n"
        "ask:\n  - {from: leadership, since: 2026-10-01, question: Fund it?, options: [now, never], default: never}\n"
        "same_as: Bravo\nlinks: [https://tickets.example/4711, docs/evidence.pdf]\n",
        "Discussion.\n",
    )
    assert decision == Decision(
        recommendation="Alpha",
        bucket=Bucket.ACCEPT,
        risk=Risk.HIGH,
        reduces="Password spraying.",
        owner="Head of IT",
        impact="Two scanners stop.",
        prerequisites="None.",
        proof="Sign-in log.",
        accepted=Acceptance(
            rationale="The ERP cannot do otherwise.",
            approver="Managing Director",
            until=date(2027, 1, 31),
            compensating=("Conditional Access limits it",),
            share=Fraction(3, 5),
            approval=Attestation("Board", date(2026, 10, 1), "Minutes"),
        ),
        asks=(Ask("leadership", date(2026, 10, 1), "Fund it?", None, ("now", "never"), "", "", "", "never"),),
        same_as="Bravo",
        links=("https://tickets.example/4711", "docs/evidence.pdf"),
        body="Discussion.\n",
    )
    assert decision.readiness == 5


def test_everything_in_a_plan_and_a_cover_is_read() -> None:
    """Due day, what blocks it, and what covers it."""
    plan = read(PLAN + "blocked: {by: licensing, since: 2026-10-01, note: E5}\n")
    assert (plan.due, plan.blocked) == (date(2026, 12, 31), Blockage(Blocker.LICENSING, date(2026, 10, 1), "E5"))
    assert read(COVERED).covered == Cover(
        CoverReason.THIRD_PARTY, "Mail gateway", "Export of its rules", "Head of IT", date(2027, 1, 31)
    )


@pytest.mark.parametrize(
    ("typed", "share"),
    [
        ("0", Fraction(0)),
        ("1", Fraction(1)),
        ("0.6", Fraction(3, 5)),
        ('"6/10"', Fraction(3, 5)),
        ("6 / 10", Fraction(3, 5)),
        ("2.5/8", Fraction(5, 16)),
        ("60 %", Fraction(3, 5)),
        ("33.3%", Fraction(333, 1000)),
    ],
)
def test_share_in_every_spelling(typed: str, share: Fraction) -> None:
    """A number, a ratio and a percentage are the same exact part."""
    accepted = read(ACCEPT + f"  share: {typed}\n").accepted
    assert accepted is not None
    assert accepted.share == share


def test_other_spellings_of_lists_groups_and_dates() -> None:
    """One text for a list, one mapping for a list of asks, a quoted date: all mean what they say."""
    decision = read(
        ACCEPT.replace("2027-01-31", '"2027-01-31"')
        + "  compensating: One measure\n"
        + "ask: {from: leadership, since: 2026-10-01, question: Fund it?}\nlinks: docs/a.md\n"
    )
    assert decision.accepted is not None
    assert decision.accepted.compensating == ("One measure",)
    assert [ask.of for ask in decision.asks] == ["leadership"]
    assert decision.links == ("docs/a.md",)


def changed(yaml: str, old: str, new: str) -> str:
    """A file with one line changed; the line must be there."""
    assert old in yaml
    return yaml.replace(old, new)


ONE_FILE: list[tuple[str, str, list[tuple[str, int]]]] = [
    (PLAN + "impcat: x\n", "", [("decision-unknown-key", 11)]),
    (ACCEPT + "  untill: 2027-01-01\n", "", [("decision-unknown-key", 14)]),
    (PLAN + "rationale: x\n", "", [("decision-unknown-key", 11)]),
    (changed(PLAN, "risk: high\n", ""), "", [("decision-missing-key", 1)]),
    (changed(PLAN, "risk: high", "risk:"), "", [("decision-missing-key", 4)]),
    (changed(PLAN, "due: 2026-12-31\n", ""), "", [("decision-missing-key", 1)]),
    (changed(PLAN, "bucket: do-now\n", ""), "", [("decision-missing-key", 1)]),
    (changed(ACCEPT, "owner: Head of IT", "owner: tbd"), "", [("decision-placeholder", 6)]),
    (changed(ACCEPT, "  until: 2027-01-31\n", ""), "", [("decision-missing-key", 10)]),
    (changed(ACCEPT, "approver: Managing Director", "approver: ''"), "", [("decision-missing-key", 12)]),
    (ACCEPT.partition("accepted:")[0], "", [("decision-missing-key", 1)]),
    (changed(COVERED, "  evidence: Export of its rules\n", ""), "", [("decision-missing-key", 5)]),
    (PLAN + "blocked: {by: business}\n", "", [("decision-missing-key", 11)]),
    (PLAN + "ask:\n  - from: leadership\n    question: Why?\n", "", [("decision-missing-key", 12)]),
    (ACCEPT + "due: 2026-12-31\n", "", [("decision-forbidden-key", 14)]),
    (ACCEPT + "blocked: {by: business, since: 2026-10-01}\n", "", [("decision-forbidden-key", 14)]),
    (PLAN + "accepted: {rationale: x}\n", "", [("decision-forbidden-key", 11)]),
    (ACCEPT + "covered: {reason: alternate}\n", "", [("decision-forbidden-key", 14)]),
    (changed(PLAN, "Head of IT", "[Head of IT]"), "", [("decision-wrong-type", 6)]),
    (changed(PLAN, "None.", "2026-10-01"), "", [("decision-wrong-type", 8)]),
    (changed(PLAN, "None.", "12"), "", [("decision-wrong-type", 8)]),
    (PLAN + "draft: yes\n", "", [("decision-wrong-type", 11)]),
    (PLAN + "blocked: licensing\n", "", [("decision-wrong-type", 11)]),
    (PLAN + "ask:\n  - x\n", "", [("decision-wrong-type", 12)]),
    (ACCEPT + "  compensating: [a, {b: c}]\n", "", [("decision-wrong-type", 14)]),
    (changed(PLAN, "do-now", "do now"), "", [("decision-wrong-value", 3)]),
    (changed(PLAN, "risk: high", "risk: High"), "", [("decision-wrong-value", 4)]),
    (PLAN + "blocked: {by: money, since: 2026-10-01}\n", "", [("decision-wrong-value", 11)]),
    (changed(COVERED, "third-party", "[]"), "", [("decision-missing-key", 6)]),
    (changed(PLAN, "2026-12-31", "soon"), "", [("date-invalid", 10)]),
    (changed(ACCEPT, "2027-01-31", "for ever"), "", [("date-invalid", 13)]),
    (changed(ACCEPT, "2027-01-31", "2027-02-31"), "", [("date-invalid", 13)]),
    (changed(ACCEPT, "2027-01-31", "'2027-02-31'"), "", [("date-invalid", 13)]),
    (changed(ACCEPT, "2027-01-31", "20270131"), "", [("date-invalid", 13)]),
    (ACCEPT + "  share: 60\n", "", [("decision-share", 14)]),
    (ACCEPT + "  share: 7/6\n", "", [("decision-share", 14)]),
    (ACCEPT + "  share: 1/0\n", "", [("decision-share", 14)]),
    (ACCEPT + "  share: -0.5\n", "", [("decision-share", 14)]),
    (ACCEPT + "  share: true\n", "", [("decision-share", 14)]),
    (PLAN + "links: [docs/a.md, 'javascript:alert(1)']\n", "", [("decision-bad-link", 11)]),
    (PLAN + "links:\n  - https://a.example\n  - //evil.example\n", "", [("decision-bad-link", 13)]),
    (PLAN + "links: 'https://'\n", "", [("decision-bad-link", 11)]),
    (PLAN + "links: 'a b'\n", "", [("decision-bad-link", 11)]),
    (PLAN, "\nfine\n\n[x](javascript:alert(1))\n", [("decision-bad-link", 15)]),
    (PLAN, "one\n<b>two</b>\n", [("decision-raw-html", 13)]),
    (PLAN, "<!-- hidden -->\n", [("decision-raw-html", 12)]),
    (changed(PLAN, "None.", "A <img src=x onerror=alert(1)>"), "", [("decision-raw-html", 8)]),
    (
        PLAN + "ask:\n  - from: leadership\n    since: 2026-10-01\n    question: <i>Why?</i>\n",
        "",
        [("decision-raw-html", 14)],
    ),
    (changed(PLAN, "proof: Sign-in log.\n", ""), "", [("decision-not-ready", 3)]),
    (changed(changed(PLAN, "None.", ""), "owner: Head of IT\n", ""), "", [("decision-not-ready", 3)]),
    (changed(ACCEPT, "impact: Two scanners stop.\n", ""), "", [("decision-unanswered", 3)]),
    (changed(changed(PLAN, "do-now", "do-soon"), "Password spraying.", ""), "", [("decision-unanswered", 3)]),
    (PLAN + "draft: true\n", "", [("decision-draft", 11)]),
    ("recommendation: Alpha\nbucket: accept\ndraft: true\n", "", [("decision-draft", 4)]),
    (changed(PLAN, "Head of IT", "head@tenant.example"), "", [("decision-person", 6)]),
    (changed(PLAN, "Head of IT", '"@login"'), "", [("decision-person", 6)]),
    (changed(ACCEPT, "Managing Director", "Someone (@login)"), "", [("decision-person", 12)]),
    (changed(PLAN, "recommendation: Alpha", "recommendation: Bravo"), "", [("decision-file-name", 2)]),
    (PLAN + "owner: Twice\n", "", [("yaml-duplicate-key", 11)]),
]


@pytest.mark.parametrize(("yaml", "body", "expected"), ONE_FILE)
def test_each_rule_about_one_file(yaml: str, body: str, expected: list[tuple[str, int]]) -> None:
    """A file that breaks one rule has exactly that problem, on its line, and counts only if it is a warning."""
    result = checked(file(yaml, body))
    assert places(result.problems) == expected
    errors = [fault for fault in result.problems if fault.severity is Severity.ERROR]
    assert bool(result.decisions) is not bool(errors)


@pytest.mark.parametrize("yaml", [PLAN, ACCEPT, COVERED, changed(PLAN, "do-now", "do-soon")])
def test_a_good_file_has_no_problems(yaml: str) -> None:
    """The files that the broken ones are made from are fine, with and without discussion."""
    assert checked(file(yaml)).problems == ()
    assert checked(file(yaml, "Text, `<b>`, and <https://a.example> with 1 < 2.\n")).problems == ()
    assert list(checked(file(yaml)).decisions) == ["Alpha"]


def test_hints_say_what_to_write() -> None:
    """A wrong word is answered with the right one."""
    wrong = {
        PLAN + "impcat: x\n": "`impact`",
        PLAN + "rationale: x\n": "`accepted:`",
        changed(PLAN, "do-now", "do now"): "`bucket: do-now`",
        changed(PLAN, "risk: high", "risk: High"): "`risk: high`",
        PLAN + "draft: yes\n": "`draft: true`",
        ACCEPT + "  share: 60\n": "`share: 60 %`",
        changed(PLAN, "owner: Head of IT\n", "owner: 12\n"): "Write the name of a role, in words, behind `owner:`.",
        ACCEPT + "due: 2026-12-31\n": "`bucket: do-now` or `bucket: do-soon`",
        changed(PLAN, "risk: high\n", ""): "critical, high, medium, low",
        PLAN + "ask: [{from: a, since: 2026-10-01, question: First, or last?}]\n": "double quotes",
    }
    for yaml, hint in wrong.items():
        assert hint in " ".join(fault.hint for fault in checked(file(yaml)).problems)


def test_a_do_now_names_every_open_question_once() -> None:
    """Open questions of a do-now are one error with all their names, and no second complaint about the owner."""
    yaml = "recommendation: Alpha\nbucket: do-now\nrisk: high\ndue: 2026-12-31\nimpact: ???\n"
    (fault,) = checked(file(yaml)).problems
    assert fault.code == "decision-not-ready"
    assert "`reduces`, `owner`, `impact`, `prerequisites`, `proof`" in fault.message
    assert "a do-now decision needs all five answers" in fault.message


def test_a_draft_names_what_is_missing() -> None:
    """One warning names all that is missing; a draft is kept, and mistakes of form stay errors."""
    result = checked(file("recommendation: Alpha\nbucket: accept\ndraft: true\naccepted: {until: 2027-01-01}\n"))
    (fault,) = result.problems
    assert "risk, owner, accepted.rationale, accepted.approver" in fault.message
    assert result.decisions["Alpha"].draft
    broken = checked(file("recommendation: Alpha\nbucket: accept\ndraft: true\nrisk: huge\n"))
    assert broken.decisions == {}


def test_every_problem_of_a_file_is_reported_at_once() -> None:
    """Faults of YAML do not hide faults of the format, unless nothing could be read."""
    yaml = PLAN + "due: 2026-12-30\nlinks: ftp://x\nnonsense: 1\n"
    assert places(checked(file(yaml)).problems) == [
        ("yaml-duplicate-key", 11),
        ("decision-bad-link", 12),
        ("decision-unknown-key", 13),
    ]
    assert places(checked(file(PLAN + "a: b: c\n")).problems) == [("yaml-syntax", 11)]


def other(name: str, yaml: str = ACCEPT, **changes: str) -> FrontMatter:
    """A decision about another recommendation, with a rationale of its own."""
    for old, new in {"Alpha": name, "The ERP": f"The {name} system", **changes}.items():
        yaml = yaml.replace(old, new)
    return file(yaml, path=f"decisions/{name}.md")


def known(problems: Any, path: str) -> list[str]:
    """The codes of the problems of one file."""
    return [fault.code for fault in problems if fault.path == path]


def test_unknown_misspelt_retired_and_undescribed_ids() -> None:
    """Unknown, misspelt, retired and undescribed ids are different problems; without a catalogue there is none."""

    def fault(name: str, **around: Any) -> Problem:
        (found,) = checked(other(name), **around).problems
        assert found.line == 2
        return found

    unknown = fault("Zulu")
    assert (unknown.code, unknown.severity) == ("decision-unknown-id", Severity.WARNING)
    near = fault("BlockLegacyMial")
    assert (near.code, "BlockLegacyMail" in near.hint) == ("decision-unknown-id", True)
    case = fault("blocklegacymail")
    assert (case.code, case.severity, "BlockLegacyMail" in case.hint) == ("decision-id-case", Severity.ERROR, True)
    made = fault("portal_block-mail-1", graph_ids={"portal_block-mail-1": "BlockLegacyMail"})
    assert (made.code, made.severity, "BlockLegacyMail.md" in made.hint) == ("decision-made-id", Severity.WARNING, True)
    retired = fault("Zulu", known={"Zulu"})
    assert (retired.code, retired.severity) == ("decision-retired-id", Severity.WARNING)
    assert fault("Zulu", known={"Zulu"}, scored={"Zulu"}).code == "decision-not-in-catalogue"
    assert checked(other("Zulu"), catalogued=()).problems == ()
    assert checked(other("Bravo")).problems == ()


@pytest.mark.parametrize("path", ["decisions/alpha.md", "decisions/Alpha copy.md", "decisions/Alpha.MD"])
def test_file_names_match_letter_for_letter(path: str) -> None:
    """A file under another name is an error whose hint renames it, also where the name holds blanks."""
    (fault,) = checked(file(ACCEPT, path=path)).problems
    assert (fault.code, fault.line) == ("decision-file-name", 2)
    command = fault.hint.rpartition(", or ")[2].strip("`.")
    assert shlex.split(command) == ["git", "mv", path, "decisions/Alpha.md"]


def test_two_files_about_one_recommendation() -> None:
    """Both files name the other, and neither counts."""
    result = checked(file(ACCEPT), file(PLAN, path="decisions/Old.md"))
    assert known(result.problems, "decisions/Alpha.md") == ["decision-two-files"]
    assert known(result.problems, "decisions/Old.md") == ["decision-file-name", "decision-two-files"]
    assert (result.decisions, result.with_errors) == ({}, {"Alpha"})
    assert "decisions/Old.md" in result.problems[0].message


def test_copied_reasons() -> None:
    """A reason copied but for case and blanks is reported in the younger file; `same_as` makes it right."""
    copy = other("Bravo", **{"The Bravo system cannot do": "the  ERP\n    CANNOT do"})
    assert places(checked(file(ACCEPT), copy).problems) == [("decision-copied-rationale", 11)]
    assert known(checked(file(ACCEPT), copy).problems, "decisions/Bravo.md") == ["decision-copied-rationale"]
    older = {"Alpha": date(2026, 10, 2), "Bravo": date(2026, 10, 1)}
    assert known(checked(file(ACCEPT), copy, decided=older).problems, "decisions/Alpha.md") == [
        "decision-copied-rationale"
    ]
    same = file(ACCEPT.replace("Alpha", "Bravo") + "same_as: Alpha\n", path="decisions/Bravo.md")
    assert checked(file(ACCEPT), same).problems == ()
    assert checked(file(ACCEPT), other("Bravo")).problems == ()


SHARING = """\
recommendation: Bravo
bucket: accept
risk: low
owner: Head of Finance
accepted: {until: 2026-12-31}
same_as: Alpha
"""


def sharing(same_as: str = "Alpha", name: str = "Bravo", yaml: str = SHARING) -> FrontMatter:
    """A decision that leaves its answers to another one."""
    text = yaml.replace("Bravo", name).replace("same_as: Alpha", f"same_as: {same_as}")
    return file(text, path=f"decisions/{name}.md")


def test_same_as_fills_in_answers_and_rationale() -> None:
    """What is left out comes from the other decision, along a chain too; owner and dates stay."""
    result = checked(file(ACCEPT + "  compensating: Limits\n  share: 0.5\n"), sharing(), sharing("Bravo", "Charlie"))
    assert result.problems == ()
    for name in ("Bravo", "Charlie"):
        decision = result.decisions[name]
        assert (decision.owner, decision.until, decision.risk) == ("Head of Finance", date(2026, 12, 31), Risk.LOW)
        assert decision.readiness == 5
        assert decision.accepted == Acceptance(
            "The ERP cannot do otherwise.", "Managing Director", date(2026, 12, 31), ("Limits",)
        )
    covering = file(
        "recommendation: Bravo\nbucket: not-applicable\nowner: CIO\ncovered: {until: 2027-01-01}\nsame_as: Alpha\n",
        path="decisions/Bravo.md",
    )
    cover = checked(file(COVERED), covering).decisions["Bravo"].covered
    assert cover == Cover(
        CoverReason.THIRD_PARTY, "Mail gateway", "Export of its rules", "Head of IT", date(2027, 1, 1)
    )


def test_answers_of_another_decision_make_no_new_decision() -> None:
    """A decision is the same answer before and after `same_as` is followed, whatever the other one says."""
    alone, _ = read_decision(sharing())
    first = checked(file(ACCEPT), sharing()).decisions["Bravo"]
    second = checked(file(changed(ACCEPT, "The ERP cannot", "The old ERP cannot")), sharing()).decisions["Bravo"]
    later = checked(file(ACCEPT), sharing(yaml=changed(SHARING, "2026-12-31", "2027-01-01"))).decisions["Bravo"]
    assert alone is not None
    assert alone.answer == first.answer == second.answer
    assert first.accepted != second.accepted
    assert first.answer != later.answer


def test_same_as_without_usable_answers() -> None:
    """Unknown, circular, unfinished, broken and silent sources are reported on the line of `same_as`."""

    def codes(*files: FrontMatter) -> list[tuple[str, int | None]]:
        return [(f.code, f.line) for f in checked(*files).problems if f.path == "decisions/Bravo.md"]

    broken = file(changed(ACCEPT, "risk: high", "risk: huge"))
    until = file(changed(ACCEPT, "2027-01-31", "2028-01-31"))
    draft = file(ACCEPT + "draft: true\n")
    assert codes(file(ACCEPT), sharing("Alhpa")) == [("decision-same-as-unknown", 7)]
    assert codes(sharing("Bravo")) == [("decision-same-as-circular", 7)]
    assert codes(sharing("Charlie"), sharing("Bravo", "Charlie")) == [("decision-same-as-circular", 7)]
    assert codes(sharing("Charlie"), sharing("Charlie", "Charlie")) == [("decision-same-as-unusable", 7)]
    assert codes(broken, sharing()) == [("decision-same-as-unusable", 7)]
    assert codes(until, sharing()) == [("decision-same-as-unusable", 7)]
    assert codes(draft, sharing()) == [("decision-same-as-unusable", 7)]
    assert codes(file(PLAN), sharing()) == [("decision-same-as-unusable", 7)]
    assert codes(file(ACCEPT), sharing()) == []
    assert "Alpha" in checked(file(ACCEPT), sharing("Alhpa")).problems[0].hint


def test_an_error_spreads_along_same_as() -> None:
    """A decision that takes answers from one with errors, along a chain too, does not count either."""
    broken = file(changed(ACCEPT, "2027-01-31", "2028-01-31"))
    result = checked(broken, sharing(), sharing("Bravo", "Charlie"))
    assert (result.decisions, result.with_errors) == ({}, {"Alpha", "Bravo", "Charlie"})
    own = changed(SHARING, "{until: 2026-12-31}", "{rationale: Ours, approver: Managing Director, until: 2026-12-31}")
    silent = checked(file(PLAN), sharing(), sharing("Bravo", "Charlie", own))
    assert known(silent.problems, "decisions/Charlie.md") == ["decision-same-as-unusable"]
    assert list(silent.decisions) == ["Alpha"]


def test_questions_that_neither_decision_answers() -> None:
    """With `same_as`, a question that the other decision leaves open too is a warning, for do-now an error."""
    silent = file(changed(ACCEPT, "proof: Sign-in log.\n", ""))
    assert known(checked(silent, sharing()).problems, "decisions/Bravo.md") == ["decision-unanswered"]
    plan = "recommendation: Bravo\nbucket: do-now\nrisk: low\nowner: CIO\ndue: 2026-12-01\nsame_as: Alpha\n"
    bravo = file(plan, path="decisions/Bravo.md")
    assert known(checked(silent, bravo).problems, "decisions/Bravo.md") == ["decision-same-as-unusable"]
    assert checked(file(PLAN), bravo).problems == ()


def test_owners_list() -> None:
    """Where the settings list owners, another one is an error with the nearest; else any role may own."""
    settings = Settings(owners=("Head of Operations", "Head of ICT"))
    (fault,) = checked(file(PLAN), settings=settings).problems
    assert (fault.code, fault.line, fault.severity) == ("decision-owner-unlisted", 6, Severity.ERROR)
    assert "Head of ICT" in fault.hint
    assert checked(file(PLAN), settings=Settings(owners=("Head of IT",))).problems == ()


@pytest.mark.parametrize(
    ("until", "months", "decided", "expected"),
    [
        ("2027-11-21", 12, None, []),
        ("2027-11-22", 12, None, ["decision-until-too-far"]),
        ("2027-11-21", 12, "2026-11-20", ["decision-until-too-far"]),
        ("2027-11-20", 12, "2026-11-20", []),
        ("2027-11-21", 12, "2026-12-31", []),
        ("2027-11-22", 12, "2026-12-31", ["decision-until-too-far"]),
        ("2027-02-22", 3, None, ["decision-until-too-far"]),
        ("2026-11-21", 12, None, []),
        ("2026-11-20", 12, None, ["decision-expired"]),
    ],
)
@pytest.mark.parametrize(("yaml", "line"), [(ACCEPT, 13), (COVERED, 10)])
def test_last_days(yaml: str, line: int, until: str, months: int, decided: str | None, expected: list[str]) -> None:
    """An acceptance or cover ends after its last day, and runs no longer than allowed from the day it was made."""
    days = {"Alpha": date.fromisoformat(decided)} if decided else {}
    result = checked(
        file(changed(yaml, "2027-01-31", until)), settings=Settings(acceptance_months=months), decided=days
    )
    assert places(result.problems) == [(code, line) for code in expected]


@pytest.mark.parametrize(
    ("bucket", "due", "decided", "expected"),
    [
        ("do-now", TODAY + timedelta(days=92), None, []),
        ("do-now", TODAY + timedelta(days=93), None, ["decision-due-too-far"]),
        ("do-now", TODAY + timedelta(days=92), TODAY - timedelta(days=1), ["decision-due-too-far"]),
        ("do-soon", TODAY + timedelta(days=900), None, []),
        ("do-now", TODAY, None, []),
        ("do-now", TODAY - timedelta(days=1), None, ["decision-overdue"]),
        ("do-soon", TODAY - timedelta(days=30), None, ["decision-overdue"]),
    ],
)
def test_due_days(bucket: str, due: date, decided: date | None, expected: list[str]) -> None:
    """A do-now is due within 92 days of the decision; what is late is reported with its days."""
    yaml = changed(changed(PLAN, "do-now", bucket), "2026-12-31", due.isoformat())
    result = checked(file(yaml), decided={"Alpha": decided} if decided else {})
    assert places(result.problems) == [(code, 10) for code in expected]
    if expected == ["decision-overdue"]:
        assert ("1 day ago" if due == TODAY - timedelta(days=1) else "30 days ago") in result.problems[0].message


def test_what_is_done_blocked_or_retired_is_not_overdue() -> None:
    """What is done, blocked or retired is not overdue; an acceptance of what is done does not expire."""
    late = file(changed(PLAN, "2026-12-31", "2026-11-01"))
    over = file(changed(ACCEPT, "2027-01-31", "2026-11-01"))
    blocked = file(changed(PLAN, "2026-12-31", "2026-11-01") + "blocked: {by: business, since: 2026-10-01}\n")
    gone = {"catalogued": {"Other"}, "known": {"Alpha"}}
    assert places(checked(late).problems) == [("decision-overdue", 10)]
    assert places(checked(over).problems) == [("decision-expired", 13)]
    assert checked(late, done={"Alpha"}).problems == ()
    assert checked(over, done={"Alpha"}).problems == ()
    assert checked(blocked).problems == ()
    assert [f.code for f in checked(late, **gone).problems] == ["decision-retired-id"]
    assert [f.code for f in checked(over, **gone).problems] == ["decision-retired-id"]


@pytest.mark.parametrize(
    ("since", "expected"),
    [(TODAY - timedelta(days=90), []), (TODAY - timedelta(days=91), ["decision-ask-old"]), (TODAY, [])],
)
@pytest.mark.parametrize("listed", [True, False])
def test_open_requests(since: date, expected: list[str], listed: bool) -> None:
    """A request that is open for more than 90 days is reported on its line, in a list and alone."""
    entry = f"from: leadership\n    since: {since}\n    question: Fund it?\n"
    yaml = PLAN + ("ask:\n  - " + entry if listed else "ask:\n    " + entry)
    line = 12 if listed else 11
    assert places(checked(file(yaml)).problems) == [(code, line) for code in expected]


def test_days_in_the_future() -> None:
    """Something cannot have happened tomorrow."""
    tomorrow = TODAY + timedelta(days=1)
    blocked = file(PLAN + f"blocked:\n  by: business\n  since: {tomorrow}\n")
    asked = file(PLAN + f"ask: {{from: leadership, since: {tomorrow}, question: Why?}}\n")
    approved = file(ACCEPT + f"  approval:\n    by: Managing Director\n    on: {tomorrow}\n    record: Minutes\n")
    assert places(checked(blocked).problems) == [("decision-date-ahead", 13)]
    assert places(checked(asked).problems) == [("decision-date-ahead", 11)]
    assert places(checked(approved).problems) == [("decision-date-ahead", 16)]


def test_the_dates_of_a_draft_are_not_checked() -> None:
    """Days, owner and `same_as` of a draft weigh as warnings at most; its name and id weigh as ever."""
    draft = file(changed(PLAN, "2026-12-31", "2030-01-01") + "draft: true\nsame_as: Nobody\n")
    result = checked(draft, settings=Settings(owners=("Somebody else",)))
    assert {fault.severity for fault in result.problems} == {Severity.WARNING}
    assert known(result.problems, draft.path) == [
        "decision-owner-unlisted",
        "decision-draft",
        "decision-same-as-unknown",
    ]
    named = checked(file(PLAN + "draft: true\n", path="decisions/Else.md"))
    assert Severity.ERROR in {fault.severity for fault in named.problems}


def test_the_rules_apart_and_together_agree() -> None:
    """`read_decision` and `check_decisions` by themselves find what `decisions_in_force` reports."""
    files = [file(changed(ACCEPT, "2027-01-31", "2028-01-31")), sharing("Alhpa"), other("Zulu", PLAN)]
    both = [read_decision(each) for each in files]
    apart = [found for _, problems in both for found in problems]
    apart += check_decisions(
        [(each, decision) for each, (decision, _) in zip(files, both, strict=True)],
        CheckContext(TODAY, catalogued=CATALOGUED, settings=Settings(roles=LISTED)),
    )
    assert sorted(apart, key=lambda found: found.order) == list(checked(*files).problems)


@pytest.mark.parametrize("last", ["Id400", "Id0", "Id200"])
def test_long_chains_end(last: str) -> None:
    """Four hundred decisions that name one another, to nowhere and in circles; messages stay short."""
    after = {**{number: f"Id{number + 1}" for number in range(399)}, 399: last}
    files = [other(f"Id{number}", ACCEPT + f"same_as: {after[number]}\n") for number in range(400)]
    found = [each for each in checked(*files).problems if each.code.startswith("decision-same-as")]
    assert len(found) == 400
    assert all(len(each.message) < 200 for each in found)


def test_resolving_needs_no_order_and_leaves_what_it_cannot_follow() -> None:
    """A chain is followed whichever comes first; unknown and circular ones stay as they are."""
    bare = {
        name: Decision(name, Bucket.DO_SOON, same_as=to)
        for name, to in (("A", "B"), ("B", "C"), ("D", "X"), ("E", "E"))
    }
    bare["C"] = Decision("C", Bucket.DO_SOON, proof="Log")
    for order in (sorted(bare), sorted(bare, reverse=True)):
        resolved = resolve_same_as({name: bare[name] for name in order})
        assert [resolved[name].proof for name in "ABCDE"] == ["Log", "Log", "Log", "", ""]
        assert list(resolved) == order


def test_every_rule_is_broken_somewhere() -> None:
    """The registry has no rule about decisions that no test breaks."""
    here = {code for _, _, expected in ONE_FILE for code, _ in expected}
    elsewhere = {
        *(
            "decision-unknown-id",
            "decision-made-id",
            "decision-id-case",
            "decision-retired-id",
            "decision-not-in-catalogue",
        ),
        *("decision-two-files", "decision-copied-rationale", "decision-owner-unlisted"),
        *("decision-same-as-unknown", "decision-same-as-circular", "decision-same-as-unusable"),
        *(
            "decision-ask-by",
            "decision-ask-late",
            "decision-until-too-far",
            "decision-due-too-far",
            "decision-expired",
            "decision-overdue",
        ),
        *("decision-ask-old", "decision-date-ahead", "decision-past-date"),
        *("decision-approver-is-owner", "decision-critical-approver", "decision-approver-unlisted"),  # test_policy.py
        *("decision-approval-by", "decision-approval-later", "decision-record-missing"),
        *("decision-past-date",),
        *("decision-removed", "decision-renamed"),  # against a base: tests/cli/test_check_base.py
    }
    assert {code for code in RULES if code.startswith("decision-")} == {
        code for code in here | elsewhere if code.startswith("decision-")
    }
    assert all(rule.meaning.endswith(".") for rule in RULES.values())


def test_the_table_of_keys_is_the_model() -> None:
    """Every field of the model is a key of the format, and the documented table is kept."""
    names = {"asks": "ask", "of": "from"}
    inner = {key.name: {each.name for each in key.keys} for key in KEYS if key.keys}
    assert {names.get(each.name, each.name) for each in fields(Decision)} - {"body", "inherits"} == {
        key.name for key in KEYS
    }
    for group, model in {"accepted": Acceptance, "covered": Cover, "blocked": Blockage, "ask": Ask}.items():
        assert {names.get(each.name, each.name) for each in fields(model)} == inner[group]
    needs = {key.name: "".join(key.need(bucket).name[0] for bucket in Bucket) for key in KEYS}
    assert needs == {
        **dict.fromkeys(("recommendation", "bucket", "owner"), "RRRR"),
        "risk": "RRRO",
        **dict.fromkeys(("reduces", "impact", "prerequisites", "proof"), "RAAO"),
        "due": "RRFF",
        "blocked": "OOFF",
        "accepted": "FFRF",
        "covered": "FFFR",
        **dict.fromkeys(("ask", "same_as", "links", "draft"), "OOOO"),
    }
    assert Need.FORBIDDEN.value == "–"


@pytest.mark.parametrize(
    ("yaml", "body"),
    [
        (PLAN + "".join(f"key{number}: 1\n" for number in range(4000)), ""),
        (changed(PLAN, "Head of IT", '"' + "x" * 60_000 + '@"'), ""),
        (PLAN, "[a](x:y)\n" * 100_000),
        (PLAN, "<b>\n" * 200_000),
        (PLAN, "```x\n" * 150_000),
        (PLAN, "".join("`" * length + " " for length in range(1, 1200))),
        (PLAN, "](" + " " * 500_000 + "\n[" * 200_000),
    ],
)
def test_hostile_sizes_end(yaml: str, body: str) -> None:
    """Files made to exhaust a check end, and one mistake is reported a limited number of times."""
    assert len(checked(file(yaml, body)).problems) <= 25


@given(st.text(max_size=60), st.text(max_size=120))
def test_any_text_is_checked(value: str, body: str) -> None:
    """Texts of any kind, as values and as body, are checked, never raised."""
    for yaml in (f"recommendation: {value}\nbucket: accept\n", f"{value}: x\n", changed(ACCEPT, "2027-01-31", value)):
        checked(file(yaml, body), file(ACCEPT))


LEAVES = st.sampled_from(["x", "", "~", "5", "1.5", "true", "2026-10-01", "2026-13-01", "Alpha", "a@b.c", "<b>"])
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(st.sampled_from([each.name for key in KEYS for each in key.keys]), inner, max_size=4).map(
            lambda items: f"{{{', '.join(f'{key}: {value}' for key, value in items.items())}}}"
        ),
    ),
    max_leaves=8,
)


@given(st.sampled_from(list(Bucket)), st.dictionaries(st.sampled_from([key.name for key in KEYS]), VALUES, max_size=8))
def test_any_shape_is_checked(bucket: Bucket, values: dict[str, str]) -> None:
    """Any shape of value behind any key gives a decision or an error, never both and never neither."""
    typed = {"recommendation": "Alpha", "bucket": bucket.value, **values}
    found = file("".join(f"{key}: {value}\n" for key, value in typed.items()))
    decision, problems = read_decision(found)
    assert (decision is None) is any(fault.severity is Severity.ERROR for fault in problems)
    checked(found, file(ACCEPT, path="decisions/Bravo.md"))


def test_a_request_names_its_deadline_and_what_it_costs() -> None:
    """Until when, what the team recommends, what it costs and who asks are read; all may be left out."""
    decision = read(
        PLAN + "ask:\n  - from: leadership\n    since: 2026-10-01\n    question: Fund it?\n    by: 2026-12-01\n"
        "    recommend: Yes.\n    cost: about 900 EUR a year\n    asked_by: Head of IT\n    default: never\n"
    )
    (ask,) = decision.asks
    assert (ask.by, ask.recommend, ask.cost, ask.asked_by) == (
        date(2026, 12, 1),
        "Yes.",
        "about 900 EUR a year",
        "Head of IT",
    )


@pytest.mark.parametrize(
    ("by", "today", "expected"),
    [
        ("2026-09-30", date(2026, 10, 2), "decision-ask-by"),
        ("2026-10-01", date(2026, 10, 1), ""),
        ("2026-10-31", date(2026, 10, 31), ""),
        ("2026-10-31", date(2026, 11, 1), "decision-ask-late"),
    ],
)
def test_an_answer_is_needed_by_a_day_after_the_question(by: str, today: date, expected: str) -> None:
    """Before the question is an error, a day that has passed is a warning on its line, the day itself is neither."""
    text = (
        PLAN + f"ask:\n  - {{from: leadership, since: 2026-10-01, question: Fund it?}}\n  - from: CIO\n    by: {by}\n"
    )
    text += "    since: 2026-10-01\n    question: Buy it?\n    default: nothing is bought\n"
    found = [each for each in checked(file(text), today=today).problems if each.code.startswith("decision-ask")]
    assert [each.code for each in found] == [expected] * bool(expected)
    if expected == "decision-ask-by":
        assert "by 2026-09-30, before the question is asked on 2026-10-01" in found[0].message
    if found:
        assert found[0].line == 14
    if expected == "decision-ask-late":
        assert found[0].message == 'The answer of "CIO" was needed by 2026-10-31, 1 day ago.'
        assert "nothing is bought" in found[0].hint
