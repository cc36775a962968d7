# SPDX-License-Identifier: Apache-2.0
"""The files of a release: from the commit alone, the same bytes each time, everything by hash."""

from __future__ import annotations

import json
import re
import shutil
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.release import __main__ as command
from tests.release import building
from tests.support.installed import VERSION, program
from tests.support.repositories import Repository

WHEEL = f"secure_score_backlog-{VERSION}-py3-none-any.whl"
SDIST = f"secure_score_backlog-{VERSION}.tar.gz"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """This repository as one commit, with a version of its own, and files beside it that are not committed."""
    found = Repository(program(tmp_path_factory.mktemp("program") / "repository"))
    found.commit("Everything")
    found.write("generator/secure_score_backlog/left_over.py", "x = 1\n")
    found.write("requirements/left_over.txt", "x\n")
    return found


@pytest.fixture(scope="module")
def release(repository: Repository, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a rehearsal."""
    folder = tmp_path_factory.mktemp("release") / "dist"
    assert command.main([str(folder)], repository.folder) == 0
    return folder


def test_the_files_are_these(release: Path) -> None:
    """Wheel, sdist, requirements, components and notes, and nothing else."""
    assert {file.name for file in release.iterdir()} == {
        *(WHEEL, SDIST, "secure-score-backlog-requirements.txt", "secure-score-backlog.cdx.json", "notes.md")
    }


def test_only_what_is_committed_is_released(release: Path) -> None:
    """A file that lies in the folder uncommitted is in no archive."""
    with zipfile.ZipFile(release / WHEEL) as wheel, tarfile.open(release / SDIST) as sdist:
        names = [*wheel.namelist(), *sdist.getnames()]
    assert [name for name in names if "left_over" in name] == []
    assert len([name for name in names if name.endswith("/cli/main.py")]) == 2


@pytest.mark.thorough
def test_the_same_commit_gives_the_same_bytes(release: Path, repository: Repository, tmp_path: Path) -> None:
    """From another clone, in another folder, at another time: every file is the same."""
    repository.git("clone", "--quiet", ".", str(tmp_path / "clone"))
    assert command.main([str(tmp_path / "dist")], tmp_path / "clone") == 0
    assert {file.name: file.read_bytes() for file in (tmp_path / "dist").iterdir()} == {
        file.name: file.read_bytes() for file in release.iterdir()
    }


def test_a_build_that_differs_is_refused(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two builds of one commit with different bytes end the command: nobody could make the release again."""
    built = building.archive

    def changing(source: Path, target: Path, kind: str, seconds: str) -> Path:
        return built(source, target, kind, "1600000000" if target.name == "third" else seconds)

    monkeypatch.setattr(building, "archive", changing)
    with pytest.raises(building.NotReproducible, match=re.escape(WHEEL)):
        building.make(repository.folder, tmp_path / "dist")
    assert list((tmp_path / "dist").iterdir()) == []


def test_the_requirements_pin_the_program_and_the_lock(release: Path, repository: Repository) -> None:
    """Both archives by their hashes, then every line of the lock."""
    text = (release / "secure-score-backlog-requirements.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines[0] == f"secure-score-backlog=={VERSION} \\"
    hashes = {re.sub(r"[ \\]|--hash=sha256:", "", line) for line in lines[1:3]}
    assert hashes == {building.digest(release / WHEEL), building.digest(release / SDIST)}
    lock = (repository.folder / "requirements" / "runtime.txt").read_text(encoding="utf-8").splitlines()
    assert lines[3:] == [line for line in lock if not line.startswith("#")]


def test_the_components_are_those_of_the_lock(release: Path, repository: Repository) -> None:
    """Valid CycloneDX, the program at its version, every pin of the lock with its hashes, no path of this machine."""
    text = (release / "secure-score-backlog.cdx.json").read_text(encoding="utf-8")
    listed: dict[str, Any] = json.loads(text)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert listed["metadata"]["component"]["purl"] == f"pkg:pypi/secure-score-backlog@{VERSION}"
    lock = (repository.folder / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^(\S+)==(\S+)", lock, re.MULTILINE)
    assert sorted((each["name"], each["version"]) for each in listed["components"]) == sorted(pins)
    hashes = {entry["content"] for each in listed["components"] for entry in each["externalReferences"][0]["hashes"]}
    assert hashes == set(re.findall("sha256:([0-9a-f]{64})", lock))
    (root,) = [entry for entry in listed["dependencies"] if entry["ref"] == "root-component"]
    named = {each["bom-ref"]: each["name"] for each in listed["components"]}
    asked = {named[reference] for reference in root["dependsOn"]}
    assert {"click", "mkdocs", "ruamel-yaml"} <= asked
    assert "babel" not in asked  # mkdocs-material asks for it, not the program
    assert str(repository.folder) not in text


def test_a_lock_that_lacks_a_dependency_is_noticed(repository: Repository, tmp_path: Path) -> None:
    """A list of components without something that the program asks for is not made."""
    shutil.copytree(repository.folder, tmp_path / "copy", ignore=shutil.ignore_patterns(".git"))
    lock = tmp_path / "copy" / "requirements" / "runtime.txt"
    text = re.sub(r"^rich==(.*\n)(    .*\n)+", "", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lock.write_text(text, encoding="utf-8")
    with pytest.raises(AssertionError, match="lacks"):
        building.components(tmp_path / "copy", VERSION, "1600000000")


def test_a_rehearsal_says_what_is_missing(
    repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a tag the open points are told and the files are made; with one, nothing is made."""
    monkeypatch.setattr(building, "make", lambda _repository, target: target.mkdir())
    assert command.main([str(tmp_path / "rehearsal")], repository.folder) == 0
    assert f"no section for {VERSION}" in capsys.readouterr().err
    assert command.main([str(tmp_path / "dist"), "--tag", f"v{VERSION}"], repository.folder) == 1
    assert not (tmp_path / "dist").exists()
