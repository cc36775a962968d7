# SPDX-License-Identifier: Apache-2.0
"""Two implementations of docs/method.md, one of them naive and from the text alone, agree on every figure."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.second.comparing import differences, disagreements
from tests.second.inventing import invented
from tests.second.population import kinds

HERE = Path(__file__).parent
NOW = date(2026, 12, 31)
"""Only counts where there is neither a snapshot nor a commit."""


def asked(root: Path, *arguments: str) -> dict[str, Any]:
    """What `backlog status --json` prints."""
    command = [sys.executable, "-m", "secure_score_backlog", "status", "--json", "--root", str(root), *arguments]
    finished = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    found: dict[str, Any] = json.loads(finished.stdout)
    return found


def all_at_once(root: Path) -> Callable[..., dict[str, Any]]:
    """The same for today and for every month, from reading the folder once."""
    from secure_score_backlog.evaluation.facts import evaluate  # noqa: PLC0415
    from secure_score_backlog.exports.json import encode, plain_facts  # noqa: PLC0415
    from secure_score_backlog.workspace import load  # noqa: PLC0415 - only the tests know the product

    workspace = load(root, today=NOW)
    today = evaluate(workspace, workspace.newest_day, months=None)
    facts = {"today": today, **{review.month: review.facts for review in today.reviews}}

    def printed(_: Path, *arguments: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(encode(plain_facts(facts[arguments[1] if arguments else "today"])))
        return found

    return printed


def test_the_second_implementation_knows_nothing_of_the_first() -> None:
    """It imports neither the product nor anything that does; only this file runs the product."""
    for file in HERE.glob("*.py"):
        names = set()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module or "")
        foreign = {name for name in names if name.startswith(("secure_score_backlog", "tests."))}
        own = {name for name in foreign if name.startswith("tests.second.")}
        assert foreign == own or file == Path(__file__), file


@pytest.mark.slow
def test_both_agree_on_the_sample_tenant_in_every_month(sample_tenant: Path) -> None:
    """Fifteen months of an invented company, and today."""
    root = sample_tenant
    printed = all_at_once(root)
    assert disagreements(root, printed) == []
    for arguments in ((), ("--month", "2026-03")):
        assert asked(root, *arguments) == printed(root, *arguments)


def audited(root: Path) -> dict[str, str]:
    """Each commit, and what it is, as `backlog audit --json` prints it."""
    command = [sys.executable, "-m", "secure_score_backlog", "audit", "--json", "--sample", "0", "--root", str(root)]
    finished = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    said = json.loads(finished.stdout)
    found = {each["commit"]: each["kind"] for each in said["commits"]}
    assert len(found) == len(said["commits"]) == said["counts"]["total"]
    return found


@pytest.mark.slow
def test_both_agree_on_who_approved_what(tmp_path: Path, sample_tenant: Path) -> None:
    """Every commit of the sample tenant, and of a repository with every kind of pull request."""
    root = sample_tenant
    assert audited(root) == kinds(root)
    made = every_kind(tmp_path / "kinds")
    found = audited(made)
    assert found == kinds(made)
    assert set(found.values()) == {"snapshot", "approved", "beginning", "exception"}


@pytest.mark.slow
def test_both_agree_on_which_records_speak_for_a_commit(tmp_path: Path) -> None:
    """A repository without GitHub, with every kind of record."""
    from tests.support.attested import shop  # noqa: PLC0415 - only the tests know the product

    made, _ = shop(tmp_path / "shop")
    found = audited(made.folder)
    assert found == kinds(made.folder)
    assert "attested" in found.values()


def every_kind(folder: Path) -> Path:
    """A repository with pull requests that are approved, and in every way not."""
    from tests.support.audited import Tenant  # noqa: PLC0415 - only the tests know the product

    tenant = Tenant(folder)
    tenant.snapshot(date(2026, 10, 1))
    for how in ("merge", "squash", "rebase"):
        for reviews in (
            [("approver", "approved")],
            [("writer", "approved")],
            [("helper", "approved"), ("approver", "late")],
            [("approver", "stale"), ("other", "withdrawn")],
            [("approver", "withdrawn"), ("other", "approved")],
            [],
        ):
            tenant.pull_request(*reviews, how=how, contributors=("helper",))
    tenant.commit("Direct (#7)", "decisions/X.md")
    tenant.commit("Empty")
    tenant.write_record()
    return folder


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**9))
def test_both_agree_on_random_tenants(seed: int) -> None:
    """Degraded days, missing maxima, m = 0, p > m, claims, totals; drafts, withdrawals, renewals, errors."""
    with TemporaryDirectory() as folder:
        root = Path(folder) / "tenant"
        invented(seed).write(root)
        assert disagreements(root, all_at_once(root)) == []


def test_a_difference_is_found_and_named() -> None:
    """The comparison itself can fail."""
    assert differences({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}) == ["/a/1/b: 2.0 here, 3 there"]
    assert differences({"a": 1}, {}) == ["/a: 1 here, None there"]
    assert differences([1], [1, 2]) == [": [1] here, [1, 2] there"]
    assert differences(1, 1 + 1e-12) == []
