# SPDX-License-Identifier: Apache-2.0
"""Builds the site with MkDocs in a process of its own, and checks what it built.

MkDocs builds into a folder of its own, which takes the place of the site only when nothing is missing: a failed build
leaves the last good site where it was.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape
from importlib.util import find_spec
from pathlib import Path

from secure_score_backlog.errors import CannotProceed, WrongUsage
from secure_score_backlog.files import is_file, write_file

MARKER = ".backlog-site"
"""A file in every folder that this program built and may replace."""
CONFIGURATION = "mkdocs.yml"
TITLE = "BACKLOG_SITE_NAME"
"""Environment variable that the packaged mkdocs.yml takes the site's title from."""
SHOWN_PATHS = 5

Inspection = Callable[[Iterator[tuple[str, bytes]]], None]
"""Gets path and bytes of every built file that is not the theme's; raises CannotProceed to discard the site."""


@dataclass(frozen=True, slots=True)
class Job:
    """What the builder needs to know."""

    root: Path
    packaged: str
    """The packaged mkdocs.yml, for a folder that has none."""
    as_of: date
    organisation: str = ""
    """For the title; empty: the configuration's own title."""
    packaged_only: bool = False
    """True: the root's own mkdocs.yml is not used, because it is for other pages or other readers."""


def configuration(job: Job) -> Path:
    """The site's mkdocs.yml; for a folder without one, the packaged file, written to `build/`."""
    own = job.root / CONFIGURATION
    if is_file(job.root, CONFIGURATION) and not job.packaged_only:
        return own
    text = job.packaged.replace("docs_dir: build/pages", "docs_dir: pages")
    text = text.replace("site_dir: build/site", "site_dir: site")
    return write_file(job.root, f"build/{CONFIGURATION}", text.encode())


def environment(job: Job) -> dict[str, str]:
    """The builder's environment: a fixed date, our title, and no advertising."""
    fixed = {
        "SOURCE_DATE_EPOCH": str(epoch(job.as_of)),
        "NO_MKDOCS_2_WARNING": "1",
        "DISABLE_MKDOCS_2_WARNING": "true",
        "PYTHONHASHSEED": "0",
    }
    if job.organisation:
        fixed[TITLE] = f"{escape(' '.join(job.organisation.split()))} · Secure Score Backlog"
    return {**os.environ, **fixed}


def epoch(day: date) -> int:
    """Start of a UTC day in seconds since 1970: the time of every built file."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def command(*arguments: str) -> list[str]:
    """A call of the builder in this Python's environment."""
    return [sys.executable, "-m", "mkdocs", *arguments]


def build(job: Job, output: Path, expected: Mapping[str, bytes | None], inspect: Inspection | None = None) -> int:
    """Build strictly, check, and replace the site; returns the number of files.

    Args:
        job: What to build.
        output: The folder of the site.
        expected: Files that the site must hold, by path: bytes for those that are copied, None for pages.
        inspect: Called with the built files. Where it raises, the new site is removed, so that it cannot be published.

    Raises:
        CannotProceed: The builder failed, or files are missing, empty or changed.
        WrongUsage: The folder holds files that this program did not build.
    """
    refuse_foreign(output)
    made = job.root / "build" / "site.new"
    _remove(made)
    made.mkdir(parents=True)
    call = command("build", "--strict", "--config-file", str(configuration(job)), "--site-dir", str(made.resolve()))
    finished = subprocess.run(
        call, cwd=job.root, env=environment(job), capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if finished.returncode != 0:
        output_text = (finished.stdout + finished.stderr).strip()
        raise CannotProceed(
            f"The site builder stopped with exit code {finished.returncode}. Its output:\n{output_text}",
            where=str(configuration(job)),
            hint="Fix what it names, usually a link in docs/ or a line of mkdocs.yml, and build again.",
        )
    missing = missing_files(made, expected)
    if missing:
        more = f" and {len(missing) - SHOWN_PATHS} more" if len(missing) > SHOWN_PATHS else ""
        raise CannotProceed(
            f"The built site lacks {', '.join(missing[:SHOWN_PATHS])}{more}, or holds them empty or changed.",
            where=str(made),
            hint="In mkdocs.yml, docs_dir must be build/pages, use_directory_urls false, and nothing excluded.",
        )
    try:
        if inspect is not None:
            inspect(built_files(made))
    except CannotProceed:
        _remove(made)
        raise
    (made / MARKER).write_text("Built by secure-score-backlog; replaced by its next build.\n", encoding="utf-8")
    files = _set_times(made, epoch(job.as_of))
    _remove(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(made, output)
    return files


def missing_files(site: Path, expected: Mapping[str, bytes | None]) -> list[str]:
    """Expected files that are missing, empty, or not byte for byte what was staged; by path."""
    found: list[str] = []
    for path, content in sorted(expected.items()):
        try:
            found_content = (site / path).read_bytes()
        except OSError:
            found.append(path)
            continue
        if (content is None and not found_content.strip()) or (content is not None and found_content != content):
            found.append(path)
    return found


def built_files(site: Path) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of every file of a site, in order, without unchanged files of the theme."""
    theme = find_spec("material")
    places = [Path(place) / "templates" for place in (theme.submodule_search_locations or ())] if theme else []
    for file in sorted(path for path in site.rglob("*") if path.is_file()):
        content, path = file.read_bytes(), file.relative_to(site)
        originals = [place / path for place in places if (place / path).is_file()]
        if not any(original.read_bytes() == content for original in originals):
            yield path.as_posix(), content


def refuse_foreign(output: Path) -> None:
    """WrongUsage for a folder that this program did not build: it is never replaced."""
    if output.is_symlink() or (output.exists() and not output.is_dir()):
        raise WrongUsage(
            f"The output {output} is not a folder of its own.", where=str(output), hint="Name another folder."
        )
    if output.is_dir() and any(output.iterdir()) and not (output / MARKER).is_file():
        raise WrongUsage(
            f"The folder {output} holds files that this program did not build, and building would replace them.",
            where=str(output),
            hint="Name an empty or new folder with --output, or empty this one yourself.",
        )


def _remove(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()
    elif folder.is_dir():
        shutil.rmtree(folder)


def _set_times(folder: Path, seconds: int) -> int:
    """Give every file the same time, so that archives of the site are identical; returns the number of files."""
    files = 0
    for place, folders, names in os.walk(folder, topdown=False):
        for name in (*names, *folders):
            os.utime(Path(place) / name, (seconds, seconds))
        files += len(names)
    os.utime(folder, (seconds, seconds))
    return files
