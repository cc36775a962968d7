# SPDX-License-Identifier: Apache-2.0
"""The packs that were made: `snapshots/packs.json`, one record for each, in the order in which they were made.

`backlog pack --record` appends, and nothing else writes the file. Each record names the digest of the pack before it,
and so does the pack itself, so that the packs form a chain in the repository (docs/method.md#chain, docs/adr/0032).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

from secure_score_backlog.approvals import is_commit, read_time
from secure_score_backlog.dates import is_usable
from secure_score_backlog.errors import CannotProceed
from secure_score_backlog.problems import Problem, problem
from secure_score_backlog.snapshots import exact_json
from secure_score_backlog.snapshots.snapshot_files import SNAPSHOTS
from secure_score_backlog.snapshots.store import SnapshotSource
from secure_score_backlog.text import shortened

PACKS_PATH = f"{SNAPSHOTS}/packs.json"
SCHEMA = "backlog-packs/1"
LARGEST_RECORD = 16 << 20
"""Bytes of the file; a thousand packs with a time stamp each."""
MOST_PACKS = 1_000
LARGEST_STAMP = 64 << 10
"""Bytes of a time stamp; one with its certificates has about six thousand."""
NAMED = 12
"""Letters of a digest in a message."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_VERSION = re.compile(r"[!-~]{1,80}")
_PROFILE = re.compile(r"[a-z]{1,40}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class RecordedPack:
    """One pack that was made."""

    digest: str
    """SHA-256 of its MANIFEST.sha256."""
    previous: str | None
    """The digest of the pack before it; None: there was none."""
    profile: str
    start: date
    end: date
    commit: str
    """The newest commit of the main branch at the end of its period."""
    read: str
    """The commit of the main branch that was read."""
    made: datetime
    """UTC; when it was recorded, by the clock of that machine."""
    by: str
    """Version of the program."""
    stamp: bytes = b""
    """The time stamp of the digest (RFC 3161); empty where none was asked for."""

    def plain(self) -> dict[str, Any]:
        """As JSON, without the stamp."""
        return {
            "digest": self.digest,
            "previous": self.previous,
            "profile": self.profile,
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "commit": self.commit,
            "read": self.read,
            "made": f"{self.made.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "by": self.by,
        }

    @property
    def name(self) -> str:
        """As a message names it."""
        return f"pack {self.digest[:NAMED]} ({self.profile}, {self.start} to {self.end})"


def encode(packs: Sequence[RecordedPack]) -> bytes:
    """The canonical bytes of the file: one record a line, in their order."""
    return _encoded({**each.plain(), "stamp": base64.b64encode(each.stamp).decode() or None} for each in packs)


def listed(packs: Sequence[RecordedPack]) -> bytes:
    """The same for a pack: the records before it, without their stamps."""
    return _encoded({**each.plain(), "stamp": None} for each in packs)


def _encoded(records: Iterator[dict[str, Any]]) -> bytes:
    return exact_json.encode({"schema": SCHEMA, "packs": list(records)}, ((), ("packs",)))


def replaced(pack: RecordedPack, stamp: bytes) -> RecordedPack:
    """The same pack with another stamp."""
    return replace(pack, stamp=stamp)


# The chain


def breaks(packs: Sequence[RecordedPack]) -> Iterator[tuple[str, str]]:
    """Where records do not form a chain: the name of the pack, and what is wrong, as a sentence.

    The first one may name a pack of before the record.
    """
    for before, after in pairwise(packs):
        if after.previous != before.digest:
            said = after.previous[:NAMED] if after.previous else "none"
            yield after.name, f"It names {said} as the pack before it, and {before.digest[:NAMED]} stands before it."
    seen: set[str] = set()
    for each in packs:
        if each.digest in seen:
            yield each.name, "It is recorded twice."
        seen.add(each.digest)


def lost(before: Sequence[RecordedPack], after: Sequence[RecordedPack]) -> Iterator[tuple[str, str]]:
    """What happened to records that may only be added to: the name of the pack, and the end of a sentence about it."""
    places = {each.digest: number for number, each in enumerate(after)}
    known = {each.digest for each in before}
    newest = -1
    for each in before:
        place = places.get(each.digest, -1)
        if place < 0:
            yield each.name, "is not recorded any more"
        elif after[place] != each:
            yield each.name, "is recorded otherwise"
        elif place < newest:
            yield each.name, "stands before a pack that it followed"
        newest = max(newest, place)
    for each in after[: max(newest, 0)]:
        if each.digest not in known:
            yield each.name, "was put before a pack that was recorded earlier"


# Reading


def load_packs(source: SnapshotSource) -> tuple[tuple[RecordedPack, ...], list[Problem]]:
    """What is stored where the snapshots are; empty, without a problem, where no pack was recorded."""
    try:
        content = source.content(PACKS_PATH)
    except CannotProceed as error:
        return (), [_unreadable(error.message)]
    return ((), []) if content is None else parse(content)


def parse(content: bytes) -> tuple[tuple[RecordedPack, ...], list[Problem]]:
    """The records of a file, all or none, and what is wrong with them; never raises for content."""
    if len(content) > LARGEST_RECORD:
        return (), [_unreadable(f"It is larger than {LARGEST_RECORD >> 20} MB.")]
    try:
        data = exact_json.parse(content)
    except exact_json.UnreadableJson as error:
        reason = str(error)
        return (), [_unreadable(f"{reason[:1].upper()}{reason[1:]}.")]
    if not isinstance(data, dict) or data.get("schema") != SCHEMA or not isinstance(data.get("packs"), list):
        return (), [_unreadable(f"It is no list of packs with the `schema` {SCHEMA}.")]
    if len(data["packs"]) > MOST_PACKS:
        return (), [_unreadable(f"It lists more than {MOST_PACKS} packs.")]
    found = []
    for number, item in enumerate(data["packs"], start=1):
        try:
            found.append(_read(item))
        except ValueError as error:
            return (), [_unreadable(f"In record {number}, {error}.")]
    return tuple(found), [_broken(name, message) for name, message in breaks(found)]


def _read(item: Any) -> RecordedPack:
    if not isinstance(item, dict):
        raise ValueError("there is no object")
    made = read_time(item.get("made"))
    if made is None:
        raise ValueError("`made` is not a time such as 2026-10-31T12:00:00Z")
    if not all(is_commit(item.get(name)) for name in ("commit", "read")):
        raise ValueError("`commit` or `read` is not the id of a commit")
    stamp = item.get("stamp")
    try:
        content = b"" if stamp is None else base64.b64decode(stamp, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise ValueError("`stamp` is not what was written") from None
    if len(content) > LARGEST_STAMP or (stamp is not None and not content):
        raise ValueError("`stamp` is not what was written")
    return RecordedPack(
        digest=_text(item, "digest", _DIGEST),
        previous=None if item.get("previous") is None else _text(item, "previous", _DIGEST),
        profile=_text(item, "profile", _PROFILE),
        start=_day(item, "from"),
        end=_day(item, "to"),
        commit=item["commit"],
        read=item["read"],
        made=made,
        by=_text(item, "by", _VERSION),
        stamp=content,
    )


def _text(item: Mapping[str, Any], name: str, form: re.Pattern[str]) -> str:
    found = item.get(name)
    if not isinstance(found, str) or not form.fullmatch(found):
        raise ValueError(f"`{name}` cannot be {shortened(found)}")
    return found


def _day(item: Mapping[str, Any], name: str) -> date:
    found = _text(item, name, _DAY)
    try:
        day = date.fromisoformat(found)
    except ValueError:
        raise ValueError(f"`{name}` is not a day") from None
    if not is_usable(day):
        raise ValueError(f"`{name}` is not a day")
    return day


RESTORE = (
    "Only `backlog pack --record` writes this file, so undo what else changed it. Not committed yet: `git checkout -- "
    f"{PACKS_PATH}`. In a pull request: take the change out of it. Merged: `git log -p -- {PACKS_PATH}` shows each "
    "commit that changed the file, the newest first; a right one only adds a record at the end. `git revert` the one "
    "that does more."
)


def _unreadable(message: str) -> Problem:
    return problem("packs-unreadable", PACKS_PATH, None, f"The recorded packs cannot be read. {message}", RESTORE)


def _broken(name: str, message: str) -> Problem:
    return problem(
        "packs-chain", PACKS_PATH, None, f"The record of {name} breaks the chain of packs. {message}", RESTORE
    )
