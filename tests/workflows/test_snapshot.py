# SPDX-License-Identifier: Apache-2.0
"""The daily run, as it is written: it collects, commits, builds and publishes in one run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from secure_score_backlog.approvals import APPROVALS_PATH
from tests.support.act import Run
from tests.support.loopback import Request, Response
from tests.support.repositories import Repository
from tests.support.simulated_github import TOKEN
from tests.support.variants import variants
from tests.workflows.conftest import SOUND, TODAY, HostedTenant, services, with_program

MISSING = [f"snapshots/2026/2026-11-{day}.json" for day in (19, 20)]


@dataclass(slots=True)
class Daily(HostedTenant):
    """The daily run of a repository, with a Graph that has two days more than the repository."""

    def run(self, event: str = "workflow_dispatch", **variables: str) -> Run:
        """One run, with variables of the repository."""
        return self.start("snapshot.yml", event, **variables)


@pytest.fixture
def daily(collected: Path, tmp_path: Path) -> Iterator[Daily]:
    """A private copy of this repository that lacks the two newest days, and a Graph that has them."""
    shutil.copytree(collected, tmp_path / "seed")
    seed = Repository(tmp_path / "seed")
    seed.write("decisions/AATP_UnsecureDomain.md", SOUND.format(due="2026-12-31"))
    seed.commit("Decide about the domain", "2026-11-19T15:00:00+00:00")
    with services(with_program(seed), tmp_path, TODAY) as made:
        yield Daily(*made)


def test_one_run_collects_commits_builds_and_publishes(daily: Daily) -> None:
    """GitHub commits the two days and nothing else; the site that is published knows them; no secret is printed."""
    daily.github.pages_public = False
    run = daily.run(BACKLOG_DEPLOY_PAGES="true")
    assert run.jobs == {"collect": "success", "build": "success", "deploy": "success"}, run.output
    origin = daily.origin
    assert origin.git("show", "--name-only", "--format=%an", "main").split() == [
        "github-actions[bot]",
        *MISSING,
        APPROVALS_PATH,
    ]
    assert MISSING[-1] in (run.workshop / "published" / "evidence.html").read_text(encoding="utf-8")
    bearer = daily.graph.requests[0].bearer
    assert bearer
    secrets = (TOKEN, bearer, daily.identity.registration.request_token)
    assert [secret for secret in secrets if secret in run.log] == []


PUBLIC = [(True, "Anybody on the internet"), (None, "not switched on")]
"""What GitHub says of Pages; `test_data_repository.py` has the first one each time."""


@pytest.mark.parametrize(("public", "said"), variants(PUBLIC, always=[(None, "not switched on")]))
def test_a_site_that_the_world_could_read_is_not_published(daily: Daily, public: bool | None, said: str) -> None:
    """The variable alone publishes nothing: the run is red and says what to set; the snapshot is kept."""
    daily.github.pages_public = public
    run = daily.run(BACKLOG_DEPLOY_PAGES="true")
    assert run.jobs == {"collect": "success", "build": "failure"}, run.output
    assert said in run.log
    assert not (run.workshop / "published").exists()
    assert MISSING[-1] in daily.origin.git("show", "--name-only", "--format=", "main")


def test_a_public_repository_keeps_no_artifact(daily: Daily) -> None:
    """Anybody could load it; the run is red before it is kept."""
    daily.github.visibility = "public"
    run = daily.run()
    assert run.jobs == {"collect": "success", "build": "failure"}, run.output
    assert "The repository is public" in run.log
    assert not (run.workshop / "artifacts").exists()


def test_the_second_slot_changes_nothing_and_builds_nothing(daily: Daily) -> None:
    """A scheduled run that finds everything stored ends after collecting; the first kept the site as an artifact."""
    first = daily.run()
    assert first.jobs == {"collect": "success", "build": "success"}, first.output
    assert (first.workshop / "artifacts" / "site" / "index.html").is_file()
    before = daily.origin.git("rev-parse", "main")
    second = daily.run("schedule")
    assert second.jobs == {"collect": "success"}, second.output
    assert daily.origin.git("rev-parse", "main") == before


def test_a_refused_sign_in_fails_the_run_and_commits_nothing(daily: Daily) -> None:
    """Entra trusts another subject: the job fails and says why; a scheduled run then has nothing to publish."""
    before = daily.origin.git("rev-parse", "main")
    daily.identity.presented_subject = "repo:somebody/else:ref:refs/heads/main"
    daily.github.commits.clear()  # and GitHub has nothing to say
    run = daily.run("schedule", BACKLOG_DEPLOY_PAGES="true")
    assert run.jobs == {"collect": "failure"}
    assert "AADSTS70021" in run.log
    assert daily.origin.git("rev-parse", "main") == before


def test_a_decision_that_is_merged_meanwhile_costs_no_snapshot(daily: Daily) -> None:
    """Main moves between checkout and commit: both are there, and the site is built from the commit that has both."""

    def merge() -> None:
        merged = daily.github.commit_files("main", {"decisions/NEW.md": "merged meanwhile\n"}, "Decide")
        assert merged == daily.origin.git("rev-parse", "main")

    daily.github.before_commit = [merge]
    run = daily.run()
    assert run.jobs == {"collect": "success", "build": "success"}, run.output
    assert daily.origin.git("show", "--name-only", "--format=", "main").split() == [*MISSING, APPROVALS_PATH]
    assert daily.origin.git("show", "main:decisions/NEW.md") == "merged meanwhile"


def test_a_protected_branch_fails_the_run_and_names_the_rule(daily: Daily) -> None:
    """The commit is refused: red, with what to set; nothing is built from a snapshot that is not kept."""
    daily.github.rules["main"] = "Repository rule violations found\n\nChanges must be made through a pull request."
    run = daily.run("schedule")
    assert run.jobs == {"collect": "failure"}, run.output
    assert "Require a pull request before merging" in " ".join(run.log.split())  # act's steps have a terminal


def test_a_github_that_does_not_answer_costs_no_snapshot(daily: Daily) -> None:
    """Approvals cannot be read: the run is red and says which permission is missing; the days are kept and shown."""

    def deny(request: Request) -> Response | None:
        asks = b"associatedPullRequests" in request.body
        return Response.of_json(401, {"message": "Bad credentials"}) if asks else None

    daily.github.responders.append(deny)
    run = daily.run()
    assert run.jobs == {"collect": "failure", "build": "success"}, run.output
    assert "GitHub does not accept the token" in run.log
    assert daily.origin.git("show", "--name-only", "--format=", "main").split() == MISSING
