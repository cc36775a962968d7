# SPDX-License-Identifier: Apache-2.0
"""Where the workflows' tool is known from."""

from __future__ import annotations

import pytest

from secure_score_backlog import __version__
from secure_score_backlog.data_repository import tool
from secure_score_backlog.data_repository.tool import Tool, installed_tool
from secure_score_backlog.program import Origin

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_the_installation_names_the_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    """The repository and the commit that it was installed from; nothing where that is not known."""
    monkeypatch.setattr(tool, "origin", lambda: Origin("harbour/tool", COMMIT))
    assert installed_tool() == Tool("harbour/tool", COMMIT)
    monkeypatch.setattr(tool, "origin", lambda: None)
    assert installed_tool() is None


def test_the_pin_names_the_version() -> None:
    """As GitHub and Dependabot read it."""
    assert Tool("harbour/tool", COMMIT).uses == f"harbour/tool@{COMMIT} # v{__version__}"
