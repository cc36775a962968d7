# SPDX-License-Identifier: Apache-2.0
"""Takes the README's pictures from a built demo (`make pictures`): what a reader sees of a page first."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.support.chromium import start

SIZE = (1400, 940)
PICTURES = {
    "home": ("index.html", ""),
    "review": ("reviews/2026-10.html", ""),
    "register": ("register.html", "accepted"),
}
"""The file and the anchor of each, by name."""


def take(site: Path, target: Path) -> None:
    """Write one PNG for each page into a folder."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as profile:
        page = start(Path(profile))
        try:
            for name, (file, anchor) in PICTURES.items():
                page.fresh()
                page.size(*SIZE)
                page.open(site / file, anchor)
                page.driver.save_screenshot(str(target / f"{name}.png"))
        finally:
            page.driver.quit()


if __name__ == "__main__":
    take(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
