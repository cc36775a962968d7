# SPDX-License-Identifier: Apache-2.0
"""Rooms stay small and have names: the hard stops of the house (the aims are 300 lines a module, 40 a function)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "generator" / "secure_score_backlog"

LONGEST_MODULE = 320
LONGEST_FUNCTION = 60
TOO_WIDE = {"utils", "util", "helpers", "helper", "common", "manager", "core", "base", "misc", "shared"}
"""Words so wide that every line could belong there, and so sooner or later does."""


def faults(package: Path) -> list[str]:
    """Every module and function that is too long and every name that is too wide, as `path:line: why`."""
    found = []
    for path in sorted(package.rglob("*")):
        place = path.relative_to(package).as_posix()
        if path.suffix == ".py" or path.is_dir():
            found += [f"{place}:1: a room without a name"] if path.stem.strip("_") in TOO_WIDE else []
        if path.suffix != ".py":
            continue
        text = path.read_text(encoding="utf-8")
        lines = text.count("\n")
        found += [f"{place}:1: {lines} lines"] if lines > LONGEST_MODULE else []
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                found += [f"{place}:{node.lineno}: {node.name} has {length} lines"] if length > LONGEST_FUNCTION else []
    return found


def test_nothing_is_too_long_or_too_wide() -> None:
    """Every module, function and name of the package keeps within the limits."""
    assert faults(PACKAGE) == []


@pytest.mark.parametrize("place", ["tests", "generator"])
def test_no_folder_without_a_name(place: str) -> None:
    """Tests keep to the same words."""
    assert [path for path in (ROOT / place).rglob("*.py") if path.stem.strip("_") in TOO_WIDE] == []


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("long.py", "x = 1\n" * (LONGEST_MODULE + 1), "long.py:1: 321 lines"),
        ("a.py", "\ndef f():\n" + "    x = 1\n" * LONGEST_FUNCTION, "a.py:2: f has 61 lines"),
        ("utils.py", "", "utils.py:1: a room without a name"),
        ("helpers/a.py", "", "helpers:1: a room without a name"),
    ],
)
def test_each_limit_can_be_broken(tmp_path: Path, path: str, text: str, why: str) -> None:
    """A module that breaks a limit is named with its place."""
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text(text, encoding="utf-8")
    assert faults(tmp_path) == [why]
