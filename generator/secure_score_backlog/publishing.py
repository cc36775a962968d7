# SPDX-License-Identifier: Apache-2.0
"""What a run wrote below snapshots/, committed to a branch that others may change meanwhile.

What is new is what differs between the folder and the commit that it has checked out. Where the branch has moved, each
file is compared with the branch's own: nothing that the branch has is lost or rewritten, and what can be committed is,
whatever becomes of the rest (docs/method.md#publishing).
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from secure_score_backlog.branches import indexed, tree_of
from secure_score_backlog.errors import CannotProceed, WrongUsage
from secure_score_backlog.files import read_file
from secure_score_backlog.git import Repository, blob_id, blob_ids, prefix_of, run_git
from secure_score_backlog.snapshots.rewritten import forbidden
from secure_score_backlog.snapshots.snapshot_files import snapshot_days
from secure_score_backlog.text import shown
from secure_score_backlog.wording import plural

MOST_ATTEMPTS = 5
"""How often one commit is tried while the branch moves."""
LARGEST_COMMIT = 8 << 20
"""Bytes of files in one commit. GitHub takes 40 MB of them in base64, and has to be done within ten seconds."""
MOST_FILES = 400
"""Files of one commit."""
LARGEST_FILE = 24 << 20
"""Bytes of one file."""


class HeadMoved(CannotProceed):
    """The branch is not, or may not be, where the commit expected it; nothing else was changed."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file whose content the commit that is checked out does not have."""

    path: str
    """From the top of the repository."""
    content: bytes = field(repr=False)
    before: str | None
    """Git's id of the content that is checked out; None for a new file."""
    is_day: bool = False
    """It is the snapshot of a day."""

    @property
    def blob(self) -> str:
        """Git's id of the content."""
        return blob_id(self.content, "sha1")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is not committed."""

    path: str
    why: str
    """The end of a sentence that begins with the path."""
    fails: bool = True
    """False where the branch has what matters."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a run wrote."""

    commit: str
    """The commit that is checked out."""
    scope: tuple[str, ...] = ()
    """What was looked at, from the top of the repository."""
    files: tuple[NewFile, ...] = ()
    """By path."""
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """What became of it."""

    commit: str
    """The newest commit of the branch, as far as it is known."""
    committed: tuple[str, ...] = ()
    """Paths that this run committed."""
    there: tuple[str, ...] = ()
    """Paths that the branch has with the same content, from elsewhere."""
    left_out: tuple[LeftOut, ...] = ()
    commits: tuple[str, ...] = ()
    """The commits that were made, oldest first."""
    stopped: CannotProceed | None = None
    """What ended it before all was committed."""

    @property
    def changed(self) -> bool:
        """The branch holds something that the checked-out commit does not."""
        return bool(self.committed or self.there)

    @property
    def failed(self) -> tuple[LeftOut, ...]:
        """What somebody has to look at."""
        return tuple(each for each in self.left_out if each.fails)


class Target(Protocol):
    """A branch of a repository elsewhere."""

    def head(self) -> str:
        """Its newest commit; CannotProceed where there is no such branch."""
        ...

    def blobs(self, commit: str, paths: Sequence[str]) -> Mapping[str, str | None]:
        """Git's ids of some files in a commit; None for one that it lacks."""
        ...

    def content(self, blob: str) -> bytes | None:
        """What a file holds; None where it cannot be read whole."""
        ...

    def commit(self, expected: str, files: Sequence[NewFile], headline: str) -> str:
        """Commit files on top of a commit; the new one. HeadMoved where the branch is elsewhere."""
        ...

    def pause(self) -> None:
        """Wait a moment before the next attempt."""
        ...


# What is new


def written_below(root: Path, paths: Collection[str]) -> Written:
    """What differs below some paths between a folder and the commit that it has checked out.

    Args:
        root: A folder of a working tree.
        paths: Files and folders relative to it.

    Raises:
        WrongUsage: A path leads out of the folder.
        CannotProceed: The folder is not a clone with a commit.
    """
    commit = checked_out(root)
    prefix = prefix_of(root)
    repository = Repository(root, prefix)
    before = {path: blob for path, (_, blob) in tree_of(repository, commit).items()}
    others = repository.run("ls-files", "-z", "--others", "--exclude-standard", "--full-name", "--", ":/")
    names = {*before, *indexed(repository), *filter(None, others.split(b"\0"))}
    scope = [prefix + usable(path) for path in paths]
    top = root.resolve().joinpath(*[".."] * prefix.count("/")).resolve()
    files: list[NewFile] = []
    left: list[LeftOut] = []
    for raw in sorted(names):
        path = raw.decode("utf-8", "surrogateescape")
        if is_below(path, scope):
            found = _compared(repository, top, path, before.get(raw))
            files += [found] if isinstance(found, NewFile) else []
            left += [found] if isinstance(found, LeftOut) else []
    return Written(commit, tuple(scope), tuple(files), tuple(left))


def is_below(path: str, scope: Collection[str]) -> bool:
    """A path is one of some files, or in one of some folders."""
    return any(path == each or path.startswith(f"{each}/") for each in scope)


def checked_out(root: Path) -> str:
    """The commit that a folder has checked out."""
    try:
        found = run_git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    except FileNotFoundError:
        found = None
    if found is None or found.returncode:
        raise CannotProceed(
            "There is no commit here that something could be added to.",
            where=str(root),
            hint="Run it in a clone of the repository, with Git installed and the branch checked out.",
        )
    return found.stdout.decode().strip()


def usable(path: str) -> str:
    """A path relative to the folder, in Git's form; WrongUsage where it leads out of it or into `.git`."""
    plain = posixpath.normpath(path.replace("\\", "/"))
    steps = plain.split("/")
    if plain.startswith("/") or ":" in plain or steps[0] in ("..", ".", "") or ".git" in map(str.lower, steps):
        raise WrongUsage(
            f"{shown(path)} is no file or folder below this one that could be committed.",
            where="PATHS",
            hint="Name paths relative to --root, such as snapshots or docs/reviews.",
        )
    return plain


def _compared(repository: Repository, top: Path, path: str, before: str | None) -> NewFile | LeftOut | None:
    """What is to be committed of a file; None where it is unchanged."""
    try:
        content = read_file(top, path, LARGEST_FILE)
    except FileNotFoundError:
        return LeftOut(path, "is missing in this folder; nothing is deleted") if before is not None else None
    except OSError as error:
        return LeftOut(path, f"cannot be read: {error.strerror or type(error).__name__}")
    if before is not None and before in blob_ids(content, before):
        return None
    if not path.isprintable():
        return LeftOut(path, "has a name that cannot be sent")
    inside = path.removeprefix(repository.prefix)
    found = NewFile(path, content, before, bool(snapshot_days([inside])))
    if found.is_day and before is not None and (why := forbidden(repository.content(before), content, path)):
        return LeftOut(path, f"{why}; a day is written once")
    return found


# Committing


def publish(written: Written, target: Target, start: str | None, headline: str) -> Published:
    """Commit what is new, in as many commits as its size needs.

    Args:
        written: What is new.
        target: The branch.
        start: The commit that the branch is expected at; None: ask.
        headline: The message.

    Returns:
        What was committed, also where an error ended it before all was.

    Raises:
        CannotProceed: Nothing could be committed.
    """
    state = _State(target, start or written.commit, list(written.files), list(written.left_out), headline)
    try:
        if start is None:
            state.catch_up()
        while state.files:
            state.commit_next()
    except CannotProceed as error:
        if not state.commits:
            raise
        state.stopped = error
    return Published(
        state.head,
        tuple(state.committed),
        tuple(state.there),
        tuple(state.left),
        tuple(state.commits),
        state.stopped,
    )


@dataclass(slots=True)
class _State:
    target: Target
    head: str
    files: list[NewFile]
    left: list[LeftOut]
    headline: str
    committed: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    commits: list[str] = field(default_factory=list)
    stopped: CannotProceed | None = None

    def commit_next(self) -> None:
        """One commit. What a failed attempt has committed after all is found on the branch."""
        tried: set[str] = set()
        for attempt in range(1, MOST_ATTEMPTS + 1):
            part = next(parts(self.files))
            tried |= {each.path for each in part}
            try:
                self.head = self.target.commit(self.head, part, self._numbered())
            except HeadMoved as moved:
                if attempt == MOST_ATTEMPTS:
                    raise _moves_on(moved) from None
                before = self.head
                self.catch_up()
                if not tried & {each.path for each in self.files}:
                    return
                if self.head == before:
                    self.target.pause()
            else:
                self.commits.append(self.head)
                self.committed += [each.path for each in part]
                self.files = self.files[len(part) :]
                return

    def _numbered(self) -> str:
        """The message; with a number where there are several."""
        remaining = sum(1 for _ in parts(self.files))
        total = len(self.commits) + remaining
        return self.headline if total == 1 else f"{self.headline} ({len(self.commits) + 1} of {total})"

    def catch_up(self) -> None:
        """Go to where the branch is now, with what can still be committed there."""
        self.head = self.target.head()
        theirs = self.target.blobs(self.head, [each.path for each in self.files])
        kept = []
        for each in self.files:
            there = theirs.get(each.path)
            if there == each.blob:
                self.there.append(each.path)
            elif there == each.before:
                kept.append(each)
            elif isinstance(found := self._settled(each, there), NewFile):
                kept.append(found)
            else:
                self.left.append(found)
        self.files = kept

    def _settled(self, file: NewFile, there: str | None) -> NewFile | LeftOut:
        """A file that the branch changed meanwhile."""
        if not file.is_day:
            return LeftOut(file.path, "was changed on the branch meanwhile, so that version stays")
        content = self.target.content(there) if there else None
        if there and content is None:
            return LeftOut(file.path, "was stored on the branch meanwhile, and that version could not be compared")
        why = forbidden(content, file.content, file.path) if content is not None else ""
        if why:
            return LeftOut(file.path, "was stored by another run meanwhile; the first version stays", fails=False)
        return replace(file, before=there)


def parts(files: Sequence[NewFile]) -> Iterator[list[NewFile]]:
    """Files in the order given, as many together as one commit holds."""
    part: list[NewFile] = []
    size = 0
    for each in files:
        if part and (size + len(each.content) > LARGEST_COMMIT or len(part) >= MOST_FILES):
            yield part
            part, size = [], 0
        part.append(each)
        size += len(each.content)
    if part:
        yield part


def _moves_on(moved: HeadMoved) -> CannotProceed:
    return CannotProceed(
        f"The branch could not be committed to in {plural(MOST_ATTEMPTS, 'attempt')}: {moved.message}",
        where=moved.where,
        hint="Nothing is lost in the folder. Run it again; look for another workflow that commits to this branch all "
        "the time, and give both the same `concurrency` group.",
    )
