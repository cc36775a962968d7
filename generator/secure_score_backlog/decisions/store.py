# SPDX-License-Identifier: Apache-2.0
"""The folder `decisions/`: every version of every file, read once, and the one place that creates a file."""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from secure_score_backlog.cache import Cache
from secure_score_backlog.decisions.fixing import Fixed, fix
from secure_score_backlog.decisions.front_matter import FrontMatter, parse
from secure_score_backlog.decisions.kept_versions import WORTH_KEEPING, VersionKey, keep_versions, kept_versions
from secure_score_backlog.decisions.model import DecisionHistory, DecisionVersion
from secure_score_backlog.decisions.parse import read_decision
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.files import Document, create_files, names_in, read_file, refuse_links, write_set
from secure_score_backlog.git import FileVersions, Version
from secure_score_backlog.problems import TELL, Problem, problem
from secure_score_backlog.strict_yaml import LARGEST_FILE, too_large
from secure_score_backlog.text import escaped, shell_quoted, shown

DECISIONS = "decisions"
SUFFIX = ".md"
NOT_DECISIONS = frozenset({"readme.md", "index.md"})
MOST_BYTES = 100_000_000
"""Of all versions of all decisions; ten thousand decisions in five versions each are less."""
LOOK_ALIKES = frozenset({".markdown", ".mdown", ".mkd", ".yml", ".yaml", ".txt"})
"""Endings under which a decision may have been saved by mistake."""


def load_decisions(
    files: FileVersions, cached: Callable[[], Cache | None] = lambda: None
) -> tuple[DecisionHistory, list[Problem]]:
    """Every version of every decision, each read once, and what is wrong with the folder.

    A version with errors is kept and counts as unreadable. README.md and hidden files are not decisions.

    Args:
        files: The folder.
        cached: Opens the cache, where it is kept what committed versions said; asked where there are enough of them.
    """
    problems = folder_problems(files.root) if files.root else []
    refused = {fault.path for fault in problems}
    paths = [
        path
        for path in files.paths(DECISIONS, SUFFIX)
        if PurePosixPath(path).name.lower() not in NOT_DECISIONS and escaped(path) == path
    ]
    known = {path: files.committed(path) if DECISIONS in refused else files.of(path) for path in paths}
    known = {path: versions for path, versions in known.items() if versions}
    sizes = files.sizes(version for each in known.values() for version in each)
    refuse_too_much(sizes)
    committed = {_key(version): version for each in known.values() for version in each if version.committed}
    cache = cached() if len(committed) >= WORTH_KEEPING else None
    kept = kept_versions(cache) if cache else {}
    read = {
        key: DecisionVersion(version, decision, decision is not None, source, faults)
        for key, version in committed.items()
        if key in kept and key[1] in sizes  # what Git has lost is an error, whether it is kept or not
        for decision, source, faults in (kept[key],)
    }
    files.fetch(version for key, version in committed.items() if key not in read and not is_too_large(version, sizes))
    versions = {}
    for path, recorded in known.items():
        found = []
        for version in recorded:
            key = _key(version)
            if key not in read:
                unreadable = path in refused and not version.committed
                if not unreadable and is_too_large(version, sizes):
                    read[key] = too_large_version(version)
                else:
                    read[key] = read_version(version, None if unreadable else files.content(version))
            found.append(replace(read[key], version=version))
        versions[PurePosixPath(path).stem] = tuple(found)
    wanted = [key for key, version in committed.items() if version.blob and not is_too_large(version, sizes)]
    if cache and any(key not in kept for key in wanted):
        keep_versions(cache, (read[key] for key in wanted))
    return DecisionHistory(versions, has_git=files.main is not None), problems


def _key(version: Version) -> VersionKey:
    """What tells one content at one path from others; a deletion has no blob."""
    return version.path, version.blob or ""


def is_too_large(version: Version, sizes: Mapping[str, int]) -> bool:
    """Whether a version is longer than a decision may be."""
    return sizes.get(version.blob or "", 0) > LARGEST_FILE


def refuse_too_much(sizes: Mapping[str, int]) -> None:
    """CannotProceed where all versions that would be read are together more than a tenant can have written."""
    if sum(size for size in sizes.values() if size <= LARGEST_FILE) > MOST_BYTES:
        raise CannotProceed(
            f"The versions of all decisions hold more than {MOST_BYTES // 1_000_000} MB together.",
            where=DECISIONS,
            hint="See which file has many long versions: git log --stat -- decisions/. Keep long evidence elsewhere.",
        )


def too_large_version(version: Version) -> DecisionVersion:
    """A version that is not read; Git was asked for its size first."""
    fault = too_large("The file", LARGEST_FILE, version.path)
    return DecisionVersion(version, None, False, FrontMatter(version.path, problems=(fault,)), (fault,))


def read_version(version: Version, content: bytes | None) -> DecisionVersion:
    """One version of one file; `content` is None where the file was deleted or may not be read."""
    if content is None:
        return DecisionVersion(version, None)
    source = parse(content, version.path)
    decision, faults = read_decision(source)
    return DecisionVersion(version, decision, decision is not None, source, tuple(faults))


def folder_problems(root: Path) -> list[Problem]:
    """What is wrong with names and kinds of the files in `decisions/`; a missing folder is fine."""
    problems: list[Problem] = []
    for name in _names(root, problems):
        path = f"{DECISIONS}/{name}"
        if _is_decision(root, name, path, problems) and (fault := _unreadable(root, name, path)):
            problems.append(fault)
    return sorted(problems, key=lambda fault: fault.order)


def fix_decisions(root: Path) -> list[Fixed]:
    """Bring the decisions of the working tree into form, all or none; those that changed, or could not be changed.

    CannotProceed where a file cannot be written; then all are as they were.
    """
    found = []
    for name in _names(root, []):
        path = f"{DECISIONS}/{name}"
        if not _is_decision(root, name, path, []) or _unreadable(root, name, path) is not None:
            continue  # `check` says so
        made = fix(read_file(root, path, LARGEST_FILE), path)
        if made.changes or made.refused:
            found.append(made)
    write_set(root, {made.path: made.content for made in found if made.changes})
    return found


def create_decisions(root: Path, documents: Sequence[Document]) -> None:
    """Write new decisions, all or none; CannotProceed where a file of that name exists, in any case."""
    for document in documents:
        refuse_taken(root, document.path)
    try:
        create_files(root, documents)
    except FileExistsError as error:
        raise taken(Path(error.filename).relative_to(root).as_posix()) from error


def write_decisions(root: Path, documents: Sequence[Document], before: Mapping[str, bytes]) -> None:
    """Write decisions, all or none; `before`: the bytes that those had which exist already.

    Raises:
        CannotProceed: a file of the same name as a new one exists, or an existing one has changed meanwhile.
    """
    for document in documents:
        if document.path not in before:
            refuse_taken(root, document.path)
        elif read_file(root, document.path, LARGEST_FILE) != before[document.path]:
            raise CannotProceed(
                "The file was changed while it was being answered; nothing was written.",
                where=document.path,
                hint="Run the command again: it takes over what the file says now.",
            )
    write_set(root, {document.path: document.content for document in documents})


def refuse_taken(root: Path, path: str) -> None:
    """CannotProceed where a file of that name exists, in any case, or the folder is a link out of the root."""
    refuse_links(root, DECISIONS)
    problems: list[Problem] = []
    for name in _names(root, problems):
        if f"{DECISIONS}/{name}".casefold() == path.casefold():
            raise taken(f"{DECISIONS}/{name}")
    for fault in problems:
        raise CannotProceed(fault.message, where=str(root / DECISIONS), hint=fault.hint)


def taken(path: str) -> CannotProceed:
    """The error of a command that would have overwritten a decision."""
    return CannotProceed(
        "There is a decision about this already; nothing was written.",
        where=path,
        hint=f"Open {path} and change it there, or name what changes by options with --change. To start again, "
        "delete it first: Git keeps what it said.",
    )


def _names(root: Path, problems: list[Problem]) -> list[str]:
    """The names in the folder, sorted."""
    try:
        return names_in(root, DECISIONS)
    except OSError as error:
        if error.errno == errno.ELOOP:
            problems.append(_link(DECISIONS))
            return []
        reason = error.strerror or type(error).__name__
        message = f"The folder cannot be read: {reason}."
        problems.append(
            problem(
                "file-unreadable",
                DECISIONS,
                None,
                message,
                "Tell whoever maintains this repository: an ordinary folder that may be read belongs in its place.",
            )
        )
        return []


def _is_decision(root: Path, name: str, path: str, problems: list[Problem]) -> bool:
    """Whether a name is a decision's; one that was probably meant to be is a problem."""
    if name.startswith(".") or name.casefold() in NOT_DECISIONS:
        return False
    if escaped(name) != name:
        hint = "Rename it to <id>.md with the letters of the id."
        message = "The name of this file holds a line break or something else that does not show; it is not read."
        problems.append(problem("decisions-odd-name", path, None, message, hint))
        return False
    stem, ending = Path(name).stem, Path(name).suffix
    if name.endswith(SUFFIX):
        return True
    if ending.casefold() == SUFFIX:
        old, new = shell_quoted(path), shell_quoted(f"{DECISIONS}/{stem}{SUFFIX}")
        hint = f"Rename it to {stem}{SUFFIX}: in GitHub's editor above its text, or `git mv {old} {new}`."
        message = f"The ending {shown(ending)} is not {SUFFIX} letter for letter; the file is not read."
        problems.append(problem("decisions-odd-name", path, None, message, hint))
    elif ending.casefold() in LOOK_ALIKES:
        hint = f"Rename it to {stem.removesuffix(SUFFIX)}{SUFFIX} if it is a decision, or move it out of this folder."
        problems.append(problem("decisions-odd-name", path, None, "This is not a .md file; it is not read.", hint))
    elif _holds_decisions(root, f"{DECISIONS}/{name}"):
        hint = f"Move its files into {DECISIONS}/ itself; one file for each recommendation."
        problems.append(
            problem("decisions-odd-name", path, None, "Files in folders of this folder are not read.", hint)
        )
    return False


def _holds_decisions(root: Path, folder: str) -> bool:
    try:
        return any(name.endswith(SUFFIX) for name in names_in(root, folder))
    except OSError:  # no folder
        return False


def _unreadable(root: Path, name: str, path: str) -> Problem | None:
    """Why a file is not read; None where it can be."""
    try:
        read_file(root, f"{DECISIONS}/{name}", LARGEST_FILE)
    except OSError as error:
        if error.errno == errno.ELOOP:
            return _link(path)
        if error.errno == errno.EFBIG:
            return problem(
                "file-too-large",
                path,
                None,
                f"The file is longer than {LARGEST_FILE} bytes and was not read.",
                "Keep the answer here, and link to long evidence with `links`.",
            )
        reason = error.strerror or type(error).__name__
        hint = f"If your pull request or commit adds it, put an ordinary text file in its place; {TELL}"
        return problem("file-unreadable", path, None, f"The file cannot be read: {reason}.", hint)
    return None


def _link(path: str) -> Problem:
    return problem(
        "decisions-link",
        path,
        None,
        "This is not read: it is a shortcut to another place (a symbolic link), which is not followed.",
        "If your pull request or commit adds it, put what it leads to in its place, so that Git keeps what it says; "
        f"{TELL}",
    )
