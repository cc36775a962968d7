# SPDX-License-Identifier: Apache-2.0
"""The action that a data repository's workflows use: it installs the program of the action's own commit."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.act import Run, run_workflow
from tests.support.installed import VERSION, program
from tests.support.repositories import Repository

USED = "harbour/secure-score-backlog@0123456789abcdef0123456789abcdef01234567"
WORKFLOW = """\
on: [push]
permissions: {{}}
jobs:
  check:
    runs-on: ubuntu-24.04
    permissions: {{contents: read}}
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with: {{fetch-depth: 0, persist-credentials: false}}
      - uses: {used}
      - run: backlog --version
      - run: backlog check
"""


def check(tenant: Path, folder: Path, used: str, action: str = "") -> Run:
    """Run the check of a data repository with the action."""
    (folder / "check.yml").write_text(WORKFLOW.format(used=used), encoding="utf-8")
    event = {"ref": "refs/heads/main"}
    return run_workflow(
        folder / "check.yml", "push", event, folder=folder / "run", origin=tenant, action=action, installs=True
    )


@pytest.fixture
def clone(sample_tenant: Path, tmp_path: Path) -> Path:
    """The sample tenant's repository."""
    subprocess.run(["git", "clone", "--quiet", str(sample_tenant), str(tmp_path / "clone")], check=True)
    return tmp_path / "clone"


def assert_installed(run: Run) -> None:
    """The action's own version was installed, by hash, and judged the repository."""
    assert run.jobs == {"check": "success"}, run.output
    assert f"backlog {VERSION} (code " in run.log
    installed = (run.workshop / "installed").read_text(encoding="utf-8").splitlines()
    assert [re.findall(r"--[\w-]+|requirements/[\w.]+", line) for line in installed] == [
        ["--require-hashes", "requirements/pip.txt"],
        ["--require-hashes", "requirements/build.txt", "requirements/runtime.txt"],
        ["--no-build-isolation", "--no-deps"],
    ]


def test_a_data_repository_gets_the_program_of_the_commit_it_names(clone: Path, tmp_path: Path) -> None:
    """With `uses: OWNER/NAME@COMMIT`, `backlog` is that commit's, with that commit's hashes; no line of a branch runs.

    The branch holds a module called `pip`, which would run in pip's place if the folder of the job were searched.
    """
    (clone / "pip.py").write_text("raise SystemExit('the branch ran its own pip')\n", encoding="utf-8")
    Repository(clone).commit("Bring a pip of our own", "2026-11-20T15:00:00+00:00")
    source = program(tmp_path / "source")
    run = check(clone, tmp_path, f"{USED} # v97.0.0", f"{USED}={source}")
    assert_installed(run)
    assert "the branch ran its own pip" not in run.log


def test_a_copy_of_this_repository_gets_the_program_that_it_holds(clone: Path, tmp_path: Path) -> None:
    """With `uses: ./` the program comes from the checkout."""
    program(clone)
    Repository(clone).commit("Add the program", "2026-11-20T15:00:00+00:00")
    assert_installed(check(clone, tmp_path, "./"))


def test_a_commit_without_its_hashes_installs_nothing(clone: Path, tmp_path: Path) -> None:
    """Where a lock is missing the job ends before anything of it is installed."""
    source = program(tmp_path / "source")
    (source / "requirements" / "runtime.txt").unlink()
    run = check(clone, tmp_path, f"{USED} # v97.0.0", f"{USED}={source}")
    assert run.jobs == {"check": "failure"}
    assert "backlog, version" not in run.log
