# SPDX-License-Identifier: Apache-2.0
"""Commits made on GitHub: by `createCommitOnBranch`, which signs them and gives them GitHub's own time.

No author, committer or signature is sent: only then does GitHub sign the commit of a workflow. `expectedHeadOid` makes
a commit fail where the branch is elsewhere, so that sending it twice does no harm (docs/adr/0028).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.git import COMMIT, blob_id
from secure_score_backlog.github.client import GitHub
from secure_score_backlog.github.errors import UNTOUCHED, TooSlow, messages, unusable
from secure_score_backlog.http_client import Unreachable
from secure_score_backlog.publishing import HeadMoved, NewFile
from secure_score_backlog.text import shown

FILES_A_REQUEST = 50
PAUSE_SECONDS = 2.0
"""Between attempts, where GitHub still shows the branch where it was."""

_REPOSITORY = "repository(owner: $owner, name: $name)"
HEAD = (
    f"query Head($owner: String!, $name: String!, $ref: String!) {{ {_REPOSITORY} {{ "
    "ref(qualifiedName: $ref) { target { oid } } } }"
)
CONTENT = (
    f"query Content($owner: String!, $name: String!, $oid: GitObjectID!) {{ {_REPOSITORY} {{ "
    "object(oid: $oid) { ... on Blob { oid text isTruncated } } } }"
)
CREATE = (
    "mutation Create($input: CreateCommitOnBranchInput!) { "
    "createCommitOnBranch(input: $input) { commit { oid signature { isValid wasSignedByGitHub } } } }"
)


def blobs_query(count: int) -> str:
    """The query about so many files, `$f0` and on, each written `COMMIT:PATH`."""
    given = ", ".join(f"$f{each}: String!" for each in range(count))
    asked = " ".join(f"f{each}: object(expression: $f{each}) {{ oid }}" for each in range(count))
    return f"query Blobs($owner: String!, $name: String!, {given}) {{ {_REPOSITORY} {{ {asked} }} }}"


QUERIES = (HEAD, CONTENT, CREATE, blobs_query(FILES_A_REQUEST), blobs_query(1))
"""For the test that holds them against GitHub's schema."""

RULES = (
    (
        "through a pull request",
        "Require a pull request before merging",
        "A workflow's token cannot be exempted from it. Keep snapshots on a branch of their own: make one (git push "
        "origin HEAD:refs/heads/snapshots), leave it out of this rule, and set `snapshots: {branch: snapshots}` in "
        "backlog.yml.",
    ),
    ("status check", "Require status checks to pass", "Leave this branch out of it."),
    ("verified signature", "Require signed commits", "GitHub signs these commits; look for a stricter rule."),
    ("file path", "Restrict file paths", "Allow the paths below snapshots/ for this token, or leave them out."),
    ("restricts", "Restrict updates", "Leave this branch out of it."),
    ("update", "Restrict updates", "Leave this branch out of it."),
)
"""Words in a refusal, the rule's name in GitHub's settings, and what to do."""
REFUSED = re.compile(r"rule violation|protected (?:branch|ref)|through a pull request|status check|push declined", re.I)


class GitHubBranch:
    """A branch on GitHub."""

    def __init__(self, github: GitHub, branch: str) -> None:
        """`branch`: its name, without `refs/heads/`."""
        self._github = github
        self.branch = branch
        self.signed: bool | None = None
        """Whether GitHub signed every commit that was made; None where none was."""

    def head(self) -> str:
        """The newest commit; CannotProceed where there is no such branch."""
        answer = self._github.ask_repository(HEAD, {"ref": f"refs/heads/{self.branch}"})
        reference = answer.get("ref")
        if reference is None:
            raise CannotProceed(
                f"There is no branch {shown(self.branch)} in {self._github.address.repository} on GitHub.",
                where=self._github.address.graphql,
                hint=f"Make it: git push origin HEAD:refs/heads/{self.branch}. Or name another one: --branch NAME.",
            )
        target = reference.get("target") if isinstance(reference, dict) else None
        return self._identifier(target)

    def blobs(self, commit: str, paths: Sequence[str]) -> Mapping[str, str | None]:
        """Git's ids of some files in a commit; None for one that it lacks."""
        found: dict[str, str | None] = {}
        for start in range(0, len(paths), FILES_A_REQUEST):
            part = paths[start : start + FILES_A_REQUEST]
            given = {f"f{number}": f"{commit}:{path}" for number, path in enumerate(part)}
            answer = self._github.ask_repository(blobs_query(len(part)), given)
            for number, path in enumerate(part):
                there = answer.get(f"f{number}")
                found[path] = None if there is None else self._identifier(there)
        return found

    def content(self, blob: str) -> bytes | None:
        """What a file holds; None where GitHub does not give all of it."""
        found = self._github.ask_repository(CONTENT, {"oid": blob}).get("object")
        text = found.get("text") if isinstance(found, dict) else None
        content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else b""
        return content if blob_id(content, "sha1") == blob else None

    def commit(self, expected: str, files: Sequence[NewFile], headline: str) -> str:
        """Commit files; the new commit. HeadMoved where the branch is elsewhere, or may be."""
        additions = [{"path": each.path, "contents": base64.b64encode(each.content).decode()} for each in files]
        given = {
            "branch": {"repositoryNameWithOwner": self._github.address.repository, "branchName": self.branch},
            "expectedHeadOid": expected,
            "message": {"headline": headline},
            "fileChanges": {"additions": additions},
        }
        try:
            answer = self._github.ask(CREATE, {"input": given}, self._refused)
        except (TooSlow, Unreachable) as error:  # it may have been committed all the same: the branch says
            raise HeadMoved(error.message, where=error.where, hint=error.hint) from None
        made = answer.get("createCommitOnBranch")
        commit = made.get("commit") if isinstance(made, dict) else None
        identifier = self._identifier(commit)
        signature = commit.get("signature") if isinstance(commit, dict) else None
        signed = isinstance(signature, dict) and signature.get("wasSignedByGitHub") is True
        self.signed = signed and self.signed is not False
        return identifier

    def pause(self) -> None:
        """Wait a moment, as far as the deadline allows."""
        self._github.http.wait(PAUSE_SECONDS)

    def _identifier(self, found: Any) -> str:
        named = found.get("oid") if isinstance(found, dict) else None
        if not isinstance(named, str) or not COMMIT.fullmatch(named.encode("utf-8", "replace")):
            raise unusable("it names no commit or file where one was asked for", self._github.address.graphql)
        return named

    def _refused(self, errors: list[Mapping[str, Any]]) -> CannotProceed | None:
        """The error for a commit that GitHub does not make; None where the reason is a general one."""
        address = self._github.address
        said = list(messages(errors, address.token))
        words = ("; ".join(said[:3]) or "no reason given").rstrip(".")
        folded = " ".join(said).lower()
        types = {str(error.get("type", "")).upper() for error in errors}
        if "STALE_DATA" in types or "expected branch to point to" in folded:
            return HeadMoved(f"GitHub says: {words}.", where=address.graphql, hint="Run it again.")
        if "archived" in folded:
            hint = f"{UNTOUCHED} Settings, General, Danger Zone: unarchive the repository, or stop the workflow."
            return CannotProceed(f"GitHub refuses the commit: {words}.", where=address.graphql, hint=hint)
        if REFUSED.search(folded):
            message = f"A rule of GitHub refuses the commit on {shown(self.branch)}: {words}."
            return CannotProceed(message, where=address.graphql, hint=f"{UNTOUCHED} {rule_for(folded)}")
        return None


def rule_for(words: str) -> str:
    """Which setting refuses a commit, and what to do about it."""
    for sign, name, advice in RULES:
        if sign in words:
            return f"The rule is “{name}” (Settings, Rules, Rulesets; or Settings, Branches). {advice}"
    return "Settings, Rules, Rulesets (or Settings, Branches) lists the rules of this branch: leave it out of this one."
