# SPDX-License-Identifier: Apache-2.0
"""A small tenant with a real history and signed commits, its packs, and ways to tamper with them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from unittest import mock

from pysequoia import SignatureMode, Tsk, sign

from secure_score_backlog.approvals import (
    APPROVALS_PATH,
    Approvals,
    CommitFact,
    PullRequest,
    Review,
    encode,
)
from secure_score_backlog.evidence import archive, packing, remaking
from secure_score_backlog.evidence.git_objects import (
    COMMIT_KIND,
    Objects,
    algorithm_of,
    object_id,
    read_bundle,
    write_bundle,
)
from secure_score_backlog.evidence.history_checks import SHOWN, gaps
from secure_score_backlog.evidence.layout import BUNDLE, MANIFEST, SUMS, File, Manifest, Pack, parse, sums
from secure_score_backlog.files import Document
from tests.support.bare_folder import measured
from tests.support.decision_files import accept, plan
from tests.support.repositories import Repository

START, END = date(2026, 10, 1), date(2026, 10, 3)
BOT = ("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com")
PERSON = ("Ada Lovelace", "ada.lovelace@tenant.example")
ROLES = ("AUTHOR", "COMMITTER")
SETTINGS = """\
organisation: Tenant Logistics
repository: tenant/backlog
roles:
  Managing Director: [boss]
"""
Files = dict[str, bytes]


@cache
def key() -> Tsk:
    """The key of the snapshot account."""
    return Tsk.generate("Snapshot account <bot@tenant.example>")


def public_key() -> bytes:
    """Its public part."""
    return bytes(key().extract_certificate())


def signed(plain: bytes) -> bytes:
    """A commit with a signature by the key, as Git writes it."""
    head, _, text = plain.partition(b"\n\n")
    lines = bytes(sign(key().signer(), plain, mode=SignatureMode.DETACHED)).decode().strip().split("\n")
    return head + b"\ngpgsig " + "\n ".join(lines).encode() + b"\n\n" + text


@dataclass
class Tenant:
    """A repository that is under way."""

    repository: Repository

    def commit(self, message: str, when: str, who: tuple[str, str] = PERSON, *, by_key: bool = False) -> str:
        """Commit everything; the id."""
        at = f"{when}+00:00"
        people = {f"GIT_{role}_{part}": who[part == "EMAIL"] for role in ROLES for part in ("NAME", "EMAIL")}
        with mock.patch.dict(os.environ, people):
            self.repository.git("add", "--all")
            self.repository.git("commit", "--quiet", "--message", message, when=at)
        if by_key:
            plain = subprocess.run(
                ["git", "cat-file", "commit", "HEAD"], cwd=self.repository.folder, capture_output=True, check=True
            ).stdout
            made = subprocess.run(
                ["git", "hash-object", "-t", "commit", "-w", "--stdin"],
                cwd=self.repository.folder, input=signed(plain), capture_output=True, check=True,
            ).stdout.decode().strip()  # fmt: skip
            self.repository.git("update-ref", "HEAD", made)
        return self.repository.git("rev-parse", "HEAD")


def tenant(folder: Path) -> Path:
    """A tenant of three days: two decisions, one of them an accepted risk that was approved in a pull request."""
    days = measured(folder.parent / f"{folder.name}-days")
    made = Tenant(Repository(folder))
    repository = made.repository
    repository.write("backlog.yml", SETTINGS)
    made.commit("Begin", "2026-09-30T08:00:00")
    repository.write("snapshots/catalogue.json", (days / "snapshots/catalogue.json").read_bytes())
    merges: list[tuple[str, str]] = []
    for number in (1, 2, 3):
        path = f"snapshots/2026/2026-10-0{number}.json"
        repository.write(path, (days / path).read_bytes())
        made.commit(f"Snapshot {number}", f"2026-10-0{number}T05:00:00", BOT, by_key=True)
        if number == 1:
            repository.write("decisions/scid_1.md", plan(due=date(2026, 12, 1)).replace("Safe", "scid_1"))
            made.commit("Plan", "2026-10-01T09:00:00")
        if number == 2:
            merges.append(_merged(made))
    ((merged, head),) = merges
    fact = {each: CommitFact(each) for each in repository.git("rev-list", "--first-parent", "HEAD").split()}
    fact[merged] = CommitFact(merged, 1, "writer", "web-flow")
    at = datetime(2026, 10, 2, 10, tzinfo=UTC)
    request = PullRequest(
        number=1, url="https://github.example/tenant/backlog/pull/1", author="writer", merged_at=at, merged_by="writer",
        head=head, merge_commit=merged, base="main", reviews=(Review("boss", at, head),), contributors=("writer",),
    )  # fmt: skip
    repository.write(APPROVALS_PATH, encode(Approvals(fact, {1: request}, at, "1.0.0")))
    made.commit("Record approvals", "2026-10-03T06:00:00", BOT, by_key=True)
    return folder


def _merged(made: Tenant) -> tuple[str, str]:
    """Merge a pull request that accepts a risk; the merge commit and the approved head."""
    repository = made.repository
    repository.git("switch", "--quiet", "--create", "side")
    repository.write("decisions/Safe.md", accept(until=date(2027, 1, 31)))
    repository.write("docs/evidence/backups.txt", "Restored on 1 October.\n")
    head = made.commit("Accept", "2026-10-02T09:00:00")
    repository.git("switch", "--quiet", "main")
    merge = repository.merge("side", "Merge pull request #1 from tenant/side\n\nAccept", "2026-10-02T10:00:00+00:00")
    return merge, head


def files_of(pack: Pack) -> Files:
    """The files of a pack by path."""
    return {each.path: each.content for each in pack.documents}


def zipped(files: Mapping[str, bytes], place: Path) -> Path:
    """The files as a zip."""
    place.write_bytes(archive.written(Document(path, content) for path, content in files.items()))
    return place


# Tampering


def manifest_of(files: Files) -> Manifest:
    """The manifest of some files."""
    return parse(files[MANIFEST])


def resealed(files: Files, change: Callable[[Manifest], Manifest] = lambda each: each) -> Files:
    """The files with a manifest and sums made anew, as whoever changes a file can make them."""
    inside = {path: content for path, content in files.items() if path not in (MANIFEST, SUMS)}
    listed = tuple(File.of(Document(path, inside[path])) for path in sorted(inside))
    manifest = change(replace(manifest_of(files), files=listed))
    return {**inside, MANIFEST: manifest.encode(), SUMS: sums(manifest)}


def with_file(files: Files, path: str, change: Callable[[bytes], bytes]) -> Files:
    """One file changed; the change has to change something."""
    after = change(files[path])
    assert after != files[path], path
    return {**files, path: after}


def replaced(old: str, new: str) -> Callable[[bytes], bytes]:
    """Another text in the place of the first one of its kind."""
    return lambda content: content.replace(old.encode(), new.encode(), 1)


def in_json(change: Callable[[dict[str, object]], None]) -> Callable[[bytes], bytes]:
    """A JSON file changed, and written as the program writes it."""

    def changed(content: bytes) -> bytes:
        data = json.loads(content)
        change(data)
        return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()

    return changed


def with_history(files: Files, change: Callable[[Objects], str]) -> Files:
    """Another history in the bundle; `change` returns its newest commit, and the manifest names that one."""
    objects = read_bundle(files[BUNDLE])
    before = manifest_of(files)
    tip = change(objects)
    objects.references = dict.fromkeys(objects.references, tip)
    unreached = {item.path.split(" ")[1] for item in gaps(objects) if "leads to it" in item.message}
    objects.contents = {k: v for k, v in objects.contents.items() if k[:SHOWN] not in unreached}
    bundle = write_bundle(objects, algorithm_of(tip))
    named = replace(before, read=tip, commit=tip)
    return resealed({**files, BUNDLE: bundle}, lambda each: replace(named, files=each.files))


def recommitted(objects: Objects, line: list[bytes]) -> str:
    """Commits put one after the other, each with the one before it as its first parent; the newest one's id."""
    before = ""
    for content in line:
        rows = content.split(b"\n")
        parents = [row for row in rows if row.startswith(b"parent ")]
        kept = [row for row in rows if not row.startswith(b"parent ")]
        wanted = ([b"parent " + before.encode()] if before else []) + parents[1:]
        made = b"\n".join([kept[0], *wanted, *kept[1:]])
        before = object_id(COMMIT_KIND, made, "sha1")
        objects.contents[before] = (COMMIT_KIND, made)
    return before


class Remembered:
    """Makes each pack again once: most tampering leaves the history as it is."""

    def __init__(self) -> None:
        """Nothing is made yet."""
        self.made: dict[object, Pack] = {}
        self.make = remaking.remade

    def __call__(self, objects: Objects, manifest: Manifest) -> Pack:
        """The pack that a history gives."""
        asked = replace(manifest, files=(), left_out=(), organisation="", commit="", version="", code="")
        known = (frozenset(objects.contents), frozenset(objects.references.items()), asked.encode())
        if known not in self.made:
            self.made[known] = self.make(objects, manifest)
        return self.made[known]


def packed(root: Path, profile: str = "internal", **options: object) -> Pack:
    """The pack of the tenant's three days."""
    wish = packing.Wish(START, END, profile, **options)  # type: ignore[arg-type]
    return packing.make(root, wish, today=END)
