# SPDX-License-Identifier: Apache-2.0
"""Git as the clock: real repositories, with what real repositories do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.git import FileVersions, MainHistory, read_main_history
from tests.support.repositories import Repository


def read(folder: Path) -> MainHistory:
    """The history, which must be there."""
    found = read_main_history(folder)
    assert found is not None
    return found


def test_a_folder_without_git_has_no_history(tmp_path: Path) -> None:
    """That is allowed: citations are missing, nothing else."""
    assert read_main_history(tmp_path) is None


def test_an_empty_repository_has_an_empty_history(tmp_path: Path) -> None:
    """Right after `git init`."""
    Repository(tmp_path)
    found = read(tmp_path)
    assert found.versions == {}
    assert found.head is None


def test_what_counts_is_when_the_main_branch_got_it(tmp_path: Path) -> None:
    """A decision written on a branch in September and merged in October is known since October."""
    repository = Repository(tmp_path)
    repository.commit("Begin", "2026-09-01T08:00:00+00:00")
    repository.git("switch", "--quiet", "--create", "side")
    repository.commit("Decide A", "2026-09-10T08:00:00+00:00", decisions__A="one")
    repository.commit("Decide A better", "2026-09-11T08:00:00+00:00", decisions__A="two")
    repository.git("switch", "--quiet", "main")
    repository.commit("Meanwhile", "2026-09-20T08:00:00+00:00", other="x")
    merged = repository.merge(
        "side", "Merge pull request #12 from tenant/side\n\nAccept A until spring", "2026-10-02T23:30:00-03:00"
    )
    found = read(tmp_path)
    (version,) = found.versions["decisions/A.md"]
    assert (version.commit, version.pull_request, version.subject) == (merged, 12, "Accept A until spring")
    assert version.at.isoformat() == "2026-10-03T02:30:00+00:00"
    assert version.blob is not None
    assert found.content(version.blob) == b"two"
    assert found.head is not None
    assert found.head.commit == merged


def test_squash_merges_carry_their_number(tmp_path: Path) -> None:
    """A squash subject ends in the number; a plain commit has none."""
    repository = Repository(tmp_path)
    repository.commit("Decide A (#7)", decisions__A="one")
    repository.commit("Decide B", decisions__B="one")
    found = read(tmp_path)
    assert [(v.pull_request, v.subject) for v in found.versions["decisions/A.md"]] == [(7, "Decide A")]
    assert found.versions["decisions/B.md"][0].pull_request is None


def test_deletions_reverts_and_renames_are_versions(tmp_path: Path) -> None:
    """Nothing is lost: a deleted file has a version without content, a revert brings the old content back."""
    repository = Repository(tmp_path)
    repository.commit("one", "2026-10-01T08:00:00+00:00", decisions__A="one")
    repository.commit("two", "2026-10-02T08:00:00+00:00", decisions__A="two")
    repository.git("revert", "--no-edit", "HEAD", when="2026-10-03T08:00:00+00:00")
    repository.git("mv", "decisions/A.md", "decisions/B.md")
    repository.commit("rename", "2026-10-04T08:00:00+00:00")
    found = read(tmp_path)
    versions = found.versions["decisions/A.md"]
    contents = [found.content(version.blob) if version.blob else None for version in versions]
    assert contents == [b"one", b"two", b"one", None]
    assert [version.at.day for version in found.versions["decisions/B.md"]] == [4]


def test_a_clock_that_ran_backwards_does_not_turn_history_round(tmp_path: Path) -> None:
    """A commit cannot be older than the one it follows."""
    repository = Repository(tmp_path)
    repository.commit("one", "2026-10-05T08:00:00+00:00", decisions__A="one")
    repository.commit("two", "2026-10-01T08:00:00+00:00", decisions__A="two")
    assert [version.at.day for version in read(tmp_path).versions["decisions/A.md"]] == [5, 5]


def test_odd_names_and_odd_messages_are_read(tmp_path: Path) -> None:
    """Blanks, quotes, other alphabets in paths; control characters in messages and author names."""
    repository = Repository(tmp_path)
    odd = 'decisions/a "b" \u00fc\t\u65e5.md'
    repository.write(odd, "x")
    repository.git("add", "--all")
    repository.git("-c", "user.name=A\x1fB", "commit", "--quiet", "--message", "sub\x1fject\n\nbo\x1fdy")
    found = read(tmp_path)
    assert list(found.versions) == [odd]
    assert len(found.versions[odd][0].commit) == 40


def test_octopus_merges_and_detached_heads_and_worktrees_work(tmp_path: Path) -> None:
    """The main line is the first parents of whatever is checked out."""
    repository = Repository(tmp_path / "main")
    repository.commit("Begin", base="x")
    for name in ("A", "B"):
        repository.git("switch", "--quiet", "--create", name, "main")
        repository.commit(name, **{f"decisions__{name}": name})
    repository.git("switch", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-ff", "--message", "both", "A", "B", when="2026-10-02T08:00:00+00:00")
    repository.git("switch", "--quiet", "--detach")
    repository.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "second"))
    for folder in (tmp_path / "main", tmp_path / "second"):
        assert {path for path in read(folder).versions if path.startswith("decisions/")} == {
            "decisions/A.md", "decisions/B.md",
        }  # fmt: skip


def test_a_root_inside_a_repository_sees_its_own_files_only(tmp_path: Path) -> None:
    """Several tenants may live in folders of one repository."""
    repository = Repository(tmp_path)
    repository.commit("both", one__decisions__A="x", two__decisions__B="y")
    assert list(read(tmp_path / "one").versions) == ["decisions/A.md"]


def test_a_shallow_clone_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    """It would date every decision to its last commit."""
    repository = Repository(tmp_path / "full")
    repository.commit("one", decisions__A="one")
    repository.commit("two", decisions__A="two")
    repository.git("clone", "--quiet", "--depth", "1", f"file://{tmp_path / 'full'}", str(tmp_path / "shallow"))
    with pytest.raises(CannotProceed) as caught:
        read_main_history(tmp_path / "shallow")
    assert "fetch --unshallow" in (caught.value.hint or "")


def test_an_uncommitted_edit_is_a_version_without_a_commit(tmp_path: Path) -> None:
    """Edited, new and deleted files count for the day the build looks at; unchanged ones add nothing."""
    repository = Repository(tmp_path)
    repository.commit("one", decisions__A="same\n", decisions__B="old", decisions__C="gone")
    repository.write("decisions/A.md", "same\r\n")
    repository.write("decisions/B.md", "new")
    (tmp_path / "decisions/C.md").unlink()
    repository.write("decisions/D.md", "fresh")
    repository.write("decisions/.hidden.md", "no")
    files = FileVersions(tmp_path, read(tmp_path), date(2026, 11, 1))
    assert list(files.paths("decisions", ".md")) == [f"decisions/{name}.md" for name in "ABCD"]
    assert [version.committed for version in files.of("decisions/A.md")] == [True]
    assert [version.committed for version in files.of("decisions/B.md")] == [True, False]
    assert files.content(files.of("decisions/B.md")[-1]) == b"new"
    assert files.of("decisions/C.md")[-1].blob is None
    assert [version.at.date() for version in files.of("decisions/D.md")] == [date(2026, 11, 1)]


def test_a_link_in_the_working_tree_is_not_followed(tmp_path: Path) -> None:
    """It could lead out of the folder and bring anybody's file onto the site."""
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    repository = Repository(tmp_path / "tenant")
    repository.commit("Begin", decisions__A="own")
    (tmp_path / "tenant" / "decisions" / "B.md").symlink_to(tmp_path / "secret.md")
    files = FileVersions(tmp_path / "tenant", read(tmp_path / "tenant"), date(2026, 11, 1))
    assert files.of("decisions/B.md") == ()
