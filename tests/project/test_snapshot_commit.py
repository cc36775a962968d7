# SPDX-License-Identifier: Apache-2.0
"""The one script of the daily run, taken from the workflow and run unchanged against a real repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

WORKFLOW = Path(__file__).resolve().parents[2] / ".github" / "workflows" / "snapshot.yml"
SNAPSHOT = "snapshots/2026/2026-11-21.json"

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="the workflow runs in bash")


def script() -> str:
    """What the step `commit` of the job `collect` runs."""
    steps = YAML(typ="safe").load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]["collect"]["steps"]
    found: str = next(step["run"] for step in steps if step.get("id") == "commit")
    return found


def git(*arguments: str | Path, cwd: Path) -> str:
    """What Git prints."""
    done = subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with one commit on main; its origin is beside it, at `org/tenant`."""
    origin, copy = tmp_path / "org" / "tenant", tmp_path / "clone"
    git("init", "--quiet", "--bare", origin, cwd=tmp_path)
    git("clone", "--quiet", origin, copy, cwd=tmp_path)
    (copy / "snapshots" / "2026").mkdir(parents=True)
    (copy / "snapshots" / "catalogue.json").write_text("{}", encoding="utf-8")
    (copy / "backlog.yml").write_text("organisation: Sample\n", encoding="utf-8")
    git("add", "--all", cwd=copy)
    git("commit", "--quiet", "--message", "first", cwd=copy)
    git("push", "--quiet", "origin", "HEAD:main", cwd=copy)
    return copy


def run_step(clone: Path) -> tuple[int, dict[str, str]]:
    """Exit code and outputs of the step, run as the runner does."""
    outputs = clone.parent / "outputs"
    outputs.write_text("", encoding="utf-8")
    told = {"TOKEN": "secret", "BRANCH": "main", "SERVER": str(clone.parent), "REPOSITORY": "org/tenant"}
    environment = {**os.environ, **told, "GITHUB_OUTPUT": str(outputs)}
    done = subprocess.run(["bash", "-e", "-c", script()], cwd=clone, env=environment, check=False)
    return done.returncode, dict(line.split("=", 1) for line in outputs.read_text(encoding="utf-8").splitlines())


def test_a_new_snapshot_is_committed_and_nothing_else(clone: Path) -> None:
    """The snapshot reaches main; a stray change of another file does not, and the build gets the commit."""
    (clone / SNAPSHOT).write_text("{}", encoding="utf-8")
    (clone / "backlog.yml").write_text("organisation: Somebody else\n", encoding="utf-8")
    code, outputs = run_step(clone)
    origin = clone.parent / "org" / "tenant"
    assert (code, outputs["changed"]) == (0, "true")
    assert outputs["commit"] == git("rev-parse", "main", cwd=origin)
    assert git("show", "--name-only", "--format=", "main", cwd=origin) == SNAPSHOT


def test_nothing_new_makes_no_commit(clone: Path) -> None:
    """The second slot of a day leaves the branch as it is and says so."""
    before = git("rev-parse", "main", cwd=clone.parent / "org" / "tenant")
    code, outputs = run_step(clone)
    assert (code, outputs) == (0, {"changed": "false", "commit": before})
    assert git("rev-parse", "main", cwd=clone.parent / "org" / "tenant") == before


def test_a_refused_push_fails_the_job(clone: Path) -> None:
    """When main moved meanwhile, the step fails and claims nothing; the next slot tries again."""
    other = clone.parent / "other"
    git("clone", "--quiet", clone.parent / "org" / "tenant", other, cwd=clone.parent)
    git("commit", "--quiet", "--allow-empty", "--message", "a merged decision", cwd=other)
    git("push", "--quiet", "origin", "HEAD:main", cwd=other)
    (clone / SNAPSHOT).write_text("{}", encoding="utf-8")
    code, outputs = run_step(clone)
    assert code != 0
    assert outputs == {}


def test_the_token_reaches_git_through_the_environment(tmp_path: Path) -> None:
    """The credential helper answers with the token of the environment, which the script itself never spells."""
    helper = re.search(r"credential\.helper='([^']+)'", script())
    assert helper
    answer = subprocess.run(
        ["git", "-c", f"credential.helper={helper[1]}", "credential", "fill"],
        cwd=tmp_path,
        env={**os.environ, "TOKEN": "from-the-environment"},
        input="protocol=https\nhost=git.example\n\n",
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "username=x-access-token\npassword=from-the-environment\n" in answer
