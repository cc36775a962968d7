# SPDX-License-Identifier: Apache-2.0
"""Small folders that several commands are tried on."""

from __future__ import annotations

from pathlib import Path

import pytest

from secure_score_backlog.cli import clock
from tests.support.bare_folder import measured
from tests.support.running import run_here
from tests.support.today import now


@pytest.fixture(autouse=True)
def day_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that are run in this process stay on the day that their tests know."""
    monkeypatch.setattr(clock, "now", now)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder with three days of three recommendations and no more."""
    return measured(tmp_path / "tenant")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after `backlog build`: to read, and to copy for a test that changes it."""
    root = measured(tmp_path_factory.mktemp("bare") / "tenant")
    finished = run_here("build", "--root", root, expect=0)
    assert finished.stdout == f"{root / 'build' / 'site' / 'index.html'}\n"
    assert "none missing" in finished.stderr
    return root
