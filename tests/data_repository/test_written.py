# SPDX-License-Identifier: Apache-2.0
"""The files of a data repository: read by the readers of this program, and by GitHub's own descriptions."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator
from ruamel.yaml import YAML

from secure_score_backlog.data_repository.choices import (
    BOT,
    MINUTES,
    SNAPSHOTS_BRANCH,
    Chat,
    Choices,
    Plan,
    Site,
    choose,
)
from secure_score_backlog.data_repository.copy import PROGRAM
from secure_score_backlog.data_repository.rulesets import CHECK
from secure_score_backlog.data_repository.tool import HERE, Tool, parse_tool
from secure_score_backlog.data_repository.written import (
    RECORD,
    SCHEMA,
    TEMPLATES,
    Template,
    documents,
    purpose,
    read_record,
    record,
)
from secure_score_backlog.decisions.issue_form import FORM_PATH, form
from secure_score_backlog.errors import WrongUsage
from secure_score_backlog.settings import LONGEST_NAME, parse_settings, settings_schema
from secure_score_backlog.site.configuration import parse_configuration
from secure_score_backlog.site.registry import NAVIGATION
from tests.project.test_workflows import faults
from tests.support.act import PROJECT
from tests.support.folders import write
from tests.support.github_schemas import rest

TOOL = parse_tool("harbour/secure-score-backlog@0123456789abcdef0123456789abcdef01234567")
TENANT = "0A1b2c3d-0000-4000-8000-0123456789ab"
PROGRAMS = Path(sys.executable).parent
OWNERS = ".github/CODEOWNERS"
HOSTILE = (
    "A: {b} # c",
    '\'; - "x" \\ |',
    "<script>alert(1)</script> & Sons",
    "*x* _y_ [z](javascript:1) `q` | ~s~ &lt;",
    "${{ github.token }} << choices >> {{ x }} <% raise %>",
    "@everyone #1 GH-2 https://example.com",
    "- dash",
    "!tag &anchor *alias",
    "null",
    "1.0",
    "日本語 Ünïcode 🔒",
    "é" * LONGEST_NAME,
)
"""Names that mean something to YAML, Markdown, HTML, templates or GitHub."""


def every_choice() -> list[Choices]:
    """Every combination of choices that a plan offers."""
    found = []
    for plan, site, protected, reviewer in itertools.product(Plan, Site, (False, True), ("", "@harbour/security")):
        given = {"organisation": "Example Ltd", "plan": plan, "site": site, "protected": protected, "tenant": TENANT}
        try:
            chat = Chat.TEAMS if reviewer and plan is not Plan.NONE else Chat.NONE
            if plan is Plan.NONE and site is Site.ARTIFACT:
                continue  # what an older record calls the folder
            found.append(choose({**given, "reviewer": reviewer, "chat": chat, "repository": "harbour/backlog"}, TOOL))
        except WrongUsage:
            continue
    return found


CHOICES = every_choice()
BY_CHOICES = pytest.mark.parametrize(
    "choices",
    CHOICES,
    ids=lambda made: f"{made.plan}-{made.site}-{'protected' if made.protected else 'open'}-{made.reviewer or 'nobody'}",
)


def texts(choices: Choices) -> dict[str, str]:
    """Every file as text, by path."""
    return {document.path: document.content.decode("utf-8") for document in documents(choices)}


def test_every_plan_has_a_choice() -> None:
    """Pages are offered where they can be private, protection where there are rules."""
    assert {made.plan for made in CHOICES} == set(Plan)
    assert {made.plan for made in CHOICES if made.site is Site.PAGES} == {Plan.ENTERPRISE}
    assert {made.plan for made in CHOICES if made.site is Site.AZURE} == set(Plan)
    assert {made.plan for made in CHOICES if made.site is Site.FOLDER} == {Plan.NONE}
    assert {made.plan for made in CHOICES if made.protected} == {Plan.TEAM, Plan.ENTERPRISE}


def test_workflows_are_hardened_and_known_to_github(tmp_path: Path) -> None:
    """Nothing that this project forbids its own workflows; zizmor at its strictest and the schemas are content.

    What several choices write alike is looked at once.
    """
    seen: set[tuple[str, str]] = set()
    written: list[Path] = []
    for number, choices in enumerate(made for made in CHOICES if made.on_github):
        found = {path: text for path, text in texts(choices).items() if path.startswith(".github/")}
        workflows = [path for path in found if path.startswith(".github/workflows/")]
        assert len(workflows) > 2
        assert ".github/dependabot.yml" in found
        for path in workflows:
            assert faults(Path(path).name, found[path]) == []
        for path, text in found.items():
            if (path, text) not in seen:
                write(tmp_path, f"{number}/{path}", text)
                written.append(tmp_path / str(number) / path)
        seen |= set(found.items())
    run("zizmor", "--offline", "--persona", "pedantic", "--quiet", "--no-progress", *sorted(tmp_path.iterdir()))
    of_workflows = [path for path in written if path.parent.name == "workflows"]
    assert len(of_workflows) > 10
    run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *of_workflows)
    dependabot = [path for path in written if path.name == "dependabot.yml"]
    run("check-jsonschema", "--builtin-schema", "vendor.dependabot", *dependabot)


def run(program: str, *arguments: str | Path) -> None:
    """A checker that must have no objection."""
    call = [str(PROGRAMS / program), *map(str, arguments)]
    finished = subprocess.run(call, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr


@BY_CHOICES
def test_files_are_read_as_they_are_meant(choices: Choices) -> None:
    """Settings and layout have no problem; no template mark is left; every file ends with one line break and is LF."""
    found = texts(choices)
    settings = parse_settings(found["backlog.yml"].encode())
    assert settings.problems == ()
    assert settings.settings.organisation == choices.organisation
    assert settings.settings.repository.address == (choices.repository if choices.on_github else "")
    assert settings.settings.snapshots.branch == (SNAPSHOTS_BRANCH if choices.protected else None)
    if not choices.on_github:
        assert settings.settings.snapshots.account == BOT
    wanted = TENANT.lower() if choices.site is Site.AZURE else None
    assert settings.settings.static_web_app.tenant == wanted
    layout, problems = parse_configuration(found["mkdocs.yml"].encode())
    assert problems == ()
    pages = [page for section in layout["nav"] for page in section.values()]
    assert set(pages) - {path for _, path in NAVIGATION} <= {path.removeprefix("docs/") for path in found}
    for path, text in found.items():
        assert not any(mark in text for mark in ("<%", "%>", "<<", "<#", "\r", "\t")), path
        assert text == "" or (text.endswith("\n") and not text.endswith("\n\n")), path
        assert "\n\n\n" not in text, path
        assert [line for line in text.splitlines() if line != line.rstrip()] == [], path


@BY_CHOICES
def test_what_a_plan_does_not_offer_is_not_written(choices: Choices) -> None:
    """No environment, rule or code owner where GitHub ignores them, and nothing of GitHub without it."""
    found = texts(choices)
    everything = "\n".join(found.values())
    assert (".github/CODEOWNERS" in found) == choices.plan.has_rules
    assert ("environment: secure-score" in everything) == choices.plan.has_rules
    assert any(path.startswith(".github/rulesets/") for path in found) == choices.protected
    assert ("deploy-pages" in everything) == (choices.site is Site.PAGES)
    assert ("actions/attest@" in everything) == (choices.plan is Plan.ENTERPRISE)
    assert ("static-web-apps-deploy" in everything) == (choices.site is Site.AZURE and choices.on_github)
    for secret, wanted in (("BACKLOG_WEBHOOK_URL", choices.chat is not Chat.NONE or not choices.on_github),):
        assert (secret in everything) == wanted
    assert any(path.startswith(".github/") for path in found) == choices.on_github
    assert any(path.startswith("scripts/") for path in found) != choices.on_github
    if not choices.on_github:
        assert "pull request" not in "".join(text for path, text in found.items() if not path.startswith(".vscode/"))
    if choices.reviewer and choices.plan.has_rules:
        assert f"/decisions/ {choices.reviewer}\n" in found[".github/CODEOWNERS"]


def body_faults(body: Any) -> list[str]:
    """What GitHub's description says against a ruleset."""
    described = rest()
    schema = described["calls"]["POST /repos/{owner}/{repo}/rulesets"]["body"]
    return [
        each.message for each in OAS30Validator({**schema, "components": described["components"]}).iter_errors(body)
    ]


def test_github_takes_the_rulesets() -> None:
    """Both rulesets fit GitHub's description; the required check is the job of the workflow that checks."""
    found = texts(choose({"organisation": "X", "plan": "team"}, TOOL))
    rules = {path: json.loads(text) for path, text in found.items() if path.startswith(".github/rulesets/")}
    assert sorted(rules) == [".github/rulesets/main.json", f".github/rulesets/{SNAPSHOTS_BRANCH}.json"]
    assert [body_faults(body) for body in rules.values()] == [[], []]
    checks = [rule for rule in rules[".github/rulesets/main.json"]["rules"] if rule["type"] == "required_status_checks"]
    assert checks[0]["parameters"]["required_status_checks"] == [{"context": CHECK}]
    job = YAML(typ="safe").load(found[".github/workflows/check.yml"])["jobs"][CHECK]
    assert job["name"] == CHECK


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("enforcement",), "sometimes"),
        (("target",), "commit"),
        (("rules", 2, "parameters", "required_approving_review_count"), 11),
        (("rules", 2, "type"), "pull_requests"),
    ],
)
def test_a_ruleset_that_github_refuses_is_noticed(where: tuple[Any, ...], value: object) -> None:
    """The description that the test above uses objects to a wrong value."""
    body = json.loads(texts(choose({"organisation": "X", "plan": "team"}, TOOL))[".github/rulesets/main.json"])
    inner = body
    for step in where[:-1]:
        inner = inner[step]
    inner[where[-1]] = value
    assert body_faults(body)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_a_name(name: str) -> None:
    """The settings read it letter for letter; Markdown shows it and nothing else; no workflow and no rule holds it."""
    plain = texts(choose({"organisation": "Example", "plan": "enterprise"}, TOOL))
    found = texts(choose({"organisation": name, "plan": "enterprise"}, TOOL))
    settings = parse_settings(found["backlog.yml"].encode())
    assert (settings.settings.organisation, settings.problems) == (name, ())
    minute = re.compile(r'(?<=cron: ")\d+')  # follows from the name, and is a number
    differs = {path for path in found if minute.sub("", found[path]) != minute.sub("", plain[path])}
    assert differs == {"backlog.yml", "README.md"}
    title = found["README.md"].splitlines()[0]
    shown = title.removeprefix("# Secure Score backlog of ")
    assert not set(shown.replace("&#", "")) & set('<>[]{}*_`|~!@$\\"') or shown == name
    assert len(found["README.md"].splitlines()) == len(plain["README.md"].splitlines())


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "needs a name"),
        ("   ", "needs a name"),
        ("two\nlines", "line breaks"),
        ("bell\x07", "cannot be shown"),
        ("turned \u202e round", "cannot be shown"),
        ("x" * (LONGEST_NAME + 1), f"more than {LONGEST_NAME}"),
    ],
)
def test_a_name_that_cannot_be_a_title_is_refused(name: str, says: str) -> None:
    """With the reason, and what to do."""
    with pytest.raises(WrongUsage, match=says) as error:
        choose({"organisation": name})
    assert error.value.hint


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"site": "pages", "plan": "team"}, "anyone on the internet can read"),
        ({"site": "pages"}, "has no GitHub Pages"),
        ({"site": "pages", "plan": "none"}, "needs a repository on GitHub"),
        ({"protected": True}, "cannot have rules"),
        ({"protected": True, "plan": "none"}, "nothing protects"),
        ({"site": "folder"}, "is deleted afterwards"),
        ({"site": "azure"}, "whose accounts may read"),
        ({"site": "azure", "tenant": "example.com"}, "not the ID of a directory"),
        ({"chat": "teams", "plan": "none"}, "no workflow sends a message"),
        ({"repository": "https://github.com/a/b"}, "not a repository"),
        ({"repository": "a"}, "not a repository"),
        ({"reviewer": "somebody"}, "not a login or a team"),
        ({"reviewer": "@a/b/c"}, "not a login or a team"),
        ({"reviewer": "@a\n* @b"}, "not a login or a team"),
        ({"tool": "a/b"}, "does not name a commit"),
        ({"tool": "a/b@v1"}, "does not name a commit"),
        ({"tool": f"a/b/c@{'0' * 40}"}, "does not name a commit"),
        ({"tool": f"a/b@{'0' * 40} # x"}, "does not name a commit"),
    ],
)
def test_what_cannot_be_had_is_refused(given: dict[str, Any], says: str) -> None:
    """A plan without it, or a value of the wrong form: before anything is written, with a way out."""
    with pytest.raises(WrongUsage, match=says) as error:
        choose({"organisation": "X", **given})
    assert error.value.hint


def test_a_name_alone_is_enough() -> None:
    """Everything else has a default that publishes nothing and needs no paid plan."""
    made = choose({"organisation": "X"})
    assert (made.plan, made.site, made.protected) == (Plan.FREE, Site.ARTIFACT, False)


def test_a_record_of_before_is_still_read() -> None:
    """Choices that were added later have defaults, and an artifact without GitHub is what is the folder now."""
    made = choose({"organisation": "X", "plan": "none", "site": "artifact"})
    assert (made.site, made.chat, made.tenant) == (Site.FOLDER, Chat.NONE, "")


def test_no_workflow_is_written_without_the_tool() -> None:
    """A workflow that could not find the program is not written, and neither is its Dependabot; all else is."""
    without, found = (texts(choose({"organisation": "X", "plan": "team"}, tool)) for tool in (None, TOOL))
    gone = found.keys() - without.keys()
    assert {path for path in gone if not path.startswith(".github/workflows/")} == {".github/dependabot.yml"}
    assert len(gone) > 2
    assert found.keys() >= without.keys()


def test_a_copy_uses_its_own_action() -> None:
    """With `./` as the tool, workflows use the action of the checkout."""
    found = texts(choose({"organisation": "X", "tool": HERE}))
    assert "uses: ./\n" in found[".github/workflows/check.yml"]
    assert str(Tool()) == HERE


def test_code_owners_review_what_people_state_and_in_a_copy_the_program() -> None:
    """By a login; without one each line is there to be filled in. No owner of a snapshot: nobody reviews those."""
    given = {"organisation": "X", "plan": "team", "reviewer": "@boss"}
    data, copy = (texts(choose({**given, **more}, TOOL))[OWNERS] for more in ({}, {"tool": HERE}))
    assert {"/decisions/ @boss", "/backlog.yml @boss", "/.github/ @boss"} <= set(data.splitlines())
    assert "/generator/" not in data
    assert {f"/{path} @boss" for path in PROGRAM} <= set(copy.splitlines())
    assert "snapshots" not in copy
    nobody = texts(choose({**given, "reviewer": "", "tool": HERE}))[OWNERS]
    assert [line for line in nobody.splitlines() if not line.startswith("#")] == []
    assert len(re.findall(r"^# /\S+ @organisation/team$", nobody, re.MULTILINE)) == len(copy.splitlines()) - 1


@pytest.mark.parametrize(("reviewer", "login"), [("@boss", "boss"), ("@harbour/owners", "OTHER-LOGIN")])
def test_whoever_reviews_stands_in_the_settings(reviewer: str, login: str) -> None:
    """Below a role, to be taken in with the others; a team has no login."""
    found = texts(choose({"organisation": "X", "reviewer": reviewer}, TOOL))["backlog.yml"]
    assert f"#   Managing Director: [{login}]\n" in found
    settings = parse_settings(re.sub(r"(?m)^# (?=roles:|  )", "", found).encode())
    assert settings.problems == ()
    assert settings.settings.roles["Managing Director"] == (login,)


def test_the_schema_for_editors_is_that_of_the_settings() -> None:
    """What VS Code completes is what `check` reads."""
    found = texts(choose({"organisation": "X"}))
    assert json.loads(found[SCHEMA]) == json.loads(json.dumps(settings_schema()))
    named = json.loads(found[".vscode/settings.json"])["yaml.schemas"]
    assert named == {f"./{SCHEMA}": "/backlog.yml"}


def test_what_this_repository_has_too_has_one_source() -> None:
    """The issue form is the one that `decide --issue` reads; the editor's task is this repository's own."""
    found = texts(choose({"organisation": "X"}))
    assert found[FORM_PATH] == form()
    assert found[".vscode/tasks.json"] == (PROJECT / ".vscode" / "tasks.json").read_text(encoding="utf-8")


def test_tenants_of_a_provider_do_not_start_at_once() -> None:
    """Each organisation has a minute of its own, the same for every version, and no crowded one; all are used."""
    assert Choices("Example Ltd").minute == 43
    minutes = Counter(Choices(f"Tenant {number}").minute for number in range(500))
    assert set(minutes) == set(MINUTES)
    assert max(minutes.values()) < 30
    assert not {minute for minute in minutes if minute % 5 == 0 or minute in (1, 59)}
    found = texts(choose({"organisation": "Example Ltd"}, TOOL))
    crons = re.findall(r'cron: "(\d+) ', "".join(found.values()))
    assert crons == ["43"] * 5


def test_the_record_says_what_was_written() -> None:
    """It is read back with its choices, from which the same files are made."""
    made = choose({"organisation": "Example", "plan": "team", "reviewer": "@harbour"}, TOOL)
    found = read_record(record(made, documents(made)).content)
    assert found is not None
    assert documents(choose(found.choices)) == documents(made)
    assert found.files.keys() == {document.path for document in documents(made)}
    assert RECORD not in found.files


RECORDED = b'{"schema": "backlog-init/%s", "version": "1", "choices": {"organisation": %s}, "files": {%s}}'
DAMAGED = (
    b"",
    b"[]",
    b'{"schema": "backlog-init/1"}',
    b"\xff",
    b"[" * 100_000,
    RECORDED % (b"2", b'"X"', b""),
    RECORDED % (b"1", b"7", b""),
    RECORDED % (b"1", b'"X", "plan": "gold"', b""),
    RECORDED % (b"1", b'"X"', b'"../passwd": ""'),
    RECORDED % (b"1", b'"X"', b'"/etc/passwd": ""'),
)


@pytest.mark.parametrize("content", DAMAGED)
def test_anything_else_is_no_record(content: bytes) -> None:
    """A damaged record is noticed as one, and so is one that names what is not in the folder."""
    assert read_record(content) is None
    assert read_record(RECORDED % (b"1", b'"X"', b'"README.md": ""')) is not None


def test_every_template_is_used_and_explained() -> None:
    """No template lies about unused, and each file has a purpose to show."""
    folder = Path(sys.modules[Template.__module__].__file__ or "").parent / "templates"
    parts = {f"parts/{path.name}" for path in (folder / "parts").iterdir()}
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == {
        *(each.source for each in TEMPLATES),
        *parts,
    }
    assert all(purpose(path) for made in CHOICES for path in texts(made))
