# SPDX-License-Identifier: Apache-2.0
"""Imports point inwards only: model <- rules <- views, the edges beside them, `commands` above all (design §3).

Also: who may use which library, and that what is pure cannot reach a disk, a clock, a network or Git.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "generator" / "secure_score_backlog"
NAME = PACKAGE.name

ROOMS = {
    "model": {"model"},
    "rules": {"rules", "model", "errors"},
    "views": {"views", "rules", "model", "errors"},
    "collect": {"collect", "rules", "model", "errors", "version"},
    "records": {"records", "rules", "model", "errors", "version"},
    "sample": {"sample", "records", "rules", "model", "errors", "version"},
    "commands": {"commands", "sample", "collect", "records", "views", "rules", "model", "writer", "errors", "version"},
    "writer": {"model", "errors"},
    "cli": {"commands", "errors", "version"},
    "errors": set(),
    "version": set(),
    "__main__": {"cli"},
}
"""What each room, or door, may import of this package. `version` is the package's own `__init__`."""

LIBRARIES = {
    "requests": {"collect"},
    "msal": {"collect"},
    "git": {"records"},
    "gitdb": {"records"},
    "ruamel": {"records"},
    "jinja2": {"views"},
    "nh3": {"views"},
    "markdown": {"views"},
    "mkdocs": {"commands"},
    "click": {"commands", "cli"},
    "rich": {"commands", "cli", "views"},
    "xlsxwriter": {"views"},
}
"""Where a library may be imported; one that is not listed may be imported anywhere but in a pure room."""

PURE = {
    "model": {"msgspec"},
    "rules": {"msgspec"},
    "views": {"jinja2", "markdown", "markupsafe", "nh3", "rich", "xlsxwriter"},
}
"""The rooms without disk, network, Git or chance, and the only libraries they may use."""

IMPURE = set(
    "asyncio glob http locale multiprocessing os pathlib random secrets shutil socket sqlite3 ssl subprocess "
    "tempfile threading time urllib.request uuid".split()
)
"""Parts of the standard library that reach out of a pure room."""

CLOCKS = {"now", "today", "utcnow"}


def room_of(parts: tuple[str, ...]) -> str:
    """The room of a module, from its path or dotted name below the package; a door's own name for the doors."""
    first = parts[0].removesuffix(".py") if parts else "__init__"
    return "version" if first == "__init__" else first


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything a module imports, also within functions and for types only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            if module == NAME:  # from the package itself: a room, a door, or a name such as __version__
                yield from ((node.lineno, f"{NAME}.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, module


def fault(room: str, name: str) -> str | None:
    """What is wrong with a room importing a name; None when nothing is."""
    top, *rest = name.split(".")
    if name.startswith("."):
        return "relative import: say the room in full"
    if top == NAME:
        target = "version" if rest in ([], ["__version__"]) else room_of(tuple(rest))
        return None if target in ROOMS[room] else f"{room} may not import {target}"
    if room not in LIBRARIES.get(top, {room}):
        return f"{top} belongs to {' and '.join(sorted(LIBRARIES[top]))}"
    if room in PURE and ({top, name} & IMPURE or top not in PURE[room] | sys.stdlib_module_names):
        return f"{room} is pure: no {name}"
    return None


def clocks(tree: ast.AST) -> Iterator[int]:
    """Lines on which the clock is read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
            yield node.lineno


def faults(package: Path) -> list[str]:
    """Every import that points outwards and every look at the clock outside `commands`, as `path:line: why`."""
    found = []
    for path in sorted(package.rglob("*.py")):
        place = path.relative_to(package)
        room = room_of(place.parts)
        if room not in ROOMS:
            found.append(f"{place.as_posix()}:1: {room} is not a room of the house")
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for line, name in imported(tree):
            if why := fault(room, name):
                found.append(f"{place.as_posix()}:{line}: {why}")
        if room != "commands":
            found.extend(f"{place.as_posix()}:{line}: only commands read the clock" for line in clocks(tree))
    return found


def test_imports_point_inwards() -> None:
    """No module of the package imports outwards, uses another room's library or reads the clock."""
    assert faults(PACKAGE) == []


def test_every_room_is_seen() -> None:
    """The walk meets every room of the table, so that an empty list of faults means something."""
    seen = {room_of(path.relative_to(PACKAGE).parts) for path in PACKAGE.rglob("*.py")}
    assert {"model", "rules", "views", "collect", "records", "sample", "commands", "cli", "errors"} <= seen


@pytest.mark.parametrize(
    ("path", "line", "why"),
    [
        ("model/a.py", f"from {NAME}.rules.b import c", "model may not import rules"),
        ("rules/a.py", f"from {NAME}.records.b import c", "rules may not import records"),
        ("rules/a.py", f"from {NAME} import records", "rules may not import records"),
        ("rules/a.py", f"import {NAME}.views.b", "rules may not import views"),
        ("rules/a.py", "from pathlib import Path", "rules is pure: no pathlib"),
        ("views/a.py", "def f():\n    import subprocess", "views is pure: no subprocess"),
        ("views/a.py", "from urllib.request import urlopen", "views is pure: no urllib.request"),
        ("views/a.py", "import requests", "requests belongs to collect"),
        ("rules/a.py", "import numpy", "rules is pure: no numpy"),
        ("records/a.py", "import msal", "msal belongs to collect"),
        ("records/a.py", f"from {NAME}.collect.graph import fetch", "records may not import collect"),
        ("collect/a.py", "from git import Repo", "git belongs to records"),
        ("commands/a_.py", "from ruamel.yaml import YAML", "ruamel belongs to records"),
        ("collect/a.py", f"from {NAME}.sample.tenant import x", "collect may not import sample"),
        ("cli.py", f"from {NAME}.sample import x", "cli may not import sample"),
        ("rules/a.py", "from .b import c", "relative import: say the room in full"),
        ("rules/a.py", "today = date.today()", "only commands read the clock"),
        ("utils.py", "", "utils is not a room of the house"),
    ],
)
def test_an_outward_import_is_found(tmp_path: Path, path: str, line: str, why: str) -> None:
    """In a house that was built wrong, the fault is named with its place."""
    module = tmp_path / path
    module.parent.mkdir(parents=True, exist_ok=True)
    module.write_text(line + "\n", encoding="utf-8")
    assert faults(tmp_path) == [f"{path}:{line.count(chr(10)) + 1}: {why}"]


def test_a_sound_house_has_no_faults(tmp_path: Path) -> None:
    """What the table allows is not called a fault."""
    for path, line in {
        "rules/a.py": f"from {NAME}.model.b import c\nfrom datetime import date",
        "commands/a_.py": f"from {NAME}.sample.tenant import c\nimport click\nnow = datetime.now(UTC)",
        "collect/a.py": f"from {NAME} import __version__\nimport requests",
        "records/a.py": f"from {NAME}.rules.b import c\nfrom ruamel.yaml import YAML\nimport git",
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(line, encoding="utf-8")
    assert faults(tmp_path) == []
