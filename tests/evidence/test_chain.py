# SPDX-License-Identifier: Apache-2.0
"""Packs that are recorded form a chain, and whatever breaks it is named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from secure_score_backlog import recorded_packs
from secure_score_backlog.evidence import archive, previous_pack
from secure_score_backlog.evidence.chain import chained, recorded
from secure_score_backlog.evidence.git_objects import read_bundle
from secure_score_backlog.evidence.layout import BUNDLE, GUIDE, MANIFEST, PACKS, SUMS, Previous, parse, sha256
from secure_score_backlog.evidence.outcome import Check, Result
from secure_score_backlog.recorded_packs import PACKS_PATH, RecordedPack, breaks, encode, lost
from tests.support.packs import Files, resealed
from tests.support.repositories import Repository
from tests.support.running import run_here

PERIOD = ("--from", "2026-10-01", "--to", "2026-10-03")
WHEN = "2026-10-03T{}:00:00+00:00"


def pack(number: int, previous: int | None = None, **other: object) -> RecordedPack:
    """A record, with a digest that is a number."""
    before = None if previous is None else f"{previous:064x}"
    made = RecordedPack(
        f"{number:064x}", before, "internal", date(2026, 1, 1), date(2026, 3, 31), "a" * 40, "b" * 40,
        datetime(2026, 4, 1, tzinfo=UTC), "1.0.0",
    )  # fmt: skip
    return replace(made, **other)  # type: ignore[arg-type]


CHAIN = (pack(1), pack(2, 1, stamp=b"stamp"), pack(3, 2))


def test_the_record_is_read_as_it_was_written() -> None:
    """Record by record, a line each; a first one may name a pack of before the record."""
    assert recorded_packs.parse(encode(CHAIN)) == (CHAIN, [])
    assert encode(CHAIN).decode().count('    {"') == len(CHAIN)
    assert list(breaks([pack(5, 4), pack(6, 5)])) == []


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ((CHAIN[0], CHAIN[2]), "names 000000000000 as the pack before it, and 000000000000 stands before"),
        ((CHAIN[1], CHAIN[0], CHAIN[2]), "names none as the pack before it"),
        ((*CHAIN, replace(CHAIN[0], previous=CHAIN[2].digest)), "It is recorded twice."),
    ],
)
def test_a_broken_chain_is_named(after: tuple[RecordedPack, ...], said: str) -> None:
    """A record that was taken out, moved, or put in twice."""
    problems = recorded_packs.parse(encode(after))[1]
    assert {each.code for each in problems} == {"packs-chain"}
    assert any(said in each.message for each in problems)


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (CHAIN[:2], [(3, "is not recorded any more")]),
        ((), [(1, "is not recorded any more"), (2, "is not recorded any more"), (3, "is not recorded any more")]),
        ((CHAIN[0], replace(CHAIN[1], stamp=b""), CHAIN[2]), [(2, "is recorded otherwise")]),
        ((CHAIN[0], CHAIN[2], CHAIN[1]), [(3, "stands before a pack that it followed")]),
        ((*CHAIN[:2], pack(9, 2), CHAIN[2]), [(9, "was put before a pack that was recorded earlier")]),
        ((*CHAIN, pack(4, 3)), []),
    ],
)
def test_records_are_only_added_to(after: tuple[RecordedPack, ...], said: list[tuple[int, str]]) -> None:
    """What was taken away, changed, moved or put in between is named; what is added at the end is not."""
    expected = {(pack(number).name, words) for number, words in said}
    found = set(lost(CHAIN, after))
    if said and said[0][1].startswith("stands"):  # of two that changed places, either may be said to have moved
        assert {words for _, words in found} == {said[0][1]}
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "It is empty"),
        (b"[]", "no list of packs"),
        (b'{"schema": "backlog-packs/2", "packs": []}', "no list of packs"),
        (b'{"schema": "backlog-packs/1", "packs": [7]}', "In record 1, there is no object"),
        *(
            (encode(CHAIN).replace(old, new, 1), said)
            for old, new, said in (
                (b'"made":"2026', b'"made":"26', "`made` is not a time"),
                (b'"a', b'"A', "`commit` or `read`"),
                (b'"from":"2026-01-01"', b'"from":"2026-02-30"', "`from` is not a day"),
                (b'"profile":"internal"', b'"profile":"\\u001b[31m"', "`profile` cannot be"),
                (b'"stamp":"', b'"stamp":"!', "`stamp` is not what was written"),
            )
        ),
    ],
)
def test_what_was_not_written_by_the_program_is_not_read(content: bytes, said: str) -> None:
    """All records or none: half of a chain would seem whole."""
    records, (found,) = recorded_packs.parse(content)
    assert (records, found.code) == ((), "packs-unreadable")
    assert said in found.message
    assert found.message.isprintable()


@dataclass
class Chained:
    """A tenant with two packs, the second of which follows the first one, which is recorded."""

    root: Path
    first: Path
    second: Path

    @property
    def repository(self) -> Repository:
        """The tenant's."""
        return Repository.existing(self.root)

    def files(self) -> Files:
        """The second pack."""
        return archive.read(self.second).files


@pytest.fixture(scope="module")
def tenant(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Chained:
    """The packs, recorded and committed one after the other."""
    folder = tmp_path_factory.mktemp("chain")
    made = Chained(
        Path(shutil.copytree(root, folder / "tenant", ignore=shutil.ignore_patterns("build"))),
        folder / "first.zip",
        folder / "second.zip",
    )
    for number, (place, profile) in enumerate(((made.first, "insurer"), (made.second, "internal"))):
        output = ("--output", place, "--record")
        run_here("pack", "--root", made.root, *PERIOD, "--profile", profile, *output, expect=0)
        made.repository.commit(f"Record pack {number}", when=WHEN.format(f"1{number}"))
    return made


def test_a_pack_names_the_one_that_was_recorded_before(tenant: Chained) -> None:
    """Its manifest has that one's digest, its list has the record, and the repository records both."""
    files, before = tenant.files(), previous_pack.of(tenant.first)
    assert parse(files[MANIFEST]).previous == before
    assert f"has the digest `{before.digest}`. `{PACKS}` lists every pack" in files[GUIDE].decode()
    listed, _ = recorded_packs.parse(files[PACKS])
    assert [each.digest for each in listed] == [before.digest]
    stored, problems = recorded_packs.parse((tenant.root / PACKS_PATH).read_bytes())
    assert [each.digest for each in stored] == [before.digest, sha256(files[SUMS])]
    assert problems == []
    assert [each.profile for each in stored] == ["insurer", "internal"]


def test_the_chain_is_verified_in_pack_and_repository(tenant: Chained) -> None:
    """The pack follows the earlier one that a reader has, and the repository records it."""
    asked = ("--repo", tenant.root, "--previous", tenant.first)
    found = json.loads(run_here("verify", tenant.second, *asked, "--json", expect=0).stdout)
    checks = {each["check"]: each for each in found["checks"]}
    assert {checks[code]["result"] for code in ("chain", "recorded", "figures", "rest")} == {"holds"}
    assert checks["chain"]["note"] == "1 pack before this one."
    assert "It was recorded on" in checks["recorded"]["note"]


def test_a_second_record_of_the_same_state_is_refused(tenant: Chained, tmp_path: Path) -> None:
    """A pack whose record is not committed cannot be followed; nothing is written."""
    root = Path(shutil.copytree(tenant.root, tmp_path / "tenant"))
    stored, _ = recorded_packs.parse((root / PACKS_PATH).read_bytes())
    (root / PACKS_PATH).write_bytes(encode([*stored, replace(pack(7), previous=stored[-1].digest)]))
    place = tmp_path / "third.zip"
    done = run_here("pack", "--root", root, *PERIOD, "--profile", "insurer", "--output", place, "--record", expect=3)
    assert "differs from its newest commit: snapshots/packs.json" in done.stderr
    assert not place.exists()


def checked(files: Files, earlier: Previous | None = None) -> Check:
    """The check of a pack's own chain."""
    return chained(files, parse(files[MANIFEST]), read_bundle(files[BUNDLE]), earlier)


def listed_otherwise(change: Callable[[list[RecordedPack]], list[RecordedPack]]) -> Callable[[Files], Files]:
    """The list of a pack changed, with a new manifest."""

    def changed(files: Files) -> Files:
        records, _ = recorded_packs.parse(files[PACKS])
        return resealed({**files, PACKS: encode(change(list(records)))})

    return changed


def naming(previous: Previous | None) -> Callable[[Files], Files]:
    """Another pack before, with a new manifest."""
    return lambda files: resealed(files, lambda each: replace(each, previous=previous))


OTHER = Previous("c" * 40, "d" * 64)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (naming(None), "MANIFEST.json: It names none as the pack before it, and the last one recorded is pack"),
        (naming(OTHER), "MANIFEST.json: It names dddddddddddd as the pack before it"),
        (lambda files: resealed({k: v for k, v in files.items() if k != PACKS}), "is not recorded any more"),
        (listed_otherwise(lambda records: [replace(records[0], end=date(2026, 10, 2))]), "is recorded otherwise"),
        (listed_otherwise(lambda records: [pack(1), replace(records[0], previous=pack(1).digest)]), "does not record"),
        (lambda files: {**files, PACKS: b"{}"}, f"{PACKS}: The recorded packs cannot be read"),
    ],
)
def test_a_chain_that_was_changed_in_the_pack_is_refused(
    tenant: Chained, change: Callable[[Files], Files], said: str
) -> None:
    """Also with a new manifest: the history says which packs there were."""
    assert checked(tenant.files()).result is Result.HOLDS
    found = checked(change(tenant.files()))
    assert found.result is Result.FAILS
    assert any(said in f"{each.path}: {each.message}" for each in found.items), found.items


def test_a_chain_that_does_not_go_back_to_an_earlier_pack_is_refused(tenant: Chained) -> None:
    """The reader names a pack that the chain lacks, or has with another commit."""
    before = previous_pack.of(tenant.first)
    for earlier in (OTHER, replace(before, commit="c" * 40)):
        (item,) = checked(tenant.files(), earlier).items
        assert item.message == f"The chain does not have the earlier pack {earlier.digest[:12]} that you named."


def test_the_list_of_an_insurer_is_a_chain_by_itself(tenant: Chained) -> None:
    """Without a history the list is compared with the manifest, and with the earlier pack."""
    files = tenant.files()
    before = previous_pack.of(tenant.first)
    assert chained(files, parse(files[MANIFEST]), None, before).result is Result.HOLDS
    taken = naming(OTHER)(files)
    assert chained(taken, parse(taken[MANIFEST]), None).result is Result.FAILS
    first = {path: content for path, content in files.items() if path != PACKS}
    manifest = replace(parse(files[MANIFEST]), previous=None)
    assert chained(first, manifest, None).result is Result.UNKNOWN


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda records: records[1:], "is not recorded any more"),
        (lambda records: [records[1], records[0]], "breaks the chain"),
        (lambda records: [replace(records[0], made=records[0].made.replace(year=2020)), records[1]], "otherwise"),
        (lambda records: [records[0], replace(records[1], digest="e" * 64)], "records another digest for it: eeee"),
        (lambda records: [records[0], replace(records[1], profile="insurer")], "does not say what its manifest says"),
        (lambda _: None, f"{PACKS_PATH}: The repository does not have it any more."),
    ],
)
def test_a_record_that_was_changed_in_the_repository_is_refused(
    tenant: Chained, change: Callable[[list[RecordedPack]], list[RecordedPack] | None], said: str
) -> None:
    """Rewritten, dropped, moved, or with the digest of another pack."""
    files = tenant.files()
    manifest, digest = parse(files[MANIFEST]), sha256(files[SUMS])
    stored = (tenant.root / PACKS_PATH).read_bytes()
    assert recorded(stored, files, manifest, digest).result is Result.HOLDS
    records = change(list(recorded_packs.parse(stored)[0]))
    found = recorded(None if records is None else encode(records), files, manifest, digest)
    assert found.result is Result.FAILS
    assert any(said in f"{each.path}: {each.message}" for each in found.items), found.items


def test_a_pack_that_is_not_recorded_is_not_called_wrong(tenant: Chained) -> None:
    """It may be a trial, or the repository may record none."""
    files = tenant.files()
    manifest = parse(files[MANIFEST])
    before = encode(recorded_packs.parse(files[PACKS])[0])
    assert recorded(before, files, manifest, sha256(files[SUMS])).result is Result.UNKNOWN
    without = {path: content for path, content in files.items() if path != PACKS}
    assert recorded(None, without, manifest, sha256(files[SUMS])).result is Result.UNKNOWN


def test_a_commit_that_rewrites_the_record_is_named(tenant: Chained, tmp_path: Path) -> None:
    """By `check` before the merge, by the audit after it, and by `verify` of a later pack, each with the pack."""
    root = Path(shutil.copytree(tenant.root, tmp_path / "tenant"))
    stored, _ = recorded_packs.parse((root / PACKS_PATH).read_bytes())
    (root / PACKS_PATH).write_bytes(encode([replace(stored[0], previous=None), replace(stored[1], by="2.0.0")]))
    checked_first = run_here("check", "--root", root, "--base", "HEAD")
    assert f"The {stored[1].name} is recorded otherwise." in checked_first.stdout
    assert "packs-changed" in checked_first.stdout
    commit = Repository.existing(root).commit("Rewrite", when=WHEN.format("15"))
    audited = run_here("audit", "--root", root)
    assert f"{PACKS_PATH} was rewritten: {stored[1].name} is recorded otherwise" in audited.stdout
    place = tmp_path / "third.zip"
    run_here("pack", "--root", root, *PERIOD, "--profile", "internal", "--output", place, expect=0)
    found = json.loads(run_here("verify", place, "--json", expect=1).stdout)
    (chain,) = (each for each in found["checks"] if each["check"] == "chain")
    assert chain["items"] == [
        {"path": f"commit {commit[:12]}", "message": f"In {PACKS_PATH}, {stored[1].name} is recorded otherwise."}
    ]


def test_with_a_branch_of_its_own_the_record_is_written_into_its_worktree(tenant: Chained, tmp_path: Path) -> None:
    """Not into the folder of the main branch, from which nobody reads it."""
    root = Path(shutil.copytree(tenant.root, tmp_path / "tenant"))
    repository = Repository.existing(root)
    repository.git("branch", "snapshots")
    settings = (root / "backlog.yml").read_text(encoding="utf-8") + "snapshots: {branch: snapshots}\n"
    repository.write("backlog.yml", settings)
    repository.commit("Keep snapshots apart", when=WHEN.format("16"))
    repository.git("worktree", "add", "--quiet", str(tmp_path / "beside"), "snapshots")
    options = ("pack", "--root", root, *PERIOD, "--profile", "insurer", "--output", tmp_path / "third.zip", "--record")
    assert "Without --record" in run_here(*options[:-1], "--into", root, expect=2).stderr
    assert "has 'main' checked out" in run_here(*options, expect=3).stderr
    run_here(*options, "--into", tmp_path / "beside", expect=0)
    stored, problems = recorded_packs.parse((tmp_path / "beside" / PACKS_PATH).read_bytes())
    assert (len(stored), problems) == (3, [])


def test_a_period_and_a_folder_name_the_pack(tenant: Chained, tmp_path: Path) -> None:
    """A run by schedule says neither days nor a file name; empty variables count as none."""
    root = Path(shutil.copytree(tenant.root, tmp_path / "tenant"))
    named = {"BACKLOG_PACK_FROM": "2026-10-01", "BACKLOG_PACK_TO": "2026-10-03", "BACKLOG_PACK_PROFILE": "insurer"}
    options = ("pack", "--root", root, "--period", "month", "--output", tmp_path / "new" / "packs")
    output = tmp_path / "outputs"
    done = run_here(*options, environment={**named, "GITHUB_OUTPUT": str(output)}, expect=0)
    place = tmp_path / "new" / "packs" / "pack-2026-10-01-2026-10-03-insurer.zip"
    digest = sha256(archive.read(place).files[SUMS])
    assert done.stdout == f"{digest}  {place}\n"
    assert output.read_text(encoding="utf-8").splitlines() == [
        f"file={place}", f"digest={digest}", f"name=pack-2026-10-01-2026-10-03-insurer-{digest[:12]}",
    ]  # fmt: skip
    none = {**named, "BACKLOG_PACK_FROM": "", "BACKLOG_PACK_TO": "", "BACKLOG_TIMESTAMP_URL": ""}
    assert "The period ends on 20" in run_here(*options, environment=none, expect=2).stderr
    half = {**named, "BACKLOG_PACK_TO": ""}
    assert "not said which days" in run_here(*options, environment=half, expect=2).stderr


def test_a_pack_that_does_not_follow_the_record_is_refused(tenant: Chained, tmp_path: Path) -> None:
    """The person names an older pack than the one that is recorded last."""
    root = Path(shutil.copytree(tenant.root, tmp_path / "tenant"))
    place = tmp_path / "third.zip"
    options = ("--previous", tenant.first, "--output", place)
    done = run_here("pack", "--root", root, *PERIOD, "--profile", "insurer", *options, expect=2)
    assert "recorded last is another one" in done.stderr
    assert not place.exists()
