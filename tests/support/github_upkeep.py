# SPDX-License-Identifier: Apache-2.0
"""How the simulated GitHub's repository is set up: rules, workflows, environments, as REST tells them.

Answers are held against GitHub's description. Of a branch's commit and of a run, which are long, only what is given is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from openapi_schema_validator import OAS30Validator

from secure_score_backlog.data_repository.rulesets import main_ruleset, snapshots_ruleset
from tests.support.github_schemas import rest
from tests.support.loopback import Request, Response

ROOT = "/repos/{owner}/{repo}"
AT = "2026-08-01T00:00:00Z"
NO_SUBJECT = {"use_default": True}
"""What an older GitHub says of the form of the subject."""
NOT_FOUND = Response.of_json(404, {"message": "Not Found", "status": "404"})


@dataclass
class Upkeep:
    """A repository that is set up as `backlog init` says, until a test changes it."""

    heads: dict[str, str] = field(default_factory=dict)
    """Commit by branch."""
    rules: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {"main": main_ruleset()["rules"], "snapshots": snapshots_ruleset("snapshots")["rules"]}
    )
    protection: dict[str, Any] | None = None
    """Of the main branch, in the classic form."""
    owners_errors: Any = field(default_factory=list)
    """None: there is no CODEOWNERS."""
    may_approve: bool = False
    environments: dict[str, dict[str, bool] | None] = field(
        default_factory=lambda: {"secure-score": {"protected_branches": False, "custom_branch_policies": True}}
    )
    workflow_state: str | None = "active"
    run: Any = field(
        default_factory=lambda: {"status": "completed", "conclusion": "success", "ago": timedelta(hours=5)}
    )
    """The last one that the schedule started; None: there was none."""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    """From which the age of the last run counts."""
    subject: dict[str, Any] = field(
        default_factory=lambda: {"use_default": True, "sub_claim_prefix": "repo:harbour@1001/backlog@2002"}
    )

    def answer(self, request: Request, below: str) -> Response | None:
        """What is said of a path below the repository; None for one that is none of these."""
        path = request.path.removeprefix(below)
        routes: tuple[tuple[str, Callable[..., Response]], ...] = (
            (r"/actions/oidc/customization/sub", self._subject),
            (r"/actions/permissions/workflow", self._permissions),
            (r"/actions/workflows/(?P<name>[^/]+)", self._workflow),
            (r"/actions/workflows/(?P<name>[^/]+)/runs", self._runs),
            (r"/branches/(?P<name>.+)/protection", self._protection),
            (r"/branches/(?P<name>.+)", self._branch),
            (r"/codeowners/errors", self._owners),
            (r"/environments/(?P<name>[^/]+)", self._environment),
            (r"/rules/branches/(?P<name>.+)", self._rules),
        )
        for form, reply in routes:
            found = re.fullmatch(form, path)
            if found and request.method == "GET":
                return reply(**found.groupdict())
        return None

    def _subject(self) -> Response:
        return described(f"GET {ROOT}/actions/oidc/customization/sub", self.subject)

    def _permissions(self) -> Response:
        content = {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": self.may_approve}
        return described(f"GET {ROOT}/actions/permissions/workflow", content)

    def _workflow(self, name: str) -> Response:
        if self.workflow_state is None:
            return NOT_FOUND
        content = {
            "id": 1,
            "node_id": "W_1",
            "name": name,
            "path": f".github/workflows/{name}",
            "state": self.workflow_state,
            "created_at": AT,
            "updated_at": AT,
            **dict.fromkeys(("url", "html_url", "badge_url"), "https://github.com/harbour/backlog"),
        }
        return described(f"GET {ROOT}/actions/workflows/{{workflow_id}}", content)

    def _runs(self, name: str) -> Response:
        if self.run is None:
            return described(
                f"GET {ROOT}/actions/workflows/{{workflow_id}}/runs", {"total_count": 0, "workflow_runs": []}
            )
        at = (self.now - self.run["ago"]).strftime("%Y-%m-%dT%H:%M:%SZ")
        run = {
            "created_at": at,
            "status": self.run["status"],
            "conclusion": self.run["conclusion"],
            "event": "schedule",
        }
        part_of("workflow-run", run)
        return Response.of_json(200, {"total_count": 1, "workflow_runs": [run]})

    def _branch(self, name: str) -> Response:
        if name not in self.heads:
            return NOT_FOUND
        part_of("commit", {"sha": self.heads[name]})
        content = {"name": name, "protected": bool(self.rules.get(name) or self.protection)}
        part_of("branch-with-protection", content)
        return Response.of_json(200, {**content, "commit": {"sha": self.heads[name]}})

    def _protection(self, name: str) -> Response:
        if self.protection is None or name != "main":
            return Response.of_json(404, {"message": "Branch not protected", "status": "404"})
        return described(f"GET {ROOT}/branches/{{branch}}/protection", self.protection)

    def _owners(self) -> Response:
        if self.owners_errors is None:
            return NOT_FOUND
        return described(f"GET {ROOT}/codeowners/errors", {"errors": self.owners_errors})

    def _environment(self, name: str) -> Response:
        if name not in self.environments:
            return NOT_FOUND
        content = {
            "id": 1,
            "node_id": "E_1",
            "name": name,
            "url": "https://api.github.com",
            "html_url": "https://github.com",
            "created_at": AT,
            "updated_at": AT,
            "deployment_branch_policy": self.environments[name],
        }
        return described(f"GET {ROOT}/environments/{{environment_name}}", content)

    def _rules(self, name: str) -> Response:
        source = {"ruleset_source_type": "Repository", "ruleset_source": "harbour/backlog", "ruleset_id": 1}
        found = [{**each, **source} for each in self.rules.get(name, [])]
        return described(f"GET {ROOT}/rules/branches/{{branch}}", found)


def described(call: str, content: Any) -> Response:
    """An answer, after a look at whether GitHub's description allows it."""
    schema = rest()["calls"][call]["answers"]["200"]
    OAS30Validator({**schema, "components": rest()["components"]}).validate(content)
    return Response.of_json(200, content)


def part_of(name: str, content: Mapping[str, Any]) -> None:
    """Look at whether each value is one that GitHub's description allows in its place."""
    properties = rest()["components"]["schemas"][name]["properties"]
    for key, value in content.items():
        OAS30Validator({**properties[key], "components": rest()["components"]}).validate(value)
