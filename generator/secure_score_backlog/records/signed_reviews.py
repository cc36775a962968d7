# SPDX-License-Identifier: Apache-2.0
"""The signed facts of finished months: `docs/reviews/YYYY-MM.json`, as merged."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import PurePosixPath

from secure_score_backlog.model.backlog import SignedReview
from secure_score_backlog.model.decision import Version
from secure_score_backlog.model.problem import Problem
from secure_score_backlog.records.file_versions import FileVersions
from secure_score_backlog.records.minutes import FOLDER
from secure_score_backlog.rules.calendar import MONTH
from secure_score_backlog.rules.judging.signing import read_signed, unusable


def load_signed_reviews(files: FileVersions) -> tuple[dict[str, SignedReview], list[Problem]]:
    """The signed months, by YYYY-MM. An edit that nobody merged does not count; one that cannot be trusted is told."""
    found: dict[str, SignedReview] = {}
    problems: list[Problem] = []
    for path in files.paths(FOLDER, ".json"):
        month = PurePosixPath(path).stem
        merged = [version for version in files.of(path) if version.committed or files.main is None]
        content = files.content(merged[-1]) if merged else None
        if content is None or not MONTH.fullmatch(month):
            continue
        signed = signed_in(content, month, path)
        if isinstance(signed, Problem):
            problems.append(signed)
        else:
            found[month] = replace(signed, version=citation(merged[-1]))
    return found, problems


def signed_in(content: bytes, month: str, path: str) -> SignedReview | Problem:
    """The signed facts in the bytes of a file."""
    try:
        return read_signed(json.loads(content.decode("utf-8-sig")), month, path)
    except (ValueError, RecursionError):
        return unusable(path, "The signed review is not JSON.")


def citation(version: Version) -> Version | None:
    """The commit, where there is one."""
    return version if version.committed else None
