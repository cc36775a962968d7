# SPDX-License-Identifier: Apache-2.0
"""The program as its users have it: built into a wheel, installed into an environment of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VERSION = "97.0.0"
"""A version of the program that is installed nowhere."""


def install_wheel(folder: Path) -> Path:
    """Build the wheel of this checkout and install it below a folder; the path of `backlog` there.

    No index is asked: what the program depends on is borrowed from the environment that runs the tests, which holds
    the locked versions. The borrowed folder comes last on the path, and its own `.pth` files are not followed, so the
    program itself can only come from the wheel.
    """
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    python = borrowing_environment(folder / "environment")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--no-index", "--no-deps", str(wheel)], check=True, capture_output=True)
    where = "import secure_score_backlog as package; print(package.__file__)"
    found = subprocess.run([python, "-c", where], check=True, capture_output=True, text=True).stdout
    assert str(folder / "environment") in found, found
    return python.with_name("backlog.exe" if os.name == "nt" else "backlog")


def borrowing_environment(home: Path) -> Path:
    """Make an environment that has what the tests' own has, but not the program; the path of its Python."""
    venv.create(home, with_pip=False)
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python3")
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(subprocess.run([python, "-c", asked], check=True, capture_output=True, text=True).stdout.strip())
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "borrowed.pth").write_text("".join(f"{path}\n" for path in sorted(borrowed)), encoding="utf-8")
    return python


def program(folder: Path) -> Path:
    """What a commit of this repository holds that installing and releasing it needs, with a version of its own."""
    here = shutil.ignore_patterns("__pycache__")
    for name in ("generator", "requirements", "docs/adr", "tests/release"):
        shutil.copytree(ROOT / name, folder / name, ignore=here, dirs_exist_ok=True)
    files = ["CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "SECURITY.md", "docs/method.md"]
    for name in (*files, "action.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    package = folder / "generator" / "secure_score_backlog" / "__init__.py"
    text = package.read_text(encoding="utf-8")
    package.write_text(re.sub(r'__version__ = "[^"]*"', f'__version__ = "{VERSION}"', text), encoding="utf-8")
    return folder
