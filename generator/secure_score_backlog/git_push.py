# SPDX-License-Identifier: Apache-2.0
"""Commit and push with Git itself, for a repository that is not on GitHub.

Everything else in this program reads Git with settings that start no program and reach no network (`git`). This is the
one place where the user's own settings count: remotes, credentials, hooks and signatures, as in `git push` by hand.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Collection, Iterable
from pathlib import Path

from secure_score_backlog.errors import CannotProceed, WrongUsage
from secure_score_backlog.git import LONGEST_CALL, no_answer, prefix_of, program
from secure_score_backlog.http_client import sanitize
from secure_score_backlog.publishing import MOST_ATTEMPTS, Published, Written, is_below
from secure_score_backlog.text import shown

ELSEWHERE = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_PREFIX"})
"""Variables that would lead Git to another repository than the folder's."""
CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")
MOVED = ("fetch first", "non-fast-forward", "stale info", "failed to update ref", "cannot lock ref")
"""In the words of Git for a push that comes after another."""
KEPT = "The commit is kept in this folder."


def commit_and_push(folder: Path, written: Written, remote: str, branch: str, headline: str) -> Published:
    """Commit what is new on the branch that is checked out, and push it, on top of what others pushed meanwhile.

    Commits that an earlier run could not push are pushed with it; anything else that was never pushed is refused.

    Raises:
        WrongUsage: `remote` is no name of a remote.
        CannotProceed: Git refuses; what was committed stays in the folder.
    """
    if remote.startswith("-") or not remote.isprintable() or not remote.strip():
        raise WrongUsage(f"{shown(remote)} is no remote.", where="--git", hint="Name one that `git remote` lists.")
    git = _Git(folder.resolve().joinpath(*[".."] * prefix_of(folder).count("/")).resolve())
    names = [each.path for each in written.files]
    if names:
        git.must("add", *FROM_INPUT, names=names)
        git.must("commit", "--quiet", "--message", headline, "--only", *FROM_INPUT, names=names)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        git.catch_up(remote, branch, written.scope)
        pushed = git.run("push", "--quiet", "--", remote, f"HEAD:refs/heads/{branch}")
        if pushed.returncode == 0:
            break
        if attempt == MOST_ATTEMPTS or not any(sign in git.words(pushed) for sign in MOVED):
            raise git.refused(pushed, f"Git could not push to {shown(branch)} of {shown(CREDENTIALS.sub('', remote))}")
    commit = git.must("rev-parse", "HEAD")
    return Published(commit, tuple(names), left_out=written.left_out, commits=(commit,) if names else ())


FROM_INPUT = ("--pathspec-from-file=-", "--pathspec-file-nul")


class _Git:
    """Git in a folder, with the user's own settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str, names: Iterable[str] = ()) -> subprocess.CompletedProcess[bytes]:
        """A finished call; `names` are given on its input."""
        kept = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
        given = b"".join(os.fsencode(name) + b"\0" for name in names)
        try:
            return subprocess.run(
                [program(), "--no-pager", "--literal-pathspecs", *arguments],
                cwd=self.folder,
                env={**kept, "LC_ALL": "C", "LANGUAGE": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "true"},
                input=given,
                capture_output=True,
                check=False,
                timeout=LONGEST_CALL,
            )
        except subprocess.TimeoutExpired:
            raise no_answer(self.folder) from None

    def must(self, *arguments: str, names: Iterable[str] = ()) -> str:
        """What a call prints; CannotProceed where it fails."""
        done = self.run(*arguments, names=names)
        if done.returncode:
            raise self.refused(done, f"Git failed at `git {arguments[0]}`")
        return done.stdout.decode("utf-8", "replace").strip()

    def words(self, done: subprocess.CompletedProcess[bytes]) -> str:
        """What Git said, on one line, without a password of an address."""
        return CREDENTIALS.sub("", sanitize(done.stderr.decode("utf-8", "replace"), limit=500))

    def refused(self, done: subprocess.CompletedProcess[bytes], what: str) -> CannotProceed:
        """The error for a call that failed."""
        said = self.words(done).rstrip(".") or f"exit code {done.returncode}"
        lost = KEPT if "push" in what or "rebase" in what else "Nothing was committed."
        return CannotProceed(
            f"{what}: {said}.",
            where=str(self.folder),
            hint=f"{lost} Check that `git push` works by hand: remote, credentials, your name (user.name, user.email), "
            "hooks. Where the branch takes merge requests only, keep snapshots on a branch of their own (backlog.yml: "
            "snapshots.branch).",
        )

    def catch_up(self, remote: str, branch: str, scope: Collection[str]) -> None:
        """Put what was not pushed yet on top of the remote's branch; nothing where the remote has no such branch."""
        fetched = self.run("fetch", "--quiet", "--", remote, f"refs/heads/{branch}")
        if fetched.returncode and "couldn't find remote ref" in self.words(fetched).lower():
            return
        if fetched.returncode:
            raise self.refused(
                fetched, f"Git could not fetch before the push from {shown(CREDENTIALS.sub('', remote))}"
            )
        self._refuse_other_commits(scope)
        if self.run("merge-base", "--is-ancestor", "FETCH_HEAD", "HEAD").returncode == 0:
            return
        moved = self.run("rebase", "--quiet", "--autostash", "FETCH_HEAD")
        if moved.returncode:
            self.run("rebase", "--abort")
            raise self.refused(moved, "The branch has other versions of these files, so that the rebase failed")

    def _refuse_other_commits(self, scope: Collection[str]) -> None:
        """CannotProceed where commits would be pushed that somebody made of other files."""
        listed = self.must("log", "--format=", "--name-only", "-z", "FETCH_HEAD..HEAD")
        others = sorted({path for path in listed.split("\0") if path.strip() and not is_below(path.strip(), scope)})
        if others:
            raise CannotProceed(
                f"Commits of this folder that were never pushed change other files, such as {shown(others[0])}.",
                where=str(self.folder),
                hint=f"{KEPT} Push or undo those commits yourself, then run it again.",
            )
