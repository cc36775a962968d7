# SPDX-License-Identifier: Apache-2.0
"""The workflows are pinned, may do next to nothing, and let no outside text into a shell.

zizmor (`make workflows`) knows more; this holds what must never slip, without any tool.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

WORKFLOWS = sorted((Path(__file__).resolve().parents[2] / ".github" / "workflows").glob("*.yml"))

USES = re.compile(r"\s*(- )?uses: (?P<action>[\w./-]+)@(?P<commit>[0-9a-f]{40}) # v\d+\.\d+\.\d+")
WRITERS = {("snapshot.yml", "collect"): {"contents", "id-token"}, ("snapshot.yml", "deploy"): {"pages", "id-token"}}
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
        if "pip install" in step.get("run", "") and not re.search("--require-hashes|--no-deps", step["run"]):
            yield f"{identifier}: installs what no hash pins"
        if "${{" in step.get("run", ""):
            yield f"{identifier}: an expression inside a script; pass it through env"
        inputs = step.get("with", {})
        if step.get("uses", "").startswith("actions/checkout@") and inputs.get("persist-credentials") is not False:
            yield f"{identifier}: checkout leaves the token behind"
        if "cache" in inputs:
            yield f"{identifier}: a cache can be poisoned"


def faults(name: str, text: str) -> list[str]:
    """Everything that is wrong with one workflow."""
    found = [
        f"not pinned: {line.strip()}" for line in text.splitlines() if "uses:" in line and not USES.fullmatch(line)
    ]
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


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_pip_itself_is_pinned_first(path: Path) -> None:
    """What checks the hashes of everything else is installed by its own hash before."""
    installs = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if "--require-hashes" in line]
    assert [line.endswith("requirements/pip.txt") for line in installs] == [True, False] * (len(installs) // 2)
    assert installs


def test_the_three_workflows_are_there() -> None:
    """The walk has something to look at."""
    assert {"ci.yml", "decisions.yml", "snapshot.yml"} <= {path.name for path in WORKFLOWS}


def test_one_action_one_commit() -> None:
    """An action that is used in several places is the same one everywhere."""
    used: dict[str, set[str]] = {}
    for path in WORKFLOWS:
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
