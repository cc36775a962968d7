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
def test_both_agree_on_the_sample_tenant_in_every_month(tmp_path: Path) -> None:
    """Fifteen months of an invented company, and today."""
    root = tmp_path / "tenant"
    subprocess.run([sys.executable, "-m", "secure_score_backlog", "demo", str(root)], check=True, capture_output=True)
    printed = all_at_once(root)
    assert disagreements(root, printed) == []
    for arguments in ((), ("--month", "2026-03")):
        assert asked(root, *arguments) == printed(root, *arguments)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
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
