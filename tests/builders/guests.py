# SPDX-License-Identifier: Apache-2.0
"""Builds a rendered tenant with MkDocs, ProperDocs and Zensical, and compares what came out (`make builders`).

    python -m tests.builders.guests TENANT PROGRAMS

TENANT is a folder in which `backlog render` has run; PROGRAMS holds the Python of an environment with all three
builders. Each builder gets a copy of the rendered pages and this repository's own mkdocs.yml, untouched; then
`backlog build --builder` makes the site with it, and that site is compared as well.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.builders.comparing import SHOWN_DIFFERENCES, differences, pages

CONFIGURATION = Path(__file__).resolve().parents[2] / "mkdocs.yml"
BUILDERS = ("mkdocs", "properdocs", "zensical")
"""Modules, the one that the product uses first: it is what the others are held against."""
QUIET = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}


def build(builder: str, programs: Path, rendered: Path, folder: Path) -> str:
    """Build a copy of the rendered pages in a folder; what the builder said where it failed, else nothing."""
    folder.mkdir()
    shutil.copy(CONFIGURATION, folder / CONFIGURATION.name)
    shutil.copytree(rendered, folder / "build" / "pages")
    finished = subprocess.run(
        [str(programs / "python"), "-m", builder, "build", "--strict", "--config-file", CONFIGURATION.name],
        cwd=folder,
        env={**os.environ, **QUIET},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    said = f"{finished.stdout}{finished.stderr}".strip()
    return said or f"exit code {finished.returncode}, and not a word" if finished.returncode else ""


def build_through_us(builder: str, programs: Path, tenant: Path, folder: Path) -> str:
    """The same by `backlog build --builder`, with its checks, into a new folder."""
    finished = subprocess.run(
        [
            *(str(programs / "python"), "-m", "secure_score_backlog", "build", "--root", str(tenant)),
            *("--builder", builder, "--output", str(folder)),
        ],
        env={**os.environ, "PYTHONPATH": str(CONFIGURATION.parent / "generator")},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return finished.stderr.strip() if finished.returncode else ""


def missing(rendered: Path, site: Path) -> list[str]:
    """Documents that are not in the site: a page under its name, any other file byte for byte."""
    found = []
    for document in sorted(path for path in rendered.rglob("*") if path.is_file()):
        name = document.relative_to(rendered)
        if name.suffix == ".md":
            there = (site / name.with_suffix(".html")).is_file()
        else:
            there = (site / name).is_file() and (site / name).read_bytes() == document.read_bytes()
        if not there:
            found.append(f"{name.as_posix()}: missing or changed")
    return found


def compare(tenant: Path, programs: Path) -> dict[str, list[str]]:
    """What is wrong with each builder's site, by what made it."""
    rendered = tenant / "build" / "pages"
    wrong: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as place:
        for builder in BUILDERS:
            folder = Path(place) / builder
            failure = build(builder, programs, rendered, folder)
            site = folder / "build" / "site"
            first = Path(place) / BUILDERS[0] / "build" / "site"
            wrong[builder] = [failure] if failure else missing(rendered, site) + differences(first, site)
            print(f"{builder}: {len(pages(site))} pages, {len(wrong[builder])} differences", flush=True)
            ours = f"backlog build --builder {builder}"
            failure = build_through_us(builder, programs, tenant, folder / "ours")
            wrong[ours] = [failure] if failure else differences(first, folder / "ours")
            print(f"{ours}: {len(pages(folder / 'ours'))} pages, {len(wrong[ours])} differences", flush=True)
    return wrong


def main(tenant: str, programs: str) -> int:
    """Say what differs; 1 where anything does."""
    wrong = compare(Path(tenant), Path(programs).absolute())
    for builder, found in wrong.items():
        for line in found[:SHOWN_DIFFERENCES]:
            print(f"  {builder}: {line}")
        if len(found) > SHOWN_DIFFERENCES:
            print(f"  {builder}: and {len(found) - SHOWN_DIFFERENCES} more")
    return 1 if any(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
