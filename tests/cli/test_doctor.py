# SPDX-License-Identifier: Apache-2.0
"""`backlog doctor`: the page for a healthy repository, each thing that can be wrong, and that no secret is shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from secure_score_backlog import __version__
from secure_score_backlog.doctor.checked import GROUPS, TITLES, Checked, State
from secure_score_backlog.doctor.page import PLAIN_SIGNS, SIGNS, page, signs
from tests.support.graph_items import TENANT
from tests.support.graph_server import SCORES, GraphAnswers
from tests.support.graph_stage import TODAY, answers, day_score, profiles
from tests.support.loopback import Request, Response
from tests.support.repositories import Repository
from tests.support.running import RunBacklog, run_here
from tests.support.sentences import fault_of
from tests.support.simulated_github import HERE, NAME, OWNER, TOKEN, SimulatedGitHub
from tests.support.simulated_identity import Registration, SimulatedIdentity

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SUBJECT = "repo:harbour@1001/backlog@2002:environment:secure-score"
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
SECRET = "s3cr3t-value-that-nobody-may-see"


@dataclass
class Scene:
    """A tenant's repository with everything around it."""

    repository: Repository
    github: SimulatedGitHub
    graph: GraphAnswers
    identity: SimulatedIdentity
    environment: dict[str, str]

    def run(self, *more: str, expect: int | None = None) -> Any:
        """`backlog doctor`, finished."""
        return run_here(
            "doctor", "--root", self.repository.folder, "--graph-url", self.graph.url,
            "--authority", self.identity.origin, *more, environment=self.environment, expect=expect,
        )  # fmt: skip

    def checks(self, *more: str, expect: int | None = None) -> dict[str, dict[str, str]]:
        """What each check says, by its code."""
        found = json.loads(self.run("--json", *more, expect=expect).stdout)
        for each in found["checks"]:
            texts = [line for line in each["what"].split("\n") if ": " not in line] + [each["fix"]]
            assert not [text for text in texts if text and fault_of(text)], each
        return {each["code"]: each for each in found["checks"]}

    def commit(self, **files: str | None) -> None:
        """Change files; GitHub has them too."""
        self.repository.change({path.replace("__", "/"): text for path, text in files.items()})
        self.github.upkeep.heads["main"] = self.repository.commit("Change")


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    """It is noon of the day of which Graph's newest score is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("secure_score_backlog.cli.options.now", lambda: NOW)
        yield


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `backlog init` writes for the plan Team, with a snapshot of today on its branch."""
    folder = tmp_path_factory.mktemp("doctor") / "tenant"
    run_here(
        "init", folder, "--organisation", "Harbour", "--plan", "team", "--reviewer", "@harbour/risk", "--repository",
        f"{OWNER}/{NAME}", "--tool", f"harbour/secure-score-backlog@{COMMIT}", "--no-git", expect=0,
    )  # fmt: skip
    repository = Repository(folder)
    repository.commit("Begin")
    repository.git("checkout", "--quiet", "-b", "snapshots")
    with GraphAnswers(answers(), profiles()) as graph:
        environment = {"GRAPH_TOKEN": "a-token-of-any-form"}
        run_here("collect", "--root", folder, "--graph-url", graph.url, environment=environment, expect=0)
    repository.commit("Collect")
    repository.git("checkout", "--quiet", "main")
    return folder


@pytest.fixture
def scene(template: Path, tmp_path: Path) -> Iterator[Scene]:
    """A workflow run in a healthy repository."""
    repository = Repository(tmp_path / "clone")
    repository.git("pull", "--quiet", str(template), "main")
    repository.git("fetch", "--quiet", str(template), "snapshots:snapshots")
    registration = Registration(TENANT, subject=SUBJECT)
    with ExitStack() as stack:
        github = stack.enter_context(SimulatedGitHub())
        graph = stack.enter_context(GraphAnswers(answers(), profiles()))
        identity = stack.enter_context(SimulatedIdentity(registration))
        heads = {branch: repository.git("rev-parse", branch) for branch in ("main", "snapshots")}
        github.upkeep.heads, github.upkeep.now, github.upkeep.may_approve = heads, NOW, True
        environment = {
            **github.environment,
            "AZURE_TENANT_ID": TENANT,
            "AZURE_CLIENT_ID": registration.client,
            "ACTIONS_ID_TOKEN_REQUEST_URL": identity.oidc_request_url,
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": registration.request_token,
        }
        yield Scene(repository, github, graph, identity, environment)


def test_everything_is_fine(scene: Scene) -> None:
    """Every check is made, in the order of the page, and none has anything to mend."""
    found = scene.checks(expect=0)
    assert list(found) == list(TITLES)
    assert {each["code"]: each["what"] for each in found.values() if each["state"] != "ok"} == {}
    assert SUBJECT in found["subject"]["what"]
    assert "repo:harbour/backlog:environment:secure-score" in found["subject"]["what"]
    assert "on 2 pages" in found["graph"]["what"]
    printed = scene.run(expect=0).stdout
    assert f"{len(TITLES)} ok." in printed
    assert all(title in printed for title in (*GROUPS, *TITLES.values()))


def test_nothing_is_changed(scene: Scene) -> None:
    """Only questions are sent to GitHub and Graph, and no file is written."""
    scene.run(expect=0)
    assert {request.method for request in (*scene.github.requests, *scene.graph.requests)} == {"GET"}
    assert scene.repository.git("status", "--porcelain", "--ignored") == ""


Change = Callable[[Scene], object]
WRONG: dict[str, tuple[str, Change, str]] = {
    "settings": ("settings", lambda s: s.commit(**{"backlog.yml": "organisation: [x\n"}), "line"),
    "tool on a branch": (
        "tool-version",
        lambda s: s.commit(**{".github__workflows__more.yml": "on: push\njobs:\n  a:\n    steps:\n"
                              "      - uses: harbour/secure-score-backlog@main\n"}),
        "not pinned",
    ),
    "no upgrades": ("upgrades", lambda s: s.commit(**{".github__dependabot.yml": None}), "Nothing proposes"),
    "token refused": ("token", lambda s: setattr(s.identity, "presented_subject", "repo:x/y:pull_request"), "AADSTS"),
    "graph has nothing": ("graph", lambda s: s.graph.scores.clear(), "no Secure Score"),
    "graph fails": ("graph", lambda s: s.graph.break_with(Response.of_json(403, {"error": {"code": "x"}})), "denies"),
    "another tenant": (
        "graph",
        lambda s: s.graph.scores.__setitem__(slice(None), [{**each, "azureTenantId": "x"} for each in s.graph.scores]),
        "tenants",
    ),
    "bad GitHub token": ("github", lambda s: s.environment.update(GITHUB_TOKEN="ghs_wrong0000"), "not accept"),
    "no environment": ("environment", lambda s: s.github.upkeep.environments.clear(), "no environment"),
    "open environment": (
        "environment", lambda s: s.github.upkeep.environments.update({"secure-score": None}), "Every branch",
    ),
    "behind": ("main-branch", lambda s: s.github.upkeep.heads.update(main=COMMIT), "lacks commit"),
    "no main branch": ("main-branch", lambda s: s.github.upkeep.heads.pop("main"), "no branch main"),
    "no rules": ("rules-main", lambda s: s.github.upkeep.rules.update(main=[]), "come by pull request"),
    "weaker rules": (
        "rules-main",
        lambda s: s.github.upkeep.rules["main"][2]["parameters"].update(require_code_owner_review=False),
        "a code owner approves",
    ),
    "snapshots without rules": ("rules-snapshots", lambda s: s.github.upkeep.rules.update(snapshots=[]), "rewritten"),
    "no required check": ("required-check", lambda s: s.github.upkeep.rules["main"].pop(), "No check has to pass"),
    "nobody owns": ("code-owners", lambda s: s.commit(**{".github__CODEOWNERS": "# nobody\n"}), "names nobody"),
    "owners unknown": (
        "code-owners",
        lambda s: s.github.upkeep.owners_errors.append(
            {"line": 3, "column": 1, "kind": "Unknown owner", "message": "x", "path": ".github/CODEOWNERS"}
        ),
        "line 3, Unknown owner",
    ),
    "owners not merged": ("code-owners", lambda s: setattr(s.github.upkeep, "owners_errors", None), "no CODEOWNERS"),
    "public repository": ("readers", lambda s: setattr(s.github, "visibility", "public"), "repository is public"),
    "public pages": ("readers", lambda s: setattr(s.github, "pages_public", True), "Anybody on the internet"),
    "review may not open": (
        "actions", lambda s: setattr(s.github.upkeep, "may_approve", False), "may not open",
    ),
    "schedule off": (
        "schedule", lambda s: setattr(s.github.upkeep, "workflow_state", "disabled_inactivity"), "60 days",
    ),
    "no workflow": ("schedule", lambda s: setattr(s.github.upkeep, "workflow_state", None), "no workflow"),
    "never ran": ("schedule", lambda s: setattr(s.github.upkeep, "run", None), "not started any run"),
    "ran long ago": ("schedule", lambda s: s.github.upkeep.run.update(ago=timedelta(days=3)), "its last run on"),
    "run failed": ("schedule", lambda s: s.github.upkeep.run.update(conclusion="failure"), "ended with failure"),
    "run skipped": ("schedule", lambda s: s.github.upkeep.run.update(conclusion="skipped"), "was skipped"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_found(scene: Scene, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 1; the check says what, and the fix what to do. Nothing else is made wrong by it than what it causes."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    code, change, said = WRONG[name]
    change(scene)
    found = scene.checks(expect=1)
    assert found[code]["state"] == "wrong", found[code]
    assert said in found[code]["what"]
    assert found[code]["fix"]


WARNED: dict[str, tuple[str, Change, str]] = {
    "secret": (
        "credential",
        lambda s: s.environment.update(AZURE_CLIENT_SECRET=s.identity.registration.secret),
        "client secret",
    ),
    "not pushed": ("main-branch", lambda s: s.repository.commit("More"), "GitHub lacks"),
    "waits for ever": (
        "required-check",
        lambda s: s.commit(**{".github__workflows__check.yml": "on: pull_request\njobs: {}\n"}),
        "waits for it: check",
    ),
    "may approve": ("actions", lambda s: s.commit(**{".github__workflows__review.yml": None}), "may approve"),
    "own subject": (
        "subject", lambda s: s.github.upkeep.subject.update(use_default=False), "template of its own",
    ),
    "owner without a role": (
        "code-owners",
        lambda s: s.commit(**{".github__CODEOWNERS": "/decisions/ @harbour/risk @Night-Watch # not @one\n"}),
        "asks @Night-Watch for reviews, and no role of backlog.yml lists that login",
    ),
    "Graph is old": (
        "graph",
        lambda s: s.graph.scores.__setitem__(slice(None), [day_score(TODAY - timedelta(days=9))]),
        "Graph gives 1 day",
    ),
    "other commits": (
        "tool-version",
        lambda s: s.commit(**{".github__workflows__more.yml": "on: push\njobs:\n  a:\n    steps:\n"
                              f"      - uses: harbour/secure-score-backlog@{COMMIT[::-1]} # v{__version__}\n"}),
        "different commits",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WARNED)
def test_warnings_count_with_strict_only(scene: Scene, name: str) -> None:
    """Exit 0, and 1 with --strict."""
    code, change, said = WARNED[name]
    change(scene)
    found = scene.checks(expect=0)
    assert (found[code]["state"], said in found[code]["what"]) == ("warning", True), found[code]
    assert found[code]["fix"]
    scene.run("--strict", expect=1)


@pytest.mark.parametrize(
    ("roles", "state", "said"),
    [
        ((), "wrong", "lacks the application permission"),
        (("SecurityEvents.Read.All", "Mail.Read"), "warning", "more than is needed: Mail.Read"),
        (("SecurityEvents.ReadWrite.All",), "warning", "SecurityEvents.ReadWrite.All"),
    ],
)
def test_the_permission_is_the_least(scene: Scene, roles: tuple[str, ...], state: str, said: str) -> None:
    """None is wrong, more than needed is a warning."""
    scene.identity.registration = Registration(TENANT, subject=SUBJECT, roles=roles)
    found = scene.checks()["permission"]
    assert found["state"] == state
    assert said in found["what"]


def test_without_token_and_credential_the_folder_is_checked(scene: Scene) -> None:
    """At a desk with nothing set: what needs nobody is checked, and each other check says why it is not."""
    scene.environment = {}
    found = scene.checks("--repository", "harbour/backlog", expect=0)
    states = {code: each["state"] for code, each in found.items()}
    assert {states[code] for code in GROUPS["This folder"]} == {"ok"}
    assert {states[code] for code in (*GROUPS["Microsoft"], *GROUPS["GitHub"])} == {"not checked"}
    assert "without a token" in found["github"]["what"]
    assert found["credential"]["fix"].startswith("Run: gh workflow run snapshot.yml.")
    assert "repo:harbour@OWNER_ID/backlog@REPOSITORY_ID:environment:secure-score" in found["subject"]["what"]
    assert scene.github.requests == scene.graph.requests == []
    printed = scene.run("--repository", "harbour/backlog", expect=0).stdout
    assert printed.count("GitHub was not asked.") == 2  # once with the subject, once for all the others


def test_offline_asks_nobody(scene: Scene) -> None:
    """With credentials in the environment too."""
    found = scene.checks("--offline", expect=0)
    assert found["graph"]["state"] == found["schedule"]["state"] == "not checked"
    assert found["credential"]["state"] == "ok"
    assert scene.github.requests == scene.graph.requests == scene.identity.requests == []


def test_a_network_that_is_down_is_not_the_tenants_fault(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be reached is not checked; exit 0, as nothing is known to be wrong."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    dead = "http://127.0.0.1:9"
    scene.environment |= {"GITHUB_API_URL": f"{dead}/api/v3", "GITHUB_GRAPHQL_URL": f"{dead}/api/graphql"}
    found = json.loads(
        run_here(
            "doctor", "--root", scene.repository.folder, "--json", "--graph-url", dead, "--authority", dead,
            environment={**scene.environment, "GRAPH_TOKEN": "opaque-token"}, expect=0,
        ).stdout
    )  # fmt: skip
    states = {each["code"]: each["state"] for each in found["checks"]}
    assert states["graph"] == states["github"] == states["schedule"] == "not checked"


def test_a_shallow_clone_is_wrong(scene: Scene, tmp_path: Path) -> None:
    """Without history decisions have no dates."""
    shallow = tmp_path / "shallow"
    scene.repository.git("clone", "--quiet", "--depth", "1", f"file://{scene.repository.folder}", str(shallow))
    scene.repository = Repository.existing(shallow)
    found = scene.checks(expect=1)
    assert found["clone"]["state"] == "wrong"
    assert "fetch-depth: 0" in found["clone"]["fix"]
    assert found["main-branch"]["state"] == "not checked"


def test_a_stale_snapshot_is_wrong(tmp_path: Path, backlog: RunBacklog) -> None:
    """With the command that brings a new one; outside of Git that is wrong too."""
    (tmp_path / "t" / "decisions").mkdir(parents=True)
    with GraphAnswers([day_score(TODAY - timedelta(days=8))], profiles()) as graph:
        token = {"GRAPH_TOKEN": "opaque"}
        backlog("collect", "--root", tmp_path / "t", "--graph-url", graph.url, environment=token, expect=0)
    found = json.loads(backlog("doctor", "--root", tmp_path / "t", "--json", expect=1).stdout)["checks"]
    by_code = {each["code"]: each for each in found}
    assert by_code["snapshot-age"]["state"] == by_code["clone"]["state"] == "wrong"
    assert "8 days ago" in by_code["snapshot-age"]["what"]
    assert "backlog collect" in by_code["snapshot-age"]["fix"]


def test_a_missing_snapshot_may_be_stored_elsewhere(scene: Scene) -> None:
    """The workflow has not run, or it has and the clone lacks what it stored: both are said."""
    scene.repository.git("branch", "--delete", "--force", "snapshots")
    found = scene.checks()["snapshot-age"]
    assert found["state"] == "wrong"
    assert "gh workflow run snapshot.yml" in found["fix"]
    assert "git fetch origin" in found["fix"]


def test_settings_without_the_repository_are_a_warning(tmp_path: Path, backlog: RunBacklog) -> None:
    """No page could link to GitHub; the name is known by an option or by `origin`, on github.com only."""
    repository = Repository(tmp_path / "tenant")
    repository.change({"backlog.yml": "organisation: X\n", "decisions/README.md": ""})
    repository.commit("Begin")

    def settings(*more: str) -> dict[str, str]:
        found = json.loads(backlog("doctor", "--root", repository.folder, "--offline", "--json", *more).stdout)
        return next(each for each in found["checks"] if each["code"] == "settings")

    assert settings()["state"] == "ok"
    assert "`repository: a/b`" in settings("--repository", "a/b")["fix"]
    repository.git("remote", "add", "origin", "https://git.example/harbour/backlog.git")
    assert settings()["state"] == "ok"
    repository.git("remote", "set-url", "origin", "https://github.com/harbour/backlog.git")
    assert "`repository: harbour/backlog`" in settings()["fix"]
    repository.change({"backlog.yml": "repository: harbour/backlog\n"})
    assert settings()["state"] == "ok"


def test_the_plan_without_rules_is_a_warning(scene: Scene) -> None:
    """What cannot be had is said, and is no fault of a setting."""
    refusal = {"message": "Upgrade to GitHub Pro or make this repository public to enable this feature."}
    scene.github.responders = [lambda r: Response.of_json(403, refusal) if "/rules/" in r.path else None]
    found = scene.checks(expect=0)
    assert found["rules-main"]["state"] == "warning"
    assert "the plan of this repository" in found["rules-main"]["what"]


def test_what_a_workflow_may_not_see_is_not_checked(scene: Scene) -> None:
    """A denied question does not end the others."""
    refusal = {"message": "Resource not accessible by integration"}
    scene.github.responders = [lambda r: Response.of_json(403, refusal) if "/permissions/" in r.path else None]
    found = scene.checks(expect=0)
    assert found["actions"]["state"] == "not checked"
    assert "denies access" in found["actions"]["what"]
    assert "Administration" in found["actions"]["fix"]
    assert found["schedule"]["state"] == "ok"


def test_a_classic_protection_counts(scene: Scene) -> None:
    """It is compared like rulesets."""
    scene.github.upkeep.rules["main"] = []
    scene.github.upkeep.protection = {
        "allow_deletions": {"enabled": False},
        "allow_force_pushes": {"enabled": False},
        "required_conversation_resolution": {"enabled": True},
        "required_pull_request_reviews": {
            "dismiss_stale_reviews": True, "require_code_owner_reviews": True, "required_approving_review_count": 2,
            "require_last_push_approval": True,
        },
        "required_status_checks": {"contexts": ["check"], "checks": [{"context": "check", "app_id": None}]},
    }  # fmt: skip
    assert scene.checks(expect=0)["rules-main"]["state"] == "ok"
    scene.github.upkeep.protection["allow_force_pushes"]["enabled"] = True
    assert "rewritten" in scene.checks(expect=1)["rules-main"]["what"]


@pytest.mark.parametrize("answer", [[], {}, {"errors": 1}, "x", None, 7, {"workflow_runs": "x"}, {"commit": []}])
def test_odd_answers_are_not_believed(scene: Scene, answer: object) -> None:
    """Whatever GitHub answers, each check ends with a state, and the command with an exit code."""
    scene.github.responders = [
        lambda r: Response.of_json(200, answer) if r.path.startswith(f"{HERE}/") and r.path != HERE else None
    ]
    found = scene.checks()
    assert set(found) == set(TITLES)
    assert found["schedule"]["state"] != "ok"
    assert found["main-branch"]["state"] == "not checked"


def test_hostile_words_are_bounded(scene: Scene) -> None:
    """What GitHub, Graph and a workflow say is shown on short lines that no terminal obeys."""
    bomb = "\x1b[31m::set-output name=x::" + "A" * 100_000
    hostile = [{"line": 1, "column": 1, "kind": bomb, "message": bomb, "path": bomb}]
    scene.github.upkeep.owners_errors = hostile
    scene.github.upkeep.subject["sub_claim_prefix"] = bomb
    scene.commit(**{".github__workflows__more.yml": f"on: push\njobs:\n  a:\n    steps:\n      - uses: "
                    f"harbour/secure-score-backlog@{'B' * 100_000}\n"})  # fmt: skip
    printed = scene.run(expect=1).stdout
    assert "\x1b" not in printed
    assert len(printed) < 20_000
    assert not [line for line in printed.splitlines() if line.startswith("::")]


def test_no_secret_is_ever_shown(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in the page, the JSON, the log or an error, also where a server repeats what it was sent."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    secrets = {name: f"{SECRET}-{name}" for name in ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PASSWORD")}

    def repeat(request: Request) -> Response | None:
        if request.path.endswith("/token"):
            said = f"AADSTS7000215: {request.body.decode()} {SECRET}"
            return Response.of_json(401, {"error": "invalid_client", "error_description": said})
        return None

    def leak(request: Request) -> Response | None:
        if request.path == HERE:
            return None
        return Response.of_json(400, {"message": f"Bad {request.bearer} {TOKEN}", "state": TOKEN, "kind": TOKEN})

    scene.identity.responders, scene.github.responders = [repeat], [leak]
    scene.environment |= secrets
    for more in ((), ("--json",), ("--verbose",), ("--offline",)):
        done = scene.run(*more)
        shown = done.stdout + done.stderr
        values = (*secrets.values(), TOKEN, scene.identity.registration.request_token)
        assert not [value for value in values if value in shown], more


@pytest.mark.parametrize("name", ["GRAPH_TOKEN", "GITHUB_TOKEN", "AZURE_CLIENT_SECRET"])
def test_no_secret_of_odd_form_is_shown(scene: Scene, name: str) -> None:
    """A value that cannot be a token is refused without being repeated."""
    scene.environment[name] = f"{SECRET} with blanks\nand a line"
    for more in ((), ("--json",), ("--verbose",)):
        done = scene.run(*more)
        assert SECRET not in done.stdout + done.stderr


def test_a_token_from_elsewhere_that_graph_repeats_is_hidden(scene: Scene) -> None:
    """Also where Graph's own words hold it."""
    scene.environment["GRAPH_TOKEN"] = SECRET
    said = {"error": {"code": "x", "message": f"Token {SECRET} is bad"}}
    scene.graph.break_with(Response.of_json(401, said), path=SCORES)
    done = scene.run(expect=1)
    assert SECRET not in done.stdout + done.stderr


def test_a_folder_without_a_backlog_is_wrong_usage(tmp_path: Path, backlog: RunBacklog) -> None:
    """There is nothing to check."""
    assert "no backlog" in backlog("doctor", cwd=tmp_path, expect=2).stderr


def test_the_page_without_signs() -> None:
    """A terminal that cannot show the signs gets ASCII; the words are there in any case."""
    found = [Checked(code, state, "It is so.", "Do it.") for code, state in zip(TITLES, [*State] * 6, strict=False)]
    assert signs("utf-8") is SIGNS
    assert signs("ascii") is signs("cp437") is signs("no-such-encoding") is PLAIN_SIGNS
    text = "\n".join(page(found, PLAIN_SIGNS))
    assert text.isascii()
    assert all(state.value in text for state in State)
