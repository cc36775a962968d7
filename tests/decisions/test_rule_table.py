# SPDX-License-Identifier: Apache-2.0
"""The table of rules: codes and weights that users rely on, and the words that messages share."""

from __future__ import annotations

import pytest

from secure_score_backlog.problems import RULES, Problem, Severity, garbled, problem
from secure_score_backlog.text import SHOWN_LENGTH, nearest, shown

ERRORS = {
    "Files and YAML": """file-encoding file-characters file-too-large file-unreadable front-matter-missing
        front-matter-not-closed yaml-syntax yaml-not-a-mapping yaml-duplicate-key yaml-alias yaml-tag yaml-key
        yaml-depth date-invalid date-with-time decisions-link""",
    "One decision": """decision-unknown-key decision-missing-key decision-forbidden-key decision-wrong-type
        decision-wrong-value decision-share decision-bad-link decision-raw-html decision-not-ready
        decision-file-name""",
    "Decisions together, and with the catalogue": """decision-two-files decision-id-case decision-copied-rationale
        decision-same-as-unknown decision-same-as-circular decision-same-as-unusable decision-owner-unlisted""",
    "Time": "decision-until-too-far decision-due-too-far",
    "Settings": "settings-unknown-key settings-wrong-type settings-wrong-value",
}
WARNINGS = {
    "Files and YAML": "decisions-odd-name",
    "One decision": "decision-unanswered decision-draft decision-person",
    "Decisions together, and with the catalogue": """decision-unknown-id decision-retired-id
        decision-not-in-catalogue""",
    "Time": "decision-expired decision-overdue decision-ask-old decision-date-ahead",
    "Settings": "settings-file-name settings-unknown-id",
}


def test_codes_and_weights_are_stable() -> None:
    """Pipelines and people know these words; one of them may be added, none renamed or weighed anew unawares."""
    for severity, subjects in ((Severity.ERROR, ERRORS), (Severity.WARNING, WARNINGS)):
        for subject, codes in subjects.items():
            found = [rule.code for rule in RULES.values() if (rule.subject, rule.severity) == (subject, severity)]
            assert found[: len(codes.split())] == codes.split()
    assert all(code == rule.code and rule.meaning.endswith(".") for code, rule in RULES.items())


def test_a_problem_weighs_what_the_table_says() -> None:
    """Unless told otherwise; and none can be made without a rule."""
    assert problem("yaml-tag", "a.md", 3, "M.", "H.") == Problem("a.md", 3, "yaml-tag", Severity.ERROR, "M.", "H.")
    assert problem("decision-draft", "a.md", None, "M.", "H.").severity is Severity.WARNING
    assert problem("decision-draft", "a.md", None, "M.", "H.", severity=Severity.ERROR).severity is Severity.ERROR
    with pytest.raises(KeyError):
        problem("no-such-rule", "a.md", 1, "M.", "H.")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        *((code, True) for code in ("yaml-syntax", "yaml-not-a-mapping", "yaml-depth", "yaml-key")),
        *((code, True) for code in ("front-matter-missing", "front-matter-not-closed", "file-encoding")),
        *((code, False) for code in ("yaml-tag", "yaml-duplicate-key", "decision-file-name", "date-invalid")),
    ],
)
def test_what_garbles_a_file(code: str, expected: bool) -> None:
    """After these nothing that is missing can be held against the writer, also when others stand beside them."""
    found, other = (Problem("a.md", 1, name, Severity.ERROR, "M.", "H.") for name in (code, "decision-share"))
    assert garbled([found]) is expected
    assert garbled([other, found]) is expected
    assert garbled([]) is False


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", '"plain"'),
        (" two\n lines\tand  blanks ", '"two lines and blanks"'),
        ("bell\x07 and \x1b[31m", '"bell\ufffd and \ufffd[31m"'),
        ("x" * SHOWN_LENGTH, f'"{"x" * SHOWN_LENGTH}"'),
        ("x" * (SHOWN_LENGTH + 1), f'"{"x" * (SHOWN_LENGTH - 1)}…"'),
        (None, '"None"'),
        (60, '"60"'),
    ],
)
def test_a_text_is_quoted_safely(value: object, expected: str) -> None:
    """One line, no control characters, at most 60 letters and the quotes."""
    assert SHOWN_LENGTH == 60
    assert shown(value) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("bucket", "Bucket"),
        ("BUCKET", "Bucket"),
        ("bukcet", "Bucket"),
        ("owner", "owner"),
        ("ownr", "owner"),
        ("qqq", None),
        ("", None),
        ("du", None),
    ],
)
def test_the_nearest_word(word: str, expected: str | None) -> None:
    """The most alike of the known words, written as known; of two that differ in case only, the alphabet's first."""
    known = ["owner", "bucket", "Bucket", "reduces", "risk"]
    assert nearest(word, known) == expected
    assert nearest(word, known[::-1]) == expected
    assert nearest("anything", []) is None


def test_nearest_looks_at_the_beginning_of_a_long_word() -> None:
    """A text of a megabyte costs nothing; what is alike in its first hundred letters is near."""
    assert nearest("x" * 1_000_000, ["x" * 100]) == "x" * 100
    assert nearest("y" + "x" * 99 + "z" * 900, ["y" + "x" * 99]) is not None


def test_nearest_needs_seven_parts_of_ten() -> None:
    """Seven of ten letters alike are near, fewer are not."""
    assert nearest("abcdefgxyz", ["abcdefg123"]) == "abcdefg123"
    assert nearest("abcdefwxyz", ["abcdef0123"]) is None
