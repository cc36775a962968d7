# SPDX-License-Identifier: Apache-2.0
"""Single values of a decision: every spelling that is understood, and what is said of the others."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from secure_score_backlog.decisions.front_matter import parse
from secure_score_backlog.decisions.model import Decision
from secure_score_backlog.decisions.parse import read_decision
from secure_score_backlog.decisions.values import is_link, is_open, part
from secure_score_backlog.problems import Problem
from secure_score_backlog.schema import in_words

PATH = "decisions/Alpha.md"
PLAN = {
    "recommendation": "Alpha",
    "bucket": "do-soon",
    "risk": "high",
    "reduces": "Spraying.",
    "owner": "Head of IT",
    "impact": "Two scanners stop.",
    "prerequisites": "Nothing.",
    "proof": "Sign-in log.",
    "due": "2026-12-31",
}
FIRST_FREE_LINE = len(PLAN) + 2


def read(**values: str) -> tuple[Decision | None, list[Problem]]:
    """The decision of a plan in which some lines are other ones, and its problems."""
    lines = "".join(f"{key}: {value}\n" for key, value in {**PLAN, **values}.items())
    return read_decision(parse(f"---\n{lines}---\n", PATH), path=PATH)


def fault(**values: str) -> Problem:
    """The one problem of such a plan; in words that hold nothing that is missing."""
    _, (found,) = read(**values)
    assert found.path == PATH
    for words in (found.message, found.hint):
        assert isinstance(words, str)
        assert not re.search(r"\bNone\b", words)
        assert words != words.upper()
    return found


@pytest.mark.parametrize(
    ("values", "code", "shown", "hint"),
    [
        ({"owner": "12"}, "decision-wrong-type", "12", '`owner: "12"`'),
        ({"owner": "1.50"}, "decision-wrong-type", "1.50", '`owner: "1.50"`'),
        ({"owner": "2026-10-01"}, "decision-wrong-type", "2026-10-01", '`owner: "2026-10-01"`'),
        ({"owner": "true"}, "decision-wrong-type", "true", '`owner: "true"`'),
        ({"proof": "FALSE"}, "decision-wrong-type", "false", '`proof: "false"`'),
        ({"owner": "[One]"}, "decision-wrong-type", "`owner`", "`owner: Head of IT`"),
        ({"owner": "{a: b}"}, "decision-wrong-type", "`owner`", "`owner: Head of IT`"),
        ({"draft": "5"}, "decision-wrong-type", "5", "`draft: true`"),
        ({"draft": "perhaps"}, "decision-wrong-type", '"perhaps"', "`draft: true`"),
        ({"draft": "2026-10-01"}, "decision-wrong-type", "2026-10-01", "`draft: true`"),
        ({"blocked": "licensing"}, "decision-wrong-type", '"licensing"', "`blocked:`"),
        ({"blocked": "5"}, "decision-wrong-type", "5", "`blocked:`"),
        ({"ask": "Why?"}, "decision-wrong-type", '"Why?"', "`ask:`"),
        ({"ask": "true"}, "decision-wrong-type", "true", "`ask:`"),
        ({"links": "5"}, "decision-wrong-type", "5", '`links: "5"`'),
        ({"links": "[docs/a.md, 5]"}, "decision-wrong-type", "5", '`links: "5"`'),
        ({"links": "{a: b}"}, "decision-wrong-type", "`links`", "`links:"),
        ({"same_as": "[Bravo]"}, "decision-wrong-type", "`same_as`", "`same_as:"),
        ({"risk": "5"}, "decision-wrong-value", "the number 5", "critical, high, medium, low"),
        ({"risk": "very high risk"}, "decision-wrong-value", '"very high risk"', "critical, high, medium, low"),
        ({"risk": "hihg"}, "decision-wrong-value", '"hihg"', "`risk: high`"),
        ({"bucket": "do_soon"}, "decision-wrong-value", '"do_soon"', "`bucket: do-soon`"),
        ({"due": "soon"}, "date-invalid", '"soon"', "YYYY-MM-DD"),
        ({"due": "20261231"}, "date-invalid", "the number 20261231", "YYYY-MM-DD"),
        ({"due": "'2026-13-01'"}, "date-invalid", '"2026-13-01"', "YYYY-MM-DD"),
        ({"due": "[2026-12-31]"}, "date-invalid", "`due` takes a day of the calendar, not a list", "YYYY-MM-DD"),
        (
            {"risk": "[high]"},
            "decision-wrong-type",
            "`risk` takes one of critical, high, medium, low, not a list",
            "one of",
        ),
        ({"ask": "[{from: CIO, since: soon, question: Why?}]"}, "date-invalid", "`ask.since`", "`since: 2026-10-01`"),
        ({"owner": "Ada <ada@tenant.example>"}, "decision-person", "ada@tenant.example", "`owner: Head of IT`"),
    ],
)
def test_what_was_typed_and_what_to_type(values: dict[str, str], code: str, shown: str, hint: str) -> None:
    """The message repeats what was typed, and the hint says what to type instead."""
    found = fault(**values)
    assert found.code == code
    assert shown in found.message
    assert hint in found.hint


@pytest.mark.parametrize("values", [{"owner": "[One]"}, {"owner": "{a: b}"}, {"draft": "5"}, {"blocked": "5"}])
def test_quotes_help_numbers_and_days_only(values: dict[str, str]) -> None:
    """Nothing else becomes right by putting it into quotes."""
    assert '"' not in fault(**values).hint


@pytest.mark.parametrize("key", ["owner", "due", "risk", "draft", "links", "blocked", "proof"])
def test_a_date_that_does_not_exist_is_told_once(key: str) -> None:
    """Whatever key it stands behind, the reader of YAML has told it."""
    _, problems = read(**{key: "2026-02-31"})
    assert [(found.code, found.line) for found in problems if found.code == "date-invalid"][1:] == []
    assert {found.code for found in problems} == {"date-invalid"}


ACCEPT = {"bucket": "accept", "due": "~"}


def accepting(share: str) -> dict[str, str]:
    """An acceptance with a share."""
    return {**ACCEPT, "accepted": f"{{rationale: Ours, approver: CIO, until: 2027-01-31, share: {share}}}"}


@pytest.mark.parametrize(
    ("share", "hint"),
    [
        ("2", "2 %"),
        ("60", "60 %"),
        ("100", "100 %"),
        ("101", None),
        ("-1", None),
        ("1.5", None),
        ("true", None),
        ("false", None),
        ("most", None),
        ("150 %", None),
        ("7/6", None),
        ("[1]", None),
        ("2026-10-01", None),
    ],
)
def test_a_share_that_is_none(share: str, hint: str | None) -> None:
    """A whole number up to a hundred is taken for a percentage that lacks its mark; the rest gets all spellings."""
    found = fault(**accepting(share))
    assert (found.code, found.line) == ("decision-share", FIRST_FREE_LINE)
    if hint is not None:
        assert f"`share: {hint}`" in found.hint
    else:
        assert all(f"`{spelling}`" in found.hint for spelling in ("0.6", "6/10", "60 %"))
        assert share not in found.hint
    assert {"[1]": "a list"}.get(share, share) in found.message.casefold()


@pytest.mark.parametrize(
    ("value", "share"),
    [
        (0, 0),
        (1, 1),
        (True, None),
        (False, None),
        ("0 / 5", 0),
        ("5/5", 1),
        (" 1/3 ", Fraction(1, 3)),
        ("0/0", None),
        ("1/0.0", None),
        ("5/4", None),
        ("100 %", 1),
        ("0%", 0),
        ("100.1 %", None),
        ("1000 %", None),
        ("0.5", None),
        ("1/2/3", None),
        ("-1/2", None),
        ("%", None),
        ("", None),
        (None, None),
        (0.5, None),
        ([1], None),
    ],
)
def test_parts_at_their_edges(value: object, share: object) -> None:
    """From nothing to all, both included; a number in quotes, a float and truth values are no parts."""
    assert part(value) == share


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("http://a.example", True),
        ("https://a.example/x?y=z#w", True),
        ("HTTPS://A.example", True),
        ("HTTP://a.example", True),
        ("docs/X.md", True),
        ("X", True),
        ("../evidence.pdf", True),
        ("#part", True),
        ("?a=b", True),
        ("docs/a:b.md", True),
        ("docs/a:b/c.md", True),
        ("./a:b", True),
        ("/docs/a.md", True),
        ("", True),
        ("1:b", False),
        (":b", False),
        ("a:b", False),
        ("//evil.example", False),
        ("https://", False),
        ("https:///path", False),
        ("https:a.example", False),
        ("https://[", False),
        ("ftp://a.example", False),
        ("mailto:a@b.example", False),
        ("javascript:alert(1)", False),
        ("a b", False),
        ("a\tb", False),
        ("a\u00a0b", False),
        ("a\u200bb", False),
        ("a\x07b", False),
        ("a\\b", False),
        ("a<b", False),
        ("a>b", False),
        ('a"b', False),
    ],
)
def test_links_that_a_page_may_hold(link: str, expected: bool) -> None:
    """With a host, or a path in this repository, in letters that can be seen."""
    assert is_link(link) is expected


@pytest.mark.parametrize(
    ("links", "line", "shown"),
    [
        ("ftp://x", 0, "ftp://x"),
        ("[docs/a.md, ftp://x]", 0, "ftp://x"),
        ("\n  - docs/a.md\n  - ftp://x", 2, "ftp://x"),
        ("\n  - docs/a.md\n  - '  ftp://x  '", 2, "ftp://x"),
        ("\n  - tbd\n  - docs/a.md\n  - a b", 3, "a b"),
    ],
)
def test_a_bad_link_is_told_on_its_line(links: str, line: int, shown: str) -> None:
    """In a list on the line of the item, else on the key's."""
    found = fault(links=links)
    assert (found.code, found.line) == ("decision-bad-link", FIRST_FREE_LINE + line)
    assert f'"{shown}"' in found.message


def test_every_bad_link_is_told() -> None:
    """Not only the first, and not the good ones."""
    _, problems = read(links="[ftp://x, docs/a.md, 'a b', ftp://y]")
    assert [re.findall('"(.*)"', found.message) for found in problems] == [["a b"], ["ftp://x"], ["ftp://y"]]


@pytest.mark.parametrize(
    ("links", "expected"),
    [("docs/a.md", 1), ("[docs/a.md, tbd, ~, '', docs/b.md]", 2), ("[]", 0), ("~", 0), ("'?'", 0)],
)
def test_fillers_in_a_list_are_left_out(links: str, expected: int) -> None:
    """What answers nothing is no item."""
    decision, problems = read(links=links)
    assert decision is not None
    assert (len(decision.links), problems) == (expected, [])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *(("", True), (" ", True), (" TBD ", True), ("…", True), (None, True), ([], True), ({}, True)),
        *(("tbd.", False), ("0", False), (0, False), (False, False), ([None], False), ({"a": None}, False)),
    ],
)
def test_what_is_open(value: object, expected: bool) -> None:
    """Nothing, blanks and fillers; zero and false are answers."""
    assert is_open(value) is expected


def test_what_was_typed_in_words() -> None:
    """Each type of value is told apart; texts are quoted, lists and mappings are not repeated."""
    assert in_words(True).startswith("true")
    assert in_words(False).startswith("false")
    assert in_words("x\x1b") == '"x\ufffd"'
    assert in_words(["secret"]) == in_words([]) != in_words({}) == in_words({"secret": 1})
    assert "secret" not in in_words(["secret"]) + in_words({"secret": 1})
    assert re.search(r"\b5\b", in_words(5))
    assert in_words(None) == "nothing"
