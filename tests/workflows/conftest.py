# SPDX-License-Identifier: Apache-2.0
"""Repositories for the workflows to run on."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from tests.support.act import ACT, PROJECT, Run, run_workflow
from tests.support.folders import made_once
from tests.support.repositories import Repository
from tests.support.running import run_here
from tests.support.simulated_github import TOKEN, SimulatedGitHub
from tests.support.simulated_graph import SimulatedGraph
from tests.support.simulated_identity import Registration, SimulatedIdentity
from tests.support.small_tenant import small_tenant

NAME = "harbour/backlog"
"""Owner and name of the repository, as GitHub puts them."""
TODAY = date(2026, 11, 20)
SOUND = """---
recommendation: AATP_UnsecureDomain
bucket: do-soon
risk: medium
reduces: Settings of the domain that let everybody read passwords
owner: Security Administrator
impact: None for users
prerequisites: A maintenance window of the domain controllers
proof: The recommendation stays at full points for a month
due: {due}
---
"""
"""A decision without a fault, but for the day that a test puts in."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these need act, which needs a shell, and take seconds."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)
            if not ACT.exists() or shutil.which("bash") is None:
                item.add_marker(pytest.mark.skip(reason="needs act and bash"))


@pytest.fixture
def seed(sample_tenant: Path, tmp_path: Path) -> Repository:
    """The sample tenant as a private copy of this repository, as far as a workflow needs it: a working clone."""
    folder = tmp_path / "seed"
    subprocess.run(["git", "clone", "--quiet", str(sample_tenant), str(folder)], check=True)
    return with_program(Repository.existing(folder))


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all the days that Graph held two days ago of a small tenant, for reading only."""

    def collect(folder: Path) -> None:
        folder.mkdir()
        with SimulatedGraph(small_tenant(), TODAY - timedelta(days=2), token="t0ken") as graph:
            where = ("--root", folder, "--graph-url", graph.url)
            run_here("collect", *where, environment={"GRAPH_TOKEN": "t0ken"}, expect=0)

    return made_once(tmp_path_factory, "collected", collect)


@pytest.fixture
def small_seed(collected: Path, tmp_path: Path) -> Repository:
    """As `seed`, with a small tenant, whose site is built in a quarter of the time, and with the sample's settings."""
    folder = shutil.copytree(collected, tmp_path / "seed")
    settings = files("secure_score_backlog.sample").joinpath("backlog.yml").read_bytes()
    (folder / "backlog.yml").write_bytes(settings)
    repository = Repository(folder)
    repository.commit("Begin our backlog", "2026-11-19T15:00:00+00:00")
    return with_program(repository)


def with_program(repository: Repository) -> Repository:
    """A repository of data with what its workflows use of this repository."""
    shutil.copytree(PROJECT / "requirements", repository.folder / "requirements")
    shutil.copy(PROJECT / "action.yml", repository.folder)
    repository.commit("Add the program", "2026-11-20T15:00:00+00:00")
    return repository


def hosted(seed: Repository, folder: Path) -> Repository:
    """The repository as GitHub would hold it: bare, at OWNER/NAME below a folder."""
    place = folder / NAME
    place.parent.mkdir(parents=True)
    subprocess.run(["git", "clone", "--quiet", "--bare", str(seed.folder), str(place)], check=True)
    return Repository.existing(place)


@dataclass(slots=True)
class HostedTenant:
    """A repository on a simulated GitHub, with the sample tenant behind a simulated sign-in and Graph."""

    folder: Path
    origin: Repository
    identity: SimulatedIdentity
    graph: SimulatedGraph
    github: SimulatedGitHub
    runs: list[Run] = field(default_factory=list, init=False)
    inputs: dict[str, str] = field(default_factory=dict, init=False)
    """What a person typed who starts a run by hand."""
    secrets: dict[str, str] = field(default_factory=dict, init=False)
    """Secrets of the repository, beside the token of a run."""
    programs: dict[str, str] = field(default_factory=dict, init=False)
    """Scripts by name, which stand for programs of GitHub's machines."""

    def start(self, workflow: str | Path, event: str, action: str = "", **variables: str) -> Run:
        """One run, with variables of the repository beside those that name the tenant."""
        registration = self.identity.registration
        found = run_workflow(
            workflow,
            event,
            {"ref": "refs/heads/main", **({"inputs": self.inputs} if self.inputs else {})},
            folder=self.folder / f"run{len(self.runs)}",
            origin=self.origin.folder,
            variables={"AZURE_TENANT_ID": registration.tenant, "AZURE_CLIENT_ID": registration.client, **variables},
            environment={
                "ACTIONS_ID_TOKEN_REQUEST_URL": self.identity.oidc_request_url,
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN": registration.request_token,
                "REQUESTS_CA_BUNDLE": str(self.identity.certificate),
                "TO_SIMULATED_GRAPH": f"--graph-url {self.graph.url} --authority {self.identity.origin}",
                "GITHUB_SERVER_URL": f"file://{self.folder}",
                **{name: value for name, value in self.github.environment.items() if name != "GITHUB_TOKEN"},
            },
            secrets={"GITHUB_TOKEN": TOKEN, **self.secrets},
            action=action,
            programs=self.programs,
        )
        self.runs.append(found)
        return found


@contextmanager
def services(
    seed: Repository, folder: Path, today: date
) -> Iterator[tuple[Path, Repository, SimulatedIdentity, SimulatedGraph, SimulatedGitHub]]:
    """What a HostedTenant is made of: the repository, hosted below a folder, and the services, on a day."""
    tenant = small_tenant()
    with ExitStack() as servers:
        identity = servers.enter_context(SimulatedIdentity(Registration(tenant.identifier), tls=True))
        graph = servers.enter_context(SimulatedGraph(tenant, today))
        github = servers.enter_context(SimulatedGitHub())
        for commit in seed.git("rev-list", "HEAD").split():
            github.commit(commit)
        origin = hosted(seed, folder)
        github.hosted = origin.folder
        yield folder, origin, identity, graph, github
