# SPDX-License-Identifier: Apache-2.0
"""Records of approvals outside GitHub that are files of the repository: whom their texts name.

A text that names a recommendation may still say nothing of an approval: only people can read that
(docs/method.md#approvals).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from secure_score_backlog.decisions.attestations import path_of
from secure_score_backlog.decisions.model import DecisionHistory
from secure_score_backlog.files import is_file
from secure_score_backlog.git import MainHistory
from secure_score_backlog.reviews import REVIEWS
from secure_score_backlog.text import comparable

LARGEST_RECORD = 1 << 20
"""Bytes of a file that is read as a record; minutes have a few thousand."""
MOST_RECORDS = 32 << 20
"""Bytes of all versions of such files together; what is beyond is not read."""
_MARKS = str.maketrans({"\\": None, "*": None, "`": None, "\N{RIGHT SINGLE QUOTATION MARK}": "'"})
"""Markdown's marks within words, and the apostrophe of a word processor."""


def record_files(root: Path | None, main: MainHistory | None, decisions: DecisionHistory) -> Mapping[str, bool]:
    """Of each file that a decision names as record: whether it is in the folder or in the newest commit.

    Args:
        root: The folder; None: only the commit counts.
        main: The history; None: only the folder counts.
        decisions: What names them.
    """
    versions = main.versions if main else {}

    def is_there(path: str) -> bool:
        committed = versions.get(path)
        return bool(committed and committed[-1].blob) or (root is not None and is_file(root, path))

    return {path: is_there(path) for record in records_of(decisions) if (path := path_of(record))}


def is_minutes(path: str) -> bool:
    """A text that people keep of a month, or of a meeting."""
    return path.startswith(f"{REVIEWS}/") and path.endswith(".md")


def load_records(main: MainHistory | None, decisions: DecisionHistory, *, minutes: bool) -> Mapping[str, str]:
    """The texts of the committed files that decisions name as records, as they are compared, by blob.

    What is too large or no text is left out: nothing is known of it.

    Args:
        main: The history.
        decisions: What names records.
        minutes: All minutes are wanted too, as they may name commits.
    """
    if main is None or main.repository is None:
        return {}
    named = {path for record in records_of(decisions) if (path := path_of(record))}
    paths = sorted(named | (set(filter(is_minutes, main.versions)) if minutes else set()))
    blobs = dict.fromkeys(each.blob for path in paths for each in main.versions.get(path, ()) if each.blob)
    return dict(_texts(main, blobs)) if blobs else {}


def records_of(decisions: DecisionHistory) -> Iterator[str]:
    """What the versions of all decisions name as record of an approval."""
    for versions in decisions.versions.values():
        for version in versions:
            approvable = version.decision.approvable if version.decision else None
            if approvable and approvable.approval:
                yield approvable.approval.record


def _texts(main: MainHistory, blobs: Iterable[str]) -> Iterator[tuple[str, str]]:
    assert main.repository is not None
    left, small = MOST_RECORDS, []
    for blob, size in main.repository.sizes(blobs).items():
        if size <= min(left, LARGEST_RECORD):
            left -= size
            small.append(blob)
    for blob, content in main.stream(small):
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            yield blob, folded(text)


def folded(text: str) -> str:
    """A text as it is compared: without Markdown's marks within words, whatever the case and the blanks."""
    return comparable(text.translate(_MARKS))


def names(text: str, *words: str) -> bool:
    """Whether a folded text holds one of some words as whole words, such as an id or a title."""
    return any(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) for each in words if (word := folded(each)))
