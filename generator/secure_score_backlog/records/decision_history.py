# SPDX-License-Identifier: Apache-2.0
"""Every version of every decision, read: what Git has, and on top what the working tree has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from secure_score_backlog.model.decision import DecisionHistory, DecisionVersion, Version
from secure_score_backlog.model.front_matter import FrontMatter
from secure_score_backlog.records.decision_files import FOLDER, NOT_DECISIONS, SUFFIX
from secure_score_backlog.records.file_versions import FileVersions
from secure_score_backlog.records.front_matter import parse
from secure_score_backlog.rules.deciding.decisions import read_decision


@dataclass(frozen=True, slots=True)
class WrittenDecisions:
    """All versions, with the front matter of each so that a problem can point at its line."""

    history: DecisionHistory
    sources: Mapping[Version, FrontMatter] = field(default_factory=dict)
    """By version; a deleted file has none."""


def load_decision_history(files: FileVersions) -> WrittenDecisions:
    """Read every version once. A version with errors is kept and counts as unreadable."""
    versions: dict[str, tuple[DecisionVersion, ...]] = {}
    sources: dict[Version, FrontMatter] = {}
    paths = [path for path in files.paths(FOLDER, SUFFIX) if PurePosixPath(path).name.lower() not in NOT_DECISIONS]
    known = {path: files.of(path) for path in paths}
    files.fetch(version for each in known.values() for version in each)
    for path in paths:
        found = []
        for version in known[path]:
            content = files.content(version)
            if content is None:
                found.append(DecisionVersion(version, None))
                continue
            source = parse(content, path)
            decision, _ = read_decision(source, path=path)
            sources[version] = source
            found.append(DecisionVersion(version, decision, readable=decision is not None))
        versions[PurePosixPath(path).stem] = tuple(found)
    return WrittenDecisions(DecisionHistory(versions, has_git=files.main is not None), sources)
