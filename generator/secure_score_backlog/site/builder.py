# SPDX-License-Identifier: Apache-2.0
"""Builds the site in a process of its own, with MkDocs unless another builder is asked for, and checks what it built.

Every run has a folder of its own below `build/`, which no other run writes: what is published is what was rendered and
searched there. The site takes the place of the last one only when nothing is missing: a failed build leaves the last
good site where it was.

The builder imports nothing from the folder that holds the backlog, and gets a configuration written anew
(`configuration.py`), unless the person who runs it says that they trust the folder's own.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import IO, cast

from secure_score_backlog.errors import CannotProceed, WrongUsage
from secure_score_backlog.files import is_file, is_free, lock, read_file, refuse_links, write_file
from secure_score_backlog.site.configuration import effective, parse_configuration, read_configuration, refusal
from secure_score_backlog.text import shell_quoted
from secure_score_backlog.workspace import LAYOUT

MARKER = ".backlog-site"
"""A file in every folder that this program built and may replace: it lists the files with their digests."""
BUILD = "build"
PAGES = "pages"
WORK = ".work-"
"""Begins the name of the folder of one run, below `build/`."""
CHILD = Path(__file__).with_name("child.py")
HOOKS = (str(Path(__file__).with_name("search_text.py")),)
"""What spares the builder's search most of its work."""
SERVED = (*HOOKS, str(Path(__file__).with_name("served_pages.py")))
"""And, for a server that builds only the pages that changed, what keeps it right."""
TRUST = "--trust-site-configuration"
SHOWN_PATHS = 5
LONGEST_BUILD = 600
"""Seconds; a site of five years takes about a hundred."""
SECONDS_TO_END = 10
"""How long the builder gets to end when it is told to."""


@dataclass(frozen=True, slots=True)
class Builder:
    """A program that makes a site of the pages."""

    title: str
    requirement: str = ""
    """What pip installs; empty: it comes with this program."""
    places: bool = True
    """It can be told on its command line where the site goes, and runs hooks."""


BUILDERS: Mapping[str, Builder] = {
    "mkdocs": Builder("MkDocs"),
    "properdocs": Builder("ProperDocs", "properdocs==1.6.7"),
    "zensical": Builder("Zensical", "zensical==0.0.73", places=False),
}
"""By the module that runs it; the first one is used unless another is asked for. The versions are those that
`make builders` compares."""
THEMES = ("material", "zensical")
"""Packages with the theme's files."""

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
    trusted: bool = False
    """True: the root's own mkdocs.yml is used as it is, hooks, plugins and all."""
    builder: str = "mkdocs"
    """A key of `BUILDERS`."""

    @property
    def uses_own(self) -> bool:
        """Whether the builder gets the root's own mkdocs.yml as it is."""
        return self.trusted and not self.packaged_only and is_file(self.root, LAYOUT)


@dataclass(frozen=True, slots=True)
class Workplace:
    """The folders of one run, as full paths."""

    folder: Path
    """Its own, removed at its end: the builder's temporary files, and the new site."""
    source: Path
    """Holds `pages/` and the configuration: the same folder, or `build/` where a trusted configuration names that."""


@contextmanager
def workplace(root: Path, *, trusted: bool = False) -> Iterator[Workplace]:
    """A new folder below `build/`, for one run, removed at its end; what killed runs left behind is removed first.

    With a trusted configuration, which names `build/pages`, the pages are there, and CannotProceed is raised where
    another run works with them.
    """
    write_ignore(root)
    build = (root / BUILD).resolve()
    with contextlib.ExitStack() as ends:
        with lock(build, "starting to build", wait=True):  # no other run takes it for one that was left behind
            _remove_left_behind(build)
            folder = Path(tempfile.mkdtemp(prefix=WORK, dir=build))
            ends.callback(shutil.rmtree, folder, ignore_errors=True)
            ends.enter_context(lock(folder))
        if trusted:
            refuse_links(root, f"{BUILD}/{PAGES}")
            (build / PAGES).mkdir(exist_ok=True)
            ends.enter_context(lock(build / PAGES, "building from build/pages"))
        yield Workplace(folder, build if trusted else folder)


def refuse_missing(name: str, *, trusted: bool = False) -> None:
    """CannotProceed for a builder that is not installed, WrongUsage for one that cannot build what is asked for."""
    builder = BUILDERS[name]
    if trusted and not builder.places:
        raise WrongUsage(
            f"{builder.title} puts a site only where the configuration says, so a configuration that is used as it is "
            "would have it replace the last good site before the new one is checked.",
            where=f"--builder {name} {TRUST}",
            hint="Leave out one of the two.",
        )
    if find_spec(name) is None:
        raise CannotProceed(
            f"The site builder {builder.title} is not installed beside this program.",
            where=f"--builder {name}",
            hint=f"Install it for the same Python: {shell_quoted(sys.executable)} -m pip install "
            f"{builder.requirement or name}. Or leave out --builder: MkDocs is always there.",
        )


def write_ignore(root: Path) -> None:
    """Make `build/`, and keep it out of Git."""
    refuse_links(root, f"{BUILD}/.gitignore")
    try:
        (root / BUILD).mkdir(exist_ok=True)
    except OSError as error:
        raise CannotProceed(
            f"The folder {BUILD} cannot be made: {error.strerror or type(error).__name__}.",
            where=str(root / BUILD),
            hint="Remove what is in its place, or check the permissions.",
        ) from error
    if not is_file(root, f"{BUILD}/.gitignore"):
        with lock(root / BUILD, "starting to build", wait=True):
            write_file(root, f"{BUILD}/.gitignore", b"*\n")


def _remove_left_behind(build: Path) -> None:
    """Remove the folders of runs that were killed: those that no process holds."""
    for folder in sorted(build.glob(f"{WORK}*")):
        if not folder.is_symlink() and folder.is_dir() and is_free(folder):
            shutil.rmtree(folder, ignore_errors=True)


def configuration(job: Job, place: Workplace, hooks: Sequence[str] = HOOKS) -> Path:
    """The configuration of one run, written beside its pages; the root's own file where that is trusted.

    `hooks`: see `configuration.effective`.

    CannotProceed where the root's own file says something that is not read, with every line.
    """
    if job.uses_own:
        return job.root / LAYOUT
    values, problems = (None, ()) if job.packaged_only else read_configuration(job.root)
    if problems:
        raise CannotProceed(
            f"The file {LAYOUT} says what is not read:{refusal(problems)}",
            where=str(job.root / LAYOUT),
            hint=f"A configuration can run programs and load from third parties, so only listed keys are read. If you "
            f"trust everybody who can change this file, build with {TRUST}.",
        )
    if values is None:
        values, _ = parse_configuration(job.packaged.encode())
    wanted = effective(values, organisation=job.organisation, hooks=hooks)
    if is_file(place.source, LAYOUT) and read_file(place.source, LAYOUT) == wanted:
        return place.source / LAYOUT  # as it is, so that a builder that watches it does not begin again
    return write_file(place.source, LAYOUT, wanted)


def environment(job: Job, folder: Path) -> dict[str, str]:
    """The builder's environment: a fixed date, no advertising, and no way to import from the working folder."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    modules = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if Path(entry).is_absolute()]
    if modules:
        inherited["PYTHONPATH"] = os.pathsep.join(modules)
    return {
        **inherited,
        "PYTHONSAFEPATH": "1",
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": str(epoch(job.as_of)),
        "NO_MKDOCS_2_WARNING": "1",
        "DISABLE_MKDOCS_2_WARNING": "true",
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder)),
    }


def epoch(day: date) -> int:
    """Start of a UTC day in seconds since 1970: the time of every built file."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


@contextmanager
def running(job: Job, folder: Path, *arguments: str, output: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """The builder as a process that ends with the block, and with this process, however that ends.

    Args:
        job: What it builds.
        folder: The run's own, where it works and puts its temporary files; removed when this process is killed.
        arguments: Of the builder.
        output: Where it writes, as for Popen.
    """
    process = subprocess.Popen(
        [sys.executable, "-P", str(CHILD), str(folder), job.builder, *arguments],
        cwd=job.root if job.uses_own else folder,
        env=environment(job, folder),
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,  # a Ctrl-C reaches this process alone, which then ends the builder
    )
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and wait for it; what does not end when told to is killed."""
    process.terminate()
    try:
        process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()


def build(
    job: Job, place: Workplace, output: Path, expected: Mapping[str, bytes | None], inspect: Inspection | None = None
) -> int:
    """Build strictly, check, and replace the site; returns the number of files.

    Args:
        job: What to build.
        place: The folders of this run, with the pages.
        output: The folder of the site.
        expected: Files that the site must hold, by path: bytes for those that are copied, None for pages.
        inspect: Called with the built files. Where it raises, the new site is removed, so that it cannot be published.

    Raises:
        CannotProceed: The builder failed, or files are missing, empty, changed or unexpected.
        WrongUsage: The folder holds files that this program did not build.
    """
    refuse_foreign(output)
    made = place.folder / "site"
    places = BUILDERS[job.builder].places
    chosen = configuration(job, place, HOOKS if places else ())
    into = ("--site-dir", str(made)) if places else ()  # else it is where the configuration says, in the same folder
    arguments = ("build", "--strict", "--config-file", str(chosen), *into)
    with running(job, place.folder, *arguments, output=subprocess.PIPE) as process:
        stopped = threading.Event()

        def stop() -> None:
            stopped.set()
            process.kill()

        limit = threading.Timer(LONGEST_BUILD, stop)
        limit.start()
        try:
            said = cast("IO[bytes]", process.stdout).read()  # communicate() would close its input, and so end it
            process.wait()
        finally:
            limit.cancel()
    if stopped.is_set():
        raise CannotProceed(
            f"The site builder did not end within {LONGEST_BUILD} seconds and was stopped.",
            where=str(job.root),
            hint="A hand-written page in docs/ is probably too intricate: divide what is long by blank lines, and look "
            "for brackets that are never closed.",
        )
    if process.returncode != 0:
        raise CannotProceed(
            f"The site builder stopped with exit code {process.returncode}. Its output:\n"
            f"{said.decode('utf-8', 'replace').replace(str(place.folder), '').strip()}.",
            where=str(job.root / LAYOUT if job.uses_own else job.root),
            hint=f"Fix what it names, usually a link in docs/ or a line of {LAYOUT}, and build again.",
        )
    missing = missing_files(made, expected)
    if missing:
        raise CannotProceed(
            f"The built site lacks {_some(missing)}, or holds them empty or changed.",
            where=str(job.root / LAYOUT),
            hint=f"In {LAYOUT}, docs_dir must be build/pages, use_directory_urls false, and nothing excluded.",
        )
    unexpected = [] if job.uses_own else unexpected_pages(made, expected)
    if unexpected:
        raise CannotProceed(
            f"The built site holds pages that were not rendered: {_some(unexpected)}.",
            where=str(job.root),
            hint="Build again, and report it if it stays: nothing else writes to the folder of a build.",
        )
    if inspect is not None:
        inspect(built_files(made))
    files = finish(made, epoch(job.as_of))
    replace(job.root, made, output)
    return files


def _some(paths: list[str]) -> str:
    more = f" and {len(paths) - SHOWN_PATHS} more" if len(paths) > SHOWN_PATHS else ""
    return ", ".join(paths[:SHOWN_PATHS]) + more


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


def unexpected_pages(site: Path, expected: Mapping[str, bytes | None]) -> list[str]:
    """Pages that were not rendered; the theme's own is the one for addresses that do not exist."""
    pages = (path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    return sorted(path for path in pages if path not in expected and path != "404.html")


def built_files(site: Path) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of every file of a site, in order, without unchanged files of the theme."""
    themes = [found for found in map(find_spec, THEMES) if found]
    places = [Path(place) / "templates" for theme in themes for place in theme.submodule_search_locations or ()]
    for file in sorted(path for path in site.rglob("*") if path.is_file()):
        content, path = file.read_bytes(), file.relative_to(site)
        originals = [place / path for place in places if (place / path).is_file()]
        if not any(original.read_bytes() == content for original in originals):
            yield path.as_posix(), content


def finish(site: Path, seconds: int) -> int:
    """Mark a site as built by this program and give every file the same time; returns the number of files."""
    listed = {"built by": "secure-score-backlog", "files": _digests(site)}
    text = json.dumps(listed, indent=1, sort_keys=True)
    (site / MARKER).write_text(f"{text}\n", encoding="utf-8", newline="\n")
    return _set_times(site, seconds)


def refuse_foreign(output: Path) -> None:
    """WrongUsage for a folder with files that this program did not build, or that were changed since.

    The marker alone proves nothing, because it can be forged: the folder is replaced only where it holds exactly
    the files that its marker lists, with the content that it lists.
    """
    if output.is_symlink() or (output.exists() and not output.is_dir()):
        raise WrongUsage(
            f"The output {output} is not a folder of its own.", where=str(output), hint="Name another folder."
        )
    if not output.is_dir():
        return
    foreign = foreign_files(output)
    if foreign:
        raise WrongUsage(
            f"The folder {output} holds files that this program did not build, or that were changed since, and "
            f"building would delete them: {_some(foreign)}.",
            where=str(output),
            hint="Name an empty or new folder with --output, or empty this one yourself.",
        )


def foreign_files(output: Path) -> list[str]:
    """The files of a folder that its marker does not list with this content; none where it is empty."""
    try:
        listed = json.loads((output / MARKER).read_bytes())["files"] if is_file(output, MARKER) else {}
    except (ValueError, KeyError, TypeError, RecursionError):
        listed = {}
    found = _digests(output)
    if not isinstance(listed, dict):
        return sorted(found)
    return sorted(path for path, digest in found.items() if listed.get(path) != digest)


def _digests(folder: Path) -> dict[str, str]:
    """The digest of every file below, by path, without the marker; of a link or a pipe, an empty text."""
    found = {}
    for place, folders, names in os.walk(folder):
        for name in (*names, *(name for name in folders if (Path(place) / name).is_symlink())):
            file = Path(place) / name
            path = file.relative_to(folder).as_posix()
            if path != MARKER:
                found[path] = hashlib.sha256(file.read_bytes()).hexdigest() if is_file(folder, path) else ""
    return found


def replace(root: Path, made: Path, output: Path) -> None:
    """Put a new site in the place of the last one; builds of one root take turns."""
    with lock(root / BUILD, "building this site", wait=True):
        refuse_foreign(output)
        output.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{output.name}-", dir=output.parent))
        try:
            shutil.move(made, beside / "new")  # on another disk, this copies
            if output.is_dir():
                output.rename(beside / "old")
            (beside / "new").rename(output)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def _set_times(folder: Path, seconds: int) -> int:
    """Give every file the same time, so that archives of the site are identical; returns the number of files."""
    files = 0
    for place, folders, names in os.walk(folder, topdown=False):
        for name in (*names, *folders):
            os.utime(Path(place) / name, (seconds, seconds))
        files += len(names)
    os.utime(folder, (seconds, seconds))
    return files
