# SPDX-License-Identifier: Apache-2.0
"""Git: the history of the main branch, the contents of files, branches.

Git is the clock of decisions: what counts is when the main branch got a version, so history is read along first
parents (docs/method.md#as-of, docs/adr/0005-git-is-the-clock.md). One `git log` names every version of every file;
contents are read by blob id, one object in memory at a time. Today's state is the working tree: an edit that is not
committed is a version without a commit.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import subprocess
import sys
import threading
import weakref
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Self, TypeAlias, cast

from secure_score_backlog.dates import FIRST_DAY, LAST_DAY, is_usable
from secure_score_backlog.errors import CannotProceed, ShallowClone
from secure_score_backlog.files import LARGEST_FILE, file_size, is_file, names_in, read_file
from secure_score_backlog.problems import Problem, problem
from secure_score_backlog.wording import plural

LONG_AGO = datetime.min.replace(tzinfo=UTC)
"""Without Git a file has no date and counts as known from the beginning."""
NOT_COMMITTED = "not committed"
"""Subject of a version that only the working tree has."""

LOG_FIELDS = ("%H", "%P", "%ct", "%aN", "%an", "%ae", "%cn", "%ce", "%s", "%b")
LOG_FORMAT = "".join(f"{field}%x00" for field in LOG_FIELDS)
"""Git allows no NUL in a message, so no text of a commit can pass for a field, a path or another commit."""
PEOPLE_FIELDS = ("%an", "%ae", "%aN", "%aE", "%cn", "%ce", "%cN", "%cE", "%B")
PEOPLE_FORMAT = "".join(f"{field}%x00" for field in PEOPLE_FIELDS)
"""Author and committer, each as written and as `.mailmap` spells them, and the message."""
TRAILER = re.compile(r"^[ \t]*[A-Za-z][A-Za-z-]*:[ \t]*([^<>\n]*?)[ \t]*<([^<>\n]*)>", re.MULTILINE)
SIGNED_BY = re.compile(r"^[ \t]*[A-Za-z-]+-by:[ \t]*([^<>\n]+?)[ \t]*$", re.MULTILINE | re.IGNORECASE)
MAILMAP_NAME = re.compile(r"([^<>#\n]*?)[ \t]*<([^<>\n]*)>")
COMMIT = re.compile(rb"[0-9a-f]{40}|[0-9a-f]{64}")
ORDINARY_FILE = "100"
"""What the mode of an ordinary file begins with; a symbolic link is 120000, a submodule 160000."""
_NUMBER = r"(?P<number>[0-9]{1,10})"
MERGED = (
    re.compile(rf"Merge pull request #{_NUMBER}\b"),  # GitHub
    re.compile(rf"Merged in \S{{1,300}} \(pull request #{_NUMBER}\)$"),  # Bitbucket
)
"""Subjects of a merge whose title is the first line of the body."""
TITLED = (
    re.compile(rf"Merged PR {_NUMBER}: (?P<title>.+)$"),  # Azure DevOps
    re.compile(rf"Pull request #{_NUMBER}: (?P<title>.+)$"),  # Bitbucket Data Center
    re.compile(rf"(?P<title>.+) \(#{_NUMBER}\)$"),  # GitHub's squash
)
"""Subjects that hold the number and the title."""
GITLAB_SUBJECT = re.compile(r"Merge branch '[^'\n]{1,300}' into '[^'\n]{1,300}'$")
GITLAB_REFERENCE = re.compile(rf"^See merge request [\w./-]{{0,300}}!{_NUMBER}[ \t]*$", re.MULTILINE)
LONGEST_MESSAGE = 100_000
"""Characters of a commit's message in which GitLab's reference is looked for."""
SECONDS = re.compile(r"[0-9]{1,12}")
"""A time as Git stores it, since 1970; longer than any in the calendar."""

SIGNATURE = re.compile(rb"^gpgsig(?:-sha256)? (.*)$", re.MULTILINE)
SIGNATURE_KINDS = {
    b"-----BEGIN PGP SIGNATURE-----": "openpgp",
    b"-----BEGIN PGP MESSAGE-----": "openpgp",
    b"-----BEGIN SSH SIGNATURE-----": "ssh",
    b"-----BEGIN SIGNED MESSAGE-----": "x509",
}

ON_GITHUB = re.compile(
    r"(?:https://(?:[^/@\s]+@)?github\.com/|(?:ssh://)?git@github\.com[:/])"
    r"(?P<repository>[A-Za-z0-9_][A-Za-z0-9_-]{0,99}/(?!\.{1,2}(?:\.git)?$)[A-Za-z0-9._-]{1,100}?)(?:\.git)?/?"
)
"""The address of a remote at GitHub, as its pages offer it for cloning."""
UNSAFE_PATH = re.compile(r"[\\:\x00-\x1f]|(^|/)\.\.?(/|$)")
"""In a path that Git names: harmless characters there, but on some disks they lead out of the folder."""

AS_STORED = "--no-replace-objects"
"""Replacements (`git replace`) belong to one clone and would give the same commit another history."""
NOT_INHERITED = frozenset(
    {
        *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_PREFIX"),
        *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE"),
        *("GIT_EXTERNAL_DIFF", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_PROXY_COMMAND", "GIT_ASKPASS", "SSH_ASKPASS"),
    }
)
"""Variables, set inside a Git hook for example, that would lead Git to another repository than the folder's; and those
that name programs, none of which is needed."""
ENVIRONMENT = {
    "LC_ALL": "C",
    "LANGUAGE": "C",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM": "1",
    "GIT_ALLOW_PROTOCOL": "",  # no protocol at all, so that no version of Git fetches anything
    "GIT_GRAFT_FILE": "",  # grafts belong to one clone, as replacements do
    "GIT_NO_LAZY_FETCH": "1",  # a partial clone would fetch a missing object, with programs that its settings name
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
SETTINGS = {
    "core.alternateRefsCommand": ":",
    "core.askPass": "",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.pager": "cat",
    "core.sshCommand": "false",
    "credential.helper": "",
    "diff.external": "",
    "diff.orderFile": os.devnull,
    "fetch.recurseSubmodules": "false",
    "gpg.program": "false",
    "log.showSignature": "false",
    "mailmap.blob": "",
    "mailmap.file": "",
    "protocol.allow": "never",
    "safe.bareRepository": "explicit",
    "submodule.recurse": "false",
}
"""Settings of every call, over those of the repository: they name programs that Git would start, or files outside.

What a user or the system has set stays in force otherwise: `safe.directory`, with which a user says whose repositories
are read, counts only there.
"""
MOST_EDITS = 4 * LARGEST_FILE
"""Bytes of all uncommitted edits together."""
LONGEST_ANSWER = 32 << 20
"""Bytes of a log or a list of files; ten years of daily snapshots and thousands of decisions need a tenth of that."""
LONGEST_CALL = 300
"""Seconds of one call; a pipe among the files of a repository would make Git wait for ever."""
LONGEST_WORDS = 10_000
"""Bytes of what Git says about a failure."""
LARGEST_OBJECT = LARGEST_FILE
MOST_MEMORY = 1 << 30
"""Bytes that Git may take for a log or a list of files."""
LIMITED_BEFORE = os.name == "posix" and sys.platform != "linux"
"""Where the memory of Git is limited before it begins; for that, the system copies this process each time."""
LARGEST_MAILMAP = 1_000_000
MAILMAP = ".mailmap"
NO_WORKING_TREE = "safe.bareRepository"
HISTORY = ".git"
"""The path of a problem with the history itself."""
SHOWN_COMMITS = 3
"""Commits that a message names."""
NO_REPOSITORY = "not a git repository (or any"


People: TypeAlias = frozenset[tuple[str, str]]
"""Names with their mail addresses; either may be empty."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who made a commit, as the commit says; whoever makes one can write any name and address."""

    name: str = ""
    mail: str = ""


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
    """What GitHub says, or, until it was asked, what the message of the commit claims."""
    blob: str | None = None
    """Git's id of the content; None when the file was deleted."""
    signature: str = ""
    """Kind of signature that the commit states, unverified: openpgp, ssh, x509, other, or "" for none."""
    confirmed: bool = False
    """GitHub was asked which pull request brought the commit."""

    def not_after(self, end: datetime) -> Version:
        """The same version, at a given time where its own is later."""
        return self if self.at <= end else replace(self, at=end)

    def of_file(self, path: str, blob: str | None) -> Version:
        """What the same commit made of a file; a history has thousands, for which `replace` is slow."""
        return Version(
            path,
            self.commit,
            self.at,
            self.author,
            self.subject,
            self.pull_request,
            blob,
            self.signature,
            self.confirmed,
        )

    @property
    def request(self) -> str:
        """The pull request in words, and whether only the message of the commit claims it; empty for none."""
        if self.pull_request is None:
            return ""
        return f"pull request #{self.pull_request}{'' if self.confirmed else ' (claimed by the message)'}"

    @property
    def committed(self) -> bool:
        """False for an edit that only the working tree has."""
        return bool(self.commit)


def git_environment() -> dict[str, str]:
    """The environment for Git: English messages, and nothing that leads to another repository than the folder's."""
    kept = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    return {**kept, **ENVIRONMENT}


def program() -> str:
    """The path of Git's program; FileNotFoundError where it is not installed.

    Only folders that the PATH names in full are searched: Windows would also start a `git.exe` of the current folder,
    and a PATH with `.` in it one of the folder that is read.
    """
    return _program(os.environ.get("PATH", os.defpath))


@lru_cache(maxsize=1)
def _program(path: str) -> str:
    name = "git.exe" if os.name == "nt" else "git"
    for folder in path.split(os.pathsep):
        file = Path(folder) / name
        if file.is_absolute() and os.access(file, os.X_OK) and file.is_file():
            return str(file)
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)


def command(*arguments: str) -> list[str]:
    """A call of Git that starts no other program and asks no network, whatever the repository's settings say."""
    safe = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    return [program(), AS_STORED, "--no-pager", *safe, *arguments]


def run_git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run `git` in a folder and wait for it; FileNotFoundError where Git is not installed."""
    try:
        return subprocess.run(
            command(*arguments),
            cwd=folder,
            env=git_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=LONGEST_CALL,
        )
    except subprocess.TimeoutExpired:
        raise no_answer(folder) from None


def no_answer(folder: Path) -> CannotProceed:
    """The error where Git had to be ended because it took too long."""
    return CannotProceed(
        f"Git gave no answer in {LONGEST_CALL} seconds.",
        where=str(folder),
        hint="Look in .git for files that are pipes or devices, and in .git/config for settings that name such files.",
    )


class TimeLimit:
    """Ends a process that takes too long: `with TimeLimit(process) as limit`, then `limit.reached`."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        """The time runs from entering the block."""
        self.reached = False
        self._process = process
        self._timer = threading.Timer(LONGEST_CALL, self._end)
        self._timer.daemon = True

    def _end(self) -> None:
        self.reached = True
        self._process.kill()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def limit_memory(process: int = 0) -> None:
    """The system refuses a Git process more memory than a history of this program needs.

    Git holds all changes of a commit in memory at once, and a few objects can name millions of files.

    Args:
        process: Its number, on Linux; 0: this process, which becomes Git.
    """
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not on Windows

        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        limits = (MOST_MEMORY if most == resource.RLIM_INFINITY else min(MOST_MEMORY, most), most)
        if sys.platform == "linux" and process:
            with contextlib.suppress(ProcessLookupError):  # it has ended already
                resource.prlimit(process, resource.RLIMIT_DATA, limits)
        else:
            resource.setrlimit(resource.RLIMIT_DATA, limits)


def words_of(failed: subprocess.CompletedProcess[bytes]) -> str:
    """What Git said about its failure."""
    return failed.stderr.decode("utf-8", "replace").strip()


def start_batch(folder: Path, stdin: IO[bytes] | int) -> subprocess.Popen[bytes]:
    """Start a `git cat-file --batch`."""
    return subprocess.Popen(
        command("cat-file", "--batch"),
        cwd=folder,
        env=git_environment(),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def stop_batch(process: subprocess.Popen[bytes]) -> None:
    """End a process whose input is a pipe, and wait for it."""
    for stream in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            cast("IO[bytes]", stream).close()
    process.wait()


class _TooLarge(Exception):
    """The next object is larger than is read; its content was not asked for, so the process has to end."""


def read_object(stream: IO[bytes]) -> bytes | None:
    """The next answer of `cat-file --batch`; None for a missing object, EOFError where the process has ended."""
    words = stream.readline().split(b" ")
    if len(words) != 3 or not words[2].strip().isdigit():
        if not words[0]:
            raise EOFError
        return None
    size = int(words[2])
    if size > LARGEST_OBJECT:
        raise _TooLarge
    content = stream.read(size)
    if len(content) != size or not stream.read(1):
        raise EOFError
    return content


class Repository:
    """A repository with a working tree, seen from one of its folders."""

    def __init__(self, folder: Path, prefix: str = "") -> None:
        """`prefix` is the folder's path inside the repository, with a slash at the end; empty at its top."""
        self.folder = folder
        self.prefix = prefix
        self._batch: subprocess.Popen[bytes] | None = None
        """Answers for single objects; runs from the first of them until the repository is no longer used."""

    def run(self, *arguments: str) -> bytes:
        """What a Git command prints; CannotProceed with Git's own words where it fails, or for an endless answer."""
        with (
            TemporaryFile() as errors,
            subprocess.Popen(
                command(*arguments),
                cwd=self.folder,
                env=git_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                preexec_fn=limit_memory if LIMITED_BEFORE else None,  # noqa: PLW1509 - it sets a limit, no more
            ) as process,
            TimeLimit(process) as limit,
        ):
            if not LIMITED_BEFORE:
                limit_memory(process.pid)
            printed = cast("IO[bytes]", process.stdout).read(LONGEST_ANSWER + 1)
            if len(printed) > LONGEST_ANSWER:
                process.kill()
            process.wait()
            errors.seek(0)
            said = errors.read(LONGEST_WORDS).decode("utf-8", "replace").strip()
        if limit.reached:
            raise no_answer(self.folder)
        if len(printed) > LONGEST_ANSWER or "out of memory" in said.lower():
            raise CannotProceed(
                f"The history names more files or longer texts than are read ({LONGEST_ANSWER >> 20} MB of Git's log).",
                where=str(self.folder),
                hint="Look for a commit that adds very many files (git log --stat); keep them in another repository.",
            )
        if process.returncode != 0:
            raise CannotProceed(
                f"Git failed: {said.rstrip('.') or f'exit code {process.returncode}'}.",
                where=str(self.folder),
                hint="Run 'git fsck'; in a partial clone run 'git fetch --refetch'.",
            )
        return printed

    def content(self, identifier: str) -> bytes:
        """The content of one object; CannotProceed where Git has lost it."""
        found = self._find(identifier)
        if found is None:
            raise CannotProceed(
                f"Git could not read object {identifier[:12]}.",
                where=str(self.folder),
                hint="Run 'git fsck'; in a partial clone run 'git fetch --refetch'.",
            )
        return found

    def _find(self, identifier: str) -> bytes | None:
        if self._batch is None:
            self._batch = start_batch(self.folder, subprocess.PIPE)
            weakref.finalize(self, stop_batch, self._batch)
        stdin, stdout = cast("IO[bytes]", self._batch.stdin), cast("IO[bytes]", self._batch.stdout)
        limit = TimeLimit(self._batch)
        try:
            with limit:
                stdin.write(f"{identifier}\n".encode())
                stdin.flush()
                return read_object(stdout)
        except _TooLarge:
            self._batch.kill()
            stop_batch(self._batch)
            self._batch = None
            raise CannotProceed(
                f"Object {identifier[:12]} in Git is larger than {LARGEST_OBJECT >> 20} MB and is not read.",
                where=str(self.folder),
                hint=f"See which file it is: git log --all --find-object={identifier[:12]}.",
            ) from None
        except (EOFError, BrokenPipeError):  # a damaged object ends the process; the next object gets a new one
            stop_batch(self._batch)
            self._batch = None
            if limit.reached:
                raise no_answer(self.folder) from None
            return None

    def objects(self, identifiers: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Many objects in one go, one in memory at a time, in the order asked for.

        What Git lacks is left out, and so is what is too large; `content` raises for either.
        """
        waiting = list(identifiers)
        while waiting:
            done = 0
            with TemporaryFile() as names:
                names.write("".join(f"{identifier}\n" for identifier in waiting).encode())
                names.seek(0)
                with start_batch(self.folder, names) as process, TimeLimit(process) as limit:
                    try:
                        for identifier in waiting:
                            done += 1
                            content = read_object(cast("IO[bytes]", process.stdout))
                            if content is not None:
                                yield identifier, content
                    except EOFError:
                        if limit.reached:
                            raise no_answer(self.folder) from None
                        return
                    except _TooLarge:  # go on behind it, in a new process
                        process.kill()
            waiting = waiting[done:]

    def sizes(self, identifiers: Iterable[str]) -> dict[str, int]:
        """The sizes of many objects in bytes; what Git lacks is left out."""
        asked = "".join(f"{identifier}\n" for identifier in identifiers).encode()
        if not asked:
            return {}
        with TemporaryFile() as names:
            names.write(asked)
            names.seek(0)
            try:
                listed = subprocess.run(
                    command("cat-file", "--batch-check"), cwd=self.folder, env=git_environment(), stdin=names,
                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False, timeout=LONGEST_CALL,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                raise no_answer(self.folder) from None
        words = (line.split(" ") for line in listed.stdout.decode("ascii", "replace").splitlines())
        return {found[0]: int(found[2]) for found in words if len(found) == 3 and found[2].isdigit()}

    def head(self) -> str | None:
        """The commit that is checked out; None where nothing was ever committed."""
        found = run_git(self.folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        return found.stdout.decode("ascii", "replace").strip() if found.returncode == 0 else None

    def has_commits(self) -> bool:
        """Whether anything was ever committed."""
        return self.head() is not None

    def tip(self, branch: str) -> str | None:
        """The newest commit of a branch; None where neither this repository nor `origin` has the branch."""
        for reference in (f"refs/heads/{branch}", f"refs/remotes/origin/{branch}"):
            found = run_git(self.folder, "rev-parse", "--verify", "--quiet", "--end-of-options", reference)
            if found.returncode == 0:
                return found.stdout.decode().strip()
        return None

    def is_pushed(self, commit: str) -> bool:
        """Whether a branch of another side, as it was fetched last, has a commit."""
        found = self.run("for-each-ref", "--count=1", "--format=x", f"--contains={commit}", "refs/remotes/")
        return bool(found.strip())

    def files(self, commit: str, path: str) -> dict[str, str]:
        """The blobs of the ordinary files below a path of a commit, by path relative to the folder."""
        listed = self.run("ls-tree", "-r", "-z", "--full-tree", commit, "--", self.prefix + path)
        return dict(tree_entries(listed, self.prefix))

    def log(self, start: str = "HEAD") -> bytes:
        """The raw log along first parents, newest first; of a range such as `OLD..NEW`, too.

        Every setting of a user or of the repository that would change the answer is overridden.
        """
        return self.run(
            "-c", "log.showRoot=true", "-c", "core.quotePath=false",
            "log", "-z", "--raw", "--no-abbrev", "--no-renames", "--first-parent", "--diff-merges=first-parent",
            "--no-color", "--no-ext-diff", "--no-textconv", "--no-relative", "--ignore-submodules=none",
            "--encoding=UTF-8", f"--format={LOG_FORMAT}",
            start, "--",
        )  # fmt: skip

    def people(self, starts: Iterable[str]) -> People:
        """Everyone whom the history up to some commits names, as written and as `.mailmap` spells them.

        Those are authors and committers, also of merged branches, and names in trailers such as `Co-authored-by`.
        """
        raw = self.run("log", "--encoding=UTF-8", "--no-show-signature", f"--format={PEOPLE_FORMAT}", *starts, "--")
        found: set[tuple[str, str]] = set()
        fields = [_text_of(field) for field in raw.split(b"\0")]
        for position in range(0, len(fields) - len(PEOPLE_FIELDS) + 1, len(PEOPLE_FIELDS)):
            *named, message = fields[position : position + len(PEOPLE_FIELDS)]
            found.update((name.strip(), mail.strip()) for name, mail in zip(named[::2], named[1::2], strict=True))
            found.update((match[1].lstrip("@"), match[2]) for match in TRAILER.finditer(message))
            found.update((match[1].lstrip("@"), "") for match in SIGNED_BY.finditer(message))
        spelled = run_git(self.folder, "cat-file", "blob", "HEAD:.mailmap").stdout  # nothing where there is none
        found.update((match[1].strip(), match[2]) for match in MAILMAP_NAME.finditer(_text_of(spelled)))
        return frozenset(found)


def _text_of(content: bytes) -> str:
    """A text in UTF-8; in another encoding its bytes are taken for Windows-1252, as old tools wrote it."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def open_repository(root: Path) -> Repository | None:
    """The repository that holds a folder; None where there is none.

    Raises CannotProceed where Git refuses to read it, or where it has no working tree or no full history.
    """
    if not root.is_dir():
        return None
    try:
        found = run_git(root, "rev-parse", "--is-inside-work-tree", "--is-shallow-repository", "--show-prefix")
    except FileNotFoundError:
        refuse_missing_git(root)
        return None
    if found.returncode != 0:
        if NO_REPOSITORY in words_of(found):
            return None
        if NO_WORKING_TREE in words_of(found):
            raise _no_working_tree(root)
        raise CannotProceed(
            f"Git cannot read this repository: {words_of(found).rstrip('.')}.",
            where=str(root),
            hint=f"If you trust it, run `git config --global --add safe.directory {root.resolve()}`.",
        )
    inside, shallow, prefix = found.stdout.decode("utf-8", "surrogateescape").split("\n", 2)
    if inside != "true":
        raise _no_working_tree(root)
    if shallow == "true":  # it would silently date every decision to its last commit
        raise ShallowClone(
            "This is a shallow clone: the history of the decisions is missing.",
            where=str(root),
            hint="Run 'git fetch --unshallow'; in GitHub Actions set 'fetch-depth: 0' at actions/checkout.",
        )
    prefix = prefix.removesuffix("\n")
    refuse_odd_mailmap(root, prefix)
    return Repository(root, prefix)


def is_in_repository(folder: Path) -> bool:
    """Whether a folder, which must exist, lies in a repository; CannotProceed where Git is not installed."""
    try:
        return run_git(folder, "rev-parse", "--git-dir").returncode == 0
    except FileNotFoundError:
        raise CannotProceed(
            "Git is not installed, or not on the PATH.",
            where="PATH",
            hint="Install Git (https://git-scm.com), open a new terminal and run the command again.",
        ) from None


def origin_on_github(folder: Path) -> str:
    """OWNER/NAME, where the remote `origin` of a folder's repository is on github.com; else empty."""
    if not (folder / ".git").exists():
        return ""
    found = run_git(folder, "config", "--get", "remote.origin.url").stdout.decode("utf-8", "replace").strip()
    match = ON_GITHUB.fullmatch(found)
    return match["repository"] if match else ""


def was_committed(folder: Path, path: str, references: str = "HEAD") -> bool:
    """Whether the commits below some references brought a file of a folder; `--remotes=origin` are those pushed."""
    found = run_git(folder, "log", "-1", "--format=%H", references, "--", path)
    return found.returncode == 0 and bool(found.stdout.strip())


def make_repository(folder: Path) -> None:
    """Make an empty repository in a folder, with the branch `main`; CannotProceed where Git fails."""
    made = run_git(folder, "init", "--quiet", "--initial-branch=main")
    if made.returncode != 0:
        raise CannotProceed(
            f"Running git init failed: {words_of(made).rstrip('.')}.",
            where=str(folder),
            hint="See whether the folder can be written and `git --version` is 2.28 or newer.",
        )


def prefix_of(root: Path) -> str:
    """A folder's path inside its repository, with a slash at the end; empty at its top, and where there is no Git."""
    try:
        found = run_git(root, "rev-parse", "--show-prefix")
    except FileNotFoundError:
        return ""
    return "" if found.returncode else found.stdout.decode("utf-8", "replace").removesuffix("\n")


def _no_working_tree(root: Path) -> CannotProceed:
    return CannotProceed(
        "This Git repository has no working tree.", where=str(root), hint="Clone it, and run the command there."
    )


def refuse_odd_mailmap(root: Path, prefix: str) -> None:
    """CannotProceed for a `.mailmap` that Git would wait for or read for ever: a pipe, or a very long file."""
    top = root.resolve().joinpath(*[".."] * prefix.count("/"))
    try:
        size = file_size(top, MAILMAP)
        reason = f"it is longer than {LARGEST_MAILMAP} bytes" if size > LARGEST_MAILMAP else ""
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno == errno.ELOOP:  # Git does not follow it either
            return
        reason = error.strerror or type(error).__name__
    if reason:
        raise CannotProceed(
            f"The file {MAILMAP} cannot be read: {reason}.",
            where=str(top / MAILMAP),
            hint="Make it an ordinary text file.",
        )


def refuse_missing_git(root: Path) -> None:
    """A plain folder needs no Git; CannotProceed where a repository cannot be read because Git is not installed."""
    if any((folder / ".git").exists() for folder in (root.resolve(), *root.resolve().parents)):
        raise CannotProceed(
            "This folder has a Git history, but Git is not installed, or not on the PATH.",
            where=str(root),
            hint="Install Git (https://git-scm.com), open a new terminal and run the command again.",
        )


def current_branch(root: Path) -> str | None:
    """The branch that a folder has checked out; None outside of Git, or where a commit is checked out instead.

    GitPython reads it from the files of the repository, without starting Git there.
    """
    try:
        os.environ["GIT_PYTHON_GIT_EXECUTABLE"] = program()  # importing asks this one for its version, no other
        if run_git(root, "rev-parse").returncode != 0:  # within the time limit: what Git can open, GitPython can
            return None
    except FileNotFoundError:
        return None
    import git  # noqa: PLC0415 - slow to import, and only a run that writes asks for its branch

    try:
        with git.Repo(root, search_parent_directories=True) as repository:
            return None if repository.head.is_detached else repository.active_branch.name
    except (git.GitError, OSError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class MainHistory:
    """Every version of every file that a branch ever had, by path, oldest first."""

    versions: Mapping[str, tuple[Version, ...]] = field(default_factory=dict)
    head: Version | None = None
    """The newest commit; its path is empty."""
    repository: Repository | None = None
    problems: tuple[Problem, ...] = ()
    """Commits without a usable time."""
    dated_by: Version | None = None
    """The commit with the latest time, which the newest commit counts from: itself, or one whose clock was ahead."""
    commits: tuple[MainCommit, ...] = ()
    """Every commit along first parents, oldest first."""
    _contents: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    def until(self, day: date) -> MainHistory:
        """The same history with the end of a day in place of every later time."""
        end = datetime.combine(day, time.max, UTC)
        if self.head is None or self.head.at <= end:
            return self
        versions = {path: tuple(each.not_after(end) for each in known) for path, known in self.versions.items()}
        commits = tuple(replace(each, version=each.version.not_after(end)) for each in self.commits)
        return replace(self, versions=versions, head=self.head.not_after(end), commits=commits)

    def after(self, commit: str, *, beginning: str = "") -> MainHistory:
        """The history that begins after one of its commits, as if nothing had been there before.

        What was there before cannot be deleted later. A commit that is not of this history changes nothing.

        Args:
            commit: The last one that is left out.
            beginning: The commit that counts as having no parent, if it comes next.
        """
        order = [each.version.commit for each in self.commits]
        if commit not in order:
            return self
        known: set[str] = set()
        kept: list[MainCommit] = []
        for each in self.commits[order.index(commit) + 1 :]:
            changes = tuple((path, blob) for path, blob in each.changes if blob is not None or path in known)
            known.update(path for path, _ in changes)
            kept.append(
                replace(
                    each, changes=changes, parents=() if not kept and each.version.commit == beginning else each.parents
                )
            )
        versions: dict[str, list[Version]] = {}
        of_commits = {each.version.commit: dict(each.changes) for each in kept}
        for path in known:
            versions[path] = [each for each in self.versions[path] if path in of_commits.get(each.commit, {})]
        dated_by = self.dated_by if self.dated_by and self.dated_by.commit in of_commits else None
        return replace(
            self,
            versions={path: tuple(each) for path, each in sorted(versions.items())},
            head=self.head if kept else None,
            dated_by=dated_by or (kept[0].version if kept else None),
            problems=tuple(_undated([each.version.commit for each in kept if each.stated is None])),
            commits=tuple(kept),
        )

    def fetch(self, blobs: Iterable[str]) -> None:
        """Read the contents of many blobs in one go; `content` then has them at hand."""
        self._contents.update(self.stream(sorted(set(blobs) - self._contents.keys())))

    def stream(self, blobs: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The contents of many blobs, one at a time and not kept; what Git has lost is left out."""
        if self.repository is not None:
            yield from self.repository.objects(blobs)

    def content(self, blob: str, *, keep: bool = True) -> bytes:
        """The bytes of a blob; CannotProceed where Git has lost it. `keep`: have them at hand the next time."""
        found = self._contents.get(blob)
        if found is None:
            assert self.repository is not None  # who names a blob has read it from there
            found = self.repository.content(blob)
        if keep:
            self._contents[blob] = found
        return found


def read_main_history(root: Path) -> MainHistory | None:
    """The history of the branch that a folder has checked out; None where there is no Git.

    Raises CannotProceed for a repository that cannot be read; see `open_repository`.
    """
    repository = open_repository(root)
    if repository is None:
        return None
    return read_history(repository, "HEAD") if repository.has_commits() else MainHistory(repository=repository)


@dataclass(frozen=True, slots=True)
class RawHistory:
    """What Git says of every commit up to one, along first parents."""

    log: bytes
    """As `Repository.log` gives it."""
    looked_at: Collection[str] = frozenset()
    """The commits whose headers were read before."""
    signatures: Mapping[str, str] = field(default_factory=dict)
    """Of these the kind, by commit; of those that have one."""


def read_history(repository: Repository, start: str, said: RawHistory | None = None) -> MainHistory:
    """Every commit along first parents up to one, and the versions of every file below the repository's folder.

    A committer's clock may run backwards; the branch cannot have had a commit before its parent, so a time earlier
    than the one before it counts as that time. So does a time that is missing or outside of the calendar; the first
    commits count as the first one that has a time. `said`: what Git says, where it was asked before.
    """
    said = said or RawHistory(repository.log(start))
    found = list(parse_log(said.log))
    found.reverse()
    others = [commit.version.commit for commit in found if commit.version.commit not in said.looked_at]
    signed = {**said.signatures, **signatures(repository, others)}
    versions: dict[str, list[Version]] = {}
    commits: list[MainCommit] = []
    head: Version | None = None
    dated_by: Version | None = None
    latest = next((commit.stated for commit in found if commit.stated is not None), None)
    if found and latest is None:
        raise CannotProceed(
            "No commit of this repository has a time that can be read, so no decision can be dated.",
            where=str(repository.folder),
            hint="Look at the commits: git log --format=fuller. Commit again with a right clock.",
        )
    for commit in found:
        assert latest is not None
        is_latest = commit.stated is not None and (dated_by is None or commit.stated > latest)
        latest = max(latest, commit.stated or latest)
        made = commit.version
        signature = signed.get(made.commit, "")
        head = Version("", made.commit, latest, made.author, made.subject, made.pull_request, None, signature)
        dated_by = head if is_latest else dated_by
        commits.append(commit.within(repository.prefix).counted_as(head))
        for path, blob in commits[-1].changes:
            versions.setdefault(path, []).append(head.of_file(path, blob))
    undated = [commit.version.commit for commit in found if commit.stated is None]
    return MainHistory(
        versions={path: tuple(each) for path, each in versions.items()},
        head=head,
        repository=repository,
        problems=tuple(_undated(undated)),
        dated_by=dated_by,
        commits=tuple(commits),
    )


def _undated(commits: list[str]) -> Iterator[Problem]:
    """One problem for all commits without a usable time."""
    if commits:
        some = ", ".join(commit[:10] for commit in commits[:SHOWN_COMMITS])
        more = f" and {len(commits) - SHOWN_COMMITS} more" if len(commits) > SHOWN_COMMITS else ""
        without = plural(len(commits), "commit has", "commits have")
        message = f"{without} no time, or none of the years {FIRST_DAY.year} to {LAST_DAY.year}: {some}{more}."
        hint = (
            "Nothing has to be done: each counts as made with the commit before it. For the maintainer: the clock of "
            f"the computer that made it was wrong, and `git show --format=fuller {commits[0][:10]}` names whose it was."
        )
        yield problem("commit-time", HISTORY, None, message, hint)


@dataclass(frozen=True, slots=True)
class MainCommit:
    """One commit of a branch, and what it changed against its first parent."""

    version: Version
    """The commit itself; its path is empty. In a raw log its `at` is not set."""
    stated: datetime | None
    """Committer time in UTC, as written; None where it is missing or outside of the calendar."""
    changes: tuple[tuple[str, str | None], ...] = ()
    """Path and new blob; None where there is no ordinary file any more."""
    parents: tuple[str, ...] = ()
    """Full ids; none for the beginning of a history, two or more for a merge."""
    author: Identity = Identity()
    committer: Identity = Identity()
    """Both as written: `.mailmap` could give anybody's commits to anybody."""
    outside: tuple[str, ...] = ()
    """Paths that it changed outside of the folder that is read, from the top of the repository."""

    def counted_as(self, version: Version) -> MainCommit:
        """The same commit, with the time and signature that count."""
        return MainCommit(version, self.stated, self.changes, self.parents, self.author, self.committer, self.outside)

    def within(self, prefix: str) -> MainCommit:
        """The same commit, with paths relative to a folder; `prefix` is its path with a slash at the end."""
        if not prefix:
            return self
        inside = ((path[len(prefix) :], blob) for path, blob in self.changes if path.startswith(prefix))
        outside = tuple(path for path, _ in self.changes if not path.startswith(prefix))
        return replace(self, changes=tuple(inside), outside=outside)


def parse_log(raw: bytes) -> Iterator[MainCommit]:
    """The commits in a raw log, in its order; CannotProceed for what Git does not write."""
    fields = raw.split(b"\0")
    identities: dict[tuple[str, str], Identity] = {}
    position = 0
    while position < len(fields):
        if not COMMIT.fullmatch(fields[position]):
            position += 1
            continue
        header = [field.decode("utf-8", "replace") for field in fields[position : position + len(LOG_FIELDS)]]
        if len(header) < len(LOG_FIELDS):
            raise _cut_off()
        position += len(LOG_FIELDS)
        changes: list[tuple[str, str | None]] = []
        while position + 1 < len(fields) and not COMMIT.fullmatch(fields[position]):
            entry = fields[position].lstrip(b"\n")
            if not entry.startswith(b":"):
                position += 1
                continue
            changes.append(changed_file(entry, fields[position + 1]))
            position += 2
        identifier, parents, when, shown, *people, subject, body = header
        number, subject = pull_request_of(subject, body)
        version = Version("", identifier, LONG_AGO, shown, subject, number)
        author, committer = (
            identities.setdefault((name, mail), Identity(name, mail)) for name, mail in (people[:2], people[2:])
        )
        yield MainCommit(version, commit_time(when), tuple(changes), tuple(parents.split()), author, committer)


def commit_time(seconds: str) -> datetime | None:
    """A time as Git stores it; None where it is missing or outside of the calendar."""
    try:
        at = datetime.fromtimestamp(int(seconds), UTC) if SECONDS.fullmatch(seconds) else None
    except (ValueError, OverflowError, OSError):
        return None
    return at if at is not None and is_usable(at.date()) else None


def _cut_off() -> CannotProceed:
    return CannotProceed(
        "Git's log ends in the middle of a commit.", hint="Run the command again; then run 'git fsck'."
    )


def changed_file(entry: bytes, path: bytes) -> tuple[str, str | None]:
    """Path and new blob of one change in `--raw` form: `:old-mode new-mode old-blob new-blob letter`."""
    words = entry.decode("ascii", "replace").split(" ")
    if len(words) != 5:
        raise _cut_off()
    mode, blob = words[1], words[3]
    return path.decode("utf-8", "surrogateescape"), blob if mode.startswith(ORDINARY_FILE) else None


def tree_entries(listed: bytes, prefix: str) -> Iterator[tuple[str, str]]:
    """Path without the prefix, and blob, of each ordinary file that `ls-tree -z` lists."""
    for line in listed.split(b"\0"):
        words, _, path = line.partition(b"\t")
        mode, *rest = words.decode().split(" ")
        if mode.startswith(ORDINARY_FILE):
            yield path.decode("utf-8", "surrogateescape")[len(prefix) :], rest[1]


def pull_request_of(subject: str, body: str) -> tuple[int | None, str]:
    """The pull request that a commit claims to merge, and its title where the message has one.

    Messages of GitHub, GitLab, Azure DevOps and Bitbucket. A rebase leaves no number, and anybody can write a message:
    only what GitHub says confirms it (docs/method.md#github).
    """
    title = body.strip().splitlines()[0] if body.strip() else subject
    for form in MERGED:
        if merged := form.match(subject):
            return int(merged["number"]), title
    reference = GITLAB_REFERENCE.search(body[:LONGEST_MESSAGE]) if "See merge request " in body else None
    if reference:
        is_merge = GITLAB_SUBJECT.match(subject) and not title.startswith("See merge request ")
        return int(reference["number"]), title if is_merge else subject
    for form in TITLED:
        if found := form.match(subject):
            return int(found["number"]), found["title"]
    return None, subject


def signatures(repository: Repository, commits: Iterable[str]) -> dict[str, str]:
    """The kind of signature by commit, of those that have one."""
    kinds = ((commit, signature_kind(content)) for commit, content in repository.objects(commits))
    return {commit: kind for commit, kind in kinds if kind}


def signature_kind(commit: bytes) -> str:
    """The kind of signature in the header of a raw commit: openpgp, ssh, x509, other, or "" for none.

    It is read and not verified, so neither a key nor gpg is needed.
    """
    header = commit.partition(b"\n\n")[0]
    found = SIGNATURE.search(header)
    return SIGNATURE_KINDS.get(found[1].strip(), "other") if found else ""


@dataclass(frozen=True, slots=True)
class FileVersions:
    """Every version of the files of a folder, by path, oldest first."""

    root: Path | None
    """None: nothing of the working tree counts, only what is committed."""
    main: MainHistory | None
    edited_on: date
    """The day that uncommitted edits count for: the day the build looks at."""
    _edits: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)
    """Contents of uncommitted edits, by path: read once."""
    _listed: set[str] = field(default_factory=set, repr=False, compare=False)
    """Paths that a folder of the working tree lists, so that no odd letter in them leads elsewhere."""

    def committed(self, path: str) -> tuple[Version, ...]:
        """The versions of one file that Git has."""
        return self.main.versions.get(path, ()) if self.main else ()

    def of(self, path: str) -> tuple[Version, ...]:
        """The versions of one file, an uncommitted edit last."""
        committed = self.committed(path)
        edit = self._edit(path, committed[-1] if committed else None)
        return (*committed, edit) if edit else committed

    def paths(self, folder: str, suffix: str) -> Iterator[str]:
        """Every file that was ever directly inside a folder, by path in order; hidden files are ignored."""
        known = set(self.main.versions) if self.main else set()
        self._listed.update(f"{folder}/{name}" for name in self._names(folder) if name.endswith(suffix))
        for path in sorted(known | self._listed):
            name = path[len(folder) + 1 :]
            if path.startswith(f"{folder}/") and path.endswith(suffix) and "/" not in name and name[0] != ".":
                yield path

    def _names(self, folder: str) -> list[str]:
        try:
            return names_in(self.root, folder) if self.root else []
        except OSError:  # a link, or no folder: reported where the folder is checked
            return []

    def sizes(self, versions: Iterable[Version]) -> dict[str, int]:
        """The sizes in bytes of many versions, by blob."""
        blobs = {version.blob: version for version in versions if version.blob is not None}
        found = {blob: len(self._edits[version.path]) for blob, version in blobs.items() if not version.committed}
        committed = [blob for blob, version in blobs.items() if version.committed]
        if committed and self.main is not None and self.main.repository is not None:
            found |= self.main.repository.sizes(committed)
        return found

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
        return self._edits[version.path]

    def _edit(self, path: str, newest: Version | None) -> Version | None:
        """The uncommitted edit of a file, if there is one; a link is not followed."""
        if self.root is None:
            return None
        safe = path in self._listed or not UNSAFE_PATH.search(path)
        readable = safe and is_file(self.root, path)
        try:
            content = read_file(self.root, path) if readable else None
        except OSError:  # unreadable, and reported as such where it matters; what was committed still holds
            return None
        if content is None:
            if newest is None or newest.blob is None:
                return None
            return self._uncommitted(path, None)
        if newest is not None and newest.blob in blob_ids(content, newest.blob):
            return None
        self._edits[path] = content
        if sum(map(len, self._edits.values())) > MOST_EDITS:
            raise CannotProceed(
                f"The files that are not committed hold more than {MOST_EDITS >> 20} MB together.",
                where=str(self.root),
                hint="See what they are (git status), and take out what is no decision, minutes or catalogue.",
            )
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
