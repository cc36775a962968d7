# SPDX-License-Identifier: Apache-2.0
"""How a repository on GitHub is set up and whether its schedule runs: what REST says, as values.

Only read. A value that an answer lacks is None or empty; an answer that is no answer to the question is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from secure_score_backlog.approvals import read_time
from secure_score_backlog.git import COMMIT
from secure_score_backlog.github.client import GitHub, whole, words_of
from secure_score_backlog.github.errors import unusable

MOST_NUMBER = 100
"""Rulesets, checks and faults that are looked at; more than any repository has."""


@dataclass(frozen=True, slots=True)
class About:
    """The repository itself."""

    owner_number: int | None
    number: int | None
    branch: str
    """The default branch."""


def about(github: GitHub) -> About:
    """What GitHub says of the repository."""
    found = _asked(github, "")
    owner = found.get("owner")
    branch = found.get("default_branch")
    if not isinstance(branch, str) or not branch:
        raise unusable("it names no default branch", github.address.rest(""))
    return About(whole(owner.get("id")) if isinstance(owner, dict) else None, whole(found.get("id")), branch)


@dataclass(frozen=True, slots=True)
class SubjectForm:
    """What the subject of a workflow's OIDC token begins with."""

    prefix: str
    """Such as `repo:OWNER/NAME`; empty where GitHub does not say."""
    usual: bool
    """The repository has no template of its own for it."""


def subject_form(github: GitHub) -> SubjectForm:
    """Which form of the subject GitHub presents. `use_immutable_subject` is not asked: it was seen to be wrong."""
    place = "actions/oidc/customization/sub"
    found = _asked(github, place)
    prefix = found.get("sub_claim_prefix")
    known = prefix if isinstance(prefix, str) and prefix.isprintable() and len(prefix) < 500 else ""
    return SubjectForm(known.rstrip(":"), found.get("use_default") is not False)


@dataclass(frozen=True, slots=True)
class Head:
    """The tip of a branch."""

    commit: str
    protected: bool
    """By classic branch protection or by a ruleset."""


def head_of(github: GitHub, branch: str) -> Head | None:
    """The tip of a branch; None where there is no such branch."""
    place = f"branches/{_quoted(branch)}"
    found = _found(github, place)
    if found is None:
        return None
    commit = found.get("commit")
    oid = commit.get("sha") if isinstance(commit, dict) else None
    if not isinstance(oid, str) or not COMMIT.fullmatch(oid.encode()):
        raise unusable("it names no commit", github.address.rest(place))
    return Head(oid, found.get("protected") is True)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in force on a branch, as a ruleset says it."""

    kind: str
    parameters: Mapping[str, Any]


def rules_of(github: GitHub, branch: str) -> tuple[Rule, ...]:
    """Every rule of a ruleset that is in force on a branch, of the repository or above it."""
    found = github.get_all(f"rules/branches/{_quoted(branch)}")
    return tuple(_rules(each for each in found if isinstance(each, dict)))


def _rules(listed: Iterator[dict[str, Any]]) -> Iterator[Rule]:
    for each in listed:
        kind, parameters = each.get("type"), each.get("parameters")
        if isinstance(kind, str):
            yield Rule(kind, parameters if isinstance(parameters, dict) else {})


def protection_of(github: GitHub, branch: str) -> tuple[Rule, ...]:
    """The same of a classic branch protection; none where there is none.

    GitHub shows it to administrators only.
    """
    found = _found(github, f"branches/{_quoted(branch)}/protection")
    return () if found is None else tuple(_classic(found))


def _classic(found: Mapping[str, Any]) -> Iterator[Rule]:
    """A classic protection in the words of rulesets."""
    if not _enabled(found.get("allow_deletions")):
        yield Rule("deletion", {})
    if not _enabled(found.get("allow_force_pushes")):
        yield Rule("non_fast_forward", {})
    reviews = found.get("required_pull_request_reviews")
    if isinstance(reviews, dict):
        named = {
            "required_approving_review_count": reviews.get("required_approving_review_count"),
            "dismiss_stale_reviews_on_push": reviews.get("dismiss_stale_reviews"),
            "require_code_owner_review": reviews.get("require_code_owner_reviews"),
            "require_last_push_approval": reviews.get("require_last_push_approval"),
            "required_review_thread_resolution": _enabled(found.get("required_conversation_resolution")),
        }
        yield Rule("pull_request", named)
    checks = found.get("required_status_checks")
    if isinstance(checks, dict):
        contexts = checks.get("contexts")
        named_checks = [{"context": each} for each in contexts] if isinstance(contexts, list) else []
        yield Rule("required_status_checks", {"required_status_checks": named_checks})


def _enabled(found: Any) -> bool:
    return isinstance(found, dict) and found.get("enabled") is True


@dataclass(frozen=True, slots=True)
class OwnersFault:
    """What GitHub cannot understand in CODEOWNERS."""

    line: int
    kind: str


def owners_faults(github: GitHub, branch: str) -> tuple[OwnersFault, ...] | None:
    """What is wrong with CODEOWNERS on a branch; None where there is no such file."""
    found = _found(github, f"codeowners/errors?ref={quote(branch, safe='')}")
    if found is None:
        return None
    listed = found.get("errors")
    if not isinstance(listed, list):
        raise unusable("it holds no list of errors", github.address.rest("codeowners/errors"))
    return tuple(
        OwnersFault(whole(each.get("line")) or 0, words_of(each.get("kind"), 80))
        for each in listed[:MOST_NUMBER]
        if isinstance(each, dict)
    )


def workflows_may_approve(github: GitHub) -> bool:
    """Whether workflows may create and approve pull requests: GitHub has one setting for both."""
    place = "actions/permissions/workflow"
    said = _asked(github, place).get("can_approve_pull_request_reviews")
    if not isinstance(said, bool):
        raise unusable("it does not say whether workflows may approve", github.address.rest(place))
    return said


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment of the repository."""

    limited: bool
    """Only some branches may use it."""


def environment(github: GitHub, name: str) -> Environment | None:
    """An environment; None where there is none."""
    found = _found(github, f"environments/{quote(name, safe='')}")
    return None if found is None else Environment(isinstance(found.get("deployment_branch_policy"), dict))


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a workflow."""

    at: datetime
    done: bool
    conclusion: str
    """Such as success, failure, skipped; empty while it runs."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A workflow with a schedule."""

    state: str
    """As GitHub names it: active, disabled_inactivity, disabled_manually."""
    last: Run | None
    """The last run that the schedule started."""


def schedule_of(github: GitHub, file: str) -> Scheduled | None:
    """A workflow by the name of its file, with its last scheduled run; None where GitHub has no such workflow."""
    place = f"actions/workflows/{quote(file, safe='')}"
    found = _found(github, place)
    if found is None:
        return None
    state = words_of(found.get("state"), 40)
    runs = f"{place}/runs"
    listed = _asked(github, runs, {"event": "schedule", "per_page": "1"}).get("workflow_runs")
    if not isinstance(listed, list):
        raise unusable("it holds no list of runs", github.address.rest(runs))
    return Scheduled(state, _run(github, listed[0], runs) if listed else None)


def _run(github: GitHub, found: Any, place: str) -> Run:
    content = _mapping(github, found, place)
    at = read_time(content.get("created_at"))
    if at is None:
        raise unusable("it holds a run without a time", github.address.rest(place))
    done = content.get("status") == "completed"
    return Run(at, done, words_of(content.get("conclusion"), 40))


def _asked(github: GitHub, place: str, query: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    return _mapping(github, github.get(place, query), place)


def _found(github: GitHub, place: str) -> Mapping[str, Any] | None:
    """None where GitHub has nothing there, or does not show it to this token."""
    answer = github.find(place)
    return None if answer is None else _mapping(github, answer, place)


def _mapping(github: GitHub, found: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise unusable("it is not an object", github.address.rest(place))
    return found


def _quoted(branch: str) -> str:
    return quote(branch, safe="/")
