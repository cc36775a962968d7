# SPDX-License-Identifier: Apache-2.0
"""The log that was kept says what Git says, whatever became of the branch, and is not used where it would not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from secure_score_backlog import kept_log
from secure_score_backlog.cache import FOLDER, Cache
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.git import MainHistory, open_repository, read_main_history
from secure_score_backlog.git import Repository as Opened
from tests.support.repositories import Repository

LOG = f"{FOLDER}/{kept_log.KEPT}"


@pytest.fixture(autouse=True)
def few_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three commits are enough."""
    monkeypatch.setattr(kept_log, "WORTH_KEEPING", 3)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Git's log was asked for."""
    found: list[str] = []
    original = Opened.log

    def log(repository: Opened, start: str = "HEAD") -> bytes:
        found.append(start)
        return original(repository, start)

    monkeypatch.setattr(Opened, "log", log)
    return found


def read(root: Path) -> MainHistory:
    """The history, with a cache."""
    repository = open_repository(root)
    assert repository is not None
    return kept_log.read_kept_history(repository, lambda: Cache(root))


def same(one: MainHistory, other: MainHistory | None) -> bool:
    """Whether two histories say the same, in the same order."""
    assert other is not None
    return repr([one.versions, one.head, one.dated_by, one.problems, one.commits]) == repr(
        [other.versions, other.head, other.dated_by, other.problems, other.commits]
    )


@pytest.fixture
def tenant(tmp_path: Path) -> Repository:
    """Four commits, a merge among them, whose log was kept."""
    repository = Repository(tmp_path / "tenant")
    repository.commit("One", decisions__A="a")
    repository.git("checkout", "--quiet", "-b", "side")
    repository.commit("Two", decisions__B="b")
    repository.git("checkout", "--quiet", "main")
    repository.commit("Three", decisions__A="c")
    repository.merge("side", "Merge pull request #7 from a/b", "2026-10-02T00:00:00Z")
    repository.write("build/.gitignore", "*\n")
    read(repository.folder)
    assert (repository.folder / LOG).is_file()
    return repository


def merged_from_the_other_side(tenant: Repository) -> None:
    """A branch that has the kept commits as a second parent."""
    tenant.git("checkout", "--quiet", "-b", "other", "HEAD~1")
    tenant.commit("Other", decisions__C="c")
    tenant.merge("main", "All", "2026-10-05T00:00:00Z")


CONTINUED: dict[str, Callable[[Repository], object]] = {
    "nothing new": lambda _: None,
    "a commit": lambda tenant: tenant.commit("New", when="2026-10-03T00:00:00Z", decisions__A="d"),
    "commits with earlier times": lambda tenant: [
        tenant.commit(f"New {day}", when=f"2026-09-0{day}T00:00:00Z", decisions__A=str(day)) for day in (2, 1)
    ],
    "a merge": lambda tenant: (
        tenant.git("checkout", "--quiet", "side"),
        tenant.commit("Side", decisions__B="e"),
        tenant.git("checkout", "--quiet", "main"),
        tenant.merge("side", "Merged", "2026-10-04T00:00:00Z"),
    ),
}
ANEW: dict[str, Callable[[Repository], object]] = {
    "an amended commit": lambda tenant: tenant.git("commit", "--amend", "--quiet", "--message", "Other"),
    "a branch that was reset": lambda tenant: tenant.git("reset", "--quiet", "--hard", "HEAD~1"),
    "another branch": lambda tenant: tenant.git("checkout", "--quiet", "side"),
    "the kept commits as a second parent": merged_from_the_other_side,
    "names": lambda tenant: tenant.write(".mailmap", "Somebody <author@tenant.example>\n"),
    "settings of Git": lambda tenant: tenant.git("config", "i18n.logOutputEncoding", "latin1"),
    "a file that is cut off": lambda tenant: (tenant.folder / LOG).write_bytes((tenant.folder / LOG).read_bytes()[:-1]),
}


@pytest.mark.parametrize("change", [*CONTINUED, *ANEW])
def test_it_says_what_git_says(tenant: Repository, asked: list[str], change: str) -> None:
    """Of commits that follow, they alone are asked for; else everything; and so again from what is kept then."""
    tip = tenant.git("rev-parse", "HEAD")
    (CONTINUED.get(change) or ANEW[change])(tenant)
    head = tenant.git("rev-parse", "HEAD")
    found = read(tenant.folder)
    if change in CONTINUED:
        assert asked == ([] if head == tip else [f"{tip}..{head}"])
    else:
        assert asked[-1] == head
    assert same(found, read_main_history(tenant.folder))
    asked.clear()
    again = read(tenant.folder)
    assert same(again, found)
    if len(found.commits) >= kept_log.WORTH_KEEPING:
        assert asked == []


def test_a_lost_commit_is_refused(tenant: Repository) -> None:
    """As without a cache."""
    lost = tenant.git("rev-parse", "HEAD~1")
    (tenant.folder / ".git/objects" / lost[:2] / lost[2:]).unlink()
    with pytest.raises(CannotProceed):
        read(tenant.folder)


def test_a_link_in_the_place_of_names_keeps_nothing(tenant: Repository, asked: list[str]) -> None:
    """Some versions of Git follow it."""
    (tenant.folder / "names").write_text("Somebody <author@tenant.example>\n", encoding="utf-8")
    (tenant.folder / ".mailmap").symlink_to("names")
    for _ in range(2):
        read(tenant.folder)
    assert len(asked) == 2


def test_another_state_of_the_code_counts_for_nothing(
    tenant: Repository, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have asked for another form."""
    monkeypatch.setattr(kept_log, "code_version", lambda *_: "other")
    read(tenant.folder)
    assert len(asked) == 1


def test_a_short_log_is_not_kept(tenant: Repository, tmp_path: Path) -> None:
    """Nor one of a repository without commits."""
    small = Repository(tmp_path / "small")
    assert read(small.folder).commits == ()
    small.commit("One")
    read(small.folder)
    assert not (small.folder / "build").exists()
    assert (tenant.folder / LOG).exists()
