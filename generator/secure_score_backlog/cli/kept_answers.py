# SPDX-License-Identifier: Apache-2.0
"""What `status` and `check` printed before, printed again where everything is as it was that it follows from.

An answer follows from what was asked (`question`), and from files: the repository's, the folder's and the program's. A
file counts as unchanged where the system says the same of it as then: kind, size, both times, number, owner. Nothing is
kept where one of them was changed shortly before, or while the answer was made, as then another change may have left no
trace (docs/adr/0035-a-cache-that-cannot-lie.md). It is looked up first of all, so this imports little.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias, cast

from secure_score_backlog.cache import FOLDER, Cache
from secure_score_backlog.cli import clock, output
from secure_score_backlog.errors import BacklogError
from secure_score_backlog.files import names_in, states_below, states_in
from secure_score_backlog.git import program, run_git

if TYPE_CHECKING:
    from secure_score_backlog.workspace import Workspace

KEPT = "answers"
"""The folder in the cache; a file for each question."""
MARK = "now"
"""The name in the cache of a file that is written to see its time."""
MOST_ANSWERS = 8
"""That are kept; the oldest go."""
WORTH_KEEPING = 200
"""Commits, as for pages; a shorter history is read in a moment."""
MOST_ENTRIES = 50_000
"""Files and folders; to look at more takes longer than to answer."""
CLEARLY_OLDER = 2_000_000_000
"""Nanoseconds between the last change of a file and the beginning of a run; file systems count time in up to 2 s."""
OWN = "build"
"""The folder below the root that this program writes: nothing is read there but what was kept."""
OF_THE_SHELL = frozenset({"_", "OLDPWD", "SHLVL"})
"""Variables that a shell sets for itself, and that nothing here reads."""
FLAGS = {"status": {"--json"}, "check": {"--json", "--strict", "--trust-site-configuration"}}
VALUES = {"status": {"--root", "--as-of", "--month"}, "check": {"--root", "--format"}}
"""The options of each command that print and do nothing else. With any other one nothing is kept."""

Place: TypeAlias = tuple[str, str]
"""How a path is looked at, and the path."""
ENTRY, ROOT, TREE, PROGRAM = "entry", "root", "tree", "program"
"""Itself alone; with the entries in it; with everything below it; the same without what Python leaves there."""


@dataclass(frozen=True, slots=True)
class State:
    """What the system says about some places."""

    digest: str
    changed: int
    """The latest change of anything in folders and trees, and of any file, in nanoseconds."""
    entries: int
    links: bool
    """Whether there are symbolic links."""


def state_of(places: Iterable[Place]) -> State:
    """The state of places; OSError where one cannot be looked at. A place where nothing is has a state, too."""
    digest, changed, entries, links = hashlib.sha256(), 0, 0, False
    for kind, path in places:
        for found, state in _looked_at(kind, path):
            mode = state.st_mode if state else 0
            seen: tuple[object, ...] = (found, mode)
            if state:
                seen = (*seen, state.st_ino, state.st_uid, state.st_gid)
                if not stat.S_ISDIR(mode):
                    seen = (*seen, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
                if found != path or not stat.S_ISDIR(mode):
                    changed = max(changed, state.st_mtime_ns, state.st_ctime_ns)
            digest.update(f"{seen!r}\n".encode("utf-8", "surrogateescape"))
            links, entries = links or stat.S_ISLNK(mode), entries + 1
    return State(digest.hexdigest(), changed, entries, links)


def _looked_at(kind: str, path: str) -> Iterator[tuple[str, os.stat_result | None]]:
    try:
        state = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        yield path, None
        return
    yield path, state
    if kind != ENTRY and stat.S_ISDIR(state.st_mode):
        left_out = {ROOT: OWN, PROGRAM: "__pycache__"}.get(kind, "")
        yield from states_below(path, deep=kind != ROOT, left_out=left_out)


def _program() -> State:
    """The state of the program: its files, which libraries are installed, and Git."""
    package = str(Path(__file__).parents[1])
    installed = [
        (ENTRY, f"{folder}/{name}/{file}")
        for folder in sys.path
        if folder and Path(folder).is_dir()
        for name in names_in(Path(folder))
        if name.endswith(".dist-info")
        for file in ("METADATA", "RECORD")
    ]
    return state_of([(PROGRAM, package), *installed, (ENTRY, os.path.realpath(program()))])


def root_of(arguments: Sequence[str]) -> str | None:
    """The folder that a command line asks about; None for a command or an option whose answer is never kept."""
    verb, rest, root = arguments[0] if arguments else "", list(arguments[1:]), "."
    while rest:
        word = rest.pop(0)
        if word in FLAGS.get(verb, ()):
            continue
        name, _, value = word.partition("=")
        if name not in VALUES.get(verb, ()) or (name == word and not rest):
            return None
        value = rest.pop(0) if name == word else value
        if value == "github":  # it also writes the summary of a job
            return None
        root = value if name == "--root" else root
    return root if verb in FLAGS else None


def question(arguments: Sequence[str], root: str) -> str:
    """A digest of all that is asked: words, day, environment, terminal, Python, user, and Git's settings.

    OSError where Git cannot say its settings.
    """
    settings = run_git(Path(root), "config", "--list", "--null")
    if settings.returncode != 0:
        raise OSError(settings.stderr)
    asked = (
        list(arguments),
        str(clock.now().date()),
        (os.getcwd(), os.path.realpath(root)),  # noqa: PTH109 - both as the system has them
        sorted((name, value) for name, value in os.environ.items() if name not in OF_THE_SHELL),
        [_terminal(number, stream) for number, stream in enumerate((sys.stdin, sys.stdout, sys.stderr))],
        (sys.version, sys.executable, tuple(sys.flags), sys.warnoptions, sys.path, os.geteuid()),
        settings.stdout,
    )
    return hashlib.sha256(repr(asked).encode("utf-8", "surrogateescape")).hexdigest()


def _terminal(number: int, stream: TextIO | None) -> tuple[object, ...]:
    """What a stream is connected to."""
    try:
        size = tuple(os.get_terminal_size(number))
    except (OSError, ValueError):
        size = ()
    return (stream is not None and stream.isatty(), getattr(stream, "encoding", None), size)


def print_again(arguments: Sequence[str]) -> int | None:
    """Print what was kept of the same question, and return its exit code; None where it has to be answered anew."""
    root = root_of(arguments)
    if root is None or os.name != "posix":  # Windows tells when a file was made, not when anything of it was changed
        return None
    try:
        kept = _kept(Path(root), question(arguments, root)) if names_in(Path(root), f"{FOLDER}/{KEPT}") else None
    except (OSError, BacklogError, LookupError, TypeError, ValueError):
        return None
    if kept is None:
        return None
    try:
        output.say_again(kept["said"])
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    return int(kept["code"])


def _kept(root: Path, asked: str) -> dict[str, Any] | None:
    """The answer to a question, where it holds."""
    content = Cache(root).content(f"{KEPT}/{asked}")
    if content is None:
        return None
    kept: dict[str, Any] = json.loads(content)
    if kept["asked"] != asked:  # a file of another folder, put here
        return None
    return kept if kept["states"] == [state_of(kept["places"]).digest, _program().digest] else None


@dataclass(slots=True)
class Answer:
    """An answer while it is given."""

    arguments: Sequence[str]
    root: str
    asked: str
    began: int
    """On a clock that only counts on, in nanoseconds."""
    said: list[tuple[str, str]] = field(default_factory=list)
    """Name of the stream, and text."""
    workspace: Workspace | None = None
    """What it rests on."""

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Note what is printed in the block."""
        with ExitStack() as streams:
            for redirected, name in ((redirect_stdout, "stdout"), (redirect_stderr, "stderr")):
                streams.enter_context(redirected(cast("TextIO", _Heard(getattr(sys, name), name, self.said))))
            yield

    def keep(self, code: int) -> None:
        """Keep it, where it may be kept; a folder that cannot be written is no fault."""
        with suppress(OSError, BacklogError, LookupError, ValueError):
            self._keep(code)

    def _keep(self, code: int) -> None:
        if self.workspace is None or len(self.workspace.commits) < WORTH_KEEPING or _is_tracked(self.workspace):
            return
        places = _places(self.workspace, os.path.realpath(self.root))
        state, made_by = state_of(places), _program()
        if state.entries > MOST_ENTRIES or question(self.arguments, self.root) != self.asked:
            return
        if max(state.changed, made_by.changed) > self._began_on_disk() - CLEARLY_OLDER:
            return
        states = [state.digest, made_by.digest]
        kept = {"asked": self.asked, "places": places, "states": states, "said": self.said, "code": code}
        root = Path(self.root)
        Cache(root).keep(f"{KEPT}/{self.asked}", json.dumps(kept).encode())
        files = states_in(root, f"{FOLDER}/{KEPT}")
        for name in sorted(files, key=lambda name: files[name].st_mtime_ns, reverse=True)[MOST_ANSWERS:]:
            (root / FOLDER / KEPT / name).unlink(missing_ok=True)

    def _began_on_disk(self) -> int:
        """When the run began, by the clock that gives files their times, which may be another computer's."""
        Cache(Path(self.root)).keep(MARK, b"")
        written = states_in(Path(self.root), FOLDER)[MARK].st_mtime_ns
        return written - (time.monotonic_ns() - self.began)


class _Heard:
    """A stream that also notes what is written to it."""

    def __init__(self, stream: TextIO, name: str, said: list[tuple[str, str]]) -> None:
        self._stream, self._name, self._said = stream, name, said

    def write(self, text: str) -> int:
        """Note it, and write it."""
        self._said.append((self._name, text))
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def begin(arguments: Sequence[str]) -> Answer | None:
    """An answer that may be kept; None for any other."""
    root, began = root_of(arguments), time.monotonic_ns()
    if root is None or os.name != "posix":
        return None
    try:
        return Answer(arguments, root, question(arguments, root), began)
    except (OSError, BacklogError):  # the command says what is wrong
        return None


def _is_tracked(workspace: Workspace) -> bool:
    """Whether a branch brought what is kept below `build/`, so that it could say anything."""
    from secure_score_backlog.git_index import read_index

    return workspace.repository is None or read_index(workspace.repository).tracks(OWN)


def _places(workspace: Workspace, root: str) -> list[Place]:
    """Everything that the answer was read from; ValueError where that cannot be told."""
    from secure_score_backlog.decisions.store import DECISIONS
    from secure_score_backlog.git import MAILMAP
    from secure_score_backlog.reviews import DOCS
    from secure_score_backlog.snapshots.snapshot_files import SNAPSHOTS

    asked = run_git(
        Path(root), "rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir", "--show-toplevel"
    )
    git_folder, common, top = map(os.path.realpath, asked.stdout.decode("utf-8", "surrogateescape").splitlines())
    if state_of([(TREE, git_folder), (TREE, common)]).links or Path(common, "objects/info/alternates").exists():
        raise ValueError("objects may be anywhere")
    above = [folder for folder in (Path(root), *Path(root).parents) if folder.is_relative_to(top)]
    records = {str(step) for path in workspace.record_files for step in (Path(path), *Path(path).parents[:-1])}
    return [
        *((TREE, folder) for folder in dict.fromkeys((git_folder, common))),
        *((ENTRY, str(folder / ".git")) for folder in above),
        (ENTRY, str(Path(top, MAILMAP))),
        (ROOT, root),
        *((TREE, str(Path(root, folder))) for folder in (SNAPSHOTS, DECISIONS, DOCS)),
        *((ENTRY, str(Path(root, path))) for path in sorted(records)),
    ]
