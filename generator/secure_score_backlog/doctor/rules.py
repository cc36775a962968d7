# SPDX-License-Identifier: Apache-2.0
"""The rules in force on a branch, compared with those that `backlog init` writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from secure_score_backlog.doctor.checked import Checked, not_checked, ok, warning, wrong
from secure_score_backlog.errors import BacklogError
from secure_score_backlog.github.upkeep import Rule

KINDS: Mapping[str, str] = {
    "deletion": "the branch cannot be deleted",
    "non_fast_forward": "its history cannot be rewritten",
    "pull_request": "changes come by pull request",
    "required_status_checks": "checks have to pass",
}
PARAMETERS: Mapping[str, str] = {
    "required_approving_review_count": "another person approves",
    "dismiss_stale_reviews_on_push": "a push dismisses earlier approvals",
    "require_code_owner_review": "a code owner approves",
    "require_last_push_approval": "somebody else than the last pusher approves",
    "required_review_thread_resolution": "every conversation is resolved",
}
"""What each demand is called in a sentence."""
NO_RULES = "upgrade to github"
"""In GitHub's words where the plan has no rules for branches."""


def rules(code: str, branch: str, wanted: Sequence[Mapping[str, Any]], found: Sequence[Rule] | BacklogError) -> Checked:
    """Whether a branch has at least the rules that it should have.

    Args:
        code: Of the check.
        branch: Its name.
        wanted: The rules of a ruleset that `backlog init` writes; none: nothing was promised.
        found: The rules in force, or why they are not known.
    """
    if isinstance(found, BacklogError):
        if NO_RULES in found.message.lower():
            return unprotected(code, branch, "the plan of this repository has no rules for private repositories")
        return not_checked(code, found)
    if not wanted:
        if {rule.kind for rule in found} >= {"deletion", "non_fast_forward", "pull_request"}:
            return ok(code, f"The branch {branch} is protected.")
        return unprotected(code, branch, "this backlog was set up without")
    lacking = list(missing(wanted, found))
    if lacking:
        what = f"On the branch {branch} no rule says that {'; that '.join(lacking)}."
        return wrong(code, what, "Import the file of .github/rulesets: Settings, Rules, Rulesets, Import a ruleset.")
    return ok(code, f"The branch {branch} has every rule that `backlog init` writes.")


def unprotected(code: str, branch: str, why: str) -> Checked:
    """Nothing protects a branch, and nothing was promised."""
    return warning(
        code,
        f"Nothing keeps people from pushing to the branch {branch} or from rewriting its history: {why}.",
        "With the plan Team or Enterprise Cloud: `backlog init` with --protected writes rules to import.",
    )


def missing(wanted: Iterable[Mapping[str, Any]], found: Sequence[Rule]) -> Iterator[str]:
    """What is demanded and not in force, in words. Rules of several rulesets add up."""
    for rule in wanted:
        kind = rule["type"]
        same = [each.parameters for each in found if each.kind == kind]
        if not same:
            yield KINDS[kind]
        elif kind == "pull_request":
            yield from _weaker(rule["parameters"], same)
        elif kind == "required_status_checks":
            lacking = contexts([rule["parameters"]]) - contexts(same)
            yield from (f"the check {name} has to pass" for name in sorted(lacking))


def _weaker(wanted: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for name, value in wanted.items():
        if not any(_is_enough(value, each.get(name)) for each in found):
            yield PARAMETERS[name]


def _is_enough(wanted: bool | int, found: object) -> bool:
    if isinstance(wanted, bool):
        return found is True
    try:
        return not isinstance(found, bool) and int(found) >= wanted  # type: ignore[call-overload]
    except (TypeError, ValueError):
        return False


def contexts(parameters: Iterable[Mapping[str, Any]]) -> set[str]:
    """The checks that rules require, by the name of the job."""
    listed = (each.get("required_status_checks") for each in parameters)
    checks = (check for each in listed if isinstance(each, list) for check in each if isinstance(check, dict))
    return {name for check in checks if isinstance(name := check.get("context"), str)}


def required_check(found: Sequence[Rule] | BacklogError, jobs: Iterable[str], *, promised: bool, name: str) -> Checked:
    """Whether the checks that block a merge are ones that run.

    Args:
        found: The rules in force on the main branch, or why they are not known.
        jobs: Names of the jobs that run for a pull request.
        promised: Whether `backlog init` wrote rules.
        name: The check that those require.
    """
    code = "required-check"
    if isinstance(found, BacklogError):
        return not_checked(code, found)
    required = contexts(each.parameters for each in found if each.kind == "required_status_checks")
    absent = sorted(required - set(jobs))
    if absent:
        return warning(
            code,
            f"No workflow here has a job of this name, so a pull request waits for it: {', '.join(absent[:5])}.",
            "Name the job so, or take the check out of the rule. Where an app reports it, nothing has to be done.",
        )
    if name in required:
        return ok(code, f"A pull request has to pass the check {name} before it is merged.")
    what = "No check has to pass before a pull request is merged: a decision with errors can be."
    fix = f"Settings, Rules, Rulesets: require the status check {name}."
    return wrong(code, what, fix) if promised else warning(code, what, fix)
