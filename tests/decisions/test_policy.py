# SPDX-License-Identifier: Apache-2.0
"""The rules that the settings' policy weighs: a bad example of each, what just keeps it, and what a change undoes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from secure_score_backlog.decisions.checks import CheckContext, check_decisions
from secure_score_backlog.decisions.front_matter import FrontMatter, parse
from secure_score_backlog.decisions.parse import read_decision
from secure_score_backlog.decisions.people import folded, is_person
from secure_score_backlog.decisions.policy import in_force
from secure_score_backlog.decisions.values import is_no_answer
from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.settings import Policy, Settings, Weight
from tests.support.decision_files import ACCEPTED as ACCEPT
from tests.support.decision_files import EXEMPTED as COVERED

TODAY = date(2026, 11, 21)
LISTED = {"Managing Director": ("director",), "Head of IT": ("it",)}

PLAN = ACCEPT.partition("accepted:")[0].replace("accept", "do-soon") + "due: 2026-12-31\n"


def file(yaml: str, name: str = "Alpha") -> FrontMatter:
    """A decision's file."""
    return parse(f"---\n{yaml}---\n", f"decisions/{name}.md")


def problems(*yaml: str | FrontMatter, policy: Policy | None = None, **around: Any) -> list[Problem]:
    """What is wrong with decisions beyond the single file."""
    settings = around.pop("settings", Settings(roles=LISTED, policy=policy or Policy()))
    files = [file(each) if isinstance(each, str) else each for each in yaml]
    read = [(each, read_decision(each)[0]) for each in files]
    assert all(found is not None for _, found in read)
    return check_decisions(read, CheckContext(**{"today": TODAY, "settings": settings, **around}))


def test_a_good_acceptance_has_no_problem() -> None:
    """Another role approves, it has a login, and the dates are ahead."""
    assert problems(ACCEPT) == problems(COVERED) == problems(PLAN) == []


@pytest.mark.parametrize(
    ("yaml", "line", "words"),
    [
        (ACCEPT.replace("Managing Director", "head of  IT"), 12, 'The approver "head of IT" is the owner too'),
        (COVERED.replace("Service Desk", "Head of IT"), 9, "so nobody else agreed to this exemption"),
        (
            ACCEPT + "  approval: {by: Head of IT, on: 2026-11-01, record: Minutes}\n",
            14,
            'The approval is by "Head of IT", the owner',
        ),
    ],
)
def test_whoever_owns_it_does_not_approve_it(yaml: str, line: int, words: str) -> None:
    """Also in other letters, for an exemption, and by an attestation; an error on the approver's line."""
    (found,) = problems(yaml)
    assert (found.code, found.line, found.severity) == ("decision-approver-is-owner", line, Severity.ERROR)
    assert words in found.message


def test_an_approval_of_another_role_is_said() -> None:
    """It would be shown as only named, and nobody would know why."""
    (found,) = problems(ACCEPT + "  approval: {by: Head of Finance, on: 2026-11-01, record: Minutes}\n")
    assert (found.code, found.line, found.severity) == ("decision-approval-by", 14, Severity.WARNING)
    assert 'by "Head of Finance", and the approver is "Managing Director"' in found.message
    assert problems(ACCEPT + "  approval: {by: managing  director, on: 2026-11-01, record: Minutes}\n") == []


RECORDED = ACCEPT + "  approval: {by: Managing Director, on: 2026-11-01, record: docs/reviews/2026-11.md}\n"
ON_ITS_LINE = RECORDED.replace("{by: ", "\n    by: ").replace(", on", "\n    on").replace(", record", "\n    record")


def test_a_record_that_is_not_there_is_said() -> None:
    """On its line; a file that is there, a link, a ticket and what nobody looked for are no fault."""
    text = ON_ITS_LINE.replace("}", "")
    (found,) = problems(text, has_file=lambda _: False)
    assert (found.code, found.line, found.severity) == ("decision-record-missing", 17, Severity.WARNING)
    assert found.message == (
        'The record of the approval, "docs/reviews/2026-11.md", is not there, so the approval does not count.'
    )
    assert "add it in the same pull request" in found.hint
    (found,) = problems(text, has_file=lambda _: False, without_github=True)
    assert "commit it together with this decision" in found.hint
    assert problems(text) == problems(text, has_file=lambda _: True) == []
    for elsewhere in ("Minutes of the board", "https://tickets.example/4711", "SEC-4711"):
        assert problems(text.replace("docs/reviews/2026-11.md", elsewhere), has_file=lambda _: False) == []


def test_an_approval_that_is_younger_than_its_decision_is_said() -> None:
    """It will not count; one in the future is said as such, and without a commit no day is known."""
    made = date(2026, 10, 31)
    (found,) = problems(RECORDED, decided={"Alpha": made})
    assert (found.code, found.line, found.severity) == ("decision-approval-later", 14, Severity.WARNING)
    assert "dated 2026-11-01, after the commit of the decision (2026-10-31)" in found.message
    assert problems(RECORDED, decided={"Alpha": date(2026, 11, 1)}) == problems(RECORDED) == []
    (ahead,) = problems(RECORDED.replace("2026-11-01", "2026-11-30"), decided={"Alpha": made})
    assert ahead.code == "decision-date-ahead"


def test_an_approver_that_same_as_brings_counts() -> None:
    """The other decision's approver may be this one's owner."""
    sharing = file(
        "recommendation: Bravo\nbucket: accept\nrisk: low\nowner: Managing Director\nsame_as: Alpha\n"
        "accepted:\n  until: 2027-01-31\n",
        "Bravo",
    )
    (found,) = problems(ACCEPT, sharing)
    assert (found.code, found.path, found.line) == ("decision-approver-is-owner", "decisions/Bravo.md", 6)


PERSONS = [
    *("Jane Doe", "john smith", "Doe, Jane", "Dr. Weber", "Frau Müller", "José García López", "Max Mustermann"),
    *("Head of IT (Jane Doe)", "Jane Doe, Head of IT", "someone@tenant.example", "@octocat", "Piet van der Berg"),
    *("Maria-Luisa Rossi", "Wei Zhang", "Mr J. Smith", "Anne O'Neill", "IT / Tom Jones"),
]
ROLES = [
    *(
        "Head of IT",
        "Managing Director",
        "Leiter Informationstechnik",
        "Direktor",
        "CISO",
        "IT",
        "Vorstand",
        "leadership",
    ),
    *(
        "Mark Manager",
        "Jordan Office",
        "Service Desk Lead",
        "Data Protection Officer",
        "Chief of Staff",
        "Harbour Master",
    ),
    *("Works council", "Messaging", "Second line", "Responsable de la sécurité", "Austin Operations", "Team Frank"),
]


@pytest.mark.parametrize("role", PERSONS)
def test_a_person_is_no_role(role: str) -> None:
    """Names in several languages, alone and beside a role; addresses and logins."""
    assert is_person(role)
    assert is_person(role, {folded(role)}) is role.startswith("@"), "what the settings list is a role, a login never"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_no_person(role: str) -> None:
    """Words of roles decide, also after a given name, and so does a place."""
    assert not is_person(role)


def test_who_wrote_decisions_is_a_person() -> None:
    """The name of an author in Git is one that nobody has to guess; an author called after a role is none."""
    assert is_person("Perdita Canaria", authors={"perdita canaria"})
    assert is_person("Owner: perdita canaria", authors={"perdita canaria"})
    assert not is_person("Perdita Canaria")
    assert not is_person("Head of IT", authors={"head of it"})


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("owner: Head of IT", "owner: Jane Doe", 6),
        ("approver: Managing Director", "approver: jane.doe@tenant.example", 12),
    ],
)
def test_a_person_where_a_role_belongs(old: str, new: str, line: int) -> None:
    """An error on its line; the hint says how to tell the program that it is a role."""
    found = [each for each in problems(ACCEPT.replace(old, new)) if each.code == "decision-person"]
    assert [(each.line, each.severity) for each in found] == [(line, Severity.ERROR)]
    assert "`owners` or `roles` in backlog.yml" in found[0].hint


def test_every_place_of_a_role_is_looked_at() -> None:
    """Whoever attests, is asked and asks, of a list of questions and of one alone."""
    text = ACCEPT + "  approval: {by: Jane Doe, on: 2026-11-01, record: Minutes}\n"
    text += "ask:\n  - from: Tom Jones\n    since: 2026-11-01\n    question: Fund it?\n    asked_by: Anna Weber\n"
    assert [(each.code, each.line) for each in problems(text)] == [
        ("decision-person", 14),
        ("decision-person", 16),
        ("decision-person", 19),
    ]
    alone = ACCEPT + "ask: {from: Tom Jones, since: 2026-11-01, question: Fund it?}\n"
    assert [each.code for each in problems(alone)] == ["decision-person"]


@pytest.mark.parametrize(
    ("yaml", "made", "expected"),
    [
        (ACCEPT.replace("2027-01-31", "2026-11-20"), TODAY, ["decision-past-date"]),
        (ACCEPT.replace("2027-01-31", "2026-11-21"), TODAY, []),
        (ACCEPT.replace("2027-01-31", "2026-11-20"), date(2026, 11, 20), ["decision-expired"]),
        (PLAN.replace("2026-12-31", "2026-11-01"), date(2026, 11, 2), ["decision-past-date"]),
        (PLAN.replace("2026-12-31", "2026-11-01"), date(2026, 11, 1), ["decision-overdue"]),
        (COVERED.replace("2027-01-31", "2026-10-01"), date(2026, 11, 1), ["decision-past-date"]),
        (ACCEPT.replace("2027-01-31", "2026-11-20"), None, ["decision-expired"]),
    ],
)
def test_nothing_is_decided_for_the_past(yaml: str, made: date | None, expected: list[str]) -> None:
    """A last day before the decision's own is an error; one that has passed since, or by an unknown day, is none."""
    found = problems(yaml, decided={"Alpha": made} if made else {})
    assert [each.code for each in found] == expected
    if expected == ["decision-past-date"]:
        assert found[0].severity is Severity.ERROR
        assert f"the decision was made ({made}:" in found[0].message


ATTESTED = "  approval: {by: Managing Director, on: 2026-11-01, record: Minutes of the board}\n"


@pytest.mark.parametrize(
    ("risk", "roles", "attested", "expected"),
    [
        ("critical", LISTED, False, []),
        ("critical", {}, False, ["decision-critical-approver"]),
        ("critical", {"Managing Director": ()}, False, ["decision-critical-approver"]),
        ("critical", {}, True, []),
        ("high", {}, False, ["decision-approver-unlisted"]),
        ("high", {"managing  director": ("x",)}, False, []),
        ("high", {}, True, []),
    ],
)
def test_an_approver_can_be_recognised(
    risk: str, roles: dict[str, tuple[str, ...]], attested: bool, expected: list[str]
) -> None:
    """By a login under `roles`, or by an attestation; a critical risk must, any other should."""
    text = ACCEPT.replace("risk: high", f"risk: {risk}") + (ATTESTED if attested else "")
    found = problems(text, settings=Settings(roles=roles))
    assert [each.code for each in found] == expected
    if expected:
        critical = risk == "critical"
        assert found[0].severity is (Severity.ERROR if critical else Severity.WARNING)
        assert found[0].line == 12
        assert found[0].hint.startswith("Ask whoever maintains this repository to add the role and its login")
        assert "write below `accepted:` a key `approval:`" in found[0].hint
        assert ("This risk is critical" in found[0].message) == critical


def test_roles_that_could_approve_are_named() -> None:
    """Those with a login, but for the owner, who may not."""
    roles = {"CISO": ("c",), "Head of IT": ("h",), "Board": ()}
    (found,) = problems(ACCEPT, settings=Settings(roles=roles))
    assert found.hint.startswith("Name another `approver`, one that has a login: CISO. Or ask whoever maintains")


def test_an_exemption_of_a_critical_risk_is_no_acceptance() -> None:
    """It claims that there is no risk here: its approver should be listed, and need not be."""
    text = COVERED.replace("owner:", "risk: critical\nowner:")
    assert [each.code for each in problems(text, settings=Settings())] == ["decision-approver-unlisted"]


EACH = {
    "approver_is_owner": ACCEPT.replace("Managing Director", "Head of IT"),
    "person_as_role": ACCEPT.replace("owner: Head of IT", "owner: Jane Doe"),
    "past_date": ACCEPT.replace("2027-01-31", "2026-11-20"),
    "critical_approver_unlisted": ACCEPT.replace("high", "critical").replace("Managing Director", "Chairwoman"),
    "approver_unlisted": ACCEPT.replace("Managing Director", "Chairwoman"),
}
CODES = {
    "approver_is_owner": "decision-approver-is-owner",
    "person_as_role": "decision-person",
    "past_date": "decision-past-date",
    "critical_approver_unlisted": "decision-critical-approver",
    "approver_unlisted": "decision-approver-unlisted",
}


@pytest.mark.parametrize("rule", EACH)
@pytest.mark.parametrize("weight", Weight)
def test_each_rule_weighs_what_the_policy_says(rule: str, weight: Weight) -> None:
    """Error, warning, or nothing at all."""
    found = problems(EACH[rule], policy=Policy(**{rule: weight}), decided={"Alpha": TODAY})
    severities = [each.severity.value for each in found if each.code == CODES[rule]]
    assert severities == ([] if weight is Weight.OFF else [weight.value])


@pytest.mark.parametrize("rule", EACH)
def test_a_policy_that_became_stricter_undoes_nothing(rule: str) -> None:
    """What was decided under another policy is a warning until it is renewed; what was not, an error."""
    made = date(2026, 11, 1) if rule != "past_date" else TODAY
    earlier = Settings(roles=LISTED, policy=Policy(**{rule: Weight.OFF}))
    now = Settings(roles=LISTED, policy=Policy(**{rule: Weight.ERROR}))

    def found(then: Settings) -> list[str]:
        every = problems(EACH[rule], settings=now, decided={"Alpha": made}, settings_when=lambda _: then)
        return [each.severity.value for each in every if each.code == CODES[rule]]

    assert found(earlier) == ["warning"]
    assert found(now) == ["error"]


def test_a_weaker_policy_counts_at_once() -> None:
    """Today's policy decides where it is the weaker one."""
    strict, weak = Policy(), Policy(**dict.fromkeys(Policy.__slots__, Weight.OFF))
    assert in_force(weak, strict) == weak
    assert in_force(strict, strict) == strict
    assert in_force(strict, weak).person_as_role is Weight.WARNING
    assert in_force(Policy(person_as_role=Weight.WARNING), strict).person_as_role is Weight.WARNING


def test_a_role_counts_that_was_listed_when_it_was_decided() -> None:
    """A role taken out of the settings later does not undo what it approved; one put in later is enough as well."""
    text = ACCEPT.replace("risk: high", "risk: critical")
    before, after = Settings(roles=LISTED), Settings()
    around: dict[str, Any] = {"decided": {"Alpha": date(2026, 11, 1)}}
    assert problems(text, settings=after, settings_when=lambda _: before, **around) == []
    assert problems(text, settings=before, settings_when=lambda _: after, **around) == []


@pytest.mark.parametrize("word", ["x", "a", "N/A", "n.a.", "na", "TBD", "todo", "?", "-", ".", "xxx", "aaa", "5"])
def test_a_placeholder_is_no_answer(word: str) -> None:
    """One letter, one mark, and the usual words; a required answer is missing, and the message says why."""
    assert is_no_answer(word)
    quoted = f'"{word}"'
    decision, (found,) = read_decision(file(ACCEPT.replace("Head of IT", quoted)))
    assert decision is None
    assert found.code == "decision-placeholder"
    assert found.line == 6
    assert f"{quoted} is a placeholder and counts as no answer" in found.message
    decision, (found,) = read_decision(file(ACCEPT.replace("Sign-in log.", quoted)))
    assert decision is not None
    assert (decision.proof, decision.readiness) == ("", 4)
    assert found.code == "decision-unanswered"


@pytest.mark.parametrize("word", ["IT", "No", "None.", "Nothing", "E5", "not applicable to mobiles", "ok then"])
def test_a_short_answer_is_an_answer(word: str) -> None:
    """Two letters can be a role, and none is what some changes need."""
    assert not is_no_answer(word)


def test_letters_stay_options_and_ids() -> None:
    """Only where an answer belongs: a choice may be called a, and an id is what it is."""
    text = (
        ACCEPT.replace("Alpha", "A")
        + "ask:\n  - {from: CIO, since: 2026-11-01, question: Which one?, options: [a, b]}\n"
    )
    decision, faults = read_decision(parse(f"---\n{text}---\n", "decisions/A.md"))
    assert faults == []
    assert decision is not None
    assert decision.asks[0].options == ("a", "b")
