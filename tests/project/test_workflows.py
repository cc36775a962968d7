# SPDX-License-Identifier: Apache-2.0
"""The workflows and our own action are pinned, may do next to nothing, and let no outside text into a shell.

zizmor (`make workflows`) knows more; this holds what must never slip, without any tool.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from secure_score_backlog.data_repository.written import RECORD

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTION = ROOT / "action.yml"
TEMPLATES = ROOT / "generator" / "secure_score_backlog" / "data_repository" / "templates"

USES = re.compile(r"\s*(- )?uses: (?P<action>[\w./-]+)@(?P<commit>[0-9a-f]{40}) # v\d+(\.\d+\.\d+)?")
OWN = re.compile(r"\s*- uses: \./( #.*)?")
"""Our own action: what it installs comes from the checkout, as the workflow itself does."""
WRITERS = {
    ("decisions.yml", "comment"): {"pull-requests"},
    ("release.yml", "attest"): {"attestations", "id-token"},
    ("release.yml", "index"): {"id-token"},
    ("release.yml", "notes"): {"contents"},
    ("snapshot.yml", "collect"): {"contents", "id-token"},
    ("snapshot.yml", "deploy"): {"pages", "id-token"},
    ("check.yml", "comment"): {"pull-requests"},
    ("site.yml", "approvals"): {"contents"},
    ("site.yml", "deploy"): {"pages", "id-token"},
    ("review.yml", "review"): {"contents", "pull-requests"},
    ("remind.yml", "issues"): {"issues"},
    ("pack.yml", "pack"): {"contents"},
    ("pack.yml", "release"): {"contents"},
    ("pack.yml", "attest"): {"attestations", "id-token"},
}
"""The only jobs that may write anything, and what."""


def job_faults(name: str, identifier: str, job: dict[str, Any]) -> Iterator[str]:
    """What is wrong with one job."""
    permissions = job.get("permissions")
    if not isinstance(permissions, dict):
        yield f"{identifier}: permissions are not spelled out"
    elif {key for key, value in permissions.items() if value != "read"} - WRITERS.get((name, identifier), set()):
        yield f"{identifier}: may write more than it should"
    if "timeout-minutes" not in job:
        yield f"{identifier}: no timeout"
    for step in job["steps"]:
        yield from step_faults(identifier, step)


def step_faults(identifier: str, step: dict[str, Any]) -> Iterator[str]:
    """What is wrong with one step of a job, or of our own action."""
    if "pip install" in step.get("run", "") and not re.search("--require-hashes|--no-deps", step["run"]):
        yield f"{identifier}: installs what no hash pins"
    if "${{" in step.get("run", ""):
        yield f"{identifier}: an expression inside a script; pass it through env"
    inputs = step.get("with", {})
    if step.get("uses", "").startswith("actions/checkout@") and inputs.get("persist-credentials") is not False:
        yield f"{identifier}: checkout leaves the token behind"
    if "cache" in inputs:
        yield f"{identifier}: a cache can be poisoned"


def loose_pins(text: str) -> list[str]:
    """Every use of an action that names no commit with its version."""
    used = [line for line in text.splitlines() if re.match(r"\s*(- )?uses:", line)]
    return [f"not pinned: {line.strip()}" for line in used if not (USES.fullmatch(line) or OWN.fullmatch(line))]


def action_faults(text: str) -> list[str]:
    """Everything that is wrong with our own action, whose steps run in the folder of a job that it does not know."""
    found = loose_pins(text)
    for number, step in enumerate(YAML(typ="safe").load(text)["runs"]["steps"], 1):
        found += step_faults(f"step {number}", step)
        if re.search(r"\bpython (?!-I )", step.get("run", "")):
            found.append(f"step {number}: Python looks for modules in the folder of the job")
    return found


def faults(name: str, text: str) -> list[str]:
    """Everything that is wrong with one workflow."""
    found = loose_pins(text)
    workflow = YAML(typ="safe").load(text)
    if workflow.get("permissions") != {}:
        found.append("top-level permissions are not empty")
    if "concurrency" not in workflow:
        found.append("no concurrency group")
    if {"pull_request_target", "workflow_run"} & set(workflow["on"]):
        found.append("runs foreign code with rights")
    for identifier, job in workflow["jobs"].items():
        found.extend(job_faults(name, identifier, job))
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflow_is_hardened(path: Path) -> None:
    """Nothing is wrong with any workflow of this repository."""
    assert faults(path.name, path.read_text(encoding="utf-8")) == []


def test_our_action_is_hardened() -> None:
    """Nothing is wrong with the action that data repositories use."""
    assert action_faults(ACTION.read_text(encoding="utf-8")) == []


def installs(text: str) -> Iterator[list[str]]:
    """What each job of a workflow, or our action, installs by hash, in order."""
    loaded = YAML(typ="safe").load(text)
    for job in loaded["jobs"].values() if "jobs" in loaded else [loaded["runs"]]:
        commands = [step.get("run", "") for step in job["steps"]]
        yield [command for command in commands if "--require-hashes" in command]


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.name)
def test_pip_itself_is_pinned_first(path: Path) -> None:
    """What checks the hashes of everything else is installed by its own hash before, in each job and in our action."""
    text = path.read_text(encoding="utf-8")
    found = [commands for commands in installs(text) if commands]
    assert [commands for commands in found if not re.search(r'requirements/pip\.txt"?$', commands[0])] == []
    assert all(len(commands) > 1 for commands in found)
    assert found or any(map(OWN.fullmatch, text.splitlines())) or "run: make " in text


def test_the_workflows_are_there() -> None:
    """The walk has something to look at: this project's workflows, or those of a copy that holds a backlog."""
    assert {"ci.yml", "snapshot.yml"} <= {path.name for path in WORKFLOWS} or (ROOT / RECORD).exists()


def test_one_action_one_commit() -> None:
    """An action that is used in several places is the same one everywhere, also in templates and in the guide."""
    used: dict[str, set[str]] = {}
    for path in (*WORKFLOWS, ACTION, *(ROOT / "docs" / "guide").glob("*.md"), *TEMPLATES.rglob("*.yml")):
        for match in filter(None, map(USES.fullmatch, path.read_text(encoding="utf-8").splitlines())):
            used.setdefault(match["action"], set()).add(match["commit"])
    assert {action: commits for action, commits in used.items() if len(commits) > 1} == {}


SOUND = """\
on: [push]
permissions: {}
concurrency: {group: x}
jobs:
  a:
    permissions: {contents: read}
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with: {persist-credentials: false}
      - run: make test
"""


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("on: [push]", "on: [pull_request_target]", "runs foreign code with rights"),
        ("permissions: {}\n", "", "top-level permissions are not empty"),
        ("concurrency: {group: x}\n", "", "no concurrency group"),
        ("{contents: read}", "{contents: write}", "a: may write more than it should"),
        ("    permissions: {contents: read}\n", "", "a: permissions are not spelled out"),
        ("    timeout-minutes: 5\n", "", "a: no timeout"),
        ("persist-credentials: false", "persist-credentials: true", "a: checkout leaves the token behind"),
        ("persist-credentials: false", "persist-credentials: false, cache: pip", "a: a cache can be poisoned"),
        ("make test", "pip install uv", "a: installs what no hash pins"),
        ("make test", "echo ${{ github.head_ref }}", "a: an expression inside a script; pass it through env"),
    ],
)
def test_each_fault_is_noticed(before: str, after: str, why: str) -> None:
    """A sound workflow with one thing spoiled shows that one fault."""
    assert before in SOUND
    assert faults("x.yml", SOUND) == []
    assert faults("x.yml", SOUND.replace(before, after, 1)) == [why]


@pytest.mark.parametrize("pin", ["@v7", "@3d3c42e5aac5ba805825da76410c181273ba90b1", "@3d3c42e # v7.0.1"])
def test_a_loose_pin_is_noticed(pin: str) -> None:
    """A tag, a commit without its version and a shortened commit are no pins."""
    spoiled = re.sub(r"@\S+ # v7\.0\.1", pin, SOUND)
    assert faults("x.yml", spoiled) == [f"not pinned: - uses: actions/checkout{pin}"]


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("python -I -m", "python -m", "step 1: Python looks for modules in the folder of the job"),
        ("--require-hashes", "", "step 1: installs what no hash pins"),
        ("lock.txt", "${{ inputs.lock }}", "step 1: an expression inside a script; pass it through env"),
    ],
)
def test_each_fault_of_an_action_is_noticed(before: str, after: str, why: str) -> None:
    """A sound action with one thing spoiled shows that one fault."""
    sound = "runs:\n  steps:\n    - run: python -I -m pip install --require-hashes -r lock.txt\n"
    assert action_faults(sound) == []
    assert action_faults(sound.replace(before, after)) == [why]
