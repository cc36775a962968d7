# SPDX-License-Identifier: Apache-2.0
"""The check of a pull request, as it is written: annotations, job summary and preview, read from what act saw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.act import Run, run_workflow
from tests.support.hostile_branch import MARKER, write_hostile_branch
from tests.support.repositories import Repository
from tests.support.simulated_github import TOKEN, Pull, SimulatedGitHub
from tests.support.workflow_log import active, shown
from tests.workflows.conftest import NAME, SOUND

NUMBER = 7
LATER = "2026-11-20T16:00:00+00:00"


@dataclass(slots=True)
class Proposal:
    """A pull request against the sample tenant."""

    seed: Repository
    folder: Path
    github: SimulatedGitHub

    def check(self, *, fork: bool = False) -> Run:
        """Propose the working tree, and run the workflow on it as GitHub would: on the merge of both branches."""
        seed = self.seed
        seed.git("add", "--all")
        seed.git("-c", "core.hooksPath=/dev/null", "commit", "--quiet", "--message", f"::error::{MARKER}", when=LATER)
        seed.git("update-ref", f"refs/pull/{NUMBER}/merge", "HEAD")
        seed.git("-c", "filter.run.required=false", "switch", "--quiet", "--force", "main")
        head = {"ref": "change", "repo": {"full_name": "somebody/backlog" if fork else NAME}}
        request = {"number": NUMBER, "base": {"ref": "main"}, "head": head}
        return run_workflow(
            "decisions.yml",
            "pull_request",
            {"number": NUMBER, "pull_request": request},
            folder=self.folder / "run",
            origin=seed.folder,
            environment={name: value for name, value in self.github.environment.items() if name != "GITHUB_TOKEN"},
            secrets={"GITHUB_TOKEN": TOKEN},
        )


@pytest.fixture
def proposal(seed: Repository, tmp_path: Path) -> Iterator[Proposal]:
    """A branch of the sample tenant, ready to be changed, and a GitHub with the pull request."""
    yield from proposed(seed, tmp_path)


@pytest.fixture
def small_proposal(small_seed: Repository, tmp_path: Path) -> Iterator[Proposal]:
    """The same of a small tenant, whose site is built quickly."""
    yield from proposed(small_seed, tmp_path)


def proposed(seed: Repository, tmp_path: Path) -> Iterator[Proposal]:
    """A branch of a repository, and a GitHub with the pull request."""
    seed.git("switch", "--quiet", "--create", "change")
    with SimulatedGitHub() as github:
        github.pulls[NUMBER] = Pull(NUMBER, "writer", seed.git("rev-parse", "HEAD"))
        yield Proposal(seed, tmp_path, github)


def test_a_sound_decision_passes_and_can_be_looked_at(small_proposal: Proposal) -> None:
    """No annotation on its file, a summary that says what was checked, and the site as an artifact."""
    proposal = small_proposal
    proposal.seed.write("decisions/AATP_UnsecureDomain.md", SOUND.format(due="2199-01-01"))
    run = proposal.check()
    assert run.jobs == {"validate": "success", "comment": "success"}, run.output
    assert [note for note in run.annotations if "AATP_UnsecureDomain" in note.file] == []
    assert "## Check of the backlog" in run.summary
    done = "Moves 1 recommendation from undecided to do soon"
    assert done in run.summary, run.summary
    (comment,) = proposal.github.comments[NUMBER]
    assert done in comment["body"]
    assert "/artifacts/1" in comment["body"]
    assert TOKEN not in run.log
    page = run.workshop / "artifacts" / "site-of-this-pull-request" / "recommendations" / "aatp-unsecuredomain.html"
    assert "Settings of the domain" in page.read_text(encoding="utf-8")


def test_a_faulty_decision_is_annotated_on_its_line_before_anything_else(proposal: Proposal) -> None:
    """The job fails; the first annotation is on the line of the fault, although older files have warnings too."""
    proposal.seed.write("decisions/AATP_UnsecureDomain.md", SOUND.format(due="next spring"))
    run = proposal.check()
    assert run.jobs == {"validate": "failure", "comment": "success"}, run.output
    first = run.annotations[0]
    assert (first.level, first.file, first.line) == ("error", "decisions/AATP_UnsecureDomain.md", 10)
    assert "due" in first.message
    assert "next spring" in first.message
    assert {note.file for note in run.annotations} == {first.file}
    assert "AATP" in run.summary
    assert len(proposal.github.comments[NUMBER]) == 1


def test_a_hostile_branch_ends_in_a_list_of_problems(proposal: Proposal) -> None:
    """Some seventy files that want to be obeyed: annotations within GitHub's limits, no other command, nothing run."""
    root = proposal.seed.folder
    assert write_hostile_branch(root) > 60
    run = proposal.check(fork=True)
    assert run.jobs == {"validate": "failure"}, run.output
    assert run.commands <= {"error", "warning", "add-path"}, run.commands
    for level in ("error", "warning"):
        assert sum(1 for note in run.annotations if note.level == level) <= 10
    assert {note.title for note in run.annotations}.isdisjoint({MARKER})
    assert "errors and" in run.summary
    assert len(run.summary.encode()) <= 1 << 20
    page = shown(run.summary)
    base = proposal.seed.git("rev-parse", "main")
    assert set(active(page)) <= {base[:10]}  # which GitHub links to the commit
    ours = {"h2", "h3", "p", "ul", "li", "details", "summary", "table", "thead", "tbody", "tr", "th", "td"}
    assert page.elements <= {*ours, "strong", "code", "br", "!--"}
    assert list(run.workshop.rglob(MARKER)) == []
    assert not (Path.home() / MARKER).exists()
