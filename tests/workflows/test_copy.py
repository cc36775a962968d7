# SPDX-License-Identifier: Apache-2.0
"""The workflows that `backlog init --here` writes into a copy of this repository, as they are written."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.own.test_init_here import SAMPLE, small
from tests.support.act import PROJECT
from tests.support.running import run_here
from tests.workflows.conftest import NAME, TODAY, HostedTenant, services


def test_the_first_day_of_a_copy(tmp_path: Path) -> None:
    """The program of the checkout collects to the branch of the snapshots, and builds a site without the sample."""
    seed = small(tmp_path / "seed")
    shutil.copytree(PROJECT / "requirements", seed.folder / "requirements")
    last = seed.commit("Add the locks", "2026-11-20T14:00:00+00:00")
    named = ("--organisation", "Example Ltd", "--repository", NAME, "--plan", "team")
    run_here("init", "--here", *named, cwd=seed.folder, expect=0)
    seed.commit("Begin our backlog", "2026-11-20T15:00:00+00:00")
    seed.git("branch", "snapshots")
    with services(seed, tmp_path, TODAY) as made:
        tenant = HostedTenant(*made)
        tenant.github.pages_public = False
        run = tenant.start(seed.folder / ".github" / "workflows" / "snapshot.yml", "workflow_dispatch")
    assert run.jobs == {"collect": "success", "build": "success"}, run.output
    assert f"snapshots/2026/{TODAY}.json" in tenant.origin.git("show", "--name-only", "--format=", "snapshots")
    site = run.workshop / "artifacts" / "site"
    evidence = (site / "evidence.html").read_text(encoding="utf-8")
    assert f"snapshots/2026/{TODAY}.json" in evidence
    assert f"begins after commit {last[:10]}" in evidence
    words = {word.lower() for page in site.rglob("*.html") for word in SAMPLE.findall(page.read_text(encoding="utf-8"))}
    assert words <= {"harbour"}  # the owner of the repository on the simulated GitHub
