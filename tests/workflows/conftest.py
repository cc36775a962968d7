# SPDX-License-Identifier: Apache-2.0
"""Repositories for the workflows to run on."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.act import ACT, PROJECT
from tests.support.repositories import Repository

NAME = "harbour/backlog"
"""Owner and name of the repository, as GitHub puts them."""


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
    shutil.copytree(PROJECT / "requirements", folder / "requirements")
    shutil.copy(PROJECT / "action.yml", folder)
    repository = Repository(folder)
    repository.commit("Add the program", "2026-11-20T15:00:00+00:00")
    return repository


def hosted(seed: Repository, folder: Path) -> Repository:
    """The repository as GitHub would hold it: bare, at OWNER/NAME below a folder."""
    place = folder / NAME
    place.parent.mkdir(parents=True)
    subprocess.run(["git", "clone", "--quiet", "--bare", str(seed.folder), str(place)], check=True)
    host = object.__new__(Repository)
    host.folder = place
    return host
