# SPDX-License-Identifier: Apache-2.0
"""A branch against its base: which commit, which commits between, which files; and nothing of a repository is run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from secure_score_backlog.branches import Branch, read_branch
from secure_score_backlog.errors import CannotProceed, ShallowClone, WrongUsage
from tests.support.repositories import Repository

ODD_FILES = pytest.mark.skipif(sys.platform == "win32", reason="no such files there")


@pytest.fixture
def forked(tmp_path: Path) -> Repository:
    """A main branch that went on after `work` was made from it; `work` is checked out."""
    repository = Repository(tmp_path / "tenant")
    repository.commit("Begin", decisions__A="one\n", decisions__B="two\n")
    repository.git("checkout", "--quiet", "-b", "work")
    repository.commit("Change A", decisions__A="other\n")
    repository.git("checkout", "--quiet", "main")
    repository.commit("Change B on the main branch", decisions__B="meanwhile\n")
    repository.git("checkout", "--quiet", "work")
    return repository


def changed(branch: Branch) -> dict[str, str]:
    """How each file changed."""
    return {
        change.path: "added" if change.added else "deleted" if change.deleted else "changed" for change in branch.files
    }


def test_what_happened_on_the_main_branch_is_not_taken_for_the_branchs_work(forked: Repository) -> None:
    """The base is the newest common commit, so that a reviewer sees what the branch does and no more."""
    branch = read_branch(forked.folder, "main", "HEAD")
    assert branch.base == forked.git("merge-base", "main", "work")
    assert changed(branch) == {"decisions/A.md": "changed"}
    assert [commit.subject for commit in branch.commits] == ["Change A"]
    forked.git("merge", "--quiet", "--no-edit", "main")
    assert changed(read_branch(forked.folder, "main", "HEAD")) == {"decisions/A.md": "changed"}


def test_every_commit_of_the_branch_counts_with_who_made_it(forked: Repository) -> None:
    """Commits of branches that were merged in are listed too, each with names as written and what it changed."""
    forked.git("checkout", "--quiet", "-b", "inner")
    forked.git("config", "user.name", "unused")
    forked.git("-c", "user.name=x", "commit", "--quiet", "--allow-empty", "-m", "Empty")
    forked.commit("By a bot", decisions__C="three\n")
    forked.git("checkout", "--quiet", "work")
    forked.merge("inner", "Merge inner", "2026-10-02T12:00:00+00:00")
    branch = read_branch(forked.folder, "main")
    found = {commit.subject: commit for commit in branch.commits}
    assert set(found) == {"Merge inner", "By a bot", "Empty", "Change A"}
    assert found["By a bot"].paths == ("decisions/C.md",)
    assert found["Merge inner"].paths == ()
    assert found["By a bot"].author.name == "Test Author"
    assert found["By a bot"].committer.mail == "committer@tenant.example"


def test_a_merge_that_changes_something_by_itself_is_found(forked: Repository) -> None:
    """What is slipped into a merge commit belongs to it, not to the branches that it merges."""
    forked.git("merge", "--quiet", "--no-ff", "--no-commit", "main")
    forked.write("decisions/A.md", "slipped in\n")
    forked.git("commit", "--quiet", "--all", "--message", "Merge with more")
    found = {commit.subject: commit.paths for commit in read_branch(forked.folder, "main").commits}
    assert found == {"Merge with more": ("decisions/A.md",), "Change A": ("decisions/A.md",)}


def test_a_path_cannot_pass_for_a_commit(forked: Repository) -> None:
    """A file called like a commit, or like the beginning of an entry, is a path."""
    for name in ("a" * 40, ":100644"):
        forked.write(name, "x\n")
    forked.commit("Odd names")
    (commit, _) = read_branch(forked.folder, "main").commits
    assert set(commit.paths) == {"a" * 40, ":100644"}


@pytest.mark.parametrize(
    "name", ["", "-x", "--output=/tmp/x", "missing", "main..HEAD", "main\nHEAD", "x" * 300, "HEAD:decisions", "@{-9}"]
)
def test_a_name_that_is_no_commit(forked: Repository, name: str) -> None:
    """Options, ranges, control characters and unknown names are wrong usage, with a hint that helps."""
    with pytest.raises(WrongUsage) as caught:
        read_branch(forked.folder, name)
    assert caught.value.hint is not None
    assert ("fetch-depth: 0" in caught.value.hint) is (".." not in name)


def test_a_branch_that_only_origin_has(forked: Repository, tmp_path: Path) -> None:
    """In a pull request's check the main branch is there as origin/main alone; its name is sufficient."""
    clone = Repository(tmp_path / "clone")
    clone.git("remote", "add", "origin", str(forked.folder))
    clone.git("fetch", "--quiet", "origin")
    clone.git("checkout", "--quiet", "--detach", "origin/work")
    clone.git("branch", "--quiet", "--delete", "--force", "main", check=False)
    assert changed(read_branch(clone.folder, "main")) == {"decisions/A.md": "changed"}


def test_a_shallow_clone_is_refused(forked: Repository, tmp_path: Path) -> None:
    """Without its history nothing can be compared, and the error names the setting that helps."""
    forked.git("clone", "--quiet", "--depth", "1", forked.folder.as_uri(), str(tmp_path / "shallow"))
    with pytest.raises(ShallowClone) as caught:
        read_branch(tmp_path / "shallow", "main")
    assert "fetch-depth: 0" in str(caught.value.hint)


def test_histories_with_nothing_in_common(forked: Repository) -> None:
    """Two beginnings have no base."""
    forked.git("checkout", "--quiet", "--orphan", "other")
    forked.commit("Another beginning", decisions__A="else\n")
    with pytest.raises(CannotProceed, match="no commit in common"):
        read_branch(forked.folder, "main")


def test_a_folder_without_history(tmp_path: Path) -> None:
    """Neither a plain folder nor an empty repository has anything to compare with."""
    with pytest.raises(CannotProceed, match="no Git history"):
        read_branch(tmp_path, "main")
    with pytest.raises(CannotProceed, match="no Git history"):
        read_branch(Repository(tmp_path / "empty").folder, "main")


def test_the_working_tree_counts_as_it_is(forked: Repository) -> None:
    """Without a second name, edits, new files and deletions count before they are committed; ignored files do not."""
    forked.write("decisions/B.md", "edited\n")
    forked.write("decisions/New.md", "new\n")
    forked.write(".gitignore", "/build/\n")
    forked.write("build/x", "ignored\n")
    (forked.folder / "decisions" / "A.md").unlink()
    branch = read_branch(forked.folder, "main")
    assert branch.head is None
    assert changed(branch) == {
        ".gitignore": "added",
        "decisions/A.md": "deleted",
        "decisions/B.md": "changed",
        "decisions/New.md": "added",
    }


def test_line_ends_that_git_would_store_are_no_change(forked: Repository) -> None:
    """A checkout on Windows has other line ends, and nobody changed anything."""
    forked.write("decisions/B.md", "two\r\n")
    assert changed(read_branch(forked.folder, "main")) == {"decisions/A.md": "changed"}


def test_no_filter_of_the_repository_is_run(forked: Repository, tmp_path: Path) -> None:
    """Git starts programs that a repository's settings name when it compares a folder; so it is not asked to."""
    mark = tmp_path / "mark"
    forked.git("config", "filter.evil.clean", f"touch {mark}; cat")
    forked.git("config", "diff.evil.textconv", f"touch {mark}; cat")
    forked.git("config", "core.fsmonitor", f"touch {mark}")
    forked.write(".gitattributes", "*.md filter=evil diff=evil\n")
    forked.write("decisions/B.md", "edited\n")
    assert "decisions/B.md" in changed(read_branch(forked.folder, "main"))
    assert not mark.exists()


@ODD_FILES
def test_a_link_in_the_place_of_a_file_is_a_change(forked: Repository) -> None:
    """It is not followed, and the reviewer hears of it."""
    (forked.folder / "decisions" / "B.md").unlink()
    (forked.folder / "decisions" / "B.md").symlink_to("/etc/passwd")
    assert changed(read_branch(forked.folder, "main"))["decisions/B.md"] == "changed"
    forked.commit("A link")
    assert changed(read_branch(forked.folder, "main", "HEAD"))["decisions/B.md"] == "changed"
    assert changed(read_branch(forked.folder, "main"))["decisions/B.md"] == "changed"


def test_a_backlog_in_a_folder_of_a_larger_repository(tmp_path: Path) -> None:
    """Paths are relative to the backlog's folder, and what changes outside of it is listed as outside."""
    repository = Repository(tmp_path / "all")
    repository.write("tenant/decisions/A.md", "one\n")
    repository.write(".github/workflows/x.yml", "one\n")
    repository.commit("Begin")
    repository.git("branch", "base")
    repository.write("tenant/decisions/A.md", "two\n")
    repository.write(".github/workflows/x.yml", "two\n")
    committed = repository.commit("Change both")
    for head in (None, committed):
        branch = read_branch(tmp_path / "all" / "tenant", "base", head)
        assert [(change.path, change.inside) for change in branch.files] == [
            ("decisions/A.md", True),
            (".github/workflows/x.yml", False),
        ]
