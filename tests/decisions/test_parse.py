# SPDX-License-Identifier: Apache-2.0
"""One decision file: every spelling that is read, what is missing or does not belong, what a draft may leave open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction

import pytest

from secure_score_backlog.decisions.front_matter import parse
from secure_score_backlog.decisions.model import KEYS, Acceptance, Attestation, Bucket, Cover, CoverReason, Decision
from secure_score_backlog.decisions.parse import read_decision
from secure_score_backlog.decisions.values import Answer, is_link, is_open, part
from secure_score_backlog.problems import Problem, Severity
from secure_score_backlog.schema import Key, OneOrMore, in_words, required_hint

PATH = "decisions/Alpha.md"
PLAN_VALUES = {
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
FIRST_FREE_LINE = len(PLAN_VALUES) + 2


def read_with(**values: str) -> tuple[Decision | None, list[Problem]]:
    """The decision of a plan in which some lines are other ones, and its problems."""
    lines = "".join(f"{key}: {value}\n" for key, value in {**PLAN_VALUES, **values}.items())
    return read_decision(parse(f"---\n{lines}---\n", PATH))


def fault(**values: str) -> Problem:
    """The one problem of such a plan; in words that hold nothing that is missing."""
    _, (found,) = read_with(**values)
    assert found.path == PATH
    for words in (found.message, found.hint):
        assert isinstance(words, str)
        assert not re.search(r"\bNone\b", words)
        assert words != words.upper()
    return found


def test_a_syntax_error_hides_no_other_mistake() -> None:
    """What other lines and the text say wrong is told with it; what they may lack is not, as it may stand there."""
    lines = [
        *("---", "recommendation: Alpha", "bucket: do-soon", "risk: enormous", 'reduces: "Spraying', "owner: @it"),
        *("colour: red", "accepted:", "  until: 2026-13-01", " approver: x", "due: 2026-12-31", "---", "<b>bold</b>"),
    ]
    decision, found = read_decision(parse("\n".join(lines), PATH))
    assert decision is None
    assert [(each.line, each.code) for each in sorted(found, key=lambda each: each.order)] == [
        (4, "decision-wrong-value"),
        (5, "yaml-syntax"),
        (6, "yaml-syntax"),
        (7, "decision-unknown-key"),
        (9, "date-invalid"),
        (10, "yaml-syntax"),
        (13, "decision-raw-html"),
    ]
    _, (alone,) = read_decision(parse("---\n  a: 1\n b: 2\n---\n", PATH))
    assert alone.code == "yaml-syntax", "nothing else can be read"


@pytest.mark.parametrize(
    ("values", "code", "shown", "hint"),
    [
        ({"owner": "12"}, "decision-wrong-type", "12", "the name of a role, in words"),
        ({"owner": "1.50"}, "decision-wrong-type", "1.50", "the name of a role, in words"),
        ({"owner": "2026-10-01"}, "decision-wrong-type", "2026-10-01", "the name of a role, in words"),
        ({"owner": "true"}, "decision-wrong-type", "true", "the name of a role, in words"),
        ({"proof": "FALSE"}, "decision-wrong-type", "false", '`proof: "false"`'),
        ({"owner": "[One]"}, "decision-wrong-type", "`owner`", "the name of a role, in words"),
        ({"owner": "{a: b}"}, "decision-wrong-type", "`owner`", "the name of a role, in words"),
        ({"draft": "5"}, "decision-wrong-type", "5", "`draft: true`"),
        ({"draft": "perhaps"}, "decision-wrong-type", '"perhaps"', "`draft: true`"),
        ({"draft": "2026-10-01"}, "decision-wrong-type", "2026-10-01", "`draft: true`"),
        ({"blocked": "licensing"}, "decision-wrong-type", '"licensing"', "`blocked:`"),
        ({"blocked": "5"}, "decision-wrong-type", "5", "`blocked:`"),
        ({"ask": "Why?"}, "decision-wrong-type", '"Why?"', "`ask:`"),
        ({"ask": "true"}, "decision-wrong-type", "true", "`ask:`"),
        ({"links": "5"}, "decision-wrong-type", "5", "a link that begins with https://"),
        ({"links": "[docs/a.md, 5]"}, "decision-wrong-type", "5", "a link that begins with https://"),
        ({"links": "{a: b}"}, "decision-wrong-type", "`links`", "a link that begins with https://"),
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
        ({"ask": "[{from: CIO, since: soon, question: Why?}]"}, "date-invalid", "`ask.since`", "as YYYY-MM-DD"),
    ],
)
def test_messages_repeat_what_was_written_and_hints_say_what_to_write(
    values: dict[str, str], code: str, shown: str, hint: str
) -> None:
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
def test_a_date_that_does_not_exist_is_reported_once(key: str) -> None:
    """The reader of YAML reports it, whatever the key."""
    _, problems = read_with(**{key: "2026-02-31"})
    assert [(found.code, found.line) for found in problems if found.code == "date-invalid"][1:] == []
    assert {found.code for found in problems} == {"date-invalid"}


ACCEPT_VALUES = {"bucket": "accept", "due": "~"}


def accepting(share: str) -> dict[str, str]:
    """An acceptance with a share."""
    return {**ACCEPT_VALUES, "accepted": f"{{rationale: Ours, approver: CIO, until: 2027-01-31, share: {share}}}"}


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
def test_a_wrong_share(share: str, hint: str | None) -> None:
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
def test_shares_at_their_limits(value: object, share: object) -> None:
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
def test_a_bad_link_is_reported_on_its_line(links: str, line: int, shown: str) -> None:
    """In a list on the line of the item, else on the key's."""
    found = fault(links=links)
    assert (found.code, found.line) == ("decision-bad-link", FIRST_FREE_LINE + line)
    assert f'"{shown}"' in found.message


def test_every_bad_link_is_reported() -> None:
    """Not only the first, and not the good ones."""
    _, problems = read_with(links="[ftp://x, docs/a.md, 'a b', ftp://y]")
    assert [re.findall('"(.*)"', found.message) for found in problems] == [["a b"], ["ftp://x"], ["ftp://y"]]


@pytest.mark.parametrize(
    ("links", "expected"),
    [("docs/a.md", 1), ("[docs/a.md, tbd, ~, '', docs/b.md]", 2), ("[]", 0), ("~", 0), ("'?'", 0)],
)
def test_fillers_in_a_list_are_left_out(links: str, expected: int) -> None:
    """What answers nothing is no item."""
    decision, problems = read_with(links=links)
    assert decision is not None
    assert (len(decision.links), problems) == (expected, [])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *(("", True), (" ", True), (" TBD ", True), ("…", True), (None, True), ([], True), ({}, True)),
        *(
            ("Tbd.", True),
            ("to be  decided", True),
            ("tbd by May", False),
            (".", False),
            ("0", False),
            (0, False),
            (False, False),
            ([None], False),
            ({"a": None}, False),
        ),
    ],
)
def test_values_that_answer_nothing(value: object, expected: bool) -> None:
    """Nothing, blanks and fillers; zero and false are answers."""
    assert is_open(value) is expected


def test_written_values_in_words() -> None:
    """Each type of value has its own words; texts are quoted, lists and mappings are not repeated."""
    assert in_words(True).startswith("true")
    assert in_words(False).startswith("false")
    assert in_words("x\x1b") == '"x\ufffd"'
    assert in_words(["secret"]) == in_words([]) != in_words({}) == in_words({"secret": 1})
    assert "secret" not in in_words(["secret"]) + in_words({"secret": 1})
    assert re.search(r"\b5\b", in_words(5))
    assert in_words(None) == "nothing"


ANSWERS = ("reduces: Spraying.", "owner: Head of IT", "impact: Two stop.", "prerequisites: Nothing.", "proof: A log.")
BEGINNING = ("recommendation: Alpha", "bucket: do-soon", "risk: high")
SOON = (*BEGINNING, *ANSWERS, "due: 2026-12-31")
ACCEPTED = ("accepted:", "  rationale: Ours", "  until: 2027-01-31")


def read(*lines: str, body: str = "") -> tuple[Decision | None, list[Problem]]:
    """The decision in some lines of front matter, with every problem; all of them in words that lack nothing."""
    text = "".join(f"{line}\n" for line in lines)
    decision, problems = read_decision(parse(f"---\n{text}---\n{body}", PATH))
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


NAMED = ("`recommendation:` and the id", "as on its page, such as BlockLegacyAuthentication.")


@pytest.mark.parametrize(
    ("lines", "line", "message", "hint"),
    [
        (without("due"), 1, ("do-soon", "`due`"), ("`due:` and a day as YYYY-MM-DD",)),
        (without("owner"), 1, ("do-soon", "`owner`"), ("Add `owner:` and state which role owns it.",)),
        (without("recommendation"), 1, ("`recommendation`",), NAMED),
        (without("bucket"), 1, ("`bucket`",), ("do-now, do-soon, accept, not-applicable",)),
        (without("risk"), 1, ("do-soon", "`risk`"), ("critical, high, medium, low",)),
        (
            (*changed(bucket="accept", due="~"),),
            1,
            ("accept", "`accepted`"),
            ("`accepted:`", "`rationale:`, `approver:` and `until:`"),
        ),
        (
            ("recommendation: A", "bucket: not-applicable", "owner: CIO"),
            1,
            ("not-applicable", "`covered`"),
            ("`covered:`", "`reason:`, `by:`, `evidence:`, `approver:` and `until:`"),
        ),
        ((*SOON, "blocked: {by: business}"), 11, ("`blocked`", "`since`"), ("`since:` and a day as YYYY-MM-DD",)),
        ((*SOON, "blocked: {since: 2026-10-01}"), 11, ("`blocked`", "`by`"), ("licensing",)),
        (
            (*SOON, "ask:", "  - {from: CIO, question: Why?}"),
            12,
            ("`ask.0`", "`since`"),
            ("`since:` and a day as YYYY-MM-DD",),
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
            ("`record:` and after it: link to the record",),
        ),
    ],
)
def test_missing_keys(lines: tuple[str, ...], line: int, message: tuple[str, ...], hint: tuple[str, ...]) -> None:
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
            (*changed(bucket="accept"), "accepted: {rationale: Ours, approver: CIO, until: 2027-01-01}"),
            "due",
            "accept",
            "`bucket: do-now` or `bucket: do-soon`",
        ),
        ((*SOON, "accepted: {rationale: Ours}"), "accepted", "do-soon", "`bucket: accept`"),
        ((*SOON, "covered: {by: Gateway}"), "covered", "do-soon", "`bucket: not-applicable`"),
        (
            (
                "recommendation: A",
                "bucket: not-applicable",
                "owner: CIO",
                "blocked: {by: business, since: 2026-10-01}",
                "covered: {reason: alternate, by: Gateway, evidence: Export, approver: CIO, until: 2027-01-01}",
            ),
            "blocked",
            "not-applicable",
            "`bucket: do-now` or `bucket: do-soon`",
        ),
    ],
)
def test_keys_that_do_not_belong_in_a_bucket(lines: tuple[str, ...], key: str, bucket: str, homes: str) -> None:
    """Key and bucket are named, and the buckets that it belongs to."""
    _, (problem,) = read(*lines)
    assert problem.code == "decision-forbidden-key"
    assert f"`{key}`" in problem.message
    assert bucket in problem.message
    assert homes in problem.hint


@pytest.mark.parametrize("value", ["~", "''", "[]", "{}", "tbd", "???"])
def test_an_empty_key_is_allowed_everywhere(value: str) -> None:
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
            "ask: [{from: CIO, since: 2026-10-01, question: Why?, qqq: x}]",
            ('"qqq"', "`ask`"),
            ("from, since, question, by, options, recommend, cost, asked_by, default",),
        ),
    ],
)
def test_an_unknown_key(line: str, message: tuple[str, ...], hint: tuple[str, ...]) -> None:
    """It is named with its group; the hint proposes the nearest key, the right group, or all keys."""
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
    assert re.findall("`([a-z_]+):", problem.hint) == [order[0]] + ["bucket"] * (bucket == "do-now")
    assert problem.hint.startswith(f'Replace "tbd" after `{order[0]}:` by ')
    assert ".." not in problem.hint
    assert problem.hint.endswith(".")


def free_texts(keys: Iterable[Key]) -> Iterator[Key]:
    """Every key, groups included, whose text only the writer can give."""
    for key in keys:
        yield from free_texts(key.keys)
        item = key.type.item if isinstance(key.type, OneOrMore) else key.type
        if isinstance(item, Answer):
            yield key


@pytest.mark.parametrize("key", list(free_texts(KEYS)), ids=lambda key: key.name)
def test_no_hint_proposes_an_answer_that_could_be_pasted(key: Key) -> None:
    """What is required or of the wrong kind is described; no example of an answer stands in its place."""
    hint = required_hint(key)
    assert hint.startswith(f"Write `{key.name}:` and after it: ")
    assert hint.endswith(".")
    assert not key.example.strip("…") or key.example not in hint


@pytest.mark.parametrize("name", ["reduces", "owner", "impact", "prerequisites", "proof"])
@pytest.mark.parametrize("written", ["~", "tbd", "{a: b}", "[a]", "5"])
def test_what_is_said_of_a_question_holds_no_example(name: str, written: str) -> None:
    """Left open, a placeholder, or of the wrong kind."""
    (example,) = [key.example for key in KEYS if key.name == name]
    _, problems = read(*changed(**{name: written}))
    assert problems
    assert all(example not in found.hint and f"`{name}:" in found.hint for found in problems)


@pytest.mark.parametrize("bucket", ["do-now", "do-soon"])
@pytest.mark.parametrize("proof", ["~", "tbd", "[a]", "{a: b}"])
def test_a_missing_proof_suggests_no_sentence_about_legacy_clients(bucket: str, proof: str) -> None:
    """The example of one recommendation was pasted as the proof of others."""
    _, problems = read(*changed(bucket=bucket, proof=proof))
    assert problems
    assert all("`proof:`" in found.hint and "legacy" not in found.hint for found in problems)


@pytest.mark.parametrize("written", ["TBD", "tbd.", "To be decided", "???"])
def test_a_placeholder_is_named(written: str) -> None:
    """`owner: TBD` is told apart from a missing owner: the person wrote something and learns why it does not count."""
    _, (missing,) = read(*changed(owner=f'"{written}"'))
    assert missing.code == "decision-placeholder"
    assert missing.message.endswith(f'needs `owner`. "{written}" is a placeholder and counts as no answer.')
    _, (open_question,) = read(*changed(bucket="do-now", proof=f'"{written}"', impact="~"))
    assert open_question.message.endswith(f' "{written}" is a placeholder and counts as no answer.')
    _, (nested,) = read(*changed(bucket="accept", due="~"), *ACCEPTED, f'  approver: "{written}"')
    assert nested.message.endswith(
        f'`accepted` needs `approver`. "{written}" is a placeholder and counts as no answer.'
    )


def test_several_placeholders_are_named_once_each() -> None:
    """And where nothing was written, nothing is said of placeholders."""
    _, (both,) = read(*changed(proof="TBD", impact="todo", reduces="TBD"))
    assert both.message.endswith('"TBD" and "todo" are placeholders and count as no answer.')
    _, (nothing,) = read(*changed(proof="~"))
    assert "placeholder" not in nothing.message


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
def test_a_draft_needs_id_and_bucket(lines: tuple[str, ...], codes: set[str]) -> None:
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
def test_an_incomplete_request_in_a_draft_is_left_out(ask: str) -> None:
    """Who, since when and what: one that is missing leaves nothing to wait for."""
    assert drafted("bucket: do-soon", f"ask: [{ask}]").asks == ()


def test_a_request_needs_no_default() -> None:
    """What happens without an answer may be left open."""
    (ask,) = drafted("bucket: do-soon", "ask: [{from: CIO, since: 2026-10-01, question: Why?}, {from: CIO}]").asks
    assert (ask.of, ask.since, ask.question, ask.options, ask.default) == ("CIO", date(2026, 10, 1), "Why?", (), "")


@pytest.mark.parametrize(
    "approval", ["{by: Board}", "{on: 2026-10-01}", "{record: Minutes}", "{by: Board, on: 2026-10-01}", "{}", "~"]
)
def test_an_incomplete_approval_in_a_draft_is_left_out(approval: str) -> None:
    """An approval is attested with role, day and record, or it is not."""
    accepted = drafted("bucket: accept", f"accepted: {{until: 2027-01-31, approval: {approval}}}").accepted
    assert accepted == Acceptance("", "", date(2027, 1, 31))
    covered = drafted("bucket: not-applicable", f"covered: {{until: 2027-01-31, approval: {approval}}}").covered
    assert covered == Cover(CoverReason.NOT_APPLICABLE, "", "", "", date(2027, 1, 31))


def test_a_complete_approval_is_kept() -> None:
    """Role, day and record, in an acceptance and in a cover."""
    for bucket, group in ((Bucket.ACCEPT, "accepted"), (Bucket.NOT_APPLICABLE, "covered")):
        approval = "{by: Board, on: 2026-10-01, record: Minutes}"
        decision = drafted(f"bucket: {bucket.value}", f"{group}: {{until: 2027-01-31, approval: {approval}}}")
        holder = decision.accepted or decision.covered
        assert holder is not None
        assert holder.approval == Attestation("Board", date(2026, 10, 1), "Minutes")


@pytest.mark.parametrize("blocked", ["{by: business}", "{since: 2026-10-01}", "{note: x}"])
def test_a_group_without_its_day_is_left_out_of_a_draft(blocked: str) -> None:
    """Half a blockage blocks nothing; without an end there is neither acceptance nor cover."""
    assert drafted("bucket: do-soon", f"blocked: {blocked}").blocked is None
    assert drafted("bucket: accept", "accepted: {rationale: Ours}").accepted is None
    assert drafted("bucket: not-applicable", "covered: {by: x}").covered is None


def test_unsafe_links_in_the_text() -> None:
    """Each is reported on its line, below the front matter and within it."""
    body = "fine [x](https://a.example)\n\n[y](javascript:alert(1))\n"
    decision, problems = read(*changed(proof="'[z](vbscript:x)'"), body=body)
    assert decision is None
    assert [(problem.code, problem.line) for problem in problems] == [
        ("decision-bad-link", 9),
        ("decision-bad-link", 14),
    ]
    assert all("https" in problem.message + problem.hint for problem in problems)
