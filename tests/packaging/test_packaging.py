# SPDX-License-Identifier: Apache-2.0
"""What travels in a wheel and an sdist: the program and its invented sample, never a tenant's data."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "secure_score_backlog"
MARK = b"only-in-a-tenants-data"
TENANT_FILES = (
    "decisions/BlockLegacyAuthentication.md",
    "snapshots/2026/2026-11-21.json",
    "snapshots/catalogue.json",
    "docs/reviews/2026-10.md",
    "docs/questionnaires/renewal.yml",
    "docs/evidence/restore-test.md",
    "backlog.yml",
    "build/pages/index.md",
    "demo/decisions/MFARegistrationV2.md",
    "generator/notes.md",
    ".env",
)
SDIST_TOP = {
    *("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "SECURITY.md", "pyproject.toml", "PKG-INFO"),
    *(".gitignore", "docs", "generator", "requirements"),
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("hatchling") is None, reason="needs hatchling: pip install -r requirements/build.txt"
    ),
]


def build(source: Path, target: Path, kind: str) -> Path:
    """Build a wheel or an sdist of a folder."""
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", target], cwd=source, check=True)
    (built,) = target.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return built


def in_wheel(path: Path) -> dict[str, bytes]:
    """Name and bytes of every file of a wheel."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def in_sdist(path: Path) -> dict[str, bytes]:
    """Name, below the top folder, and bytes of every file of an sdist."""
    with tarfile.open(path) as archive:
        files = [(member.name.partition("/")[2], archive.extractfile(member)) for member in archive if member.isfile()]
        return {name: file.read() for name, file in files if file}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this repository in which a tenant keeps its data, in every place where data may lie."""
    copy = tmp_path_factory.mktemp("checkout") / "copy"
    anywhere = shutil.ignore_patterns("__pycache__", ".*_cache")

    def left_out(folder: str, names: list[str]) -> set[str]:
        on_top = {".git", ".venv", "build", "dist", "demo"} if Path(folder) == ROOT else set()
        return on_top | anywhere(folder, names)

    shutil.copytree(ROOT, copy, ignore=left_out)
    for name in TENANT_FILES:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes(MARK)
    return copy


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of the wheel."""
    return in_wheel(build(checkout, tmp_path_factory.mktemp("wheel"), "wheel"))


@pytest.fixture(scope="module")
def sdist(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist."""
    return build(checkout, tmp_path_factory.mktemp("sdist"), "sdist")


def test_no_tenant_data_travels(wheel: dict[str, bytes], sdist: Path) -> None:
    """Neither archive holds a byte of what the tenant has in the same checkout."""
    for archive in (wheel, in_sdist(sdist)):
        assert archive
        assert [name for name, content in archive.items() if MARK in content] == []


def test_the_wheel_holds_the_package_and_nothing_else(wheel: dict[str, bytes], checkout: Path) -> None:
    """Every file of the package is in it: code, templates, styles, ratings, sample; and nothing beside it."""
    source = checkout / "generator" / PACKAGE
    expected = {f"{PACKAGE}/{path.relative_to(source).as_posix()}" for path in source.rglob("*") if path.is_file()}
    packed = {name for name in wheel if not name.split("/")[0].endswith(".dist-info")}
    assert packed == expected
    assert f"{PACKAGE}/py.typed" in packed
    assert [name for name in wheel if name.endswith("licenses/LICENSE")]


def test_the_sdist_holds_named_paths_only(sdist: Path) -> None:
    """It holds nothing but what `pyproject.toml` names (hatchling adds .gitignore and PKG-INFO)."""
    names = in_sdist(sdist)
    assert {name.split("/")[0] for name in names} == SDIST_TOP
    assert {name.split("/")[1] for name in names if name.startswith("docs/")} == {"adr", "method.md"}
    assert {name.split("/")[1] for name in names if name.startswith("generator/")} == {PACKAGE}


def test_the_sdist_builds_the_same_wheel(sdist: Path, wheel: dict[str, bytes], tmp_path: Path) -> None:
    """Whoever builds from the sdist gets the wheel that we built, to the byte."""
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    assert in_wheel(build(unpacked, tmp_path / "dist", "wheel")) == wheel


@pytest.mark.thorough
def test_the_wheel_runs_by_itself(wheel: dict[str, bytes], tmp_path: Path) -> None:
    """Unpacked far from the repository, the program finds all that it needs to make the sample tenant."""
    for name, content in wheel.items():
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    code = f"import sys, {PACKAGE}.cli.main as cli; print(cli.__file__); cli.main(sys.argv[1:])"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    finished = subprocess.run(
        [sys.executable, "-c", code, "demo", "tenant"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith(str(tmp_path))
    assert list((tmp_path / "tenant" / "snapshots").glob("*/*.json"))
