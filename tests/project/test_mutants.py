# SPDX-License-Identifier: Apache-2.0
"""`make mutants` reaches the modules and tests that it names, and fails where too many faults go unnoticed."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from tests.mutants.__main__ import report

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]


@pytest.mark.parametrize("pattern", [*SETTINGS["only_mutate"], *SETTINGS["do_not_mutate"]])
def test_every_pattern_names_a_module(pattern: str) -> None:
    """A module that was moved would be left out without a word."""
    assert list((ROOT / "generator").glob(pattern))


def test_the_tests_that_are_asked_exist() -> None:
    """These run after each fault."""
    assert [path for path in SETTINGS["pytest_add_cli_args_test_selection"] if not (ROOT / path).exists()] == []


@pytest.mark.parametrize(
    ("codes", "ended", "said"),
    [
        ([1] * 9 + [0], 0, "All: 9 of 10 noticed, 90.0 %; 0 not tried."),
        ([1] * 8 + [0], 1, "All: 8 of 9 noticed, 88.9 %; 0 not tried."),
        ([1] * 8 + [33, 5], 1, "All: 8 of 10 noticed, 80.0 %; 0 not tried."),
        ([1, None], 0, "All: 1 of 1 noticed, 100.0 %; 1 not tried."),
        ([None], 1, "All: 0 of 0 noticed, 0.0 %; 1 not tried."),
        ([], 1, "All: 0 of 0 noticed, 0.0 %; 0 not tried."),
    ],
)
def test_the_report_fails_below_ninety_percent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], codes: list[int | None], ended: int, said: str
) -> None:
    """What no test ran on counts as unnoticed; where nothing was tried, nothing is proven."""
    package = tmp_path / "secure_score_backlog"
    for place, part in (("evaluation/ledger.py.meta", codes[::2]), ("settings.py.meta", codes[1::2])):
        (package / place).parent.mkdir(parents=True, exist_ok=True)
        found = {"exit_code_by_key": {str(number): code for number, code in enumerate(part)}}
        (package / place).write_text(json.dumps(found), encoding="utf-8")
    assert report(tmp_path) == ended
    told = capsys.readouterr().out
    assert said in told
    assert ("evaluation: " in told) == any(code is not None for code in codes[::2])
