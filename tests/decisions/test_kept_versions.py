# SPDX-License-Identifier: Apache-2.0
"""What is kept of old versions of decisions changes no answer: cold, warm, foreign, damaged, of other code."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.msgpack import Ext

from secure_score_backlog.cache import FOLDER, Cache
from secure_score_backlog.decisions import kept_versions, store
from secure_score_backlog.decisions.kept_versions import KEPT, Kept
from secure_score_backlog.decisions.model import DecisionHistory, DecisionVersion
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.git import Version
from secure_score_backlog.strict_yaml import LARGEST_FILE, UNREADABLE
from secure_score_backlog.workspace import load
from tests.support.repositories import Repository
from tests.support.running import run_here

PLAN = """---
recommendation: Alpha
bucket: do-soon
risk: high
reduces: Spraying.
owner: Head of IT
due: 2026-12-31
ask:
  - from: leadership
    since: 2026-10-01
    question: Fund the relay?
links: [https://tickets.example/4711]
---
Why, and for **whom**.
"""
ACCEPTED = """---
recommendation: Beta
bucket: accept
risk: low
owner: Head of IT
accepted:
  rationale: It is small.
  approver: Managing Director
  until: 2026-12-01
  share: 0.60
---
"""
SHARED = "---\nrecommendation: Gamma\nbucket: accept\nowner: CISO\nsame_as: Beta\naccepted:\n  until: 2026-11-01\n---\n"
ODD: dict[str, str | bytes] = {
    "13th-month": PLAN.replace("2026-12-31", "2026-13-31"),
    "duplicate": PLAN.replace("risk: high", "risk: high\nrisk: low"),
    "alias": PLAN.replace("Spraying.", "*other"),
    "numbers": PLAN.replace("Spraying.", "1.50").replace("Head of IT", "7").replace("high", "true"),
    "other-types": PLAN.replace("Spraying.", "{a: [1.0, ~, 2026-01-01, '2026-01-01', false]}"),
    "draft": PLAN.replace("risk: high", "draft: true"),
    "letters": PLAN.encode().replace(b"whom", b"\xff"),
    "bare": "No front matter.\n",
    "empty": "",
}
"""By name of the file: what is no decision, or none without a remark."""


@pytest.fixture(autouse=True)
def few_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three versions are enough."""
    monkeypatch.setattr(store, "WORTH_KEEPING", 3)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """Three decisions with old versions, one deleted and made again, one too large, and odd ones."""
    repository = Repository(tmp_path_factory.mktemp("kept") / "tenant")
    plan = {"decisions/Alpha.md": PLAN, "decisions/Beta.md": ACCEPTED, "decisions/Gamma.md": SHARED}
    repository.change({**plan, **{f"decisions/{name}.md": text for name, text in ODD.items()}})
    repository.commit("First", "2026-10-01T12:00:00+00:00")
    repository.change({"decisions/Alpha.md": PLAN.replace("Spraying", "Guessing"), "decisions/Beta.md": None})
    repository.write("decisions/Copy.md", PLAN)  # the same content at another path, with other problems
    repository.write("decisions/Large.md", PLAN + "x" * LARGEST_FILE)
    repository.commit("Second", "2026-10-02T12:00:00+00:00")
    repository.change({"decisions/Alpha.md": PLAN, "decisions/Beta.md": ACCEPTED})
    repository.commit("Third", "2026-10-03T12:00:00+00:00")
    return repository


Answer = tuple[dict[str, list[str]], str]


def spelled(version: DecisionVersion) -> str:
    """A version with the type of every value; a set has no order."""
    if version.decision is None:
        return repr(version)
    plain = replace(version.decision, inherits=frozenset())
    return f"{replace(version, decision=plain)!r} {sorted(version.decision.inherits)}"


def told(history: DecisionHistory) -> dict[str, list[str]]:
    """All versions."""
    return {name: [spelled(each) for each in versions] for name, versions in history.versions.items()}


def answer(root: Path) -> Answer:
    """Everything that rests on the decisions."""
    found = load(root, today=date(2026, 10, 9))
    return told(found.decisions), repr(found.problems)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the versions that were read."""
    asked: list[str] = []
    original = store.read_version

    def read_version(version: Version, content: bytes | None) -> DecisionVersion:
        if content is not None:
            asked.append(version.path)
        return original(version, content)

    monkeypatch.setattr(store, "read_version", read_version)
    return asked


@pytest.fixture(scope="module")
def answered(made: Repository) -> Answer:
    """The answer where nothing was kept; it leaves a cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "WORTH_KEEPING", 3)
        return answer(made.folder)


@pytest.fixture
def tenant(made: Repository, answered: Answer, tmp_path: Path) -> Repository:
    """A copy of its own, with the cache of a first run."""
    assert answered
    shutil.copytree(made.folder, tmp_path / "tenant")
    return Repository.existing(tmp_path / "tenant")


@pytest.fixture
def warm(tenant: Repository, answered: Answer) -> tuple[Path, Answer]:
    """The file of the cache, and the answer without it."""
    return tenant.folder / FOLDER / KEPT, answered


Warm = tuple[Path, Answer]
ALL = len(ODD) + 5
"""Contents to read: those of the first commit, one changed and one copied later; the large one is not read."""


def test_the_second_run_reads_no_version(warm: Warm, tenant: Repository, read: list[str]) -> None:
    """Every value comes back as it was read, with its type and its line, and nothing is written again."""
    file, wanted = warm
    before = file.stat().st_mtime_ns
    assert answer(tenant.folder) == wanted
    assert read == []
    assert file.stat().st_mtime_ns == before
    assert tenant.git("status", "--short") == ""


def test_types_come_back(warm: Warm, tenant: Repository) -> None:
    """A date is no text, a number keeps its zeros, and what could not be read stays marked."""
    versions = load(tenant.folder, today=date(2026, 10, 9)).decisions.versions
    first = {name: each[-1].source.data for name, each in versions.items() if each[-1].source}
    assert first["other-types"]["reduces"] == {"a": [Decimal("1.0"), None, date(2026, 1, 1), "2026-01-01", False]}
    assert str(first["numbers"]["reduces"]) == "1.50"
    assert first["numbers"]["risk"] is True
    assert first["13th-month"]["due"] is UNREADABLE


@pytest.mark.parametrize("command", ["status", "check"])
def test_a_command_prints_the_same_bytes(command: str, tenant: Repository) -> None:
    """Cold, warm, and with half of the file."""
    shutil.rmtree(tenant.folder / "build")
    wanted = 0 if command == "status" else 1
    printed = [run_here(command, "--json", "--root", tenant.folder, expect=wanted).stdout for _ in range(2)]
    file = tenant.folder / FOLDER / KEPT
    file.write_bytes(file.read_bytes()[:500])
    printed.append(run_here(command, "--json", "--root", tenant.folder, expect=wanted).stdout)
    assert len(set(printed)) == 1


def test_another_version_alone_is_read(warm: Warm, tenant: Repository, read: list[str]) -> None:
    """An edit is read at each run until it is committed; then it is kept with the others."""
    file, _ = warm
    before = file.read_bytes()
    tenant.write("decisions/Alpha.md", PLAN.replace("high", "low"))
    assert [answer(tenant.folder), answer(tenant.folder)] == [fresh(tenant)] * 2
    assert read == ["decisions/Alpha.md"] * 2
    assert file.read_bytes() == before
    read.clear()
    tenant.commit("Fourth", "2026-10-04T12:00:00+00:00")
    assert [answer(tenant.folder), answer(tenant.folder)] == [fresh(tenant)] * 2
    assert read == ["decisions/Alpha.md"]


def fresh(tenant: Repository) -> Answer:
    """The answer where nothing is kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "WORTH_KEEPING", 1000)
        patch.setattr(store, "read_version", READ_VERSION)
        return answer(tenant.folder)


READ_VERSION = store.read_version
DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "its form alone": lambda whole: whole[:16],
    "without its content": lambda whole: whole[:48],
    "cut in the middle": lambda whole: whole[: len(whole) // 2],
    "without its last byte": lambda whole: whole[:-1],
    "one bit of the checksum": lambda whole: whole[:20] + bytes([whole[20] ^ 1]) + whole[21:],
    "one bit of the content": lambda whole: whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:],
    "another form": lambda whole: b"backlog-cache/9\n" + whole[16:],
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_cache_counts_for_nothing(damage: str, warm: Warm, tenant: Repository) -> None:
    """A full disk, a killed run or a flipped bit: everything is read, and kept anew."""
    file, wanted = warm
    whole = file.read_bytes()
    file.write_bytes(DAMAGE[damage](whole))
    assert answer(tenant.folder) == wanted
    assert file.read_bytes() == whole


def test_a_foreign_cache_counts_where_it_is_about_the_same(warm: Warm, tenant: Repository, tmp_path: Path) -> None:
    """That of another tenant, whole as it is, serves for the contents that both have at the same path, and no other."""
    file, wanted = warm
    other = Repository(tmp_path / "other")
    texts = {name: PLAN.replace("Alpha", name).replace("high", "low") for name in ("Beta", "Gamma", "Delta")}
    other.change({"decisions/Alpha.md": PLAN, **{f"decisions/{name}.md": text for name, text in texts.items()}})
    other.commit("Other decisions")
    answer(other.folder)
    shutil.copy(other.folder / FOLDER / KEPT, file)
    assert answer(tenant.folder) == wanted
    assert answer(tenant.folder) == wanted


def test_a_cache_of_other_code_counts_for_nothing(
    warm: Warm, tenant: Repository, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version of the program or of the library for YAML may read the same bytes otherwise."""
    _, wanted = warm
    monkeypatch.setattr(kept_versions, "code_version", lambda *_: "another version")
    assert answer(tenant.folder) == wanted
    assert len(read) == ALL
    monkeypatch.setattr(kept_versions, "YAML_VERSION", "another version")
    assert answer(tenant.folder) == wanted
    assert len(read) == 2 * ALL


def lie(tenant: Repository) -> None:
    """Replace one answer in the cache, with the right digests."""
    kept = Cache(tenant.folder).get(KEPT, Kept, kept_versions._value)
    assert kept is not None
    bodies = [replace(each, body="A lie.", data=kept_versions._written(each.data)) for each in kept.versions]
    Cache(tenant.folder).put(KEPT, replace(kept, versions=tuple(bodies)))


def test_a_cache_that_a_branch_brought_is_not_read(warm: Warm, tenant: Repository) -> None:
    """Whoever commits a cache with the right digests could make the program say anything."""
    _, wanted = warm
    lie(tenant)
    assert answer(tenant.folder) != wanted  # the file alone is believed: nobody but this program writes there
    tenant.git("add", "--force", f"{FOLDER}/{KEPT}")
    assert answer(tenant.folder) == wanted


def test_what_git_has_lost_is_an_error_all_the_same(warm: Warm, tenant: Repository) -> None:
    """A repository without an old version is refused, whether the version is kept or not."""
    blob = tenant.git("rev-parse", "HEAD~1:decisions/Alpha.md")
    (tenant.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(CannotProceed, match=blob[:12]):
        answer(tenant.folder)


@pytest.mark.parametrize(("kind", "content"), [(1, b"2026-13-01"), (1, b"\xff"), (2, b"many"), (9, b"")])
def test_a_value_of_no_kind_makes_the_file_nothing(kind: int, content: bytes, warm: Warm, tenant: Repository) -> None:
    """Values that this program never writes are not guessed at."""
    _, wanted = warm
    cache = Cache(tenant.folder)
    kept = cache.get(KEPT, Kept, kept_versions._value)
    assert kept is not None
    odd = replace(kept.versions[0], data={"due": Ext(kind, content)})
    cache.put(KEPT, replace(kept, versions=(odd,)))
    assert cache.get(KEPT, Kept, kept_versions._value) is None
    assert answer(tenant.folder) == wanted
