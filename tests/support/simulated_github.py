# SPDX-License-Identifier: Apache-2.0
"""GitHub on loopback for one repository: GraphQL by GitHub's own schema, and what REST says of issues and comments.

The GraphQL engine is graphql-core with the part of GitHub's schema that is committed in `tests/github/`, so that no
answer can hold what GitHub could not say; answers of REST are held against its description before they are sent.
A pull request's story can be told with a real Git repository: `open_pull`, `review`, `push`, `merge`.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graphql import GraphQLError, graphql_sync
from openapi_schema_validator import OAS30Validator

from tests.support.github_schemas import rest, schema
from tests.support.github_upkeep import Upkeep
from tests.support.loopback import LoopbackServer, Request, Responder, Response
from tests.support.repositories import Repository

TOKEN = "ghs_simulated0token0of0a0workflow"
OWNER, NAME = "harbour", "backlog"
BOT_NAME, BOT_MAIL = "github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com"
NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
HERE = f"/api/v3/repos/{OWNER}/{NAME}"
ISSUE = re.compile(r"/api/v3/repos/(?P<owner>[^/]+)/(?P<name>[^/]+)/issues/(?P<number>\d+)(?P<comments>/comments)?")
COMMENT = re.compile(r"/api/v3/repos/(?P<owner>[^/]+)/(?P<name>[^/]+)/issues/comments/(?P<id>\d+)")


@dataclass
class Reviewed:
    """A review on the simulated GitHub."""

    by: str
    at: datetime
    commit: str
    state: str = "APPROVED"


@dataclass
class Pull:
    """A pull request on the simulated GitHub."""

    number: int
    author: str
    head: str
    base: str = "main"
    branch: str = ""
    title: str = ""
    merged_at: datetime | None = None
    merged_by: str = ""
    merge_commit: str = ""
    body: str = ""
    closed: bool = False
    """Closed without a merge."""
    fork: bool = False
    """Its branch is one of a fork."""
    reviews: list[Reviewed] = field(default_factory=list)
    writers: list[str] = field(default_factory=list)
    """One login a commit."""


@dataclass
class Known:
    """A commit on the simulated GitHub."""

    author: str = ""
    committer: str = ""
    state: str = "UNSIGNED"
    by_github: bool = False
    pulls: list[int] = field(default_factory=list)


class SimulatedGitHub(LoopbackServer):
    """One repository. `environment` is what a workflow run has; logins in `deleted` are answered as null."""

    def __init__(self, responders: Iterable[Responder] = (), *, page: int = 100) -> None:
        """`page`: the most items of any list in one answer, so that short lists have pages too."""
        super().__init__(responders)
        self.page = page
        self.branch = "main"
        self.viewer = "github-actions[bot]"
        """Whose token it is, in GraphQL; comments are written by the same account."""
        self.commits: dict[str, Known] = {}
        self.pulls: dict[int, Pull] = {}
        self.deleted: set[str] = set()
        self.bots: set[str] = set()
        self.issues: dict[int, dict[str, Any]] = {}
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.asked: list[dict[str, Any]] = []
        """The variables of each question to GraphQL."""
        self.assignable = {"owner", "boss"}
        """Who can be assigned; another login makes GitHub refuse the whole change."""
        self.visibility = "private"
        self.pages_public: bool | None = None
        """Whether the world can read GitHub Pages; None: it is not switched on."""
        self.upkeep = Upkeep()
        """How the repository is set up."""
        self.hosted: Path | None = None
        """A bare repository that commits are made in."""
        self.rules: dict[str, str] = {}
        """What is said about a commit on a branch, in place of making it."""
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.opens_pulls = True
        """Whether a workflow's token may open pull requests: a setting of the repository."""
        self.before_commit: list[Callable[[], object]] = []
        """What happens meanwhile: one before each attempt to commit."""

    @property
    def environment(self) -> dict[str, str]:
        """The variables by GitHub's own names."""
        return {
            "GITHUB_REPOSITORY": f"{OWNER}/{NAME}",
            "GITHUB_API_URL": f"{self.origin}/api/v3",
            "GITHUB_GRAPHQL_URL": f"{self.origin}/api/graphql",
            "GITHUB_TOKEN": TOKEN,
        }

    # A pull request's story

    def commit(self, identifier: str, author: str = "", **more: Any) -> Known:
        """A commit that GitHub has."""
        return self.commits.setdefault(identifier, Known(author, **more))

    def open_pull(self, repository: Repository, branch: str, author: str, title: str = "") -> Pull:
        """Open a pull request for a branch of a real repository."""
        number = max([*self.pulls, *self.issues, 0]) + 1
        pull = Pull(number, author, repository.git("rev-parse", branch), self.branch, branch, title or branch)
        self.pulls[number] = pull
        self.push(repository, pull, by=author)
        return pull

    def push(self, repository: Repository, pull: Pull, by: str) -> None:
        """The branch has other commits now: more of them, or others in their place."""
        pull.head = repository.git("rev-parse", pull.branch)
        commits = repository.git("rev-list", f"{self.branch}..{pull.branch}").split()
        for commit in commits:
            self.commit(commit, by)
        pull.writers = [self.commits[commit].author for commit in commits]

    def review(self, pull: Pull, by: str, at: datetime, state: str = "APPROVED", commit: str | None = None) -> None:
        """Somebody reviews the head, or another commit; "" where that commit is gone."""
        pull.reviews.append(Reviewed(by, at, pull.head if commit is None else commit, state))

    def merge(self, repository: Repository, pull: Pull, by: str, at: datetime, how: str = "merge") -> str:
        """Merge it in one of GitHub's three ways; the newest commit of the main branch."""
        when = at.isoformat()
        before = repository.git("rev-parse", self.branch)
        brought = repository.git("rev-list", f"{self.branch}..{pull.branch}").split()
        repository.git("checkout", "--quiet", self.branch)
        if how == "merge":
            message = f"Merge pull request #{pull.number} from {OWNER}/{pull.branch}\n\n{pull.title}"
            repository.merge(pull.branch, message, when)
        elif how == "squash":
            repository.git("merge", "--quiet", "--squash", pull.branch, when=when)
            repository.git("commit", "--quiet", "--message", f"{pull.title} (#{pull.number})", when=when)
        else:  # a rebase: always new commits, with nothing in their messages
            for commit in reversed(brought):
                repository.git("cherry-pick", "--allow-empty", "--no-ff", commit, when=when)
        new = repository.git("rev-list", "--first-parent", f"{before}..{self.branch}").split()
        for commit in {*new, *brought}:
            signed = how != "rebase" and commit in new
            known = self.commit(commit, pull.author)
            known.pulls.append(pull.number)
            known.committer, known.by_github = "web-flow", signed
            known.state = "VALID" if signed else "UNSIGNED"
        pull.merged_at, pull.merged_by, pull.merge_commit = at, by, new[0]
        return new[0]

    # Answers

    def answer(self, request: Request) -> Response:
        """What GitHub says."""
        if request.bearer != TOKEN:
            return Response.of_json(401, {"message": "Bad credentials", "status": "401"})
        if request.path == "/api/graphql":
            return self._graphql(json.loads(request.body))
        if request.path == HERE:
            return self._about()
        if request.path == f"{HERE}/pages":
            return self._pages()
        if request.path == f"{HERE}/issues":
            return self._issues(request)
        if request.path.startswith(f"{HERE}/") and (told := self.upkeep.answer(request, HERE)):
            return told
        for form, reply in ((ISSUE, self._issue), (COMMENT, self._comment)):
            found = form.fullmatch(request.path)
            if found and (found["owner"], found["name"]) == (OWNER, NAME):
                return reply(request, found)
        return Response.of_json(404, {"message": "Not Found", "status": "404"})

    def _graphql(self, asked: Mapping[str, Any]) -> Response:
        self.asked.append(asked["variables"])
        root = {
            "viewer": {"login": self.viewer},
            "repository": self._repository,
            "createCommitOnBranch": self._create_commit,
            "createRef": self._create_reference,
            "createPullRequest": self._open_pull,
            "updatePullRequest": self._change_pull,
            "rateLimit": {"cost": 1, "remaining": 999, "resetAt": iso(NOON)},
        }
        result = graphql_sync(schema(), asked["query"], root, variable_values=asked["variables"])
        content: dict[str, Any] = {"data": result.data}
        errors = [{"type": (each.extensions or {}).get("type"), **each.formatted} for each in result.errors or ()]
        return Response.of_json(200, {**content, **({"errors": errors} if errors else {})})

    def _repository(self, _: Any, owner: str, name: str) -> dict[str, Any] | None:
        if (owner, name) != (OWNER, NAME):
            return None
        return {
            "id": "R_1",
            "defaultBranchRef": {
                "name": self.branch,
                "target": lambda _: {"__typename": "Commit", "oid": self.git("rev-parse", self.branch)},
            },
            "object": self._object,
            "pullRequest": self._pull,
            "pullRequests": self._pulls_from,
            "ref": self._reference,
        }

    def _reference(self, _: Any, qualifiedName: str) -> dict[str, Any] | None:  # noqa: N803 - as GraphQL spells it
        found = self.git("rev-parse", "--verify", "--quiet", qualifiedName, check=False)
        return {"name": qualifiedName, "target": {"__typename": "Commit", "oid": found}} if found else None

    def _create_reference(self, _: Any, input: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002 - as GraphQL spells it
        name = input["name"]
        if self.git("rev-parse", "--verify", "--quiet", name, check=False):
            raise GraphQLError(f"A ref named {name!r} already exists in the repository.", extensions={"type": None})
        self.git("update-ref", name, input["oid"])
        return {"ref": self._reference(None, name)}

    def _open_pull(self, _: Any, input: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002 - as GraphQL spells it
        branch, base = input["headRefName"], input["baseRefName"]
        if not self.opens_pulls:
            said = "GitHub Actions is not permitted to create or approve pull requests"
            raise GraphQLError(said, extensions={"type": "FORBIDDEN"})
        if any(each.branch == branch and not each.fork and self._state(each) == "OPEN" for each in self.pulls.values()):
            raise GraphQLError(
                f"A pull request already exists for {OWNER}:{branch}.", extensions={"type": "UNPROCESSABLE"}
            )
        if not self.git("rev-list", f"{base}..{branch}"):
            raise GraphQLError(f"No commits between {base} and {branch}", extensions={"type": "UNPROCESSABLE"})
        number = max([*self.pulls, *self.issues, 0]) + 1
        bot = self.viewer.removesuffix("[bot]")  # GraphQL names an app without the ending of REST
        self.bots.add(bot)
        pull = Pull(number, bot, self.git("rev-parse", branch), base, branch, input["title"], body=input["body"])
        self.pulls[number] = pull
        return {"pullRequest": self._pull(None, number)}

    def _change_pull(self, _: Any, input: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002 - as GraphQL spells it
        number = int(input["pullRequestId"].removeprefix("PR_"))
        self.pulls[number].body = input["body"]
        return {"pullRequest": self._pull(None, number)}

    def _pulls_from(self, _: Any, headRefName: str, first: int, **__: Any) -> dict[str, Any]:  # noqa: N803 - as above
        found = [number for number, each in sorted(self.pulls.items(), reverse=True) if each.branch == headRefName]
        return self._page([self._pull(None, number) for number in found], first, None)

    @staticmethod
    def _state(pull: Pull) -> str:
        return "MERGED" if pull.merged_at else "CLOSED" if pull.closed else "OPEN"

    def git(
        self, *arguments: str, check: bool = True, given: bytes = b"", variables: Mapping[str, str] | None = None
    ) -> str:
        """Run Git in the repository that is hosted; its output, empty where it fails and may."""
        assert self.hosted is not None, "this test gives GitHub no repository"
        call = ["git", "--git-dir", str(self.hosted), *arguments]
        done = subprocess.run(
            call, input=given, env={**os.environ, **(variables or {})}, capture_output=True, check=False
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout.decode("utf-8").strip() if done.returncode == 0 else ""

    def commit_files(self, branch: str, files: Mapping[str, str], headline: str) -> str:
        """Somebody commits files to a branch; the new commit."""
        head = self.git("rev-parse", f"refs/heads/{branch}")
        content = {path: text.encode() for path, text in files.items()}
        new = self._commit_of(head, content, headline, "owner", "owner@harbour.example")
        self.git("update-ref", f"refs/heads/{branch}", new, head)
        return new

    def _create_commit(self, _: Any, input: Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002 - as GraphQL spells it
        """A commit by the workflow's token, signed by GitHub; in the hosted repository it has the bot's name alone."""
        if self.before_commit:
            self.before_commit.pop(0)()
        branch = input["branch"]["branchName"]
        assert input["branch"]["repositoryNameWithOwner"] == f"{OWNER}/{NAME}"
        if branch in self.rules:
            raise GraphQLError(self.rules[branch], extensions={"type": "UNPROCESSABLE"})
        head = self.git("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}", check=False)
        if not head:
            raise GraphQLError(f"No ref named {branch!r}.", extensions={"type": "NOT_FOUND"})
        expected = input["expectedHeadOid"]
        if head != expected:
            said = f'Expected branch to point to "{expected}" but it did not.  Pull and try again.'
            raise GraphQLError(said, extensions={"type": "STALE_DATA"})
        additions = input["fileChanges"]["additions"]
        files = {each["path"]: base64.b64decode(each["contents"], validate=True) for each in additions}
        new = self._commit_of(head, files, input["message"]["headline"])
        self.git("update-ref", f"refs/heads/{branch}", new, head)
        self.commit(new, "github-actions[bot]", committer="web-flow", state="VALID", by_github=True)
        return {"commit": self._object(None, oid=new)}

    def _commit_of(
        self, head: str, files: Mapping[str, bytes], headline: str, name: str = BOT_NAME, mail: str = BOT_MAIL
    ) -> str:
        index = {"GIT_INDEX_FILE": f"{self.hosted}/index-of-a-commit"}
        self.git("read-tree", head, variables=index)
        for path, content in files.items():
            blob = self.git("hash-object", "-w", "--stdin", given=content)
            self.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", variables=index)
        tree = self.git("write-tree", variables=index)
        now = self.clock().isoformat()  # GitHub's own time, not that of whoever asks
        people = {
            "GIT_AUTHOR_DATE": now,
            "GIT_COMMITTER_DATE": now,
            "GIT_AUTHOR_NAME": name,
            "GIT_AUTHOR_EMAIL": mail,
            "GIT_COMMITTER_NAME": "GitHub",
            "GIT_COMMITTER_EMAIL": "noreply@github.com",
        }
        return self.git("commit-tree", tree, "-p", head, "-m", headline, variables=people)

    def _object(self, _: Any, oid: str = "", expression: str = "") -> dict[str, Any] | None:
        if self.hosted is not None and oid not in self.commits:
            return self._blob(oid or self.git("rev-parse", "--verify", "--quiet", expression, check=False))
        known = self.commits.get(oid)
        if known is None:
            return None
        signature = {
            "__typename": "GpgSignature",
            "isValid": known.state == "VALID",
            "state": known.state,
            "wasSignedByGitHub": known.by_github,
            "verifiedAt": iso(NOON) if known.state == "VALID" else None,
        }
        return {
            "__typename": "Commit",
            "oid": oid,
            "author": {"user": self._user(known.author)},
            "committer": {"user": self._user(known.committer)},
            "signature": None if known.state == "UNSIGNED" else signature,
            "associatedPullRequests": lambda _, first, after=None: self._page(
                [self._pull(None, number) for number in known.pulls], first, after
            ),
        }

    def _blob(self, oid: str) -> dict[str, Any] | None:
        if not oid or self.git("cat-file", "-t", oid, check=False) != "blob":
            return None
        call = ["git", "--git-dir", str(self.hosted), "cat-file", "blob", oid]
        text = subprocess.run(call, check=True, capture_output=True).stdout.decode("utf-8")
        return {"__typename": "Blob", "oid": oid, "text": text, "isTruncated": False}

    def _pull(self, _: Any, number: int) -> dict[str, Any] | None:
        pull = self.pulls.get(number)
        if pull is None:
            return None
        writers = [
            {"commit": {"author": person, "authors": lambda *_, person=person, **__: {"nodes": [person]}}}
            for person in ({"user": self._user(login)} for login in pull.writers)
        ]
        return {
            "id": f"PR_{number}",
            "state": self._state(pull),
            "title": pull.title,
            "body": pull.body,
            "isCrossRepository": pull.fork,
            "number": number,
            "url": f"{self.origin}/{OWNER}/{NAME}/pull/{number}",
            "merged": pull.merged_at is not None,
            "mergedAt": iso(pull.merged_at) if pull.merged_at else None,
            "baseRefName": pull.base,
            "headRefOid": pull.head,
            "author": self._user(pull.author),
            "mergedBy": self._user(pull.merged_by),
            "mergeCommit": {"oid": pull.merge_commit} if pull.merge_commit else None,
            "reviews": lambda _, first, states=None, after=None: self._page(
                [self._review(each) for each in pull.reviews if states is None or each.state in states], first, after
            ),
            "commits": lambda _, first, after=None: self._page(writers, first, after),
        }

    def _review(self, each: Reviewed) -> dict[str, Any]:
        return {
            "author": self._user(each.by),
            "state": each.state,
            "submittedAt": iso(each.at),
            "commit": {"oid": each.commit} if each.commit else None,
        }

    def _user(self, login: str) -> dict[str, Any] | None:
        """An actor; null for a deleted account, or where the mail address belongs to none."""
        if not login or login in self.deleted:
            return None
        return {"__typename": "Bot" if login in self.bots else "User", "login": login}

    def _page(self, items: Sequence[Any], first: int, after: str | None) -> dict[str, Any]:
        start = int(after or 0)
        end = start + min(first, self.page)
        more = end < len(items)
        return {
            "nodes": list(items[start:end]),
            "pageInfo": {"hasNextPage": more, "endCursor": str(end) if more else None},
        }

    # REST

    def _about(self) -> Response:
        """What is said of the repository: the whole of it is long, and the description demands all."""
        part = rest()["components"]["schemas"]["full-repository"]["properties"]
        assert {"visibility", "private"} <= part.keys()
        private = self.visibility != "public"
        content = {
            "full_name": f"{OWNER}/{NAME}",
            "private": private,
            "visibility": self.visibility,
            "id": 2002,
            "owner": {**user(OWNER), "id": 1001},
            "default_branch": self.branch,
        }
        for name, value in content.items():
            OAS30Validator({**part[name], "components": rest()["components"]}).validate(value)
        return Response.of_json(200, content)

    def _pages(self) -> Response:
        if self.pages_public is None:
            return Response.of_json(404, {"message": "Not Found", "status": "404"})
        url = f"{self.origin}{HERE}/pages"
        content = {"url": url, "status": "built", "cname": None, "custom_404": False, "public": self.pages_public}
        return described("GET", "/repos/{owner}/{repo}/pages", 200, content)

    def add_issue(self, number: int, title: str, body: str, author: str = "owner", labels: Sequence[str] = ()) -> None:
        """An issue, such as one that its form made."""
        self.issues[number] = issue(f"{self.origin}/api/v3", number, title, body, author, labels)
        self.comments[number] = []

    def _issues(self, request: Request) -> Response:
        """The list, page by page, or a new issue."""
        if request.method == "POST":
            given = accepted("POST", "/repos/{owner}/{repo}/issues", json.loads(request.body))
            if refused := self._not_assignable(given):
                return refused
            number = max([*self.pulls, *self.issues, 0]) + 1
            self.add_issue(number, given["title"], given["body"], self.viewer)
            self.issues[number]["assignees"] = [user(login) for login in given.get("assignees", ())]
            return described("POST", "/repos/{owner}/{repo}/issues", 201, self.issues[number])
        assert request.query["state"] == "all"
        listed = [self.issues[number] for number in sorted(self.issues)]
        size, start = min(int(request.query.get("per_page", 30)), self.page), int(request.query.get("page", 1)) - 1
        query = f"state=all&sort=created&direction=asc&per_page={request.query['per_page']}&page={start + 2}"
        more = (start + 1) * size < len(listed)
        headers = {"Link": f'<{self.origin}{request.path}?{query}>; rel="next"'} if more else {}
        part = listed[start * size : (start + 1) * size]
        return described("GET", "/repos/{owner}/{repo}/issues", 200, part, headers)

    def _not_assignable(self, given: Mapping[str, Any]) -> Response | None:
        if set(given.get("assignees", ())) <= self.assignable:
            return None
        fault = {"resource": "Issue", "field": "assignees", "code": "invalid"}
        return Response.of_json(422, {"message": "Validation Failed", "errors": [fault], "status": "422"})

    def _change_issue(self, number: int, given: Mapping[str, Any]) -> Response:
        accepted("PATCH", "/repos/{owner}/{repo}/issues/{issue_number}", given)
        if refused := self._not_assignable(given):
            return refused
        changed = {name: value for name, value in given.items() if name != "assignees"}
        self.issues[number].update(changed)
        if "assignees" in given:
            self.issues[number]["assignees"] = [user(login) for login in given["assignees"]]
        return described("PATCH", "/repos/{owner}/{repo}/issues/{issue_number}", 200, self.issues[number])

    def _issue(self, request: Request, found: re.Match[str]) -> Response:
        number = int(found["number"])
        path = f"/repos/{{owner}}/{{repo}}/issues/{{issue_number}}{'/comments' if found['comments'] else ''}"
        if number not in self.issues and number not in self.pulls:
            return Response.of_json(404, {"message": "Not Found", "status": "404"})
        if not found["comments"] and request.method == "PATCH":
            return self._change_issue(number, json.loads(request.body))
        if not found["comments"]:
            return described("GET", path, 200, self.issues[number])
        listed = self.comments.setdefault(number, [])
        if request.method == "POST":
            listed.append(self._new_comment(number, json.loads(request.body)["body"], self.viewer))
            return described("POST", path, 201, listed[-1])
        size, start = min(int(request.query.get("per_page", 30)), self.page), int(request.query.get("page", 1)) - 1
        more = (start + 1) * size < len(listed)
        following = f"{self.origin}{request.path}?per_page={request.query.get('per_page', 30)}&page={start + 2}"
        headers = {"Link": f'<{following}>; rel="next"'} if more else {}
        return described("GET", path, 200, listed[start * size : (start + 1) * size], headers)

    def _comment(self, request: Request, found: re.Match[str]) -> Response:
        for listed in self.comments.values():
            for each in listed:
                if each["id"] == int(found["id"]) and request.method == "PATCH":
                    each["body"] = json.loads(request.body)["body"]
                    return described("PATCH", "/repos/{owner}/{repo}/issues/comments/{comment_id}", 200, each)
        return Response.of_json(404, {"message": "Not Found", "status": "404"})

    def _new_comment(self, number: int, body: str, author: str = "github-actions[bot]") -> dict[str, Any]:
        identifier = 1 + sum(len(each) for each in self.comments.values())
        url = f"{self.origin}/api/v3/repos/{OWNER}/{NAME}/issues/comments/{identifier}"
        return {
            "id": identifier,
            "node_id": f"IC_{identifier}",
            "url": url,
            "html_url": url,
            "issue_url": f"{self.origin}/api/v3/repos/{OWNER}/{NAME}/issues/{number}",
            "body": body,
            "user": user(author),
            "created_at": iso(NOON),
            "updated_at": iso(NOON),
            "author_association": "MEMBER",
        }


def accepted(method: str, path: str, content: Any) -> Any:
    """What was sent to REST, after a look at whether GitHub's description allows it."""
    wanted = rest()["calls"][f"{method} {path}"]["body"]
    OAS30Validator({**wanted, "additionalProperties": False, "components": rest()["components"]}).validate(content)
    return content


def described(method: str, path: str, status: int, content: Any, headers: Mapping[str, str] | None = None) -> Response:
    """An answer of REST, after a look at whether GitHub's description allows it."""
    answers = rest()["calls"][f"{method} {path}"]["answers"]
    OAS30Validator({**answers[str(status)], "components": rest()["components"]}).validate(content)
    return Response.of_json(status, content, headers)


def issue(api: str, number: int, title: str, body: str, author: str, labels: Sequence[str]) -> dict[str, Any]:
    """An issue in REST's form."""
    url = f"{api}/repos/{OWNER}/{NAME}/issues/{number}"
    return {
        "id": number,
        "node_id": f"I_{number}",
        "number": number,
        "url": url,
        "repository_url": f"{api}/repos/{OWNER}/{NAME}",
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": f"https://github.com/{OWNER}/{NAME}/issues/{number}",
        "title": title,
        "body": body,
        "state": "open",
        "user": user(author),
        "labels": [{"name": name} for name in labels],
        "assignee": None,
        "milestone": None,
        "locked": False,
        "comments": 0,
        "closed_at": None,
        "created_at": iso(NOON),
        "updated_at": iso(NOON),
        "author_association": "MEMBER",
    }


def user(login: str) -> dict[str, Any]:
    """An account in REST's form."""
    url = f"https://api.github.com/users/{login}"
    names = ("followers", "following", "gists", "starred", "subscriptions", "organizations", "repos", "events")
    return {
        "login": login,
        "id": 1,
        "node_id": "U_1",
        "avatar_url": url,
        "gravatar_id": "",
        "url": url,
        "html_url": url,
        **{f"{name}_url": url for name in (*names, "received_events")},
        "type": "Bot" if login.endswith("[bot]") else "User",
        "site_admin": False,
    }


def iso(at: datetime) -> str:
    """A time as GitHub writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def cloned(folder: Path) -> Repository:
    """A repository with one commit on `main`, as a decision's author has it."""
    repository = Repository(folder)
    repository.write("backlog.yml", "organisation: Harbour\n")
    repository.commit("Begin")
    return repository
