# SPDX-License-Identifier: Apache-2.0
"""The history of the main branch, read in one pass along first parents (design §4.2; facts/stack.md 4).

Git is the clock of decisions: what counts is when the main branch got a version. One `git log`
names every version of every file; contents are fetched by blob id, each once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile

import git

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.model.decision import Version

FORMAT = "%x01%H%x1f%cI%x1f%P%x1f%aN%x1f%s%x1f%b%x02"
HEADER = re.compile(rb"\x01([0-9a-f]{40,64})\x1f")
MERGED = re.compile(r"Merge pull request #(\d+)\b")
SQUASHED = re.compile(r"^(?P<subject>.*) \(#(?P<number>\d+)\)$")


@dataclass(frozen=True, slots=True)
class MainHistory:
    """Every version of every file that the main branch ever had, by path, oldest first."""

    versions: Mapping[str, tuple[Version, ...]] = field(default_factory=dict)
    head: Version | None = None
    """The newest commit; its path is empty."""
    repository: git.Repo | None = None
    prefix: str = ""
    """Folder of the root inside the repository, with a slash at the end; empty at its top."""
    _contents: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    def fetch(self, blobs: Iterable[str]) -> None:
        """Read the contents of many blobs in one go; `content` then has them at hand."""
        wanted = sorted(set(blobs) - self._contents.keys())
        if wanted and self.repository is not None:
            self._contents.update(read_blobs(self.repository, wanted))

    def content(self, blob: str) -> bytes:
        """The bytes of a blob; CannotProceed where Git has lost it."""
        self.fetch([blob])
        if blob not in self._contents:
            raise CannotProceed(
                f"Git could not read object {blob[:12]}",
                where=str(self.repository.working_dir) if self.repository else None,
                hint="Run 'git fsck'; in a partial clone run 'git fetch --refetch'.",
            )
        return self._contents[blob]


def read_blobs(repository: git.Repo, blobs: list[str]) -> Iterator[tuple[str, bytes]]:
    """The blobs that Git has, through one `cat-file --batch`."""
    with TemporaryFile() as names:
        names.write("".join(f"{blob}\n" for blob in blobs).encode())
        names.seek(0)
        output: bytes | str = repository.git.execute(
            ["git", "cat-file", "--batch"], istream=names, stdout_as_string=False, strip_newline_in_stdout=False
        )
    raw = output if isinstance(output, bytes) else output.encode()
    position = 0
    for blob in blobs:
        end = raw.index(b"\n", position)
        words = raw[position:end].split(b" ")
        position = end + 1
        if len(words) == 3 and words[2].isdigit():
            size = int(words[2])
            yield blob, raw[position : position + size]
            position += size + 1


def read_main_history(root: Path) -> MainHistory | None:
    """The history of the repository that holds a folder; None where there is no Git.

    Raises CannotProceed for a shallow clone: it would silently date every decision to its last commit.
    """
    try:
        repository = git.Repo(root, search_parent_directories=True)
    except (git.InvalidGitRepositoryError, git.NoSuchPathError):
        return None
    if repository.bare or repository.working_tree_dir is None:
        raise CannotProceed(
            "this Git repository has no working tree", where=str(root), hint="Clone it, and run the command there."
        )
    refuse_untrusted(repository, root)
    refuse_shallow(repository)
    prefix = root.resolve().relative_to(Path(repository.working_tree_dir).resolve()).as_posix()
    prefix = "" if prefix == "." else prefix + "/"
    if not repository.head.is_valid():
        return MainHistory({}, None, repository, prefix)
    return collect(run_log(repository), repository, prefix)


def refuse_untrusted(repository: git.Repo, root: Path) -> None:
    """Git refuses a folder that belongs to somebody else; say how to mend it."""
    try:
        repository.git.execute(["git", "rev-parse", "--git-dir"])
    except git.GitCommandError as error:
        hint = f"If you trust it, run: git config --global --add safe.directory {root.resolve()}"
        raise CannotProceed(
            "Git cannot read this repository: " + str(error.stderr).strip(), where=str(root), hint=hint
        ) from error


def refuse_shallow(repository: git.Repo) -> None:
    """A shallow clone has lost the dates that decisions are judged by."""
    answer = repository.git.execute(["git", "rev-parse", "--is-shallow-repository"])
    if answer == "true":
        raise CannotProceed(
            "this is a shallow clone: the history of the decisions is missing",
            where=str(repository.working_dir),
            hint="Run 'git fetch --unshallow'; in GitHub Actions set 'fetch-depth: 0' at actions/checkout.",
        )


def run_log(repository: git.Repo) -> bytes:
    """The raw log of the main line, newest first."""
    output: bytes | str = repository.git.execute(
        [
            "git", "-c", "log.showSignature=false", "-c", "core.quotePath=false",
            "log", "-z", "--raw", "--no-abbrev", "--no-renames", "--first-parent", "--diff-merges=first-parent",
            "--no-color", "--encoding=UTF-8", f"--format={FORMAT}", "HEAD", "--",
        ],
        stdout_as_string=False,
        strip_newline_in_stdout=False,
    )  # fmt: skip
    return output if isinstance(output, bytes) else output.encode()


@dataclass(frozen=True, slots=True)
class MainCommit:
    """One commit of the main line and what it changed."""

    head: Version
    changes: tuple[tuple[str, str | None], ...]
    """Path and new blob; None where the file was deleted."""


def commits(raw: bytes) -> Iterator[MainCommit]:
    """The commits in a raw log, in its order."""
    starts = [found.start() for found in HEADER.finditer(raw)]
    for start, end in zip(starts, [*starts[1:], len(raw)], strict=True):
        header, _, changes = raw[start + 1 : end].partition(b"\x02")
        identifier, when, _parents, author, subject, body = header.decode("utf-8", "replace").split("\x1f", 5)
        number, subject = pull_request_of(subject, body)
        at = datetime.fromisoformat(when).astimezone(UTC)
        yield MainCommit(Version("", identifier, at, author, subject, number), tuple(changed_files(changes)))


def changed_files(raw: bytes) -> Iterator[tuple[str, str | None]]:
    """Path and new blob of each change in `--raw -z` form."""
    fields = raw.lstrip(b"\n\0").split(b"\0")
    for entry, path in zip(fields[::2], fields[1::2], strict=False):
        words = entry.lstrip(b"\n:").split(b" ")
        if len(words) >= 5:
            deleted = words[4].startswith(b"D")
            yield path.decode("utf-8", "surrogateescape"), None if deleted else words[3].decode()


def pull_request_of(subject: str, body: str) -> tuple[int | None, str]:
    """The pull request that a commit says it merges, and its title where the message carries one."""
    merged = MERGED.match(subject)
    if merged:
        title = body.strip().splitlines()[0] if body.strip() else subject
        return int(merged[1]), title
    squashed = SQUASHED.match(subject)
    return (int(squashed["number"]), squashed["subject"]) if squashed else (None, subject)


def collect(raw: bytes, repository: git.Repo, prefix: str) -> MainHistory:
    """The versions of every file below the prefix.

    A committer's clock may run backwards; the main branch cannot have had a commit before its parent,
    so a time earlier than the one before it counts as that time.
    """
    versions: dict[str, list[Version]] = {}
    head: Version | None = None
    latest = datetime.min.replace(tzinfo=UTC)
    for commit in reversed(list(commits(raw))):
        latest = max(latest, commit.head.at)
        head = dated(commit.head, latest)
        for path, blob in commit.changes:
            if path.startswith(prefix):
                inside = path[len(prefix) :]
                versions.setdefault(inside, []).append(versioned(head, inside, blob))
    return MainHistory({path: tuple(found) for path, found in versions.items()}, head, repository, prefix)


def dated(version: Version, at: datetime) -> Version:
    """The same commit at a corrected time."""
    return Version("", version.commit, at, version.author, version.subject, version.pull_request)


def versioned(head: Version, path: str, blob: str | None) -> Version:
    """The version of a file that a commit brought."""
    return Version(path, head.commit, head.at, head.author, head.subject, head.pull_request, blob)
