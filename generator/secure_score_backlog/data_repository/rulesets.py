# SPDX-License-Identifier: Apache-2.0
"""The rules of the branches, as GitHub imports them: Settings, Rules, Rulesets, *Import a ruleset*."""

from __future__ import annotations

import json
from typing import Any

from secure_score_backlog.data_repository.choices import Choices

CHECK = "check"
"""The job of the check of pull requests, which the main branch requires."""


def main_ruleset() -> dict[str, Any]:
    """The main branch: by pull request, approved by another person, checked."""
    reviewed = {
        "required_approving_review_count": 1,
        "dismiss_stale_reviews_on_push": True,
        "require_code_owner_review": True,
        "require_last_push_approval": True,
        "required_review_thread_resolution": True,
    }
    checked = {"strict_required_status_checks_policy": False, "required_status_checks": [{"context": CHECK}]}
    return ruleset(
        "Main branch: by pull request",
        "~DEFAULT_BRANCH",
        {"type": "pull_request", "parameters": reviewed},
        {"type": "required_status_checks", "parameters": checked},
    )


def snapshots_ruleset(branch: str) -> dict[str, Any]:
    """The snapshots' own branch: nobody deletes it or rewrites its history, but the scheduled run may add to it."""
    return ruleset("Snapshots: history is kept", f"refs/heads/{branch}")


def ruleset(name: str, branch: str, *rules: dict[str, Any]) -> dict[str, Any]:
    """Rules of one branch that nobody may bypass; its history is kept in any case."""
    return {
        "name": name,
        "target": "branch",
        "enforcement": "active",
        "bypass_actors": [],
        "conditions": {"ref_name": {"include": [branch], "exclude": []}},
        "rules": [{"type": "deletion"}, {"type": "non_fast_forward"}, *rules],
    }


def ruleset_files(choices: Choices) -> dict[str, str]:
    """Every ruleset to import, by path."""
    if not choices.protected:
        return {}
    found = {"main": main_ruleset(), choices.branch: snapshots_ruleset(choices.branch)}
    return {
        f".github/rulesets/{name}.json": json.dumps(rules, indent=2, ensure_ascii=False) + "\n"
        for name, rules in found.items()
    }
