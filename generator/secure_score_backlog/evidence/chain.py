# SPDX-License-Identifier: Apache-2.0
"""Packs form a chain: each names the digest of the one before it, and the repository records them all.

What a pack says of the packs before it is compared with the record in its history, or in its list; and the record of a
repository with the pack (docs/method.md#chain).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from secure_score_backlog import recorded_packs
from secure_score_backlog.evidence.git_objects import BadObject, Objects
from secure_score_backlog.evidence.layout import MANIFEST, PACKS, Manifest, Previous
from secure_score_backlog.evidence.outcome import Check, Item, checked, unknown
from secure_score_backlog.recorded_packs import NAMED, PACKS_PATH, RecordedPack, lost
from secure_score_backlog.wording import plural

CHAINED = "The recorded packs form a chain that was only added to, and this pack names the one before it."
RECORDED = "The repository records this pack, with this digest, and nothing that it recorded before was changed."
NONE_BEFORE = "No pack is recorded before this one."
SHOWN = 12


def chained(
    files: Mapping[str, bytes], manifest: Manifest, objects: Objects | None, earlier: Previous | None = None
) -> Check:
    """What the pack says of the packs before it.

    Args:
        files: The files of the pack.
        manifest: What it says about itself.
        objects: Its whole history, from the pack or from the repository; None: its list is all there is.
        earlier: A pack that the reader has from before.
    """
    items: list[Item] = []
    records: tuple[RecordedPack, ...] = ()
    if PACKS in files:
        records, problems = recorded_packs.parse(files[PACKS])
        items += [Item(PACKS, each.message) for each in problems]
    if objects is not None:
        stored, wrong = of_history(objects, manifest)
        items += wrong
        items += [Item(PACKS, f"The history records otherwise: {name} {did}.") for name, did in lost(stored, records)]
        items += [
            Item(PACKS, f"The history does not record {each.name}.")
            for each in records
            if each.digest not in {one.digest for one in stored}
        ]
    items += named(manifest, records)
    if earlier is not None:
        items += follows(manifest, records, earlier)
    if not items and manifest.previous is None and objects is None:
        return unknown("chain", CHAINED, NONE_BEFORE)
    return checked("chain", CHAINED, items, _note(manifest, records))


def _note(manifest: Manifest, records: tuple[RecordedPack, ...]) -> str:
    if records:
        return f"{plural(len(records), 'pack')} before this one."
    return NONE_BEFORE if manifest.previous is None else "The pack before this one is not recorded."


def of_history(objects: Objects, manifest: Manifest) -> tuple[tuple[RecordedPack, ...], list[Item]]:
    """The records of the newest commit that was read, without stamps, and where a commit lost one."""
    tip = manifest.snapshots or manifest.read
    path = manifest.folder + PACKS_PATH
    versions: list[tuple[str, tuple[RecordedPack, ...]]] = []
    before: str | None = None
    try:
        for commit in objects.first_parents(tip):
            blob = objects.blob_at(commit, path)
            if blob != before:
                content = objects.content(blob, "blob") if blob else None
                versions.append((commit, recorded_packs.parse(content)[0] if content else ()))
            before = blob
    except (KeyError, BadObject):
        return (), [Item(f"commit {tip[:SHOWN]}", "The commits before it are missing, so no record can be followed.")]
    items = [
        Item(f"commit {commit[:SHOWN]}", f"In {PACKS_PATH}, {name} {did}.")
        for (_, old), (commit, new) in pairwise(versions)
        for name, did in lost(old, new)
    ]
    return tuple(without_stamp(each) for each in (versions[-1][1] if versions else ())), items


def without_stamp(pack: RecordedPack) -> RecordedPack:
    """As a pack lists it."""
    return recorded_packs.replaced(pack, b"")


def named(manifest: Manifest, records: tuple[RecordedPack, ...]) -> Iterator[Item]:
    """Whether the manifest names the last record as the pack before it."""
    previous = manifest.previous
    if records and (previous is None or (previous.digest, previous.commit) != (records[-1].digest, records[-1].commit)):
        says = previous.digest[:NAMED] if previous else "none"
        yield Item(MANIFEST, f"It names {says} as the pack before it, and the last one recorded is {records[-1].name}.")


def follows(manifest: Manifest, records: tuple[RecordedPack, ...], earlier: Previous) -> Iterator[Item]:
    """Whether the chain goes back to a pack that the reader has."""
    known = {each.digest: each.commit for each in records}
    if manifest.previous:
        known[manifest.previous.digest] = manifest.previous.commit
    if known.get(earlier.digest) != earlier.commit:
        yield Item(PACKS, f"The chain does not have the earlier pack {earlier.digest[:NAMED]} that you named.")


# The record of a repository


def recorded(stored: bytes | None, files: Mapping[str, bytes], manifest: Manifest, digest: str) -> Check:
    """Whether a repository records a pack.

    Args:
        stored: The repository's newest record; None where it has none.
        files: The files of the pack.
        manifest: What it says about itself.
        digest: The digest of the pack.
    """
    if stored is None:
        if PACKS in files:
            return checked("recorded", RECORDED, [Item(PACKS_PATH, "The repository does not have it any more.")])
        return unknown("recorded", RECORDED, "The repository records no pack.")
    records, problems = recorded_packs.parse(stored)
    items = [Item(PACKS_PATH, each.message) for each in problems]
    before = recorded_packs.parse(files[PACKS])[0] if PACKS in files else ()
    items += [Item(PACKS_PATH, f"The {n} {did}.") for n, did in lost(before, list(map(without_stamp, records)))]
    found = next((each for each in records if each.digest == digest), None)
    about = (manifest.profile, manifest.start, manifest.end, manifest.read)
    other = [each for each in records if (each.profile, each.start, each.end, each.read) == about and each != found]
    if found is None and other:
        items.append(Item(MANIFEST, f"The repository records another digest for it: {other[-1].digest}."))
    if found is not None:
        previous = manifest.previous.digest if manifest.previous else None
        said = (found.profile, found.start, found.end, found.read, found.commit, found.previous)
        if said != (*about, manifest.commit, previous):
            items.append(Item(PACKS_PATH, f"The record of {found.name} does not say what its manifest says."))
    if not items and found is None:
        why = "The repository does not record this digest. A pack that was made without --record is not recorded."
        return unknown("recorded", RECORDED, why)
    note = f"It was recorded on {found.made:%Y-%m-%d %H:%M} (UTC), as the recording machine says." if found else ""
    return checked("recorded", RECORDED, items, note)
