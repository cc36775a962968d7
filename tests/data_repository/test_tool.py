# SPDX-License-Identifier: Apache-2.0
"""Where the workflows' tool is known from."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError

import pytest

from secure_score_backlog import __version__
from secure_score_backlog.data_repository import tool
from secure_score_backlog.data_repository.tool import Tool, installed_tool

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Installed:
    """A distribution that was installed from somewhere."""

    def __init__(self, recorded: str | None) -> None:
        self.recorded = recorded

    def read_text(self, name: str) -> str | None:
        """What the installer recorded."""
        assert name == "direct_url.json"
        return self.recorded


def recorded(url: str, commit: str = COMMIT) -> str:
    """What pip records of a program that Git brought."""
    return json.dumps({"url": url, "vcs_info": {"vcs": "git", "commit_id": commit}})


@pytest.mark.parametrize(
    ("origin", "found"),
    [
        (recorded("https://github.com/harbour/tool.git"), Tool("harbour/tool", COMMIT)),
        (recorded("https://github.com/harbour/tool"), Tool("harbour/tool", COMMIT)),
        (recorded("ssh://git@github.com/harbour/tool.git"), Tool("harbour/tool", COMMIT)),
        (recorded("https://example.com/harbour/tool"), None),
        (recorded("https://github.com/harbour/tool", "main"), None),
        (recorded("https://github.com/har bour/tool"), None),
        (json.dumps({"url": "file:///somewhere/tool", "dir_info": {"editable": True}}), None),
        ("not JSON", None),
        ("[]", None),
        (None, None),
    ],
)
def test_the_installation_says_where_it_comes_from(
    origin: str | None, found: Tool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repository on GitHub and a full commit, or nothing."""
    monkeypatch.setattr(tool, "distribution", lambda _: Installed(origin))
    assert installed_tool() == found


def test_a_program_that_is_not_installed_is_from_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """For instance from a folder on the path."""

    def missing(name: str) -> Installed:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(tool, "distribution", missing)
    assert installed_tool() is None


def test_the_pin_names_the_version() -> None:
    """As GitHub and Dependabot read it."""
    assert Tool("harbour/tool", COMMIT).uses == f"harbour/tool@{COMMIT} # v{__version__}"
