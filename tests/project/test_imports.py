# SPDX-License-Identifier: Apache-2.0
"""The rules for imports (`tool.importlinter` and ruff's banned names in pyproject.toml) notice what they forbid.

`make lint` holds the package itself against them; here a copy of it breaks each one.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {contract["name"]: contract for contract in PROJECT["tool"]["importlinter"]["contracts"]}
NAME = "secure_score_backlog"

BROKEN = {
    "Imports point one way": [
        ("decisions/a.py", f"from {NAME}.evaluation.ledger import x"),
        ("snapshots/a.py", f"from {NAME}.decisions import model"),
        ("evaluation/a.py", f"def late() -> None:\n    import {NAME}.site.links"),
        ("site/a.py", f"from {NAME}.graph.client import x"),
        ("reports/a.py", f"from {NAME}.site.markdown import x"),
        ("site/a.py", f"from {NAME}.evidence import blocks"),
        ("graph/a.py", f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from {NAME}.sample import tenant"),
    ],
    "Only graph/, github/ and their HTTP client ask the network": [
        ("cli/a.py", "import requests"),
        ("site/a.py", "from socket import socket"),
    ],
    "Processes are started in five places": [("graph/a.py", "from subprocess import run")],
    "Only evidence/ verifies signatures": [
        ("git.py", "from pysequoia import verify"),
        ("cli/verify.py", "from cryptography import x509"),
    ],
    "Git has one reader": [("workspace.py", "import git")],
    "YAML has one reader": [("settings.py", "from ruamel.yaml import YAML")],
    "Only site/ makes pages": [("exports/a.py", "import jinja2"), ("cli/a.py", "from mkdocs.commands import build")],
    "Only exports/ writes other programs' formats": [("site/pages/a.py", "import xlsxwriter")],
    "One place sets a PDF": [("evidence/report.py", "import typst")],
    "Only cli/ talks to the terminal": [("evaluation/a.py", "from rich.table import Table")],
    "Rules and pages are computed from values": [
        ("evaluation/a.py", "from pathlib import Path"),
        ("decisions/checks.py", "import os.path"),
        ("snapshots/a.py", "import random"),
        ("site/pages/a.py", "from pathlib import Path"),
        ("site/charts/a.py", "from time import monotonic"),
        ("exports/a.py", "import os"),
        ("reports/a.py", "import os"),
    ],
    "Evaluation reads nothing itself": [
        ("evaluation/a.py", f"from {NAME}.files import write_set"),
        ("evaluation/b.py", "import msgspec"),
    ],
}
"""Imports that break a contract, each in a module of a copy of the package."""

READS = {
    "read_text", "read_bytes", "write_text", "write_bytes", "open", "rglob", "glob", "iterdir", "walk", "listdir",
    "scandir", "copy", "copyfile", "copytree", "move", "symlink_to", "hardlink_to",
}  # fmt: skip
"""Calls that reach the disk."""
OPEN_THEMSELVES = {
    "files.py": "the one place",
    "cache.py": "the package's own code",
    "content/__init__.py": "the package's own data",
    "data_repository/written.py": "the package's own data",
    "evidence/guide.py": "the package's own data",
    "evidence/packing.py": "the site that it has just built",
    "evidence/pages.py": "the theme's own files",
    "evidence/remaking.py": "a folder that it has just made, and members of an archive, in memory",
    "evidence/signatures.py": "the package's own data",
    "evidence/letters.py": "the package's own data",
    "evidence/report_pdf.py": "the package's own data",
    "kept_pages.py": "the names of the libraries that are installed",
    "licences.py": "the package's own data",
    "program.py": "the package's own files, and what the installer recorded",
    "ratings.py": "the package's own data",
    "sample/": "the package's own data, and a new repository",
    "site/guide.py": "writes this repository's guide, for maintainers",
    "site/schemas.py": "writes the package's schemas, for maintainers",
    "site/leaks.py": "members of an archive, in memory",
    "site/registry.py": "the package's own data",
    "site/builder.py": "a folder that it has just made, or that it knows as its own",
    "site/child.py": "the builder's own process",
    "cli/serve.py": "names and times of files, no contents",
    "cli/demo.py": "a folder that it has just made",
    "strict_yaml.py": "its `open` begins a list or mapping",
}
"""Modules that may call them, with the reason."""

CLOCKS = ["import time\nnow = time.time()", "from datetime import date\nnow = date.today()"]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """What import-linter says about a copy of the package in a folder."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache", "--config", str(ROOT / "pyproject.toml")],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder with a copy of the package's modules."""
    shutil.copytree(ROOT / "generator", tmp_path / "copy", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "copy"


def test_every_contract_is_tried() -> None:
    """A contract that no import here breaks might forbid nothing."""
    assert set(BROKEN) == set(CONTRACTS)


def test_the_package_keeps_every_contract(copied: Path) -> None:
    """As it is, nothing is broken."""
    finished = lint_imports(copied)
    assert finished.returncode == 0, finished.stdout
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in finished.stdout


@pytest.mark.parametrize("contract", BROKEN)
def test_a_wrong_import_breaks_its_contract(copied: Path, contract: str) -> None:
    """In functions and for types only, too; each is named with its module."""
    names = []
    for number, (path, line) in enumerate(BROKEN[contract]):
        existing = copied / NAME / path
        module = existing if existing.exists() else existing.with_name(f"wrong_{number}.py")
        with module.open("a", encoding="utf-8") as text:
            text.write(f"\n{line}\n")
        names.append(".".join(module.relative_to(copied).with_suffix("").parts))
    finished = lint_imports(copied)
    assert finished.returncode != 0
    assert f"{contract} BROKEN" in finished.stdout
    assert [name for name in names if f"{name} -> " not in finished.stdout] == []


def test_every_library_has_an_owner() -> None:
    """What the program depends on is named by a contract, or listed here with the reason why it needs none."""
    anywhere = {
        "filelock",  # kept from rules and pages below
        "mkdocs-material",  # a theme, which is not imported
        "msgspec",  # JSON, wherever it is read
    }
    packages = {"gitpython": "git", "pyjwt": "jwt", "rfc3161-client": "rfc3161_client", "ruamel-yaml": "ruamel"}
    named = {module for contract in CONTRACTS.values() for module in contract.get("forbidden_modules", ())}
    wanted = [Requirement(line).name.replace(".", "-") for line in PROJECT["project"]["dependencies"]]
    assert [name for name in wanted if name not in anywhere and packages.get(name, name) not in named] == []
    assert anywhere <= set(wanted)


@pytest.mark.parametrize("code", CLOCKS)
@pytest.mark.parametrize(("place", "faults"), [("evaluation", 1), ("graph", 1), ("cli", 0)])
def test_only_commands_read_the_clock(code: str, place: str, faults: int) -> None:
    """The linter refuses it elsewhere: the same data gives the same pages on any day."""
    file = f"generator/{NAME}/{place}/a.py"
    finished = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--no-cache", "--stdin-filename", file, "-"],
        cwd=ROOT,
        input=code,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert finished.stdout.count("TID251") == faults, finished.stdout


def test_files_are_read_in_one_place() -> None:
    """Elsewhere a link could lead out of the folder, and a pipe would wait for ever: `files.py` opens files."""
    package = ROOT / "generator" / NAME
    found = []
    for module in sorted(package.rglob("*.py")):
        path = module.relative_to(package).as_posix()
        if not path.startswith(tuple(OPEN_THEMSELVES)):
            found += [f"{path}:{line} {name}" for line, name in calls(module.read_text(encoding="utf-8"))]
    assert found == []
    assert calls("import os\nopen('a')\nPath('a').read_text()\nos.walk('.')\nread_file(a, b)") == [
        (2, "open"), (3, "read_text"), (4, "walk"),
    ]  # fmt: skip


def calls(code: str) -> list[tuple[int, str]]:
    """Line and name of each call that reaches the disk."""
    called = [(node.lineno, node.func) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    names = [(line, func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")) for line, func in called]
    return sorted((line, name) for line, name in names if name in READS)


PRINTS = {"print", "echo", "secho", "echo_via_pager", "style", "Console", "pprint"}
"""Calls that print, or make something that does."""
STREAMS = {("sys", "stdout"), ("sys", "stderr"), ("sys", "__stdout__"), ("sys", "__stderr__")}
OUTPUT = "cli/output.py"


def printing(source: str) -> list[str]:
    """What in a module prints by itself: calls by their names, and streams whose `write` is called."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        holder = ast.unparse(function.value) if isinstance(function, ast.Attribute) else ""
        stream = tuple(holder.split(".")[:2]) in STREAMS and name in {"write", "writelines"}
        if name in PRINTS or stream or (name == "write" and holder == "os"):
            found.append(ast.unparse(function))
    return found


def test_text_has_one_way_out() -> None:
    """Ids and titles of others reach a terminal or a log through `cli/output.py` alone, which escapes them."""
    package = ROOT / "generator" / NAME
    modules = {path.relative_to(package).as_posix(): path for path in package.rglob("*.py")}
    generators = {"sample/cut.py", "site/schemas.py", "site/guide.py", "site/registry.py"}  # run by make, for us alone
    found = {name: printing(path.read_text(encoding="utf-8")) for name, path in modules.items()}
    assert found.pop(OUTPUT)
    assert {name for name, calls in found.items() if calls} - generators == set()


@pytest.mark.parametrize(
    "source",
    [
        "print('x')",
        "click.echo('x')",
        "click.secho('x')",
        "sys.stderr.write('x')",
        "sys.stdout.buffer.write(b'x')",
        "rich.console.Console().log('x')",
        "from rich.console import Console\nConsole(file=sys.stdout).print(page)",
        "os.write(1, b'x')",
    ],
)
def test_another_way_out_is_noticed(source: str) -> None:
    """Each way to print around `cli/output.py`."""
    assert printing(source)
