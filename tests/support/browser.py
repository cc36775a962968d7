# SPDX-License-Identifier: Apache-2.0
"""Where Chromium and its driver are on this machine, under any of their usual names."""

from __future__ import annotations

import shutil

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
DRIVERS = ("chromedriver", "chromium.chromedriver")


def find(names: tuple[str, ...]) -> str | None:
    """The first program of some names that is on the PATH."""
    return next((path for path in map(shutil.which, names) if path), None)


def missing_browser() -> list[str]:
    """What a browser test lacks here: nothing, Chromium, its driver, or both."""
    wanted = {"Chromium": BROWSERS, "ChromeDriver": DRIVERS}
    return [name for name, names in wanted.items() if find(names) is None]


def browser_paths() -> tuple[str, str]:
    """Paths of the browser and of its driver; only for tests marked `browser`, which do not run without them."""
    browser, driver = find(BROWSERS), find(DRIVERS)
    assert browser is not None, "no Chromium: is the test marked `browser`?"
    assert driver is not None, "no ChromeDriver: is the test marked `browser`?"
    return browser, driver
