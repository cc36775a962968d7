# SPDX-License-Identifier: Apache-2.0
"""Contents of Git objects by id, through one `cat-file --batch`, one object in memory at a time.

Also what a commit says about its own signature: the kind stands in its header, so no key and no gpg is asked.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, cast

import git

from secure_score_backlog.errors import CannotProceed

SIGNATURE = re.compile(rb"^gpgsig(?:-sha256)? (.*)$", re.MULTILINE)
SIGNATURE_KINDS = {
    b"-----BEGIN PGP SIGNATURE-----": "openpgp",
    b"-----BEGIN PGP MESSAGE-----": "openpgp",
    b"-----BEGIN SSH SIGNATURE-----": "ssh",
    b"-----BEGIN SIGNED MESSAGE-----": "x509",
}
AS_STORED = ("--no-replace-objects",)
"""Replacements (`git replace`) are this clone's own and would give the same commit another history."""


def read_objects(repository: git.Repo, identifiers: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Each object that Git has, in the order asked for; one that it lacks is left out."""
    wanted = list(identifiers)
    if not wanted:
        return
    with TemporaryFile() as names:
        names.write("".join(f"{identifier}\n" for identifier in wanted).encode())
        names.seek(0)
        command = ["git", *AS_STORED, "cat-file", "--batch"]
        running = repository.git.execute(command, istream=names, as_process=True)
        stream, talk = cast("IO[bytes]", running.stdout), cast("IO[bytes]", running.stderr)
        with stream, talk:
            for identifier in wanted:
                words = stream.readline().split(b" ")
                if len(words) == 3 and words[2].strip().isdigit():
                    content = stream.read(int(words[2]))
                    stream.read(1)
                    yield identifier, content
        running.wait()


def signature_kind(commit: bytes) -> str:
    """The kind of signature that a raw commit carries: openpgp, ssh, x509, other, or nothing."""
    header = commit.partition(b"\n\n")[0]
    found = SIGNATURE.search(header)
    return SIGNATURE_KINDS.get(found[1].strip(), "other") if found else ""


# --- The history of the main branch, read in one pass along first parents (design §4.2; facts/stack.md 4).
#
# Git is the clock of decisions: what counts is when the main branch got a version. One `git log`
# names every version of every file; contents are fetched by blob id, each once.


LOG_FIELDS = ("%H", "%cI", "%aN", "%s", "%b")
LOG_FORMAT = "".join(f"{field}%x00" for field in LOG_FIELDS)
"""Git lets no NUL into a message, so nothing that somebody wrote can pass for a field, a path or a commit."""
COMMIT = re.compile(rb"[0-9a-f]{40}|[0-9a-f]{64}")
ORDINARY = b"100"
"""What the mode of an ordinary file begins with; a symbolic link is 120000, a submodule 160000."""
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
        self._contents.update(self.stream(wanted))

    def stream(self, blobs: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The contents of many blobs, one at a time and not kept; what Git has lost is left out."""
        if self.repository is not None:
            yield from read_objects(self.repository, blobs)

    def content(self, blob: str, *, keep: bool = True) -> bytes:
        """The bytes of a blob; CannotProceed where Git has lost it. `keep`: have them at hand the next time."""
        found = self._contents.get(blob)
        if found is None:
            found = next((content for _, content in self.stream([blob])), None)
        if found is None:
            raise CannotProceed(
                f"Git could not read object {blob[:12]}",
                where=str(self.repository.working_dir) if self.repository else None,
                hint="Run 'git fsck'; in a partial clone run 'git fetch --refetch'.",
            )
        if keep:
            self._contents[blob] = found
        return found


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
    if not has_commits(repository):
        return MainHistory({}, None, repository, prefix)
    return collect_versions(run_log(repository), repository, prefix)


def has_commits(repository: git.Repo) -> bool:
    """Whether anything was ever committed."""
    try:
        repository.git.execute(["git", "rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
    except git.GitCommandError:
        return False
    return True


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


def run_log(repository: git.Repo, start: str = "HEAD", paths: Iterable[str] = ()) -> bytes:
    """The raw log of a line of first parents, newest first; of some paths only where told.

    What a user or a repository may configure and what would change the answer is said outright.
    """
    output: bytes | str = repository.git.execute(
        [
            "git", *AS_STORED, "-c", "log.showSignature=false", "-c", "log.showRoot=true", "-c", "core.quotePath=false",
            "log", "-z", "--raw", "--no-abbrev", "--no-renames", "--first-parent", "--diff-merges=first-parent",
            "--no-color", "--no-relative", "--ignore-submodules=none", "--encoding=UTF-8", f"--format={LOG_FORMAT}",
            start, "--", *paths,
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
    """Path and new blob; None where there is no ordinary file any more."""


def parse_log(raw: bytes) -> Iterator[MainCommit]:
    """The commits in a raw log, in its order."""
    fields = raw.split(b"\0")
    position = 0
    while position < len(fields):
        if not COMMIT.fullmatch(fields[position]):
            position += 1
            continue
        header = [field.decode("utf-8", "replace") for field in fields[position : position + len(LOG_FIELDS)]]
        position += len(LOG_FIELDS)
        changes: list[tuple[str, str | None]] = []
        while position + 1 < len(fields) and not COMMIT.fullmatch(fields[position]):
            entry = fields[position].lstrip(b"\n")
            if not entry.startswith(b":"):
                position += 1
                continue
            changes.append(changed_file(entry, fields[position + 1]))
            position += 2
        identifier, when, author, subject, body = header
        number, subject = pull_request_of(subject, body)
        at = datetime.fromisoformat(when).astimezone(UTC)
        yield MainCommit(Version("", identifier, at, author, subject, number), tuple(changes))


def changed_file(entry: bytes, path: bytes) -> tuple[str, str | None]:
    """Path and new blob of one change in `--raw` form: `:old-mode new-mode old-blob new-blob letter`."""
    _, mode, _, blob, _ = entry.split(b" ")
    return path.decode("utf-8", "surrogateescape"), blob.decode() if mode.startswith(ORDINARY) else None


def pull_request_of(subject: str, body: str) -> tuple[int | None, str]:
    """The pull request that a commit says it merges, and its title where the message carries one."""
    merged = MERGED.match(subject)
    if merged:
        title = body.strip().splitlines()[0] if body.strip() else subject
        return int(merged[1]), title
    squashed = SQUASHED.match(subject)
    return (int(squashed["number"]), squashed["subject"]) if squashed else (None, subject)


def collect_versions(raw: bytes, repository: git.Repo, prefix: str) -> MainHistory:
    """The versions of every file below the prefix.

    A committer's clock may run backwards; the main branch cannot have had a commit before its parent,
    so a time earlier than the one before it counts as that time.
    """
    found = list(parse_log(raw))
    signed = signatures(repository, [commit.head.commit for commit in found])
    versions: dict[str, list[Version]] = {}
    head: Version | None = None
    latest = datetime.min.replace(tzinfo=UTC)
    for commit in reversed(found):
        latest = max(latest, commit.head.at)
        head = replace(commit.head, at=latest, signature=signed.get(commit.head.commit, ""))
        for path, blob in commit.changes:
            if path.startswith(prefix):
                inside = path[len(prefix) :]
                versions.setdefault(inside, []).append(replace(head, path=inside, blob=blob))
    return MainHistory({path: tuple(each) for path, each in versions.items()}, head, repository, prefix)


def signatures(repository: git.Repo, identifiers: Iterable[str]) -> dict[str, str]:
    """The kind of signature by commit, of those that carry one."""
    kinds = ((commit, signature_kind(content)) for commit, content in read_objects(repository, identifiers))
    return {commit: kind for commit, kind in kinds if kind}


# --- Files with their versions: what Git has, and on top what the working tree has (design §4.2, as-of).
#
# Today's state is the working tree; an edit that nobody committed is a version without a commit.


LONG_AGO = datetime.min.replace(tzinfo=UTC)
"""Without Git a file has no date: it counts as known since ever."""
NOT_COMMITTED = "not committed"
LEADS_ELSEWHERE = re.compile(r"[\\:\x00-\x1f]|(^|/)\.\.?(/|$)")
"""In a path that Git names: harmless letters there, but on some disk they lead out of the folder."""


@dataclass(frozen=True, slots=True)
class FileVersions:
    """Every version of the files of a folder, by path, oldest first."""

    root: Path
    main: MainHistory | None
    edited_on: date
    """The day that uncommitted edits count for: the day the build looks at."""

    def of(self, path: str) -> tuple[Version, ...]:
        """The versions of one file, an uncommitted edit last."""
        committed = self.main.versions.get(path, ()) if self.main else ()
        edit = self._edit(path, committed[-1] if committed else None)
        return (*committed, edit) if edit else committed

    def paths(self, folder: str, suffix: str) -> Iterator[str]:
        """Every file ever directly inside a folder, by path in order; hidden files are nobody's business."""
        known = set(self.main.versions) if self.main else set()
        known |= {f"{folder}/{file.name}" for file in (self.root / folder).glob(f"*{suffix}")}
        for path in sorted(known):
            name = path[len(folder) + 1 :]
            if path.startswith(f"{folder}/") and path.endswith(suffix) and "/" not in name and name[0] != ".":
                yield path

    def fetch(self, versions: Iterable[Version]) -> None:
        """Read many committed versions in one go."""
        if self.main:
            self.main.fetch(version.blob for version in versions if version.committed and version.blob)

    def content(self, version: Version, *, keep: bool = True) -> bytes | None:
        """The bytes of a version; None where the file was deleted. `keep`: have them at hand the next time."""
        if version.blob is None:
            return None
        if version.committed and self.main:
            return self.main.content(version.blob, keep=keep)
        return (self.root / version.path).read_bytes()

    def _edit(self, path: str, newest: Version | None) -> Version | None:
        file = self.root / path
        known = not LEADS_ELSEWHERE.search(path) and file.is_file() and not file.is_symlink()
        content = file.read_bytes() if known else None
        if content is None:
            if newest is None or newest.blob is None:
                return None
            return self._uncommitted(path, None)
        if newest is not None and newest.blob in blob_ids(content, newest.blob):
            return None
        return self._uncommitted(path, blob_id(content, "sha1"))

    def _uncommitted(self, path: str, blob: str | None) -> Version:
        at = datetime.combine(self.edited_on, time.max, UTC) if self.main else LONG_AGO
        return Version(path, "", at, "", NOT_COMMITTED, None, blob)


def blob_id(content: bytes, algorithm: str) -> str:
    """Git's id of a file's content."""
    return hashlib.new(algorithm, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def blob_ids(content: bytes, like: str | None) -> set[str]:
    """The ids that Git may have given this content: as it is, and with the line ends Git would store."""
    algorithm = "sha256" if like and len(like) == 64 else "sha1"
    return {blob_id(content, algorithm), blob_id(content.replace(b"\r\n", b"\n"), algorithm)}


def version_on(versions: tuple[Version, ...], day: date) -> Version | None:
    """The version in force at the end of a day (UTC)."""
    known = [version for version in versions if version.at.date() <= day]
    return known[-1] if known else None


# --- Which branch a folder has checked out.


def current_branch(root: Path) -> str | None:
    """The name of the branch; None outside of Git, or where a commit rather than a branch is out."""
    command = ["git", "symbolic-ref", "--quiet", "--short", "HEAD"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, encoding="utf-8", check=False)
    except OSError:
        return None
    return done.stdout.strip() or None


@dataclass(frozen=True, slots=True)
class Version:
    """One change of one file on the main branch, seen along first parents."""

    path: str
    commit: str
    """Full id; empty for an uncommitted edit of the working tree."""
    at: datetime
    """UTC; when the main branch got it (committer time of the mainline commit)."""
    author: str
    subject: str
    pull_request: int | None = None
    blob: str | None = None
    """Git's id of the content; None when the file was deleted."""
    signature: str = ""
    """Kind of signature as the commit states it: openpgp, ssh, x509, other or nothing. Nobody verified it."""

    @property
    def committed(self) -> bool:
        """False for an edit that only the working tree has."""
        return bool(self.commit)
