# SPDX-License-Identifier: Apache-2.0
"""The folders `docs/questionnaires/` and `docs/evidence/`: every version of every file, each read once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TypeVar

from secure_score_backlog.decisions.front_matter import parse
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.files import names_in
from secure_score_backlog.git import FileVersions, Version
from secure_score_backlog.problems import Problem, Severity, problem
from secure_score_backlog.questionnaires.checks import unknown_same_as
from secure_score_backlog.questionnaires.model import (
    EVIDENCE,
    QUESTIONNAIRES,
    Attachment,
    EvidenceVersion,
    QuestionnaireVersion,
)
from secure_score_backlog.questionnaires.parse import read_questionnaire, read_statement
from secure_score_backlog.questionnaires.shipped import SHIPPED_NAME, resolved
from secure_score_backlog.strict_yaml import LARGEST_FILE, YamlData, decode, read_yaml, too_large
from secure_score_backlog.text import shown

LONGEST_NAME = 80
"""Characters."""
MOST_BYTES = 50_000_000
"""Of all versions of the files that are read as text."""
LARGEST_ATTACHMENT = 32 << 20
MOST_ATTACHED = 256 << 20
"""Bytes of all versions of the files that evidence names."""
LOOK_ALIKES = {
    QUESTIONNAIRES: frozenset({".yaml", ".yml", ".json", ".txt", ".md"}),
    EVIDENCE: frozenset({".markdown", ".mdown", ".mkd", ".md"}),
}
"""Endings under which a questionnaire, or a statement, may have been saved by mistake."""
SUFFIXES = {QUESTIONNAIRES: ".yml", EVIDENCE: ".md"}

Kept = TypeVar("Kept", QuestionnaireVersion, EvidenceVersion, Attachment)


def newest(versions: Iterable[Kept], day: date) -> Kept | None:
    """The version in force at the end of a day; None before the first one."""
    known = [each for each in versions if each.version.at.date() <= day]
    return known[-1] if known else None


@dataclass(frozen=True, slots=True)
class Questions:
    """Every version of the questionnaires and of the evidence of an organisation."""

    questionnaires: Mapping[str, tuple[QuestionnaireVersion, ...]] = field(default_factory=dict)
    """By name, oldest first."""
    evidence: Mapping[str, tuple[EvidenceVersion, ...]] = field(default_factory=dict)
    """By name, oldest first."""
    attachments: Mapping[str, tuple[Attachment, ...]] = field(default_factory=dict)
    """By path, oldest first; a deletion has no digest."""

    def questionnaires_on(self, day: date) -> list[QuestionnaireVersion]:
        """Each in the version of a day, by name; a deleted one is left out."""
        found = (newest(versions, day) for _, versions in sorted(self.questionnaires.items()))
        return [each for each in found if each is not None and each.source is not None]

    def evidence_on(self, day: date) -> list[EvidenceVersion]:
        """The same of evidence."""
        found = (newest(versions, day) for _, versions in sorted(self.evidence.items()))
        return [each for each in found if each is not None and each.source is not None]

    def attachment_on(self, path: str, day: date) -> Attachment | None:
        """A file that evidence names, as it was on a day; None where it was not there."""
        found = newest(self.attachments.get(path, ()), day)
        return found if found is not None and found.digest else None


def load_questions(files: FileVersions) -> tuple[Questions, list[Problem]]:
    """Every version of the questionnaires and of the evidence, and what is wrong with the names of their files."""
    problems = [*odd_names(files.root, QUESTIONNAIRES), *odd_names(files.root, EVIDENCE)] if files.root else []
    questionnaires = {
        PurePosixPath(path).stem: tuple(questionnaire_of(each, content) for each, content in versions)
        for path, versions in listed(files, QUESTIONNAIRES).items()
    }
    evidence = {
        PurePosixPath(path).stem: tuple(evidence_of(each, content) for each, content in versions)
        for path, versions in listed(files, EVIDENCE).items()
    }
    named = {
        path for each in evidence.values() for version in each if version.statement for path in version.statement.files
    }
    return Questions(questionnaires, evidence, attachments_of(files, named)), problems


Content = bytes | Problem | None
"""The bytes of a version, or why they are not read; None where the file was deleted."""


def listed(files: FileVersions, folder: str) -> dict[str, list[tuple[Version, Content]]]:
    """The versions of the files of a folder that are read, by path, each with its content.

    Raises:
        CannotProceed: they hold more text than anybody has written.
    """
    paths = [path for path in files.paths(folder, SUFFIXES[folder]) if is_name(PurePosixPath(path).stem, folder)]
    known = {path: versions for path in paths if (versions := files.of(path))}
    sizes = files.sizes(version for versions in known.values() for version in versions)
    if sum(size for size in sizes.values() if size <= LARGEST_FILE) > MOST_BYTES:
        raise CannotProceed(
            f"The versions of all files in {folder}/ hold more than {MOST_BYTES // 1_000_000} MB together.",
            where=folder,
            hint=f"See which file has many long versions: git log --stat -- {folder}/. Keep long evidence elsewhere.",
        )
    files.fetch(v for versions in known.values() for v in versions if sizes.get(v.blob or "", 0) <= LARGEST_FILE)

    def content(version: Version) -> Content:
        if sizes.get(version.blob or "", 0) > LARGEST_FILE:
            return too_large("The file", LARGEST_FILE, version.path)
        return files.content(version)

    return {path: [(version, content(version)) for version in versions] for path, versions in known.items()}


def is_name(stem: str, folder: str) -> bool:
    """Whether a file may have this name: it stands in addresses and in names of exports."""
    fits = len(stem) <= LONGEST_NAME and all(part.isascii() and part.isalnum() for part in stem.split("-"))
    return fits and stem == stem.lower() and not (folder == QUESTIONNAIRES and stem == SHIPPED_NAME)


def odd_names(root: Path, folder: str) -> Iterator[Problem]:
    """Files that were probably meant to be read, and are not, because of their names."""
    try:
        names = names_in(root, folder)
    except OSError:  # no folder, or a link, which is reported as such
        return
    for name in names:
        stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
        if name.startswith(".") or stem.casefold() in ("readme", "index"):
            continue
        if suffix.lower() not in LOOK_ALIKES[folder] or (suffix == SUFFIXES[folder] and is_name(stem, folder)):
            continue
        taken = f", and not {SHIPPED_NAME}, which is the shipped one" if folder == QUESTIONNAIRES else ""
        yield problem(
            "questions-odd-name",
            f"{folder}/{name}",
            None,
            f"The name {shown(name)} is not one of those that are read here.",
            f"Rename it: lower-case letters, digits and hyphens, then {SUFFIXES[folder]}{taken}.",
        )


def questionnaire_of(version: Version, content: Content) -> QuestionnaireVersion:
    """One version of one questionnaire, with what its questions take from others and from topics."""
    name = PurePosixPath(version.path).stem
    if content is None:
        return QuestionnaireVersion(name, version, None)
    text = content if isinstance(content, Problem) else decode(content, version.path)
    if isinstance(text, Problem):
        return QuestionnaireVersion(name, version, None, YamlData(version.path, problems=(text,)), (text,))
    source = read_yaml(text, version.path)
    found, faults = read_questionnaire(source)
    faults += unknown_same_as(source, found) if found else []
    if found is None or any(fault.severity is Severity.ERROR for fault in faults):
        return QuestionnaireVersion(name, version, None, source, tuple(faults))
    return QuestionnaireVersion(name, version, resolved(found), source, tuple(faults))


def evidence_of(version: Version, content: Content) -> EvidenceVersion:
    """One version of one piece of evidence."""
    name = PurePosixPath(version.path).stem
    if content is None:
        return EvidenceVersion(name, version, None)
    if isinstance(content, Problem):
        return EvidenceVersion(name, version, None, "", YamlData(version.path, problems=(content,)), (content,))
    source = parse(content, version.path)
    found, faults = read_statement(source)
    return EvidenceVersion(name, version, found, hashlib.sha256(content).hexdigest(), source, tuple(faults))


def attachments_of(files: FileVersions, paths: Iterable[str]) -> dict[str, tuple[Attachment, ...]]:
    """Every version of the files that evidence names, each hashed; one that is too large counts as not there.

    Raises:
        CannotProceed: they are too large together.
    """
    known = {path: files.of(path) for path in sorted(paths)}
    sizes = files.sizes(version for versions in known.values() for version in versions)
    if sum(size for size in sizes.values() if size <= LARGEST_ATTACHMENT) > MOST_ATTACHED:
        raise CannotProceed(
            f"The files that evidence names hold more than {MOST_ATTACHED >> 20} MB together, in all versions.",
            where=EVIDENCE,
            hint="Keep large evidence elsewhere, and say in the statement where it is, with its SHA-256.",
        )
    digests: dict[str, str] = {}
    found: dict[str, tuple[Attachment, ...]] = {}
    for path, versions in known.items():
        made = []
        for version in versions:
            size = sizes.get(version.blob or "", 0)
            if version.blob is not None and version.blob not in digests and size <= LARGEST_ATTACHMENT:
                content = files.content(version, keep=False)
                digests[version.blob] = hashlib.sha256(content).hexdigest() if content is not None else ""
            made.append(Attachment(version, digests.get(version.blob or "", ""), size))
        found[path] = tuple(made)
    return found
