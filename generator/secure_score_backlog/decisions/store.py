# SPDX-License-Identifier: Apache-2.0
"""The folder `decisions/`: every version of every file, read once, and the one place that creates a file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from secure_score_backlog.decisions.front_matter import parse
from secure_score_backlog.decisions.model import DecisionHistory, DecisionVersion
from secure_score_backlog.decisions.parse import read_decision
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.files import Document
from secure_score_backlog.git import FileVersions, Version
from secure_score_backlog.problems import Problem, problem
from secure_score_backlog.strict_yaml import LARGEST_FILE
from secure_score_backlog.text import shell_quoted, shown

DECISIONS = "decisions"
SUFFIX = ".md"
NOT_DECISIONS = frozenset({"readme.md", "index.md"})
LOOK_ALIKES = frozenset({".markdown", ".mdown", ".mkd", ".yml", ".yaml", ".txt"})
"""Endings under which a decision may have been saved by mistake."""


def load_decisions(files: FileVersions) -> tuple[DecisionHistory, list[Problem]]:
    """Every version of every decision, each read once, and what is wrong with the folder.

    A version with errors is kept and counts as unreadable. README.md and hidden files are not decisions.
    """
    problems = folder_problems(files.root)
    refused = {fault.path for fault in problems}
    paths = [
        path
        for path in files.paths(DECISIONS, SUFFIX)
        if PurePosixPath(path).name.lower() not in NOT_DECISIONS and _printable(path) == path
    ]
    known = {path: files.committed(path) if DECISIONS in refused else files.of(path) for path in paths}
    known = {path: versions for path, versions in known.items() if versions}
    files.fetch(version for each in known.values() for version in each)
    read: dict[tuple[str, str], DecisionVersion] = {}
    versions = {}
    for path, recorded in known.items():
        found = []
        for version in recorded:
            key = (path, version.blob or "")
            if key not in read:
                unreadable = path in refused and not version.committed
                read[key] = read_version(version, None if unreadable else files.content(version))
            found.append(replace(read[key], version=version))
        versions[PurePosixPath(path).stem] = tuple(found)
    return DecisionHistory(versions, has_git=files.main is not None), problems


def read_version(version: Version, content: bytes | None) -> DecisionVersion:
    """One version of one file; `content` is None where the file was deleted or may not be read."""
    if content is None:
        return DecisionVersion(version, None)
    source = parse(content, version.path)
    decision, faults = read_decision(source)
    return DecisionVersion(version, decision, decision is not None, source, tuple(faults))


def folder_problems(root: Path) -> list[Problem]:
    """What is wrong with names and kinds of the files in `decisions/`; a missing folder is fine."""
    folder = root / DECISIONS
    problems: list[Problem] = []
    if folder.is_symlink() and not folder.resolve().is_relative_to(root.resolve()):
        return [_link(DECISIONS)]
    for name in _names(folder, problems):
        path = f"{DECISIONS}/{_printable(name)}"
        if _is_decision(folder, name, path, problems) and (fault := _unreadable(root, folder / name, path)):
            problems.append(fault)
    return sorted(problems, key=lambda fault: fault.order)


def create_decision(root: Path, document: Document) -> Path:
    """Write a new decision; CannotProceed where a file of that name exists, in any case."""
    refuse_taken(root, document.path)
    file = root / document.path
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as handle:
            handle.write(document.content)
    except FileExistsError as error:
        raise taken(document.path) from error
    except OSError as error:
        raise CannotProceed(
            f"The decision could not be written: {error.strerror or type(error).__name__}.",
            where=str(file),
            hint="Check that decisions/ is a folder that may be written to, then run the command again.",
        ) from error
    return file


def refuse_taken(root: Path, path: str) -> None:
    """CannotProceed where a file of that name exists, in any case, or the folder is a link out of the root."""
    folder = root / DECISIONS
    if not folder.resolve().is_relative_to(root.resolve()):
        raise CannotProceed(
            "The folder for decisions is a link that leads out of the root.",
            where=str(folder),
            hint="Replace the link by a folder, or run the command where it leads to.",
        )
    problems: list[Problem] = []
    for name in _names(folder, problems):
        if f"{DECISIONS}/{name}".casefold() == path.casefold():
            raise taken(f"{DECISIONS}/{name}")
    for fault in problems:
        raise CannotProceed(fault.message, where=str(folder), hint=fault.hint)


def taken(path: str) -> CannotProceed:
    """The error of a command that would have overwritten a decision."""
    return CannotProceed(
        "There is a decision about this already; nothing was written.",
        where=path,
        hint=f"Open {path} and change it there. To start again, delete it first: Git keeps what it said.",
    )


def _names(folder: Path, problems: list[Problem]) -> Iterator[str]:
    """The names in the folder, sorted."""
    try:
        yield from sorted(os.listdir(folder))  # noqa: PTH208 - names as the disk has them, undecodable ones too
    except FileNotFoundError:
        return
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"The folder cannot be read: {reason}."
        problems.append(
            problem("file-unreadable", DECISIONS, None, message, "Make it an ordinary folder that you may read.")
        )


def _printable(name: str) -> str:
    """A name that can be printed and compared: bytes that are not UTF-8 are replaced."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _is_decision(folder: Path, name: str, path: str, problems: list[Problem]) -> bool:
    """Whether a name is a decision's; one that was probably meant to be is a problem."""
    if name.startswith(".") or name.casefold() in NOT_DECISIONS:
        return False
    if _printable(name) != name:
        hint = "Rename it to <id>.md with the letters of the id."
        problems.append(
            problem("decisions-odd-name", path, None, "The name of this file is not UTF-8; it is not read.", hint)
        )
        return False
    stem, ending = Path(name).stem, Path(name).suffix
    if name.endswith(SUFFIX):
        return True
    if ending.casefold() == SUFFIX:
        hint = f"Rename it: git mv {shell_quoted(path)} {shell_quoted(f'{DECISIONS}/{stem}{SUFFIX}')}"
        message = f"The ending {shown(ending)} is not {SUFFIX} letter for letter; the file is not read."
        problems.append(problem("decisions-odd-name", path, None, message, hint))
    elif ending.casefold() in LOOK_ALIKES:
        hint = f"Rename it to {stem.removesuffix(SUFFIX)}{SUFFIX} if it is a decision, or move it out of this folder."
        problems.append(problem("decisions-odd-name", path, None, "This is not a .md file; it is not read.", hint))
    elif (folder / name).is_dir() and any((folder / name).glob(f"*{SUFFIX}")):
        hint = f"Move its files into {DECISIONS}/ itself; one file for each recommendation."
        problems.append(
            problem("decisions-odd-name", path, None, "Files in folders of this folder are not read.", hint)
        )
    return False


def _unreadable(root: Path, file: Path, path: str) -> Problem | None:
    """Why a file is not read; None where it can be."""
    try:
        within = file.resolve(strict=True).is_relative_to((root / DECISIONS).resolve())
        if file.is_symlink() and not within:
            return _link(path)
        about = file.stat()
        if not stat.S_ISREG(about.st_mode):
            return problem("file-unreadable", path, None, "This is not an ordinary file.", "Replace it by a text file.")
        if about.st_size > LARGEST_FILE:
            return problem(
                "file-too-large",
                path,
                None,
                f"The file is longer than {LARGEST_FILE} bytes and was not read.",
                "Keep the answer here, and link to long evidence with `links`.",
            )
        with file.open("rb"):
            return None
    except (OSError, RuntimeError) as error:
        if file.is_symlink():
            return _link(path)
        reason = getattr(error, "strerror", None) or type(error).__name__
        return problem("file-unreadable", path, None, f"The file cannot be read: {reason}.", "Check its permissions.")


def _link(path: str) -> Problem:
    return problem(
        "decisions-link",
        path,
        None,
        "This is a symbolic link that leads elsewhere, or to nowhere; it is not followed.",
        "Replace the link by what it leads to, so that Git keeps what it says.",
    )
