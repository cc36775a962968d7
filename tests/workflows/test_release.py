# SPDX-License-Identifier: Apache-2.0
"""The release, as its workflow is written: from the tag to the index, or to a message that says why not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.act import PROJECT, Run, run_workflow
from tests.support.installed import VERSION, program
from tests.support.repositories import Repository
from tests.support.simulated_index import REQUEST_TOKEN, SimulatedIndex
from tests.workflows.conftest import NAME, hosted

WORKFLOW = PROJECT / ".github" / "workflows" / "release.yml"
TRIES = re.compile(r" +- run: (backlog (demo|check|build)|test -s) .*\n")
TAG = f"v{VERSION}"
TRUSTED = {"repository": NAME, "workflow_ref": f"{NAME}/.github/workflows/release.yml", "environment": "pypi"}
DISTRIBUTIONS = {f"secure_score_backlog-{VERSION}-py3-none-any.whl", f"secure_score_backlog-{VERSION}.tar.gz"}
ASSETS = DISTRIBUTIONS | {"secure-score-backlog-requirements.txt", "secure-score-backlog.cdx.json"}
GITHUB = """\
#!/bin/sh
# In place of GitHub's own program: writes down what it was asked.
[ "$GH_REPO $GH_TOKEN" = "harbour/backlog token-of-the-job" ] || exit 4
printf '%s\\n' "$@" > "$WORKSHOP/github"
"""


@dataclass(slots=True)
class Release:
    """A repository that is ready to be released, and the index that knows its workflow."""

    folder: Path
    seed: Repository
    index: SimulatedIndex

    def run(self, event: str = "push", ref: str = f"refs/tags/{TAG}", *, tries: bool = False) -> Run:
        """The workflow for a tag that has been pushed, or by hand.

        Only where it `tries`, the installed program makes the sample tenant's site, which takes half a minute.
        """
        shortened = self.folder / "release.yml"
        shortened.write_text(TRIES.sub("", WORKFLOW.read_text(encoding="utf-8")), encoding="utf-8")
        return run_workflow(
            WORKFLOW if tries else shortened,
            event,
            {"ref": ref},
            folder=self.folder / "run",
            origin=hosted(self.seed, self.folder).folder,
            environment={
                "GITHUB_REPOSITORY": NAME,
                "SSL_CERT_FILE": str(self.index.certificate),
                "UV_PUBLISH_URL": self.index.upload_url,
                "ACTIONS_ID_TOKEN_REQUEST_URL": self.index.oidc_request_url,
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN,
            },
            secrets={"GITHUB_TOKEN": "token-of-the-job"},
            matrix={"system": "ubuntu-24.04", "form": "wheel"},
            programs={"gh": GITHUB},
            installs=True,
        )


@pytest.fixture
def release(tmp_path: Path) -> Iterator[Release]:
    """A main branch whose newest commit is tagged, with the changelog as a release has it."""
    seed = Repository(program(tmp_path / "seed"))
    changelog = seed.folder / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8")
    assert "## [Unreleased]\n" in text
    changelog.write_text(
        text.replace("## [Unreleased]\n", f"## [Unreleased]\n\n## [{VERSION}] - 2026-11-27\n"), "utf-8"
    )
    seed.commit("Release it")
    seed.git("tag", TAG)
    with SimulatedIndex(TRUSTED) as index:
        yield Release(tmp_path, seed, index)


def test_a_tag_becomes_a_release(release: Release) -> None:
    """What is tagged is built, installed by hash, attested, published to the index and on GitHub, the same bytes."""
    run = release.run(tries=True)
    assert run.jobs == dict.fromkeys(("build", "installed", "attest", "index", "notes"), "success"), run.output
    assert f"backlog {VERSION} (code " in run.log
    assert release.index.files.keys() == DISTRIBUTIONS
    made = run.workshop / "artifacts" / "release"
    assert {name: (made / name).read_bytes() for name in DISTRIBUTIONS} == release.index.files
    attested = (run.workshop / "attested").read_text(encoding="utf-8").splitlines()
    components = "dist/secure-score-backlog.cdx.json"
    assert sorted(attested) == sorted(
        [f"provenance dist/{name}" for name in ASSETS] + [f"{components} dist/{name}" for name in DISTRIBUTIONS]
    )
    asked = (run.workshop / "github").read_text(encoding="utf-8").splitlines()
    assert asked[:4] == ["release", "create", TAG, "--verify-tag"]
    assert set(asked) >= {f"dist/{name}" for name in ASSETS}
    assert "dist/notes.md" in asked
    assert NAME in (made / "notes.md").read_text(encoding="utf-8")


@pytest.mark.thorough
def test_by_hand_nothing_is_published(release: Release) -> None:
    """A rehearsal builds and tries the files, and asks neither the index nor GitHub for anything."""
    run = release.run("workflow_dispatch", "refs/heads/main")
    assert run.jobs == {"build": "success", "installed": "success"}, run.output
    assert release.index.requests == []
    assert not (run.workshop / "github").exists()


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        ("git tag -f v98.0.0", "The tag is v98.0.0, the program says 97.0.0."),
        ("changelog", "CHANGELOG.md has no section for 97.0.0."),
        ("branch", "The commit of v97.0.0 is not on origin/main."),
    ],
)
def test_a_tag_that_is_not_ready_ends_the_run(release: Release, spoil: str, why: str) -> None:
    """Another version, a changelog without the version, a commit beside the main branch: said, and nothing made."""
    tag = TAG
    if spoil == "changelog":
        changelog = release.seed.folder / "CHANGELOG.md"
        changelog.write_text(re.sub(r"## \[97.*\n", "", changelog.read_text(encoding="utf-8")), encoding="utf-8")
        release.seed.commit("Forget the section")
    elif spoil == "branch":
        release.seed.git("checkout", "--quiet", "-b", "side")
        release.seed.commit("Not on main")
    else:
        tag = "v98.0.0"
    release.seed.git("tag", "--force", tag)
    run = release.run(ref=f"refs/tags/{tag}")
    assert run.jobs == {"build": "failure"}, run.output
    assert why in run.log
    assert not (run.workshop / "artifacts").exists()


@pytest.mark.thorough
def test_an_index_that_trusts_another_workflow_gets_nothing(release: Release) -> None:
    """The run fails before the release is made on GitHub, and nothing is uploaded."""
    release.index.presented["environment"] = "another"
    run = release.run()
    assert run.jobs == {"build": "success", "installed": "success", "attest": "success", "index": "failure"}
    assert release.index.files == {}
    assert not (run.workshop / "github").exists()
