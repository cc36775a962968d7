# SPDX-License-Identifier: Apache-2.0
"""Makes the files of a release from a commit: wheel, sdist, requirements by hash, list of components.

They depend on the commit and the locks alone, so whoever makes them again gets the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

NAME = "secure-score-backlog"
REQUIREMENTS = f"{NAME}-requirements.txt"
COMPONENTS = f"{NAME}.cdx.json"
VERSION = re.compile(r'^__version__ = "(?P<version>[^"]+)"$', re.MULTILINE)


class NotReproducible(RuntimeError):
    """Two builds of one commit differ."""


def git(folder: Path, *arguments: str) -> bytes:
    """What Git says in a folder."""
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True).stdout


def export(repository: Path, folder: Path) -> None:
    """Unpack the files of the checked-out commit: what lies beside them uncommitted is not in a release."""
    with tarfile.open(fileobj=io.BytesIO(git(repository, "archive", "--format=tar", "HEAD"))) as archive:
        archive.extractall(folder, filter="data")


def committed(repository: Path, path: str) -> str:
    """The text of a file in the checked-out commit."""
    return git(repository, "show", f"HEAD:{path}").decode()


def version_of(repository: Path) -> str:
    """The version that the program says it is, in the checked-out commit."""
    found = VERSION.search(committed(repository, "generator/secure_score_backlog/__init__.py"))
    assert found, "the package states no version"
    return found["version"]


def make(repository: Path, target: Path) -> str:
    """Make the files of a release in a folder, from the checked-out commit; the version.

    Args:
        repository: The working tree; only what is committed counts.
        target: The folder; made if it is missing. Files of the same names are replaced.

    Raises:
        NotReproducible: The sdist built twice differs, or the wheel made from it differs from the one of the commit.
    """
    target.mkdir(parents=True, exist_ok=True)
    version = version_of(repository)
    seconds = git(repository, "log", "-1", "--format=%ct").decode().strip()
    with TemporaryDirectory() as temporary:
        place = Path(temporary)
        source = place / "source"
        export(repository, source)
        files = [archive(source, place / "first", kind, seconds) for kind in ("sdist", "wheel")]
        with tarfile.open(files[0]) as packed:
            packed.extractall(place / "unpacked", filter="data")
        (unpacked,) = (place / "unpacked").iterdir()
        again = [
            archive(source, place / "second", "sdist", seconds),
            archive(unpacked, place / "third", "wheel", seconds),
        ]
        for one, other in zip(files, again, strict=True):
            if digest(one) != digest(other):
                raise NotReproducible(one.name)
        for file in files:
            (target / file.name).write_bytes(file.read_bytes())
        text = requirements(version, [digest(file) for file in files], source)
        (target / REQUIREMENTS).write_text(text, encoding="utf-8", newline="\n")
        (target / COMPONENTS).write_bytes(components(source, version, seconds))
    return version


def archive(source: Path, target: Path, kind: str, seconds: str) -> Path:
    """Build a wheel or an sdist, with every time in it set to that of the commit."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": seconds}
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)]
    subprocess.run(command, cwd=source, env=environment, check=True, capture_output=True)
    (built,) = target.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return built


def digest(file: Path) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def requirements(version: str, digests: list[str], source: Path) -> str:
    """The program and everything that it needs as one requirements file, by hash."""
    lock = (source / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    pins = "".join(line for line in lock.splitlines(keepends=True) if not line.startswith("#"))
    own = " \\\n".join([f"{NAME}=={version}", *(f"    --hash=sha256:{value}" for value in sorted(digests))])
    return (
        f"# {NAME} {version} and everything that it needs, for every system and every Python from 3.11.5 on:\n"
        f"#   python -m pip install --require-hashes -r {REQUIREMENTS}\n{own}\n{pins}"
    )


def components(source: Path, version: str, seconds: str) -> bytes:
    """The components of the program as CycloneDX JSON, from the lock: what may be installed on any system.

    The tool that makes it does not know the program's own version, nor what of the lock it asks for itself.
    """
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", "--output-reproducible"]
    command += ["--pyproject", "pyproject.toml", "--output-format", "JSON", "requirements/runtime.txt"]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": seconds}
    made = subprocess.run(command, cwd=source, env=environment, check=True, capture_output=True).stdout
    listed: dict[str, Any] = json.loads(made)
    root = listed["metadata"]["component"]
    root |= {"version": version, "purl": f"pkg:pypi/{NAME}@{version}"}
    project = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {canonicalize_name(Requirement(line).name) for line in project["dependencies"]}
    direct = sorted(each["bom-ref"] for each in listed["components"] if canonicalize_name(each["name"]) in asked)
    assert len(direct) == len(asked), "the lock lacks something that the program asks for"
    others = [entry for entry in listed["dependencies"] if entry["ref"] != root["bom-ref"]]
    listed["dependencies"] = [*others, {"ref": root["bom-ref"], "dependsOn": direct}]
    return (json.dumps(listed, indent=2, sort_keys=True) + "\n").encode()
