# SPDX-License-Identifier: Apache-2.0
"""A branch against the branch it will be merged into: where it began, its commits, the files that it changes.

The base of a comparison is the newest common commit of the two, so that what happened on the main branch meanwhile is
not taken for the work of the branch (docs/method.md#comparing).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from secure_score_backlog.errors import CannotProceed, WrongUsage
from secure_score_backlog.files import is_file, read_file
from secure_score_backlog.git import COMMIT, Identity, Repository, blob_ids, open_repository, run_git
from secure_score_backlog.text import shown

LONGEST_REFERENCE = 250
"""Characters of the name of a branch, a tag or a commit."""
FULL_HISTORY = "In GitHub Actions set 'fetch-depth: 0' at actions/checkout."
REGULAR, LINK = "100644", "120000"
"""Modes of files in Git."""
COMMIT_FIELDS = ("%H", "%an", "%ae", "%cn", "%ce", "%s")
COMMIT_FORMAT = "".join(f"{field}%x00" for field in COMMIT_FIELDS)


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that differs between the base and what is compared with it."""

    path: str
    """Relative to the folder of the backlog; for a file outside of it, relative to the top of the repository."""
    before: str | None
    """Git's id of the content at the base; None where the file is new."""
    after: str | None
    """The same of the other side; None where the file was deleted, empty for content that was not read."""
    inside: bool = True
    """False for a file outside of the folder of the backlog."""

    @property
    def added(self) -> bool:
        """The base does not have it."""
        return self.before is None

    @property
    def deleted(self) -> bool:
        """Only the base has it."""
        return self.after is None


@dataclass(frozen=True, slots=True)
class BranchCommit:
    """One commit of a branch, also of branches that were merged into it."""

    commit: str
    author: Identity
    committer: Identity
    subject: str
    paths: tuple[str, ...] = ()
    """What it changed below the folder, relative to it; of a merge, what differs from all its parents."""


@dataclass(frozen=True, slots=True)
class Branch:
    """What lies between a base and a commit or the working tree."""

    repository: Repository
    base: str
    """The newest commit that both sides have."""
    head: str | None
    """None: the working tree."""
    files: tuple[FileChange, ...] = ()
    """By path; those of the folder first."""
    commits: tuple[BranchCommit, ...] = ()
    """From the base to the commit, or to the newest commit of the working tree; the newest first."""


def read_branch(root: Path, base: str, head: str | None = None) -> Branch:
    """A branch against its base.

    Args:
        root: A folder of a repository.
        base: Names the branch, tag or commit that is compared with.
        head: Names what is compared; None: the working tree, with what is not committed.

    Raises:
        WrongUsage: There is no commit of that name.
        CannotProceed: There is no history, not all of it, or none in common.
    """
    repository = open_repository(root)
    if repository is None or not repository.has_commits():
        raise CannotProceed(
            "There is nothing to compare with: this folder has no Git history.",
            where=str(root),
            hint="Go to a clone of the repository, or name it with --root.",
        )
    other = commit_of(repository, base)
    newest = commit_of(repository, "HEAD" if head is None else head)
    common = merge_base(repository, other, newest)
    if common is None:
        raise CannotProceed(
            f"{shown(base)} and {shown(head or 'HEAD')} have no commit in common.",
            where=str(root),
            hint=f"Name the branch that this one was made from. {FULL_HISTORY}",
        )
    files = changed_files(repository, common, newest) if head is not None else changed_in_folder(repository, common)
    by_place = sorted(files, key=lambda change: (not change.inside, change.path))
    commits = commits_between(repository, common, newest)
    return Branch(repository, common, newest if head is not None else None, tuple(by_place), tuple(commits))


def commit_of(repository: Repository, reference: str) -> str:
    """The full id of the commit that a name stands for, also of a branch that only `origin` has.

    Raises WrongUsage where there is none, and for what is no name.
    """
    usable = reference.isprintable() and 0 < len(reference) <= LONGEST_REFERENCE and not reference.startswith("-")
    if usable and ".." not in reference:
        for name in (reference, f"refs/remotes/origin/{reference}"):
            found = run_git(
                repository.folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
            )
            if found.returncode == 0 and COMMIT.fullmatch(found.stdout.strip()):
                return found.stdout.decode().strip()
    hint = f"List the branches with `git branch --all`, and fetch a missing one: git fetch origin. {FULL_HISTORY}"
    if ".." in reference:
        hint = "Name one commit; two are written with a blank between them, as in `backlog diff main HEAD`."
    raise WrongUsage(f"There is no commit {shown(reference)} in this repository.", hint=hint)


def merge_base(repository: Repository, first: str, second: str) -> str | None:
    """The newest commit that two commits have in common; None where there is none."""
    found = run_git(repository.folder, "merge-base", first, second)
    lines = found.stdout.split()
    return lines[0].decode() if found.returncode == 0 and lines and COMMIT.fullmatch(lines[0]) else None


def changed_files(repository: Repository, base: str, head: str) -> Iterator[FileChange]:
    """The files that differ between two commits."""
    raw = repository.run(
        "diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-relative", "--no-ext-diff",
        "--no-textconv", "--ignore-submodules=none", base, head, "--",
    )  # fmt: skip
    fields = raw.split(b"\0")
    for entry, path in zip(fields[::2], fields[1::2], strict=False):
        words = entry.decode("ascii", "replace").lstrip(":").split(" ")
        if len(words) == 5:
            yield change_of(
                repository, path, words[2] if words[0].strip("0") else None, words[3] if words[1].strip("0") else None
            )


def changed_in_folder(repository: Repository, base: str) -> Iterator[FileChange]:
    """The files that differ between a commit and the working tree, with those that are new and not ignored.

    Git would run the filters that a repository names to compare files, so contents are compared here.
    """
    before = tree_of(repository, base)
    known = indexed(repository)
    others = repository.run("ls-files", "-z", "--others", "--exclude-standard", "--full-name", "--", ":/")
    new = {path: (REGULAR, "") for path in others.split(b"\0") if path and not path.endswith(b"/")}
    top = repository.folder.resolve().joinpath(*[".."] * repository.prefix.count("/")).resolve()
    for path in sorted(before.keys() | known.keys() | new.keys()):
        was, now = before.get(path), known.get(path) or new.get(path)
        if now is not None and now[0].startswith("100"):
            now = in_folder(top, path, was, now)
        if was != now:
            yield change_of(repository, path, was[1] if was else None, now[1] if now else None)


def in_folder(top: Path, path: bytes, was: tuple[str, str] | None, now: tuple[str, str]) -> tuple[str, str] | None:
    """Mode and content of an ordinary file as it is in the folder; None where it is missing."""
    name = path.decode("utf-8", "surrogateescape")
    if "\\" in name or not is_file(top, name):
        try:
            top.joinpath(name).lstat()
        except (OSError, ValueError):
            return None
        return LINK, ""
    try:
        content = read_file(top, name)
    except OSError:
        return now[0], ""
    like = (was or now)[1] or None
    ids = blob_ids(content, like)
    if was is not None and was[1] in ids:
        return now[0] if now[1] else was[0], was[1]
    return now[0], next(iter(sorted(ids)))


def tree_of(repository: Repository, commit: str) -> Mapping[bytes, tuple[str, str]]:
    """Mode and blob of every file of a commit, by path from the top of the repository."""
    return _listed(repository.run("ls-tree", "-r", "-z", "--full-tree", commit), blob=1)


def indexed(repository: Repository) -> Mapping[bytes, tuple[str, str]]:
    """Mode and blob of every file that Git keeps track of in the working tree, by path from the top."""
    return _listed(repository.run("ls-files", "-z", "--stage", "--full-name", "--", ":/"), blob=0)


def _listed(lines: bytes, *, blob: int) -> dict[bytes, tuple[str, str]]:
    """Mode and blob by path, of a list in which two words follow the mode; `blob` is the position of the blob."""
    found = {}
    for line in lines.split(b"\0"):
        words, _, path = line.partition(b"\t")
        mode, *rest = words.decode("ascii", "replace").split(" ")
        if path and len(rest) == 2:
            found[path] = (mode, rest[blob])
    return found


def change_of(repository: Repository, path: bytes, before: str | None, after: str | None) -> FileChange:
    """A change of one file, with its path as seen from the folder."""
    name = path.decode("utf-8", "surrogateescape")
    inside = name.startswith(repository.prefix)
    return FileChange(name[len(repository.prefix) :] if inside else name, before, after, inside)


def commits_between(repository: Repository, base: str, head: str) -> Iterator[BranchCommit]:
    """Every commit that one side has and the base has not, of all parents, the newest first."""
    raw = repository.run(
        "-c", "log.showRoot=true", "-c", "core.quotePath=false",
        "log", "-z", "--raw", "--no-abbrev", "--no-renames", "--diff-merges=combined", "--no-color", "--no-ext-diff",
        "--no-textconv", "--no-relative", "--ignore-submodules=none", "--no-mailmap", "--encoding=UTF-8",
        f"--format={COMMIT_FORMAT}", head, f"^{base}", "--",
    )  # fmt: skip
    fields = raw.split(b"\0")
    position = 0
    while position + len(COMMIT_FIELDS) <= len(fields):
        if not COMMIT.fullmatch(fields[position].strip()):
            position += 1
            continue
        said = [field.decode("utf-8", "replace") for field in fields[position : position + len(COMMIT_FIELDS)]]
        position += len(COMMIT_FIELDS)
        paths: list[str] = []
        while position + 1 < len(fields) and not COMMIT.fullmatch(fields[position].strip()):
            if not fields[position].lstrip(b"\n").startswith(b":"):  # the blank line between message and files
                position += 1
                continue
            change = change_of(repository, fields[position + 1], None, None)
            paths += [change.path] if change.inside else []
            position += 2
        commit, author, author_mail, committer, committer_mail, subject = said
        yield BranchCommit(
            commit.strip(), Identity(author, author_mail), Identity(committer, committer_mail), subject, tuple(paths)
        )
