# SPDX-License-Identifier: Apache-2.0
"""What CHANGELOG.md must say before a version may be tagged, and what of it becomes the notes of a release."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.release.changelog import faults, notes, sections

ROOT = Path(__file__).resolve().parents[2]

READY = """\
# Changelog

Everything that a user may notice.

## [Unreleased]

## [0.2.0] - 2026-12-01

### Added

- One thing, see [the guide](docs/guide/reading.md#board),
  on two lines.
- [Another](https://example.org/x), and [a section](#fixed).

## [0.1.0] - 2026-11-27

- The first.
"""


def test_a_version_that_is_ready_has_no_faults() -> None:
    """A dated section with entries below an empty [Unreleased] may be tagged."""
    assert list(faults(READY, "0.2.0")) == []


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("## [Unreleased]\n", "", "does not begin with the section [Unreleased]"),
        ("[0.2.0]", "[0.3.0]", "has no section for 0.2.0"),
        ("## [Unreleased]\n", "## [Unreleased]\n\n- Untold.\n", "still has entries"),
        ("- 2026-12-01", "- soon", "has no day"),
        ("- 2026-12-01", "- 20261201", "has no day"),
        (" - 2026-12-01", "", "has no day"),
        ("2026-12-01", "2026-11-01", "not in order"),
        ("## [0.1.0]", "## [0.1.0", "has no day"),
    ],
)
def test_each_fault_of_the_changelog_is_told(before: str, after: str, why: str) -> None:
    """One thing spoiled is one fault, which says what to do."""
    assert before in READY
    (fault,) = faults(READY.replace(before, after, 1), "0.2.0")
    assert why in fault


def test_a_version_without_entries_is_told() -> None:
    """An empty section says nothing about the version."""
    text = READY.replace("- One thing", "One thing").replace("- [Another]", "[Another]")
    (fault,) = faults(text, "0.2.0")
    assert "has no entry" in fault


def test_the_notes_hold_the_section_and_nothing_else() -> None:
    """Entries of the version, none of another; links into the repository lead to the tag, others are left alone."""
    text = notes(READY, "0.2.0", "harbour/backlog")
    assert (
        "- One thing, see [the guide](https://github.com/harbour/backlog/blob/v0.2.0/docs/guide/reading.md#board),"
        in text
    )
    assert "  on two lines." in text
    assert "- [Another](https://example.org/x), and [a section](#fixed)." in text
    assert "The first." not in text
    assert "pipx install secure-score-backlog==0.2.0" in text
    assert "gh attestation verify FILE --repo harbour/backlog" in text


def test_notes_of_a_rehearsal_hold_what_is_not_released() -> None:
    """Before the section has its version, the notes are those of [Unreleased]."""
    text = notes(READY.replace("## [Unreleased]\n", "## [Unreleased]\n\n- New.\n"), "0.3.0", "harbour/backlog")
    assert "- New." in text
    assert "One thing" not in text


def test_this_repository_can_be_tagged() -> None:
    """[Unreleased] renamed to the version, with an empty one above, is all that CHANGELOG.md needs."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert sections(text)[0].name == "Unreleased"
    if sections(text)[0].entries:
        text = text.replace("## [Unreleased]\n", "## [Unreleased]\n\n## [97.0.0] - 2199-12-31\n", 1)
        assert list(faults(text, "97.0.0")) == []
    assert len(notes(text, "97.0.0", "harbour/backlog").encode()) < 125_000  # GitHub's limit
