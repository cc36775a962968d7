# SPDX-License-Identifier: Apache-2.0
"""What is kept of the snapshots changes no answer: cold, warm, foreign, damaged, of other code, of a branch."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secure_score_backlog import cache
from secure_score_backlog.cache import FOLDER, Cache
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.git import open_repository
from secure_score_backlog.snapshots import store
from secure_score_backlog.snapshots.model import History
from secure_score_backlog.snapshots.snapshot_files import encode
from secure_score_backlog.snapshots.store import KEPT, SnapshotBranch, SnapshotFolder
from secure_score_backlog.workspace import load, load_commit
from tests.support.repositories import Repository
from tests.support.running import run_here
from tests.support.tenants import stored

Answer = tuple[str, str]


def day(number: int, points: object = None, **more: object) -> bytes:
    """The snapshot of a day of October 2026; one recommendation comes and goes."""
    scores = {"Safe": (number if points is None else points, 50), "Third": (1, 3)}
    if number % 3:
        scores["Odd"] = (0, 7)
    whole = stored(scores, azureTenantId="11111111-2222-3333-4444-555555555555", **more)
    return encode(whole)


def path_of(number: int) -> str:
    """Where the snapshot of a day is."""
    return f"snapshots/2026/2026-10-{number:02}.json"


@pytest.fixture(autouse=True)
def few_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three days are enough."""
    monkeypatch.setattr(store, "WORTH_KEEPING", 3)


@pytest.fixture
def tenant(tmp_path: Path) -> Repository:
    """Eight days, committed; one of them cannot be read, and one lacks a number."""
    repository = Repository(tmp_path / "tenant")
    for number in range(1, 9):
        repository.write(path_of(number), day(number))
    repository.write(path_of(3), b"{")
    repository.write(path_of(4), day(4).replace(b'"score":4', b'"score":"many"'))
    repository.write("snapshots/catalogue.json", '{"collected": {}, "profiles": [], "descriptions": {}}')
    repository.commit("Snapshots", "2026-10-08T12:00:00+00:00")
    return repository


def answer(root: Path) -> Answer:
    """Everything that rests on the snapshots."""
    found = load(root, today=date(2026, 10, 9))
    return repr(found.history), repr(found.problems)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The snapshots whose content was asked for."""
    asked: list[str] = []
    original = SnapshotFolder.contents

    def contents(folder: SnapshotFolder, paths: Iterable[str]) -> Iterator[tuple[str, bytes | CannotProceed]]:
        for path, content in original(folder, paths):
            asked.append(path)
            yield path, content

    monkeypatch.setattr(SnapshotFolder, "contents", contents)
    return asked


def fresh(repository: Repository) -> Answer:
    """The answer of a clone of the working tree that never had a cache."""
    copy = repository.folder.parent / "fresh"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(repository.folder, copy, ignore=shutil.ignore_patterns("build"))
    found = answer(copy)
    shutil.rmtree(copy)
    return found


def test_the_second_run_reads_the_newest_day_alone(tenant: Repository, read: list[str]) -> None:
    """Git says that the others are as they were, and nothing of the answer changes."""
    first = answer(tenant.folder)
    assert "2026-10-03" in first[1]
    assert "2026-10-04" in first[1]
    assert (tenant.folder / FOLDER / KEPT).is_file()
    assert tenant.git("status", "--short") == ""
    read.clear()
    load(tenant.folder, today=date(2026, 10, 9))
    assert [path for path in read if "2026" in path] == [path_of(8)]
    assert answer(tenant.folder) == first


def test_a_command_prints_the_same_bytes(tenant: Repository) -> None:
    """Cold, warm, and with half of the file."""
    printed = [run_here("status", "--json", "--root", tenant.folder, expect=0).stdout for _ in range(2)]
    file = tenant.folder / FOLDER / KEPT
    file.write_bytes(file.read_bytes()[:500])
    assert {*printed, run_here("status", "--json", "--root", tenant.folder, expect=0).stdout} == {printed[0]}
    assert "2026-10-08" in printed[0]


CATALOGUE = '{"collected": {}, "profiles": [{"id": "Safe", "title": "Odd"}], "descriptions": {}}'


def committed(tenant: Repository) -> None:
    """A new day, as a run commits it."""
    tenant.write(path_of(9), day(9))
    tenant.commit("One more")


CHANGES: dict[str, Callable[[Repository], object]] = {
    "a new day": lambda tenant: tenant.write(path_of(9), day(9)),
    "two new days": lambda tenant: tenant.change({path_of(9): day(9), path_of(10): day(10)}),
    "the newest day again": lambda tenant: tenant.write(path_of(8), day(8, points=1)),
    "the newest day broken": lambda tenant: tenant.write(path_of(8), b"{"),
    "a new day that is broken": lambda tenant: tenant.write(path_of(9), b"{"),
    "a new partial day": lambda tenant: tenant.write(
        path_of(9), day(9).replace(b'"complete":true', b'"complete":false,"coverage":"partial"')
    ),
    "an old day, as long as before": lambda tenant: tenant.write(path_of(2), day(2, points=9)),
    "an old day mended": lambda tenant: tenant.write(path_of(3), day(3)),
    "an old day deleted": lambda tenant: tenant.change({path_of(5): None}),
    "an old day between": lambda tenant: tenant.write("snapshots/2026/2026-09-30.json", day(1)),
    "a catalogue with ids": lambda tenant: tenant.write("snapshots/catalogue.json", CATALOGUE),
    "committed": committed,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_counts(change: str, tenant: Repository) -> None:
    """Whatever changes after a run, the next run gives what a folder without a cache gives, and so the one after."""
    answer(tenant.folder)
    CHANGES[change](tenant)
    wanted = fresh(tenant)
    assert [answer(tenant.folder), answer(tenant.folder)] == [wanted, wanted]


def test_marks_of_git_hide_no_change(tenant: Repository) -> None:
    """A file that Git was told to take for unchanged is compared all the same."""
    answer(tenant.folder)
    tenant.git("update-index", "--assume-unchanged", path_of(2))
    tenant.git("update-index", "--skip-worktree", path_of(5))
    tenant.change({path_of(2): day(2, points=9), path_of(5): day(5, points=9)})
    assert answer(tenant.folder) == fresh(tenant)


@pytest.fixture
def warm(tenant: Repository) -> tuple[Path, Answer]:
    """The file of the cache, and the answer without it."""
    wanted = answer(tenant.folder)
    return tenant.folder / FOLDER / KEPT, wanted


@pytest.mark.parametrize("cut", [0, 1, 16, 20, 48, 60, 200, -1])
def test_a_truncated_cache_counts_for_nothing(cut: int, warm: tuple[Path, Answer], tenant: Repository) -> None:
    """A full disk or a killed run leaves no wrong figure."""
    file, wanted = warm
    whole = file.read_bytes()
    file.write_bytes(whole[:cut])
    assert answer(tenant.folder) == wanted
    assert file.read_bytes() == whole


@pytest.mark.parametrize("place", [0, 20, 50, 100, -1])
def test_a_damaged_cache_counts_for_nothing(place: int, warm: tuple[Path, Answer], tenant: Repository) -> None:
    """One flipped bit is noticed."""
    file, wanted = warm
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    assert answer(tenant.folder) == wanted


def test_a_foreign_cache_counts_for_nothing(warm: tuple[Path, Answer], tenant: Repository, tmp_path: Path) -> None:
    """That of another tenant, whole as it is, is about other content."""
    file, wanted = warm
    other = Repository(tmp_path / "other")
    for number in range(1, 9):
        other.write(path_of(number), day(number, points=7))
    other.commit("Other snapshots")
    answer(other.folder)
    shutil.copy(other.folder / FOLDER / KEPT, file)
    assert answer(tenant.folder) == wanted


def test_a_cache_of_other_code_counts_for_nothing(
    warm: tuple[Path, Answer], tenant: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version of the program may read the same bytes otherwise."""
    file, wanted = warm
    before = file.read_bytes()
    monkeypatch.setattr(store, "code_version", lambda *_: "another version")
    assert answer(tenant.folder) == wanted
    assert file.read_bytes() != before


def test_a_cache_that_a_branch_brought_is_not_read(warm: tuple[Path, Answer], tenant: Repository) -> None:
    """Whoever commits a cache with the right digests could make the program say anything."""
    _, wanted = warm
    cached = Cache(tenant.folder).get(KEPT, store.Kept)
    assert cached is not None
    lie = store.Kept(cached.count, cached.step, History(), (), ())
    Cache(tenant.folder).put(KEPT, lie)
    assert answer(tenant.folder) != wanted  # the file alone is believed: nobody but this program writes there
    tenant.git("add", "--force", f"{FOLDER}/{KEPT}")
    assert answer(tenant.folder) == wanted


@pytest.mark.parametrize("place", ["build", "build/cache"])
def test_nothing_is_written_through_a_link(place: str, tenant: Repository, tmp_path: Path) -> None:
    """A link in the place of the folder leads nowhere, and nothing else is wrong."""
    wanted = answer(tenant.folder)
    shutil.rmtree(tenant.folder / "build")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tenant.folder / place).parent.mkdir(exist_ok=True)
    (tenant.folder / place).symlink_to(elsewhere, target_is_directory=True)
    assert answer(tenant.folder) == wanted
    assert list(elsewhere.iterdir()) == []


def test_without_git_nothing_is_kept(tenant: Repository) -> None:
    """A plain folder has nothing that tells its files from those of a branch."""
    shutil.rmtree(tenant.folder / ".git")
    answer(tenant.folder)
    assert not (tenant.folder / "build").exists()


def test_a_snapshot_that_is_written_meanwhile_is_not_kept(tenant: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read must be what the digest names."""
    original = SnapshotFolder.contents

    def contents(folder: SnapshotFolder, paths: object) -> Iterator[tuple[str, bytes | CannotProceed]]:
        for path, content in original(folder, paths):  # type: ignore[arg-type]
            if path == path_of(2):
                tenant.write(path, day(2, points=9))
            yield path, content

    monkeypatch.setattr(SnapshotFolder, "contents", contents)
    load(tenant.folder, today=date(2026, 10, 9))
    assert not (tenant.folder / FOLDER / KEPT).exists()


def commit_answer(tenant: Repository, commit: str) -> Answer:
    """Everything that rests on the snapshots of a commit."""
    repository = open_repository(tenant.folder)
    assert repository is not None
    found = load_commit(repository, commit, today=date(2026, 10, 9))
    return repr(found.history), repr(found.problems)


def test_a_commit_is_read_through_a_cache_of_its_own(tenant: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time its newest day alone is read; an older commit, and the folder, get what they held."""
    first = tenant.git("rev-parse", "HEAD").strip()
    committed(tenant)
    newest = tenant.git("rev-parse", "HEAD").strip()
    wanted = commit_answer(tenant, newest)
    asked: list[str] = []
    original = SnapshotBranch.contents

    def contents(branch: SnapshotBranch, paths: Sequence[str]) -> Iterator[tuple[str, bytes | CannotProceed]]:
        asked.extend(paths)
        return original(branch, paths)

    monkeypatch.setattr(SnapshotBranch, "contents", contents)
    assert commit_answer(tenant, newest) == wanted
    assert asked == [path_of(9)]
    before = commit_answer(tenant, first)
    assert (before, commit_answer(tenant, newest)) == (commit_answer(tenant, first), wanted)
    assert before != wanted
    assert answer(tenant.folder) == fresh(tenant) == answer(tenant.folder)
    shutil.rmtree(tenant.folder / "build")
    assert (commit_answer(tenant, first), commit_answer(tenant, newest)) == (before, wanted)


def test_what_another_msgspec_wrote_counts_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reads and writes the file, so its version is a part of what made it."""
    cache.code_version.cache_clear()
    before = cache.code_version("secure_score_backlog")
    monkeypatch.setattr(msgspec, "__version__", "another")
    cache.code_version.cache_clear()
    assert cache.code_version("secure_score_backlog") != before
    cache.code_version.cache_clear()


@given(st.binary(max_size=200))
def test_no_content_of_the_cache_stops_a_command(content: bytes) -> None:
    """Bytes with a right checksum that are of no such kind are nothing."""
    whole = cache.FORM + hashlib.sha256(content).digest() + content
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "read_file", lambda *_: whole)
        assert Cache(Path()).get(KEPT, store.Kept) is None
