# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium that writes down what it asked for and what went wrong, and sites for it to open."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import miniature
from tests.support.chromium import Page, start
from tests.support.folders import made_once
from tests.support.running import run_here


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One browser for all tests; each test gets it through `browser`, which forgets what came before."""
    page = start(tmp_path_factory.mktemp("chromium"))
    yield page
    page.driver.quit()


@pytest.fixture
def browser(chromium: Page) -> Page:
    """The browser, wide and light, with nothing stored and nothing noted."""
    chromium.fresh()
    return chromium


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a built site of a few pages that shows every macro and chart."""
    return made_once(tmp_path_factory, "miniature", miniature.build) / "site"


@pytest.fixture(scope="session")
def built_demo(tmp_path_factory: pytest.TempPathFactory, sample_tenant: Path) -> Path:
    """Folder of the built site of the sample tenant: `backlog demo`, then `backlog build`."""

    def build(folder: Path) -> None:
        shutil.copytree(sample_tenant, folder, symlinks=True)
        run_here("build", "--root", folder, expect=0)

    return made_once(tmp_path_factory, "built-demo", build) / "build" / "site"
