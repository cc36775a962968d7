# SPDX-License-Identifier: Apache-2.0
"""What the tests of a collection share: the program as it is installed."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.support.installed import install_wheel


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of `backlog`, installed from the wheel of this checkout; made once."""
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("needs hatchling: pip install -r requirements/build.txt")
    return install_wheel(tmp_path_factory.mktemp("installed"))
