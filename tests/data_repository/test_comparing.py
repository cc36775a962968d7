# SPDX-License-Identifier: Apache-2.0
"""What an upgrade would change, and why a file differs."""

from __future__ import annotations

import pytest

from secure_score_backlog import __version__
from secure_score_backlog.data_repository.comparing import compared
from secure_score_backlog.data_repository.written import Record, digest
from secure_score_backlog.files import Document

OLD = b"one\ntwo\n"
NEW = b"one\n2\n"
MINE = b"one\ntwo\nmine\n"
PINNED = b"- uses: a/b@%s # v1.0.0\n"


def reasons(
    content: bytes | None, before: bytes | None, wanted: bytes | None = NEW, version: str = "0.0.9"
) -> list[str]:
    """Why a file is listed; at most one reason."""
    recorded = Record(version, files={"a.md": digest(before)} if before is not None else {})
    found = compared([Document("a.md", wanted)] if wanted is not None else [], recorded, lambda _: content)
    return [change.why for change in found]


@pytest.mark.parametrize(
    ("content", "before", "says"),
    [
        (OLD, OLD, "nobody has changed it since"),
        (MINE, OLD, "It was changed by hand, and version"),
        (MINE, None, "It was there before"),
        (None, OLD, "It was deleted"),
        (None, None, f"Version {__version__} adds it"),
    ],
)
def test_a_file_that_would_be_written_differently_has_a_reason(
    content: bytes | None, before: bytes | None, says: str
) -> None:
    """Whether a person or the program changed it, or both."""
    assert [says in reason for reason in reasons(content, before)] == [True]


@pytest.mark.parametrize(
    ("content", "before"), [(NEW, NEW), (MINE, NEW), (NEW.replace(b"\n", b"\r\n"), NEW), (NEW, OLD)]
)
def test_a_file_that_only_a_person_changed_is_theirs(content: bytes, before: bytes) -> None:
    """Nothing is said of it, nor of one that is as it would be written, with the line ends of any system."""
    assert reasons(content, before) == []


def test_newer_commits_of_actions_are_no_difference() -> None:
    """Dependabot proposes those one by one; another action at the place is one."""
    old, new = (PINNED % (digit * 40) for digit in (b"1", b"2"))
    assert reasons(new.replace(b"v1.0.0", b"v2.0.0"), None, old) == []
    assert len(reasons(new.replace(b"a/b", b"a/c"), None, old)) == 1


def test_a_file_that_is_not_written_any_more_is_named() -> None:
    """So that a person can delete it; one that is gone already is not."""
    assert [f"Version {__version__}" in reason for reason in reasons(OLD, OLD, None)] == [True]
    assert reasons(None, OLD, None) == []


def test_the_difference_leads_from_the_file_to_what_would_be_written() -> None:
    """As a diff, without a line that both have alike far away."""
    (change,) = compared([Document("a.md", NEW)], Record("0.0.9"), lambda _: OLD)
    assert [line for line in change.difference if line[:1] in "+-"][2:] == ["-two", "+2"]
