# SPDX-License-Identifier: Apache-2.0
"""The registry of rules: codes and severities that users rely on, complete in both directions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import secure_score_backlog
from secure_score_backlog.decisions.front_matter import LARGEST_FRONT_MATTER
from secure_score_backlog.doctor.checked import TITLES as CHECKS
from secure_score_backlog.markdown_limits import LONGEST_MARKDOWN
from secure_score_backlog.problems import RULES, Problem, Severity, is_unreadable, problem
from secure_score_backlog.settings import LARGEST_SETTINGS
from secure_score_backlog.strict_yaml import LARGEST_FILE

PACKAGE = Path(secure_score_backlog.__file__).parent

ERRORS = {
    "Files and YAML": """file-encoding file-characters file-too-large file-refused file-unreadable text-too-intricate
        front-matter-missing
        front-matter-not-closed yaml-syntax yaml-not-a-mapping yaml-duplicate-key yaml-alias yaml-tag yaml-key
        yaml-depth date-invalid date-with-time decisions-link""",
    "One decision": """decision-unknown-key decision-missing-key decision-placeholder decision-forbidden-key
        decision-wrong-type
        decision-wrong-value decision-share decision-bad-link decision-raw-html decision-not-ready
        decision-file-name""",
    "Decisions together, and with the catalogue": """decision-two-files decision-id-case decision-copied-rationale
        decision-same-as-unknown decision-same-as-circular decision-same-as-unusable decision-owner-unlisted""",
    "Time": "decision-until-too-far decision-ask-by decision-due-too-far commit-in-future snapshot-in-future",
    "Policy (each rule weighs what the settings say)": """decision-person decision-approver-is-owner
        decision-critical-approver decision-past-date""",
    "Settings": "settings-unknown-key settings-wrong-type settings-wrong-value settings-history settings-file-name",
    "Layout of the site": "site-unknown-key site-wrong-value",
    "Questionnaires and own evidence": """questionnaire-unknown-key questionnaire-missing-key questionnaire-wrong-type
        questionnaire-wrong-value question-twice question-unknown-topic question-unknown-same-as question-coverage
        evidence-unknown-key evidence-missing-key evidence-wrong-type evidence-wrong-value evidence-until
        evidence-person evidence-unknown-question evidence-file-missing""",
    "Signed months": "review-signature",
    "Approvals": "approvals-unreadable approvals-record approval-missing",
    "Packs": "packs-unreadable packs-chain",
    "Compared with a base": """extended-without-reason ask-dropped ask-reworded ask-since-moved bot-commit
        signed-month-changed snapshot-rewritten catalogue-poorer approvals-changed packs-changed""",
    "Audit": """audit-direct audit-merge audit-claimed audit-not-asked audit-no-github audit-bot-paths audit-bot-name
        audit-unapproved audit-own-approval audit-late-approval audit-stale-approval audit-unknown-approver
        audit-pushed audit-other-head audit-other-base audit-day-rewritten audit-record-rewritten""",
    "Snapshots and catalogue": "snapshot-unreadable",
    "Risk ratings that come with the program (for contributors)": """rating-shape rating-unknown-key
        rating-key rating-family rating-level rating-reason rating-source rating-duplicate rating-repeated-reason""",
    "Licences that come with the program (for contributors)": """licence-shape licence-unknown-key
        licence-unlisted licence-source licence-duplicate""",
}
WARNINGS = {
    "Files and YAML": "decisions-odd-name yaml-comment",
    "One decision": """decision-unanswered decision-draft decision-approval-by decision-approval-later
        decision-record-missing""",
    "Decisions together, and with the catalogue": """decision-made-id decision-unknown-id decision-retired-id
        decision-not-in-catalogue""",
    "Time": "decision-expired decision-overdue decision-ask-old decision-ask-late decision-date-ahead commit-time",
    "Policy (each rule weighs what the settings say)": "decision-approver-unlisted",
    "Settings": "settings-commented-profile settings-unknown-id",
    "Questionnaires and own evidence": """questions-odd-name question-unknown-id evidence-expired evidence-date-ahead
        evidence-file-changed""",
    "Compared with a base": "approval-outdated decision-removed decision-renamed blocked-since-moved",
    "Audit": """audit-minutes audit-empty audit-days-missing audit-days-partial audit-owner-approver audit-named-only
        audit-misdated""",
    "Snapshots and catalogue": """snapshot-unreadable-number snapshot-undated
        snapshot-day-twice snapshot-future snapshot-ahead-of-clock snapshot-newest-bare snapshot-no-catalogue
        snapshot-profiles-missing snapshot-scores-missing snapshot-differs snapshot-old snapshot-empty
        snapshot-unnamed snapshot-control-twice snapshot-no-points snapshot-no-total snapshot-sum-differs
        snapshot-no-maximum
        snapshot-maximum-differs snapshot-no-profile catalogue-shrank catalogue-shorter catalogue-vanished
        catalogue-no-id catalogue-text catalogue-id-twice""",
    "Import and collection": """import-day-stored import-title-unknown import-points-unreadable
        import-status-unknown import-partial import-points-recovered import-unfinished import-csv-recent
        clock-differs graph-grown-old certificate-ends snapshots-elsewhere""",
}


def test_codes_and_severities_are_stable() -> None:
    """Pipelines and people know these codes: none is renamed or given another severity unnoticed."""
    for severity, subjects in ((Severity.ERROR, ERRORS), (Severity.WARNING, WARNINGS)):
        found: dict[str, list[str]] = {}
        for rule in RULES.values():
            if rule.severity is severity:
                found.setdefault(rule.subject, []).append(rule.code)
        assert found == {subject: codes.split() for subject, codes in subjects.items()}
    assert all(code == rule.code and rule.meaning.endswith(".") for code, rule in RULES.items())


def test_what_needs_nobody_is_not_told_to_a_scheduled_task() -> None:
    """The hint decides: what depends on the day, or needs a look, is told."""
    hints = {
        "Nothing has to be done: it counts as unknown.": True,
        "Nothing has to be done. Only if it stays for days, report it.": True,
        "Nothing has to be done if today is 3 May.": False,
        "Set the clock.": False,
    }
    assert {hint: problem("yaml-tag", "a.md", 3, "M.", hint).needs_nobody for hint in hints} == hints


@pytest.fixture(scope="module")
def sources() -> dict[Path, ast.Module]:
    """Every module of the program but the registry itself, parsed."""
    return {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
        if path != PACKAGE / "problems.py"
    }


def constants(tree: ast.Module) -> Iterator[str]:
    """Every string constant of a module but its docstrings."""
    documents = {
        id(statement.value)
        for statement in ast.walk(tree)
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.value


def test_every_code_in_the_source_is_registered(sources: dict[Path, ast.Module]) -> None:
    """A constant that looks like a code, by the first word of a registered one, is one, or a check of `doctor`."""
    families = {code.partition("-")[0] for code in RULES}
    looks_like_a_code = re.compile(rf"(?:{'|'.join(sorted(families))})(?:-[a-z]+)+")
    for path, tree in sources.items():
        used = {text for text in constants(tree) if looks_like_a_code.fullmatch(text)}
        assert used - RULES.keys() - CHECKS.keys() == set(), path


def test_every_registered_code_is_used(sources: dict[Path, ast.Module]) -> None:
    """A rule that no source names cannot be broken."""
    used = {text for tree in sources.values() for text in constants(tree)}
    assert RULES.keys() - used == set()


def test_the_limits_of_a_text_are_stated() -> None:
    """The meaning names the numbers that the readers apply."""
    stated = [int(number) for number in re.findall(r"\d+", RULES["file-too-large"].meaning)]
    assert stated == [LARGEST_FILE, LARGEST_FRONT_MATTER, LARGEST_SETTINGS, LONGEST_MARKDOWN]


def test_problems_are_made_by_the_registry_alone(sources: dict[Path, ast.Module]) -> None:
    """No module but the registry's constructs a `Problem`, so none has an unknown code or another severity."""
    for path, tree in sources.items():
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        assert not [call for call in calls if isinstance(call, ast.Name) and call.id == "Problem"], path


def test_a_problem_as_json_has_the_six_documented_keys() -> None:
    """In the order in which every command prints them."""
    found = problem("decision-draft", "decisions/A.md", 3, "M.", "H.").as_json()
    assert list(found.items()) == [
        ("path", "decisions/A.md"),
        ("line", 3),
        ("code", "decision-draft"),
        ("severity", "warning"),
        ("message", "M."),
        ("hint", "H."),
    ]


def test_a_problem_has_the_severity_of_its_rule() -> None:
    """Unless another one is given; and no problem can be made without a rule."""
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
def test_when_a_file_counts_as_unreadable(code: str, expected: bool) -> None:
    """One such problem is enough, whatever other problems the file has."""
    found, other = (Problem("a.md", 1, name, Severity.ERROR, "M.", "H.") for name in (code, "decision-share"))
    assert is_unreadable([found]) is expected
    assert is_unreadable([other, found]) is expected
    assert is_unreadable([]) is False
