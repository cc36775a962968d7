# SPDX-License-Identifier: Apache-2.0
"""One small tenant and its packs, made once, and a memory for packs that are made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from secure_score_backlog.evidence import remaking
from tests.support.packs import Files, Remembered, files_of, packed, tenant

_REMEMBERED = Remembered()


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tenant's repository."""
    return tenant(tmp_path_factory.mktemp("packs") / "tenant")


@pytest.fixture(scope="session")
def internal(root: Path) -> Files:
    """The files of its pack for readers of the organisation."""
    return files_of(packed(root))


@pytest.fixture(scope="session")
def insurer(root: Path) -> Files:
    """The files of its pack for an insurer."""
    return files_of(packed(root, "insurer"))


@pytest.fixture
def remembered(monkeypatch: pytest.MonkeyPatch) -> Remembered:
    """Packs are made again once for each history."""
    monkeypatch.setattr(remaking, "remade", _REMEMBERED)
    return _REMEMBERED
