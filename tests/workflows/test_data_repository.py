# SPDX-License-Identifier: Apache-2.0
"""The workflows that `backlog init` writes, as they are written: from an empty repository to a site."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secure_score_backlog.approvals import APPROVALS_PATH
from secure_score_backlog.recorded_packs import PACKS_PATH, parse
from tests.support.act import PROJECT, Run, run_workflow
from tests.support.loopback import LoopbackServer, Response
from tests.support.repositories import Repository
from tests.support.running import run_here
from tests.support.simulated_authority import SimulatedAuthority
from tests.support.simulated_github import TOKEN
from tests.support.variants import variants
from tests.workflows.conftest import NAME, SOUND, TODAY, HostedTenant, services

USED = "harbour/secure-score-backlog@0123456789abcdef0123456789abcdef01234567"
WHEN = "2026-11-20T15:00:00+00:00"


def program(folder: Path) -> Path:
    """The action and its locks, as the commit that the workflows name holds them."""
    shutil.copytree(PROJECT / "requirements", folder / "requirements")
    shutil.copy(PROJECT / "action.yml", folder)
    return folder


def new_repository(folder: Path, *options: str) -> Repository:
    """What `backlog init` writes, committed as the printed steps say."""
    named = ("--organisation", "Example Ltd", "--repository", NAME, "--tool", USED)
    run_here("init", folder, *named, *options, expect=0)
    repository = Repository.existing(folder)
    repository.commit("Begin our backlog", WHEN)
    repository.git("branch", "snapshots")
    return repository


@dataclass(slots=True)
class Data(HostedTenant):
    """A data repository that `init` wrote."""

    seed: Repository

    def run(self, name: str, event: str, **variables: str) -> Run:
        """One run of a workflow that was written; the repository says which tenant is meant."""
        workflow = self.seed.folder / ".github" / "workflows" / name
        action = f"{USED}={program(self.folder / f'tool{len(self.runs)}')}"
        return self.start(workflow, event, action, **variables)

    def review(self, month: str) -> Run:
        """One run of the review, for a month that a person typed."""
        self.inputs = {"month": month}
        return self.run("review.yml", "workflow_dispatch")


CHOICES = {
    "free": ("free", "--chat", "teams"),
    "team": ("team",),
    "enterprise": ("enterprise", "--site", "pages"),
    "azure": ("free", "--site", "azure", "--tenant", "00000000-1111-2222-3333-444444444444"),
}
"""What the repository of a test was made with."""
FOR_EACH_PLAN = pytest.mark.parametrize(
    "data", [pytest.param("free", marks=pytest.mark.thorough), "team", "enterprise"], indirect=True
)
"""Of the free plan, what another test runs first."""
FREE = pytest.mark.parametrize("data", ["free"], indirect=True)
AZURE = pytest.mark.parametrize("data", ["azure"], indirect=True)
ENTERPRISE = pytest.mark.parametrize("data", ["enterprise"], indirect=True)
PACKS_OF_EACH_PLAN = pytest.mark.parametrize(
    "data",
    ["enterprise", *(pytest.param(plan, marks=pytest.mark.thorough) for plan in ("free", "team"))],
    indirect=True,
)
"""The one that has every job in each run; the others in a thorough one."""
PROTECTED = pytest.mark.parametrize("data", ["team"], indirect=True)


@pytest.fixture
def data(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Data]:
    """A new repository on a plan: with snapshots on the main branch, with a branch of their own, or with Pages too."""
    options = ("--plan", *CHOICES[request.param])
    seed = new_repository(tmp_path / "seed", *options)
    with services(seed, tmp_path, TODAY) as made:
        found = Data(*made, seed=seed)
        found.github.pages_public = False
        yield found


@FOR_EACH_PLAN
def test_the_first_day_of_a_new_repository(data: Data) -> None:
    """Ninety days are collected and committed, to the branch that the settings name, and the site shows them.

    The main branch gets nothing where it accepts pull requests only.
    """
    has_pages = (data.seed.folder / ".github" / "workflows" / "site.yml").read_text(encoding="utf-8").count("deploy:")
    before = data.origin.git("rev-parse", "main")
    run = data.run("snapshot.yml", "workflow_dispatch", **({"BACKLOG_DEPLOY_PAGES": "true"} if has_pages else {}))
    jobs = ("collect", "build", *(("deploy",) if has_pages else ()))
    assert run.jobs == dict.fromkeys(jobs, "success"), run.output
    protected = (data.seed.folder / ".github" / "rulesets").exists()
    branch = "snapshots" if protected else "main"
    assert (data.origin.git("rev-parse", "main") == before) == protected
    committed = data.origin.git("show", "--name-only", "--format=", branch).split()
    assert f"snapshots/2026/{TODAY}.json" in committed
    assert APPROVALS_PATH in committed
    assert [path for path in committed if not path.startswith("snapshots/")] == []
    site = run.workshop / ("published" if has_pages else "artifacts/site")
    assert f"snapshots/2026/{TODAY}.json" in (site / "evidence.html").read_text(encoding="utf-8")
    assert TOKEN not in run.log


@PROTECTED
def test_a_decision_by_pull_request_and_its_merge(data: Data) -> None:
    """The check reads it and keeps a preview; a faulty one fails; after the merge the site shows it."""
    first, second = (data.run("snapshot.yml", "schedule") for _ in range(2))
    assert first.jobs == {"collect": "success", "build": "success"}, first.output
    assert second.jobs == {"collect": "success"}, second.output  # all is stored, and nothing is built
    data.seed.git("remote", "add", "origin", str(data.origin.folder))
    data.seed.git("pull", "--quiet", "origin", "main")
    data.seed.git("switch", "--quiet", "--create", "change")
    data.seed.write("decisions/AATP_UnsecureDomain.md", SOUND.format(due="next spring"))
    assert proposed(data, 1).jobs == {"check": "failure"}
    data.seed.write("decisions/AATP_UnsecureDomain.md", SOUND.format(due="2199-01-01"))
    run = proposed(data, 2)
    assert run.jobs == {"check": "success"}, run.output
    assert "Due | 1 January 2199" in run.summary
    page = Path("recommendations") / "aatp-unsecuredomain.html"
    preview = run.workshop / "artifacts" / "site-of-this-pull-request" / page
    assert "Settings of the domain" in preview.read_text(encoding="utf-8")
    data.seed.git("push", "--quiet", "origin", "HEAD:main")
    merged = data.run("site.yml", "push")
    assert merged.jobs == {"approvals": "success", "build": "success"}, merged.output
    site = merged.workshop / "artifacts" / "site"
    assert "Settings of the domain" in (site / page).read_text(encoding="utf-8")


def proposed(data: Data, number: int) -> Run:
    """The check of the working tree as a pull request, without a secret and without a variable of the repository."""
    data.seed.git("add", "--all")
    data.seed.git("commit", "--quiet", "--message", "Decide about the domain", when=WHEN)
    data.seed.git("push", "--quiet", "--force", "origin", f"HEAD:refs/pull/{number}/merge")
    head = {"ref": "change", "repo": {"full_name": "somebody/fork"}}  # the comment is tested with `backlog diff`
    request = {"number": number, "base": {"ref": "main"}, "head": head}
    return run_workflow(
        data.seed.folder / ".github" / "workflows" / "check.yml",
        "pull_request",
        {"number": number, "pull_request": request},
        folder=data.folder / f"check{number}",
        origin=data.origin.folder,
        environment={"GITHUB_REPOSITORY": NAME},
        action=f"{USED}={program(data.folder / f'checker{number}')}",
    )


@PROTECTED
def test_the_end_of_a_month(data: Data) -> None:
    """The month before is proposed on a branch, a second run renews nothing, and a merged month stays as it is.

    A month that nobody measured is no failure. `main` gets nothing but the merge.
    """
    assert data.run("snapshot.yml", "workflow_dispatch").jobs["collect"] == "success"
    before = data.origin.git("rev-parse", "main")
    none = data.review(month="2025-01")
    assert none.jobs == {"review": "success"}, none.output
    assert "was not measured" in none.summary
    assert data.github.pulls == {}
    first = data.review(month="2026-10")
    assert first.jobs == {"review": "success"}, first.output
    (pull,) = data.github.pulls.values()
    assert (pull.branch, pull.base) == ("review/2026-10", "main")
    assert "### Decisions needed" in pull.body
    branch, body = data.origin.git("rev-parse", pull.branch), pull.body
    again = data.review(month="2026-10")
    assert "is up to date" in again.summary
    assert (data.origin.git("rev-parse", pull.branch), pull.body) == (branch, body)
    assert data.origin.git("rev-parse", "main") == before
    data.origin.git("update-ref", "refs/heads/main", branch)  # it is merged
    pull.merged_at = datetime(2026, 11, 20, tzinfo=UTC)
    merged = data.review(month="2026-10")
    assert "is already signed" in merged.summary
    assert data.origin.git("rev-parse", "main", pull.branch).split() == [branch, branch]
    assert TOKEN not in first.log


@pytest.mark.thorough
@FREE
def test_where_workflows_may_open_no_pull_request(data: Data) -> None:
    """The run is red, names the setting, and leaves the branch from which a person can open it."""
    data.run("snapshot.yml", "workflow_dispatch")
    data.github.opens_pulls = False
    run = data.review(month="2026-10")
    assert run.jobs == {"review": "failure"}
    assert "Allow GitHub Actions to create and approve pull requests" in run.log
    assert data.origin.git("rev-parse", "review/2026-10")


@FREE
def test_who_is_due_is_reminded_once(data: Data) -> None:
    """An issue for a question without an answer; the second run makes no other. The chat is reached by the secret."""
    data.run("snapshot.yml", "workflow_dispatch")
    data.seed.git("remote", "add", "origin", str(data.origin.folder))
    data.seed.git("pull", "--quiet", "--rebase", "origin", "main")
    asked = "2199-01-01\nask: {from: leadership, since: 2026-10-01, question: Fund it?}"
    data.seed.write("decisions/AATP_UnsecureDomain.md", SOUND.format(due=asked))
    data.seed.commit("Decide about the domain", WHEN)
    data.seed.git("push", "--quiet", "origin", "HEAD:main")
    with LoopbackServer([lambda _: Response(200, {}, b"1")]) as chat:
        data.secrets = {"BACKLOG_WEBHOOK_URL": f"{chat.origin}/hook/secret"}
        for _ in range(2):
            run = data.run("remind.yml", "schedule")
            assert run.jobs == {"issues": "success", "chat": "success"}, run.output
            assert "hook/secret" not in run.output
    assert [issue["title"].split(":")[0] for issue in data.github.issues.values()] == ["A decision is requested"]
    assert len(chat.requests) == 2
    assert b"AdaptiveCard" in chat.requests[0].body


@ENTERPRISE
@pytest.mark.parametrize("public", variants([True, None], always=[True]))
def test_a_site_that_the_world_could_read_is_not_deployed(data: Data, public: bool | None) -> None:
    """Pages are public, or it is unknown: the run is red, nothing is uploaded, and what was collected is kept."""
    data.github.pages_public = public
    run = data.run("snapshot.yml", "workflow_dispatch", BACKLOG_DEPLOY_PAGES="true")
    assert run.jobs == {"collect": "success", "build": "failure"}, run.output
    assert not (run.workshop / "artifacts").exists()
    assert not (run.workshop / "published").exists()
    assert f"snapshots/2026/{TODAY}.json" in data.origin.git("ls-tree", "-r", "--name-only", "snapshots")


@AZURE
def test_a_site_behind_entra(data: Data) -> None:
    """It is deployed with the file that asks for an account, and refused where that is not asked for any more."""
    data.secrets = {"AZURE_STATIC_WEB_APPS_API_TOKEN": "t0ken-of-the-app"}
    run = data.run("snapshot.yml", "workflow_dispatch", BACKLOG_DEPLOY_AZURE="true")
    assert run.jobs == {"collect": "success", "build": "success", "deploy": "success"}, run.output
    protected = json.loads((run.workshop / "published" / "staticwebapp.config.json").read_text(encoding="utf-8"))
    assert protected["routes"] == [{"route": "/*", "allowedRoles": ["authenticated"]}]
    assert "t0ken-of-the-app" not in run.output
    before = data.run("site.yml", "push")  # the variable is not set
    assert before.jobs == {"approvals": "success", "build": "success"}, before.output
    data.github.commit_files("main", {"backlog.yml": "organisation: Example Ltd\n"}, "Forget the tenant")
    refused = data.run("site.yml", "push", BACKLOG_DEPLOY_AZURE="true")
    assert refused.jobs == {"approvals": "success", "build": "failure"}, refused.output
    assert "nothing makes Azure ask" in refused.log
    assert not (refused.workshop / "published").exists()


@PROTECTED
def test_a_tenant_that_is_not_named_is_not_asked(data: Data) -> None:
    """Until the repository's variables are set, the scheduled run does nothing and is not red."""
    run = data.run("snapshot.yml", "schedule", AZURE_TENANT_ID="")
    assert run.jobs == {}, run.output
    assert data.graph.requests == []


GITHUB = """\
#!/bin/sh
# In place of GitHub's own program: writes down what it was asked.
[ "$GH_REPO $GH_TOKEN" = "harbour/backlog %s" ] || exit 4
printf '%%s\\n' "$@" >> "$WORKSHOP/github"
"""


@PACKS_OF_EACH_PLAN
def test_a_pack_is_made_verified_recorded_and_attested(data: Data) -> None:
    """It gets a time stamp, its digest is committed where the snapshots are, signed, and published as a release.

    In a public repository nothing is made. Only on Enterprise does GitHub attest a private repository's digest.
    """
    attests = "  attest:\n" in (data.seed.folder / ".github" / "workflows" / "pack.yml").read_text(encoding="utf-8")
    branch = "snapshots" if (data.seed.folder / ".github" / "rulesets").exists() else "main"
    data.github.visibility = "public"
    data.inputs = {"from": "2026-11-01", "to": str(TODAY), "profile": "insurer"}
    refused = data.run("pack.yml", "workflow_dispatch")
    assert refused.jobs == {"pack": "failure"}
    assert "anybody could read a pack" in refused.log
    assert not (refused.workshop / "artifacts").exists()
    data.github.visibility = "private"
    data.run("snapshot.yml", "workflow_dispatch")
    data.programs = {"gh": GITHUB % TOKEN}
    with SimulatedAuthority() as authority:
        named = {"BACKLOG_TIMESTAMP_URL": authority.url, "BACKLOG_RELEASE_PACKS": "true"}
        run = data.run("pack.yml", "workflow_dispatch", **named)
    jobs = ("pack", "release", *(("attest",) if attests else ()))
    assert run.jobs == dict.fromkeys(jobs, "success"), run.output
    name = "pack-2026-11-01-2026-11-20-insurer.zip"
    assert {path.name for path in (run.workshop / "artifacts" / "pack").iterdir()} == {name, f"{name}.tsr"}
    (recorded,), problems = parse(data.origin.git("show", f"{branch}:{PACKS_PATH}").encode())
    assert (recorded.profile, problems, bool(recorded.stamp)) == ("insurer", [], True)
    assert data.origin.git("show", "--name-only", "--format=", branch).split() == [PACKS_PATH]
    attested = run.workshop / "attested"
    assert attested.exists() == attests
    assert not attests or attested.read_text() == f"MANIFEST.sha256 sha256:{recorded.digest}\n"
    said = (run.workshop / "github").read_text(encoding="utf-8").splitlines()
    assert said[:3] == ["release", "create", f"pack-2026-11-01-2026-11-20-insurer-{recorded.digest[:12]}"]
    assert f"Digest of the pack (SHA-256 of its MANIFEST.sha256): {recorded.digest}" in said
    assert {f"packs/{name}", f"packs/{name}.tsr"} <= set(said)
    assert data.origin.git("rev-parse", branch) in said


@pytest.mark.thorough
@ENTERPRISE
def test_a_pack_that_the_schedule_makes_is_of_the_quarter_before(data: Data) -> None:
    """Nobody types anything; what was not measured then ends the run with a message that says so."""
    run = data.run("pack.yml", "schedule")
    assert run.jobs == {"pack": "failure"}
    assert "The period ends on" in run.log


def test_the_steps_of_the_first_commit_work_as_printed(tmp_path: Path) -> None:
    """The lines of `git` among the printed steps, run by a shell, leave both branches on the other side."""
    printed = run_here(
        "init", tmp_path / "a b", "--organisation", "X", "--plan", "team", "--tool", USED, expect=0
    ).stdout
    lines = [line.strip() for line in printed.splitlines() if line.strip().startswith(("cd ", "git "))]
    first = lines[: next(i for i, line in enumerate(lines) if line.startswith("git switch"))]
    subprocess.run(["git", "init", "--quiet", "--bare", str(tmp_path / "host")], check=True)
    script = "\n".join(["set -e", first[0], f"git remote add origin '{tmp_path / 'host'}'", *first[1:]])
    subprocess.run(["bash", "-c", script], check=True, capture_output=True)
    host = Repository.existing(tmp_path / "host")
    assert host.git("rev-parse", "main") == host.git("rev-parse", "snapshots")
