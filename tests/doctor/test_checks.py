# SPDX-License-Identifier: Apache-2.0
"""Checks that need no server: ends of support, comparison of rules, versions in workflows, and the guide's page."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from secure_score_backlog import __version__, wording
from secure_score_backlog.data_repository.rulesets import main_ruleset
from secure_score_backlog.data_repository.tool import Tool
from secure_score_backlog.doctor import on_github, rules, sign_in, support, workflows
from secure_score_backlog.doctor.checked import TITLES, State
from secure_score_backlog.github.upkeep import About, Rule, SubjectForm
from secure_score_backlog.problems import problem

GUIDE = (Path(__file__).parents[2] / "docs" / "guide" / "doctor.md").read_text(encoding="utf-8")
TODAY = date(2026, 11, 20)
PIN, OTHER = "a" * 40, "b" * 40
DAY = timedelta(days=1)


def test_the_guide_lists_every_check() -> None:
    """Code and title, in the order of the page."""
    rows = re.findall(r"^\| `([a-z][a-z-]*)` \| ([^|]+) \|", GUIDE, re.MULTILINE)
    assert [(code, title.strip()) for code, title in rows] == list(TITLES.items())


def test_the_guide_has_every_end_of_support() -> None:
    """The dates are declared once, with their source."""
    ends = {f"Python {major}.{minor}": day for (major, minor), day in support.PYTHON_ENDS.items()}
    for name, day in {**ends, "Material for MkDocs": support.MATERIAL_ENDS}.items():
        assert f"| {name} | {wording.day(day)} |".replace("\N{NO-BREAK SPACE}", " ") in GUIDE
    assert wording.day(support.MATERIAL_ENDS).replace("\N{NO-BREAK SPACE}", " ") in (
        Path(__file__).parents[2] / "docs" / "adr" / "0003-when-support-for-material-ends.md"
    ).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("away", "state"), [(91, State.OK), (90, State.WARNING), (0, State.WARNING), (-1, State.WRONG)]
)
def test_python_ends(away: int, state: State) -> None:
    """Three months before the end is the time to act; after it no flaw is mended."""
    end = support.PYTHON_ENDS[3, 12]
    assert support.python((3, 12), end - away * DAY).state is state


@pytest.mark.parametrize(
    ("away", "state"), [(31, State.OK), (30, State.WARNING), (0, State.WARNING), (-1, State.WRONG)]
)
def test_a_certificate_ends(away: int, state: State) -> None:
    """A month before its end is the time to make another; after its last day no run signs in."""
    found = sign_in.certificate(TODAY + away * DAY, TODAY)
    assert found.state is state
    assert wording.day(TODAY + away * DAY) in found.what


@pytest.mark.parametrize(("hint", "state"), [("Nothing has to be done.", State.OK), ("Set the clock.", State.WARNING)])
def test_what_needs_nobody_is_no_warning(hint: str, state: State) -> None:
    """It is told all the same."""
    odd = problem("snapshot-no-profile", "snapshots", None, "A title is unknown.", hint)
    found = sign_in.graph(sign_in.Answered(90, TODAY, 118, 2, (odd,)), TODAY, 3)
    assert found.state is state
    assert "A title is unknown." in found.what


def test_an_unknown_python_is_a_warning() -> None:
    """This version of the tool is older than that Python."""
    assert support.python((3, 99), TODAY).state is State.WARNING


@pytest.mark.parametrize(("away", "state"), [(91, State.OK), (90, State.WARNING), (-1, State.WARNING)])
def test_material_ends(away: int, state: State) -> None:
    """A warning at most: the site stays readable."""
    assert support.material(support.MATERIAL_ENDS - away * DAY).state is state


IN_FORCE = tuple(Rule(rule["type"], rule.get("parameters", {})) for rule in main_ruleset()["rules"])


@pytest.mark.parametrize("kind", [rule.kind for rule in IN_FORCE])
def test_each_missing_rule_is_named(kind: str) -> None:
    """One rule taken away is one demand that is missing."""
    found = [rule for rule in IN_FORCE if rule.kind != kind]
    assert list(rules.missing(main_ruleset()["rules"], found)) == [rules.KINDS[kind]]


@pytest.mark.parametrize("name", rules.PARAMETERS)
def test_each_weaker_demand_is_named(name: str) -> None:
    """One parameter that is less is one demand that is missing; another ruleset may make up for it."""
    weak = [Rule(r.kind, {**r.parameters, name: False} if r.kind == "pull_request" else r.parameters) for r in IN_FORCE]
    assert list(rules.missing(main_ruleset()["rules"], weak)) == [rules.PARAMETERS[name]]
    assert list(rules.missing(main_ruleset()["rules"], [*weak, *IN_FORCE])) == []


def test_stricter_rules_are_enough() -> None:
    """Two approvals where one is demanded, more checks, more rules."""
    strict = [
        Rule(
            r.kind, {**r.parameters, "required_approving_review_count": 2} if r.kind == "pull_request" else r.parameters
        )
        for r in IN_FORCE
    ]
    checks = Rule("required_status_checks", {"required_status_checks": [{"context": "more"}]})
    found = [*strict, checks, Rule("required_signatures", {})]
    assert rules.rules("rules-main", "main", main_ruleset()["rules"], found).state is State.OK


def test_without_promises_an_open_branch_is_a_warning() -> None:
    """A backlog that was set up without protection is not wrong, and is told what that means."""
    assert rules.rules("rules-main", "main", [], []).state is State.WARNING
    assert rules.rules("rules-main", "main", [], IN_FORCE).state is State.OK
    assert rules.required_check([], [], promised=False, name="check").state is State.WARNING


def workflow(uses: str, file: str = "a.yml") -> workflows.Workflow:
    """A workflow with one step."""
    text = f"on: push\njobs:\n  a:\n    steps:\n      - uses: {uses}\n"
    return workflows.read_workflow(f".github/workflows/{file}", text)


@pytest.mark.parametrize(
    ("uses", "here", "state"),
    [
        (f"o/secure-score-backlog@{PIN} # v{__version__}", None, State.OK),
        (f"o/secure-score-backlog@{PIN} # v{__version__}", Tool("o/secure-score-backlog", PIN), State.OK),
        (f"o/secure-score-backlog@{PIN} # v{__version__}", Tool("o/secure-score-backlog", OTHER), State.WARNING),
        (f"o/secure-score-backlog@{PIN} # v9.9.9", None, State.WARNING),
        (f"'o/secure-score-backlog@{PIN}'", None, State.OK),
        (f"my/fork@{PIN} # v9.9.9", None, State.WARNING),
        ("o/secure-score-backlog@v1", None, State.WRONG),
        (f"o/secure-score-backlog@{PIN[:12]}", None, State.WRONG),
        ("./", None, State.OK),
        (f"actions/checkout@{PIN}", None, State.NOT_CHECKED),
    ],
)
def test_the_version_of_the_tool(uses: str, here: Tool | None, state: State) -> None:
    """By full commit, and the same version as here."""
    assert workflows.tool_version([workflow(uses)], "my/fork", here).state is state


def test_different_commits_are_a_warning() -> None:
    """Two workflows that disagree collect and build with two programs."""
    both = [workflow(f"o/secure-score-backlog@{pin}", f"{pin[0]}.yml") for pin in (PIN, OTHER)]
    assert workflows.tool_version(both, "", None).state is State.WARNING


def test_a_workflow_that_is_no_yaml_has_no_jobs() -> None:
    """It is not believed, and breaks nothing."""
    for text in ("", "a: [", "jobs: 1", "jobs: {a: 1}", "jobs: {a: {steps: 1}}", "on: [push", "\x00"):
        found = workflows.read_workflow(".github/workflows/x.yml", text)
        assert not found.collects
        assert not [job for job in found.jobs if job.environment]


def test_the_environment_of_the_job_that_collects() -> None:
    """As a name, as a mapping, or none; another job's does not count."""
    text = (
        "jobs:\n  a:\n    environment: {}\n    steps:\n    - run: backlog collect --root x\n  b:\n    environment: y\n"
    )
    for written, name in (("x", "x"), ("{name: z, url: u}", "z"), ("[]", "")):
        found = workflows.read_workflow(".github/workflows/x.yml", text.replace("{}", written))
        assert workflows.environment_of([found]) == name
    assert workflows.environment_of([workflow("./")]) is None


def test_a_run_with_another_subject_is_a_warning() -> None:
    """A run that signs in as something else than the workflow that collects is told both."""
    about = About(1, 2, "main")
    form = SubjectForm("repo:o@1/n@2", True)
    found = on_github.subject("o/n", about, form, "environment:x", "repo:o@1/n@2:ref:refs/heads/main")
    assert found.state is State.WARNING
    assert "repo:o@1/n@2:environment:x" in found.fix


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("/decisions/ @Boss @day-watch", ""),
        ("/decisions/ @o/risk mail@o.example", ""),
        ("/decisions/ @boss # @third", ""),
        ("/decisions/ @third @boss @Fourth @third", "@third and @Fourth for reviews, and no role of backlog.yml lists"),
    ],
)
def test_a_login_that_no_role_lists_is_named(line: str, asked: str) -> None:
    """Logins in any letter case; teams, addresses and comments are not looked up; each login is named once."""
    found = on_github.code_owners(f"# who\n{line}\n", [], {"Board": ["boss"], "IT": ["Day-Watch"]}, wanted=True)
    assert (found.state, asked in found.what) == (State.WARNING if asked else State.OK, True)
