# SPDX-License-Identifier: Apache-2.0
"""A private copy of this project's repository: how it is known, and what of it belongs to the project alone.

`backlog init --here` takes that out and writes the files of a data repository
(docs/adr/0025-a-copy-keeps-the-program.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from secure_score_backlog.decisions.store import DECISIONS
from secure_score_backlog.questionnaires.model import EVIDENCE, QUESTIONNAIRES
from secure_score_backlog.reviews import REVIEWS
from secure_score_backlog.settings import SETTINGS_PATH
from secure_score_backlog.snapshots.snapshot_files import SNAPSHOTS

MARKS: Mapping[str, re.Pattern[str]] = {
    "action.yml": re.compile(r"(?m)^name: Secure Score Backlog$"),
    "pyproject.toml": re.compile(r'(?m)^name = "secure-score-backlog"$'),
    "generator/secure_score_backlog/__init__.py": re.compile(r"(?m)^__version__ = "),
}
"""Files that every copy has, each with a line of it."""
SAMPLE = (f"{DECISIONS}/", f"{SNAPSHOTS}/", f"{REVIEWS}/", f"{QUESTIONNAIRES}/", f"{EVIDENCE}/")
"""Folders of the sample. Only files that the program knows are deleted from them."""
WORKFLOWS = ".github/workflows/"
PROJECT = (
    WORKFLOWS,  # a data repository's are written in their place
    "docs/pictures/",
    "tests/own/",
    "tests/workflows/test_copy.py",
    "tests/workflows/test_decisions.py",
    "tests/workflows/test_release.py",
    "tests/workflows/test_service_owner.py",
    "tests/workflows/test_snapshot.py",
)
"""Files and folders of the project alone: its workflows with their tests, the README's pictures, tests of its data."""
PROGRAM = (
    ".ci/",
    "benchmarks/",
    "generator/",
    "requirements/",
    "tests/",
    "action.yml",
    "Makefile",
    "pyproject.toml",
)
"""What runs, on the computers of a copy and in its workflows: a change of it is reviewed like one of the settings."""
REWRITTEN = ("README.md", SETTINGS_PATH, "mkdocs.yml")
"""Files that a copy has with other content."""


def is_copy(content_of: Callable[[str], bytes | None]) -> bool:
    """Whether a folder holds a copy of this project's repository.

    Args:
        content_of: The content of a file of the folder; None where it is missing.
    """
    return all(mark.search((content_of(path) or b"").decode("utf-8", "replace")) for path, mark in MARKS.items())


def of_project(paths: Iterable[str]) -> Iterator[str]:
    """The files that belong to the project alone, the sample not among them."""
    for path in paths:
        if path.startswith(tuple(each for each in PROJECT if each.endswith("/"))) or path in PROJECT:
            yield path


def came_back(paths: Iterable[str]) -> list[str]:
    """What a newer version of the program brings back into a copy, as `git rm -r` takes it: folders and files.

    Workflows are left out: those of a copy are its own.
    """
    found = list(of_project(paths))
    return [each for each in PROJECT if each != WORKFLOWS and any(path.startswith(each) for path in found)]


def of_sample(paths: Iterable[str]) -> Iterator[str]:
    """The files where the sample is: its folders, and the settings."""
    return (path for path in paths if path.startswith(SAMPLE) or path == SETTINGS_PATH)


def not_sample(found: Mapping[str, bytes], sample: Mapping[str, bytes]) -> list[str]:
    """The files, by path, that are not exactly those of the sample: somebody's own, which nobody may delete.

    Args:
        found: The files of `of_sample`, as they are.
        sample: The sample, as this version of the program has it.
    """

    def plain(content: bytes) -> bytes:
        return content.replace(b"\r\n", b"\n")

    return sorted(path for path, content in found.items() if plain(content) != plain(sample.get(path, b"\0")))
