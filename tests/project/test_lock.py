# SPDX-License-Identifier: Apache-2.0
"""The locks pin every dependency by hash, and name no index and no path: hashes are the promise."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from secure_score_backlog.site.builder import BUILDERS

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("build", "runtime", "development", "builders", "pip", "release", "uv")

PIN = re.compile(r"(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>[0-9][0-9a-z.+!-]*)(?P<marker> ; [^/\\]+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
COMMENT = re.compile(r"#[^/:@]*:?|# +make lock")


def faults(text: str) -> list[str]:
    """Lines of a lock that are neither a pin, a hash nor a plain comment, and pins without a hash."""
    found = [line for line in text.splitlines() if not any(form.fullmatch(line) for form in (PIN, HASH, COMMENT))]
    lines = text.splitlines()
    pairs = zip(lines, [*lines[1:], ""], strict=True)
    return found + [line for line, after in pairs if PIN.fullmatch(line) and not HASH.fullmatch(after)]


def read_lock(name: str) -> str:
    """The text of one lock."""
    return (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


def pins(text: str) -> dict[str, str]:
    """Name to version."""
    return {match["name"]: match["version"] for match in map(PIN.fullmatch, text.splitlines()) if match}


def wanted(lock: str) -> list[Requirement]:
    """What pyproject.toml asks for, of which a lock must hold all."""
    groups = PROJECT["dependency-groups"]
    runtime = PROJECT["project"]["dependencies"]
    asked = {
        "build": groups["build"],
        "runtime": runtime,
        "development": runtime + groups["test"] + groups["lint"] + groups["release"] + groups["uv"],
        "builders": groups["builders"],
        "pip": groups["pip"],
        "release": groups["release"],
        "uv": groups["uv"],
    }
    return [Requirement(line) for line in asked[lock]]


@pytest.mark.parametrize("lock", [*LOCKS, "mutants", "fuzz"])
def test_a_lock_holds_pins_and_hashes_only(lock: str) -> None:
    """No index address, no path, no option: the same lock serves whatever mirror a company has."""
    assert faults(read_lock(lock)) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_dependency_is_locked(lock: str) -> None:
    """Each requirement of pyproject.toml is pinned, at a version that it allows."""
    locked = pins(read_lock(lock))
    requirements = wanted(lock)
    assert requirements
    assert [
        str(requirement)
        for requirement in requirements
        if not requirement.specifier.contains(locked.get(canonicalize_name(requirement.name), "0"))
    ] == []


def test_users_and_developers_run_the_same_versions() -> None:
    """Whatever runtime.txt pins, development.txt pins at the same version."""
    assert pins(read_lock("runtime")).items() <= pins(read_lock("development")).items()


@pytest.mark.parametrize("lock", ["release", "uv"])
def test_releases_are_tested_with_what_makes_them(lock: str) -> None:
    """What makes and publishes a release is pinned for developers at the same version."""
    assert pins(read_lock(lock)).items() <= pins(read_lock("development")).items()


def test_the_builders_fit_what_users_run() -> None:
    """What is in both locks is pinned at one version: `make builders` installs them side by side."""
    runtime, builders = pins(read_lock("runtime")), pins(read_lock("builders"))
    both = runtime.keys() & builders.keys()
    assert both
    assert {name: builders[name] for name in both} == {name: runtime[name] for name in both}


def test_the_build_lock_is_what_builds() -> None:
    """The group that is locked is the one that the build asks for."""
    assert PROJECT["dependency-groups"]["build"] == PROJECT["build-system"]["requires"]


GOOD = "click==8.5.1 \\\n    --hash=sha256:" + "a" * 64 + "\n"


@pytest.mark.parametrize(
    "bad",
    [
        "--index-url https://mirror.example/simple",
        "--find-links wheels",
        "click @ file:///opt/click.whl",
        "click>=8",
        "click==8.5.1",
        "# from https://mirror.example/simple",
        "    --hash=md5:abc",
    ],
)
def test_a_bad_lock_is_noticed(bad: str) -> None:
    """Each way to leave the form is found, and the good form is not."""
    assert faults(GOOD) == []
    assert faults(GOOD + bad + "\n") == [bad]


def test_a_pin_without_a_hash_is_noticed() -> None:
    """A pin that promises a hash and has none is found."""
    assert faults("rich==15.0.0 \\\n" + GOOD) == ["rich==15.0.0 \\"]


def test_users_are_told_to_install_the_builders_that_are_compared() -> None:
    """The versions that `--builder` names are those of `make builders`."""
    named = sorted(each.requirement for each in BUILDERS.values() if each.requirement)
    assert named == sorted(PROJECT["dependency-groups"]["builders"])
